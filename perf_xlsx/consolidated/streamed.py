"""A long table, split over sheets at Excel's row limit and written straight to disk row by row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import accumulate
from math import ceil
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace
from xlsxwriter.utility import xl_range_abs

from perf_xlsx.consolidated.long_tables import LongTableRow, TableColumn
from perf_xlsx.consolidated.paged_sheet import NUMBERS
from perf_xlsx.consolidated.returns import returned_file_name
from perf_xlsx.domain.severity import STANDING_SIGNS
from perf_xlsx.sheets import a4
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.table_sheet import FileLink, TableSheet
from perf_xlsx.sheets.writer import WorkbookCanvas

EXCEL_ROWS = 1_048_576
EXCEL_LINKS = 65_530  # on one sheet
LONGEST_LINK = 2_000  # characters; Excel refuses more than 2,079
SPARE = 1.1  # lines break early, and other fonts are wider
ROW_LINE = 13.5  # points a line of body text
TOP = 3  # rows above the data: title, note, headers
KEPT = 2  # columns that stay in sight: code and unit
OURS = {"问题", "整改意见", "相差", "计算过程"}  # columns that no one typed into
GAP = "+0.00;-0.00;0.00"


class LongSheets:
    """One long table. All sheets are created at once, in the workbook's order; then rows are added one by one.

    `count` is the number of rows to add, `limit` the number of rows of a sheet with its headers, and `lines` the
    minimum height of a row in lines of text; `hidden` are the heads of columns that are empty throughout. `head`
    is at the head of each page.
    """

    def __init__(
        self, canvas: WorkbookCanvas, name: str, columns: tuple[TableColumn, ...], count: int, note: str,
        limit: int = EXCEL_ROWS, head: str = "", table: bool = False, empty: str = "", lines: int = 1,
        hidden: Collection[str] = (),
    ) -> None:  # fmt: skip
        self.printed = _printed(columns, hidden)
        columns = _widened(columns, self.printed, hidden)
        self.canvas, self.name, self.columns, self.count, self.note = canvas, name, columns, count, note
        self.table, self.empty, self.lines, self.hidden, self.head = table, empty, lines, hidden, head
        self.capacity = limit - TOP
        self.names = _sheet_names(name, max(1, -(-count // self.capacity)))
        self.sheets = [canvas.book.add_worksheet(part, TableSheet) for part in self.names]
        self.usable = [column.width - (0.7 if column.type == "word" else 2) for column in columns]
        self.short = [int(usable * lines / SPARE / 2) for usable in self.usable]  # this many characters always fit
        self.ours = [column.head in OURS for column in columns]
        self.formats = [_format(canvas, column) for column in columns]
        self.link_column = _position("link", [column.type for column in columns])
        self.link_style = canvas.style(border=1, align="left", font_color=s.ACCENT, underline=1)
        self.standing_column = _position("严重程度", [column.head for column in columns])
        for number in range(len(self.sheets)):
            self._set_up(number)
        self.part = -1
        self._next_part()

    def _rows_of(self, number: int) -> int:
        return min(self.capacity, self.count - number * self.capacity)

    def _set_up(self, number: int) -> None:
        """Write everything of a sheet except its rows."""
        canvas, sheet, columns = self.canvas, self.sheets[number], self.columns
        last = TOP + max(1, self._rows_of(number)) - 1
        sheet.hide_gridlines(2)
        for position, column in enumerate(columns):
            sheet.set_column(position, position, column.width, None, {"hidden": column.head in self.hidden})
        sheet.set_default_row(_height(self.lines))
        sheet.set_row(0, 32)
        sheet.set_row(2, 34)
        sheet.freeze_panes(TOP, KEPT)
        sheet.repeat_rows(0, TOP - 1)
        canvas.print_setup(sheet, landscape=True, scale=a4.SCALE)
        sheet.set_header(s.page_header(self.head))
        sheet.print_area(0, 0, last, self.printed - 1)
        if self.count and self.table:
            sheet.stretched_table(TOP - 1, last, [column.head for column in columns], self.names[number])
        elif self.count:
            sheet.autofilter(TOP - 1, 0, last, len(columns) - 1)
        if self.standing_column is not None:
            standing_colours(canvas, sheet, TOP, last, self.standing_column)
        sheet.merge_range(0, 0, 0, self.printed - 1, "", canvas.title)
        canvas.text(sheet, 0, 0, self.names[number], canvas.title)
        self._write_note(sheet, self.note + self._printed_words() + self._part_words(number))
        # At the top of a high row, because the buttons of the filter are at its bottom.
        head = canvas.style(bold=True, bg_color=s.HEAD_FILL, border=1, align="center", valign="top")
        for position, column in enumerate(columns):
            canvas.text(sheet, TOP - 1, position, column.head, head)
        if not self.count:
            style = canvas.style(border=1, align="center", font_size=12, font_color=s.SOFT)
            sheet.set_row(TOP, 36)
            sheet.merge_range(TOP, 0, TOP, len(columns) - 1, "", style)
            canvas.text(sheet, TOP, 0, self.empty, style)

    def _write_note(self, sheet: Any, note: str) -> None:
        """What the table holds, in as many lines as it takes in the columns that are printed."""
        shown = [column.width for column in self.columns[: self.printed] if column.head not in self.hidden]
        quiet = self.canvas.style(font_color=s.SOFT, align="left")
        sheet.set_row(1, s.height_for([(note, sum(shown))], 18))
        sheet.merge_range(1, 0, 1, self.printed - 1, "", quiet)
        self.canvas.text(sheet, 1, 0, note, quiet)

    def _printed_words(self) -> str:
        shown = [column.head for column in self.columns[: self.printed] if column.head not in self.hidden]
        more = any(column.type != "link" for column in self.columns[self.printed :])
        return f"打印到“{shown[-1]}”为止，右边各栏供筛选。" if more else ""

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
        if self.count:
            self.sheet.begin_rows(TOP, TOP + self._rows_of(self.part) - 1, self.formats, self.link_style)

    def add(self, values: LongTableRow, link: str | None = None) -> None:
        """Add a row. `link` is the path of the file that the link column opens; the cell shows the file name."""
        if self.row - TOP == self.capacity:
            self._next_part()
        lines = self.lines
        values = tuple(
            s.unbroken(value) if ours and isinstance(value, str) and "-" in value else value
            for ours, value in zip(self.ours, values, strict=True)
        )
        for column, (value, short) in enumerate(zip(values, self.short, strict=True)):
            if isinstance(value, str) and (len(value) > short or "\n" in value) and column != self.link_column:
                lines = max(lines, _lines(value, self.usable[column]))
        if self.link_column is None:
            self.sheet.add_row(self.row, _height(lines), values)
        else:
            *others, file = values  # the link column is the last
            shown = self._link(str(file), link)
            text = shown if isinstance(shown, str) else shown.text
            lines = max(lines, _lines(text, self.usable[-1]))
            self.sheet.add_row(self.row, _height(lines), (*others, shown))
        self.row += 1

    def _link(self, text: str, link: str | None) -> str | FileLink:
        """The file's name as a link; the plain text where there is no link or Excel allows no more links."""
        if link is None or self.links == EXCEL_LINKS or not link.isprintable() or _too_long(link):
            return text
        self.links += 1
        return FileLink(link, returned_file_name(link))

    def range_of(self, head: str) -> list[str]:
        """The data cells of a column on each sheet, for a formula."""
        column = [one.head for one in self.columns].index(head)
        return [
            f"'{name}'!{xl_range_abs(TOP, column, TOP + max(1, self._rows_of(number)) - 1, column)}"
            for number, name in enumerate(self.names)
        ]


def _sheet_names(name: str, parts: int) -> list[str]:
    return [name] if parts == 1 else [f"{name}{number}" for number in range(1, parts + 1)]


def _printed(columns: Sequence[TableColumn], hidden: Collection[str]) -> int:
    """How many columns are printed: as many as fit a page in legible type, hidden ones aside; links are not."""
    shown = [column.head not in hidden for column in columns]
    widths = accumulate(column.width * there for column, there in zip(columns, shown, strict=True))
    return sum(
        width <= a4.room(True, count, a4.SCALE) and column.type != "link"
        for column, width, count in zip(columns, widths, accumulate(shown), strict=True)
    )


def _widened(columns: Sequence[TableColumn], printed: int, hidden: Collection[str]) -> tuple[TableColumn, ...]:
    """The columns, those with texts as wide as the page has room for where others are hidden."""
    shown = [column for column in columns[:printed] if column.head not in hidden]
    texts = {column.head: column.width for column in shown if column.type == "text"}
    spare = a4.room(True, len(shown), a4.SCALE) - sum(column.width for column in shown)
    more = 1 + max(0, spare) / max(1, sum(texts.values()))  # the widest columns have the longest texts
    return tuple(
        replace(column, width=int(10 * more * column.width) / 10) if column.head in texts else column
        for column in columns
    )


def _position(value: str, values: list[str]) -> int | None:
    return values.index(value) if value in values else None


def _too_long(link: str) -> bool:
    quoted = 12  # quoting makes a link at most this many times longer
    return len(link) * quoted > LONGEST_LINK and len(quote(link)) > LONGEST_LINK


def _height(lines: int) -> float:
    return min(s.MAX_HEIGHT, lines * ROW_LINE + 4)


def _lines(text: str, width: float) -> int:
    """A fast `style.lines_needed` for a million cells: a Chinese character has three bytes and takes two units."""
    if "\n" in text:
        return sum(_lines(line, width) for line in text.split("\n"))
    units = (len(text) + len(text.encode("utf-8", "surrogatepass"))) / 2
    return max(1, ceil(units * SPARE / width))


def standing_colours(canvas: WorkbookCanvas, sheet: Any, first: int, last: int, column: int) -> None:
    """Colour a severity column by its signs, in any sort order."""
    for how, sign in STANDING_SIGNS.items():
        look = {"bg_color": "#" + s.MARK_FILLS[how][2:], "font_color": s.STANDING_INK[how]}
        sheet.conditional_format(
            first, column, last, column,
            {"type": "text", "criteria": "begins with", "value": sign, "format": canvas.book.add_format(look)},
        )  # fmt: skip


def _format(canvas: WorkbookCanvas, column: TableColumn) -> Any:
    match column.type:
        case "text" | "link":
            return canvas.style(border=1, align="left")
        case "word":
            return canvas.style(border=1, align="center")
        case "count":
            return canvas.style(border=1, align="center", num_format="0")
        case kind:
            code = {"points": s.POINTS, "gap": GAP, "money": s.MONEY, "percent": s.PERCENT}[kind]
            return canvas.style(border=1, align="right", num_format=s.spaced(code), indent=0, **NUMBERS)
