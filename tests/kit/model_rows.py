"""Entries and indicators of the model, made of bare values."""

from __future__ import annotations

from typing import Any

from perf_xlsx.domain.model import Entry, Indicator, columns_of
from perf_xlsx.domain.place import Place


def entry(value: Any) -> Entry[Any]:
    return Entry(value, Place("a.xlsx", 0, 1, 1, "指标"), "" if value is None else str(value), "栏目")


def indicator(**values: Any) -> Indicator:
    empty: dict[str, Any] = {field: entry(None) for field in columns_of(Indicator)}
    return Indicator(**empty | {key: entry(value) for key, value in values.items()})
