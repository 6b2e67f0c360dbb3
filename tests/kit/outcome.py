"""A workbook scored, and what was found in it."""

from __future__ import annotations

from pathlib import Path

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Finding, Result


def scored(data: bytes, folder: Path, name: str = "a.xlsx") -> Result:
    """Score a workbook under a name; nothing is written."""
    (folder / name).write_bytes(data)
    return pipeline.score(folder / name)


def with_copy(data: bytes, folder: Path, name: str = "a.xlsx") -> Result:
    """Score a workbook under a name and write its copy, out.xlsx in the folder."""
    (folder / name).write_bytes(data)
    return pipeline.score(folder / name, folder / "out.xlsx")


def scored_in_turn(data: bytes, folder: Path, times: int = 1) -> list[Result]:
    """The results of a workbook, of its copy (r1.xlsx), of the copy's copy (r2.xlsx), and so on."""
    (folder / "r0.xlsx").write_bytes(data)
    return [pipeline.score(folder / f"r{n}.xlsx", folder / f"r{n + 1}.xlsx") for n in range(times)]


def findings_of(result: Result, *codes: str) -> list[Finding]:
    """The findings of these codes."""
    return [one for one in result.findings if one.code in codes]
