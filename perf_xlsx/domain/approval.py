"""The approved targets (批复的绩效目标) of a form: how a template remembers them, and what counts as unchanged."""

from __future__ import annotations

import json
from decimal import Decimal

from perf_xlsx.domain.model import APPROVED, Approved, Entry
from perf_xlsx.domain.quantity import same_name, unit_name
from perf_xlsx.system.pattern import pattern

LONGEST = 2_000  # characters of one value; a record of them all fits in a cell
SIGNS = ("≥", "≤", "=", ">", "<", "定性")
NUMBERS = ("target", "weight")  # columns of numbers; what is approved elsewhere is text, whatever it looks like
_NUMBER = pattern(r"-?\d{1,30}(?:\.\d{1,30})?")


def remembered(approved: Approved) -> str:
    """An approved indicator as one line of JSON."""
    return json.dumps(dict(approved.values), ensure_ascii=False)


def recalled(text: str) -> Approved | None:
    """The indicator that `remembered` wrote; None where it is no such line: anybody may have written it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not found.get("name"):
        return None
    known = all(key in APPROVED and isinstance(value, str) for key, value in found.items())
    return Approved(found) if known and _is_possible(found) else None


def _is_possible(values: dict[str, str]) -> bool:
    """Whether the sign is one of the signs and the weight a number."""
    weight = "weight" not in values or approved_number("weight", values["weight"]) is not None
    return weight and values.get("sign", SIGNS[0]) in SIGNS


def is_unchanged(key: str, approved: str, entry: Entry[Decimal | str]) -> bool:
    """Whether a box still says what was approved for its column, in its value or as it was typed."""
    wanted = approved_value(key, approved)
    return meaning_of(key, entry) == wanted or (entry.given != "" and approved_value(key, entry.given) == wanted)


def approved_value(key: str, text: str) -> Decimal | str:
    """What a text of a column means: a number, or words without spaces and widths."""
    number = approved_number(key, text)
    return number if number is not None else unit_name(text) if key == "unit" else same_name(text)


def meaning_of(key: str, entry: Entry[Decimal | str]) -> Decimal | str:
    """What a box of a column means."""
    return entry.value if isinstance(entry.value, Decimal) else approved_value(key, entry.value or entry.given)


def approved_number(key: str, text: str) -> Decimal | None:
    """The number that was approved in a column; None where words were."""
    return Decimal(text) if key in NUMBERS and _NUMBER.fullmatch(text) else None
