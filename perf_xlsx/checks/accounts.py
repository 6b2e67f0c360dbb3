"""The amounts of a form as a book of accounts: which must add up to which, and which rates they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from msgspec import Struct

from perf_xlsx.checks.funds import amount
from perf_xlsx.domain.model import AMOUNTS, Entry, SelfEvaluation
from perf_xlsx.rulebook import Rulebook

TIMES = Decimal(10_000)
Cell = tuple[str, int, str]  # a fund line by its key, or a project by its number; and the column
Amounts = Mapping[Cell, Decimal]
PROJECT = ""  # the key of what is no fund line


class Sum(Struct, frozen=True):
    """A whole and its parts: initial and adjustment are parts of adjusted."""

    whole: Cell
    parts: tuple[Cell, ...]


class Accounts(Struct, frozen=True):
    """The amounts of a form that are known, and what ties them together.

    A rate is executed ÷ adjusted, and ÷ what the rulebook divides by where it is another: claims may be of both.
    """

    amounts: Amounts
    sums: tuple[Sum, ...]
    rates: tuple[tuple[Cell, Cell], ...]
    claimed: Mapping[tuple[Cell, Cell], Decimal]
    tolerance: Decimal
    usual: Decimal
    lines: tuple[tuple[Cell, ...], ...]


def accounts_of(form: SelfEvaluation, rulebook: Rulebook) -> Accounts:
    """What the form's funds and projects say of each other."""
    entries = dict(entries_of(form))
    amounts = {cell: entry.value for cell, entry in entries.items() if entry.value is not None}
    groups: dict[tuple[str, int], list[Cell]] = {}
    for cell, value in amounts.items():
        if value:
            groups.setdefault(cell[:2], []).append(cell)
    bases = dict.fromkeys(("adjusted", rulebook.word("execution.base")))
    pairs = [((*who, "executed"), (*who, base)) for who in groups for base in bases]
    rates = tuple(rate for rate in pairs if all(amounts.get(cell) for cell in rate))
    claims = {key: line.claimed_rate.value for key, line in form.funds.items()}
    return Accounts(
        amounts,
        tuple(_sums(form, amounts, entries)),
        rates,
        {rate: claim for rate in rates if (claim := claims.get(rate[0][0])) is not None},
        rulebook.number("thresholds.tolerance"),
        TIMES if form.boxes["money_unit"].value == "元" else 1 / TIMES,
        tuple(map(tuple, groups.values())),
    )


def entries_of(form: SelfEvaluation) -> Iterator[tuple[Cell, Entry[Decimal]]]:
    """Every amount of the form with where it stands."""
    for key, line in form.funds.items():
        yield from (((key, 0, column), amount(line, column)) for column in AMOUNTS)
    for number, project in enumerate(form.projects):
        columns = (column for column in AMOUNTS if column != "adjustment")
        yield from (((PROJECT, number, column), amount(project, column)) for column in columns)


def _sums(form: SelfEvaluation, amounts: Amounts, entries: Mapping[Cell, Entry[Decimal]]) -> Iterator[Sum]:
    for key, line in form.funds.items():
        across = [(key, 0, column) for column in ("adjusted", "initial", "adjustment")]
        if all(cell in amounts for cell in across):
            yield Sum(across[0], tuple(across[1:]))
        for column in AMOUNTS:
            parts = [(part, 0, column) for part in line.parts]
            if any(entries[part].unreadable for part in parts):
                continue
            known = tuple(part for part in parts if part in amounts)
            whole = (len(known) == len(parts) or line.blank_part_is_zero) and (key, 0, column) in amounts
            if known and whole:
                yield Sum((key, 0, column), known)
    for column in ("initial", "adjusted", "executed"):
        projects = tuple((PROJECT, number, column) for number in range(len(form.projects)))
        whole_line = (form.project_line or PROJECT, 0, column)
        if projects and form.project_line and all(cell in amounts for cell in (whole_line, *projects)):
            yield Sum(whole_line, projects)
