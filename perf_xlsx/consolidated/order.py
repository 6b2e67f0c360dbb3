"""Records in the order of the list of units; what it does not ask for comes behind, as it was scored."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from perf_xlsx.batch.roster import Attendance, Roster
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import Records


class InOrder:
    """The records, as often as asked for. A list given here counts, else the one that they were scored with.

    Of records in a file only positions are in memory. Raises RecordsError where a line is none.
    """

    def __init__(self, records: Iterable[Record], roster: Roster | None) -> None:
        self._attendance = Attendance(roster) if roster else None
        self._records = records
        self._order: list[int] | None = None
        if isinstance(records, Records):
            ranks = [(_rank(self._placed(record)), offset) for offset, record in records.located()]
            self._order = [offset for _, offset in sorted(ranks)]
        else:
            self._records = sorted(map(self._placed, records), key=_rank)

    def _placed(self, record: Record) -> Record:
        return self._attendance.placed(record) if self._attendance else record

    def __iter__(self) -> Iterator[Record]:
        if isinstance(self._records, Records) and self._order is not None:
            return map(self._placed, self._records.at_all(self._order))
        return iter(self._records)


def _rank(record: Record) -> float:
    return record.listed_row or math.inf
