"""What each flagged cell is given: the fill of its heaviest finding, and a note with all of them.

The first note of each sheet says what the colours mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from perf_xlsx.domain.model import STANDINGS, Finding
from perf_xlsx.domain.severity import STANDING_NAMES, STANDING_SIGNS, label, what_to_do
from perf_xlsx.ooxml import Mark
from perf_xlsx.sheets.style import MARK_FILLS, MARK_WORDS

KEY = "本表标记：" + "，".join(
    f"{colour}＝{STANDING_SIGNS[standing]}{STANDING_NAMES[standing]}（{owed}）"
    for standing, (colour, owed) in MARK_WORDS.items()
)


def marks_of(findings: Iterable[Finding]) -> list[Mark]:
    """One mark a flagged cell, in the order of the eye; findings without a cell are left to the list."""
    placed = sorted((f for f in findings if f.place.cell), key=lambda f: f.place)
    marks: list[Mark] = []
    keyed: set[str] = set()
    for place, group in groupby(placed, key=lambda f: f.place):
        found = sorted(group, key=lambda f: (STANDINGS.index(f.standing), f.code))
        key = [] if place.sheet in keyed else [KEY]
        note = "\n".join([*(_paragraph(f) for f in found), *key])
        keyed.add(place.sheet)
        marks.append(Mark(place.sheet, place.cell or "", MARK_FILLS[found[0].standing], note))
    return marks


def _paragraph(found: Finding) -> str:
    return f"{label(found)} {found.code}：{found.message}\n整改意见：{what_to_do(found)}\n依据：{found.basis}"
