"""Reading a form that did not come from our template, where its layout was found; R19 says how it was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.model import Entry, Finding, Indicator, Passage, Project, SelfEvaluation
from perf_xlsx.domain.rounding import plain
from perf_xlsx.findings.catalogue import Observation, finding
from perf_xlsx.forms import Box, Line, Lines, Rows
from perf_xlsx.ooxml import Cell, Limits
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.form import NOWHERE, Reading
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Table
from perf_xlsx.reading.official.entries import OutsideRow, weights_from_claims
from perf_xlsx.reading.official.located import OfficialLayout
from perf_xlsx.reading.official.not_read import absent, outside_findings
from perf_xlsx.reading.official.projects import AMOUNTS
from perf_xlsx.reading.parts import ADVICE, told
from perf_xlsx.reading.rows import FILLED_DOWN, crossed_row
from perf_xlsx.rulebook import load_rulebook


def _not_the_sum(stated: Entry[Decimal], value: Decimal, total: Decimal, count: int) -> Observation:
    difference = plain(value - total)
    message = f"{stated.field}填{plain(value)}，而{count}个项目之和是{plain(total)}，相差{difference}。"
    advice = f"请核对项目是否漏列、多列；如各项目无误，合计应填{plain(total)}。"
    return Observation(stated.place, stated.field, stated.given, message, advice, plain(total), difference)


class OfficialReading(Reading):
    """Reads one form in an official layout, box by box."""

    def __init__(self, layout: OfficialLayout, sheets: Sheets, workbook: str, limits: Limits) -> None:
        super().__init__(layout.form, sheets, workbook, layout, limits)
        self.outside = layout

    def evaluation(self, year: int | None, rulebook: str) -> SelfEvaluation:
        """The form as it was filled in; what its layout has no place for is named in it."""
        layout, rules, lacking = self.outside, load_rulebook(rulebook), absent(self.outside)
        form = super().evaluation(year, rulebook)
        self.intake.findings += self._project_total(form.projects, rules.number("thresholds.tolerance"))
        proven = None
        if "weight" in lacking:
            execution = layout.stated_weight[1] if layout.stated_weight else rules.number("execution.weight")
            weights = weights_from_claims(form.indicators, execution, rules)
            proven = weights is not None
            rows = [
                replace(row, weight=weight) for row, weight in zip(form.indicators, weights or (), strict=False)
            ]
            form = replace(form, indicators=tuple(rows) or form.indicators)
        self.intake.findings += outside_findings(layout, self.sheets, self.workbook, rules, proven)
        self.intake.tell_crossed(self.demanded)
        for crossed in (crossed_row(at, self._named(at)) for at in layout.crossed):
            self.intake.say(
                crossed.code,
                self.place(crossed.at),
                "三级指标",
                crossed.given,
                crossed.message,
                crossed.advice,
                "",
                crossed.severity,
            )
        titles = {title for title, _ in layout.passages}
        lacks = {"projects"} - layout.tables.keys() | (layout.kind.passages.keys() - titles)
        return replace(form, absent=frozenset(lacking) | lacks)

    def _named(self, at: Address) -> str:
        cell = self.sheets.cell(at)
        return as_shown(cell) if cell else ""

    def _project_total(self, projects: Sequence[Project], tolerance: Decimal) -> Iterator[Finding]:
        """F01: the table of projects has a row of its own for their sum, which no template of ours has."""
        table, row = self.outside.tables.get("projects"), self.outside.project_total
        if table is None or row is None:
            return
        for key in AMOUNTS:
            entries: list[Entry[Decimal]] = [getattr(project, key) for project in projects]
            known = [entry.value for entry in entries if entry.value is not None]
            if key not in table.columns or not known or any(entry.unreadable for entry in entries):
                continue
            at = (table.sheet, row, table.columns[key])
            field, cell = f"项目明细合计·{entries[0].field}", self.sheets.cell(at)
            stated = self.intake.number(cell and self._computed(cell, at, field), self.place(at), field)
            if stated.value is not None and abs(stated.value - sum(known)) > tolerance:
                yield finding("F01", _not_the_sum(stated, stated.value, sum(known, Decimal(0)), len(known)), None)

    @property
    def known_form(self) -> None:
        """No words of an official layout are printed by us, so none is told as a stranger."""

    def _standing(self, box: Box, address: Address, field: str) -> Cell | None:
        place, text = self.outside.texts.get(box.key, (None, ""))
        cell = self.sheets.cell(address)
        return cell if place != address or (cell and cell.crossed_out) else Cell(text)

    def _fund_lines(self, block: Lines) -> Sequence[Line]:
        return self.outside.fund_lines()

    def _entry_rows(self, block: Rows, table: Table) -> Iterator[int]:
        if block.key == "indicators" and (parts := self.outside.parts):
            self.parts |= parts.keys()
            at = (table.sheet, min(parts), table.columns["name"])
            names = [*parts.values()]
            self.intake.say("R16", self.place(at), "三级指标", names[0], told(names), ADVICE)
        yield from table.rows

    def _levelled(self, rows: Iterable[dict[str, Entry[Any]]]) -> Iterable[dict[str, Entry[Any]]]:
        """Levels are filled down inside their merges; below the last filled one only where nothing is merged."""
        table = self.outside.tables["indicators"]
        columns = {table.columns[key] for key in FILLED_DOWN if key in table.columns}
        merged = any(
            top < bottom and left in columns and top in table.rows
            for top, left, bottom, _ in self.sheets.grids[table.sheet].merges
        )
        return rows if merged else super()._levelled(rows)

    def _cell_of(self, key: str, address: Address) -> Address:
        return self.outside.cell_of(self.sheets, key, address) or NOWHERE

    def _indicator(self, row: dict[str, Entry[Any]]) -> Indicator:
        return OutsideRow(self.intake, self.outside.kind, self.outside.columns, row).indicator()

    def _passages(self) -> tuple[Passage, ...]:
        found = []
        for title, at in self.outside.passages:
            label, cell = self.sheets.cell(at.label), self.sheets.cell(at.value)
            if at.text is not None:
                cell = Cell(at.text)
            text = self.intake.long_text(cell, self.place(at.value), title)
            if not text.empty:
                shown = title if at.text is not None or label is None else label.label or ""
                found.append(Passage(Entry(title, self.place(at.label), shown, "标题"), text))
        return tuple(found)
