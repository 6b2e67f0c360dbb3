"""Styled lines and tables on stdout. Without colours they are written plainly: loading rich takes 40 ms."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from msgspec import Struct

from perf_xlsx.system.pattern import pattern
from perf_xlsx.system.streams import say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

Part = tuple[str, str]  # a text and its style, "" for none
ScreenCell = Sequence[Part]
WIDTH = 80  # columns where nothing says how many there are
SEPARATOR = "   "
# Characters whose width every terminal agrees on: one column, or two where Unicode says wide.
_ORDINARY = pattern("[ -~·‐-‧　-〩一-鿿！-｠✖⚠ℹ○]*")


class ScreenColumn(Struct, frozen=True):
    """A column of a table; `folds`: its texts may be folded into several lines."""

    head: str
    right: bool = False
    folds: bool = False


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream leads to a terminal, or is to be taken for one (as rich does)."""
    if os.environ.get("TTY_COMPATIBLE") == "1" or os.environ.get("FORCE_COLOR"):
        return True
    return stream is not None and stream.isatty()


class Screen:
    """Writes to stdout. Texts are already in one line, without control characters."""

    def __init__(self) -> None:
        self._plain = not is_terminal(sys.stdout)

    @cached_property
    def _console(self) -> Console:
        from rich.console import Console

        return Console(highlight=False, soft_wrap=True)

    def line(self, *parts: Part) -> None:
        """One line of styled parts."""
        if self._plain:
            say("".join(text for text, _ in parts))
        else:
            self._console.print(_styled(parts))

    def table(self, columns: Sequence[ScreenColumn], rows: Sequence[Sequence[ScreenCell]]) -> None:
        """A table with a header; rich folds it where it is too wide."""
        lines = _plain_lines(columns, rows) if self._plain else None
        if lines is None:
            self._rich_table(columns, rows)
        for line in lines or ():
            say(line)

    def _rich_table(self, columns: Sequence[ScreenColumn], rows: Sequence[Sequence[ScreenCell]]) -> None:
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(
                column.head,
                justify="right" if column.right else "left",
                overflow="fold",
                no_wrap=not column.folds,
            )
        for row in rows:  # as Text: rich would make signs of ":skull:" in a str, and styles of "[red]"
            table.add_row(*map(_styled, row))
        self._console.print(table)


def _styled(parts: Sequence[Part]) -> Text:
    from rich.text import Text

    text = Text()
    for part, style in parts:
        text.append(part, style or None)
    return text


def _plain_texts(columns: Sequence[ScreenColumn], rows: Sequence[Sequence[ScreenCell]]) -> list[list[str]]:
    """The column heads and the cells of each row, without styles."""
    heads = [column.head for column in columns]
    return [heads, *(["".join(text for text, _ in cell) for cell in row] for row in rows)]


def _screen_width() -> int:
    width = os.environ.get("COLUMNS", "")
    return int(width) if width.isdigit() else WIDTH


def _plain_lines(columns: Sequence[ScreenColumn], rows: Sequence[Sequence[ScreenCell]]) -> list[str] | None:
    """The lines of a table as rich writes them; None where it is too wide or a character is of unsure width."""
    texts = _plain_texts(columns, rows)
    if not all(_ORDINARY.fullmatch(text) for row in texts for text in row):
        return None
    widths = [max(map(_width, column)) for column in zip(*texts, strict=True)]
    inner = sum(widths) + len(SEPARATOR) * (len(widths) - 1)
    if inner + 2 > _screen_width():
        return None
    empty = " " * (inner + 2)
    head, *body = (
        f" {SEPARATOR.join(map(_padded, row, widths, (column.right for column in columns)))} " for row in texts
    )
    return [empty, head, f" {'─' * inner} ", *body, empty]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
