"""Advice is right in the end: whoever does all that the list of problems says has no error left."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from perf_xlsx import pipeline
from perf_xlsx.catalogue import catalogue
from perf_xlsx.demo import case_text
from perf_xlsx.model import Result
from perf_xlsx.report import as_json
from tests.advice import codes, errors, left_over, restore, usual_choice
from tests.conftest import CASES
from tests.finding_cases import FORMS, FindingCase, changed, read_cases

WITHOUT_FORM = {"R01", "R02", "R03", "R04", "R05", "R06"}


def _has_errors(case: FindingCase) -> bool:
    usual = {code for code, entry in catalogue().items() if entry.severities[0] == "error"}
    return any(wanted.severity == "error" for wanted in case.expected) or bool(usual & case.besides.keys())


FAULTY = [case for case in read_cases(CASES / "问题.md") if _has_errors(case)]


@cache
def _well_made(folder: Path, form: str, rulebook: str | None) -> Path:
    path = folder / f"{form}-{rulebook}.xlsx"
    pipeline.write_template(path, case=(CASES / FORMS[form]).read_text("utf-8"), rulebook=rulebook)
    return path


@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case.title)
def test_following_all_advice_leaves_no_error(
    case: FindingCase, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    form = json.loads((CASES / FORMS[case.form]).read_text("utf-8"))
    for path, new in case.changes:
        changed(form, path, new)
    returned = tmp_path / "returned.xlsx"
    pipeline.write_template(returned, case=json.dumps(form, ensure_ascii=False), rulebook=case.rulebook)
    choose = restore(_well_made(tmp_path_factory.getbasetemp(), case.form, case.rulebook))
    assert codes(left_over(returned, choose, case.rulebook)) == []


@pytest.mark.parametrize("story", ["department-as-filed", "department-corrected", "project"])
def test_the_examples_end_without_an_error(story: str, tmp_path: Path) -> None:
    returned = tmp_path / "returned.xlsx"
    pipeline.write_template(returned, case=case_text(story))
    assert codes(left_over(returned, usual_choice)) == []


def test_the_report_as_filed_is_mended_in_one_go(tmp_path: Path) -> None:
    """The weight that was typed as its score, the points by another method, and the total that both make."""
    returned = tmp_path / "returned.xlsx"
    pipeline.write_template(returned, case=case_text("department-as-filed"))
    result = pipeline.score(returned)
    rights = {(f["code"], f["cell"]): f["correction"] for f in as_json(result)["findings"]}
    assert rights["W01", "K8"] == rights["W04", "K8"] == {"sheet": "绩效指标", "cell": "K8", "value": "10"}
    assert rights["I06", "M7"] == {"sheet": "绩效指标", "cell": "M7", "value": "12"}
    assert rights["T02", "C7"] == {"sheet": "自评结论", "cell": "C7", "value": "89.59"}
    assert rights["I09", "J12"] == {"sheet": "绩效指标", "cell": "J12", "value": "140.50%"}
    assert rights["I06", "M8"] is None
    assert {code for (code, _), right in rights.items() if right} == {"W01", "W04", "I06", "I09", "T02"}


def test_a_score_that_is_right_once_its_weight_is_says_so(
    well_made: dict[str, object], score_case: Callable[..., Result]
) -> None:
    changed(well_made, "指标3·分值", 8.33)
    (said,) = (f for f in score_case(well_made).findings if f.code == "I06")
    assert said.severity == "notice"
    assert said.advice == "请更正分值（K8），自评得分不必改。"
    assert said.expected == said.given == "8.33"


def test_a_rounded_total_that_may_stay_is_an_error_where_another_score_changes(
    score_case: Callable[..., Result],
) -> None:
    form = json.loads((CASES / FORMS["项目"]).read_text("utf-8"))
    changed(form, "自评总分", 96)
    alone = [f.severity for f in score_case(form).findings if f.code == "T01"]
    changed(form, "预算执行率得分", 8)
    (total,) = (f for f in score_case(form).findings if f.code in ("T01", "T02"))
    assert alone == ["notice"]
    assert total.severity == "notice"  # the points are mended to 9.40, and 96 is the rounded total again
    changed(form, "自评总分", 95)
    (total,) = (f for f in score_case(form).findings if f.code in ("T01", "T02"))
    assert (total.severity, total.correction and total.correction.text) == ("error", "96.4")


def test_a_total_is_not_rounded_into_another_grade(
    well_made: dict[str, object], score_case: Callable[..., Result]
) -> None:
    changed(well_made, "指标3·计分方法", "达标法")
    changed(well_made, "指标3·自评得分", 0)
    changed(well_made, "自评总分", 90)
    found = {f.code: f for f in score_case(well_made).findings}
    assert found["T01"].severity == "error"
    rights = {code: one.correction.text for code, one in found.items() if one.correction}
    assert (rights["T01"], rights["T03"]) == ("89.7", "良")


@pytest.mark.parametrize(
    ("path", "wrong", "cell", "right"),
    [
        ("合计·年初预算数", 1010, "C10", "1000"),
        ("合计·全年执行数", 979, "F10", "970"),
        ("基本支出·全年预算数", 602, "E6", "620"),
        ("项目支出·全年执行数", 307, "F9", "370"),
        ("合计·全年预算数", 100, "E10", "1000"),
    ],
)
def test_the_one_amount_that_mends_every_sum_is_told_once(
    path: str, wrong: float, cell: str, right: str, well_made: dict[str, object],
    score_case: Callable[..., Result],
) -> None:  # fmt: skip
    changed(well_made, path, wrong)
    result = score_case(well_made)
    (said,) = errors(result)
    assert said.correction is not None
    assert (said.correction.place.cell, said.correction.text) == (cell, right)


@pytest.mark.parametrize("path", ["公用经费·全年执行数", "项目1·全年执行数"])
def test_where_several_amounts_may_be_wrong_none_is_said_to_be(
    path: str, well_made: dict[str, object], score_case: Callable[..., Result]
) -> None:
    changed(well_made, path, 99)
    said = [f for f in score_case(well_made).findings if f.code in ("F01", "F05")]
    assert [f.correction for f in said] == [None]
    assert "核对" in said[0].advice
