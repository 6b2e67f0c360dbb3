"""Marking cells: another fill, with number format, borders, font and lock kept."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Iterator
from functools import cached_property

from lxml import etree
from msgspec import Struct

from perf_xlsx.domain.place import column_name
from perf_xlsx.ooxml.book import Book, Sheet, parse_cell
from perf_xlsx.ooxml.cells import numbered
from perf_xlsx.ooxml.markup import named, only, whole
from perf_xlsx.ooxml.styles import Styles


class Mark(Struct, frozen=True):
    """What a cell is given: a solid colour ("FFRRGGBB") and a note ("" for none)."""

    sheet: str
    cell: str
    colour: str
    note: str


class SheetCells:
    """The cell elements of one worksheet, made where they are missing."""

    def __init__(self, book: Book, sheet: Sheet) -> None:
        self.package, self.part = book.package, sheet.part
        self.root = self.package.tree(sheet.part)
        self.space = etree.QName(self.root).namespace
        self.data = only(self.root, "sheetData")
        self.rows = {} if self.data is None else dict(numbered(self.data))
        self._numbers = sorted(self.rows)
        self._known: dict[
            int, tuple[dict[int, etree._Element], list[int]]
        ] = {}  # cells of a row by column, columns
        self._styles: dict[int, str | None] = {}  # that a column gives its empty cells

    def cells(self, row: etree._Element) -> Iterator[tuple[int, etree._Element]]:
        """A row's cells with their column numbers."""
        column = 0
        for element in named(row, "c"):
            address = parse_cell(element.get("r", ""))
            column = address[1] if address else column + 1
            yield column, element

    def every(self) -> Iterator[tuple[int, int, etree._Element]]:
        """Every cell element with its row and column."""
        for number, row in self.rows.items():
            for column, element in self.cells(row):
                yield number, column, element

    def styled(self, styles: Collection[str]) -> list[tuple[int, int, etree._Element]]:
        """The cells of these styles, with their rows and columns."""
        return [(row, column, cell) for row, column, cell in self.every() if cell.get("s") in styles]

    def cell(self, row: int, column: int) -> etree._Element | None:
        """The cell element, inserted in order if it is missing; None where the sheet has no data part."""
        line = self._row(row)
        if line is None:
            return None
        if row not in self._known:
            cells = dict(reversed(list(self.cells(line))))
            self._known[row] = cells, sorted(cells)
        cells, order = self._known[row]
        if column in cells:
            return cells[column]
        made = etree.Element(f"{{{self.space}}}c", r=f"{column_name(column)}{row}")
        if style := self._inherited(line, column):
            made.set("s", style)
        _insert(line, made, cells, order, column)
        return made

    def _row(self, number: int) -> etree._Element | None:
        if number in self.rows or self.data is None:
            return self.rows.get(number)
        made = etree.Element(f"{{{self.space}}}row", r=str(number))
        _insert(self.data, made, self.rows, self._numbers, number)
        return made

    def _inherited(self, line: etree._Element, column: int) -> str | None:
        """The style that an empty cell shows: its row's, else its column's."""
        if line.get("s") and line.get("customFormat") in ("1", "true"):
            return line.get("s")
        if column not in self._styles:
            self._styles[column] = next((s for first, last, s in self._columns if first <= column <= last), None)
        return self._styles[column]

    @cached_property
    def _columns(self) -> list[tuple[int, int, str | None]]:
        """Spans of columns (first, last) with their style."""
        return [
            (whole(element.get("min")), whole(element.get("max")), element.get("style"))
            for columns in named(self.root, "cols")
            for element in named(columns, "col")
        ]


def _insert(
    parent: etree._Element, made: etree._Element, known: dict[int, etree._Element], order: list[int], number: int
) -> None:
    """Insert an element by its number before the next one; `known` are those by number, `order` their numbers."""
    at = bisect(order, number)
    if at < len(order):
        known[order[at]].addprevious(made)
    else:
        parent.append(made)
    known[number] = made
    order.insert(at, number)


def any_styled(root: etree._Element, styles: Collection[str]) -> bool:
    """Whether any cell of a worksheet has one of these styles; walks a large sheet without touching its cells."""
    return _ANY_STYLED(root, styles=f" {' '.join(styles)} ") is True


_ANY_STYLED = etree.XPath('boolean(*/*/*[@s and contains($styles, concat(" ", @s, " "))])')


class Covered(Struct, frozen=True):
    """What a mark covered, so that it can be put back: the fill's XML and the applyFill attribute."""

    mark: Mark
    fill: str
    apply: str | None


def fill_cell(cells: SheetCells, styles: Styles, mark: Mark) -> Covered | None:
    """Fill one cell; None where there is no such cell to fill."""
    address = parse_cell(mark.cell)
    element = cells.cell(*address) if address else None
    if element is None:
        return None
    index = whole(element.get("s"))
    fill, apply = styles.fill_xml(index), styles.xf(index).get("applyFill")
    element.set("s", str(styles.with_colour(index, mark.colour)))
    cells.package.touch(cells.part)
    return Covered(mark, fill, apply)
