"""Many results in one workbook (汇总): made from records alone, without opening a returned workbook again.

Two passes over the records. Rows and per-return state are written to disk, so memory does not grow with the batch.
Of more returns than a workbook can list it holds sums alone, and the long tables are files beside it.
The same records (and the same scored workbooks next to them, which are linked) give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.batch import Roster, roster_of_run
from perf_xlsx.batch.roster import return_key
from perf_xlsx.consolidated.export import ExportError, ExportFormat, exported, path_of, usual_format
from perf_xlsx.consolidated.headline import Apart
from perf_xlsx.consolidated.long_tables import (
    OUTSTANDING,
    REPORTS,
    TROUBLED,
    LongTable,
    Return,
    outstanding_rows,
    tables_of,
    troubled_row,
)
from perf_xlsx.consolidated.order import in_list_order
from perf_xlsx.consolidated.report_check import report_rows, rows_in
from perf_xlsx.consolidated.returns import (
    DEFAULT_NAME,
    identity_told_apart,
    is_return,
    link_target,
    return_identity,
    return_place,
)
from perf_xlsx.consolidated.statistics import Statistics, gather
from perf_xlsx.consolidated.streamed import EXCEL_ROWS
from perf_xlsx.consolidated.troubled_store import Troubled, TroubledStore
from perf_xlsx.consolidated.workbook import Placed, Places, write_workbook
from perf_xlsx.results.checked_reports import CheckedReport, checked_reports
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import Records, RecordsError
from perf_xlsx.system.growing import NumbersByText
from perf_xlsx.system.output_files import atomic_write, reserved, unique_path

__all__ = [
    "DEFAULT_NAME",
    "ConsolidatedFiles",
    "ExportError",
    "ExportFormat",
    "Records",
    "RecordsError",
    "Roster",
    "consolidate",
    "own_name",
    "write_consolidated",
]

MOST_LISTED = 100_000  # returns that a workbook lists; of more Excel opens none


class ConsolidatedFiles(Struct, frozen=True):
    """What was written: the workbook, and the long tables as files. `remark`: in Chinese, what the workbook has
    not: tables that are in the files alone, what only a list of units tells; else ""."""

    workbook: Path
    files: tuple[Path, ...] = ()
    remark: str = ""


def write_consolidated(
    folder: str | Path,
    output: str | Path | None = None,
    roster: Roster | None = None,
    how: ExportFormat | None = None,
    sender: str = "",
) -> ConsolidatedFiles:
    """The consolidated workbook of an output folder (or of a .jsonl file), and the long tables as files.

    `output` is 汇总.xlsx in the folder unless given. Without a `roster` the one counts that they were scored with.
    `sender` has it made. Raises as `consolidate` does.
    """
    records = Records.open(Path(folder))
    output = None if output is None else Path(output)
    reports = checked_reports(records.base)
    roster = roster or roster_of_run(records)
    return consolidate(
        records, roster, output, base=records.base, how=how, most_listed=MOST_LISTED, reports=reports,
        sender=sender,
    )  # fmt: skip


def own_name(base: Path, found: Statistics) -> Path:
    """汇总.xlsx, or numbered where a unit has called its own return so."""
    return unique_path(base / DEFAULT_NAME, {reserved(base / copy) for copy in found.alike})


def consolidate(
    records: Iterable[Record], roster: Roster | None, output: Path | None, *, base: Path = Path(),
    how: ExportFormat | None = None, row_limit: int = EXCEL_ROWS, most_listed: int = MOST_LISTED,
    reports: Iterable[CheckedReport] = (), sender: str = "",
) -> ConsolidatedFiles:  # fmt: skip
    """Write one workbook from the records of a batch, completely or not at all.

    `records` are read several times (an iterator is first made a list); which of them repeat another is what their
    batch found (B01). `roster` is the list of those who must file; without it those are missing that the batch
    recorded as outstanding. `output` is 汇总.xlsx in `base` unless given.
    `base` is where relative paths of scored workbooks start from, else from the working folder. `how` asks for the
    long tables as files too. `row_limit` is what one sheet holds; a longer table continues on the next. Of more
    than `most_listed` returns the long tables are files alone, whether asked for or not. `reports` are the written
    reports that were checked, read several times.

    Raises RecordsError, ExportError and OSError.
    """
    with in_list_order(records, roster) as ordered, TroubledStore() as troubled:
        found = gather(ordered, roster, troubled)
        found.sender = sender
        output = output or own_name(base, found)
        too_many = found.received > most_listed
        how = usual_format() if too_many and how is None else how
        found.rows[REPORTS.key] = rows_in(reports)
        tables = tables_of(found.rows)
        paths = {table: path_of(table, output, how) for table in tables} if how else {}
        names = {table.name: path.name for table, path in paths.items()}
        apart = Apart(names, found.received, most_listed) if too_many else Apart()
        rows = _rows(
            tables, ordered, troubled, found, reports, partial(link_target, base=base, folder=output.parent)
        )
        with atomic_write(output) as file, exported(paths) as files:
            write_workbook(file, found, rows, Places(files, apart, row_limit))
    return ConsolidatedFiles(output, tuple(paths.values()), f"{apart}{found.roster.lacks}")


def _rows(
    tables: Iterable[LongTable], records: Iterable[Record], troubled: Iterable[Troubled], found: Statistics,
    reports: Iterable[CheckedReport], link_of: Callable[[str | None], str | None],
) -> Iterator[Placed]:  # fmt: skip
    """All rows of the tables, in one pass over the records; `link_of` gives a copy's path from the workbook."""
    checked = {one.content for one in reports}
    codes: dict[str, str] = {}
    turns = NumbersByText()
    for record in filter(is_return, records):
        if record.content in checked and isinstance(record.content, str):
            codes[record.content] = record.code or ""
        one = _return(record, found, turns, link_of(record.output))
        for table in tables:
            for row in table.rows(one):
                yield table, row, one.link
    for each in troubled:
        link = link_of(each.output)
        if turn := turns.get(each.place):
            each = replace(each, who=identity_told_apart(each.who, f"第{turn}份：{each.place}"))
        yield TROUBLED, troubled_row(each, link), link
    for row, link in report_rows(reports, codes, link_of):
        yield REPORTS, row, link
    for row in outstanding_rows(found.roster):
        yield OUTSTANDING, row, None


def _return(record: Record, found: Statistics, turns: NumbersByText, link: str | None) -> Return:
    """A record as the tables take it. `turns` are of forms that came more than once: how many came, by form, and
    which of them each is, by place."""
    who = return_identity(record)
    if record not in found.undecided:
        return Return(record, who, who, link=link)
    form, place = repr(return_key(record)), return_place(record)
    turn = (turns.get(form) or 0) + 1
    turns.put(form, turn)
    turns.put(place, turn)
    return Return(
        record,
        identity_told_apart(who, f"第{turn}份"),
        identity_told_apart(who, f"第{turn}份：{place}"),
        True,
        link,
    )
