"""自评表: the official self-evaluation form, complete and scored, ready to print and seal.

Layout: 项目支出绩效自评表 of 财预〔2020〕10号; the department form in the same manner, with its own fund lines.
The points of the unit and those of the software have a column each, because the seal is the unit's.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from msgspec import Struct

from perf_xlsx import __version__
from perf_xlsx.domain.model import (
    PART,
    UNSCORED_WORDS,
    Entry,
    FundLine,
    Indicator,
    Result,
    Score,
    Scores,
    SelfEvaluation,
    scored_rows,
)
from perf_xlsx.domain.rounding import points
from perf_xlsx.forms import Form
from perf_xlsx.ooxml import Draft, Look
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scored.clip_text import chunks, remarks
from perf_xlsx.scored.items import actual_words, target_words, unscored
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.fixed_texts import PROGRAM, SIGNATURES, SIGNED_ON

EVALUATION_FORM = "自评表"
DASH = "—"
CLAIMED, COMPUTED = "自评得分", "计算得分\n（软件）"
NAME, LEVELS = "三级指标", ("一级指标", "二级指标")
NUMBERS = ("完成率", "分值", CLAIMED, COMPUTED)
INK = "#000000"


class PaperLayout(Struct, frozen=True):
    """Columns of the sheet: widths, the fund columns from the fifth on, the places of the indicators' columns."""

    widths: tuple[float, ...]
    font: float  # larger where the sheet is wider, so that it prints alike on one portrait page
    funds: tuple[str, ...]
    indicator: tuple[tuple[str, int, int], ...]  # heading, first and last column

    @property
    def last(self) -> int:
        """The last column."""
        return len(self.widths) - 1

    @property
    def page_height(self) -> float:
        """Height in points that one page holds when the width fits; a little more may be squeezed in."""
        return sum(self.widths) * 5.6 * 748 / 523 * 1.12

    def span(self, first: int, last: int) -> float:
        """Width of merged columns, in characters of the layout's font."""
        return sum(self.widths[first : last + 1]) * 10 / self.font


PROJECT = PaperLayout(
    (5, 9.5, 11, 20, 13, 13, 13, 9, 10, 9, 10),
    10,
    ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", CLAIMED, COMPUTED),
    (("一级指标", 1, 1), ("二级指标", 2, 2), ("三级指标", 3, 3), ("年度指标值", 4, 4), ("实际完成值", 5, 5),
     ("分值", 6, 6), (CLAIMED, 7, 7), (COMPUTED, 8, 8), ("偏差原因分析及改进措施", 9, 10)),
)  # fmt: skip
DEPARTMENT = PaperLayout(
    (5, 11, 13, 25, 15, 15, 15, 15, 11, 11, 11, 15),
    12,
    ("年初预算数", "调整数", "全年预算数", "全年执行数", "执行率", "分值", CLAIMED, COMPUTED),
    (("一级指标", 1, 1), ("二级指标", 2, 2), ("三级指标", 3, 3), ("年度指标值", 4, 4), ("实际完成值", 5, 5),
     ("完成率", 6, 6), ("分值", 7, 7), (CLAIMED, 8, 8), (COMPUTED, 9, 9), ("偏差原因分析及改进措施", 10, 11)),
)  # fmt: skip


def evaluation_sheet(result: Result, form: Form, rulebook: Rulebook, code: str | None = None) -> Draft:
    """The sheet, with the check code of its score. The result must have been scored."""
    assert result.evaluation is not None
    assert result.scores is not None
    layout = PROJECT if "project" in result.evaluation.boxes else DEPARTMENT
    sheet = s.draft(EVALUATION_FORM, layout.widths, landscape=False)
    paper = _Paper(sheet, result.evaluation, result.scores, form, rulebook, layout, code)
    paper.write()
    if paper.height <= layout.page_height:
        sheet.pages_high = 1
    else:
        paper.labels_on_top()
    sheet.repeated = (paper.header, paper.header)
    sheet.print_area = (0, 0, paper.row - 1, layout.last)
    return sheet


class _Paper:
    """Writes the form from top to bottom; `row` is the next free row."""

    def __init__(
        self, sheet: Draft, form: SelfEvaluation, scores: Scores, kind: Form, rulebook: Rulebook,
        layout: PaperLayout, code: str | None,
    ) -> None:  # fmt: skip
        self.sheet, self.form, self.scores, self.code = sheet, form, scores, code
        self.kind, self.rulebook, self.layout = kind, rulebook, layout
        self.row, self.header, self.height = 0, 0, 0.0
        self.indents = {line.key: line.indent for line in kind.lines("funds").lines}

    def write(self) -> None:
        self._heading()
        self._basics()
        self._funds()
        self._goal()
        self._indicators()
        self._total()
        self._passages()
        self._extras()
        self._signatures()

    def labels_on_top(self) -> None:
        """Move labels over several rows to the first of them: a page break cuts no row, but would cut a label."""
        for top, left, bottom, _ in self.sheet.merges:
            if bottom > top:
                text, look = self.sheet.cells[top][left]
                self.sheet.cells[top][left] = text, self._style(bold=look.bold, valign="top")

    # ---- cells -----------------------------------------------------------------------------------------------

    def _style(self, **look: Any) -> Look:
        return s.look(**({"border": True, "border_color": INK, "font_color": INK, "align": "center"} | look))

    def _text(self, first: int, last: int, text: str, rows: int = 1, **look: Any) -> None:
        """Text over merged columns (and rows) of the current row."""
        style = self._style(**look)
        if last > first or rows > 1:
            self.sheet.merge(self.row, first, self.row + rows - 1, last, style)
        self.sheet.text(self.row, first, text, style)

    def _label(self, first: int, last: int, text: str, rows: int = 1) -> None:
        self._text(first, last, text, rows, bold=True)

    def _number(self, first: int, last: int, value: Any, code: str, none: str) -> None:
        style = self._style(num_format=code)
        if last > first:
            self.sheet.merge(self.row, first, self.row, last, style)
        if value is None:
            self.sheet.text(self.row, first, none, style)
        else:
            self.sheet.number(self.row, first, value, style)

    def _claim(self, first: int, last: int, claimed: Entry[Decimal]) -> None:
        """Points that the unit gave itself, as it wrote them."""
        self._number(first, last, claimed.value, "General", claimed.given or self._none("未填"))

    def _none(self, word: str) -> str:
        """What stands where something is missing: a form without points lacks none."""
        return DASH if self.form.unscored else word

    def _next(self, height: float) -> None:
        height = min(s.MAX_HEIGHT, height * self.layout.font / 10)
        self.sheet.heights[self.row] = height
        self.height += height
        self.row += 1

    # ---- parts -----------------------------------------------------------------------------------------------

    def _heading(self) -> None:
        last = self.layout.last
        self._text(
            0, last, self.kind.official, border=False, font_name=s.HEADING, font_size=1.8 * self.layout.font
        )
        self._next(38)
        year = f"（{self.form.year}年度）" if self.form.year else "（　　　　年度）"
        self._text(0, last, year, border=False, font_size=1.2 * self.layout.font)
        self._next(22)

    def _basics(self) -> None:
        boxes, last, middle = self.form.boxes, self.layout.last, 5
        rows = [("unit", "单位名称", "supervisor", "主管部门")]
        if "project" in boxes:
            self._label(0, 2, "项目名称")
            self._text(3, last, boxes["project"].given)
            self._next(s.height_for([(boxes["project"].given, self.layout.span(3, last))], 26))
            rows = [("supervisor", "主管部门", "unit", "实施单位")]
        for left, left_label, right, right_label in rows:
            self._label(0, 2, left_label)
            self._text(3, middle - 1, boxes[left].given)
            self._label(middle, middle + 1, right_label)
            self._text(middle + 2, last, boxes[right].given)
            shown = [
                (boxes[left].given, self.layout.span(3, middle - 1)),
                (boxes[right].given, self.layout.span(middle + 2, last)),
            ]
            self._next(s.height_for(shown, 26))

    def _funds(self) -> None:
        unit = self.form.boxes["money_unit"].given or "单位未填"
        name = "项目资金" if "project" in self.form.boxes else "预算执行"
        lines = list(self.form.funds.values())
        self._label(0, 2, f"{name}\n（{unit}）", rows=len(lines) + 1)
        self._label(3, 3, "资金类别")
        for column, head in enumerate(self.layout.funds, 4):
            self._label(column, column, head)
        self._next(30)
        for line in lines:
            self._fund_line(line)

    def _fund_line(self, line: FundLine) -> None:
        is_total = line is self.form.total_funds
        self._text(3, 3, line.name, align="left", indent=1 + 2 * self.indents.get(line.key, 0), bold=is_total)
        money: dict[str, Entry[Decimal]] = {
            "年初预算数": line.initial, "调整数": line.adjustment, "全年预算数": line.adjusted,
            "全年执行数": line.executed,
        }  # fmt: skip
        for column, head in enumerate(self.layout.funds, 4):
            if head in money:
                self._number(column, column, money[head].value, s.MONEY, money[head].given or "")
            elif head == "执行率":
                self._number(column, column, self.scores.line_rates[line.key].execution, s.PERCENT, DASH)
            elif is_total:
                self._execution(column, head)
            else:
                self._number(column, column, None, "General" if head == "分值" else s.POINTS, DASH)
        self._next(24)

    def _execution(self, column: int, head: str) -> None:
        """Weight, claim or points of budget execution, in the line of the total."""
        score = self.scores.execution
        if head == "分值":
            self._number(column, column, score.weight, "General", DASH)
        elif head == CLAIMED:
            self._claim(column, column, self.form.claimed.execution_points)
        else:
            self._number(column, column, score.points, s.POINTS, self._none("未评"))

    def _goal(self) -> None:
        boxes, last = self.form.boxes, self.layout.last
        if "goal_expected" not in boxes:
            return
        texts = boxes["goal_expected"].given, boxes["goal_achieved"].given
        self._label(0, 0, "年度总体目标", rows=2)
        self._label(1, 4, "预期目标")
        self._label(5, last, "实际完成情况")
        self._next(24)
        self._text(1, 4, texts[0], align="left", valign="top")
        self._text(5, last, texts[1], align="left", valign="top")
        self._next(s.height_for([(texts[0], self.layout.span(1, 4)), (texts[1], self.layout.span(5, last))], 60))

    def _indicators(self) -> None:
        rows = scored_rows(self.form, self.scores)
        levelled = any(row.level1.given or row.level2.given for row, _ in rows)
        self._label(0, 0, "绩效指标", rows=max(len(rows), 1) + 1)
        for head, first, last in self._columns(levelled):
            if levelled or head != NAME:
                self._label(first, last, head)
        if not levelled:
            self._label(1, 3, "指标名称")
        self.header = self.row
        self._next(30)
        if not rows:
            self._text(1, self.layout.last, "未填写绩效指标")
            self._next(26)
        start = self.row
        for row, score in rows:
            self._indicator(row, score, levelled)
        if levelled:
            self._levels(start, [row for row, _ in rows])

    def _columns(self, levelled: bool) -> list[tuple[str, int, int]]:
        """The indicators' columns; where no row has a level, the name takes the levels' place."""
        if levelled:
            return list(self.layout.indicator)
        columns = [column for column in self.layout.indicator if column[0] not in LEVELS]
        return [(head, 1 if head == NAME else first, last) for head, first, last in columns]

    def _indicator(self, row: Indicator, score: Score, levelled: bool) -> None:
        shown = []
        for head, first, last in self._columns(levelled):
            width = self.layout.span(first, last)
            if head in LEVELS:  # written when all rows are known: _levels
                shown.append(((row.level1 if head == LEVELS[0] else row.level2).given, width))
            elif head in NUMBERS:
                self._indicator_number(head, first, last, row, score)
            else:
                text, align = _indicator_text(head, row, width)
                self._text(first, last, text, align=align)
                shown.append((text, width))
        self._next(s.height_for(shown, 26))

    def _indicator_number(self, head: str, first: int, last: int, row: Indicator, score: Score) -> None:
        if head == "完成率":
            self._number(first, last, score.completion, s.PERCENT, DASH)
        elif score is PART:
            self._text(first, last, DASH)
        elif head == "分值":
            self._number(first, last, score.weight, "General", row.weight.given or self._none("未填"))
        elif head == CLAIMED:
            self._claim(first, last, row.claimed_points)
        else:
            own = s.CLAIMED_POINTS if score.claimed else s.POINTS
            self._number(first, last, score.points, own, self._none(unscored(score)))

    def _levels(self, start: int, rows: Sequence[Indicator]) -> None:
        """Level 1 and 2, merged over consecutive equal rows."""
        style = self._style()
        keys: dict[int, list[tuple[str, ...]]] = {
            1: [(row.level1.given,) for row in rows],
            2: [(row.level1.given, row.level2.given) for row in rows],
        }
        for column, words in keys.items():
            at = start
            for word, group in groupby(words):
                count = len(list(group))
                if count > 1 and word[-1]:
                    self.sheet.merge(at, column, at + count - 1, column, style)
                for row in range(at, at + count):
                    if row == at or not word[-1]:
                        self.sheet.text(row, column, word[-1], style)
                at += count

    def _total(self) -> None:
        columns = {head: (first, last) for head, first, last in self.layout.indicator}
        weight, claimed, earned = columns["分值"], columns[CLAIMED], columns[COMPUTED]
        weights = [self.scores.execution.weight, *(score.weight for score in self.scores.indicators)]
        self._label(0, weight[0] - 1, "总分")
        known = [one for one in weights if one is not None]
        self._number(*weight, sum(known, Decimal(0)) if known else None, "General", self._none(""))
        self._claim(*claimed, self.form.claimed.total)
        self._number(*earned, self.scores.total, s.POINTS, "不计分")
        self._text(earned[1] + 1, self.layout.last, f"自评等级：{self.form.claimed.grade.given}", bold=True)
        self._next(30)

    def _passages(self) -> None:
        for passage in self.form.passages:
            self._long_text(passage.title.given, passage.text.given, 30)

    def _extras(self) -> None:
        """What only this kind of form asks for, a row for each box: the official table has no columns for it."""
        for extra in self.form.extras:
            of = f"{extra.row}：" if extra.row else ""
            self._long_text(extra.label, f"{of}{extra.entry.given}", 26)

    def _long_text(self, label: str, text: str, least: float) -> None:
        """A label and a text, over several rows where one would be too high."""
        last = self.layout.last
        for number, chunk in enumerate(chunks(text, self.layout.span(3, last))):
            title = label if number == 0 else f"{label}（续）"
            self._label(0, 2, title)
            self._text(3, last, chunk, align="left")
            shown = [(chunk, self.layout.span(3, last)), (label, self.layout.span(0, 2))]
            self._next(s.height_for(shown, least))

    def _signatures(self) -> None:
        last, half = self.layout.last, self.layout.last // 2
        self._next(10)
        for left, right in (*SIGNATURES, ("", SIGNED_ON)):
            self._text(0, half, left, border=False, align="left")
            self._text(half + 1, last, right, border=False, align="left", indent=6)
            self._next(34)
        self._next(6)
        foot = f"{self._result()}评分办法：{self.rulebook.document}（{self.rulebook.name}）{PROGRAM}{__version__}"
        foot += f"；校验码 {self.code}" if self.code else ""
        size = 0.8
        self._text(0, last, foot, border=False, align="left", font_size=size * self.layout.font)
        self._next(s.height_for([(foot, self.layout.span(0, last) / size)], 16))

    def _result(self) -> str:
        """Whose the points are, and what they come to."""
        if self.scores.total is None:
            return f"{UNSCORED_WORDS[self.form.unscored]}。"
        why = "；".join(self.scores.provisional)
        result = f"暂定（{why}），不评等级" if why else f"等级{self.scores.grade}"
        own = (
            f"；其中{self.scores.claimed_rows}项没有指标值，用单位自评得分（＊）"
            if self.scores.claimed_rows
            else ""
        )
        total = f"总分{points(self.scores.total)}，{result}{own}"
        return f"自评得分、自评等级由单位填报，计算得分由软件按评分办法计算（{total}）。"


def _indicator_text(head: str, row: Indicator, width: float) -> tuple[str, str]:
    """What a column of texts shows of an indicator, and how it is aligned."""
    match head:
        case "三级指标":
            return row.name.given, "left"
        case "年度指标值":
            return target_words(row), "center"
        case "实际完成值":
            return actual_words(row), "center"
    return remarks(row, width), "left"
