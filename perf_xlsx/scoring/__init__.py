"""Score a form by a rulebook: pure functions; every score has its reason and its basis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from perf_xlsx.domain.model import Indicator, Scores, SelfEvaluation
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scoring.execution import line_rates, project_rates, score_execution
from perf_xlsx.scoring.indicator import score_indicator
from perf_xlsx.scoring.total import settled as settled
from perf_xlsx.scoring.total import total_of


def score(form: SelfEvaluation, rulebook: Rulebook) -> Scores:
    """Score a form by a rulebook. Never raises for what was typed: what cannot be scored stays open (None)."""
    execution = score_execution(form, rulebook)
    rate = execution.completion
    indicators = tuple(
        score_indicator(row, rate, rulebook, level)
        for row, level in zip(form.indicators, levels_of(form.indicators), strict=True)
    )
    scores = Scores(
        execution=execution,
        line_rates={key: line_rates(line, rulebook) for key, line in form.funds.items()},
        project_rates=tuple(project_rates(project, rulebook) for project in form.projects),
        indicators=indicators,
        total=total_of(execution, indicators, rulebook),
        grade=None,
    )
    return settled(scores, rulebook)


def levels_of(indicators: Iterable[Indicator]) -> Iterator[str]:
    """The level 1 of each indicator, as it is shown; a row without one belongs to the level above it."""
    level = ""
    for row in indicators:
        level = row.level1.given or level
        yield level
