"""Forms in the layouts of more provinces: each holds the same, and is read the same."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.results.report import as_json
from tests.kit.provinces import FORMS, YEARS

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
    assert (found["unit"], found["year"]) == ("示例市教师进修学校", YEARS[name])
    assert Decimal(found["execution"]["rate"]) == 1
    assert found["total"] == "99.78"
