"""Which amount is wrong where sums do not come out: the one that mends all its sums, where only one does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from perf_xlsx.catalogue import to_number
from perf_xlsx.checks.accounts import PROJECT, Amounts, Cell, Sum, accounts_of, entries_of
from perf_xlsx.model import Correction, Entry, Finding, SelfEvaluation
from perf_xlsx.rulebook import Rulebook

OF_SUMS = frozenset({"F01", "F02", "F05", "F06", "F07"})


def with_sure_amounts(form: SelfEvaluation, found: Iterable[Finding], rulebook: Rulebook) -> list[Finding]:
    """The findings, those of sums with the one amount that mends them."""
    findings = list(found)
    if not any(one.code in OF_SUMS for one in findings):
        return findings
    entries = dict(entries_of(form))
    accounts = accounts_of(form, rulebook)
    books = _Books(accounts.amounts, accounts.sums, accounts.tolerance)
    sure = {
        cell: to_number(entries[cell], value)
        for cell, value in books.sure().items()
        if entries[cell].place.cell and (value >= 0 or cell[2] == "adjustment")
    }
    return [_with_its_own(one, books, sure, entries) for one in findings]


def _with_its_own(
    found: Finding, books: _Books, sure: Mapping[Cell, Correction | None], entries: Mapping[Cell, Entry[Decimal]]
) -> Finding:
    if found.code not in OF_SUMS:
        return found
    if found.code in ("F06", "F07"):
        rights = [right for right in sure.values() if right and right.place == found.place]
    else:
        told = [s for s in books.broken if entries[s.whole].place == found.place and _code(s) == found.code]
        rights = [right for s in told for cell in (s.whole, *s.parts) if (right := sure.get(cell))]
    if len({right.place for right in rights}) != 1:
        return found
    right = rights[0]
    advice = f"只有{right.field}（{right.place.cell}）改为{right.text}，有关各数才都相符；请核对后更正。"
    return replace(found, correction=right, advice=advice)


def _code(one: Sum) -> str:
    """By which finding a sum that does not come out is told."""
    if one.parts[0][0] == PROJECT:
        return "F05"
    return "F02" if one.parts[0][0] == one.whole[0] else "F01"


class _Books:
    """The sums of a form, and what each lacks."""

    def __init__(self, amounts: Amounts, sums: Iterable[Sum], tolerance: Decimal) -> None:
        self.amounts, self.tolerance = amounts, tolerance
        self.sums_of: dict[Cell, list[Sum]] = {}
        for one in sums:
            for cell in (one.whole, *one.parts):
                self.sums_of.setdefault(cell, []).append(one)
        self.gaps = {one: self._gap(one) for one in sums}
        self.broken = [one for one, gap in self.gaps.items() if abs(gap) > tolerance]

    def _gap(self, one: Sum) -> Decimal:
        parts = sum((self.amounts[part] for part in one.parts), Decimal(0))
        return self.amounts[one.whole] - parts

    def sure(self) -> dict[Cell, Decimal]:
        """The amounts that must be other ones, each with what it must be."""
        found: dict[Cell, Decimal] = {}
        for one in self.broken:
            mending = dict(self._mending(one))
            most = max(mending.values(), default=0)
            best = [change for change, mended in mending.items() if mended == most]
            if len(best) == 1:
                cell, value = best[0]
                found.setdefault(cell, value)
        return found

    def _mending(self, one: Sum) -> Iterator[tuple[tuple[Cell, Decimal], int]]:
        """Changes of one cell after which all of its sums come out, and how many of them did not before.

        A wrong sign before an amount counts for more than another number.
        """
        gap = self.gaps[one]
        for cell in (one.whole, *one.parts):
            value = self.amounts[cell] + (-gap if cell == one.whole else gap)
            if all(abs(self._after(other, cell, value)) <= self.tolerance for other in self.sums_of[cell]):
                mended = sum(abs(self.gaps[other]) > self.tolerance for other in self.sums_of[cell])
                flipped = value == -self.amounts[cell] and self.amounts[cell] < 0 <= value
                yield (cell, value), mended + flipped

    def _after(self, other: Sum, cell: Cell, value: Decimal) -> Decimal:
        more = value - self.amounts[cell]
        return self.gaps[other] + (more if cell == other.whole else -more)
