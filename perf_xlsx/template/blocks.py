"""The blocks of a template sheet: boxes, lines and rows, with their names and what counts as missing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

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
    TableRange,
    counter_name,
    entries_name,
    is_required,
    missing_cell,
    missing_name,
    required_amounts,
)
from perf_xlsx.template.steps import Steps, by_label

LEAST_HEIGHTS = {"passages": 34.0, "indicators": 30.0}  # of rows, in points; hints take two lines
SPARE_ROWS = 3  # kept free at the end of a filled table
HELP_WIDTH = 42.0
LEGEND_FILLS = (s.REQUIRED_FILL, s.OPTIONAL_FILL, s.COMPUTED_FILL)

PROTECTION = {
    "insert_rows": True, "delete_rows": True, "format_cells": True, "format_columns": True, "format_rows": True,
    "sort": True, "autofilter": True, "insert_hyperlinks": False,
}  # fmt: skip


class SheetState:
    """A sheet being written: its first box, its counter's address, and the terms that count its missing boxes."""

    def __init__(self, sheet: Sheet, number: int, worksheet: Any) -> None:
        self.sheet, self.worksheet = sheet, worksheet
        self.first, self.counter = "", ""
        self.steps = Steps(f"sheet{number}", {}, {})
        self.terms: list[str] = []

    def box(self, row: int, column: int) -> None:
        """Remember the first box that is typed into."""
        self.first = self.first or cell_name(row, column)

    def require(self, key: str, cell: str) -> None:
        """Count a box where it is empty."""
        self.terms.append(self.steps.step(f"_{key}", missing_cell(cell)))


class Writer:
    """Writes the sheets of one template.

    Afterwards `hidden` holds formulas for the hidden sheet by the names of their cells, `tables` are the tables of
    free rows, and `money` refers to the amounts of the total by their columns.
    """

    def __init__(self, canvas: LiveCanvas, box: BoxWriter, year: int | None, fill: Fill | None) -> None:
        self.canvas, self.box, self.year, self.fill = canvas, box, year, fill
        self.hidden: dict[str, str] = {}
        self.tables: list[TableRange] = []
        self.money: dict[str, str] = {}

    def sheet(self, sheet: Sheet, worksheet: Any) -> SheetState:
        """Write one sheet."""
        number = self.box.form.sheets.index(sheet)
        state, last = SheetState(sheet, number + 1, worksheet), self._last_column(sheet)
        self._widths(sheet, worksheet)
        row = self._heading(sheet, worksheet, last)
        for block in sheet.blocks:
            match block:
                case Boxes():
                    row = self._boxes(block, state, row)
                case Lines():
                    row = self._lines(block, state, row)
                case Rows():
                    row = self._rows(block, state, row)
        self._counter(state, number, last)
        worksheet.hide_gridlines(2)
        worksheet.protect("", PROTECTION)
        worksheet.set_selection(state.first)
        self.canvas.print_setup(worksheet, sheet.landscape)
        worksheet.print_area(0, 0, row - 1, last)
        return state

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

    def _counter(self, state: SheetState, number: int, column: int) -> None:
        """The required counter at the right end of the hint's row."""
        name, worksheet = state.sheet.name, state.worksheet
        self.canvas.name(counter_name(number), name, 1, column)
        state.counter = f"'{name}'!{cell_name(1, column, fixed=True)}"
        count = state.steps.step("missing", "+".join(state.terms) or "0")
        self.hidden |= state.steps.formulas
        formula = f'=IF({count}=0,"✔ 必填项已填齐","还有 "&{count}&" 个必填格未填")'
        style = self.canvas.style(align="right", bold=True, text_wrap=False)
        self.canvas.live(worksheet, 1, column, formula, style)
        self.canvas.counter_colours(worksheet, 1, column)

    # ---- blocks ----------------------------------------------------------------------------------------------

    def _boxes(self, block: Boxes, state: SheetState, row: int) -> int:
        if len(state.sheet.blocks) > 1:
            row = self._block_title(block.title, state.worksheet, row)
        formulas = self.box.formulas()
        for box in block.boxes:
            self._box(box, state, row, formulas)
            row += 1
        return row + 1

    def _box(self, box: Box, state: SheetState, row: int, formulas: Mapping[str, str]) -> None:
        canvas, worksheet, value = self.canvas, state.worksheet, box_value(self.fill, box)
        required = is_required(box, self.box.rulebook)
        canvas.text(worksheet, row, LEFT, _head(box, required), canvas.head)
        canvas.name(f"px_{box.key}", state.sheet.name, row, LEFT + 1)
        self.box.ask(worksheet, row, LEFT + 1, row, box)
        if box.kind == "computed":
            self.box.computed(worksheet, row, LEFT + 1, box, formulas)
        else:
            style = self.box.style(box, required, value, align="left")
            canvas.typed(worksheet, row, LEFT + 1, value, style)
            state.box(row, LEFT + 1)
        if required:
            state.require(box.key, by_label(state.sheet.name, column_name(LEFT + 2), _label(row)))
        help_text = self.box.dated(box.help) or COMPUTED_HELP
        canvas.text(worksheet, row, LEFT + 2, help_text, canvas.style(font_color=s.SOFT, indent=1, font_size=9))
        least = 60.0 if box.kind == "long_text" else 26.0
        shown = value if isinstance(value, str) else ""
        worksheet.set_row(row, s.height_for([(shown, box.width), (help_text, HELP_WIDTH)], least))

    def _block_title(self, title: str, worksheet: Any, row: int) -> int:
        style = self.canvas.style(bold=True, font_size=12, font_color=s.ACCENT, text_wrap=False)
        self.canvas.text(worksheet, row, LEFT, title, style)
        worksheet.set_row(row, 24)
        return row + 1

    def _lines(self, block: Lines, state: SheetState, header: int) -> int:
        canvas, worksheet, last = self.canvas, state.worksheet, header + len(block.lines)
        worksheet.set_row(header, 30)
        canvas.text(worksheet, header, LEFT, block.head, canvas.head)
        for column, box in enumerate(block.columns, LEFT + 1):
            canvas.text(worksheet, header, column, box.label, canvas.head)
            canvas.name(f"px_{block.key}_{box.key}", state.sheet.name, header + 1, column, last, column)
        formulas = self.box.row_formulas(state.sheet.name, block, LEFT + 1)
        for row, line in enumerate(block.lines, header + 1):
            self._line(block, line, state, row, formulas)
        for column, box in enumerate(block.columns, LEFT + 1):
            self.box.ask(worksheet, header + 1, column, last, box)
        worksheet.freeze_panes(header + 1, LEFT + 1)
        worksheet.repeat_rows(0, header)
        return last + 2

    def _line(self, block: Lines, line: Line, state: SheetState, row: int, formulas: Mapping[str, str]) -> None:
        canvas, worksheet, sheet = self.canvas, state.worksheet, state.sheet.name
        worksheet.set_row(row, 26)
        label = canvas.style(bg_color=s.HEAD_FILL, border=1, bold=line.indent == 0, indent=1 + 2 * line.indent)
        canvas.text(worksheet, row, LEFT, line.label, label)
        total = self.box.form.total_line
        needed = required_amounts(line, total, self.box.rulebook)
        for column, box in enumerate(block.columns, LEFT + 1):
            amount = by_label(sheet, column_name(column + 1), _label(row))
            if line.key == total:
                self.money[box.key] = amount
            canvas.name(f"px_{block.key}_{line.key}_{box.key}", sheet, row, column)
            if box.kind == "computed":
                self.box.computed(worksheet, row, column, box, formulas)
                continue
            value = line_value(self.fill, block, line, box)
            canvas.typed(worksheet, row, column, value, self.box.style(box, box.key in needed, value))
            state.box(row, column)
            if box.key in needed:
                state.require(f"{line.key}_{box.key}", amount)

    def _rows(self, block: Rows, state: SheetState, row: int) -> int:
        worksheet, name = state.worksheet, state.sheet.name
        if len(state.sheet.blocks) > 1:
            row = self._block_title(block.title, worksheet, row)
        header, filled = row, fill_rows(self.fill, block)
        first, last = header + 1, header + max(block.rows, len(filled) + SPARE_ROWS)
        self._row_heads(block, state, header, last)
        formulas = self.box.row_formulas(name, block, LEFT)
        for number, row in enumerate(range(first, last + 1), 1):
            values = filled[number - 1] if number <= len(filled) else {}
            self._row(block, worksheet, row, number, values, formulas)
        self._count(block, state, header, last)
        state.box(first, LEFT)
        if len(state.sheet.blocks) == 1:
            anchor = next((n for n, box in enumerate(block.columns) if box.key == "name"), -1)
            worksheet.freeze_panes(header + 1, LEFT + anchor + 1)
            worksheet.repeat_rows(0, header)
        return last + 2

    def _count(self, block: Rows, state: SheetState, header: int, last: int) -> None:
        """Count what the rows lack; one indicator is required in any case."""
        table = TableRange(block, state.sheet.name, _letters(block), header + 1, last + 1)
        self.tables.append(table)
        if table.required:
            state.terms.append(missing_name(block.key))
        if block.key == "indicators":
            state.terms.append(f"({entries_name(block.key)}=0)")
            at = next(c for c, box in enumerate(block.columns, LEFT) if box.formula == "indicator_points")
            self.canvas.name(POINTS, state.sheet.name, header, at, last + BELOW, at)

    def _row_heads(self, block: Rows, state: SheetState, header: int, last: int) -> None:
        canvas, worksheet = self.canvas, state.worksheet
        worksheet.set_row(header, 34)
        canvas.text(worksheet, header, 0, NUMBER, canvas.head)
        for column, box in enumerate(block.columns, LEFT):
            canvas.text(worksheet, header, column, _head(box, box.required), canvas.head)
            canvas.name(f"px_{block.key}_{box.key}", state.sheet.name, header + 1, column, last, column)
            self.box.ask(worksheet, header + 1, column, last, box)

    def _row(
        self, block: Rows, worksheet: Any, row: int, number: int, values: Mapping[str, Typed],
        formulas: Mapping[str, str],
    ) -> None:  # fmt: skip
        count = self.canvas.style(align="center", font_color=s.SOFT, border=1, bg_color=s.HEAD_FILL)
        self.canvas.typed(worksheet, row, 0, Decimal(number), count)
        for column, box in enumerate(block.columns, LEFT):
            if box.kind == "computed":
                self.box.computed(worksheet, row, column, box, formulas)
            else:
                value = values.get(box.key)
                self.canvas.typed(worksheet, row, column, value, self.box.style(box, value=value))
        shown = [(v, box.width) for box in block.columns if isinstance(v := values.get(box.key), str)]
        worksheet.set_row(row, s.height_for(shown, LEAST_HEIGHTS.get(block.key, 24)))


def _head(box: Box, required: bool) -> str:
    return box.label + (" *" if required else "")


def _letters(block: Rows) -> dict[str, str]:
    """The letters of a table's columns by their keys."""
    return {box.key: column_name(column + 1) for column, box in enumerate(block.columns, LEFT)}


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
    """The colour of a legend square: the box's own is too pale for a small mark."""
    return {s.REQUIRED_FILL: "#E6C84F", s.OPTIONAL_FILL: "#D0D5DB", s.COMPUTED_FILL: "#9AA3AE"}[colour]


def _columns(block: Lines | Rows) -> list[tuple[float, str]]:
    """Widths and labels of a table's columns, the head of its lines included."""
    columns = [(box.width, box.label) for box in block.columns]
    return [(block.head_width, block.head), *columns] if isinstance(block, Lines) else columns
