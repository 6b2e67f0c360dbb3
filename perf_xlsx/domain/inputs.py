"""What a unit typed into a form, cell by cell: what tells whether it was changed after scoring.

Formats, blanks, line ends and the fifteenth digit do not count, because programs change them when they save. A
text of digits counts as the number that was read from it; other words beside the number count.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from msgspec import Struct

from perf_xlsx.domain.entries import Path, entries
from perf_xlsx.domain.model import BOXES, TABLES, Entry, FundLine, SelfEvaluation, columns_of
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.rounding import plain

DIGITS = 14  # of a number: programs differ in the fifteenth
LONGEST = 40  # characters of a text that is disclosed
CODED = "#"  # begins the code of a content that is not disclosed
PUBLIC = frozenset({
    "unit", "supervisor", "project", "filled_on", "money_unit", "staff_authorised", "staff_actual", "name",
    "source", "initial", "adjustment", "adjusted", "executed", "claimed_rate", "level1", "level2", "sign",
    "target", "midyear", "actual", "weight", "method", "claimed_completion", "claimed_points",
    "claimed_execution_points", "claimed_total", "claimed_grade", "title",
})  # fmt: skip  # the keys whose content is disclosed, if it is short; no free text, and nothing of persons
_MARKS = frozenset("+-−.,，．'%％‰()（）¥￥$Ee/:年月日")
OWN = "own."  # begins the key of what only the form knows: it may ask for anything

Disclosed = Mapping[str, Mapping[str, str]]  # by sheet, then by cell


class Input(Struct, frozen=True):
    """The content of one cell: a part for each box that was read from it, as (key, content).

    `shown` is what a person reads there.
    """

    place: Place
    parts: tuple[tuple[str, str], ...]
    field: str
    shown: str

    @property
    def disclosed(self) -> str:
        """The content where everybody may know it, else a code: it tells a change, but not the text."""
        text = " ".join(part for _, part in self.parts)
        known = all(key in PUBLIC for key, _ in self.parts) and not text.startswith(CODED)
        return text if known and len(text) <= LONGEST else coded(text)


def coded(text: str) -> str:
    """24 bits of a text: thousands of telephone numbers share them."""
    return CODED + b64encode(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:3]).decode()


def inputs_of(evaluation: SelfEvaluation) -> tuple[Input, ...]:
    """Every cell with content that was read, in reading order; titles without a text are the template's."""
    found: dict[Place, list[tuple[str, Entry[Any]]]] = {}
    for path, entry in entries(evaluation):
        if entry.place.row and entry.place.column and not entry.empty:
            found.setdefault(entry.place, []).append((_key(path), entry))
    return tuple(_input(place, found[place]) for place in sorted(found))


def _key(path: Path) -> str:
    block, _, key = path
    if block == "":
        known = key in BOXES or key.startswith("claimed_")
    else:
        known = key in columns_of(TABLES.get(block, FundLine))
    return key if known else f"{OWN}{key}"


def _input(place: Place, read: list[tuple[str, Entry[Any]]]) -> Input:
    parts = tuple((key, _content(entry)) for key, entry in read)
    return Input(place, parts, read[0][1].field, read[0][1].given)


def _content(entry: Entry[Any]) -> str:
    """The value, whatever its format, and other words that stand there; of what was not read, the text."""
    text = _seen(entry.given)
    if entry.value is None:
        return text
    number = isinstance(entry.value, Decimal) and entry.value.is_finite()
    value = plain(Decimal(f"{entry.value:.{DIGITS}g}")) if number else _seen(str(entry.value))
    if text == value:
        return value
    known = frozenset(value)
    words = "".join(character for character in text if character not in known and not _of_number(character))
    return f"{value} {words}" if words else value


def _of_number(character: str) -> bool:
    """Whether it may be part of a number or date, as formats write it."""
    return character.isdecimal() or character in _MARKS


@lru_cache(1 << 6)  # a long one may come again in every row
def _seen(text: str) -> str:
    return "".join(character for character in text if character.isprintable() and character != " ")


def content_digest(evaluation: SelfEvaluation, inputs: tuple[Input, ...]) -> str:
    """The SHA-256 of a form's kind, its year and all its inputs; where its sheets stand does not count."""
    cells = sorted((one.place.sheet, one.place.row, one.place.column, one.parts) for one in inputs)
    text = json.dumps([evaluation.form, evaluation.year, cells], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def disclosed(inputs: tuple[Input, ...]) -> dict[str, dict[str, str]]:
    """What a receipt keeps of the inputs: by sheet and cell."""
    found: dict[str, dict[str, str]] = {}
    for one in inputs:
        found.setdefault(one.place.sheet, {})[one.place.cell or ""] = one.disclosed
    return found
