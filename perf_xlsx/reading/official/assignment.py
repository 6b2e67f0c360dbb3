"""The best assignment of columns to roles, taken as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_NONE = float("inf")


def best_assignment(scores: Sequence[Mapping[str, float]]) -> list[str | None]:
    """The role of each column so that the scores add up to the most; no role has two columns.

    `scores` gives the roles that each column may have, with positive scores. None is a column without a role.
    """
    roles = list(dict.fromkeys(role for column in scores for role in column))
    if len(roles) == sum(map(len, scores)):  # nothing is contested but by one column alone
        return [max(column, key=column.__getitem__, default=None) for column in scores]
    costs = [[-column.get(role, 0.0) for role in roles] + [0.0] * len(scores) for column in scores]
    taken = _hungarian(costs)
    return [
        roles[place] if place < len(roles) and roles[place] in column else None
        for place, column in zip(taken, scores, strict=True)
    ]


def _hungarian(costs: Sequence[Sequence[float]]) -> list[int]:
    """The place of each row so that the costs add up to the least; rows are no more than places.

    Kuhn's algorithm with potentials, as published by Jonker and Volgenant: cubic in the number of rows.
    """
    count = len(costs[0]) if costs else 0
    potentials, owner = [0.0] * (count + 1), [-1] * (count + 1)  # of places; the last one is where a row starts
    of_rows = [0.0] * len(costs)
    for row in range(len(costs)):
        least, before, done = [_NONE] * count, [count] * count, [False] * (count + 1)
        owner[count], place = row, count
        while owner[place] >= 0:
            place = _step(costs, owner, of_rows, potentials, least, before, done, place)
        while place != count:
            owner[place], place = owner[before[place]], before[place]
    places = {owned: place for place, owned in enumerate(owner[:count]) if owned >= 0}
    return [places[row] for row in range(len(costs))]


def _step(
    costs: Sequence[Sequence[float]], owner: list[int], of_rows: list[float], potentials: list[float],
    least: list[float], before: list[int], done: list[bool], place: int,
) -> int:  # fmt: skip
    """Reach the next nearest place from `place`; keeps the potentials such that no reduced cost is negative."""
    done[place], row = True, owner[place]
    free = [other for other in range(len(least)) if not done[other]]
    for other in free:
        cost = costs[row][other] - of_rows[row] - potentials[other]
        if cost < least[other]:
            least[other], before[other] = cost, place
    nearest = min(free, key=least.__getitem__)
    shift = least[nearest]
    for other, reached in enumerate(done):
        if reached:
            of_rows[owner[other]] += shift
            potentials[other] -= shift
        elif other < len(least):
            least[other] -= shift
    return nearest
