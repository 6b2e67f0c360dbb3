"""How a cell of ours looks, and the style elements that say so in a workbook's own namespace."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import quoteattr

from lxml import etree

from perf_xlsx.ooxml.package import parse_xml

_SIDES = ("left", "right", "top", "bottom")


@dataclass(frozen=True)
class Look:
    """Font, fill, border, alignment and number format of a cell. Colours are "#RRGGBB", sizes points.

    `bg_color` "" means no fill, `align` "" the program's own choice; `indent` counts characters.
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
    num_format: str = "General"


@dataclass(frozen=True)
class LookElements:
    """The style elements of a look; they are copied into styles, never changed."""

    font: etree._Element
    fill: etree._Element
    border: etree._Element
    alignment: etree._Element


@lru_cache(1024)  # a few dozen looks, the same in every workbook
def elements(look: Look, space: str) -> LookElements:
    """The style elements of a look in a namespace."""
    return LookElements(
        *(_parsed(xml, space) for xml in (_font(look), _fill(look), _border(look), _aligned(look)))
    )


def _parsed(xml: str, space: str) -> etree._Element:
    head, end = xml.split(">", 1)
    closed = head.endswith("/")
    return parse_xml(f'{head.removesuffix("/")} xmlns="{space}"{"/" if closed else ""}>{end}'.encode(), "styles")


def _colour(colour: str) -> str:
    return f"FF{colour[1:].upper()}"


def _font(look: Look) -> str:
    flags = f"{'<b/>' if look.bold else ''}{'<u/>' if look.underline else ''}"
    colour = f'<color rgb="{_colour(look.font_color)}"/>'
    name = f'<name val={quoteattr(look.font_name)}/><family val="2"/>'
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


def _aligned(look: Look) -> str:
    words = f' horizontal="{look.align}"' if look.align else ""
    words += f' vertical="{look.valign}"'
    words += f' indent="{look.indent}"' if look.indent else ""
    words += ' wrapText="1"' if look.text_wrap else ""
    return f"<alignment{words}/>"
