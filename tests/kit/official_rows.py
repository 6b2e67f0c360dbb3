"""A project form in the national layout with indicators of one's own, and a department form of ours likewise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Entry, Finding, Result
from tests.kit.layouts import HEADS, Paper, first_rows

OF_THE_WHOLE = ("I13", "I19", "W01", "W02", "W05")  # told at a row, and not of it
Row = tuple[str, Any, Any, Any, Any]  # name, target, actual, weight, claimed points


def official(folder: Path, *rows: Row, level: str = "产出指标", year: int = 2023, total: Any = None) -> Result:
    """Score a form in the national layout that holds these rows under one level."""
    p = Paper()
    first_rows(p, "乡村道路养护", "示例县公路养护中心", ("养护村道四十二公里。", "全部养护完成。"), year)
    p.row(8, "A B C D E F G H", *HEADS)
    for at, (name, target, actual, weight, claimed) in enumerate(rows, 9):
        p.row(at, "A B C D E F G H", level, "", name, target, actual, weight, claimed, None)
    p.row(9 + len(rows), "A:E F G H", "总分", 100, total, None)
    return pipeline.score(p.save(folder / "official.xlsx"))


def own(case: dict[str, Any], *rows: Row, **more: Any) -> dict[str, Any]:
    """The case with these indicators in place of its own; `more` goes into each."""
    made = [
        {
            "level1": "产出指标", "level2": "数量指标", "name": name, "target": target, "actual": actual,
            "weight": weight, "claimed_points": claimed,
        }
        | more
        for name, target, actual, weight, claimed in rows
    ]  # fmt: skip
    return case | {"indicators": made}


def points(result: Result) -> list[str | None]:
    """The points of each indicator; None where they are open."""
    assert result.scores is not None, [f.message for f in result.findings]
    return [None if s.points is None else str(s.points) for s in result.scores.indicators]


def of_rows(result: Result, *codes: str) -> list[tuple[str, str, str | None]]:
    """Code, severity and field of what is told of single indicators (all of it, or of these codes)."""
    assert result.evaluation is not None
    places = {
        e.place
        for row in result.evaluation.indicators
        for e in asdict(row).values()
        if isinstance(e, Entry) and e.place.cell
    }
    told = [f for f in result.findings if f.place in places and f.code not in OF_THE_WHOLE]
    return [_short(f) for f in told if not codes or f.code in codes]


def errors(result: Result) -> list[tuple[str, str, str | None]]:
    """Every error."""
    return [_short(f) for f in result.findings if f.severity == "error"]


def _short(found: Finding) -> tuple[str, str, str | None]:
    return found.code, found.severity, found.field


def scored(folder: Path, *rows: Row, **more: Any) -> Sequence[str | None]:
    """The points that the rows get in the national layout."""
    return points(official(folder, *rows, **more))
