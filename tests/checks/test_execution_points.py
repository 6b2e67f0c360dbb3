"""Points of budget execution: by the budget that the rulebook names, and never left open without an error."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from perf_xlsx.domain.model import Result
from perf_xlsx.results.recording import as_json
from tests import CASES
from tests.kit.official_form import Score, told
from tests.kit.outcome import findings_of


def budget(form: Callable[..., Result], *heads: str, rulebook: str | None = None) -> Result:
    """The form with these columns of money before 分值 and 得分; 310.2 budgeted (320 after changes), 154.74 spent."""
    values: dict[int, tuple[Any, ...]] = {2: (310.2, 154.74), 3: (310.2, 320, 154.74)}
    return form(
        rulebook, money=(*heads, "分值", "得分"), amounts=(*values[len(heads)], 10, 5),
        total=("总分", None, None, None, None, 100, 95),
    )  # fmt: skip


def test_where_only_the_initial_budget_stands_the_rulebook_that_fits_is_named(form: Callable[..., Result]) -> None:
    result = budget(form, "年初预算数(A)", "全年执行数(B)")
    assert told(result) == [("F06", "D6")]
    (found,) = findings_of(result, "F06")
    assert "没有“全年预算数”一栏，只有年初预算数310.2" in found.message
    assert "请与收表单位核对适用的评分办法（如“以年初预算数为基数的绩效自评”（initial-base））" in found.advice
    assert as_json(result)["grade"] is None
    by_initial = budget(form, "年初预算数(A)", "全年执行数(B)", rulebook="initial-base")
    assert told(by_initial) == [("F09", "D6")]
    assert as_json(by_initial)["execution"]["points"] == "4.99"
    assert as_json(by_initial)["grade"] == "优"


@pytest.mark.parametrize(
    "name", ["调整后的预算", "调整后预算数", "预算总额", "预算安排", "预算金额", "全年预算金额"]
)
def test_the_adjusted_budget_goes_by_many_names(name: str, form: Callable[..., Result]) -> None:
    assert as_json(budget(form, name, "全年执行数"))["execution"]["points"] == "4.99"
    assert as_json(budget(form, "年初预算数", name, "全年执行数"))["execution"]["points"] == "4.84"


@pytest.mark.parametrize(
    ("heads", "code", "cell"),
    [
        (("批复数", "全年执行数"), "F06", "D6"),
        (("某某预算", "实际支出"), "F06", "D6"),
        (("年初批复数", "全年执行数"), "F06", "D6"),
        (("全年预算数", "某某支出"), "R06", None),
        (("年初预算数", "某某预算", "全年执行数"), "F06", "E6"),
    ],
)
def test_execution_is_never_left_open_without_an_error(
    heads: tuple[str, ...], code: str, cell: str | None, form: Callable[..., Result]
) -> None:
    result = budget(form, *heads)
    assert told(result) == [(code, cell)]
    assert as_json(result)["execution"]["points"] is None
    assert as_json(result)["grade"] is None


def test_a_form_with_the_adjusted_budget_alone_is_not_scored_by_the_initial_one(
    form: Callable[..., Result],
) -> None:
    result = budget(form, "全年预算数", "全年执行数", rulebook="initial-base")
    (found,) = findings_of(result, "F06")
    assert "没有“年初预算数”一栏，只有全年预算数310.2" in found.message
    assert "mof-2020" in found.advice


def test_a_project_form_is_scored_by_the_initial_budget(score_case: Score) -> None:
    case = json.loads((CASES / "完好的项目自评表.json").read_text("utf-8"))
    result = score_case(case, rulebook="initial-base")
    assert "R17" not in {f.code for f in result.findings}
    assert as_json(result)["execution"] == {
        "rate": "0.9841395348837209302325581395",
        "points": "9.84",
        "weight": "10",
    }
