"""The lists and the rulebook that were chosen: looked through before they are used, in a process of their own."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path

from perf_xlsx.batch import BatchError
from perf_xlsx.batch.roster_list import read_roster
from perf_xlsx.desk.folders import Folders
from perf_xlsx.desk.limited import LimitedError, limited
from perf_xlsx.desk.settings import Settings
from perf_xlsx.judging.waiver_list import load_waivers
from perf_xlsx.judging.waivers import Waiving
from perf_xlsx.pipeline import Terms, usable_rulebook


def _roster(path: Path) -> str:
    return f"{len(read_roster(path).listed)}个单位"


def _waivers(path: Path) -> str:
    return f"{len(load_waivers(path))}条"


def _rulebook(path: Path) -> str:
    return usable_rulebook(str(path)).title


READERS: Mapping[str, Callable[[Path], str]] = {
    "rulebook_file": _rulebook,
    "roster": _roster,
    "waivers": _waivers,
}


def looked_through(kind: str, path: Path) -> str:
    """What a file holds, in a few words. Raises LimitedError where it cannot be used."""
    return limited(READERS[kind], path)


def terms_of(settings: Settings, folders: Folders) -> Terms:
    """How a visitor's return is scored: by the same rulebook and waivers as the folder. Raises BatchError."""
    waiving = None
    if settings.waivers:
        path = folders.chosen("waivers", settings.waivers)
        try:
            waiving = Waiving(limited(load_waivers, path), datetime.date.today())
        except LimitedError:  # it was looked through when it was chosen
            raise BatchError(f"豁免清单 {path.name} 读不出来，请在“设置”中重新选定。") from None
    return Terms(settings.rulebook_asked(folders), waiving=waiving)
