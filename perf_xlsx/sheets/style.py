"""Colours, fonts, widths and number formats: named once; and how the sheets that scoring adds begin."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from math import ceil
from typing import Any

from perf_xlsx.domain.model import Standing
from perf_xlsx.ooxml import Look, SheetDraft
from perf_xlsx.system.pattern import pattern

BODY, HEADING = "宋体", "黑体"  # the fonts of official forms; other systems substitute their own CJK font
BODY_SIZE = 10

INK = "#1F2937"
ACCENT = "#1F4E79"
RULE = "#9CA3AF"
SOFT = "#6B7280"

REQUIRED_FILL = "#FFF8DC"
OPTIONAL_FILL = "#FFFFFF"
COMPUTED_FILL = "#ECEEF1"
HEAD_FILL = "#E3ECF5"
DONE_FILL, DONE_INK = "#DDF1E0", "#1B5E20"
TODO_FILL, TODO_INK = "#FDEBD0", "#8A4B08"

# Exact colours of marks, which a person would hardly choose, so that they differ from fills of the unit. None is
# near the yellow of a required box. A more severe mark is darker, so that they differ in greyscale too.
MARK_FILLS: Mapping[Standing, str] = {
    "error": "FFEF8A80", "warning": "FFFFBE55", "notice": "FFBFD8F2", "waived": "FFDCE3D3",
}  # fmt: skip
MARK_WORDS: Mapping[Standing, tuple[str, str]] = {  # the colour, and what is owed
    "error": ("红", "须更正"), "warning": ("橙", "须核对"),
    "notice": ("蓝", "仅供了解"), "waived": ("灰绿", "不必更正"),
}  # fmt: skip
STANDING_INK: Mapping[Standing, str] = {
    "error": "#7A0C06", "warning": "#5C3A00", "notice": "#234A70", "waived": "#3E4A30",
}  # fmt: skip

MONEY = "#,##0.00"
CLAIMED_POINTS = '0.00"＊"'  # points that are the unit's own
POINTS = "0.00"
PERCENT = "0.00%"
DATE = "yyyy-mm-dd"
MOMENT = "yyyy-mm-dd hh:mm:ss"

FOOTER = f'&C&11&"{BODY}"第 &P 页　共 &N 页'

LINE_HEIGHT = 14.5  # points, for body text
MOST_YEARS = 4  # that a title names one by one
MAX_HEIGHT = 409.0  # Excel's own limit for a row


_NEGATIVE = pattern(r"(?<![^率数差额是为：，（、≥≤=\s])-(?=\d)")


def dressed(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a format with our font and ink added."""
    full: dict[str, Any] = {
        "font_name": BODY, "font_size": BODY_SIZE, "font_color": INK, "border_color": RULE, "text_wrap": True,
        **properties,
    }  # fmt: skip
    if full.get("border") and full.get("align") in ("left", "right"):
        full.setdefault("indent", 1)  # text that touches its border is hard to read
    return full


@lru_cache(1024)
def look(**properties: Any) -> Look:
    """The look of a cell of a drafted sheet, with our font and ink."""
    return Look(**dressed(properties))


def link(**properties: Any) -> Look:
    """The look of a link."""
    return look(font_color=ACCENT, underline=True, **properties)


def spaced(code: str) -> str:
    """A number format with space before the border: some programs ignore the indent of numbers."""
    return ";".join(f"{part}_ " for part in code.split(";"))


def draft(title: str, widths: Iterable[float], landscape: bool = True) -> SheetDraft:
    """A sheet that prints on A4, one page wide, with its own name and page numbers."""
    sheet = SheetDraft(title, landscape)
    sheet.widths = dict(enumerate(widths))
    sheet.footer = page_footer(f"{header_text(title)}　第 &P 页")
    return sheet


def page_footer(words: str) -> str:
    """Words at the foot of each page, in the code of headers and footers."""
    return f'&C&11&"{BODY}"{words}'


def page_header(text: str) -> str:
    """Text at the head of a page, in the code of headers and footers; Excel takes 255 characters in all."""
    return f'&L&11&"{BODY}"{header_text(text[:100])}'


def header_text(text: str) -> str:
    """Text as it is written in a header or footer, where & begins a code."""
    return text.replace("&", "&&")


def dated_title(title: str, year: int | None) -> str:
    """A title with its year, where that is known."""
    return of_years(title, () if year is None else (year,))


def of_years(title: str, years: Collection[int]) -> str:
    """A title with its years, as far as they are known."""
    known = [*map(str, sorted(years))]
    if not known:
        return title
    words = f"{known[0]}至{known[-1]}" if len(known) > MOST_YEARS else "、".join(known)
    return f"{title}（{words}年度）"


def unbroken(text: str) -> str:
    """A sentence with minus signs before its negative numbers: at a hyphen programs break the line, -|96.43%."""
    return _NEGATIVE.sub("−", text)


def column_units(text: str) -> int:
    """Width in column units: a Chinese character takes two."""
    return len(text) if text.isascii() else sum(map(_WIDTHS.__getitem__, text))


class _Widths(dict[str, int]):
    """The width of each character met so far."""

    def __missing__(self, character: str) -> int:
        self[character] = width = 2 if unicodedata.east_asian_width(character) in "WFA" else 1
        return width


_WIDTHS = _Widths()


@lru_cache(1 << 8)  # one long text may be in every row
def lines_needed(text: str, width: float) -> int:
    """Lines that a text takes in a column of that width; autofit is of no use for Chinese."""
    return sum(lines_of(column_units(line), width) for line in text.split("\n")) if text else 1


def lines_of(line: int, width: float) -> int:
    """Lines that a line of so many units takes in a column of that width."""
    return max(1, ceil(line * 1.04 / max(width - 1.5, 2)))


def height_for(cells: list[tuple[str, float]], least: float = 20.0) -> float:
    """Row height in points for (text, column width) pairs."""
    most = max((lines_needed(text, width) for text, width in cells), default=1)
    return min(MAX_HEIGHT, max(least, most * LINE_HEIGHT + 6))
