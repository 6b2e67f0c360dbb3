"""Findings that differ in their cells alone, shown as one."""

from __future__ import annotations

from collections.abc import Iterable

from perf_xlsx.domain.model import STANDINGS
from perf_xlsx.results.record import FindingRecord

TOGETHER = 3  # findings that differ in their cells alone: from so many on they are shown as one


def together(findings: Iterable[FindingRecord]) -> list[tuple[FindingRecord, list[FindingRecord]]]:
    """Findings, heaviest first, else in their order; of many that ask for the same the first with the others."""
    groups: dict[object, list[FindingRecord]] = {}
    for found in sorted(findings, key=lambda one: STANDINGS.index(one.standing)):
        alike = found.standing, found.code, found.sheet, found.field, found.advice
        groups.setdefault(alike, []).append(found)
    shown: list[tuple[FindingRecord, list[FindingRecord]]] = []
    for group in groups.values():
        shown += [(group[0], group[1:])] if len(group) >= TOGETHER else [(found, []) for found in group]
    return shown
