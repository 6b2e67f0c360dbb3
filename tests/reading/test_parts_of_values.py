"""Sign, number and unit of a value in columns of their own: below one heading, side by side, or without labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perf_xlsx.domain.model import Result
from tests.kit.official_rows import points
from tests.kit.outcome import findings_of
from tests.kit.parted import ROWS, parted, scored

POINTS = ["22.50", "28.80", "30.00"]
LABELS = [
    ("符号", "值", "单位"),
    ("运算符号", "数值", "度量单位"),
    ("符号", "值", "单位（文字描述）"),
    ("比较符", "指标值", "指标值单位"),
    ("性质", "目标值", "计量单位"),
    (),  # one heading over all three
]
BOTH = [
    ("符号", "值", "单位"),
    ("符号", "完成值", "计量单位"),
    ("性质", "数值", "度量单位"),
    ("方向", "内容", "单位（文字描述）"),
]


def read(result: Result) -> list[tuple[Any, Any, Any, Any]]:
    assert result.evaluation is not None
    rows = result.evaluation.indicators
    return [(row.sign.value, row.target.value, row.unit.value, row.actual.value) for row in rows]


def told(result: Result) -> list[tuple[str, str, str | None]]:
    """What was found, but how the layout was read and what the missing levels and sums ask for."""
    of_the_form = ("W01", "W02", "W05", "I13", "I19", "T01", "T02", "T04", "T05")
    return [
        (f.code, f.severity, f.place.cell)
        for f in result.findings
        if f.code not in of_the_form and (f.code, f.severity) != ("R19", "notice")
    ]


@pytest.mark.parametrize("labels", LABELS, ids=" ".join)
def test_the_parts_of_a_target(labels: tuple[str, ...], tmp_path: Path) -> None:
    result = scored(tmp_path, parted(labels))
    assert read(result) == [(sign, target, unit, actual) for _, sign, target, unit, actual, _, _ in ROWS]
    assert (points(result), told(result)) == (POINTS, [("I07", "error", "J10"), ("I07", "error", "J11")])


@pytest.mark.parametrize("labels", BOTH, ids=" ".join)
@pytest.mark.parametrize(
    "headings", [("年初目标值", "全年完成值"), ("预期指标值", "年末实际完成情况")], ids=" ".join
)
def test_the_parts_of_target_and_actual(
    labels: tuple[str, ...], headings: tuple[str, str], tmp_path: Path
) -> None:
    result = scored(tmp_path, parted(("符号", "值", "单位"), actual=labels, headings=headings))
    assert read(result) == [(sign, target, unit, actual) for _, sign, target, unit, actual, _, _ in ROWS]
    assert (points(result), told(result)) == (POINTS, [("I07", "error", "L10"), ("I07", "error", "L11")])


def test_parts_side_by_side_without_headings(tmp_path: Path) -> None:
    """Of two columns of signs, and two of units, each belongs to the number next to it."""
    paper = parted(("符号", "指标值", "计量单位"), actual=("符号", "完成值", "计量单位"))
    for area in [str(area) for area in paper.sheet.merged_cells.ranges if area.min_row == 8]:
        paper.sheet.unmerge_cells(area)
    for column in "ABCJKL":
        paper.sheet[f"{column}9"] = paper.sheet[f"{column}8"].value
    for column in "ABCDGJKL":
        paper.sheet[f"{column}8"] = None
    result = scored(tmp_path, paper)
    assert read(result) == [(sign, target, unit, actual) for _, sign, target, unit, actual, _, _ in ROWS]
    assert (points(result), told(result)) == (POINTS, [("I07", "error", "L10"), ("I07", "error", "L11")])


PARTS = ("符号", "值", "单位")


@pytest.mark.parametrize(
    ("row", "own", "expected", "found"),
    [
        # its own unit converts, and is told
        (("受益人口", "≥", 1.2, "万人", 11800, 90, 88.5), ("=", "人"), "88.50", [("R09", "warning", "H10")]),
        (("受益人口", "≥", 1.2, "万人", 1.18, 90, 88.5), ("", ""), "88.50", []),
        (("受益人口", "≥", 1.2, "万人", 1.18, 90, 88.5), ("—", "—"), "88.50", []),
        # what points the other way is no number
        (("受益人口", "≥", 12, "人", 11, 90, 82.5), ("<", "人"), None, [("R08", "error", "H10")]),
        # an actual of at least so much, as its sign says, and an exact one
        (("受益人口", "≥", 12, "人", 13, 90, 90), ("≥", "人"), "90.00", []),
        (("受益人口", "＞", 12, "人", 13, 90, 90), ("=", "人"), "90.00", []),
        # only the actual value states the unit
        (("受益人口", "≥", 12, None, 13, 90, 90), ("=", "人"), "90.00", []),
        (("验收合格率", "≥", 95, None, 0.95, 90, 90), ("=", "%"), None, [("R12", "warning", "H10")]),
        # units that do not compare
        (("维修面积", "≥", 12, "平方米", 13, 90, 90), ("=", "公里"), None, [("R08", "error", "H10")]),
    ],
)  # fmt: skip
def test_sign_and_unit_of_the_actual_value(
    row: tuple[Any, ...], own: tuple[Any, Any], expected: str | None, found: list[Any], tmp_path: Path
) -> None:
    result = scored(tmp_path, parted(PARTS, [row], actual=PARTS, own=[own]))
    assert points(result) == [expected]
    assert [one for one in told(result) if one[0] != "I07"] == found


@pytest.mark.parametrize(
    ("target", "actual"),
    [(95, 0.95), (95, 1), (95, "0.95"), (0.95, 95), (100, 0.5), (98, "1"), (1, 98), (120, 1.2), ("≥95%", 0.95)],
)
def test_a_fraction_beside_percents_stays_open(target: Any, actual: Any, tmp_path: Path) -> None:
    """Where the unit is a percent, 0.95 beside 95 may be 0.95% or 95%: nobody can tell."""
    result = scored(tmp_path, parted(PARTS, [("完工及时率", "≥", target, "%", actual, 90, 90)]))
    assert points(result) == [None]
    small = "G10" if target not in (0.95, 1) else "E10"
    assert [one for one in told(result) if one[0] == "R12"][-1:] == [("R12", "warning", small)]


@pytest.mark.parametrize(
    ("target", "actual", "expected"),
    [(95, 98, "90.00"), (95, "98%", "90.00"), (0.95, 0.98, "90.00"), (5, 1, "18.00"), (100, 0, "0.00")],
)
def test_percents_that_are_none_in_doubt(target: Any, actual: Any, expected: str, tmp_path: Path) -> None:
    result = scored(tmp_path, parted(PARTS, [("完工及时率", "≥", target, "%", actual, 90, 90)]))
    assert points(result) == [expected]


def test_a_sign_column_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """What stands below one heading is read, or told by name."""
    rows = [(name, f"甲{number}", number, unit, *more) for name, _, number, unit, *more in ROWS]
    paper = parted((), rows)
    notice = findings_of(scored(tmp_path, paper), "R19")[0]
    assert "没有读取的栏：年初目标值·D列" in notice.message
