"""Results of workbooks in other formats, beside those of the same form as .xlsx."""

from __future__ import annotations

from typing import Any

from perf_xlsx.domain.model import Finding, Result
from perf_xlsx.results.recording import as_json


def said(findings: tuple[Finding, ...], *without: str) -> list[tuple[Any, ...]]:
    """Findings without the workbook's name."""
    return [
        (f.code, f.severity, f.place.sheet, f.place.cell, f.field, f.given, f.expected, f.difference, f.message)
        for f in findings
        if f.code not in without
    ]


def values(result: Result) -> dict[str, Any]:
    """Everything that was read and computed, with its sheets and cells, as a program sees it."""
    found = as_json(result)
    return {key: found[key] for key in found if key not in ("file", "sha256", "output", "findings")}


def same(result: Result, expected: Result, *without: str) -> None:
    """The same values, scores and findings as the .xlsx gives, and R18."""
    assert values(result) == values(expected)
    assert said(result.findings, "R18") == said(expected.findings, *without)
    assert [f.code for f in result.findings].count("R18") == 1
