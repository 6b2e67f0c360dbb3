"""There is a grade only where the form is whole: nothing required is missing, and its weights come to what they should."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from msgspec.structs import replace

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result, Waived
from perf_xlsx.judging.waivers import Waiver, Waiving
from perf_xlsx.results.recording import as_json
from tests.kit.official_form import ROWS, Score


def test_an_untouched_template_has_no_grade(tmp_path: Path) -> None:
    for kind in ("department", "project"):
        pipeline.write_template(tmp_path / "blank.xlsx", kind, 2024)
        found = as_json(pipeline.score(tmp_path / "blank.xlsx"))
        assert (found["total"], found["grade"], found["complete"]) == ("0.00", None, False)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("unit",), None, "1处必填项没有填写"),
        (("indicators", 0, "claimed_points"), "满分", "1处自评得分不是数字"),
        (("indicators", 0, "weight"), 25, "分值合计105，不是100"),
        (("indicators", 0, "weight"), 19.98, "分值合计99.98，不是100"),
        (("indicators", 0, "weight"), 0, "分值合计80，不是100"),
        (("indicators", 0, "weight"), None, "1项不能评分，按0分计"),
        (("indicators", 0, "actual"), None, "1项不能评分，按0分计"),
        (("funds", 4, "executed"), None, "1项不能评分，按0分计"),
    ],
)
def test_without_a_required_value_or_with_weights_that_do_not_fit_there_is_no_grade(
    path: tuple[Any, ...], value: Any, why: str, well_made: dict[str, Any], score_case: Score, tmp_path: Path
) -> None:
    inner: Any = well_made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    result = score_case(well_made, "out.xlsx")
    found = as_json(result)
    assert (found["grade"], found["complete"]) == (None, False)
    assert result.scores is not None
    assert result.scores.provisional[0] == why
    shown = [
        str(c.value) for row in openpyxl.load_workbook(tmp_path / "out.xlsx")["评分汇总"].iter_rows() for c in row
    ]
    assert f"暂定：{why}" in shown
    assert "总分暂定，不评等级" in shown
    assert not {f.code for f in result.findings} & {"T02", "T05"}


def test_weights_within_the_tolerance_earn_a_grade(well_made: dict[str, Any], score_case: Score) -> None:
    well_made["indicators"][0]["weight"] = 19.99
    assert as_json(score_case(well_made))["grade"] == "优"


def test_two_of_three_indicators_are_no_whole_form(form: Callable[..., Result]) -> None:
    found = as_json(form(rows=ROWS[:2]))
    assert (found["total"], found["grade"], found["complete"]) == ("60.00", None, False)


def test_what_the_bureau_lets_pass_is_no_obstacle_to_a_grade(
    well_made: dict[str, Any], score_case: Score, tmp_path: Path
) -> None:
    well_made["indicators"][0] |= {"weight": 19, "claimed_points": 19}
    well_made["claimed"] |= {"total": 97.03}
    well_made["unit"] = None
    score_case(well_made)
    path, today = tmp_path / "returned.xlsx", datetime.date(2025, 4, 1)
    waived = Waived("经批准", "财政局", datetime.date(2025, 12, 31))
    each = [Waiver(2, code, "", "returned.xlsx", "", waived) for code in ("W01", "R07")]
    for waivers, grade in (((), None), (each[:1], None), (each, "优")):
        terms = replace(pipeline.Terms(), waiving=Waiving(tuple(waivers), today))
        found = as_json(pipeline.score(path, terms=terms))
        assert (found["grade"], found["complete"]) == (grade, grade is not None)
        assert {f["code"] for f in found["findings"] if "waived" in f} == {w.code for w in waivers}
