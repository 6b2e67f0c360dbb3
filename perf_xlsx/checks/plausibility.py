"""I, continued: what a careful person would find odd about an indicator's numbers and words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from perf_xlsx.checks.claims import FALL, RISE, claims_fit, opposite_claims, sign_by_name
from perf_xlsx.checks.clauses import clauses
from perf_xlsx.checks.diagnoses import Diagnoses, is_missing_or_filler, judged_without_target
from perf_xlsx.domain.levels import OTHER_SCHEMES, REQUIRED_DIMENSIONS, SATISFACTION, by_level, level_named
from perf_xlsx.domain.model import Indicator, Score, SelfEvaluation
from perf_xlsx.domain.quantity import MONEY_UNITS, normalise, same_label, unit_name
from perf_xlsx.domain.rounding import half_up, percent, plain
from perf_xlsx.findings.catalogue import Observation, check, observed, to_rate, to_word
from perf_xlsx.rulebook import Band, Rulebook
from perf_xlsx.rulebook.direction import direction_of
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import alternatives, vocabulary

TENFOLD = 10  # times the target
MEASURED = ("按比例", "达标法")  # methods whose completion is actual ÷ target
LONGEST_SHOWN = 40  # characters of a reason in a message
SPANS = frozenset(vocabulary("indicators")["units"]["spans"])
DEADLINE = pattern(r"(?P<year>20\d\d)年(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:底|末)?(?:之?前|以前|完成)")
SHARE, BEYOND_ALL, NO_SUM = (
    pattern(alternatives("indicators", "names", key)) for key in ("share", "beyond_all", "no_sum")
)
LESS, BETTER, SHORT, OF_ITSELF = (
    pattern(alternatives("indicators", "reasons", key)) for key in ("less", "better", "short", "of_itself")
)
JUST_THAT = pattern(f"(?:{alternatives('indicators', 'reasons', 'just_that')})?$")
GREW, FELL = (
    pattern(
        rf"^(.*?)(?<![未没无不])(?<!没有)({alternatives('indicators', 'reasons', key)})"
        rf"{alternatives('indicators', 'reasons', 'how_much')}$"
    )
    for key in ("grew", "fell")
)


def changes(reason: str, words: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """What the reason says to have changed in that direction ("" where it does not say), and the word for it."""
    for clause in clauses(reason):
        if said := words.search(clause.text):
            yield OF_ITSELF.sub("", said[1]), said[2]


def more_is_better(row: Indicator, rulebook: Rulebook) -> bool:
    """Whether the indicator is a number of which more is better."""
    return not row.qualitative and direction_of(row, rulebook).rising


@check("I08")
def overshoot_is_explained(diagnoses: Diagnoses, rulebook: Rulebook) -> Iterator[Observation]:
    """超额完成较多的须说明原因; from a lower threshold on it is a notice."""
    reason_from, notice_from = (rulebook.number(f"overshoot.{key}_from") for key in ("reason", "notice"))
    for row, score in diagnoses.rows:
        completion = score.completion or Fraction(0)
        if completion >= min(reason_from, notice_from) and _is_unexplained(row, score, rulebook):
            unit = "；相差十倍以上，也请核对计量单位" if completion > TENFOLD else ""
            must = completion >= reason_from
            yield observed(
                row.reason if row.reason.place.cell else row.actual,
                f"{row.display_name}完成率{percent(completion)}，超额较多{'，没有说明原因' if must else ''}。",
                f"请填写超额的原因，并核对指标值是否定得偏低{unit}。",
                expected="文字说明",
                severity=None if must else "notice",
            )


def _is_unexplained(row: Indicator, score: Score, rulebook: Rulebook) -> bool:
    """Whether more is better, and no reason is given for it."""
    by_number = score.method != "按执行率"
    return by_number and more_is_better(row, rulebook) and is_missing_or_filler(row.reason)


@check("I09")
def claimed_completion_is_computed_completion(diagnoses: Diagnoses, rulebook: Rulebook) -> Iterator[Observation]:
    """填报的完成率＝实际完成值÷指标值. A form may cap all of them at 100%, but then every one.

    Silent where the sign is in doubt (I01, I16), or the indicator was scored by execution rate (I06).
    """
    shown_above = _shows_overshoots(diagnoses.evaluation)
    for row, score in diagnoses.rows:
        claimed, computed = row.claimed_completion.value, score.completion
        if claimed is None or computed is None or not _is_wrong_completion(row, score, shown_above, rulebook):
            continue
        if _is_other_completion(row, score, claimed, diagnoses):
            continue
        tail = "，而本表其他指标没有按100%封顶" if claimed == 1 and computed > 1 else ""
        advice = f"请改为{percent(computed)}，或核对指标值和实际完成值。"
        right = to_rate(row.claimed_completion, computed)
        if _are_swapped(claimed, computed):
            tail = "，互换指标值和实际完成值才是所填的数"
            advice, right = "两个数填反了的请互换，没有填反的请改正完成率。", None
        yield observed(
            row.claimed_completion,
            f"{row.display_name}完成率填{plain(claimed * 100)}%，计算为{percent(computed)}{tail}。",
            advice,
            expected=percent(computed),
            difference=f"{plain(half_up(claimed * 100) - half_up(computed * 100))}个百分点",
            correction=right,
        )


def _shows_overshoots(evaluation: SelfEvaluation) -> bool:
    """Whether the form states completions above 100%."""
    return any((row.claimed_completion.value or 0) > 1 for row in evaluation.indicators)


def _are_swapped(claimed: Decimal, computed: Fraction) -> bool:
    """Whether the claim is target over actual."""
    return computed != 0 and _same_rate(claimed, 1 / computed)


def _is_wrong_completion(row: Indicator, score: Score, shown_above: bool, rulebook: Rulebook) -> bool:
    """Whether the claimed completion is another number; `shown_above`: the form shows completions above 100%."""
    claimed, computed = row.claimed_completion.value, score.completion
    if claimed is None or computed is None or score.method not in MEASURED or _same_rate(claimed, computed):
        return False
    capped = claimed == 1 and computed > 1 and not shown_above
    return not capped and not (claimed >= 1 and score.met and not more_is_better(row, rulebook))


def _is_other_completion(row: Indicator, score: Score, claimed: Decimal, diagnoses: Diagnoses) -> bool:
    """Whether the claim follows from another sign, or is the execution rate."""
    rate = diagnoses.scores.execution.completion
    if rate is not None and _same_rate(claimed, rate):
        return True
    return diagnoses.is_sign_in_doubt(row) or bool(opposite_claims(row, score, diagnoses.rulebook))


def _same_rate(claimed: Decimal, computed: Fraction) -> bool:
    """Equal at two decimals of a percent, or after the unit's own rounding to 0.1% or 1%."""
    stated = half_up(claimed * 100)
    return any(abs(stated - half_up(computed * 100, places)) <= Decimal("0.01") for places in (2, 1, 0))


def adds_up(row: Indicator) -> bool:
    """Whether the indicator counts something over the year, so that it can only grow."""
    unit = unit_name(row.unit.given)
    if unit in ("%", "") or unit in SPANS or "/" in unit or row.sign.value == "=":
        return False
    return NO_SUM.search(row.name.given) is None


@check("I10")
def midyear_is_below_the_years_actual(evaluation: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """年中数小于全年数, for what adds up over the year."""
    for row in evaluation.indicators:
        midyear, actual = row.midyear.value, row.actual.value
        if not isinstance(midyear, Decimal) or not isinstance(actual, Decimal) or not midyear or midyear < actual:
            continue
        if adds_up(row) and _must_grow(row, midyear > actual, rulebook):
            word = "超过" if midyear > actual else "等于"
            message = f"{row.display_name}年中监控值{plain(midyear)}{word}全年实际完成值{plain(actual)}。"
            yield observed(row.midyear, message, "可以不改；请核对年中数是否填成了全年数。")


def _must_grow(row: Indicator, fell: bool, rulebook: Rulebook) -> bool:
    """Whether the actual should exceed the midyear value: money does, and what `fell` though more is better."""
    return unit_name(row.unit.given) in MONEY_UNITS or (fell and more_is_better(row, rulebook))


@check("I11")
def shares_do_not_exceed_one_hundred(evaluation: SelfEvaluation) -> Iterator[Observation]:
    """合格率、利用率等不超过100%."""
    for row in evaluation.indicators:
        actual, name = row.actual.value, row.name.given
        share = unit_name(row.unit.given) == "%" and SHARE.search(name) and not BEYOND_ALL.search(name)
        if isinstance(actual, Decimal) and actual > 100 and share:
            message = f"{row.display_name}实际完成值{plain(actual)}%，比率不应超过100%。"
            yield observed(row.actual, message, "请核对分子、分母，或改用数量作为指标。", expected="不超过100%")


def points_of_band(band: Band, weight: Decimal) -> str:
    """The points that a band allows, in words: "6—8"."""
    return f"{plain(half_up(band.low * weight))}—{plain(half_up(band.high * weight))}"


@check("I12")
def qualitative_points_stay_in_their_band(diagnoses: Diagnoses, rulebook: Rulebook) -> Iterator[Observation]:
    """定性指标的得分在其档次的区间内; the upper end belongs to the band above."""
    for one in diagnoses.banded_claims:
        row, band, best = one.row, one.band, one.band is rulebook.bands[0]
        edge = one.claim == band.high * one.weight and not best
        if edge or one.is_outside:
            span = points_of_band(band, one.weight)
            low, high = (plain(half_up(end * one.weight)) for end in (band.low, band.high))
            must = f"在{span}之间" if best else f"不低于{low}、低于{high}"
            kept = "，正好是上一档的下限，暂按自评计分" if edge else ""
            yield observed(
                row.claimed_points,
                f"{row.display_name}实际完成情况为“{band.judgement}”，得分应{must}，自评{plain(one.claim)}{kept}。",
                "请核对属于哪一档，再在该档的区间内打分，自评总分随之更正。",
                expected=span,
                severity="warning" if edge else "error",
            )


@check("I13")
def all_dimensions_are_there(evaluation: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """产出、效益、满意度都要有, or the rulebook's own levels, on whatever level.

    Silent where a form states no levels at all, or levels of another scheme: 履职效能、管理效率.
    """
    levels = by_level(evaluation).keys() - {""}
    stated = levels | _lower_levels(evaluation)
    wanted = required_dimensions(evaluation, rulebook)
    missing = [f"{name}指标" for name in wanted if not any(name in level for level in stated)]
    if (
        levels
        and missing
        and not _is_of_another_scheme(evaluation, wanted)
        and not any(row.level1.unreadable for row in evaluation.indicators)
    ):
        lacking = "、".join(missing)
        first = evaluation.indicators[0].level1  # only where it is told: what this cell holds is not wrong
        yield Observation(first.place, first.field, None, f"没有{lacking}。", f"请补充{lacking}。")


def _is_of_another_scheme(evaluation: SelfEvaluation, wanted: Sequence[str]) -> bool:
    """Whether no level has the words of a dimension that is `wanted`, or a level 1 those of another scheme."""
    names = [entry.given for row in evaluation.indicators for entry in (row.level1, row.level2)]
    other = any(word in row.level1.given for row in evaluation.indicators for word in OTHER_SCHEMES)
    return other or not any(name in text for text in names for name in wanted)


def required_dimensions(evaluation: SelfEvaluation, rulebook: Rulebook) -> list[str]:
    """What a form must measure: the levels that all of the rulebook's share-outs have, else the usual ones.

    A level that holds budget execution is there without an indicator.
    """
    sets = [set(weights) for weights in rulebook.ruled_levels(evaluation.form)]
    common = set.intersection(*sets) - {rulebook.execution_level} if sets else set()
    ruled = [level.removesuffix("指标") for level in sets[0] if level in common] if sets else []
    return ruled if any(name not in REQUIRED_DIMENSIONS for name in ruled) else REQUIRED_DIMENSIONS


def _lower_levels(evaluation: SelfEvaluation) -> set[str]:
    """The second levels, and satisfaction where it is an indicator's name."""
    levels = {level_named(row.level2.given) for row in evaluation.indicators}
    return levels | ({level_named(row.name.given) for row in evaluation.indicators} & {SATISFACTION})


@check("I14")
def no_indicator_stands_twice(evaluation: SelfEvaluation) -> Iterator[Observation]:
    """指标不重复, in no other spelling either."""
    known: dict[str, Indicator] = {}
    for row in evaluation.indicators:
        name = same_label(row.name.value or "")
        if name and name in known:
            message = f"{row.display_name}与{known[name].name.place.cell}的指标重复。"
            yield observed(row.name, message, "请合并或改写其中一个。")
        elif name:
            known[name] = row


@check("I24")
def deadlines_are_of_the_year(evaluation: SelfEvaluation) -> Iterator[Observation]:
    """A deadline in a target is of the form's year, or later: last year's was carried over."""
    for row in evaluation.indicators:
        years = [int(found["year"]) for found in DEADLINE.finditer(normalise(row.target.given))]
        if evaluation.year and years and max(years) < evaluation.year:
            late = f"{max(years)}年的期限，本表是{evaluation.year}年度"
            message = f"{row.display_name}的指标值“{row.target.given}”是{late}。"
            yield observed(
                row.target, message, "请按本年度的绩效目标填写。", expected=f"{evaluation.year}年的期限"
            )


@check("I15")
def full_points_need_no_reason(diagnoses: Diagnoses) -> Iterator[Observation]:
    """得满分的不必填偏差原因; a remark is welcome where the target was surpassed or judged in words."""
    for row, score in diagnoses.rows:
        full = score.share == 1 and row.claimed_points.value == row.weight.value
        just_met = isinstance(row.actual.value, Decimal) and row.actual.value == row.target.value
        done = BETTER.search(row.reason.given) and not SHORT.search(row.reason.given)
        if full and just_met and not done and not is_missing_or_filler(row.reason):
            message = f"{row.display_name}得满分，却填了偏差原因“{row.reason.given[:LONGEST_SHOWN]}”。"
            yield observed(row.reason, message, "可以不改；如确有偏差，请核对得分。")


@check("I16")
def sign_agrees_with_the_name(evaluation: SelfEvaluation) -> Iterator[Observation]:
    """成本费用不超过为好（≤），下降率、节约率越高越好（≥）."""
    for row in evaluation.indicators:
        if wanted := sign_by_name(row):
            sure = claims_fit(row, wanted)
            fits = f"；填报的完成率、得分是按“{wanted}”计算的" if sure else ""
            message = f"“{row.name.given}”的指标性质填“{row.sign.value}”，与名称的含义相反{fits}。"
            right = to_word(row.sign, wanted) if sure else None
            yield observed(row.sign, message, f"请核对，通常应为“{wanted}”。", expected=wanted, correction=right)


@check("I17")
def reason_agrees_with_the_number(evaluation: SelfEvaluation) -> Iterator[Observation]:
    """偏差原因与数字一致: what fell by the number cannot have grown by the reason, nor the other way round.

    That a part of it grew explains why it fell less than aimed at.
    """
    for row in evaluation.indicators:
        actual = row.actual.value
        if isinstance(actual, Decimal) and actual >= 0 and (opposite := _opposite_change(row)):
            what, word = opposite
            value = f"{plain(actual)}{row.unit.given}"
            message = f"“{row.name.given}”实际完成值为{value}，偏差原因却说“{what}{word}”，两者方向相反。"
            advice = f"请核对实际完成值或改写原因；确实{word}的，实际完成值应为负数。"
            yield observed(row.reason, message, advice)


def _opposite_change(row: Indicator) -> tuple[str, str] | None:
    """What the reason says to have changed against the name (下降率, “费用增加”), and the word for it."""
    name, reason = row.name.given, row.reason.given
    kinds = ((kind, words) for kind, words in ((FALL, GREW), (RISE, FELL)) if kind.search(name))
    kind, words = next(kinds, (None, GREW))
    if kind is None or LESS.search(reason):
        return None
    itself = kind.split(same_label(name))[0]
    for what, word in changes(reason, words):
        if not JUST_THAT.sub("", what) or what.endswith(itself) or itself.endswith(what):
            return what, word
    return None


@check("I18")
def under_spending_is_deducted_once(diagnoses: Diagnoses) -> Iterator[Observation]:
    """同一项结余只扣一次: an indicator scored by execution rate repeats 预算执行率."""
    for row, score in diagnoses.rows if diagnoses.scores.execution.weight else ():
        if score.method == "按执行率" and score.share is not None and score.share < 1:
            message = f"{row.display_name}按执行率计分，与“预算执行率”对同一项结余重复扣分。"
            yield observed(row.method, message, "可以不改；如无规定，建议改用其他计分方法。")


@check("I21")
def judged_points_are_the_units_own(diagnoses: Diagnoses) -> Iterator[Observation]:
    """没有指标值的定性指标用单位自评得分: no rule can compute them, so a person has to judge the claim.

    A form that lacks the column for all of them is told once.
    """
    lacking = diagnoses.evaluation.unmeasured
    own = [row for row, score in diagnoses.rows if lacking and score.claimed and not row.together]
    if own:
        message = f"本表没有“{lacking}”一栏，{len(own)}个指标不能按规则计算，采用单位自评得分。"
        yield observed(own[0].claimed_points, message, JUDGE_ALL)
    for row, score in diagnoses.rows:
        if score.claimed and (row.together or not lacking):
            yield _taken(row, score)
        elif score.points is None and (lacking or _is_units_own(row)):
            yield from _above_its_weight(row)


def _taken(row: Indicator, score: Score) -> Observation:
    """That the unit's own points are counted."""
    if row.together:
        return observed(row.claimed_points, score.why, JUDGE_TOGETHER, basis=TOGETHER)
    claim = row.claimed_points.value or 0  # there is one, as it is counted
    message = f"{row.display_name}没有指标值，不能按规则计算，采用单位自评得分{plain(claim)}分。"
    return observed(row.claimed_points, message, JUDGE)


def _above_its_weight(row: Indicator) -> Iterator[Observation]:
    """That the unit claims more points than there are, which are not counted."""
    claim, weight = row.claimed_points.value, row.weight.value
    if claim and weight and claim > weight:
        message = f"{row.display_name}自评得分{plain(claim)}超过分值{plain(weight)}，没有采用。"
        expected = f"不超过{plain(weight)}"
        yield observed(row.claimed_points, message, "请核对自评得分和分值。", expected=expected, severity="error")


def _is_units_own(row: Indicator) -> bool:
    """Whether only the unit can say the points: no target, or one weight for several indicators."""
    return bool(row.together) or judged_without_target(row)


TOGETHER = "几个指标共用一个分值的，没有规定怎么分，采用单位自评得分（约定）"
JUDGE_TOGETHER = (
    "请审核人对照各指标的完成情况判断得分是否恰当；各指标有各自分值的，请取消合并，逐行填写分值和得分。"
)
JUDGE_ALL = "请审核人对照实际情况，逐项判断得分是否恰当。"
JUDGE = "请审核人对照实际情况判断得分是否恰当；能定档的，请在实际完成值中写明档次。"


@check("I19")
def not_every_actual_equals_its_target(evaluation: SelfEvaluation) -> Iterator[Observation]:
    """所有实际值恰好等于指标值的须核对, from three numbers on."""
    measured = [row for row in evaluation.indicators if isinstance(row.target.value, Decimal)]
    if len(measured) >= 3 and all(row.target.value == row.actual.value for row in measured):
        message = f"{len(measured)}个定量指标的实际完成值都恰好等于指标值。"
        yield observed(measured[0].actual, message, "可以不改；请核对实际完成值是否按实际情况填写。")
