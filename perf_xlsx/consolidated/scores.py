"""What scored returns got, as columns: means, medians and grades, all exact."""

from __future__ import annotations

import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct, field

from perf_xlsx.results.record import Record

GRADES = ("优", "良", "中", "差")  # this order; other names a rulebook may have stand behind
UNGRADED = "暂定，不评等级"  # of a provisional total; the last


class Spread(Struct, frozen=True):
    """Total points of a group of `count` returns; the means exact. All but the count is of those that could be
    scored throughout, because a provisional total measures what is missing; None where there is none.
    `claimed` and `excess` are of the `claims` among these that claimed a total."""

    name: str
    count: int
    provisional: int
    mean: Fraction | None
    median: Fraction | None
    best: Decimal | None
    worst: Decimal | None
    claims: int
    claimed: Fraction | None
    excess: Fraction | None


class GradeCount(Struct, frozen=True):
    """One grade: its returns; and those that have none, because their totals are provisional."""

    name: str
    count: int


class Claims(Struct):
    """Claimed and computed totals of the returns that claimed a total."""

    count: int = 0
    claimed: Fraction = Fraction(0)
    given: Fraction = Fraction(0)

    def add(self, claimed: Decimal | Fraction, given: Decimal | Fraction, count: int = 1) -> None:
        """Some more."""
        self.count += count
        self.claimed += Fraction(claimed)
        self.given += Fraction(given)


class Scores(Struct):
    """What each scored return got, as columns: a hundred thousand of them are to take little memory.

    Points are whole cents, so that a column of them is small; what was claimed is only summed up.
    """

    forms: list[str] = field(default_factory=list)
    cents: array[int] = field(default_factory=lambda: array("q"))
    grades: list[str] = field(default_factory=list)
    complete: bytearray = field(default_factory=bytearray)
    claims: dict[str, Claims] = field(default_factory=dict)

    def add(self, record: Record, form: str) -> None:
        """One more."""
        points = Decimal(record.total or 0)
        self.forms.append(form)
        self.cents.append(int(points.scaleb(2)))
        self.grades.append(sys.intern(record.grade or UNGRADED))
        self.complete.append(bool(record.complete))
        if record.claimed_total is not None and record.complete:  # a provisional total is no measure
            self.claims.setdefault(form, Claims()).add(Decimal(record.claimed_total), points)

    def spreads(self) -> tuple[list[Spread], Spread, list[GradeCount]]:
        """By form, of all, and by grade. There must be some."""
        everybody = Claims()
        for claims in self.claims.values():
            everybody.add(claims.claimed, claims.given, claims.count)
        counts, whole = Counter(self.forms), self._whole()
        by_form = [_spread(name, counts[name], whole[name], self.claims.get(name, Claims())) for name in counts]
        together = [cents for of_form in whole.values() for cents in of_form]
        return by_form, _spread("合计", len(self.forms), together, everybody), _grades(self.grades)

    def _whole(self) -> defaultdict[str, array[int]]:
        """By form, the cents of the returns that could be scored throughout."""
        found: defaultdict[str, array[int]] = defaultdict(lambda: array("q"))
        for form, cents, complete in zip(self.forms, self.cents, self.complete, strict=True):
            if complete:
                found[form].append(cents)
        return found


def _grades(grades: Sequence[str]) -> list[GradeCount]:
    counts = Counter(grades)
    others = sorted(name for name in counts if name not in (*GRADES, UNGRADED))
    last = [UNGRADED] if UNGRADED in counts else []
    return [GradeCount(name, counts[name]) for name in (*GRADES, *others, *last)]


def _spread(name: str, returned: int, whole: Sequence[int], claims: Claims) -> Spread:
    """`returned` is how many there are; `whole` the cents of those that could be scored throughout."""
    count, cents = claims.count, sorted(whole)
    return Spread(
        name,
        returned,
        returned - len(cents),
        Fraction(sum(cents), 100 * len(cents)) if cents else None,
        Fraction(cents[(len(cents) - 1) // 2] + cents[len(cents) // 2], 200) if cents else None,
        Decimal(cents[-1]).scaleb(-2) if cents else None,
        Decimal(cents[0]).scaleb(-2) if cents else None,
        count,
        claims.claimed / count if count else None,
        (claims.claimed - claims.given) / count if count else None,
    )
