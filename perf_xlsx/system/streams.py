"""What is said on stdout and stderr: never an escape sequence of others, never an encoding that ends the run."""

from __future__ import annotations

import codecs
import io
import os
import sys
import unicodedata
from contextlib import suppress
from typing import TextIO

from perf_xlsx.system.safe_text import harmless

REPLACE = "perf_xlsx.replace"
_PLAIN = {"✖": "x", "✔": "v", "⚠": "!", "ℹ": "i", "○": "o", "→": ">", "≥": ">=", "≤": "<=", "—": "-", "。": "."}


def settle() -> None:
    """Let both streams replace what their encoding does not hold; once, before anything is said."""
    codecs.register_error(REPLACE, _replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=REPLACE)


def as_utf8() -> None:
    """Let stdout be UTF-8 with plain line ends, whatever the terminal's code page: a program reads it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors=REPLACE, newline="\n")


def say(text: str, err: bool = False) -> None:
    """One message, and a line end behind it."""
    write(harmless(text).replace("\r", " "), err)


def write(line: str, err: bool = False) -> None:
    """One line that is harmless as it is, with its line end. Raises OSError where stdout takes no more."""
    stream = sys.stderr if err else sys.stdout
    if stream is None:  # a program without a console has none
        return
    try:
        stream.write(f"{line}\n")
        stream.flush()
    except OSError:
        if not err:
            raise
        give_up(stream)  # there is nobody to tell it


def give_up(stream: TextIO) -> None:
    """Let what is still to be written to a stream go nowhere: what it leads to takes no more."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that an encoding lacks: their like in ASCII, else a question mark."""
    assert isinstance(error, UnicodeEncodeError), "only for writing"
    return "".join(map(_like, error.object[error.start : error.end])), error.end


def _like(character: str) -> str:
    found = _PLAIN.get(character) or unicodedata.normalize("NFKC", character)
    return found if found.isascii() and found.isprintable() else "?"
