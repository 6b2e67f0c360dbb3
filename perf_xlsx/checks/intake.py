"""R: what was typed into which box, where the whole form decides it. The other codes of R come from reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from perf_xlsx.checks.diagnoses import DENIALS, SHORTFALLS, Diagnoses, is_missing_or_filler, judged_without_target
from perf_xlsx.checks.explanations import ADJUSTMENT
from perf_xlsx.checks.indicators import what_is_there
from perf_xlsx.checks.plausibility import points_of_band
from perf_xlsx.domain.days import usual_day
from perf_xlsx.domain.judgement import judged
from perf_xlsx.domain.model import CROSSED_OUT, PICTURE, Entry, Indicator, Score, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import is_time, normalise, same_label
from perf_xlsx.findings.catalogue import Observation, check, observed
from perf_xlsx.findings.office import ASK_RULES
from perf_xlsx.forms import load_form
from perf_xlsx.rulebook import Rulebook

GOALS = ("goal_expected", "goal_achieved")


@check("R07")
def points_within_a_band_are_chosen(diagnoses: Diagnoses, rulebook: Rulebook) -> Iterator[Observation]:
    """定性指标评为部分达成、未达成的要填自评得分: only the unit can choose its points within the band."""
    if not _any_points_claimed(diagnoses.evaluation, rulebook):
        return  # the unit has not evaluated itself at all
    for row, score in diagnoses.rows:
        band = rulebook.band(row.actual)
        if band and _is_left_to_choose(row, score, rulebook):
            span = points_of_band(band, row.weight.value or Decimal(0))
            message = f"{row.display_name}评为“{band.judgement}”，得分由单位在{span}之间确定，自评得分没有填写。"
            yield observed(row.claimed_points, message, f"请填写自评得分（{span}）。", expected=span)


def _is_left_to_choose(row: Indicator, score: Score, rulebook: Rulebook) -> bool:
    """Whether a band leaves the points to the unit, and the unit has not chosen."""
    in_words = score.method == "定性" and score.points is None and bool(row.weight.value)
    return in_words and row.claimed_points.empty and rulebook.band(row.actual) is not None


def _left_to_choose(diagnoses: Diagnoses, rulebook: Rulebook) -> set[Entry[Decimal]]:
    """The boxes for points that the unit has still to choose within a band (reported by themselves)."""
    return {row.claimed_points for row, score in diagnoses.rows if _is_left_to_choose(row, score, rulebook)}


def _claims(evaluation: SelfEvaluation, rulebook: Rulebook) -> list[Entry[Decimal]]:
    """The boxes for the unit's own points that the form has, the indicators' first, but for those of W03.

    Budget execution owes none where the rulebook gives it no points.
    """
    weighed = [row for row in evaluation.indicators if not (row.weight.empty and row.weight.place.cell)]
    boxes = [row.claimed_points for row in weighed] if "claimed_points" not in evaluation.absent else []
    single = {
        "claimed_execution_points": evaluation.claimed.execution_points, "claimed_total": evaluation.claimed.total,
    }  # fmt: skip
    if not rulebook.number("execution.weight"):
        del single["claimed_execution_points"]
    if not evaluation.claims_total:
        del single["claimed_total"]
    boxes += [entry for key, entry in single.items() if key not in evaluation.absent]
    return [entry for entry in boxes if entry.place.cell]


def _any_points_claimed(evaluation: SelfEvaluation, rulebook: Rulebook) -> bool:
    return not _all_empty(_claims(evaluation, rulebook))


def _all_empty(entries: Iterable[Entry[Decimal]]) -> bool:
    return all(entry.empty for entry in entries)


def _lacks_grade(evaluation: SelfEvaluation) -> bool:
    """Whether the form has a box for the grade, and it is empty."""
    grade = evaluation.claimed.grade
    return "claimed_grade" not in evaluation.absent and bool(grade.place.cell) and grade.empty


@check("R07")
def the_unit_evaluates_itself(diagnoses: Diagnoses, rulebook: Rulebook) -> Iterator[Observation]:
    """自评得分、自评总分、自评等级都要填写, where the form has boxes for them; one finding if all are empty."""
    evaluation = diagnoses.evaluation
    if evaluation.unscored:
        return
    boxes, grade = _claims(evaluation, rulebook), evaluation.claimed.grade
    if boxes and not _any_points_claimed(evaluation, rulebook):
        message = "没有自评打分：各项得分和总分都没有填写。"
        advice = "请由单位逐项自评打分，再填写自评总分；软件计算的得分只供核对，不能代替自评。"
        yield observed(boxes[0], message, advice)
        return
    own = _claimed_by_row(evaluation, boxes)
    skipped = _left_to_choose(diagnoses, rulebook)
    if len(own) > 1 and _all_empty(own):
        yield observed(own[0], "各指标的得分都没有填写。", "请逐项填写各指标的自评得分。")
        skipped |= set(own)
    if _lacks_grade(evaluation):
        yield observed(grade, f"{grade.field}没有填写。", "请填写自评等级。")
    for entry in boxes:
        if entry.empty and entry not in skipped:
            yield observed(entry, f"{entry.field}没有填写。", f"请填写{entry.field}；没有得分的填0。")


def _claimed_by_row(evaluation: SelfEvaluation, boxes: Iterable[Entry[Decimal]]) -> list[Entry[Decimal]]:
    """Those of the boxes that are an indicator's."""
    required = set(boxes)
    return [row.claimed_points for row in evaluation.indicators if row.claimed_points in required]


@check("R13")
def qualitative_in_words_of_the_bands(diagnoses: Diagnoses, rulebook: Rulebook) -> Iterator[Observation]:
    """定性指标 are judged by one of the bands' words, and not by ratio.

    Unknown words are a warning. The wording of the target, or a day before the target's, is 达成.
    """
    for row, score in diagnoses.rows:
        if not row.qualitative or not score.applies or score.method == "按执行率":
            continue
        if score.claimed or diagnoses.evaluation.unscored or diagnoses.evaluation.unmeasured:
            continue  # nothing depends on the band
        if score.method == "按比例":
            message = f"{row.display_name}是定性指标，计分方法不能选“按比例”。"
            yield observed(row.method, message, "请改选“定性”或“达标法”，或者不填。", expected="定性")
        elif message := _unjudged(row, diagnoses.evaluation.year, rulebook):
            words = "、".join(band.judgement for band in rulebook.bands)
            more = MEASURED if row.actual.value is not None and _has_number(row) else ""
            aside = "" if "reason" in diagnoses.evaluation.absent else f"，具体情况写在“{row.reason.field}”中"
            advice = f"{more}请填写 {words} 之一{aside}。"
            yield observed(row.actual, message, advice, expected=words, severity="warning")


MEASURED = "能用数字衡量的，请把指标值写成符号、数字和单位（如“≥95%”）；否则"


def _unjudged(row: Indicator, year: int | None, rulebook: Rulebook) -> str:
    """Why nobody but the unit can say which band the actual belongs to; "" where it is known, or missing (I03)."""
    if row.actual.value is not None and rulebook.band(row.actual) is None:
        found = judged(row.target.given, row.actual.given, year)
        but = f"{found.why}，" if found.why and found.judgement is None else ""
        return f"{_why_in_words(row)}，实际完成值“{row.actual.given}”{but}不能确定属于哪一档。"
    if row.actual.empty and judged_without_target(row):
        return f"{row.display_name}没有指标值，按定性指标读取，实际完成值没有填写，暂不能评分。"
    return ""


def _has_number(row: Indicator) -> bool:
    """Whether the target has digits but is neither one number nor a date: 增长5%, ±5%."""
    target = row.target.given
    return (
        "定性" not in row.sign.given
        and any(ch.isdecimal() for ch in normalise(target))
        and not is_time(str(row.target.value))
    )


def _why_in_words(row: Indicator) -> str:
    """The row, and why it is judged in words."""
    if is_time(str(row.target.value)):
        return f"{row.display_name}的指标值“{row.target.given}”是时间，按定性指标（是否达成）读取"
    if _has_number(row):
        return f"{row.display_name}的指标值“{row.target.given}”不能读成一个数字，按定性指标读取"
    return f"{row.display_name}是定性指标"


def _goals(evaluation: SelfEvaluation) -> list[Entry[str]]:
    return [evaluation.boxes[key] for key in GOALS if key in evaluation.boxes]


@check("R14")
def required_texts_are_not_fillers(diagnoses: Diagnoses, rulebook: Rulebook) -> Iterator[Observation]:
    """该写说明的地方不能只有“无”“/”“见附件”. Reasons are I07."""
    evaluation = diagnoses.evaluation
    required = rulebook.words(f"passages.{evaluation.form}")
    texts = [(passage.title.given, passage.text) for passage in evaluation.passages]
    texts += [(entry.field, entry) for entry in _goals(evaluation)]
    for title, entry in texts:
        if not entry.given or not is_missing_or_filler(entry) or _shows(entry, CROSSED_OUT):
            continue
        if title in required or not _has_nothing_to_tell(title, entry, diagnoses):
            yield observed(entry, f"“{title}”{what_is_there(entry)}。", "请用文字说明。", expected="文字说明")
    for entry in _other_texts(diagnoses):
        if _shows(entry, PICTURE):
            advice = "请用文字说明；没有要说明的，请删去图片。"
            yield observed(entry, f"{entry.field}{what_is_there(entry)}。", advice)


def _has_nothing_to_tell(title: str, entry: Entry[str], diagnoses: Diagnoses) -> bool:
    """Whether 无 is the answer to what fell short, or was adjusted, because nothing did or was."""
    if same_label(entry.given) not in DENIALS:
        return False
    if ADJUSTMENT.title in title:
        limit = diagnoses.rulebook.number("thresholds.adjustment")
        rates = (one.adjustment for one in diagnoses.scores.line_rates.values())
        return all(rate is None or abs(rate) < limit for rate in rates)
    return any(word in title for word in SHORTFALLS) and diagnoses.nothing_fell_short


def _shows(entry: Entry[str], what: str) -> bool:
    """Whether the text could not be read because the cell shows this: PICTURE, CROSSED_OUT."""
    return entry.unreadable and entry.given == what


def _other_texts(diagnoses: Diagnoses) -> Iterator[Entry[str]]:
    """The long texts of projects and indicators, without those that I07 reports."""
    evaluation, reported = (
        diagnoses.evaluation,
        {missing.entry.place for missing in diagnoses.missing_explanations},
    )
    texts = [project.benefit for project in evaluation.projects]
    for row in evaluation.indicators:
        texts += [row.reason, row.improvement] if "improvement" not in evaluation.absent else [row.reason]
    yield from (entry for entry in texts if entry.place not in reported)


@check("R24")
def texts_are_not_crossed_out(diagnoses: Diagnoses) -> Iterator[Observation]:
    """文字说明不应被划去. Other boxes are reported on reading; a reason that is required is I07."""
    texts = [*(passage.text for passage in diagnoses.evaluation.passages), *_goals(diagnoses.evaluation)]
    for entry in (*texts, *_other_texts(diagnoses)):
        if _shows(entry, CROSSED_OUT):
            advice = "请核对：仍然有效的，请取消删除线；不要的，请从格里删去。"
            yield observed(entry, f"{entry.field}{what_is_there(entry)}。", advice)


@check("R15")
def filing_date_can_be(evaluation: SelfEvaluation) -> Iterator[Observation]:
    """填报日期是日期，且在预算年度结束之后、次年之内."""
    entry = evaluation.boxes["filled_on"]
    if entry.value is None or evaluation.year is None:
        return
    day = usual_day(entry.value)
    span = f"{evaluation.year + 1}-01-01 至 {evaluation.year + 1}-12-31"
    if day is None:
        message = f"填报日期填“{entry.given}”，不是日期。"
    elif day.year <= evaluation.year:
        message = f"填报日期{entry.given}在{evaluation.year}年度结束之前。"
    elif day.year > evaluation.year + 1:
        message = f"填报日期{entry.given}晚于{evaluation.year}年度自评的当年。"
    else:
        return
    advice = f"请填写实际填报日期，如 {evaluation.year + 1}-04-15。"
    if day is not None:
        advice = (
            f"请核对年度：不是报{evaluation.year}年度的，请改用该年度的表填报；年度无误的，请填写实际填报日期。"
        )
    yield observed(entry, message, advice, expected=span)


@check("R17")
def rulebook_serves_the_form(evaluation: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """评分办法适用于这种表、这个年度. A form without points is not scored by any."""
    if evaluation.unscored:
        return
    place, (first, last) = Place(evaluation.workbook), rulebook.years
    advice = f"{ASK_RULES}。"
    kind = load_form(evaluation.form)
    if not {kind.name, kind.kind} & {*rulebook.forms} and kind.rulebook != rulebook.name:
        message = f"评分办法{rulebook.called}不是为这种自评表制定的。"
        yield Observation(place, "评分办法", None, message, advice)
    if evaluation.year is not None and not (first or 0) <= evaluation.year <= (last or 9999):
        span = f"{first}年度起" if last is None else f"{first or '……'}至{last}年度"
        message = f"评分办法{rulebook.called}适用于{span}，本表是{evaluation.year}年度。"
        yield Observation(place, "年度", str(evaluation.year), message, advice)
