"""Score a form by a rulebook: pure functions; every score has its reason and its basis."""

from __future__ import annotations

from msgspec.structs import replace

from perf_xlsx.domain.model import Scores, SelfEvaluation
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scoring.execution import line_rates, project_rates, rate_in_words, score_execution
from perf_xlsx.scoring.indicator import completion_of, score_indicator
from perf_xlsx.scoring.total import settled as settled
from perf_xlsx.scoring.total import total_of


def score(form: SelfEvaluation, rulebook: Rulebook) -> Scores:
    """Score a form by a rulebook. Never raises for what was typed: what cannot be scored stays open (None)."""
    execution = score_execution(form, rulebook)
    how = completion_of if form.unscored else score_indicator
    indicators = tuple(how(i, execution.completion, rulebook) for i in form.indicators)
    if form.unscored:
        execution = replace(execution, weight=None, share=None, points=None, why=rate_in_words(form, rulebook))
    scores = Scores(
        execution=execution,
        line_rates={key: line_rates(line, rulebook) for key, line in form.funds.items()},
        project_rates=tuple(project_rates(project, rulebook) for project in form.projects),
        indicators=indicators,
        total=None if form.unscored else total_of(execution, indicators, rulebook),
        grade=None,
    )
    return settled(scores, rulebook)
