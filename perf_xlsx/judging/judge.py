"""Judge a form that was read: its scores, and all findings to report."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from decimal import Decimal

from msgspec.structs import replace

import perf_xlsx.checks  # noqa: F401  # registers the checks
from perf_xlsx.checks.diagnoses import Diagnoses
from perf_xlsx.checks.funds import compared_sums
from perf_xlsx.checks.money_unit import unit_errors
from perf_xlsx.checks.wrong_sums import SUM_CODES, with_sure_amounts
from perf_xlsx.domain.model import AMOUNTS, STANDINGS, Finding, FundLine, Scores, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.rounding import plain
from perf_xlsx.findings.catalogue import EXECUTION_WEIGHT, catalogue, finding, run_checks, with_rulebook_severity
from perf_xlsx.judging.corrections import causes, with_amounts
from perf_xlsx.judging.waivers import Waiving, waive
from perf_xlsx.rulebook import RESCALED, Rulebook
from perf_xlsx.scoring import KnownScores, score_evaluation
from perf_xlsx.scoring.execution import score_execution
from perf_xlsx.scoring.total import settled

OF_ONE_CODE, IN_ALL = 5_000, 25_000  # findings of a workbook; nobody reads more, and a record has to hold them
WITHOUT_POINTS = frozenset(code for code, entry in catalogue().items() if not entry.of_points)
DECIDING = frozenset({"R07", "W01", "W03"})  # missing values, and weights that do not add up


def judge(
    evaluation: SelfEvaluation,
    on_reading: Iterable[Finding],
    rulebook: Rulebook,
    waiving: Waiving | None = None,
    part: str = "",
) -> tuple[Scores, tuple[Finding, ...]]:
    """The scores of a form that was read, and all findings, those `on_reading` included, in reading order.

    `part` is its name among the forms of its workbook.

    The findings that decide whether there is a grade come first, because the other checks need to know; those that
    are waived do not prevent it.
    """
    units = unit_errors(evaluation, rulebook)
    sound = units.form_without
    judging = _Judging(evaluation, on_reading, rulebook, units.places, waiving, part)
    others = units.converted if units.errors else None
    found = [*judging.read, *(finding("F10", one, rulebook) for one in units.observations())]
    as_filed = judging.check(sound)
    found += causes(sound, as_filed, judging.check, others)
    found = _with_claims_as_they_stand(found, as_filed)
    scores = replace(judging.scored(sound), sums=compared_sums(sound, rulebook))
    return scores, bounded(judging.waived(found))


def _with_claims_as_they_stand(found: list[Finding], as_filed: list[Finding]) -> list[Finding]:
    """I04 is a warning that a unit may leave: what total and grade must be if the points stay.

    They are held against full points otherwise, and a form with a grade of other points would look right.
    """
    if any(one.standing == "error" for one in found) or not any(one.code == "I04" for one in found):
        return found
    wrong = {one.code: one for one in as_filed if one.severity == "error" and one.expected}
    if "T01" in wrong and not any(one.code in ("T01", "T02") for one in found):
        more = f"有理由少给的请写明理由，自评总分应填{wrong['T01'].expected}（各项之和）。"
        found = [replace(one, advice=f"{one.advice}{more}") if one.code == "I04" else one for one in found]
    if grade := wrong.get("T03"):
        advice = f"少给的分补上后再核对等级；不补的，请改为“{grade.expected}”。"
        found = [*found, replace(grade, advice=advice, expected=None, correction=None)]
    return found


def as_capped(evaluation: SelfEvaluation, rulebook: Rulebook) -> SelfEvaluation:
    """The form with its claimed total as its own sheet makes it: capped as the rulebook caps the total."""
    total = evaluation.claimed.total
    if evaluation.claims_total or total.value is None or not rulebook.caps:
        return evaluation
    cap = rulebook.cap(score_execution(evaluation, rulebook).completion)
    if cap is None or total.value <= cap.total:
        return evaluation
    capped = replace(total, value=cap.total, given=plain(cap.total))
    return replace(evaluation, claimed=replace(evaluation.claimed, total=capped))


class _Judging:
    """Scores and checks a form, and the same form as it would be if a suspected slip were corrected.

    `read` are the findings of reading that hold by the rulebook; scores at the `doubted` places are not sure.
    """

    def __init__(
        self, evaluation: SelfEvaluation, on_reading: Iterable[Finding], rulebook: Rulebook,
        doubted: frozenset[Place], waiving: Waiving | None, part: str,
    ) -> None:  # fmt: skip
        self.rulebook, self.doubted, self.unit = rulebook, doubted, evaluation.unit
        self.waiving, self.part = waiving, part
        idle = _not_applicable(evaluation, rulebook)
        kept = [one for one in on_reading if (one.code, one.place) not in idle]
        self.read = [
            with_rulebook_severity(one, rulebook) for one in kept
        ]  # reading does not know the rulebook yet
        weights = (one.given for one in self.read if (one.code, one.field) == ("R17", EXECUTION_WEIGHT))
        self.stated = next(weights, None)
        self._rows: KnownScores = {}
        self._known: dict[
            int, tuple[SelfEvaluation, Scores]
        ] = {}  # by identity; a form that is kept keeps its own

    def check(self, evaluation: SelfEvaluation, codes: Container[str] | None = None) -> list[Finding]:
        """The findings of a form, of these `codes` alone where they are given."""
        found = with_sure_amounts(evaluation, self._run(evaluation, self.scored(evaluation), codes), self.rulebook)
        if unsure := _unsure(found, evaluation):
            found = self._without_what_waits(found, evaluation, unsure)
        stated = self.stated
        if stated is None:
            return found
        return [one for one in found if not _of_other_weights(one, evaluation, stated, self.rulebook)]

    def _without_what_waits(
        self, found: list[Finding], evaluation: SelfEvaluation, unsure: list[Finding]
    ) -> list[Finding]:
        """What holds whichever amount is wrong; points that are wrong either way, without a number."""
        waiting = _waiting(evaluation)
        held = [one for one in found if (one.code, one.place) in waiting]
        wrong = [one for one in held if one.code == "I06" and self._is_wrong_either_way(one, evaluation, unsure)]
        left = [one for one in found if one not in held and not (wrong and one.code == "T01")]  # their sum changes
        return [*left, *map(_left_open, wrong)]

    def _is_wrong_either_way(self, claim: Finding, evaluation: SelfEvaluation, unsure: list[Finding]) -> bool:
        """Whether points of execution are wrong as well where the sums are as their parts make them."""
        if claim.severity != "error" or any(one.expected is None for one in unsure):
            return False
        summed = with_amounts(evaluation, {one.place: Decimal(one.expected or 0) for one in unsure})
        again = self._run(summed, self.scored(summed), {"I06"})
        return any(one.place == claim.place and one.severity == "error" for one in again)

    def scored(self, evaluation: SelfEvaluation) -> Scores:
        """The scores of a form, worked out once."""
        if id(evaluation) not in self._known:
            scores = replace(score_evaluation(evaluation, self.rulebook, self._rows), doubted=self.doubted)
            found = self.waived([*self.read, *self._run(evaluation, scores, DECIDING)])
            self._known[id(evaluation)] = (
                evaluation,
                _settled(scores, found, self.rulebook, claimed_at(evaluation)),
            )
        return self._known[id(evaluation)][1]

    def waived(self, found: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings, those that are waived marked so."""
        return waive(found, self.unit, self.waiving, self.part) if self.waiving else tuple(found)

    def _run(self, evaluation: SelfEvaluation, scores: Scores, codes: Container[str] | None) -> Iterator[Finding]:
        diagnoses = Diagnoses(evaluation, scores, self.rulebook)
        if evaluation.unscored:
            asked = WITHOUT_POINTS if codes is None else [code for code in WITHOUT_POINTS if code in codes]
            codes = frozenset(asked)
        arguments = {"evaluation": evaluation, "scores": scores, "rulebook": self.rulebook, "diagnoses": diagnoses}
        return run_checks(arguments, self.rulebook, codes)


def _not_applicable(evaluation: SelfEvaluation, rulebook: Rulebook) -> frozenset[tuple[str, Place]]:
    """What reading says of an actual that is no number, where the rulebook lets indicators not apply (I20)."""
    if rulebook.word("total.not_applicable") != RESCALED:
        return frozenset()
    places = [row.actual.place for row in evaluation.indicators if row.not_applicable]
    return frozenset((code, place) for code in ("R08", "R12", "R13") for place in places)


def _unsure(found: Iterable[Finding], evaluation: SelfEvaluation) -> list[Finding]:
    """What is found of sums with amounts that the execution rate is made of, where nobody knows which is wrong."""
    amounts = {line.entry(column).place for line in _making_the_total(evaluation) for column in AMOUNTS}
    return [one for one in found if one.code in SUM_CODES and one.correction is None and one.place in amounts]


def _waiting(evaluation: SelfEvaluation) -> frozenset[tuple[str, Place]]:
    """What is said of points of execution, the total and numbers in texts: it waits while amounts are unsure."""
    claimed = evaluation.claimed
    single = [
        ("I06", claimed.execution_points.place), ("T02", claimed.total.place), ("T03", claimed.grade.place),
    ]  # fmt: skip
    texts = [
        *(passage.text.place for passage in evaluation.passages),
        *(e.place for e in evaluation.boxes.values()),
    ]
    return frozenset([*single, *(("N03", place) for place in texts)])


def _left_open(claim: Finding) -> Finding:
    """Points of execution that are wrong whichever amount is; what is right follows from the amounts."""
    return replace(
        claim,
        message=f"{claim.field}填{claim.given}，按现在填的资金计算为{claim.expected}，相差{claim.difference}。",
        advice="请先更正资金各数，再按更正后的执行率重新计算填写。",
        expected=None,
        difference=None,
        correction=None,
    )


def _making_the_total(evaluation: SelfEvaluation) -> Iterator[FundLine]:
    """The lines of money that the total is made of, and itself."""
    waiting, known = [evaluation.total_line], set[str]()
    while waiting:
        key = waiting.pop()
        if key not in known:
            known.add(key)
            yield evaluation.funds[key]
            waiting += evaluation.funds[key].parts


def _of_other_weights(found: Finding, evaluation: SelfEvaluation, stated: str, rulebook: Rulebook) -> bool:
    """Whether it follows only from another weight of execution in the form than in the rules (R17)."""
    rest = rulebook.number("total.points") - Decimal(stated)
    weights = sum((row.weight.value or Decimal(0) for row in evaluation.indicators), Decimal(0))
    execution = found.code == "I06" and found.place == evaluation.claimed.execution_points.place
    return execution or found.code in ("T02", "T03") or (found.code in ("W01", "W02") and weights == rest)


def claimed_at(evaluation: SelfEvaluation) -> frozenset[Place]:
    """The cells of the unit's own points."""
    claims = [row.claimed_points for row in evaluation.indicators]
    return frozenset(one.place for one in (*claims, evaluation.claimed.execution_points, evaluation.claimed.total))


def _settled(scores: Scores, found: Iterable[Finding], rulebook: Rulebook, claims: Container[Place]) -> Scores:
    """The scores with their grade: none where a value is missing or a claim is no number."""
    found = tuple(found)
    errors = [one for one in found if one.standing == "error"]
    missing = sum(one.code == "R07" for one in errors)
    unread = len({one.place for one in errors if one.code == "R08" and one.place in claims})
    passed = {one.code for one in found if one.waived}
    return settled(scores, rulebook, missing, unread, weights_pass=not passed.isdisjoint(("W01", "W03")))


def bounded(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in order; of a code with too many only the most severe, and one with their number.

    That one is as severe as the most severe that is left out.
    """
    kinds: dict[str, list[Finding]] = {}
    for found in in_reading_order(findings):
        kinds.setdefault(found.code, []).append(found)
    most = min(OF_ONE_CODE, IN_ALL // max(1, len(kinds)))
    return in_reading_order(one for kind in kinds.values() for one in _most_severe(kind, most))


def _most_severe(kind: list[Finding], most: int) -> list[Finding]:
    if len(kind) <= most:
        return kind
    ranked = sorted(kind, key=lambda found: STANDINGS.index(found.standing))
    left = ranked[most]
    counted = replace(
        left,
        place=Place(left.place.workbook),
        given=None,
        expected=None,
        difference=None,
        message=f"“{catalogue()[left.code].title}”一共有{len(kind)}处，只逐处列出{most}处，其余没有列出。",
        advice="请先更正列出的，再评一次；大片重复的内容多是误粘贴，请删去。",
        correction=None,
        others=(),
    )
    return [*ranked[:most], counted]


def in_reading_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """In reading order: by place, then code."""
    return tuple(sorted(findings, key=lambda found: (found.place, found.code)))
