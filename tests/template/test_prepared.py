"""Templates for a list of units: each is cell by cell what it would be if it were written for itself."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.batch.roster import ListedUnit, Roster
from perf_xlsx.batch.roster_templates import write_templates

UNITS = [
    "示例县教育局",
    '甲 & 乙 <丙> "丁"',
    "〔unit〕",
    " 前后有空格 ",
    "_x0041_",
    "<r>字</r>",
    "=1+1",
    "两\n行",
    "示例县教育局（本级）",
]


def cells(book: Any) -> dict[tuple[str, str], tuple[Any, str]]:
    return {
        (sheet.title, cell.coordinate): (cell.value, cell.number_format)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
    }


@pytest.mark.parametrize("form", ["department", "project"])
def test_a_template_of_a_list_is_the_one_written_for_itself(form: str, tmp_path: Path) -> None:
    listed = [
        ListedUnit(row, unit, project="道路养护", supervisor="示例县交通局" if row % 2 else "")
        for row, unit in enumerate(UNITS, 2)
    ]
    written = list(write_templates(Roster("名单.xlsx", listed), tmp_path, 2024, form, None))
    assert len(written) == len(UNITS)
    for one, unit in zip(written, listed, strict=True):
        texts = {"unit": unit.unit, "supervisor": unit.supervisor} | (
            {"project": unit.project} if form == "project" else {}
        )
        case = json.dumps({"form": form, "year": 2024} | {key: text for key, text in texts.items() if text})
        alone = openpyxl.load_workbook(io.BytesIO(pipeline.template_bytes(case=case)))
        assert cells(openpyxl.load_workbook(one.path)) == cells(alone)
