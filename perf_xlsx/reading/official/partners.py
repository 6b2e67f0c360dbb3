"""Which columns go together: weights with points, targets with actual values, amounts with their rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import permutations
from typing import TypeVar

from perf_xlsx.domain.quantity import Quantity, parse_quantity, parse_target
from perf_xlsx.reading.official.column_contents import ColumnContents
from perf_xlsx.reading.official.likeness import similarity

FULL = Decimal(100)
SUMS = (FULL, FULL - 10, FULL - 20)  # of all weights, without those of budget execution
_MOST, _LIKE, _CLEAR = 0.8, 0.5, 0.15
_TEXT = 0.3  # of two texts that have nothing in common
_MANY, _ROWS = 8, 40  # columns nobody knows of which pairs are sought, rows that are compared
_SHOWN = Decimal("0.0051")  # a rate as shown, 97.02%, is as exact as this, in percent

ContentsByColumn = Mapping[int, ColumnContents]
T = TypeVar("T")


def sums_up(column: ColumnContents) -> bool:
    """Whether a column is all numbers that make a full score, as weights do."""
    return (
        len(column.texts) > 1
        and column.numbers.keys() == column.texts.keys()
        and min(column.numbers.values()) >= 0
        and sum(column.numbers.values()) in SUMS
    )


def points_pair(columns: ContentsByColumn) -> tuple[int, int] | None:
    """The columns of weights and of points: no point above its weight; None where that is not clear.

    Of two columns that are the same it is the left one that has the weights.
    """
    counted = [number for number, column in columns.items() if column.numbers.keys() == column.texts.keys()]
    pairs = permutations(counted, 2) if len(counted) <= _MANY else ()
    fits = [(one, other) for one, other in pairs if are_points(columns[one], columns[other])]
    distinct = {frozenset(pair) for pair in fits}
    return fits[0] if len(distinct) == 1 else None


def are_points(weights: ColumnContents, points: ColumnContents) -> bool:
    """Whether two columns of numbers may be weights and the points of the same rows."""
    both = weights.texts.keys() & points.texts.keys()
    if not sums_up(weights) or points.numbers.keys() != points.texts.keys():
        return False
    enough = len(both) > 1 and len(both) >= _MOST * len(weights.texts)
    return enough and all(0 <= points.numbers[row] <= weights.numbers[row] for row in both)


def measures_pair(columns: ContentsByColumn) -> tuple[int, int] | None:
    """The columns of targets and of actual values; None where no two go together more clearly than others.

    Targets have the signs; else they stand left of what was achieved.
    """
    numbers = list(columns) if len(columns) <= _MANY else []
    pairs = [(one, other) for at, one in enumerate(numbers) for other in numbers[at + 1 :]]
    best = _clearest({pair: agreement(columns[pair[0]], columns[pair[1]]) for pair in pairs})
    if best is None:
        return None
    one, other = best
    return (other, one) if _signs(columns[other]) > _signs(columns[one]) else (one, other)


def measure_beside(columns: ContentsByColumn, partner: ColumnContents) -> int | None:
    """The column that goes with the targets, or with the actual values; None where none does clearly."""
    few = columns if len(columns) <= _MANY else {}
    return _clearest({number: agreement(column, partner) for number, column in few.items()})


def _clearest(found: Mapping[T, float]) -> T | None:
    ranked = sorted(found.values(), reverse=True)
    if not ranked or ranked[0] < _LIKE or (len(ranked) > 1 and ranked[0] - ranked[1] < _CLEAR):
        return None
    return max(found, key=found.__getitem__)


def agreement(one: ColumnContents, other: ColumnContents) -> float:
    """How much two columns speak of the same, from 0 to 1: numbers of one unit, or texts alike."""
    both = one.texts.keys() & other.texts.keys()
    if len(both) < 2 or len(both) < _MOST * max(len(one.texts), len(other.texts)):
        return 0.0
    rows = sorted(both)[:_ROWS]
    return sum(_agree(one.texts[row], other.texts[row]) for row in rows) / len(rows)


def _agree(one: str, other: str) -> float:
    first, second = parse_target(one), parse_target(other)
    if (first is None) != (second is None):
        return 0.0
    if first is None or second is None:
        return _TEXT + (1 - _TEXT) * (1.0 if one == other else similarity(one, other))
    return _same_measure(first, second)


def _same_measure(one: Quantity, other: Quantity) -> float:
    if one.unit and other.unit:
        return float(one.unit == other.unit)
    small, large = sorted((abs(one.number), abs(other.number)))
    return 1.0 if small * 3 >= large else _LIKE


def _signs(column: ColumnContents) -> int:
    found = (parse_quantity(text) for text in column.texts.values())
    return sum(bool(quantity and quantity.sign) for quantity in found)


def columns_by_rate(
    columns: ContentsByColumn,
    rate: ColumnContents,
    *,
    base: ColumnContents | None = None,
    executed: ColumnContents | None = None,
) -> Sequence[int]:
    """The columns of amounts that with the other give the rates as they are shown."""
    return [number for number, one in columns.items() if _gives(base or one, executed or one, rate)]


def _gives(base: ColumnContents, executed: ColumnContents, rate: ColumnContents) -> bool:
    amounts = {row: _amounts(base, executed, rate, row) for row in rate.texts}
    known = [found for found in amounts.values() if found]
    return bool(known) and all(
        below and abs(above / below * 100 - shown) <= max(_SHOWN, _grain(shown)) for below, above, shown in known
    )


def _grain(shown: Decimal) -> Decimal:
    """Half of the last digit that is shown."""
    exponent = shown.as_tuple().exponent
    return Decimal(51).scaleb(int(exponent) - 2) if isinstance(exponent, int) else _SHOWN


def _amounts(
    base: ColumnContents, executed: ColumnContents, rate: ColumnContents, row: int
) -> tuple[Decimal, Decimal, Decimal] | None:
    found = [parse_quantity(column.texts.get(row, "")) for column in (base, executed, rate)]
    if any(one is None for one in found):
        return None
    below, above, shown = (one.number for one in found if one)
    return below, above, shown


def names(columns: ContentsByColumn, beside: Iterable[ColumnContents]) -> int | None:
    """The one column of texts that names every row of the columns beside it, no two rows alike."""
    rows = {row for column in beside for row in column.texts}
    found = [number for number, column in columns.items() if rows and _names(column, rows)]
    return found[0] if len(found) == 1 else None


def _names(column: ColumnContents, rows: set[int]) -> bool:
    distinct = len({*column.texts.values()}) == len(column.texts)
    words = len(column.numbers) * 3 <= len(column.texts)
    return distinct and words and len(column.texts) > 1 and rows <= column.texts.keys()
