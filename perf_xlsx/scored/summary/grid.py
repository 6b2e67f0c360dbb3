"""The columns of 评分汇总, its cells and titles, and which of its rows share a page."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from perf_xlsx.domain.rounding import half_up, percent
from perf_xlsx.ooxml import SheetDraft
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.a4 import PAGE, widths_counted_in
from perf_xlsx.sheets.fixed_texts import SUMMARY
from perf_xlsx.system.pattern import pattern

WIDTHS = (3, 19.5, 12.5, 11.5, 8.6, 6, 7, 7.5, 8, 19, 14.6, 5.2)  # columns A to L, in characters of our own type
WHY, BASIS = (9, 10), 11  # the columns of the table's texts; A numbers its rows
LAST = len(WIDTHS) - 1
SPANS = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 7), (8, 8))  # the columns of the small tables
SCALE = 0.9  # on paper: type of 9 points
TYPE = 1.08  # units of type of 10 points to a character of the workbook's own, of 11
USUAL_HEIGHT, BLANK_HEIGHT, LINE_HEIGHT = 15, 8, 20  # points: without a height, between parts, of a small table
GAP = "+0.00;-0.00;0.00"
GridColumns = tuple[int, int]  # the first and the last column
_DIGITS = pattern(r"[\d.,]+")


class SummaryGrid:
    """The sheet as it is written, from top to bottom; rows are counted from 0.

    `kept` are the rows that stay on the page of the row above them. `page_tops` is where the pages begin that the
    table of money stands on, in points from the top.
    """

    across = TYPE * sum(WIDTHS[1:])  # what a line over all columns holds
    why = sum(WIDTHS[column] for column in WHY)
    page = PAGE[True][1] / SCALE  # what a page holds, in points of the sheet

    def __init__(self, size: float) -> None:
        self.sheet: SheetDraft = s.draft(SUMMARY, widths_counted_in(WIDTHS, size))
        self.sheet.tab_colour, self.sheet.scale = s.ACCENT, SCALE
        self.kept: set[int] = set()
        self.page_tops = [0.0]

    def height(self, rows: int) -> float:
        """Of so many rows from the top, in points."""
        return sum(self.sheet.heights.get(row, USUAL_HEIGHT) for row in range(rows))

    def blank(self, row: int) -> int:
        """An empty row between two parts; gives the row after it."""
        self.sheet.heights[row] = BLANK_HEIGHT
        return row + 1

    def title(self, row: int, text: str) -> int:
        """The title of a part; gives the row after it."""
        self.sheet.text(row, 1, text, s.look(bold=True, font_size=12, font_color=s.ACCENT, text_wrap=False))
        self.sheet.heights[row] = LINE_HEIGHT
        return row + 1

    def heads(self, row: int, spans: Sequence[GridColumns], names: Sequence[str]) -> int:
        """The heads of a table; gives the row after them."""
        for span, name in zip(spans, names, strict=True):
            self.cell(row, span, name, bold=True, bg_color=s.HEAD_FILL, border=True, align="center")
        self.sheet.heights[row] = LINE_HEIGHT
        return row + 1

    def cell(self, row: int, span: GridColumns, value: str | Decimal | Fraction | None, **look: Any) -> None:
        """A text, or a number as such; a dash where there is none."""
        first, last = span
        style = s.look(**look)
        if last > first:
            self.sheet.merge(row, first, row, last, style)
        if isinstance(value, str | None):
            self.sheet.text(row, first, "—" if value is None else value, style)
        else:
            self.sheet.number(row, first, value, style)

    def number(
        self, row: int, span: GridColumns, value: Decimal | Fraction | None, code: str, none: str = "—"
    ) -> None:
        """A number in a table, or `none` in its place."""
        align = "center" if value is None else "right"
        look: dict[str, Any] = {"num_format": s.spaced(code), "indent": 0, "text_wrap": False, "shrink": True}
        self.cell(row, span, none if value is None else value, border=True, align=align, **look)

    def text(self, row: int, span: GridColumns, text: str) -> None:
        """A text in a table."""
        self.cell(row, span, text, border=True, align="left")


def short(text: str, most: int) -> str:
    """As much of a text as these units hold."""
    if s.column_units(text) <= most:
        return text
    end = next(at for at in range(len(text)) if s.column_units(text[: at + 1]) > most - 2)
    return f"{text[:end]}…"


def longest_number(text: str) -> int:
    """How many characters the longest number of a text has: no line breaks in it."""
    return max(map(len, _DIGITS.findall(text)), default=0)


def share_and_grade(share: Fraction, rulebook: Rulebook) -> str:
    """The share of a level's points, and the grade that a rulebook gives for it."""
    full = Fraction(rulebook.number("total.points"))
    return f"{percent(share)}　{rulebook.grade(half_up(share * full))}"
