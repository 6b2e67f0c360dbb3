"""The place of a value: workbook, sheet, cell."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct


@lru_cache(1024)
def column_name(column: int) -> str:
    """1 -> "A", 27 -> "AA"."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


class Place(Struct, frozen=True, order=True, gc=False):
    """A cell, a sheet (row and column 0), or a workbook (sheet_index -1).

    Places sort in reading order: by sheet, row, column.
    """

    workbook: str
    sheet_index: int = -1
    row: int = 0
    column: int = 0
    sheet: str = ""

    @property
    def cell(self) -> str | None:
        """The address, as "C7"; None where the place is not a single cell."""
        return f"{column_name(self.column)}{self.row}" if self.row and self.column else None

    def __str__(self) -> str:
        """As Excel writes it: "[file.xlsx]绩效指标!C7"."""
        tail = "!".join(part for part in (self.sheet, self.cell or "") if part)
        return f"[{self.workbook}]{tail}"
