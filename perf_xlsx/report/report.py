"""A report before it is laid out: headings, paragraphs and tables of pieces of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from perf_xlsx.figures import Figure

ParagraphLook = Literal["body", "caption", "remark"]  # of a paragraph


class TextRun(Struct, frozen=True):
    """Some words of a paragraph; `figure` is what they state, if it is one of the form's."""

    text: str
    figure: Figure | None = None


class Blank(TextRun, frozen=True):
    """A place where somebody has to write: 〔请填写：…〕. `text` is what is asked for."""

    @property
    def shown(self) -> str:
        """As it stands in the report."""
        return f"〔请填写：{self.text}〕"


class Heading(Struct, frozen=True):
    """A heading of level 1 to 4, with its number in front."""

    level: int
    number: str
    text: str


class ReportParagraph(Struct, frozen=True):
    """A paragraph of the body, above a table, or of the warning."""

    pieces: tuple[TextRun, ...]
    look: ParagraphLook = "body"


class ReportTable(Struct, frozen=True):
    """A table: its heads, the share of the width that each column takes, and rows of cells.

    The first column holds names; `amounts`: the others hold numbers that are compared down the column.
    """

    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[tuple[TextRun, ...], ...], ...]
    amounts: bool = False


ReportBlock = Heading | ReportParagraph | ReportTable


class Wanting(Struct, frozen=True):
    """Something to be filled in: what, in which part first, and in how many places."""

    what: str
    where: str
    places: int


class Report(Struct, frozen=True):
    """A whole report. `warning` stands first while something is wrong with the form."""

    title: ReportParagraph
    under_title: tuple[ReportParagraph, ...]
    warning: tuple[ReportParagraph, ...]
    blocks: tuple[ReportBlock, ...]

    @property
    def blanks(self) -> tuple[Wanting, ...]:
        """What is to be filled in, in the order of the report."""
        places: dict[str, list[str]] = {}
        for where, what in self._blanks():
            places.setdefault(what, []).append(where)
        return tuple(Wanting(what, found[0], len(found)) for what, found in places.items())

    def _blanks(self) -> Iterator[tuple[str, str]]:
        chapter, where = 0, "标题"
        for block in (self.title, *self.under_title, *self.blocks):
            if isinstance(block, Heading):
                chapter += block.level == 1
                where = f"第{chinese(chapter)}部分“{block.text}”" if chapter else f"“{block.text}”"
                continue
            for piece in pieces_of(block):
                if isinstance(piece, Blank):
                    yield where, piece.text


def pieces_of(block: ReportBlock) -> Iterator[TextRun]:
    """Every piece of a block."""
    if isinstance(block, ReportParagraph):
        yield from block.pieces
    elif isinstance(block, ReportTable):
        for row in block.rows:
            for cell in row:
                yield from cell


MOST_IN_WORDS = 999
ONES = "一二三四五六七八九"


def chinese(number: int) -> str:
    """A number as headings count: 一, 十, 二十一, 一百零三; from 1000 on in digits."""
    if number > MOST_IN_WORDS:
        return str(number)
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{ONES[hundreds - 1]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else ONES[tens - 1]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (ONES[ones - 1] if ones else "")


def heading_number(level: int, number: int) -> str:
    """The number in front of a heading: 一、 （一） 1． （1）."""
    match level:
        case 1:
            return f"{chinese(number)}、"
        case 2:
            return f"（{chinese(number)}）"
        case 3:
            return f"{number}."
    return f"（{number}）"
