"""A sheet of a scored copy as a table of a page: what stands there, with its merged cells."""

from __future__ import annotations

from decimal import Decimal
from itertools import takewhile
from pathlib import Path

from msgspec import Struct

from perf_xlsx.domain.rounding import half_up, plain
from perf_xlsx.ooxml import Book, Cell, Grid, Limits, Package, read_file, read_grid
from perf_xlsx.scored.evaluation_form import EVALUATION_FORM
from perf_xlsx.system.pattern import pattern

_LONG = pattern(r"[!-~]{20}")
_TEXT = pattern(r'"([^"]*)"\s*\Z')


class PageCell(Struct, frozen=True):
    """One cell of the table. `is_number`: it stands to the right."""

    text: str
    across: int = 1
    down: int = 1
    is_number: bool = False

    @property
    def is_long(self) -> bool:
        """Whether it holds a word that might not fit into a column; numbers are shorter."""
        return _LONG.search(self.text) is not None


class SheetPage(Struct, frozen=True):
    """A sheet: its name, its rows, how many columns they have, and whether it is printed across."""

    title: str
    rows: tuple[tuple[PageCell, ...], ...]
    columns: int
    across: bool = False

    @property
    def head(self) -> int:
        """How many rows at the top are headings: one cell across the whole sheet."""
        wide = (len(row) == 1 and row[0].across == self.columns for row in self.rows)
        return len(list(takewhile(bool, wide)))


def evaluation_forms(path: Path) -> list[SheetPage]:
    """自评表 of a scored copy, one for each of its forms. Raises PackageError and OSError."""
    limits = Limits()
    book = Book(Package.open(read_file(path, limits), limits))
    return [
        _page(sheet.name, read_grid(book, sheet), _is_across(book, sheet.part))
        for sheet in book.sheets
        if sheet.name.startswith(EVALUATION_FORM)
    ]


def _is_across(book: Book, part: str) -> bool:
    """Whether the sheet is printed in landscape."""
    setup = book.tree(part).find("{*}pageSetup")
    return setup is not None and setup.get("orientation") == "landscape"


def _page(title: str, grid: Grid, is_across: bool) -> SheetPage:
    """The part of a sheet that holds something."""
    taken = [*grid.cells, *((top, left) for top, left, _, _ in grid.merges)]
    taken += ((bottom, right) for _, _, bottom, right in grid.merges)
    rows, columns = ([at[axis] for at in taken] or [0] for axis in (0, 1))
    across = range(min(columns), max(columns) + 1)
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in grid.merges}
    covered = _covered(grid)
    boxes = tuple(
        tuple(
            _box(grid.cells.get((row, at)), *spans.get((row, at), (1, 1)))
            for at in across
            if (row, at) not in covered
        )
        for row in range(min(rows), max(rows) + 1)
    )
    return SheetPage(title, boxes, len(across), is_across)


def _covered(grid: Grid) -> set[tuple[int, int]]:
    """The cells that a merged cell hides."""
    return {
        (row, column)
        for top, left, bottom, right in grid.merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    }


def _box(cell: Cell | None, down: int, across: int) -> PageCell:
    return PageCell(_shown(cell), across, down, isinstance(cell.value, Decimal) if cell else False)


def _shown(cell: Cell | None) -> str:
    """The cell's content as its number format shows it, as far as our own sheets have such."""
    if cell is None or cell.value is None:
        return ""
    value = cell.value
    if not isinstance(value, Decimal):
        return str(value)
    code = cell.number_format
    if "%" in code:
        return f"{half_up(value * 100, _places(code)):f}%"
    if "0" in code:
        text = f"{half_up(value, _places(code)):,f}" if "," in code else f"{half_up(value, _places(code)):f}"
        return text + _behind(code)
    return plain(value)


def _behind(code: str) -> str:
    """The text that a number format writes behind the number, 元 in `0.00"元"`."""
    found = _TEXT.search(code.split(";")[0])
    return found[1] if found else ""


def _places(code: str) -> int:
    """The decimals of a number format."""
    tail = code.split(";")[0].partition(".")[2]
    return len(tail) - len(tail.lstrip("0"))
