"""`template --from`: this year's template from last year's return."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from tests import FIXTURES
from tests.kit.command import command
from tests.kit.filled import filled, template_of, well_made
from tests.kit.layouts import national
from tests.kit.made_templates import column, found, made, opened
from tests.live import Form

TRANSFERRED = ("level1", "level2", "name", "sign", "target", "unit", "weight", "method")


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


@pytest.mark.parametrize("kind", ["department", "project"])
def test_last_years_return_filled_in_anew_is_scored_without_a_finding(kind: str, tmp_path: Path) -> None:
    case = well_made(kind)
    (tmp_path / "上年.xlsx").write_bytes(filled(case))
    form = opened(made(tmp_path / "上年.xlsx"))
    for key in TRANSFERRED:
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
    assert [column(first, key, 8) for key in TRANSFERRED] == [column(second, key, 8) for key in TRANSFERRED]


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
