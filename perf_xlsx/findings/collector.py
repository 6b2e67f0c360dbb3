"""Collects findings while a workbook is read or converted."""

from __future__ import annotations

from typing import TypedDict, Unpack

from perf_xlsx.domain.model import Finding, Severity
from perf_xlsx.domain.place import Place
from perf_xlsx.findings.catalogue import Observation, finding


class Details(TypedDict, total=False):
    """What a finding may say besides place, message and advice; empty texts count as None."""

    given: str | None
    expected: str | None
    difference: str | None
    severity: Severity | None


def unjudged_finding(
    code: str, place: Place, field: str, message: str, advice: str, **details: Unpack[Details]
) -> Finding:
    """One finding with the catalogue's severity and basis; judging applies the rulebook's severities later.

    Raises LookupError for an unknown code or a severity that the code never has.
    """
    given, expected = details.get("given") or None, details.get("expected") or None
    difference, severity = details.get("difference") or None, details.get("severity")
    seen = Observation(place, field, given, message, advice, expected, difference, severity=severity)
    return finding(code, seen, None)


class FindingCollector:
    """The findings reported so far, in the order in which they were reported."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def tell(
        self, code: str, place: Place, field: str, message: str, advice: str, **details: Unpack[Details]
    ) -> None:
        """Add one finding (see `reported`)."""
        self.findings.append(unjudged_finding(code, place, field, message, advice, **details))
