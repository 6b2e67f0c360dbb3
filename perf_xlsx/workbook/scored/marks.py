"""What each flagged cell is given: the fill of its heaviest finding, and a note with all of them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from perf_xlsx.model import STANDINGS, Finding
from perf_xlsx.ooxml import Mark
from perf_xlsx.signs import label, what_to_do
from perf_xlsx.workbook.style import MARK_FILLS


def marks_of(findings: Iterable[Finding]) -> list[Mark]:
    """One mark a flagged cell, in the order of the eye; findings without a cell are left to the list."""
    placed = sorted((f for f in findings if f.place.cell), key=lambda f: f.place)
    marks = []
    for place, group in groupby(placed, key=lambda f: f.place):
        found = sorted(group, key=lambda f: (STANDINGS.index(f.standing), f.code))
        note = "\n".join(_paragraph(f) for f in found)
        marks.append(Mark(place.sheet, place.cell or "", MARK_FILLS[found[0].standing], note))
    return marks


def _paragraph(found: Finding) -> str:
    return f"{label(found)} {found.code}：{found.message}\n怎么办：{what_to_do(found)}\n依据：{found.basis}"
