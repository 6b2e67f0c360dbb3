"""Values of settings as TOML gives them; a ValueError says in Chinese what would be right."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Any


def finite_decimal(raw: Any) -> Decimal:
    """A finite number."""
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal) or not Decimal(raw).is_finite():
        raise ValueError("应为数字")
    return Decimal(raw)


def filled_text(raw: Any, key: str) -> str:
    """A text that is not blank."""
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError(f"的 {key} 应为文字")
    return raw


def table_rows(raw: Any, keys: AbstractSet[str], more: AbstractSet[str] = frozenset()) -> list[dict[str, Any]]:
    """The rows of a table: each has these keys, and perhaps `more`."""
    if not isinstance(raw, list) or not raw or not all(isinstance(row, dict) for row in raw):
        raise ValueError("应为列表，每项一个表")
    if any(not keys <= row.keys() <= keys | more for row in raw):
        perhaps = f"，可以有 {'、'.join(sorted(more))}" if more else ""
        raise ValueError(f"每项应有且只有 {'、'.join(sorted(keys))}{perhaps}")
    return raw
