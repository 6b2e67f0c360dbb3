"""The text of a note: our part of it, between a line before it and one after it, and what users added.

Authors, runs and line ends cannot be used to find our part, because other programs rewrite them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from perf_xlsx.ooxml.contents import text_code
from perf_xlsx.system.pattern import pattern

DELIMITER = "──── 绩效自评核对 ────"
CLOSING = "──── 以下可填写答复 ────"
WAS_OURS = (
    "──── 以前的核对（有改动，留存）────"  # in the place of the delimiter, where a person wrote into our text
)

_OURS = pattern(rf"{DELIMITER}(.*?)(?:{CLOSING}|\Z)", re.DOTALL)

Recorded = Mapping[str, frozenset[str]]  # the codes of our texts, with those of what stood before each


class NoteCodes(Struct, frozen=True):
    """The codes of our text in a note and of the text before it; `joined`: there was a note before ours."""

    ours: str
    theirs: str
    joined: bool = False


class NoteAnswer(Struct, frozen=True):
    """What a user wrote into one of our notes; `inside`: within our text, which then belongs to the unit."""

    sheet: str
    cell: str
    text: str
    inside: bool


def of_ours(text: str) -> str:
    """Our text between its two lines, as it is written into a note."""
    return f"{DELIMITER}\n{text}\n{CLOSING}\n"


def unlined(text: str) -> str:
    """A text without the two lines that enclose ours: it may quote a cell that holds them."""
    while DELIMITER in text or CLOSING in text:  # removing one may join the halves of another
        text = text.replace(DELIMITER, "").replace(CLOSING, "")
    return text


def has_ours(text: str) -> bool:
    """Whether a note holds our text, or a remainder of it."""
    return DELIMITER in text or CLOSING in text


def written_into(text: str, recorded: Recorded) -> bool:
    """Whether our text was edited."""
    as_written = all(text_code(found[1]) in recorded for found in _OURS.finditer(text))
    return not as_written or CLOSING in _OURS.sub("", text)


def disowned(text: str) -> str:
    """The text of a note that belongs to the unit from now on, with other lines in place of ours."""
    return text.replace(DELIMITER, WAS_OURS).replace(CLOSING, "").rstrip()


def added(text: str, recorded: Recorded) -> str:
    """What a user wrote before or after our text since then; "" for nothing."""
    first = _OURS.search(text)
    if first is None:
        return ""
    before, behind = text[: first.start()], _OURS.sub("", text[first.end() :])
    parts = [behind] if text_code(behind) else []
    if text_code(before) not in recorded.get(text_code(first[1]), ()):
        parts.insert(0, before)
    return "\n".join(part.strip() for part in parts)


def answer_in(sheet: str, cell: str, text: str, recorded: Recorded | None) -> NoteAnswer | None:
    """What a user wrote into one of our notes, if anything. `recorded` None: our text was not recorded."""
    if recorded is None or not has_ours(text):
        return None
    if written_into(text, recorded):
        return NoteAnswer(sheet, cell, text, True)
    new = added(text, recorded)
    return NoteAnswer(sheet, cell, new, False) if new else None


def remaining(text: str, recorded: Recorded | None) -> str:
    """The unit's part of a note: the text before and after ours, and ours too if it was edited."""
    if recorded is not None and written_into(text, recorded):
        return disowned(text)
    return "\n".join(text[begin:end].strip() for begin, end in theirs_of(text))


def theirs_of(text: str) -> list[tuple[int, int]]:
    """The spans (start, end) of a note outside our text, without the line ends next to ours."""
    spans, start = [], 0
    for begin, end in [*(found.span() for found in _OURS.finditer(text)), (len(text), len(text))]:
        piece = text[start:begin]
        if piece.strip():
            spans.append((start + (len(piece) - len(piece.lstrip("\r\n")) if start else 0), begin))
        start = end
    if spans and spans[-1][1] < len(text):  # our text followed it, on a line of its own
        begin, end = spans[-1]
        spans[-1] = begin, end - (text[end - 1] == "\n")
    return spans


def blank_of(text: str, joined: bool | None) -> list[tuple[int, int]]:
    """The span of an invisible text before ours; none if there was no note before ours.

    `joined` None: that was not recorded. Our text begins a new line only after another text.
    """
    end = text.find(DELIMITER)
    stood = text[:end].endswith("\n") if joined is None else joined
    return [(0, max(end - 1, 0))] if stood else []
