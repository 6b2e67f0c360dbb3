"""The paper of an official form: its own title, its own order, one column where the form has one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from tests.kit.layouts import LAYOUTS, Paper, national


def paper(folder: Path, form: Paper) -> Any:
    """自评表 of the form."""
    result = pipeline.score(form.save(folder / "a.xlsx"), folder / "out.xlsx")
    assert result.output
    book = openpyxl.load_workbook(folder / "out.xlsx")
    return book[next(name for name in reversed(book.sheetnames) if name.startswith("自评表"))]


def texts(sheet: Any) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


TITLES = {
    "项目支出绩效自评表": "项目支出绩效自评表",
    "中央对地方专项转移支付区域（项目）绩效自评表": "中央对地方专项转移支付区域（项目）绩效自评表",
    "附件2：转移支付区域绩效自评表（2023年度）": "转移支付区域绩效自评表",
    "2023年度省级项目支出绩效自评表": "省级项目支出绩效自评表",
    "项 目 支 出 绩 效 自 评 表": "项目支出绩效自评表",
    "（    年度）项目支出绩效自评表": "项目支出绩效自评表",
}


@pytest.mark.parametrize("title", TITLES)
def test_it_is_printed_under_its_own_title(title: str, tmp_path: Path) -> None:
    form = national()
    form.sheet["A1"] = title
    sheet = paper(tmp_path, form)
    shown = texts(sheet)
    assert TITLES[title] in shown
    assert shown.count("（2023年度）") == 1
    assert sheet.oddFooter.center.text == "第 &P 页"


@pytest.mark.parametrize("name", LAYOUTS)
def test_reason_and_measure_of_one_box_are_printed_once(name: str, tmp_path: Path) -> None:
    sheet = paper(tmp_path, LAYOUTS[name]())
    rows = [[str(c.value) for c in row if c.value is not None] for row in sheet.iter_rows()]
    head = next(row for row in rows if "三级指标" in row or "指标名称" in row)
    together = [text for text in head if "原因" in text and "措施" in text]
    assert not (together and {"偏差原因", "改进措施"} & set(head))


def test_a_department_forms_one_column_of_remarks_is_one(tmp_path: Path) -> None:
    form = Paper()
    form.put("A1:H1", "2023年度省直部门整体支出绩效自评表")
    form.row(2, "A B:H", "部门（单位）名称", "示例省统计局")
    form.row(3, "A:B C D E F G H", "资金（万元）", "年初预算", "全年预算", "全年执行数", "分值", "执行率", "得分")
    form.row(4, "A:B C D E F G H", "年度资金总额", 100, 100, 100, 10, "100%", 10)
    form.row(
        5,
        "A B C D E F G H",
        "一级指标",
        "二级指标",
        "三级指标",
        "指标值",
        "完成值",
        "权重",
        "得分",
        "未完成原因及改进措施",
    )
    form.row(
        6,
        "A B C D E F G H",
        "履职效能",
        "重点工作",
        "报告数量",
        "≥60篇",
        "54篇",
        90,
        81,
        "人员抽调去做普查，来年补足",
    )
    form.row(7, "A:E F G H", "总分", 100, 91, None)
    shown = texts(paper(tmp_path, form))
    assert shown.count("人员抽调去做普查，来年补足") == 1
    assert "偏差原因和改进措施" in shown
    assert not {"偏差原因", "改进措施"} & set(shown)
