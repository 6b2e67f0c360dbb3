"""A form that was read, judged: its scores, and everything that is told of it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from decimal import Decimal

from msgspec.structs import replace

import perf_xlsx.checks  # noqa: F401  # registers the checks
from perf_xlsx.checks.diagnoses import Diagnoses
from perf_xlsx.checks.money_unit import unit_errors
from perf_xlsx.checks.sums import with_sure_amounts
from perf_xlsx.domain.model import STANDINGS, Finding, Scores, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.findings.catalogue import EXECUTION_WEIGHT, catalogue, finding, run_checks, with_rulebook_severity
from perf_xlsx.judging.mending import told
from perf_xlsx.judging.waivers import Waiving, waive
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scoring import score
from perf_xlsx.scoring.total import settled

OF_ONE_CODE, IN_ALL = 5_000, 25_000  # findings of a workbook: nobody reads more, and a record has to hold them
DECIDING = frozenset({"R07", "W01", "W03"})  # what is missing, and weights that do not make the whole


def judge(
    evaluation: SelfEvaluation, said: Iterable[Finding], rulebook: Rulebook, waiving: Waiving | None = None
) -> tuple[Scores, tuple[Finding, ...]]:
    """Scores of a form that was read, and all findings, those of reading included, in the order of the eye.

    What decides whether there is a grade is found first, because the other checks ask for it; what is waived
    does not stand in its way.
    """
    units = unit_errors(evaluation, rulebook)
    sound, doubted = units.form_without, units.places
    read = [with_rulebook_severity(one, rulebook) for one in said]  # reading does not know the rulebook yet

    def waived(found: Iterable[Finding]) -> tuple[Finding, ...]:
        return waive(found, evaluation.unit, waiving) if waiving else tuple(found)

    def run(form: SelfEvaluation, scores: Scores, codes: Container[str] | None) -> Iterator[Finding]:
        diagnoses = Diagnoses(form, scores, rulebook)
        arguments = {"form": form, "scores": scores, "rulebook": rulebook, "diagnoses": diagnoses}
        return run_checks(arguments, rulebook, codes)

    def scored(form: SelfEvaluation) -> Scores:
        scores = replace(score(form, rulebook), doubted=doubted)
        found = waived([*read, *run(form, scores, DECIDING)])
        return _settled(scores, found, rulebook, claimed_at(form))

    stated = next((one.given for one in read if (one.code, one.field) == ("R17", EXECUTION_WEIGHT)), None)

    def check(form: SelfEvaluation, codes: Container[str] | None = None) -> list[Finding]:
        found = with_sure_amounts(form, run(form, scored(form), codes), rulebook)
        return [one for one in found if stated is None or not _of_other_weights(one, form, stated, rulebook)]

    others = units.converted if units.errors else None
    found = [*read, *(finding("F10", one, rulebook) for one in units.observations())]
    found += told(sound, check(sound), check, others)
    return scored(sound), bounded(waived(found))


def _of_other_weights(found: Finding, form: SelfEvaluation, stated: str, rulebook: Rulebook) -> bool:
    """Whether it follows from nothing but that the form gives execution another weight than the rules (R17)."""
    rest = rulebook.number("total.points") - Decimal(stated)
    weights = sum((row.weight.value or Decimal(0) for row in form.indicators), Decimal(0))
    execution = found.code == "I06" and found.place == form.claimed.execution_points.place
    return execution or found.code in ("T02", "T03") or (found.code in ("W01", "W02") and weights == rest)


def claimed_at(form: SelfEvaluation) -> frozenset[Place]:
    """Where the unit's own points stand."""
    claims = [row.claimed_points for row in form.indicators]
    return frozenset(one.place for one in (*claims, form.claimed.execution_points, form.claimed.total))


def _settled(scores: Scores, found: Iterable[Finding], rulebook: Rulebook, claims: Container[Place]) -> Scores:
    """The scores with their grade: none where a value is missing, nor where a claim is no number."""
    found = tuple(found)
    errors = [one for one in found if one.standing == "error"]
    missing = sum(one.code == "R07" for one in errors)
    unread = len({one.place for one in errors if one.code == "R08" and one.place in claims})
    passed = {one.code for one in found if one.waived}
    return settled(scores, rulebook, missing, unread, weights_pass=not passed.isdisjoint(("W01", "W03")))


def bounded(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """In order, and no more than anybody reads: of each code the heaviest, and one that says how many there are.

    That one is as heavy as the heaviest that is left out.
    """
    kinds: dict[str, list[Finding]] = {}
    for found in in_order(findings):
        kinds.setdefault(found.code, []).append(found)
    most = min(OF_ONE_CODE, IN_ALL // max(1, len(kinds)))
    return in_order(one for kind in kinds.values() for one in _the_first(kind, most))


def _the_first(kind: list[Finding], most: int) -> list[Finding]:
    if len(kind) <= most:
        return kind
    heaviest_first = sorted(kind, key=lambda found: STANDINGS.index(found.standing))
    left = heaviest_first[most]
    counted = replace(
        left,
        place=Place(left.place.workbook),
        given=None,
        expected=None,
        difference=None,
        message=f"“{catalogue()[left.code].title}”一共有{len(kind)}处，只逐处列出{most}处，其余没有列出。",
        advice="请先更正列出的，再评一次；大片重复的内容多是误粘贴，请删去。",
        correction=None,
    )
    return [*heaviest_first[:most], counted]


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """As the eye goes."""
    return tuple(sorted(findings, key=lambda found: (found.place, found.code)))
