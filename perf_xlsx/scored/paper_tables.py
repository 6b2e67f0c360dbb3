"""The tables of the paper: money, projects, indicators, and the row of the total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from perf_xlsx.domain.model import PART, Entry, FundLine, Indicator, Project, Rates, Score, scored_rows
from perf_xlsx.scored.canvas import DASH, HEAD, ROW, Canvas
from perf_xlsx.scored.clip_text import remarks
from perf_xlsx.scored.items import actual_words, midyear_words, target_words, unscored
from perf_xlsx.scored.paper import Column, Funds, Indicators, Projects, Span, Total
from perf_xlsx.scored.subject import Subject
from perf_xlsx.sheets import style as s

COMPUTED = "核定得分"
MONEY = ("initial", "adjustment", "adjusted", "executed")
LEVELS = ("level1", "level2")
OF_WHICH = "其中："


# ---- points: whose they are ------------------------------------------------------------------------------------


def _heads(canvas: Canvas, columns: Iterable[Column], apart: bool) -> None:
    """The heads of a table; below 自评得分 and 核定得分 where they differ somewhere."""
    for column in columns:
        if column.key == "points" and apart:
            canvas.label(Span(column.at.first, column.at.first), column.head)
            canvas.label(Span(column.at.last, column.at.last), COMPUTED)
        else:
            canvas.label(column.at, column.head)


def _points(
    canvas: Canvas, at: Span, claimed: Entry[Decimal], computed: Decimal | None, none: str, apart: bool
) -> None:
    """The unit's own points, and beside them what was computed, where these differ somewhere on the form."""
    if not apart:
        canvas.claim(at, claimed)
        return
    canvas.claim(Span(at.first, at.first), claimed)
    canvas.number(Span(at.last, at.last), computed, s.POINTS, none)


# ---- money -----------------------------------------------------------------------------------------------------


def write_funds(canvas: Canvas, subject: Subject, part: Funds) -> None:
    """The lines of money; points stand in the line of the total."""
    lines = list(subject.form.funds.values())
    if part.total_first:
        lines.sort(key=lambda line: line is not subject.form.total_funds)
    canvas.label(part.at, f"{part.title}\n（{subject.money_unit}）", rows=len(lines) + 1)
    canvas.text(part.line, "")
    _heads(canvas, part.columns, subject.apart)
    canvas.next(HEAD)
    for line, indent, beginning in _indented(subject, lines, part.total_first):
        text = f"{beginning}{line.name}"
        is_total = line is subject.form.total_funds
        canvas.text(part.line, text, align="left", indent=indent, bold=is_total)
        for column in part.columns:
            _of_line(canvas, subject, line, column)
        canvas.next(ROW, [(text + "　" * indent, part.line)])


def _indented(
    subject: Subject, lines: Sequence[FundLine], total_first: bool
) -> Iterable[tuple[FundLine, int, str]]:
    """Each line with its indent, the first below another one with 其中."""
    above, indents = 0, {line.key: line.indent for line in subject.kind.lines("funds").lines}
    for line in lines:
        deep = indents.get(line.key, 0)
        if total_first and line is not subject.form.total_funds:
            deep += 1
        first = deep > above
        yield line, (0 if first or not deep else 3) + 1, OF_WHICH if first else ""
        above = deep


def _of_line(canvas: Canvas, subject: Subject, line: FundLine, column: Column) -> None:
    score, is_total = subject.scores.execution, line is subject.form.total_funds
    if column.key in MONEY:
        amount: Entry[Decimal] = line.entry(column.key)
        canvas.number(column.at, amount.value, s.MONEY, amount.given)
    elif column.key == "rate":
        canvas.number(column.at, subject.scores.line_rates[line.key].execution, s.PERCENT, DASH)
    elif column.key == "weight":
        canvas.number(column.at, score.weight if is_total else None, "General", DASH)
    elif is_total:
        claimed = subject.form.claimed.execution_points
        _points(canvas, column.at, claimed, score.points, "未评", subject.apart)
    else:
        _dashes(canvas, column.at, subject.apart)


def _dashes(canvas: Canvas, at: Span, apart: bool) -> None:
    for one in (Span(at.first, at.first), Span(at.last, at.last)) if apart else (at,):
        canvas.text(one, DASH)


def write_projects(canvas: Canvas, subject: Subject, part: Projects) -> None:
    """A row for each project; nothing where there is none."""
    projects = subject.form.projects
    if not projects:
        return
    title = f"{part.title}\n（{subject.money_unit}）"
    canvas.label(part.at, title, rows=len(projects) + 1)
    canvas.heads(part.columns)
    canvas.next(HEAD)
    for project, rates in zip(projects, subject.scores.project_rates, strict=True):
        for column in part.columns:
            _of_project(canvas, project, rates, column)
        texts = [(project.entry(c.key).given, c.at) for c in part.columns if c.key not in (*MONEY, "rate")]
        canvas.next(ROW, texts)


def _of_project(canvas: Canvas, project: Project, rates: Rates, column: Column) -> None:
    if column.key == "rate":
        canvas.number(column.at, rates.execution, s.PERCENT, DASH)
    elif column.key in MONEY:
        amount: Entry[Decimal] = project.entry(column.key)
        canvas.number(column.at, amount.value, s.MONEY, amount.given)
    else:
        canvas.text(column.at, project.entry(column.key).given, align="left")


# ---- indicators ------------------------------------------------------------------------------------------------


def write_indicators(canvas: Canvas, subject: Subject, part: Indicators) -> int:
    """A row for each indicator; gives the row of the heads."""
    rows = scored_rows(subject.form, subject.scores)
    levelled = any(row.level1.given or row.level2.given for row, _ in rows)
    columns = part.columns if levelled else _without_levels(part.columns)
    canvas.label(part.at, part.title, rows=max(len(rows), 1) + 1)
    _heads(canvas, columns, subject.apart)
    head = canvas.row
    canvas.next(HEAD)
    if not rows:
        canvas.text(Span(part.at.last + 1, canvas.whole.last), "未填写绩效指标")
        canvas.next(ROW)
    start = canvas.row
    for row, score in rows:
        shown = [_of_indicator(canvas, subject, row, score, column) for column in columns]
        canvas.next(ROW, [one for one in shown if one])
    for column in columns:
        if column.key in LEVELS:
            _level(canvas, start, column.at.first, _words(column.key, [row for row, _ in rows]))
    return head


def _without_levels(columns: Sequence[Column]) -> list[Column]:
    """The columns where no row has a level: the name takes the levels' place."""
    first = min(column.at.first for column in columns if column.key in (*LEVELS, "name"))
    return [
        Column("name", "指标名称", Span(first, column.at.last)) if column.key == "name" else column
        for column in columns
        if column.key not in LEVELS
    ]


def _of_indicator(
    canvas: Canvas, subject: Subject, row: Indicator, score: Score, column: Column
) -> tuple[str, Span] | None:
    """Write one cell; gives the text that the row has to be high enough for."""
    at = column.at
    if column.key == "completion":
        canvas.number(at, score.completion, s.PERCENT, DASH)
    elif column.key == "weight":
        canvas.number(at, score.weight, "General", DASH if score is PART else row.weight.given or "未填")
    elif column.key == "points":
        if score is PART:
            _dashes(canvas, at, subject.apart)
        else:
            _points(canvas, at, row.claimed_points, score.points, unscored(score), subject.apart)
    elif column.key in LEVELS:  # written when all rows are known: _level
        return row.entry(column.key).given, at
    else:
        text, align = _indicator_text(column.key, row, canvas.width(at))
        canvas.text(at, text, align=align)
        return text, at
    return None


def _indicator_text(key: str, row: Indicator, width: float) -> tuple[str, str]:
    """What a column of texts shows of an indicator, and how it is aligned."""
    match key:
        case "target":
            return target_words(row), "center"
        case "midyear":
            return midyear_words(row), "center"
        case "actual":
            return actual_words(row), "center"
        case "remarks":
            return remarks((row.reason, row.improvement), width), "left"
        case "reason":
            return remarks((row.reason,), width), "left"
        case "improvement":
            return remarks((row.improvement,), width), "left"
    return row.entry(key).given, "left"


def _words(key: str, rows: Sequence[Indicator]) -> list[tuple[str, ...]]:
    """The level of each row, the second level below its first."""
    if key == LEVELS[0]:
        return [(row.level1.given,) for row in rows]
    return [(row.level1.given, row.level2.given) for row in rows]


def _level(canvas: Canvas, at: int, column: int, words: Sequence[tuple[str, ...]]) -> None:
    """A level, merged over consecutive equal rows."""
    sheet, style = canvas.sheet, canvas.style()
    for word, group in groupby(words):
        count = len(list(group))
        if count > 1 and word[-1]:
            sheet.merge(at, column, at + count - 1, column, style)
        for row in range(at, at + count):
            if row == at or not word[-1]:
                sheet.text(row, column, word[-1], style)
        at += count


def write_total(canvas: Canvas, subject: Subject, part: Total, table: Indicators) -> None:
    """The total, below the columns of weights and points."""
    scores, claimed = subject.scores, subject.form.claimed
    columns = {column.key: column.at for column in table.columns}
    points, weight = columns["points"], columns.get("weight", columns["points"])
    canvas.label(Span(0, min(weight.first, points.first) - 1), part.title)
    if "weight" in columns:
        weights = [scores.execution.weight, *(score.weight for score in scores.indicators)]
        canvas.number(weight, sum((w for w in weights if w is not None), Decimal(0)), "General", "")
    _points(canvas, points, claimed.total, scores.total, "", subject.apart)
    _rest(canvas, weight.last + 1, points.first - 1)
    after = Span(max(weight.last, points.last) + 1, canvas.whole.last)
    if part.grade:
        canvas.label(after, f"自评等级：{claimed.grade.given}")
    else:
        _rest(canvas, after.first, after.last)
    canvas.next(HEAD)


def _rest(canvas: Canvas, first: int, last: int) -> None:
    """Columns of a row that stay empty."""
    if first <= last:
        canvas.text(Span(first, last), "")


def money_widths(subject: Subject, parts: Iterable[object]) -> Mapping[int, float]:
    """The widths that amounts need, by column; of amounts that stand in one column alone."""
    needed: dict[int, float] = {}
    rows: list[FundLine] | list[Project]
    for part in parts:
        if isinstance(part, Funds):
            rows = list(subject.form.funds.values())
        elif isinstance(part, Projects):
            rows = list(subject.form.projects)
        else:
            continue
        for column in part.columns:
            if column.key in MONEY and column.at.first == column.at.last:
                shown = (_shown(row.entry(column.key)) for row in rows)
                needed[column.at.first] = max(needed.get(column.at.first, 0), *map(_number_width, shown))
    return needed


WIDEST = 20  # characters of an amount; longer ones shrink


def _number_width(text: str) -> float:
    return min(WIDEST, len(text)) * 1.1 + 1.5


def _shown(amount: Entry[Decimal]) -> str:
    return f"{amount.value:,.2f}" if amount.value is not None else ""
