"""How points become a total: added up, converted by shares, rescaled where indicators do not apply."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from perf_xlsx.domain.model import Score
from perf_xlsx.domain.rounding import half_up
from perf_xlsx.rulebook.rulebook import BY_SHARE, Rulebook

Earned = tuple[Decimal | None, Score]  # points, computed or claimed, and the score that they are for


def sum_of_points(earned: Iterable[Earned], rulebook: Rulebook) -> Decimal:
    """The total of points before any cap; what is missing counts as 0.

    What does not apply counts for nothing, and the rest is rescaled to the full points.
    """
    full, every = Fraction(rulebook.number("total.points")), list(earned)
    known = [(points, score) for points, score in every if points is not None and score.applies]
    total = sum((_converted(points, score, rulebook) for points, score in known), Decimal("0.00"))
    lost = Fraction(sum((score.weight or 0 for _, score in every if not score.applies), Decimal(0)))
    if not lost:
        return total
    return half_up(Fraction(total) * full / (full - lost)) if lost < full else Decimal("0.00")


def _converted(points: Decimal, score: Score, rulebook: Rulebook) -> Decimal:
    """The points as they count in the total."""
    if rulebook.word("total.conversion") != BY_SHARE:
        return points
    return half_up(Fraction(points) * Fraction(score.weight or 0) / Fraction(rulebook.number("total.points")))
