"""The total (总分): the points as they are shown, added up, and capped where the rulebook says so."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from perf_xlsx.model import Score
from perf_xlsx.rulebook import Cap, Rulebook


def sum_of(execution: Score, indicators: Iterable[Score]) -> Decimal:
    """Sum of the rounded points; what is open counts as 0."""
    return sum((s.points for s in (execution, *indicators) if s.points is not None), Decimal("0.00"))


def cap_of(execution: Score, rulebook: Rulebook) -> Cap | None:
    """The cap that the execution rate brings, if any."""
    rate = execution.completion
    return None if rate is None else next((cap for cap in rulebook.caps if rate < cap.below), None)


def total_of(execution: Score, indicators: Iterable[Score], rulebook: Rulebook) -> Decimal:
    """The total, capped."""
    total, cap = sum_of(execution, indicators), cap_of(execution, rulebook)
    return total if cap is None else min(total, cap.total.quantize(Decimal("0.01")))
