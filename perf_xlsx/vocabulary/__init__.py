"""The words of the field, as data: one TOML file a topic beside this one.

Every rule that depends on how people word something takes its words from here, so that the template, the reader,
the scoring and the checks can never know different ones.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def vocabulary(topic: str) -> dict[str, Any]:
    """The tables of `topic`.toml; its numbers are Decimals. Raises FileNotFoundError for an unknown topic."""
    return tomllib.loads((FOLDER / f"{topic}.toml").read_text("utf-8"), parse_float=Decimal)
