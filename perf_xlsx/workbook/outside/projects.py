"""Which rows below a header list the projects (or tasks) of a department."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from perf_xlsx.forms.outside import Outside
from perf_xlsx.workbook.intake import as_shown
from perf_xlsx.workbook.locate import Sheets
from perf_xlsx.workbook.outside.headers import ColumnMerges, Header, Labels, core
from perf_xlsx.workbook.outside.rows import nothing, says_nothing

AMOUNTS = ("initial", "adjusted", "executed")


def project_rows(
    sheets: Sheets, header: Header, kind: Outside, tables: Sequence[Header], known: Labels
) -> Iterator[int]:
    """Rows with a name, through its merge, up to another table, a label (`known`) or a text over the amounts.

    Repeated headers, the second row of a header, rows of sums, dashes and empty rows are none. A name without any
    amount is one where it follows at once.
    """
    cells, at = sheets.grids[header.sheet].cells, header.columns["name"]
    merges = ColumnMerges(sheets.grids[header.sheet].merges, at)
    repeats = {row for h in tables if h.columns == header.columns for row in range(h.top, h.bottom + 1)}
    others = {h.top for h in tables} - repeats
    amounts = [header.columns[key] for key in AMOUNTS if key in header.columns]
    last = header.bottom

    def text(row: int, column: int) -> str:
        cell = cells.get((row, column))
        return "" if cell is None else as_shown(cell)

    for row in sorted({row for row, _ in cells if row > header.bottom} - repeats):
        top, left, _, right = merges.at(row) or (row, at, row, at)
        name = text(top, left)
        if row in others or name in known or any(left <= column <= right for column in amounts):
            return
        filled = any(not nothing(text(row, column)) for column in amounts)
        if core(name) in (*kind.totals, *kind.subtotals) or says_nothing(kind, name):
            last = row if row == last + 1 else last
        elif filled or row == last + 1:
            last = row
            yield row
        else:
            return
