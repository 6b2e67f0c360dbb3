"""Which rows below a header list the projects (or tasks) of a department."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from perf_xlsx.domain.quantity import is_blank, parse_quantity
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.layout import Header
from perf_xlsx.reading.official.headers import Labels, core
from perf_xlsx.reading.official.rows import says_nothing

AMOUNTS = ("initial", "adjusted", "executed")


class ProjectRows(Struct, frozen=True):
    """The rows of the projects, and others with amounts by their words: sums, and what has no name.

    `crossed` are rows that were crossed out.
    """

    projects: list[int] = field(default_factory=list)
    others: dict[int, str] = field(default_factory=dict)
    crossed: list[int] = field(default_factory=list)

    def total(self, totals: Sequence[str]) -> int | None:
        """The row that sums up all projects; None where none or more than one says so."""
        found = [row for row, word in self.others.items() if word in totals]
        return found[0] if len(found) == 1 else None


def project_rows(
    sheets: Sheets, header: Header, kind: OfficialForm, tables: Sequence[Header], known: Labels
) -> ProjectRows:
    """Rows with a name, through its merge, up to another table, a label (`known`) or a text over the amounts.

    Repeated headers, the second row of a header, rows of sums, dashes and empty rows are none. A name without any
    amount is one where it follows at once.
    """
    cells, at = sheets.grids[header.sheet].cells, header.columns["name"]
    repeats = {row for h in tables if h.columns == header.columns for row in range(h.top, h.bottom + 1)}
    others = {h.top for h in tables} - repeats
    amounts = [header.columns[key] for key in AMOUNTS if key in header.columns]
    last, rows, sums = header.bottom, ProjectRows(), (*kind.totals, *kind.subtotals)

    def text(row: int, column: int) -> str:
        cell = cells.get((row, column))
        return "" if cell is None else as_shown(cell)

    for row in sorted({row for row, _ in cells if row > header.bottom} - repeats):
        top, left, _, right = sheets.merge_at((header.sheet, row, at))
        name = text(top, left)
        if row in others or name in known or any(left <= column <= right for column in amounts):
            break
        if sheets.crossed_out(header.sheet, row, [at, *amounts]):
            rows.crossed.append(row)
            last = row
            continue
        filled = any(not is_blank(text(row, column)) for column in amounts)
        if core(name) in sums or says_nothing(kind, name):
            last = row if row == last + 1 else last
            before = [text(row, column) for column in range(left - 1, max(left - 4, 0), -1)]  # under 序号, often
            word = next(filter(sums.__contains__, map(core, (name, *before))), None)
            numbers = any(parse_quantity(text(row, column)) for column in amounts)
            if numbers and (word or row == last):
                rows.others[row] = word or name or "没有名称"
        elif filled or row == last + 1:
            last = row
            rows.projects.append(row)
        else:
            break
    return rows
