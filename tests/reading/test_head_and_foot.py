"""Boxes around the tables as bureaus print them: departments of two tiers, a total in words, grades to tick."""

from __future__ import annotations

from pathlib import Path

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.results.recording import as_json
from tests.kit.layouts import Paper, national
from tests.kit.money_blocks import one_line
from tests.kit.published_tables import PUBLISHED


def scored(p: Paper, folder: Path) -> Result:
    return pipeline.score(p.save(folder / "form.xlsx"))


def foot(*lines: str) -> Paper:
    """The form with these lines merged across in the place of its row of the total."""
    p = one_line()
    p.sheet.unmerge_cells("A12:F12")
    for column in "AGHI":
        p.put(f"{column}12", None)
    for row, line in enumerate(lines, 12):
        p.put(f"A{row}:I{row}", line)
    return p


def test_the_budget_unit_is_the_unit_below_its_budget_department(tmp_path: Path) -> None:
    p = one_line()
    p.put("A3", "预算部门")
    p.put("E3", "预算单位")
    assert as_json(scored(p, tmp_path))["unit"] == "某市教师进修学校"


@pytest.mark.parametrize("line", ["合计得分：99分", "自评总分：99", "自评得分: 99分"])
def test_a_total_in_the_line_of_its_label(line: str, tmp_path: Path) -> None:
    result = scored(foot(line), tmp_path)
    assert as_json(result)["claimed_total"] == "99"
    assert not [f for f in result.findings if f.code == "R07"]


@pytest.mark.parametrize(
    ("line", "grade"),
    [("自评等级：优√ 良□ 中□ 差□", "优"), ("自评等级：□优 ☑良 □中 □差", "良"), ("自评等级：优（√）、良（ ）、中（ ）、差（ ）", "优")],
)  # fmt: skip
def test_a_ticked_grade_is_read_and_told(line: str, grade: str, tmp_path: Path) -> None:
    result = scored(foot("自评总分：99", line), tmp_path)
    assert as_json(result)["claimed_grade"] == grade
    (told,) = [f for f in result.findings if f.place.cell == "A13" and f.code == "R19"]
    assert (told.severity, told.message.endswith(f"按打勾的“{grade}”读取。")) == ("notice", True)


@pytest.mark.parametrize("ticks", ["优 √ 良 中 差", "优√ 良√ 中□ 差□", "优□ 良□ 中□ 差□"])
def test_of_ticks_that_do_not_tell_the_grade_it_is_asked_for(ticks: str, tmp_path: Path) -> None:
    result = scored(foot("自评总分：99", f"自评等级：{ticks}"), tmp_path)
    assert as_json(result)["claimed_grade"] is None
    assert [f.place.cell for f in result.findings if f.code == "R13"] == ["A13"]


@pytest.mark.parametrize(
    ("reporting", "working", "unit", "shown"),
    [
        ("区商务局", "投资促进中心", "区商务局", "投资促进中心"),
        ("314002-区商务局", "314003-投资促进中心", "区商务局", "投资促进中心"),
        ("区商务局", "区商务局", "区商务局", "区商务局"),
        ("区商务局", None, "区商务局", "区商务局"),
        (None, "投资促进中心", "投资促进中心", "投资促进中心"),
    ],
)
def test_the_unit_that_reports_beside_the_one_that_does_the_work(
    reporting: str | None, working: str | None, unit: str, shown: str, tmp_path: Path
) -> None:
    p = national()
    p.sheet["A3"], p.sheet["A4"], p.sheet["F4"] = "项目名称", "单位名称", "项目实施单位"
    p.sheet["C4"], p.sheet["H4"] = reporting, working
    result = scored(p, tmp_path)
    assert result.evaluation is not None
    assert (as_json(result)["unit"], result.evaluation.boxes["unit"].value) == (unit, shown)
    told = [f.message for f in result.findings if f.code == "R19" and f.place.cell == "H4"]
    assert len(told) == (unit != shown)


def test_hubei_names_the_project_unit_on_our_form_and_the_bureau_in_the_record() -> None:
    result = pipeline.score(PUBLISHED / "hb-shangwu.xlsx")
    assert result.evaluation is not None
    assert result.evaluation.boxes["unit"].value == "投资促进中心"
    assert as_json(result)["unit"] == result.evaluation.unit == "区商务局"
