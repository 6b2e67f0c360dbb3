"""Templates of version 1, which were given out: read as before, typed sums and all."""

from __future__ import annotations

import pytest

from perf_xlsx import pipeline
from tests import FIXTURES

FORMER = FIXTURES / "上一版模板"


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("部门填报.xlsx", {"I09", "F08", "W04"}),
        ("项目填报.xlsx", set()),
    ],
)
def test_a_filled_one_is_read_without_anything_lost_or_unknown(name: str, codes: set[str]) -> None:
    result = pipeline.score(FORMER / name)
    found = {one.code for one in result.findings}
    assert not found & {"R05", "R06", "R16", "R11"}
    assert codes <= found
    assert result.evaluation
    assert result.evaluation.computed == frozenset()
    assert result.evaluation.claims_total


@pytest.mark.parametrize("name", ["部门（单位）整体支出绩效自评.xlsx", "项目支出绩效自评.xlsx"])
def test_a_blank_one_lacks_nothing(name: str) -> None:
    found = {one.code for one in pipeline.score(FORMER / name).findings}
    assert not found & {"R05", "R06", "R16"}
