"""The words of the field as data: one TOML file for each topic.

Every rule that depends on how people word something takes its words from here, so that template, reader, scoring
and checks all know the same ones.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def vocabulary(topic: str) -> dict[str, Any]:
    """The tables of `topic`.toml; its numbers are Decimals. Raises FileNotFoundError for an unknown topic."""
    return tomllib.loads((FOLDER / f"{topic}.toml").read_text("utf-8"), parse_float=Decimal)


def any_of(words: Iterable[str]) -> str:
    """A regular expression for any of these words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def alternatives(topic: str, table: str, *keys: str) -> str:
    """A regular expression for any entry of these lists in a topic's table; entries may be expressions."""
    known = vocabulary(topic)[table]
    return "|".join(entry for key in keys for entry in known[key])
