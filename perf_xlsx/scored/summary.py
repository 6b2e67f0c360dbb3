"""评分汇总: total and grade first, then rates, then each indicator, the costliest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from msgspec import Struct

from perf_xlsx.domain.model import (
    STANDINGS,
    UNSCORED_WORDS,
    FundLine,
    Project,
    Rates,
    Result,
    Scores,
    SelfEvaluation,
)
from perf_xlsx.domain.rounding import half_up, percent, plain, points
from perf_xlsx.domain.severity import STANDING_NAMES, STANDING_SIGNS
from perf_xlsx.forms import Form
from perf_xlsx.ooxml import BarChart, DataBar, Look, Series, SheetDraft
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scored.finding_list import PROBLEMS
from perf_xlsx.scored.items import Item, items, unscored
from perf_xlsx.scored.page_fit import page_starts
from perf_xlsx.scored.validity import errors_of, is_in_doubt, not_valid
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.a4 import OWN_SIZE, PAGE, widths_counted_in
from perf_xlsx.sheets.fixed_texts import SUMMARY, SUMMARY_HEADS
from perf_xlsx.system.pattern import pattern

TILES = 3  # the row of the tiles' labels, from 0; their values are below
COUNT_OF_ERRORS = f"B{TILES + 2}"  # the cell of the first tile's value
WIDTHS = (3, 19.5, 12.5, 11.5, 8.6, 6, 7, 7.5, 8, 19, 14.6, 5.2)  # columns A to L, in characters of our own type
WHY, BASIS = (9, 10), 11  # the columns of the table's texts; A numbers its rows
LAST = len(WIDTHS) - 1
SCALE = 0.9  # on paper: type of 9 points
TITLE_SIZE = 18
USUAL_HEIGHT = 15  # points, of a row without a height
BLANK_HEIGHT = 8  # of a row between two parts
BEGUN = 2  # rows of a table that a page ends or begins with, at least
TYPE = 1.08  # units of type of 10 points to a character of the workbook's own, of 11
SPANS = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 7), (8, 8))  # the columns of the small tables
MOST_PROJECTS = 10  # of more, the paper has them all
CHART_ROWS = 10  # the costliest; more bars than that say less than the table
CHART, BEHIND = 9, 2  # its column, and the indent of what stands behind it there
LONG, UNBROKEN = 8, 0.75  # characters of a number; the share of a line that such numbers leave to use
_NUMBER = pattern(r"[\d.,]+")
LINE_HEIGHT, LESS = 20, 3  # points, of a row of the small tables; and how much lower the rules' rows are
ON_ONE_LINE = (
    1.25  # units of type to a character, up to which LibreOffice shows a link whole, which it never wraps
)
CHART_HEIGHT, LOWEST_CHART = 15 * LINE_HEIGHT, 9 * LINE_HEIGHT
GUTTER = 6  # points below the chart: programs round the heights of rows
ROUNDING = 2  # points that a page is left, so that programs which round heights need no other
LONGEST_HEADER = 110  # units of a page's header, which has one line
LONGEST_NAME = 14  # units of a name at the chart: a longer one leaves no room for its bars
TOTAL, WITH_CLAIMS, CHECKED = "计算总分", "总分（含单位自评）", "只核对"
GAP = "+0.00;-0.00;0.00"
CLAIMED = "#9DC3E6"  # bars of the unit's own points; those of computed points have the accent colour


class Tile(Struct, frozen=True):
    """A figure at first glance: its columns, label, value (a number is a number) and remark, and how it looks."""

    columns: tuple[int, int]
    label: str
    value: str | Decimal | Fraction | None
    remark: str
    code: str = "General"
    size: float = 20
    fill: str = "#F3F6FA"
    ink: str = s.INK
    soft: str = s.SOFT


ACCENTED: Mapping[str, str] = {"fill": s.ACCENT, "ink": "#FFFFFF", "soft": "#DCE6F2"}


def summary_sheet(result: Result, form: Form, rulebook: Rulebook, size: float = OWN_SIZE) -> SheetDraft:
    """The sheet. The result must have been scored. `size` is that of the type that widths count in."""
    assert result.evaluation is not None
    assert result.scores is not None
    sheet = s.draft(SUMMARY, widths_counted_in(WIDTHS, size))
    sheet.tab_colour, sheet.scale = s.ACCENT, SCALE
    _Summary(sheet, result, result.evaluation, result.scores, form, rulebook).write()
    return sheet


class _Summary:
    def __init__(
        self,
        sheet: SheetDraft,
        result: Result,
        form: SelfEvaluation,
        scores: Scores,
        kind: Form,
        rulebook: Rulebook,
    ) -> None:
        self.sheet, self.result, self.form = sheet, result, form
        self.across = TYPE * sum(WIDTHS[1:])
        self.why = sum(WIDTHS[column] for column in WHY)
        self.page = PAGE[True][1] / sheet.scale  # what a page holds, in points of the sheet
        self.chart_height, self.chart_rows = float(CHART_HEIGHT), CHART_ROWS
        self.scores, self.kind, self.rulebook = scores, kind, rulebook
        self.items = items(form, scores)
        self.kept: set[int] = set()  # rows that stay on the page of the row above them
        self.page_tops = [0.0]  # where the pages begin that the table of money stands on, in points from the top

    def write(self) -> None:
        self._heading()
        self.sheet.heights |= dict.fromkeys((TILES - 1, 6, 8), BLANK_HEIGHT)
        self._tiles(TILES)
        self._next_step(7)
        self.ordered = sorted(self.items, key=lambda item: -item.lost)
        row = self._funds(9) if self.form.unscored else self._beside_chart(9)
        self.sheet.heights[row] = BLANK_HEIGHT
        row = self._bases(self._indicators(row + 1))
        if not self.form.unscored:
            self._chart(9)
        self.sheet.print_area = (0, 0, row - 1, LAST)
        self._pages(row)
        self.sheet.selected = (4, 1)

    def _beside_chart(self, row: int) -> int:
        """The small tables, and the chart to the right of the rows that the first page still holds."""
        top = self._height(row)
        left = self.page - top - ROUNDING
        most = min(CHART_HEIGHT, left) if left >= LOWEST_CHART else CHART_HEIGHT
        self.page_tops = [0.0 if left >= LOWEST_CHART else top]
        between = self._dimensions(row)
        self.sheet.heights[between] = BLANK_HEIGHT
        end = self._funds(between + 1)
        while (short := top + most - self._height(end)) > 0:
            self.sheet.heights[end] = min(LINE_HEIGHT, short)
            end += 1
        bottom = min((top + most, *self.page_tops[1:2]))
        beside = [one for one in range(row + 1, end) if self._height(one + 1) <= bottom]
        self.kept.update(beside)
        self.chart_height, self.chart_rows = self._height(beside[-1] + 1) - top - GUTTER, len(beside) + 1
        return end

    def _heading(self) -> None:
        sheet, last = self.sheet, LAST
        style = s.look(font_name=s.HEADING, font_size=TITLE_SIZE)
        sheet.merge(0, 1, 0, last, style)
        year = f"{self.form.year}年度" if self.form.year else ""
        name = self.form.boxes["project"].given if "project" in self.form.boxes else ""
        subject = f"{name}（{self.form.unit or '单位未填'}）" if name else self.form.unit or "单位未填"
        title = f"{subject}　{year}"
        sheet.text(0, 1, title, style)
        sheet.heights[0] = _title_height(title)
        sheet.following = s.page_header(f"{_short(title, LONGEST_HEADER)}　{SUMMARY}")
        book = f"{self.kind.title}　评分办法：{self.rulebook.document}（{self.rulebook.name}）"
        note = f"，各项规定的依据：{self.rulebook.trust_in_words()}"
        style = s.look(font_color=s.SOFT)
        sheet.merge(1, 1, 1, last, style)
        sheet.text(1, 1, book + note, style)
        sheet.heights[1] = s.height_for([(book + note, self.across)])

    # ---- the first glance ------------------------------------------------------------------------------------

    def _tiles(self, row: int) -> None:
        """Label, large value and remark in three rows, tile by tile; the errors first."""
        self.sheet.heights |= {row: 20, row + 1: 42, row + 2: 32}
        for tile in self._all_tiles():
            base: dict[str, Any] = {
                "bg_color": tile.fill, "font_color": tile.ink, "align": "center", "text_wrap": False,
            }  # fmt: skip
            soft: dict[str, Any] = {"font_color": tile.soft}
            large: dict[str, Any] = {
                "font_name": s.HEADING, "font_size": tile.size, "shrink": True, "num_format": tile.code,
            }  # fmt: skip
            self._cell(row, *tile.columns, tile.label, **base | soft)
            self._cell(row + 1, *tile.columns, tile.value, **base | large)
            self._cell(row + 2, *tile.columns, tile.remark, **base | soft | {"text_wrap": True})

    def _all_tiles(self) -> tuple[Tile, ...]:
        scores, execution, full = self.scores, self.scores.execution, plain(self.rulebook.number("total.points"))
        claimed, rates = self.form.claimed, scores.line_rates[self.form.total_line]
        label, total, no_grade = TOTAL, f"满分{full}", ""
        if scores.total is None:
            label, total, no_grade = CHECKED, _unscored(self.form), "不计分，不评等级"
        elif scores.claimed_rows:
            label, total = WITH_CLAIMS, f"{total}，含单位自评{scores.claimed_rows}项"
        if scores.provisional:
            total, no_grade = f"暂定：{scores.provisional[0]}", "总分暂定，不评等级"
        shown: str | Decimal = "不计分" if scores.total is None else scores.total
        scored = ""
        if not execution.weight:
            scored = "不计分" if self.form.unscored else "不单独计分"
        elif execution.points is not None:
            scored = f"得分 {points(execution.points)} / {plain(execution.weight or 0)}"
        grade = f"自评等级：{claimed.grade.value or '未填'}"
        return (
            self._error_tile(),
            Tile((2, 3), label, shown, total, s.POINTS, 26, **ACCENTED),
            Tile((4, 5), "等级", scores.grade, no_grade, size=26, **ACCENTED),
            Tile((6, 7), "自评", claimed.total.value, grade),
            Tile((8, 9), "预算执行率", execution.completion, scored, s.PERCENT),
            Tile((10, 11), "预算调整率", rates.adjustment, "调整数÷年初预算数", s.PERCENT),
        )

    def _error_tile(self) -> Tile:
        """How many errors have to be corrected; what else was found beside it."""
        count = {key: sum(found.standing == key for found in self.result.findings) for key in STANDINGS}
        others = [f"{STANDING_SIGNS[key]}{STANDING_NAMES[key]}{count[key]}" for key in STANDINGS[1:] if count[key]]
        remark = "　".join(others) or "没有警告和提示"
        label, value = f"{STANDING_SIGNS['error']} 错误，须更正", Decimal(count["error"])
        if value:
            fill, ink = f"#{s.MARK_FILLS['error'][2:]}", s.STANDING_INK["error"]
            return Tile((1, 1), label, value, remark, "0", 26, fill=fill, ink=ink, soft=ink)
        if not_valid(self.result):
            return Tile((1, 1), "○ 没有错误，尚有未定", value, remark, "0", 26, fill=s.HEAD_FILL)
        return Tile(
            (1, 1), "✔ 没有错误", value, remark, "0", 26, fill=s.DONE_FILL, ink=s.DONE_INK, soft=s.DONE_INK
        )

    def _cell(self, row: int, first: int, last: int, value: str | Decimal | Fraction | None, **look: Any) -> None:
        style = s.look(**look)
        if last > first:
            self.sheet.merge(row, first, row, last, style)
        if isinstance(value, str | None):
            self.sheet.text(row, first, "—" if value is None else value, style)
        else:
            self.sheet.number(row, first, value, style)

    def _next_step(self, row: int) -> None:
        errors = errors_of(self.result)
        why = "；".join(self.scores.provisional)
        still = f"总分是暂定的（{why}），不评等级。" if why else ""
        if errors:
            words = (
                f"下一步：有{errors}项错误须更正。{still}请打开“{PROBLEMS}”逐项更正标色的单元格，保存后重新报送。"
            )
        elif still:
            words = f"下一步：{still}请打开“{PROBLEMS}”，改好不能评分的地方，保存后重新报送。"
        elif is_in_doubt(self.result):
            words = f"下一步：有金额疑似填错单位。请打开“{PROBLEMS}”核对更正，保存后重新报送。"
        elif self.form.unscored:
            words = f"{_unscored(self.form)}。请打开“{PROBLEMS}”核对。"
        elif self.result.findings:
            words = f"下一步：没有错误。请打开“{PROBLEMS}”核对警告和提示，确认无误后打印“自评表”盖章报送。"
        else:
            words = "下一步：没有发现问题，可以打印“自评表”盖章报送。"
        one_line = s.units(words) <= ON_ONE_LINE * sum(WIDTHS[1:])
        style = s.link(bold=True) if one_line else s.look(bold=True, font_color=s.ACCENT)
        self.sheet.merge(row, 1, row, LAST, style)
        if one_line:
            self.sheet.link(row, 1, PROBLEMS, "A1", words, style, to_draft=True)
        else:
            self.sheet.text(row, 1, words, style)
        self.sheet.heights[row] = s.height_for([(words, self.across)], 22)

    # ---- tables ----------------------------------------------------------------------------------------------

    def _title(self, row: int, text: str) -> int:
        self.sheet.text(row, 1, text, s.look(bold=True, font_size=12, font_color=s.ACCENT, text_wrap=False))
        self.sheet.heights[row] = LINE_HEIGHT
        return row + 1

    def _heads(self, row: int, heads: tuple[tuple[int, int, str], ...]) -> int:
        for first, last, text in heads:
            self._cell(row, first, last, text, bold=True, bg_color=s.HEAD_FILL, border=True, align="center")
        self.sheet.heights[row] = LINE_HEIGHT
        return row + 1

    def _number(
        self, row: int, first: int, last: int, value: Decimal | Fraction | None, code: str, none: str
    ) -> None:
        align = "center" if value is None else "right"
        look: dict[str, Any] = {"num_format": s.spaced(code), "indent": 0, "text_wrap": False, "shrink": True}
        style = s.look(border=True, align=align, **look)
        if last > first:
            self.sheet.merge(row, first, row, last, style)
        if value is None:
            self.sheet.text(row, first, none, style)
        else:
            self.sheet.number(row, first, value, style)

    def _indicators(self, row: int) -> int:
        title = row
        row = self._title(row, "逐项核对" if self.form.unscored else "逐项得分（失分多的在前）")
        names = ("序", "指标", "指标值", "实际完成值", "完成率", "分值", *SUMMARY_HEADS)
        spans = (*((n, n) for n in range(WHY[0])), WHY, (BASIS, BASIS))
        self.sheet.repeated = (row, row)
        first = self.first = row = self._heads(
            row, tuple((*span, name) for span, name in zip(spans, names, strict=True))
        )
        for number, item in enumerate(self.ordered, 1):
            self._item(row, item, number)
            row += 1
        self.sheet.bars.append(DataBar(first, row - 1, 4, CLAIMED))
        self._total_row(row)
        self.kept |= {*range(title + 1, first + BEGUN), row}
        return row + 1

    @cached_property
    def _numbered(self) -> Mapping[str, int]:
        """Numbers of the rules that points follow from, in the order of the table; below it each stands once."""
        texts = dict.fromkeys(str(basis) for item in self.ordered for basis in item.score.basis)
        return {text: number for number, text in enumerate(texts, 1)}

    def _bases(self, row: int) -> int:
        """The rules below the table, by their numbers there; gives the row after them."""
        if not self._numbered:
            return row
        self.sheet.heights[row] = BLANK_HEIGHT
        row = self._title(row + 1, "依据")
        self.kept |= {row - 1, row}
        for text, number in self._numbered.items():
            self.sheet.number(row, 0, number, s.look(border=True, align="center"))
            self._cell(row, 1, LAST, text, align="left", border=True)
            self.sheet.heights[row] = s.height_for([(text, self.across)]) - LESS
            row += 1
        together = range(max(self.first, self.first + len(self.ordered) - BEGUN), row)
        if sum(self.sheet.heights[one] for one in together) <= self.page:
            self.kept |= {*together[1:]}  # a page with the heads of the table has rows of it
        return row

    def _pages(self, end: int) -> None:
        """Begin pages where no table is torn from its heads, nor the chart in two."""
        heights = [self.sheet.heights.get(row, USUAL_HEIGHT) for row in range(end)]
        heads = dict.fromkeys(range(self.first, self.first + len(self.ordered) + 1), self.first - 1)
        self.sheet.page_starts = page_starts(heights, self.kept, self.page, heads)

    def _height(self, rows: int) -> float:
        """Of so many rows from the top, in points."""
        return sum(self.sheet.heights.get(row, USUAL_HEIGHT) for row in range(rows))

    def _item(self, row: int, item: Item, number: int) -> None:
        sheet, score, text = self.sheet, item.score, s.look(border=True, align="left")
        basis = "、".join(str(self._numbered[one]) for one in dict.fromkeys(map(str, score.basis)))
        centre = s.look(border=True, align="center")
        if link_cell := item.place.cell:  # the number leads there: programs as LibreOffice keep a link on one line
            sheet.link(row, 0, item.place.sheet, link_cell, number, s.link(border=True, align="center"))
        else:
            sheet.number(row, 0, number, centre)
        sheet.text(row, 1, item.name, text)
        for column, words in ((2, item.target), (3, item.actual)):
            sheet.text(row, column, words, self._whole(words, WIDTHS[column]))
        self._number(row, 4, 4, score.completion, s.PERCENT, "—")
        checked = bool(self.form.unscored)
        self._number(row, 5, 5, score.weight, "General", "—" if checked else "未填")
        self._number(row, 6, 6, item.claimed, s.POINTS, "—")
        own = s.CLAIMED_POINTS if score.claimed else s.POINTS
        self._number(row, 7, 7, score.points, own, "—" if checked else unscored(score))
        gap = None if item.claimed is None or score.points is None else item.claimed - score.points
        self._number(row, 8, 8, gap, GAP, "—")
        self._cell(row, *WHY, s.unbroken(score.why), border=True, align="left")
        if basis.isdecimal():
            sheet.number(row, BASIS, int(basis), centre)
        else:
            sheet.text(row, BASIS, basis, centre)
        shown = [
            (item.name, WIDTHS[1]),
            (item.target, WIDTHS[2]),
            (item.actual, WIDTHS[3]),
            (score.why, self.why * (UNBROKEN if _longest(score.why) > LONG else 1)),
            (basis, WIDTHS[BASIS]),
        ]
        sheet.heights[row] = s.height_for(shown, 24)

    def _whole(self, words: str, width: float) -> Look:
        """How a value looks: on lines, or on one in smaller type where a number would be broken in two."""
        long = _longest(words) > width - 2 and s.units(words) < 2 * width
        return s.look(border=True, align="center", text_wrap=not long, shrink=long)

    def _total_row(self, row: int) -> None:
        self._cell(row, 0, 4, "合计", border=True, bold=True, align="center", bg_color=s.HEAD_FILL)
        claimed = _claimed(self.items)
        self._number(row, 5, 5, self._weight(self.items), "General", "—")
        self._number(row, 6, 6, claimed, s.POINTS, "—")
        self._number(row, 7, 7, self.scores.total, s.POINTS, "—")
        known = None if self._is_open(self.items) else self.scores.total
        gap = None if claimed is None or known is None else claimed - known
        self._number(row, 8, 8, gap, GAP, "—")
        words = f"暂定：{'；'.join(self.scores.provisional)}" if self.scores.provisional else _unscored(self.form)
        if self.scores.claimed_rows:
            claims = f"含单位自评{self.scores.claimed_rows}项：不能按规则计算，得分是单位自己的（＊）"
            words = "；".join(filter(None, (words, claims)))
        self._cell(row, WHY[0], BASIS, words, border=True, align="left")
        self.sheet.heights[row] = s.height_for([(words, self.why)], 24)

    def _chart_title(self, shown: int) -> str:
        if not any(item.lost for item in self.ordered):
            return "各项得分" if shown == len(self.ordered) else f"前{shown}项得分"
        if shown == len(self.ordered):
            return "各项得分（失分多的在上）"
        return f"失分最多的{shown}项" if self.ordered[shown - 1].lost else f"前{shown}项得分（失分多的在上）"

    def _chart(self, row: int) -> None:
        """A bar chart of the costliest items, to the right of the small tables."""
        shown = self.ordered[: min(CHART_ROWS, self.chart_rows)]
        name = "计算得分（含单位自评）" if self.scores.claimed_rows else "计算得分"
        computed = tuple(None if item.score.points is None else float(item.score.points) for item in shown)
        claimed = tuple(None if item.claimed is None else float(item.claimed) for item in shown)
        self.sheet.chart = chart = BarChart(
            title=self._chart_title(len(shown)),
            categories=tuple(
                f"{number} {_short(item.name, LONGEST_NAME)}" for number, item in enumerate(shown, 1)
            ),
            names_at=(row, CHART),
            first=self.first,
            series=(Series(name, 7, s.ACCENT, computed), Series("自评得分", 6, CLAIMED, claimed)),
            row=row,
            column=CHART,
            size=(int(7 * (self.why + WIDTHS[BASIS])) + 10, int(self.chart_height * 4 / 3)),
            fonts=(s.HEADING, s.BODY),
            rule=s.RULE,
            grid="#E5E7EB",
        )
        for at, name in enumerate(chart.categories, row):  # behind the chart, which reads them there
            sheet_look = s.look(font_color=s.SOFT, text_wrap=False, indent=BEHIND, align="left")
            self.sheet.text(at, CHART, name, sheet_look)

    def _is_open(self, group: list[Item]) -> bool:
        """Whether points or a weight of the group are not known: what is open is no zero.

        A rulebook may give execution no weight.
        """
        counted = [
            item.score
            for item in group
            if item.score.applies and (item.score.weight or item.score is not self.scores.execution)
        ]
        return any(score.points is None or score.weight is None for score in counted)

    def _weight(self, group: list[Item]) -> Decimal | None:
        """The sum of weights; None where an indicator's is open."""
        known = [item.score.weight for item in group if item.score.weight is not None]
        rows = [item.score for item in group if item.score.applies and item.score is not self.scores.execution]
        if not known or self.form.unscored or any(score.weight is None for score in rows):
            return None
        return sum(known, Decimal(0))

    def _dimensions(self, row: int) -> int:
        row = self._title(row, "按一级指标")
        last = "得分率、等级" if self.rulebook.flag("grades.by_level") else "得分率"
        names = ("一级指标", "分值", *SUMMARY_HEADS[:3], last)
        row = self._heads(row, tuple((*span, name) for span, name in zip(SPANS, names, strict=True)))
        for name, group in self._groups():
            self._dimension(row, name, group)
            row += 1
        return row

    def _dimension(self, row: int, name: str, group: list[Item]) -> None:
        group = [item for item in group if item.score.applies]
        weight, claimed = self._weight(group), _claimed(group)
        earned = None if self.form.unscored else _earned(group)
        known = None if self._is_open(group) else earned
        gap = claimed - known if claimed is not None and known is not None else None
        share = Fraction(known) / Fraction(weight) if known is not None and weight else None
        self.sheet.text(row, 1, name, s.look(border=True, align="left"))
        scored = any(item.score.points is not None for item in group)
        self._number(row, 2, 2, weight, "General", "—")
        self._number(row, 3, 3, claimed, s.POINTS, "—")
        self._number(row, *SPANS[3], earned if scored else None, s.POINTS, "—")
        self._number(row, *SPANS[4], gap, GAP, "—")
        if share is not None and self.rulebook.flag("grades.by_level"):
            full = Fraction(self.rulebook.number("total.points"))
            words = f"{percent(share)}　{self.rulebook.grade(half_up(share * full))}"
            self._cell(row, *SPANS[5], words, border=True, align="center", shrink=True, text_wrap=False)
        else:
            self._number(row, *SPANS[5], share, s.PERCENT, "—")
        self.sheet.heights[row] = LINE_HEIGHT

    def _groups(self) -> Iterator[tuple[str, list[Item]]]:
        for name in dict.fromkeys(item.level1 for item in self.items):
            yield name, [item for item in self.items if item.level1 == name]

    def _funds(self, row: int) -> int:
        """The money; a page that it goes on to begins with its title and heads again."""
        begun = row
        row = self._funds_heads(row)
        for name, line, rates in self._money_lines():
            height = s.height_for([(name, TYPE * WIDTHS[1])], LINE_HEIGHT)
            if row > begun + 2 and self._height(row) + height > self.page_tops[-1] + self.page:
                self.page_tops.append(self._height(row))
                begun = row
                row = self._funds_heads(row, "（续）")
            row = self._money(row, name, line, rates, height)
        if left := len(self.form.projects) - len(self._projects()):
            words = f"　其余{left}个项目见“自评表”。"
            self._cell(row, 1, SPANS[-1][1], words, border=True, align="left")
            self.sheet.heights[row] = LINE_HEIGHT
            self.kept.add(row)
            row += 1
        return row

    def _funds_heads(self, row: int, more: str = "") -> int:
        unit = self.form.boxes["money_unit"].given or "金额单位未填"
        self.kept |= {row + 1, row + 2}
        row = self._title(row, f"预算执行情况（{unit}）{more}")
        heads = ("资金类别", "年初预算数", "调整率", "全年预算数", "全年执行数", "执行率")
        return self._heads(row, tuple((*span, head) for span, head in zip(SPANS, heads, strict=True)))

    def _projects(self) -> list[tuple[Project, Rates]]:
        """The projects that are shown, with their rates."""
        projects = [*zip(self.form.projects, self.scores.project_rates, strict=True)]
        return projects if self.form.unscored else projects[:MOST_PROJECTS]

    def _money_lines(self) -> Iterator[tuple[str, FundLine | Project, Rates]]:
        for key, line in self.form.funds.items():
            yield line.name, line, self.scores.line_rates[key]
        for project, rates in self._projects():
            yield f"　项目：{project.name.given}", project, rates

    def _money(self, row: int, name: str, line: FundLine | Project, rates: Rates, height: float) -> int:
        self.sheet.text(row, 1, name, s.look(border=True, align="left"))
        for span, entry in ((SPANS[1], line.initial), (SPANS[3], line.adjusted), (SPANS[4], line.executed)):
            self._number(row, *span, entry.value, s.MONEY, entry.given or "—")
        self._number(row, 3, 3, rates.adjustment, s.PERCENT, "—")
        self._number(row, *SPANS[5], rates.execution, s.PERCENT, "—")
        self.sheet.heights[row] = height
        return row + 1


def _short(text: str, most: int) -> str:
    """As much of a text as these units hold."""
    if s.units(text) <= most:
        return text
    end = next(at for at in range(len(text)) if s.units(text[: at + 1]) > most - 2)
    return f"{text[:end]}…"


def _longest(text: str) -> int:
    """How many characters the longest number of a text has: no line breaks in it."""
    return max(map(len, _NUMBER.findall(text)), default=0)


def _unscored(form: SelfEvaluation) -> str:
    """Why the form gets no points, in words."""
    return UNSCORED_WORDS.get(form.unscored, "")


def _earned(items: list[Item]) -> Decimal:
    return sum((item.score.points or Decimal(0) for item in items), Decimal(0))


def _claimed(items: list[Item]) -> Decimal | None:
    """The sum of the unit's own points; None where one is missing."""
    claims = [item.claimed for item in items if item.claimed is not None]
    return sum(claims, Decimal(0)) if len(claims) == len(items) else None


def _title_height(title: str) -> float:
    """Of the title's row: one line for most, more for a long project of a unit with a long name."""
    larger = TITLE_SIZE / s.BODY_SIZE
    lines = s.lines_needed(title, sum(WIDTHS[1:]) / larger)
    return min(s.MAX_HEIGHT, max(36, lines * s.LINE_HEIGHT * larger + 6))
