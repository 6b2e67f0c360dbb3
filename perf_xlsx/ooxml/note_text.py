"""The text of a note: which of it is ours, told by a line before it and one behind it, and what a person added.

Authors tell nothing, because other programs write them anew; so are runs and line ends.
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
    """The codes of a note's text: of ours, and of what stood there before it; and whether a note stood there."""

    ours: str
    theirs: str
    joined: bool = False


class Answer(Struct, frozen=True):
    """What a person wrote into a note of ours; `inside`: into our own text, all of which is then theirs."""

    sheet: str
    cell: str
    text: str
    inside: bool


def of_ours(text: str) -> str:
    """A text as it stands in a note."""
    return f"{DELIMITER}\n{text}\n{CLOSING}\n"


def unlined(text: str) -> str:
    """A text in which nothing looks like the lines before and behind ours: a cell that it quotes may hold them."""
    while DELIMITER in text or CLOSING in text:  # what is left and right of one may make another
        text = text.replace(DELIMITER, "").replace(CLOSING, "")
    return text


def has_ours(text: str) -> bool:
    """Whether there is a text of ours, or what a person left of one."""
    return DELIMITER in text or CLOSING in text


def written_into(text: str, recorded: Recorded) -> bool:
    """Whether a text of ours is not as we wrote it."""
    as_written = all(text_code(found[1]) in recorded for found in _OURS.finditer(text))
    return not as_written or CLOSING in _OURS.sub("", text)


def disowned(text: str) -> str:
    """The whole text of a note that is theirs from now on: nothing in it looks like ours."""
    return text.replace(DELIMITER, WAS_OURS).replace(CLOSING, "").rstrip()


def added(text: str, recorded: Recorded) -> str:
    """What a person wrote before or behind our text since it was written; "" for nothing."""
    first = _OURS.search(text)
    if first is None:
        return ""
    before, behind = text[: first.start()], _OURS.sub("", text[first.end() :])
    parts = [behind] if text_code(behind) else []
    if text_code(before) not in recorded.get(text_code(first[1]), ()):
        parts.insert(0, before)
    return "\n".join(part.strip() for part in parts)


def answer_in(sheet: str, cell: str, text: str, recorded: Recorded | None) -> Answer | None:
    """What a person wrote into a note of ours, if anything; `recorded` None: nobody knows what ours was."""
    if recorded is None or not has_ours(text):
        return None
    if written_into(text, recorded):
        return Answer(sheet, cell, text, True)
    new = added(text, recorded)
    return Answer(sheet, cell, new, False) if new else None


def remaining(text: str, recorded: Recorded | None) -> str:
    """What of a note is theirs: all before and behind our text, and ours too where it was written into."""
    if recorded is not None and written_into(text, recorded):
        return disowned(text)
    return "\n".join(text[begin:end].strip() for begin, end in theirs_of(text))


def theirs_of(text: str) -> list[tuple[int, int]]:
    """Where a note's own text stands, from and to, without the line ends between it and ours."""
    spans, start = [], 0
    for begin, end in [*(found.span() for found in _OURS.finditer(text)), (len(text), len(text))]:
        piece = text[start:begin]
        if piece.strip():
            spans.append((start + (len(piece) - len(piece.lstrip("\r\n")) if start else 0), begin))
        start = end
    if spans and spans[-1][1] < len(text):  # ours stood behind it, on a line of its own
        begin, end = spans[-1]
        spans[-1] = begin, end - (text[end - 1] == "\n")
    return spans


def blank_of(text: str, joined: bool | None) -> list[tuple[int, int]]:
    """Where a note's own text stands of which nothing can be seen; none where no note stood there before ours.

    `joined` None: nobody wrote down whether one did. Ours begins a line only behind another text.
    """
    end = text.find(DELIMITER)
    stood = text[:end].endswith("\n") if joined is None else joined
    return [(0, max(end - 1, 0))] if stood else []
