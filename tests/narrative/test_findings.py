"""One case for each kind of finding about a report, and for what is easily taken for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.kit.reports import case_of, checked, codes, word, workbook

ABOUT = "示例市档案馆2024年度部门整体支出绩效自评报告"
CODES = {f"P{number:02}" for number in range(1, 11)}
CASES: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("P01", "全年预算数1000万元，全年执行数979万元。", [("P01", "979万元")]),
    ("P01", "全年预算数1000万元，全年执行数970万元，执行率97.00%。", []),
    ("P01", "年中追加人员经费20万元，调减项目支出20万元。", []),
    ("P01", "年中追加人员经费20万元，调减项目支出30万元。", [("P01", "30万元")]),
    ("P01", "年中调减项目支出20万元，项目支出由400万元调减至380万元。", []),
    ("P01", "项目支出由400万元调整为390万元。", [("P01", "390万元")]),
    ("P01", "基本支出由610万元追加到620万元。", [("P01", "610万元")]),
    ("P01", "会议费由30万元压减至20万元。", []),  # in no form
    ("P01", "自评等级为“良”。", [("P01", "“良”")]),
    ("P02", "基本支出全年预算数620万元，项目支出全年预算数620万元。", [("P01", "620万元")]),  # no telling number
    ("P02", "单页数字化成本：目标值10元，实际完成值12元，完成率101.02%，分值10分，得8.33分，原因是修裱费高。", [("P02", "101.02%")]),
    ("P02", "档案数字化项目预算280万元，库房恒温恒湿改造项目支出275万元。", [("P01", "275万元")]),
    ("P02", "基本支出执行率97.37%。", [("P02", "97.37%")]),
    ("P03", "一、基本情况\n全年预算数1000万元。\n二、预算执行情况\n（一）基本支出\n执行率96.77%。", []),
    ("P09", "存在的问题：没有。", []),
    ("P03", "一、基本情况\n二、预算执行情况\n全年预算数1000万元。", [("P03", "一、基本情况")]),
    ("P04", "共购置设备85万元，其中：服务器60万元，扫描仪35万元。", [("P04", "85万元，其中：服务器60万元，扫描仪35万元")]),
    ("P04", "共购置设备85万元，其中：服务器60万元，扫描仪15万元。", []),
    ("P05", "全年预算数1000元。", [("P05", "1000元")]),
    ("P05", "全年执行数970%。", [("P05", "970%")]),
    ("P05", "执行率97%万元。", [("P05", "97%万元")]),
    ("P05", "全年预算数10000000元，全年执行数970.00万元。", []),
    ("P06", "单页数字化成本：目标值10元，实际完成值12元，分值10分，得8.33分。", [("P06", "8.33分")]),
    ("P06", "单页数字化成本：目标值10元，实际完成值12元，分值10分，得8.33分。由于修裱费高。", []),
    ("P07", "本年度共实施5个项目。", [("P07", "5个")]),
    ("P07", "年末实有人员38人。", [("P07", "38人")]),
    ("P07", "本年度新增5个项目，其中2个项目完成验收。", []),
    ("P08", "2023年全年预算数1000万元，全年执行数970万元，执行率97.00%。", []),
    ("P08", "2023年基本支出执行率96.77%。", [("P08", "2023年")]),
    ("P08", "2023年执行率91.20%。", []),
    ("P09", "主要职能：〔请填写：主要职能〕。购置设备XX万元。", [("P09", "〔请填写：主要职能〕"), ("P09", "XX")]),
    ("P09", "一、存在的问题\n无", [("P09", "无")]),
    ("P10", "全年各项绩效指标均已完成。", [("P10", "各项绩效指标均已完成")]),
    ("P10", "全部指标均采用量化指标。", [("P10", "指标均采用量化指标")]),
    ("P10", "除单页数字化成本外，各项绩效指标均已完成。", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "text", "expected"), CASES, ids=[f"{code} {text[:20]}" for code, text, _ in CASES]
)
def test_what_is_found(tmp_path: Path, code: str, text: str, expected: list[tuple[str, str]]) -> None:
    form = workbook(tmp_path, case_of("完好的部门自评表"))
    report = tmp_path / "报告.txt"
    report.write_text(text, "utf-8")
    found = checked(report, form)["findings"]
    assert [(one["code"], text[one["start"] : one["end"]]) for one in found] == expected


@pytest.mark.finding("P01")
@pytest.mark.finding("P02")
@pytest.mark.finding("P03")
@pytest.mark.finding("P04")
@pytest.mark.finding("P05")
@pytest.mark.finding("P06")
@pytest.mark.finding("P07")
@pytest.mark.finding("P08")
@pytest.mark.finding("P09")
@pytest.mark.finding("P10")
def test_every_kind_has_a_case_and_a_near_miss() -> None:
    assert {code for code, _, expected in CASES for one, _ in expected if one == code} == CODES
    assert {code for code, _, expected in CASES if not expected} >= CODES - {"P02"}


def test_a_report_of_another_unit_and_year(tmp_path: Path) -> None:
    form = workbook(tmp_path, case_of("完好的部门自评表"))
    report = tmp_path / "报告.txt"
    report.write_text(
        "部门整体支出绩效自评报告\n（2023年度）\n单位名称：示例市图书馆\n一、基本情况\n略有结余。", "utf-8"
    )
    assert codes(checked(report, form)) == ["P08", "P08"]


def test_a_reason_that_is_repeated(tmp_path: Path) -> None:
    form = workbook(tmp_path, case_of("完好的部门自评表"))
    text = (
        "单页数字化成本：分值10分，得8.33分。偏差原因：年初预计不足。\n"
        "查档群众满意度：分值10分，得10分。偏差原因：年初预计不足。"
    )
    (tmp_path / "报告.txt").write_text(text, "utf-8")
    assert codes(checked(tmp_path / "报告.txt", form)) == ["P09"]


def test_a_claim_that_the_form_carries_too_is_told_with_its_cause(tmp_path: Path) -> None:
    case: dict[str, Any] = case_of("完好的部门自评表") | {
        "claimed": {"execution_points": 9.7, "total": 98.53, "grade": "优"}
    }
    (tmp_path / "报告.txt").write_text("自评总分98.53分。", "utf-8")
    record = checked(tmp_path / "报告.txt", workbook(tmp_path, case))
    assert [(one["code"], one["cell"]) for one in record["findings"]] == [("P04", "C7")]
    assert record["figures"][0]["verdict"] == "agrees"


def test_numbers_in_tables_are_held_against_the_row_and_the_column(tmp_path: Path) -> None:
    form = workbook(tmp_path, case_of("完好的部门自评表"))
    rows = [
        ["资金类别", "年初预算数", "全年预算数", "全年执行数", "执行率"],
        ["基本支出", "600", "620", "600", "96.77%"],
        ["合计", "1,000.00", "1000", "907", "97%"],
    ]
    indicators = [
        ["一级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
        ["产出指标", "数字化成果验收合格率", "≥98%", "99%", "20", "20"],
        ["满意度指标", "查档群众满意度", "≥90%", "93%", "10", "9"],
    ]
    (tmp_path / "报告.docx").write_bytes(word(ABOUT, "单位：万元", tables=[rows, indicators]))
    record = checked(tmp_path / "报告.docx", form)
    assert [(one["code"], one["given"], one["expected"]) for one in record["findings"]] == [
        ("P01", "907", "970万元"),
        ("P01", "9", "10分"),
    ]
    assert {one["verdict"] for one in record["figures"][1:]} == {"agrees", "differs"}
