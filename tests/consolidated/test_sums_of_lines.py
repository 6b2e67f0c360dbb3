"""执行情况 → 合计与分项: only what F01 compares on the forms is compared, also where a bureau has lines of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from perf_xlsx import pipeline
from tests.kit.command import command
from tests.kit.layouts import HEADS, Paper
from tests.kit.outcome import findings_of

HEAD = ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
TOTAL = ("年度资金总额", 500, 480, 432, 10, "90%", 9)
CENTRAL, LOCAL, OTHERS = (
    ("其中：中央财政资金", 100, 100, 92),
    ("地方资金", 360, 340, 300),
    ("其他资金", 40, 40, 40),
)
NATIONAL = [TOTAL, ("其中：当年财政拨款", 440, 420, 372), ("上年结转资金", 20, 20, 20), OTHERS]


def form(lines: list[tuple[Any, ...]], unit: str = "甲局") -> Paper:
    """A project form with these lines of money."""
    p = Paper()
    p.put("A1:H1", "项目支出绩效自评表")
    p.put("A2:H2", "（2023年度）")
    p.row(3, "A B:D E F:H", "项目名称", "供水", "实施单位", unit)
    p.row(4, "A:B C D E F G H", "项目资金（万元）", *HEAD)
    for at, line in enumerate(lines, 5):
        p.row(at, "A:B C D E F G H", *line, *[None] * (7 - len(line)))
    end = 5 + len(lines)
    p.row(end, "A:D E:H", "预期目标", "实际完成情况")
    p.row(end + 1, "A:D E:H", "建成供水工程。", "建成了供水工程。")
    p.row(end + 2, "A B C D E F G H", *HEADS)
    p.row(end + 3, "A B C D E F G H", "产出指标", "数量指标", "工程", "≥1处", "1处", 50, 50, None)
    p.row(end + 4, "A B C D E F G H", "效益指标", "社会效益指标", "受益人口", "≥9人", "9人", 30, 30, None)
    p.row(end + 5, "A B C D E F G H", "满意度指标", "服务对象满意度指标", "满意度", "≥90%", "95%", 10, 10, None)
    p.row(end + 6, "A:E F G H", "总分", 100, 99, None)
    return p


def compared(folder: Path, *forms: Paper) -> list[tuple[Any, ...]]:
    """The rows of 合计与分项 of a run over these forms: words, what is said."""
    (folder / "in").mkdir()
    for number, one in enumerate(forms):
        one.save(folder / "in" / f"{number}.xlsx")
    command("score", folder / "in", "-o", folder / "out")
    sheet = openpyxl.load_workbook(folder / "out" / "汇总.xlsx")["执行情况"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = next((n for n, row in enumerate(rows) if "核对内容" in row), len(rows))
    return [(row[1].partition("：")[2], row[9]) for row in rows[start + 1 :] if row[1]]


def test_a_bureaus_own_lines_are_compared_where_f01_compares_them(tmp_path: Path) -> None:
    lines = [TOTAL, CENTRAL, LOCAL, OTHERS]
    assert not findings_of(pipeline.score(form(lines).save(tmp_path / "a.xlsx")), "F01")
    assert compared(tmp_path, form(lines)) == []  # which of the lines are parts is not known: any may be


def test_what_f01_says_of_them_stands_there_too(tmp_path: Path) -> None:
    lines = [TOTAL, CENTRAL, ("地方资金", 360, 300, 300), OTHERS]
    found = findings_of(pipeline.score(form(lines).save(tmp_path / "a.xlsx")), "F01")
    assert [f.place.cell for f in found] == ["D5"]
    said = "⚠ 有的单位合计与分项不符（F01），见“问题清单”"
    assert compared(tmp_path, form(lines)) == [("年度资金总额＝中央财政资金＋地方资金＋其他资金", said)]


def test_of_several_forms_those_are_added_that_were_compared(tmp_path: Path) -> None:
    mixed = [form(NATIONAL), form(NATIONAL, "乙局"), form([TOTAL, CENTRAL, LOCAL, OTHERS], "丙局")]
    words = "年度资金总额＝当年财政拨款＋上年结转资金＋其他资金（2份）"
    assert compared(tmp_path, *mixed) == [(words, "✔ 相符"), (words, "✔ 相符")]


def test_lines_stand_in_the_order_of_the_form(tmp_path: Path) -> None:
    path = form([TOTAL, CENTRAL, LOCAL, OTHERS]).save(tmp_path / "a.xlsx")
    pipeline.score(path, tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    texts = [str(cell.value).strip() for row in book["自评表"].iter_rows() for cell in row if cell.value]
    shown = [text for text in texts if text.endswith(("资金", "资金总额")) and "项目" not in text]
    assert shown == ["年度资金总额", "其中：中央财政资金", "地方资金", "其他资金"]
