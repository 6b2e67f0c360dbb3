"""One cause is one finding: what follows from it, or contradicts its advice, is not told beside it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Finding, Result
from tests.kit.official_form import ROWS, TOTAL, official
from tests.kit.official_rows import official as in_layout
from tests.kit.outcome import findings_of

Score = Callable[..., Result]
HEAD = ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")


def form(folder: Path, rulebook: str | None = None, **changes: Any) -> Result:
    return pipeline.score(official(folder / "a.xlsx", money=HEAD, **changes), rulebook=rulebook)


def short(result: Result) -> list[tuple[str, str, str | None]]:
    return [(f.code, f.severity, f.place.cell) for f in result.findings if f.code not in ("R19", "W05", "T05")]


def only(result: Result, code: str) -> Finding:
    (found,) = findings_of(result, code)
    return found


# ---- sums and what rests on them -----------------------------------------------------------------------------


def test_the_stated_rate_tells_which_amount_of_a_wrong_sum_is_wrong(
    well_made: dict[str, Any], score_case: Score
) -> None:
    case = copy.deepcopy(well_made)
    total = next(row for row in case["funds"] if row["line"] == "合计")
    right, total["executed"] = total["executed"], total["executed"] - 100
    total["claimed_rate"] = right / total["adjusted"]
    found = only(score_case(case), "F01")
    assert found.correction is not None
    assert found.correction.text == str(right)
    assert [f.code for f in score_case(case).findings if f.severity == "error"] == ["F01"]


# ---- a form that weighs execution by another rule ------------------------------------------------------------


@pytest.mark.finding("R17")
@pytest.mark.parametrize("weights", [(20, 20, 20, 30, 10), (20, 30, 20, 30, 10)])
def test_another_weight_of_execution_is_told_once(weights: tuple[int, ...], tmp_path: Path) -> None:
    execution, *rest = weights
    rows = [(*row[:5], weight, weight, None) for row, weight in zip(ROWS, rest, strict=True)]
    total = (*TOTAL[:5], sum(weights), sum(weights), None)
    result = form(tmp_path, rows=rows, total=total, amounts=(100, 100, 100, execution, "100%", execution))
    assert [code for code, severity, _ in short(result) if severity != "notice"] == ["R17"]


# ---- claims --------------------------------------------------------------------------------------------------


def test_a_total_is_no_mere_rounding_while_a_claim_is_wrong(tmp_path: Path) -> None:
    rows = [(*ROWS[0][:3], "≥95%", "94.6%", ROWS[0][5], ROWS[0][6], "原因"), *ROWS[1:]]
    result = form(tmp_path, rows=rows)
    assert [(code, severity) for code, severity, cell in short(result) if cell == "G10"] == [("I05", "error")]
    assert only(result, "T02").message.startswith("其他问题更正后，")  # only then is it


def test_points_by_the_execution_rate_are_not_called_unfinished(
    well_made: dict[str, Any], score_case: Score
) -> None:
    case = copy.deepcopy(well_made)
    total = next(row for row in case["funds"] if row["line"] == "合计")
    assert total["executed"] < total["adjusted"]
    case["indicators"][0] |= {"method": "按执行率"}
    found = only(score_case(case), "I05")
    assert "按执行率计分，预算没有全部执行" in found.message
    assert found.advice.endswith("或核对预算数、执行数。")


# ---- texts on forms that have no passages --------------------------------------------------------------------


def test_low_execution_is_explained_where_the_form_has_room_for_it(tmp_path: Path) -> None:
    low = {"amounts": (100, 100, 85, 10, "85%", 8.5), "total": (*TOTAL[:5], 100, 98.5, None)}
    found = only(form(tmp_path, **low), "F09")
    assert "实际完成情况" in found.advice
    rows = [(*ROWS[0][:7], "结余资金15万元，因场地费节约，已由财政收回。"), *ROWS[1:]]
    assert "F09" not in [code for code, *_ in short(form(tmp_path, rows=rows, **low))]


# ---- dates typed as digits -----------------------------------------------------------------------------------

DATES = [
    ("完成时间", "20231231", "20240105", None), ("完成时间", "20231231", "20231205", "7.00"), ("完成时间", "≤20231231", "20240105", None),
    ("完成时限", "202312", "202401", None), ("完成时限", "202312", 202311, "7.00"), ("完成时间", 2023, 2024, None),
    ("竣工日期", "2023.12", "2023.11", "7.00"), ("培训时间", "20小时", "21小时", "7.00"), ("产量", 20231231, 20240105, "7.00"),
]  # fmt: skip


def test_digits_of_a_date_are_a_date_where_the_name_is_one_of_a_time(tmp_path: Path) -> None:
    result = in_layout(tmp_path, *((name, target, actual, 7, 7) for name, target, actual, _ in DATES))
    assert result.scores is not None
    found = [None if score.points is None else str(score.points) for score in result.scores.indicators]
    assert found == [case[3] for case in DATES]
    asked = [f.place.row for f in result.findings if f.code == "R13"]
    assert asked == [9 + at for at, case in enumerate(DATES) if case[3] is None]


def test_and_so_they_are_in_our_template(well_made: dict[str, Any], score_case: Score) -> None:
    case = copy.deepcopy(well_made)
    for at, (target, actual) in enumerate([(20241231, 20250331), ("20241231", "20241130")]):
        row = case["indicators"][at]
        for key in ("unit", "claimed_completion", "method"):
            row.pop(key, None)
        row |= {"name": f"第{at}项完成时间", "sign": "≤", "target": target, "actual": actual}
    result = score_case(case)
    assert result.scores is not None
    assert [score.points is None for score in result.scores.indicators[:2]] == [True, False]
