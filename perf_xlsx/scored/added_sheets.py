"""The sheets that scoring adds, as drafts; they are then grafted into the return."""

from __future__ import annotations

from collections.abc import Iterator

from perf_xlsx.domain.model import Result
from perf_xlsx.forms import load_form
from perf_xlsx.ooxml import SheetDraft
from perf_xlsx.rulebook import load_rulebook
from perf_xlsx.scored.evaluation_form import evaluation_sheet
from perf_xlsx.scored.finding_list import problems_sheet
from perf_xlsx.scored.source_map import origin_sheet
from perf_xlsx.scored.summary.sheet import summary_sheet
from perf_xlsx.sheets.a4 import OWN_SIZE
from perf_xlsx.sheets.origin import WorkbookOrigin


def scored_sheets(
    result: Result, origin: WorkbookOrigin | None = None, size: float = OWN_SIZE
) -> list[SheetDraft]:
    """评分汇总 and 自评表 of each form, then one 问题清单: values only, the same for the same result.

    A monitoring form gets no 自评表, because it is none.

    来源对照 too, where the workbook was carried over from another format. `size` is that of the type that the
    workbook's widths count in.
    """
    sheets = [sheet for one in result.forms for sheet in _of_form(one, size)]
    sheets.append(problems_sheet(result, size))
    return [*sheets, origin_sheet(origin, size)] if origin is not None else sheets


def _of_form(result: Result, size: float) -> Iterator[SheetDraft]:
    assert result.evaluation is not None
    kind = result.evaluation.form
    form, rulebook = load_form(kind), load_rulebook(result.evaluation.rulebook).on(kind)
    sheets = [summary_sheet(result, form, rulebook, size)]
    if result.evaluation.unscored != "monitoring":
        code = result.stamp.code if result.stamp else None
        sheets.append(evaluation_sheet(result, form, rulebook, code, size))
    for sheet in sheets:
        sheet.title += f" {result.part}" if result.part else ""
        yield sheet
