"""Types a form that was read from a workbook of another format into a new template, box by box.

From our own template each box takes the content of its cell, whatever it was; from an official layout what was
understood, because sign, number and unit, or reason and improvement, share a cell there and not here. Entries and
findings then point at the new workbook, and a trace gives for each box its place in the original.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from perf_xlsx.conversion.filled_template import FilledTemplate
from perf_xlsx.conversion.merged_lines import Joined
from perf_xlsx.domain.entries import Path, map_entries
from perf_xlsx.domain.model import AMOUNTS, Entry, Finding, Passage, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import is_blank
from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms import Box, Form, Lines, load_form, typed
from perf_xlsx.forms.case import Fill, FormattedNumber, Typed, as_percent, in_unit
from perf_xlsx.ooxml import MAX_TEXT, Cell, legal
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.sheets.origin import Trace

OF_PLACES = ("R06", "R21", "R22", "R24")  # findings whose words name rows and cells of the original
FIRST_YEAR = 1900  # of the calendar of Excel
INFERRED = {"weight": "没有分值栏，按自评得分推定", "improvement": "与偏差原因同栏"}


class Transcript:
    """Moves every entry. `understood`: the original is an official layout, so values are typed, not cells."""

    def __init__(self, joined: Joined, was: Sheets, rules: Rulebook, understood: bool) -> None:
        self.joined, self.was, self.understood = joined, was, understood
        evaluation = joined.evaluation
        self.form, self.workbook = load_form(evaluation.form), evaluation.workbook
        self._order = list(_order(self.form, evaluation.passages))
        self._boxes: dict[Path, Box | None] = {}
        self._fill: dict[Path, Typed] = {}
        self._seen: set[tuple[str, str, Address]] = set()
        self.sources: set[Address] = set()
        self.read: dict[Address, str] = {}  # money of lines that our template has not, as it was read
        self._moved: dict[tuple[str, str | None], dict[str, Place]] = {}
        self.traces: list[Trace] = []
        map_entries(joined.typed, self._type)
        self.template = FilledTemplate(self._filled(evaluation.year), rules, self.workbook)
        self.typed: SelfEvaluation = map_entries(joined.typed, self._trace)
        head = evaluation.weight_head and self.template.box("indicators", "weight", row=-1)
        self.evaluation: SelfEvaluation = replace(map_entries(evaluation, self._move), weight_head=head)
        self.traces.sort(key=lambda trace: trace.place)

    # ---- typing ---------------------------------------------------------------------------------------

    def _type(self, path: Path, entry: Entry[Any]) -> Entry[Any]:
        if (box := self._box(path)) and path not in self.joined.evaluation.computed:
            _, cell = self._source(entry)
            self._fill[path] = self._understood(box, path, entry, cell) if self.understood else as_typed(cell)
        elif (
            box is None and path[2] in (*AMOUNTS, "claimed_rate") and entry.value is not None and entry.place.cell
        ):
            value = plain(entry.value) if path[2] in AMOUNTS else entry.given
            self.read[self._source(entry)[0]] = f"“{entry.field}”已按{value}读取和核对，模板没有这一行"
        return entry

    def _understood(self, box: Box, path: Path, entry: Entry[Any], cell: Cell | None) -> Typed:
        """The value as our template wants it; what could not be understood as it was given."""
        value = entry.value
        if value is None:
            lost = cell is not None and cell.error is None and cell.value is None  # a formula without result
            return None if lost else entry.given or None
        if isinstance(value, Decimal):
            return self._number(box, path, value)
        text = str(value)
        if is_blank(text):
            return None
        return _day(text) or text if box.kind == "date" else text

    def _number(self, box: Box, path: Path, value: Decimal) -> Typed:
        if box.kind == "percent":
            return as_percent(value)
        return in_unit(value, self._unit(path)) if box.kind == "value" else value

    def _unit(self, path: Path) -> str | None:
        """The unit of an indicator's row."""
        return None if path[0] != "indicators" else self.joined.evaluation.indicator_rows[int(path[1])].unit.value

    def _filled(self, year: int | None) -> Fill:
        boxes: dict[str, Typed] = {}
        lines: dict[tuple[str, str, str], Typed] = {}
        rows: dict[str, dict[int, dict[str, Typed]]] = {}
        paths = {box.key: ("", "", box.key) for box in typed(self.form.single_boxes)}
        computed = self.joined.evaluation.computed
        boxes |= {key: self._fill.get(path) for key, path in paths.items() if path not in computed}
        rows |= {block.key: {} for block in self.form.tables}
        for (block_, row, key), value in self._fill.items():
            if isinstance(row, int):
                rows[block_].setdefault(self._row(block_, row), {})[key] = value
            elif block_:
                lines[block_, row, key] = value
        for at, title in enumerate(self._order):
            if isinstance(title, str):
                rows["passages"][at] = {"title": title}
        listed = {key: tuple(found[n] for n in sorted(found)) for key, found in rows.items()}
        return Fill(self.form, year, boxes, lines, listed, self.joined.evaluation.approved)

    def _row(self, block: str, row: int) -> int:
        """The row of the template's table; passages keep to the order of the titles that it prints."""
        return self._order.index(row) if block == "passages" else row

    # ---- where it goes ---------------------------------------------------------------------------------------

    def _to(self, path: Path) -> Place | None:
        """The box of an entry; None where the template has none."""
        block, row, key = path
        if isinstance(row, int):
            return self.template.box(block, key, row=self._row(block, row))
        if not block:
            return self.template.box(key)
        return self.template.box(block, self.joined.into.get(row, row), key)

    def _trace(self, path: Path, entry: Entry[Any]) -> Entry[Any]:
        """Note where a box came from; of a joined one, from where each part of it."""
        to, value = self._to(path), self._fill.get(path)
        for source in self.joined.sources(path, entry) if to else ():
            address, cell = self._source(source)
            if to and cell is not None and (value is not None or cell.formula is not None):
                note = "；".join(self._notes(path, address, cell))
                self.sources.add(address)
                self.traces.append(Trace(self._field(path), to, *self.was.shown(address), as_shown(cell), note))
        return self._move(path, entry)

    def _move(self, path: Path, entry: Entry[Any]) -> Entry[Any]:
        """The entry at its box of the new workbook; what has no place in the original has none here."""
        if not entry.place.cell:
            return entry
        to = self._to(path) or Place(self.workbook)
        if to.cell:
            self._moved.setdefault((entry.place.sheet, entry.place.cell), {}).setdefault(entry.field, to)
        return replace(entry, place=to)

    def _source(self, entry: Entry[Any]) -> tuple[Address, Cell | None]:
        """The cell that an entry was read from: its own, or the one that is merged over it."""
        place = entry.place
        if not place.cell:
            return (0, 0, 0), None
        address = (self.was.positions.index(place.sheet_index), place.row, place.column)
        cell = self.was.cell(address)
        if cell is None and entry.given:
            address = self.was.merged_from(address)
            cell = self.was.cell(address)
        return address, cell

    def _box(self, path: Path) -> Box | None:
        """Our template's box; the rows of a table have the same."""
        block, row, key = path
        asked = (block, 0 if isinstance(row, int) else row, key)
        if asked not in self._boxes:
            self._boxes[asked] = _box_of(self.form, asked)
        return self._boxes[asked]

    def _field(self, path: Path) -> str:
        block, row, _ = path
        box = self._box(path)
        assert box is not None
        if not block:
            return box.label
        if isinstance(row, int):
            return f"{self.form.rows(block).title}第{self._row(block, row) + 1}行·{box.label}"
        return f"{next(line.label for line in self.form.lines(block).lines if line.key == row)}·{box.label}"

    def _notes(self, path: Path, address: Address, cell: Cell) -> Iterator[str]:
        """What a person should know of how it was carried over."""
        block, row, key = path
        if isinstance(row, int) and (block, key, address) in self._seen:
            yield "合并单元格，逐行带入"
        self._seen.add((block, key, address))
        yield from _notes_of(cell)
        if key in INFERRED and key in self.joined.evaluation.absent:
            yield INFERRED[key]
        into = _shown(self._fill.get(path))
        if path in self.joined.parts:
            yield f"并入这一行，合计{into}" if len(self.joined.parts[path]) > 1 else "并入这一行"
        elif self.understood and into and into != as_shown(cell).strip():
            yield f"按“{into}”带入"

    # ---- findings ---------------------------------------------------------------------------------

    def moved_finding(self, found: Finding) -> Finding:
        """A finding about the original at its place in the new workbook, or saying where in the original it is."""
        place = found.place
        if not place.sheet:
            return found
        fields = self._moved.get((place.sheet, place.cell), {})
        to = fields.get(found.field) or next(iter(fields.values()), None)
        message = found.message
        if to is None or found.code in OF_PLACES:
            message = f"原文件{f'“{place.sheet}”{place.cell}' if place.cell else ''}：{message}"
        return replace(found, place=to or Place(self.workbook), message=message)


def _order(form: Form, passages: tuple[Passage, ...]) -> Iterator[str | int]:
    """The rows of the passages: numbers of those written, titles that the template prints and nobody wrote to."""
    left = dict(enumerate(passages))
    for title, *_ in form.rows("passages").preset if form.has("passages") else ():
        own = [n for n, passage in left.items() if passage.title.value == title]
        yield from own
        if not own:
            yield title
        for n in own:
            del left[n]
    yield from left


def _box_of(form: Form, path: Path) -> Box | None:
    """Our template's box; None where it has none."""
    name, row, key = path
    block = form.block(name) if form.has(name) else None
    if isinstance(block, Lines) and all(row != line.key for line in block.lines):
        return None
    boxes = block.fields if block else () if name else form.single_boxes
    return next((box for box in typed(boxes) if box.key == key), None)


def _notes_of(cell: Cell) -> Iterator[str]:
    """What of a cell's content was not carried over as it is."""
    if cell.error is not None:
        yield "错误值，按文字带入"
    elif cell.formula is not None:
        yield "公式，带入保存的结果" if cell.value is not None else "公式没有结果，未带入"
    if cell.struck is not None and not cell.crossed_out:
        yield f"划去的“{cell.struck}”未带入"
    if isinstance(cell.value, str) and legal(cell.value)[:MAX_TEXT] != cell.value:
        yield "控制字符或超长部分未带入"


def as_typed(cell: Cell | None) -> Typed:
    """The cell's content as it is typed again: a formula's stored result, an error value as text."""
    if cell is None:
        return None
    if cell.error is not None:
        return cell.error
    if isinstance(cell.value, Decimal) and cell.unit == "%":  # a sign that is mere text: 86.8 shows as 86.8%
        return as_percent(cell.value / 100)
    if isinstance(cell.value, Decimal) and cell.percent:
        digits = re.search(r"0\.(0+)%", cell.number_format)
        return FormattedNumber(cell.value, f"0.{digits[1]}%" if digits else "0%")
    if isinstance(cell.value, datetime.date) and cell.value.year < FIRST_YEAR:
        return as_shown(cell)
    return cell.value


def _day(text: str) -> datetime.date | None:
    """The day of an ISO date that Excel can hold."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= FIRST_YEAR else None


def _shown(value: Typed) -> str:
    match value:
        case FormattedNumber():
            return f"{plain(value.value * 100)}%"
        case Decimal():
            return plain(value)
        case datetime.date():
            return value.isoformat()
        case _:
            return str(value or "")
