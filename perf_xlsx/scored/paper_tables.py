"""The tables of the paper: money, projects, indicators, and the row of the total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from math import ceil

from perf_xlsx.domain.model import MERGED, PART, Entry, FundLine, Indicator, Project, Rates, Score, scored_rows
from perf_xlsx.scored.canvas import GAP, SheetCanvas
from perf_xlsx.scored.clip_text import joined_remarks
from perf_xlsx.scored.items import actual_words, midyear_words, target_words, unscored
from perf_xlsx.scored.paper import ColumnSpan, EvaluationLayout, Funds, Indicators, LayoutColumn, Projects, Total
from perf_xlsx.scored.subject import DASH, ScoredEvaluation
from perf_xlsx.sheets import style as s

COMPUTED = "核定得分"
MONEY = ("initial", "adjustment", "adjusted", "executed")
LEVELS = ("level1", "level2")
OF_WHICH = "其中："
PER_UNIT = 8 / 7  # pixels of a column per pixel of a head, where the workbook is of 宋体 11


# ---- points: whose they are ------------------------------------------------------------------------------------


def _heads(canvas: SheetCanvas, columns: Iterable[LayoutColumn], apart: bool) -> None:
    """The row of a table's heads; 自评得分 and 核定得分 where they differ somewhere."""
    heads = [(_folded(head, canvas.width(at)), at) for column in columns for head, at in _head(column, apart)]
    canvas.begin_table()
    for text, at in heads:
        canvas.label(at, text)
    canvas.next(heads)


def _head(column: LayoutColumn, apart: bool) -> list[tuple[str, ColumnSpan]]:
    at = column.at
    if column.key == "points" and apart:
        return [(column.head, ColumnSpan(at.first, at.first)), (COMPUTED, ColumnSpan(at.last, at.last))]
    return [(column.head, at)]


def _folded(head: str, width: float) -> str:
    """A head on lines of about equal length, where one line is too short for it; 年初|预算数, not 年初预|算数."""
    lines = ceil(s.column_units(head) / (width - GAP) / PER_UNIT)
    if (lines, len(head)) == (2, 5):
        return f"{head[:2]}\n{head[2:]}"
    most = ceil(len(head) / lines)
    return "\n".join(head[at : at + most] for at in range(0, len(head), most))


def points_span(paper: EvaluationLayout) -> ColumnSpan:
    """The columns of an indicator's points."""
    return next(column.at for column in paper.indicators.columns if column.key == "points")


def _points(
    canvas: SheetCanvas, at: ColumnSpan, claimed: Entry[Decimal], computed: Decimal | None, none: str,
    subject: ScoredEvaluation, code: str = s.POINTS, tall: tuple[int, int] = (1, 1),
) -> None:  # fmt: skip
    """The unit's own points, and beside them what was computed, where these differ somewhere on the form.

    `tall` are the rows that each stands over; 0 where it is in the box above.
    """
    own = ColumnSpan(at.first, at.first) if subject.apart else at
    if tall[0]:
        canvas.claim(own, claimed, subject.none("未填"), tall[0])
    if subject.apart and tall[1]:
        canvas.number(ColumnSpan(at.last, at.last), computed, code, subject.none(none), tall[1])


# ---- money -----------------------------------------------------------------------------------------------------


def write_funds(canvas: SheetCanvas, subject: ScoredEvaluation, part: Funds) -> None:
    """The lines of money; points stand in the line of the total."""
    lines = list(subject.evaluation.funds.values())
    if part.total_first:
        lines.sort(key=lambda line: line is not subject.evaluation.total_funds)
    canvas.label(part.at, f"{part.title}\n（{subject.money_unit}）", rows=len(lines) + 1)
    canvas.text(part.line, "")
    _heads(canvas, part.columns, subject.apart)
    for line, indent, beginning in _indented(subject, lines, part.total_first):
        text = f"{beginning}{line.name}"
        is_total = line is subject.evaluation.total_funds
        canvas.text(part.line, text, align="left", indent=indent, bold=is_total)
        for column in part.columns:
            _of_line(canvas, subject, line, column)
        canvas.next([(text + " " * indent, part.line)])
    canvas.end_table()


def _indented(
    subject: ScoredEvaluation, lines: Sequence[FundLine], total_first: bool
) -> Iterable[tuple[FundLine, int, str]]:
    """Each line with its indent; 其中 before the first of those that are one step further in.

    A line that only this form has is as far in as the first below the total.
    """
    above, indents = 0, {line.key: line.indent for line in subject.form.lines("funds").lines}
    own = min((indent for key, indent in indents.items() if key != subject.evaluation.total_line), default=0)
    for line in lines:
        deep = indents.get(line.key, own)
        if total_first and line is not subject.evaluation.total_funds:
            deep += 1
        first = deep == 1 and above == 0
        yield line, 1 if first or not deep else 3 * deep + 1, OF_WHICH if first else ""
        above = deep


def _of_line(canvas: SheetCanvas, subject: ScoredEvaluation, line: FundLine, column: LayoutColumn) -> None:
    score, is_total = subject.scores.execution, line is subject.evaluation.total_funds
    if column.key in MONEY:
        amount: Entry[Decimal] = line.entry(column.key)
        canvas.number(column.at, amount.value, s.MONEY, amount.given)
    elif column.key == "rate":
        canvas.number(column.at, subject.scores.line_rates[line.key].execution, s.PERCENT, DASH)
    elif column.key == "weight":
        canvas.number(column.at, score.weight if is_total else None, "General", DASH)
    elif is_total:
        claimed = subject.evaluation.claimed.execution_points
        _points(canvas, column.at, claimed, score.points, "未评", subject)
    else:
        _dashes(canvas, column.at, subject.apart)


def _dashes(canvas: SheetCanvas, at: ColumnSpan, apart: bool) -> None:
    for one in (ColumnSpan(at.first, at.first), ColumnSpan(at.last, at.last)) if apart else (at,):
        canvas.text(one, DASH)


def write_projects(canvas: SheetCanvas, subject: ScoredEvaluation, part: Projects) -> None:
    """A row for each project; nothing where there is none."""
    projects = subject.evaluation.projects
    if not projects:
        return
    canvas.label(part.at, f"{part.title}\n（{subject.money_unit}）", rows=len(projects) + 1)
    _heads(canvas, part.columns, apart=False)
    for project, rates in zip(projects, subject.scores.project_rates, strict=True):
        for column in part.columns:
            _of_project(canvas, project, rates, column)
        texts = [(project.entry(c.key).given, c.at) for c in part.columns if c.key not in (*MONEY, "rate")]
        canvas.next(texts)
    canvas.end_table()


def _of_project(canvas: SheetCanvas, project: Project, rates: Rates, column: LayoutColumn) -> None:
    if column.key == "rate":
        canvas.number(column.at, rates.execution, s.PERCENT, DASH)
    elif column.key in MONEY:
        amount: Entry[Decimal] = project.entry(column.key)
        canvas.number(column.at, amount.value, s.MONEY, amount.given)
    else:
        canvas.text(column.at, project.entry(column.key).given, align="left")


# ---- indicators ------------------------------------------------------------------------------------------------


REMARKS: Mapping[str, tuple[str, ...]] = {
    "remarks": ("reason", "improvement"), "reason": ("reason",), "improvement": ("improvement",),
}  # fmt: skip  # columns of long texts: which entries of an indicator they hold
MOST_APPENDED = 100  # texts that are written whole below the table; of more the return itself is the place
MANY_LINES = 8  # of one text, above which the page had better lie across


def write_indicators(canvas: SheetCanvas, subject: ScoredEvaluation, part: Indicators) -> None:
    """The heads, and a row for each indicator."""
    rows = scored_rows(subject.evaluation, subject.scores)
    levelled = any(row.level1.given or row.level2.given for row, _ in rows)
    columns: Sequence[LayoutColumn] = part.columns if levelled else _without_levels(part.columns)
    columns = _with_one_remark(columns) if "improvement" in subject.evaluation.absent else columns
    canvas.label(part.at, part.title, rows=max(len(rows), 1) + 1)
    _heads(canvas, columns, subject.apart)
    if not rows:
        canvas.text(ColumnSpan(part.at.last + 1, canvas.whole.last), "未填写绩效指标")
        canvas.next()
    levels = [
        (column, _levels(column.key, [row for row, _ in rows])) for column in columns if column.key in LEVELS
    ]
    boxes = [_rows_of_box(key, [row for row, _ in rows]) for key in ("weight", "claimed_points")]
    for number, (row, score) in enumerate(rows):
        tall = boxes[0][number], boxes[1][number]
        shown = [_of_indicator(canvas, subject, row, score, column, tall) for column in columns]
        alone = [(of[number][0], column.at) for column, of in levels if of[number][1] == 1]
        canvas.next([*filter(None, shown), *alone])
    canvas.end_table()
    for column, of in levels:
        _merged(canvas, canvas.row - len(rows), column.at.first, of)


def _with_one_remark(columns: Sequence[LayoutColumn]) -> Sequence[LayoutColumn]:
    """The columns of a form that asks for reason and improvement in one box: they are one."""
    both = [column.at for column in columns if column.key in ("reason", "improvement")]
    if len(both) < 2:
        return columns
    at = ColumnSpan(min(one.first for one in both), max(one.last for one in both))
    return [
        LayoutColumn("remarks", "偏差原因和改进措施", at) if column.key == "reason" else column
        for column in columns
        if column.key != "improvement"
    ]


def _without_levels(columns: Sequence[LayoutColumn]) -> list[LayoutColumn]:
    """The columns where no row has a level: the name takes the levels' place."""
    first = min(column.at.first for column in columns if column.key in (*LEVELS, "name"))
    return [
        LayoutColumn("name", "指标名称", ColumnSpan(first, column.at.last)) if column.key == "name" else column
        for column in columns
        if column.key not in LEVELS
    ]


def _rows_of_box(key: str, rows: Sequence[Indicator]) -> list[int]:
    """Over how many rows each row's box of points is merged; 0 where it is merged with the one above."""
    found: list[int] = []
    for at, row in enumerate(rows):
        inside = row.entry(key).given == MERGED and at > 0
        if inside:
            top = max(n for n, tall in enumerate(found) if tall)
            found[top] += 1
        found.append(0 if inside else 1)
    return found


def _of_indicator(
    canvas: SheetCanvas,
    subject: ScoredEvaluation,
    row: Indicator,
    score: Score,
    column: LayoutColumn,
    tall: tuple[int, int],
) -> tuple[str, ColumnSpan] | None:
    """Write one cell; gives the text that the row has to be high enough for.

    `tall` are the rows that the boxes of its weight and of its claimed points stand over.
    """
    at, (weight, claim) = column.at, tall
    if column.key == "completion":
        canvas.number(at, score.completion, s.PERCENT, DASH)
    elif column.key == "weight":
        none = DASH if score is PART else row.weight.given or subject.none("未填")
        if weight:
            canvas.number(at, score.weight, "General", none, weight)
    elif column.key == "points":
        _points_of_row(canvas, subject, row, score, at, (claim, weight if row.together else 1))
    elif column.key not in LEVELS:  # those are written when all rows are: _merged
        text, align = _indicator_text(canvas, column, row)
        canvas.text(at, text, align=align)
        return text, at
    return None


def _points_of_row(
    canvas: SheetCanvas,
    subject: ScoredEvaluation,
    row: Indicator,
    score: Score,
    at: ColumnSpan,
    tall: tuple[int, int],
) -> None:
    """The points of an indicator; those that it shares with the row above are written there."""
    if score is PART:
        _dashes(canvas, at, subject.apart)
        return
    code = s.CLAIMED_POINTS if score.claimed else s.POINTS
    _points(canvas, at, row.claimed_points, score.points, unscored(score), subject, code, tall)


def _indicator_text(canvas: SheetCanvas, column: LayoutColumn, row: Indicator) -> tuple[str, str]:
    """What a column of texts shows of an indicator, and how it is aligned."""
    match column.key:
        case "target":
            return target_words(row), "center"
        case "midyear":
            return midyear_words(row), "center"
        case "actual":
            return actual_words(row), "center"
        case key if key in REMARKS:
            appended = len(canvas.cut) < MOST_APPENDED
            text, cut = joined_remarks((row.entry(one) for one in REMARKS[key]), canvas.width(column.at), appended)
            canvas.cut += [(f"{row.name.given}：{entry.field}", entry.given) for entry in cut if appended]
            return text, "left"
    return row.entry(column.key).given, "left"


def narrow_remarks(canvas: SheetCanvas, subject: ScoredEvaluation) -> tuple[ColumnSpan, ...]:
    """The columns of reasons and improvements, where an indicator's take many lines in columns of these widths."""
    columns = [column for column in subject.paper.indicators.columns if column.key in REMARKS]
    narrow = any(
        s.lines_needed(row.entry(key).given, canvas.width(column.at)) > MANY_LINES
        for row in subject.evaluation.indicators
        for column in columns
        for key in REMARKS[column.key]
    )
    return tuple(column.at for column in columns) if narrow else ()


def _levels(key: str, rows: Sequence[Indicator]) -> list[tuple[str, int]]:
    """The level of each row, and over how many rows it stands from there: 0 below the first of them."""
    found: list[tuple[str, int]] = []
    for words, group in groupby(rows, lambda row: (row.level1.given, row.level2.given)[: LEVELS.index(key) + 1]):
        count = len(list(group))
        found += [(words[-1], count), *[("", 0)] * (count - 1)] if words[-1] else [("", 1)] * count
    return found


def _merged(canvas: SheetCanvas, at: int, column: int, levels: Sequence[tuple[str, int]]) -> None:
    """Write a column of levels, merged over equal rows."""
    style = canvas.style()
    for row, (word, count) in enumerate(levels, at):
        if count:
            canvas.sheet.merge(row, column, row + count - 1, column, style)
            canvas.sheet.text(row, column, word, style)


def write_total(canvas: SheetCanvas, subject: ScoredEvaluation, part: Total) -> None:
    """The total, below the columns of weights and points."""
    scores, claimed = subject.scores, subject.evaluation.claimed
    canvas.keep()
    columns = {column.key: column.at for column in subject.paper.indicators.columns}
    points, weight = columns["points"], columns.get("weight", columns["points"])
    canvas.label(ColumnSpan(0, min(weight.first, points.first) - 1), part.title)
    if "weight" in columns:
        weights = [score.weight for score in scores.indicators if score is not PART]
        whole = None if None in weights else sum(filter(None, weights), scores.execution.weight or Decimal(0))
        canvas.number(weight, whole or None, "General", subject.none("未填全" if None in weights else ""))
    if scores.total is None:
        canvas.text(points, "不计分")
    else:
        _points(canvas, points, claimed.total, scores.total, "", subject)
    _rest(canvas, weight.last + 1, points.first - 1)
    after = ColumnSpan(max(weight.last, points.last) + 1, canvas.whole.last)
    if part.grade:
        canvas.label(after, f"自评等级：{claimed.grade.given}")
    else:
        _rest(canvas, after.first, after.last)
    canvas.next(least=22)


def _rest(canvas: SheetCanvas, first: int, last: int) -> None:
    """Columns of a row that stay empty."""
    if first <= last:
        canvas.text(ColumnSpan(first, last), "")


def money_widths(subject: ScoredEvaluation) -> Mapping[int, float]:
    """The widths that amounts need, by column; of amounts that stand in one column alone."""
    needed: dict[int, float] = {}
    rows: list[FundLine] | list[Project]
    for part in subject.paper.parts:
        if isinstance(part, Funds):
            rows = list(subject.evaluation.funds.values())
        elif isinstance(part, Projects):
            rows = list(subject.evaluation.projects)
        else:
            continue
        for column in part.columns:
            if column.key in MONEY and column.at.first == column.at.last:
                widths = [_number_width(row.entry(column.key)) for row in rows]
                needed[column.at.first] = max(needed.get(column.at.first, 0), *widths, 0)
    return needed


WIDEST = 20  # characters of an amount; longer ones shrink


def _number_width(amount: Entry[Decimal]) -> float:
    shown = f"{amount.value:,.2f}" if amount.value is not None else ""
    return min(WIDEST, len(shown)) + 1.0
