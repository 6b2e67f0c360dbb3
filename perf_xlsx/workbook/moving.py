"""The way of every box from a workbook of another format into a new template of ours."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from perf_xlsx.forms import Box, Boxes, Form, Lines, Rows
from perf_xlsx.forms.case import Fill, Shown, Typed
from perf_xlsx.ooxml import Book, Cell, Grid, Package, legal, read_grid
from perf_xlsx.place import column_letters
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.workbook.canvas import MAX_TEXT
from perf_xlsx.workbook.identity import HIDDEN_SHEET
from perf_xlsx.workbook.intake import as_shown
from perf_xlsx.workbook.locate import Address, Layout, Sheets, Table, locate, typed
from perf_xlsx.workbook.reader import FILLED_DOWN
from perf_xlsx.workbook.template import write_template


@dataclass(frozen=True)
class Move:
    """One box: its name for people, where it stood (merged levels: the merge's first cell), where it goes."""

    field: str
    source: Address
    to: Address
    merged: bool = False

    def note(self, cell: Cell) -> str:
        """What a person should know of how it was carried over."""
        notes = ["合并单元格，逐行带入"] if self.merged else []
        if cell.error is not None:
            notes.append("错误值，按文字带入")
        elif cell.formula is not None:
            notes.append("公式，带入保存的结果" if cell.value is not None else "公式没有结果，未带入")
        if isinstance(cell.value, str) and legal(cell.value)[:MAX_TEXT] != cell.value:
            notes.append("控制字符或超长部分未带入")
        return "；".join(notes)


class Moving:
    """The way of every box from the original (`was`) into a new template (`now`)."""

    def __init__(self, form: Form, was: Sheets, year: int | None, rules: Rulebook) -> None:
        self.form, self.was, self.found = form, was, locate(form, was)
        boxes = {key: self._value(address) for key, address in self.found.boxes.items()}
        lines = {key: self._value(address) for key, address in self.found.lines.items()}
        rows = {key: (*self._rows(table), *self._unsaid(key, table)) for key, table in self.found.tables.items()}
        known = {box.key: None for box in _boxes(form)}
        self.fill = Fill(form, year, {**known, **boxes}, lines, rows)
        blank = Book(Package.open(write_template(form, year, rules, self.fill)))
        self.template = [read_grid(blank, sheet) for sheet in blank.sheets]
        grids = [Grid(dict(grid.cells), grid.merges) for grid in self.template]
        self.now = Sheets(blank, grids, skip=(HIDDEN_SHEET,))
        self.layout = Layout(missing=self.found.missing)
        self.moves = list(self._moves())
        for move in self.moves:
            sheet, row, column = move.to
            cell = was.cell(move.source)
            grids[sheet].cells.pop((row, column), None)
            if cell is not None:
                grids[sheet].cells[row, column] = cell

    def _value(self, address: Address) -> Typed:
        cell = self.was.cell(address)
        return None if cell is None else as_typed(cell)

    def _rows(self, table: Table) -> Iterator[Mapping[str, Typed]]:
        for row in table.rows:
            yield {key: self._value(self._source(table, row, key)) for key in table.columns}

    def _unsaid(self, key: str, table: Table) -> Iterator[Mapping[str, Typed]]:
        """The rows that the template prints beforehand, where the original lacks them."""
        block = self.form.block(key)
        assert isinstance(block, Rows)
        first = block.columns[0].key
        column = table.columns.get(first, 0)
        said = {as_shown(cell) for row in table.rows if (cell := self.was.cell((table.sheet, row, column)))}
        for preset in block.preset:
            if preset[0] not in said:
                yield {first: preset[0]}

    def _source(self, table: Table, row: int, key: str) -> Address:
        address = (table.sheet, row, table.columns[key])
        return self.was.merged_from(address) if key in FILLED_DOWN else address

    def _moves(self) -> Iterator[Move]:
        for sheet in self.form.sheets:
            for block in sheet.blocks:
                match block:
                    case Boxes():
                        yield from self._single(block)
                    case Lines():
                        yield from self._lines(block)
                    case Rows() if block.key in self.found.tables:
                        yield from self._table(block, self.found.tables[block.key])

    def _named(self, name: str) -> Address:
        area = self.now.areas[name]
        return area.sheet, area.top, area.left

    def _single(self, block: Boxes) -> Iterator[Move]:
        for box in typed(block.boxes):
            if source := self.found.boxes.get(box.key):
                self.layout.boxes[box.key] = to = self._named(f"px_{box.key}")
                yield Move(box.label, source, to)

    def _lines(self, block: Lines) -> Iterator[Move]:
        for line in block.lines:
            for box in typed(block.columns):
                key = (block.key, line.key, box.key)
                if source := self.found.lines.get(key):
                    self.layout.lines[key] = to = self._named("px_" + "_".join(key))
                    yield Move(f"{line.label}·{box.label}", source, to)

    def _table(self, block: Rows, table: Table) -> Iterator[Move]:
        labels = {box.key: box.label for box in typed(block.columns)}
        places = {key: self._named(f"px_{block.key}_{key}") for key in table.columns}
        sheet, top, _ = next(iter(places.values()))
        rows = tuple(range(top, top + len(table.rows)))
        self.layout.tables[block.key] = Table(sheet, {key: p[2] for key, p in places.items()}, rows)
        for number, row in enumerate(table.rows):
            for key, label in labels.items():
                if key in places:
                    source, to = self._source(table, row, key), (sheet, top + number, places[key][2])
                    merged = source != (table.sheet, row, table.columns[key])
                    yield Move(f"{block.title}第{number + 1}行·{label}", source, to, merged)


def _boxes(form: Form) -> Iterator[Box]:
    for block in (block for sheet in form.sheets for block in sheet.blocks):
        if isinstance(block, Boxes):
            yield from typed(block.boxes)


def as_typed(cell: Cell) -> Typed:
    """The cell's content as it is typed again: a formula's stored result, an error value as text."""
    if cell.error is not None:
        return cell.error
    if isinstance(cell.value, Decimal) and "%" in cell.number_format:
        digits = re.search(r"0\.(0+)%", cell.number_format)
        return Shown(cell.value, f"0.{digits[1]}%" if digits else "0%")
    if isinstance(cell.value, datetime.date) and cell.value.year < 1900:
        return as_shown(cell)  # before the calendar of Excel begins
    return cell.value


def standing(sheets: Sheets, address: Address) -> tuple[str, str]:
    """The sheet's name and the cell's address, as a person finds them."""
    sheet, row, column = address
    return sheets.names[sheet], f"{column_letters(column)}{row}"
