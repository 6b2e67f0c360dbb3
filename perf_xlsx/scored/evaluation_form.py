"""自评表: the self-evaluation form as it is published, complete and scored: ready to seal, or plainly not.

Layouts are data (`papers/`). The unit's own points and the computed ones have a column each where they differ,
because the seal is the unit's.
"""

from __future__ import annotations

from perf_xlsx.domain.model import Result
from perf_xlsx.forms import Form
from perf_xlsx.ooxml import Draft
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scored.canvas import Canvas
from perf_xlsx.scored.page_fit import PAGE, fitted, pages
from perf_xlsx.scored.paper import (
    AnyPart,
    Basics,
    Funds,
    Goal,
    Grade,
    Heading,
    Indicators,
    Paper,
    Projects,
    Signatures,
    Texts,
    Total,
    paper_for,
)
from perf_xlsx.scored.paper_tables import (
    money_widths,
    write_funds,
    write_indicators,
    write_projects,
    write_total,
)
from perf_xlsx.scored.paper_texts import (
    not_valid,
    write_basics,
    write_goal,
    write_grade,
    write_heading,
    write_line,
    write_signatures,
    write_texts,
)
from perf_xlsx.scored.subject import Subject, differ
from perf_xlsx.sheets import style as s

EVALUATION_FORM = "自评表"


def evaluation_sheet(result: Result, form: Form, rulebook: Rulebook, code: str | None = None) -> Draft:
    """The sheet. The result must have been scored. `code` is the check code at its foot."""
    evaluation, scores = result.evaluation, result.scores
    assert evaluation is not None
    assert scores is not None
    errors = sum(found.standing == "error" for found in result.findings)
    subject = Subject(evaluation, scores, form, rulebook, errors, differ(evaluation, scores), code)
    paper = paper_for("project" in evaluation.boxes, rulebook.issuer)
    fit = fitted(paper, money_widths(subject, paper.parts))
    sheet = s.draft(EVALUATION_FORM, fit.widths, fit.landscape)
    canvas = Canvas(sheet, fit.widths)
    write_heading(canvas, subject)
    tables = [rows for part in paper.parts if (rows := _write(canvas, subject, paper, part))]
    sheet.print_area = (0, 0, canvas.row - 1, paper.last)
    _paged(canvas, subject, tables[0])
    return sheet


def _write(canvas: Canvas, subject: Subject, paper: Paper, part: AnyPart) -> range | None:
    """Write a part; gives the rows of the indicators, the heads first."""
    match part:
        case Basics():
            write_basics(canvas, subject, part)
        case Funds():
            write_funds(canvas, subject, part)
        case Projects():
            write_projects(canvas, subject, part)
        case Goal():
            write_goal(canvas, subject, part)
        case Indicators():
            return write_indicators(canvas, subject, part)
        case Total():
            write_total(canvas, subject, part, paper.indicators)
        case Heading():
            write_line(canvas, part)
        case Grade():
            write_grade(canvas, subject, part)
        case Texts():
            write_texts(canvas, subject, part)
        case Signatures():
            write_signatures(canvas, subject)
    return None


def _paged(canvas: Canvas, subject: Subject, table: range) -> None:
    """Number the sheet's own pages, and say on each after the first what it belongs to.

    The heads of the indicators are repeated, unless all of these are on the first page.
    """
    sheet, heights = canvas.sheet, canvas.heights
    if sum(heights[: table.stop]) > PAGE[sheet.landscape][1]:
        sheet.repeated = (table.start, table.start)
    count = sheet.pages_high = pages(heights, sheet.landscape, heights[table.start] if sheet.repeated else 0)
    sheet.footer = s.page_footer(f"第 &P 页　共 {count} 页")
    if count > 1:
        canvas.labels_on_top(PAGE[sheet.landscape][1])
        words = (subject.kind.official, subject.form.unit or "", "（续）", not_valid(subject.errors))
        sheet.following = s.page_header("　".join(filter(None, words)))
