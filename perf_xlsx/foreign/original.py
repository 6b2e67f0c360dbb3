"""What every foreign reader gives: sheets, cells, names, and what else the file holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import force_setattr, replace

from perf_xlsx.ooxml import Cell, Grid, Limits, PackageError
from perf_xlsx.ooxml.book import MAX_COLUMN, MAX_ROW, DefinedName, Sheet
from perf_xlsx.system.safe_text import cleaned, harmless

FORMULAS = 5_000  # of one workbook that are put into words


class OutsideContent(Struct, frozen=True):
    """Content outside the cells: its kind in Chinese ("批注", "图片或图形", "宏"), its place, its text."""

    what: str
    sheet: str = ""
    cell: str = ""
    text: str = ""


def extras_of_book(macros: bool, signed: bool) -> list[OutsideContent]:
    """What a workbook holds that is on none of its sheets."""
    return [OutsideContent("宏")] * macros + [OutsideContent("数字签名")] * signed


class ForeignWorkbook(Struct, frozen=True):
    """A workbook as it came in, its texts harmless. `format` is its name; sheets and grids run parallel."""

    format: str
    sheets: tuple[Sheet, ...]
    grids: tuple[Grid, ...]
    names: tuple[DefinedName, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    extras: tuple[OutsideContent, ...] = ()

    def __post_init__(self) -> None:
        """Binary formats hold characters that XML cannot, and a terminal obeys some of them."""
        for grid in self.grids:
            for address, cell in grid.cells.items():
                if isinstance(cell.value, str) and (text := harmless(cell.value)) != cell.value:
                    grid.cells[address] = replace(cell, value=text)
        clean = {
            "sheets": tuple(replace(sheet, name=harmless(sheet.name)) for sheet in self.sheets),
            "names": tuple(
                replace(name, name=harmless(name.name), refers_to=harmless(name.refers_to)) for name in self.names
            ),
            "properties": cleaned(dict(self.properties)),
            "extras": tuple(
                replace(extra, sheet=harmless(extra.sheet), text=harmless(extra.text)) for extra in self.extras
            ),
        }
        for key, value in clean.items():
            force_setattr(self, key, value)

    def defined_names(self) -> list[DefinedName]:
        """Every defined name that is known."""
        return list(self.names)

    def custom_properties(self) -> Mapping[str, str]:
        """The custom document properties, as text."""
        return self.properties


class CellCount:
    """Sheets, cells and records taken from one workbook so far; stops at the limit before they are kept.

    The limit is the workbook's, not a sheet's: a hostile one lists the same stream as a thousand sheets.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.sheets_left, self.cells_left, self.records_left = limits.parts, limits.cells, 4 * limits.cells
        self.formulas_left = FORMULAS
        self.sheet, self.cells, self.silent = "", dict[tuple[int, int], Cell](), dict[tuple[int, int], Cell]()

    def begin(self, sheet: str) -> None:
        """The cells that follow are of that sheet. Raises PackageError beyond the limit of parts."""
        self.sheet, self.cells, self.silent = sheet, {}, {}
        self.sheets_left -= 1
        if self.sheets_left < 0:
            raise PackageError("too_large", f"有超过 {self.limits.parts} 个工作表")

    def add(self, row: int, column: int, cell: Cell) -> None:
        """Keep a cell. Raises PackageError beyond the limits; addresses outside a worksheet are ignored."""
        self.cells_left -= 1
        self._judge(self.cells_left)
        if isinstance(cell.value, str) and len(cell.value) > self.limits.text:
            where = f"工作表“{self.sheet}”第{row}行第{column}列"
            raise PackageError("too_large", f"{where}的文字超过 {self.limits.text} 字")
        if 1 <= row <= MAX_ROW and 1 <= column <= MAX_COLUMN:
            (self.silent if cell.silent else self.cells)[row, column] = cell

    def record(self, times: int = 1) -> None:
        """A record was met, a blank cell too. Raises PackageError beyond four times the limit of cells."""
        self.records_left -= times
        self._judge(self.records_left)

    def formula(self) -> bool:
        """Whether one more formula may be put into words; a form has a few hundred of them."""
        self.formulas_left -= 1
        return self.formulas_left >= 0

    def _judge(self, left: int) -> None:
        if left < 0:
            where = f"读到工作表“{self.sheet}”时" if self.sheet else "工作簿"
            raise PackageError("too_large", f"{where}超过 {self.limits.cells} 个单元格")

    def grid(
        self,
        merges: Sequence[tuple[int, int, int, int]],
        hidden_rows: Iterable[int],
        hidden_columns: Iterable[tuple[int, int]],
    ) -> Grid:
        """The sheet with the cells that were kept. Raises PackageError beyond the limit of merges."""
        if len(merges) > self.limits.merges:
            message = f"工作表“{self.sheet}”有 {len(merges)} 处合并，超过上限 {self.limits.merges} 处"
            raise PackageError("too_large", message)
        return Grid(self.cells, tuple(merges), frozenset(hidden_rows), tuple(hidden_columns), silent=self.silent)
