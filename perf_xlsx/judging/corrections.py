"""Reduce findings to causes: each is reported as if all others were corrected.

Every finding with one right value is corrected in memory, again and again until none is left. What is still found
then must be decided by a person, and is reported. Each corrected box is reported as it was typed with all others
corrected, so that its advice is right in the end. Any other finding follows from these, and is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from perf_xlsx.domain.entries import Path, entries, with_entries
from perf_xlsx.domain.model import AMOUNTS, Correction, Entry, Finding, Indicator, SelfEvaluation, Severity
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import SIGNS
from perf_xlsx.domain.rounding import plain
from perf_xlsx.domain.sums import with_sums

FindingsOf = Callable[[SelfEvaluation, Container[str] | None], list[Finding]]
FieldPlace = tuple[Place, str]  # a cell may hold several entries; the field says which
Corrections = dict[FieldPlace, Correction]

MOST_ROUNDS = 12
# Each stage follows from those before it: rates and points from amounts, weights and signs, then totals, ...
STAGES = (
    frozenset({"F01", "F02", "F05", "F06", "F07", "W01", "W03", "W04", "I01", "I16", "I22"}),
    frozenset({"F03", "I04", "I05", "I06", "I09"}),
    frozenset({"T01", "T02"}),
    frozenset({"T03"}),
)
CORRECTABLE = frozenset().union(*STAGES)
CLAIMS = ("claimed_points", "claimed_execution_points")
# Of findings at one cell with one cause the first is reported.
PRECEDENCE = (
    "I22", "F10", "F06", "F07", "F05", "F01", "F02", "F04", "F03", "I12", "I05", "I04", "I06", "I09", "T01", "T02",
    "T03",
)  # fmt: skip
RANKS = {code: rank for rank, code in enumerate(PRECEDENCE)}
# Findings of one group are about the same thing: one is reported at a cell.
GROUPS = (
    dict.fromkeys(("I04", "I05", "I06", "I12"), "claim")
    | dict.fromkeys(("T01", "T02"), "total")
    | dict.fromkeys(("F01", "F02", "F05", "F06", "F07", "F10"), "amount")
)
OF_LINES = ("F01", "F02")  # sums of one table, reported together at a cell
SAME_CORRECTION = ("W01", "W04")  # the sum is wrong, and why: both are reported
LATER = "其他问题更正后，"


def causes(
    evaluation: SelfEvaluation,
    found: list[Finding],
    check: FindingsOf,
    amounts: Mapping[Place, Decimal] | None = None,
) -> list[Finding]:
    """The findings to report of a form. `found` are those in the form as it is, `check` finds them in any form.

    `amounts` are corrected before everything else; they are reported already (F10).
    """
    corrector = _Corrector(evaluation, check)
    begun = with_amounts(evaluation, amounts) if amounts else evaluation
    corrected = corrector.corrected(begun, check(begun, CORRECTABLE) if amounts else found)
    if corrected is evaluation:
        return [corrector.typable(one) for one in _one_per_cause(found, claims_change=False)]
    left = check(corrected, None)
    changed = corrector.changed(corrected)
    own = list(corrector.findings_of(corrected, changed, left))
    given = {box: corrector.boxes[box][1].given for box in changed.values()}
    left = [replace(one, given=given.get((one.place, one.field), one.given) or None) for one in left]
    resolved = _resolved_claims(evaluation, corrected, found)
    claims_change = any(path[2] in CLAIMS for path in changed)
    last = _one_per_cause([*_announced([*left, *own], found), *resolved], claims_change)
    return [corrector.typable(one) for one in last]


def _announced(last: Iterable[Finding], found: Iterable[Finding]) -> Iterator[Finding]:
    """The last findings; one that is not found in the form as it is says so, or is dropped if a new notice."""
    now: dict[tuple[str, Place], set[tuple[str | None, str]]] = {}
    for one in found:
        now.setdefault((one.code, one.place), set()).add((one.expected, one.message))
    for one in last:
        known = now.get((one.code, one.place))
        if known is not None and (one.expected, one.message) in known:
            yield one
        elif known is not None or one.severity != "notice":
            yield replace(one, message=f"{LATER}{one.message}")


class _Corrector(Struct):
    """Corrects a form by what is found in it, and remembers the finding that corrected each box."""

    evaluation: SelfEvaluation
    check: FindingsOf
    boxes: dict[FieldPlace, tuple[Path, Entry[Any]]] = field(default_factory=dict)
    cause: dict[FieldPlace, Finding] = field(default_factory=dict)
    cells: dict[Place, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.boxes = _boxes(self.evaluation)
        for (place, _), (path, entry) in self.boxes.items():
            if entry.given:
                self.cells.setdefault(place, {})[path[2]] = entry.given

    def corrected(self, evaluation: SelfEvaluation, found: Iterable[Finding]) -> SelfEvaluation:
        """The form with everything corrected that has one right value; `found` are the findings in it."""
        for _ in range(MOST_ROUNDS):
            corrections = self._next(evaluation, found)
            if not corrections:
                break
            evaluation = _with_corrections(evaluation, corrections)
            found = self.check(evaluation, CORRECTABLE)
        return evaluation

    def _next(self, evaluation: SelfEvaluation, found: Iterable[Finding]) -> Corrections:
        """The corrections of the first stage that has any."""
        now = _boxes(evaluation)
        stages: list[Corrections] = [{} for _ in STAGES]
        for one in sorted(found, key=lambda one: -_rank(one)):
            right, box = one.correction, _box(one)
            if right is None or box not in now or not self.typable(one).correction:
                continue
            if now[box][1].value != right.value:
                stage = next(n for n, codes in enumerate(STAGES) if one.code in codes)
                stages[stage][box] = right
                self.cause[box] = one
        return next(filter(None, stages), {})

    def typable(self, found: Finding) -> Finding:
        """The finding, its correction as it is typed; without one where the cell also holds another entry.

        On many official layouts sign, target and unit share a cell.
        """
        right, box = found.correction, _box(found)
        if right is None or box not in self.boxes:
            return found
        key = self.boxes[box][0][2]
        others = {other: given for other, given in self.cells.get(right.place, {}).items() if other != key}
        if not others:
            return found
        if key != "sign" or "target" not in others or not others.keys() <= {"target", "unit"}:
            return replace(found, correction=None)
        return replace(found, correction=replace(right, text=f"{right.text}{_without_sign(others['target'])}"))

    def changed(self, corrected: SelfEvaluation) -> Mapping[Path, FieldPlace]:
        """The typed boxes that end with another value than they began with."""
        now = _boxes(corrected)
        return {
            path: box
            for box, (path, entry) in self.boxes.items()
            if box in now and now[box][1].value != entry.value and path not in self.evaluation.computed
        }

    def findings_of(
        self, corrected: SelfEvaluation, changed: Mapping[Path, FieldPlace], left: Iterable[Finding]
    ) -> Iterator[Finding]:
        """For each kind of changed box: what is found where these are as typed and everything else is corrected.

        A box of which nothing is found then is reported by the finding that corrected it.
        """
        reported = {(one.code, one.place) for one in left}
        for paths in _by_kind(changed).values():
            as_typed = _changed(corrected, {path: self.boxes[changed[path]][1] for path in paths})
            open_boxes = dict.fromkeys(changed[path] for path in paths)
            own = set(open_boxes)
            for one in self.check(as_typed, CORRECTABLE):
                box = _box(one)
                if box in own and (one.code, one.place) not in reported:
                    open_boxes.pop(box, None)
                    yield one
            yield from (self.cause[box] for box in open_boxes if box in self.cause)


def _by_kind(paths: Iterable[Path]) -> Mapping[str, list[Path]]:
    """Paths of boxes by kind; what is typed into one box says nothing of another of its kind."""
    kinds: dict[str, list[Path]] = {}
    for path in paths:
        key = path[2]
        kinds.setdefault("amounts" if key in AMOUNTS else "claims" if key in CLAIMS else key, []).append(path)
    return kinds


def _without_sign(target: str) -> str:
    return next((target[len(word) :] for word, _ in SIGNS if target.startswith(word)), target).strip()


def _box(found: Finding) -> FieldPlace | None:
    """The box that the finding corrects."""
    right = found.correction
    return None if right is None else (right.place, right.field)


def _resolved_claims(
    evaluation: SelfEvaluation, corrected: SelfEvaluation, found: Iterable[Finding]
) -> Iterator[Finding]:
    """Wrong claims that are right once the weight or sign of their row is: reported so, lest they are changed."""
    claims = {
        was.claimed_points.place: (was, now)
        for was, now in zip(evaluation.indicators, corrected.indicators, strict=True)
        if was.claimed_points.value == now.claimed_points.value
    }
    for one in found:
        if one.code in ("I05", "I06") and one.severity == "error" and one.place in claims:
            yield from _resolved_claim(one, *claims[one.place])


def _resolved_claim(found: Finding, was: Indicator, now: Indicator) -> Iterator[Finding]:
    weighed = was.weight.value != now.weight.value
    before, after = (was.weight, now.weight) if weighed else (was.sign, now.sign)
    if before.value == after.value or (weighed and (was.weight.value or 0) <= 0):
        return
    severity: Severity = "notice" if weighed else "error"
    yield replace(
        found,
        code="I06",
        severity=severity,
        message=f"{found.message.rstrip('。')}；{before.field}改为{after.given}后两者相符。",
        advice=f"请更正{before.field}（{before.place.cell}），自评得分不必改。",
        expected=found.given,
        difference=None,
        correction=None,
    )


def _one_per_cause(found: Iterable[Finding], claims_change: bool) -> list[Finding]:
    """The findings without those of a cause already reported: at the same cell, or with the same correction."""
    kept: dict[tuple[Place, str], Finding] = {}
    corrections: set[Correction] = set()
    for one in sorted(found, key=lambda one: (_is_corrected_elsewhere(one), _rank(one, claims_change))):
        if one.correction in corrections and one.code not in SAME_CORRECTION:
            continue
        corrections |= {one.correction} if one.correction else set()
        group = GROUPS.get(one.code, f"{one.code}{one.message}")
        first = kept.setdefault((one.place, group), one)
        if first is one or group != "amount" or first.expected == one.expected:
            continue
        if first.code in OF_LINES:
            kept[one.place, group] = replace(first, message=f"{first.message}{one.message}")
        elif first.code == "F05" and one.code in OF_LINES:  # another sum, that is wrong by another amount
            kept.setdefault((one.place, one.code), one)
    return list(kept.values())


def _is_corrected_elsewhere(found: Finding) -> bool:
    return found.correction is not None and found.correction.place != found.place


def _rank(found: Finding, claims_change: bool = False) -> int:
    """The order of precedence; notices come last. T02 is first where claims change, and so their sum."""
    rank = -1 if claims_change and found.code == "T02" else RANKS.get(found.code, len(RANKS))
    return rank + (len(RANKS) if found.severity == "notice" else 0)


def _boxes(evaluation: SelfEvaluation) -> dict[FieldPlace, tuple[Path, Entry[Any]]]:
    found: dict[FieldPlace, tuple[Path, Entry[Any]]] = {}
    for path, entry in entries(evaluation):
        found.setdefault((entry.place, entry.field), (path, entry))
    return found


def _changed(evaluation: SelfEvaluation, new: Mapping[Path, Entry[Any]]) -> SelfEvaluation:
    """The form with other entries at these paths; passages that nobody wrote stay."""
    return with_sums(replace(with_entries(evaluation, new), unwritten=evaluation.unwritten))


def _with_corrections(evaluation: SelfEvaluation, corrections: Corrections) -> SelfEvaluation:
    rights = ((path, entry, corrections.get((entry.place, entry.field))) for path, entry in entries(evaluation))
    new = {path: replace(entry, value=right.value, given=right.text) for path, entry, right in rights if right}
    return _changed(evaluation, new)


def with_amounts(evaluation: SelfEvaluation, amounts: Mapping[Place, Decimal]) -> SelfEvaluation:
    """The form with other amounts at these places, and its computed sums."""
    new = {
        path: replace(entry, value=amounts[entry.place], given=plain(amounts[entry.place]))
        for path, entry in entries(evaluation)
        if path[2] in AMOUNTS and entry.place in amounts
    }
    return _changed(evaluation, new)
