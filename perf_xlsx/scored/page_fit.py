"""How a sheet fits A4: widths of columns, upright or across, the scale, and where its pages begin.

Type is of 10.5 points (五号), and the scale such that none is smaller than 9 on paper (see `sheets.a4`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

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


def page_starts(
    heights: Sequence[float], kept: Collection[int], height: float, heads: Mapping[int, int]
) -> tuple[int, ...]:
    """The rows that pages after the first begin with, where a page holds so much `height`.

    A row in `kept` stays on the page of the row above it. `heads` are the rows of heads of the rows of tables: a
    page that begins with one of these shows its heads again.
    """
    starts: list[int] = []
    left = height
    for first, last in _blocks(len(heights), kept):
        need = sum(heights[first:last])
        if need > left and first:
            starts.append(first)
            left = height - (heights[heads[first]] if first in heads else 0)
        left -= need
    return tuple(starts[: MOST_PAGES - 1])


def _blocks(rows: int, kept: Collection[int]) -> list[tuple[int, int]]:
    """The first and the row after the last of rows that stay together."""
    firsts = [row for row in range(rows) if row not in kept]
    return list(zip(firsts, [*firsts[1:], rows], strict=True))
