"""Budget execution (预算执行率) that is listed among the indicators, or that a form gives no points."""

from __future__ import annotations

from collections.abc import Container
from decimal import Decimal

from msgspec.structs import replace

from perf_xlsx.reading.cells import points_in
from perf_xlsx.reading.grids import NOWHERE, Sheets
from perf_xlsx.reading.layout import Located
from perf_xlsx.reading.official.funds import MONEY
from perf_xlsx.reading.official.labels import core
from perf_xlsx.reading.official.layout_draft import LayoutDraft
from perf_xlsx.reading.official.partners import FULL
from perf_xlsx.reading.official.rows import TableBody, bare_name, marks_behind


def execution_row(sheets: Sheets, layout: LayoutDraft, body: TableBody, tops: Container[int]) -> None:
    """Take a row of budget execution among the indicators where the table of money gives it no points.

    Columns for them that nobody filled in give none. `tops` are the rows of headers of money.
    """
    if not layout.fund_rows and _is_full_without(sheets, layout, body):  # there is no rate that it could be
        return
    columns, sheet = layout.indicators.columns, layout.indicators.sheet
    claimed = points_in(sheets.cell(layout.boxes.get("claimed_execution_points", NOWHERE)))
    in_line = layout.stated_weight is not None and layout.stated_weight[0][1] not in tops
    if claimed is not None or in_line or not {"weight", "claimed_points"} <= columns.keys():
        return
    for row in body.rows:
        name, weight = _name(sheets, layout, row), points_in(sheets.cell((sheet, row, columns["weight"])))
        if core(name) in layout.kind.execution and weight is not None:
            _take(layout, row, name, weight)
            return


def _take(layout: LayoutDraft, row: int, name: str, weight: Decimal) -> None:
    """Take a row as budget execution, and no longer as an indicator."""
    columns, sheet, table = layout.indicators.columns, layout.indicators.sheet, layout.tables["indicators"]
    at = (sheet, row, columns["claimed_points"])
    layout.put("claimed_execution_points", Located(at, at))
    layout.stated_weight = (sheet, row, columns["weight"]), weight
    layout.tables["indicators"] = replace(table, rows=tuple(other for other in table.rows if other != row))
    message = f"指标表中的“{name}”一行，作为预算执行率评分，不再作为指标。"
    advice = "可以不改；如它是另外的指标，请改写名称。"
    layout.doubt((sheet, row, columns["name"]), "三级指标", name, message, advice)


def gives_execution_nothing(sheets: Sheets, layout: LayoutDraft, body: TableBody) -> None:
    """A form without money whose indicators have all points gives none to budget execution: it lacks no money."""
    table, others = layout.indicators, [item for item in layout.missing if item[1] != MONEY]
    lacking = len(others) < len(layout.missing)
    if lacking and layout.stated_weight is None and _is_full_without(sheets, layout, body):
        column = table.columns.get("weight", table.columns["name"])
        layout.stated_weight = (table.sheet, table.bottom, column), Decimal(0)
        layout.missing = others


def _is_full_without(sheets: Sheets, layout: LayoutDraft, body: TableBody) -> bool:
    """Whether the points of the indicators alone are the full ones."""
    weights = [_weight(sheets, layout, row) for row in body.rows]
    return None not in weights and sum(filter(None, weights)) == FULL


def _weight(sheets: Sheets, layout: LayoutDraft, row: int) -> Decimal | None:
    """The weight of an indicator's row: in its column, else behind the name."""
    table = layout.indicators
    if "weight" in table.columns:
        return points_in(sheets.cell((table.sheet, row, table.columns["weight"])))
    return marks_behind(_name(sheets, layout, row))[1]


def _name(sheets: Sheets, layout: LayoutDraft, row: int) -> str:
    """The name of an indicator's row, through its merge."""
    table = layout.indicators
    cell = sheets.cell(sheets.merged_from((table.sheet, row, table.columns["name"])))
    return bare_name(str(cell.value)) if cell else ""
