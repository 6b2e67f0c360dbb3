"""What every foreign reader gives: sheets, cells, names, and what else the file holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from perf_xlsx.ooxml import Cell, Grid, Limits, PackageError
from perf_xlsx.ooxml.book import MAX_COLUMN, MAX_ROW, DefinedName, Sheet


@dataclass(frozen=True)
class Extra:
    """Something beside the cells: its kind in Chinese ("批注", "图片或图形", "宏"), where it stands, its text."""

    what: str
    sheet: str = ""
    cell: str = ""
    text: str = ""


@dataclass(frozen=True)
class Original:
    """A workbook as it came in. `format` is its name for people; sheets and grids run parallel."""

    format: str
    sheets: tuple[Sheet, ...]
    grids: tuple[Grid, ...]
    names: tuple[DefinedName, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    extras: tuple[Extra, ...] = ()

    def defined_names(self) -> list[DefinedName]:
        """Every defined name that is known."""
        return list(self.names)

    def custom_properties(self) -> Mapping[str, str]:
        """The custom document properties, as text."""
        return self.properties


class CellCount:
    """Cells taken from one sheet so far; stops at the limit before they are kept."""

    def __init__(self, sheet: str, limits: Limits) -> None:
        self.sheet, self.left, self.limits = sheet, limits.cells, limits
        self.cells: dict[tuple[int, int], Cell] = {}

    def add(self, row: int, column: int, cell: Cell) -> None:
        """Keep a cell. Raises PackageError beyond the limit; addresses outside a worksheet are ignored."""
        self.left -= 1
        if self.left < 0:
            raise PackageError("too_large", f"工作表“{self.sheet}”超过 {self.limits.cells} 个单元格")
        if 1 <= row <= MAX_ROW and 1 <= column <= MAX_COLUMN:
            self.cells[row, column] = cell
