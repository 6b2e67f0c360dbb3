"""What came of a workbook, in a word and in points: the same on the terminal and on a page."""

from __future__ import annotations

from perf_xlsx.pipeline import UNWRITTEN
from perf_xlsx.results.record import Record

OUTCOMES = ("有错误", "读不出来", "没有错误", "未报送")


def outcome(record: Record) -> str:
    """In a word: 没有错误, 有错误, 读不出来 or 未报送."""
    if record.status == "outstanding":
        return "未报送"
    if not record.is_read:
        return "读不出来"
    wrong = any(found.standing == "error" and found.code != UNWRITTEN for found in record.findings)
    return "有错误" if wrong else "没有错误"


def total_in_words(record: Record) -> str:
    """The total of a form that was read, and what it is not: final, or by rule alone."""
    if record.total is None:
        return "不计分"
    marks = (
        "" if record.complete else "暂定",
        f"含单位自评{record.claimed_rows}项" if record.claimed_rows else "",
    )
    return record.total + (f"（{'，'.join(filter(None, marks))}）" if any(marks) else "")
