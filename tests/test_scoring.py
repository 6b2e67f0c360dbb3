"""The published rules, one row each (tests/cases/评分规则-*.md), through the real template and reader."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx.model import Result
from perf_xlsx.report import as_json
from tests.conftest import CASES
from tests.finding_cases import value

COLUMNS = {
    "指标性质": "sign", "指标值": "target", "计量单位": "unit", "实际完成值": "actual", "分值": "weight",
    "计分方法": "method", "自评得分": "claimed_points",
}  # fmt: skip


def table(path: Path) -> list[dict[str, str]]:
    """The rows of the file's Markdown table."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line.startswith("|")]
    heads, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(heads, row, strict=True)) for row in rows]


def form_of(rows: list[dict[str, str]]) -> dict[str, Any]:
    """One form with a row of the table as each of its indicators."""
    total = {"line": "合计", "initial": 1000, "adjusted": 1000, "executed": 868}
    indicators = [
        {"name": row["情形"]} | {key: value(row[head]) for head, key in COLUMNS.items() if row[head]}
        for row in rows
    ]
    return {"form": "department", "year": 2024, "unit": "示例单位", "funds": [total], "indicators": indicators}


@pytest.mark.parametrize("path", sorted(CASES.glob("评分规则-*.md")), ids=lambda path: path.stem)
def test_rules(path: Path, score_case: Callable[..., Result]) -> None:
    rows = table(path)
    result = score_case(form_of(rows), rulebook=path.stem.removeprefix("评分规则-"))
    scored = as_json(result)["indicators"]
    assert len(scored) == len(rows)
    for row, got in zip(rows, scored, strict=True):
        assert got["name"] == row["情形"]
        assert got["points"] == (None if row["应得分"] == "未评" else row["应得分"]), row
        assert (got["completion"] or "") == row["完成率"], row
        assert got["why"].endswith("。")
        assert got["basis"] or "计分方法" in got["why"]


def test_what_cannot_be_scored_is_open_and_the_total_provisional(
    well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    well_made["indicators"][0]["actual"] = None
    result = score_case(well_made)
    assert result.scores is not None
    assert not result.scores.complete
    assert result.scores.indicators[0].points is None
    assert result.scores.total == Decimal("78.03")


def test_execution_points_come_from_the_exact_rate_and_are_capped(
    well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    well_made["funds"] = [{"line": "合计", "adjusted": 3291.98, "executed": 2857.28}]
    well_made["projects"] = []
    assert as_json(score_case(well_made))["execution"] == {
        "rate": "0.8679518101568053268853395221", "points": "8.68", "weight": "10"
    }  # fmt: skip
    well_made["funds"][0]["executed"] = 4000
    assert as_json(score_case(well_made))["execution"]["points"] == "10.00"
