"""Texts inside an official form: read, or named in R19; goals under labels that no list has."""

from __future__ import annotations

from pathlib import Path

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from tests.kit.layouts import Paper, national
from tests.kit.parted import parted
from tests.kit.published_tables import PUBLISHED

PARTS = ("符号", "值", "单位")


def told(result: Result) -> list[str]:
    return [f.message for f in result.findings if f.code == "R19" and f.message.startswith("表内还有文字")]


def scored(folder: Path, paper: Paper) -> Result:
    return pipeline.score(paper.save(folder / "a.xlsx"))


@pytest.mark.parametrize(
    "label", ["整体绩效目标", "部门绩效目标", "单位年度工作目标", "总体目标", "专项资金绩效目标", "绩效目标"]
)
def test_goals_one_below_the_other(label: str, tmp_path: Path) -> None:
    paper = parted(PARTS)
    for area in ("A6:D6", "E6:H6", "A7:D7", "E7:H7"):
        paper.sheet.unmerge_cells(area)
        paper.sheet[area[:2]] = None
    paper.row(6, "A:B C:H", label, "维修校舍三所。")
    paper.row(7, "A:B C:H", f"{label}完成情况", "完成校舍维修三所。")
    result = scored(tmp_path, paper)
    assert result.evaluation is not None
    boxes = result.evaluation.boxes
    assert (boxes["goal_expected"].value, boxes["goal_achieved"].value) == ("维修校舍三所。", "完成校舍维修三所。")
    assert [f.place.cell for f in result.findings if f.code == "R19" and f.place.cell] == ["A6", "A7"]


def with_goals(*goals: tuple[str | None, str | None], label: str = "") -> Paper:
    """A form with a heading beside its goals, one row for each."""
    paper = parted(PARTS)
    for area in ("A6:D6", "E6:H6", "A7:D7", "E7:H7"):
        paper.sheet.unmerge_cells(area)
        paper.sheet[area[:2]] = None
    paper.sheet.insert_rows(8, len(goals) - 1 + bool(label))
    paper.sheet.merged_cells.ranges.clear()
    paper.put(f"A6:A{6 + len(goals) + bool(label)}", "年度总体目标")
    paper.row(6, "B:D E:H", "预期目标", "实际完成情况")
    for row, (expected, achieved) in enumerate(goals, 7):
        paper.row(row, "B:D E:H", expected, achieved)
    if label:
        paper.row(7 + len(goals), "B:D E:H", label, "按计划推进。")
    return paper


def test_goals_in_several_rows_are_lines_of_one_text(tmp_path: Path) -> None:
    result = scored(tmp_path, with_goals(("目标1：维修三所", "完成三所"), ("目标2：添置课桌", "完成添置")))
    assert result.evaluation is not None
    boxes = result.evaluation.boxes
    assert boxes["goal_expected"].value == "目标1：维修三所\n目标2：添置课桌"
    assert boxes["goal_achieved"].value == "完成三所\n完成添置"
    assert not [text for text in told(result) if "目标" in text or "完成" in text]


def test_a_row_with_a_label_of_its_own_is_no_goal(tmp_path: Path) -> None:
    result = scored(tmp_path, with_goals(("维修三所", "完成三所"), (None, None), label="评价结论"))
    assert result.evaluation is not None
    assert result.evaluation.boxes["goal_expected"].value == "维修三所"


def test_a_text_beside_what_is_read_is_named(tmp_path: Path) -> None:
    paper = parted(PARTS)
    paper.row(15, "A:C D:H", "资金管理情况", "按因素法分配")
    paper.row(16, "A:C D:H", "说明", "审计发现的问题已整改。")
    assert told(scored(tmp_path, paper)) == [
        "表内还有文字没有读取：A15“资金管理情况”、D15“按因素法分配”、D16“审计发现的问题已整改。”。"
    ]


def test_many_texts_are_named_by_their_rows(tmp_path: Path) -> None:
    paper = parted(PARTS)
    for row in range(15, 21):
        paper.row(row, "A:C D:H", f"事项{'一二三四五六'[row - 15]}", "已办理")
    assert told(scored(tmp_path, paper))[0].endswith("等12格（第15—20行）。")


@pytest.mark.parametrize(
    "text",
    ["注：1.本表由单位填报。", "填表人：张某", "联系电话：010-1", "备注：无", "签名：      年  月  日", "无"],
)
def test_what_a_form_prints_is_no_text(text: str, tmp_path: Path) -> None:
    paper = parted(PARTS)
    paper.put("A15:H15", text)
    paper.put("A16:H16", "2.本表一式两份。") if text.startswith("注") else None
    assert told(scored(tmp_path, paper)) == []


def test_rows_that_nobody_filled_in_are_no_texts(tmp_path: Path) -> None:
    assert told(scored(tmp_path, national())) == []


def test_one_label_of_two_tables_is_named_once() -> None:
    message = next(f.message for f in pipeline.score(PUBLISHED / "sc-qingshen.xlsx").findings if f.field == "版式")
    assert message.count("权重→分值") == 1
