"""The lists that commands are given: units that must file, and waivers. A list with an error is wrong usage."""

from __future__ import annotations

import datetime
from pathlib import Path

from perf_xlsx.batch.roster import Roster
from perf_xlsx.batch.roster_list import read_roster
from perf_xlsx.cli.group import fail
from perf_xlsx.judging.waiver_list import load_waivers
from perf_xlsx.judging.waivers import Waiving
from perf_xlsx.reading.list_file import ListError


def roster_of(path: Path | None) -> Roster | None:
    """The list of units, where there is one."""
    try:
        return read_roster(path) if path else None
    except ListError as error:
        fail("\n  ".join(error.problems))


def waivers_of(path: Path | None) -> Waiving | None:
    """The waivers, as of today, where there is a list."""
    try:
        return Waiving(load_waivers(path), datetime.date.today()) if path else None
    except ListError as error:
        fail("\n  ".join(error.problems))
