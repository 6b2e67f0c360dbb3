"""Bars as SVG, drawn here: nothing is loaded, and a page without scripts shows them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

STEP, HEIGHT = 74, 150  # width of a bar with its space, and height of the picture
TOP, FOOT = 22, 24  # room for the numbers above, for the names below


class Bar(Struct, frozen=True):
    """One bar: its box, and where the middle of its texts is."""

    name: str
    count: int
    x: float
    y: float
    width: float
    height: float
    middle: float


def columns(bars: Sequence[tuple[str, int]]) -> list[Bar]:
    """The bars side by side, the highest as high as there is room."""
    most = max((count for _, count in bars), default=0) or 1
    room = HEIGHT - TOP - FOOT
    return [
        Bar(
            name, count, round(at * STEP + STEP * 0.2, 1), round(HEIGHT - FOOT - room * count / most, 1),
            round(STEP * 0.6, 1), round(room * count / most, 1), round((at + 0.5) * STEP, 1),
        )
        for at, (name, count) in enumerate(bars)
    ]  # fmt: skip
