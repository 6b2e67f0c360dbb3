"""Cells of a form that is printed: black on white, thin borders, written from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from perf_xlsx.domain.model import Entry
from perf_xlsx.ooxml import Look, SheetDraft
from perf_xlsx.scored.clip_text import side_by_side
from perf_xlsx.scored.page_fit import TallLabel
from perf_xlsx.scored.paper import ColumnSpan
from perf_xlsx.sheets import style as s

FlowRow = Sequence[tuple[str, ColumnSpan]]  # pieces of texts, side by side in their columns
INK = "#000000"
GAP = 0.7  # characters
SIZE, LINE_HEIGHT, AROUND = 10.5, 15.5, 4.5  # points: of the type, from line to line, above and below together


class SheetCanvas:
    """One sheet; `row` is the next free row, `heights` are those of the rows above it.

    `cut` are texts that did not fit into their row, with what they are called: they are written whole at the end.
    `flowing` are texts that go on from row to row, by the cell that they begin in: what each row has room for.
    `kept` are rows that stay on the page of the row above them, `heads` the rows of heads of the rows of tables.
    """

    def __init__(self, sheet: SheetDraft, widths: Sequence[float]) -> None:
        self.sheet, self.widths = sheet, widths
        self.heights: list[float] = []
        self.cut: list[tuple[str, str]] = []
        self.flowing: dict[tuple[int, int], list[str]] = {}
        self.kept: set[int] = set()
        self.heads: dict[int, int] = {}
        self._head: int | None = None

    @property
    def row(self) -> int:
        """The next free row."""
        return len(self.heights)

    @property
    def whole(self) -> ColumnSpan:
        """All columns."""
        return ColumnSpan(0, len(self.widths) - 1)

    def width(self, span: ColumnSpan) -> float:
        """Width of columns, in characters; each is five pixels wider than its characters."""
        return sum(width + GAP for width in self.widths[span.first : span.last + 1])

    def style(self, **look: Any) -> Look:
        """The look of a cell of the form."""
        return s.look(
            **(
                {"border": True, "border_color": INK, "font_color": INK, "font_size": SIZE, "align": "center"}
                | look
            )
        )

    def text(self, span: ColumnSpan, text: str, rows: int = 1, **look: Any) -> None:
        """Text over columns (and rows) of the current row."""
        style = self.style(**look)
        if span.last > span.first or rows > 1:
            self.sheet.merge(self.row, span.first, self.row + rows - 1, span.last, style)
        self.sheet.text(self.row, span.first, text, style)

    def in_rows(self, texts: FlowRow) -> list[FlowRow]:
        """Texts side by side, in rows enough that pages may begin between them."""
        rows = side_by_side([(text, self.width(span)) for text, span in texts])
        return [[(piece, span) for piece, (_, span) in zip(row, texts, strict=True)] for row in rows] or [texts]

    def flow(self, rows: Sequence[FlowRow], least: float) -> None:
        """Texts in these rows, each in one box that goes on where a page begins; then go to the next row."""
        for pieces in zip(*rows, strict=True):
            parts, span = [piece for piece, _ in pieces], pieces[0][1]
            self.text(span, "".join(parts), len(rows), align="left", valign="top")
            self.flowing[self.row, span.first] = parts
        for row in rows:
            self.next([(piece.removesuffix("\n"), span) for piece, span in row], least if len(rows) == 1 else 0)

    def label(self, span: ColumnSpan, text: str, rows: int = 1) -> None:
        """A label."""
        self.text(span, text, rows, bold=True)

    def number(
        self, span: ColumnSpan, value: Decimal | Fraction | None, code: str, none: str, rows: int = 1
    ) -> None:
        """A number in a number format, or the words for none; it shrinks where it is wider than its columns."""
        if value is None:
            self.text(span, none, rows)
            return
        style = self.style(num_format=code, text_wrap=False, shrink=True)
        if span.last > span.first or rows > 1:
            self.sheet.merge(self.row, span.first, self.row + rows - 1, span.last, style)
        self.sheet.number(self.row, span.first, value, style)

    def claim(self, span: ColumnSpan, claimed: Entry[Decimal], none: str = "未填", rows: int = 1) -> None:
        """Points that the unit gave itself, as it wrote them; `none` where it gave none."""
        self.number(span, claimed.value, "General", claimed.given or none, rows)

    def begin_table(self) -> None:
        """The current row is that of a table's heads; the row below it stays with it."""
        self._head = self.row
        self.keep_next()

    def end_table(self) -> None:
        """The current row is no longer one of the table."""
        self._head = None

    def tall_labels(self) -> Iterator[TallLabel]:
        """The texts that stand in several rows, each again on every page that its rows are on."""
        for top, left, bottom, right in self.sheet.merges:
            text = self.sheet.cells[top][left][0]
            if bottom > top and isinstance(text, str) and (top, left) not in self.flowing:
                lines = s.lines_needed(text, self.width(ColumnSpan(left, right)))
                yield TallLabel(top, bottom, lines * LINE_HEIGHT + AROUND)

    def keep_next(self) -> None:
        """Keep the row below the current one on its page."""
        self.kept.add(self.row + 1)

    def keep(self) -> None:
        """Keep the current row on the page of the row above it."""
        self.kept.add(self.row)

    def next(self, shown: Iterable[tuple[str, ColumnSpan]] = (), least: float = LINE_HEIGHT + AROUND) -> None:
        """Go to the next row; the current one is at least so high, and as high as texts in their columns need."""
        lines = max((s.lines_needed(text, self.width(span)) for text, span in shown), default=0)
        if self._head is not None and self._head < self.row:
            self.heads[self.row] = self._head
        height = self.sheet.heights[self.row] = min(s.MAX_HEIGHT, max(least, lines * LINE_HEIGHT + AROUND))
        self.heights.append(height)
