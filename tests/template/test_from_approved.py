"""`template --from --approved`: a template of the approved targets, and what is told of a return that changed them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from tests.kit.command import command
from tests.kit.libreoffice import XLSX, converted, needs_libreoffice
from tests.kit.made_templates import column, found, made, opened, said
from tests.kit.target_forms import TARGETS, approved_department, approved_form
from tests.live import Form

RESULTS = (42, 95, 0.8, "达成", 90)


@pytest.fixture
def approved(tmp_path: Path) -> Form:
    """A template of approved targets, filled in with nothing wrong."""
    form = opened(made(approved_form(tmp_path), "--approved"))
    for at, (result, target) in enumerate(zip(RESULTS, TARGETS, strict=True)):
        form.type("px_indicators_actual", result, row=at)
        form.type("px_indicators_claimed_points", target[4], row=at)
    for key in ("initial", "adjusted", "executed"):
        form.type(f"px_funds_fiscal_{key}", 100)
    form.type("px_goal_achieved", "村道四十二公里全部养护完成。")
    form.type("px_claimed_execution_points", 10)
    form.type("px_claimed_grade", "优")
    return form


def told(form: Form, folder: Path) -> list[tuple[str, str, str | None, str]]:
    return [
        (one.code, one.severity, one.place.cell, one.message)
        for one in found(form, folder) if one.code in ("I22", "I23")
    ]  # fmt: skip


def test_what_was_approved_is_locked_and_the_rest_is_not(approved: Form) -> None:
    assert column(approved, "target") == [42, 95, 0.8, "明显改善", 90]
    assert column(approved, "sign") == ["≥", "≥", "≤", "定性", "≥"]
    assert column(approved, "weight") == [target[4] for target in TARGETS]
    for key in ("level1", "level2", "name", "target", "weight"):
        assert all(approved.cell(f"px_indicators_{key}", row).protection.locked for row in range(5)), key
    locked = [approved.cell("px_indicators_sign", row).protection.locked for row in range(5)]
    assert locked == [True, True, True, False, True]  # 定性 is our reading, and nobody approved it
    for key in ("actual", "claimed_points", "reason", "midyear"):
        assert not approved.cell(f"px_indicators_{key}").protection.locked, key
    assert not approved.cell("px_indicators_name", 5).protection.locked


def test_filled_in_as_approved_nothing_is_told(approved: Form, tmp_path: Path) -> None:
    assert [one.code for one in found(approved, tmp_path) if one.code != "I19"] == []


@pytest.mark.finding("I22")
@pytest.mark.parametrize(
    ("key", "row", "value", "said"),
    [
        ("target", 1, 90, "“养护合格率”的年度指标值批复为95，填报90。"),
        ("target", 3, "有所改善", "“出行条件改善情况”的年度指标值批复为明显改善，填报有所改善。"),
        ("sign", 2, "≥", "“每公里养护成本”的指标性质批复为≤，填报≥。"),
        ("unit", 0, "千米", "“养护里程”的计量单位批复为公里，填报千米。"),
        ("weight", 4, 5, "“群众满意度”的分值批复为10，填报5。"),
        ("level1", 4, "效益指标", "“群众满意度”的一级指标批复为满意度指标，填报效益指标。"),
        ("name", 4, "群众的满意程度", "批复的指标“群众满意度”在这里写成“群众的满意程度”，其余与批复相同。"),
    ],
)
def test_a_change_of_what_was_approved_is_told_at_its_cell(
    key: str, row: int, value: Any, said: str, approved: Form, tmp_path: Path
) -> None:
    approved.type(f"px_indicators_{key}", value, row=row)
    cell = approved.cell(f"px_indicators_{key}", row).coordinate
    assert told(approved, tmp_path) == [("I22", "error", cell, said)]


@pytest.mark.parametrize(
    ("key", "row", "value"),
    [
        ("target", 1, "95%"),
        ("unit", 1, "％"),
        ("weight", 0, "２０"),
        ("name", 0, "养护 里程"),
        ("target", 0, "42公里"),
    ],
)
def test_the_same_written_otherwise_is_no_change(
    key: str, row: int, value: Any, approved: Form, tmp_path: Path
) -> None:
    approved.type(f"px_indicators_{key}", value, row=row)
    assert told(approved, tmp_path) == []


def test_after_the_change_is_undone_the_points_are_told_as_they_will_be(approved: Form, tmp_path: Path) -> None:
    approved.type("px_indicators_target", 90, row=1)
    approved.type("px_indicators_actual", 92, row=1)
    messages = {one.code: one.message for one in found(approved, tmp_path)}
    assert "其他问题更正后" in messages["I05"]
    assert {"I22", "I05", "I07"} <= messages.keys()


ALL = ("level1", "level2", "name", "sign", "target", "unit", "weight", "actual", "claimed_points")


def moved(form: Form, order: list[int]) -> None:
    """The rows in another order, as after sorting."""
    rows = [[form.cell(f"px_indicators_{key}", at).value for key in ALL] for at in range(5)]
    for to, at in enumerate(order):
        for key, value in zip(ALL, rows[at], strict=True):
            form.type(f"px_indicators_{key}", value, row=to)


def test_sorted_rows_are_still_known(approved: Form, tmp_path: Path) -> None:
    moved(approved, [4, 2, 0, 1, 3])
    assert told(approved, tmp_path) == []
    approved.type("px_indicators_target", 80, row=0)
    cell = approved.cell("px_indicators_target", 0).coordinate
    assert told(approved, tmp_path) == [("I22", "error", cell, "“群众满意度”的年度指标值批复为90，填报80。")]


@pytest.mark.finding("I23")
def test_a_row_that_is_gone_and_one_that_was_added_are_told(approved: Form, tmp_path: Path) -> None:
    for key in ALL:
        approved.type(f"px_indicators_{key}", None, row=0)
    new = ("产出指标", "数量指标", "路肩除草", "≥", 3, "次", 20, 3, 20)
    for key, value in zip(ALL, new, strict=True):
        approved.type(f"px_indicators_{key}", value, row=6)
    cell = approved.cell("px_indicators_name", 6).coordinate
    assert told(approved, tmp_path) == [
        ("I22", "error", None, "批复的指标“养护里程”（≥42公里，20分）没有填报。"),
        ("I23", "warning", cell, "“路肩除草”不在批复的绩效目标中（批复5项）。"),
    ]


def test_an_indicator_replaced_where_it_stood_is_told_once(approved: Form, tmp_path: Path) -> None:
    approved.type("px_indicators_name", "修补坑槽", row=1)
    approved.type("px_indicators_target", 80, row=1)
    cell = approved.cell("px_indicators_name", 1).coordinate
    said = "批复的指标“养护合格率”（≥95%，15分）不在了，这个位置是“修补坑槽”，年度指标值也不同。"
    assert told(approved, tmp_path) == [("I22", "error", cell, said)]


def test_rows_may_be_inserted_above(approved: Form, tmp_path: Path) -> None:
    sheet = approved.cell("px_indicators_name").parent
    sheet.insert_rows(1, 2)
    assert told(approved, tmp_path) == []


def test_a_bureau_that_forbids_more_indicators_says_so_in_its_rulebook(approved: Form, tmp_path: Path) -> None:
    rules = (
        'extends = "mof-2020"\nname = "county"\ntitle = "示例"\ndocument = "示例县文件"\nissuer = "示例县财政局"\n'
    )
    rules += 'source = "示例县财政局网站"\n[severity]\nI23 = "error"\n'
    (tmp_path / "county.toml").write_text(rules, "utf-8")
    for key, value in zip(ALL, ("产出指标", "数量指标", "路肩除草", "≥", 3, "次", 0.01, 3, 0.01), strict=True):
        approved.type(f"px_indicators_{key}", value, row=5)
    approved.book.save(tmp_path / "a.xlsx")
    result = pipeline.score(tmp_path / "a.xlsx", rulebook=str(tmp_path / "county.toml"))
    assert [one.severity for one in result.findings if one.code == "I23"] == ["error"]


def test_a_form_without_weights_leaves_them_to_the_unit(tmp_path: Path) -> None:
    source = approved_form(tmp_path, "2026年项目支出绩效目标表", "年度指标值", weights=False)
    result = command("template", "--from", source, "--approved", "-o", tmp_path / "a.xlsx")
    assert "原表中各项指标没有分值，请单位填写。" in result.stdout
    form = opened(tmp_path / "a.xlsx")
    assert column(form, "weight") == [None] * 5
    assert not form.cell("px_indicators_weight").protection.locked
    assert form.cell("px_goal_expected").value == "养护村道四十二公里，保障群众出行。"


def test_the_targets_of_a_department_are_read_with_their_goal(tmp_path: Path) -> None:
    source = approved_department(tmp_path)
    result = command("template", "--from", source, "--approved", "-o", tmp_path / "a.xlsx")
    assert "没有带入（由单位填写）：年度主要任务。" in result.stdout
    assert "E5“200”" in result.stdout  # amounts are not carried over, and it is said where they are
    form = opened(tmp_path / "a.xlsx")
    assert form.cell("px_goal_expected").value == "完成水库维修，保障防汛安全。"
    assert column(form, "target", 4) == [3, 100, "有所提高", 90]
    assert column(form, "unit", 4) == ["座", "%", None, "%"]
    assert form.cell("px_indicators_sign", 2).protection.locked  # here 定性 is what was approved


def test_a_form_of_targets_is_taken_for_one_only_if_that_is_said(tmp_path: Path) -> None:
    result = command("template", "--from", approved_form(tmp_path), "-o", tmp_path / "a.xlsx")
    assert result.exit_code == 3
    assert "如是批复的绩效目标表（没有实际完成值），请加 --approved。" in result.stderr
    untitled = approved_form(tmp_path, title="绩效情况")
    result = command("template", "--from", untitled, "--approved", "-o", tmp_path / "a.xlsx")
    assert "标题须写明是“绩效目标表”" in result.stderr


def test_more_indicators_than_a_formula_can_name_are_compared_when_they_return(tmp_path: Path) -> None:
    targets = [("产出指标", "数量指标", f"第{n}段养护里程", f"≥{n}公里", 1) for n in range(1, 302)]
    form = opened(made(approved_form(tmp_path, targets=targets), "--approved"))
    assert "pxl_check_approved" not in form.book.defined_names
    form.type("px_indicators_target", 7, row=300)
    assert [cell for _, _, cell, _ in told(form, tmp_path)] == ["F306"]


def test_a_form_of_targets_is_still_no_return(tmp_path: Path) -> None:
    assert [one.code for one in pipeline.score(approved_form(tmp_path)).findings] == ["R04"]


DAMAGED = (
    "{",
    "[]",
    "1e999",
    '{"name": ""}',
    '{"name": "养护里程", "weight": "很多"}',
    '{"name": "养护里程", "weight": "1e999999999"}',
    '{"name": "养护里程", "sign": "大概"}',
    '{"name": "养护里程", "target": 42}',
    '{"name": "养护里程", "更多": "1"}',
    "[" * 5000,
)


@pytest.mark.parametrize("line", DAMAGED)
def test_a_damaged_record_of_the_approval_is_told(line: str, approved: Form, tmp_path: Path) -> None:
    hidden = approved.book["_perf_xlsx"]
    (first, *_) = (row for row in range(1, hidden.max_row + 1) if hidden.cell(row, 1).value == "approved")
    hidden.cell(first, 2).value = line
    (said,) = (one for one in found(approved, tmp_path) if one.field == "批复的绩效目标")
    assert (said.code, said.severity, said.message) == (
        "R06", "warning", "模板记录的批复内容有1项读不出来，没有与批复核对。",
    )  # fmt: skip


def test_a_record_that_says_impossible_numbers_ends_nothing(approved: Form, tmp_path: Path) -> None:
    hidden = approved.book["_perf_xlsx"]
    (first, *_) = (row for row in range(1, hidden.max_row + 1) if hidden.cell(row, 1).value == "approved")
    hidden.cell(first, 2).value = '{"name": "养护里程", "target": "1e999999999", "unit": "公里"}'
    assert [one[3] for one in told(approved, tmp_path)] == [
        "“养护里程”的年度指标值批复为1e999999999，填报42。"
    ]  # fmt: skip


def test_the_sheet_itself_says_that_all_is_as_approved(approved: Form) -> None:
    assert said(approved, "pxl_check_approved") == "✔ 批复的5项指标没有改动"
    assert said(approved, "px_verdict") == "✔ 可以报送"
    moved(approved, [4, 2, 0, 1, 3])
    assert said(approved, "pxl_check_approved") == "✔ 批复的5项指标没有改动"


@pytest.mark.parametrize(
    ("key", "row", "value", "wanted"),
    [
        ("target", 1, 90, "✖ 批复的“养护合格率”改动了，请按批复恢复"),
        ("target", 2, "0.9", "✖ 批复的“每公里养护成本”改动了，请按批复恢复"),
        ("weight", 0, None, "✖ 批复的“养护里程”改动了，请按批复恢复"),
        ("name", 3, "出行更便利", "✖ 批复的“出行条件改善情况”改动了，请按批复恢复"),
        ("name", 6, "路肩除草", "△ 填了6项指标，批复的只有5项"),
    ],
)
def test_the_sheet_itself_says_what_is_not_as_approved(
    key: str, row: int, value: Any, wanted: str, approved: Form, tmp_path: Path
) -> None:
    if row == 6:
        for other, one in zip(ALL, ("产出指标", "数量指标", "", "≥", 3, "次", 20, 3, 20), strict=True):
            approved.type(f"px_indicators_{other}", one or None, row=row)
    approved.type(f"px_indicators_{key}", value, row=row)
    assert said(approved, "pxl_check_approved") == wanted
    assert not said(approved, "px_verdict").startswith("✔")


@needs_libreoffice
def test_saved_by_libreoffice_the_locks_hold_and_the_checks_live(approved: Form, tmp_path: Path) -> None:
    approved.type("px_indicators_claimed_points", 19, row=0)
    approved.book.save(tmp_path / "a.xlsx")
    (tmp_path / "out").mkdir()
    path = converted(tmp_path / "out", XLSX, tmp_path / "a.xlsx")
    form, shown = opened(path), openpyxl.load_workbook(path, data_only=True)
    assert form.cell("px_indicators_target").protection.locked
    assert form.cell("px_indicators_target").parent.protection.sheet
    assert not form.cell("px_indicators_actual").protection.locked
    values = [str(c.value) for line in shown["绩效指标"].iter_rows(max_row=4) for c in line if c.value]
    assert any(value.startswith("✔ 分值合计100") for value in values), values
    assert any(value.startswith("✖ 1行要改：第6行自评得分") for value in values), values
    assert any(value == "✔ 批复的5项指标没有改动" for value in values), values
    assert told(form, tmp_path) == []


@needs_libreoffice
def test_a_return_in_another_format_is_held_against_the_approval_too(approved: Form, tmp_path: Path) -> None:
    approved.type("px_indicators_target", 90, row=1)
    approved.book.save(tmp_path / "a.xlsx")
    path = converted(tmp_path, "ods", tmp_path / "a.xlsx")
    result = pipeline.score(path, tmp_path / "copy.xlsx")
    assert [one.message for one in result.findings if one.code == "I22"] == [
        "“养护合格率”的年度指标值批复为95，填报90。"
    ]
    form = opened(tmp_path / "copy.xlsx")  # what the unit gets back: the change can be undone, the rest is locked
    locks = [form.cell("px_indicators_target", row).protection.locked for row in range(5)]
    assert locks == [True, False, True, True, True]
    form.type("px_indicators_target", 95, row=1)
    assert told(form, tmp_path) == []
