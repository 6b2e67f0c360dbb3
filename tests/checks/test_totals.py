"""Whose total it is: points that the unit claims, what the form holds no place for, and what 自评表 says."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.results.recording import as_json
from tests.kit.foreign_workbooks import xlsb
from tests.kit.layouts import HEADS
from tests.kit.official_form import AMOUNTS, MONEY, ROWS, Score, official, told
from tests.kit.outcome import findings_of


def claimed(result: Result) -> str | None:
    found: str | None = as_json(result)["claimed_total"]
    return found


# ---- the claimed total ---------------------------------------------------------------------------------------


def test_the_form_is_well_made(form: Callable[..., Result]) -> None:
    result = form()
    assert told(result) == []
    assert (as_json(result)["total"], as_json(result)["grade"], claimed(result)) == ("100.00", "优", "100")


@pytest.mark.parametrize(
    ("total", "merged", "at"),
    [
        (("总分", None, None, None, None, 100, None), (), "G14"),
        (("总分", None, None, None, None, 100, None), ("A:E",), "G14"),
        (("总分", None, None, None, None, 90, None), ("A:E",), "G14"),
        (("合计", None, None, None, None, 100, None), ("A:E",), "G14"),
        (("总计", None, None, None, None, 100, None), ("A:E",), "G14"),
        (("合计得分", None, None, None, None, 100, None), ("A:E",), "G14"),
        (("自评总分", None, None, None, None, 100, None), ("A:E",), "G14"),
        (("总分", None, None, None, None, None, None), ("A:F",), "G14"),
    ],
)
def test_the_sum_of_the_weights_is_no_claimed_total(
    total: tuple[Any, ...], merged: tuple[str, ...], at: str, form: Callable[..., Result]
) -> None:
    result = form(total=total, merged=merged)
    assert claimed(result) is None
    assert told(result) == [("R07", at)]
    assert as_json(result)["grade"] is None


@pytest.mark.parametrize(
    ("total", "merged", "read"),
    [
        (("总分", None, None, None, None, 100, 99), ("A:E",), "99"),
        (("总分", None, None, None, None, 100, 100), ("A:E",), "100"),
        (("总分", None, None, None, None, None, 100), ("A:F",), "100"),
        (("合计", None, None, None, None, None, 98), (), "98"),
        (("自评总分", 97, None, None, None, None, None), ("B:H",), "97"),
        (("自评总分", 97, None, None, None, None, None), (), "97"),
    ],
)
def test_the_claimed_total_stands_under_the_points_or_beside_its_label(
    total: tuple[Any, ...], merged: tuple[str, ...], read: str, form: Callable[..., Result]
) -> None:
    result = form(total=total, merged=merged)
    assert claimed(result) == read


def test_a_total_of_weights_where_no_column_holds_points_is_nobodys_claim(form: Callable[..., Result]) -> None:
    heads, total = (*HEADS[:6], HEADS[7]), ("总分", None, None, None, None, 100, None)
    rows = [(*row[:6], None) for row in ROWS]
    result = form(heads=heads, rows=rows, total=total, merged=("A:E",), money=MONEY[:3], amounts=AMOUNTS[:3])
    assert claimed(result) is None
    assert told(result) == []
    assert as_json(result)["grade"] == "优"


def test_the_points_of_a_reviewer_are_not_the_units(form: Callable[..., Result]) -> None:
    heads = (*HEADS[:6], "自评得分", "复核得分")
    rows = [(*row[:7], 1) for row in ROWS]
    result = form(heads=heads, rows=rows, total=("总分", None, None, None, None, 100, 100, 4), merged=("A:E",))
    assert claimed(result) == "100"
    assert {i["claimed"] for i in as_json(result)["indicators"]} == {"30", "20", "10"}


# ---- the self-evaluation -------------------------------------------------------------------------------------


def test_an_official_form_without_any_claim_is_told_once(form: Callable[..., Result]) -> None:
    rows = [(*row[:6], None, None) for row in ROWS]
    total = ("总分", None, None, None, None, 100, None, None)
    result = form(rows=rows, total=total, merged=("A:E",), amounts=(*AMOUNTS[:5], None))
    assert told(result) == [("R07", "G10")]
    (found,) = findings_of(result, "R07")
    assert found.message == "没有自评打分：各项得分和总分都没有填写。"
    assert (as_json(result)["total"], as_json(result)["grade"], as_json(result)["complete"]) == (
        "100.00",
        None,
        False,
    )


def test_a_claim_left_empty_is_told_at_its_cell_and_a_column_once(form: Callable[..., Result]) -> None:
    one = [ROWS[0], (*ROWS[1][:6], None, None), *ROWS[2:]]
    assert told(form(rows=one)) == [("R07", "G11")]
    none = [(*row[:6], None, None) for row in ROWS]
    assert told(form(rows=none)) == [("R07", "G10")]


def test_our_template_without_any_claim_is_told_once(well_made: dict[str, Any], score_case: Score) -> None:
    well_made["claimed"] = {}
    for row in well_made["indicators"]:
        row["claimed_points"] = None
    result = score_case(well_made)
    assert [(f.code, f.place.sheet, f.place.cell) for f in result.findings] == [("R07", "绩效指标", "M6")]
    assert (as_json(result)["total"], as_json(result)["grade"]) == ("98.03", None)


def test_claims_of_our_template_left_empty_are_told_each(well_made: dict[str, Any], score_case: Score) -> None:
    well_made["claimed"] = {"execution_points": 9.7}
    well_made["indicators"][0]["claimed_points"] = None
    result = score_case(well_made)
    assert [(f.code, f.field) for f in result.findings] == [("R07", "自评得分"), ("R07", "自评等级")]


def test_points_within_a_band_are_asked_for_once(well_made: dict[str, Any], score_case: Score) -> None:
    well_made["indicators"][3] |= {
        "actual": "部分达成",
        "claimed_points": None,
        "reason": "甲方未配合",
        "improvement": "改",
    }
    result = score_case(well_made)
    (asked,) = findings_of(result, "R07")
    assert asked.expected == "18—24"


def test_the_paper_with_the_seal_keeps_the_units_points_and_ours_apart(
    well_made: dict[str, Any], score_case: Score, tmp_path: Path
) -> None:
    well_made["indicators"][2]["claimed_points"] = 9
    well_made["claimed"] |= {"total": 98.7, "grade": "良"}
    score_case(well_made, "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["自评表"]
    rows = [[cell.value for cell in row if cell.value is not None] for row in sheet.iter_rows()]
    heads = next(row for row in rows if "三级指标" in row)
    assert [head.replace("\n", "") for head in heads[-4:-2]] == ["自评得分", "核定得分"]
    assert "得分" not in heads
    row = next(row for row in rows if "单页数字化成本" in row)
    assert row[row.index("单页数字化成本") + 4 :][:3] == [10, 9, 8.33]
    total = next(row for row in rows if row[:1] == ["总分"])
    assert total == ["总分", 100, 98.7, 98.03, "自评等级：良"]
    assert any("核定得分按评分办法计算（总分98.03，等级优）" in str(row[0]) for row in rows if row)


def test_the_paper_of_a_unit_that_did_not_evaluate_itself_has_no_points_of_its_own(
    well_made: dict[str, Any], score_case: Score, tmp_path: Path
) -> None:
    well_made["claimed"] = {}
    for row in well_made["indicators"]:
        row["claimed_points"] = None
    score_case(well_made, "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["自评表"]
    rows = [[cell.value for cell in row if cell.value is not None] for row in sheet.iter_rows()]
    assert next(row for row in rows if row[:1] == ["总分"]) == ["总分", 100, "未填", 98.03, "自评等级："]
    assert any("暂定（1处必填项没有填写），不评等级" in str(row[0]) for row in rows if row)


# ---- 满意度 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "missing"),
    [
        (("效益指标", "服务对象满意度指标", "群众评价"), False),
        (("效益指标", "社会公众或服务对象满意度", "群众评价"), False),
        (("效益指标", "社会效益指标", "群众满意度"), False),
        (("服务对象满意度", "满意度指标", "群众评价"), False),
        (("社会公众或服务对象满意度指标", None, "群众评价"), False),
        (("效益指标", "社会效益指标", "群众评价"), True),
    ],
)
def test_satisfaction_counts_on_whatever_level_it_stands(
    levels: tuple[str | None, ...], missing: bool, form: Callable[..., Result]
) -> None:
    result = form(rows=[*ROWS[:3], (*levels, *ROWS[3][3:])])
    assert ("I13" in {f.code for f in result.findings}) == missing


# ---- a copy in our template of a layout that had no box for it ----------------------------------------------


def test_a_box_that_the_original_did_not_have_is_not_asked_for_in_its_copy(tmp_path: Path) -> None:
    """来源对照 tells it; a box that the original had, and that is emptied in the copy, is asked for."""
    (tmp_path / "f.xlsb").write_bytes(xlsb(official(tmp_path / "f.xlsx").read_bytes()))
    first = pipeline.score(tmp_path / "f.xlsb", tmp_path / "copy.xlsx")
    again = pipeline.score(tmp_path / "copy.xlsx")
    assert (as_json(first)["grade"], as_json(again)["grade"]) == ("优", "优")
    copy = openpyxl.load_workbook(tmp_path / "copy.xlsx")
    assert again.evaluation is not None
    at = again.evaluation.claimed.total.place
    copy[at.sheet][str(at.cell)] = None
    copy.save(tmp_path / "emptied.xlsx")
    found = pipeline.score(tmp_path / "emptied.xlsx")
    assert [f.field for f in found.findings if f.code == "R07"] == ["自评总分"]


# ---- weights and claims that are no points -------------------------------------------------------------------


def with_points(case: dict[str, Any], weights: list[float], claims: list[float]) -> dict[str, Any]:
    rows = [
        row | {"weight": weight, "claimed_points": claim}
        for row, weight, claim in zip(case["indicators"], weights, claims, strict=True)
    ]
    return case | {"indicators": rows}


@pytest.mark.parametrize("times", [1, 100])
def test_weights_typed_as_fractions_are_read_as_points_and_told_once(
    times: int, well_made: dict[str, Any], score_case: Score
) -> None:
    whole = [(row["weight"], row["claimed_points"]) for row in well_made["indicators"]]
    weights, claims = [w / 100 for w, _ in whole], [c / times for _, c in whole]
    before, after = score_case(well_made), score_case(with_points(well_made, weights, claims))
    assert before.scores is not None
    assert after.scores is not None
    assert (after.scores.total, after.scores.grade) == (before.scores.total, before.scores.grade)
    (told_of,) = findings_of(after, "R12")
    assert (told_of.severity, told_of.field) == ("warning", "分值")
    assert ("自评得分" in told_of.message) == (times == 100)
    assert {f.code for f in after.findings} - {"R12"} == {f.code for f in before.findings}


def test_fractions_that_do_not_make_the_whole_are_left_alone(well_made: dict[str, Any], score_case: Score) -> None:
    whole = [(row["weight"], row["claimed_points"]) for row in well_made["indicators"]]
    weights = [w / 100 for w, _ in whole]
    result = score_case(with_points(well_made, [weights[0] + 0.01, *weights[1:]], [c for _, c in whole]))
    assert "W01" in {f.code for f in result.findings if f.severity == "error"}
    assert result.scores is not None
    assert result.scores.grade is None


def test_points_below_zero_are_an_error(well_made: dict[str, Any], score_case: Score) -> None:
    case = copy.deepcopy(well_made)
    first = case["indicators"][0]
    first["claimed_points"] = -first["claimed_points"]
    (found,) = [f for f in score_case(case).findings if f.field == "自评得分"]
    assert (found.code, found.severity, found.given) == ("I06", "error", str(first["claimed_points"]))
