"""The sheets that scoring adds, as drafts; they are then grafted into the return."""

from __future__ import annotations

from perf_xlsx.domain.model import Result
from perf_xlsx.forms import Form
from perf_xlsx.ooxml import Draft
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scored.evaluation_form import evaluation_sheet
from perf_xlsx.scored.finding_list import problems_sheet
from perf_xlsx.scored.source_map import origin_sheet
from perf_xlsx.scored.summary import summary_sheet
from perf_xlsx.sheets.origin import Origin


def scored_sheets(
    result: Result, form: Form, rulebook: Rulebook, origin: Origin | None = None, code: str | None = None
) -> list[Draft]:
    """评分汇总, 自评表 and 问题清单: values only, the same for the same result.

    来源对照 too, where the workbook was carried over from another format. `code` is the check code of 自评表.
    """
    sheets = [
        summary_sheet(result, form, rulebook),
        evaluation_sheet(result, form, rulebook, code),
        problems_sheet(result),
    ]
    return [*sheets, origin_sheet(origin)] if origin is not None else sheets
