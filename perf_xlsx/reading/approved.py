"""The approved targets that a template remembers on its hidden sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from perf_xlsx.domain.approval import recalled
from perf_xlsx.domain.model import Approved, SelfEvaluation
from perf_xlsx.reading.grids import NOWHERE, Sheets
from perf_xlsx.reading.remarks import ReadingRemark
from perf_xlsx.sheets.fixed_texts import APPROVED_KEY, HIDDEN_SHEET

FIELD = "批复的绩效目标"


def with_approved(
    evaluations: Sequence[SelfEvaluation | None], sheets: Sheets
) -> tuple[list[SelfEvaluation | None], list[ReadingRemark]]:
    """The forms of our template with what was approved; R06 where that cannot be said of them.

    Copies of the sheets for other units come with the same hidden sheet, which was made for one of them alone.
    """
    lines = list(_lines(sheets))
    known = tuple(one for one in lines if one is not None)
    if not lines:
        return list(evaluations), []
    if len(evaluations) > 1:
        message = f"工作簿里有{len(evaluations)}张自评表，模板记录的批复内容只属于其中一张，都没有与批复核对。"
        return list(evaluations), [_remark(message, "请一个工作簿只报送一张自评表。")]
    lost = len(lines) - len(known)
    message = f"模板记录的批复内容有{lost}项读不出来，没有与批复核对。"
    remarks = [_remark(message, "请用下发的模板重新填报。")] if lost else []
    return [evaluation and replace(evaluation, approved=known) for evaluation in evaluations], remarks


def _lines(sheets: Sheets) -> Iterator[Approved | None]:
    """What was remembered, from the first indicator to the last; None for what is damaged."""
    if HIDDEN_SHEET not in sheets.names:
        return
    cells = sheets.grids[sheets.names.index(HIDDEN_SHEET)].cells
    for row in sorted(row for (row, column), cell in cells.items() if column == 1 and cell.value == APPROVED_KEY):
        line = cells.get((row, 2))
        yield recalled(str(line.value)) if line else None


def _remark(message: str, advice: str) -> ReadingRemark:
    return ReadingRemark("R06", NOWHERE, FIELD, message, advice, severity="warning")
