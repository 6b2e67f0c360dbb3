"""Parts of an indicator (其中) are told once and not scored; a part with a weight of its own is an indicator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.results.recording import as_json
from tests.kit.official_form import ROWS, Score, told

PARTS = (
    ("其中：线上", "其中：线下"),
    ("其中线上培训", "其中线下培训"),
    ("（1）线上", "（2）线下"),
    ("1.线上", "2.线下"),
    ("①线上", "②线下"),
)


@pytest.mark.parametrize("names", PARTS)
def test_parts_of_an_indicator_are_told_once_and_not_scored(
    names: tuple[str, str], form: Callable[..., Result]
) -> None:
    parts = [(None, None, name, "60人", "60人", None, None, None) for name in names]
    result = form(rows=[ROWS[0], *parts, *ROWS[1:]])
    assert told(result) == [("R16", "C11")]
    found = [(i["name"], i["target"], i["points"]) for i in as_json(result)["indicators"]]
    assert found[:3] == [("培训人数", "100", "30.00"), (names[0], "60", None), (names[1], "60", None)]
    assert len(found) == 6
    assert result.evaluation is not None
    assert [row.name.value for row in result.evaluation.indicators] == [
        "培训人数",
        "培训合格率",
        "知晓率",
        "满意度",
    ]
    assert as_json(result)["grade"] == "优"


def test_a_part_with_a_weight_is_an_indicator(form: Callable[..., Result]) -> None:
    rows = [
        (*ROWS[0][:5], 10, 10, None),
        ("产出指标", "数量指标", "其中：线上", "≥60人", "60人", 20, 20, None),
        *ROWS[1:],
    ]
    result = form(rows=rows)
    assert told(result) == []
    assert [i["points"] for i in as_json(result)["indicators"]] == ["10.00", "20.00", "20.00", "30.00", "10.00"]


def test_a_numbered_indicator_among_numbered_ones_lacks_its_weight(form: Callable[..., Result]) -> None:
    rows = [(*row[:2], f"{number}.{row[2]}", *row[3:]) for number, row in enumerate(ROWS, 1)]
    rows[1] = (*rows[1][:5], None, None, None)
    assert ("W03", "F11") in told(form(rows=rows))


@pytest.mark.parametrize("names", PARTS)
def test_parts_in_our_template_are_told_once_and_not_scored(
    names: tuple[str, str], well_made: dict[str, Any], score_case: Score, tmp_path: Path
) -> None:
    whole = well_made["indicators"]
    parts = [
        {key: whole[0][key] for key in ("level1", "level2", "sign", "unit")}
        | {"name": name, "target": 1, "actual": 1}
        for name in names
    ]
    well_made["indicators"] = [whole[0], *parts, *whole[1:]]
    result = score_case(well_made, "out.xlsx")
    assert [(f.code, f.place.cell) for f in result.findings] == [("R16", "D7")]
    assert as_json(result)["total"] == "98.03"
    assert [i["name"] for i in as_json(result)["indicators"]][1:3] == [*names]
    again = pipeline.score(tmp_path / "out.xlsx", tmp_path / "again.xlsx")
    assert [f.code for f in again.findings] == ["R16"]
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["自评表"]
    rows = [[cell.value for cell in row if cell.value is not None] for row in sheet.iter_rows()]
    assert [row.count("—") for row in rows if names[0] in row] == [3]
