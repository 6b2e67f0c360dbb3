"""The total (总分): the points as they are shown, added up."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from perf_xlsx.model import Score


def total_of(execution: Score, indicators: Iterable[Score]) -> Decimal:
    """Sum of the rounded points; what is open counts as 0."""
    return sum((s.points for s in (execution, *indicators) if s.points is not None), Decimal("0.00"))
