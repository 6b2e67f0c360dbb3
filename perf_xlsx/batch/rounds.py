"""Which time a unit returns a form, and how it differs from the return before: by the records of earlier runs."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property

from msgspec import UNSET
from msgspec.structs import replace

from perf_xlsx.batch.repeated import is_repeat
from perf_xlsx.batch.roster import return_key, same_unit
from perf_xlsx.results.comparison import since
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import Records
from perf_xlsx.system.growing import NumbersByText


class Rounds:
    """Compares returns with those of earlier runs, the latest first. Only positions of records are in memory."""

    def __init__(self, runs: Iterable[Records | None]) -> None:
        self.runs = [run for run in runs if run is not None]
        self._followed: set[tuple[int, int]] = set()  # files that could not be read, by run and place

    @cached_property
    def _indexes(self) -> list[NumbersByText]:
        """Where the record of each form begins, by run; of a form that came twice in one run, the first."""
        return [_index(run) for run in self.runs]

    def compared(self, record: Record) -> Record:
        """The record as it is the first time; later with its round and what has changed since the one before."""
        if not self.runs or is_repeat(record):
            return record
        earlier = self._earlier(record) if record.is_read and record.unit else None
        if earlier is None:
            return self._after_unread(record)
        if earlier.sha256 == record.sha256:  # the same return: what was said of it still holds
            return replace(record, round=earlier.round, since=earlier.since)
        return replace(record, round=_next(earlier), since=since(record, earlier))

    def _earlier(self, record: Record) -> Record | None:
        key = _key(record)
        for run, index in zip(self.runs, self._indexes, strict=True):
            if (place := index.get(key)) is not None:
                with suppress(ValueError, OSError):
                    return run.at(place)
        return None

    def _after_unread(self, record: Record) -> Record:
        """The record, with its round where it comes after one that could not be read: there is nothing to compare.

        That one lay in the same place, or the list of units knew by its name whose it was; it is followed once.
        """
        for number, (run, index) in enumerate(zip(self.runs, self._indexes, strict=True)):
            for key in _after(record):
                place = index.get(key)
                if place is None or (number, place) in self._followed:
                    continue
                with suppress(ValueError, OSError):
                    earlier = run.at(place)
                    if earlier.sha256 == record.sha256:
                        return replace(record, round=earlier.round)
                    if _may_follow(record, earlier):
                        self._followed.add((number, place))
                        return replace(record, round=_next(earlier))
        return record


def _next(earlier: Record) -> int:
    return 2 if earlier.round is UNSET else earlier.round + 1


def _may_follow(record: Record, unread: Record) -> bool:
    """Whether nothing that the list says of a file that could not be read speaks against it."""
    if not record.is_read or record.file == unread.file:
        return True
    form, project = unread.listed_form or record.form, unread.listed_project or record.project
    return form == record.form and same_unit(project) == same_unit(record.project)


def _index(run: Records) -> NumbersByText:
    found = NumbersByText()
    with suppress(OSError):
        for offset, record in run.placed():
            if record.is_read and record.unit:
                found.add(_key(record), offset)
            elif record.status == "unreadable":
                for key in _of_unread(record.file, record.listed_unit or None):
                    found.add(key, offset)
    return found


def _after(record: Record) -> tuple[str, ...]:
    """The keys of files that could not be read which a record may come after."""
    return _of_unread(record.file, record.unit) if record.is_read else _of_unread(record.file, None)


def _of_unread(file: str | None, unit: str | None) -> tuple[str, ...]:
    return (f"file {file}", *([f"unit {same_unit(unit)}"] if unit else []))


def _key(record: Record) -> str:
    return repr(return_key(record))
