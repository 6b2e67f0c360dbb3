"""Reads a located form -> SelfEvaluation. Nothing that a person typed raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.entries import Path
from perf_xlsx.domain.model import (
    MERGED,
    Claimed,
    Entry,
    FundLine,
    Indicator,
    Passage,
    Project,
    SelfEvaluation,
    Severity,
    made_of,
)
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import is_blank
from perf_xlsx.domain.rounding import half_up
from perf_xlsx.domain.sums import with_line_sums, with_sums
from perf_xlsx.forms import Box, Line, Lines, load_form, typed
from perf_xlsx.ooxml import Cell, Limits, PackageError
from perf_xlsx.reading.cells import CellReader, as_shown, ratios
from perf_xlsx.reading.formulas import Formulas, result_agrees
from perf_xlsx.reading.fractional_weights import in_points
from perf_xlsx.reading.grids import NOWHERE, Address, Sheets
from perf_xlsx.reading.layout import Layout, TableLayout
from perf_xlsx.reading.levels import FILLED_DOWN, filled_down, value_cell
from perf_xlsx.reading.live_cells import is_live
from perf_xlsx.reading.merged_points import CLAIM, WEIGHT, MergedPoints, merged_points
from perf_xlsx.reading.missing import MissingValue, missing_amounts, missing_box
from perf_xlsx.reading.remarks import tell_remarks
from perf_xlsx.reading.rows import EntryRows

OWN_CODES = frozenset({"sign", "target", "actual", "weight"})  # an empty one has a finding of its own
CLAIMED = "claimed_"  # begins the keys of the unit's own claims
FUND_COLUMNS = ("initial", "adjustment", "adjusted", "executed", "claimed_rate")
UNITS = frozenset({"unit", "supervisor"})
POINTS = frozenset({"weight", "claimed_points", "claimed_execution_points", "claimed_total"})
OF_MERGED: Mapping[str, Severity] = {"R07": "error", "R19": "warning"}
NOT_READ = "—"  # `given` of a box that was lost, or is empty in a block that is not read

IndicatorReader = Callable[[Mapping[str, Entry[Any]]], Indicator]

ASKED = {  # of each indicator
    "name": "名称", "sign": "指标性质", "target": "指标值", "actual": "实际完成值", "weight": "分值",
    "claimed_points": "自评得分",
}  # fmt: skip
MIDYEAR = "年中监控值"


class FormReader:
    """Reads one located form, box by box.

    `rows` are the rows of each table that hold entries, `unread` cells of blocks whose contents do not belong to
    their labels; `indicator` makes an indicator of a row's entries.
    """

    def __init__(
        self, layout: Layout, sheets: Sheets, rows: Mapping[str, EntryRows], unread: frozenset[Address],
        cells: CellReader, indicator: IndicatorReader, limits: Limits,
    ) -> None:  # fmt: skip
        self.form, self.layout, self.sheets, self.rows, self.unread = layout.form, layout, sheets, rows, unread
        self.cells, self.findings, self.indicator, self.limits = cells, cells.findings, indicator, limits
        self.formulas = Formulas(sheets, layout)
        self.merged = MergedPoints()  # of the indicators on an official layout
        self.required: set[Place] = set()  # where crossed-out content is an error
        self.computed: set[Path] = set()  # sums that the sheet makes

    def evaluation(self, year: int | None, rulebook: str) -> SelfEvaluation:
        """The form as it was filled in."""
        boxes = self._boxes()
        self.cells = self.cells.in_unit(boxes["money_unit"].value or "")
        claimed = Claimed(
            self._box("claimed_execution_points"), self._box("claimed_total"), self._box("claimed_grade")
        )
        indicators, parts = self._indicators()
        found = SelfEvaluation(
            form=self.form.name,
            year=year,
            rulebook=rulebook,
            workbook=self.sheets.workbook,
            boxes=boxes,
            funds=self._funds(),
            total_line=self.form.total_line,
            project_line=self.form.project_line,
            projects=tuple(made_of(Project, row) for row in self._rows("projects")),
            indicators=in_points(indicators, self.findings, self.cells.rules),
            parts=parts,
            claimed=claimed,
            passages=self._passages(),
            absent=self._lost_passages() | self._lost_lines() | ({"projects"} - self.layout.tables.keys()),
            unwritten=tuple(self._unwritten()),
            weight_head=self._head("indicators", "weight"),
            form_title=self.form.short,
            computed=frozenset(self.computed),
            claims_execution=self._claims_execution(),
        )
        self.findings.tell_crossed(self.required)
        return with_sums(found)

    def _claims_execution(self) -> bool:
        asked = any(box.key == "claimed_execution_points" for box in self.form.single_boxes)
        return asked and bool(self.cells.rules.number("execution.weight"))

    def _head(self, key: str, column: str) -> Place | None:
        """The head of a table's column, where it has one."""
        table = self.layout.tables.get(key)
        if table is None or not table.head or column not in table.columns:
            return None
        return self.sheets.place(self.sheets.merged_from((table.sheet, table.head, table.columns[column])))

    # ---- one cell --------------------------------------------------------------------------------------------

    def _entry(
        self, box: Box, address: Address, field: str, reference: tuple[Fraction, ...] = (), required: bool = False
    ) -> Entry[Any]:
        """The value of a box. `reference` are rates that the form's own numbers give."""
        place = self.sheets.place(address)
        if self._is_lost(address, required):  # R06 covers it
            return self._unread(address, field)
        if required and (hidden := self._under_merge(box, address, field)):
            return hidden
        cell = None if address == NOWHERE else self._content(box, address, field)
        cell = cell and self._recomputed(cell, place, address, field)
        if _is_required(box, required):
            self.required.add(place)
        entry = self._parsed(box, cell, place, field, reference)
        dash = required and box.kind == "text" and is_blank(entry.given)
        return replace(entry, value=None, given="") if dash else entry

    def _unread(self, address: Address, field: str) -> Entry[Any]:
        cell = None if address == NOWHERE else self.sheets.cell(address)
        return Entry(None, self.sheets.place(address), as_shown(cell) if cell else NOT_READ, field)

    def _is_lost(self, address: Address, required: bool) -> bool:
        """Whether the box is in a shifted block, or a required box of our template was not found."""
        return address in self.unread or (address == NOWHERE and required and not self.layout.official)

    def amount(self, address: Address, field: str) -> Entry[Decimal]:
        """An amount outside the form's boxes."""
        place, cell = self.sheets.place(address), self.sheets.cell(address)
        return self.cells.numbers.number(cell and self._recomputed(cell, place, address, field), place, field)

    def _parsed(
        self, box: Box, cell: Cell | None, place: Place, field: str, reference: tuple[Fraction, ...]
    ) -> Entry[Any]:
        texts, numbers = self.cells.texts, self.cells.numbers
        match "points" if box.key in POINTS else box.kind:
            case "percent":
                return self.cells.rates.rate(cell, place, field, reference)
            case "choice":
                return texts.choice(cell, place, field, box)
            case "points":
                return numbers.points(cell, place, field)
            case "number":
                return numbers.number(cell, place, field)
            case "value":
                return numbers.measured(cell, place, field)
            case "date":
                return texts.date(cell, place, field)
            case "long_text":
                return texts.long_text(cell, place, field)
        return texts.text(cell, place, field)

    def _content(self, box: Box, address: Address, field: str) -> Cell | None:
        """The cell of a box. In our template a merge hides it (R21); a text counts for all merged rows."""
        place, text = self.layout.texts.get(box.key, (None, ""))
        cell, shown = self.sheets.cell(address), self.sheets.merged_from(address)
        if place == address and not (cell and cell.crossed_out):
            return Cell(text)
        return cell if self.layout.official or shown == address else self._merged(box, address, shown, field)

    def _merged(self, box: Box, address: Address, shown: Address, field: str) -> Cell | None:
        """R21: what a box counts that is merged with the one `shown`."""
        shared = shown[2] == address[2] and box.kind in ("text", "long_text", "choice")
        cell = self.sheets.cell(shown if shared else address)
        given = as_shown(cell) if cell else ""
        read = "按没有填写读取" if not given else "按合并格的内容读取" if shared else f"按看不见的“{given}”读取"
        entry: Entry[Any] = Entry(None, self.sheets.place(address), given, field)
        message = f"{field}与{self.sheets.place(shown).cell}合并成了一格，已{read}。"
        self.findings.about("R21", entry, message, "请取消合并，每格各填各的内容。")
        return cell

    def _under_merge(self, box: Box, address: Address, field: str) -> Entry[Any] | None:
        """R07: a required box under another's merge, where only the other's content is seen."""
        if address == NOWHERE:
            return None
        shown = self.sheets.merged_from(address)
        seen = self.sheets.cell(shown)
        own = shown[2] != address[2] or box.kind in ("number", "value", "date", "percent")
        if shown == address or seen is None or self.sheets.cell(address) or not own:
            return None
        entry: Entry[Any] = Entry(None, self.sheets.place(address), as_shown(seen), field)
        message = f"{field}与{self.sheets.place(shown).cell}合并成了一格，没有自己的内容。"
        self.findings.about("R07", entry, message, f"请取消合并，再在{entry.place.cell}填写{box.label}。")
        return entry

    def _recomputed(self, cell: Cell, place: Place, address: Address, field: str) -> Cell:
        """R11: formula over the form's boxes whose stored result is out of date; others are reported when read."""
        result = self.formulas.result(cell, address)
        if result is None or not isinstance(cell.value, Decimal):
            return cell
        if not result_agrees(cell.value, result):
            now = as_shown(replace(cell, value=half_up(result, 6)))
            entry: Entry[Any] = Entry(None, place, as_shown(cell), field)
            message = f"{field}是公式，保存的结果{entry.given}与按表内现在的数计算的{now}不符，按保存的结果读取。"
            advice = f"请重新计算后保存，或改填数值；表内各数无误的，应为{now}。"
            self.findings.about("R11", entry, message, advice, now)
        return replace(cell, formula=None)

    def _check_required(self, box: Box, entry: Entry[Any], row: str = "") -> None:
        required = box.required or box.preset  # a preset value should not have been cleared
        own = box.key in OWN_CODES or box.key.startswith(CLAIMED)
        if required and entry.empty and not own and entry.place.cell:
            self._tell_missing(missing_box(box, entry, row))

    def _tell_missing(self, missing: MissingValue) -> None:
        entry = replace(missing.entry, field=missing.field)
        self.findings.about("R07", entry, missing.message, missing.advice, given="")

    def _is_made(self, path: Path, address: Address) -> bool:
        """Whether the template's own formula is in a box: then the sum is computed, and not read."""
        if self.layout.official or address in self.unread or not is_live(self.sheets.formula_at(address)):
            return False
        self.computed.add(path)
        return True

    # ---- single boxes ----------------------------------------------------------------------------------------

    def _box(self, key: str) -> Entry[Any]:
        box = next(box for box in self.form.single_boxes if box.key == key)
        address = self.layout.boxes.get(key, NOWHERE)
        if box.formula and self._is_made(("", "", key), address):
            return Entry(None, self.sheets.place(address), "", box.label)
        entry = self._entry(box, address, box.label, required=box.required)
        entry = self.cells.texts.unlabelled(entry, box.labels) if box.kind == "text" and entry.value else entry
        entry = self.cells.texts.without_code(entry) if key in UNITS else entry
        self._check_required(box, entry)
        return entry

    def _boxes(self) -> dict[str, Entry[str]]:
        """Every single box but the claims; numbers among them (staff) as text."""
        keys = (box.key for box in typed(self.form.single_boxes) if not box.key.startswith(CLAIMED))
        return {key: self._box(key) for key in keys}

    # ---- lines of money --------------------------------------------------------------------------------------

    def _funds(self) -> dict[str, FundLine]:
        block = self.form.lines("funds")
        read = {line.key: self._fund_line(block, line) for line in self.layout.fund_lines}
        lines = with_line_sums(read, self.computed)
        for missing in missing_amounts(block, lines, self.computed):
            self._tell_missing(missing)
        return lines

    def _fund_line(self, block: Lines, line: Line) -> FundLine:
        entries: dict[str, Entry[Any]] = {}
        own = {box.key for box in load_form(self.form.name).lines("funds").columns}  # an official layout has more
        lost = {label for title, label, _ in self.layout.missing if title == block.title}
        for box in typed(block.columns):
            if box.key not in FUND_COLUMNS and box.key not in own:
                continue
            address, field = (
                self.layout.lines.get((block.key, line.key, box.key), NOWHERE),
                f"{line.label}·{box.label}",
            )
            if self.form.is_made(line) and self._is_made((block.key, line.key, box.key), address):
                entries[box.key] = Entry(None, self.sheets.place(address), "", field)
                continue
            reference = ratios(entries.get("executed"), entries.get("adjusted"))
            required = box.key in line.required or box.label in lost
            entries[box.key] = self._entry(box, address, field, reference[:1], required)
        zero = line.blank_part_is_zero
        return made_of(
            FundLine, entries, key=line.key, name=line.label, parts=line.parts, blank_part_is_zero=zero,
            sources=line.sources,
        )  # fmt: skip

    # ---- tables ----------------------------------------------------------------------------------------------

    def _rows(self, key: str) -> Iterator[dict[str, Entry[Any]]]:
        if not self.form.has(key) or key not in self.layout.tables:
            return
        block, table = self.form.rows(key), self.layout.tables[key]
        if len(table.rows) > self.limits.rows:
            detail = f"工作表“{self.sheets.names[table.sheet]}”的表格超过 {self.limits.rows} 行"
            raise PackageError("too_large", detail)
        columns = sorted(typed(block.columns), key=lambda box: box.kind == "percent")  # the others come first
        for number in self.rows[key].rows:
            row = self._row(columns, table, number, number in self.rows[key].parts)
            yield {box.key: row[box.key] for box in block.columns if box.key in row}
        tell_remarks(self.rows[key].remarks, self.sheets, self.cells.collector)

    def _row(self, columns: list[Box], table: TableLayout, row: int, part: bool) -> dict[str, Entry[Any]]:
        entries: dict[str, Entry[Any]] = {}
        for box in columns:
            column = table.columns.get(box.key)
            if column and (rows := self.merged.of(box.key, row)):
                entries[box.key] = self._shared(box, (table.sheet, row, column), rows)
                continue
            address = (
                value_cell(self.layout, self.sheets, box.key, (table.sheet, row, column)) if column else NOWHERE
            )
            reference = ratios(entries.get("actual"), entries.get("target")) if box.kind == "percent" else ()
            entries[box.key] = self._entry(box, address, box.label, reference, box.required)
            if not part:
                self._check_required(box, entries[box.key], f"第{row}行")
        return entries

    def _shared(self, box: Box, address: Address, rows: Sequence[int]) -> Entry[Any]:
        """Points that are merged over several rows: the first row's where all its points are, else unread."""
        row = address[1]
        place, first = self.sheets.place(address), row == rows[0]
        if not first:
            return Entry(None, place, MERGED, box.label)
        top = self.sheets.merged_from(address)
        if self.merged.together(row):
            return self._entry(box, top, box.label)
        cell = self.sheets.cell(top)
        entry: Entry[Any] = Entry(None, self.sheets.place(top), as_shown(cell) if cell else "", box.label)
        if entry.empty and box.key == CLAIM:
            return entry  # nothing was claimed: R07
        message = f"{box.label}合并在第{rows[0]}至{rows[-1]}行，没有分到各行，不能按行核对。"
        code = "R07" if box.key == WEIGHT else "R19"
        self.findings.about(
            code, entry, message, f"请把合并的{box.label}分到各行，再重新报送。", severity=OF_MERGED[code]
        )
        if WEIGHT not in self.merged.rows:  # nothing is compared with it
            return self._entry(box, top, box.label)
        return replace(entry, given=entry.given or MERGED)

    def _passages(self) -> tuple[Passage, ...]:
        """The titled texts that were written, in a table or, on an official layout, outside the tables."""
        rows = [made_of(Passage, row) for row in self._rows("passages")]
        found = [row for row in rows if not all(entry.empty for entry in (row.text, *row.extras.values()))]
        return (*found, *self._passages_outside())

    def _passages_outside(self) -> Iterator[Passage]:
        for title, at in self.layout.passages:
            label, cell = self.sheets.cell(at.label), self.sheets.cell(at.value)
            cell = cell if at.text is None else Cell(at.text)
            text = self.cells.texts.long_text(cell, self.sheets.place(at.value), title)
            shown = title if at.label == at.value or label is None else label.label or ""
            if not text.empty:
                yield Passage(Entry(title, self.sheets.place(at.label), shown, "标题"), text)

    def _unwritten(self) -> Iterator[Passage]:
        """The titles of passages without a text."""
        for name, at in self.layout.passages:
            if at.text == "" or (at.text is None and self.sheets.cell(at.value) is None):
                label: Entry[str] = Entry(name, self.sheets.place(at.label), name, "标题")
                yield Passage(label, Entry(None, self.sheets.place(at.value), "", name))
        table = self.layout.tables.get("passages")
        if table is None or not {"title", "text"} <= table.columns.keys():
            return
        for row in table.rows:
            title, text = ((table.sheet, row, table.columns[key]) for key in ("title", "text"))
            if (cell := self.sheets.cell(title)) and self.sheets.cell(text) is None:
                words = as_shown(cell).strip()
                head: Entry[str] = Entry(words, self.sheets.place(title), words, "标题")
                yield Passage(head, Entry(None, self.sheets.place(text), "", words))

    def _lost_passages(self) -> frozenset[str]:
        """The titles of passages that nobody could write, where their whole table was lost."""
        lost = self.form.has("passages") and "passages" not in self.layout.tables
        return frozenset(title for title, *_ in self.form.rows("passages").preset) if lost else frozenset()

    def _lost_lines(self) -> frozenset[str]:
        """The lines of money that were not found."""
        found = {line for key, line, _ in self.layout.lines if key == "funds"}
        return frozenset(line.label for line in self.layout.fund_lines if line.key not in found)

    # ---- indicators ------------------------------------------------------------------------------------------

    def _indicators(self) -> tuple[tuple[Indicator, ...], tuple[Indicator, ...]]:
        """The indicators, and their parts; that there is none at all is R07, below the header of their names."""
        table, numbered = self.layout.tables.get("indicators"), self.rows.get("indicators", EntryRows()).parts
        if table and self.layout.official:
            own = [row for row in self.rows["indicators"].rows if row not in numbered]
            self.merged = merged_points(self.sheets, table, own)
        rows = [(max(entry.place.row for entry in row.values()), row) for row in self._rows("indicators")]
        own = [n for n, _ in rows if n not in numbered]
        levelled = self._levelled(row for n, row in rows if n not in numbered)
        made = self._together([(n, self.indicator(row)) for n, row in zip(own, levelled, strict=True)])
        found = tuple(row for n, row in made if self._leads(n))
        parts = [row for n, row in made if not self._leads(n)]
        parts += [self.indicator(row) for n, row in rows if n in numbered]
        if table and not found:
            self._tell_none(table)
        return found, tuple(parts)

    def _leads(self, row: int) -> bool:
        """Whether the points of a row are its own, or those of several rows of which it is the first."""
        return self.merged.together(row)[:1] in ((), (row,))

    def _tell_none(self, table: TableLayout) -> None:
        entry: Entry[Any] = Entry(None, self.sheets.place(self._below_the_names(table)), "", "绩效指标")
        advice = f"请每个指标填一行：{_asked(table)}。"
        self.findings.about("R07", entry, "没有填写任何绩效指标。", advice)

    def _together(self, rows: Sequence[tuple[int, Indicator]]) -> list[tuple[int, Indicator]]:
        """The rows, each with the names of all whose points are one with its own."""
        names = {n: row.display_name for n, row in rows}
        groups = {n: tuple(names[other] for other in self.merged.together(n) if other in names) for n in names}
        return [(n, replace(row, together=groups[n]) if groups[n] else row) for n, row in rows]

    def _below_the_names(self, table: TableLayout) -> Address:
        """Where the first indicator's name would be; NOWHERE where that column was not found."""
        labels = next(box.labels for box in self.form.rows("indicators").columns if box.key == "name")
        heads = (at for at in self.sheets.labelled(labels) if at[::2] == (table.sheet, table.columns.get("name")))
        return next(((sheet, max(row, table.head) + 1, column) for sheet, row, column in heads), NOWHERE)

    def _levelled(self, rows: Iterable[dict[str, Entry[Any]]]) -> Iterable[dict[str, Entry[Any]]]:
        """The rows with levels that are written only in the first row of their group (R12).

        An official layout merges them; where it does, an empty level is empty.
        """
        if self.layout.official and self._merges_levels(self.layout.tables["indicators"]):
            return rows
        found, first = filled_down(rows)
        if first:
            message = f"{first.field}空着的行，已按上面最近一行的读取（此处按“{first.value}”）。"
            advice = "可以不改；不属于上面一级的，请填写。"
            self.findings.about("R12", first, message, advice, given="")
        return found

    def _merges_levels(self, table: TableLayout) -> bool:
        columns = {table.columns[key] for key in FILLED_DOWN if key in table.columns}
        merges = self.sheets.grids[table.sheet].merges
        return any(top < bottom and left in columns and top in table.rows for top, left, bottom, _ in merges)


def _asked(table: TableLayout) -> str:
    """What a row of indicators is filled in with, of the columns that the table has."""
    has = [word for key, word in ASKED.items() if key in table.columns]
    if "midyear" in table.columns and "actual" not in table.columns:
        has.append(MIDYEAR)
    *names, last = has or ASKED.values()
    return f"{'、'.join(names)}和{last}" if names else last


def _is_required(box: Box, required: bool) -> bool:
    return required or box.required or box.key in OWN_CODES
