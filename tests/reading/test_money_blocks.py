"""Money in other blocks than a table with a line for the total: read where it is certain, else named and left open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perf_xlsx import pipeline
from perf_xlsx.results.recording import as_json
from tests.kit.layouts import Paper
from tests.kit.money_blocks import OPEN, READ, SEVEN, form, of_sichuan_2020, only_initial

# What tells how it was read: code, severity, and cell.
TOLD = {
    "sources_as_columns": {("R19", "warning", "F4")},
    "one_line": {("R19", "notice", "B5")},
    "names_beside": {("R19", "notice", "B4"), ("R19", "notice", "H4"), ("R19", "notice", "B5")},
    "boxes_of_two_rows": {("R19", "notice", "A4")},
    "sources_across": {("R19", "notice", "B5"), ("R19", "notice", "D4"), ("R19", "notice", "D5")},
    "units_behind_amounts": {("R09", "warning", "C5"), ("R09", "warning", "D5"), ("R09", "warning", "E5")},
}


@pytest.mark.parametrize("make", READ, ids=lambda make: make.__name__)
def test_the_total_is_read_and_told(make: Callable[[], Paper], tmp_path: Path) -> None:
    result = pipeline.score(make().save(tmp_path / "form.xlsx"))
    found = as_json(result)
    assert (found["execution"]["rate"], found["execution"]["points"]) == ("0.9", "9.00")
    told = {
        (f.code, f.severity, f.place.cell) for f in result.findings if f.place.cell and f.code in ("R19", "R09")
    }
    assert told == TOLD[make.__name__]
    assert not [f for f in result.findings if f.code in ("R06", "F06", "R08", "F01")]


@pytest.mark.parametrize("make", OPEN, ids=lambda make: make.__name__)
def test_what_no_label_tells_is_named_and_left_open(make: Callable[[], Paper], tmp_path: Path) -> None:
    result = pipeline.score(make().save(tmp_path / "form.xlsx"))
    assert as_json(result)["execution"]["points"] is None
    assert {f.severity for f in result.findings if f.code == "R06"} == {"error"}
    assert [f.field for f in result.findings if f.code == "R19" and "数字" in f.field] == ["没有读取的数字"]


def test_a_rate_of_the_initial_budget_is_told_by_that_budget(tmp_path: Path) -> None:
    result = pipeline.score(only_initial().save(tmp_path / "form.xlsx"))
    (told,) = [f for f in result.findings if f.code == "F03"]
    assert told.message == "年度资金总额执行率填50%，计算为154.74÷310.2＝49.88%，四舍五入后一致。"


@pytest.mark.parametrize(
    ("typed", "told"),
    [("86.18%", None), ("86.19%", "notice"), ("86.17%", "notice"), ("86.2%", "notice"), ("86.20%", "notice"), ("86.16%", "error")],
)  # fmt: skip
def test_a_rate_that_is_not_ours_is_never_replaced_silently(typed: str, told: str | None, tmp_path: Path) -> None:
    heads = ("项目资金（元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    line = (None, "年度资金总额", 250_000, 250_000, 215_457.6, 10, typed, 8.62)
    result = pipeline.score(form((SEVEN, heads), (SEVEN, line)).save(tmp_path / "form.xlsx"))
    found = [f for f in result.findings if f.code == "F03"]
    assert [f.severity for f in found] == ([told] if told else [])
    assert all(f"填{typed.replace('20%', '2%')}" in f.message and "86.18%" in f.message for f in found)


def test_a_heading_before_labels_is_no_goal(tmp_path: Path) -> None:
    result = pipeline.score(of_sichuan_2020().save(tmp_path / "form.xlsx"))
    found = as_json(result)
    assert (found["status"], found["unit"], found["execution"]["rate"]) == (
        "checked",
        "某县经济开发区管理委员会",
        "0.7",
    )
    assert [(row["name"], row["actual"]) for row in found["indicators"]] == [
        ("保洁河道", "3"), ("河道环境", "达成"), ("企业满意率", "97"),
    ]  # fmt: skip
    assert not [f for f in result.findings if f.code in ("N01", "F09", "R06")]
