"""The approved targets (批复的绩效目标) of a form: how a template remembers them, and what counts as unchanged."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation

from perf_xlsx.domain.model import APPROVED, Approved, Entry
from perf_xlsx.domain.quantity import same_name, unit_name

LONGEST = 2_000  # characters of one value; a record of them all fits in a cell


def remembered(approved: Approved) -> str:
    """An approved indicator as one line of JSON."""
    return json.dumps(dict(approved.values), ensure_ascii=False)


def recalled(text: str) -> Approved | None:
    """The indicator that `remembered` wrote; None where it is no such line."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not found.get("name"):
        return None
    known = all(key in APPROVED and isinstance(value, str) for key, value in found.items())
    return Approved(found) if known else None


def is_unchanged(key: str, approved: str, entry: Entry[Decimal | str]) -> bool:
    """Whether a box still says what was approved for its column."""
    if isinstance(entry.value, Decimal) and entry.value == number_of(approved):
        return True
    shown = (entry.given, entry.value if isinstance(entry.value, str) else "")
    return any(text and is_same(key, approved, text) for text in shown)


def is_same(key: str, one: str, other: str) -> bool:
    """Whether two texts of a column say the same."""
    return unit_name(one) == unit_name(other) if key == "unit" else same_name(one) == same_name(other)


def number_of(text: str) -> Decimal | None:
    """An approved number; None where words were approved."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
