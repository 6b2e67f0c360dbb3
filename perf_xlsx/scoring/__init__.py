"""Score a form by a rulebook: pure functions; every score has its reason and its basis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from msgspec.structs import replace

from perf_xlsx.domain.model import Indicator, Score, Scores, SelfEvaluation
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scoring.execution import line_rates, project_rates, rate_in_words, score_execution
from perf_xlsx.scoring.indicator import completion_of, part_score, score_indicator, unmeasured_score
from perf_xlsx.scoring.total import settled as settled
from perf_xlsx.scoring.total import total_of

# by a row's identity, the execution rate, and the level it belongs to
KnownScores = dict[tuple[int, Fraction | None, str], tuple[Indicator, Score]]


def score_evaluation(evaluation: SelfEvaluation, rulebook: Rulebook, known: KnownScores | None = None) -> Scores:
    """Score a form by a rulebook. Never raises for what was typed: what cannot be scored stays open (None).

    `known` remembers the scores of rows, for the next form that has the same rows and is scored by the same rules.
    """
    execution = score_execution(evaluation, rulebook)
    rate, known = execution.completion, {} if known is None else known
    keys = [
        (id(row), rate, level)
        for row, level in zip(evaluation.indicators, levels_of(evaluation.indicators), strict=True)
    ]
    for row, key in zip(evaluation.indicators, keys, strict=True):
        if key not in known:
            known[key] = row, _score_of(row, rate, rulebook, key[2], evaluation)
    indicators = tuple(known[key][1] for key in keys)
    if evaluation.unscored:
        execution = replace(
            execution, weight=None, share=None, points=None, why=rate_in_words(evaluation, rulebook)
        )
    scores = Scores(
        execution=execution,
        line_rates={key: line_rates(line, rulebook) for key, line in evaluation.funds.items()},
        project_rates=tuple(project_rates(project, rulebook) for project in evaluation.projects),
        indicators=indicators,
        total=None if evaluation.unscored else total_of(execution, indicators, rulebook),
        grade=None,
        parts=tuple(part_score(row, rate, rulebook) for row in evaluation.parts),
    )
    return settled(scores, rulebook)


def _score_of(
    row: Indicator, rate: Fraction | None, rulebook: Rulebook, level: str, evaluation: SelfEvaluation
) -> Score:
    """The score of a row; where its form lacks a column that every rule needs, the unit's own points."""
    if evaluation.unscored:
        return completion_of(row, rate, rulebook)
    found = score_indicator(row, rate, rulebook, level)
    return (
        unmeasured_score(row, evaluation.unmeasured, found)
        if evaluation.unmeasured and found.points is None
        else found
    )


def levels_of(indicators: Iterable[Indicator]) -> Iterator[str]:
    """The level 1 of each indicator, as it is shown; a row without one belongs to the level above it."""
    level = ""
    for row in indicators:
        level = row.level1.given or level
        yield level
