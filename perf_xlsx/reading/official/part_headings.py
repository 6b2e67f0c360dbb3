"""Headings of the parts of an official form, which are no values: 四、年度绩效指标完成情况."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from perf_xlsx.domain.quantity import normalise
from perf_xlsx.reading.official.labels import TextRow, core
from perf_xlsx.system.pattern import pattern

_NUMERALS, _LONGEST = "一二三四五六七八九十", 40
_NUMBERED = pattern(
    rf"\s*(?:第?([{_NUMERALS}])(?:部分)?\s*[、.:]|\(([{_NUMERALS}])\)|([1-9])[.、])\s*[^、,。;:!?\d\n]{{2,20}}[:(]?.{{0,12}}"
)


def part_headings(rows: Mapping[int, TextRow], known: Container[str]) -> Iterator[tuple[int, int]]:
    """The row and column of every heading of a part: a `known` one, or a short text that counts the parts.

    What counts from 一 in rows right below each other may be a list that somebody wrote; of it the first is none.
    """
    counted: dict[int, dict[int, int]] = {}
    for row, texts in rows.items():
        for column, text in texts.items():
            if core(text) in known:
                yield row, column
            elif number := _number(text):
                counted.setdefault(column, {})[row] = number
    for column, numbers in counted.items():
        below: dict[int, int] = {}  # the nearest row below of each number
        for row, number in reversed(numbers.items()):
            if number > 1 or below.get(number + 1, row + 1) > row + 1:
                yield row, column
            below[number] = row


def _number(text: str) -> int:
    """The number that a text short enough for a heading begins with; 0 where it is none."""
    found = _NUMBERED.fullmatch(normalise(text)) if len(text) <= _LONGEST else None
    if found is None:
        return 0
    return int(found[3]) if found[3] else _NUMERALS.index(found[1] or found[2]) + 1
