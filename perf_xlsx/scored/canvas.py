"""Cells of a form that is printed: black on white, thin borders, written from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from perf_xlsx.domain.model import Entry
from perf_xlsx.ooxml import Draft, Look
from perf_xlsx.scored.paper import Column, Span
from perf_xlsx.sheets import style as s

INK = "#000000"
DASH = "—"
ROW, HEAD = 22.0, 30.0  # least heights in points: of a row, of a table's head


class Canvas:
    """One sheet; `row` is the next free row, `heights` are those of the rows above it."""

    def __init__(self, sheet: Draft, widths: Sequence[float]) -> None:
        self.sheet, self.widths = sheet, widths
        self.heights: list[float] = []

    @property
    def row(self) -> int:
        """The next free row."""
        return len(self.heights)

    @property
    def whole(self) -> Span:
        """All columns."""
        return Span(0, len(self.widths) - 1)

    def width(self, span: Span) -> float:
        """Width of columns, in characters."""
        return sum(self.widths[span.first : span.last + 1])

    def style(self, **look: Any) -> Look:
        """The look of a cell of the form."""
        return s.look(**({"border": True, "border_color": INK, "font_color": INK, "align": "center"} | look))

    def text(self, span: Span, text: str, rows: int = 1, **look: Any) -> None:
        """Text over columns (and rows) of the current row."""
        style = self.style(**look)
        if span.last > span.first or rows > 1:
            self.sheet.merge(self.row, span.first, self.row + rows - 1, span.last, style)
        self.sheet.text(self.row, span.first, text, style)

    def label(self, span: Span, text: str, rows: int = 1) -> None:
        """A label."""
        self.text(span, text, rows, bold=True)

    def heads(self, columns: Iterable[Column]) -> None:
        """The heads of a table."""
        for column in columns:
            self.label(column.at, column.head)

    def number(self, span: Span, value: Decimal | Fraction | None, code: str, none: str) -> None:
        """A number in a number format, or the words for none; it shrinks where it is wider than its columns."""
        if value is None:
            self.text(span, none)
            return
        style = self.style(num_format=code, text_wrap=False, shrink=True)
        if span.last > span.first:
            self.sheet.merge(self.row, span.first, self.row, span.last, style)
        self.sheet.number(self.row, span.first, value, style)

    def claim(self, span: Span, claimed: Entry[Decimal]) -> None:
        """Points that the unit gave itself, as it wrote them."""
        self.number(span, claimed.value, "General", claimed.given or "未填")

    def next(self, least: float, shown: Iterable[tuple[str, Span]] = ()) -> None:
        """Go to the next row; the current one is as high as the texts in their columns need."""
        texts = [(text, self.width(span)) for text, span in shown]
        height = s.height_for(texts, least)
        self.sheet.heights[self.row] = height
        self.heights.append(height)

    def labels_on_top(self) -> None:
        """Move labels over several rows to the first of them: a page break cuts no row, but would cut a label."""
        for top, left, bottom, _ in self.sheet.merges:
            if bottom > top:
                text, look = self.sheet.cells[top][left]
                self.sheet.cells[top][left] = text, self.style(bold=look.bold, valign="top")
