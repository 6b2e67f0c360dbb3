"""预算执行率 as a row of the indicators: it counts once, whatever columns the table of money has for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from tests.kit.parted import parted

PARTS = ("符号", "值", "单位")


def scored(folder: Path, weight: Any, points: Any, heading: str = "分值") -> Result:
    paper = parted(PARTS)
    paper.sheet["F4"], paper.sheet["F5"], paper.sheet["H5"] = heading, weight, points
    for row in (13,):
        paper.sheet.unmerge_cells(f"A{row}:E{row}")
        for column in "ABCDEFGHI":
            paper.sheet[f"{column}{row}"] = None
    paper.row(13, "A B C D E F G H I", "预算执行率", "预算执行率", "预算执行率", "=", 100, "%", 100, 10, 10)
    paper.row(14, "A:E H I", "总分", 100, 91.3)
    return pipeline.score(paper.save(folder / "a.xlsx"))


@pytest.mark.parametrize("blank", [None, "—", "/"])
@pytest.mark.parametrize("heading", ["分值", "分值（10分）"])
def test_blank_columns_of_the_money_leave_it_to_the_row(blank: str | None, heading: str, tmp_path: Path) -> None:
    result = scored(tmp_path, blank, blank, heading)
    assert result.scores is not None
    assert (str(result.scores.total), len(result.scores.indicators)) == ("91.30", 3)
    assert not [f for f in result.findings if f.code in ("W01", "R07") or "删去" in f.advice]


def test_filled_columns_and_the_row_count_it_twice(tmp_path: Path) -> None:
    result = scored(tmp_path, 10, 10)
    assert [f.code for f in result.findings if "删去" in f.advice] == ["W01"]
