"""The strip of live checks at the head of each sheet, and the one verdict: what they say beside the engine."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.forms import Boxes, load_form
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from perf_xlsx.template.calculator import Wrong
from tests.kit.filled import filled, well_made
from tests.kit.typed_forms import base
from tests.live import Form, blank_form, calculated, disagreements

Typing = list[tuple[str, Any, int]]  # box, value, row from 0

# What is typed otherwise into a well-made form; which check then says what; the engine's error, or none.
SAID: dict[str, tuple[Typing, str, str, str]] = {
    "人员公用": (
        [("funds_people_adjusted", 500, 0), ("funds_office_adjusted", 290, 0)],
        "parts", "✖ 人员经费＋公用经费＝790，基本支出填800，差10（全年预算数）", "F01"),
    "年初调整": (
        [("funds_basic_adjustment", 5, 0)], "across", "✖ 基本支出：年初＋调整＝805，全年预算数填800，差-5", "F02"),
    "负数": ([("funds_people_initial", -5, 0)], "within", "✖ 人员经费的年初预算数是负数", "F07"),
    "没有预算": ([("funds_office_executed", 5, 0)], "within", "✖ 公用经费没有全年预算数，却有全年执行数5", ""),
    "一部分没有填": (
        [("funds_office_adjusted", 190, 0)],
        "parts", "✖ 人员经费＋公用经费＝190，基本支出填800，差610（全年预算数）", "F01"),
    "项目支出没有填": (
        [("funds_project_executed", None, 0)], "listed", "✖ 项目支出的全年执行数没有填，项目明细合计196", "F05"),
    "没有预算就没有合计": (
        [("funds_project_adjusted", None, 0)], "within", "✖ 项目支出没有全年预算数，却有全年执行数196", "F06"),
    "项目明细": (
        [("projects_adjusted", 210, 0)], "listed", "✖ 全年预算数：项目明细合计210，项目支出200，差10", "F05"),
    "没有项目": (
        [("projects_name", None, 0), ("projects_adjusted", None, 0), ("projects_executed", None, 0)],
        "listed", "✖ 项目支出有数，项目明细没有项目", "F05"),
    "分值少": ([("indicators_weight", 15, 1)], "weights", "✖ 分值合计95（含预算执行率10），应为100，还差5", "W01"),
    "分值多": ([("indicators_weight", 25, 1)], "weights", "✖ 分值合计105（含预算执行率10），应为100，多5", "W01"),
    "自评得分": ([("indicators_claimed_points", 20, 0)], "rows", "✖ 1行要改：第6行自评得分与参考得分不符", "I05"),
    "没写原因": ([("indicators_reason", None, 0)], "rows", "✖ 1行要改：第6行请写偏差原因和改进措施", "I07"),
    "原因无意义": ([("indicators_improvement", "见附件。", 2)], "rows", "✖ 1行要改：第8行请写偏差原因和改进措施", "I07"),
    "执行率得分": ([("claimed_execution_points", 9, 0)], "execution", "✖ 预算执行率得分9，参考9.8，差-0.8", "I06"),
    "等级": ([("claimed_grade", "良", 0)], "grade", "✖ 自评等级填良，按自评总分应为优", "T03"),
}  # fmt: skip


def said(form: Form, check: str) -> str:
    cell = form.cell(check)
    return str(calculated(form.book)(cell.parent.title, cell.coordinate))


def scored(form: Form, folder: Path) -> Result:
    form.book.save(folder / "a.xlsx")
    return pipeline.score(folder / "a.xlsx")


def errors(result: Result) -> set[str]:
    return {found.code for found in result.findings if found.severity == "error"}


@pytest.mark.parametrize("name", SAID)
def test_a_check_says_what_is_wrong_with_both_numbers_and_where(name: str, tmp_path: Path) -> None:
    typed, check, wanted, code = SAID[name]
    form = base()
    for box, value, row in typed:
        form.type(f"px_{box}", value, row=row)
    assert said(form, f"pxl_check_{check}") == wanted
    assert said(form, "px_verdict").startswith("✖")
    assert not code or code in errors(scored(form, tmp_path))


def test_a_well_made_form_can_be_sent_and_has_no_finding_that_is_an_error(tmp_path: Path) -> None:
    form = base()
    assert said(form, "px_verdict") == "✔ 可以报送"
    assert said(form, "pxl_check_total") == "✔ 合计：全年预算数1000，全年执行数980"
    assert said(form, "pxl_check_claimed_total") == "✔ 自评总分95.49＝预算执行率得分＋各项自评得分"
    assert errors(scored(form, tmp_path)) == set()


def test_without_the_points_of_execution_neither_the_sheet_nor_the_engine_states_a_total(tmp_path: Path) -> None:
    """The engine stated the sum of the indicators' points, on 评分汇总 and on the paper too."""
    form = base()
    form.type("px_claimed_execution_points", None)
    assert said(form, "pxl_check_claimed_total").startswith("还差")
    result = scored(form, tmp_path)
    assert errors(result) == {"R07"}
    assert result.evaluation
    assert result.evaluation.claimed.total.empty


def test_a_rulebook_without_points_for_execution_has_its_total_without_them(tmp_path: Path) -> None:
    case = well_made("project")
    del case["claimed"]["execution_points"], case["claimed"]["total"]
    rulebook = next(
        name for name in rulebook_names()
        if "project" in load_rulebook(name).forms and not load_rulebook(name).number("execution.weight")
    )  # fmt: skip
    (tmp_path / "a.xlsx").write_bytes(filled(case, rulebook))
    result = pipeline.score(tmp_path / "a.xlsx")
    assert result.evaluation
    assert result.evaluation.claimed.total.value == sum(row["claimed_points"] for row in case["indicators"])


@pytest.mark.parametrize("kind", ["department", "project"])
def test_an_empty_form_says_where_to_begin_and_is_nowhere_green_for_sums(kind: str) -> None:
    form = blank_form(kind, "mof-2020")
    first = "基本支出" if kind == "department" else "当年财政拨款"
    assert said(form, "px_counter_2") == f"还差 2 格，先填：{first}·全年预算数"
    assert said(form, "px_verdict").startswith("还差 ")
    if kind == "department":
        assert (
            said(form, "px_counter_3") == "○ 没有填；填了的行，黄色格都要填"
        )  # it was ✔ 必填项已填齐 on an empty sheet
    for check in ("total", "across", "within", "weights", "claims", "rows", "claimed_total", "grade"):
        assert not said(form, f"pxl_check_{check}").startswith("✔"), check


def test_the_guide_shows_every_check_as_a_link_to_its_sheet() -> None:
    form = blank_form("department", "mof-2020")
    guide = form.book["填报说明"]
    shown = [cell for line in guide.iter_rows() for cell in line if str(cell.value).startswith("=pxl_check_")]
    on_sheets = [
        cell.value for sheet in form.book.worksheets[1:6] for line in sheet.iter_rows(max_row=4) for cell in line
        if str(cell.value).startswith("=pxl_check_")
    ]  # fmt: skip
    assert sorted(cell.value for cell in shown) == sorted(on_sheets)
    assert all(guide.cell(cell.row, cell.column - 1).hyperlink for cell in shown)


def test_a_column_that_is_not_split_has_no_sum_of_parts() -> None:
    """It was 800，0 beside ✔, where 784 were spent and nobody had said by whom."""
    form = base()
    for line, amount in (("people", 500), ("office", 300)):
        form.type(f"px_funds_{line}_adjusted", amount)
    assert said(form, "pxl_check_parts") == "✔ 人员经费＋公用经费＝基本支出：800，—"


@pytest.mark.parametrize("typed", ["1,200.5", "600万元", "无"])
def test_nothing_is_compared_while_an_amount_is_no_number(typed: str, tmp_path: Path) -> None:
    """The parts were ✔ beside F01, because a sheet does not add up texts that the engine reads."""
    form = base()
    for column, amount in (("adjusted", 500), ("executed", 490)):
        form.type(f"px_funds_people_{column}", amount)
    form.type("px_funds_office_adjusted", typed)
    form.type("px_funds_office_executed", 294)
    assert said(form, "pxl_check_total") == "✖ 请填数字：公用经费·全年预算数"
    for check in ("parts", "across", "within"):
        assert said(form, f"pxl_check_{check}").startswith("还差"), check
    assert errors(scored(form, tmp_path)) & {"F01", "R08"}


@pytest.mark.parametrize(
    ("target", "actual", "asked"),
    [
        ("不超预算", 96, "请填数字：年度指标值"),
        (95, "已支付", "请填数字：实际完成值"),
        (0.96, 100, "请统一指标值与实际值：一个是百分数一个不是"),
    ],
)
def test_values_that_the_points_by_execution_do_not_need_are_asked_for_as_the_engine_does(
    target: Any, actual: Any, asked: str, tmp_path: Path
) -> None:
    form = base()
    typed = {"target": target, "actual": actual, "unit": None, "method": "按执行率", "claimed_points": 19.6}
    for key, value in typed.items():
        form.type(f"px_indicators_{key}", value)
    assert said(form, "pxl_check_rows") == f"✖ 1行要改：第6行{asked}"
    assert "R08" in errors(scored(form, tmp_path))


def test_a_mid_year_value_is_not_asked_for_its_unit(tmp_path: Path) -> None:
    """No points depend on it: 0.5 of 100 may be all that was done by then."""
    form = base()
    for key, value in {"unit": None, "midyear": 0.5}.items():
        form.type(f"px_indicators_{key}", value)
    assert said(form, "px_verdict") == "✔ 可以报送"
    assert errors(scored(form, tmp_path)) == set()


def test_a_total_that_the_sheet_caps_is_capped_by_the_engine_too(tmp_path: Path) -> None:
    """It read the sum of the claims, 95.5, where the sheet states 89."""
    form = base("prefecture-cap")
    for line, spent in (("basic", 600), ("project", 170)):
        form.type(f"px_funds_{line}_executed", spent)
    form.type("px_projects_executed", 170)
    cell = form.cell("px_reference_execution_points")
    form.type("px_claimed_execution_points", float(calculated(form.book)(cell.parent.title, cell.coordinate)))
    stated = form.cell("px_claimed_total")
    shown = calculated(form.book)(stated.parent.title, stated.coordinate)
    result = scored(form, tmp_path)
    assert result.evaluation
    assert shown == result.evaluation.claimed.total.value == 89


# ---- sums that nobody types -----------------------------------------------------------------------------------


def test_sums_are_the_engines_own_whatever_the_sheet_has_stored(tmp_path: Path) -> None:
    form = base()
    result = scored(form, tmp_path)  # openpyxl saves formulas without results
    assert result.evaluation
    total = result.evaluation.total_funds
    assert (total.adjusted.value, total.executed.value) == (1000, 980)
    assert str(result.evaluation.claimed.total.value) == "95.49"
    assert {found.code for found in result.findings} & {"R07", "R10", "R11", "R16", "F01", "T01"} == set()


def test_a_part_that_is_left_empty_counts_by_its_own_parts(tmp_path: Path) -> None:
    form = base()
    for column, parts in {"initial": (500, 300), "adjusted": (500, 300), "executed": (490, 294)}.items():
        form.type(f"px_funds_basic_{column}", None)
        for line, amount in zip(("people", "office"), parts, strict=True):
            form.type(f"px_funds_{line}_{column}", amount)
    assert said(form, "pxl_check_total") == "✔ 合计：全年预算数1000，全年执行数980"
    result = scored(form, tmp_path)
    assert result.evaluation
    assert result.evaluation.total_funds.adjusted.value == 1000


def test_a_typed_sum_is_a_claim_and_is_checked(tmp_path: Path) -> None:
    form = base()
    form.type("px_funds_total_initial", 1010)
    form.type("px_claimed_total", 96)
    assert {"F01", "T01"} <= errors(scored(form, tmp_path))


def test_where_no_part_is_filled_in_the_parts_are_missing_and_not_the_sum(tmp_path: Path) -> None:
    form = base()
    for line in ("basic", "project"):
        for column in ("initial", "adjusted", "executed"):
            form.type(f"px_funds_{line}_{column}", None)
    (found,) = [f for f in scored(form, tmp_path).findings if f.code == "R07"]
    assert found.place.cell == form.cell("px_funds_basic_adjusted").coordinate
    assert found.message == "基本支出、项目支出都没有填写全年预算数、全年执行数，合计没有可加的数。"


def test_data_with_claims_have_boxes_for_them() -> None:
    from io import BytesIO

    import openpyxl

    case = '{"form": "department", "year": 2025, "unit": "示例", "funds": [{"line": "合计", "adjusted": 5, "claimed_rate": "90%"}], "claimed": {"total": 90}, "indicators": [{"name": "甲", "claimed_completion": "95%"}]}'
    book = openpyxl.load_workbook(BytesIO(pipeline.template_bytes(case=case)))
    for name in (
        "px_funds_total_adjusted",
        "px_funds_claimed_rate",
        "px_claimed_total",
        "px_indicators_claimed_completion",
    ):
        sheet, cell = next(iter(book.defined_names[name].destinations))
        box = book[sheet][cell.replace("$", "").split(":")[0]]
        assert box.data_type != "f"
        assert not box.protection.locked


def test_points_are_compared_once_every_row_has_some() -> None:
    """A weight of zero is one thing to correct; the sums differ for it alone."""
    form = base()
    form.type("px_indicators_weight", 0, row=1)
    assert said(form, "pxl_check_claims") == "还差 若干行的参考得分，各行改好后核对自评得分合计"
    assert said(form, "pxl_check_rows").startswith("✖ ")


# ---- what no check looked at -----------------------------------------------------------------------------------


def typed_boxes(form: Form) -> list[str]:
    """The names of all boxes that a person types into; of a table those of its first row."""
    lines = [f"funds_{line.key}" for line in load_form(form.kind).lines("funds").lines]
    names = [name for name in form.book.defined_names if name.startswith("px_") and name not in ("px_verdict",)]
    columns = {f"px_funds_{box.key}" for box in load_form(form.kind).lines("funds").columns}
    known = [
        f"px_{box.key}"
        for block in load_form(form.kind).blocks
        for box in block.fields
        if isinstance(block, Boxes)
    ]
    known += [f"px_{block.key}_{box.key}" for block in load_form(form.kind).tables for box in block.columns]
    known += [name for name in names if name.startswith(tuple(f"px_{line}_" for line in lines))]
    return [
        name for name in known
        if name in names and name not in columns and not form.cell(name).protection.locked
    ]  # fmt: skip


@pytest.mark.parametrize("name", typed_boxes(base()))
def test_a_form_with_an_error_in_a_cell_cannot_be_sent(name: str, tmp_path: Path) -> None:
    """In 计量单位, 一级指标, 填报日期 or 填报人 no check saw it, and the verdict was ✔ beside R10."""
    form = base()
    for key, text in (("title", "经验做法"), ("text", "提前采购设备")):
        form.type(f"px_passages_{key}", text)
    form.type(name, "#N/A")
    shown = calculated(form.book)
    assert said(form, "px_verdict").startswith(("✖", "还差"))
    for sheet in form.book.worksheets[:-1]:
        for cell in (cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"):
            assert not isinstance(shown(sheet.title, cell.coordinate), Wrong), (sheet.title, cell.coordinate)
    assert errors(scored(form, tmp_path)) & {"R07", "R10"}


def test_a_total_that_somebody_typed_over_is_compared_with_its_parts(tmp_path: Path) -> None:
    """The cell is locked; but a lock is soon off."""
    form = base()
    form.type("px_claimed_total", 98)
    assert said(form, "pxl_check_claimed_total") == "✖ 自评总分填98，各项之和95.49，差2.51"
    assert "T01" in errors(scored(form, tmp_path))


def test_claims_may_each_differ_by_a_hundredth(tmp_path: Path) -> None:
    """Four rows of 0.004 or 0.006 made a difference of 0.02, and no row was wrong."""
    form = base()
    for at, points in ((0, 19.606), (2, 9.006), (3, 9.096)):
        form.type("px_indicators_claimed_points", points, row=at)
    assert said(form, "pxl_check_claims") == "✔ 自评得分合计85.71，参考得分合计85.69"
    assert said(form, "px_verdict") == "✔ 可以报送"
    assert errors(scored(form, tmp_path)) == set()
    form.type("px_indicators_claimed_points", 20, row=0)
    assert said(form, "pxl_check_claims").startswith("✖ ")


OTHER_UNIT = {
    "一行": ({"px_funds_basic_executed": 7_840_000}, "within",
        "✖ 基本支出的全年执行数7840000，全年预算数800：疑似按元填写，请核对金额单位"),
    "一个项目": ({"px_projects_executed": 1_960_000}, "projects", "✖ 第6行全年执行数疑似按元填写，请核对金额单位"),
    "项目支出和项目": (
        {"px_funds_project_executed": 1_960_000, "px_projects_executed": 1_960_000}, "within",
        "✖ 项目支出的全年执行数1960000，全年预算数200：疑似按元填写，请核对金额单位"),
    "元": (
        {"px_money_unit": "元", "px_funds_basic_executed": 7_840_000}, "within",
        "✖ 基本支出的全年执行数7840000，全年预算数800：疑似元与万元混填，请核对金额单位"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_UNIT)
def test_an_amount_in_another_unit_is_wrong(name: str, tmp_path: Path) -> None:
    """It was △, more than the budget, and ✔ 可以报送 beside F10."""
    typed, check, wanted = OTHER_UNIT[name]
    form = base()
    for box, value in typed.items():
        form.type(box, value)
    assert said(form, f"pxl_check_{check}") == wanted
    assert said(form, "px_verdict").startswith("✖")
    result = scored(form, tmp_path)
    assert [found for found in result.findings if found.code == "F10"]
    assert list(disagreements(form, calculated(form.book), result)) == []


def test_an_amount_of_a_project_in_another_unit_is_wrong(tmp_path: Path) -> None:
    """The form has one line, and no sum that it breaks."""
    (tmp_path / "a.xlsx").write_bytes(pipeline.template_bytes(case=json.dumps(well_made("project"))))
    form = Form("project", "mof-2020", openpyxl.load_workbook(tmp_path / "a.xlsx"))
    assert said(form, "px_verdict") == "✔ 可以报送"
    spent = next(line for line in ("fiscal", "carried", "other") if form.cell(f"px_funds_{line}_executed").value)
    form.type(f"px_funds_{spent}_executed", form.cell(f"px_funds_{spent}_executed").value * 10_000)
    assert "疑似按元填写" in said(form, "pxl_check_within")
    assert said(form, "px_verdict").startswith("✖")
    assert said(form, "px_reference_total").startswith("请改好：请核对单位")


@pytest.mark.parametrize("code", ["yyyy-mm-dd", 'm"月"d"日"', "yyyy/m/d"])
def test_a_date_as_target_is_told_to_be_judged(code: str, tmp_path: Path) -> None:
    form = base()
    form.type("px_indicators_target", datetime.datetime(2025, 12, 31), code)
    assert said(form, "pxl_check_rows") == "✖ 1行要改：第6行指标值是日期：请把指标性质选“定性”，或填数字"
    (found,) = [f for f in scored(form, tmp_path).findings if f.code == "R08"]
    assert "选“定性”" in found.advice


def test_a_budget_that_is_missing_leaves_no_rate(tmp_path: Path) -> None:
    """The total was that of the other lines: 1919.90% and full points for execution."""
    form = base()
    form.type("px_funds_project_adjusted", None)
    assert said(form, "pxl_check_total").startswith("还差")
    assert not isinstance(said(form, "px_reference_execution_points"), float)
    result = scored(form, tmp_path)
    assert result.scores
    assert result.scores.execution.completion is None
    assert not result.scores.complete
    assert errors(result) == {"F06"}


def test_spending_that_is_missing_leaves_no_rate(tmp_path: Path) -> None:
    """It counted as zero: the right points of execution were said to be wrong, and the lower ones made the form ✔."""
    form = base()
    form.type("px_funds_basic_executed", None)
    assert said(form, "pxl_check_total").startswith("还差")
    assert not said(form, "px_verdict").startswith("✔")
    result = scored(form, tmp_path)
    assert result.scores
    assert not result.scores.complete
    assert errors(result) == {"F12"}


def test_a_grade_of_points_that_are_not_claimed_is_told(tmp_path: Path) -> None:
    """I04 alone is a warning: the form looked right, with a grade that its own total has not."""
    form = base()
    form.type("px_indicators_claimed_points", 0, row=1)
    form.type("px_indicators_claimed_points", 0, row=5)
    assert errors(scored(form, tmp_path)) == {"T03"}
