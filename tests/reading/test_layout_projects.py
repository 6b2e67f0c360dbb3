"""项目明细 in official department layouts: read wherever such a table stands, and held against the fund lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from tests.kit.foreign_workbooks import xlsb
from tests.kit.layouts import Paper, anhui, one_sheet, xinjiang
from tests.kit.outcome import findings_of


def score_paper(paper: Paper, folder: Path) -> Result:
    return pipeline.score(paper.save(folder / "returned.xlsx"))


def projects(result: Result) -> list[tuple[str | None, ...]]:
    assert result.evaluation is not None
    return [
        tuple(None if e.value is None else str(e.value) for e in (p.name, p.adjusted, p.executed))
        for p in result.evaluation.projects
    ]


def said(result: Result, *codes: str) -> list[tuple[str, str | None, str | None]]:
    return [(f.code, f.place.sheet, f.place.cell) for f in result.findings if f.code in codes]


XINJIANG = [
    ("驾驶员经费", "85.04", "75.04"),
    ("食堂餐费及服务费", "11.34", "11.34"),
    ("驻社区补助", "10.8", "9.07"),
]


def test_projects_that_do_not_add_up_are_found(tmp_path: Path) -> None:
    paper = xinjiang()
    paper.sheet["F24"] = 10.08
    assert said(score_paper(paper, tmp_path), "F05") == [("F05", "Sheet1", "G6")]


def test_a_project_that_spent_more_than_its_budget_is_found(tmp_path: Path) -> None:
    paper = one_sheet()
    paper.sheet["I13"], paper.sheet["I14"] = 150, 116
    assert said(score_paper(paper, tmp_path), "F04", "F05") == [("F04", "部门整体自评", "I14")]


def test_a_project_without_amounts_is_asked_for_them(tmp_path: Path) -> None:
    paper = one_sheet()
    for cell in ("E14", "G14", "I14"):
        paper.sheet[cell] = None
    result = score_paper(paper, tmp_path)
    assert projects(result) == [("档案数字化", "170", "160"), ("库房修缮", None, None)]
    assert said(result, "R07", "F05") == [("R07", "部门整体自评", "G14"), ("R07", "部门整体自评", "I14")]


def test_an_amount_that_is_no_number_is_told(tmp_path: Path) -> None:
    paper = xinjiang()
    paper.sheet["H22"] = "完成"
    result = score_paper(paper, tmp_path)
    assert said(result, "R08", "F05") == [("R08", "Sheet1", "H22")]


def test_the_table_may_stand_on_a_sheet_of_its_own(tmp_path: Path) -> None:
    paper = xinjiang()
    other = paper.book.create_sheet("附表")
    for row in range(21, 26):
        for column in range(1, 13):
            cell = paper.sheet.cell(row, column)
            if cell.value is not None:
                other.cell(row - 18, column, cell.value)
    paper.sheet.delete_rows(20, 10)
    result = score_paper(paper, tmp_path)
    assert projects(result) == XINJIANG
    assert said(result, "R06", "R16", "F05") == []
    assert "项目明细在“附表”第3行起，共3个项目" in result.findings[0].message


def test_a_header_in_two_rows_names_the_columns_that_are_not_read(tmp_path: Path) -> None:
    result = score_paper(anhui(), tmp_path)
    assert projects(result) == [("馆藏建设", "380", "350"), ("阅读推广", "240", "214")]
    notice = next(f for f in result.findings if f.code == "R19")
    assert "没有读取的栏：主要内容、财政拨款、财政拨款" in notice.message


def test_rows_between_are_no_projects_and_the_table_ends_at_the_next(tmp_path: Path) -> None:
    """A repeated header, a subtotal, dots, an empty row; then the table of indicators follows at once."""
    paper = Paper()
    paper.put("A1", "2023年度部门整体支出绩效自评表")
    paper.row(2, "A B", "单位名称", "示例区图书馆")
    paper.row(3, "A B C", "资金类别", "全年预算数（万元）", "全年执行数")
    paper.row(4, "A B C", "项目支出", 60, 55)
    paper.row(5, "A B C", "合计", 60, 55)
    head = ("项目名称", "全年执行数", "全年预算数", "资金来源")
    paper.row(7, "A B C D", *head)
    paper.row(8, "A B C D", "办公经费", 20, 22, "本级")
    paper.row(9, "A B C D", *head)
    paper.row(10, "A B C D", "小计", 20, 22, None)
    paper.put("A12:A13", "设备购置")
    paper.row(12, "B C D", 30, 32, "本级")
    paper.row(13, "B C D", 5, 6, "上级")
    paper.row(14, "A B C D", "……", None, None, None)
    paper.row(15, "A B C D", "合计", 55, 60, None)
    paper.row(16, "A B C D E", "三级指标", "年度指标值", "实际完成值", "分值", "得分")
    paper.row(17, "A B C D E", "借阅册次", "≥100册", "120册", 90, 90)
    paper.row(18, "A D E", "总分", 100, 99.17)
    result = score_paper(paper, tmp_path)
    assert projects(result) == [("办公经费", "22", "20"), ("设备购置", "32", "30"), ("设备购置", "6", "5")]
    assert said(result, "F05", "R07", "R06") == []
    assert result.evaluation is not None
    assert [row.name.value for row in result.evaluation.indicators] == ["借阅册次"]


@pytest.mark.parametrize("label", ["改进措施", "存在的问题", "联系电话", "自评结论"])
def test_what_stands_below_with_a_label_is_no_project(label: str, tmp_path: Path) -> None:
    paper = xinjiang()
    paper.sheet.unmerge_cells("B25:D25")
    paper.sheet["A25"] = None
    paper.sheet["F25"] = paper.sheet["H25"] = None
    paper.sheet["B25"], paper.sheet["C25"] = label, "见上"
    assert projects(score_paper(paper, tmp_path)) == XINJIANG


def test_a_second_form_below_the_projects_is_scored_too(tmp_path: Path) -> None:
    paper, other = xinjiang(), xinjiang()
    for line in other.sheet.iter_rows():
        for cell in line:
            if cell.value is not None:
                paper.sheet.cell(cell.row + 30, cell.column, "另一个局" if cell.coordinate == "C3" else cell.value)
    first, second = score_paper(paper, tmp_path).forms
    assert projects(first) == projects(second) == XINJIANG
    assert [f.code for f in first.findings] == [f.code for f in score_paper(xinjiang(), tmp_path).findings]


def test_a_layout_without_a_line_for_projects_has_nothing_to_hold_them_against(tmp_path: Path) -> None:
    paper = xinjiang()
    for column in "ACEGIK":
        paper.sheet[f"{column}6"] = None
    result = score_paper(paper, tmp_path)
    assert projects(result) == XINJIANG
    assert said(result, "F05") == []


def test_a_total_of_the_table_that_is_not_the_sum_of_its_projects_is_found(tmp_path: Path) -> None:
    paper = xinjiang()
    paper.sheet["F25"] = 107.81
    result = score_paper(paper, tmp_path)
    (found,) = findings_of(result, "F01")
    assert (found.severity, found.place.sheet, found.place.cell) == ("error", "Sheet1", "F25")
    assert (found.expected, found.difference) == ("107.18", "0.63")
    assert found.message == "项目明细合计·全年预算数填107.81，而3个项目之和是107.18，相差0.63。"
    assert said(result, "F05") == []


def test_a_total_above_its_projects_is_one_too_and_what_is_no_number_is_told(tmp_path: Path) -> None:
    paper = one_sheet()
    for column in "ADEGI":
        for row, above in ((15, 14), (14, 13)):
            one, other = paper.sheet[f"{column}{row}"], paper.sheet[f"{column}{above}"]
            one.value, other.value = other.value, one.value
    assert projects(score_paper(paper, tmp_path)) == [("档案数字化", "170", "160"), ("库房修缮", "110", "106")]
    paper.sheet["E13"], paper.sheet["G13"], paper.sheet["I13"] = 299, "280元", "见附件"
    result = score_paper(paper, tmp_path)
    assert said(result, "F01", "R08") == [
        ("F01", "部门整体自评", "E13"),
        ("R08", "部门整体自评", "G13"),
        ("R08", "部门整体自评", "I13"),
    ]


def test_a_total_is_told_at_its_place_when_the_form_is_carried_over(tmp_path: Path) -> None:
    paper = xinjiang()
    paper.sheet["H25"] = 95.54
    (tmp_path / "a.xlsb").write_bytes(xlsb(paper.save(tmp_path / "a.xlsx").read_bytes()))
    result = pipeline.score(tmp_path / "a.xlsb", tmp_path / "out.xlsx")
    (found,) = findings_of(result, "F01")
    assert found.message.startswith("原文件“Sheet1”H25：项目明细合计·全年执行数填95.54")


def test_amounts_without_a_name_are_named(tmp_path: Path) -> None:
    paper = xinjiang()
    paper.sheet["B23"] = None
    result = score_paper(paper, tmp_path)
    assert projects(result) == [XINJIANG[0], XINJIANG[2]]
    notice = next(f for f in result.findings if f.code == "R19")
    assert "没有读取的项目明细行：第23行“没有名称”" in notice.message
    assert said(result, "F01") == [("F01", "Sheet1", "F25"), ("F01", "Sheet1", "H25")]


def test_sums_that_cannot_be_held_against_all_projects_are_named(tmp_path: Path) -> None:
    paper = xinjiang()
    paper.put("B26", "合计")
    paper.sheet["F26"] = 1
    result = score_paper(paper, tmp_path)
    assert said(result, "F01") == []
    notice = next(f for f in result.findings if f.code == "R19")
    assert "没有读取的项目明细行：第25行“合计”、第26行“合计”" in notice.message
