"""Which amount is wrong where sums do not come out: the one that mends all its sums, where only one does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from msgspec.structs import replace

from perf_xlsx.checks.accounts import PROJECT, Accounts, Amounts, Cell, Sum, accounts_of, entries_of
from perf_xlsx.domain.model import Correction, Entry, Finding, SelfEvaluation
from perf_xlsx.findings.catalogue import to_number
from perf_xlsx.rulebook import Rulebook

Rate = tuple[Cell, Cell]  # executed, and what it is divided by
HALF_A_POINT = Decimal("0.005")  # as far as a unit may round its rates
OF_SUMS = frozenset({"F01", "F02", "F05", "F06", "F07"})


def with_sure_amounts(form: SelfEvaluation, found: Iterable[Finding], rulebook: Rulebook) -> list[Finding]:
    """The findings, those of sums with the one amount that mends them."""
    findings = list(found)
    if not any(one.code in OF_SUMS for one in findings):
        return findings
    entries = dict(entries_of(form))
    accounts = accounts_of(form, rulebook)
    books = _Books(accounts)
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


def _is_rate(rate: Rate, claim: Decimal, amounts: Amounts) -> bool:
    executed, budget = (amounts[cell] for cell in rate)
    return bool(budget) and abs(executed / budget - claim) <= HALF_A_POINT


class _Books:
    """The sums of a form, what each lacks, and the rates that the unit states itself."""

    def __init__(self, accounts: Accounts) -> None:
        self.amounts, self.tolerance = accounts.amounts, accounts.tolerance
        self.sums_of: dict[Cell, list[Sum]] = {}
        for one in accounts.sums:
            for cell in (one.whole, *one.parts):
                self.sums_of.setdefault(cell, []).append(one)
        self.rates_of: dict[Cell, list[tuple[Rate, Decimal]]] = {}
        for rate, claim in accounts.claimed.items():
            for cell in rate:
                self.rates_of.setdefault(cell, []).append((rate, claim))
        self.gaps = {one: self._gap(one) for one in accounts.sums}
        self.broken = [one for one, gap in self.gaps.items() if abs(gap) > self.tolerance]

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
        """Changes of one cell after which all of its sums come out, and how much each mends.

        That is how many of its sums and stated rates did not come out before. A wrong sign before an amount counts
        for more than another number.
        """
        gap = self.gaps[one]
        for cell in (one.whole, *one.parts):
            value = self.amounts[cell] + (-gap if cell == one.whole else gap)
            if all(abs(self._after(other, cell, value)) <= self.tolerance for other in self.sums_of[cell]):
                mended = sum(abs(self.gaps[other]) > self.tolerance for other in self.sums_of[cell])
                flipped = value == -self.amounts[cell] and self.amounts[cell] < 0 <= value
                yield (cell, value), mended + flipped + self._rates_mended(cell, value)

    def _rates_mended(self, cell: Cell, value: Decimal) -> int:
        """How many stated rates are right only after a change."""
        changed = {**self.amounts, cell: value}
        stated = self.rates_of.get(cell, ())
        return sum(_is_rate(rate, claim, changed) > _is_rate(rate, claim, self.amounts) for rate, claim in stated)

    def _after(self, other: Sum, cell: Cell, value: Decimal) -> Decimal:
        more = value - self.amounts[cell]
        return self.gaps[other] + (more if cell == other.whole else -more)
