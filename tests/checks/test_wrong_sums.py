"""A sum that does not come out is F01, F02 or F05; another money unit (F10) only where an amount is evidence of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from perf_xlsx.domain.model import Result
from tests import CASES
from tests.kit.outcome import findings_of

COLUMNS = ("initial", "adjustment", "adjusted", "executed")
FORMS = ("完好的部门自评表.json", "完好的项目自评表.json")
Score = Callable[..., Result]


def amounts(case: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every amount of a form, as its row and column."""
    for row in (*case["funds"], *case.get("projects", ())):
        yield from ((row, column) for column in COLUMNS if row.get(column) is not None)


def form_of(name: str, times: Decimal) -> dict[str, Any]:
    """A form without any fault, its amounts as many times as large, its rates not stated."""
    case: dict[str, Any] = json.loads((CASES / name).read_text("utf-8"))
    for row, column in amounts(case):
        row[column] = float(Decimal(str(row[column])) * times)
    for row in case["funds"]:
        row.pop("claimed_rate", None)
    return case


def codes(result: Result) -> list[str]:
    """What was found of the money."""
    return [f.code for f in result.findings if f.code in ("F01", "F02", "F05", "F10")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(FORMS),
    times=st.sampled_from((1, 100, 10_000)),
    where=st.integers(0, 30),
    difference=st.decimals(Decimal("0.02"), Decimal("9.99"), places=2),
    power=st.integers(0, 8),
    less=st.booleans(),
)
def test_a_difference_of_any_size_is_no_other_money_unit(
    name: str, times: int, where: int, difference: Decimal, power: int, less: bool, score_case: Score
) -> None:
    case = form_of(name, Decimal(times))
    cells = [*amounts(case)]
    row, column = cells[where % len(cells)]
    old = Decimal(str(row[column]))
    new = old + difference * 10**power * (-1 if less else 1)
    assume(column == "adjustment" or new > 0)
    assume(not old or not any(Decimal("0.4") < abs(new / old) * unit < Decimal("2.5") for unit in TEN_THOUSAND))
    row[column] = float(new)
    found = codes(score_case(case))
    assert "F10" not in found
    assert found or column == "executed" or (column == "initial" and "source" in row)


TEN_THOUSAND = (Decimal(10_000), Decimal("0.0001"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(FORMS), times=st.sampled_from((1, 100)), what=st.data())
def test_an_amount_a_line_or_a_column_ten_thousand_times_too_large_is_told_once(
    name: str, times: int, what: st.DataObject, score_case: Score
) -> None:
    case = form_of(name, Decimal(times))
    column, some = what.draw(st.sampled_from(("initial", "adjusted", "executed"))), case["funds"][:2]
    line = what.draw(st.sampled_from(some))
    cells = what.draw(
        st.sampled_from(
            (
                [(line, column)],
                [(line, each) for each in COLUMNS],
                [(row, column) for row in case["funds"]],
            )
        )
    )
    cells = [(row, each) for row, each in cells if row.get(each) is not None]
    for row, each in cells:
        row[each] *= 10_000
    (told,) = findings_of(score_case(case), "F10")
    assert "疑似按元填写" in told.message


@pytest.mark.parametrize("wrong", [1000.1, 1000.5, 1007, 1050, 1099, 999.9, 950, 901])
def test_one_budget_off_by_little_is_two_wrong_sums_and_is_scored(
    wrong: float, well_made: dict[str, Any], score_case: Score
) -> None:
    for row in well_made["funds"]:
        row["adjustment"] = 0
        row["initial"] = row["adjusted"]
    well_made["projects"][0]["initial"] = well_made["projects"][0]["adjusted"]
    well_made["passages"].pop("年中调整说明")
    well_made["funds"][4]["adjusted"] = wrong
    well_made["funds"][4].pop("claimed_rate")
    result = score_case(well_made)
    assert [(f.code, f.place.cell) for f in result.findings if f.code[0] == "F" and f.code < "F03"] == [
        ("F01", "E10"),  # one cell, one cause: F02 is told with it
    ]
    assert "F10" not in codes(result)
    assert result.scores is not None
    assert result.scores.execution.points is not None


def test_a_change_at_the_total_alone_is_no_other_money_unit_in_yuan(
    well_made: dict[str, Any], score_case: Score
) -> None:
    """Every amount but one "ten thousand times too small": nothing would be left to tell it by."""
    case = copy.deepcopy(well_made) | {"money_unit": "元"}
    for row in case["funds"]:
        row["initial"], row["adjustment"] = row["adjusted"], 0
    case["funds"][4]["adjustment"] = 7
    case["projects"] = []
    assert codes(score_case(case)) == ["F05", "F01"]  # no project is listed; and one amount mends both sums


def test_the_same_amount_is_suspected_once(well_made: dict[str, Any], score_case: Score) -> None:
    well_made["funds"][1]["adjusted"] = 5_200_000
    well_made["funds"][4]["executed"] = 9_700_000
    told = findings_of(score_case(well_made), "F10")
    assert [f.place.cell for f in told] == ["E7", "F10"]
    assert len({f.message for f in told}) == 2


def test_money_for_projects_that_are_not_listed_is_told_once(well_made: dict[str, Any], score_case: Score) -> None:
    result = score_case(well_made | {"projects": []})
    (found,) = result.findings
    assert (found.code, found.severity, found.field) == ("F05", "error", "项目支出·全年预算数")
