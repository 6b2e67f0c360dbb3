"""Which rows of a table are entries: sums, parts, rows hardly begun, and none at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import case_text
from perf_xlsx.results.recording import as_json
from tests.kit.changed_templates import damaged
from tests.kit.filled import at, box, filled
from tests.kit.outcome import findings_of


def test_rows_typed_below_the_table_are_read(tmp_path: Path) -> None:
    def type_below(book: Any) -> None:
        sheet = book["绩效指标"]
        last = next(r for r in range(200, 1, -1) if sheet.cell(r, 1).value)
        for column in range(2, 18):
            sheet.cell(last + 1, column, sheet.cell(13, column).value)
            if column not in (16, 17):
                sheet.cell(13, column).value = None

    result = damaged("department-corrected", type_below, tmp_path)
    assert as_json(result)["total"] == "88.01"


@pytest.mark.parametrize(
    ("sheet", "typed", "held"),
    [
        ("绩效指标", {"D": "小 计", "K": 12}, "12"),
        ("绩效指标", {"B": "合计", "K": 90, "M": "=SUM(M6:M13)"}, "90、=SUM(M6:M13)"),
        ("项目明细", {"B": "合计：", "E": 107.18, "F": 95.45}, "107.18、95.45"),
        ("项目明细", {"B": "小计（本级）", "C": "本级财力", "E": 96.38, "F": 86.38}, "96.38、86.38"),
        ("项目明细", {"B": "本页合计", "E": 107.18, "F": 95.45}, "107.18、95.45"),
        ("绩效指标", {"D": "总计：90分", "K": 90}, "90"),
    ],
)
def test_a_row_of_sums_is_told_and_neither_scored_nor_added_up(
    sheet: str, typed: dict[str, Any], held: str, tmp_path: Path
) -> None:
    def add(book: Any) -> None:
        row = 1 + max(cell.row for cell in book[sheet]["BD"[sheet == "绩效指标"]] if cell.value)
        for column, value in typed.items():
            book[sheet][f"{column}{row}"] = value

    plain = damaged("department-corrected", lambda book: None, tmp_path)
    result = damaged("department-corrected", add, tmp_path)
    (told,) = [found for found in result.findings if found not in plain.findings]
    assert (told.code, told.severity, told.place.sheet) == ("R16", "notice", sheet)
    assert f"一行只是合计，没有读取（{held}）" in told.message
    assert result.scores == plain.scores


def test_a_part_of_the_row_above_is_told_and_not_added_up(tmp_path: Path) -> None:
    def add(book: Any) -> None:
        for cell, value in {
            at("项目4·项目名称"): "其中：政府采购",
            at("项目4·全年预算数"): 10,
            at("项目4·全年执行数"): 9,
        }.items():
            book["项目明细"][cell] = value

    plain = damaged("department-corrected", lambda book: None, tmp_path)
    result = damaged("department-corrected", add, tmp_path)
    (told,) = [found for found in result.findings if found not in plain.findings]
    assert told.message == "“其中：政府采购”一行是上面一行中的一部分，没有读取（10、9）。"


def test_a_word_of_a_sum_in_an_indicators_name_is_an_indicator(tmp_path: Path) -> None:
    def call_it_a_sum(book: Any) -> None:
        box(book, "指标1·三级指标").value = "合计"

    result = damaged("department-corrected", call_it_a_sum, tmp_path)
    assert result.evaluation is not None
    assert result.evaluation.indicators[0].name.value == "合计"


@pytest.mark.parametrize("form", ["department", "project"])
def test_a_form_without_a_single_indicator_is_not_without_errors(form: str, tmp_path: Path) -> None:
    """It was scored as complete, with the points of budget execution alone and no error at all."""
    case = json.loads(case_text({"department": "department-corrected", "project": "project"}[form]))
    (tmp_path / "甲.xlsx").write_bytes(filled(case | {"indicators": []}))
    found = findings_of(pipeline.score(tmp_path / "甲.xlsx"), "R07")
    assert [(f.place.sheet, f.place.cell, f.message) for f in found] == [
        ("绩效指标", "D6", "没有填写任何绩效指标。")
    ]


def test_neither_an_indicator_nor_a_column_for_their_names(tmp_path: Path) -> None:
    case = json.loads(case_text("project")) | {"indicators": []}
    (tmp_path / "甲.xlsx").write_bytes(filled(case))
    book = openpyxl.load_workbook(tmp_path / "甲.xlsx")
    book.defined_names.clear()
    book["绩效指标"]["D5"] = None
    book.save(tmp_path / "甲.xlsx")
    found = [(f.code, f.message) for f in pipeline.score(tmp_path / "甲.xlsx").findings]
    assert found == [
        ("R06", "“绩效指标完成情况”中没有找到“三级指标”。"),
        ("R07", "没有填写任何绩效指标。"),
    ]


@pytest.mark.parametrize(
    ("sheet", "typed", "said"),
    [
        ("绩效指标", {"D": "新增指标"}, "第14行只填了D14“新增指标”，没有填指标性质、年度指标值、实际完成值、分值、自评得分，没有读取。"),
        ("绩效指标", {"K": 5}, "第14行只填了K14“5”，没有填三级指标、指标性质、年度指标值、实际完成值、自评得分，没有读取。"),
        ("项目明细", {"C": "本级财力"}, "第14行只填了C14“本级财力”，没有填项目名称、全年预算数、全年执行数，没有读取。"),
    ],
)  # fmt: skip
def test_a_row_hardly_begun_is_told_once(sheet: str, typed: dict[str, Any], said: str, tmp_path: Path) -> None:
    def begin(book: Any) -> None:
        for column, value in typed.items():
            book[sheet][f"{column}14"] = value

    plain = damaged("department-corrected", lambda book: None, tmp_path)
    result = damaged("department-corrected", begin, tmp_path)
    (told,) = [found for found in result.findings if found not in plain.findings]
    assert (told.code, told.severity, told.message) == ("R07", "error", said)
    assert "第14行" in told.advice


def test_an_unnamed_row_like_the_one_above_is_no_sum(tmp_path: Path) -> None:
    """Only one amount stands above it; it was taken for a sum and left out."""

    def type_them(book: Any) -> None:
        sheet = book["项目明细"]
        for row, (name, amount) in enumerate([("甲项目", 0), ("乙项目", 400), (None, 400)], 6):
            for column, value in zip("BCDEFG", (name, None, amount, amount, amount, None), strict=True):
                sheet[f"{column}{row}"] = value

    result = damaged("department-corrected", type_them, tmp_path)
    assert result.evaluation is not None
    assert [project.adjusted.value for project in result.evaluation.projects][:3] == [0, 400, 400]
    assert [f.place.cell for f in result.findings if f.code == "R07"] == ["B8"]
