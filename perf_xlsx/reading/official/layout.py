"""Finds everything in an official 自评表 layout.

Nothing is known but the words: header rows give the tables, labels the boxes, titles the kind and the year.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.model import Unscored
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.grids import NOWHERE, Address, Sheets
from perf_xlsx.reading.indicator_parts import parts_remark
from perf_xlsx.reading.layout import Header, Layout, TableLayout
from perf_xlsx.reading.official.adopted import adopted_form, adopted_kind
from perf_xlsx.reading.official.boxes import known_labels
from perf_xlsx.reading.official.execution import execution_row, gives_execution_nothing
from perf_xlsx.reading.official.funds import FundSearch
from perf_xlsx.reading.official.headers import Effort
from perf_xlsx.reading.official.kind import official_kind_of, own_title, titles_on
from perf_xlsx.reading.official.known_headers import MOST_CELLS, Headers, SheetRows
from perf_xlsx.reading.official.labels import core, texts_by_row, without_spaces
from perf_xlsx.reading.official.layout_draft import LayoutDraft
from perf_xlsx.reading.official.projects import project_rows
from perf_xlsx.reading.official.rows import TableBody, indicator_body
from perf_xlsx.reading.official.single_boxes import SingleBoxes
from perf_xlsx.reading.official.year import stated_years
from perf_xlsx.reading.rows import crossed_row
from perf_xlsx.system.pattern import pattern

FILED = pattern(r"20\d\d")
MEASURED = {"target": "年度指标值", "actual": "实际完成值"}
_FIRST_ROWS = 300  # in which the head of a further form is sought


def locate_official(sheets: Sheets, adopted: str | None = None) -> Layout | None:
    """Find the official layout of a workbook with one form; None where no sheet holds its tables.

    `adopted` is the bureau's own form that the workbook says it is.
    """
    return locate_alone(sheets, {n: texts_by_row(sheets, n) for n in sheets.searched}, Headers(), adopted)


def locate_alone(
    sheets: Sheets, rows: SheetRows, known: Headers, adopted: str | None, first: Sequence[int] = ()
) -> Layout | None:
    """The same, of a workbook whose texts and headers are partly known; on the `first` sheets before others."""
    order = sorted(sheets.searched, key=lambda n: n not in first)
    searches = (_LayoutSearch(sheets, n, rows, known, adopted) for n in order)
    return next((found for search in searches if (found := search.layout())), None)


def locate_one_of_several(
    sheets: Sheets, sheet: int, rows: SheetRows, effort: Effort, adopted: str | None
) -> Layout | None:
    """Find the official layout on this sheet; the others give at most what a cover says for all forms."""
    return _LayoutSearch(sheets, sheet, rows, Headers(effort), adopted, alone=False).layout()


def beginnings(sheets: Sheets, sheet: int, rows: SheetRows, known: Headers, adopted: str | None) -> Beginnings:
    """What may begin forms on a sheet."""
    search = _LayoutSearch(sheets, sheet, rows, known, adopted)
    kind, here = search._kind(), (sheet,)
    tables = search._tables(kind)
    funds = search._headers(kind, "funds", here) if tables else []
    return Beginnings(kind, tables, [header.top for header in funds], [row for _, row, _ in search.titles])


def other_forms(sheets: Sheets, known: Collection[int]) -> list[Address]:
    """Where official layouts begin on sheets that are not `known`."""
    found, effort = [], Effort(MOST_CELLS)
    for sheet in (n for n in sheets.searched if n not in known):
        search = _LayoutSearch(sheets, sheet, {sheet: texts_by_row(sheets, sheet, _FIRST_ROWS)}, Headers(effort))
        if (header := search.header()) is not None:
            found.append((sheet, header.top, header.columns["name"]))
    return found


class Beginnings(Struct, frozen=True):
    """What may begin a form on a sheet: its headers of indicators, rows of funds' headers, rows of titles."""

    kind: OfficialForm
    tables: list[Header]
    funds: list[int]
    titles: list[int]


def _unmeasured(table: Header) -> str:
    """The column without which no rule computes points; "" where it is there, or may be one that nobody knows."""
    lacking = (label for key, label in MEASURED.items() if key not in table.columns)
    return "" if table.unknown else next(lacking, "")


class _LayoutSearch:
    """Looks for a form whose indicators are on one sheet; the rest may be on others.

    `alone`: it is the only form of the workbook, so that its tables may be on any sheet. `adopted` is the bureau's
    own form that the workbook says it is.
    """

    def __init__(
        self,
        sheets: Sheets,
        sheet: int,
        rows: SheetRows,
        known: Headers,
        adopted: str | None = None,
        alone: bool = True,
    ) -> None:
        self.sheets, self.sheet, self.rows, self.known, self.alone = sheets, sheet, rows, known, alone
        self.adopted, self.others = adopted, [n for n in sheets.searched if n != sheet]
        self.order = [sheet, *self.others] if alone else [sheet]
        self.titles = titles_on(sheets, sheet, self.rows[sheet])

    def header(self) -> Header | None:
        """The header of the indicators of a form that is on this sheet alone, money included."""
        kind, here = self._kind(), (self.sheet,)
        tables = [table for table in self._tables(kind) if not MEASURED.keys().isdisjoint(table.columns)]
        return tables[0] if tables and (self.titles or self._headers(kind, "funds", here)) else None

    def layout(self) -> Layout | None:
        kind = self._kind()
        tables = self._tables(kind)
        if not tables:
            return None
        lists = self._headers(kind, "projects", self.order) if kind.form.has("projects") else []
        money = self._money(kind, lists, tables)
        if not (money or self.titles):
            return None
        layout = LayoutDraft(kind, tables[0], next(iter(money), None), next(iter(lists), None))
        layout.unscored, layout.title = self._unscored(tables[0]), self._title(tables[0])
        layout.unmeasured = "" if layout.unscored else _unmeasured(tables[0])
        others = [h.top for h in (*money, *lists) if h.sheet == self.sheet]
        later = [top for top in others if top > tables[0].top]
        body = indicator_body(self.sheets, tables[0], kind, tables[1:], later)
        self._indicators(layout, body)
        self._labels_of_headers(layout, (*tables, *money[:1], *lists))
        self._projects(layout, [*tables, *money, *lists])
        self._money_of_projects(layout)
        money_search = FundSearch(self.sheets, self.rows, layout)
        money_search.lines()
        common = [] if self.alone else self.others
        SingleBoxes(self.sheets, self.rows, self.order, common, self.titles).locate(layout, body)
        money_search.stated_weight()
        money_search.money_unit()
        execution_row(self.sheets, layout, body, self._fund_tops(layout))
        gives_execution_nothing(self.sheets, layout, body)
        self._unread_rows(layout, body)
        self._doubt_kind(layout)
        self._year(layout)
        self._second_form(layout, body, len(money), [h.top for h in tables[1:]])
        if layout.unscored:  # it cannot lack what it never had
            layout.missing = []
        return layout.layout()

    def _tables(self, kind: OfficialForm) -> list[Header]:
        """The headers of indicators on this sheet; below a title also those of a form without points."""
        found = self._headers(kind, "indicators", (self.sheet,))
        if found or not self.titles:
            return found
        found = self._headers(kind, "indicators", (self.sheet,), "indicators_unscored")
        judged = () if found else self._headers(kind, "indicators", (self.sheet,), "indicators_judged")
        return found or [header for header in judged if not header.unknown]  # else it may be the target

    def _title(self, table: Header) -> str:
        """The title above the table; "" where there is none."""
        above = (self.sheets.cell(at) for at in self.titles if at[1] < table.top)
        return next((own_title(str(cell.value)) for cell in above if cell is not None), "")

    def _unscored(self, table: Header) -> Unscored:
        """Why the form gets no points: it is for monitoring, or it has none."""
        if self._is_for_monitoring():
            return "monitoring"
        return "" if {"weight", "claimed_points"} & table.columns.keys() else "no_points"

    def _is_for_monitoring(self) -> bool:
        return any(word in text for text in self.titles.values() for word in self._kind().monitoring)

    def _labels_of_headers(self, layout: LayoutDraft, headers: Iterable[Header]) -> None:
        """Note the labels of all headers, and those of the tables' own headers that are there twice."""
        for header in filter(None, (layout.indicators, layout.funds, layout.projects)):
            layout.twice += header.doubled
            for at, label, message in header.doubts:
                advice = "请核对；如不对，请把表头改成通用的名称。"
                layout.doubt(at, label, label, message, advice)
        for header in headers:
            layout.label_rows(header, self.rows[header.sheet])

    def _money(self, kind: OfficialForm, lists: list[Header], tables: list[Header]) -> list[Header]:
        """The tables of money; else one above the indicators that lacks a column, or calls it by another name."""
        found = [h for h in self._headers(kind, "funds", self.order) if not self._lists_projects(h, lists)]
        in_part = [] if found else self._headers(kind, "funds", (self.sheet,), "funds_in_part")
        if not (found or in_part) and self._is_for_monitoring():
            in_part = self._headers(kind, "funds", (self.sheet,), "funds_monitored")
            in_part = [header for header in in_part if any("执行" in word for word in header.unread)]
        return found or [h for h in in_part if not self._lists_projects(h, [*lists, *tables])]

    def _indicators(self, layout: LayoutDraft, body: TableBody) -> None:
        header, rows = layout.indicators, tuple(sorted((*body.rows, *body.parts)))
        layout.tables["indicators"] = TableLayout(self.sheet, header.columns, rows, head=header.bottom)
        layout.parts, layout.level_rows, layout.subtotals = body.parts, body.levels, body.subtotals
        if body.parts:
            at = (self.sheet, min(body.parts), header.columns["name"])
            layout.remarks.append(parts_remark(at, "三级指标", body.parts))

    def _kind(self) -> OfficialForm:
        """The form that a bureau adopted, where its labels are there; else the kind that the titles name."""
        own = adopted_form(self.adopted) if self.adopted else adopted_kind(self.rows[self.sheet])
        return own or official_kind_of(self.titles.values(), self.sheets, self.rows[self.sheet])

    def _doubt_kind(self, layout: LayoutDraft) -> None:
        """A kind that no title names is a doubt."""
        titles = self.titles.values()
        named = any(word in text for text in titles for word in layout.kind.titles) or "project" in layout.boxes
        if not layout.form.original and not named:
            message = f"标题没有写明是哪一种自评表，按“{layout.form.official}”读取。"
            advice = "请核对；如不对，请在标题中写明“项目支出绩效自评表”或“部门整体支出绩效自评表”。"
            layout.doubt((self.sheet, 0, 0), "表种", "", message, advice)

    def _unread_rows(self, layout: LayoutDraft, body: TableBody) -> None:
        self._crossed(layout, layout.indicators, body.crossed)
        for row in body.unread:
            message = f"第{row}行在“{body.totals[max(body.totals)]}”之下，没有分值和得分，没有作为指标读取。"
            at = (self.sheet, row, layout.indicators.columns["name"])
            layout.doubt(at, "三级指标", "", message, "如它是指标，请移到总分行之上，并填写分值和得分。")

    def _crossed(self, layout: LayoutDraft, header: Header, rows: Iterable[int]) -> None:
        for at in ((header.sheet, row, header.columns["name"]) for row in rows):
            cell = self.sheets.cell(at)
            layout.remarks.append(crossed_row(at, "三级指标", as_shown(cell) if cell else ""))

    def _headers(self, kind: OfficialForm, block: str, sheets: Iterable[int], needs: str = "") -> list[Header]:
        """The headers of these sheets; on others than its own only those with known labels."""
        return [
            header
            for sheet in sheets
            for header in self.known.of(
                self.sheets, self.rows, kind, block, needs or block, sheet, likely=sheet == self.sheet
            )
        ]

    def _lists_projects(self, header: Header, lists: list[Header]) -> bool:
        """A list of projects has columns of money too."""
        if any((header.sheet, header.top) == (other.sheet, other.top) for other in lists):
            return True
        return any(core(text) == "项目名称" for text in self.rows[header.sheet][header.top].values())

    def _projects(self, layout: LayoutDraft, tables: list[Header]) -> None:
        """The projects of a department, below their header."""
        header = layout.projects
        if header is not None:
            others = [h for h in tables if h.sheet == header.sheet]
            rows = project_rows(self.sheets, header, layout.kind, others, known_labels(layout.kind))
            layout.tables["projects"] = TableLayout(header.sheet, header.columns, tuple(rows.projects))
            self._crossed(layout, header, rows.crossed)
            layout.project_total = rows.total(layout.kind.totals)
            layout.other_projects = {row: w for row, w in rows.others.items() if row != layout.project_total}

    def _money_of_projects(self, layout: LayoutDraft) -> None:
        """Where the only amounts are those of the projects, the row of their sum is the total of all money."""
        header = layout.projects
        if layout.funds is not None or header is None or layout.project_total is None:
            return
        found = self._headers(layout.kind, "funds", [header.sheet])
        funds = next((one for one in found if one.top == header.top), None)
        if funds is not None:
            layout.fund_rows[layout.form.total_line] = layout.project_total
            read = {*funds.titles.values()}
            layout.projects = replace(header, unread=tuple(word for word in header.unread if word not in read))
            layout.funds = replace(funds, unread=())

    def _second_form(self, layout: LayoutDraft, body: TableBody, funds: int, tops: list[int]) -> None:
        """Note a further form on this sheet or another; `tops` are further headers like its own."""
        begins = self._next_form(layout, body, tops)
        if begins is not None and (funds > 1 or begins not in self._fund_tops(layout)):
            layout.forms.append((self.sheet, begins, layout.indicators.columns["name"]))
            layout.twice = [  # of the other form no label is one too many
                (label, at) for label, at in layout.twice if at[0] != self.sheet or at[1] <= body.last
            ]
        for other in self._headers(layout.kind, "indicators", self.order[1:]):
            layout.forms.append((other.sheet, other.top, other.columns["name"]))

    def _next_form(self, layout: LayoutDraft, body: TableBody, tops: list[int]) -> int | None:
        """The row where a further form begins on this sheet; the list of projects below the indicators is none."""
        begins, lists = body.next_form, layout.projects
        if begins is None or lists is None or (self.sheet, begins) != (lists.sheet, lists.top):
            return begins
        return next((top for top in tops if top > begins), None)

    def _fund_tops(self, layout: LayoutDraft) -> set[int]:
        return {layout.funds.top} if layout.funds and layout.funds.sheet == self.sheet else set()

    def _year(self, layout: LayoutDraft) -> None:
        """The year in the title's lines; elsewhere above the tables it is a doubt."""
        values = layout.values()
        years = list(stated_years(self._above(layout), self.sheets))
        sure = [one for one in years if (one.sure or one.at in self.titles) and one.at not in values]
        years = [one for one in years if one.at not in values or self._is_filed_after(layout, one.year)]
        for found in (sure or years)[:1]:
            layout.year = found.year
            again = [one for one in sure if one.year == found.year]
            layout.labels |= {at for one in (found, *again) for at in (one.at, one.label)}
            if not sure:
                message = f"标题中没有年度，按“{found.text[:30]}”中的{found.year}年读取。"
                layout.doubt(found.at, "年度", found.text[:30], message, "请在标题下写明年度，如（2023年度）。")

    def _is_filed_after(self, layout: LayoutDraft, year: int) -> bool:
        """Whether a form may be of this year, which a project's name states: it is filed in it or in the next."""
        at, text = layout.texts.get("filled_on", (layout.boxes.get("filled_on", NOWHERE), ""))
        cell = self.sheets.cell(at)
        filed = FILED.search(text or (as_shown(cell) if cell is not None else ""))
        return filed is None or int(filed[0]) in (year, year + 1)

    def _above(self, layout: LayoutDraft) -> Iterator[tuple[Address, str]]:
        """The texts above the tables."""
        top = min(layout.indicators.top, layout.funds.top if layout.funds else layout.indicators.top)
        for row, texts in self.rows[self.sheet].items():
            if row < top:
                yield from (((self.sheet, row, column), without_spaces(text)) for column, text in texts.items())
