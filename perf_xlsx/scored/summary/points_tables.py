"""The tables of points: by level, item by item with the rule that each follows from, and those rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from perf_xlsx.domain.model import UNSCORED_WORDS, Scores, SelfEvaluation
from perf_xlsx.ooxml import DataBar, Look
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scored.items import Item, unscored
from perf_xlsx.scored.summary.grid import (
    BASIS,
    GAP,
    LAST,
    LINE_HEIGHT,
    SPANS,
    WHY,
    WIDTHS,
    SummaryGrid,
    longest_number,
    share_and_grade,
)
from perf_xlsx.scored.summary.groups import ItemGroup, indicators_by_level
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.fixed_texts import SUMMARY_HEADS

BEGUN = 2  # rows of a table that a page ends or begins with, at least
LONG, UNBROKEN = 8, 0.75  # characters of a number; the share of a line that such numbers leave to use
LESS = 3  # points that the rules' rows are lower
CLAIMED = "#9DC3E6"  # bars of the unit's own points; those of computed points have the accent colour


def write_levels(
    grid: SummaryGrid,
    row: int,
    items: Sequence[Item],
    evaluation: SelfEvaluation,
    scores: Scores,
    rulebook: Rulebook,
) -> int:
    """The points of each 一级指标; gives the row after the table."""
    row = grid.title(row, "按一级指标")
    graded = rulebook.flag("grades.by_level")
    names = ("一级指标", "分值", *SUMMARY_HEADS[:3], "得分率、等级" if graded else "得分率")
    row = grid.heads(row, SPANS, names)
    for name, group in indicators_by_level(items, evaluation, scores):
        grid.text(row, SPANS[0], name)
        grid.number(row, SPANS[1], group.weight, "General")
        grid.number(row, SPANS[2], group.claimed, s.POINTS)
        grid.number(row, SPANS[3], group.earned if group.is_scored else None, s.POINTS)
        grid.number(row, SPANS[4], group.gap(group.earned), GAP)
        if graded and group.share is not None:
            words = share_and_grade(group.share, rulebook)
            grid.cell(row, SPANS[5], words, border=True, align="center", shrink=True, text_wrap=False)
        else:
            grid.number(row, SPANS[5], group.share, s.PERCENT)
        grid.sheet.heights[row] = LINE_HEIGHT
        row += 1
    return row


class ItemTable:
    """逐项得分, the costliest first, and 依据 below it. `first` is the row of its first item, once written."""

    def __init__(
        self, grid: SummaryGrid, items: Sequence[Item], evaluation: SelfEvaluation, scores: Scores
    ) -> None:
        self.grid, self.evaluation, self.scores = grid, evaluation, scores
        self.items = sorted(items, key=lambda item: -item.lost)
        self.first = 0

    @cached_property
    def _numbered(self) -> Mapping[str, int]:
        """Numbers of the rules that points follow from, in the order of the table; below it each stands once."""
        texts = dict.fromkeys(str(basis) for item in self.items for basis in item.score.basis)
        return {text: number for number, text in enumerate(texts, 1)}

    def write(self, row: int) -> int:
        """Gives the row after the rules."""
        grid, title = self.grid, row
        row = grid.title(row, "逐项核对" if self.evaluation.unscored else "逐项得分（失分多的在前）")
        names = ("序", "指标", "指标值", "实际完成值", "完成率", "分值", *SUMMARY_HEADS)
        spans = (*((n, n) for n in range(WHY[0])), WHY, (BASIS, BASIS))
        grid.sheet.repeated = (row, row)
        first = self.first = row = grid.heads(row, spans, names)
        for number, item in enumerate(self.items, 1):
            self._item(row, item, number)
            row += 1
        grid.sheet.bars.append(DataBar(first, row - 1, 4, CLAIMED))
        self._total(row)
        grid.kept |= {*range(title + 1, first + BEGUN), row}
        return self._bases(row + 1)

    def _item(self, row: int, item: Item, number: int) -> None:
        grid, score, centre = self.grid, item.score, s.look(border=True, align="center")
        if link_cell := item.place.cell:  # the number leads there: programs as LibreOffice keep a link on one line
            link = s.link(border=True, align="center")
            grid.sheet.link(row, 0, item.place.sheet, link_cell, number, link)
        else:
            grid.sheet.number(row, 0, number, centre)
        grid.text(row, (1, 1), item.name)
        for column, words in ((2, item.target), (3, item.actual)):
            grid.sheet.text(row, column, words, _whole(words, WIDTHS[column]))
        checked = bool(self.evaluation.unscored)
        gap = None if item.claimed is None or score.points is None else item.claimed - score.points
        grid.number(row, (4, 4), score.completion, s.PERCENT)
        grid.number(row, (5, 5), score.weight, "General", "—" if checked else "未填")
        grid.number(row, (6, 6), item.claimed, s.POINTS)
        own = s.CLAIMED_POINTS if score.claimed else s.POINTS
        grid.number(row, (7, 7), score.points, own, "—" if checked else unscored(score))
        grid.number(row, (8, 8), gap, GAP)
        grid.text(row, WHY, s.unbroken(score.why))
        basis = "、".join(str(self._numbered[one]) for one in dict.fromkeys(map(str, score.basis)))
        if basis.isdecimal():
            grid.sheet.number(row, BASIS, int(basis), centre)
        else:
            grid.sheet.text(row, BASIS, basis, centre)
        shown = [
            (item.name, WIDTHS[1]),
            (item.target, WIDTHS[2]),
            (item.actual, WIDTHS[3]),
            (score.why, grid.why * (UNBROKEN if longest_number(score.why) > LONG else 1)),
            (basis, WIDTHS[BASIS]),
        ]
        grid.sheet.heights[row] = s.height_for(shown, 24)

    def _total(self, row: int) -> None:
        grid, scores, all_ = (
            self.grid,
            self.scores,
            ItemGroup(self.items, self.scores.execution, bool(self.evaluation.unscored)),
        )
        grid.cell(row, (0, 4), "合计", border=True, bold=True, align="center", bg_color=s.HEAD_FILL)
        grid.number(row, (5, 5), all_.weight, "General")
        grid.number(row, (6, 6), all_.claimed, s.POINTS)
        grid.number(row, (7, 7), scores.total, s.POINTS)
        grid.number(row, (8, 8), all_.gap(scores.total), GAP)
        provisional = f"暂定：{'；'.join(scores.provisional)}" if scores.provisional else ""
        words = provisional or UNSCORED_WORDS.get(self.evaluation.unscored, "")
        if scores.claimed_rows:
            claims = f"含单位自评{scores.claimed_rows}项：不能按规则计算，得分是单位自己的（＊）"
            words = "；".join(filter(None, (words, claims)))
        grid.text(row, (WHY[0], BASIS), words)
        grid.sheet.heights[row] = s.height_for([(words, grid.why)], 24)

    def _bases(self, row: int) -> int:
        """The rules below the table, by their numbers there; gives the row after them."""
        if not self._numbered:
            return row
        grid = self.grid
        row = grid.title(grid.blank(row), "依据")
        grid.kept |= {row - 1, row}
        for text, number in self._numbered.items():
            grid.sheet.number(row, 0, number, s.look(border=True, align="center"))
            grid.text(row, (1, LAST), text)
            grid.sheet.heights[row] = s.height_for([(text, grid.across)]) - LESS
            row += 1
        together = range(max(self.first, self.first + len(self.items) - BEGUN), row)
        if sum(grid.sheet.heights[one] for one in together) <= grid.page:
            grid.kept |= {*together[1:]}  # a page with the heads of the table has rows of it
        return row


def _whole(words: str, width: float) -> Look:
    """How a value looks: on lines, or on one in smaller type where a number would be broken in two."""
    long = longest_number(words) > width - 2 and s.column_units(words) < 2 * width
    return s.look(border=True, align="center", text_wrap=not long, shrink=long)
