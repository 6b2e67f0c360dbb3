"""Which amount is wrong where sums do not add up: the one whose change mends all its sums, if only one does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from msgspec.structs import replace

from perf_xlsx.checks.accounts import (
    PROJECT,
    Accounts,
    AmountEntries,
    AmountKey,
    AmountRatio,
    Amounts,
    Sum,
    accounts_of,
    amount_entries,
)
from perf_xlsx.domain.model import Correction, Finding, SelfEvaluation
from perf_xlsx.domain.rounding import plain
from perf_xlsx.findings.catalogue import to_number
from perf_xlsx.rulebook import Rulebook

HALF_A_POINT = Decimal("0.005")  # how far a unit may round its rates
SUM_CODES = frozenset({"F01", "F02", "F05"})  # each is reported at the total of a sum
CODES = SUM_CODES | {"F06", "F07"}  # reported at one amount
AmountChange = tuple[AmountKey, Decimal]


def with_sure_amounts(evaluation: SelfEvaluation, found: Iterable[Finding], rulebook: Rulebook) -> list[Finding]:
    """The findings; those about sums get the one amount that mends them as their correction."""
    findings = list(found)
    if not any(one.code in CODES for one in findings):
        return findings
    entries, accounts = amount_entries(evaluation), accounts_of(evaluation, rulebook)
    corrections = {
        key: right
        for key, value in _sure_amounts(accounts).items()
        if (value >= 0 or key[2] == "adjustment") and (right := to_number(entries[key], value))
    }
    return [_with_correction(one, accounts, corrections, entries) for one in findings]


def _with_correction(
    found: Finding, accounts: Accounts, corrections: Mapping[AmountKey, Correction], entries: AmountEntries
) -> Finding:
    if found.code not in CODES:
        return found
    if found.code in SUM_CODES:
        rights = _corrections_of_sums(found, accounts, corrections, entries)
    else:
        rights = [right for right in corrections.values() if right.place == found.place]
    if len({right.place for right in rights}) != 1:
        return found
    right = rights[0]
    advice = f"只有{right.field}（{right.place.cell}）改为{right.text}，有关各数才都相符；请核对后更正。"
    if right.place == found.place:
        return replace(found, correction=right, advice=advice)
    entry = next(entry for entry in entries.values() if entry.place == right.place)
    gap = (
        plain(entry.value - right.value) if entry.value is not None and isinstance(right.value, Decimal) else None
    )
    return replace(
        found, correction=right, advice=advice, place=right.place, field=right.field, given=entry.given or None,
        expected=right.text, difference=gap,
    )  # fmt: skip


def _corrections_of_sums(
    found: Finding, accounts: Accounts, corrections: Mapping[AmountKey, Correction], entries: AmountEntries
) -> list[Correction]:
    """The corrections of amounts in the sums that a finding reports."""
    broken = (accounts.sums[number] for number in accounts.broken)
    own = [one for one in broken if entries[one.total].place == found.place and _code(one) == found.code]
    return [corrections[key] for one in own for key in one.keys if key in corrections]


def _code(one: Sum) -> str:
    """The code that reports this sum where it does not add up."""
    if one.parts[0][0] == PROJECT:
        return "F05"
    return "F02" if one.parts[0][0] == one.total[0] else "F01"


def _sure_amounts(accounts: Accounts) -> dict[AmountKey, Decimal]:
    """The amounts that must be wrong, each with its right value.

    Nothing is sure of a sum with an amount that may be wrong in another one.
    """
    sure = {number: change for number in accounts.broken if (change := _sure_change(accounts, number))}
    changed = {key for key, _ in sure.values()}
    unsettled = (one for number in accounts.broken if changed.isdisjoint((one := accounts.sums[number]).keys))
    doubted = {key for one in unsettled for key in one.keys}
    found: dict[AmountKey, Decimal] = {}
    for number, (key, value) in sure.items():
        if doubted.isdisjoint(accounts.sums[number].keys):
            found.setdefault(key, value)
    return found


def _sure_change(accounts: Accounts, number: int) -> AmountChange | None:
    """The one change that mends a sum and most besides; None where there are several, or none."""
    mending = dict(_mending_changes(accounts, number))
    most = max(mending.values(), default=0)
    best = [change for change, mended in mending.items() if mended == most]
    return best[0] if len(best) == 1 else None


def _mending_changes(accounts: Accounts, number: int) -> Iterator[tuple[AmountChange, int]]:
    """Changes of one amount after which all its sums add up, and how much each of them mends.

    That is how many of its sums and stated rates were wrong before; a wrong sign before an amount counts one more.
    """
    gap, one = accounts.gaps[number], accounts.sums[number]
    for key in one.keys:
        before = accounts.amounts[key]
        value = before + (-gap if key == one.total else gap)
        sums = accounts.sums_of[key]
        if all(abs(_gap_after(accounts, other, key, value)) <= accounts.tolerance for other in sums):
            mended = sum(abs(accounts.gaps[other]) > accounts.tolerance for other in sums)
            flipped = value == -before and before < 0 <= value
            yield (key, value), mended + flipped + _rates_mended(accounts, key, value)


def _gap_after(accounts: Accounts, number: int, key: AmountKey, value: Decimal) -> Decimal:
    more = value - accounts.amounts[key]
    return accounts.gaps[number] + (more if key == accounts.sums[number].total else -more)


def _rates_mended(accounts: Accounts, key: AmountKey, value: Decimal) -> int:
    """How many stated rates are right after the change and were not before."""
    changed = {**accounts.amounts, key: value}
    stated = [
        (r, claim) for r in accounts.rates_of.get(key, ()) if (claim := accounts.claimed_rates.get(r)) is not None
    ]
    return sum(_is_rate(rate, claim, changed) > _is_rate(rate, claim, accounts.amounts) for rate, claim in stated)


def _is_rate(rate: AmountRatio, claim: Decimal, amounts: Amounts) -> bool:
    executed, budget = (amounts[key] for key in rate)
    return bool(budget) and abs(executed / budget - claim) <= HALF_A_POINT
