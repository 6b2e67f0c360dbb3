"""What identifies a score from outside: its check code, and the inputs that it was made from."""

from __future__ import annotations

from perf_xlsx import __version__
from perf_xlsx.domain.check_code import check_code
from perf_xlsx.domain.inputs import content_digest, disclosed, inputs_of
from perf_xlsx.domain.model import Scores, SelfEvaluation, Stamp
from perf_xlsx.domain.rounding import points
from perf_xlsx.rulebook import rules_digest


def stamp(evaluation: SelfEvaluation, scores: Scores) -> Stamp:
    """The stamp of a form that was scored. Raises RulebookError."""
    inputs, rules = inputs_of(evaluation), rules_digest(evaluation.rulebook)
    content = content_digest(evaluation, inputs)
    total = None if scores.total is None else points(scores.total)
    return Stamp(check_code(content, total, rules, __version__), content, rules, disclosed(inputs))
