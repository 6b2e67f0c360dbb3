"""What several checks need to know of a form, worked out once.

A fault may break many rules: a mistyped weight also makes points and totals wrong. The check that names the fault
and the checks that keep silent because of it ask the same diagnosis.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from msgspec import Struct

from perf_xlsx.checks.claims import claim_agrees, has_opposite_points, is_rounded, is_sign_in_doubt
from perf_xlsx.checks.clauses import Clause, Speaker, narrative, speaker
from perf_xlsx.domain.levels import is_judged_level
from perf_xlsx.domain.model import (
    CROSSED_OUT,
    PART,
    PICTURE,
    Entry,
    Indicator,
    Score,
    Scores,
    SelfEvaluation,
    scored_rows,
)
from perf_xlsx.domain.quantity import is_blank, normalise
from perf_xlsx.domain.rounding import half_up
from perf_xlsx.rulebook import Band, Rulebook
from perf_xlsx.rulebook.summing import sum_of_points
from perf_xlsx.vocabulary import vocabulary

_WORDS = vocabulary("blanks")["fillers"]
NO_DEVIATION = frozenset(_WORDS["no_deviation"])
DENIALS, SHORTFALLS = frozenset(_WORDS["denials"]), tuple(_WORDS["shortfalls"])
FILLERS = frozenset({*_WORDS["words"], PICTURE, CROSSED_OUT}) | NO_DEVIATION
_LONGEST_FILLER = max(map(len, FILLERS))
_OPENING = 200  # characters of a long text that are enough to see that it is no filler
_STOPS = "。.；;"


def is_missing_or_filler(entry: Entry[str]) -> bool:
    """Whether a required text is still missing: the cell is empty, or holds only a filler such as 见附件."""
    given = entry.given
    if len(given) > _OPENING and len(normalise(given[:_OPENING]).strip(_STOPS)) > _LONGEST_FILLER:
        return is_blank(given)
    return normalise(given).strip(_STOPS) in FILLERS or is_blank(given)


def judged_without_target(row: Indicator) -> bool:
    """Whether the row has no target and needs none: it is judged in words, below 决策, 过程, 管理."""
    return row.qualitative and row.target.empty and is_judged_level(row.level1.given, row.level2.given)


class MissingExplanation(Struct, frozen=True):
    """A reason or an improvement that a missed target requires; `word` is what the text is called."""

    row: Indicator
    score: Score
    entry: Entry[str]
    word: str


class BandedClaim(Struct, frozen=True):
    """Claimed points of an indicator that is judged in words, and the band that they should lie in."""

    row: Indicator
    band: Band
    weight: Decimal
    claim: Decimal
    is_outside: bool


class Diagnoses(Struct, frozen=True, dict=True):
    """A scored form and its diagnoses; each is worked out when first asked for."""

    evaluation: SelfEvaluation
    scores: Scores
    rulebook: Rulebook

    @cached_property
    def rows(self) -> tuple[tuple[Indicator, Score], ...]:
        """The indicators with their scores."""
        return tuple(zip(self.evaluation.indicators, self.scores.indicators, strict=True))

    @cached_property
    def measured(self) -> tuple[tuple[Indicator, Score], ...]:
        """The indicators with a target of their own: also those whose points are merged with others'."""
        return tuple(
            (row, s) for row, s in scored_rows(self.evaluation, self.scores) if row.together or s is not PART
        )

    @property
    def tolerance(self) -> Decimal:
        """The difference up to which two numbers count as the same."""
        return self.rulebook.number("thresholds.tolerance")

    @property
    def full(self) -> Decimal:
        """The full points of a form."""
        return self.rulebook.number("total.points")

    # ---- weights

    @cached_property
    def weights_total(self) -> Decimal | None:
        """The weights of budget execution and all indicators; None while one is missing or unreadable.

        A negative weight (W03) makes room for no other.
        """
        weights = [row.weight.value for row in self.evaluation.indicators]
        if not weights or None in weights:
            return None
        positive = (weight for weight in weights if weight is not None and weight > 0)
        return sum(positive, self.rulebook.number("execution.weight"))

    @property
    def weights_gap(self) -> Decimal | None:
        """The full points minus the weights; None where they add up, or a weight is missing."""
        total = self.weights_total
        return None if total is None or abs(total - self.full) <= self.tolerance else self.full - total

    @property
    def weights_are_settled(self) -> bool:
        """Whether no weight is in doubt because of their total."""
        return self.weights_gap is None

    @cached_property
    def scores_as_weights(self) -> tuple[tuple[Indicator, Decimal], ...]:
        """Indicators whose weight looks like their score (W04), each with the weight that would fit.

        With these the total adds up: one indicator by itself, or all suspects together.
        """
        gap = self.weights_gap
        if gap is None:
            return ()
        suspects = [one for row, score in self.rows for one in _score_as_weight(row, score)]
        alone = tuple(one.row_with(one.weight + gap) for one in suspects if one.earns(one.weight + gap))
        if alone:
            return alone if len(alone) == 1 else ()
        return _completing_together(suspects, gap)

    @cached_property
    def misweighed(self) -> Indicator | None:
        """The one indicator whose claimed points fit the weight that would complete the total (W01)."""
        gap = self.weights_gap
        if gap is None or self.scores_as_weights:
            return None
        fitting = [row for row, score in self.rows if _fits_other_weight(row, score, gap)]
        return fitting[0] if len(fitting) == 1 else None

    # ---- signs

    @cached_property
    def _signs_in_doubt(self) -> frozenset[int]:
        return frozenset(id(row) for row, score in self.rows if is_sign_in_doubt(row, score))

    def is_sign_in_doubt(self, row: Indicator) -> bool:
        """Whether everything that depends on the row's sign has to wait for I01 or I16."""
        return id(row) in self._signs_in_doubt

    # ---- claimed points

    @cached_property
    def claims(self) -> tuple[tuple[Decimal | None, Score, bool], ...]:
        """The unit's own points with the computed score, and whether they are those of the opposite sign.

        Budget execution is first.
        """
        own = (self.evaluation.claimed.execution_points.value, self.scores.execution, False)
        return (own, *((row.claimed_points.value, s, has_opposite_points(row, s)) for row, s in self.rows))

    @property
    def total(self) -> Decimal:
        """The computed total; nobody asks for that of a form without points."""
        return self.scores.total or Decimal(0)

    @property
    def claimed_beyond(self) -> Decimal:
        """Claimed points minus computed ones where the claims fit the opposite sign (I01)."""
        computed = [(s.points, s) for _, s, _ in self.claims]
        claimed = [(c if other and s.points is not None else s.points, s) for c, s, other in self.claims]
        return sum_of_points(claimed, self.rulebook) - sum_of_points(computed, self.rulebook)

    @cached_property
    def are_claims_computed(self) -> bool:
        """Whether all claims are the computed points, but for rounding or another reading of a missing sign."""
        return all(
            claim is None or other or claim_agrees(claim, s, self.tolerance) for claim, s, other in self.claims
        )

    @property
    def claimed_sum(self) -> Decimal | None:
        """All claimed points, as the rulebook adds them up; None while one is missing or unreadable.

        Budget execution is left out where nothing was claimed for it, and it has no weight or the form no room.
        """
        owed = [(claim, s) for claim, s, _ in self.claims if claim is not None or s.weight != 0]
        if self._has_no_execution:
            owed = [(claim, s) for claim, s in owed if claim is not None or s is not self.scores.execution]
        missing = any(claim is None for claim, _ in owed)
        return None if missing or not self.rows else sum_of_points(owed, self.rulebook)

    @property
    def _has_no_execution(self) -> bool:
        """Whether the form has no box for the points of execution, and its other weights make the full score."""
        weights = [row.weight.value or Decimal(0) for row in self.evaluation.indicators]
        full = sum(weights, Decimal(0)) == self.rulebook.number("total.points")
        return full and "claimed_execution_points" in self.evaluation.absent

    @property
    def computed_sum(self) -> Decimal:
        """All computed points, as the rulebook adds them up, before any cap."""
        return sum_of_points([(s.points, s) for _, s, _ in self.claims], self.rulebook)

    @property
    def is_total_rounded(self) -> bool:
        """Whether the claimed total differs from the computed one only by the unit's own rounding.

        Either the total was rounded, or every claim was and the total is their sum, uncapped.
        """
        total = self.evaluation.claimed.total.value
        if total is None or not self.are_claims_computed:
            return False
        computed = self.total + self.claimed_beyond
        uncapped = self.computed_sum == self.total
        each = uncapped and total == self.claimed_sum
        return each or is_rounded(total, computed, Fraction(computed))

    @property
    def rounding_lifts_grade(self) -> bool:
        """Whether claims that are the computed points but for rounding add up to another grade."""
        total = self.claimed_sum
        if not self.scores.complete or total is None or not self.are_claims_computed:
            return False
        return self.rulebook.grade(total) != self.rulebook.grade(self.total + self.claimed_beyond)

    @cached_property
    def banded_claims(self) -> tuple[BandedClaim, ...]:
        """The claimed points of indicators that are judged in words."""
        found = []
        for row, score in self.rows:
            band, claim, weight = self.rulebook.band(row.actual), row.claimed_points.value, row.weight.value
            if score.method == "定性" and band is not None and claim is not None and weight and weight > 0:
                low, high = band.low * weight - self.tolerance, band.high * weight + self.tolerance
                found.append(BandedClaim(row, band, weight, claim, not low <= claim <= high))
        return tuple(found)

    @property
    def is_total_settled(self) -> bool:
        """Whether the total can be judged: no weight (W01) and no claim (I12) is left for a person to choose."""
        settled = self.weights_are_settled or self._has_no_execution
        return settled and not any(one.is_outside for one in self.banded_claims)

    # ---- texts

    @cached_property
    def missing_explanations(self) -> tuple[MissingExplanation, ...]:
        """The reasons and improvements that missed targets require and do not have (I07)."""
        return tuple(
            MissingExplanation(row, score, entry, word)
            for row, score in self.measured
            if self._is_short(row, score) and not self.is_sign_in_doubt(row)
            for entry, word in self._required_texts(row, score)
            if entry.place.cell and is_missing_or_filler(entry)
        )

    def _is_short(self, row: Indicator, score: Score) -> bool:
        """Whether points were lost, or the target where an indicator has no points of its own.

        By mid-year no target has been missed.
        """
        if row.together or self.evaluation.unscored == "no_points":
            return score.met is False
        return _lost_points(score)

    @cached_property
    def nothing_fell_short(self) -> bool:
        """Whether every target was met and all of the budget was spent."""
        execution = self.scores.execution.completion
        met = all(score.met and score.share in (None, 1) for _, score in self.rows)
        return met and execution is not None and execution >= 1

    @cached_property
    def speaker(self) -> Speaker:
        """The form as the one who writes its passages."""
        return speaker(self.evaluation, self.scores)

    @cached_property
    def narrative(self) -> tuple[tuple[Entry[str], Clause], ...]:
        """The clauses of every text that says how the year went."""
        return tuple(narrative(self.evaluation))

    def _required_texts(self, row: Indicator, score: Score) -> Iterable[tuple[Entry[str], str]]:
        overshot = score.met and (score.completion or 0) >= self.rulebook.number("overshoot.reason_from")
        one_column = "improvement" in self.evaluation.absent
        reason = (row.reason, "偏差原因和改进措施" if one_column else "偏差原因")
        required = () if overshot else (reason,)  # I08 asks for the reason of an overshoot
        return required if one_column else (*required, (row.improvement, "改进措施"))


class _WeightFromPoints(Struct, frozen=True):
    """An indicator whose weight equals its claimed points, and the share of the weight that it earned."""

    row: Indicator
    weight: Decimal
    share: Fraction

    @property
    def nearest(self) -> Decimal:
        """The weight, in half points, that would have earned these points."""
        return half_up(Fraction(self.weight) / self.share * 2, 0) / 2

    def earns(self, fit: Decimal) -> bool:
        """Whether the larger weight, scored by that share, gives these points (the unit may round to 0.1)."""
        points = Fraction(self.weight)
        return fit > self.weight and abs(Fraction(fit) * self.share - points) <= Fraction(1, 20)

    def row_with(self, fit: Decimal) -> tuple[Indicator, Decimal]:
        """The indicator and a weight."""
        return self.row, fit


def _score_as_weight(row: Indicator, score: Score) -> Iterator[_WeightFromPoints]:
    weight, share = row.weight.value, score.completion or score.share
    if weight and not score.claimed and weight == row.claimed_points.value and share is not None and 0 < share < 1:
        yield _WeightFromPoints(row, weight, share)


def _completing_together(
    suspects: Iterable[_WeightFromPoints], gap: Decimal
) -> tuple[tuple[Indicator, Decimal], ...]:
    """All suspects with the nearest weight that would earn their points; () where these do not fill the gap."""
    fitting = [one for one in suspects if one.earns(one.nearest)]
    completes = sum((one.nearest - one.weight for one in fitting), Decimal(0)) == gap
    return tuple(one.row_with(one.nearest) for one in fitting) if completes else ()


def _fits_other_weight(row: Indicator, score: Score, gap: Decimal) -> bool:
    """Whether the claimed points are those of the weight plus the gap, and not those of the weight typed."""
    weight, claim, share = row.weight.value, row.claimed_points.value, score.share
    if not weight or claim is None or not share or score.method == "定性" or weight + gap <= 0:
        return False
    return claim == half_up(share * Fraction(weight + gap)) != half_up(share * Fraction(weight))


def _lost_points(score: Score) -> bool:
    return score.points is not None and score.weight is not None and score.points < half_up(score.weight)
