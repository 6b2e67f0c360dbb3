"""Where a desk keeps things: the returns, what `score` writes of them, and what only the desk needs."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from msgspec import Struct

from perf_xlsx.batch import beside
from perf_xlsx.system.lock import hold_lock
from perf_xlsx.system.output_files import safe_stem, unique_path

OWN, LOCK = "网页", "占用"
LONGEST_SUFFIX = 8  # characters
_placing = threading.Lock()


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
        for folder in (found.lists, found.arrivals, found.removed, found.removed_copies, found.passing):
            folder.mkdir(parents=True, exist_ok=True)
        os.chmod(found.own, 0o700)  # returns of all units, and the secret of the sessions
        return found

    def hold(self) -> IO[bytes]:
        """Keep other desks away, until the file is closed or this process ends. Raises HeldError and OSError.

        What earlier ones left of requests is taken away.
        """
        held = hold_lock(self.own / LOCK)
        for left in self.passing.iterdir():
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
        return held

    @property
    def lists(self) -> Path:
        """Rulebook, roster and waivers that were chosen on the page."""
        return self.own / "名单和办法"

    def chosen(self, use: str, name: str) -> Path:
        """Where a chosen file of a kind lies: each kind has a folder, so that a file keeps its name."""
        return self.lists / use / name

    @property
    def arrivals(self) -> Path:
        """What visitors sent, each in a folder of its own."""
        return self.own / "来件"

    @property
    def removed(self) -> Path:
        """Returns that were taken out: nothing of theirs is deleted."""
        return self.own / "移走"

    @property
    def removed_copies(self) -> Path:
        """The scored copies of what was taken out."""
        return self.own / "移走的副本"

    @property
    def passing(self) -> Path:
        """Files that last as long as a request."""
        return self.own / "临时"


def parts_of(told: str) -> list[str]:
    """What somebody calls a file, apart at either slash."""
    return [part for part in told.replace("\\", "/").split("/") if part not in ("", ".", "..")]


def joined_name(told: str) -> str:
    """The same with the folders that the file was in as words of its name: they often say whose it is."""
    return safe_name("-".join(parts_of(told)))


def safe_name(told: str) -> str:
    """A file name of ours from what somebody calls a file: never a path, and the suffix stays.

    The last part of a path is taken; control characters and what Windows refuses are replaced.
    """
    last = (parts_of(told) or ["_"])[-1]
    stem, suffix = os.path.splitext(last)
    if not suffix[1:].isalnum() or not suffix.isascii() or len(suffix) > LONGEST_SUFFIX:
        stem, suffix = last, ""
    return safe_stem(stem) + suffix


def place_file(folder: Path, name: str, write: Callable[[Path], None]) -> Path:
    """Have a file written in the folder under a path that nothing has, numbered where the name is taken.

    One after the other, so that no two get one path. Gives the path. Raises what `write` raises.
    """
    with _placing:
        taken: set[str] = set()
        while os.path.lexists(path := unique_path(folder / name, taken)):
            pass
        write(path)
        return path


def move(path: Path, folder: Path) -> Path:
    """Move a file into the folder, under a path that nothing has. Raises OSError."""
    return place_file(folder, path.name, lambda free: os.replace(path, free))
