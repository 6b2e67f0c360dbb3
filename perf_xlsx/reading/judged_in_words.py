"""Which rows are judged in words although no sign says so; one rule for every layout."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.levels import is_judged_level
from perf_xlsx.domain.model import Entry
from perf_xlsx.domain.quantity import DASHES, SIGNS, is_time, normalise, parse_target, same_label
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import vocabulary


def is_empty_or_dash(entry: Entry[Any]) -> bool:
    """Whether the entry is empty or a dash."""
    return entry.empty or (isinstance(entry.value, str) and normalise(entry.given) in DASHES)


_SIGN = "|".join(re.escape(word) for word, _ in SIGNS)
_DIGITS = pattern(  # 20231231, 202312, 2023.12, 2023
    rf"(?:{_SIGN})?\s*(20\d\d)(?:\.?(?:0[1-9]|1[0-2])|\.[1-9])?(?:0[1-9]|[12]\d|3[01])?"
)


def dated_target(name: str, target: Entry[Any], unit: Entry[str]) -> Entry[Any]:
    """The target; as a text where its digits are a date (20231231, 2023.12) because the name is one of a time."""
    ends = tuple(vocabulary("dates")["targets"]["names"])
    found = _DIGITS.fullmatch(normalise(target.given)) if unit.empty and same_label(name).endswith(ends) else None
    return replace(target, value=f"{found[1]}年（{target.given}）") if found else target


def needs_no_target(
    levels: tuple[Entry[str], ...], sign: Entry[str], target: Entry[Any], actual: Entry[Any]
) -> bool:
    """Whether a row of 决策, 过程, 管理 is judged: it has no target, no sign, and no number as its actual."""
    nothing = sign.empty and is_empty_or_dash(target) and not isinstance(actual.value, Decimal)
    return nothing and is_judged_level(*(level.given for level in levels))


def numbers_as_text(sign: Entry[str], target: Entry[Any], method: Entry[str]) -> bool:
    """Whether a row without a sign is worded only because its numbers were typed or pasted as text."""
    stated = "定性" in (sign.value, method.value)
    return not stated and isinstance(target.value, str) and parse_target(target.value) is not None


def is_judged_in_words(sign: Entry[str], target: Entry[Any], actual: Entry[Any], sure: bool) -> bool:
    """Whether a target cannot be measured by: it is a text or a time, and its actual is no number.

    Under a sign for numbers only where the words make `sure` what was achieved, or digits are a date: else a
    number is required.
    """
    text = _text_without_number(target)
    if text is None:
        return False
    wordy = is_time(text) or not any(map(str.isdigit, text))
    if sign.empty:
        return sure or is_time(text) or (wordy and not isinstance(actual.value, Decimal))
    return wordy and not sign.unreadable and (sure or _is_date(target))


def _text_without_number(target: Entry[Any]) -> str | None:
    text = target.value
    worded = isinstance(text, str) and not is_empty_or_dash(target) and parse_target(text) is None
    return text if worded else None


def _is_date(target: Entry[str]) -> bool:
    """Whether a target of digits is a date."""
    return is_time(target.value or "") and _DIGITS.fullmatch(normalise(target.given)) is not None
