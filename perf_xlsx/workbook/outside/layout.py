"""Finding everything in a form that did not come from our template: the official 自评表 layouts.

Nothing is known but the words: header rows give the tables, labels the boxes, titles the kind and the year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from perf_xlsx.forms import Form, Line, Lines, Rows, form_names
from perf_xlsx.forms.outside import Outside, outside
from perf_xlsx.target import parse_quantity, squeeze
from perf_xlsx.workbook.locate import Address, Layout, Sheets, Table, typed
from perf_xlsx.workbook.outside.boxes import Found, LabelSearch, every_box
from perf_xlsx.workbook.outside.headers import LONGEST, Header, Labels, Row, core, headers, rows_of
from perf_xlsx.workbook.outside.rows import Body, indicator_rows

MONEY = ("initial", "adjustment", "adjusted", "executed")
CLAIMS = ("claimed_execution_points", "claimed_total", "claimed_grade")
GRADES = re.compile(r"(?:.*等级\)?[::]?)?\(?(优秀|优|良好|良|中|差)\)?")
YEAR = re.compile(r"(20\d\d)\s*年")
MONEY_UNIT = re.compile(r"[(::](?:人民币)?(万元|元)\)?")
FULL_MARKS = re.compile(r"\((\d+(?:\.\d+)?)分")


@dataclass(frozen=True)
class Doubt:
    """Something read in a way that a person should confirm, at its place (row 0: the whole sheet)."""

    address: Address
    field: str
    given: str
    message: str
    advice: str


@dataclass
class OutsideLayout(Layout):
    """Where everything stands in a form without our names, and what may be doubted about it.

    `texts` are values that share their cell with a label ("单位：万元"); `passages` are titled texts with the
    title a rulebook knows; `extra` are fund lines that no form of ours has; `stated_weight` is the weight that the
    form gives to budget execution (points).
    """

    kind: Outside = field(default_factory=lambda: outside("project"))
    indicators: Header = field(default_factory=lambda: Header(0, 0, 0, {}, {}, {}))
    funds: Header | None = None
    fund_rows: dict[str, int] = field(default_factory=dict)
    line_names: dict[str, str] = field(default_factory=dict)
    year: int | None = None
    texts: dict[str, tuple[Address, str]] = field(default_factory=dict)
    passages: list[tuple[str, Found]] = field(default_factory=list)
    extra: list[Line] = field(default_factory=list)
    stated_weight: tuple[Address, Decimal] | None = None
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def form(self) -> Form:
        """Our own form, with the labels of the official layouts added."""
        return self.kind.form

    @property
    def columns(self) -> Mapping[str, int]:
        """The columns of the indicators."""
        return self.indicators.columns

    def cell_of(self, sheets: Sheets, key: str, address: Address) -> Address | None:
        """The cell that an indicator's value stands in: levels and name are filled down inside their merge.

        A name written over the columns of the levels is no level; None then.
        """
        if key not in ("level1", "level2", "name"):
            return address
        sheet, row, column = address
        name = self.columns["name"]
        for top, left, bottom, right in sheets.grids[sheet].merges:
            if top <= row <= bottom and left <= column <= right:
                return None if key != "name" and left <= name <= right else (sheet, top, left)
        return address

    def fund_lines(self) -> list[Line]:
        """The lines that stand there, as they are called there, and always the total.

        A total is held against its parts only where every line below it is known to be one.
        """
        block = self.form.block("funds")
        assert isinstance(block, Lines)
        lines = [line for line in block.lines if line.key in self.fund_rows or line.key == self.form.total_line]
        return [self._fund_line(line) for line in (*lines, *self.extra)]

    def _fund_line(self, line: Line) -> Line:
        parts = tuple(key for key in line.parts if key in self.fund_rows)
        whole = not self.extra and (line.blank_part_is_zero or parts == line.parts)
        return replace(line, label=self.line_names.get(line.key) or line.label, parts=parts if whole else ())


def locate_outside(sheets: Sheets) -> OutsideLayout | None:
    """Find an official layout; None where no sheet holds the tables of a self-evaluation."""
    rows = {n: rows_of(sheets, n) for n in sheets.searched}
    return next((found for n in sheets.searched if (found := _Search(sheets, n, rows).layout())), None)


class _Search:
    """Looks for a form whose indicators stand on one sheet; the rest may stand on others."""

    def __init__(self, sheets: Sheets, sheet: int, rows: Mapping[int, Mapping[int, Row]]) -> None:
        self.sheets, self.sheet, self.rows = sheets, sheet, rows
        self.order = [sheet, *(n for n in sheets.searched if n != sheet)]
        self.titles = [
            ((sheet, row, column), squeeze(text))
            for row, texts in self.rows[sheet].items()
            for column, text in texts.items()
            if "自评" in text and core(text).endswith("表") and len(text) <= LONGEST
        ]

    def layout(self) -> OutsideLayout | None:
        kind = self._kind()
        tables = self._headers(kind, "indicators", (self.sheet,))
        money = [h for h in self._headers(kind, "funds", self.order) if not self._lists_projects(h)]
        if not tables or not (money or self.titles):
            return None
        layout = OutsideLayout(kind=kind, indicators=tables[0], funds=money[0] if money else None)
        later = [h.top for h in money if h.sheet == self.sheet and h.top > tables[0].top]
        body = indicator_rows(self.sheets, tables[0], kind, tables[1:], later)
        layout.tables["indicators"] = Table(self.sheet, tables[0].columns, tuple(body.rows))
        layout.twice += [*tables[0].doubled, *(money[0].doubled if money else ())]
        self._funds(layout)
        self._boxes(layout, body)
        self._claims(layout, body)
        self._money_unit(layout)
        self._year(layout, body)
        self._second_form(layout, body, len(money))
        return layout

    def _kind(self) -> Outside:
        """The kind that the title names; else a project's where 项目名称 stands, else a department's."""
        kinds = [outside(name) for name in form_names()]
        for _, text in self.titles:
            if named := next((kind for kind in kinds if any(word in text for word in kind.titles)), None):
                return named
        return outside("project" if next(self.sheets.labelled(("项目名称",)), None) else "department")

    def _headers(self, kind: Outside, block: str, sheets: Iterable[int]) -> list[Header]:
        table = kind.form.block(block)
        assert isinstance(table, (Lines, Rows))
        labels = Labels(typed(table.columns))
        return [h for n in sheets for h in headers(self.sheets, n, self.rows[n], labels, kind.needs[block])]

    def _lists_projects(self, header: Header) -> bool:
        """A list of projects has columns of money too."""
        return any(core(text) == "项目名称" for text in self.rows[header.sheet][header.top].values())

    def _second_form(self, layout: OutsideLayout, body: Body, funds: int) -> None:
        """A further form, on this sheet or another, is told and not read."""
        column = layout.indicators.columns["name"]
        if body.next_form is not None and (funds > 1 or body.next_form not in self._fund_tops(layout)):
            layout.twice.append(("自评表", (self.sheet, body.next_form, column)))
        for other in self._headers(layout.kind, "indicators", self.order[1:]):
            layout.twice.append(("自评表", (other.sheet, other.top, other.columns["name"])))

    def _fund_tops(self, layout: OutsideLayout) -> set[int]:
        return {layout.funds.top} if layout.funds and layout.funds.sheet == self.sheet else set()

    # ---- money -----------------------------------------------------------------------------------------------

    def _funds(self, layout: OutsideLayout) -> None:
        block, header = layout.form.block("funds"), layout.funds
        assert isinstance(block, Lines)
        if header is None:
            layout.missing.append((block.title, "资金表（年初预算数、全年预算数、全年执行数）", True))
            return
        row = header.bottom + 1
        while key := self._line(layout, header, row, Labels(block.lines)):
            layout.fund_rows[key] = row
            row += 1
        for key, at in layout.fund_rows.items():
            for box in typed(block.columns):
                if column := header.columns.get(box.key):
                    layout.lines["funds", key, box.key] = (header.sheet, at, column)
        if layout.form.total_line not in layout.fund_rows:
            layout.missing.append((block.title, "年度资金总额", True))

    def _line(self, layout: OutsideLayout, header: Header, row: int, labels: Labels) -> str | None:
        """The key of the fund line in this row; None where the table has ended."""
        if header.sheet == layout.indicators.sheet and row == layout.indicators.top:
            return None
        cells = self.sheets.grids[header.sheet].cells
        amounts = [cells.get((row, header.columns[key])) for key in MONEY if key in header.columns]
        first = min(header.columns[key] for key in MONEY if key in header.columns)
        before = [text for column, text in self.rows[header.sheet].get(row, {}).items() if column < first]
        label = before[-1] if before else ""
        known, taken = labels.of(label), layout.fund_rows
        if known and known[1] not in taken:
            layout.line_names[known[1]] = core(label)
            return known[1]
        if not any(c is not None and parse_quantity(str(c.value)) is not None for c in amounts):
            return None
        if not label:
            return layout.form.total_line if not taken else None
        extra = Line(f"line{row}", core(label))
        layout.extra.append(extra)
        return extra.key

    # ---- boxes -----------------------------------------------------------------------------------------------

    def _boxes(self, layout: OutsideLayout, body: Body) -> None:
        taken = {(self.sheet, row) for row in (*body.headers, *body.rows, *body.totals)}
        if layout.funds:
            end = max(layout.fund_rows.values(), default=layout.funds.bottom)
            taken |= {(layout.funds.sheet, row) for row in range(layout.funds.top, end + 1)}
        search = LabelSearch(self.sheets, layout.kind, self.rows, self.order, taken)
        for box in every_box(layout.form):
            found = search.box(box)
            if found:
                self._put(layout, box.key, found[0])
                layout.twice += [(box.label, other.value) for other in found[1:] if other.value != found[0].value]
            elif box.required:
                layout.missing.append(("基本信息", box.label, True))
        layout.passages = [p for p in search.texts() if not self._is_prompt(layout, p[1].value)]

    def _is_prompt(self, layout: OutsideLayout, address: Address) -> bool:
        """Whether only what the form asks for stands there, left as printed."""
        cell = self.sheets.cell(address)
        return cell is not None and any(word in str(cell.value) for word in layout.kind.prompts)

    def _put(self, layout: OutsideLayout, key: str, found: Found) -> None:
        if found.text is not None:
            layout.texts[key] = (found.value, found.text)
        layout.boxes[key] = found.value

    def _claims(self, layout: OutsideLayout, body: Body) -> None:
        """Total and grade in the row of the total; the weight and points of execution in the funds' total row."""
        row = body.total(layout.kind.totals)
        if row is not None:
            at = self._total(layout, row)
            if "claimed_total" not in layout.boxes or self.sheets.cell(at) is not None:
                layout.boxes["claimed_total"] = at
                layout.texts.pop("claimed_total", None)
        if row is not None and "claimed_grade" not in layout.boxes:
            for grade_at, text in self.rows[self.sheet].get(row, {}).items():
                if found := GRADES.fullmatch(re.sub(r"\s", "", squeeze(text))):
                    self._put(layout, "claimed_grade", Found((0, 0, 0), (self.sheet, row, grade_at), found[1][0]))
        total = layout.form.total_line
        if points := layout.lines.get(("funds", total, "execution_points")):
            layout.boxes["claimed_execution_points"] = points
            layout.texts.pop("claimed_execution_points", None)
        self._stated_weight(layout)
        why = layout.lines.get(("funds", total, "execution_reason"))
        if why and layout.funds and self.sheets.cell(why) is not None and not self._is_prompt(layout, why):
            head = (layout.funds.sheet, layout.funds.top, layout.funds.columns["execution_reason"])
            layout.passages.append(("执行情况说明", Found(head, why)))

    def _total(self, layout: OutsideLayout, row: int) -> Address:
        """The cell of the claimed total: under the points, else beside its label."""
        column = layout.indicators.columns.get("claimed_points")
        label = next(c for c, text in self.rows[self.sheet][row].items() if core(text) in layout.kind.totals)
        beside = self.sheets.right_of((self.sheet, row, label))
        if column is None:
            return beside
        under = self.sheets.merged_from((self.sheet, row, column))
        return under if self.sheets.cell(under) is not None or self.sheets.cell(beside) is None else beside

    def _stated_weight(self, layout: OutsideLayout) -> None:
        """Full marks of budget execution: the total row's 分值, else "（20分）" in a heading of the funds."""
        at = layout.lines.get(("funds", layout.form.total_line, "execution_weight"))
        cell = self.sheets.cell(at) if at else None
        quantity = parse_quantity(str(cell.value)) if cell is not None else None
        if at and quantity:
            layout.stated_weight = at, quantity.number
        elif layout.funds:
            sheet, top = layout.funds.sheet, layout.funds.top
            for column, text in self.rows[sheet][top].items():
                if found := FULL_MARKS.search(re.sub(r"\s", "", squeeze(text))):
                    layout.stated_weight = (sheet, top, column), Decimal(found[1])
                    return

    def _money_unit(self, layout: OutsideLayout) -> None:
        """万元 or 元 in a heading of the funds, else "单位：万元" above; two that differ are a doubt."""
        if "money_unit" in layout.boxes:
            return
        header = layout.funds
        near = range(header.top, header.bottom + 1) if header else range(0)
        found: list[tuple[Address, str]] = []
        for sheet in dict.fromkeys((header.sheet if header else self.sheet, self.sheet)):
            for row, texts in self.rows[sheet].items():
                for column, text in texts.items():
                    unit = MONEY_UNIT.search(re.sub(r"\s", "", squeeze(text)))
                    if unit and len(text) <= LONGEST and row <= max(near, default=layout.indicators.top):
                        found.append(((sheet, row, column), unit[1]))
        found.sort(key=lambda item: item[0][1] not in near)
        if not found:
            return
        address, unit_ = found[0]
        layout.boxes["money_unit"], layout.texts["money_unit"] = address, (address, unit_)
        if other := next(((a, word) for a, word in found if word != unit_), None):
            message = f"金额单位有“{unit_}”也有“{other[1]}”，按资金表的“{unit_}”读取。"
            layout.doubts.append(
                Doubt(other[0], "金额单位", other[1], message, "请核对金额单位，全表使用同一单位。")
            )

    def _year(self, layout: OutsideLayout, body: Body) -> None:
        """The year in the title's lines; elsewhere above the tables it is a doubt."""
        tables = [layout.indicators.top] + ([layout.funds.top] if layout.funds else [])
        values = {a for key, a in layout.boxes.items() if key not in layout.texts}
        above = [
            ((self.sheet, row, column), squeeze(text))
            for row, texts in self.rows[self.sheet].items()
            if row < min(tables)
            for column, text in texts.items()
        ]
        for sure in (True, False):
            for address, text in above:
                found = YEAR.search(text)
                titled = address not in values and ("自评" in text or re.match(r"\W*20\d\d\s*年\s*度", text))
                if found and sure == bool(titled):
                    layout.year = int(found[1])
                    if not sure:
                        message = f"标题中没有年度，按“{text[:30]}”中的{found[1]}年读取。"
                        layout.doubts.append(
                            Doubt(address, "年度", text[:30], message, "请在标题下写明年度，如（2023年度）。")
                        )
                    return
