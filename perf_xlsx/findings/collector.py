"""Collects findings while a workbook is read or converted."""

from __future__ import annotations

from perf_xlsx.domain.model import Finding, Severity
from perf_xlsx.domain.place import Place
from perf_xlsx.findings.catalogue import Observation, finding


def reported(
    code: str,
    place: Place,
    field: str,
    message: str,
    advice: str,
    *,
    given: str | None = None,
    expected: str | None = None,
    difference: str | None = None,
    severity: Severity | None = None,
) -> Finding:
    """One finding with the catalogue's severity and basis; judging applies the rulebook's severities later.

    Empty texts count as None. Raises LookupError for an unknown code or a severity that the code never has.
    """
    seen = Observation(
        place, field, given or None, message, advice, expected or None, difference or None, severity=severity
    )
    return finding(code, seen, None)


class FindingCollector:
    """The findings reported so far, in the order in which they were reported."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def report(
        self,
        code: str,
        place: Place,
        field: str,
        message: str,
        advice: str,
        *,
        given: str | None = None,
        expected: str | None = None,
        difference: str | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Add one finding (see `reported`)."""
        more = {"given": given, "expected": expected, "difference": difference}
        self.findings.append(reported(code, place, field, message, advice, severity=severity, **more))
