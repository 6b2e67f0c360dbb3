"""Official layouts as people retype them: labels set apart, numbers as text. What is read is what was meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.entries import map_entries
from perf_xlsx.domain.model import Result
from tests.kit.layout_figures import RULEBOOK
from tests.kit.layouts import LAYOUTS, Paper, flat, national, yunnan
from tests.kit.transferred import values

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
    map_entries(result.evaluation, lambda _, entry: (found.add(entry.place.cell), entry)[1])
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


HEADS = {
    "年初指标值": ("年度指标值", "指标值", "年初目标值", "预期指标值", "年初指标值", "考核值"),
    "全年实际值": ("实际完成值", "全年实际值", "全年完成值", "完成值"),
    "权重分值": ("分值", "权重", "指标权重", "权重分值", "指标分值"),
    "指标得分": ("得分", "自评得分", "指标得分"),
    "未完成原因及拟采取的改进措施": (
        "偏差原因分析及改进措施",
        "未完成原因分析",
        "未完成原因及拟采取的改进措施",
        "原因",
    ),
    "全年预算数（万元）": ("全年预算数", "调整后预算数", "调整预算数", "预算数（A）"),
    "全年执行数": ("全年执行数", "预算执行数", "执行数（Ｂ）"),
}


@pytest.mark.parametrize(("head", "other"), [(head, other) for head, others in HEADS.items() for other in others])
def test_every_way_of_heading_a_column(head: str, other: str, tmp_path: Path) -> None:
    before, paper = read(flat(list(range(8)), list(range(6))), "", tmp_path), flat(list(range(8)), list(range(6)))
    cells = [cell for row in paper.sheet.iter_rows() for cell in row if cell.value == head]
    assert len(cells) == 1
    cells[0].value = other
    after = read(paper, "", tmp_path)
    if "万元" in head:  # where the money unit stood
        assert values(after)["funds"] == values(before)["funds"]
    else:
        assert values(after) == values(before)


SIGNS = {
    "≥": ("≥", "≧", ">=", "=>", "＞=", "大于等于", "大于或等于", "不低于", "不少于", "不小于"),
    "≤": ("≤", "≦", "<=", "=<", "＜=", "小于等于", "小于或等于", "不超过", "不高于", "不大于"),
    "=": ("=", "＝", "═", "等于"),
    ">": (">", "＞", "大于"),
    "<": ("<", "＜", "小于"),
}


@pytest.mark.parametrize(("sign", "typed"), [(sign, typed) for sign, words in SIGNS.items() for typed in words])
def test_every_sign_alone_in_a_target_and_copied_into_the_actual(sign: str, typed: str, tmp_path: Path) -> None:
    apart, within = yunnan(), national()
    apart.put("D14", typed)
    within.put("E13", f"{typed} 42公里")
    within.put("F13", f"{typed}42公里")
    for paper, cell in ((apart, "D14"), (within, "E13")):
        result = read(paper, "", tmp_path)
        assert result.evaluation is not None
        assert result.evaluation.indicators[0].sign.value == sign
        assert cell not in {f.place.cell for f in result.findings if f.code in ("R08", "R09", "R13", "I01")}
    row = result.evaluation.indicators[0]
    assert (str(row.target.value), row.unit.value, str(row.actual.value)) == ("42", "公里", "42")


@pytest.mark.parametrize(
    "unit",
    [
        "%",
        "％",
        "百分比",
        "个",
        "人",
        "人次",
        "万元",
        "元",
        "万",
        "亿元",
        "米",
        "平方米",
        "天",
        "次",
        "项",
        "TB",
        "",
    ],
)
def test_every_unit_inside_a_target(unit: str, tmp_path: Path) -> None:
    paper = national()
    paper.put("E13", f"≥1,250.5{unit}")
    paper.put("F13", f"1300 {unit}")
    result = read(paper, "", tmp_path)
    assert result.evaluation is not None
    row = result.evaluation.indicators[0]
    assert (str(row.target.value), str(row.actual.value)) == ("1250.5", "1300")
    assert (row.unit.value or "") == ("%" if unit in ("％", "百分比") else unit)
    assert not [f for f in result.findings if f.place.cell in ("E13", "F13") and f.code in ("R08", "R09")]
