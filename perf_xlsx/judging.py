"""A form that was read, judged: its scores, and everything that is told of it."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace

import perf_xlsx.checks  # noqa: F401  # registers the checks
from perf_xlsx.catalogue import finding, run_checks, weighed
from perf_xlsx.checks.slips import converted, without_slips
from perf_xlsx.checks.sums import with_sure_amounts
from perf_xlsx.mending import told
from perf_xlsx.model import Finding, Scores, SelfEvaluation
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scoring import score


def judge(
    evaluation: SelfEvaluation, said: Iterable[Finding], rulebook: Rulebook
) -> tuple[Scores, tuple[Finding, ...]]:
    """Scores of a form that was read, and all findings, those of reading included, in the order of the eye."""
    sound, doubted, slips = without_slips(evaluation, rulebook)
    scores = replace(score(sound, rulebook), doubted=doubted)

    def check(form: SelfEvaluation, codes: Container[str] | None = None) -> list[Finding]:
        found = run_checks(form, score(form, rulebook), rulebook, codes)
        return with_sure_amounts(form, found, rulebook)

    found = [weighed(one, rulebook) for one in said]  # reading does not know the rulebook yet
    found += [finding("F10", slip, rulebook) for slip in slips]
    found += told(sound, check(sound), check, converted(evaluation, rulebook) if slips else None)
    return scores, in_order(found)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """As the eye goes."""
    return tuple(sorted(findings, key=lambda found: (found.place, found.code)))
