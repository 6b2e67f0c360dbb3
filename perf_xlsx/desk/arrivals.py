"""What visitors sent: each return in a folder of its own, under an id that nobody can guess.

The folder holds the return, a note of who sent it and when, and, once it is scored, its records and its copy. What
has no records is still to be scored: so nothing is lost when the desk ends, however it ends.
"""

from __future__ import annotations

import datetime
import secrets
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.batch import Plan, without_comparisons
from perf_xlsx.batch.roster import return_key
from perf_xlsx.desk.folders import Folders, place_file, safe_name
from perf_xlsx.desk.results import ResultRow, inside, row_of
from perf_xlsx.desk.uploads import Sent
from perf_xlsx.results.record import Record, decode_record, encode_record
from perf_xlsx.system.output_files import staged, write_atomically

NOTE, RECORDS, SCORED = "来件.json", "评分.jsonl", "评分"
MOST_OF_ONE, MOST = 50, 20_000  # returns of one visitor, and of all

ArrivalState = Literal["new", "taken", "replaced", "declined"]


class TooManyError(Exception):
    """No more returns are taken; the Chinese message says why."""


class Arrival(Struct, frozen=True):
    """One return as it came. `told` is what its sender calls it, `file` the name it has here.

    `state`: not yet decided, taken among those that count (as `taken_as`), replaced there by another, or declined.
    `address` is the network address that it came from, "" where that was not noted.
    """

    id: str
    owner: str
    told: str
    file: str
    sent: datetime.datetime
    size: int
    state: ArrivalState = "new"
    taken_as: str = ""
    address: str = ""


class Scored(Struct, frozen=True):
    """What came of a return, in short: its rows, and whose forms they are. `at` is when it was written."""

    at: int = 0
    rows: tuple[ResultRow, ...] = ()
    whose: tuple[tuple[object, ...], ...] = ()


def _kept(folder: Path) -> Iterator[Arrival]:
    """The notes of what came before; a folder without one has a return that was not all there yet."""
    for path in folder.iterdir():
        with suppress(OSError, ValueError):
            note = msgspec.json.decode((path / NOTE).read_bytes(), type=Arrival)
            if note.id == path.name and note.file == Path(note.file).name:
                yield note


class Arrivals:
    """All that came; the notes and what came of each in short are in memory, the rest is on the disk."""

    def __init__(self, folders: Folders, take_out: Callable[[Path], None]) -> None:
        """`take_out` takes a return out of those that count."""
        self.folders, self.take_out = folders, take_out
        self.lock, self.deciding = threading.Lock(), threading.Lock()
        self.notes = {note.id: note for note in sorted(_kept(folders.arrivals), key=lambda note: note.sent)}
        self.short: dict[str, Scored] = {}

    def take(self, sent: Sent, owner: str, address: str = "") -> Arrival:
        """Keep a return. It counts as come once its note is there. Raises TooManyError and OSError."""
        if len(self.of(owner)) >= MOST_OF_ONE:
            raise TooManyError(f"一次最多报送{MOST_OF_ONE}份，已经满了。")
        if len(self.notes) >= MOST:
            raise TooManyError("来件太多，暂不接收，请与财政部门联系。")
        now = datetime.datetime.now().astimezone()
        name = secrets.token_urlsafe(18)
        note = Arrival(name, owner, sent.told, safe_name(sent.told), now, sent.size, address=address)
        sent.save(self.folder(note) / note.file)
        self._keep(note)
        return note

    def _keep(self, note: Arrival) -> None:
        write_atomically(self.folder(note) / NOTE, msgspec.json.encode(note))
        with self.lock:
            self.notes[note.id] = note

    def folder(self, note: Arrival) -> Path:
        """Where it lies."""
        return self.folders.arrivals / note.id

    def original(self, note: Arrival) -> Path:
        """The return itself."""
        return self.folder(note) / note.file

    def of(self, owner: str) -> list[Arrival]:
        """What one visitor sent, the last first."""
        with self.lock:
            return [note for note in reversed(self.notes.values()) if note.owner == owner]

    def all(self) -> list[Arrival]:
        """What all sent, the last first."""
        with self.lock:
            return list(reversed(self.notes.values()))

    def one(self, name: str) -> Arrival | None:
        """The one of this id."""
        with self.lock:
            return self.notes.get(name)

    # ---- scored

    def waiting(self) -> list[Arrival]:
        """What is still to be scored, the first first."""
        with self.lock:
            notes = list(self.notes.values())
        return [note for note in notes if not self.is_scored(note)]

    def is_scored(self, note: Arrival) -> bool:
        """Whether something came of it."""
        return bool(self._written(note))

    def _written(self, note: Arrival) -> int:
        """When its records were written; 0 where there are none."""
        try:
            found = (self.folder(note) / RECORDS).stat()
        except OSError:
            return 0
        return found.st_mtime_ns if found.st_size else 0  # a power cut may leave an empty one

    def in_short(self, note: Arrival) -> Scored:
        """What came of it; without rows while it waits."""
        at, known = self._written(note), self.short.get(note.id)
        if known is None or known.at != at:
            records = (self.records(note) or []) if at else []
            rows = tuple(row_of(record, note.id) for record in records)
            known = self.short[note.id] = Scored(at, rows, _whose(records))
        return known

    def plan(self, notes: Sequence[Arrival]) -> Plan:
        """The plan of scoring them; each copy goes beside its return. It is no run over a folder."""
        rows = [(f"{note.id}/{note.file}", f"{note.id}/{SCORED}/{note.file}") for note in notes]
        return Plan(self.folders.arrivals, self.folders.arrivals, rows, many=False)

    def scored(self, note: Arrival, records: Iterable[Record]) -> None:
        """Remember what came of it. Raises OSError."""
        lines = (encode_record(without_comparisons(record)) + b"\n" for record in records)
        write_atomically(self.folder(note) / RECORDS, b"".join(lines), durable=False)

    def again(self, note: Arrival) -> None:
        """Have it scored once more. Raises OSError."""
        (self.folder(note) / RECORDS).unlink(missing_ok=True)

    def records(self, note: Arrival) -> list[Record] | None:
        """What came of it, a record for each form; None while it waits."""
        try:
            lines = (self.folder(note) / RECORDS).read_bytes().splitlines()
            return [decode_record(line) for line in lines]
        except (OSError, ValueError, RecursionError):
            return None

    def copy_of(self, record: Record) -> Path | None:
        """The scored copy."""
        return inside(self.folders.arrivals, record.output)

    # ---- decided

    def accept(self, note: Arrival) -> None:
        """Let it count; what counted before of the same unit, form, year and project is set aside.

        Raises OSError.
        """
        with self.deciding:
            mine = self.in_short(note).whose
            for other in self.all():
                if other.state == "taken" and other.id != note.id and mine and self.in_short(other).whose == mine:
                    self._withdraw(other)
            path = place_file(self.folders.returns, note.file, partial(_copied, self.original(note)))
            self._keep(replace(note, state="taken", taken_as=path.name))

    def decline(self, note: Arrival) -> None:
        """Decide that it does not count; it stays where it came. Raises OSError."""
        with self.deciding:
            self._keep(replace(note, state="declined"))

    def withdraw(self, note: Arrival) -> None:
        """Let it count no more: it is moved out of the returns, and stays where it came. Raises OSError."""
        with self.deciding:
            self._withdraw(note)

    def _withdraw(self, note: Arrival) -> None:
        path = inside(self.folders.returns, note.taken_as)
        if path is not None:
            self.take_out(path)
        self._keep(replace(note, state="replaced", taken_as=""))


def _copied(source: Path, path: Path) -> None:
    """Raises OSError."""
    with source.open("rb") as file, staged(path) as copy:
        shutil.copyfileobj(file, copy.file)
        copy.commit()


def _whose(records: Iterable[Record]) -> tuple[tuple[object, ...], ...]:
    """Whose forms these are; nothing where a form names no unit: then it replaces none."""
    found = [tuple(return_key(one)) if one.is_read and one.unit else () for one in records]
    return tuple(found) if all(found) else ()
