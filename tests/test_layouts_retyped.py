"""Official layouts as people retype them: labels set apart, numbers as text. What is read is what was meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.model import Result
from perf_xlsx.workbook.entries import visited
from tests.layout_figures import RULEBOOK
from tests.layouts import LAYOUTS, Paper, national
from tests.test_layouts_carried import values

BRACKETS = str.maketrans("（）()：:", "()（）:：")
WIDE = {n: n + 0xFEE0 for n in range(33, 127)}


def inside(what: str) -> Callable[[str], str]:
    return lambda text: text[:1] + what + text[1:]


LABELS: dict[str, Callable[[str], str]] = {
    "全角空格": inside("　"),
    "不换行空格": inside("\u00a0"),
    "零宽字符": inside("\u200b"),
    "分两行": inside("\n"),
    "逐字空开": " ".join,
    "括号和冒号换了全角半角": lambda text: text.translate(BRACKETS),
    "末尾空格": lambda text: text + "　",
}
VALUES: dict[str, Callable[[str], str]] = {
    "数字成了文本": lambda text: text,
    "全角数字": lambda text: text.translate(WIDE),
    "千分位": lambda text: f"{float(text):,.12g}" if text.replace(".", "").lstrip("-").isdigit() else text,
    "前后空格": lambda text: f" {text}\u00a0",
}


def read(paper: Paper, name: str, folder: Path) -> Result:
    return pipeline.score(paper.save(folder / "returned.xlsx"), rulebook=RULEBOOK.get(name))


def places(result: Result) -> set[str | None]:
    """The cells of values."""
    assert result.evaluation is not None
    found: set[str | None] = set()
    visited(result.evaluation, lambda _, entry: (found.add(entry.place.cell), entry)[1])
    return found


def said(result: Result) -> set[tuple[str, str | None]]:
    """What was found, but that something was cleaned or recognised."""
    return {(f.code, f.place.cell) for f in result.findings if f.code not in ("R12", "R19")}


def retyped(paper: Paper, cell: Any, text: str) -> None:
    cell.value, cell.data_type, cell.number_format = text, "s", "General"


@pytest.mark.parametrize("change", LABELS)
@pytest.mark.parametrize("name", LAYOUTS)
def test_labels_retyped(name: str, change: str, tmp_path: Path) -> None:
    before, paper = read(LAYOUTS[name](), name, tmp_path), LAYOUTS[name]()
    for row in paper.sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.coordinate not in places(before):
                retyped(paper, cell, LABELS[change](cell.value))
    after = read(paper, name, tmp_path)
    assert values(after) == values(before)
    assert said(after) == said(before)


@pytest.mark.parametrize("change", VALUES)
@pytest.mark.parametrize("name", LAYOUTS)
def test_numbers_as_text(name: str, change: str, tmp_path: Path) -> None:
    before, paper = read(LAYOUTS[name](), name, tmp_path), LAYOUTS[name]()
    for row in paper.sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, int | float) and cell.coordinate in places(before):
                shown = f"{cell.value * 100:.12g}%" if "%" in cell.number_format else f"{cell.value:.12g}"
                retyped(paper, cell, VALUES[change](shown))
    after = read(paper, name, tmp_path)
    assert values(after) == values(before)
    assert said(after) == said(before)


@pytest.mark.parametrize(
    "title", ["项 目 支 出 绩 效 自 评 表", "项目支出绩效自评表\n", "附件2：项目支出绩效自评表（样表）"]
)
@pytest.mark.parametrize("year", ["（2023年度）", "2 0 2 3 年 度", "（２０２３ 年度）"])
def test_titles_and_years_as_people_set_them(title: str, year: str, tmp_path: Path) -> None:
    paper = national()
    paper.put("A1", title)
    paper.put("A2", year)
    result = read(paper, "全国", tmp_path)
    assert result.evaluation is not None
    assert (result.evaluation.form, result.evaluation.year) == ("project", 2023)
    assert [f.field for f in result.findings if f.code == "R19" and f.severity == "warning"] == ["年度指标值"]
