"""Which time a unit returns a form, and how it differs from the return before: by the records of earlier runs.

Of a form that came several times in one run none was sent back: they are no former rounds, unless one of them had
been scored alone before. Each of them keeps what comparing it with an earlier run said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cached_property

from msgspec import UNSET, Struct
from msgspec.structs import replace

from perf_xlsx.batch.repeated import is_repeat, is_undecided
from perf_xlsx.batch.roster import return_key, same_unit
from perf_xlsx.results.comparison import since
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import Records
from perf_xlsx.system.growing import NumbersByText

MOST = 20  # returns of one form in one run that are looked through for a former round


class Rounds:
    """Compares returns with those of earlier runs, the latest first. Only positions of records are in memory."""

    def __init__(self, runs: Iterable[Records | None]) -> None:
        self.runs = [run for run in runs if run is not None]
        self._followed: dict[
            tuple[int, int], str
        ] = {}  # which form came after an unreadable file, by run and place

    @cached_property
    def _earlier_runs(self) -> list[_EarlierRun]:
        return [_EarlierRun.of(run) for run in self.runs]

    def compared(self, record: Record) -> Record:
        """The record as it is the first time; later with its round and what has changed since the one before."""
        if not self.runs or (is_repeat(record) and not is_undecided(record)):
            return record
        named = record.is_read and record.unit
        return (self._after_read(record) if named else None) or self._after_unread(record)

    def _after_read(self, record: Record) -> Record | None:
        """The record with its round, by the returns of its form in the latest run that has any; None without."""
        known = 0
        for run in self._earlier_runs:
            if same := run.same_as(record):  # what was said of it still holds
                return replace(record, round=same.round, since=same.since)
            returns = run.returns_of(record)
            last = max(map(_round, returns), default=0)
            sent = returns if len(returns) == 1 else [one for one in returns if _round(one) < last]
            if sent:
                earlier = max(sent, key=_round)
                return replace(record, round=_round(earlier) + 1, since=since(record, earlier))
            known = max(known, last)
        return replace(record, round=known if known > 1 else UNSET) if known else None

    def _after_unread(self, record: Record) -> Record:
        """The record, with its round where it comes after one that could not be read: there is nothing to compare.

        That one lay in the same place, or the list of units knew by its name whose it was; one form follows it.
        """
        form = _key(record)
        for number, run in enumerate(self._earlier_runs):
            for place, earlier in run.unread_before(record):
                follower = self._followed.get((number, place))
                if follower not in (None, form) or (follower and not is_repeat(record)):
                    continue
                if earlier.sha256 == record.sha256:
                    return replace(record, round=earlier.round)
                if _may_follow(record, earlier):
                    self._followed[number, place] = form
                    return replace(record, round=_round(earlier) + 1)
        return record


class _EarlierRun(Struct, frozen=True):
    """Where records begin in the file of a run, by texts that `_index` makes."""

    records: Records
    places: NumbersByText

    @classmethod
    def of(cls, records: Records) -> _EarlierRun:
        places = NumbersByText()
        with suppress(OSError):
            for offset, record in records.placed():
                _index(places, record, offset)
        return cls(records, places)

    def same_as(self, record: Record) -> Record | None:
        """The same file, if it was there."""
        key = _key(record)
        for text in (key, f"{key} {record.sha256}"):
            if (found := self._at(text)) and found.sha256 == record.sha256:
                return found
        return None

    def returns_of(self, record: Record) -> list[Record]:
        """The returns of this form: the first, and up to a number those among which nobody had chosen."""
        key = _key(record)
        count = min(MOST, self.places.get(f"{key} count") or 0)
        texts = (key, *(f"{key} {number}" for number in range(count)))
        return list(filter(None, map(self._at, texts)))

    def unread_before(self, record: Record) -> Iterator[tuple[int, Record]]:
        """The files that could not be read which a record may come after, with their places."""
        for text in _of_unread(record.file, record.unit if record.is_read else None):
            if (place := self.places.get(text)) is not None:
                with suppress(ValueError, OSError):
                    yield place, self.records.at(place)

    def _at(self, text: str) -> Record | None:
        if (place := self.places.get(text)) is not None:
            with suppress(ValueError, OSError):
                return self.records.at(place)
        return None


def _index(places: NumbersByText, record: Record, offset: int) -> None:
    """Enter a record: a form by its key; a further one of it by its number and its digest, unless it was accepted.

    A file that could not be read is entered by its path, and by the unit that the list knew.
    """
    if record.is_read and record.unit:
        key = _key(record)
        if not places.add(key, offset) and is_undecided(record):
            count = places.get(f"{key} count") or 0
            places.put(f"{key} count", count + 1)
            places.put(f"{key} {count}", offset)
            places.add(f"{key} {record.sha256}", offset)
    elif record.status == "unreadable":
        for text in _of_unread(record.file, record.listed_unit or None):
            places.add(text, offset)


def _round(record: Record) -> int:
    return record.round or 1


def _may_follow(record: Record, unread: Record) -> bool:
    """Whether nothing that the list says of a file that could not be read speaks against it."""
    if not record.is_read or record.file == unread.file:
        return True
    form, project = unread.listed_form or record.form, unread.listed_project or record.project
    return form == record.form and same_unit(project) == same_unit(record.project)


def _of_unread(file: str | None, unit: str | None) -> tuple[str, ...]:
    return (f"file {file}", *([f"unit {same_unit(unit)}"] if unit else []))


def _key(record: Record) -> str:
    return repr(return_key(record))
