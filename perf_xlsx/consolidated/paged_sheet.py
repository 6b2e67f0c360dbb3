"""A sheet with a free layout (tiles, tables side by side), collected in memory and then written row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from msgspec import Struct
from xlsxwriter.utility import xl_rowcol_to_cell

from perf_xlsx.sheets import a4
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.writer import WorkbookCanvas, safe

NUMBERS: Mapping[str, Any] = {"text_wrap": False, "shrink": True}  # smaller digits instead of "####"
USED = 0.98  # share of the height; other programs' metrics need the rest
ROW_HEIGHT = 15.0  # default of Excel, in points
AGREE, DIFFER = "✔ 相符", "✖ 不符"


class LiveFormula(Struct, frozen=True):
    """A live formula with its result; never built from outside text."""

    text: str
    result: float | int | str


class SheetLink(Struct, frozen=True):
    """A link to a sheet of this workbook."""

    sheet: str


CellContent = str | int | Decimal | Fraction | LiveFormula | SheetLink | None


class PagedSheet:
    """One sheet. `widths` are the widths of its columns, beginning with A; `repeated` is the height of the rows
    that each page after the first begins with."""

    def __init__(self, canvas: WorkbookCanvas, name: str, widths: tuple[float, ...], repeated: float = 0) -> None:
        self.canvas, self.name, self.widths = canvas, name, widths
        self.sheet = canvas.book.add_worksheet(name)
        self._cells: dict[int, list[tuple[int, int, CellContent, Mapping[str, Any]]]] = defaultdict(list)
        self._heights: dict[int, float] = {}
        self._tops = [0]  # first rows of printed pages
        self.page_height = USED * a4.height(landscape=True) - repeated
        self.sheet.hide_gridlines(2)
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def put(self, row: int, first: int, last: int, value: CellContent, **look: Any) -> None:
        """Put a value into a row, over the columns `first` to `last`."""
        self._cells[row].append((first, last, value, look))

    def height(self, row: int, points: float) -> None:
        """Set the height of a row."""
        self._heights[row] = points

    def turn(self, row: int, needed: float) -> bool:
        """Break the page before a row if `needed` points do not fit on it; returns whether it did."""
        used = sum(self._heights.get(at, ROW_HEIGHT) for at in range(self._tops[-1], row))
        if used == 0 or used + needed <= self.page_height:
            return False
        self._tops.append(row)
        return True

    def title(self, row: int, text: str) -> int:
        """Put the title of a block; returns the next row."""
        self.put(row, 1, 1, text, bold=True, font_size=12, font_color=s.ACCENT, text_wrap=False)
        self.height(row, 24)
        return row + 1

    def heads(self, row: int, *heads: tuple[int, int, str]) -> int:
        """Put the header row of a table; returns the next row."""
        for first, last, text in heads:
            self.put(row, first, last, text, bold=True, bg_color=s.HEAD_FILL, border=1, align="center")
        self.height(row, 24)
        return row + 1

    def word(self, row: int, first: int, last: int, text: CellContent, **look: Any) -> None:
        """Put a text cell of a table."""
        self.put(row, first, last, text, **{"border": 1, "align": "left"} | look)

    def number(
        self, row: int, first: int, last: int, value: CellContent, code: str = "#,##0", bold: bool = False
    ) -> None:
        """Put a number cell of a table; a dash for None."""
        align = "center" if value is None else "right"
        look: dict[str, Any] = {"border": 1, "align": align, "indent": 0, "bold": bold}
        shown = "—" if value is None else value
        self.put(row, first, last, shown, num_format=s.spaced(code), **NUMBERS, **look)

    def check(
        self, row: int, spans: tuple[tuple[int, int], ...], words: str, left: LiveFormula, right: LiveFormula
    ) -> None:
        """Put a row that compares two results which must agree, as live formulas that a reader can trace."""
        (a, b), (c, d), (e, f), (g, h) = spans
        self.word(row, a, b, words)
        code = "#,##0" if isinstance(right.result, int) else s.POINTS
        self.number(row, c, d, left, code)
        self.number(row, e, f, right, code)
        one, other = xl_rowcol_to_cell(row, c), xl_rowcol_to_cell(row, e)
        agree = abs(float(left.result) - float(right.result)) < 0.005
        self.verdict(row, g, h, f"ABS({one}-{other})<0.005", agree, bold=True)
        self.height(row, 22)

    def verdict(self, row: int, first: int, last: int, condition: str, agree: bool, bold: bool) -> None:
        """Put a live formula that says whether two numbers agree, coloured by its result."""
        result = LiveFormula(f'=IF({condition},"{AGREE}","{DIFFER}")', AGREE if agree else DIFFER)
        self.put(row, first, last, result, border=1, align="center", bold=bold)
        for word, ink, fill in ((AGREE, s.DONE_INK, s.DONE_FILL), (DIFFER, s.TODO_INK, s.TODO_FILL)):
            look = self.canvas.book.add_format({"font_color": ink, "bg_color": fill})
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look}
            self.sheet.conditional_format(row, first, row, last, rule)

    def write(self) -> None:
        """Write all rows, from the top."""
        for row, points in self._heights.items():
            self.sheet.set_row(row, points)
        self.sheet.set_h_pagebreaks(self._tops[1:])
        for row in sorted(self._cells):
            for first, last, value, look in self._cells[row]:
                self._write(row, first, last, value, self.canvas.style(**look))

    def _write(self, row: int, first: int, last: int, value: CellContent, style: Any) -> None:
        if last > first:
            self.sheet.merge_range(row, first, row, last, "", style)
        match value:
            case None:
                self.sheet.write_blank(row, first, None, style)
            case str():
                self.sheet.write_string(row, first, safe(value), style)
            case LiveFormula():
                self.sheet.write_formula(row, first, value.text, style, value.result)
            case SheetLink():
                self.sheet.write_url(row, first, f"internal:'{value.sheet}'!A1", style, value.sheet)
            case _:
                self.sheet.write_number(row, first, float(value), style)
