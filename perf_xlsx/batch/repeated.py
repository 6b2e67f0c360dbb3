"""Forms that came more than once in a run, by what comparing found (B01): which one counts is not decided yet.

Whoever counts a run's forms counts them here, so that terminal, sheets and list say the same numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from perf_xlsx.batch.roster import return_key
from perf_xlsx.results.record import Record
from perf_xlsx.results.result_in_words import TO_MEND, UNDECIDED, outcome
from perf_xlsx.system.growing import NumbersByText

REPEATED = "B01"
MOST = 1 << 20  # forms of one kind with the same key, of which there are fewer; three such counts are one number


def is_repeat(record: Record) -> bool:
    """Whether its unit had returned the same form before, in the same run."""
    return any(found.code == REPEATED for found in record.findings)


def is_undecided(record: Record) -> bool:
    """Whether that was not accepted (豁免)."""
    return any(found.code == REPEATED and found.standing != "waived" for found in record.findings)


class Undecided:
    """The forms that came more than once, unless it was accepted (豁免). The first has no finding of its own."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._forms, self._any = NumbersByText(), False
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """Take in a record."""
        if is_undecided(record):
            self._forms.add(_key(record))
            self._any = True

    def __contains__(self, record: Record) -> bool:
        return self._any and record.is_read and _key(record) in self._forms

    def holds(self, whose_form: Sequence[object]) -> bool:
        """Whether it is a form of those, by what `whose` said of it."""
        return self._any and repr([*whose_form]) in self._forms


class Outcomes:
    """The outcomes of a run's forms, counted one by one: one that comes again makes the earlier undecided too."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.undecided = Undecided()
        self.warned = 0  # of 没有错误: those with warnings
        self._earlier = NumbersByText()  # by form, those with an error, without, and with warnings alone

    def add(self, record: Record) -> str:
        """Count a record; gives its outcome as far as it is known by now."""
        self.undecided.add(record)
        again = record in self.undecided
        kind = outcome(record, again)
        warned = kind == "没有错误" and any(found.standing == "warning" for found in record.findings)
        self.counts[kind] += 1
        self.warned += warned
        if record.is_read and record.unit:
            key = _key(record)
            known = self._earlier.get(key) or 0
            if again:
                self._take_back(known)
                self._earlier.put(key, 0)
            elif kind != UNDECIDED:
                self._earlier.put(key, known + MOST ** (0 if kind == TO_MEND else 1 + warned))
        return kind

    def _take_back(self, known: int) -> None:
        """Count the earlier ones of a form, now that it has come again, as undecided."""
        rest, wrong = divmod(known, MOST)
        warned, plain = divmod(rest, MOST)
        self.counts.subtract({TO_MEND: wrong, "没有错误": plain + warned, UNDECIDED: -wrong - plain - warned})
        self.warned -= warned


def _key(record: Record) -> str:
    return repr(return_key(record))
