"""Sums that the sheet makes by itself: the engine works them out of their parts, and never reads the sheet's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.entries import Path, map_entries
from perf_xlsx.domain.model import Entry, FundLine, Project, SelfEvaluation
from perf_xlsx.domain.rounding import plain

UNKNOWN = "—"  # `given` of a sum with a part that cannot be read


def with_sums(evaluation: SelfEvaluation) -> SelfEvaluation:
    """The form with each of its computed sums worked out anew; one without any part is empty."""
    if not evaluation.computed:
        return evaluation

    def visit(path: Path, entry: Entry[Any]) -> Entry[Any]:
        return _summed(entry, _parts(evaluation, path)) if path in evaluation.computed else entry

    return replace(
        map_entries(evaluation, visit, {path[:2] for path in evaluation.computed}), unwritten=evaluation.unwritten
    )


def with_line_sums(lines: Mapping[str, FundLine], computed: Iterable[Path]) -> dict[str, FundLine]:
    """Lines of money with their computed sums worked out."""
    found = dict(lines)
    for block, key, column in computed:
        if block == "funds":
            line = found[str(key)]
            found[str(key)] = _with(line, column, _summed(line.entry(column), _amounts(lines, line, column)))
    return found


def _with(line: FundLine, column: str, entry: Entry[Decimal]) -> FundLine:
    """A line with another entry in a column, be it one that only its form knows."""
    own = {"extras": {**line.extras, column: entry}} if column in line.extras else {column: entry}
    return replace(line, **own)


def _parts(evaluation: SelfEvaluation, path: Path) -> list[Entry[Decimal]]:
    block, key, column = path
    if block == "funds":
        return _amounts(evaluation.funds, evaluation.funds[str(key)], column)
    if evaluation.claims_execution and evaluation.claimed.execution_points.empty:
        return []  # a total of some of the points would read as the whole
    if any(
        row.claimed_points.empty and not (row.weight.empty or row.not_applicable) for row in evaluation.indicators
    ):
        return []
    return [evaluation.claimed.execution_points, *(row.claimed_points for row in evaluation.indicators)]


def _amounts(lines: Mapping[str, FundLine], line: FundLine, column: str) -> list[Entry[Decimal]]:
    """The amounts that a line is the sum of; a part that is empty counts by its own parts."""
    found: list[Entry[Decimal]] = []
    for part in (lines[key] for key in line.parts):
        entry = part.entry(column)
        own = _amounts(lines, part, column) if entry.empty and part.parts else [entry]
        if is_unstated(part, column) and all(one.empty for one in own):
            own = [replace(entry, given=UNKNOWN)]  # as if nobody could read it: F06 and F12 ask for it
        found += own
    return found


def is_unstated(part: FundLine, column: str) -> bool:
    """Whether a part says of its budget or of what was spent nothing, but of the other something."""
    if column == "executed":
        return part.executed.empty and bool(part.executed.place.cell) and (part.adjusted.value or 0) > 0
    return column == "adjusted" and is_unbudgeted(part)


def is_unbudgeted(line: FundLine | Project) -> bool:
    """Whether money was spent of a budget that is empty (F06)."""
    return line.adjusted.empty and bool(line.adjusted.place.cell) and (line.executed.value or 0) > 0


def _summed(entry: Entry[Decimal], parts: Sequence[Entry[Decimal]]) -> Entry[Decimal]:
    if any(part.unreadable for part in parts):
        return replace(entry, value=None, given=UNKNOWN)
    values = [part.value for part in parts if part.value is not None]
    total = sum(values, Decimal(0)) if values else None
    return replace(entry, value=total, given="" if total is None else plain(total))
