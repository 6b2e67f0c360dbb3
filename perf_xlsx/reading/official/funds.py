"""The money of an official layout: its lines, its unit, and the weight that it gives to budget execution."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import chain, count

from perf_xlsx.domain.model import AMOUNTS
from perf_xlsx.domain.quantity import is_blank, normalise, parse_quantity
from perf_xlsx.forms import Line, typed
from perf_xlsx.forms.form import LINES, OTHER, SOURCES
from perf_xlsx.reading.cells import as_shown, points_in
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.indicator_parts import PARTS
from perf_xlsx.reading.layout import Header
from perf_xlsx.reading.official.adopted import has_block, has_label
from perf_xlsx.reading.official.beside import money_beside
from perf_xlsx.reading.official.labels import LONGEST, Labels, TextRow, core, without_spaces
from perf_xlsx.reading.official.layout_draft import LayoutDraft
from perf_xlsx.reading.official.likeness import roles_of
from perf_xlsx.system.pattern import pattern

MONEY_UNIT = pattern(r"[(:](?:人民币)?(万元|元)\)?")
MONEY = "资金表（年初预算数、全年预算数、全年执行数）"  # what lacks, where there is none
FULL_MARKS = pattern(r"\((\d+(?:\.\d+)?)分")


class FundSearch:
    """Adds the fund lines, the money unit and the stated weight of execution to a draft."""

    def __init__(self, sheets: Sheets, rows: Mapping[int, Mapping[int, TextRow]], layout: LayoutDraft) -> None:
        self.sheets, self.rows, self.layout = sheets, rows, layout

    def lines(self) -> None:
        """The fund lines and the cells of their columns."""
        block, header = self.layout.form.lines("funds"), self.layout.funds
        if header is None:
            money_beside(self.sheets, self.rows[self.layout.indicators.sheet], self.layout)
            if not self.layout.fund_rows and has_block(self.layout.form, "funds"):
                self.layout.missing.append((block.title, MONEY, True))
            return
        row, labels = header.bottom + 1, Labels(block.lines)
        while not self._is_of_projects(header) and self._add_line(header, row, labels):
            row += 1
        self._only_line(header)
        for key, at in self.layout.fund_rows.items():
            for box in typed(block.columns):
                if column := header.columns.get(box.key):
                    self.layout.lines["funds", key, box.key] = (header.sheet, at, column)
        if "executed" not in header.columns and has_label(self.layout.form, "funds", "executed"):
            self.layout.missing.append((block.title, "全年执行数", True))
        total = self.layout.form.total_line
        if total not in self.layout.fund_rows and has_label(self.layout.form, LINES, total):
            self.layout.missing.append((block.title, "年度资金总额", True))

    def _is_of_projects(self, header: Header) -> bool:
        """Whether the lines below are projects, so that only their sum is one of money."""
        projects = self.layout.projects
        return projects is not None and (projects.sheet, projects.top) == (header.sheet, header.top)

    def _only_line(self, header: Header) -> None:
        """Take the only line of a project's money for the total, whatever it is called, unless it is a part."""
        layout, total = self.layout, self.layout.form.total_line
        if total in layout.fund_rows or len(layout.fund_rows) != 1 or layout.form.has("projects"):
            return
        (row,) = layout.fund_rows.values()
        label, at = self._label(header, row)
        if not self._has_amounts(header, row) or normalise(label).startswith(PARTS) or layout.form.original:
            return
        layout.fund_rows, layout.extra, layout.line_names = {total: row}, [], {}
        layout.labels.add((header.sheet, row, at))
        message = f"资金表只有“{core(label)}”一行，按年度资金总额读取。"
        layout.doubt((header.sheet, row, at), "年度资金总额", label, message, "可以不改；请核对。", "notice")

    def _add_line(self, header: Header, row: int, labels: Labels) -> bool:
        """Note the line in this row; False where the table has ended."""
        if key := None if self._is_unread(header, row) else self._line(header, row, labels):
            self.layout.fund_rows[key] = row
        return bool(key) or self._is_unread(header, row) or self._is_blank_line(header, row)

    def _is_unread(self, header: Header, row: int) -> bool:
        """Whether a person said of an adopted form that this line is not read."""
        original, (label, _) = self.layout.form.original, self._label(header, row)
        words = original.unread.get(LINES, ()) if original else ()
        return bool(label) and core(label) in map(core, words)

    def _line(self, header: Header, row: int, labels: Labels) -> str | None:
        """The key of the fund line in this row; None where the table has ended."""
        if header.sheet == self.layout.indicators.sheet and row == self.layout.indicators.top:
            return None
        label, at = self._label(header, row)
        known, taken = labels.of(label), self.layout.fund_rows
        if known and known[1] not in taken:
            self.layout.labels.add((header.sheet, row, at))
            self.layout.line_names[known[1]] = core(label)
            return known[1]
        if not (self._has_amounts(header, row) or self._is_own_source(label)):
            return None
        if not taken and self._is_total(label):
            self.layout.labels.add((header.sheet, row, at))
            return self.layout.form.total_line
        if not label:
            return None
        name = self._own_name(core(label))
        extra = Line(f"line:{name.casefold()}", name)  # its row may differ in another return
        self.layout.extra.append(extra)
        return extra.key

    def _is_blank_line(self, header: Header, row: int) -> bool:
        """Whether a line without amounts is among the lines of money: the heading at their side spans it too."""
        label, _ = self._label(header, row)
        first = min(_amount_columns(header))
        headings = (self.sheets.merge_at((header.sheet, header.top, column)) for column in range(1, first))
        return bool(label) and any(top <= header.top and bottom >= row for top, _, bottom, _ in headings)

    def _is_total(self, label: str) -> bool:
        """Whether the first line is the total by its words, or has only those of columns: 预算数 | 6.84."""
        block = self.layout.form.lines("funds")
        if not label or label in Labels(typed(block.columns)):
            return True
        return self.layout.form.total_line in roles_of("lines", block.lines).likely(label)

    def _label(self, header: Header, row: int) -> tuple[str, int]:
        """The last text before the amounts, and its column; "" where there is none."""
        first, own = min(_amount_columns(header)), header.columns.values()
        texts = self.rows[header.sheet].get(row, {})
        before = [c for c, text in texts.items() if c < first and c not in own and not is_blank(text)]
        return (texts[before[-1]], before[-1]) if before else ("", 0)

    def _has_amounts(self, header: Header, row: int) -> bool:
        cells = (self.sheets.cell((header.sheet, row, column)) for column in _amount_columns(header))
        return any(cell is not None and parse_quantity(as_shown(cell)) is not None for cell in cells)

    def _is_own_source(self, label: str) -> bool:
        """Whether an adopted form knows this line as its own, so that it may be empty."""
        original = self.layout.form.original
        sources = original.labels.get(OTHER, {}).get(SOURCES, ()) if original else ()
        return bool(label) and core(label) in map(core, sources)

    def _own_name(self, name: str) -> str:
        """The name of a line that our form lacks, numbered where another line has it already."""
        lines = (*self.layout.form.lines("funds").lines, *self.layout.extra)
        others = (*self.layout.line_names.values(), *(line.label for line in lines))
        taken = {other.casefold() for other in others}
        numbered = (f"{name}({number})" for number in count(2))
        return next(one for one in chain((name,), numbered) if one.casefold() not in taken)

    def stated_weight(self) -> None:
        """Full marks of budget execution: the total row's 分值, else "（20分）" in a heading of the funds."""
        at = self.layout.lines.get(("funds", self.layout.form.total_line, "execution_weight"))
        cell = self.sheets.cell(at) if at else None
        points = points_in(cell)
        if at and cell is not None and cell.crossed_out:
            message = f"预算执行率的分值“{as_shown(cell)}”被划去了（删除线），没有读取，按评分办法的分值计算。"
            self.layout.doubt(at, "预算执行率分值", as_shown(cell), message, "请核对：仍然有效的，请取消删除线。")
        if at and points is not None:
            self.layout.stated_weight = at, points
        elif self.layout.funds:
            sheet, top = self.layout.funds.sheet, self.layout.funds.top
            for column, text in self.rows[sheet][top].items():
                if found := FULL_MARKS.search(without_spaces(text)):
                    self.layout.stated_weight = (sheet, top, column), Decimal(found[1])
                    return

    def money_unit(self) -> None:
        """万元 or 元 in a heading of the funds, else "单位：万元" above, else behind every amount.

        Two that differ are a doubt.
        """
        found = [] if "money_unit" in self.layout.boxes else self._stated_units() or self._units_of_amounts()
        if not found:
            return
        address, unit = found[0]
        self.layout.labels |= {at for at, word in found[1:] if word == unit}
        self.layout.boxes["money_unit"], self.layout.texts["money_unit"] = address, (address, unit)
        if other := next(((at, word) for at, word in found if word != unit), None):
            message = f"金额单位有“{unit}”也有“{other[1]}”，按资金表的“{unit}”读取。"
            self.layout.doubt(other[0], "金额单位", other[1], message, "请核对金额单位，全表使用同一单位。")

    def _units_of_amounts(self) -> list[tuple[Address, str]]:
        """The money unit behind the amounts, where every one has it and it is the same: 48万元."""
        cells = {at: self.sheets.cell(at) for (_, _, role), at in self.layout.lines.items() if role in AMOUNTS}
        amounts = {at: parse_quantity(as_shown(cell)) for at, cell in cells.items() if cell is not None}
        units = {at: amount.unit for at, amount in amounts.items() if amount}
        same = len({*units.values()}) == 1 and {*units.values()} <= {"元", "万元"}
        return [next(iter(units.items()))] if same else []

    def _stated_units(self) -> list[tuple[Address, str]]:
        """The money units stated in or above the headings, those in rows of the headings first."""
        header, main = self.layout.funds, self.layout.indicators
        near = range(header.top, header.bottom + 1) if header else range(0)
        found: list[tuple[Address, str]] = []
        for sheet in dict.fromkeys((header.sheet if header else main.sheet, main.sheet)):
            for row in (row for row in self.rows[sheet] if row <= max(near, default=main.top)):
                for column, text in self.rows[sheet][row].items():
                    if len(text) <= LONGEST and (unit := MONEY_UNIT.search(without_spaces(text))):
                        found.append(((sheet, row, column), unit[1]))
                    elif core(text) == "单位" and (beside := self._unit_beside((sheet, row, column))):
                        found.append(beside)
        return sorted(found, key=lambda item: item[0][1] not in near)

    def _unit_beside(self, label: Address) -> tuple[Address, str] | None:
        """The money unit in the cell right of its label."""
        at = self.sheets.right_of(label)
        cell = self.sheets.cell(at)
        unit = MONEY_UNIT.fullmatch(f":{without_spaces(as_shown(cell))}") if cell is not None else None
        if unit is None:
            return None
        self.layout.labels.add(label)
        return at, unit[1]


def _amount_columns(header: Header) -> list[int]:
    return [header.columns[key] for key in AMOUNTS if key in header.columns]
