"""The blocks of a template sheet: boxes, lines and rows, with their names and what counts as missing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.place import column_name
from perf_xlsx.domain.quantity import same_name
from perf_xlsx.forms import Block, Box, Boxes, Form, FormSheet, Line, Lines, Rows
from perf_xlsx.forms.case import Fill, Typed, as_text
from perf_xlsx.ooxml import cell_name
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.a4 import room
from perf_xlsx.sheets.fixed_texts import COMPUTED_HELP, DONE, IDLE, NUMBER, OWED, UNIT_LEAD, WRONG
from perf_xlsx.template import live
from perf_xlsx.template.box import LEFT, MONEY_COLUMNS, BoxWriter
from perf_xlsx.template.checks import LONGEST, OTHER_UNIT, Sources, check_name, shown_on
from perf_xlsx.template.conditions import cell_is_blank
from perf_xlsx.template.live_canvas import LiveCanvas
from perf_xlsx.template.made_sums import made_name, sum_of_parts
from perf_xlsx.template.missing import (
    BELOW,
    POINTS,
    TableRange,
    counter_name,
    entries_name,
    first_row,
    is_required,
    missing_cell,
    missing_name,
    required_amounts,
)
from perf_xlsx.template.steps import PREFIX, Case, Steps, by_label, cases, formula_text

SPARE_ROWS = 3  # kept free at the end of a filled table
NUMBER_WIDTH, HELP_WIDTH = 4.0, 34.0
LEAST_SCALE, READABLE = 0.8, 0.9  # of a sheet on one page: 8 points and 9; smaller is hard to read
DEFAULT_WIDTH = 8.4  # of a column without one, in characters
TITLE_WIDTH, UNIT_WIDTH = 44.0, 16.0
STRIP = 3  # rows of live checks below the title
SCREEN = 140.0  # characters that a screen of 1366 pixels shows, also where 宋体 is missing
MONEY_UNIT = "px_money_unit"

SHOWN: dict[str, Any] = {"locked": True, "bg_color": s.COMPUTED_FILL, "align": "right"}  # not typed: for reference
FIXED: dict[str, Any] = {"locked": True, "bg_color": s.HEAD_FILL}  # what was approved

PROTECTION = {
    "insert_rows": True, "delete_rows": True, "format_cells": True, "format_columns": True, "format_rows": True,
    "sort": True, "autofilter": True, "insert_hyperlinks": False,
}  # fmt: skip


class SheetState:
    """A sheet being written: its first box, its counter's address, the terms that count its missing boxes, and the
    steps that name its boxes with an error.
    """

    def __init__(self, sheet: FormSheet, number: int, worksheet: Any) -> None:
        self.sheet, self.worksheet, self.number = sheet, worksheet, number
        self.first = ""
        self.steps = Steps(f"sheet{number}", {}, {})
        self.terms: list[str] = []
        self.places: list[Case] = []
        self.broken: list[str] = []
        self.idle: list[Case] = []
        self.checks: list[str] = []

    @property
    def count_name(self) -> str:
        """The name of the hidden cell that counts the empty boxes."""
        return f"{PREFIX}sheet{self.number}_missing"

    def box(self, row: int, column: int) -> None:
        """Remember the first box that is typed into."""
        self.first = self.first or cell_name(row, column)

    def require(self, key: str, cell: str, label: str) -> None:
        """Count a box where it is empty; `label` says which it is."""
        step = self.steps.step(f"_{key}", missing_cell(cell))
        self.count(step, f"{step}=1", formula_text(label))

    def count(self, term: str, condition: str, place: str) -> None:
        """Count what is empty; where the condition holds, `place` says in words where."""
        self.terms.append(term)
        self.places.append((condition, place))

    @property
    def broken_name(self) -> str:
        """The name of the hidden cell that names the boxes with an error."""
        return f"{PREFIX}sheet{self.number}_broken"

    def watch(self, key: str, cells: Mapping[str, str]) -> None:
        """Name each of these boxes, by their labels, where a formula typed into it has an error for a result."""
        named = (f'IF(ISERROR({cell}),{formula_text(f"{label} ")},"")' for label, cell in cells.items())
        self.broken.append(self.steps.step(f"_{key}_broken", "&".join(named)))

    def missing(self) -> str:
        """The check of empty boxes, and of boxes with an error, which are not empty."""
        count = self.steps.step("missing", "+".join(self.terms) or "0")
        where = cases(*self.places, otherwise='""')
        broken = self.steps.step("broken", "&".join(self.broken) or '""')
        told = f"{formula_text(f'{WRONG} 公式错误，请重新填写：')}&{broken}"
        done = cases((f'{broken}<>""', told), *self.idle, otherwise=formula_text(f"{DONE} 必填项已填齐"))
        return f'IF({count}=0,{done},"{OWED} "&{count}&" 格，先填："&{where})'


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
        self.amounts: dict[str, str] = {}
        self.singles: dict[str, str] = {}
        self.made: set[str] = set()

    def sources(self) -> Sources:
        """What the checks look at, once all sheets are written."""
        labels = {box.key: box.label for box in self.box.form.single_boxes}
        tables = {table.block.key: table for table in self.tables}
        boxes, total_made = Steps("boxes", self.singles, labels), "claimed_total" in self.made
        approved = self.fill.approved if self.fill else ()
        return Sources(self.amount_steps, boxes, tables, frozenset(self.made), total_made, approved)

    def sheet(self, sheet: FormSheet, worksheet: Any) -> SheetState:
        """Write one sheet."""
        number = self.box.form.sheets.index(sheet)
        state, last = SheetState(sheet, number + 1, worksheet), self._last_column(sheet)
        self._widths(sheet, worksheet)
        row = self._heading(state, worksheet, last)
        for block in sheet.blocks:
            match block:
                case Boxes():
                    row = self._boxes(block, state, row)
                case Lines():
                    row = self._lines(block, state, row)
                case Rows():
                    row = self._rows(block, state, row)
        self.hidden[check_name(state.checks[0])] = state.missing()
        self.hidden |= state.steps.formulas
        worksheet.hide_gridlines(2)
        worksheet.protect("", PROTECTION)
        worksheet.set_selection(state.first)
        self.canvas.print_setup(worksheet, sheet.landscape)
        self._side_by_side(sheet, worksheet)
        self._print_area(state, row - 1, max(last, *(column for _, column in self._halves(state))))
        return state

    def _side_by_side(self, sheet: FormSheet, worksheet: Any) -> None:
        """Print a table that is too wide for a page in readable type: from its first computed column on, a second
        page beside the first, with the rows' numbers and names and the title again. A page break and a page's fit
        exclude each other.
        """
        second = self._second_page(sheet)
        if second is None:
            return
        widths, named = [NUMBER_WIDTH, *self.column_widths.values()], _name_column(sheet)
        halves = widths[:second], [*widths[: named + 1], *widths[second:]]
        scale = min(1.0, *(room(sheet.landscape, len(half), 1) / sum(half) for half in halves))
        worksheet.set_print_scale(int(100 * scale))
        worksheet.set_v_pagebreaks([second])
        worksheet.repeat_columns(0, named)

    def _second_page(self, sheet: FormSheet) -> int | None:
        """The column that a second page beside the first begins with; None where one page holds the sheet."""
        widths = [NUMBER_WIDTH, *self.column_widths.values()]
        if len(sheet.blocks) > 1 or sum(widths) <= room(sheet.landscape, len(widths), LEAST_SCALE):
            return None
        kinds = [box.kind for block in sheet.blocks if isinstance(block, Rows) for box in block.columns]
        return LEFT + kinds.index("computed") if "computed" in kinds else None

    def _print_area(self, state: SheetState, last_row: int, last: int) -> None:
        """What is printed: the sheet with its strip; of a single table the rows down to the last filled-in one.

        Programs that take no formula here, as LibreOffice, print the whole table.
        """
        table = next((one for one in self.tables if one.sheet == state.sheet.name), None)
        if table is None or len(state.sheet.blocks) > 1:
            state.worksheet.print_area(0, 0, last_row, last)
            return
        sheet, right = f"'{state.sheet.name}'!", column_name(last + 1)
        bottom = f"MAX({table.first + SPARE_ROWS},{table.last_filled})"
        area = f"={sheet}$A$1:INDEX({sheet}${right}:${right},{bottom})"
        self.canvas.book.define_name(f"{sheet}_xlnm.Print_Area", area)

    # ---- the head of a sheet ---------------------------------------------------------------------------------

    def _last_column(self, sheet: FormSheet) -> int:
        widths = [2 if isinstance(block, Boxes) else len(_columns(block)) - 1 for block in sheet.blocks]
        return LEFT + max(widths)

    def _widths(self, sheet: FormSheet, worksheet: Any) -> None:
        widths: dict[int, float] = {}
        for block in sheet.blocks:
            if isinstance(block, Boxes):
                wanted = [
                    max(s.column_units(b.label) for b in block.boxes) + 4.0,
                    max(b.width for b in block.boxes),
                    HELP_WIDTH,
                ]
            else:
                wanted = [width for width, _ in _columns(block)]
            for offset, width in enumerate(wanted):
                widths[LEFT + offset] = max(widths.get(LEFT + offset, 0.0), width)
        worksheet.set_column(0, 0, NUMBER_WIDTH)
        for column, width in widths.items():
            worksheet.set_column(column, column, width)
        self.column_widths = widths

    def _heading(self, state: SheetState, worksheet: Any, last: int) -> int:
        """Title, money unit and hint in one row, below them the strip of checks; gives the next row."""
        canvas, sheet = self.canvas, state.sheet
        title = canvas.style(font_name=s.HEADING, font_size=16, align="left", text_wrap=False)
        canvas.text(worksheet, 0, LEFT, s.dated_title(sheet.title, self.year), title)
        column = self._column_at(TITLE_WIDTH)
        if any(_has_money(block) for block in sheet.blocks):
            unknown = f"OR({cell_is_blank(MONEY_UNIT)},ISERROR({MONEY_UNIT}))"
            unit = f'="{UNIT_LEAD}"&IF({unknown},"请在“基本信息”中选择",{MONEY_UNIT})'
            canvas.live(worksheet, 0, column, unit, canvas.style(bold=True, text_wrap=False))
            column = self._column_at(TITLE_WIDTH + UNIT_WIDTH)
        self._checks(state, worksheet)
        self._hint(state, worksheet, column)
        worksheet.freeze_panes(1 + STRIP, 0)
        return 1 + STRIP

    def _column_at(self, width: float) -> int:
        """The first column that begins so many characters to the right of the margin, or further."""
        column, before = LEFT, 0.0
        while before < width:
            before += self.column_widths.get(column, DEFAULT_WIDTH)
            column += 1
        return column

    def _hint(self, state: SheetState, worksheet: Any, column: int) -> None:
        """The hint, on lines enough, from this column to the last of the strip."""
        last, look = self._halves(state)[-1][1], self.canvas.style(font_color=s.SOFT)
        first = min(column, last)
        if last > first:
            worksheet.merge_range(0, first, 0, last, "", look)
        self.canvas.text(worksheet, 0, first, state.sheet.hint, look)
        width = self._wide(last + 1) - self._wide(first)
        worksheet.set_row(0, s.height_for([(state.sheet.hint, width)], 30))

    def _checks(self, state: SheetState, worksheet: Any) -> None:
        """The strip of live checks: three rows, of one check or of two side by side."""
        form, canvas = self.box.form, self.canvas
        approved = self.fill.approved if self.fill else ()
        state.checks = shown_on(state.sheet, state.number, form, self.box.rulebook, approved)
        look = canvas.style(align="left", text_wrap=False, shrink=True, border=1, border_color=s.COMPUTED_FILL)
        for row in range(1, 1 + STRIP):
            worksheet.set_row(row, 16)
        for (first, last), keys in zip(self._halves(state), self._by_half(state), strict=True):
            for row, key in enumerate(keys, 1):
                if last > first:
                    worksheet.merge_range(row, first, row, last, "", look)
                canvas.live(worksheet, row, first, f"={check_name(key)}", look)
                canvas.check_colours(worksheet, row, first, row, last)
        canvas.name(counter_name(state.number - 1), state.sheet.name, 1, LEFT)

    def _halves(self, state: SheetState) -> list[tuple[int, int]]:
        """First and last columns of the strip's checks: two side by side where they are more than its rows, or
        where a second page repeats the first columns: what went on beside them would be cut there.
        """
        last, end = self._last_column(state.sheet), self._end(state.sheet)
        if repeated := self._repeated(state.sheet):
            return [(LEFT, repeated), (repeated + 1, end - 1)]
        middle = self._column_at(self._wide(end) / 2)
        if len(state.checks) <= STRIP:
            return [(LEFT, min(end - 1, last))]
        return [(LEFT, middle - 1), (middle, max(middle, end - 1))]

    def _by_half(self, state: SheetState) -> list[list[str]]:
        """The keys of the checks in each half of the strip: the longest sentences in the wider one."""
        keys = state.checks
        if not self._repeated(state.sheet):
            halves = len(self._halves(state))
            return [keys[half::halves] for half in range(halves)]
        right = sorted(keys[1:], key=lambda key: LONGEST.index(key) if key in LONGEST else len(LONGEST))
        wide = right[: (len(keys) + 1) // 2]
        return [[key for key in keys if key not in wide], [key for key in keys if key in wide]]

    def _repeated(self, sheet: FormSheet) -> int:
        """The last column that a second page repeats; 0 where there is none, or no name in it."""
        return _name_column(sheet) if self._second_page(sheet) else 0

    def _end(self, sheet: FormSheet) -> int:
        """The column behind the strip and the hint, which are no wider than a screen, nor than a page or the table
        below: they would make its type small.
        """
        end = self._last_column(sheet) + 1
        if second := self._second_page(sheet):
            return second
        while NUMBER_WIDTH + self._wide(end + 1) <= min(SCREEN, room(sheet.landscape, end + 1, READABLE)):
            end += 1
        return end

    def _wide(self, end: int) -> float:
        """How wide the columns before this one are, without that of the rows' numbers."""
        return sum(self.column_widths.get(column, DEFAULT_WIDTH) for column in range(LEFT, end))

    # ---- blocks ----------------------------------------------------------------------------------------------

    def _boxes(self, block: Boxes, state: SheetState, row: int) -> int:
        if len(state.sheet.blocks) > 1 and block.heading:
            row = self._block_title(block.title, state.worksheet, row)
        formulas = self.box.formulas()
        for box in block.boxes:
            self._box(box, state, row, formulas)
            row += 1
        return row + 1

    def _box(self, box: Box, state: SheetState, row: int, formulas: Mapping[str, str]) -> None:
        canvas, worksheet, value = self.canvas, state.worksheet, box_value(self.fill, box)
        required = is_required(box, self.box.rulebook)
        made = bool(box.formula) and not is_held(self.fill, box)
        canvas.text(worksheet, row, LEFT, _head(box, required and not made), canvas.head)
        canvas.name(f"px_{box.key}", state.sheet.name, row, LEFT + 1)
        self.singles[box.key] = by_label(state.sheet.name, column_name(LEFT + 2), _label(row))
        if made:
            self.made |= {box.key}
            self.box.ask(worksheet, row, LEFT + 1, row, replace(box, kind="computed"))
            self.box.computed(worksheet, row, LEFT + 1, box, formulas)
        else:
            self.box.ask(worksheet, row, LEFT + 1, row, box)
            style = self.box.style(box, value, align="left")
            canvas.typed(worksheet, row, LEFT + 1, value, style)
            state.box(row, LEFT + 1)
            state.watch(box.key, {box.label: self.singles[box.key]})
            if required:
                canvas.required(worksheet, row, LEFT + 1, row)
                state.require(box.key, self.singles[box.key], box.label)
        help_text = self.box.dated(box.help) or COMPUTED_HELP
        canvas.text(worksheet, row, LEFT + 2, help_text, canvas.style(font_color=s.SOFT, indent=1))
        shown = value if isinstance(value, str) else ""
        _grow(worksheet, row, [(shown, box.width), (help_text, HELP_WIDTH)])

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
        self._sums(block)
        for column, box in enumerate(block.columns, LEFT + 1):
            self.box.ask(worksheet, header + 1, column, last, box)
        worksheet.freeze_panes(header + 1, LEFT + 1)
        worksheet.repeat_rows(0, header)
        return last + 2

    def _line(self, block: Lines, line: Line, state: SheetState, row: int, formulas: Mapping[str, str]) -> None:
        canvas, worksheet, sheet = self.canvas, state.worksheet, state.sheet.name
        worksheet.set_row(row, 24)
        label = canvas.style(bg_color=s.HEAD_FILL, border=1, bold=line.indent == 0, indent=1 + 2 * line.indent)
        canvas.text(worksheet, row, LEFT, line.lead + line.label, label)
        total = self.box.form.total_line
        needed = required_amounts(line, total, self.box.rulebook)
        whole = next(one for one in block.lines if one.key == total)
        needed_of_total = required_amounts(whole, total, self.box.rulebook)
        made = is_made(self.box.form, self.fill, block, line)
        self.made |= {line.key} if made else set()
        if made:
            formulas = {key: live.unless(OTHER_UNIT, formula) for key, formula in formulas.items()}
        watched: dict[str, str] = {}
        for column, box in enumerate(block.columns, LEFT + 1):
            amount = by_label(sheet, column_name(column + 1), _label(row))
            self.amounts[f"{line.key}_{box.key}"] = amount
            if line.key == total:
                self.money[box.key] = amount
            canvas.name(f"px_{block.key}_{line.key}_{box.key}", sheet, row, column)
            if box.kind == "computed":
                self.box.computed(worksheet, row, column, box, formulas)
            elif made and box.kind == "number":
                self.box.computed(worksheet, row, column, box, {"": made_name(line, box)})
            else:
                is_first = self._opens_total(block, line) and box.key in needed_of_total
                self._typed_amount(block, line, box, state, (row, column), box.key in needed or is_first)
                watched[f"{line.label}·{box.label}"] = amount
            if box.key in needed:
                named = next(one for one in block.lines if one.key == line.parts[0]) if made else line
                state.require(f"{line.key}_{box.key}", amount, f"{named.label}·{box.label}")
        if watched:
            state.watch(line.key, watched)

    def _typed_amount(
        self, block: Lines, line: Line, box: Box, state: SheetState, at: tuple[int, int], required: bool
    ) -> None:
        """A box of a line that a person types into."""
        value, (row, column) = line_value(self.fill, block, line, box), at
        self.canvas.typed(state.worksheet, row, column, value, self.box.style(box, value))
        state.box(row, column)
        if required:
            self.canvas.required(state.worksheet, row, column, row)
        elif self._sums_projects(line, box):
            self.canvas.required(state.worksheet, row, column, row, f"{entries_name('projects')}>0")

    def _sums_projects(self, line: Line, box: Box) -> bool:
        """Whether an amount is the sum of the listed projects, and so required once there are any."""
        of_projects = line.key == self.box.form.project_line and self.box.form.has("projects")
        return of_projects and box.key in ("adjusted", "executed")

    def _opens_total(self, block: Lines, line: Line) -> bool:
        """Whether a line is the first part of the total that the sheet adds up."""
        whole = next(one for one in block.lines if one.key == self.box.form.total_line)
        return line.key in whole.parts[:1] and is_made(self.box.form, self.fill, block, whole)

    def _sums(self, block: Lines) -> None:
        """The formulas of the lines that the sheet adds up; what is no number in a part is asked for."""
        labels = {
            f"{line.key}_{box.key}": f"{line.label}·{box.label}" for line in block.lines for box in block.columns
        }
        self.amount_steps = Steps("amounts", self.amounts, labels)
        lines = {line.key: line for line in block.lines}
        for line in (lines[key] for key in lines if key in self.made):
            for box in (box for box in block.columns if box.kind == "number"):
                self.hidden[made_name(line, box)] = sum_of_parts(self.amount_steps, lines, line, box.key)

    def _rows(self, block: Rows, state: SheetState, row: int) -> int:
        worksheet, name = state.worksheet, state.sheet.name
        if len(state.sheet.blocks) > 1:
            row = self._block_title(block.title, worksheet, row)
        header, filled = row, fill_rows(self.fill, block)
        first, last = header + 1, header + max(block.rows, len(filled) + SPARE_ROWS)
        self._row_heads(block, state, header, last)
        formulas = self.box.row_formulas(name, block, LEFT)
        for at, row in enumerate(range(first, last + 1)):
            values = filled[at] if at < len(filled) else {}
            self._row(block, worksheet, row, at + 1, values, formulas)
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
        first_broken = state.steps.step(f"{block.key}_first_broken", first_row(table.broken(), table.rows))
        state.broken.append(
            state.steps.step(f"{block.key}_broken", f'IF({first_broken}>0,"第"&{first_broken}&"行 ","")')
        )
        if table.required:
            state.count(missing_name(block.key), f"{missing_name(block.key)}>0", table.place())
            if len(state.sheet.blocks) == 1:
                state.idle = [
                    (f"{entries_name(block.key)}=0", formula_text(f"{IDLE} 没有填；填了的行，黄色格都要填"))
                ]
        if block.key == "indicators":
            none = f"({entries_name(block.key)}=0)"
            state.count(none, none, formula_text("第一个指标"))
            at = next(c for c, box in enumerate(block.columns, LEFT) if box.formula == "indicator_points")
            self.canvas.name(POINTS, state.sheet.name, header, at, last + BELOW, at)

    def _row_heads(self, block: Rows, state: SheetState, header: int, last: int) -> None:
        canvas, worksheet = self.canvas, state.worksheet
        worksheet.set_row(header, 30)
        canvas.text(worksheet, header, 0, NUMBER, canvas.head)
        for column, box in enumerate(block.columns, LEFT):
            canvas.text(worksheet, header, column, _head(box, box.required), canvas.head)
            canvas.name(f"px_{block.key}_{box.key}", state.sheet.name, header + 1, column, last, column)
            self.box.ask(worksheet, header + 1, column, last, box)
            if box.required:
                canvas.required(worksheet, header + 1, column, last)

    def _row(
        self, block: Rows, worksheet: Any, row: int, number: int, values: Mapping[str, Typed],
        formulas: Mapping[str, str],
    ) -> None:  # fmt: skip
        fixed = fixed_columns(self.fill, block, values)
        count = self.canvas.style(align="center", font_color=s.SOFT, border=1, bg_color=s.HEAD_FILL)
        self.canvas.typed(worksheet, row, 0, Decimal(number), count)
        for column, box in enumerate(block.columns, LEFT):
            value = values.get(box.key)
            if box.formula in formulas:
                self.box.computed(worksheet, row, column, box, formulas)
            elif box.kind == "computed":
                self.canvas.typed(worksheet, row, column, value, self.box.style(box, value, **SHOWN))
            else:
                look = FIXED if box.key in fixed else {}
                self.canvas.typed(worksheet, row, column, value, self.box.style(box, value, **look))
        _grow(
            worksheet, row, [(v, box.width) for box in block.columns if isinstance(v := values.get(box.key), str)]
        )


def _name_column(sheet: FormSheet) -> int:
    """The column with the names of a table's rows; the first where there is none."""
    keys = [box.key for block in sheet.blocks if isinstance(block, Rows) for box in block.columns]
    return LEFT + keys.index("name") if "name" in keys else 0


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


def is_held(fill: Fill | None, box: Box) -> bool:
    """Whether the data of a template hold a box that it works out by itself otherwise."""
    return box.kind != "computed" and fill is not None and box.key in fill.boxes


def is_made(form: Form, fill: Fill | None, block: Lines, line: Line) -> bool:
    """Whether the template adds up a line: where it can, and its data hold nothing of it."""
    known = fill.lines if fill else {}
    held = any(key[:2] == (block.key, line.key) and value is not None for key, value in known.items())
    return form.is_made(line) and not held


def fill_rows(fill: Fill | None, block: Rows) -> list[Mapping[str, Typed]]:
    """What is typed into a table's rows."""
    if fill and block.key in fill.rows:
        return list(fill.rows[block.key])
    keys = [box.key for box in block.columns]
    return [dict(zip(keys, preset, strict=False)) for preset in block.preset]


def fixed_columns(fill: Fill | None, block: Rows, values: Mapping[str, Typed]) -> frozenset[str]:
    """The columns of an indicator's row that hold what was approved for the indicator of this name."""
    if fill is None or not fill.approved or block.key != "indicators" or not values.get("name"):
        return frozenset()
    named = [one for one in fill.approved if same_name(one.values["name"]) == same_name(str(values["name"]))]
    return frozenset(
        key for key, value in values.items() if any(one.values.get(key) == as_text(value) for one in named)
    )


def _label(row: int) -> str:
    """The locked label of a row."""
    return f"$B${row + 1}"


def _columns(block: Lines | Rows) -> list[tuple[float, str]]:
    """Widths and labels of a table's columns, the head of its lines included."""
    columns = [(box.width, box.label) for box in block.columns]
    return [(block.head_width, block.head), *columns] if isinstance(block, Lines) else columns


def _has_money(block: Block) -> bool:
    """Whether amounts in the form's money unit are typed into a block."""
    return any(box.key in MONEY_COLUMNS for box in block.fields)


def _grow(worksheet: Any, row: int, cells: list[tuple[str, float]]) -> None:
    """Make room for texts that take several lines; any other row grows by itself while it is typed into."""
    if (height := s.height_for(cells, 0)) > s.height_for([], 0):
        worksheet.set_row(row, height)
