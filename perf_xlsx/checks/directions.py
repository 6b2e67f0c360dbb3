"""Which way an indicator is counted: what its name says, and what the unit's own claims say."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from perf_xlsx.model import Indicator
from perf_xlsx.numerals import half_up
from perf_xlsx.target import same_label

FALL = re.compile("下降率|降低率|减少率|压减率")
SAVE = re.compile(f"{FALL.pattern}|节约率|节能率")
COST = re.compile("(?:成本|费用|单价|造价)(?:总额|金额|额|数|水平)?$")
# Of these more is better, though the name ends in a cost: what was saved, collected, paid out to people, built.
SAVED = re.compile(
    "节约|节省|降低|减少|压减|压缩|核减|审减|下降|收回|回收|减免|免除|免收|征收|征缴|收取|收缴|上缴|缴纳|"
    "发放|补助|补贴|资助|救助|完成|投资|投入|筹集|带动|拉动|增加|提高"
)


def sign_by_name(row: Indicator) -> str | None:
    """The sign that the name calls for where the one that stands there is its opposite; else None."""
    name, sign = row.name.given, row.sign.value
    bare = re.sub(r"\([^()]*\)", "", same_label(name))
    if SAVE.search(name) and sign in ("≤", "<"):
        return "≥"
    if COST.search(bare) and not SAVED.search(bare) and sign in ("≥", ">"):
        return "≤"
    return None


def claims_fit(row: Indicator, sign: str) -> bool:
    """Whether the claimed completion or points are those of this sign (≤ or ≥), and not of its opposite."""
    target, actual, weight = row.target.value, row.actual.value, row.weight.value
    if not isinstance(target, Decimal) or not isinstance(actual, Decimal) or target <= 0 or actual <= 0:
        return False
    rate = Fraction(actual) / Fraction(target)
    most, least = min(1 / rate, Fraction(1)), min(rate, Fraction(1))
    fits, other = ([most], [least, rate]) if sign == "≤" else ([least, rate], [most])
    claims = (
        (row.claimed_completion.value, Fraction(1), 4),
        (row.claimed_points.value, Fraction(weight or 0), 2),
    )
    return any(
        claim and _among(claim, fits, whole, places) and not _among(claim, other, whole, places)
        for claim, whole, places in claims
    )


def _among(claim: Decimal, shares: list[Fraction], whole: Fraction, places: int) -> bool:
    return half_up(claim, places) in {half_up(share * whole, places) for share in shares}


def claims_a_ceiling(row: Indicator) -> bool:
    """Whether what the unit claims is target ÷ actual, as of a target that was exceeded and must not be."""
    target, actual = row.target.value, row.actual.value
    exceeded = isinstance(target, Decimal) and isinstance(actual, Decimal) and target < actual
    return exceeded and claims_fit(row, "≤")


def claimed_the_other_way(row: Indicator) -> bool:
    """Whether name and claims agree that the sign is wrong: I16 says so, what follows from it is silent."""
    sign = sign_by_name(row)
    return sign is not None and claims_fit(row, sign)
