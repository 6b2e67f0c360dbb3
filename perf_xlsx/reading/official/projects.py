"""Which rows below a header list the projects (or tasks) of a department."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from perf_xlsx.domain.quantity import parse_quantity
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.layout import Header
from perf_xlsx.reading.official.labels import Labels, core
from perf_xlsx.reading.official.rows import TableRows, says_nothing

AMOUNTS = ("initial", "adjusted", "executed")


class ProjectRows(Struct, frozen=True):
    """The rows of the projects, and others with amounts by their words: sums, and what has no name.

    `crossed` are rows that were crossed out.
    """

    projects: list[int] = field(default_factory=list)
    others: dict[int, str] = field(default_factory=dict)
    crossed: list[int] = field(default_factory=list)

    def total(self, totals: Sequence[str]) -> int | None:
        """The row that sums up all projects; None where there is none, or more than one."""
        found = [row for row, word in self.others.items() if word in totals]
        return found[0] if len(found) == 1 else None


def project_rows(
    sheets: Sheets, header: Header, kind: OfficialForm, tables: Sequence[Header], known: Labels
) -> ProjectRows:
    """Rows with a name, through its merge, up to another table, a label (`known`) or a text over the amounts.

    Repeated headers, the second row of a header, rows of sums, dashes and empty rows are none. A name without any
    amount is one where it follows at once.
    """
    table, last, found = TableRows(sheets, header, AMOUNTS), header.bottom, ProjectRows()
    for row in _rows_up_to_the_next(table, header, tables, known):
        follows = row == last + 1
        if table.crossed_out(row):
            found.crossed.append(row)
        elif says_nothing(kind, table.name(row)[0]):
            if word := _word_of_sum(table, kind, row, follows):
                found.others[row] = word
            if not follows:
                continue
        elif table.filled(row) or follows:
            found.projects.append(row)
        else:
            break
        last = row
    return found


def _rows_up_to_the_next(
    table: TableRows, header: Header, tables: Sequence[Header], known: Labels
) -> Iterator[int]:
    """The rows of the table, without repeated headers, up to another table, a label or a text over the amounts."""
    repeats = {row for h in tables if h.columns == header.columns for row in range(h.top, h.bottom + 1)}
    others = {h.top for h in tables} - repeats
    for row in sorted(table.below() - repeats):
        name, over_amounts = table.name(row)
        if row in others or name in known or over_amounts:
            return
        yield row


def _word_of_sum(table: TableRows, kind: OfficialForm, row: int, next_row: bool) -> str:
    """The word of a row with amounts that is no project: that of a sum, or any where it follows at once."""
    if not any(parse_quantity(table.shown(row, column)) for column in table.values):
        return ""
    name, left = table.name(row)[0], table.sheets.merge_at((table.sheet, row, table.columns["name"]))[1]
    before = [table.shown(row, column) for column in range(left - 1, max(left - 4, 0), -1)]  # often under 序号
    sums = (*kind.totals, *kind.subtotals)
    word = next(filter(sums.__contains__, map(core, (name, *before))), None)
    return word or (name or "没有名称" if next_row else "")
