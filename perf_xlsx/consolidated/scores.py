"""What scored returns got: means, medians and grades, all exact."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from msgspec import Struct, field

from perf_xlsx.domain.rounding import half_up
from perf_xlsx.results.record import Record

GRADES = ("优", "良", "中", "差")  # this order; other names a rulebook may have stand behind
UNGRADED = "暂定，不评等级"  # of a provisional total; the last


class Spread(Struct, frozen=True):
    """Total points of a group of `count` returns; the means exact. All but the count is of those that could be
    scored throughout, because a provisional total measures what is missing; None where there is none.
    `claimed` and `given` are what the `claims` among these that claimed a total claimed and got."""

    name: str
    count: int
    provisional: int
    mean: Fraction | None
    median: Fraction | None
    best: Decimal | None
    worst: Decimal | None
    claims: int
    claimed: Fraction | None
    given: Fraction | None

    @property
    def excess(self) -> Decimal | None:
        """By how much the claims are higher, of the means as they are shown."""
        if self.claimed is None or self.given is None:
            return None
        return half_up(self.claimed) - half_up(self.given)


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


class ScoreStatistics(Struct):
    """What scored returns got. Points are counted by whole cents, of which there are few however many returns."""

    forms: Counter[str] = field(default_factory=Counter)
    grades: Counter[str] = field(default_factory=Counter)
    whole: dict[str, Counter[int]] = field(default_factory=dict)  # by form, of those scored throughout
    claims: dict[str, Claims] = field(default_factory=dict)

    def add(self, record: Record, form: str) -> None:
        """One more."""
        points = Decimal(record.total or 0)
        self.forms[form] += 1
        self.grades[record.grade or UNGRADED] += 1
        if record.complete:  # a provisional total is no measure
            self.whole.setdefault(form, Counter())[int(points.scaleb(2))] += 1
            if record.claimed_total is not None:
                self.claims.setdefault(form, Claims()).add(Decimal(record.claimed_total), points)

    def spreads(self) -> tuple[list[Spread], Spread, list[GradeCount]]:
        """By form, of all, and by grade. There must be some."""
        everybody, together = Claims(), Counter[int]()
        for claims in self.claims.values():
            everybody.add(claims.claimed, claims.given, claims.count)
        for cents in self.whole.values():
            together.update(cents)
        by_form = [
            _spread(name, count, self.whole.get(name, Counter()), self.claims.get(name, Claims()))
            for name, count in self.forms.items()
        ]
        return by_form, _spread("合计", self.forms.total(), together, everybody), _grades(self.grades)


def _grades(counts: Counter[str]) -> list[GradeCount]:
    others = sorted(name for name in counts if name not in (*GRADES, UNGRADED))
    last = [UNGRADED] if UNGRADED in counts else []
    return [GradeCount(name, counts[name]) for name in (*GRADES, *others, *last)]


def _spread(name: str, returned: int, whole: Counter[int], claims: Claims) -> Spread:
    """`returned` is how many there are; `whole` counts those that could be scored throughout, by their cents."""
    count, scored, cents = claims.count, whole.total(), sorted(whole)
    return Spread(
        name,
        returned,
        returned - scored,
        Fraction(sum(one * times for one, times in whole.items()), 100 * scored) if scored else None,
        Fraction(_nth(whole, (scored - 1) // 2) + _nth(whole, scored // 2), 200) if scored else None,
        Decimal(cents[-1]).scaleb(-2) if cents else None,
        Decimal(cents[0]).scaleb(-2) if cents else None,
        count,
        claims.claimed / count if count else None,
        claims.given / count if count else None,
    )


def _nth(whole: Counter[int], at: int) -> int:
    """The one at that place, counted from 0, if they stood in order."""
    ordered = sorted(whole)
    return ordered[bisect_right(list(accumulate(whole[cents] for cents in ordered)), at)]
