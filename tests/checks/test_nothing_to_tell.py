"""无 below a title that asks what fell short: an answer where nothing did, a filler everywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from perf_xlsx import pipeline
from tests.kit.layouts import HEADS, Paper, first_rows


def filled(folder: Path, title: str, answer: str, roads: str = "45公里", rulebook: str | None = None) -> list[str]:
    """The messages of R14 on a project form with one text below the table."""
    p = Paper()
    first_rows(p, "乡村道路养护", "示例县公路养护中心", ("养护村道四十二公里。", "全部养护完成。"))
    p.row(8, "A B C D E F G H", *HEADS)
    p.row(9, "A B C D E F G H", "产出指标", "数量指标", "养护里程", "≥42公里", roads, 50, 50, None)
    p.row(10, "A B C D E F G H", "效益指标", "社会效益", "受益村数", "≥9个", "9个", 40, 40, None)
    p.row(11, "A:E F G H", "总分", 100, 100, None)
    p.row(12, "A:B C:H", title, answer)
    result = pipeline.score(p.save(folder / "a.xlsx"), rulebook=rulebook)
    return [f.message for f in result.findings if f.code == "R14"]


@pytest.mark.parametrize("title", ["偏差大或目标未完成原因分析", "存在问题", "改进措施及结果应用方案"])
@pytest.mark.parametrize("answer", ["无", "没有", "暂无"])
def test_nothing_fell_short_and_the_form_says_so(title: str, answer: str, tmp_path: Path) -> None:
    assert filled(tmp_path, title, answer) == []


@pytest.mark.parametrize(("title", "answer", "roads"), [
    ("存在问题", "见附件", "45公里"), ("存在问题", "无", "30公里"), ("基本情况", "无", "45公里"),
])  # fmt: skip
def test_it_is_a_filler_everywhere_else(title: str, answer: str, roads: str, tmp_path: Path) -> None:
    assert filled(tmp_path, title, answer, roads) == [f"“{title}”只填了“{answer}”。"]
