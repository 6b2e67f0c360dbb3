"""What each flagged cell is given: the fill of its heaviest finding, and a note with all of them.

The first note of each sheet says what the colours mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from msgspec.structs import replace

from perf_xlsx.domain.model import STANDINGS, Finding
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.severity import STANDING_NAMES, STANDING_SIGNS, label, what_to_do
from perf_xlsx.ooxml import Mark, SeenCells
from perf_xlsx.sheets.style import MARK_FILLS, MARK_WORDS

KEY = "本表标记：" + "，".join(
    f"{colour}＝{STANDING_SIGNS[standing]}{STANDING_NAMES[standing]}（{owed}）"
    for standing, (colour, owed) in MARK_WORDS.items()
)


def marks_of(findings: Iterable[Finding], seen: SeenCells) -> list[Mark]:
    """One mark a flagged cell, in the order of the eye; findings without a cell are left to the list.

    A cell that lies in a merge shows nothing: its mark is at the cell that is seen there.
    """
    placed = sorted(
        (
            (_seen(place, seen), found)
            for found in findings
            for place in (found.place, *found.others)
            if place.cell
        ),
        key=_by_place,
    )
    marks: list[Mark] = []
    keyed: set[str] = set()
    for place, group in groupby(placed, key=_by_place):
        found = sorted((f for _, f in group), key=lambda f: (STANDINGS.index(f.standing), f.code, f.place))
        key = [] if place.sheet in keyed else [KEY]
        note = "\n".join([*(_paragraph(f, place) for f in found), *key])
        keyed.add(place.sheet)
        marks.append(Mark(place.sheet, place.cell or "", MARK_FILLS[found[0].standing], note))
    return marks


def _by_place(one: tuple[Place, Finding]) -> Place:
    return one[0]


def _seen(place: Place, seen: SeenCells) -> Place:
    row, column = seen.at(place.sheet, place.row, place.column)
    return replace(place, row=row, column=column)


def _paragraph(found: Finding, shown: Place) -> str:
    cell = "" if found.place == shown else f"（{found.place.cell}）"
    return (
        f"{label(found)} {found.code}{cell}：{found.message}\n整改意见：{what_to_do(found)}\n依据：{found.basis}"
    )
