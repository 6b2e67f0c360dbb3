"""Forms in the layouts of more provinces: each holds the same, and is read the same."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.results.recording import as_json
from tests.kit.provinces import FORMS, WHY, YEARS

# name, target, unit, actual, weight, claimed points
ROWS: list[tuple[Any, ...]] = [
    ("培训教师人数", "300", "人次", "320", "20", "20"),
    ("培训合格率", "95", "%", "96", "30", "30"),
    ("教学能力", "明显提升", None, "达成", "30", "30"),
    ("参训教师满意度", "90", "%", "88", "10", "9.78"),
]


@pytest.mark.parametrize("name", FORMS)
def test_the_layout_of_another_province_is_read(name: str, tmp_path: Path) -> None:
    found = as_json(pipeline.score(FORMS[name]().save(tmp_path / "form.xlsx")))
    keys = ("name", "target", "unit", "actual", "weight", "claimed")
    assert [tuple(row[key] or None for key in keys) for row in found["indicators"]] == ROWS
    assert (found["unit"], found["year"]) == ("示例市教师进修学校", YEARS[FORMS[name]])
    assert Decimal(found["execution"]["rate"]) == 1
    assert found["total"] == "99.78"


def test_a_tick_among_the_kinds_of_reasons_is_no_reason(tmp_path: Path) -> None:
    result = pipeline.score(FORMS["reasons_in_boxes"]().save(tmp_path / "form.xlsx"))
    assert result.evaluation is not None
    assert [row.reason.value for row in result.evaluation.indicators] == list(WHY)


def test_amounts_that_are_named_twice_are_told_and_not_read(tmp_path: Path) -> None:
    paper = FORMS["money_beside_labels"]()
    paper.row(4, "B C D E F G", "分值", 10, "得分", 10, "全年支出数", 40)
    result = pipeline.score(paper.save(tmp_path / "form.xlsx"))
    found = [(f.code, f.severity, f.place.cell) for f in result.findings if f.code in ("R06", "R07", "R19")]
    assert as_json(result)["execution"]["rate"] is None
    assert ("R06", "error", None) in found
    assert any("E3“50万元”" in f.message for f in result.findings)
