"""What a form prints is no value: headings of its parts, labels of the next line, prompts left as printed."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result, SelfEvaluation
from tests.kit.layouts import Paper
from tests.kit.parted import parted
from tests.kit.published_tables import PUBLISHED

PARTS = ("符号", "值", "单位")


def scored(folder: Path, paper: Paper) -> Result:
    return pipeline.score(paper.save(folder / "a.xlsx"))


def read(result: Result) -> SelfEvaluation:
    assert result.evaluation is not None
    return result.evaluation


def told(result: Result, cell: str) -> list[str]:
    return [f.message for f in result.findings if f.code == "R19" and cell in (f.place.cell, f.message)]


def foot(*lines: tuple[str, str | None]) -> Paper:
    """A form with these labels below its indicators, each beside a merged box with its text."""
    paper = parted(PARTS)
    last = paper.sheet.max_row
    for row, (label, text) in enumerate(lines, last + 1):
        paper.row(row, "A B:H", label, text)
    return paper


def texts(evaluation: SelfEvaluation) -> dict[str, str]:
    return {passage.title.given: passage.text.given for passage in evaluation.passages}


def test_the_heading_of_the_next_part_is_no_goal() -> None:
    form = read(pipeline.score(PUBLISHED / "he-chengan.xlsx"))
    goal = form.boxes["goal_achieved"]
    assert (goal.place.cell, goal.value) == ("F9", "为我县百岁高龄老年人发放补贴，使老年人得到更好的照顾。")


def test_a_goal_in_one_text_beside_the_heading_of_goals_is_the_expected_one_and_reported() -> None:
    result = pipeline.score(PUBLISHED / "nx-yuanzhou.xlsx")
    goal = read(result).boxes["goal_expected"]
    assert (goal.place.cell, goal.value) == ("B11", "采购马铃薯原原种425万粒，建成原种繁育基地1250亩。")
    assert told(result, "A11") == ["“年度总体目标”只有一项内容，按“预期目标”读取；本表没有“实际完成情况”。"]


@pytest.mark.parametrize(
    "heading", ["二、绩效分析", "（三）绩效分析", "第二部分：绩效分析", "2.绩效分析", "项目基本情况"]
)
def test_a_heading_below_a_blank_label_is_no_text(heading: str, tmp_path: Path) -> None:
    paper = parted(PARTS)
    last = paper.sheet.max_row
    paper.put(f"A{last + 1}:H{last + 1}", "存在问题")
    paper.put(f"A{last + 2}:H{last + 2}", heading)
    paper.put(f"A{last + 3}:H{last + 3}", "按计划推进，没有偏离目标。")
    assert texts(read(scored(tmp_path, paper))) == {}


@pytest.mark.parametrize("text", ["一、入户偏慢。二、验收偏晚。", "一、入户管网进度偏慢", "无"])
def test_what_a_person_counts_is_a_text(text: str, tmp_path: Path) -> None:
    paper = parted(PARTS)
    last = paper.sheet.max_row
    paper.put(f"A{last + 1}:H{last + 1}", "存在问题")
    paper.put(f"A{last + 2}:H{last + 2}", text)
    assert texts(read(scored(tmp_path, paper))) == {"存在问题": text}


@pytest.mark.parametrize("label", ["单位主要负责人签批意见", "上级单位批示"])
@pytest.mark.parametrize("value", ["签名：          年  月  日", None])
def test_the_label_of_the_next_line_is_no_text(label: str, value: str | None, tmp_path: Path) -> None:
    form = read(
        scored(tmp_path, foot(("存在问题", "进度偏慢，主要是设备到货较晚。"), ("改进措施", None), (label, value)))
    )
    assert texts(form) == {"存在问题": "进度偏慢，主要是设备到货较晚。"}


@pytest.mark.parametrize(
    ("name", "cells"), [("sc-qingshen", "G6、B18、B19、B20"), ("old-sc-daying225", "G6、B20、B21、B22")]
)
def test_a_prompt_left_as_printed_is_no_answer(name: str, cells: str) -> None:
    result = pipeline.score(PUBLISHED / f"{name}.xlsx")
    goal = read(result).boxes["goal_achieved"]
    assert (goal.place.cell, goal.value, goal.given) == ("G6", None, "")
    asked = [(f.code, f.message) for f in result.findings if f.place.cell == "G6"]
    assert ("N01", "没有填写“实际完成情况”。") in asked
    assert ("R19", f"{cells}还是表样印的填写提示，按没有填写读取。") in asked


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("结合自评情况，分析存在的问题及原因。（200字以内）", None),
        ("结合自评情况，分析存在的问题及原因。", None),
        ("1.请说明问题（100字以内）；2.请说明原因；3.其他事项。", None),
        ("结合自评情况，分析存在的问题及原因。（200字以内）设备到货较晚。", "设备到货较晚。"),
        ("分析存在的问题（限200字以内）：\n设备到货较晚。", "设备到货较晚。"),
        ("设备到货较晚，验收偏迟。（200字以内）", "设备到货较晚，验收偏迟。"),
        ("结合自评情况，设备到货较晚，验收偏迟。", "结合自评情况，设备到货较晚，验收偏迟。"),
    ],
)
def test_what_is_written_around_a_prompt_is_the_answer(typed: str, text: str | None, tmp_path: Path) -> None:
    result = scored(tmp_path, foot(("存在问题", typed)))
    assert texts(read(result)) == ({"存在问题": text} if text else {})
    assert any("填写提示" in f.message for f in result.findings) == (text is None)


def emptied(name: str, cell: str, folder: Path) -> Result:
    """A published form with one cell left blank."""
    book = openpyxl.load_workbook(PUBLISHED / f"{name}.xlsx")
    book.worksheets[0][cell] = None
    book.save(folder / "a.xlsx")
    return pipeline.score(folder / "a.xlsx")


@pytest.mark.parametrize(
    ("name", "key", "cell"),
    [
        ("he-chengan", "goal_expected", "B9"),
        ("he-chengan", "goal_achieved", "F9"),
        ("ah-xiaoxian", "goal_expected", "B10"),
        ("ah-xiaoxian", "goal_achieved", "F10"),
        ("sd-licheng", "goal_achieved", "F7"),
        ("sc-qingshen", "goal_expected", "C6"),
    ],
)
def test_a_blank_goal_is_asked_for_at_its_cell(name: str, key: str, cell: str, tmp_path: Path) -> None:
    result = emptied(name, cell, tmp_path)
    goal = read(result).boxes[key]
    assert (goal.place.cell, goal.value) == (cell, None)
    assert "N01" in [f.code for f in result.findings if f.place.cell == cell]


def test_a_remark_below_a_blank_text_is_none(tmp_path: Path) -> None:
    assert list(texts(read(emptied("old-hb-huangshi", "B22", tmp_path)))) == ["偏差大或目标未完成原因分析"]
