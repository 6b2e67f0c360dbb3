"""The budget year of an official form, as forms state it; a date of filling in is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from tests.kit.parted import parted

PARTS = ("符号", "值", "单位")
BELOW = "请在标题下写明年度，如（2023年度）。"


def read(text: Any, folder: Path, beside: Any = None) -> tuple[int | None, list[tuple[str, str | None, str]]]:
    """The year, and what is told of it: code, cell and advice."""
    paper = parted(PARTS)
    paper.sheet.unmerge_cells("A2:K2")
    paper.put("A2:E2", text)
    paper.put("F2:H2", beside)
    result = pipeline.score(paper.save(folder / "a.xlsx"))
    told = [(f.code, f.place.cell, f.advice) for f in result.findings if f.field == "年度"]
    assert result.evaluation is not None
    return result.evaluation.year, told


@pytest.mark.parametrize(
    "text",
    ["（2023年度）", "2023年", "( 2023 年度 )", "预算年度：2023", "年度:2023年", "评价年度：2023年度", "（二〇二三年度）",
     "二零二三年度", "二○二三年", "（预算年度：2023）"],
)  # fmt: skip
def test_a_line_of_the_title_states_the_year(text: str, tmp_path: Path) -> None:
    assert read(text, tmp_path) == (2023, [])


@pytest.mark.parametrize("label", ["年度", "预算年度", "年份：", "评价年度"])
@pytest.mark.parametrize("year", [2023, "2023", "2023年", "二〇二三年度"])
def test_a_box_states_the_year(label: str, year: Any, tmp_path: Path) -> None:
    assert read(label, tmp_path, year) == (2023, [])


@pytest.mark.parametrize(
    "text", ["填报日期：2024年3月5日", "填表时间：2024年 3 月", "（    年度）", "年度", None, "预算年度：20238"]
)
def test_what_states_no_year(text: str | None, tmp_path: Path) -> None:
    """The advice says where to write it."""
    assert read(text, tmp_path) == (None, [("R06", None, BELOW)])


def test_a_year_in_another_text_is_a_doubt(tmp_path: Path) -> None:
    assert read("按2023年预算安排", tmp_path) == (2023, [("R19", "A2", BELOW)])
