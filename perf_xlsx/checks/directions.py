"""Which way an indicator is counted: what its name says, and what the unit's own claims say."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from perf_xlsx.domain.model import Indicator, Score
from perf_xlsx.domain.rounding import half_up
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.rulebook.direction import WORDS, any_of, by_name, direction_of
from perf_xlsx.system.pattern import pattern

COMPLETION, POINTS = "完成率", "得分"
FALL, RISE = (pattern(any_of(WORDS[key]["words"])) for key in ("fall", "rise"))
SAVE = pattern(f"{FALL.pattern}|{any_of(WORDS['saving']['words'])}")


def sign_by_name(row: Indicator) -> str | None:
    """The sign that the name calls for where the one that stands there is its opposite; else None."""
    name, sign = row.name.given, row.sign.value
    if SAVE.search(name) and sign in ("≤", "<"):
        return "≥"
    return "≤" if sign in ("≥", ">") and by_name(name)[0] == "lower" else None


def claims_fit(row: Indicator, sign: str) -> bool:
    """Whether the claimed completion or points are those of this sign (≤ or ≥), and not of its opposite."""
    return any(_fitting(row, sign))


def claims_prove(row: Indicator, sign: str) -> bool:
    """Whether they are so, and not merely all that there is to claim."""
    return any(claim < whole for _, claim, whole in _fitting(row, sign))


def _fitting(row: Indicator, sign: str) -> Iterator[tuple[str, Decimal, Fraction]]:
    """The claims that are those of this sign and not of its opposite: what they are of, and the most there is."""
    target, actual, weight = row.target.value, row.actual.value, row.weight.value
    if not isinstance(target, Decimal) or not isinstance(actual, Decimal) or target <= 0 or actual <= 0:
        return
    rate = Fraction(actual) / Fraction(target)
    most, least = min(1 / rate, Fraction(1)), min(rate, Fraction(1))
    fits, other = ([most], [least, rate]) if sign == "≤" else ([least, rate], [most])
    claims = (
        (COMPLETION, row.claimed_completion.value, Fraction(1), 4),
        (POINTS, row.claimed_points.value, Fraction(weight or 0), 2),
    )
    for name, claim, whole, places in claims:
        if claim and _among(claim, fits, whole, places) and not _among(claim, other, whole, places):
            yield name, claim, whole


def _among(claim: Decimal, shares: list[Fraction], whole: Fraction, places: int) -> bool:
    return half_up(claim, places) in {half_up(share * whole, places) for share in shares}


def claims_a_ceiling(row: Indicator) -> bool:
    """Whether what the unit claims is target ÷ actual, as of a target that was exceeded and must not be."""
    target, actual = row.target.value, row.actual.value
    exceeded = isinstance(target, Decimal) and isinstance(actual, Decimal) and target < actual
    return exceeded and claims_fit(row, "≤")


def claims_otherwise(row: Indicator, score: Score) -> bool:
    """Whether no sign is stated and the claimed points are those of the sign that was not taken (I01 says so)."""
    claimed, points = row.claimed_points.value, score.otherwise
    return claimed is not None and points not in (None, score.points) and claimed in (points, half_up(points, 1))


def read_otherwise(row: Indicator, score: Score) -> bool:
    """Whether what follows from the sign is silent: name and claims agree that it is wrong (I16), or there is none
    and the points are those of the other (I01).
    """
    sign = sign_by_name(row)
    return claims_otherwise(row, score) or (sign is not None and claims_fit(row, sign))


def claims_of_other(row: Indicator, score: Score, rulebook: Rulebook) -> tuple[str, ...]:
    """Which claims are those of the other sign, where none is stated: the completion, the points."""
    if score.otherwise is None:
        return ()
    found = {name for name, *_ in _fitting(row, direction_of(row, rulebook).other)}
    found |= {POINTS} if claims_otherwise(row, score) else set()
    return tuple(name for name in (COMPLETION, POINTS) if name in found)
