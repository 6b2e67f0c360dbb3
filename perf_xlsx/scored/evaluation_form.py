"""自评表: the self-evaluation form as it is published, complete and scored: ready to seal, or plainly not.

Layouts are data (`papers/`). The unit's own points and the computed ones have a column each where they differ,
because the seal is the unit's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.model import Result
from perf_xlsx.forms import Form
from perf_xlsx.ooxml import SheetDraft
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scored import paper, paper_tables, paper_texts
from perf_xlsx.scored.canvas import SheetCanvas
from perf_xlsx.scored.page_fit import Fitted, fitted
from perf_xlsx.scored.paging import paginate
from perf_xlsx.scored.subject import ScoredEvaluation, differ
from perf_xlsx.scored.validity import not_valid
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.a4 import OWN_SIZE

EVALUATION_FORM = "自评表"
NARROW = 3.6  # characters of each of the two columns of points, where one would do
WRITERS: Mapping[type[paper.LayoutPart], Callable[[SheetCanvas, ScoredEvaluation, Any], None]] = {
    paper.Basics: paper_texts.write_basics,
    paper.Funds: paper_tables.write_funds,
    paper.Projects: paper_tables.write_projects,
    paper.Goal: paper_texts.write_goal,
    paper.Indicators: paper_tables.write_indicators,
    paper.Total: paper_tables.write_total,
    paper.HeadingRow: paper_texts.write_line,
    paper.GradeRow: paper_texts.write_grade,
    paper.PassageRows: paper_texts.write_texts,
    paper.Signatures: paper_texts.write_signatures,
}


def evaluation_sheet(
    result: Result, form: Form, rulebook: Rulebook, code: str | None = None, size: float = OWN_SIZE
) -> SheetDraft:
    """The sheet. The result must have been scored. `code` is the check code at its foot, `size` that of the type
    that the workbook's widths count in.
    """
    evaluation, scores = result.evaluation, result.scores
    assert evaluation is not None
    assert scores is not None
    layout = paper.paper_for("project" in evaluation.boxes, rulebook.issuer)
    apart = differ(evaluation, scores)
    subject = ScoredEvaluation(evaluation, scores, form, rulebook, layout, not_valid(result), apart, code)
    fit = _fit(subject, size)
    canvas = _canvas(fit)
    if not fit.landscape and (narrow := paper_tables.narrow_remarks(canvas, subject)):
        fit = _fit(subject, size, narrow)
        canvas = _canvas(fit)
    paper_texts.write_heading(canvas, subject)
    for part in layout.parts:
        WRITERS[type(part)](canvas, subject, part)
    canvas.sheet.scale = fit.scale
    canvas.sheet.print_area = (0, 0, paginate(canvas, fit.height) - 1, layout.last)
    _numbered(canvas.sheet, subject)
    return canvas.sheet


def _fit(subject: ScoredEvaluation, size: float, across: Sequence[paper.ColumnSpan] = ()) -> Fitted:
    """Columns as wide as the amounts need; see `fitted`. Points in one column leave room for texts."""
    layout, points = subject.paper, paper_tables.points_span(subject.paper)
    if not subject.apart:
        narrow = (NARROW if points.first <= at <= points.last else width for at, width in enumerate(layout.widths))
        layout = replace(layout, widths=tuple(narrow))
    return fitted(layout, paper_tables.money_widths(subject), size, across)


def _canvas(fit: Fitted) -> SheetCanvas:
    """The empty sheet."""
    return SheetCanvas(s.draft(EVALUATION_FORM, fit.widths, fit.landscape), fit.widths)


def _numbered(sheet: SheetDraft, subject: ScoredEvaluation) -> None:
    """Number the pages, and say on each after the first what it belongs to.

    How many there are is not said: &N counts those of the workbook.
    """
    sheet.footer = s.page_footer("第 &P 页")
    if sheet.page_starts:
        words = (subject.title, subject.evaluation.unit or "", "（续）", subject.not_valid)
        sheet.following = s.page_header("　".join(filter(None, words)))
