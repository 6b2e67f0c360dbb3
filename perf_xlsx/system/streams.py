"""Output on stdout and stderr, without foreign escape sequences and without encoding errors."""

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
    """Make both streams replace characters that they cannot encode. Call once, before any output."""
    codecs.register_error(REPLACE, _replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=REPLACE)


def as_utf8() -> None:
    """Switch stdout to UTF-8 with plain line ends, for programs that read it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors=REPLACE, newline="\n")


def say(text: str, err: bool = False) -> None:
    """Print one message with a line end."""
    write(harmless(text).replace("\r", " "), err)


def write(line: str, err: bool = False) -> None:
    """Print one line that is already harmless. Raises OSError if stdout is closed or full."""
    stream = sys.stderr if err else sys.stdout
    if stream is None:  # programs without a console have none
        return
    try:
        stream.write(f"{line}\n")
        stream.flush()
    except OSError:
        if not err:
            raise
        give_up(stream)  # nobody is left to read it


def give_up(stream: TextIO) -> None:
    """Redirect a stream that takes no more output to the null device, together with its buffer."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """An error handler: replace what cannot be encoded by similar ASCII, or else by a question mark."""
    assert isinstance(error, UnicodeEncodeError), "only for writing"
    return "".join(map(_like, error.object[error.start : error.end])), error.end


def _like(character: str) -> str:
    found = _PLAIN.get(character) or unicodedata.normalize("NFKC", character)
    return found if found.isascii() and found.isprintable() else "?"
