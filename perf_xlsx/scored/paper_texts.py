"""What stands around the tables of the paper: basics, goal, grade, texts, signatures and the foot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from perf_xlsx.domain.days import day_of
from perf_xlsx.domain.model import UNSCORED_WORDS, Entry
from perf_xlsx.domain.rounding import points
from perf_xlsx.scored.canvas import SheetCanvas
from perf_xlsx.scored.clip_text import chunks
from perf_xlsx.scored.paper import Basics, ColumnSpan, Goal, GradeRow, HeadingRow, PassageRows, Signatures
from perf_xlsx.scored.subject import ScoredEvaluation
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.fixed_texts import SCORED_BY, SEAL, SIGNED, SIGNED_ON

TITLE_SIZE, YEAR_SIZE, WARNING_SIZE = 18, 12, 14
GOAL, TALL, SEAL_HEIGHT = 40.0, 26.0, 51.0  # least heights in points
# Whose names and numbers stand in the signatures, by the labels of the boxes that ask for them.
SIGNED_BY: Mapping[str, tuple[str, ...]] = {
    SIGNED[0]: ("填报人", "填表人"),
    SIGNED[1]: ("单位负责人", "负责人"),
    SIGNED[2]: ("联系电话",),
}
SIGNED_FROM = (0.22, 0.46, 0.75)  # of the width: a telephone number stands on one line
SIGNATURE_BOXES = {label for labels in SIGNED_BY.values() for label in labels}


def write_heading(canvas: SheetCanvas, subject: ScoredEvaluation) -> None:
    """The title and the year, below why the form may not be sealed."""
    plain = {"border": False}
    if subject.not_valid:
        canvas.text(canvas.whole, subject.not_valid, bold=True, font_size=WARNING_SIZE)
        canvas.next(least=TALL)
    canvas.text(canvas.whole, subject.title, **plain, font_name=s.HEADING, font_size=TITLE_SIZE)
    canvas.next(least=30)
    year = f"（{subject.evaluation.year}年度）" if subject.evaluation.year else "（　　　　年度）"
    canvas.text(canvas.whole, year, **plain, font_size=YEAR_SIZE)
    canvas.next()


def write_basics(canvas: SheetCanvas, subject: ScoredEvaluation, part: Basics) -> None:
    """A row for each group of boxes of which one is filled in; the first row always."""
    boxes = subject.evaluation.boxes
    for row in part.rows:
        entries = [boxes[key] for key in row if key in boxes]
        if not entries or (row != part.rows[0] and all(entry.empty for entry in entries)):
            continue
        label, value, second, last = part.at
        spans = (
            ((label, value), (second, last))
            if len(entries) > 1
            else ((label, ColumnSpan(value.first, last.last)),)
        )
        shown = []
        for entry, (left, right) in zip(entries, spans, strict=True):
            canvas.label(left, entry.field)
            canvas.text(right, entry.given)
            shown.append((entry.given, right))
        canvas.next(shown)


def write_goal(canvas: SheetCanvas, subject: ScoredEvaluation, part: Goal) -> None:
    """The goal, expected and achieved."""
    boxes = subject.evaluation.boxes
    if "goal_expected" not in boxes:
        return
    texts = ((boxes["goal_expected"].given, part.expected), (boxes["goal_achieved"].given, part.achieved))
    rows = canvas.in_rows(texts)
    canvas.label(part.at, part.title, rows=1 + len(rows))
    canvas.begin_table()
    canvas.label(part.expected, "预期目标")
    canvas.label(part.achieved, "实际完成情况")
    canvas.next()
    canvas.flow(rows, least=GOAL)
    canvas.end_table()


def write_line(canvas: SheetCanvas, subject: ScoredEvaluation, part: HeadingRow) -> None:
    """A line above what is not on the official form; none above nothing."""
    if not _has_more(canvas, subject):
        return
    canvas.keep_next()
    canvas.text(canvas.whole, part.title, border=False, bold=True, align="left")
    canvas.next(least=TALL)


def _has_more(canvas: SheetCanvas, subject: ScoredEvaluation) -> bool:
    """Whether there is anything that is not on the official form."""
    return bool(canvas.cut or subject.evaluation.claimed.grade.given or any(text for _, text in _texts(subject)))


def _headed(subject: ScoredEvaluation) -> bool:
    """Whether the paper has a place for it below the names."""
    return any(isinstance(part, HeadingRow) for part in subject.paper.parts)


def write_grade(canvas: SheetCanvas, subject: ScoredEvaluation, part: GradeRow) -> None:
    """The unit's own grade, where there is one."""
    if not subject.evaluation.claimed.grade.given:
        return
    canvas.label(part.at[0], "自评等级")
    canvas.text(part.at[1], subject.evaluation.claimed.grade.given, align="left")
    canvas.next()


def write_texts(canvas: SheetCanvas, subject: ScoredEvaluation, part: PassageRows) -> None:
    """A label and a text, over several rows where one would be too high."""
    for label, text in (*canvas.cut, *_texts(subject)):
        for number, chunk in enumerate(chunks(text, canvas.width(part.at[1]))):
            canvas.label(part.at[0], label if number == 0 else f"{label}（续）")
            canvas.text(part.at[1], chunk, align="left")
            canvas.next([(chunk, part.at[1]), (label, part.at[0])])


def _texts(subject: ScoredEvaluation) -> Iterator[tuple[str, str]]:
    """The tasks of the year, the passages, then what only this kind of form asks for.

    The official table has no columns for any of it.
    """
    tasks = subject.evaluation.boxes.get("goal_tasks")
    if tasks is not None and tasks.given:
        yield tasks.field, tasks.given
    for passage in subject.evaluation.passages:
        yield passage.title.given, passage.text.given
    for extra in subject.evaluation.extras:
        if extra.label not in SIGNATURE_BOXES:
            yield extra.label, f"{extra.row}：{extra.entry.given}" if extra.row else extra.entry.given


def write_signatures(canvas: SheetCanvas, subject: ScoredEvaluation, _: Signatures) -> None:
    """Names as typed; the place of the seal and the date only where the form may be sealed. Then the foot.

    All in one row, because no page break cuts a row: the seal stays with the names.
    """
    spans = _parted(canvas)
    names = [f"{label}{_signed(subject, labels)}" for label, labels in SIGNED_BY.items()]
    seal = "" if subject.not_valid else f"{SEAL}\n\n{_day(subject.evaluation.boxes.get('filled_on'))}"
    canvas.keep()  # the names never stand on a page alone
    canvas.next(least=4)
    canvas.keep()
    shown = list(zip((*names, seal), spans, strict=True))
    for text, span in shown:
        canvas.text(span, text, border=False, align="left", valign="top")
    canvas.next(shown, least=TALL if subject.not_valid else SEAL_HEIGHT)
    _foot(canvas, subject)


def _parted(canvas: SheetCanvas) -> list[ColumnSpan]:
    """Room for the names, the telephone number and the seal, by the widths of the columns."""
    last, whole = canvas.whole.last, canvas.width(canvas.whole)
    starts = [
        min(range(1, last + 1), key=lambda n: abs(canvas.width(ColumnSpan(0, n - 1)) - part * whole))
        for part in SIGNED_FROM
    ]
    return [ColumnSpan(first, after - 1) for first, after in pairwise([0, *starts, last + 1])]


def _signed(subject: ScoredEvaluation, labels: tuple[str, ...]) -> str:
    """What the box with one of these labels holds."""
    entries = (entry.given for entry in subject.evaluation.boxes.values() if entry.field in labels)
    return next(filter(None, entries), "")


def _day(filled_on: Entry[str] | None) -> str:
    """The date as typed, written as on official papers; room for one where there is none."""
    if filled_on is None or filled_on.empty:
        return SIGNED_ON
    day = day_of(filled_on.given)
    return f"{day.year}年{day.month}月{day.day}日" if day else filled_on.given


def _foot(canvas: SheetCanvas, subject: ScoredEvaluation) -> None:
    """Whose the points are, by which rules, and the check code; on the page of the names, if nothing follows."""
    if not (_headed(subject) and _has_more(canvas, subject)):
        canvas.keep()
    foot = f"{_result(subject)}评分办法：{subject.rulebook.document}。"
    foot += f"校验码：{subject.code}" if subject.code else ""
    canvas.text(canvas.whole, foot, border=False, align="left")
    canvas.next([(foot, canvas.whole)])


def _result(subject: ScoredEvaluation) -> str:
    """Whose the points are, and what they come to."""
    scores = subject.scores
    if scores.total is None:
        return f"{UNSCORED_WORDS[subject.evaluation.unscored]}。"
    why = "；".join(scores.provisional)
    result = f"暂定（{why}），不评等级" if why else f"等级{scores.grade}"
    own = f"；其中{scores.claimed_rows}项不能按规则计算，用单位自评得分（＊）" if scores.claimed_rows else ""
    alike = "" if subject.apart else "，与自评得分相同"
    return f"{SCORED_BY}{alike}（总分{points(scores.total)}，{result}{own}）。"
