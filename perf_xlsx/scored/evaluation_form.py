"""自评表: the self-evaluation form as it is published, complete and scored: ready to seal, or plainly not.

Layouts are data (`papers/`). The unit's own points and the computed ones have a column each where they differ,
because the seal is the unit's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from perf_xlsx.domain.model import Result
from perf_xlsx.forms import Form
from perf_xlsx.ooxml import Draft
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scored import paper, paper_tables, paper_texts
from perf_xlsx.scored.canvas import Canvas
from perf_xlsx.scored.page_fit import Fitted, fitted, page_starts
from perf_xlsx.scored.subject import Subject, differ
from perf_xlsx.sheets import style as s

EVALUATION_FORM = "自评表"
WRITERS: Mapping[type[paper.Part], Callable[[Canvas, Subject, Any], None]] = {
    paper.Basics: paper_texts.write_basics,
    paper.Funds: paper_tables.write_funds,
    paper.Projects: paper_tables.write_projects,
    paper.Goal: paper_texts.write_goal,
    paper.Indicators: paper_tables.write_indicators,
    paper.Total: paper_tables.write_total,
    paper.Heading: paper_texts.write_line,
    paper.Grade: paper_texts.write_grade,
    paper.Texts: paper_texts.write_texts,
    paper.Signatures: paper_texts.write_signatures,
}


def evaluation_sheet(result: Result, form: Form, rulebook: Rulebook, code: str | None = None) -> Draft:
    """The sheet. The result must have been scored. `code` is the check code at its foot."""
    evaluation, scores = result.evaluation, result.scores
    assert evaluation is not None
    assert scores is not None
    layout = paper.paper_for("project" in evaluation.boxes, rulebook.issuer)
    errors = sum(found.standing == "error" for found in result.findings)
    apart = differ(evaluation, scores)
    subject = Subject(evaluation, scores, form, rulebook, layout, errors, apart, code)
    fit = _fit(subject)
    canvas = _canvas(fit)
    if not fit.landscape and (narrow := paper_tables.narrow_remarks(canvas, subject)):
        fit = _fit(subject, narrow)
        canvas = _canvas(fit)
    paper_texts.write_heading(canvas, subject)
    table = range(0)
    for part in layout.parts:
        start = canvas.row
        WRITERS[type(part)](canvas, subject, part)
        if isinstance(part, paper.Indicators):
            table = range(start, canvas.row)
    canvas.sheet.print_area = (0, 0, canvas.row - 1, layout.last)
    _paged(canvas, subject, fit, table)
    return canvas.sheet


def _fit(subject: Subject, across: Sequence[paper.Span] = ()) -> Fitted:
    """Columns as wide as the amounts need; see `fitted`."""
    return fitted(subject.paper, paper_tables.money_widths(subject), across)


def _canvas(fit: Fitted) -> Canvas:
    """The empty sheet."""
    return Canvas(s.draft(EVALUATION_FORM, fit.widths, fit.landscape), fit.widths)


def _paged(canvas: Canvas, subject: Subject, fit: Fitted, table: range) -> None:
    """Begin pages where no part is torn, number them, and say on each after the first what it belongs to.

    The heads of the indicators, the first row of `table`, are repeated, unless all of these are on the first page:
    heads over nothing but notes are worse than a last row without them.
    """
    sheet, heights = canvas.sheet, canvas.heights
    sheet.scale = fit.scale
    if sum(heights[: table.stop]) > fit.height:
        sheet.repeated = (table.start, table.start)
    heads = table.start if sheet.repeated else None
    starts = page_starts(heights, canvas.kept, fit.height, heads)
    canvas.begin_pages(starts, heads)
    # How many pages there are is the printer's choice, and &N counts those of the workbook.
    sheet.footer = s.page_footer("第 &P 页")
    if starts:
        words = (subject.title, subject.form.unit or "", "（续）", paper_texts.not_valid(subject.errors))
        sheet.following = s.page_header("　".join(filter(None, words)))
