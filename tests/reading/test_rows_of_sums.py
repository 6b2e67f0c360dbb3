"""Rows among the indicators that sum others up: they are no indicators, and their sums are compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.results.recording import as_json
from tests.kit.layouts import Paper
from tests.kit.money_blocks import HEADS, ROWS

Row = tuple[Any, ...]
NAMES = [row[2] for row in ROWS]


def scored(folder: Path, *rows: Row, heads: Row = HEADS, letters: str = "B C D E F G H I") -> Result:
    p = Paper()
    p.put("A1:I1", "项目支出绩效自评表（2023年度）")
    p.row(2, "A B:I", "项目名称", "教师培训")
    p.row(3, "A B:D E F:I", "主管部门", "某市教育局", "实施单位", "某市教师进修学校")
    money = ("项目资金（万元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    p.row(4, "A B C D E F G H", *money)
    p.row(5, "A B C D E F G H", None, "年度资金总额", 50, 50, 50, 10, "100%", 10)
    for at, values in enumerate((heads, *rows), 6):
        p.row(at, letters, *values)
    last = letters.split()
    p.row(7 + len(rows), f"A:{last[-4]} {last[-3]} {last[-2]}", "总分", 100, 100)
    return pipeline.score(p.save(folder / "form.xlsx"))


def named(text: str, at: int, weight: float, claimed: float) -> Row:
    """A row of a sum with its name in column `at` (0: the level)."""
    row: list[Any] = [None] * 8
    row[at], row[5], row[6] = text, weight, claimed
    return tuple(row)


def found(result: Result) -> list[tuple[str, str, str | None]]:
    codes = ("W01", "W02", "W05", "T01", "I02", "I03", "R07", "R19")
    return [(f.code, f.severity, f.place.cell) for f in result.findings if f.code in codes and f.place.cell]


@pytest.mark.parametrize(("text", "at"), [("小计", 0), ("产出指标小计", 0), ("产出指标小计", 2), ("分项合计", 2)])
def test_a_subtotal_is_no_indicator(text: str, at: int, tmp_path: Path) -> None:
    result = scored(tmp_path, *ROWS[:2], named(text, at, 50, 50), *ROWS[2:])
    assert [row["name"] for row in as_json(result)["indicators"]] == NAMES
    assert (as_json(result)["total"], found(result)) == ("100.00", [])


def test_the_row_of_a_level_with_its_points_is_no_indicator(tmp_path: Path) -> None:
    rows = [(None, *row[1:]) for row in ROWS]
    heads = [named("产出指标", 0, 50, 50), named("效益指标", 0, 30, 30), named("满意度指标", 0, 10, 10)]
    result = scored(tmp_path, heads[0], *rows[:2], heads[1], rows[2], heads[2], rows[3])
    levels = [(row["level1"], row["name"]) for row in as_json(result)["indicators"]]
    assert levels == [(row[0], row[2]) for row in ROWS]
    assert (as_json(result)["total"], found(result)) == ("100.00", [])


def test_sums_that_are_wrong_are_told_at_their_cells(tmp_path: Path) -> None:
    result = scored(tmp_path, *ROWS[:2], named("产出指标小计", 2, 60, 45), *ROWS[2:])
    assert found(result) == [("W02", "warning", "G9"), ("T01", "error", "H9")]
    rows = [(None, *row[1:]) for row in ROWS]
    heads = [named("产出指标", 0, 50, 45), named("效益指标", 0, 30, 30), named("满意度指标", 0, 10, 10)]
    result = scored(tmp_path, heads[0], *rows[:2], heads[1], rows[2], heads[2], rows[3])
    assert found(result) == [("T01", "error", "H7")]


def test_a_sum_of_several_levels_is_right(tmp_path: Path) -> None:
    sums = named("小计", 0, 30, 30), named("小计", 0, 80, 80), named("小计", 0, 100, 100)
    result = scored(tmp_path, *ROWS[:3], *sums[:2], ROWS[3], sums[2])
    assert (as_json(result)["total"], found(result)) == ("100.00", [])


def test_a_fourth_level_names_the_indicators(tmp_path: Path) -> None:
    heads = (*HEADS[:3], "四级指标", *HEADS[3:])
    rows = [(*row[:2], "培训", *row[2:]) for row in ROWS]
    result = scored(tmp_path, *rows, heads=heads, letters="B C D E F G H I J")
    assert [row["name"] for row in as_json(result)["indicators"]] == NAMES
    assert ("R19", "warning", "E6") in found(result)


def without_weights(folder: Path, *weights: int) -> Result:
    """The form without a column for weights; they stand behind the names."""
    heads = (*HEADS[:5], *HEADS[6:])
    rows = [(*row[:2], f"{row[2]}（{w}分）", *row[3:5], 8, None) for row, w in zip(ROWS, weights, strict=True)]
    return scored(folder, *rows, heads=heads, letters="B C D E F G H")


def test_weights_behind_names_are_read_and_told(tmp_path: Path) -> None:
    result = without_weights(tmp_path, 30, 20, 30, 10)
    assert [row["weight"] for row in as_json(result)["indicators"]] == ["30", "20", "30", "10"]
    told = [f.message for f in result.findings if f.code == "R19" and f.place.cell == "D7"]
    assert told == ["没有“分值”栏，4个指标的分值按名称后括号内的分数读取。"]


def test_numbers_behind_names_that_make_no_full_score_are_no_weights(tmp_path: Path) -> None:
    result = without_weights(tmp_path, 30, 20, 30, 30)
    assert {row["weight"] for row in as_json(result)["indicators"]} == {None}
