"""Official layouts, changed and scored, and what the notice of how they were read says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Finding, Result
from perf_xlsx.results.recording import recorded_number
from tests.kit.layouts import Paper


def score_paper(paper: Paper, folder: Path, rulebook: str | None = None) -> Result:
    """The result of an official layout."""
    return pipeline.score(paper.save(folder / "returned.xlsx"), rulebook=rulebook)


def shown(value: Any) -> str:
    """A value as a table of expected ones has it."""
    return "" if value is None else str(recorded_number(value))


def layout_notice(result: Result) -> Finding:
    """The notice of what was recognised in the layout."""
    return next(f for f in result.findings if f.code == "R19" and f.severity == "notice")
