"""Tables in running text: lines with as many cells, parted by tabs or bars, or by spaces below a line of heads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from perf_xlsx.documents.document import CellPlace, ParagraphText
from perf_xlsx.system.pattern import pattern

FEWEST = 3  # cells of a row
LONGEST = 2_000  # characters of a row
_MARKED, _SPACED = pattern(r"[\t|｜│┃]"), pattern(r"[ \u3000]+")
_NUMBER = pattern(r"[≥≤=<>+-]?\d[\d,.]*(?:%|[一-鿿]{1,3})?|[—–-]{1,2}")
_PROSE = pattern(r"[。，；,;！？]")


def text_pieces(lines: Sequence[str]) -> Iterator[ParagraphText | str]:
    """The cells of tables as pieces, all other lines as they are."""
    at = table = 0
    while at < len(lines):
        rows, between, shift = _table(lines, at)
        if not rows:
            yield lines[at]
            at += 1
            continue
        for row in range(rows):
            yield from _cells(lines[at + row], between, table, row, shift if row == 0 else 0)
        at, table = at + rows, table + 1


def _table(lines: Sequence[str], at: int) -> tuple[int, re.Pattern[str], int]:
    """How many lines of a table begin here (0: none), what is between its cells, how far its heads are moved."""
    count = _count(_MARKED, lines[at])
    if count >= FEWEST:
        rows = sum(1 for _ in takewhile(lambda line: _count(_MARKED, line) == count, lines[at:]))
        return (rows if rows > 1 else 0), _MARKED, 0
    heads = _count(_SPACED, lines[at])
    if heads < FEWEST or not _are_heads(lines[at]) or at + 1 == len(lines):
        return 0, _SPACED, 0
    count = _count(_SPACED, lines[at + 1])
    if count - heads not in (0, 1):
        return 0, _SPACED, 0
    rows = sum(1 for _ in takewhile(lambda line: _is_a_row(line, count), lines[at + 1 :]))
    return (rows + 1 if rows else 0), _SPACED, count - heads


def _count(between: re.Pattern[str], line: str) -> int:
    text = line.strip(" \u3000") if between is _SPACED else line
    return len(between.findall(text)) + 1 if len(text) < LONGEST else 0


def _are_heads(line: str) -> bool:
    return not _PROSE.search(line) and not any(map(_NUMBER.fullmatch, line.split()))


def _is_a_row(line: str, count: int) -> bool:
    """Whether a line has so many cells, a name first, and most of them numbers."""
    first, *rest = line.split() or [""]
    numbers = sum(1 for cell in rest if _NUMBER.fullmatch(cell))
    return _count(_SPACED, line) == count and not _NUMBER.fullmatch(first) and 2 * numbers > len(rest)


def _cells(line: str, between: re.Pattern[str], table: int, row: int, shift: int) -> Iterator[ParagraphText]:
    """The cells of a line, each with what stands behind it."""
    start, column = (len(line) - len(line.lstrip(" \u3000")) if between is _SPACED else 0), shift
    if start:
        yield ParagraphText("", ends=line[:start])
    end = len(line.rstrip(" \u3000")) if between is _SPACED else len(line)
    for found in between.finditer(line, start, end):
        yield ParagraphText(line[start : found.start()], cell=CellPlace(table, row, column), ends=found[0])
        start, column = found.end(), column + 1
    yield ParagraphText(line[start:], cell=CellPlace(table, row, column))
