"""Quantitative indicators (定量): the actual measured against the target, by sign."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from perf_xlsx.domain.model import Citation, Indicator
from perf_xlsx.domain.rounding import plain
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.rulebook.direction import direction_of
from perf_xlsx.scoring.outcome import Outcome

SETTINGS = {
    "≥": "quantitative.at_least",
    ">": "quantitative.at_least",
    "≤": "quantitative.at_most",
    "<": "quantitative.at_most",
    "=": "quantitative.equal",
}
VERBS = {  # whether less is better, whether the target is met
    (False, True): "达到", (False, False): "未达到", (True, True): "未超过", (True, False): "超过",
}  # fmt: skip
ZERO, ONE = Fraction(0), Fraction(1)


def measured_outcome(indicator: Indicator, rulebook: Rulebook) -> Outcome:
    """Share, completion and verdict of a quantitative indicator; open where a number or the sign is missing."""
    if indicator.sign.unreadable:
        return Outcome(None, None, None, f"指标性质“{indicator.sign.given}”不在可选范围内", ())
    direction = direction_of(indicator, rulebook)
    rules = [SETTINGS[direction.sign], *([direction.rule] if direction.rule else [])]
    basis = tuple(map(rulebook.cite, rules))
    target, actual = indicator.target.value, indicator.actual.value
    if not isinstance(target, Decimal) or not isinstance(actual, Decimal):
        entry = indicator.actual if isinstance(target, Decimal) else indicator.target
        word = "未填" if entry.empty else f"“{entry.given}”不能用来计算"
        return Outcome(None, None, None, f"{entry.field}{word}", basis)
    return _measured(
        direction.sign, Fraction(target), Fraction(actual), indicator.unit.value or "", basis, rulebook
    )


def _measured(
    sign: str, target: Fraction, actual: Fraction, unit: str, basis: tuple[Citation, ...], rulebook: Rulebook
) -> Outcome:
    """The outcome of two numbers."""
    met = attained(sign, target, actual, rulebook)
    share, formula = (ONE, "") if met else partial(sign, target, actual, rulebook)
    falling = sign in "≤<" or (sign == "=" and actual > target and not met)  # too much is missed, too
    verb, ruled = VERBS[falling, met], ""
    if sign in "><" and actual == target:
        verb, ruled = "恰好等于", "，按完成计" if met else "，不算完成，按比例计分"
        basis = (*basis, rulebook.cite("quantitative.strict_signs"))
    elif not met and (target <= 0 or actual < 0) and not (sign == "=" and target == 0):
        ruled, basis = "，没有比例可言", (*basis, rulebook.cite("quantitative.undefined"))
    why = f"实际完成值{plain(actual)}{unit}{verb}指标值（{sign}{plain(target)}{unit}）{ruled}"
    return Outcome(share, completion(sign, target, actual, met), met, why, basis, formula)


def attained(sign: str, target: Fraction, actual: Fraction, rulebook: Rulebook) -> bool:
    """Whether the target is met."""
    strict = rulebook.flag("quantitative.strict_signs")
    match sign:
        case "≤" | "<":
            return actual < target if strict and sign == "<" else actual <= target
        case "=" if target == 0:
            return actual <= 0
        case "=" if rulebook.word("quantitative.equal") == "both_directions":
            return actual == target
        case _:
            return actual > target if strict and sign == ">" else actual >= target


def partial(sign: str, target: Fraction, actual: Fraction, rulebook: Rulebook) -> tuple[Fraction, str]:
    """The share of the weight for a missed target, and the formula in words.

    A ratio needs positive numbers; otherwise a missed target earns nothing.
    """
    a, b = plain(target), plain(actual)
    if target <= 0 or actual <= 0:
        return ZERO, ""
    if SETTINGS[sign] == "quantitative.at_most":
        if rulebook.word("quantitative.at_most") == "straight_line":
            share = max(ZERO, ONE - (actual - target) / target)
            return share, f"×[1−({b}−{a})÷{a}]"
        return min(ONE, target / actual), f"×{a}÷{b}"
    if actual > target:  # "=" counted in both directions
        return target / actual, f"×{a}÷{b}"
    return min(ONE, actual / target), f"×{b}÷{a}"


def completion(sign: str, target: Fraction, actual: Fraction, met: bool) -> Fraction | None:
    """Completion (指标完成率), uncapped: ≥ and =: actual ÷ target; ≤: 100% when met, else target ÷ actual.

    None where the quotient has no meaning: a target below zero, or (but for ≤, where it is 0%) of zero.
    """
    if sign in "≤<":
        if met:
            return ONE
        return target / actual if target >= 0 and actual > 0 else None
    return actual / target if target > 0 else None
