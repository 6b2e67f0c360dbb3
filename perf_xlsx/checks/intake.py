"""R: what was typed where, as far as it takes the whole form to judge (the rest is said on reading)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from perf_xlsx.checks.indicators import judged_without_target, owed, owing, span_of, stands
from perf_xlsx.domain.judgement import judged
from perf_xlsx.domain.model import CROSSED_OUT, PICTURE, Entry, Indicator, Score, Scores, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import is_time, normalise
from perf_xlsx.findings.catalogue import Observation, check, observed
from perf_xlsx.forms import load_form
from perf_xlsx.rulebook import Rulebook


@check("R07")
def points_within_a_band_are_chosen(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """定性指标评为部分达成、未达成的要填自评得分: the unit chooses its points within the band, nobody else can.

    Good: 部分达成, 7 of 10.  Bad: 部分达成, 自评得分 empty.
    """
    if not _any_points_claimed(form):
        return  # the unit has not evaluated itself at all
    for row, score in zip(form.indicators, scores.indicators, strict=True):
        if span := _span_to_choose_in(row, score, rulebook):
            band = rulebook.band(row.actual)
            assert band is not None
            message = f"{row.called}评为“{band.judgement}”，得分由单位在{span}之间确定，自评得分没有填写。"
            yield observed(row.claimed_points, message, f"请填写自评得分（{span}）。", expected=span)


def _span_to_choose_in(row: Indicator, score: Score, rulebook: Rulebook) -> str:
    """The points of a band that only the unit can choose among, where it has not; "" elsewhere."""
    band, weight = rulebook.band(row.actual), row.weight.value
    if score.points is None and score.method == "定性" and band and weight and row.claimed_points.empty:
        return span_of(band, weight)
    return ""


def _claims(form: SelfEvaluation) -> list[Entry[Decimal]]:
    """The boxes for points that the unit gives itself, as far as the form has them, the indicators' first."""
    weighed = [row for row in form.indicators if not (row.weight.empty and row.weight.place.cell)]  # else W03
    boxes = [row.claimed_points for row in weighed] if "claimed_points" not in form.absent else []
    single = {
        "claimed_execution_points": form.claimed.execution_points, "claimed_total": form.claimed.total,
    }  # fmt: skip
    boxes += [entry for key, entry in single.items() if key not in form.absent]
    return [entry for entry in boxes if entry.place.cell]


def _any_points_claimed(form: SelfEvaluation) -> bool:
    return not all(entry.empty for entry in _claims(form))


@check("R07")
def the_unit_evaluates_itself(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """自评得分、自评总分、自评等级都要填写, where the form has boxes for them; told once where none is filled.

    Good: every indicator with its points, and their total.  Bad: 得分 left empty for the bureau to fill in.
    """
    boxes, grade = _claims(form), form.claimed.grade
    if boxes and not _any_points_claimed(form):
        message = "没有自评打分：各项得分和总分都没有填写。"
        advice = "请由单位逐项自评打分，再填写自评总分；软件计算的得分只供核对，不能代替自评。"
        yield observed(boxes[0], message, advice)
        return
    asked = set(boxes)
    own = [row.claimed_points for row in form.indicators if row.claimed_points in asked]
    chosen = {  # the bands' own question asks for these
        row.claimed_points
        for row, score in zip(form.indicators, scores.indicators, strict=True)
        if _span_to_choose_in(row, score, rulebook)
    }
    if len(own) > 1 and all(entry.empty for entry in own):
        yield observed(own[0], "各指标的得分都没有填写。", "请逐项填写各指标的自评得分。")
        told = set(own)
        boxes = [entry for entry in boxes if entry not in told]
    if "claimed_grade" not in form.absent and grade.place.cell:
        yield from _to_be_claimed(grade, "请填写自评等级。")
    for entry in boxes:
        if entry not in chosen:
            yield from _to_be_claimed(entry, f"请填写{entry.field}；没有得分的填0。")


def _to_be_claimed(entry: Entry[Any], advice: str) -> Iterator[Observation]:
    if entry.empty:
        yield observed(entry, f"{entry.field}没有填写。", advice)


@check("R13")
def qualitative_in_words_of_the_bands(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """定性指标: judged by one of the bands' words, and not by ratio.

    Words that no table knows are asked about: a warning. The wording of the target, or a day before its, is 达成.
    Good: 定性, 实际完成值“部分达成”.  Bad: 定性, 实际完成值“效果较好”; 定性 with 计分方法“按比例”.
    """
    words = "、".join(band.judgement for band in rulebook.bands)
    for row, score in zip(form.indicators, scores.indicators, strict=True):
        if not row.qualitative or score.method == "按执行率":
            continue
        advice = f"请填写 {words} 之一，具体情况写在“{row.reason.field}”中。"
        if score.method == "按比例":
            message = f"{row.called}是定性指标，计分方法不能选“按比例”。"
            yield observed(row.method, message, "请改选“定性”或“达标法”，或者不填。", expected="定性")
        elif row.actual.value is not None and rulebook.band(row.actual) is None:
            found = judged(row.target.given, row.actual.given, form.year)
            but = f"{found.why}，" if found.why and found.judgement is None else ""
            message = f"{_called(row)}，实际完成值“{row.actual.given}”{but}不能确定属于哪一档。"
            more = MEASURED if _numbered(row) else ""
            yield observed(row.actual, message, more + advice, expected=words, severity="warning")
        elif row.actual.empty and judged_without_target(row):
            message = f"{row.called}没有指标值，按定性指标读取，实际完成值没有填写，暂不能评分。"
            yield observed(row.actual, message, advice, expected=words, severity="warning")


MEASURED = "能用数字衡量的，请把指标值写成符号、数字和单位（如“≥95%”）；否则"


def _numbered(row: Indicator) -> bool:
    """Whether a target that nothing measures by has digits, and is no date: 增长5%, ±5%."""
    target = row.target.given
    return (
        "定性" not in row.sign.given
        and any(ch.isdecimal() for ch in normalise(target))
        and not is_time(str(row.target.value))
    )


def _called(row: Indicator) -> str:
    """The row, and why it is judged in words."""
    if is_time(str(row.target.value)):
        return f"{row.called}的指标值“{row.target.given}”是时间，按定性指标（是否达成）读取"
    if _numbered(row):
        return f"{row.called}的指标值“{row.target.given}”不能读成一个数字，按定性指标读取"
    return f"{row.called}是定性指标"


@check("R14")
def owed_texts_are_not_fillers(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """该写说明的地方不能只有“无”“/”“见附件”. Reasons have a finding of their own (I07).

    Good: 结余主要为公用经费.  Bad: 见附件.
    """
    texts = [(passage.title.given, passage.text) for passage in form.passages]
    texts += [
        (form.boxes[key].field, form.boxes[key]) for key in ("goal_expected", "goal_achieved") if key in form.boxes
    ]
    for title, entry in texts:
        if entry.given and owed(entry) and not unread(entry, CROSSED_OUT):
            yield observed(entry, f"“{title}”{stands(entry)}。", "请用文字说明。", expected="文字说明")
    for entry in _beside_owed(form, scores, rulebook):
        if unread(entry, PICTURE):
            yield observed(entry, f"{entry.field}{stands(entry)}。", "请用文字说明；没有要说明的，请删去图片。")


def unread(entry: Entry[str], what: str) -> bool:
    """Whether a text could not be read for this."""
    return entry.unreadable and entry.given == what


def _beside_owed(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Entry[str]]:
    """The long texts of rows, but for those that missed targets owe (I07)."""
    owed_at = {entry.place for *_, entry, _ in owing(form, scores, rulebook)}
    texts = [project.benefit for project in form.projects]
    for row in form.indicators:
        texts += [row.reason, row.improvement] if "improvement" not in form.absent else [row.reason]
    yield from (entry for entry in texts if entry.place not in owed_at)


@check("R24")
def texts_are_not_crossed_out(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """文字说明不应被划去. What is crossed out elsewhere is told on reading; a reason that is owed is I07.

    Good: 结余主要为公用经费.  Bad: the same, crossed out and left there.
    """
    texts = [passage.text for passage in form.passages]
    texts += [form.boxes[key] for key in ("goal_expected", "goal_achieved") if key in form.boxes]
    for entry in (*texts, *_beside_owed(form, scores, rulebook)):
        if unread(entry, CROSSED_OUT):
            advice = "请核对：仍然有效的，请取消删除线；不要的，请从格里删去。"
            yield observed(entry, f"{entry.field}{stands(entry)}。", advice)


@check("R15")
def filing_date_can_be(form: SelfEvaluation) -> Iterator[Observation]:
    """填报日期是日期，且在预算年度结束之后、次年之内.

    Good: 2024-04-15 for 2023.  Bad: 2023-04-15 for 2023; “四月”.
    """
    entry = form.boxes["filled_on"]
    if entry.value is None or form.year is None:
        return
    found = re.fullmatch(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?: .*)?", normalise(entry.value))
    try:
        day = datetime.date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    span = f"{form.year + 1}-01-01 至 {form.year + 1}-12-31"
    if day is None:
        message = f"填报日期填“{entry.given}”，不是日期。"
    elif day.year <= form.year:
        message = f"填报日期{entry.given}在{form.year}年度结束之前。"
    elif day.year > form.year + 1:
        message = f"填报日期{entry.given}晚于{form.year}年度自评的当年。"
    else:
        return
    yield observed(entry, message, f"请填写实际填报日期，如 {form.year + 1}-04-15。", expected=span)


@check("R17")
def rulebook_serves_the_form(form: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """评分办法适用于这种表、这个年度.

    Good: a rulebook from 2020 on, for a form of 2023.  Bad: one for department forms alone, for a project form.
    """
    place, (first, last) = Place(form.workbook), rulebook.years
    advice = "请确认应按哪个评分办法评分。"
    if form.form not in rulebook.forms and load_form(form.form).rulebook != rulebook.name:
        message = f"评分办法“{rulebook.title}”（{rulebook.name}）不是为这种自评表制定的。"
        yield Observation(place, "评分办法", rulebook.name, message, advice)
    if form.year is not None and not (first or 0) <= form.year <= (last or 9999):
        span = f"{first}年度起" if last is None else f"{first or '……'}至{last}年度"
        message = f"评分办法“{rulebook.title}”（{rulebook.name}）适用于{span}，本表是{form.year}年度。"
        yield Observation(place, "年度", str(form.year), message, advice, span)
