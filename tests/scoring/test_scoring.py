"""The published rules, one row each (tests/cases/评分规则-*.md), through the real template and reader."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from perf_xlsx.domain.model import Result
from perf_xlsx.ooxml import Package
from perf_xlsx.reading.form_reader import NOT_READ
from perf_xlsx.reading.read import read
from perf_xlsx.results.recording import as_json
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from perf_xlsx.scoring import score_evaluation
from tests.kit.filled import filled
from tests.kit.rule_tables import FILES, VARIANTS, form_of, form_of_sums, rulebook_of, table


def test_every_rulebook_has_its_table() -> None:
    assert {rulebook_of(path) for path in FILES} == set(rulebook_names())


@pytest.mark.parametrize("path", [*FILES, *VARIANTS], ids=lambda path: path.stem)
def test_indicators(path: Path, score_case: Callable[..., Result]) -> None:
    rows = table(path)
    result = score_case(form_of(rows, rulebook_of(path)), rulebook=rulebook_of(path))
    scored = as_json(result)["indicators"]
    assert len(scored) == len(rows)
    for row, got in zip(rows, scored, strict=True):
        assert got["name"] == row["情形"]
        assert got["points"] == (None if row["应得分"] == "未评" else row["应得分"]), row
        assert (got["completion"] or "") == row["完成率"], row
        assert got["why"].endswith("。")
        assert got["basis"] or "计分方法" in got["why"]


@pytest.mark.parametrize(
    ("rulebook", "row"),
    [
        pytest.param(rulebook_of(path), row, id=f"{path.stem}-{row['情形']}")
        for path in (*FILES, *VARIANTS)
        for row in table(path, "总分与等级")
    ],
)
def test_totals(rulebook: str, row: dict[str, str], score_case: Callable[..., Result]) -> None:
    got = as_json(score_case(form_of_sums(row, rulebook), rulebook=rulebook))
    seen = {
        "执行率": got["execution"]["rate"] or "",
        "执行得分": got["execution"]["points"] or "未评",
        "封顶": "、".join(found["expected"] for found in got["findings"] if found["code"] == "T04"),
        "总分": got["total"],
        "等级": got["grade"] or "—",
    }
    assert seen == {head: row[head] for head in seen}
    assert got["complete"] == (row["等级"] != "—")


def test_what_cannot_be_scored_is_open_and_the_total_provisional(
    well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    well_made["indicators"][0]["actual"] = None
    result = score_case(well_made)
    assert result.scores is not None
    assert not result.scores.complete
    assert result.scores.indicators[0].points is None
    assert result.scores.total == Decimal("78.03")


@pytest.mark.parametrize(("executed", "why"), [(-970, "填-970，小于零"), ("约九百", "填“约九百”")])
def test_why_execution_is_not_scored_says_what_stands_there(
    executed: int | str, why: str, well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    well_made["funds"][-1]["executed"] = executed
    scores = score_case(well_made).scores
    assert scores is not None
    assert scores.execution.points is None
    assert scores.execution.why.startswith(f"合计·全年执行数{why}")
    assert not scores.complete


def test_an_amount_of_a_block_that_was_not_read_is_called_not_read(well_made: dict[str, Any]) -> None:
    returned = filled(well_made)
    evaluation = read(Package.open(returned), "a.xlsx", None)[0].evaluation
    assert evaluation is not None
    total = replace(
        evaluation.total_funds, executed=replace(evaluation.total_funds.executed, value=None, given=NOT_READ)
    )
    lost = replace(evaluation, funds={**evaluation.funds, evaluation.total_line: total})
    assert score_evaluation(lost, load_rulebook(evaluation.rulebook)).execution.why.startswith(
        "合计·全年执行数没有读到，执行率无法"
    )


@pytest.mark.parametrize("sign", [">", "<"])
def test_what_a_strict_sign_makes_of_equality_is_said_and_cited(
    sign: str, well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    """95 does not exceed 95: that it counts as met is no national rule."""
    well_made["indicators"][0] |= {"sign": sign, "target": 95, "actual": 95, "unit": "%", "method": None}
    score = as_json(score_case(well_made))["indicators"][0]
    assert score["why"].startswith(f"实际完成值95%恰好等于指标值（{sign}95%），按完成计，得满分")
    assert "＞按≥、＜按≤计分（未核对原文）" in score["basis"]
    well_made["indicators"][0]["actual"] = 94 if sign == "<" else 96
    assert "＞按≥" not in as_json(score_case(well_made))["indicators"][0]["basis"]
