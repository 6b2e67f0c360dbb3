"""移走的: returns that were taken out of the folder, and their scored copies; each can be put back."""

from __future__ import annotations

import datetime
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from perf_xlsx.desk.folders import Folders, move, place_file
from perf_xlsx.desk.results import Results
from perf_xlsx.desk.secret import made_id
from perf_xlsx.results.records import RecordsError
from perf_xlsx.system.output_files import printable_path, write_atomically

NAME = "移走.json"


class Note(Struct, frozen=True):
    """Where in the folder a return was, and when it was taken out."""

    file: str
    at: datetime.datetime


class Gone(Struct, frozen=True):
    """A return that was taken out, as the page shows it. `when` is None of what no note tells of."""

    id: str
    path: Path
    file: str
    when: datetime.datetime | None

    @property
    def called(self) -> str:
        """Its name as a text."""
        return printable_path(Path(self.file))


class Removed:
    """Takes returns out and puts them back. A copy of what is not there any more would be sent by mistake."""

    def __init__(self, folders: Folders, results: Results, secret: bytes) -> None:
        self.folders, self.results, self.secret = folders, results, secret
        self.lock = threading.Lock()

    def take(self, path: Path) -> None:
        """Take a return out of the folder, and its scored copy out of the results. Raises OSError."""
        file = path.relative_to(self.folders.returns).as_posix()
        copy = self._copy_of(file)
        with self.lock:
            moved = move(path, self.folders.removed)
            if printable_path(Path(file)) == file:  # a name that is no text cannot be noted
                self._keep(self._notes() | {moved.name: Note(file, datetime.datetime.now().astimezone())})
        if copy is not None:
            move(copy, self.folders.removed_copies)

    def _copy_of(self, file: str) -> Path | None:
        row = next((row for row in self.results.now().rows if row.workbook == file), None)
        if row is None:
            return None
        try:
            return self.results.copy_of(self.results.records_of(row)[0])
        except RecordsError:
            return None

    def all(self) -> list[Gone]:
        """What was taken out, the last first."""
        return sorted(self._each(), key=lambda one: one.when.timestamp() if one.when else 0, reverse=True)

    def _each(self) -> Iterator[Gone]:
        notes = self._notes()
        for path in sorted(self.folders.removed.iterdir()):
            if path.is_file() and not path.is_symlink():
                note = notes.get(path.name)
                name = made_id(self.secret, "removed", path.name)
                yield Gone(name, path, note.file if note else path.name, note.at if note else None)

    def one(self, name: str) -> Gone | None:
        """The one of this id."""
        return next((one for one in self._each() if one.id == name), None)

    def put_back(self, one: Gone) -> Path:
        """Put a return back where it was; beside another of its name it gets a number. Raises OSError."""
        folder = (self.folders.returns / one.file).parent
        top = os.path.join(os.path.realpath(self.folders.returns), "")
        if not os.path.join(os.path.realpath(folder), "").startswith(top) or not folder.is_dir():
            folder = self.folders.returns  # its folder is gone, or the note leads elsewhere
        with self.lock:
            put = place_file(folder, Path(one.file).name, lambda free: os.replace(one.path, free))
            notes = self._notes()
            notes.pop(one.path.name, None)
            self._keep(notes)
        return put

    def _notes(self) -> dict[str, Note]:
        try:
            return msgspec.json.decode((self.folders.own / NAME).read_bytes(), type=dict[str, Note])
        except (OSError, ValueError):
            return {}

    def _keep(self, notes: dict[str, Note]) -> None:
        with suppress(OSError):  # what matters has been moved
            write_atomically(self.folders.own / NAME, msgspec.json.encode(notes))
