"""The look of a cell of an added sheet, and its style elements as XML text."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from perf_xlsx.ooxml.markup import attribute_text

_SIDES = ("left", "right", "top", "bottom")


class Look(Struct, frozen=True, eq=False, gc=False):
    """Font, fill, border, alignment and number format of a cell. Colours are "#RRGGBB", sizes points.

    `bg_color` "" means no fill, `align` "" the program's own choice; `indent` counts characters. Looks are
    compared by identity, because they are looked up for every cell: make each once.
    """

    font_name: str
    font_size: float
    font_color: str
    border_color: str
    bold: bool = False
    underline: bool = False
    bg_color: str = ""
    border: bool = False
    align: str = ""
    valign: str = "center"
    indent: int = 0
    text_wrap: bool = True
    shrink: bool = False
    num_format: str = "General"


class StyleText(Struct, frozen=True):
    """The style elements of a look as XML text without a namespace."""

    font: str
    fill: str
    border: str
    alignment: str


@lru_cache(1024)  # a few dozen looks, the same in every workbook
def style_text(look: Look) -> StyleText:
    """The style elements that say how a look looks."""
    return StyleText(_font(look), _fill(look), _border(look), _alignment(look))


def _colour(colour: str) -> str:
    return f"FF{colour[1:].upper()}"


def _font(look: Look) -> str:
    flags = f"{'<b/>' if look.bold else ''}{'<u/>' if look.underline else ''}"
    colour = f'<color rgb="{_colour(look.font_color)}"/>'
    name = f'<name val={attribute_text(look.font_name)}/><family val="2"/>'
    return f'<font>{flags}<sz val="{look.font_size:g}"/>{colour}{name}</font>'


def _fill(look: Look) -> str:
    if not look.bg_color:
        return '<fill><patternFill patternType="none"/></fill>'
    colour = f'<fgColor rgb="{_colour(look.bg_color)}"/><bgColor indexed="64"/>'
    return f'<fill><patternFill patternType="solid">{colour}</patternFill></fill>'


def _border(look: Look) -> str:
    if not look.border:
        return "<border><left/><right/><top/><bottom/><diagonal/></border>"
    colour = f'<color rgb="{_colour(look.border_color)}"/>'
    sides = "".join(f'<{side} style="thin">{colour}</{side}>' for side in _SIDES)
    return f"<border>{sides}<diagonal/></border>"


def _alignment(look: Look) -> str:
    words = f' horizontal="{look.align}"' if look.align else ""
    words += f' vertical="{look.valign}"'
    words += f' indent="{look.indent}"' if look.indent else ""
    words += ' wrapText="1"' if look.text_wrap else ""
    words += ' shrinkToFit="1"' if look.shrink else ""
    return f"<alignment{words}/>"
