"""Advice is right in the end: whoever does all that the list of problems says has no error left."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Entry, Result
from perf_xlsx.findings.catalogue import catalogue
from perf_xlsx.results.comparison import since
from perf_xlsx.results.recording import as_json, as_record
from tests import CASES
from tests.kit.advice import codes, errors, left_over, restore, usual_choice
from tests.kit.filled import filled, template_of
from tests.kit.finding_cases import FORMS, FindingCase, changed, read_cases
from tests.kit.layout_figures import RULEBOOK
from tests.kit.layouts import LAYOUTS, national
from tests.kit.outcome import findings_of

WITHOUT_FORM = {"R01", "R02", "R03", "R04", "R05", "R06"}


def _has_errors(case: FindingCase) -> bool:
    usual = {code for code, entry in catalogue().items() if entry.severities[0] == "error"}
    told = {wanted.code for wanted in case.expected if wanted.severity == "error" or wanted.code == "F10"}
    return bool(told or usual & case.besides.keys())


FAULTY = [case for case in read_cases(CASES / "问题.md") if _has_errors(case)]


@cache
def _well_made(folder: Path, form: str, rulebook: str | None) -> Path:
    path = folder / f"{form}-{rulebook}.xlsx"
    path.write_bytes(filled((CASES / FORMS[form]).read_text("utf-8"), rulebook))
    return path


@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case.title)
def test_following_all_advice_leaves_no_error(
    case: FindingCase, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    form = json.loads((CASES / FORMS[case.form]).read_text("utf-8"))
    for path, new in case.changes:
        changed(form, path, new)
    returned = tmp_path / "returned.xlsx"
    returned.write_bytes(filled(form, case.rulebook))
    choose = restore(_well_made(tmp_path_factory.getbasetemp(), case.form, case.rulebook))
    before = as_record(pipeline.score(returned, None, case.rulebook))
    assert codes(left_over(returned, choose, case.rulebook)) == []
    after = as_record(pipeline.score(returned, None, case.rulebook))
    assert since(after, before).changed == (), "who does as told is accused of nothing"


@pytest.mark.parametrize("story", ["department-as-filed", "department-corrected", "project"])
def test_the_examples_end_without_an_error(story: str, tmp_path: Path) -> None:
    returned = tmp_path / "returned.xlsx"
    returned.write_bytes(template_of(story))
    assert codes(left_over(returned, usual_choice)) == []


def test_the_report_as_filed_is_mended_in_one_go(tmp_path: Path) -> None:
    """The weight that was typed as its score, the points by another method, and the total that both make."""
    returned = tmp_path / "returned.xlsx"
    returned.write_bytes(template_of("department-as-filed"))
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
    (said,) = findings_of(score_case(well_made), "I06")
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


def test_what_is_wrong_beside_a_wrong_money_unit_is_told_at_once(
    well_made: dict[str, object], score_case: Callable[..., Result]
) -> None:
    changed(well_made, "合计·全年执行数", 9_700_000)
    changed(well_made, "预算执行率得分", 9)
    changed(well_made, "自评总分", 97.33)
    rights = {f.code: f.correction and f.correction.text for f in score_case(well_made).findings}
    assert rights == {"F10": "970", "I06": "9.7", "T02": "98.03"}


@pytest.mark.parametrize("path", ["公用经费·全年执行数", "项目1·全年执行数"])
def test_where_several_amounts_may_be_wrong_none_is_said_to_be(
    path: str, well_made: dict[str, object], score_case: Callable[..., Result]
) -> None:
    changed(well_made, path, 99)
    said = [f for f in score_case(well_made).findings if f.code in ("F01", "F05")]
    assert [f.correction for f in said] == [None]
    assert "核对" in said[0].advice


def _paper_with_mistakes(name: str, path: Path) -> None:
    """An official layout in which points, a weight, the total and the grade were typed wrong."""
    LAYOUTS[name]().save(path)
    evaluation = pipeline.score(path, None, RULEBOOK.get(name)).evaluation
    assert evaluation is not None
    book = openpyxl.load_workbook(path)
    first, second = evaluation.indicators[:2]
    wrong: list[tuple[Entry[Any], object]] = [
        (first.claimed_points, (first.claimed_points.value or 0) - 1),
        (evaluation.claimed.total, 77),
        (evaluation.claimed.grade, "中"),
        (evaluation.claimed.execution_points, 3),
        (evaluation.total_funds.claimed_rate, "55.5%"),
    ]
    if second.weight.place != second.claimed_points.place:
        wrong.append((second.weight, (second.weight.value or 0) + 7))
    for entry, value in wrong:
        if entry.place.cell and not entry.empty:
            book[entry.place.sheet][entry.place.cell] = value
    book.save(path)


@pytest.mark.parametrize("name", LAYOUTS)
def test_advice_on_an_official_layout_is_right_in_the_end(name: str, tmp_path: Path) -> None:
    paper = tmp_path / "paper.xlsx"
    _paper_with_mistakes(name, paper)
    before = errors(pipeline.score(paper, None, RULEBOOK.get(name)))
    assert before
    assert codes(left_over(paper, usual_choice, RULEBOOK.get(name))) == []


@pytest.mark.parametrize(("target", "corrected"), [("10元", "≤10元"), ("≥10元", "≤10元")])
def test_a_sign_inside_a_target_is_corrected_with_its_target(target: str, corrected: str, tmp_path: Path) -> None:
    paper = tmp_path / "paper.xlsx"
    page = national()
    page.row(17, "D E F G H I:J", "指标1：每公里养护成本", target, "12元", 10, 8.33, "材料涨价；下年集中采购。")
    page.row(24, "A:F G H I:J", "总分", 100, 93.3, None)
    page.save(paper)
    rights = {f.code: f.correction for f in pipeline.score(paper).findings if f.correction}
    (sign,) = (right for code, right in rights.items() if code in ("I01", "I16"))
    assert (sign.place.cell, sign.text) == ("E17", corrected)
    assert codes(left_over(paper, usual_choice)) == []


MISTAKES = st.fixed_dictionaries(
    {},
    optional={
        "指标1·自评得分": st.integers(0, 20),
        "指标3·自评得分": st.sampled_from([10, 9.5, 8.3, 8, 0]),
        "指标3·分值": st.sampled_from([8.33, 100, 1, 12, 9]),
        "指标5·分值": st.sampled_from([1, 100, 8]),
        "指标2·实际完成值": st.integers(80, 100),
        "指标3·指标性质": st.sampled_from(["≥", None]),
        "指标3·指标完成率": st.sampled_from(["120%", "90%"]),
        "指标4·实际完成值": st.sampled_from(["部分达成", "未达成"]),
        "指标1·年度指标值": st.sampled_from([None, 250000]),
        "指标2·偏差原因": st.just("无"),
        "合计·全年执行数": st.sampled_from([907, 97, 9700000, 1]),
        "合计·全年预算数": st.sampled_from([100, 1001]),
        "基本支出·年初预算数": st.sampled_from([60, 610]),
        "合计·预算执行率": st.sampled_from(["79%", "97%", "9.7%"]),
        "项目1·全年执行数": st.sampled_from([257, 27.5]),
        "预算执行率得分": st.sampled_from([10, 9.7, 9, 97]),
        "自评总分": st.sampled_from([98, 98.03, 100, 89, 89.6, 8.9]),
        "自评等级": st.sampled_from(["良", "中"]),
    },
)


ROUNDED_INTO_A_GRADE = {  # 8 for 7.50 makes 80.23 of 79.73
    "指标3·自评得分": 8, "自评总分": 98, "基本支出·年初预算数": 60, "项目1·全年执行数": 27.5, "指标3·指标性质": None,
    "预算执行率得分": 10, "指标2·偏差原因": "无", "指标1·年度指标值": 250000, "指标1·自评得分": 0, "自评等级": "良",
    "指标3·分值": 9, "指标5·分值": 1, "指标4·实际完成值": "部分达成",
}  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(ROUNDED_INTO_A_GRADE)
@example({"指标3·指标性质": None, "指标1·自评得分": 0, "自评总分": 98, "指标3·自评得分": 10})
@example(
    {"指标1·自评得分": 0, "指标3·指标性质": None, "自评等级": "良", "预算执行率得分": 10, "指标3·自评得分": 10}
)
@example({"指标3·分值": 100, "指标5·分值": 100})  # who takes all that is too much from one has a negative weight
@given(MISTAKES)
def test_whatever_was_typed_wrong_advice_ends_without_an_error(
    tmp_path_factory: pytest.TempPathFactory, mistakes: dict[str, object]
) -> None:
    form = json.loads((CASES / FORMS["部门"]).read_text("utf-8"))
    for path, new in mistakes.items():
        changed(form, path, new)
    returned = tmp_path_factory.mktemp("form") / "returned.xlsx"
    returned.write_bytes(filled(form))
    choose = restore(_well_made(tmp_path_factory.getbasetemp(), "部门", None))
    assert codes(left_over(returned, choose)) == []
