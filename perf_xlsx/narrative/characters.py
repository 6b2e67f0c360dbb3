"""A paragraph in half width and without spaces, every character with its place in what was written."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from msgspec import Struct

from perf_xlsx.domain.text import INVISIBLE, is_mark

LONGEST = 20_000  # characters of a paragraph that are read


class Characters(Struct, frozen=True):
    """The letters of a paragraph; `at` are their places in it, and one more for the end."""

    text: str
    at: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where these letters stand in the paragraph."""
        return self.at[start], self.at[end - 1] + 1 if end > start else self.at[start]


def characters(text: str) -> Characters:
    """Read a paragraph. A space between two digits stays: 18 189 may be one number or two."""
    found: list[str] = []
    at: list[int] = []
    pending = False
    for place, character in enumerate(text[:LONGEST]):
        plain = _plain(character)
        if not plain:
            pending = pending or character.isspace()
            continue
        if pending and found and found[-1].isdigit() and plain.isdigit():
            found.append(" ")
            at.append(place - 1)
        pending = False
        found.append(plain)
        at.append(place)
    return Characters("".join(found), (*at, len(text)))


@lru_cache(1 << 14)
def _plain(character: str) -> str:
    """The character in its plain form; "" for spaces and what is invisible."""
    if character.isspace() or ord(character) in INVISIBLE:
        return ""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if is_mark(character):
        return character
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 and not plain.isspace() else character
