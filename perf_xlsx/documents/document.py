"""A document as its paragraphs, in reading order, whatever format it came in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct

MOST_PARAGRAPHS = 20_000  # a report of ten pages has 200
MOST_CHARACTERS = 1_000_000


class CellPlace(NamedTuple):
    """Where in a table a paragraph is; all count from 0."""

    table: int
    row: int
    column: int


class HiddenBookmark(NamedTuple):
    """A hidden bookmark around some characters of a paragraph."""

    start: int
    end: int
    name: str


class Paragraph(Struct, frozen=True):
    """One paragraph. `start` is its first character in the document's text; `level` that of a heading, or 0.

    `marks` are its hidden bookmarks, in order.
    """

    text: str
    start: int
    level: int = 0
    cell: CellPlace | None = None
    marks: tuple[HiddenBookmark, ...] = ()

    @property
    def end(self) -> int:
        """Behind its last character."""
        return self.start + len(self.text)


class Document(Struct, frozen=True):
    """A document: its text, of which the paragraphs are parts; `remarks` say what else is in it."""

    text: str
    paragraphs: tuple[Paragraph, ...]
    remarks: tuple[str, ...] = ()


class DocumentError(Exception):
    """A document that cannot be read: why, and what to do, in Chinese."""

    def __init__(self, detail: str, advice: str) -> None:
        super().__init__(detail)
        self.detail, self.advice = detail, advice


TOO_LONG = DocumentError("内容过多，不像一份报告", "请核对文件，删去无关的内容后重新报送。")


class ParagraphText(NamedTuple):
    """One paragraph before it has its place in the text. `ends` is what stands behind it there."""

    text: str
    level: int = 0
    cell: CellPlace | None = None
    marks: tuple[HiddenBookmark, ...] = ()
    ends: str = "\n"


def joined(pieces: Iterable[ParagraphText], remarks: Iterable[str] = ()) -> Document:
    """The document of these paragraphs, joined by line breaks. Raises DocumentError where they are too many."""
    found: list[Paragraph] = []
    texts: list[str] = []
    start = 0
    for piece in pieces:
        found.append(Paragraph(piece.text, start, piece.level, piece.cell, piece.marks))
        texts += [piece.text, piece.ends]
        start += len(piece.text) + len(piece.ends)
        if len(found) > MOST_PARAGRAPHS or start > MOST_CHARACTERS:
            raise TOO_LONG
    return Document("".join(texts[:-1]), tuple(found), tuple(remarks))
