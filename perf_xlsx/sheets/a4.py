"""A sheet on A4: how much of it fits a page.

Widths are in characters of the workbook's own font, which take 7 pixels, 8 in a workbook made with 宋体 11, and
more where the font is missing.
"""

from __future__ import annotations

PAGE = {False: (523, 748), True: (770, 501)}  # points within the margins, by landscape
PIXEL, WIDEST_CHARACTER, PADDING = 0.75, 8.75, 5  # points; pixels


def room(landscape: bool, columns: int, scale: float) -> float:
    """Characters that so many columns may hold together on a page printed at this scale."""
    width = PAGE[landscape][0] / scale / PIXEL
    return (width - PADDING * columns) / WIDEST_CHARACTER
