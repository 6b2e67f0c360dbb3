"""Long texts on a sheet that prints: what fits into a row, in pieces or with a pointer to all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from perf_xlsx.domain.model import Entry
from perf_xlsx.sheets import style as s

LINES_A_ROW = 20  # lines of text in one row at most: Excel allows no row above 409 points
LINES_OF_CUT = 6  # of a text that is longer, in its row
LINES_TOGETHER, LEAST_TOGETHER = 6, 3  # of a text that goes on from row to row, in one of them
STOPS = "。；;！？"


def joined_remarks(
    entries: Iterable[Entry[str]], width: float, appended: bool
) -> tuple[str, tuple[Entry[str], ...]]:
    """Long texts of one row (reason, improvement) in one box, as the official form has them; and which are cut.

    What is cut points to its whole: below the table where it will be `appended`, else in the cell of the return.
    """
    # A text that is written whole elsewhere needs no more of its row than what tells it.
    parts = {entry.given: entry for entry in entries if entry.given}
    need = {text: s.lines_needed(text, width) for text in parts}
    total = sum(need.values())
    room = {text: max(LINES_A_ROW // len(parts), LINES_A_ROW - (total - need[text])) for text in parts}
    cut = tuple(entry for text, entry in parts.items() if need[text] > room[text])
    shown = (
        _shortened(entry, width, min(room[text], LINES_OF_CUT), appended) if entry in cut else text
        for text, entry in parts.items()
    )
    return "\n".join(shown), cut


def _shortened(entry: Entry[str], width: float, lines: int, appended: bool) -> str:
    """As much of a text as fits into so many lines."""
    place = entry.place
    pointer = "……（全文附后）" if appended else f"……（全文见{place.sheet}!{place.cell}）"
    return next(chunks(entry.given, width, lines - s.lines_needed(pointer, width))) + pointer


def side_by_side(texts: Sequence[tuple[str, float]]) -> Iterator[list[str]]:
    """Texts in columns of these widths, in rows of a few lines: a page may begin between any two of them."""
    rest, widths = [text for text, _ in texts], [width for _, width in texts]
    while any(rest):
        alone = [(_piece(text, width, LINES_TOGETHER), width) for text, width in zip(rest, widths, strict=True)]
        lines = max(LEAST_TOGETHER, min(_lines(*one) for one in alone if one[0]))
        row = [_piece(text, width, lines) for text, width in zip(rest, widths, strict=True)]
        yield row
        rest = [text[len(piece) :] for text, piece in zip(rest, row, strict=True)]


def _lines(piece: str, width: float) -> int:
    """The lines that a piece takes: the end of a paragraph begins none."""
    return s.lines_needed(piece.removesuffix("\n"), width)


def _piece(text: str, width: float, lines: int) -> str:
    """As much of a text as so many lines hold, up to the end of a paragraph, or else of a sentence."""
    end = _end(text, 0, width, lines)
    if end == len(text) or text[end] == "\n":
        return text[: end + 1]
    last = text.rfind("\n", 0, end) + 1 or max(text.rfind(stop, 0, end) for stop in STOPS) + 1
    return text[: last or max(end, 1)]


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
            line += s.column_units(text[at])
        if before + s.lines_of(line, width) > lines:
            return at
    return len(text)
