"""A workbook that cannot be written back losslessly, carried over into a filled template of ours, cell by cell.

The boxes are located in the original by the same code as in any return. Their cells are then laid, as they were
(formula, error value and number format included), over the grid of the new template, and that is read: so the
findings are those of the original, and their places are cells of the workbook that the unit gets back.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from perf_xlsx.catalogue import Noticed, finding
from perf_xlsx.foreign import Original
from perf_xlsx.forms import Box, Boxes, Form, Lines, Rows, load_form
from perf_xlsx.forms.case import Fill, Shown, Typed
from perf_xlsx.model import Finding, SelfEvaluation
from perf_xlsx.ooxml import LEDGER, Book, Cell, Grid, Package, legal, read_grid
from perf_xlsx.ooxml.ledger import SHEET_NAME
from perf_xlsx.ooxml.notes import DELIMITER
from perf_xlsx.place import Place, column_letters
from perf_xlsx.rulebook import Rulebook, load_rulebook, rulebook_names
from perf_xlsx.target import same_label
from perf_xlsx.workbook.canvas import MAX_TEXT
from perf_xlsx.workbook.identity import GUIDE, HIDDEN_SHEET, Identity, identify
from perf_xlsx.workbook.intake import as_shown
from perf_xlsx.workbook.live import Stored
from perf_xlsx.workbook.locate import Address, Layout, Sheets, Table, locate, typed
from perf_xlsx.workbook.origin import LeftBehind, Origin, Trace
from perf_xlsx.workbook.reader import FILLED_DOWN, Reading, other_rulebook, refuse
from perf_xlsx.workbook.template import write_template

MOST_LEFT = 500  # cells told one by one; the rest is told as a number
_COUNTER = re.compile(r"✔ 必填项已填齐|还有 \d+ 个必填格未填")


@dataclass(frozen=True)
class Carried:
    """What became of the original: its reading, where everything came from, and what is typed into a template."""

    evaluation: SelfEvaluation
    findings: tuple[Finding, ...]
    origin: Origin
    fill: Fill
    rulebook: Rulebook

    def workbook(self, stored: Stored) -> bytes:
        """The filled template; `stored` are the results of its live formulas."""
        return write_template(self.fill.form, self.fill.year, self.rulebook, self.fill, stored)


def carry(original: Original, workbook: str, rulebook: str | None = None) -> Carried | Finding:
    """Carry a workbook over. A Finding (R04, R05) where it is no form that can be read."""
    sheets = Sheets(original, original.grids, skip=(HIDDEN_SHEET, *_ours(original)))
    identity = identify(original, sheets)
    if refusal := refuse(identity, Place(workbook), rulebook):
        return refusal
    form = load_form(identity.form or "")
    rules = _own_rulebook(identity, rulebook, form)
    moving = _Moving(form, sheets, identity.year, rules)
    reading = Reading(form, moving.now, workbook, moving.layout)
    evaluation = reading.evaluation(identity.year, rulebook or identity.rulebook or form.rulebook)
    traces = tuple(
        Trace(move.field, reading.place(move.to), *_standing(sheets, move.source), as_shown(cell), move.note(cell))
        for move in moving.moves
        if (cell := sheets.cell(move.source)) is not None
    )
    origin = Origin(workbook, original.format, traces, tuple(_left(original, moving)))
    said = (
        *reading.intake.findings,
        *_twice(moving, workbook),
        *_beside(original, moving, workbook),
        *other_rulebook(identity, workbook, rulebook),
        _told(origin, Place(workbook)),
    )
    return Carried(evaluation, said, origin, moving.fill, rules)


def _own_rulebook(identity: Identity, asked: str | None, form: Form) -> Rulebook:
    own = identity.rulebook if identity.rulebook in rulebook_names() else None
    return load_rulebook(own or asked or form.rulebook)


def _ours(original: Original) -> set[str]:
    """The sheets that an earlier scoring added, and its ledger."""
    ledger = [grid for sheet, grid in zip(original.sheets, original.grids, strict=True) if sheet.name == LEDGER]
    rows = {(row, column): str(cell.value) for grid in ledger for (row, column), cell in grid.cells.items()}
    recorded = {rows.get((r, 2), ""): rows.get((r, 3), "") for r, c in rows if c == 1 and rows[r, c] == "sheet"}
    for name in original.defined_names():
        if name.name.startswith(SHEET_NAME) and name.name in recorded and (area := name.area()):
            recorded[name.name] = area[0]
    return {LEDGER, *recorded.values()} if ledger else set()


@dataclass(frozen=True)
class _Move:
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


class _Moving:
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

    def _moves(self) -> Iterator[_Move]:
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

    def _single(self, block: Boxes) -> Iterator[_Move]:
        for box in typed(block.boxes):
            if source := self.found.boxes.get(box.key):
                self.layout.boxes[box.key] = to = self._named(f"px_{box.key}")
                yield _Move(box.label, source, to)

    def _lines(self, block: Lines) -> Iterator[_Move]:
        for line in block.lines:
            for box in typed(block.columns):
                key = (block.key, line.key, box.key)
                if source := self.found.lines.get(key):
                    self.layout.lines[key] = to = self._named("px_" + "_".join(key))
                    yield _Move(f"{line.label}·{box.label}", source, to)

    def _table(self, block: Rows, table: Table) -> Iterator[_Move]:
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
                    yield _Move(f"{block.title}第{number + 1}行·{label}", source, to, merged)


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


def _standing(sheets: Sheets, address: Address) -> tuple[str, str]:
    sheet, row, column = address
    return sheets.names[sheet], f"{column_letters(column)}{row}"


# ---- what is not carried over -----------------------------------------------------------------------------------


def _used_sheets(moving: _Moving) -> set[int]:
    tables = {table.sheet for table in moving.found.tables.values()}
    return {move.source[0] for move in moving.moves} | tables


def _other_sheets(moving: _Moving) -> Iterator[tuple[str, int]]:
    """Sheets that are not of the form, with the number of their cells."""
    used = _used_sheets(moving)
    for index in moving.was.searched:
        title, cells = moving.was.names[index], moving.was.grids[index].cells
        if index not in used and cells and GUIDE not in title:
            yield title, len(cells)


def _left(original: Original, moving: _Moving) -> Iterator[LeftBehind]:
    cells = list(_left_cells(moving))
    yield from cells[:MOST_LEFT]
    if len(cells) > MOST_LEFT:
        yield LeftBehind("单元格", "", "", f"其余{len(cells) - MOST_LEFT}格", "请看原文件")
    for title, count in _other_sheets(moving):
        yield LeftBehind("工作表", title, "", f"整张工作表，共{count}格", "不属于自评表")
    kept = {"", *(moving.was.names[index] for index in moving.was.searched)}
    for extra in (extra for extra in original.extras if extra.sheet in kept):
        text = extra.text.partition(DELIMITER)[0].strip()  # notes of an earlier scoring are ours
        if text or DELIMITER not in extra.text:
            yield LeftBehind(extra.what, extra.sheet, extra.cell, text)


def _left_cells(moving: _Moving) -> Iterator[LeftBehind]:
    """Cells of the form's sheets that are neither boxes nor what the template says and computes by itself."""
    taken = {move.source for move in moving.moves} | set(_computed(moving))
    typed_in = {move.to for move in moving.moves}
    words = {
        same_label(str(cell.value))
        for sheet, grid in enumerate(moving.template)
        for at, cell in grid.cells.items()
        if (sheet, *at) not in typed_in
    }
    words |= {same_label(label) for label in _labels(moving.form)}
    formulas = {
        (name, *at)
        for name, grid in zip(moving.now.names, moving.template, strict=True)
        for at, cell in grid.cells.items()
        if cell.formula is not None
    }
    skipped = {moving.was.names.index(title) for title, _ in _other_sheets(moving)}
    for sheet in (index for index in moving.was.searched if index not in skipped):
        for (row, column), cell in sorted(moving.was.grids[sheet].cells.items()):
            shown, title = as_shown(cell), moving.was.names[sheet]
            if (sheet, row, column) in taken or (cell.value is None and cell.error is None):
                continue
            if cell.formula is not None and (_COUNTER.fullmatch(shown) or (title, row, column) in formulas):
                continue
            if not (isinstance(cell.value, str) and same_label(cell.value) in words):
                note = "公式" if cell.formula is not None else ""
                yield LeftBehind("单元格", title, f"{column_letters(column)}{row}", shown, note)


def _labels(form: Form) -> Iterator[str]:
    for block in (block for sheet in form.sheets for block in sheet.blocks):
        match block:
            case Boxes():
                boxes: Iterable[Box] = block.boxes
            case Lines():
                boxes = block.columns
                yield block.head
                for line in block.lines:
                    yield from line.labels
            case Rows():
                boxes = block.columns
                yield from (word for preset in block.preset for word in preset)
        yield block.title
        for box in boxes:
            yield from box.labels


def _computed(moving: _Moving) -> Iterator[Address]:
    """What the template computes by itself (参考 columns, row numbers), where the original has it."""
    was, columns = moving.was, {"序号"}
    for block in (block for sheet in moving.form.sheets for block in sheet.blocks):
        boxes = block.boxes if isinstance(block, Boxes) else block.columns
        computed = [label for box in boxes if box.kind == "computed" for label in box.labels]
        if isinstance(block, Boxes):
            yield from (was.right_of(address) for address in was.labelled(computed))
        else:
            columns |= set(computed)
    heads = list(was.labelled(columns))
    for sheet in {sheet for sheet, _, _ in heads}:
        for (row, column), cell in was.grids[sheet].cells.items():
            if any(s == sheet and c == column and r < row for s, r, c in heads) and (
                isinstance(cell.value, Decimal) or cell.formula is not None
            ):
                yield sheet, row, column


# ---- what is said -----------------------------------------------------------------------------------------------


def _told(origin: Origin, place: Place) -> Finding:
    """R18: that it was carried over, how much, and what was not."""
    rest = f"另有{len(origin.left)}处没有带入，列在该表末尾。" if origin.left else ""
    message = (
        f"报送的是{origin.format}，不能原样写回，{len(origin.traces)}格内容已逐格带入新的 .xlsx 工作簿"
        f"（见“来源对照”），各项问题的位置均指新工作簿。{rest}"
    )
    advice = "请核对“来源对照”，并在新工作簿中更正、报送。"
    return finding(
        "R18", Noticed(place, "文件格式", origin.format, message, advice, "Excel 工作簿（.xlsx）"), None
    )


def _twice(moving: _Moving, workbook: str) -> Iterator[Finding]:
    """R06: a box that the original has twice; the second one is not in the new workbook."""
    for label, address in moving.found.twice:
        sheet, cell = _standing(moving.was, address)
        message = f"“{label}”出现了两次，原文件“{sheet}”{cell}处的没有读取，也没有带入。"
        yield finding("R06", Noticed(Place(workbook), label, None, message, "请只保留一处。"), None)


def _beside(original: Original, moving: _Moving, workbook: str) -> Iterator[Finding]:
    """R16: sheets, macros and signatures that are not of the form and stay behind in the original."""
    advice = "评分不受影响，原文件不变；如是误带的请删去后重新报送。"
    for title, _ in _other_sheets(moving):
        message = f"工作表“{title}”不属于自评表，没有读取，也没有带入新的工作簿。"
        yield finding("R16", Noticed(Place(workbook), "工作表", title, message, advice), None)
    for what in dict.fromkeys(extra.what for extra in original.extras if extra.what in ("宏", "数字签名")):
        message = f"工作簿含有{what}，没有运行，也没有带入新的工作簿。"
        yield finding("R16", Noticed(Place(workbook), what, None, message, advice), None)
