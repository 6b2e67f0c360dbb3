"""The consolidated workbook: its sheets in their order, the rows in one pass, then what sums them up."""

from __future__ import annotations

import datetime
import traceback
from collections.abc import Iterable, Mapping
from typing import IO, Any

from msgspec import Struct
from xlsxwriter.utility import xl_rowcol_to_cell

from perf_xlsx.consolidated.export import Add
from perf_xlsx.consolidated.headline import Apart
from perf_xlsx.consolidated.long_tables import (
    ALWAYS,
    CHANGES,
    EXTRAS,
    FINDINGS,
    FUNDS,
    INDICATORS,
    OUTSTANDING,
    RECEIPTS,
    REPORTS,
    TROUBLED,
    UNITS,
    LongTable,
    LongTableRow,
)
from perf_xlsx.consolidated.overview import write_overview
from perf_xlsx.consolidated.overview_tables import OVERVIEW, WIDTHS
from perf_xlsx.consolidated.paged_sheet import PagedSheet
from perf_xlsx.consolidated.reconciliation import Elsewhere
from perf_xlsx.consolidated.report_check import REPORTS_NOTE
from perf_xlsx.consolidated.row_counts import RowCounts
from perf_xlsx.consolidated.short_sheets import (
    CODE_WIDTHS,
    CODES,
    MONEY,
    MONEY_WIDTHS,
    TITLE_HEIGHT,
    money_notes,
    outstanding_widths,
    write_codes,
    write_money,
    write_outstanding,
)
from perf_xlsx.consolidated.statistics import Statistics
from perf_xlsx.consolidated.streamed import EXCEL_LINKS, LongSheets
from perf_xlsx.findings.asked import ACROSS
from perf_xlsx.results.result_in_words import OPEN_OR_WRONG
from perf_xlsx.sheets.fixed_texts import CONSOLIDATED, PROPERTY_PREFIX
from perf_xlsx.sheets.writer import WorkbookCanvas

RECEIPTS_NOTE = (
    "每张评分后的自评表一行，与“回执.jsonl”相同；校验码也在自评表末尾；暂定＝有项目不能评分，不评等级。"
    "核对工作簿用 perf-xlsx verify。"
)
CHANGES_NOTE = (
    "重报的与上次报送相比，单位改动的资金、指标、自评总分和文字说明；“没有要求”＝上次没有要求更正，请核对原因。"
    "项目明细、年中监控值、偏差原因、改进措施、预算执行率得分和其他格没有比对，自动计算的合计、总分不列。"
)
CREATED = datetime.datetime(2020, 1, 1)  # fixed: the same records give the same bytes
MOST_NAMED = 1_000  # of each kind on 未报送, where all are in a file

Placed = tuple[LongTable, LongTableRow, str | None]
"""A row, its table, and the path of the file that its link column opens."""


class Places(Struct, frozen=True):
    """Where the rows of the long tables go.

    `files` adds a row to the file of a table, by its key, where there is one. `apart` are the tables that are on
    no sheet. `limit` is what a sheet holds.
    """

    files: Mapping[str, Add]
    apart: Apart
    limit: int


def write_workbook(file: IO[bytes], found: Statistics, rows: Iterable[Placed], places: Places) -> None:
    """Write the workbook, and the rows to their files too. Raises what `rows` raises, and OSError."""
    canvas = WorkbookCanvas(file, streamed=True)
    canvas.book.set_properties({"title": "绩效自评汇总", "created": CREATED})
    canvas.book.set_custom_property(f"{PROPERTY_PREFIX}form", CONSOLIDATED, "text")
    try:
        _write(canvas, found, rows, places)
        canvas.book.close()
    except BaseException as error:
        traceback.clear_frames(error.__traceback__)  # the zip in them is closed before its file, not after
        raise


def _write(canvas: WorkbookCanvas, found: Statistics, rows: Iterable[Placed], places: Places) -> None:
    long: dict[str, LongSheets] = {}

    def rows_of(long_table: LongTable, note: str, empty: str = "", **look: Any) -> None:
        count = found.rows[long_table.key]
        if long_table.name not in places.apart.files and (count or long_table in ALWAYS):
            look = {"hidden": found.idle, "empty": empty, "head": found.head, **look}
            long[long_table.key] = LongSheets(
                canvas, long_table.name, long_table.columns, count, note, places.limit, **look
            )

    overview = PagedSheet(canvas, OVERVIEW, WIDTHS)
    rows_of(UNITS, _units_note(found), "没有收到工作簿。")
    money = PagedSheet(canvas, MONEY, MONEY_WIDTHS, TITLE_HEIGHT)
    rows_of(FUNDS, money_notes(found), "没有资金数据。")
    note = "每个指标一行；差额＝自评得分－计算得分。可直接插入数据透视表。"
    rows_of(INDICATORS, note, "没有指标。", table=True, lines=2)
    rows_of(EXTRAS, "表种文件中自加的格和栏，照填报的内容列出。", lines=2)
    codes = PagedSheet(canvas, CODES, CODE_WIDTHS)
    rows_of(TROUBLED, _troubled_note(found), "✔ 没有发现问题。")
    rows_of(FINDINGS, _findings_note(found), "✔ 没有发现问题。", lines=2)
    rows_of(CHANGES, CHANGES_NOTE, hidden=found.idle - {"报送次数"}, lines=2)
    rows_of(REPORTS, REPORTS_NOTE, hidden=(), lines=2)
    outstanding = PagedSheet(canvas, OUTSTANDING.name, outstanding_widths(found.roster))
    rows_of(RECEIPTS, RECEIPTS_NOTE, hidden=())
    listed = _fill(rows, long, places.files)
    write_money(money, found, long.get(FUNDS.key), listed)
    total = xl_rowcol_to_cell(write_codes(codes, found), 4)
    write_outstanding(outstanding, found, MOST_NAMED if places.apart.files else None)
    write_overview(overview, found, Elsewhere(listed, long, places.apart, total))


def _fill(rows: Iterable[Placed], sheets: Mapping[str, LongSheets], files: Mapping[str, Add]) -> RowCounts:
    """Write every row to the sheet and to the file of its table; gives what they come to."""
    listed = RowCounts()
    for table, row, link in rows:
        if sheet := sheets.get(table.key):
            sheet.add(row, link)
        if add := files.get(table.key):
            add(row)
        listed.add(table, row)
    return listed


def _units_note(found: Statistics) -> str:
    links = "点击“工作簿”打开评分后的文件"
    if found.received > EXCEL_LINKS:
        links += f"（Excel 每张表最多{EXCEL_LINKS:,}个链接，其后只写路径）"
    return (
        f"共{found.received:,}份；差额＝自评－计算（计算得分即自评表的核定得分）；暂定＝有项目不能评分，按0分计，不算差额；"
        f"退回＝{OPEN_OR_WRONG}，或读不出来；待核定＝同一张表报送了几份，还没有定下采用哪一份，别的表里写第几份；{links}。"
    )


def _findings_note(found: Statistics) -> str:
    note = "错误须更正，警告须核对，提示仅供了解；依据见各单位评分后的工作簿"
    if any(kind.code.startswith(ACROSS) for kind in found.codes):
        note += f"，其中没有的是编号{ACROSS}的：它们是各份之间、与名单对照出来的"
    return note + "。"


def _troubled_note(found: Statistics) -> str:
    return f"按名单的顺序，名单以外的错误多的在前；没有问题的{found.received - found.troubled}份不列。"
