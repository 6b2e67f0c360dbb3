"""The words of a command line on Windows, where no shell opens patterns: only what names no file is opened."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator


def words_meant(words: Iterable[str]) -> list[str]:
    """Every word as it is meant. A name that exists stays as it is, whatever characters it has.

    Of others `~`, `$NAME` and `%NAME%` are filled in, and `*` and `?` give what they match; brackets are never a
    pattern, since 自评表[1].xlsx is how browsers name a file that was fetched twice.
    """
    return [one for word in words for one in _opened(word)]


def _opened(word: str) -> Iterator[str]:
    word = word.removesuffix('"')  # how Windows gives "C:\\收回\\" with its quotes
    if word.startswith("-") or os.path.lexists(word):
        yield word
        return
    filled = os.path.expandvars(word)
    if filled == "~" or filled.startswith(("~/", "~\\")):  # ~$自评表.xlsx is the mark of an open workbook
        filled = os.path.expanduser(filled)
    found = sorted(glob.glob(filled.replace("[", "[[]"))) if "*" in filled or "?" in filled else []
    yield from found or [filled]
