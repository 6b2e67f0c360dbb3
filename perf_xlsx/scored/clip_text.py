"""Long texts on a sheet that prints: what fits into a row, in pieces or with a pointer to all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from perf_xlsx.domain.model import Entry
from perf_xlsx.sheets import style as s

POINTER = "……（全文附后）"
LINES_A_ROW = 20  # lines of text in one row at most: Excel allows no row above 409 points


def remarks(entries: Iterable[Entry[str]], width: float) -> tuple[str, tuple[Entry[str], ...]]:
    """Long texts of one row (reason, improvement) in one box, as the official form has them.

    And those that are cut because they do not fit: the whole of these is written below.
    """
    parts = {entry.given: entry for entry in entries if entry.given}
    need = {text: s.lines_needed(text, width) for text in parts}
    total = sum(need.values())
    room = {text: max(LINES_A_ROW // len(parts), LINES_A_ROW - (total - need[text])) for text in parts}
    cut = tuple(entry for text, entry in parts.items() if need[text] > room[text])
    return "\n".join(_shortened(text, width, lines) for text, lines in room.items()), cut


def _shortened(text: str, width: float, lines: int) -> str:
    """The text, or as much of it as fits into so many lines."""
    if s.lines_needed(text, width) <= lines:
        return text
    return next(chunks(text, width, lines - s.lines_needed(POINTER, width))) + POINTER


def chunks(text: str, width: float, lines: int = LINES_A_ROW) -> Iterator[str]:
    """The text in pieces that each fit into one row."""
    start = 0
    while start < len(text):
        end = max(_end(text, start, width, lines), start + 1)
        yield text[start:end]
        start = end


def _end(text: str, start: int, width: float, lines: int) -> int:
    """Where the longest piece from `start` ends that takes no more lines."""
    before, line = 0, 0  # lines above the last one of the piece, and how wide that is
    for at in range(start, len(text)):
        if text[at] == "\n":
            before, line = before + s.lines_of(line, width), 0
        else:
            line += s.units(text[at])
        if before + s.lines_of(line, width) > lines:
            return at
    return len(text)
