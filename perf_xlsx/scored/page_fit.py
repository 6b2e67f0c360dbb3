"""How a sheet fits A4: widths of columns, upright or across, and how many pages it takes.

Type is of 10.5 points (五号), and a printer's scale at least LEAST_SCALE, so that none is smaller than 9 on paper.
Widths are in characters of the workbook's own font, which take 7 pixels, 8 in a workbook made with 宋体 11, and
more where the font is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from perf_xlsx.scored.paper import Paper, Span

LEAST_SCALE = 0.865
PAGE = {False: (523, 748), True: (770, 501)}  # points within the margins, by landscape
PIXEL, WIDEST_CHARACTER, PADDING = 0.75, 8.75, 5  # points; pixels


class Fitted(Struct, frozen=True):
    """The widths of the columns, and whether the page lies across."""

    widths: tuple[float, ...]
    landscape: bool


def fitted(paper: Paper, needed: Mapping[int, float], across: Sequence[Span] = ()) -> Fitted:
    """The paper's columns, as wide as their numbers need; a page across where they need more than one upright, or
    where its columns of long texts, `across`, are to take what such a page has left."""
    least = [max(width, needed.get(column, 0)) for column, width in enumerate(paper.widths)]
    landscape = bool(across) or paper.landscape or sum(least) > room(False, len(least))
    spare = max(0.0, room(landscape, len(least)) - sum(least))
    growing = [column for span in across or paper.grow for column in range(span.first, span.last + 1)]
    for column in growing:
        least[column] += int(10 * spare / len(growing)) / 10
    return Fitted(tuple(least), landscape)


def room(landscape: bool, columns: int) -> float:
    """Characters that so many columns may hold together on a page."""
    width = PAGE[landscape][0] / LEAST_SCALE / PIXEL
    return (width - PADDING * columns) / WIDEST_CHARACTER


def pages(heights: Sequence[float], landscape: bool, repeated: float) -> int:
    """Pages that unsplit rows take; `repeated` is the height of what each page after the first repeats."""
    full = PAGE[landscape][1] / LEAST_SCALE
    count, left = 1, full
    for height in heights:
        if height > left:
            count, left = count + 1, full - repeated
        left -= height
    return count
