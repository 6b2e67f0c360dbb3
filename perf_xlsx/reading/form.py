"""A located form -> SelfEvaluation and findings. Nothing that a person typed raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.model import (
    Claimed,
    Entry,
    Finding,
    FundLine,
    Indicator,
    Passage,
    Project,
    SelfEvaluation,
    made_of,
)
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import is_blank, normalise, unit_name
from perf_xlsx.domain.rounding import half_up
from perf_xlsx.domain.units import row_unit
from perf_xlsx.findings.catalogue import Observation, finding
from perf_xlsx.forms import Box, Form, Line, Lines, Rows, load_form, typed
from perf_xlsx.ooxml import Cell, Limits, Package, PackageError
from perf_xlsx.reading.beside import Beside
from perf_xlsx.reading.cells import Intake, RowUnit, as_shown, ratios, small_by_nature
from perf_xlsx.reading.formulas import Formulas, agrees
from perf_xlsx.reading.fractional_weights import in_points
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.judged_in_words import dated, in_words, needs_no_target, numbers_as_text, says_nothing
from perf_xlsx.reading.layout import Layout, Table
from perf_xlsx.reading.layout_findings import LayoutFindings, lost
from perf_xlsx.reading.locate import locate
from perf_xlsx.reading.missing import MissingValue, missing_amounts, missing_box
from perf_xlsx.reading.rows import FILLED_DOWN, TableRows, filled_down
from perf_xlsx.rulebook import load_rulebook

OWN_CODES = frozenset({"sign", "target", "actual", "weight"})  # an empty one has a finding of its own
CLAIMED = "claimed_"  # begins the keys of what the unit says of itself
FUND_COLUMNS = ("initial", "adjustment", "adjusted", "executed", "claimed_rate")
POINTS = frozenset({"weight", "claimed_points", "claimed_execution_points", "claimed_total"})
SHARES = ("target", "midyear", "actual")
NOWHERE: Address = (0, 0, 0)
NOT_READ = "—"  # stands for a box that was lost, or is empty in a block that is not read


class Reading:
    """Reads one located form, box by box."""

    def __init__(
        self,
        form: Form,
        sheets: Sheets,
        workbook: str,
        layout: Layout | None = None,
        limits: Limits = Limits(),  # noqa: B008  # frozen
    ) -> None:
        self.form, self.sheets, self.workbook, self.limits = form, sheets, workbook, limits
        self.layout: Layout = layout or locate(form, sheets)
        self.intake = Intake([])
        self.formulas = Formulas(sheets, self.layout)
        self.demanded: set[Place] = set()  # where nothing crossed out can do
        self.parts: set[int] = set()  # rows of the indicators that are parts of the one above

    def evaluation(self, year: int | None, rulebook: str) -> SelfEvaluation:
        """The form as it was filled in."""
        self._say_layout(year)
        self.intake.year, self.intake.rules = year, load_rulebook(rulebook)
        boxes = self._boxes()
        self.intake.money_unit = boxes["money_unit"].value or ""
        claimed = Claimed(
            self._box("claimed_execution_points"), self._box("claimed_total"), self._box("claimed_grade")
        )
        indicators, parts = self._indicators()
        form = SelfEvaluation(
            form=self.form.name,
            year=year,
            rulebook=rulebook,
            workbook=self.workbook,
            boxes=boxes,
            funds=self._funds(),
            total_line=self.form.total_line,
            project_line=self.form.project_line,
            projects=tuple(made_of(Project, row) for row in self._rows("projects")),
            indicators=in_points(indicators, self.intake, load_rulebook(rulebook)),
            parts=parts,
            claimed=claimed,
            passages=self._passages(),
            absent=self._lost_passages() | self._lost_lines() | ({"projects"} - self.layout.tables.keys()),
            unwritten=tuple(self._unwritten()),
            weight_head=self._head("indicators", "weight"),
            form_title=self.form.short,
        )
        self.intake.tell_crossed(self.demanded)
        return form

    def _head(self, key: str, column: str) -> Place | None:
        """The head of a table's column, where it has one."""
        table = self.layout.tables.get(key)
        if table is None or not table.head or column not in table.columns:
            return None
        return self.place(self.sheets.merged_from((table.sheet, table.head, table.columns[column])))

    def place(self, address: Address) -> Place:
        """The address as a place a person can find."""
        sheet, row, column = address
        if address == NOWHERE:
            return Place(self.workbook)
        return Place(self.workbook, self.sheets.positions[sheet], row, column, self.sheets.names[sheet])

    def _say_layout(self, year: int | None) -> None:
        self.intake.findings += lost(self.form, self.layout, Place(self.workbook))
        for label, address in self.layout.twice:
            message = f"“{label}”出现了两次，此处未读取。"
            self.intake.say("R06", self.place(address), label, "", message, "请只保留一处。")
        for address in self.layout.forms:
            self._say_form(address)
        self.intake.findings += LayoutFindings(self.form, self.sheets, self.layout, self.place).findings()
        if year is None:
            seen = Observation(Place(self.workbook), "年度", None, "没有找到本表的年度。", "请使用下发的模板。")
            self.intake.findings.append(finding("R06", seen, None))

    def _say_form(self, address: Address) -> None:
        """R06: a further form."""
        sheet, row, _ = address
        main = self.sheets.names[min(self.layout.sheets(), default=sheet)]
        at = f"从第{row}行起" if sheet in self.layout.sheets() else "上"
        message = (
            f"工作表“{self.sheets.names[sheet]}”{at}还有一张自评表。一个工作簿只读取一张（“{main}”上的），"
            "这一张没有读取，也没有评分。"
        )
        advice = "请把每张自评表各存为一个工作簿报送；不需要的请删去。"
        self.intake.say("R06", self.place(address), "自评表", "", message, advice)

    def beside_the_form(self, package: Package) -> Iterator[Finding]:
        """R16: what is not of the form. On an official layout, R19 tells which cells are."""
        beside = Beside(self.sheets, self.layout, self.workbook, self.place)
        return beside.findings(package, self.known_form)

    @property
    def known_form(self) -> Form | None:
        """The form, where every word that stands on it is known."""
        return self.form

    def _standing(self, box: Box, address: Address, field: str) -> Cell | None:
        """R21: the cell lies under a merge, so that nobody can see or fill it; a text goes for all its rows."""
        shown = self.sheets.merged_from(address)
        if shown == address:
            return self.sheets.cell(address)
        text = shown[2] == address[2] and box.kind in ("text", "long_text", "choice")
        cell = self.sheets.cell(shown if text else address)
        given = as_shown(cell) if cell else ""
        read = "按没有填写读取" if not given else "按合并格的内容读取" if text else f"按看不见的“{given}”读取"
        message = f"{field}与{self.place(shown).cell}合并成了一格，已{read}。"
        self.intake.say("R21", self.place(address), field, given, message, "请取消合并，每格各填各的内容。")
        return cell

    def _swallowed(self, box: Box, address: Address, field: str) -> Entry[Any] | None:
        """R07: a required box that is lost under another's merge, where only the other's content is seen."""
        shown = self.sheets.merged_from(address)
        seen = self.sheets.cell(shown)
        beside = shown[2] != address[2] or box.kind in ("number", "value", "date", "percent")
        if shown == address or seen is None or self.sheets.cell(address) or not beside:
            return None
        entry: Entry[Any] = Entry(None, self.place(address), as_shown(seen), field)
        message = f"{field}与{self.place(shown).cell}合并成了一格，没有自己的内容。"
        advice = f"请取消合并，再在{entry.place.cell}填写{box.label}。"
        self.intake.say("R07", entry.place, field, entry.given, message, advice)
        return entry

    def _entry(
        self, box: Box, address: Address, field: str, witness: Sequence[Fraction] = (), required: bool = False
    ) -> Entry[Any]:
        if address in self.layout.unread or (address == NOWHERE and required and self.known_form):
            cell = self.sheets.cell(address) if address != NOWHERE else None  # R06 has said why; no more is asked
            return Entry(None, self.place(address), as_shown(cell) if cell else NOT_READ, field)
        if required and address != NOWHERE and (swallowed := self._swallowed(box, address, field)):
            return swallowed
        cell = self._standing(box, address, field) if address != NOWHERE else None
        cell = self._computed(cell, address, field) if cell is not None and cell.formula is not None else cell
        if required or box.required or box.key in OWN_CODES:
            self.demanded.add(self.place(address))
        readers: dict[str, Callable[..., Entry[Any]]] = {
            "number": self.intake.number,
            "value": self.intake.measured,
            "date": self.intake.date,
            "long_text": self.intake.long_text,
            "points": self.intake.points,
        }
        if box.kind == "percent":
            return self.intake.rate(cell, self.place(address), field, witness)
        if box.kind == "choice":
            return self.intake.choice(cell, self.place(address), field, box)
        entry = readers.get("points" if box.key in POINTS else box.kind, self.intake.text)(
            cell, self.place(address), field
        )
        dash = required and box.kind == "text" and is_blank(entry.given)
        return Entry(None, entry.place, "", field) if dash else entry

    def _computed(self, cell: Cell, address: Address, field: str) -> Cell:
        """R11 is for a formula that looks beyond the form, or whose stored result is none of it any more."""
        result = self.formulas.result(cell, address)
        if result is None or not isinstance(cell.value, Decimal):
            return cell
        if not agrees(cell.value, result):
            given, now = as_shown(cell), as_shown(cell._replace(value=half_up(result, 6)))
            message = f"{field}是公式，保存的结果{given}与按表内现在的数计算的{now}不符，按保存的结果读取。"
            advice = f"请重新计算后保存，或改填数值；表内各数无误的，应为{now}。"
            self.intake.say("R11", self.place(address), field, given, message, advice, now)
        return cell._replace(formula=None)

    def _required(self, box: Box, entry: Entry[Any], row: str = "") -> None:
        asked = box.required or box.preset  # what the template came with should not have been cleared
        own = box.key in OWN_CODES or box.key.startswith("claimed_")
        if asked and entry.empty and not own and entry.place.cell:
            self._owed(missing_box(box, entry, row))

    def _owed(self, owed: MissingValue) -> None:
        self.intake.say("R07", owed.entry.place, owed.field, "", owed.message, owed.advice)

    def _box(self, key: str) -> Entry[Any]:
        box = next(box for box in typed(self.form.single_boxes) if box.key == key)
        entry = self._entry(box, self.layout.boxes.get(key, NOWHERE), box.label, required=box.required)
        entry = self.intake.unlabelled(entry, box.labels) if box.kind == "text" and entry.value else entry
        self._required(box, entry)
        return entry

    def _boxes(self) -> dict[str, Entry[str]]:
        """Every single box but the claims; numbers among them (staff) as the text that stands there."""
        return {
            box.key: self._box(box.key) for box in typed(self.form.single_boxes) if not box.key.startswith(CLAIMED)
        }

    def _funds(self) -> dict[str, FundLine]:
        block = self.form.lines("funds")
        lines = {line.key: self._fund_line(block, line) for line in self._fund_lines(block)}
        for owed in missing_amounts(block, lines):
            self._owed(owed)
        return lines

    def _fund_lines(self, block: Lines) -> Sequence[Line]:
        """The lines of money that the form has."""
        return block.lines

    def _fund_line(self, block: Lines, line: Line) -> FundLine:
        entries: dict[str, Entry[Any]] = {}
        own = _columns(load_form(self.form.name))  # an official layout has more, which are read for themselves
        lost = {label for title, label, _ in self.layout.missing if title == block.title}
        for box in typed(block.columns):
            if box.key not in FUND_COLUMNS and box.key not in own:
                continue
            address = self.layout.lines.get((block.key, line.key, box.key), NOWHERE)
            witness = ratios(entries.get("executed"), entries.get("adjusted"))
            required = box.key in line.required or box.label in lost
            entries[box.key] = self._entry(box, address, f"{line.label}·{box.label}", witness[:1], required)
        zero = line.blank_part_is_zero
        return made_of(
            FundLine, entries, key=line.key, name=line.label, parts=line.parts, blank_part_is_zero=zero,
            sources=line.sources,
        )  # fmt: skip

    def _rows(self, key: str) -> Iterator[dict[str, Entry[Any]]]:
        if not self.form.has(key) or key not in self.layout.tables:
            return
        block, table = self.form.rows(key), self.layout.tables[key]
        if len(table.rows) > self.limits.rows:
            detail = f"工作表“{self.sheets.names[table.sheet]}”的表格超过 {self.limits.rows} 行"
            raise PackageError("too_large", detail)
        columns = sorted(typed(block.columns), key=lambda box: box.kind == "percent")  # the others are its witness
        for number in self._entry_rows(block, table):
            row = self._row(columns, table, number)
            yield {box.key: row[box.key] for box in block.columns if box.key in row}

    def _entry_rows(self, block: Rows, table: Table) -> Iterator[int]:
        """The rows of a table that a person filled; what else stands there is told."""
        if any((table.sheet, row, min(table.columns.values())) in self.layout.unread for row in table.rows):
            yield from table.rows
            return
        rows = TableRows(block, table, self.sheets, self.form.asides)
        for row in rows.entries():
            self.parts |= {row} & rows.parts.keys()
            yield row
        for told in rows.told:
            self.intake.say(
                told.code,
                self.place(told.at),
                block.title,
                told.given,
                told.message,
                told.advice,
                "",
                told.severity,
            )

    def _row(self, columns: list[Box], table: Table, row: int) -> dict[str, Entry[Any]]:
        entries: dict[str, Entry[Any]] = {}
        for box in columns:
            column = table.columns.get(box.key)
            address = self._cell_of(box.key, (table.sheet, row, column)) if column else NOWHERE
            witness = ratios(entries.get("actual"), entries.get("target")) if box.kind == "percent" else ()
            entries[box.key] = self._entry(box, address, box.label, witness, box.required)
            if row not in self.parts:
                self._required(box, entries[box.key], f"第{row}行")
        return entries

    def _cell_of(self, key: str, address: Address) -> Address:
        """The cell that a value of a row stands in: levels are filled down inside their merge."""
        return self.sheets.merged_from(address) if key in FILLED_DOWN else address

    def _passages(self) -> tuple[Passage, ...]:
        """The titled texts that were written."""
        rows = (made_of(Passage, row) for row in self._rows("passages"))
        return tuple(row for row in rows if not all(entry.empty for entry in (row.text, *row.extras.values())))

    def _unwritten(self) -> Iterator[Passage]:
        """The titles of passages that nothing was written beside."""
        table = self.layout.tables.get("passages")
        if table is None or not {"title", "text"} <= table.columns.keys():
            return
        for row in table.rows:
            title, text = ((table.sheet, row, table.columns[key]) for key in ("title", "text"))
            if (cell := self.sheets.cell(title)) and self.sheets.cell(text) is None:
                words = as_shown(cell).strip()
                yield Passage(
                    Entry(words, self.place(title), words, "标题"), Entry(None, self.place(text), "", words)
                )

    def _lost_passages(self) -> frozenset[str]:
        """The titles of passages that nobody could write, where their whole table was lost."""
        lost = self.form.has("passages") and "passages" not in self.layout.tables
        return frozenset(title for title, *_ in self.form.rows("passages").preset) if lost else frozenset()

    def _lost_lines(self) -> frozenset[str]:
        """The lines of money that are not to be found any more."""
        block = self.form.lines("funds")
        found = {line for key, line, _ in self.layout.lines if key == block.key}
        return frozenset(line.label for line in block.lines if line.key not in found)

    def _indicators(self) -> tuple[tuple[Indicator, ...], tuple[Indicator, ...]]:
        """The indicators, and their parts; that there is none at all is R07, below the header of their names."""
        rows = [(max(entry.place.row for entry in row.values()), row) for row in self._rows("indicators")]
        found = tuple(map(self._indicator, self._levelled(row for n, row in rows if n not in self.parts)))
        parts = tuple(self._indicator(row) for n, row in rows if n in self.parts)
        if not found and (table := self.layout.tables.get("indicators")):
            advice = "请每个指标填一行：名称、指标性质、指标值、实际完成值、分值和自评得分。"
            at = self.place(self._below_the_names(table))
            self.intake.say("R07", at, "绩效指标", "", "没有填写任何绩效指标。", advice)
        return found, parts

    def _below_the_names(self, table: Table) -> Address:
        """Where the first indicator's name would stand; NOWHERE where that column is not to be found."""
        labels = next(box.labels for box in typed(self.form.rows("indicators").columns) if box.key == "name")
        heads = (at for at in self.sheets.labelled(labels) if at[::2] == (table.sheet, table.columns.get("name")))
        return next(((sheet, row + 1, column) for sheet, row, column in heads), NOWHERE)

    def _levelled(self, rows: Iterable[dict[str, Entry[Any]]]) -> Iterable[dict[str, Entry[Any]]]:
        """The rows with the levels that stand in the first row of their group only (R12)."""
        found, first = filled_down(rows)
        if first:
            message = f"{first.field}空着的行，已按上面最近一行的读取（此处按“{first.value}”）。"
            self.intake.say("R12", first.place, first.field, "", message, "可以不改；不属于上面一级的，请填写。")
        return found

    def _indicator(self, row: dict[str, Entry[Any]]) -> Indicator:
        indicator = self._judged(made_of(Indicator, row))
        if indicator.qualitative and not numbers_as_text(indicator.sign, indicator.target, indicator.method):
            return indicator
        unit, changed = indicator.unit.value or "", dict[str, Entry[Any]]()
        unit = "" if is_blank(unit) or normalise(unit) == "无" else unit
        read = {key: self.intake.quantity(row[key], row["target"]) for key in SHARES}
        target, actual = read["target"][1], read["actual"][1]
        sign = indicator.sign.value
        if target and target.sign and indicator.sign.empty:
            sign = target.sign
            changed["sign"] = Entry(sign, indicator.sign.place, "", indicator.sign.field)
        own = row_unit(unit_name(unit), target, actual)
        units = RowUnit(own, own == unit_name(unit) != "", sign or "")
        for key, (entry, quantity) in read.items():
            row_of = units if key != "target" else units._replace(sign=indicator.sign.value or "")
            changed[key] = self.intake.quantified(entry, quantity, row_of, actual if key == "target" else target)
        shares = {key: changed[key] for key in SHARES}
        if unit_name(unit) == "%" or (not unit and any("%" in normalise(one.given) for one in shares.values())):
            small = small_by_nature(indicator.name.given, sign, changed["target"].value)
            changed |= self.intake.shares(shares, indicator.claimed_completion, bool(unit), small)
        return made_of(Indicator, {**row, **changed})

    def _judged(self, row: Indicator) -> Indicator:
        """The indicator, its actual as a judgement where it is judged in words: by its sign, target or level."""
        sign, actual = row.sign, row.actual
        target = dated(row.name.given, row.target, row.unit)
        row = replace(row, target=target)
        if needs_no_target((row.level1, row.level2), sign, target, actual):
            target, actual = (replace(e, value=None, given="") if says_nothing(e) else e for e in (target, actual))
            row = replace(row, sign=replace(sign, value="定性"), target=target)
            return replace(row, actual=self.intake.judged(actual, target))
        if "定性" in (sign.value, row.method.value):
            return replace(row, actual=self.intake.judged(actual, target))
        sure = self.intake.band(actual, target) is not None
        if row.method.value == "按比例" or not in_words(sign, target, actual, sure):
            return row
        if not sign.empty:
            message = f"指标性质填“{sign.given}”，而指标值“{target.given}”不是数字，已按定性指标读取。"
            advice = "请把指标性质改为“定性”。"
            self.intake.say("R12", sign.place, sign.field, sign.given, message, advice, "定性", "warning")
            row = replace(row, sign=replace(sign, value="定性"))
        shown = replace(actual, value=actual.given) if isinstance(actual.value, Decimal) else actual
        return replace(row, actual=self.intake.judged(shown, target))


def _columns(form: Form) -> frozenset[str]:
    """The columns of a form's money."""
    return frozenset(box.key for box in typed(form.lines("funds").columns))
