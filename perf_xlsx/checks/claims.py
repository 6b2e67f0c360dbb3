"""The unit's own points and completion of an indicator: whose they are, and how they were rounded."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from perf_xlsx.domain.model import Indicator, Score
from perf_xlsx.domain.rounding import half_up
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.rulebook.direction import by_name, direction_of
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import any_of, vocabulary

COMPLETION, POINTS = "完成率", "得分"
_WORDS = vocabulary("directions")
FALL, RISE = (pattern(any_of(_WORDS[key]["words"])) for key in ("fall", "rise"))
SAVE = pattern(any_of([*_WORDS["fall"]["words"], *_WORDS["saving"]["words"]]))


def is_rounded(claim: Decimal, computed: Decimal, exact: Fraction, places: tuple[int, ...] = (1, 0)) -> bool:
    """Whether a claim is the computed value rounded by the unit to these decimals."""
    return any(claim in (half_up(computed, n), half_up(exact, n)) for n in places)


def claim_agrees(claim: Decimal, score: Score, tolerance: Decimal, places: tuple[int, ...] | None = None) -> bool:
    """Whether claimed points are the computed ones, or these as the unit may round them."""
    if score.points is None or score.share is None or score.weight is None:
        return False
    exact = score.share * Fraction(score.weight)
    rounded = is_rounded(claim, score.points, exact, _places(claim, score) if places is None else places)
    return rounded or abs(claim - score.points) <= tolerance


def _places(claim: Decimal, score: Score) -> tuple[int, ...]:
    """How a unit may round its points: to 0.1, or to whole points, but not up to the full ones it missed (I05)."""
    full = score.weight is not None and claim >= score.weight
    execution = score.method is None  # which has no target to meet: it is missed where not all was spent
    missed = (score.share is not None and score.share < 1) if execution else score.met is False
    return (1,) if full and missed else (1, 0)


def sign_by_name(row: Indicator) -> str | None:
    """The sign that the name calls for, where the opposite one was chosen; else None."""
    name, sign = row.name.given, row.sign.value
    if SAVE.search(name) and sign in ("≤", "<"):
        return "≥"
    return "≤" if sign in ("≥", ">") and by_name(name)[0] == "lower" else None


def has_opposite_points(row: Indicator, score: Score) -> bool:
    """Whether no sign was chosen and the claimed points are those of the sign that was not assumed (I01)."""
    claim, points = row.claimed_points.value, score.otherwise
    return claim is not None and points not in (None, score.points) and claim in (points, half_up(points, 1))


def is_sign_in_doubt(row: Indicator, score: Score) -> bool:
    """Whether name and claims agree that the sign is wrong (I16), or the claims fit the opposite one (I01)."""
    sign = sign_by_name(row)
    return has_opposite_points(row, score) or (sign is not None and claims_fit(row, sign))


def claims_fit(row: Indicator, sign: str) -> bool:
    """Whether the claimed completion or points are those of this sign (≤ or ≥) and not of its opposite."""
    return any(_fitting_claims(row, sign))


def claims_prove(row: Indicator, sign: str) -> bool:
    """Whether such a claim is less than the most that can be claimed, which proves nothing."""
    return any(one.claim < one.most for one in _fitting_claims(row, sign))


def opposite_claims(row: Indicator, score: Score, rulebook: Rulebook) -> tuple[str, ...]:
    """Which claims are those of the opposite sign, where no sign was chosen: COMPLETION, POINTS."""
    if score.otherwise is None:
        return ()
    found = {one.name for one in _fitting_claims(row, direction_of(row, rulebook).other)}
    found |= {POINTS} if has_opposite_points(row, score) else set()
    return tuple(name for name in (COMPLETION, POINTS) if name in found)


class _Claim(Struct, frozen=True):
    """What a unit claims, the most that can be claimed, and to how many decimals."""

    name: str
    claim: Decimal
    most: Fraction
    places: int

    def is_one_of(self, shares: list[Fraction]) -> bool:
        """Whether the claim is one of these shares of the most."""
        rounded = {half_up(share * self.most, self.places) for share in shares}
        return half_up(self.claim, self.places) in rounded


def _claims_of(row: Indicator) -> tuple[_Claim, _Claim]:
    """The claimed completion and points, 0 where there are none."""
    completion, points = row.claimed_completion.value or Decimal(0), row.claimed_points.value or Decimal(0)
    return (
        _Claim(COMPLETION, completion, Fraction(1), 4), _Claim(POINTS, points, Fraction(row.weight.value or 0), 2),
    )  # fmt: skip


def _fitting_claims(row: Indicator, sign: str) -> Iterator[_Claim]:
    target, actual = row.target.value, row.actual.value
    if not isinstance(target, Decimal) or not isinstance(actual, Decimal) or min(target, actual) <= 0:
        return
    rate = Fraction(actual) / Fraction(target)
    at_most, at_least = [min(1 / rate, Fraction(1))], [min(rate, Fraction(1)), rate]
    fits, other = (at_most, at_least) if sign == "≤" else (at_least, at_most)
    for one in _claims_of(row):
        if one.claim and one.is_one_of(fits) and not one.is_one_of(other):
            yield one
