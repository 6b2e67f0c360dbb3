"""The total (总分): the points as they are shown, added up, and capped where the rulebook says so."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from perf_xlsx.model import Score, points_of
from perf_xlsx.rulebook import Rulebook


def total_of(execution: Score, indicators: Iterable[Score], rulebook: Rulebook) -> Decimal:
    """The total, capped."""
    total, cap = points_of((execution, *indicators)), rulebook.cap(execution.completion)
    return total if cap is None else min(total, cap.total.quantize(Decimal("0.01")))
