"""What came of a workbook, in a word and in points: the same on the terminal and on a page."""

from __future__ import annotations

from collections.abc import Iterable

from perf_xlsx.findings.asked import counted, keeping_open
from perf_xlsx.pipeline import UNWRITTEN
from perf_xlsx.results.record import FindingRecord, Record

UNDECIDED, TO_MEND = "待核定", "须更正"
OPEN_OR_WRONG = "有错误或不能定分"  # what 须更正 means, wherever it is counted
OUTCOMES = (TO_MEND, "读不出来", UNDECIDED, "没有错误", "未报送")


def outcome(record: Record, undecided: bool = False) -> str:
    """In a word: one of OUTCOMES. A form whose points or money are open is 须更正 like one with an error.

    待核定: the same form came more than once (`undecided`), whatever is wrong with it, or only comparing with
    others found an error. The officer decides on it first; nothing goes back until then.
    """
    if record.status == "outstanding":
        return "未报送"
    if not record.is_read:
        return "读不出来"
    if undecided:
        return UNDECIDED
    errors = [found for found in record.findings if found.standing == "error" and found.code != UNWRITTEN]
    if must_correct(errors) or is_unsettled(record):
        return TO_MEND
    return UNDECIDED if errors else "没有错误"


def must_correct(findings: Iterable[FindingRecord]) -> bool:
    """Whether an error is among them that the unit itself can mend."""
    return any(found.standing == "error" and counted(found) for found in findings)


def is_unsettled(record: Record) -> bool:
    """Whether the unit must still settle points or money of its form."""
    return bool(kept_open(record))


def kept_open(record: Record) -> list[FindingRecord]:
    """What the unit must settle before points or money of its form are final."""
    return keeping_open(record.total is not None and not record.complete, record.findings)


def total_in_words(record: Record) -> str:
    """The total of a form that was read, and what it is not: final, or by rule alone."""
    if record.total is None:
        return "不计分"
    marks = (
        "" if record.complete else "暂定",
        f"含单位自评{record.claimed_rows}项" if record.claimed_rows else "",
    )
    return record.total + (f"（{'，'.join(filter(None, marks))}）" if any(marks) else "")
