"""Many results in one workbook (汇总): made from records alone, without opening a returned workbook again.

Two passes over the records. Rows and per-return state are written to disk, so memory does not grow with the batch.
The same records (and the same scored workbooks next to them, which are linked) give the same bytes.
"""

from __future__ import annotations

import datetime
import traceback
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from perf_xlsx.batch import Roster
from perf_xlsx.consolidated.export import ExportError, Format, export
from perf_xlsx.consolidated.order import InOrder
from perf_xlsx.consolidated.overview import write_overview
from perf_xlsx.consolidated.overview_tables import OVERVIEW, WIDTHS
from perf_xlsx.consolidated.page import Page
from perf_xlsx.consolidated.reconciliation import Elsewhere
from perf_xlsx.consolidated.report_check import REPORTS, write_report_check
from perf_xlsx.consolidated.returns import DEFAULT_NAME, identity, is_repeat, is_return, link_target
from perf_xlsx.consolidated.sheets import (
    CODE_WIDTHS,
    CODES,
    MONEY,
    MONEY_WIDTHS,
    OUTSTANDING,
    OUTSTANDING_WIDTHS,
    TROUBLED,
    UNIT_COLUMNS,
    money_code,
    money_notes,
    write_codes,
    write_money,
    write_outstanding,
    write_troubled,
)
from perf_xlsx.consolidated.statistics import Statistics, gather
from perf_xlsx.consolidated.streamed import EXCEL_LINKS, EXCEL_ROWS, LongSheets
from perf_xlsx.consolidated.tables import (
    EXTRAS,
    FINDINGS,
    FUNDS,
    INDICATORS,
    LONG,
    RECEIPTS,
    UNITS,
    Listed,
    Return,
    Table,
)
from perf_xlsx.consolidated.troubled_store import Troubled, TroubledStore
from perf_xlsx.results.checked_reports import CheckedReport, checked_reports
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import Records, RecordsError
from perf_xlsx.sheets.fixed_texts import CONSOLIDATED, PROPERTY_PREFIX
from perf_xlsx.sheets.writer import Canvas
from perf_xlsx.system.output_files import atomic_write, reserved, unique_path

__all__ = [
    "DEFAULT_NAME",
    "ExportError",
    "Format",
    "Records",
    "RecordsError",
    "Roster",
    "consolidate",
    "own_name",
    "write_consolidated",
]

RECEIPTS_NOTE = "每张评分后的自评表一行，与“回执.jsonl”相同；校验码也在自评表末尾。核对工作簿用 perf-xlsx verify。"
CREATED = datetime.datetime(2020, 1, 1)  # fixed: the same records give the same bytes


def write_consolidated(
    folder: Path, output: Path | None = None, roster: Roster | None = None, how: Format | None = None
) -> list[Path]:
    """The consolidated workbook of an output folder (or of a .jsonl file), and the long tables as files.

    `output` is 汇总.xlsx in the folder unless given. Gives the files written. Raises as `consolidate` does.
    """
    records = Records.open(folder)
    reports = checked_reports(records.base)
    return consolidate(records, roster, output, base=records.base, how=how, reports=reports)


def own_name(base: Path, found: Statistics) -> Path:
    """汇总.xlsx, or numbered where a unit has called its own return so."""
    return unique_path(base / DEFAULT_NAME, {reserved(base / copy) for copy in found.alike})


def consolidate(
    records: Iterable[Record], roster: Roster | None, output: Path | None, *, base: Path = Path(),
    how: Format | None = None, row_limit: int = EXCEL_ROWS, reports: Iterable[CheckedReport] = (),
) -> list[Path]:  # fmt: skip
    """Write one workbook from the records of a batch, completely or not at all.

    `records` are read several times (an iterator is first made a list); which of them repeat another is what their
    batch found (B01). `roster` is the list of those who must file; without it those are missing that the batch
    recorded as outstanding. `output` is 汇总.xlsx in `base` unless given.
    `base` is where relative paths of scored workbooks start from, else from the working folder. `how` asks for the
    long tables as files too. `row_limit` is what one sheet holds; a longer table continues on the next. `reports`
    are the written reports that were checked, read several times.

    Gives the files written. Raises RecordsError, ExportError and OSError.
    """
    records = InOrder(records, roster)
    with TroubledStore() as troubled:
        found = gather(records, roster, troubled)
        output = output or own_name(base, found)
        returns = _Returns(records, base, output.parent)
        with atomic_write(output) as file:
            canvas = Canvas(file, streamed=True)
            canvas.book.set_properties({"title": "绩效自评汇总", "created": CREATED})
            canvas.book.set_custom_property(f"{PROPERTY_PREFIX}form", CONSOLIDATED, "text")
            try:
                _write(canvas, found, troubled, returns, row_limit, reports)
                canvas.book.close()
            except BaseException as error:
                traceback.clear_frames(error.__traceback__)  # the zip in them is closed before its file, not after
                raise
    return [output, *(export(returns, _tables(found), output, how) if how else ())]


def _tables(found: Statistics) -> tuple[Table, ...]:
    """The long tables; of what only its form knows, and of receipts, there is one where something is."""
    return (*LONG, *(table for table in (EXTRAS, RECEIPTS) if found.rows[table.key]))


class _Returns:
    """The returns of the records, as often as asked for."""

    def __init__(self, records: Iterable[Record], base: Path, folder: Path) -> None:
        self.records, self.base, self.folder = records, base, folder

    def __iter__(self) -> Iterator[Return]:
        for record in filter(is_return, self.records):
            yield Return(record, identity(record), is_repeat(record), self.link_of(record.output))

    def link_of(self, output: str | None) -> str | None:
        """A scored copy's path as the consolidated workbook reaches it."""
        return link_target(output, self.base, self.folder)


def _write(
    canvas: Canvas, found: Statistics, with_findings: Iterable[Troubled], returns: _Returns, limit: int,
    reports: Iterable[CheckedReport],
) -> None:  # fmt: skip
    """Create the sheets in their order, then write the rows in one pass, then the summaries."""

    def rows_of(kind: Table, note: str, empty: str = "", **look: Any) -> LongSheets:
        look = {"hidden": found.idle, **look}
        return LongSheets(canvas, kind.name, kind.columns, found.rows[kind.key], note, limit, empty=empty, **look)

    overview = Page(canvas, OVERVIEW, WIDTHS)
    long = {UNITS.key: rows_of(UNITS, _units_note(found), "没有收到工作簿。")}
    money = Page(canvas, MONEY, MONEY_WIDTHS)
    funds = rows_of(FUNDS, money_notes(found), "没有资金数据。", money=money_code(found))
    note = "每个指标一行；差额＝自评得分－计算得分。可直接插入数据透视表。"
    long |= {FUNDS.key: funds, INDICATORS.key: rows_of(INDICATORS, note, "没有指标。", table=True, lines=2)}
    extras = _extras(canvas, found, limit)
    codes = Page(canvas, CODES, CODE_WIDTHS)
    troubled = LongSheets(
        canvas, TROUBLED, UNIT_COLUMNS, found.troubled,
        f"按名单的顺序，名单以外的错误多的在前；没有问题的{found.received - found.troubled}份不列。", limit,
        empty="✔ 没有发现问题。", hidden=found.idle,
    )  # fmt: skip
    note = "错误须更正，警告须核对，提示仅供了解；依据见各单位评分后的工作簿。"
    long[FINDINGS.key] = rows_of(FINDINGS, note, "✔ 没有发现问题。", lines=2)
    checked = write_report_check(canvas, reports, returns.records, returns.base, returns.folder, limit)
    outstanding = Page(canvas, OUTSTANDING, OUTSTANDING_WIDTHS)
    long |= {EXTRAS.key: extras} if extras else {}
    long |= {RECEIPTS.key: rows_of(RECEIPTS, RECEIPTS_NOTE, hidden=())} if found.rows[RECEIPTS.key] else {}
    listed = _fill(long, _tables(found), returns)
    write_troubled(troubled, with_findings, returns.link_of)
    write_money(money, found, funds, listed)
    total = xl_rowcol_to_cell(write_codes(codes, found), 4)
    write_outstanding(outstanding, found.roster)
    long |= {TROUBLED: troubled} | ({REPORTS: checked} if checked else {})
    write_overview(overview, found, Elsewhere(long, total))


def _extras(canvas: Canvas, found: Statistics, limit: int) -> LongSheets | None:
    """The sheet of boxes and columns that only some form knows; None where no return has any."""
    if not found.rows[EXTRAS.key]:
        return None
    note = "表种文件中自加的格和栏，照填报的内容列出。"
    return LongSheets(
        canvas, EXTRAS.name, EXTRAS.columns, found.rows[EXTRAS.key], note, limit, lines=2, hidden=found.idle
    )


def _fill(long: Mapping[str, LongSheets], tables: Iterable[Table], returns: Iterable[Return]) -> Listed:
    """Write the rows of every return; gives where amounts are listed, which the sums refer to."""
    listed = Listed()
    for one in returns:
        for table in tables:
            for row in table.rows(one):
                long[table.key].add(row, one.link)
                if table is FUNDS:
                    listed.add(row)
    return listed


def _units_note(found: Statistics) -> str:
    links = "点击“工作簿”打开评分后的文件"
    if found.received > EXCEL_LINKS:
        links += f"（Excel 每张表最多{EXCEL_LINKS:,}个链接，其后只写路径）"
    return (
        f"共{found.received:,}份；差额＝自评－计算；暂定＝有项目不能评分，按0分计，不算差额；"
        f"退回＝有错误须更正；{links}。"
    )
