"""How a sheet fits A4: widths of columns, upright or across, the scale, and where its pages begin.

Type is of 10.5 points (五号), and the scale such that none is smaller than 9 on paper (see `sheets.a4`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from perf_xlsx.scored.paper import ColumnSpan, EvaluationLayout
from perf_xlsx.sheets.a4 import height, room

SCALE = 0.86
NARROWEST = 0.7  # of a column of texts where amounts need its room: its texts take more lines
MOST_PAGES = 1_024  # Excel keeps 1,023 breaks of a sheet; it makes the others itself
TEXTS = 9  # characters: wider columns hold texts


class Fitted(Struct, frozen=True):
    """The widths of the columns, whether the page lies across, and the scale that it is printed at."""

    widths: tuple[float, ...]
    landscape: bool
    scale: float = SCALE

    @property
    def height(self) -> float:
        """What a page holds, in points of the sheet."""
        return height(self.landscape, self.scale)


def fitted(
    paper: EvaluationLayout, needed: Mapping[int, float], size: float, across: Sequence[ColumnSpan] = ()
) -> Fitted:
    """The paper's columns, as wide as their numbers need; a page across where they need more than one upright, or
    where its columns of long texts, `across`, are to take what such a page has left.

    Where the numbers leave too little even so, columns of texts become narrower; at last the scale gives way.
    `size` is that of the workbook's own type, in points: widths count its characters.
    """
    count = len(paper.widths)
    least = [max(width, needed.get(column, 0)) for column, width in enumerate(paper.widths)]
    landscape = bool(across) or paper.landscape or sum(least) > room(False, count, SCALE, size)
    spare = room(landscape, count, SCALE, size) - sum(least)
    texts = [column for span in across or paper.grow for column in range(span.first, span.last + 1)]
    if spare < 0:
        texts = [c for c, width in enumerate(paper.widths) if width >= TEXTS and needed.get(c, 0) <= width]
    for column in texts:
        least[column] = max(least[column] + int(10 * spare / len(texts)) / 10, NARROWEST * least[column])
    scale = SCALE
    while sum(least) > room(landscape, count, scale, size):
        scale -= 0.01
    return Fitted(tuple(least), landscape, round(scale, 2))


class TallLabel(Struct, frozen=True):
    """A label over several rows, and how many points its text is high."""

    first: int
    last: int
    height: float


def page_starts(
    heights: Sequence[float],
    kept: Collection[int],
    height: float,
    heads: Mapping[int, int],
    labels: Sequence[TallLabel] = (),
) -> tuple[int, ...]:
    """The rows that pages after the first begin with, where a page holds so much `height`.

    A row in `kept` stays on the page of the row above it. `heads` are the rows of heads of the rows of tables: a
    page that begins with one of these shows its heads again. On each of its pages there is room for a label.
    """
    tops = [*(row for row in range(len(heights)) if row not in kept), len(heights)]
    starts: list[int] = []
    at = 0
    while at < len(tops) - 1 and len(starts) < MOST_PAGES - 1:
        first = tops[at]
        room = height - (heights[heads[first]] if first in heads else 0)
        at, begun = _after_most(heights, tops, at, room), at
        labels = [label for label in labels if label.last >= first]
        while at > begun + 1 and sum(_held(heights, first, tops[at], heads, labels)) > room:
            at -= 1
        starts.append(tops[at])
    return tuple(starts[:-1] if at == len(tops) - 1 else starts)


def with_room(
    heights: Sequence[float], starts: Sequence[int], heads: Mapping[int, int], labels: Sequence[TallLabel]
) -> list[float]:
    """The heights of the rows where each label has room on each of its pages."""
    found: list[float] = []
    for first, after in pairwise([0, *starts, len(heights)]):
        labels = [label for label in labels if label.last >= first]
        found += _held(heights, first, after, heads, labels)
    return found


def _after_most(heights: Sequence[float], tops: Sequence[int], at: int, room: float) -> int:
    """Which of the blocks of rows that begin at `tops` follows those that so much room holds, and one at least."""
    left = room
    for after in range(at, len(tops) - 1):
        left -= sum(heights[tops[after] : tops[after + 1]])
        if left < 0 and after > at:
            return after
    return len(tops) - 1


def _held(
    heights: Sequence[float], first: int, after: int, heads: Mapping[int, int], labels: Sequence[TallLabel]
) -> list[float]:
    """The heights of the rows of a page, the last of each label such that the label has room there."""
    rows = list(heights[first:after])
    head = heads.get(first, -1)

    def place(label: TallLabel) -> tuple[int, int]:
        return min(label.last, after - 1) - first, -max(label.first - first, 0)

    for label in sorted((one for one in labels if one.first < after), key=place):  # what is beside others last
        last, top = place(label)
        beside = heights[head] if label.first <= head and label.first < first else 0
        rows[last] += max(0, label.height - beside - sum(rows[-top : last + 1]))
    return rows
