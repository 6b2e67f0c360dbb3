"""Which sheet a block is read from, where several hold its labels."""

from __future__ import annotations

from collections.abc import Iterable

from perf_xlsx.forms import Box
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.layout import Home
from perf_xlsx.system.pattern import pattern

COPY = pattern(r"\(\d+\)$|（\d+）$|[Cc]opy\s*\d*$|副本\s*\d*$")  # how Excel, WPS and others name a copied sheet


def home_of(block: str, words: Iterable[tuple[str, ...]], named: Iterable[Box], sheets: Sheets) -> Home:
    """The block's sheet, one with more than half of its labels before any other.

    Of several, where its names point; else an original before a copy; else the one with most of its labels.
    """
    wanted = [{sheet for sheet, _, _ in sheets.labelled(labels)} for labels in words]
    share = {sheet: sum(sheet in found for found in wanted) for sheet in sheets.searched}
    found = [sheet for sheet, count in share.items() if count > len(wanted) // 2]
    keys = [name for box in named for name in (f"px_{block}_{box.key}", f"px_{box.key}")]
    areas = [area.sheet for key in keys if (area := sheets.areas.get(key))]

    def fitness(sheet: int) -> tuple[bool, bool, bool, int, int]:
        return sheet in found, sheet in areas, not COPY.search(sheets.names[sheet]), share[sheet], -sheet

    best = max(share, key=fitness, default=-1)
    if best == -1 or not share[best]:
        return Home(-1, ())
    return Home(best, tuple(sheet for sheet in found if sheet != best))
