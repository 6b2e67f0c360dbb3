"""退回/: what a run writes there, what it leaves alone, what it takes away again.

A letter that somebody has changed since is theirs: it stays, under another name where there is something new to
say.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct, field

from perf_xlsx.results.records import STATE
from perf_xlsx.system.growing import NumbersByText
from perf_xlsx.system.os_errors import is_special, put_in_place
from perf_xlsx.system.output_files import reserved, safe_stem, unique_path, write_atomically

NAME = "退回"
WRITTEN = "letters.json"  # in the run's memory: what was written, by name, as digests
LARGEST = 64 << 20  # bytes of that file
KEPT = "（留存）"


class Folder(Struct):
    """The letters of one output folder, for one run."""

    path: Path
    before: dict[str, str]  # digests of what the run before wrote, by file name
    now: dict[str, str] = field(default_factory=dict)
    taken: NumbersByText = field(default_factory=NumbersByText)
    kept: list[str] = field(default_factory=list)  # letters that somebody has changed
    failed: list[tuple[Path, OSError]] = field(default_factory=list)
    written: int = 0

    @classmethod
    def open(cls, base: Path, outputs: Iterable[str]) -> Folder:
        """The folder below the output folder `base`; numbered where copies of a unit's own folder have its name.

        Raises OSError where it is a link, which leads the writing elsewhere.
        """
        ours = reserved(base / NAME)
        tops = (reserved(base / output.partition("/")[0]) for output in outputs)
        path = unique_path(base / NAME, {top for top in tops if top.startswith(ours)})
        if os.path.islink(path) or is_special(path):
            raise OSError(f"{path} 是链接或设备")
        return cls(path, _read(base / STATE / WRITTEN))

    def free(self, stem: str, suffix: str) -> str:
        """A name for a new file of this run, from a text that may hold anything."""
        return unique_path(Path(safe_stem(stem)), self.taken).name + suffix

    def put(self, name: str, data: bytes) -> None:
        """Write a file, unless it is there already or somebody has changed it and there is nothing new to say."""
        path, digest = self.path / name, hashlib.sha256(data).hexdigest()
        try:
            there = _digest(path)
            if there not in (None, digest, self.before.get(name)):
                self.kept.append(name)
                if self.before.get(name) == digest:
                    self.now[name] = digest
                    return
                put_in_place(path, self._aside(name))
            if there != digest:
                write_atomically(path, data, durable=False)
                self.written += 1
            self.now[name] = digest
        except OSError as error:
            self.failed.append((path, error))

    def _aside(self, name: str) -> Path:
        """Where somebody's own version goes."""
        stem, suffix = os.path.splitext(name)
        number, path = 1, self.path / f"{stem}{KEPT}{suffix}"
        while os.path.lexists(path):
            number += 1
            path = self.path / f"{stem}{KEPT}({number}){suffix}"
        return path

    def finish(self) -> None:
        """Take away the letters of earlier runs that no longer hold, and remember what was written.

        Where nothing is left, the folder goes too.
        """
        for name in self.before.keys() - self.now.keys():
            with suppress(OSError):
                if _digest(self.path / name) == self.before[name]:
                    (self.path / name).unlink()
        with suppress(OSError):  # it is not empty, or was never there
            self.path.rmdir()
        remembered = self.path.parent / STATE / WRITTEN
        if remembered.parent.is_dir() and not os.path.islink(remembered):
            write_atomically(remembered, msgspec.json.encode(dict(sorted(self.now.items()))), durable=False)


def _read(path: Path) -> dict[str, str]:
    """What was remembered; names that are more than a name count for nothing."""
    try:
        if is_special(path) or path.stat().st_size > LARGEST:
            return {}
        found = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (OSError, ValueError):
        return {}
    return {name: digest for name, digest in found.items() if os.path.basename(name) == name and "\\" not in name}


def _digest(path: Path) -> str | None:
    """The digest of a file; None where there is none. Raises OSError."""
    if not os.path.lexists(path):
        return None
    if os.path.islink(path) or is_special(path):
        return ""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
