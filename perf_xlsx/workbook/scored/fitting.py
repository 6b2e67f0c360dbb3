"""Long texts on a sheet that prints: what fits into a row, in pieces or with a pointer to all of it."""

from __future__ import annotations

from collections.abc import Iterator

from perf_xlsx.model import Entry, Indicator
from perf_xlsx.workbook import style as s

LINES_A_ROW = 20  # lines of text in one row at most: Excel allows no row above 409 points


def remarks(row: Indicator, width: float) -> str:
    """Reason and improvement in one box, as the official form has it.

    Where they do not fit into one row each gives what room there is, with a pointer to where all of it stands.
    """
    parts = {entry.given: entry for entry in (row.reason, row.improvement) if entry.given}
    need = {text: s.lines_needed(text, width) for text in parts}
    whole = sum(need.values())
    room = {text: max(LINES_A_ROW // len(parts), LINES_A_ROW - (whole - need[text])) for text in parts}
    return "\n".join(fitted(text, width, entry, room[text]) for text, entry in parts.items())


def fitted(text: str, width: float, entry: Entry[str], lines: int) -> str:
    """The text, or what fits into so many lines of it with a pointer to where all of it stands."""
    if s.lines_needed(text, width) <= lines:
        return text
    pointer = f"……（全文见{entry.place.sheet}!{entry.place.cell}）"
    return next(chunks(text, width, lines - s.lines_needed(pointer, width))) + pointer


def chunks(text: str, width: float, lines: int = LINES_A_ROW) -> Iterator[str]:
    """The text in pieces that each fit into one row."""
    while text:
        end = len(text)
        while s.lines_needed(text[:end], width) > lines:
            end = end * lines // (s.lines_needed(text[:end], width) + 1)
        end = max(end, 1)
        yield text[:end]
        text = text[end:]
