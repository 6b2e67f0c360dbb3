"""A sheet of a scored copy as a table of a page, to read and to print: what stands there, with its merged cells."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from perf_xlsx.domain.rounding import half_up, plain
from perf_xlsx.ooxml import Book, Cell, Grid, Limits, Package, read_file, read_grid
from perf_xlsx.scored.evaluation_form import EVALUATION_FORM


class Box(Struct, frozen=True):
    """One cell of the table. `is_number`: it stands to the right."""

    text: str
    across: int = 1
    down: int = 1
    is_number: bool = False


class SheetPage(Struct, frozen=True):
    """A sheet: its name, its rows and how many columns they have."""

    title: str
    rows: tuple[tuple[Box, ...], ...]
    columns: int


def evaluation_forms(path: Path) -> list[SheetPage]:
    """自评表 of a scored copy, one for each of its forms. Raises PackageError and OSError."""
    limits = Limits()
    book = Book(Package.open(read_file(path, limits), limits))
    return [
        _page(sheet.name, read_grid(book, sheet))
        for sheet in book.sheets
        if sheet.name.startswith(EVALUATION_FORM)
    ]


def _page(title: str, grid: Grid) -> SheetPage:
    last_row = max((row for row, _ in grid.cells), default=0)
    last_row = max([last_row, *(bottom for _, _, bottom, _ in grid.merges)])
    last = max([*(column for _, column in grid.cells), *(right for *_, right in grid.merges)], default=0)
    rows = tuple(tuple(_boxes(grid, row, last)) for row in range(last_row + 1))
    return SheetPage(title, rows, last + 1)


def _boxes(grid: Grid, row: int, last: int) -> Iterator[Box]:
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in grid.merges}
    for column in range(last + 1):
        if (row, column) in spans or not _covered(grid, row, column):
            down, across = spans.get((row, column), (1, 1))
            cell = grid.cells.get((row, column))
            yield Box(_shown(cell), across, down, isinstance(cell.value, Decimal | float | int) if cell else False)


def _covered(grid: Grid, row: int, column: int) -> bool:
    return any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in grid.merges)


def _shown(cell: Cell | None) -> str:
    """The cell's content as its number format shows it, as far as our own sheets have such."""
    if cell is None or cell.value is None:
        return ""
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, Decimal | float | int):
        return str(value)
    exact, code = Decimal(str(value)), cell.number_format
    if "%" in code:
        return f"{half_up(exact * 100, _places(code)):f}%"
    if "0" in code:
        text = f"{half_up(exact, _places(code)):,f}" if "," in code else f"{half_up(exact, _places(code)):f}"
        return text + cell.unit.strip()
    return plain(exact)


def _places(code: str) -> int:
    """The decimals of a number format."""
    tail = code.split(";")[0].partition(".")[2]
    return len(tail) - len(tail.lstrip("0"))
