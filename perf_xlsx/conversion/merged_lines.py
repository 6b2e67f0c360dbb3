"""Adds up fund lines that only official layouts distinguish, in the line of our template that takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.entries import Path
from perf_xlsx.domain.model import AMOUNTS, Entry, FundLine, SelfEvaluation
from perf_xlsx.domain.rounding import plain


class Joined(Struct, frozen=True):
    """A form as it was read, and `typed` with such lines joined; `parts` are what a joined entry was made of."""

    evaluation: SelfEvaluation
    typed: SelfEvaluation
    into: Mapping[str, str]
    parts: Mapping[Path, tuple[Entry[Any], ...]]

    def sources(self, path: Path, entry: Entry[Any]) -> tuple[Entry[Any], ...]:
        """The entries of the original that this one was made of."""
        return self.parts.get(path, (entry,))


def join(evaluation: SelfEvaluation, into: Mapping[str, str]) -> Joined:
    """Join the lines that `into` names, each with the line that takes it."""
    if (
        evaluation.reporter is not None
    ):  # our template has one box for the unit: the record stays of the one that reports
        unit = replace(evaluation.reporter, field=evaluation.boxes["unit"].field)
        evaluation = replace(evaluation, boxes={**evaluation.boxes, "unit": unit}, reporter=None)
    groups: dict[str, list[FundLine]] = {}
    for key, line in evaluation.funds.items():
        groups.setdefault(into.get(key, key), []).append(line)
    parts: dict[Path, tuple[Entry[Any], ...]] = {}
    funds = {key: _joined(key, lines, parts) for key, lines in groups.items()}
    for key, line in funds.items():
        funds[key] = replace(line, parts=tuple(dict.fromkeys(into.get(part, part) for part in line.parts)))
    return Joined(evaluation, replace(evaluation, funds=funds), into, parts)


def _joined(key: str, lines: Sequence[FundLine], parts: dict[Path, tuple[Entry[Any], ...]]) -> FundLine:
    """One line of several: amounts are added up, a rate is kept where only one of them has amounts."""
    if len(lines) == 1 and lines[0].key == key:
        return lines[0]
    own = next((line for line in lines if line.key == key), lines[0])
    sources = {column: _filled(lines, column) for column in (*AMOUNTS, *own.extras)} | {
        "claimed_rate": _rate(lines)
    }
    joined: dict[str, Entry[Any]] = {}
    for column, entries in sources.items():
        joined[column] = _sum(entries, own.entry(column))
        parts["funds", key, column] = entries
    extras = {column: joined.pop(column) for column in own.extras}
    return replace(own, key=key, **joined, extras=extras)


def _filled(lines: Sequence[FundLine], column: str) -> tuple[Entry[Any], ...]:
    return tuple(entry for line in lines if not (entry := line.entry(column)).empty)


def _rate(lines: Sequence[FundLine]) -> tuple[Entry[Any], ...]:
    """The rate of the only line with amounts."""
    busy = [line for line in lines if any(getattr(line, column).value for column in AMOUNTS)]
    return (busy[0].claimed_rate,) if len(busy) == 1 else ()


def _sum(entries: Sequence[Entry[Any]], own: Entry[Any]) -> Entry[Any]:
    """The entries as one; without any, `own` without its contents."""
    if not entries:
        return replace(own, value=None, given="")
    if len(entries) == 1:
        return entries[0]
    if any(isinstance(entry.value, str) for entry in entries):
        words = "；".join(entry.given for entry in entries)
        return replace(entries[0], value=words, given=words)
    values: list[Decimal] = [entry.value for entry in entries if entry.value is not None]
    if len(values) < len(entries):  # one of them could not be read, and was reported
        return replace(entries[0], value=None, given="＋".join(entry.given for entry in entries))
    total = sum(values, Decimal(0))
    return replace(entries[0], value=total, given=plain(total))
