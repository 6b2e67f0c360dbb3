"""Forms that came more than once in a run, by what comparing found (B01): which one counts is not decided yet."""

from __future__ import annotations

from collections.abc import Iterable

from perf_xlsx.batch.roster import whose
from perf_xlsx.results.record import Record
from perf_xlsx.system.growing import Numbers

REPEATED = "B01"


def is_repeat(record: Record) -> bool:
    """Whether its unit had returned the same form before, in the same run."""
    return any(found.code == REPEATED for found in record.findings)


class Undecided:
    """The forms that came more than once, unless it was accepted (豁免). The first has no finding of its own."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._forms, self._any = Numbers(), False
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """Take in a record."""
        if any(found.code == REPEATED and found.standing != "waived" for found in record.findings):
            self._forms.add(_key(record))
            self._any = True

    def __contains__(self, record: Record) -> bool:
        return self._any and _key(record) in self._forms


def _key(record: Record) -> str:
    return repr(whose(record))
