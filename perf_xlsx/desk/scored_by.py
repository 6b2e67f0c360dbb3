"""By which settings the results that are shown were scored. It is kept in the desk's folder and outlives it."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx import batch
from perf_xlsx.desk.folders import Folders
from perf_xlsx.desk.settings import FORMS, Settings, load_settings
from perf_xlsx.results.records import FILE, STATE
from perf_xlsx.system.output_files import write_atomically

NAME = "评分所用.json"
OF_POINTS = ("rulebook_file", "waivers", FORMS)  # kinds of files on which points and findings depend


class Used(Struct, frozen=True):
    """Settings, and the digests of the files that they name: a file may be replaced by another of its name."""

    settings: Settings
    files: dict[str, str]

    @property
    def of_points(self) -> object:
        """The part on which the scored copies depend; the rest is for letters and for who sent nothing."""
        named = {name: digest for name, digest in self.files.items() if name.partition("/")[0] in OF_POINTS}
        return self.settings.rulebook, named


def in_use(folders: Folders) -> Used:
    """The settings as they are now."""
    settings = replace(load_settings(folders), contact="", year=0)  # what is only told to units
    return Used(
        settings, {f"{kind}/{name}": _digest(folders.chosen(kind, name)) for kind, name in settings.files()}
    )


class Noted(Struct, frozen=True, omit_defaults=True):
    """The records of this digest are those that `used` made. A run that began when they had the digest `going` has
    not come to its end."""

    used: Used | None = None
    records: str = ""
    going: str | None = None


class ScoredBy:
    """Notes what each run is made with. The command may write the same records: then nothing is known of them."""

    def __init__(self, folders: Folders) -> None:
        self.folders, self.path = folders, folders.own / NAME
        self.noted, self.known = _load(self.path), (None, "")  # type: tuple[Noted, tuple[object, str]]
        self.begun_by: Used | None = None

    def begin(self) -> None:
        """A run begins by the settings as they are now."""
        self.begun_by = in_use(self.folders)
        self._keep(replace(self.noted, going=self._records()))

    def done(self) -> None:
        """It came to its end: what is shown is by its settings."""
        self._keep(Noted(self.begun_by, self._records()))

    def stopped(self) -> None:
        """It was stopped, perhaps only when all was written."""
        if self._records() != self.noted.going:
            self.done()

    def failed(self) -> None:
        """It wrote nothing; what was done before is not to be gone on with."""
        self._keep(replace(self.noted, going=None))

    def used(self) -> Used | None:
        """What the results were scored by; None where nobody knows."""
        return self.noted.used if self.noted.records == self._records() else None

    def unfinished(self) -> bool:
        """Whether the last run was stopped, by whatever, even before it had done one."""
        return batch.saved(self.folders.results) or self.noted.going == self._records()

    def _keep(self, noted: Noted) -> None:
        self.noted = noted
        with suppress(OSError):  # the page then says that it does not know
            write_atomically(self.path, msgspec.json.encode(noted))

    def _records(self) -> str:
        """The digest of the records of the last complete run; "" where there was none."""
        path = self.folders.results / STATE / FILE
        try:
            found = path.stat()
        except OSError:
            return ""
        state = found.st_ino, found.st_size, found.st_mtime_ns
        if state != self.known[0]:
            self.known = state, _digest(path)
        return self.known[1]


def _load(path: Path) -> Noted:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Noted)
    except (OSError, ValueError):
        return Noted()


def _digest(path: Path) -> str:
    """The digest of a file; "" where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
