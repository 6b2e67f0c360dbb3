"""Which rulebooks fit a form: by the weight of execution, the levels' points, the budget columns, the year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from perf_xlsx.domain.levels import COST, LEVEL_WORDS, OUTPUT, by_level
from perf_xlsx.domain.model import Indicator, SelfEvaluation
from perf_xlsx.rulebook.loading import load_rulebook, rulebook_names
from perf_xlsx.rulebook.rulebook import Rulebook

NONE = Decimal(0)


def fitting_rulebooks(evaluation: SelfEvaluation, execution: Decimal) -> list[str]:
    """The shipped rulebooks for this kind of form that give budget execution these points, and fit it best.

    Those come first whose budget column the form fills in, then those whose levels carry the form's points, then
    those that are made for its year; only the best are named.
    """
    books = [book for book in map(load_rulebook, rulebook_names()) if evaluation.form in book.forms]
    ranked = {
        book.name: _misfit(evaluation, book) for book in books if book.number("execution.weight") == execution
    }
    least = min(ranked.values(), default=None)
    return [name for name, misfit in ranked.items() if misfit == least]


def _misfit(evaluation: SelfEvaluation, rulebook: Rulebook) -> tuple[bool, int, bool]:
    """What does not fit: the budget column, the points of the levels (1: the rulebook is silent), the year."""
    first, last = rulebook.years
    ruled = rulebook.ruled_levels(evaluation.form)
    return (
        evaluation.total_funds.entry(rulebook.word("execution.base")).value is None,
        1 if not ruled else 0 if are_as_ruled(evaluation, rulebook) else 2,
        evaluation.year is not None and not (first or 0) <= evaluation.year <= (last or 9999),
    )


def are_as_ruled(evaluation: SelfEvaluation, rulebook: Rulebook) -> bool:
    """Whether one of the rulebook's ways to share out the points fits; cost may be counted as output."""
    sums, tolerance = level_sums(evaluation, rulebook), rulebook.number("thresholds.tolerance")
    counted = {**sums, OUTPUT: sums.get(OUTPUT, NONE) + sums.get(COST, NONE)}
    return any(
        all(abs(known.get(level, NONE) - points) <= tolerance for level, points in weights.items())
        for weights in rulebook.ruled_levels(evaluation.form)
        for known in (sums, *([] if COST in weights else [counted]))
    )


def level_sums(evaluation: SelfEvaluation, rulebook: Rulebook) -> dict[str, Decimal]:
    """The points of each level 1, with those of budget execution in the level that the rulebook counts them in."""
    groups = levels_as_ruled(evaluation, rulebook).items()
    sums = {level: sum((row.weight.value or NONE for row in rows), NONE) for level, rows in groups}
    if inside := rulebook.execution_level:
        sums[inside] = sums.get(inside, NONE) + rulebook.number("execution.weight")
    return sums


def levels_as_ruled(evaluation: SelfEvaluation, rulebook: Rulebook) -> Mapping[str, list[Indicator]]:
    """The indicators by level 1, as the rulebook calls it: 项目决策 belongs to 决策指标."""
    ruled = {level for weights in rulebook.ruled_levels(evaluation.form) for level in weights}
    found: dict[str, list[Indicator]] = {}
    for level, rows in by_level(evaluation).items():
        found.setdefault(_called(level, ruled), []).extend(rows)
    return found


def _called(level: str, ruled: Iterable[str]) -> str:
    own = [name for name in ruled if name not in LEVEL_WORDS and name.removesuffix("指标") in level]
    return own[0] if len(own) == 1 and level not in LEVEL_WORDS else level
