"""What is printed: the form as read, its scores, the kind of form, the rules, and the paper that it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from perf_xlsx.domain.model import Entry, Score, Scores, SelfEvaluation
from perf_xlsx.forms import Form
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scored.paper import EvaluationLayout

DASH = "—"


class ScoredEvaluation(Struct, frozen=True):
    """One scored form. `not_valid` says why it may not be sealed ("" where it may).

    `apart`: points of the unit and computed ones differ somewhere. `code` is the check code by which the paper can
    be verified, where there is one.
    """

    evaluation: SelfEvaluation
    scores: Scores
    form: Form
    rulebook: Rulebook
    paper: EvaluationLayout
    not_valid: str
    apart: bool
    code: str | None

    @property
    def title(self) -> str:
        """What the form is called: by itself, else as the kind of form is."""
        return self.evaluation.title or self.form.official

    @property
    def money_unit(self) -> str:
        """The money unit, or that there is none."""
        return self.evaluation.boxes["money_unit"].given or "单位未填"

    def none(self, word: str) -> str:
        """What is shown where something is missing: a form without points lacks none."""
        return DASH if self.evaluation.unscored else word


def differ(evaluation: SelfEvaluation, scores: Scores) -> bool:
    """Whether any points of the unit are not those that were computed."""
    if evaluation.unscored:
        return False
    return any(claimed.value != points for claimed, points in _points(evaluation, scores))


def _points(evaluation: SelfEvaluation, scores: Scores) -> Iterator[tuple[Entry[Decimal], Decimal | None]]:
    yield evaluation.claimed.total, scores.total
    scored: list[tuple[Entry[Decimal], Score]] = [
        (row.claimed_points, score) for row, score in zip(evaluation.indicators, scores.indicators, strict=True)
    ]
    if scores.execution.weight:
        scored.append((evaluation.claimed.execution_points, scores.execution))
    for claimed, score in scored:
        if score.applies:
            yield claimed, score.points
