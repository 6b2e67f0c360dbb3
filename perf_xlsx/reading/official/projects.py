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
    repeats = {row for h in tables if h.columns == header.columns for row in range(h.top, h.bottom + 1)}
    others = {h.top for h in tables} - repeats
    search, last, found = _Search(sheets, header, kind), header.bottom, ProjectRows()
    for row in sorted({row for row, _ in search.cells if row > header.bottom} - repeats):
        name, over_amounts = search.name(row)
        if row in others or name in known or over_amounts:
            break
        if search.crossed_out(row):
            found.crossed.append(row)
        elif search.is_no_project(name):
            if word := search.word_of_sum(row, name, row == last + 1):
                found.others[row] = word
            last = last if row > last + 1 else row
            continue
        elif search.has_amounts(row) or row == last + 1:
            found.projects.append(row)
        else:
            break
        last = row
    return found


class _Search:
    def __init__(self, sheets: Sheets, header: Header, kind: OfficialForm) -> None:
        self.sheets, self.sheet, self.kind = sheets, header.sheet, kind
        self.cells, self.at = sheets.grids[header.sheet].cells, header.columns["name"]
        self.amounts = [header.columns[key] for key in AMOUNTS if key in header.columns]
        self.sums = (*kind.totals, *kind.subtotals)

    def name(self, row: int) -> tuple[str, bool]:
        """The name through its merge, and whether that covers amounts."""
        top, left, _, right = self.sheets.merge_at((self.sheet, row, self.at))
        return self._text(top, left), any(left <= column <= right for column in self.amounts)

    def crossed_out(self, row: int) -> bool:
        return self.sheets.crossed_out(self.sheet, row, [self.at, *self.amounts])

    def has_amounts(self, row: int) -> bool:
        return any(not is_blank(self._text(row, column)) for column in self.amounts)

    def is_no_project(self, name: str) -> bool:
        return core(name) in self.sums or says_nothing(self.kind, name)

    def word_of_sum(self, row: int, name: str, next_row: bool) -> str:
        """The word of a row with amounts that is no project: that of a sum, or any where it follows at once."""
        left = self.sheets.merge_at((self.sheet, row, self.at))[1]
        before = [self._text(row, column) for column in range(left - 1, max(left - 4, 0), -1)]  # often under 序号
        word = next(filter(self.sums.__contains__, map(core, (name, *before))), None)
        numbers = any(parse_quantity(self._text(row, column)) for column in self.amounts)
        return (word or name or "没有名称") if numbers and (word or next_row) else ""

    def _text(self, row: int, column: int) -> str:
        cell = self.cells.get((row, column))
        return "" if cell is None else as_shown(cell)
