"""The blocks of a template sheet: boxes, lines and rows, with their names and what counts as missing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from perf_xlsx.domain.place import column_name
from perf_xlsx.forms import Box, Boxes, Line, Lines, Rows, Sheet
from perf_xlsx.forms.case import Fill, Typed
from perf_xlsx.ooxml import cell_name
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.fixed_texts import COMPUTED_HELP, LEGEND_WORDS, NUMBER
from perf_xlsx.template.box import LEFT, BoxWriter
from perf_xlsx.template.live_canvas import LiveCanvas
from perf_xlsx.template.missing import (
    BELOW,
    POINTS,
    Table,
    counter_name,
    entries_name,
    missing_cell,
    owed_name,
    required_amounts,
)
from perf_xlsx.template.prompts import beside

LEAST_HEIGHTS = {"passages": 34.0, "indicators": 30.0}  # of rows, in points; hints take two lines
SPARE_ROWS = 3  # kept free at the end of a filled table
HELP_WIDTH = 42.0
LEGEND_FILLS = (s.REQUIRED_FILL, s.OPTIONAL_FILL, s.COMPUTED_FILL)

PROTECTION = {
    "insert_rows": True, "delete_rows": True, "format_cells": True, "format_columns": True, "format_rows": True,
    "sort": True, "autofilter": True, "insert_hyperlinks": False,
}  # fmt: skip


class Placed(Struct):
    """What became of a sheet: its first box, and its counter's address."""

    first: str = ""
    counter: str = ""
    terms: list[str] = field(default_factory=list)  # formulas that each count missing boxes


class Writer:
    """Writes the sheets of one template.

    `tables` and `money` tell in the end where free rows stand, and the amounts of the total.
    """

    def __init__(self, canvas: LiveCanvas, box: BoxWriter, year: int | None, fill: Fill | None) -> None:
        self.canvas, self.box, self.year, self.fill = canvas, box, year, fill
        self.tables: list[Table] = []
        self.money: dict[str, str] = {}

    def sheet(self, sheet: Sheet, worksheet: Any) -> Placed:
        """Write one sheet."""
        placed, last = Placed(), self._last_column(sheet)
        self._widths(sheet, worksheet)
        row = self._heading(sheet, worksheet, last)
        for block in sheet.blocks:
            match block:
                case Boxes():
                    row = self._boxes(block, sheet, worksheet, row, placed)
                case Lines():
                    row = self._lines(block, sheet, worksheet, row, placed)
                case Rows():
                    row = self._rows(block, sheet, worksheet, row, placed)
        self._counter(sheet, worksheet, placed, last)
        worksheet.hide_gridlines(2)
        worksheet.protect("", PROTECTION)
        worksheet.set_selection(placed.first)
        self.canvas.print_setup(worksheet, sheet.landscape)
        worksheet.print_area(0, 0, row - 1, last)
        return placed

    # ---- the head of a sheet ---------------------------------------------------------------------------------

    def _last_column(self, sheet: Sheet) -> int:
        widths = [2 if isinstance(block, Boxes) else len(_columns(block)) - 1 for block in sheet.blocks]
        return LEFT + max(widths)

    def _widths(self, sheet: Sheet, worksheet: Any) -> None:
        widths: dict[int, float] = {}
        for block in sheet.blocks:
            if isinstance(block, Boxes):
                wanted = [
                    max(s.units(b.label) for b in block.boxes) + 4.0,
                    max(b.width for b in block.boxes),
                    HELP_WIDTH,
                ]
            else:
                wanted = [width for width, _ in _columns(block)]
            for offset, width in enumerate(wanted):
                widths[LEFT + offset] = max(widths.get(LEFT + offset, 0.0), width)
        worksheet.set_column(0, 0, 5)
        for column, width in widths.items():
            worksheet.set_column(column, column, width)
        self.column_widths = widths

    def _heading(self, sheet: Sheet, worksheet: Any, last: int) -> int:
        canvas = self.canvas
        worksheet.set_row(0, 36)
        worksheet.merge_range(0, 0, 0, last, "", canvas.title)
        canvas.text(worksheet, 0, 0, s.dated(sheet.title, self.year), canvas.title)
        worksheet.set_row(1, 22)
        hint = canvas.style(font_color=s.SOFT, text_wrap=False)
        canvas.text(worksheet, 1, LEFT, sheet.hint, hint)
        worksheet.set_row(2, 20)
        word_style = canvas.book.add_format({"font_name": s.BODY, "font_size": 9, "font_color": s.SOFT})
        swatches: list[Any] = []
        for word, colour in zip(LEGEND_WORDS, LEGEND_FILLS, strict=True):
            swatch = canvas.book.add_format(
                {"font_name": s.BODY, "font_size": 11, "font_color": _swatch(colour), "bold": True}
            )
            swatches += [swatch, "■ ", word_style, f"{word}　"]
        worksheet.write_rich_string(2, LEFT, *swatches, canvas.style(text_wrap=False, align="left"))
        return 4

    def _counter(self, sheet: Sheet, worksheet: Any, placed: Placed, last: int) -> None:
        """The required counter at the right end of the hint's row."""
        column = last
        count = "+".join(placed.terms) or "0"
        self.canvas.name(counter_name(self.box.form.sheets.index(sheet)), sheet.name, 1, column)
        placed.counter = f"'{sheet.name}'!{cell_name(1, column, fixed=True)}"
        formula = f'=IF(({count})=0,"✔ 必填项已填齐","还有 "&({count})&" 个必填格未填")'
        style = self.canvas.style(align="right", bold=True, text_wrap=False)
        self.canvas.live(worksheet, 1, column, formula, style)
        self.canvas.counter_colours(worksheet, 1, column)

    # ---- blocks ----------------------------------------------------------------------------------------------

    def _boxes(self, block: Boxes, sheet: Sheet, worksheet: Any, row: int, placed: Placed) -> int:
        canvas = self.canvas
        if len(sheet.blocks) > 1:
            row = self._block_title(block.title, worksheet, row)
        for box in block.boxes:
            value = box_value(self.fill, box)
            cell = cell_name(row, LEFT + 1)
            canvas.text(worksheet, row, LEFT, box.label + (" *" if box.required else ""), canvas.head)
            canvas.name(f"px_{box.key}", sheet.name, row, LEFT + 1)
            self.box.ask(worksheet, row, LEFT + 1, row, box)
            if box.kind == "computed":
                self.box.computed(worksheet, row, LEFT + 1, box)
            else:
                canvas.typed(worksheet, row, LEFT + 1, value, self.box.style(box, value=value, align="left"))
                placed.first = placed.first or cell
            if box.required:
                placed.terms.append(missing_cell(beside(column_name(LEFT + 2), _label(row))))
            help_text = self.box.dated(box.help) or COMPUTED_HELP
            canvas.text(
                worksheet, row, LEFT + 2, help_text, canvas.style(font_color=s.SOFT, indent=1, font_size=9)
            )
            least = 60.0 if box.kind == "long_text" else 26.0
            shown = value if isinstance(value, str) else ""
            worksheet.set_row(row, s.height_for([(shown, box.width), (help_text, HELP_WIDTH)], least))
            row += 1
        return row + 1

    def _block_title(self, title: str, worksheet: Any, row: int) -> int:
        style = self.canvas.style(bold=True, font_size=12, font_color=s.ACCENT, text_wrap=False)
        self.canvas.text(worksheet, row, LEFT, title, style)
        worksheet.set_row(row, 24)
        return row + 1

    def _lines(self, block: Lines, sheet: Sheet, worksheet: Any, row: int, placed: Placed) -> int:
        canvas, header = self.canvas, row
        worksheet.set_row(header, 30)
        canvas.text(worksheet, header, LEFT, block.head, canvas.head)
        for offset, box in enumerate(block.columns, LEFT + 1):
            canvas.text(worksheet, header, offset, box.label, canvas.head)
            canvas.name(
                f"px_{block.key}_{box.key}", sheet.name, header + 1, offset, header + len(block.lines), offset
            )
        for row, line in enumerate(block.lines, header + 1):
            worksheet.set_row(row, 26)
            label = canvas.style(bg_color=s.HEAD_FILL, border=1, bold=line.indent == 0, indent=1 + 2 * line.indent)
            canvas.text(worksheet, row, LEFT, line.label, label)
            needed = required_amounts(line, self.box.form.total_line, self.box.rulebook)
            for column, box in enumerate(block.columns, LEFT + 1):
                amount = beside(column_name(column + 1), _label(row), sheet.name)
                if line.key == self.box.form.total_line:
                    self.money[box.key] = amount
                canvas.name(f"px_{block.key}_{line.key}_{box.key}", sheet.name, row, column)
                if box.kind == "computed":
                    self.box.computed(worksheet, row, column, box, block.columns, LEFT + 1)
                    continue
                value = line_value(self.fill, block, line, box)
                required = box.key in needed
                canvas.typed(worksheet, row, column, value, self.box.style(box, required, value))
                placed.first = placed.first or cell_name(row, column)
                if required:
                    placed.terms.append(missing_cell(amount))
        for column, box in enumerate(block.columns, LEFT + 1):
            self.box.ask(worksheet, header + 1, column, header + len(block.lines), box)
        worksheet.freeze_panes(header + 1, LEFT + 1)
        worksheet.repeat_rows(0, header)
        return header + len(block.lines) + 2

    def _rows(self, block: Rows, sheet: Sheet, worksheet: Any, row: int, placed: Placed) -> int:
        canvas = self.canvas
        if len(sheet.blocks) > 1:
            row = self._block_title(block.title, worksheet, row)
        header, filled = row, fill_rows(self.fill, block)
        first, last = header + 1, header + max(block.rows, len(filled) + SPARE_ROWS)
        worksheet.set_row(header, 34)
        canvas.text(worksheet, header, 0, NUMBER, canvas.head)
        for column, box in enumerate(block.columns, LEFT):
            canvas.text(worksheet, header, column, box.label + (" *" if box.required else ""), canvas.head)
            canvas.name(f"px_{block.key}_{box.key}", sheet.name, first, column, last, column)
            self.box.ask(worksheet, first, column, last, box)
        for row in range(first, last + 1):
            values = filled[row - first] if row - first < len(filled) else {}
            self._row(block, worksheet, row, row - first + 1, values)
        letters = {b.key: column_name(c + 1) for c, b in enumerate(block.columns, LEFT)}
        table = Table(block, sheet.name, letters, header + 1, last + 1)
        self.tables.append(table)
        if table.required:
            placed.terms.append(owed_name(block.key))
        if block.key == "indicators":  # one is owed in any case
            placed.terms.append(f"({entries_name(block.key)}=0)")
            at = next(c for c, b in enumerate(block.columns, LEFT) if b.formula == "indicator_points")
            canvas.name(POINTS, sheet.name, header, at, last + BELOW, at)
        placed.first = placed.first or cell_name(first, LEFT)
        if len(sheet.blocks) == 1:
            anchor = next((n for n, b in enumerate(block.columns) if b.key == "name"), -1)
            worksheet.freeze_panes(header + 1, LEFT + anchor + 1)
            worksheet.repeat_rows(0, header)
        return last + 2

    def _row(self, block: Rows, worksheet: Any, row: int, number: int, values: Mapping[str, Typed]) -> None:
        count = self.canvas.style(align="center", font_color=s.SOFT, border=1, bg_color=s.HEAD_FILL)
        self.canvas.typed(worksheet, row, 0, Decimal(number), count)
        for column, box in enumerate(block.columns, LEFT):
            if box.kind == "computed":
                self.box.computed(worksheet, row, column, box, block.columns, LEFT)
            else:
                value = values.get(box.key)
                self.canvas.typed(worksheet, row, column, value, self.box.style(box, value=value))
        shown = [(v, box.width) for box in block.columns if isinstance(v := values.get(box.key), str)]
        worksheet.set_row(row, s.height_for(shown, LEAST_HEIGHTS.get(block.key, 24)))


def box_value(fill: Fill | None, box: Box) -> Typed:
    """What is typed into a single box; what a fill does not speak of keeps its preset."""
    preset = box.preset or None
    return fill.boxes.get(box.key, preset) if fill else preset


def line_value(fill: Fill | None, block: Lines, line: Line, box: Box) -> Typed:
    """What is typed into a column of a line."""
    return fill.lines.get((block.key, line.key, box.key)) if fill else None


def fill_rows(fill: Fill | None, block: Rows) -> list[Mapping[str, Typed]]:
    """What is typed into a table's rows."""
    if fill and block.key in fill.rows:
        return list(fill.rows[block.key])
    keys = [box.key for box in block.columns]
    return [dict(zip(keys, preset, strict=False)) for preset in block.preset]


def _label(row: int) -> str:
    """The locked label of a row."""
    return f"$B${row + 1}"


def _swatch(colour: str) -> str:
    """A legend square's colour: the box's own is too pale to be seen as a small mark."""
    return {s.REQUIRED_FILL: "#E6C84F", s.OPTIONAL_FILL: "#D0D5DB", s.COMPUTED_FILL: "#9AA3AE"}[colour]


def _columns(block: Lines | Rows) -> list[tuple[float, str]]:
    """Widths and labels of a table's columns, the head of its lines included."""
    columns = [(box.width, box.label) for box in block.columns]
    return [(block.head_width, block.head), *columns] if isinstance(block, Lines) else columns
