"""Score a form by a rulebook: pure functions; every score has its reason and its basis."""

from __future__ import annotations

from fractions import Fraction

from perf_xlsx.domain.model import Indicator, Score, Scores, SelfEvaluation
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scoring.execution import line_rates, project_rates, score_execution
from perf_xlsx.scoring.indicator import score_indicator
from perf_xlsx.scoring.total import settled as settled
from perf_xlsx.scoring.total import total_of

Known = dict[tuple[int, Fraction | None], tuple[Indicator, Score]]  # by a row's identity and the execution rate


def score(form: SelfEvaluation, rulebook: Rulebook, known: Known | None = None) -> Scores:
    """Score a form by a rulebook. Never raises for what was typed: what cannot be scored stays open (None).

    `known` remembers the scores of rows, for the next form that has the same rows and is scored by the same rules.
    """
    execution = score_execution(form, rulebook)
    rate, known = execution.completion, {} if known is None else known
    for row in form.indicators:
        if (id(row), rate) not in known:
            known[id(row), rate] = row, score_indicator(row, rate, rulebook)
    indicators = tuple(known[id(row), rate][1] for row in form.indicators)
    scores = Scores(
        execution=execution,
        line_rates={key: line_rates(line, rulebook) for key, line in form.funds.items()},
        project_rates=tuple(project_rates(project, rulebook) for project in form.projects),
        indicators=indicators,
        total=total_of(execution, indicators, rulebook),
        grade=None,
    )
    return settled(scores, rulebook)
