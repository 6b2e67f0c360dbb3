"""Where a desk keeps things: the returns, what `score` writes of them, and what only the desk needs."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from perf_xlsx.batch import beside
from perf_xlsx.system.output_files import safe_stem, unique_path

OWN = "网页"
LONGEST_SUFFIX = 8  # characters


class Folders(Struct, frozen=True):
    """Three folders side by side. `results` is where `perf-xlsx score` writes for `returns` without -o."""

    returns: Path
    results: Path
    own: Path

    @classmethod
    def of(cls, returns: Path) -> Folders:
        """Those of a folder of returns; all are made. Raises OSError."""
        whole = Path(os.path.abspath(returns))
        whole.mkdir(parents=True, exist_ok=True)
        found = cls(whole, beside((whole,)), whole.parent / f"{whole.name}-{OWN}")
        for folder in (found.lists, found.arrivals, found.removed, found.passing):
            folder.mkdir(parents=True, exist_ok=True)
        os.chmod(found.own, 0o700)  # returns of all units, and the secret of the sessions
        return found

    @property
    def lists(self) -> Path:
        """Rulebook, roster and waivers that were chosen on the page."""
        return self.own / "名单和办法"

    @property
    def arrivals(self) -> Path:
        """What visitors sent, each in a folder of its own."""
        return self.own / "来件"

    @property
    def removed(self) -> Path:
        """Returns that were taken out: nothing of theirs is deleted."""
        return self.own / "移走"

    @property
    def passing(self) -> Path:
        """Files that last as long as a request."""
        return self.own / "临时"


def safe_name(told: str) -> str:
    """A file name of ours from what somebody calls a file: never a path, and the suffix stays.

    The last part of a path with either slash is taken, control characters and what Windows refuses are replaced.
    """
    last = told.replace("\\", "/").rstrip("/").rpartition("/")[2]
    stem, suffix = os.path.splitext(last)
    if not suffix[1:].isalnum() or not suffix.isascii() or len(suffix) > LONGEST_SUFFIX:
        stem, suffix = last, ""
    return safe_stem(stem) + suffix


def free_path(folder: Path, name: str) -> Path:
    """A path in the folder that nothing has, numbered where the name is taken."""
    taken: set[str] = set()
    while os.path.lexists(path := unique_path(folder / name, taken)):
        pass
    return path
