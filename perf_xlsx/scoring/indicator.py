"""One indicator's points: which method applies, and what prevents scoring."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from perf_xlsx.domain.levels import is_judged_level
from perf_xlsx.domain.model import NOT_APPLICABLE, PART, Citation, Indicator, Score
from perf_xlsx.domain.quantity import is_blank, same_label
from perf_xlsx.domain.rounding import half_up, percent, plain, points
from perf_xlsx.rulebook import RESCALED, Rulebook
from perf_xlsx.rulebook.direction import direction_of
from perf_xlsx.scoring.outcome import Outcome
from perf_xlsx.scoring.qualitative import judged_outcome
from perf_xlsx.scoring.quantitative import measured_outcome
from perf_xlsx.scoring.scale import near, scaled, told

COMPLETION = "quantitative.scale"
TIERED = {"按比例": COMPLETION, "按执行率": "execution.scale"}  # the tiers of each method


def method_of(indicator: Indicator) -> str | None:
    """The method written down, else the one that follows from the sign; None when it is unreadable."""
    if indicator.method.unreadable:
        return None
    return indicator.method.value or ("定性" if indicator.qualitative else "按比例")


def score_indicator(
    indicator: Indicator, execution_rate: Fraction | None, rulebook: Rulebook, level: str | None = None
) -> Score:
    """Score one indicator. Open (points None) where something needed is missing, unreadable or contradictory.

    `level` is the level 1 that it belongs to, by default its own.
    """
    if indicator.not_applicable and rulebook.word("total.not_applicable") == RESCALED and _weighed(indicator):
        why = f"{indicator.actual.field}填“{indicator.actual.given}”，不计分，总分按其余分值折算。"
        basis = (rulebook.cite("total.not_applicable"),)
        return Score(indicator.weight.value, None, None, None, None, NOT_APPLICABLE, why, basis)
    if indicator.together:
        return _together(indicator, completion_of(indicator, execution_rate, rulebook))
    level = indicator.level1.given if level is None else level
    score = _scored(indicator, execution_rate, rulebook, level)
    if not indicator.sign.empty or indicator.qualitative or score.method == "按执行率":
        return score
    return _without_a_sign(indicator, score, execution_rate, rulebook, level)


def _without_a_sign(
    indicator: Indicator, score: Score, execution_rate: Fraction | None, rulebook: Rulebook, level: str
) -> Score:
    """The score of an indicator without a sign: open where the other sign may be meant and earns other points."""
    if score.points is None:
        return score
    direction = direction_of(indicator, rulebook)
    opposite = replace(indicator, sign=replace(indicator.sign, value=direction.other))
    otherwise = _scored(opposite, execution_rate, rulebook, level).points
    if direction.sure and otherwise == score.weight:
        return score  # full points are what everybody claims: against name and rulebook they prove nothing
    if not direction.doubtful or otherwise == score.points or otherwise is None:
        return replace(score, otherwise=otherwise)
    both = f"按“{direction.sign}”得{points(score.points)}分，按“{direction.other}”得{points(otherwise)}分"
    why = f"指标性质未填，{both}，不能确定，暂不能评分。"
    return replace(score, share=None, points=None, completion=None, met=None, why=why)


def completion_of(indicator: Indicator, execution_rate: Fraction | None, rulebook: Rulebook) -> Score:
    """How far an indicator of a form without points was completed; open where a missing sign decides that."""
    method = method_of(indicator)
    outcome = _outcome(indicator, method, execution_rate, rulebook)
    if indicator.sign.empty and not indicator.qualitative:
        direction = direction_of(indicator, rulebook)
        opposite = replace(indicator, sign=replace(indicator.sign, value=direction.other))
        if direction.doubtful and _outcome(opposite, method, execution_rate, rulebook).met != outcome.met:
            why = f"指标性质未填，按“{direction.sign}”和按“{direction.other}”是否完成不同，不能确定。"
            return Score(None, None, None, None, None, method, why, outcome.basis)
    return Score(None, None, None, outcome.completion, outcome.met, method, f"{outcome.why}。", outcome.basis)


def part_score(indicator: Indicator, execution_rate: Fraction | None, rulebook: Rulebook) -> Score:
    """A part of the form: how far it was completed, where its points are merged with those of a row above."""
    if not indicator.together:
        return PART
    done = completion_of(indicator, execution_rate, rulebook)
    return replace(done, why=f"{done.why}分值、得分与{indicator.together[0]}合在一起，见该行。")


def _together(indicator: Indicator, done: Score) -> Score:
    """The points that the unit claims for rows that share one weight: no rule divides it among them."""
    weight, claimed = indicator.weight.value, indicator.claimed_points.value
    if weight is None or weight <= 0:
        return replace(done, weight=weight, why="分值未填或不是有效的数字，暂不能评分。")
    why = f"分值{plain(weight)}分由{''.join(indicator.together)}共用，没有分到各指标，不能按规则计算"
    if claimed is None or not 0 <= claimed <= weight:
        return replace(done, weight=weight, why=f"{why}，暂不能评分。")
    share, why = Fraction(claimed) / Fraction(weight), f"{why}，采用单位自评得分{plain(claimed)}分。"
    return replace(
        done, weight=weight, share=share, points=half_up(Fraction(claimed)), why=why, basis=(), claimed=True
    )


def unmeasured_score(indicator: Indicator, lacking: str, found: Score) -> Score:
    """The points that the unit claims, where its form has no column `lacking`; else what was `found`."""
    weight, claimed = indicator.weight.value, indicator.claimed_points.value
    if not weight or claimed is None or not 0 <= claimed <= weight:
        return found
    own = f"采用单位自评得分{plain(claimed)}分（分值{plain(weight)}分）"
    why = f"本表没有“{lacking}”一栏，不能按规则计算，{own}。"
    share, points_ = Fraction(claimed) / Fraction(weight), half_up(Fraction(claimed))
    return Score(weight, share, points_, None, None, found.method, why, (), claimed=True)


def _claimed(indicator: Indicator, weight: Decimal | None, method: str | None, rulebook: Rulebook) -> Score | None:
    """The points that the unit claims for a row that is judged without a target; None where there is a rule."""
    claimed = indicator.claimed_points.value
    judged = indicator.qualitative and is_judged_level(indicator.level1.given, indicator.level2.given)
    if not judged or not indicator.target.empty or rulebook.band(indicator.actual) is not None:
        return None
    if is_blank(indicator.actual.given):  # nothing was said of what was done: that is asked for (R13)
        return None
    if not weight or claimed is None or not 0 <= claimed <= weight:
        return None
    why = f"没有指标值，不能按规则计算，采用单位自评得分{plain(claimed)}分（分值{plain(weight)}分）。"
    share = Fraction(claimed) / Fraction(weight)
    return Score(weight, share, half_up(Fraction(claimed)), None, None, method, why, (), claimed=True)


def _weighed(indicator: Indicator) -> bool:
    return indicator.weight.value is not None and indicator.weight.value > 0


def _scored(indicator: Indicator, execution_rate: Fraction | None, rulebook: Rulebook, level: str) -> Score:
    method = method_of(indicator)
    weight = indicator.weight.value
    outcome = _in_tiers(_outcome(indicator, method, execution_rate, rulebook), method, weight, rulebook, level)
    if outcome.share is None and (score := _claimed(indicator, weight, method, rulebook)):
        return score
    if outcome.share is None or weight is None or weight < 0:
        reason = outcome.why if outcome.share is None else "分值未填或不是有效的数字"
        return Score(
            weight, None, None, outcome.completion, outcome.met, method, f"{reason}，暂不能评分。", outcome.basis
        )
    deducted = _deduction(indicator, outcome, weight, rulebook)
    exact = max(Fraction(0), outcome.share * Fraction(weight) - deducted)
    earned = half_up(exact)
    why, basis, share = f"{outcome.why}，{_arithmetic(outcome, weight, earned)}。", outcome.basis, outcome.share
    if deducted and outcome.completion is not None:
        off = f"完成率{percent(outcome.completion)}，超额较多，扣{plain(deducted)}分"
        why = f"{outcome.why}，{off}，得{points(earned)}分。"
        basis = (*basis, rulebook.cite("overshoot.deduction"))
        share = exact / Fraction(weight)
    return Score(weight, share, earned, outcome.completion, outcome.met, method, why, basis)


def _in_tiers(
    outcome: Outcome, method: str | None, weight: Decimal | None, rulebook: Rulebook, level: str
) -> Outcome:
    """The outcome by the rulebook's tiers: of completion, or of the execution rate where that counts.

    They are for indicators scored in proportion, below the levels that the rulebook names. A target without a
    completion has none of their rates: it is met or earns nothing, as without them.
    """
    setting = TIERED.get(method or "")
    tiers = rulebook.tiers(setting) if setting else ()
    other = setting == COMPLETION and not is_tiered_level(level, rulebook)
    if not tiers or not weight or other or outcome.share is None or outcome.completion is None:
        return outcome
    share, tier = scaled(outcome.share, outcome.completion, weight, tiers)
    if tier is None or setting is None:
        return outcome
    word = "完成率" if setting == COMPLETION else "执行率"
    shown = f"，{word}{near(outcome.completion, tier)}" if setting == COMPLETION else ""
    why = f"{outcome.why}{shown}，{told(tier, word)}"
    formula = outcome.formula if share == outcome.share else ""
    return replace(outcome, share=share, why=why, basis=(*outcome.basis, rulebook.cite(setting)), formula=formula)


def is_tiered_level(level: str, rulebook: Rulebook) -> bool:
    """Whether the tiers of completion are for indicators of this level 1."""
    words = rulebook.words("quantitative.scale_levels")
    bare = same_label(level)
    return not words or any(word in bare for word in words)


def _deduction(indicator: Indicator, outcome: Outcome, weight: Decimal, rulebook: Rulebook) -> Fraction:
    """Points deducted for a target far surpassed, where more is better; never more than the weight."""
    rising = not indicator.qualitative and direction_of(indicator, rulebook).rising
    by_rate = indicator.method.value == "按执行率"
    over = outcome.completion is not None and outcome.completion >= rulebook.number("overshoot.deduct_from")
    if not (rising and over and outcome.met) or by_rate:
        return Fraction(0)
    return Fraction(min(rulebook.number("overshoot.deduction"), weight))


def _arithmetic(outcome: Outcome, weight: Decimal, earned: Decimal) -> str:
    if outcome.share == 1 and not outcome.formula:
        return f"得满分{plain(weight)}分"
    if outcome.share == 0:
        return "得0分"
    if outcome.chosen:
        return f"得{points(earned)}分"
    formula = outcome.formula or f"×{percent(outcome.share or 0)}"
    return f"得分{plain(weight)}{formula}={points(earned)}分"


def _outcome(
    indicator: Indicator, method: str | None, execution_rate: Fraction | None, rulebook: Rulebook
) -> Outcome:
    match method:
        case None:
            return Outcome(None, None, None, f"计分方法“{indicator.method.given}”不在可选范围内", ())
        case "按执行率":
            return _by_execution_rate(execution_rate, rulebook.cite("methods.by_execution_rate"))
        case "达标法":
            return _all_or_nothing(indicator, rulebook)
        case "定性":
            return judged_outcome(indicator, rulebook)
        case _ if indicator.qualitative:
            return Outcome(None, None, None, "定性指标不能按比例计分", ())
        case _:
            return measured_outcome(indicator, rulebook)


def _by_execution_rate(rate: Fraction | None, citation: Citation) -> Outcome:
    if rate is None:
        return Outcome(None, None, None, "按执行率计分，但预算执行率无法计算", (citation,))
    share = min(rate, Fraction(1))
    return Outcome(share, rate, rate >= 1, f"按执行率计分，预算执行率{percent(rate)}", (citation,))


def _all_or_nothing(indicator: Indicator, rulebook: Rulebook) -> Outcome:
    citation = rulebook.cite("methods.attainment")
    if indicator.qualitative:
        band = rulebook.band(indicator.actual)
        if band is None:
            return judged_outcome(indicator, rulebook)
        met = band is rulebook.bands[0]
        why = f"达标法计分，实际完成情况为“{band.judgement}”"
        return Outcome(Fraction(int(met)), None, met, why, (citation,))
    measured = measured_outcome(indicator, rulebook)
    if measured.met is None:
        return measured
    why = f"达标法计分，{measured.why}"
    return Outcome(
        Fraction(int(measured.met)), measured.completion, measured.met, why, (citation, *measured.basis)
    )
