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


def join(form: SelfEvaluation, into: Mapping[str, str]) -> Joined:
    """Join the lines that `into` names, each with the line that takes it."""
    groups: dict[str, list[FundLine]] = {}
    for key, line in form.funds.items():
        groups.setdefault(into.get(key, key), []).append(line)
    parts: dict[Path, tuple[Entry[Any], ...]] = {}
    funds = {key: _joined(key, lines, parts) for key, lines in groups.items()}
    for key, line in funds.items():
        funds[key] = replace(line, parts=tuple(dict.fromkeys(into.get(part, part) for part in line.parts)))
    return Joined(form, replace(form, funds=funds), into, parts)


def _joined(key: str, lines: Sequence[FundLine], parts: dict[Path, tuple[Entry[Any], ...]]) -> FundLine:
    """One line of several: amounts are added up, a rate is kept where only one of them has amounts."""
    if len(lines) == 1 and lines[0].key == key:
        return lines[0]
    own = next((line for line in lines if line.key == key), lines[0])
    busy = [line for line in lines if any(getattr(line, column).value for column in AMOUNTS)]
    columns = {column: [getattr(line, column) for line in lines] for column in AMOUNTS}
    columns["claimed_rate"] = [line.claimed_rate for line in busy] if len(busy) == 1 else []
    columns |= {column: [line.extras[column] for line in lines] for column in own.extras}
    changed: dict[str, Any] = {}
    for column, found in columns.items():
        entries = tuple(entry for entry in found if not entry.empty or column == "claimed_rate")
        empty = replace(own.extras.get(column) or getattr(own, column), value=None, given="")
        changed[column] = _sum(entries) if entries else empty
        parts["funds", key, column] = entries
    extras = {column: changed.pop(column) for column in own.extras}
    return replace(own, key=key, **changed, extras=extras)


def _sum(entries: Sequence[Entry[Any]]) -> Entry[Any]:
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
