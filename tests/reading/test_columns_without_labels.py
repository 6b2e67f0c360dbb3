"""Columns of an official table that have no label, or a number in its place: nothing is lost, nothing is silent."""

from __future__ import annotations

from pathlib import Path

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.results.recording import as_json
from tests.kit.layouts import Paper
from tests.kit.money_blocks import ROWS, form, one_line


def scored(p: Paper, folder: Path) -> Result:
    return pipeline.score(p.save(folder / "form.xlsx"))


def numbers_named(result: Result) -> list[str]:
    return [f.message for f in result.findings if f.field == "没有读取的数字"]


def test_a_column_without_a_label_is_named_with_its_numbers(tmp_path: Path) -> None:
    p = one_line()
    for row in range(8, 12):
        p.put(f"J{row}", row + 20)
    (message,) = numbers_named(scored(p, tmp_path))
    assert all(f"J{row}“{row + 20}”" in message for row in range(8, 12))


def test_a_text_beside_the_table_is_named(tmp_path: Path) -> None:
    p = one_line()
    p.put("K9", "已核")
    assert any("K9“已核”" in f.message for f in scored(p, tmp_path).findings if f.code == "R19")


def test_a_number_in_the_header_hides_no_column(tmp_path: Path) -> None:
    """四川安居: the full marks stand in the place of 得分, right of 实际完成指标值."""
    p = form(("A B:C D E:F G H", ("预算执行情况（万元）", "预算数：", 50, "执行数：", 45, None)))
    heads = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成指标值", 60, None, None)
    p.row(6, "B C D E F G H I", *heads)
    result = scored(p, tmp_path)
    found = as_json(result)
    assert (found["status"], found["unscored"]) == ("checked", "no_points")
    assert [row["actual"] for row in found["indicators"]] == ["320", "96", "达成", "95"]
    (message,) = numbers_named(result)
    assert message.startswith("表内还有数字没有读取：G6“60”、G7“30”、H7“30”")


def test_a_box_beside_its_number_is_no_column(tmp_path: Path) -> None:
    """自评得分 | 99 above the header is the total, not a label of points."""
    p = one_line()
    p.row(6, "A B:D E F:I", "填报日期", "2024年3月1日", "自评得分", 99)
    found = as_json(scored(p, tmp_path))
    assert found["claimed_total"] == "99"
    assert [row["claimed"] for row in found["indicators"]] == [str(row[6]) for row in ROWS]


def test_the_department_in_charge_stands_for_the_unit_without_its_code(tmp_path: Path) -> None:
    """安徽濉溪: no box for the unit, a code in brackets before the department."""
    p = one_line()
    p.row(3, "E F:I", None, None)
    p.put("B3", "[155]某县民政局")
    result = scored(p, tmp_path)
    assert as_json(result)["unit"] == "某县民政局"
    assert not [f for f in result.findings if f.code == "R06"]
    (told,) = [f for f in result.findings if f.code == "R19" and "主管部门" in f.message]
    assert (told.severity, told.message) == ("notice", "本表没有“实施单位”一栏，按主管部门“某县民政局”列示。")


def test_a_prompt_with_a_slash_is_a_row_that_nobody_filled_in(tmp_path: Path) -> None:
    p = one_line()
    p.sheet.unmerge_cells("A12:F12")
    p.row(12, "A B C D E F G H I", None, None, "生态效益指标", "指标1：/", None, None, "/", "/", None)
    p.row(13, "A:F G H I", "总分", 100, 99, None)
    result = scored(p, tmp_path)
    assert len(as_json(result)["indicators"]) == len(ROWS)
    assert not [f for f in result.findings if f.field == "没有读取的文字"]
