"""Numbers of a row that are given in other units than the row's: converted, told, or left open; never taken as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perf_xlsx.domain.model import Result
from tests.kit.filled import at, box, opened, saved
from tests.kit.outcome import findings_of, scored

Row = dict[str, Any]
LABELS = {
    "sign": "指标性质", "target": "年度指标值", "unit": "计量单位", "actual": "实际完成值", "completion": "指标完成率",
    "reason": "偏差原因",
}  # fmt: skip
TARGET, ACTUAL = (at(f"指标1·{LABELS[key]}", "project") for key in ("target", "actual"))


def typed(project_form: bytes, folder: Path, row: Row, form: str = "General") -> Result:
    """The first indicator with other values; `form` is the number format of its actual value."""
    book = opened(project_form)
    for key, label in LABELS.items():
        box(book, f"指标1·{label}", "project").value = row.get(key)
    box(book, "指标1·实际完成值", "project").number_format = form
    return scored(saved(book), folder)


def first(result: Result) -> tuple[Any, str]:
    assert result.scores is not None
    found = {f.code for f in result.findings if f.place.cell in (TARGET, ACTUAL)}
    return result.scores.indicators[0].points, "、".join(sorted(found & {"R08", "R09", "R12"}))


NOT_FOR_SURE = [
    ("≤", 60, "天", "3个月"),
    ("≤", 60, "天", "20个工作日"),
    ("≥", 2, "年", "700天"),
    ("≤", 480, "元/盏", "0.05万元"),
    ("≥", 100, "公顷", "1200亩"),
    ("≥", 12, "处", "100%"),
    ("≥", 10, "公里", "12条"),
    ("≥", 10, "公里", "12平方公里"),
    ("≥", 300, "元/人", "400元/户"),
    ("≥", 5, "GB", "6000MB"),
]


@pytest.mark.parametrize(("sign", "target", "unit", "actual"), NOT_FOR_SURE)
def test_a_value_that_does_not_convert_for_sure_is_left_open_and_told(
    sign: str, target: Any, unit: str | None, actual: str, project_form: bytes, tmp_path: Path
) -> None:
    row = {"sign": sign, "target": target, "unit": unit, "actual": actual}
    result = typed(project_form, tmp_path, row)
    points, codes = first(result)
    assert points is None
    assert "R08" in codes
    (told,) = findings_of(result, "R08")
    assert told.given == actual
    assert "请换算成" in told.advice


EXACT = [
    ("≥", 18000, "人次", "1.76万人", "9.78", "R09"),
    ("≥", 18000, "人", "1.76万人", "9.78", "R09"),
    ("≥", 1.8, "万人", "17600人", "9.78", "R09"),
    ("≤", "3‰", "%", 0.4, "7.50", "R09"),
    ("≥", 12, "处", "12个", "10.00", "R09"),
    ("≤", 24, "小时", "2天", "5.00", "R09"),
    ("≤", "5000元", None, "0.6万元", "8.33", "R09"),
    ("≥", 10, "公里", "900米", "0.90", "R09"),
    ("≥", 3, "吨", "2900公斤", "9.67", "R09"),
    ("≥", 18000, "人", "17.6千人", "9.78", "R09"),
    ("≥", 18, "千人", "1.76万", "9.78", "R09"),
    ("≥", 98, "%", "9成", "9.18", "R12"),
    ("≥", 2, "平方公里", "1.9km2", "9.50", "R12"),
    ("≥", 2, "平方公里", "190公顷", "9.50", "R09"),
    ("≥", 2, "年", "19个月", "7.92", "R09"),
]


@pytest.mark.parametrize(("sign", "target", "unit", "actual", "points", "codes"), EXACT)
def test_ten_thousands_and_per_mille_are_converted_and_told(
    sign: str, target: Any, unit: str, actual: Any, points: str, codes: str, project_form: bytes, tmp_path: Path
) -> None:
    row = {"sign": sign, "target": target, "unit": unit, "actual": actual, "reason": "有原因"}
    got, told = first(typed(project_form, tmp_path, row))
    assert (str(got), told) == (points, codes)


@pytest.mark.parametrize(
    ("target", "actual"),
    [("1.8万人", "1.7万人"), ("1.8万人", "17000人"), ("1.8万人", 1.7), ("1.8万", "1.7万"), ("1.8万", 17000)],
)
def test_where_the_row_has_no_unit_the_targets_counts(
    target: str, actual: Any, project_form: bytes, tmp_path: Path
) -> None:
    row = {"sign": "≥", "target": target, "actual": actual, "reason": "有原因"}
    assert str(first(typed(project_form, tmp_path, row))[0]) == "9.44"


def test_a_fraction_beside_a_percentage_is_one_too(project_form: bytes, tmp_path: Path) -> None:
    """Without a unit, 0.9 beside a typed 85% is 90%; it was taken as 0.9%, and the row as met a hundredfold."""
    row = {"sign": "≥", "target": 0.9, "actual": 0.85, "reason": "有原因"}
    result = typed(project_form, tmp_path, row, "0%")
    assert first(result)[0] is not None
    assert (str(first(result)[0]), first(result)[1]) == ("9.44", "R12")
    (told,) = findings_of(result, "R12")
    assert (told.severity, told.place.cell) == ("warning", TARGET)


def test_a_claim_that_makes_a_fraction_a_percentage_is_a_warning(project_form: bytes, tmp_path: Path) -> None:
    row = {"sign": "≤", "target": 0.5, "unit": "%", "actual": 50, "completion": "100%"}
    result = typed(project_form, tmp_path, row)
    assert [f.severity for f in result.findings if f.code == "R12" and f.place.cell == TARGET] == ["warning"]


@pytest.mark.parametrize(
    ("row", "cell", "code", "message", "advice"),
    [
        (
            {"sign": "≥", "target": "≤12处", "unit": "处", "actual": 12}, TARGET, "R09",
            "年度指标值填“≤12处”，“≤”与指标性质“≥”不一致，按指标性质计分，已按12读取。", "请只填数字。",
        ),
        (
            {"target": "≥12", "unit": "处", "actual": 12}, TARGET, "R09",
            "年度指标值填“≥12”，带有不该有的符号或单位，已按12读取。", "请只填数字，“≥”填在“指标性质”一栏。",
        ),
        (
            {"sign": "≥", "target": 12, "actual": "12处"}, ACTUAL, "R09",
            "实际完成值填“12处”，带有不该有的符号或单位，已按12读取。", "请只填数字，“处”填在“计量单位”一栏。",
        ),
        (
            {"sign": "≥", "target": 12, "unit": "处", "actual": "1O"}, ACTUAL, "R08",
            "实际完成值填“1O”，数字里混有字母。", "请只填数字，不带单位和符号。",
        ),
        (
            {"sign": "≥", "target": 95, "unit": "%", "actual": "0.97", "completion": "102.11%"}, ACTUAL, "R12",
            "实际完成值填“0.97”，已按97%读取。", "可以不改；建议写成 97% 。",
        ),
    ],
)  # fmt: skip
def test_a_number_is_told_once_with_where_the_rest_belongs(
    row: Row, cell: str, code: str, message: str, advice: str, project_form: bytes, tmp_path: Path
) -> None:
    found = [f for f in typed(project_form, tmp_path, row).findings if f.place.cell == cell and f.code[0] == "R"]
    assert [(f.code, f.message, f.advice) for f in found] == [(code, message, advice)]
