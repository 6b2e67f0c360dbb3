"""I, continued: what a careful person would find odd about an indicator's numbers and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from perf_xlsx.checks.clauses import clauses
from perf_xlsx.checks.directions import FALL, RISE, claims_fit, claims_of_other, read_otherwise, sign_by_name
from perf_xlsx.checks.indicators import owed, rows, span_of
from perf_xlsx.checks.weights import SATISFACTION, SATISFIED, by_level, level_named
from perf_xlsx.domain.model import Indicator, Scores, SelfEvaluation
from perf_xlsx.domain.quantity import MONEY_UNITS, same_label, unit_name
from perf_xlsx.domain.rounding import half_up, percent, plain
from perf_xlsx.findings.catalogue import Observation, check, observed, to_rate, to_word
from perf_xlsx.rulebook import Band, Rulebook
from perf_xlsx.rulebook.direction import direction_of
from perf_xlsx.system.pattern import pattern

TENFOLD = 10  # times the target
MEASURED = ("按比例", "达标法")  # their completion is actual over target
DIMENSIONS = ("产出", "效益", "满意度")
SHARE = pattern(
    "合格率|利用率|使用率|覆盖率|及时率|达标率|参与率|优良率|满意度|占比|出勤率|完好率|到位率|普及率|办结率|准确率|入学率"
)
BEYOND_ALL = pattern("增长|提升|提高|增幅|床位|病床")  # of these a rate may well exceed 100%
# What does not add up over the year: averages, standards, prices, spans of time, and what there is at a moment.
NO_SUM = pattern(
    "平均|人均|户均|均|每|标准|单(?:位|价|页|件|个|台|套|次|户|处|项|人)|率|比例|占比|时间|时长|周期|期限|最[高低大小]|"
    "库存|余额|存量|保有|在[校册岗职编]|实有|现有"
)
SPANS = frozenset({"天", "日", "工作日", "小时", "分钟", "秒", "周", "月", "个月", "年", "岁"})
LESS = pattern("收窄|放缓|减缓|趋缓|抵消|抵减|不及|低于|小于|少于|不够|不足|幅度")
BETTER = pattern("完成|达标|达到|实现")
SHORT = pattern("未|没|不|尚")
GREW = "增加|上升|上涨|增长|增多|提高"
FELL = "负增长|下降|下滑|减少|降低"
HOW_MUCH = r"(?:了|到|至|为|较多|较快|明显|所致)*(?:约?\d[\d.,]*[^\d,]{0,4})?"
OF_ITSELF = pattern(
    "同比|环比|(?:比|较)(?:上年|去年|年初|同期)|因|由于|有所|略有|大幅|明显|仍|却|反而|不降反|不增反|全年|本年|的"
)
JUST_THAT = pattern("(?:费用|费|支出|经费|成本|总量|数量|用量|总额|收入|规模)?$")


def changed(reason: str, words: str) -> Iterator[tuple[str, str]]:
    """What the reason says to have changed in that direction, and the word for it; objects of it are left out."""
    for clause in clauses(reason):
        if said := re.search(rf"^(.*?)(?<![未没无不])(?<!没有)({words}){HOW_MUCH}$", clause.text):
            yield OF_ITSELF.sub("", said[1]), said[2]


def rising(row: Indicator, rulebook: Rulebook) -> bool:
    """Whether more is better."""
    return not row.qualitative and direction_of(row, rulebook).rising


@check("I08")
def overshoot_is_explained(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """超额完成较多的须说明原因; from a lower threshold it is only told.

    Good: 140.50%, “节能改造见效”.  Bad: 140.50%, no word why.
    """
    for row, score in rows(form, scores):
        if (
            not rising(row, rulebook)
            or score.method == "按执行率"
            or score.completion is None
            or not owed(row.reason)
        ):
            continue
        unit = "；相差十倍以上，也请核对计量单位" if score.completion > TENFOLD else ""
        must = score.completion >= rulebook.number("overshoot.reason_from")
        if must or score.completion >= rulebook.number("overshoot.notice_from"):
            yield observed(
                row.reason if row.reason.place.cell else row.actual,
                f"{row.called}完成率{percent(score.completion)}，超额较多"
                + ("，没有说明原因。" if must else "。"),
                f"请填写超额的原因，并核对指标值是否定得偏低{unit}。",
                expected="文字说明",
                severity=None if must else "notice",
            )


@check("I09")
def claimed_completion_is_computed_completion(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """填报的完成率＝实际完成值÷指标值. A form may cap all of them at 100%, but then every one.

    Good: 140.50% and 103.45%.  Bad: 100% for 140.50% beside 103.45%.
    """
    stated = [(row, s, row.claimed_completion.value, s.completion) for row, s in rows(form, scores)]
    shown_above = any(claimed is not None and claimed > 1 for _, _, claimed, _ in stated)
    for row, score, claimed, computed in stated:
        if claimed is None or computed is None or score.method not in MEASURED or _same_rate(claimed, computed):
            continue
        capped = claimed == 1 and computed > 1
        if (capped and not shown_above) or (not rising(row, rulebook) and score.met and claimed >= 1):
            continue
        rate = scores.execution.completion
        if (
            read_otherwise(row, score)
            or claims_of_other(row, score, rulebook)
            or (rate is not None and _same_rate(claimed, rate))
        ):
            continue  # I16 or I01 says so; it was scored by execution rate: I06 speaks of the method
        tail = "，而本表其他指标没有按100%封顶" if capped else ""
        advice = f"请改为{percent(computed)}，或核对指标值和实际完成值。"
        right = to_rate(row.claimed_completion, computed)
        if computed and _same_rate(claimed, 1 / computed):
            tail = "，互换指标值和实际完成值才是所填的数"
            advice, right = "两个数填反了的请互换，没有填反的请改正完成率。", None
        yield observed(
            row.claimed_completion,
            f"{row.called}完成率填{plain(claimed * 100)}%，计算为{percent(computed)}{tail}。",
            advice,
            expected=percent(computed),
            difference=f"{plain(half_up(claimed * 100) - half_up(computed * 100))}个百分点",
            correction=right,
        )


def _same_rate(claimed: Decimal, computed: object) -> bool:
    """Equal at two decimals of a percent, or after the unit's own rounding to 0.1% or 1%."""
    exact = computed * 100  # type: ignore[operator]  # Decimal or Fraction
    stated = half_up(claimed * 100)
    return any(abs(stated - half_up(exact, places)) <= Decimal("0.01") for places in (2, 1, 0))


def adds_up(row: Indicator) -> bool:
    """Whether the indicator counts something over the year, so that it can only grow."""
    unit = unit_name(row.unit.given)
    if unit in ("%", "") or unit in SPANS or "/" in unit or row.sign.value == "=":
        return False
    return NO_SUM.search(row.name.given) is None


@check("I10")
def midyear_is_below_the_years_actual(form: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """年中数小于全年数, for what adds up over the year.

    Good: 年中 1200.00, 全年 2857.28.  Bad: 2857.28 both times.
    """
    for row in form.indicators:
        midyear, actual, unit = row.midyear.value, row.actual.value, unit_name(row.unit.given)
        if not isinstance(midyear, Decimal) or not isinstance(actual, Decimal) or not midyear:
            continue
        if not adds_up(row) or not (rising(row, rulebook) or unit in MONEY_UNITS):
            continue
        if midyear > actual or (midyear == actual and unit in MONEY_UNITS):
            word = "超过" if midyear > actual else "等于"
            message = f"{row.called}年中监控值{plain(midyear)}{word}全年实际完成值{plain(actual)}。"
            yield observed(row.midyear, message, "可以不改；请核对年中数是否填成了全年数。")


@check("I11")
def shares_do_not_exceed_one_hundred(form: SelfEvaluation) -> Iterator[Observation]:
    """合格率、利用率等不超过100%.

    Good: 98.28%.  Bad: 合格率 103%.
    """
    for row in form.indicators:
        actual = row.actual.value
        if (
            isinstance(actual, Decimal)
            and actual > 100
            and unit_name(row.unit.given) == "%"
            and SHARE.search(row.name.given)
            and not BEYOND_ALL.search(row.name.given)
        ):
            message = f"{row.called}实际完成值{plain(actual)}%，比率不应超过100%。"
            yield observed(row.actual, message, "请核对分子、分母，或改用数量作为指标。", expected="不超过100%")


def out_of_band(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[tuple[Indicator, Band, Decimal, Decimal]]:
    """Indicators judged in words whose claimed points lie outside their band; with the band, weight and claim."""
    tolerance = rulebook.number("thresholds.tolerance")
    for row, score in rows(form, scores):
        band = rulebook.band(row.actual)
        claimed, weight = row.claimed_points.value, row.weight.value
        if score.method != "定性" or band is None or claimed is None or not weight or weight < 0:
            continue
        if not band.low * weight - tolerance <= claimed <= band.high * weight + tolerance:
            yield row, band, weight, claimed


@check("I12")
def qualitative_points_stay_in_their_band(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """定性指标的得分在其档次的区间内.

    Good: 部分达成, 7 of 10.  Bad: 部分达成, 9 of 10, or 8, which the band above begins with.
    """
    outside = {id(row) for row, _, _, _ in out_of_band(form, scores, rulebook)}
    for row, score in rows(form, scores):
        band = rulebook.band(row.actual)
        claimed, weight = row.claimed_points.value, row.weight.value
        if score.method != "定性" or band is None or claimed is None or not weight or weight < 0:
            continue
        edge = claimed == band.high * weight and band is not rulebook.bands[0]  # the band above begins with it
        if edge or id(row) in outside:
            span = span_of(band, weight)
            top = "" if band is rulebook.bands[0] else f"（{plain(half_up(band.high * weight))}属于上一档）"
            yield observed(
                row.claimed_points,
                f"{row.called}实际完成情况为“{band.judgement}”，得分应在{span}之间{top}，自评{plain(claimed)}。",
                "请核对属于哪一档，再在该档的区间内打分，自评总分随之更正。",
                expected=span,
                severity="warning" if edge else "error",
            )


@check("I13")
def all_dimensions_are_there(form: SelfEvaluation) -> Iterator[Observation]:
    """产出、效益、满意度都要有, on whatever level; silent where a form states no levels at all.

    Good: all three; 满意度 as a level 2 below 效益.  Bad: 产出 and 效益 alone.
    """
    levels = by_level(form).keys() - {""}
    stated = levels | {level_named(row.level2.given) for row in form.indicators}
    stated |= {SATISFACTION for row in form.indicators if SATISFIED.search(row.name.given)}
    missing = [f"{name}指标" for name in DIMENSIONS if not any(name in level for level in stated)]
    if levels and missing and not any(row.level1.unreadable for row in form.indicators):
        message = f"没有{'、'.join(missing)}。"
        yield observed(
            form.indicators[0].level1, message, f"请补充{'、'.join(missing)}。", expected="、".join(missing)
        )


@check("I14")
def no_indicator_stands_twice(form: SelfEvaluation) -> Iterator[Observation]:
    """指标不重复: neither by name alone, nor with another spelling of it.

    Good: two different names.  Bad: 验收合格率 twice.
    """
    seen: dict[str, Indicator] = {}
    for row in form.indicators:
        name = same_label(row.name.value or "")
        if name and name in seen:
            cell = seen[name].name.place.cell
            message = f"{row.called}与{cell}的指标重复。"
            yield observed(row.name, message, "请合并或改写其中一个。")
        elif name:
            seen[name] = row


@check("I15")
def full_points_need_no_reason(form: SelfEvaluation, scores: Scores) -> Iterator[Observation]:
    """得满分的不必填偏差原因; of what surpassed its target, or was judged in words, a remark is welcome.

    Good: 100%, no reason.  Bad: 100%, full points, “人员不足”.
    """
    for row, score in rows(form, scores):
        full = score.share == 1 and row.claimed_points.value == row.weight.value
        just_met = isinstance(row.actual.value, Decimal) and row.actual.value == row.target.value
        done = BETTER.search(row.reason.given) and not SHORT.search(row.reason.given)
        if full and just_met and not done and not owed(row.reason):
            message = f"{row.called}得满分，却填了偏差原因“{row.reason.given[:40]}”。"
            yield observed(row.reason, message, "可以不改；如确有偏差，请核对得分。")


@check("I16")
def sign_agrees_with_the_name(form: SelfEvaluation) -> Iterator[Observation]:
    """成本费用不超过为好（≤），下降率、节约率越高越好（≥）.

    Good: 单页成本 ≤ 10; 下降率 ≥ 2%.  Bad: 单页成本 ≥ 10; 下降率 ≤ 2%.
    """
    for row in form.indicators:
        if wanted := sign_by_name(row):
            sure = claims_fit(row, wanted)
            fits = f"；填报的完成率、得分是按“{wanted}”计算的" if sure else ""
            message = f"“{row.name.given}”的指标性质填“{row.sign.value}”，与名称的含义相反{fits}。"
            right = to_word(row.sign, wanted) if sure else None
            yield observed(row.sign, message, f"请核对，通常应为“{wanted}”。", expected=wanted, correction=right)


@check("I17")
def reason_agrees_with_the_number(form: SelfEvaluation) -> Iterator[Observation]:
    """偏差原因与数字一致: what fell cannot be said to have grown, nor the other way round.

    That a part of it grew explains why it fell less than aimed at.
    Good: 下降率 -3%, “费用增加”; 用水量下降率 2.6% of 3%, “工业取水量增加，降幅收窄”.  Bad: 下降率 0%, “费用增加”.
    """
    for row in form.indicators:
        name, actual, reason = row.name.given, row.actual.value, row.reason.given
        kind, words = next(((k, w) for k, w in ((FALL, GREW), (RISE, FELL)) if k.search(name)), (None, ""))
        if kind is None or not isinstance(actual, Decimal) or actual < 0 or LESS.search(reason):
            continue
        itself = kind.split(same_label(name))[0]
        for what, word in changed(reason, words):
            if not JUST_THAT.sub("", what) or what.endswith(itself) or itself.endswith(what):
                value = f"{plain(actual)}{row.unit.given}"
                message = f"“{name}”实际完成值为{value}，偏差原因却说“{what}{word}”，两者方向相反。"
                advice = f"请核对实际完成值或改写原因；确实{word}的，实际完成值应为负数。"
                yield observed(row.reason, message, advice)
                break


@check("I18")
def under_spending_is_deducted_once(form: SelfEvaluation, scores: Scores) -> Iterator[Observation]:
    """同一项结余只扣一次: an indicator scored by execution rate stands beside 预算执行率 itself.

    Good: one of them.  Bad: 预算执行率 8.68/10 and 预算经费 10.42/12, both for 86.80%.
    """
    for row, score in rows(form, scores):
        if score.method == "按执行率" and score.share is not None and score.share < 1:
            message = f"{row.called}按执行率计分，与“预算执行率”对同一项结余重复扣分。"
            yield observed(row.method, message, "可以不改；如无规定，建议改用其他计分方法。")


@check("I19")
def not_every_actual_equals_its_target(form: SelfEvaluation) -> Iterator[Observation]:
    """所有实际值恰好等于指标值的须核对; told from three numbers on.

    Good: 98.28 beside 95.  Bad: five indicators, each to the digit.
    """
    measured = [row for row in form.indicators if isinstance(row.target.value, Decimal)]
    if len(measured) >= 3 and all(row.target.value == row.actual.value for row in measured):
        message = f"{len(measured)}个定量指标的实际完成值都恰好等于指标值。"
        yield observed(measured[0].actual, message, "可以不改；请核对实际完成值是否按实际情况填写。")
