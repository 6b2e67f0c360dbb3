"""Which time a unit returns a form, and how it differs from the return before: by the records of earlier runs."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property

from msgspec import UNSET
from msgspec.structs import replace

from perf_xlsx.batch.repeated import is_repeat
from perf_xlsx.batch.roster import whose
from perf_xlsx.results.comparison import since
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import Records
from perf_xlsx.system.growing import Numbers


class Rounds:
    """Compares returns with those of earlier runs, the latest first. Only positions of records are in memory."""

    def __init__(self, runs: Iterable[Records | None]) -> None:
        self.runs = [run for run in runs if run is not None]

    @cached_property
    def _indexes(self) -> list[Numbers]:
        """Where the record of each form begins, by run; of a form that came twice in one run, the first."""
        return [_index(run) for run in self.runs]

    def compared(self, record: Record) -> Record:
        """The record as it is the first time; later with its round and what has changed since the one before."""
        if not (self.runs and record.is_read and record.unit):
            return record
        earlier = self._earlier(record)
        if earlier is None or is_repeat(record):
            return record
        if earlier.sha256 == record.sha256:  # the same return: what was said of it still holds
            return replace(record, round=earlier.round, since=earlier.since)
        number = 2 if earlier.round is UNSET else earlier.round + 1
        return replace(record, round=number, since=since(record, earlier))

    def _earlier(self, record: Record) -> Record | None:
        key = _key(record)
        for run, index in zip(self.runs, self._indexes, strict=True):
            if (place := index.get(key)) is not None:
                with suppress(ValueError, OSError):
                    return run.at(place)
        return None


def _index(run: Records) -> Numbers:
    found = Numbers()
    with suppress(OSError):
        for offset, record in run.placed():
            if record.is_read and record.unit:
                found.add(_key(record), offset)
    return found


def _key(record: Record) -> str:
    return repr(whose(record))
