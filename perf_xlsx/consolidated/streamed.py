"""A long table on as many sheets as Excel's row limit asks for, written straight to disk row by row."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Any
from urllib.parse import quote

from xlsxwriter.url import Url
from xlsxwriter.utility import xl_range, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from perf_xlsx.consolidated.page import NUMBERS, spaced
from perf_xlsx.consolidated.returns import file_name
from perf_xlsx.consolidated.tables import Column, Value
from perf_xlsx.signs import STANDING_SIGNS
from perf_xlsx.workbook import style as s
from perf_xlsx.workbook.canvas import Canvas, safe

EXCEL_ROWS = 1_048_576
EXCEL_LINKS = 65_530  # on one sheet
LONGEST_LINK = 2_000  # characters; Excel refuses more than 2,079
SPARE = 1.1  # lines break early, and other fonts are wider
ROW_LINE = 13.5  # points a line of body text
TOP = 3  # rows above the data: title, note, headers
GAP = "+0.00;-0.00;0.00"
FINE_MONEY = "#,##0.00????"  # more decimals where there are any, the points one below another


class TableSheet(Worksheet):
    """A sheet that may have an Excel table although its rows go straight to disk."""

    def stretched_table(self, first: int, last: int, heads: Iterable[str], name: str) -> None:
        """A table from the header row `first` to `last`; to be called before the header is written.

        XlsxWriter refuses tables for such sheets, because it writes the headers itself and remembers every cell.
        So it gets two rows only, and the range is stretched; its headers are overwritten by ours.
        """
        columns = [{"header": head} for head in heads]
        self.constant_memory = False
        try:
            self.add_table(
                first, 0, first + 1, len(columns) - 1, {"columns": columns, "name": name, "style": None}
            )
        finally:
            self.constant_memory = True
        area = xl_range(first, 0, last, len(columns) - 1)
        self.tables[-1].update(range=area, a_range=area, autofilter=area)

    def stretched_row(self, row: int, points: float) -> None:
        """The height of the row being written. Those of rows on disk are forgotten: a million take much memory."""
        self.row_info.clear()
        self.row_sizes.clear()
        self.set_row(row, points)


class FileLink(Url):
    """A link to a file by its relative path, slashes forward: backslashes mean nothing outside Windows."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(f"external:{path}")
        self.text = text
        self._relationship_link = "".join(c if ord(c) > 127 else quote(c, safe="/!$&'()+,;=@") for c in path)


class LongSheets:
    """One long table: its sheets stand from the start, in the workbook's order; rows are then added one by one.

    `count` is the number of rows to come, `limit` the rows that a sheet holds, headers included, `lines` the
    height of a row in lines of text; one that needs more is made higher.
    """

    def __init__(
        self, canvas: Canvas, name: str, columns: tuple[Column, ...], count: int, note: str,
        limit: int = EXCEL_ROWS, money: str = s.MONEY, table: bool = False, empty: str = "", lines: int = 1,
    ) -> None:  # fmt: skip
        self.canvas, self.columns, self.count, self.note = canvas, columns, count, note
        self.table, self.empty, self.lines = table, empty, lines
        self.capacity = limit - TOP
        parts = max(1, -(-count // self.capacity))
        self.names = [name] if parts == 1 else [f"{name}{number}" for number in range(1, parts + 1)]
        self.sheets = [canvas.book.add_worksheet(part, TableSheet) for part in self.names]
        self.usable = [column.width - (0.7 if column.kind == "word" else 2) for column in columns]
        self.short = [int(usable * lines / SPARE / 2) for usable in self.usable]  # characters sure to fit
        self.formats = [_format(canvas, column, money) for column in columns]
        self.link_column = next((n for n, column in enumerate(columns) if column.kind == "link"), None)
        self.link_style = canvas.style(border=1, align="left", font_color=s.ACCENT, underline=1)
        self.standing_column = next((n for n, column in enumerate(columns) if column.head == "严重程度"), None)
        for number in range(parts):
            self._set_up(number)
        self.part = -1
        self._next_part()

    def _rows_of(self, number: int) -> int:
        return min(self.capacity, self.count - number * self.capacity)

    def _set_up(self, number: int) -> None:
        """Everything of a sheet but its rows."""
        canvas, sheet, columns = self.canvas, self.sheets[number], self.columns
        last = TOP + max(1, self._rows_of(number)) - 1
        sheet.hide_gridlines(2)
        for position, column in enumerate(columns):
            sheet.set_column(position, position, column.width)
        sheet.set_default_row(_height(self.lines))
        sheet.set_row(0, 32)
        sheet.set_row(1, 18)
        sheet.set_row(2, 30)
        sheet.freeze_panes(TOP, 1)
        sheet.repeat_rows(0, TOP - 1)
        canvas.print_setup(sheet, landscape=True)
        sheet.print_area(0, 0, last, sum(column.kind != "link" for column in columns) - 1)  # no use on paper
        if self.count and self.table:
            sheet.stretched_table(TOP - 1, last, [column.head for column in columns], self.names[number])
        elif self.count:
            sheet.autofilter(TOP - 1, 0, last, len(columns) - 1)
        if self.standing_column is not None:
            standing_colours(canvas, sheet, TOP, last, self.standing_column)
        sheet.merge_range(0, 0, 0, len(columns) - 1, "", canvas.title)
        canvas.text(sheet, 0, 0, self.names[number], canvas.title)
        quiet = canvas.style(font_color=s.SOFT, text_wrap=False)
        canvas.text(sheet, 1, 0, self.note + self._part_words(number), quiet)
        for position, column in enumerate(columns):
            canvas.text(sheet, TOP - 1, position, column.head, canvas.head)
        if not self.count:
            style = canvas.style(border=1, align="center", font_size=12, font_color=s.SOFT)
            sheet.set_row(TOP, 36)
            sheet.merge_range(TOP, 0, TOP, len(columns) - 1, "", style)
            canvas.text(sheet, TOP, 0, self.empty, style)

    def _part_words(self, number: int) -> str:
        parts = len(self.sheets)
        if parts == 1:
            return ""
        first = number * self.capacity + 1
        return (
            f"　Excel 一张表放不下，分成{parts}张：这是第{number + 1}张（第{first:,}至"
            f"{first + self._rows_of(number) - 1:,}行，共{self.count:,}行），各张合起来才是全部。"
        )

    def _next_part(self) -> None:
        self.part += 1
        self.sheet, self.row, self.links = self.sheets[self.part], TOP, 0

    def add(self, values: tuple[Value, ...], link: str | None = None) -> None:
        """The next row. `link` is the file that the link column opens; its value is then not used."""
        if self.row - TOP == self.capacity:
            self._next_part()
        sheet, row = self.sheet, self.row
        # The methods behind write_string and so on, which first try whether the row is an address as "A1".
        string, number, blank = sheet._write_string, sheet._write_number, sheet._write_blank
        lines = self.lines
        for column, (value, look, short) in enumerate(zip(values, self.formats, self.short, strict=True)):
            if value is None or value == "":
                blank(row, column, None, look)
            elif isinstance(value, str):
                if column == self.link_column:
                    value = self._link(row, column, value, link)
                else:
                    string(row, column, value if value.isprintable() and value[0] != "<" else safe(value), look)
                if len(value) > short or "\n" in value:
                    lines = max(lines, _lines(value, self.usable[column]))
            else:
                number(row, column, float(value), look)
        if lines > self.lines:
            sheet.stretched_row(row, _height(lines))
        self.row += 1

    def _link(self, row: int, column: int, text: str, link: str | None) -> str:
        """The file, as a link where there is one and Excel allows one more; gives what is shown."""
        shown = safe(file_name(text))
        if link is None or self.links == EXCEL_LINKS or not link.isprintable() or len(quote(link)) > LONGEST_LINK:
            self.sheet.write_string(row, column, safe(text), self.formats[column])
            return text
        self.links += 1
        self.sheet.write_url(row, column, FileLink(link, shown), self.link_style)
        return shown

    @property
    def written(self) -> int:
        """Rows written so far."""
        return self.part * self.capacity + self.row - TOP

    def range_of(self, head: str) -> list[str]:
        """The data cells of a column on each sheet, for a formula."""
        column = [one.head for one in self.columns].index(head)
        return [
            f"'{name}'!{xl_range_abs(TOP, column, TOP + max(1, self._rows_of(number)) - 1, column)}"
            for number, name in enumerate(self.names)
        ]


def _height(lines: int) -> float:
    return min(s.MAX_HEIGHT, lines * ROW_LINE + 4)


def _lines(text: str, width: float) -> int:
    """`style.lines_needed` for a million cells: a Chinese character has three bytes and takes two units."""
    if "\n" in text:
        return sum(_lines(line, width) for line in text.split("\n"))
    units = (len(text) + len(text.encode("utf-8", "surrogatepass"))) / 2
    return max(1, ceil(units * SPARE / width))


def standing_colours(canvas: Canvas, sheet: Any, first: int, last: int, column: int) -> None:
    """Colour a severity column by its signs, whatever the order it is sorted into."""
    for how, sign in STANDING_SIGNS.items():
        look = {"bg_color": "#" + s.MARK_FILLS[how][2:], "font_color": s.STANDING_INK[how]}
        sheet.conditional_format(
            first, column, last, column,
            {"type": "text", "criteria": "begins with", "value": sign, "format": canvas.book.add_format(look)},
        )  # fmt: skip


def _format(canvas: Canvas, column: Column, money: str) -> Any:
    match column.kind:
        case "text" | "link":
            return canvas.style(border=1, align="left")
        case "word":
            return canvas.style(border=1, align="center")
        case "count":
            return canvas.style(border=1, align="center", num_format="0")
        case kind:
            code = {"points": s.POINTS, "gap": GAP, "money": money, "percent": s.PERCENT}[kind]
            return canvas.style(border=1, align="right", num_format=spaced(code), indent=0, **NUMBERS)
