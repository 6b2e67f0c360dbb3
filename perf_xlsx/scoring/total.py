"""The total (总分): the points as they are shown, added up, and capped; and whether it earns a grade."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from msgspec.structs import replace

from perf_xlsx.domain.model import Score, Scores, points_of
from perf_xlsx.domain.rounding import plain
from perf_xlsx.rulebook import Rulebook


def total_of(execution: Score, indicators: Iterable[Score], rulebook: Rulebook) -> Decimal:
    """The total, capped."""
    total, cap = points_of((execution, *indicators)), rulebook.cap(execution.completion)
    return total if cap is None else min(total, cap.total.quantize(Decimal("0.01")))


def settled(
    scores: Scores, rulebook: Rulebook, missing: int = 0, unread: int = 0, weights_pass: bool = False
) -> Scores:
    """The scores with their grade, or with why there is none: the one place that decides it.

    `missing` counts the required values that are not there (R07), `unread` the unit's own points that are no
    numbers (R08). `weights_pass`: the bureau lets weights pass that do not make the whole.
    """
    provisional = tuple(_provisional(scores, rulebook, missing, unread, weights_pass))
    return replace(scores, provisional=provisional, grade=None if provisional else rulebook.grade(scores.total))


def _provisional(
    scores: Scores, rulebook: Rulebook, missing: int, unread: int, weights_pass: bool
) -> Iterator[str]:
    every = (scores.execution, *scores.indicators)
    if not scores.indicators:
        yield "没有绩效指标"
    if count := sum(score.points is None for score in every):
        yield f"{count}项不能评分，按0分计"
    if missing:
        yield f"{missing}处必填项没有填写"
    if unread:
        yield f"{unread}处自评得分不是数字"
    weights = [score.weight for score in every if score.weight is not None]
    whole, full = sum(weights, Decimal(0)), rulebook.number("total.points")
    known = scores.indicators and len(weights) == len(every)
    if known and not weights_pass and abs(whole - full) > rulebook.number("thresholds.tolerance"):
        yield f"分值合计{plain(whole)}，不是{plain(full)}"
