"""A sheet on A4: how much of it fits a page.

The scale is fixed and such that no type is smaller than 9 points on paper: programs follow page breaks only then,
and a page then holds the same rows everywhere.

Widths are in characters of the workbook's own font. In Excel one takes 7 pixels of 宋体 10, 7 or 8 of type of 11
points, 8 or 9 of 12. A program that lacks the font of our own workbooks takes 8.75; one that lacks Calibri 11 may
take more, and then prints a sheet's last columns on pages of their own: there type of the right size comes first.
"""

from __future__ import annotations

from collections.abc import Iterable

PAGE = {False: (523, 748), True: (770, 501)}  # points within the margins, by landscape
PIXEL, PADDING = 0.75, 5  # points; pixels of a column beside its characters
CHARACTER, WIDER = 8.75, 0.75  # pixels of a character; of larger type, for each point
OWN_SIZE = 10.0  # points, of the workbooks that we make
SCALE = 0.9  # which makes that type 9 points on paper


def height(landscape: bool, scale: float = SCALE) -> float:
    """What a page holds, in points of the sheet."""
    return PAGE[landscape][1] / scale


def room(landscape: bool, columns: int, scale: float, size: float = OWN_SIZE) -> float:
    """Characters that so many columns may hold together on a page printed at this scale; `size` of their type."""
    width = PAGE[landscape][0] / scale / PIXEL
    return (width - PADDING * columns) / max(CHARACTER, WIDER * size)


def widths_counted_in(widths: Iterable[float], size: float) -> tuple[float, ...]:
    """Widths in characters of our own workbooks, counted in those of a workbook with type of this size."""
    share = CHARACTER / max(CHARACTER, WIDER * size)
    return tuple(round(width * share, 2) for width in widths)
