"""The names of the hidden bookmarks by which a report of ours tells where each figure comes from.

_px{number}_{sheet}_{cell}_{role}: `number` makes the name unique in its document, `sheet` is the sheet's index in
the workbook (from 0), `cell` its address, or 0 where there is none. Word takes 40 characters, so that the role of
an indicator is shortened: _px12_3_I8_i_completion.
"""

from __future__ import annotations

from msgspec import Struct

from perf_xlsx.figures.figure import ROLES, Figure
from perf_xlsx.system.pattern import pattern

LONGEST = 40
_INDICATOR, _SHORT = "indicator_", "i_"
_NAME = pattern(r"_px([0-9a-z]{1,6})_(\d{1,6})_([A-Z]{1,3}\d{1,7}|0)_([a-z_]{1,30})")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Bookmark(Struct, frozen=True):
    """What a bookmark says of the figure that it encloses; `cell` is None where the figure has none."""

    sheet_index: int
    cell: str | None
    role: str


def bookmark_name(figure: Figure, number: int) -> str:
    """The name of the bookmark number `number` of a document, around this figure."""
    role = figure.role.replace(_INDICATOR, _SHORT)
    return f"_px{_base36(number)}_{max(figure.place.sheet_index, 0)}_{figure.place.cell or 0}_{role}"[:LONGEST]


def parse_bookmark(name: str) -> Bookmark | None:
    """What the name of a bookmark of ours says; None for any other."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    role = found[4].replace(_SHORT, _INDICATOR) if found[4].startswith(_SHORT) else found[4]
    cell = None if found[3] == "0" else found[3]
    return Bookmark(int(found[2]), cell, role) if role in ROLES else None


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"
