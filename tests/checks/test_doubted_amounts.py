"""An amount that seems to be in another money unit is in no sum of a record: neither its own nor one above it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from perf_xlsx.domain.model import Result
from perf_xlsx.results.recording import as_record
from tests.kit.outcome import findings_of


def test_a_sum_that_the_sheet_makes_of_a_doubted_amount_is_open(
    well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    """汇总 said that the amount was left out, and had it in 合计: a rate of 322902.52%."""
    for line in well_made["funds"]:
        line.pop("claimed_rate", None)
        if line["line"] in ("合计", "基本支出"):  # the sheet makes them
            del line["adjusted"], line["executed"], line["initial"], line["adjustment"]
        if line["line"] == "公用经费":
            line["executed"] *= 10_000
    result = score_case(well_made)
    assert [one.field for one in findings_of(result, "F10")] == ["公用经费·全年执行数"]
    executed = {fund.name: fund.executed for fund in as_record(result).funds}
    assert executed == {
        "基本支出": None, "人员经费": "510", "公用经费": None, "项目支出": "370", "合计": None,
    }  # fmt: skip
