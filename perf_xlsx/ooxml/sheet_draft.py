"""A worksheet before it is part of a workbook: the contents of its cells and how they look."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from perf_xlsx.ooxml.bar_chart import BarChart
from perf_xlsx.ooxml.look import Look
from perf_xlsx.ooxml.markup import legal
from perf_xlsx.ooxml.merges import Span

MAX_TEXT = 32_767  # Excel's own limit for a cell

ExactNumber = Decimal | Fraction | int


class Link(Struct, frozen=True):
    """A link to a cell of the same workbook; `to_draft`: the sheet is a draft, whose name may yet be numbered."""

    row: int
    column: int
    sheet: str
    cell: str
    shown: str
    to_draft: bool


class DataBar(Struct, frozen=True):
    """Bars in the cells of one column, from 0 to 1."""

    first: int
    last: int
    column: int
    colour: str


class SheetDraft:
    """One worksheet. Rows and columns count from 0; widths are in characters, heights in points.

    Text is text, whatever it looks like; what XML cannot hold is left out. Nothing here is a formula.
    """

    def __init__(self, title: str, landscape: bool = False) -> None:
        self.title, self.landscape = title, landscape
        self.lasting = False  # never taken away again, because nothing could write it anew
        self.cells: dict[int, dict[int, tuple[str | float | None, Look]]] = {}
        self.widths: dict[int, float] = {}
        self.heights: dict[int, float] = {}
        self.merges: list[Span] = []
        self.links: list[Link] = []
        self.bars: list[DataBar] = []
        self.chart: BarChart | None = None
        self.tab_colour = ""
        self.footer = ""
        self.following = ""  # the header of each page after the first
        self.selected = (0, 0)
        self.frozen_rows = 0
        self.filtered: Span | None = None
        self.print_area: Span | None = None
        self.repeated: tuple[int, int] | None = None  # first and last row printed on every page
        self.page_starts: tuple[int, ...] = ()  # the rows that pages after the first begin with
        self.scale = 0.0  # of the sheet on paper; 0: as wide as a page

    def text(self, row: int, column: int, text: str, look: Look) -> None:
        """Write text."""
        shown = text if text.isprintable() else legal(text)  # quick to tell, and mostly so
        self.cells.setdefault(row, {})[column] = (shown[:MAX_TEXT], look)

    def number(self, row: int, column: int, value: ExactNumber, look: Look) -> None:
        """Write a number."""
        self.cells.setdefault(row, {})[column] = (float(value), look)

    def merge(self, row: int, column: int, last_row: int, last_column: int, look: Look) -> None:
        """Merge cells; the content of the first one is written separately. A single cell is only coloured."""
        for line in range(row, last_row + 1):
            cells = self.cells.setdefault(line, {})
            for at in range(column, last_column + 1):
                cells[at] = (None, look)
        if (row, column) != (last_row, last_column):
            self.merges.append((row, column, last_row, last_column))

    def link(
        self, row: int, column: int, sheet: str, cell: str, shown: str | int, look: Look, to_draft: bool = False
    ) -> None:
        """Write text, or a number, that leads to a cell of this workbook."""
        if isinstance(shown, str):
            self.text(row, column, shown, look)
        else:
            self.number(row, column, shown, look)
        self.links.append(Link(row, column, sheet, cell, legal(str(shown))[:255], to_draft))
