"""What is told of a form, each finding with all others taken as mended: one cause, one finding.

Everything that has one right value is mended in memory, again and again until nothing is left to mend. What is
still found then, a person must decide; it is told as it stands. What was mended is told one box at a time, with
the rest mended: so its advice is right in the end. What neither is found then nor has a box of its own to mend
followed from something else, and is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from perf_xlsx.domain.entries import Path, map_entries
from perf_xlsx.domain.model import AMOUNTS, Correction, Entry, Finding, SelfEvaluation, Severity
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import SIGNS
from perf_xlsx.domain.rounding import plain

Check = Callable[[SelfEvaluation, Container[str] | None], list[Finding]]
Box = tuple[Place, str]  # a cell may hold several entries; the field tells which is meant
Rights = dict[Box, Correction]

MOST_ROUNDS = 12
# What is mended first, because the next follows from it: rates and points from amounts, weights and signs, ...
STAGES = (
    frozenset({"F01", "F02", "F05", "F06", "F07", "W01", "W03", "W04", "I01", "I16"}),
    frozenset({"F03", "I04", "I05", "I06", "I09"}),
    frozenset({"T01", "T02"}),
    frozenset({"T03"}),
)
MENDING = frozenset().union(*STAGES)
CLAIMS = ("claimed_points", "claimed_execution_points")
# Of findings at one cell with one cause the first is told; W01 (the sum is wrong) and W04 (why) stand together.
BEFORE = (
    "F10",
    "F06",
    "F07",
    "F05",
    "F01",
    "F02",
    "F04",
    "F03",
    "I12",
    "I05",
    "I04",
    "I06",
    "I09",
    "T01",
    "T02",
    "T03",
)
LATER = "其他问题更正后，"


def told(
    form: SelfEvaluation, typed: Iterable[Finding], check: Check, amounts: Mapping[Place, Decimal] | None = None
) -> list[Finding]:
    """What is told of the form: `typed` is what is found as it stands, `check` gives what is found in any form.

    `amounts` are those that are mended before everything else (F10), and told already.
    """
    found = list(typed)
    mender = _Mender(form, check)
    begun = _with_amounts(form, amounts) if amounts else form
    ended = mender.ended(begun, check(begun, MENDING) if amounts else found)
    if ended is form:
        return [mender.typable(one) for one in _one_a_cause(found, swapped=False)]
    left = check(ended, None)
    changed = mender.changed(ended)
    mended = list(mender.mended(ended, changed, left))
    followed = list(_followed(form, ended, found, changed))
    swapped = any(path[2] in CLAIMS for path in changed)
    given = {box: mender.boxes[box][1].given for box in changed.values()}
    stands = [replace(one, given=given.get((one.place, one.field), one.given) or None) for one in left]
    last = _one_a_cause([*_announced([*stands, *mended], found), *followed], swapped)
    return [mender.typable(one) for one in last]


def _announced(ended: Iterable[Finding], typed: Iterable[Finding]) -> Iterator[Finding]:
    """What is found in the end; what is not found as yet says so, and is not told where it is a mere notice."""
    now = {(one.code, one.place): set[tuple[str | None, str]]() for one in typed}
    for one in typed:
        now[one.code, one.place].add((one.expected, one.message))
    for one in ended:
        known = now.get((one.code, one.place))
        if known is not None and (one.expected, one.message) in known:
            yield one
        elif known is not None or one.severity != "notice":
            yield replace(one, message=f"{LATER}{one.message}")


class _Mender(Struct):
    """Mends a form by what is found in it; remembers by which finding each box was mended."""

    form: SelfEvaluation
    check: Check
    boxes: dict[Box, tuple[Path, Entry[Any]]] = field(default_factory=dict)
    cause: dict[Box, Finding] = field(default_factory=dict)
    cells: dict[Place, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.boxes = _boxes(self.form)
        for (place, _), (path, entry) in self.boxes.items():
            if entry.given:
                self.cells.setdefault(place, {})[path[2]] = entry.given

    def ended(self, form: SelfEvaluation, found: Iterable[Finding]) -> SelfEvaluation:
        """The form with everything mended that has one right value; `found` is what is found in it."""
        for _ in range(MOST_ROUNDS):
            rights = self._rights(form, found)
            if not rights:
                break
            form = _with(form, rights)
            found = self.check(form, MENDING)
        return form

    def _rights(self, form: SelfEvaluation, found: Iterable[Finding]) -> Rights:
        """What is to be mended next."""
        now = _boxes(form)
        stages: list[Rights] = [{} for _ in STAGES]
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
        """The finding, its correction as it is typed; without one where the cell holds something else too.

        On many official layouts sign, target and unit share a cell.
        """
        right = found.correction
        box = _box(found)
        if right is None or box not in self.boxes:
            return found
        key = self.boxes[box][0][2]
        others = {other: given for other, given in self.cells.get(right.place, {}).items() if other != key}
        if not others:
            return found
        if key != "sign" or not others.keys() <= {"target", "unit"} or "target" not in others:
            return replace(found, correction=None)
        target = others["target"]
        bare = next((target[len(word) :] for word, _ in SIGNS if target.startswith(word)), target)
        return replace(found, correction=replace(right, text=f"{right.text}{bare.strip()}"))

    def changed(self, ended: SelfEvaluation) -> Mapping[Path, Box]:
        """The boxes that end with another value than they began with."""
        now = _boxes(ended)
        return {
            path: box
            for box, (path, entry) in self.boxes.items()
            if box in now and now[box][1].value != entry.value
        }

    def mended(
        self, ended: SelfEvaluation, changed: Mapping[Path, Box], left: Iterable[Finding]
    ) -> Iterator[Finding]:
        """What is found where each kind of box is as it was typed and everything else is mended."""
        kinds: dict[str, dict[Box, Path]] = {}
        for path, box in changed.items():
            kinds.setdefault(_kind(path), {})[box] = path
        stands = {(one.code, one.place) for one in left}
        for boxes in kinds.values():
            as_typed = _with_entries(ended, {path: self.boxes[box][1] for box, path in boxes.items()})
            owed = dict(boxes)
            for one in self.check(as_typed, MENDING):
                own = _box(one)
                if own is not None and own in boxes and (one.code, one.place) not in stands:
                    owed.pop(own, None)
                    yield one
            yield from (self.cause[box] for box in owed if box in self.cause)


def _box(found: Finding) -> Box | None:
    """Which box is to be mended."""
    right = found.correction
    return None if right is None else (right.place, right.field)


def _followed(
    form: SelfEvaluation, ended: SelfEvaluation, found: Iterable[Finding], changed: Mapping[Path, Box]
) -> Iterator[Finding]:
    """Claims that are right once the weight or sign of their row is: that is told, so that nobody changes them."""
    claims = {
        was.claimed_points.place: (was, now)
        for was, now in zip(form.indicators, ended.indicators, strict=True)
        if was.claimed_points.value == now.claimed_points.value
    }
    for one in found:
        if one.code not in ("I05", "I06") or one.severity != "error" or one.place not in claims:
            continue
        was, now = claims[one.place]
        owner = next((a for a, b in ((was.weight, now.weight), (was.sign, now.sign)) if a.value != b.value), None)
        weighed = was.weight.value != now.weight.value
        if owner is None or (weighed and (was.weight.value or 0) <= 0):
            continue
        right = now.weight.given if weighed else now.sign.given
        message = f"{one.message.rstrip('。')}；{owner.field}改为{right}后两者相符。"
        advice = f"请更正{owner.field}（{owner.place.cell}），自评得分不必改。"
        severity: Severity = "notice" if weighed else "error"
        yield replace(
            one, code="I06", severity=severity, message=message, advice=advice, expected=one.given,
            difference=None, correction=None,
        )  # fmt: skip


def _one_a_cause(found: Iterable[Finding], swapped: bool) -> list[Finding]:
    """The findings, of those with one cause only the first: those about the same thing at one cell, or in need of
    the same correction. `swapped`: claims change, and so their sum.
    """
    kept: dict[tuple[Place, str], Finding] = {}
    mended: set[Correction] = set()
    for one in sorted(found, key=lambda one: (_elsewhere(one), _rank(one, swapped))):
        if one.correction in mended and one.code not in ("W01", "W04"):
            continue
        mended |= {one.correction} if one.correction else set()
        group = _group(one)
        first = kept.setdefault((one.place, group), one)
        if first is not one and group == "F" and first.expected != one.expected and first.code < "F03":
            kept[one.place, group] = replace(first, message=f"{first.message}{one.message}")
    return list(kept.values())


def _elsewhere(found: Finding) -> bool:
    """Whether what is to be mended stands at another cell than the finding."""
    return found.correction is not None and found.correction.place != found.place


def _group(found: Finding) -> str:
    """What a finding is about: of one group, one is told at a cell."""
    if found.code in ("I04", "I05", "I06", "I12"):
        return "claim"
    if found.code in ("T01", "T02"):
        return "total"
    if found.code in ("F01", "F02", "F05", "F06", "F07", "F10"):
        return "F"
    return f"{found.code}{found.message}"


def _rank(found: Finding, swapped: bool = False) -> int:
    mild = len(BEFORE) if found.severity == "notice" else 0
    if swapped and found.code == "T02":
        return mild - 1
    return mild + (BEFORE.index(found.code) if found.code in BEFORE else len(BEFORE))


def _kind(path: Path) -> str:
    """Boxes of one kind say nothing of each other."""
    _, _, key = path
    return "amounts" if key in AMOUNTS else "claims" if key in CLAIMS else key


def _boxes(form: SelfEvaluation) -> dict[Box, tuple[Path, Entry[Any]]]:
    found: dict[Box, tuple[Path, Entry[Any]]] = {}

    def seen(path: Path, entry: Entry[Any]) -> Entry[Any]:
        found.setdefault((entry.place, entry.field), (path, entry))
        return entry

    map_entries(form, seen)
    return found


def _with(form: SelfEvaluation, rights: Rights) -> SelfEvaluation:
    """The form with these values in their boxes."""

    def typed(path: Path, entry: Entry[Any]) -> Entry[Any]:
        right = rights.get((entry.place, entry.field))
        return replace(entry, value=right.value, given=right.text) if right else entry

    return replace(map_entries(form, typed), unwritten=form.unwritten)


def _with_amounts(form: SelfEvaluation, amounts: Mapping[Place, Decimal]) -> SelfEvaluation:
    def typed(path: Path, entry: Entry[Any]) -> Entry[Any]:
        value = amounts.get(entry.place) if path[2] in AMOUNTS else None
        return entry if value is None else replace(entry, value=value, given=plain(value))

    return replace(map_entries(form, typed), unwritten=form.unwritten)


def _with_entries(form: SelfEvaluation, entries: Mapping[Path, Entry[Any]]) -> SelfEvaluation:
    return replace(map_entries(form, lambda path, entry: entries.get(path, entry)), unwritten=form.unwritten)
