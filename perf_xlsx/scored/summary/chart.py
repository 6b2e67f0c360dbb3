"""The bar chart of the costliest items, to the right of the small tables."""

from __future__ import annotations

from collections.abc import Sequence

from perf_xlsx.ooxml import BarChart, Series
from perf_xlsx.scored.items import Item
from perf_xlsx.scored.summary.grid import BASIS, LINE_HEIGHT, WIDTHS, SummaryGrid, short
from perf_xlsx.scored.summary.points_tables import CLAIMED
from perf_xlsx.sheets import style as s

MOST_BARS = 10  # the costliest; more bars than that say less than the table
COLUMN, BEHIND = 9, 2  # its column, and the indent of what stands behind it there
HIGHEST, LOWEST = 15 * LINE_HEIGHT, 9 * LINE_HEIGHT  # points
GUTTER = 6  # points below it: programs round the heights of rows
ROUNDING = 2  # points that a page is left, so that programs which round heights need no other
LONGEST_NAME = 14  # units of a name: a longer one leaves no room for its bars


def room_beside(grid: SummaryGrid, row: int) -> float:
    """The points that the chart may take from a row on; where too few are left, the page begins at that row."""
    top = grid.height(row)
    left = grid.page - top - ROUNDING
    grid.page_tops = [0.0 if left >= LOWEST else top]
    return min(HIGHEST, left) if left >= LOWEST else HIGHEST


def rows_beside(grid: SummaryGrid, row: int, end: int, room: float) -> tuple[range, int]:
    """The rows that the chart stands beside, and the row after the tables, which end before `end`.

    Short tables get empty rows below them.
    """
    top = grid.height(row)
    while (lacking := top + room - grid.height(end)) > 0:
        grid.sheet.heights[end] = min(LINE_HEIGHT, lacking)
        end += 1
    bottom = min((top + room, *grid.page_tops[1:2]))
    last = max(one for one in range(row + 1, end) if grid.height(one + 1) <= bottom)
    beside = range(row, last + 1)
    grid.kept.update(beside[1:])
    return beside, end


def write_chart(grid: SummaryGrid, beside: range, items: Sequence[Item], first: int, with_claims: bool) -> None:
    """A bar for the computed and the claimed points of each item; `first` is the row of the first in the table."""
    shown, top = items[: min(MOST_BARS, len(beside))], grid.height(beside.start)
    height = grid.height(beside.stop) - top - GUTTER
    name = "计算得分（含单位自评）" if with_claims else "计算得分"
    computed = tuple(None if item.score.points is None else float(item.score.points) for item in shown)
    claimed = tuple(None if item.claimed is None else float(item.claimed) for item in shown)
    names = tuple(f"{number} {short(item.name, LONGEST_NAME)}" for number, item in enumerate(shown, 1))
    grid.sheet.chart = BarChart(
        title=_title(items, len(shown)),
        categories=names,
        names_at=(beside.start, COLUMN),
        first=first,
        series=(Series(name, 7, s.ACCENT, computed), Series("自评得分", 6, CLAIMED, claimed)),
        row=beside.start,
        column=COLUMN,
        size=(int(7 * (grid.why + WIDTHS[BASIS])) + 10, int(height * 4 / 3)),
        fonts=(s.HEADING, s.BODY),
        rule=s.RULE,
        grid="#E5E7EB",
    )
    look = s.look(font_color=s.SOFT, text_wrap=False, indent=BEHIND, align="left")
    for row, text in zip(beside, names, strict=False):  # behind the chart, which reads them there
        grid.sheet.text(row, COLUMN, text, look)


def _title(items: Sequence[Item], shown: int) -> str:
    """What the bars are of; `items` are in the order of what they lost."""
    whole = shown == len(items)
    if not items[0].lost:
        return "各项得分" if whole else f"前{shown}项得分"
    if whole:
        return "各项得分（失分多的在上）"
    return f"失分最多的{shown}项" if items[shown - 1].lost else f"前{shown}项得分（失分多的在上）"
