"""总览 of a run for its page: the tiles and next steps of 汇总.xlsx, and the chart of its grades."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from perf_xlsx.batch import roster_of_run
from perf_xlsx.consolidated import own_name
from perf_xlsx.consolidated.headline import next_steps, tiles
from perf_xlsx.consolidated.long_tables import OUTSTANDING, TROUBLED
from perf_xlsx.consolidated.scores import UNGRADED
from perf_xlsx.consolidated.statistics import BANDS, NO_RATE, Statistics, gather
from perf_xlsx.consolidated.troubled_store import TroubledStore
from perf_xlsx.desk.results import TO_CORRECT, ResultList, Results
from perf_xlsx.results.records import RecordsError

SHOWN_HERE = {OUTSTANDING.name: "未报送", TROUBLED.name: TO_CORRECT}  # by the sheet
BarCount = tuple[str, int]


class Step(Struct, frozen=True):
    """A next step, and the states of the rows that it is about, for the table of the page; "" for none."""

    words: str
    state: str = ""


class Overview(Struct, frozen=True):
    """`tiles` are label, value and remark. `consolidated` is 汇总.xlsx, if it is there."""

    tiles: Sequence[tuple[str, str, str]] = ()
    steps: Sequence[Step] = ()
    grades: Sequence[BarCount] = ()
    bands: Sequence[BarCount] = ()
    consolidated: Path | None = None


class Overviews:
    """The overview of what is shown, made once for each state of it."""

    def __init__(self, results: Results) -> None:
        self.results, self.lock = results, threading.Lock()
        self.of: ResultList | None = None
        self.made = Overview()

    def now(self, shown: ResultList) -> Overview:
        """The overview of these results."""
        with self.lock:
            if shown is not self.of:
                self.made, self.of = self._made() if shown.rows else Overview(), shown
            return self.made

    def _made(self) -> Overview:
        try:
            with TroubledStore() as troubled:
                records = self.results.open()
                found = gather(records, roster_of_run(records), troubled)
        except RecordsError:  # changed meanwhile: it will be read again
            return Overview()
        path = own_name(self.results.folders.results, found)
        return Overview(
            tiles(found, math.inf), list(map(_step, next_steps(found))), _grades(found), _bands(found),
            path if os.path.isfile(path) else None,
        )  # fmt: skip


def _step(line: str) -> Step:
    """A step in the words of 汇总.xlsx: its sheets are named as such, or shown here."""
    words, see, name = line.partition("，见“")
    if not see:
        return Step(line)
    state = SHOWN_HERE.get(name.partition("”")[0], "") if not line.startswith("⚠") else ""
    return Step(f"{words}。", state) if state else Step(f"{words}，见 汇总.xlsx 的“{name}")


def _grades(found: Statistics) -> list[BarCount]:
    return [("暂定" if one.name == UNGRADED else one.name, one.count) for one in found.grades]


def _bands(found: Statistics) -> list[BarCount]:
    names = [*(name for _, name in BANDS), NO_RATE]
    return [(name, found.bands[name]) for name in names if found.scored]
