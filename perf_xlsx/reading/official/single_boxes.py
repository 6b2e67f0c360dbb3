"""Finds the boxes of an official layout: a label with its value beside or below it, the goals, total and grade."""

from __future__ import annotations

from collections.abc import Container, Mapping

from msgspec.structs import replace

from perf_xlsx.domain.model import BOXES
from perf_xlsx.domain.quantity import same_name
from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms import Box, typed
from perf_xlsx.forms.form import BOXES as SINGLE
from perf_xlsx.reading.cells import points_in
from perf_xlsx.reading.grids import NOWHERE, Address, Sheets
from perf_xlsx.reading.layout import Located
from perf_xlsx.reading.official.adopted import has_label
from perf_xlsx.reading.official.boxes import LabelSearch, known_labels
from perf_xlsx.reading.official.goals import join_goals
from perf_xlsx.reading.official.known_headers import SheetRows
from perf_xlsx.reading.official.labels import core, without_spaces
from perf_xlsx.reading.official.layout_draft import LayoutDraft
from perf_xlsx.reading.official.prompts import behind_prompt, is_prompt
from perf_xlsx.reading.official.rows import TableBody
from perf_xlsx.reading.official.ticked import ticked
from perf_xlsx.system.pattern import pattern

CLAIMS = ("claimed_execution_points", "claimed_total", "claimed_grade")
GOALS = frozenset({"goal_expected", "goal_achieved"})
GRADES = pattern(r"(?:.*等级\)?[::]?)?\(?(优秀|优|良好|良|中|差)\)?")
COMMON = frozenset({"unit", "supervisor", "filled_on", "money_unit"})  # what one cover may say for several forms


class SingleBoxes:
    """The boxes of the form whose indicators are on `sheet`.

    They are sought on the sheets of `order`; on the `common` ones at most what a cover says for several forms.
    `titles` are the cells of titles.
    """

    def __init__(
        self,
        sheets: Sheets,
        rows: SheetRows,
        order: list[int],
        common: list[int],
        titles: Mapping[Address, str],
    ) -> None:
        self.sheets, self.rows, self.order, self.common, self.titles = sheets, rows, order, common, titles
        self.sheet = order[0]

    def locate(self, layout: LayoutDraft, body: TableBody) -> None:
        """Note where each box, passage and claim is."""
        taken = self._rows_of_tables(layout, body)
        totals = {(self.sheet, row) for row in body.totals}
        search, common = (
            LabelSearch(self.sheets, layout.kind, self.rows, order, taken, totals, self.titles)
            for order in (self.order, self.common)
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
        self._claims(layout, body)

    def _sole_goal(self, layout: LayoutDraft, search: LabelSearch) -> None:
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

    def _doing_the_work(self, layout: LayoutDraft, box: Box, search: LabelSearch) -> list[Located]:
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

    def _ticked_grade(self, layout: LayoutDraft) -> None:
        """Read the one grade that is ticked of those that the form prints: 优☑ 良□ 中□ 差□."""
        at = layout.boxes.get("claimed_grade", NOWHERE)
        cell, own = self.sheets.cell(at), layout.texts.get("claimed_grade")
        text = own[1] if own else "" if cell is None else str(cell.value or "")
        if grade := ticked(text):
            message = f"自评等级填“{text}”，按打勾的“{grade}”读取。"
            layout.texts["claimed_grade"] = at, grade
            layout.doubt(at, "自评等级", text, message, "可以不改；请核对。", "notice")

    def _unit_by_supervisor(self, layout: LayoutDraft) -> None:
        """A form without a box for the unit lists the department in charge in its place: it lacks nothing."""
        if "unit" not in layout.boxes and self.sheets.cell(layout.boxes.get("supervisor", NOWHERE)) is not None:
            labels = {box.label for box in layout.form.single_boxes if box.key == "unit"}
            layout.missing = [one for one in layout.missing if one[1] not in labels]

    def _sought(self, layout: LayoutDraft, box: Box) -> Box:
        """The box with its labels; on a form of targets the goal has more."""
        if not self.sheets.targets or box.key != "goal_expected":
            return box
        return replace(box, synonyms=(*box.synonyms, *layout.kind.target_goals))

    def _put(self, layout: LayoutDraft, box: Box, found: list[Located]) -> None:
        """Note where a box is: the first place that is filled in; others that are, are one too many."""
        if not found:
            expected = box.key in CLAIMS or has_label(layout.form, SINGLE, box.key)
            if box.required and box.key in {*BOXES, *CLAIMS} and expected:
                layout.missing.append(("基本信息", box.label, True))
            return
        first, *others = [one for one in found if one.text or self.sheets.cell(one.value)] or found[:1]
        layout.put(box.key, first)
        layout.twice += [(box.label, other.value) for other in others if other.value != first.value]

    def _likely_box(self, layout: LayoutDraft, box: Box, search: LabelSearch) -> list[Located]:
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

    def _rows_of_tables(self, layout: LayoutDraft, body: TableBody) -> set[tuple[int, int]]:
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

    def _rows_of_amounts(self, layout: LayoutDraft) -> set[tuple[int, int]]:
        """The rows that hold only labels of amounts with their values beside them."""
        rows = {(self.sheet, at[1]) for at in layout.lines.values()}
        return {
            (sheet, row)
            for sheet, row in rows
            if all((sheet, row, column) in layout.labels for column in self.rows[sheet].get(row, ()))
        }

    def _answered(self, layout: LayoutDraft, found: Located) -> Located:
        """Where a text is, without the prompt that the form prints there."""
        cell = self.sheets.cell(found.value)
        text = found.text if found.text is not None else str(cell.value) if cell and cell.label else ""
        own = behind_prompt(text, layout.kind.prompts)
        return found if own == text else replace(found, text=own)

    def _left_as_printed(self, layout: LayoutDraft) -> None:
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

    def _is_prompt(self, layout: LayoutDraft, address: Address) -> bool:
        """Whether the cell has only the form's own prompt, left as printed."""
        cell = self.sheets.cell(address)
        return cell is not None and bool(cell.label) and is_prompt(str(cell.value), layout.kind.prompts)

    def _claims(self, layout: LayoutDraft, body: TableBody) -> None:
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

    def _compare_totals(self, layout: LayoutDraft, below: Address) -> None:
        """A total in the head besides that of the table: it says the same, or is a doubt."""
        head = layout.boxes.get("claimed_total", below)
        stated, summed = (points_in(self.sheets.cell(at)) for at in (head, below))
        layout.labels.add(head)
        if stated is not None and summed is not None and stated != summed:
            message = (
                f"表头的自评总分填{plain(stated)}，指标表合计行填{plain(summed)}，按合计行的{plain(summed)}读取。"
            )
            layout.doubt(head, "自评总分", plain(stated), message, "请核对，两处填写一致。")

    def _grade(self, layout: LayoutDraft, row: int) -> None:
        if "claimed_grade" in layout.boxes:
            return
        for column, text in self.rows[self.sheet].get(row, {}).items():
            if found := GRADES.fullmatch(without_spaces(text)):
                at = (self.sheet, row, column)
                layout.put("claimed_grade", Located(at, at, found[1][0]))

    def _total(self, layout: LayoutDraft, row: int, word: str) -> Address | None:
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
