"""Records in the order of the list of units; what it does not ask for comes behind, as it was scored."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager

from msgspec import Struct

from perf_xlsx.batch.roster import Attendance, Roster
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import Records
from perf_xlsx.system.temporary_database import temporary_database


@contextmanager
def in_list_order(records: Iterable[Record], roster: Roster | None) -> Generator[Iterable[Record]]:
    """The records, as often as asked for. A list given here counts, else the one that they were scored with.

    Records in a file stay there, and where they begin is on the disk. Raises RecordsError where a line is none.
    """
    placed = Attendance(roster).placed if roster else _as_scored
    if not isinstance(records, Records):
        yield sorted(map(placed, records), key=lambda record: record.listed_row or math.inf)
        return
    with closing(temporary_database()) as places:
        places.execute("create table place (rank, offset)")
        ranks = ((placed(record).listed_row or None, offset) for offset, record in records.located())
        places.executemany("insert into place values (?, ?)", ranks)
        yield _Sorted(records, places, placed)


def _as_scored(record: Record) -> Record:
    return record


class _Sorted(Struct, frozen=True):
    """Records in a file, read by the places of their lines."""

    records: Records
    places: sqlite3.Connection
    placed: Callable[[Record], Record]

    def __iter__(self) -> Iterator[Record]:
        query = "select offset from place order by rank is null, rank, rowid"
        offsets = (offset for (offset,) in self.places.execute(query))
        return map(self.placed, self.records.at_all(offsets))
