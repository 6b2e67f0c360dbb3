"""What scored returns got, as columns that pandas counts: means, medians and grades, all exact."""

from __future__ import annotations

import sys
from array import array
from decimal import Decimal
from fractions import Fraction

import pandas as pd
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

    Points are whole cents, so that pandas' sums and medians are exact; what was claimed is only summed up.
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
        frame = pd.DataFrame(
            {
                "form": pd.Categorical(self.forms, list(dict.fromkeys(self.forms))),
                "cents": self.cents,
                "grade": pd.Categorical(self.grades),
                "complete": pd.Series(self.complete, dtype="bool"),
            }
        )
        everybody = Claims()
        for claims in self.claims.values():
            everybody.add(claims.claimed, claims.given, claims.count)
        by_form = [
            _spread(str(name), group, self.claims.get(str(name), Claims()))
            for name, group in frame.groupby("form", observed=True)
        ]
        return by_form, _spread("合计", frame, everybody), _grades(frame)


def _grades(frame: pd.DataFrame) -> list[GradeCount]:
    counts = frame["grade"].value_counts()
    others = sorted(name for name in counts.index if name not in (*GRADES, UNGRADED))
    last = [UNGRADED] if UNGRADED in counts.index else []
    return [GradeCount(name, int(counts.get(name, 0))) for name in (*GRADES, *others, *last)]


def _spread(name: str, group: pd.DataFrame, claims: Claims) -> Spread:
    cents = group.loc[group["complete"], "cents"]
    count, whole = claims.count, len(cents)
    return Spread(
        name,
        len(group),
        len(group) - whole,
        Fraction(int(cents.sum()), 100 * whole) if whole else None,
        Fraction(int(cents.median() * 2), 200) if whole else None,
        Decimal(int(cents.max())).scaleb(-2) if whole else None,
        Decimal(int(cents.min())).scaleb(-2) if whole else None,
        count,
        claims.claimed / count if count else None,
        (claims.claimed - claims.given) / count if count else None,
    )
