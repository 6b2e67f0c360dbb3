"""Several indicators in the cells of one row: asked to be split, and right once they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.official_rows import of_rows, official, points

TOGETHER = ("指标1：修建道路\n指标2：安装路灯", "≥10公里\n≥200盏", "9公里\n200盏", "45\n45", "40.5\n45")
APART = [("修建道路", "≥10公里", "9公里", 45, 40.5), ("安装路灯", "≥200盏", "200盏", 45, 45)]


def test_a_row_with_two_indicators_is_to_be_split(tmp_path: Path) -> None:
    result = official(tmp_path, TOGETHER, total=95.5)
    assert points(result) == [None]
    assert of_rows(result, "R07", "R08", "R12", "R13") == [
        ("R08", "error", "年度指标值"), ("R08", "error", "分值"), ("R08", "error", "自评得分"),
    ]  # fmt: skip
    advice = "一行只填一个指标：请把这一行拆成2行，每行填各自的名称、数值和分值。"
    assert {f.advice for f in result.findings if f.code == "R08"} == {advice}


def test_the_row_split_as_advised_is_scored(tmp_path: Path) -> None:
    result = official(tmp_path, *APART, total=95.5)
    assert (points(result), of_rows(result, "R07", "R08", "R12", "R13")) == (["40.50", "45.00"], [])


@pytest.mark.parametrize("target", ["≥80%\n≤90%", "80%\n—90%"])
def test_a_range_in_two_lines_is_one_indicator(target: str, tmp_path: Path) -> None:
    result = official(tmp_path, ("完成率", target, "85%", 90, 90), total=100)
    assert not [f for f in result.findings if "拆成" in f.advice]
