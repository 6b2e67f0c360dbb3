"""The total (总分): the points as shown, added up and capped; and whether it earns a grade."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from msgspec.structs import replace

from perf_xlsx.domain.model import Score, Scores
from perf_xlsx.domain.rounding import plain
from perf_xlsx.rulebook import BY_SHARE, Rulebook
from perf_xlsx.rulebook.summing import sum_of_points


def total_of(execution: Score, indicators: Iterable[Score], rulebook: Rulebook) -> Decimal:
    """The total, capped."""
    scores = (execution, *indicators)
    total, cap = (
        sum_of_points([(score.points, score) for score in scores], rulebook),
        rulebook.cap(execution.completion),
    )
    return total if cap is None else min(total, cap.total.quantize(Decimal("0.01")))


def settled(
    scores: Scores, rulebook: Rulebook, missing: int = 0, unread: int = 0, weights_pass: bool = False
) -> Scores:
    """The scores with their grade, or with the reasons why there is none. Only this decides it.

    `missing` counts required values that are missing (R07), `unread` the unit's own points that are no numbers
    (R08). `weights_pass`: the bureau accepts weights that do not add up to the full points. A form without points
    has no grade, and lacks nothing.
    """
    if scores.total is None:
        return scores
    provisional = tuple(_provisional(scores, rulebook, missing, unread, weights_pass))
    return replace(scores, provisional=provisional, grade=None if provisional else rulebook.grade(scores.total))


def _provisional(
    scores: Scores, rulebook: Rulebook, missing: int, unread: int, weights_pass: bool
) -> Iterator[str]:
    every = (scores.execution, *scores.indicators)
    if not scores.indicators:
        yield "没有绩效指标"
    elif not any(score.applies for score in scores.indicators):
        yield "没有适用的绩效指标"
    if count := sum(score.points is None and score.applies for score in every):
        yield f"{count}项不能评分，按0分计"
    if missing:
        yield f"{missing}处必填项没有填写"
    if unread:
        yield f"{unread}处自评得分不是数字"
    if not weights_pass and (total := _wrong_weights(scores, rulebook)) is not None:
        yield f"分值合计{plain(total)}，不是{plain(rulebook.number('total.points'))}"
    elif rulebook.word("total.conversion") == BY_SHARE and (most := _highest(every, rulebook)) is not None:
        yield f"各项都得满分，折算后也只有{plain(most)}分，等级没有规定"


def _highest(scores: Iterable[Score], rulebook: Rulebook) -> Decimal | None:
    """The highest total after conversion, where it is not the full points."""
    most = sum_of_points([(score.weight, score) for score in scores], rulebook)
    return None if most >= rulebook.number("total.points") else most


def _wrong_weights(scores: Scores, rulebook: Rulebook) -> Decimal | None:
    """The sum of all weights where it is not the full points; None where it is, or a weight is missing."""
    weights = [score.weight for score in (scores.execution, *scores.indicators)]
    if not scores.indicators or None in weights:
        return None
    total = sum((weight for weight in weights if weight is not None), Decimal(0))
    return (
        None if abs(total - rulebook.number("total.points")) <= rulebook.number("thresholds.tolerance") else total
    )
