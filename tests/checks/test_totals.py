"""Whose total it is: claimed points, what the form holds no place for, when there is a grade, and what 自评表 says."""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from msgspec.structs import replace

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result, Waived
from perf_xlsx.judging.waivers import Waiver, Waiving
from perf_xlsx.results.report import as_json
from tests import CASES
from tests.kit.foreign_workbooks import xlsb
from tests.kit.layouts import HEADS, Paper
from tests.kit.outcome import findings_of

Score = Callable[..., Result]
MONEY = ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
AMOUNTS = (100, 100, 100, 10, "100%", 10)
ROWS = (
    ("产出指标", "数量指标", "培训人数", "≥100人", "100人", 30, 30, None),
    ("产出指标", "质量指标", "培训合格率", "≥90%", "95%", 20, 20, None),
    ("效益指标", "社会效益指标", "知晓率", "≥90%", "95%", 30, 30, None),
    ("满意度指标", "服务对象满意度指标", "满意度", "≥90%", "95%", 10, 10, None),
)
TOTAL = ("总分", None, None, None, None, 100, 100, None)


def official(
    path: Path,
    rows: Iterable[tuple[Any, ...]] = ROWS,
    total: tuple[Any, ...] = TOTAL,
    heads: tuple[str, ...] = HEADS,
    money: tuple[str, ...] = MONEY,
    amounts: tuple[Any, ...] = AMOUNTS,
    merged: Iterable[str] = (),
) -> Path:
    """The national form on one sheet; `merged` columns of the total's row ("A:F")."""
    p = Paper()
    p.put("A1:H1", "项目支出绩效自评表")
    p.put("A2:H2", "（2023年度）")
    p.row(3, "A B:H", "项目名称", "业务培训")
    p.row(4, "A B:D E F:H", "主管部门", "示例县人社局", "实施单位", "示例县就业服务中心")
    p.put("A5:B5", "项目资金（万元）")
    p.put("B6", "年度资金总额")
    for column, head, amount in zip("CDEFGH", money, amounts, strict=False):
        p.put(f"{column}5", head)
        p.put(f"{column}6", amount)
    p.row(7, "A B:D E:H", "年度总体目标", "预期目标", "实际完成情况")
    p.row(8, "B:D E:H", "完成年度培训任务，提升队伍能力。", "已全部完成年度培训任务。")
    at = 9
    for row in (heads, *rows, total):
        for column, value in zip("ABCDEFGH", row, strict=False):
            p.put(f"{column}{at}", value)
        at += 1
    for area in merged:
        first, last = area.split(":")
        p.sheet.merge_cells(f"{first}{at - 1}:{last}{at - 1}")
    return p.save(path)


def told(result: Result) -> list[tuple[str, str | None]]:
    """Code and cell of all that was found, but for how the layout was read and heavy weights."""
    return [(f.code, f.place.cell) for f in result.findings if f.code not in ("R19", "W05")]


@pytest.fixture
def form(tmp_path: Path) -> Callable[..., Result]:
    """An official form, scored."""

    def run(rulebook: str | None = None, **changes: Any) -> Result:
        return pipeline.score(official(tmp_path / "f.xlsx", **changes), rulebook=rulebook)

    return run


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
    assert heads[-4:-2] == ["自评得分", "核定得分"]
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


# ---- no grade where there is none to give --------------------------------------------------------------------


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


# ---- execution that is not scored ----------------------------------------------------------------------------


def budget(form: Callable[..., Result], *heads: str, rulebook: str | None = None) -> Result:
    """The form with these columns of money before 分值 and 得分; 310.2 budgeted (320 after changes), 154.74 spent."""
    values: dict[int, tuple[Any, ...]] = {2: (310.2, 154.74), 3: (310.2, 320, 154.74)}
    return form(
        rulebook, money=(*heads, "分值", "得分"), amounts=(*values[len(heads)], 10, 5),
        total=("总分", None, None, None, None, 100, 95),
    )  # fmt: skip


def test_where_only_the_initial_budget_stands_the_rulebook_that_fits_is_named(form: Callable[..., Result]) -> None:
    result = budget(form, "年初预算数(A)", "全年执行数(B)")
    assert told(result) == [("F06", "D6")]
    (found,) = findings_of(result, "F06")
    assert "没有“全年预算数”一栏，只有年初预算数310.2" in found.message
    assert "--rulebook initial-base" in found.advice
    assert as_json(result)["grade"] is None
    by_initial = budget(form, "年初预算数(A)", "全年执行数(B)", rulebook="initial-base")
    assert told(by_initial) == [("F09", "D6")]
    assert as_json(by_initial)["execution"]["points"] == "4.99"
    assert as_json(by_initial)["grade"] == "优"


@pytest.mark.parametrize(
    "name", ["调整后的预算", "调整后预算数", "预算总额", "预算安排", "预算金额", "全年预算金额"]
)
def test_the_adjusted_budget_goes_by_many_names(name: str, form: Callable[..., Result]) -> None:
    assert as_json(budget(form, name, "全年执行数"))["execution"]["points"] == "4.99"
    assert as_json(budget(form, "年初预算数", name, "全年执行数"))["execution"]["points"] == "4.84"


@pytest.mark.parametrize(
    ("heads", "code", "cell"),
    [
        (("批复数", "全年执行数"), "F06", "D6"),
        (("某某预算", "实际支出"), "F06", "D6"),
        (("年初批复数", "全年执行数"), "F06", "D6"),
        (("全年预算数", "某某支出"), "R06", None),
        (("年初预算数", "某某预算", "全年执行数"), "F06", "E6"),
    ],
)
def test_execution_is_never_left_open_without_an_error(
    heads: tuple[str, ...], code: str, cell: str | None, form: Callable[..., Result]
) -> None:
    result = budget(form, *heads)
    assert told(result) == [(code, cell)]
    assert as_json(result)["execution"]["points"] is None
    assert as_json(result)["grade"] is None


def test_a_form_with_the_adjusted_budget_alone_is_not_scored_by_the_initial_one(
    form: Callable[..., Result],
) -> None:
    result = budget(form, "全年预算数", "全年执行数", rulebook="initial-base")
    (found,) = findings_of(result, "F06")
    assert "没有“年初预算数”一栏，只有全年预算数310.2" in found.message
    assert "mof-2020" in found.advice


def test_a_project_form_is_scored_by_the_initial_budget(score_case: Score) -> None:
    case = json.loads((CASES / "完好的项目自评表.json").read_text("utf-8"))
    result = score_case(case, rulebook="initial-base")
    assert "R17" not in {f.code for f in result.findings}
    assert as_json(result)["execution"] == {
        "rate": "0.9841395348837209302325581395",
        "points": "9.84",
        "weight": "10",
    }


# ---- 其中 ----------------------------------------------------------------------------------------------------

PARTS = (
    ("其中：线上", "其中：线下"),
    ("其中线上培训", "其中线下培训"),
    ("（1）线上", "（2）线下"),
    ("1.线上", "2.线下"),
    ("①线上", "②线下"),
)


@pytest.mark.parametrize("names", PARTS)
def test_parts_of_an_indicator_are_told_once_and_not_scored(
    names: tuple[str, str], form: Callable[..., Result]
) -> None:
    parts = [(None, None, name, "60人", "60人", None, None, None) for name in names]
    result = form(rows=[ROWS[0], *parts, *ROWS[1:]])
    assert told(result) == [("R16", "C11")]
    found = [(i["name"], i["target"], i["points"]) for i in as_json(result)["indicators"]]
    assert found[:3] == [("培训人数", "100", "30.00"), (names[0], "60", None), (names[1], "60", None)]
    assert len(found) == 6
    assert result.evaluation is not None
    assert [row.name.value for row in result.evaluation.indicators] == [
        "培训人数",
        "培训合格率",
        "知晓率",
        "满意度",
    ]
    assert as_json(result)["grade"] == "优"


def test_a_part_with_a_weight_is_an_indicator(form: Callable[..., Result]) -> None:
    rows = [
        (*ROWS[0][:5], 10, 10, None),
        ("产出指标", "数量指标", "其中：线上", "≥60人", "60人", 20, 20, None),
        *ROWS[1:],
    ]
    result = form(rows=rows)
    assert told(result) == []
    assert [i["points"] for i in as_json(result)["indicators"]] == ["10.00", "20.00", "20.00", "30.00", "10.00"]


def test_a_numbered_indicator_among_numbered_ones_lacks_its_weight(form: Callable[..., Result]) -> None:
    rows = [(*row[:2], f"{number}.{row[2]}", *row[3:]) for number, row in enumerate(ROWS, 1)]
    rows[1] = (*rows[1][:5], None, None, None)
    assert ("W03", "F11") in told(form(rows=rows))


@pytest.mark.parametrize("names", PARTS)
def test_parts_in_our_template_are_told_once_and_not_scored(
    names: tuple[str, str], well_made: dict[str, Any], score_case: Score, tmp_path: Path
) -> None:
    whole = well_made["indicators"]
    parts = [
        {key: whole[0][key] for key in ("level1", "level2", "sign", "unit")}
        | {"name": name, "target": 1, "actual": 1}
        for name in names
    ]
    well_made["indicators"] = [whole[0], *parts, *whole[1:]]
    result = score_case(well_made, "out.xlsx")
    assert [(f.code, f.place.cell) for f in result.findings] == [("R16", "D7")]
    assert as_json(result)["total"] == "98.03"
    assert [i["name"] for i in as_json(result)["indicators"]][1:3] == [*names]
    again = pipeline.score(tmp_path / "out.xlsx", tmp_path / "again.xlsx")
    assert [f.code for f in again.findings] == ["R16"]
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["自评表"]
    rows = [[cell.value for cell in row if cell.value is not None] for row in sheet.iter_rows()]
    assert [row.count("—") for row in rows if names[0] in row] == [3]


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
