"""总览 of a run for its page: the tiles and next steps of 汇总.xlsx, and the chart of its grades."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from perf_xlsx.consolidated import own_name
from perf_xlsx.consolidated.headline import next_steps, tiles
from perf_xlsx.consolidated.scores import UNGRADED
from perf_xlsx.consolidated.statistics import BANDS, NO_RATE, Statistics, gather
from perf_xlsx.consolidated.troubled_store import TroubledStore
from perf_xlsx.desk.results import Results, Shown
from perf_xlsx.results.records import RecordsError

Bar = tuple[str, int]


class Overview(Struct, frozen=True):
    """`tiles` are label, value and remark. `consolidated` is 汇总.xlsx, if it is there."""

    tiles: Sequence[tuple[str, str, str]] = ()
    steps: Sequence[str] = ()
    grades: Sequence[Bar] = ()
    bands: Sequence[Bar] = ()
    consolidated: Path | None = None


class Overviews:
    """The overview of what is shown, made once for each state of it."""

    def __init__(self, results: Results) -> None:
        self.results, self.lock = results, threading.Lock()
        self.of: Shown | None = None
        self.made = Overview()

    def now(self, shown: Shown) -> Overview:
        """The overview of these results."""
        with self.lock:
            if shown is not self.of:
                self.made, self.of = self._made() if shown.rows else Overview(), shown
            return self.made

    def _made(self) -> Overview:
        try:
            with TroubledStore() as troubled:
                found = gather(self.results.open(), None, troubled)
        except RecordsError:  # changed meanwhile: it will be read again
            return Overview()
        path = own_name(self.results.folders.results, found)
        return Overview(
            tiles(found), list(next_steps(found)), _grades(found), _bands(found),
            path if os.path.isfile(path) else None,
        )  # fmt: skip


def _grades(found: Statistics) -> list[Bar]:
    return [("暂定" if one.name == UNGRADED else one.name, one.count) for one in found.grades]


def _bands(found: Statistics) -> list[Bar]:
    names = [*(name for _, name in BANDS), NO_RATE]
    return [(name, found.bands[name]) for name in names if found.scored]
