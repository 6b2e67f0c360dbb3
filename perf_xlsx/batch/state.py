"""The memory of a batch in OUT/.perf_xlsx: the records of the last complete run, and a journal of the current one.

`records.jsonl` holds a record a form in plan order, put in place at the end; beside it is the list of units that
they were compared with, so that whoever reads them again knows as much. `journal.jsonl` gets a line for every
workbook newly done, and is deleted when the run is over. The next run reads both; of two lines for one
workbook the journal's counts. A workbook is done again unless its line is exactly what this version writes: a kill
may have cut it off, and anybody may have put something there. Nothing is written through a link.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from perf_xlsx.batch.failure import BatchError
from perf_xlsx.batch.roster import Roster, unplaced
from perf_xlsx.forms import form_names
from perf_xlsx.results.comparison import first
from perf_xlsx.results.record import SCHEMA, Record, decode_known, encode_record
from perf_xlsx.results.records import FILE as RECORDS
from perf_xlsx.results.records import STATE, Records, json_lines
from perf_xlsx.system.growing import NumbersByText
from perf_xlsx.system.lock import HeldError, hold_lock, itself
from perf_xlsx.system.os_errors import hide, is_special, put_in_place
from perf_xlsx.system.output_files import BEGUN, explain_os_error, write_atomically

JOURNAL, LOCK, ROSTER = "journal.jsonl", "lock", "roster.json"
SYNC_EVERY = 2  # seconds; a power cut costs at most the workbooks of that time, a kill none
NAMES = (JOURNAL, LOCK, RECORDS, f"{RECORDS}.tmp", ROSTER)
HEAD = b'{"file": '
LARGEST = 64 << 20  # bytes of a list of units that is read again


class RunState:
    """The memory of one output folder, for one run at a time. Raises BatchError where another run has it, or the
    disk is full."""

    def __init__(self, folder: Path, outputs: Iterable[str] = ()) -> None:
        """`outputs` are the copies that will be written, as paths below the folder."""
        self.folder, self.saved = folder / STATE, 0
        self.places = {folder, *(folder / name for name in {os.path.dirname(output) for output in outputs})}

    def __enter__(self) -> RunState:
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            _refuse_links(self.folder, *(self.folder / name for name in NAMES))
            self.folder.mkdir(exist_ok=True)
            hide(self.folder)
            self.lock = _lock(self.folder / LOCK)
            self._tidy()
            self.files = [_open(self.folder / name) for name in (JOURNAL, RECORDS)]
            self.index = [_index(file) for file in self.files]
            self.journal = open(self.folder / JOURNAL, "ab", opener=itself)  # until __exit__
            if self.journal.tell():
                self.journal.write(b"\n")  # after a line that was cut off
            self.final = open(self.folder / f"{RECORDS}.tmp", "wb", opener=itself)
        except OSError as error:
            raise self._full(error) from None
        self.synced = time.monotonic()
        return self

    def _full(self, error: OSError) -> BatchError:
        detail, advice = explain_os_error(self.folder / f"{RECORDS}.tmp", error)
        return BatchError(f"{self.folder} 写不进去（{detail}），评分停止。{advice}")

    def _tidy(self, spared: str | None = None) -> None:
        """Take away what a killed run, or a killed worker of this one, left half written.

        Names that begin with `spared` stay: this process is still writing there.
        """
        for place in self.places:
            for left in place.glob(f"{BEGUN}*.tmp"):
                if spared is None or not left.name.startswith(spared):
                    _delete(left)

    def known(self, file: str) -> tuple[Record, ...]:
        """The records of a workbook's forms, without what was found by comparing them with others."""
        for stored, index in zip(self.files, self.index, strict=True):
            if stored is not None and (place := index.get(file)) is not None:
                stored.seek(place)
                if records := _own(stored, file):
                    return tuple(map(without_comparisons, records))
        return ()

    def note(self, records: Iterable[bytes]) -> None:
        """Remember a workbook newly done: the lines of its records, without comparisons."""
        try:
            self.journal.write(b"".join(line + b"\n" for line in records))
            self.journal.flush()
            if time.monotonic() - self.synced > SYNC_EVERY:
                os.fsync(self.journal.fileno())
                self.synced = time.monotonic()
            self.saved += 1
        except OSError as error:
            raise self._full(error) from None

    def write(self, record: Record, line: bytes | None = None) -> None:
        """Write the next of the final records, comparisons included; `line` is its line, where that is known."""
        try:
            self.final.write((encode_record(record) if line is None else line) + b"\n")
        except OSError as error:
            raise self._full(error) from None

    def finish(self, roster: Roster | None = None) -> None:
        """The run is over: the final records stand, with the list of units; the journal goes."""
        try:
            self.final.flush()
            os.fsync(self.final.fileno())
            self._close()
            self._tidy(spared=f"{BEGUN}{os.getpid()}-")
            _delete(self.folder / ROSTER)  # first: no list is better than another run's
            put_in_place(self.folder / f"{RECORDS}.tmp", self.folder / RECORDS)
            if roster is not None:
                write_atomically(self.folder / ROSTER, encode_record(roster), durable=False)
            _delete(self.folder / JOURNAL)
        except OSError as error:
            raise self._full(error) from None

    def _close(self) -> None:
        for file in (self.journal, self.final, *self.files):
            if file is not None:
                with suppress(OSError):  # a full disk, which has been said; closed it is all the same
                    file.close()

    def __exit__(self, *_: object) -> None:
        self._close()
        _delete(self.folder / f"{RECORDS}.tmp")
        self.lock.close()


def _delete(path: Path) -> None:
    """Delete a file that does no harm where it stays because a virus scanner holds it; the next run deletes it."""
    with suppress(PermissionError):
        path.unlink(missing_ok=True)


def goes_on(force: bool) -> str:
    """That what is done stands, and how the next run goes on from there; with `force` it would begin anew."""
    how = "去掉 --force 再运行一次" if force else "再运行一次同样的命令"
    return f"已评完的都已保存，{how}，就从这里接着做。"


def saved(folder: Path) -> bool:
    """Whether a run that was ended left something in its journal, to go on from."""
    try:
        return (folder / STATE / JOURNAL).stat().st_size > 0
    except OSError:
        return False


def roster_of_run(records: Records) -> Roster | None:
    """The list that the run of these records compared them with; None where there was none, or it is not kept."""
    path = records.path.with_name(ROSTER)
    if records.path.name != RECORDS or path.parent.name != STATE.name or os.path.islink(path) or is_special(path):
        return None
    with suppress(OSError, ValueError, RecursionError):
        if path.stat().st_size <= LARGEST:
            return msgspec.json.decode(path.read_bytes(), type=Roster)
    return None


def begun(folder: Path) -> dict[str, str | None]:
    """The workbooks that a run which was ended has done, each with the digest of its copy, if it has one."""
    found: dict[str, str | None] = {}
    with suppress(OSError), (folder / STATE / JOURNAL).open("rb") as file:
        for _, line in json_lines(file):
            with suppress(ValueError, RecursionError):
                record = decode_known(line or b"")
                if record.file is not None:
                    found[record.file] = record.output_sha256 or None
    return found


def _text(line: bytes) -> str:
    return line.decode("utf-8", "surrogateescape")  # file names need not be UTF-8


def _open(path: Path) -> IO[bytes] | None:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        return None


def _index(file: IO[bytes] | None) -> NumbersByText:
    """Where in the file the last whole lines of each workbook begin: those of its forms follow one another."""
    found = NumbersByText()
    decoder, before = json.JSONDecoder(), None
    for offset, line in json_lines(file) if file else ():
        name = None
        if line is not None and line.startswith(HEAD) and line.endswith(b"}\n"):
            with suppress(ValueError, RecursionError):
                name, _ = decoder.raw_decode(_text(line), len(HEAD))
        if isinstance(name, str) and name != before:
            found.put(name, offset)
        before = name
    return found


def _own(stored: IO[bytes], file: str) -> tuple[Record, ...]:
    """The records of the lines from here, if this version wrote them of this workbook: of all forms, or none."""
    found: list[Record] = []
    while (record := _own_record(stored.readline(), file)) is not None:
        found.append(record)
    count = (found[-1].parts or 1) if found else 1
    records = tuple(found[-count:])  # the last ones: a run may have done it again
    whole = len(found) % count == 0 and len({record.part for record in records}) == count
    return records if whole and all((record.parts or 1) == count for record in records) else ()


def _own_record(line: bytes, file: str) -> Record | None:
    try:
        record = decode_known(line)
    except (ValueError, RecursionError):
        return None
    is_own = encode_record(record) + b"\n" == line and record.schema == SCHEMA and record.file == file
    return record if is_own and _is_complete(record) else None


def without_comparisons(record: Record) -> Record:
    """The record of a workbook as if it had come alone."""
    own = tuple(found for found in record.findings if not found.code.startswith("B"))
    return unplaced(first(replace(record, findings=own)))


def _is_complete(record: Record) -> bool:
    """Whether a record says all that a scored workbook's must, of a form that is known now."""
    return (
        record.status != "outstanding"
        and record.key is not UNSET
        and record.output_sha256 is not UNSET
        and (record.key is None or record.key.rulebook == record.rulebook)
        and (not record.is_read or (record.form in form_names() and record.content is not UNSET))
    )


def _refuse_links(*paths: Path) -> None:
    """Raises BatchError where something of ours is a link, which leads the writing elsewhere, or a pipe."""
    for path in paths:
        if os.path.islink(path) or is_special(path):
            raise BatchError(f"{path} 是链接、管道或设备，没有往里写，也没有评分。请删去它，再运行一次。")


def _lock(path: Path) -> IO[bytes]:
    """Hold the folder until the file is closed or this process ends."""
    try:
        return hold_lock(path)
    except HeldError:
        raise BatchError(f"另一个 perf-xlsx 正在往 {path.parent.parent} 写，请等它结束。") from None
