"""The amounts of a form as accounts: which must add up to which, and which rates they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property

from msgspec import Struct

from perf_xlsx.domain.model import AMOUNTS, Entry, FundLine, SelfEvaluation
from perf_xlsx.rulebook import Rulebook

TEN_THOUSAND = Decimal(10_000)
PROJECT = ""  # the line's key in the amounts of a project
AmountKey = tuple[str, int, str]  # the key of a fund line and 0, or PROJECT and the project's number; the column
Keys = tuple[AmountKey, ...]
Amounts = Mapping[AmountKey, Decimal]
AmountEntries = Mapping[AmountKey, Entry[Decimal]]
AmountRatio = tuple[AmountKey, AmountKey]  # executed, and what it is divided by


class Sum(Struct, frozen=True):
    """A total and its parts: initial and adjustment are parts of adjusted."""

    total: AmountKey
    parts: tuple[AmountKey, ...]

    @property
    def keys(self) -> tuple[AmountKey, ...]:
        """The total and all parts."""
        return (self.total, *self.parts)


class Accounts(Struct, frozen=True, dict=True):
    """The known amounts of a form, and how they depend on each other.

    `rates` are executed ÷ adjusted, and executed ÷ the rulebook's base where that is another column; of these
    `claimed_rates` are stated by the unit. `likely_factor` usually corrects an amount in the wrong money unit.
    `lines` are the amounts other than 0 of each fund line and project.
    """

    amounts: Amounts
    sums: tuple[Sum, ...]
    rates: tuple[AmountRatio, ...]
    claimed_rates: Mapping[AmountRatio, Decimal]
    tolerance: Decimal
    likely_factor: Decimal
    lines: tuple[tuple[AmountKey, ...], ...]

    @cached_property
    def gaps(self) -> tuple[Decimal, ...]:
        """For each sum, its total minus its parts."""
        amounts = self.amounts
        return tuple(
            amounts[one.total] - sum((amounts[part] for part in one.parts), Decimal(0)) for one in self.sums
        )

    @cached_property
    def broken(self) -> tuple[int, ...]:
        """The numbers of the sums that do not add up."""
        return tuple(number for number, gap in enumerate(self.gaps) if abs(gap) > self.tolerance)

    @cached_property
    def sums_of(self) -> Mapping[AmountKey, Sequence[int]]:
        """The numbers of the sums that an amount is in."""
        found: dict[AmountKey, list[int]] = {}
        for number, one in enumerate(self.sums):
            for key in one.keys:
                found.setdefault(key, []).append(number)
        return found

    @cached_property
    def rates_of(self) -> Mapping[AmountKey, Sequence[AmountRatio]]:
        """The rates that an amount is in."""
        found: dict[AmountKey, list[AmountRatio]] = {}
        for rate in self.rates:
            for key in rate:
                found.setdefault(key, []).append(rate)
        return found


def accounts_of(evaluation: SelfEvaluation, rulebook: Rulebook) -> Accounts:
    """The accounts of a form's fund lines and projects."""
    entries = amount_entries(evaluation)
    amounts = {key: entry.value for key, entry in entries.items() if entry.value is not None}
    lines = _by_line(key for key, value in amounts.items() if value)
    bases = dict.fromkeys(("adjusted", rulebook.word("execution.base")))
    pairs = [((*line, "executed"), (*line, base)) for line in lines for base in bases]
    rates = tuple(pair for pair in pairs if all(map(amounts.get, pair)))
    return Accounts(
        amounts,
        tuple(_sums(evaluation, amounts, entries)),
        rates,
        _claimed_rates(evaluation, rates),
        rulebook.number("thresholds.tolerance"),
        TEN_THOUSAND if evaluation.boxes["money_unit"].value == "元" else 1 / TEN_THOUSAND,
        tuple(map(tuple, lines.values())),
    )


def _claimed_rates(evaluation: SelfEvaluation, rates: Iterable[AmountRatio]) -> Mapping[AmountRatio, Decimal]:
    claims = {key: line.claimed_rate.value for key, line in evaluation.funds.items()}
    return {rate: claim for rate in rates if (claim := claims.get(rate[0][0])) is not None}


def _by_line(keys: Iterable[AmountKey]) -> Mapping[tuple[str, int], list[AmountKey]]:
    found: dict[tuple[str, int], list[AmountKey]] = {}
    for key in keys:
        found.setdefault(key[:2], []).append(key)
    return found


def amount_entries(evaluation: SelfEvaluation) -> dict[AmountKey, Entry[Decimal]]:
    """Every amount that was typed: those of fund lines, then those of projects, which have no adjustment."""
    found = {
        (key, 0, column): line.entry(column)
        for key, line in evaluation.funds.items()
        for column in AMOUNTS
        if not evaluation.is_computed(line, column)
    }
    columns = [column for column in AMOUNTS if column != "adjustment"]
    for number, project in enumerate(evaluation.projects):
        found |= {(PROJECT, number, column): project.entry(column) for column in columns}
    return found


def _sums(evaluation: SelfEvaluation, amounts: Amounts, entries: AmountEntries) -> Iterator[Sum]:
    for key, line in evaluation.funds.items():
        yield from _sums_of_line(key, line, amounts, entries)
    if evaluation.projects and evaluation.project_line:
        yield from _sums_of_projects(evaluation.project_line, len(evaluation.projects), amounts)


def _sums_of_line(key: str, line: FundLine, amounts: Amounts, entries: AmountEntries) -> Iterator[Sum]:
    """Adjusted = initial + adjustment; and in each column the line's parts, where none of them is unreadable."""
    across = Sum((key, 0, "adjusted"), ((key, 0, "initial"), (key, 0, "adjustment")))
    if all(one in amounts for one in across.keys):
        yield across
    for column in AMOUNTS:
        parts = tuple((part, 0, column) for part in line.parts)
        one = Sum((key, 0, column), tuple(part for part in parts if part in amounts))
        if one.parts and one.total in amounts and _is_complete(line, parts, one.parts, entries):
            yield one


def _is_complete(line: FundLine, parts: Keys, known: Keys, entries: AmountEntries) -> bool:
    """Whether the known parts of a line are all that it adds up."""
    readable = not any(entries[part].unreadable for part in parts)
    return readable and (len(known) == len(parts) or line.blank_part_is_zero)


def _sums_of_projects(project_line: str, count: int, amounts: Amounts) -> Iterator[Sum]:
    for column in ("initial", "adjusted", "executed"):
        one = Sum((project_line, 0, column), tuple((PROJECT, number, column) for number in range(count)))
        if all(key in amounts for key in one.keys):
            yield one
