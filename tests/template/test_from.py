"""`template --from`: this year's template from last year's return, or from the approved targets."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Finding
from tests import FIXTURES
from tests.kit.command import command
from tests.kit.filled import filled, template_of, well_made
from tests.kit.layouts import national
from tests.kit.libreoffice import XLSX, converted, needs_libreoffice
from tests.kit.target_forms import TARGETS, approved_department, approved_form
from tests.live import Form, calculated

CARRIED = ("level1", "level2", "name", "sign", "target", "unit", "weight", "method")


def made(source: Path, *more: object) -> Path:
    """The template that the command makes of a workbook, without a word of complaint."""
    output = source.with_name("模板.xlsx")
    result = command("template", "--from", source, "-o", output, "--force", *more)
    assert result.exit_code == 0, result.output
    return output


def opened(path: Path) -> Form:
    return Form("", "", openpyxl.load_workbook(path))


def column(form: Form, key: str, rows: int = 5) -> list[Any]:
    return [form.cell(f"px_indicators_{key}", row).value for row in range(rows)]


def found(form: Form, folder: Path) -> list[Finding]:
    form.book.save(folder / "报送.xlsx")
    return list(pipeline.score(folder / "报送.xlsx").findings)


def fill_in(form: Form, case: dict[str, Any], lines: dict[str, str]) -> None:
    """Type what a unit types: everything of the case but what was carried over, and the sums that the sheet makes."""
    for at, row in enumerate(case["indicators"]):
        for key in ("midyear", "actual", "claimed_points", "reason", "improvement"):
            form.type(f"px_indicators_{key}", row.get(key), row=at)
    for row in (row for row in case["funds"] if row["line"] in lines):
        for key in ("initial", "adjustment", "adjusted", "executed"):
            form.type(f"px_funds_{lines[row['line']]}_{key}", row.get(key))
    for at, row in enumerate(case.get("projects", ())):
        for key in ("source", "initial", "adjusted", "executed", "benefit"):
            form.type(f"px_projects_{key}", row[key], row=at)
    titles = {form.cell("px_passages_title", at).value: at for at in range(16)}
    for title, text in case["passages"].items():
        form.type("px_passages_text", text, row=titles[title])
    for key in ("expected", "achieved"):
        form.type(f"px_goal_{key}", case.get("goal", {}).get(key))
    form.type("px_claimed_execution_points", case["claimed"]["execution_points"])
    form.type("px_claimed_grade", case["claimed"]["grade"])


LINES = {
    "department": {"基本支出": "basic", "人员经费": "people", "公用经费": "office", "项目支出": "project"},
    "project": {"当年财政拨款": "fiscal", "上年结转资金": "carried", "其他资金": "other"},
}

# ---- from last year ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["department", "project"])
def test_last_years_return_filled_in_anew_is_scored_without_a_finding(kind: str, tmp_path: Path) -> None:
    case = well_made(kind)
    (tmp_path / "上年.xlsx").write_bytes(filled(case))
    form = opened(made(tmp_path / "上年.xlsx"))
    for key in CARRIED:
        assert column(form, key, 3) == [row.get(key) for row in case["indicators"]][:3], key
    assert form.cell("px_unit").value == case["unit"]
    assert [form.cell("px_indicators_target").protection.locked, column(form, "actual", 2)] == [
        False,
        [None, None],
    ]
    fill_in(form, case, LINES[kind])
    assert [(one.code, one.message) for one in found(form, tmp_path)] == []


def test_last_years_results_stand_beside_locked_and_are_no_content_of_the_unit(tmp_path: Path) -> None:
    case = well_made()
    (tmp_path / "上年.xlsx").write_bytes(filled(case))
    sheet = openpyxl.load_workbook(made(tmp_path / "上年.xlsx"))["绩效指标"]
    (head,) = (cell for line in sheet.iter_rows(max_row=6) for cell in line if cell.value == "上年实际值")
    beside = [head.offset(at) for at in range(1, 6)]
    assert [cell.value for cell in beside] == [row["actual"] for row in case["indicators"]]
    assert all(cell.protection.locked for cell in beside)
    assert "上年实际值" not in str(
        [c.value for line in openpyxl.load_workbook(_blank(tmp_path))["绩效指标"] for c in line]
    )


def _blank(folder: Path) -> Path:
    pipeline.write_template(folder / "blank.xlsx", "department", 2025)
    return folder / "blank.xlsx"


def test_the_command_says_what_was_carried_over_and_what_was_not(tmp_path: Path) -> None:
    case = well_made()
    case["indicators"][1] |= {"target": "九成多", "name": "2024年验收合格率"}
    case["indicators"][2]["weight"] = None
    (tmp_path / "上年.xlsx").write_bytes(filled(case))
    said = command("template", "--from", tmp_path / "上年.xlsx", "-o", tmp_path / "a.xlsx").stdout
    assert "2025年度" in said.splitlines()[0]
    assert "带入：单位名称、主管部门、金额单位、绩效指标5项、项目名称2个；上年实际值列在旁边，供参考。" in said
    for word in (
        "资金各行的金额",
        "自评得分",
        "项目的金额和效果",
        "文字说明",
        "偏差原因",
        "改进措施",
        "年中监控值",
    ):
        assert word in next(line for line in said.splitlines() if "没有带入（由单位填写）" in line)
    assert "原表中“单页数字化成本”没有分值，请单位填写。" in said
    assert "写有别的年份，请核对：“2024年验收合格率”。" in said


def test_a_value_that_cannot_be_read_is_left_open_and_told_with_its_cell(tmp_path: Path) -> None:
    case = well_made()
    case["indicators"][0]["weight"] = "若干"
    (tmp_path / "上年.xlsx").write_bytes(filled(case))
    result = command("template", "--from", tmp_path / "上年.xlsx", "-o", tmp_path / "a.xlsx")
    (line,) = (line for line in result.stdout.splitlines() if "若干" in line)
    assert line.strip().startswith("绩效指标!")
    assert line.endswith("没有带入，请填写。")
    assert opened(tmp_path / "a.xlsx").cell("px_indicators_weight").value is None


def test_an_official_layout_splits_its_targets_into_sign_number_and_unit(tmp_path: Path) -> None:
    source = national().save(tmp_path / "上年.xlsx")
    then = pipeline.score(source).evaluation
    assert then
    form = opened(made(source))
    rows = len(then.indicators)
    for key in ("name", "sign", "target", "unit", "weight"):
        assert column(form, key, rows) == [
            float(v) if hasattr(v := row.entry(key).value, "as_tuple") else v for row in then.indicators
        ], key


@pytest.mark.parametrize("name", ["部门整体.ods", "部门整体.xls"])
def test_other_formats_are_read_in_place(name: str, tmp_path: Path) -> None:
    shutil.copy(FIXTURES / name, tmp_path / name)
    form = opened(made(tmp_path / name))
    assert column(form, "name", 2) == ["公务用车运行维护费下降率", "预算经费"]


def test_a_scored_copy_serves_as_well_as_the_return(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(template_of("department-as-filed"))
    pipeline.score(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    first, second = (opened(made(tmp_path / name)) for name in ("a.xlsx", "b.xlsx"))
    assert column(first, "name", 8)[7] == "受益职工满意度"
    assert [column(first, key, 8) for key in CARRIED] == [column(second, key, 8) for key in CARRIED]


def test_parts_of_an_indicator_are_not_carried_over_and_named(tmp_path: Path) -> None:
    result = command(
        "template", "--from", FIXTURES / "kinds" / "25-subrow-qizhong.xlsx", "-o", tmp_path / "a.xlsx"
    )
    assert "没有带入上一项指标中的分项（其中）2行：其中：线上、其中：线下。" in result.stdout


def test_each_form_of_a_workbook_has_its_template(tmp_path: Path) -> None:
    source = FIXTURES / "kinds" / "24-stacked-two-forms.xlsx"
    assert command("template", "--from", source, "-o", tmp_path / "a.xlsx").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-培训.xlsx", "a-第二个项目.xlsx"]


def test_an_older_return_shows_no_results_as_last_years(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(filled(well_made()))
    result = command("template", "--from", tmp_path / "a.xlsx", "--year", 2027, "-o", tmp_path / "b.xlsx")
    assert "原表是2024年度的，不是上年，没有列出上年实际值。" in result.stdout
    values = [
        c.value for line in openpyxl.load_workbook(tmp_path / "b.xlsx")["绩效指标"].iter_rows() for c in line
    ]
    assert "上年实际值" not in values


def test_a_workbook_without_a_year_is_taken_for_what_was_asked_and_that_is_told(tmp_path: Path) -> None:
    source = FIXTURES / "published" / "old-cq-kexuecheng.xlsx"
    assert "请用 --year 写明模板的年度" in command("template", "--from", source, "-o", tmp_path / "a.xlsx").stderr
    said = command("template", "--from", source, "--year", 2025, "-o", tmp_path / "a.xlsx").stdout
    assert "原表没有写明年度，按2025年度的上年带入，请核对。" in said


@pytest.mark.parametrize("form", ["department", "project"])
def test_the_guide_says_where_the_indicators_come_from(form: str, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(filled(well_made(form)))
    guide = openpyxl.load_workbook(made(tmp_path / "a.xlsx"))["填报说明"]
    (line,) = (c.value for row in guide.iter_rows() for c in row if str(c.value).startswith("七、"))
    year = well_made(form)["year"]
    assert line == (
        f"七、绩效指标和项目名称是从{year}年度带入的，请按本年批复的目标逐项核对、修改。“上年实际值”供参考。"
    )


# ---- from the approved targets -------------------------------------------------------------------------------------

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


# ---- the live check ------------------------------------------------------------------------------------------------


def said(form: Form, name: str) -> str:
    cell = form.cell(name)
    return str(calculated(form.book)(cell.parent.title, cell.coordinate))


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


# ---- LibreOffice ---------------------------------------------------------------------------------------------------


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


# ---- folders, and what is refused ----------------------------------------------------------------------------------


def test_a_folder_gives_a_folder_and_one_bad_file_stops_nothing(tmp_path: Path) -> None:
    returns = tmp_path / "上年"
    (returns / "县直").mkdir(parents=True)
    for name, unit in (("甲.xlsx", "甲局"), ("县直/乙.xlsx", "乙局")):
        (returns / name).write_bytes(filled(well_made() | {"unit": unit}))
    (returns / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    (returns / "说明.docx").write_bytes(b"")
    result = command("template", "--from", returns, "-o", tmp_path / "今年")
    assert result.exit_code == 3
    assert "坏.xlsx：没有写模板。" in result.stderr
    assert "说明.docx" in result.stderr
    assert "由原表写好模板2份，1份没有写成，见上。" in result.stdout
    assert opened(tmp_path / "今年" / "县直" / "乙.xlsx").cell("px_unit").value == "乙局"
    assert sorted(p.name for p in (tmp_path / "今年").rglob("*.xlsx")) == ["乙.xlsx", "甲.xlsx"]
    (returns / "坏.xlsx").unlink()
    again = command("template", "--from", returns, "-o", tmp_path / "今年")  # what is there is kept
    assert (again.exit_code, again.stderr.count("已经存在，没有改动它")) == (0, 2)


def test_a_list_says_what_the_templates_are_called_and_who_is_without_a_return(tmp_path: Path) -> None:
    returns = tmp_path / "上年"
    returns.mkdir()
    for name, unit in (("1.xlsx", "甲局"), ("2.xlsx", "乙 局"), ("3.xlsx", "丁局")):
        (returns / name).write_bytes(filled(well_made() | {"unit": unit}))
    roster = tmp_path / "名单.csv"
    roster.write_text("单位名称,主管部门\n甲局,县政府\n乙局,县政府\n丙局,\n", "utf-8")
    words = ("template", "--from", returns, "--roster", roster, "--year", 2025, "--form", "department")
    result = command(*words, "-o", tmp_path / "今年")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "今年").iterdir()) == ["丙局.xlsx", "乙局.xlsx", "甲局.xlsx"]
    assert "3.xlsx：名单中没有“丁局”的这张表，没有写模板。" in result.stderr
    assert "名单中没有上年的表的，写了空白模板：丙局。" in result.stdout
    second, blank = (opened(tmp_path / "今年" / f"{unit}.xlsx") for unit in ("乙局", "丙局"))
    assert [second.cell("px_unit").value, second.cell("px_supervisor").value] == ["乙局", "县政府"]
    assert [second.cell("px_indicators_weight").value, blank.cell("px_indicators_weight").value] == [20, None]


def test_without_an_approval_a_listed_unit_gets_no_template(tmp_path: Path) -> None:
    source, roster = approved_form(tmp_path), tmp_path / "名单.csv"
    roster.write_text("单位名称,表种\n示例县公路养护中心,项目支出\n丙局,项目支出\n", "utf-8")
    result = command("template", "--from", source, "--approved", "--roster", roster, "-o", tmp_path / "今年")
    assert result.exit_code == 0, result.output
    assert [path.name for path in (tmp_path / "今年").iterdir()] == ["示例县公路养护中心-乡村道路养护.xlsx"]
    assert "名单中没有批复目标的，没有写模板：丙局。" in result.stderr


def test_existing_templates_are_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(filled(well_made()))
    (tmp_path / "b.xlsx").write_bytes(b"mine")
    words = ("template", "--from", tmp_path / "a.xlsx", "-o", tmp_path / "b.xlsx")
    assert command(*words).exit_code == 3
    assert (tmp_path / "b.xlsx").read_bytes() == b"mine"
    assert command(*words, "--force").exit_code == 0
    assert command("template", "--from", tmp_path / "a.xlsx", "-o", tmp_path / "a.xlsx", "--force").exit_code == 2


REFUSED = {
    "不是上年": (("--year", 2024), 3, "是2024年度的，不是2024年度的上年。里面是批复的目标的，请加 --approved。"),
    "别年的批复": (("--year", 2025, "--approved"), 3, "是2024年度的，不能作为2025年度批复的目标。"),
    "别的表种": (("--form", "project"), 3, "不能带入“项目支出绩效自评”的模板"),
    "另有名单": (("--data", "上年.xlsx"), 2, "--from 不能和 --data 一起用"),
    "没有这种办法": (("--rulebook", "nosuch"), 2, "nosuch"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_with_the_reason(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    more, code, said = REFUSED[name]
    Path("上年.xlsx").write_bytes(filled(well_made()))
    result = command("template", "--from", "上年.xlsx", "-o", "a.xlsx", *more)
    assert result.exit_code == code
    assert said in result.stderr
    assert not Path("a.xlsx").exists()


def test_approved_alone_is_wrong_usage() -> None:
    result = command("template", "--form", "project", "--year", 2026, "--approved")
    assert result.exit_code == 2
    assert "--approved 要和 --from 一起用" in result.stderr


def test_the_same_workbook_gives_the_same_bytes(tmp_path: Path) -> None:
    source = approved_form(tmp_path)
    assert made(source, "--approved").read_bytes() == made(source, "--approved").read_bytes()
