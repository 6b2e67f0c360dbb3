"""Parses days, however they are written."""

from __future__ import annotations

import datetime
import re

from perf_xlsx.domain import numerals
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.system.pattern import pattern

EARLIEST = datetime.date(2000, 1, 1)
EPOCH = datetime.date(1899, 12, 30)

_DAY = pattern(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?(?:[ T].*)?")
_ODD = pattern(
    r"(?:[^\d:]{2,6}:)?\s*(\d{4})\s*[-./年、。,\\ ]\s*(\d{1,2})\s*[-./月、。,\\ ]\s*(\d{1,2})\s*[日号]?(?:\(.*\))?"
)
_COMPACT = pattern(r"(20\d\d)(\d\d)(\d\d)")
_ZEROS = numerals.ZEROS + numerals.WORDS["zero_of_years"]
_DAY_IN_WORDS = pattern(
    rf"([{_ZEROS}{numerals.ONE_TO_TEN[:9]}]{{4}})年([{numerals.ONE_TO_TEN}]+)月([{numerals.ONE_TO_TEN}]+)日?"
)


def day_of(text: str) -> datetime.date | None:
    """The day that a text names; None where it is none."""
    return read_day(normalise(text))[0]


def usual_day(text: str) -> datetime.date | None:
    """The day that a text names as usual: 2025-12-31, 2025年12月31日."""
    found, usual = read_day(normalise(text))
    return found if usual else None


def read_day(text: str) -> tuple[datetime.date | None, bool]:
    """The day that a text or a serial number means, and whether it is written as usual."""
    if found := _DAY.fullmatch(text):
        return _date(*map(int, found.groups())), True
    if found := _COMPACT.fullmatch(text) or _ODD.fullmatch(text):
        return _date(*map(int, found.groups())), False
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):  # a date's number that lost its format
        day = EPOCH + datetime.timedelta(days=int(text[:5]))
        return (day if EARLIEST <= day < datetime.date(2100, 1, 1) else None), False
    return _day_in_words(text), False


def _day_in_words(text: str) -> datetime.date | None:
    """二〇二三年十二月三十一日."""
    found = _DAY_IN_WORDS.fullmatch(text)
    if found is None:
        return None
    year = int("".join(str(numerals.DIGITS.get(word, 0)) for word in found[1]))
    month, day = map(numerals.numeral_value, found.groups()[1:])
    return _date(year, month, day) if month and day else None


def _date(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
