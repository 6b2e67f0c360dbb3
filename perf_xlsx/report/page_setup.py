"""How a report is laid out: GB/T 9704-2012, unless an outline says otherwise."""

from __future__ import annotations

from decimal import Decimal
from math import floor

from msgspec import Struct

TWIPS_PER_MM = Decimal(1440) / Decimal("25.4")
TWIPS_PER_POINT = 20
PAPER = 11906, 16838  # A4, in twips


class PageSetup(Struct, frozen=True):
    """Margins in mm, sizes in points, fonts; `line` is the height of a line, `characters` are those of a line."""

    top: Decimal = Decimal(37)
    bottom: Decimal = Decimal(35)
    left: Decimal = Decimal(28)
    right: Decimal = Decimal(26)
    line: Decimal = Decimal("28.95")  # 225 mm are 22 of them; of 28.99, rounded to twips, they are not
    characters: int = 28
    title_size: Decimal = Decimal(22)
    size: Decimal = Decimal(16)
    page_number_size: Decimal = Decimal(14)
    table_size: Decimal = Decimal(12)
    title_font: str = "方正小标宋简体"
    body_font: str = "仿宋_GB2312"
    level1_font: str = "黑体"
    level2_font: str = "楷体_GB2312"
    page_number_font: str = "宋体"
    latin_font: str = "Times New Roman"

    @property
    def text_width(self) -> int:
        """The width of the text, in twips."""
        return PAPER[0] - twips(self.left) - twips(self.right)

    @property
    def spacing(self) -> int:
        """What is added to the width of each character (minus: taken off), in twentieths of a point.

        A grid of characters would say the same, but LibreOffice gives two cells of it to one that is wider.
        """
        return floor(Decimal(self.text_width) / self.characters - self.size * TWIPS_PER_POINT)


def twips(millimetres: Decimal) -> int:
    """Millimetres in twentieths of a point."""
    return round(millimetres * TWIPS_PER_MM)
