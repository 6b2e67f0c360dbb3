"""Finds everything in an official 自评表 layout.

Nothing is known but the words: header rows give the tables, labels the boxes, titles the kind and the year.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.model import BOXES, Unscored
from perf_xlsx.domain.quantity import same_name
from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms import Box, typed
from perf_xlsx.forms.form import BOXES as SINGLE
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.cells import as_shown, points_in
from perf_xlsx.reading.grids import NOWHERE, Address, Sheets
from perf_xlsx.reading.layout import Header, Layout, Located, Table
from perf_xlsx.reading.official.adopted import adopted_form, adopted_kind, has_label, unread
from perf_xlsx.reading.official.boxes import LabelSearch, known_labels
from perf_xlsx.reading.official.contents import SheetContents
from perf_xlsx.reading.official.draft import Draft
from perf_xlsx.reading.official.execution import execution_row, gives_execution_nothing
from perf_xlsx.reading.official.funds import FundSearch
from perf_xlsx.reading.official.goals import join_goals
from perf_xlsx.reading.official.headers import Effort, Search
from perf_xlsx.reading.official.kind import kind_of, own_title, titles_on
from perf_xlsx.reading.official.labels import Row, core, rows_of, without_spaces
from perf_xlsx.reading.official.projects import project_rows
from perf_xlsx.reading.official.prompts import answer, is_prompt
from perf_xlsx.reading.official.rows import Body, indicator_rows
from perf_xlsx.reading.official.ticked import ticked
from perf_xlsx.reading.official.year import stated_years
from perf_xlsx.reading.parts import parts_remark
from perf_xlsx.reading.rows import crossed_row
from perf_xlsx.system.pattern import pattern

CLAIMS = ("claimed_execution_points", "claimed_total", "claimed_grade")
GOALS = frozenset({"goal_expected", "goal_achieved"})
FILED = pattern(r"20\d\d")
GRADES = pattern(r"(?:.*等级\)?[::]?)?\(?(优秀|优|良好|良|中|差)\)?")
MEASURED = {"target": "年度指标值", "actual": "实际完成值"}
MOST_CELLS = 700_000  # looked at for headers; a form takes 1,000 to 2,500
_FIRST_ROWS = 300  # in which the head of a further form is sought

Rows = Mapping[int, Mapping[int, Row]]  # the texts of each sheet
COMMON = frozenset({"unit", "supervisor", "filled_on", "money_unit"})  # what one cover may say for several forms


class Headers:
    """The headers of a workbook, and the searches for them: each sheet is read once for each kind of table.

    `effort` is what finding them may cost, in all.
    """

    def __init__(self, effort: Effort | None = None) -> None:
        self.effort = effort or Effort(MOST_CELLS)
        self._found: dict[tuple[str, str, int, bool], list[Header]] = {}
        self._searches: dict[tuple[str, str, int], Search] = {}
        self._contents: dict[int, SheetContents] = {}

    def of(
        self, sheets: Sheets, rows: Rows, kind: OfficialForm, block: str, needs: str, sheet: int, likely: bool
    ) -> list[Header]:
        """Every header of a sheet that has what the table needs; `likely`: by labels that no form knows too."""
        key = kind.form.name, needs, sheet, likely
        if key not in self._found:
            search = self._search(sheets, rows, kind, block, sheet)
            self._found[key] = search.headers(kind.needs[needs], likely)
        return self._found[key]

    def _search(self, sheets: Sheets, rows: Rows, kind: OfficialForm, block: str, sheet: int) -> Search:
        key = kind.form.name, block, sheet
        if key not in self._searches:
            boxes = [*typed(kind.form.block(block).fields), *unread(kind, block)]
            money = typed(kind.form.block("funds").fields) if block == "indicators" else ()
            contents = self._contents.setdefault(sheet, SheetContents(sheets.grids[sheet]))
            self._searches[key] = Search(
                sheets,
                sheet,
                rows[sheet],
                boxes,
                block,
                kind.totals,
                kind.headings,
                tuple(money),
                self.effort,
                contents,
            )
        return self._searches[key]


def locate_official(sheets: Sheets, adopted: str | None = None) -> Layout | None:
    """Find the official layout of a workbook with one form; None where no sheet holds its tables.

    `adopted` is the bureau's own form that the workbook says it is.
    """
    return locate_alone(sheets, {n: rows_of(sheets, n) for n in sheets.searched}, Headers(), adopted)


def locate_alone(
    sheets: Sheets, rows: Rows, known: Headers, adopted: str | None, first: Sequence[int] = ()
) -> Layout | None:
    """The same, of a workbook whose texts and headers are partly known; on the `first` sheets before others."""
    order = sorted(sheets.searched, key=lambda n: n not in first)
    searches = (_Search(sheets, n, rows, known, adopted) for n in order)
    return next((found for search in searches if (found := search.layout())), None)


def locate_one_of_several(
    sheets: Sheets, sheet: int, rows: Rows, effort: Effort, adopted: str | None
) -> Layout | None:
    """Find the official layout on this sheet; the others give at most what a cover says for all forms."""
    return _Search(sheets, sheet, rows, Headers(effort), adopted, alone=False).layout()


def beginnings(sheets: Sheets, sheet: int, rows: Rows, known: Headers, adopted: str | None) -> Beginnings:
    """What may begin forms on a sheet."""
    search = _Search(sheets, sheet, rows, known, adopted)
    kind, here = search._kind(), (sheet,)
    tables = search._tables(kind)
    funds = search._headers(kind, "funds", here) if tables else []
    return Beginnings(kind, tables, [header.top for header in funds], [row for _, row, _ in search.titles])


def other_forms(sheets: Sheets, known: Collection[int]) -> list[Address]:
    """Where official layouts begin on sheets that are not `known`."""
    found, effort = [], Effort(MOST_CELLS)
    for sheet in (n for n in sheets.searched if n not in known):
        search = _Search(sheets, sheet, {sheet: rows_of(sheets, sheet, _FIRST_ROWS)}, Headers(effort))
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


class _Search:
    """Looks for a form whose indicators are on one sheet; the rest may be on others.

    `alone`: it is the only form of the workbook, so that its tables may be on any sheet. `adopted` is the bureau's
    own form that the workbook says it is.
    """

    def __init__(
        self,
        sheets: Sheets,
        sheet: int,
        rows: Rows,
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
        layout = Draft(kind, tables[0], next(iter(money), None), next(iter(lists), None))
        layout.unscored, layout.title = self._unscored(tables[0]), self._title(tables[0])
        layout.unmeasured = "" if layout.unscored else _unmeasured(tables[0])
        others = [h.top for h in (*money, *lists) if h.sheet == self.sheet]
        later = [top for top in others if top > tables[0].top]
        body = indicator_rows(self.sheets, tables[0], kind, tables[1:], later)
        self._indicators(layout, body)
        self._labels_of_headers(layout, (*tables, *money[:1], *lists))
        self._projects(layout, [*tables, *money, *lists])
        self._money_of_projects(layout)
        money_search = FundSearch(self.sheets, self.rows, layout)
        money_search.lines()
        self._boxes(layout, body)
        self._claims(layout, body)
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

    def _labels_of_headers(self, layout: Draft, headers: Iterable[Header]) -> None:
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

    def _indicators(self, layout: Draft, body: Body) -> None:
        header, rows = layout.indicators, tuple(sorted((*body.rows, *body.parts)))
        layout.tables["indicators"] = Table(self.sheet, header.columns, rows, head=header.bottom)
        layout.parts, layout.level_rows, layout.subtotals = body.parts, body.levels, body.subtotals
        if body.parts:
            at = (self.sheet, min(body.parts), header.columns["name"])
            layout.remarks.append(parts_remark(at, "三级指标", body.parts))

    def _kind(self) -> OfficialForm:
        """The form that a bureau adopted, where its labels are there; else the kind that the titles name."""
        own = adopted_form(self.adopted) if self.adopted else adopted_kind(self.rows[self.sheet])
        return own or kind_of(self.titles.values(), self.sheets, self.rows[self.sheet])

    def _doubt_kind(self, layout: Draft) -> None:
        """A kind that no title names is a doubt."""
        titles = self.titles.values()
        named = any(word in text for text in titles for word in layout.kind.titles) or "project" in layout.boxes
        if not layout.form.original and not named:
            message = f"标题没有写明是哪一种自评表，按“{layout.form.official}”读取。"
            advice = "请核对；如不对，请在标题中写明“项目支出绩效自评表”或“部门整体支出绩效自评表”。"
            layout.doubt((self.sheet, 0, 0), "表种", "", message, advice)

    def _unread_rows(self, layout: Draft, body: Body) -> None:
        self._crossed(layout, layout.indicators, body.crossed)
        for row in body.unread:
            message = f"第{row}行在“{body.totals[max(body.totals)]}”之下，没有分值和得分，没有作为指标读取。"
            at = (self.sheet, row, layout.indicators.columns["name"])
            layout.doubt(at, "三级指标", "", message, "如它是指标，请移到总分行之上，并填写分值和得分。")

    def _crossed(self, layout: Draft, header: Header, rows: Iterable[int]) -> None:
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

    def _projects(self, layout: Draft, tables: list[Header]) -> None:
        """The projects of a department, below their header."""
        header = layout.projects
        if header is not None:
            others = [h for h in tables if h.sheet == header.sheet]
            rows = project_rows(self.sheets, header, layout.kind, others, known_labels(layout.kind))
            layout.tables["projects"] = Table(header.sheet, header.columns, tuple(rows.projects))
            self._crossed(layout, header, rows.crossed)
            layout.project_total = rows.total(layout.kind.totals)
            layout.other_projects = {row: w for row, w in rows.others.items() if row != layout.project_total}

    def _money_of_projects(self, layout: Draft) -> None:
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

    def _second_form(self, layout: Draft, body: Body, funds: int, tops: list[int]) -> None:
        """Note a further form on this sheet or another; `tops` are further headers like its own."""
        begins = self._next_form(layout, body, tops)
        if begins is not None and (funds > 1 or begins not in self._fund_tops(layout)):
            layout.forms.append((self.sheet, begins, layout.indicators.columns["name"]))
            layout.twice = [  # of the other form no label is one too many
                (label, at) for label, at in layout.twice if at[0] != self.sheet or at[1] <= body.last
            ]
        for other in self._headers(layout.kind, "indicators", self.order[1:]):
            layout.forms.append((other.sheet, other.top, other.columns["name"]))

    def _next_form(self, layout: Draft, body: Body, tops: list[int]) -> int | None:
        """The row where a further form begins on this sheet; the list of projects below the indicators is none."""
        begins, lists = body.next_form, layout.projects
        if begins is None or lists is None or (self.sheet, begins) != (lists.sheet, lists.top):
            return begins
        return next((top for top in tops if top > begins), None)

    def _fund_tops(self, layout: Draft) -> set[int]:
        return {layout.funds.top} if layout.funds and layout.funds.sheet == self.sheet else set()

    # ---- boxes -----------------------------------------------------------------------------------------------

    def _boxes(self, layout: Draft, body: Body) -> None:
        taken = self._rows_of_tables(layout, body)
        totals = {(self.sheet, row) for row in body.totals}
        search, common = (
            LabelSearch(self.sheets, layout.kind, self.rows, order, taken, totals, self.titles)
            for order in (self.order, [] if self.alone else self.others)
        )
        for box in typed(layout.form.single_boxes):
            found = search.box(self._sought(layout, box)) or (common.box(box)[:1] if box.key in COMMON else [])
            heads = box.kind == "long_text" and all(one.text == "" for one in found)
            likely = self._likely_box(layout, box, search) if heads or not found else []
            self._put(layout, box, likely or self._doing_the_work(layout, box, search) or found)
        self._sole_goal(layout, search)
        join_goals(self.sheets, layout, taken)
        self._unit_by_supervisor(layout)
        self._ticked_grade(layout)
        layout.labels |= self.titles.keys()
        layout.passages = [(title, self._answered(layout, found)) for title, found in search.texts()]
        self._left_as_printed(layout)

    def _sole_goal(self, layout: Draft, search: LabelSearch) -> None:
        """The goal of a form that has one text for it, beside 年度总体目标: elsewhere that is a heading (R19)."""
        box = next((one for one in layout.form.single_boxes if one.key == "goal_expected"), None)
        if box is None or GOALS & layout.boxes.keys():
            return
        label, *others = layout.kind.target_goals
        found = [one for one in search.box(Box(box.key, label, synonyms=tuple(others))) if self._text_at(one)]
        if len(found) == 1:
            layout.put(box.key, found[0])
            word = self._shown_at(found[0].label)
            message = f"“{word}”只有一项内容，按“{box.label}”读取；本表没有“实际完成情况”。"
            layout.doubt(found[0].label, box.label, word, message, "可以不改；请核对。", "notice")

    def _doing_the_work(self, layout: Draft, box: Box, search: LabelSearch) -> list[Located]:
        """The unit that does the work, where a project's form names another one that reports (R19)."""
        if box.key != "unit" or all(other.key != "project" for other in layout.form.single_boxes):
            return []
        known = {core(label) for label in layout.kind.implementing}
        groups = [[label for label in box.labels if (core(label) in known) is works] for works in (True, False)]
        found = [
            search.box(Box("unit", labels[0], synonyms=tuple(labels[1:]))) if labels else [] for labels in groups
        ]
        if not all(found):
            return []
        (works, by_work), (reports, by_report) = ((places[0], self._text_at(places[0])) for places in found)
        if not by_work or not by_report:
            return found[0] if by_work else []
        layout.labels |= {reports.label, reports.value}
        if same_name(by_work) == same_name(by_report):
            return found[0]
        layout.reporter = reports
        message = f"报送单位填“{by_report}”，实施单位填“{by_work}”：汇总和退回按报送单位，自评表按实施单位列示。"
        layout.doubt(works.value, box.label, by_work, message, "可以不改；请核对。", "notice")
        return found[0]

    def _text_at(self, found: Located) -> str:
        return self._shown_at(found.value) if found.text is None else found.text

    def _shown_at(self, at: tuple[int, int, int]) -> str:
        cell = self.sheets.cell(at)
        return "" if cell is None else (cell.label or "").strip()

    def _ticked_grade(self, layout: Draft) -> None:
        """Read the one grade that is ticked of those that the form prints: 优☑ 良□ 中□ 差□."""
        at = layout.boxes.get("claimed_grade", NOWHERE)
        cell, own = self.sheets.cell(at), layout.texts.get("claimed_grade")
        text = own[1] if own else "" if cell is None else str(cell.value or "")
        if grade := ticked(text):
            message = f"自评等级填“{text}”，按打勾的“{grade}”读取。"
            layout.texts["claimed_grade"] = at, grade
            layout.doubt(at, "自评等级", text, message, "可以不改；请核对。", "notice")

    def _unit_by_supervisor(self, layout: Draft) -> None:
        """A form without a box for the unit lists the department in charge in its place: it lacks nothing."""
        if "unit" not in layout.boxes and self.sheets.cell(layout.boxes.get("supervisor", NOWHERE)) is not None:
            labels = {box.label for box in layout.form.single_boxes if box.key == "unit"}
            layout.missing = [one for one in layout.missing if one[1] not in labels]

    def _sought(self, layout: Draft, box: Box) -> Box:
        """The box with its labels; on a form of targets the goal has more."""
        if not self.sheets.targets or box.key != "goal_expected":
            return box
        return replace(box, synonyms=(*box.synonyms, *layout.kind.target_goals))

    def _put(self, layout: Draft, box: Box, found: list[Located]) -> None:
        """Note where a box is: the first place that is filled in; others that are, are one too many."""
        if not found:
            expected = box.key in CLAIMS or has_label(layout.form, SINGLE, box.key)
            if box.required and box.key in {*BOXES, *CLAIMS} and expected:
                layout.missing.append(("基本信息", box.label, True))
            return
        first, *others = [one for one in found if one.text or self.sheets.cell(one.value)] or found[:1]
        layout.put(box.key, first)
        layout.twice += [(box.label, other.value) for other in others if other.value != first.value]

    def _likely_box(self, layout: Draft, box: Box, search: LabelSearch) -> list[Located]:
        """A box by words that no form knows: read only if they are the only ones, and told."""
        likely = search.likely(box)
        if len(likely) == 1:
            ((word, found),) = likely.items()
            message = f"“{word}”按“{box.label}”读取。"
            layout.doubt(
                found[0].label, box.label, word, message, "可以不改；如不对，请改用通用的名称。", "notice"
            )
            return found
        layout.labels |= {one.label for places in likely.values() for one in places}  # named together
        for word, found in likely.items():
            others = "、".join(f"“{other}”" for other in likely if other != word)
            message = f"“{word}”和{others}都像是“{box.label}”，不能确定是哪一个，没有读取。"
            advice = f"表样不必改。收表单位可用 perf-xlsx adopt 写明哪一栏是“{box.label}”。"
            layout.doubt(found[0].label, box.label, word, message, advice, "warning" if box.required else "notice")
            break
        return []

    def _rows_of_tables(self, layout: Draft, body: Body) -> set[tuple[int, int]]:
        """The sheet and row of every row that belongs to a table."""
        taken = {(self.sheet, row) for row in (*body.headers, *body.rows, *body.parts)}
        if layout.funds:
            end = max(layout.fund_rows.values(), default=layout.funds.bottom)
            taken |= {(layout.funds.sheet, row) for row in range(layout.funds.top, end + 1)}
        else:
            taken |= self._rows_of_amounts(layout)
        if layout.projects:
            end = max(layout.tables["projects"].rows, default=layout.projects.bottom)
            taken |= {(layout.projects.sheet, row) for row in range(layout.projects.top, end + 1)}
        return taken

    def _rows_of_amounts(self, layout: Draft) -> set[tuple[int, int]]:
        """The rows that hold only labels of amounts with their values beside them."""
        rows = {(self.sheet, at[1]) for at in layout.lines.values()}
        return {
            (sheet, row)
            for sheet, row in rows
            if all((sheet, row, column) in layout.labels for column in self.rows[sheet].get(row, ()))
        }

    def _answered(self, layout: Draft, found: Located) -> Located:
        """Where a text is, without the prompt that the form prints there."""
        cell = self.sheets.cell(found.value)
        text = found.text if found.text is not None else str(cell.value) if cell and cell.label else ""
        own = answer(text, layout.kind.prompts)
        return found if own == text else replace(found, text=own)

    def _left_as_printed(self, layout: Draft) -> None:
        """Take prompts out of the goals; tell those that were left where something may be asked (R19)."""
        for key in GOALS & layout.boxes.keys():
            at = layout.boxes[key]
            text = layout.texts[key][1] if key in layout.texts else None
            found = self._answered(layout, Located(at, at, text))
            if found.text is not None:
                layout.texts[key] = at, found.text
        goals = [layout.boxes[key] for key in GOALS & layout.texts.keys() if not layout.texts[key][1]]
        asked = [*goals, *(found.value for _, found in layout.passages if found.text == "")]
        left = sorted(at for at in {*asked} if self._is_prompt(layout, at))
        if left:
            cells = "、".join(self.sheets.shown(at)[1] for at in left)
            message = f"{cells}还是表样印的填写提示，按没有填写读取。"
            layout.doubt(left[0], "填写提示", "", message, "应当填写的，请删去提示，再填写内容。", "notice")

    def _is_prompt(self, layout: Draft, address: Address) -> bool:
        """Whether the cell has only the form's own prompt, left as printed."""
        cell = self.sheets.cell(address)
        return cell is not None and bool(cell.label) and is_prompt(str(cell.value), layout.kind.prompts)

    def _claims(self, layout: Draft, body: Body) -> None:
        """Total and grade in the row of the total; the weight and points of execution in the funds' total row."""
        row = body.total(layout.kind.totals)
        if row is not None:
            at = self._total(layout, row, body.totals[row])
            if at and ("claimed_total" not in layout.boxes or self.sheets.cell(at) is not None):
                self._compare_totals(layout, at)
                layout.put("claimed_total", Located(at, at))
            self._grade(layout, row)
        total = layout.form.total_line
        if points := layout.lines.get(("funds", total, "execution_points")):
            layout.put("claimed_execution_points", Located(points, points))
        why = layout.lines.get(("funds", total, "execution_reason"))
        if why and layout.funds and self.sheets.cell(why) is not None and not self._is_prompt(layout, why):
            head = (layout.funds.sheet, layout.funds.top, layout.funds.columns["execution_reason"])
            layout.passages.append(("执行情况说明", Located(head, why)))

    def _compare_totals(self, layout: Draft, below: Address) -> None:
        """A total in the head besides that of the table: it says the same, or is a doubt."""
        head = layout.boxes.get("claimed_total", below)
        stated, summed = (points_in(self.sheets.cell(at)) for at in (head, below))
        layout.labels.add(head)
        if stated is not None and summed is not None and stated != summed:
            message = (
                f"表头的自评总分填{plain(stated)}，指标表合计行填{plain(summed)}，按合计行的{plain(summed)}读取。"
            )
            layout.doubt(head, "自评总分", plain(stated), message, "请核对，两处填写一致。")

    def _grade(self, layout: Draft, row: int) -> None:
        if "claimed_grade" in layout.boxes:
            return
        for column, text in self.rows[self.sheet].get(row, {}).items():
            if found := GRADES.fullmatch(without_spaces(text)):
                at = (self.sheet, row, column)
                layout.put("claimed_grade", Located(at, at, found[1][0]))

    def _total(self, layout: Draft, row: int, word: str) -> Address | None:
        """The cell of the claimed total: under the points, else next to its label; never the sum of the weights.

        None where the row has no place for it.
        """
        columns, totals = layout.indicators.columns, (*layout.kind.totals, word)
        right = self._right_of(row, totals)
        summed = right == self._under(columns, "weight", row)
        beside, under = None if summed else right, self._under(columns, "claimed_points", row)
        if under is None:
            return beside
        cell = self.sheets.cell(under)
        text = "" if cell is None else str(cell.value)
        if text in known_labels(layout.kind):
            return right  # a row of boxes: each has its own label
        if core(text) in totals:  # the label, merged over the points too
            return beside
        return under if cell or summed or self.sheets.cell(right) is None else right

    def _right_of(self, row: int, words: Container[str]) -> Address:
        """The cell to the right of the first of these words in the row."""
        column = next(c for c, text in self.rows[self.sheet][row].items() if core(text) in words)
        return self.sheets.right_of((self.sheet, row, column))

    def _under(self, columns: Mapping[str, int], key: str, row: int) -> Address | None:
        """The cell of a column in this row; None where the table has no such column."""
        return self.sheets.merged_from((self.sheet, row, columns[key])) if key in columns else None

    def _year(self, layout: Draft) -> None:
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

    def _is_filed_after(self, layout: Draft, year: int) -> bool:
        """Whether a form may be of this year, which a project's name states: it is filed in it or in the next."""
        at, text = layout.texts.get("filled_on", (layout.boxes.get("filled_on", NOWHERE), ""))
        cell = self.sheets.cell(at)
        filed = FILED.search(text or (as_shown(cell) if cell is not None else ""))
        return filed is None or int(filed[0]) in (year, year + 1)

    def _above(self, layout: Draft) -> Iterator[tuple[Address, str]]:
        """The texts above the tables."""
        top = min(layout.indicators.top, layout.funds.top if layout.funds else layout.indicators.top)
        for row, texts in self.rows[self.sheet].items():
            if row < top:
                yield from (((self.sheet, row, column), without_spaces(text)) for column, text in texts.items())
