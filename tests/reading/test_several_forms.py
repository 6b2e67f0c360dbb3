"""Several forms in one workbook: each is read, scored and checked for itself; what is no form is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.ooxml import Limits
from tests import FIXTURES
from tests.kit.foreign_workbooks import xlsb
from tests.kit.layouts import Paper, hubei, national, sichuan, yunnan
from tests.kit.outcome import scored
from tests.kit.several import Asked, side_by_side, stacked, write
from tests.kit.typed_cells import changed

ONE, TWO, THREE = Asked("培训"), Asked("宣传", spent=50, reached=75), Asked("修缮", unit="乙局")
BOTH = {"side by side": side_by_side, "stacked": stacked}


def read(result: Result) -> list[tuple[str, str | None, str, str]]:
    """Of each form: its name, unit, total and the sheet and cell of its first indicator."""
    found = []
    for one in result.forms:
        assert one.evaluation is not None
        assert one.scores is not None
        place = one.evaluation.indicators[0].name.place
        found.append((one.part, one.evaluation.unit, str(one.scores.total), f"{place.sheet}!{place.cell}"))
    return found


def told(result: Result, code: str = "R06") -> list[tuple[str, str, str]]:
    return [(f.severity, f.place.sheet, f.message) for one in result.forms for f in one.findings if f.code == code]


@pytest.mark.parametrize(
    ("how", "cells"),
    [("side by side", ("表1!C9", "表2!C9", "表3!C9")), ("stacked", ("Sheet!C9", "Sheet!C22", "Sheet!C35"))],
)
def test_each_form_is_scored_by_its_own_cells(how: str, cells: tuple[str, ...], tmp_path: Path) -> None:
    result = scored(BOTH[how](ONE, TWO, THREE), tmp_path)
    assert read(result) == [
        ("培训", "甲局", "100.00", cells[0]),
        ("宣传", "甲局", "82.50", cells[1]),
        ("修缮", "乙局", "100.00", cells[2]),
    ]
    assert told(result) == []
    low = [(one.part, f.place.cell) for one in result.forms for f in one.findings if f.code == "F09"]
    assert low == [("宣传", {"side by side": "E6", "stacked": "E19"}[how])]


@pytest.mark.parametrize("how", BOTH)
def test_the_findings_of_a_form_are_those_that_it_has_alone(how: str, tmp_path: Path) -> None:
    together = scored(BOTH[how](ONE, TWO), tmp_path)
    for one, form in zip(together.forms, (ONE, TWO), strict=True):
        alone = scored(side_by_side(form), tmp_path)
        assert [(f.code, f.severity) for f in one.findings] == [(f.code, f.severity) for f in alone.findings]
        assert one.scores is not None
        assert alone.scores is not None
        assert one.scores.total == alone.scores.total


def test_a_form_of_two_sheets_is_still_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    write(book.active, ONE)
    book.create_sheet("指标说明")["A1"] = "培训人数按签到表统计"
    book.save(tmp_path / "a.xlsx")
    result = pipeline.score(tmp_path / "a.xlsx")
    assert (result.part, result.more) == ("", ())
    assert told(result, "R16") == [("notice", "指标说明", "工作表“指标说明”不属于自评表，没有读取。")]


def test_a_header_printed_again_on_the_next_page_begins_no_form(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    write(sheet, ONE)
    sheet.insert_rows(10, 2)
    sheet["A10"] = "项目支出绩效自评表（续）"
    for column in range(1, 9):
        sheet.cell(11, column, sheet.cell(8, column).value)
    book.save(tmp_path / "a.xlsx")
    assert read(pipeline.score(tmp_path / "a.xlsx")) == [("", "甲局", "100.00", "Sheet!C9")]


@pytest.mark.parametrize("how", BOTH)
def test_a_blank_form_is_told_and_not_scored(how: str, tmp_path: Path) -> None:
    result = scored(BOTH[how](ONE, Asked("", unit="", spent=None, reached=None)), tmp_path)
    assert [one[0] for one in read(result)] == [""]
    sheet = {"side by side": "表2", "stacked": "Sheet"}[how]
    (found,) = told(result)
    assert found[:2] == ("warning", sheet)
    assert "空白的自评表" in found[2]


@pytest.mark.finding("R06")
@pytest.mark.parametrize("how", BOTH)
def test_the_same_contents_are_a_copy_and_no_form(how: str, tmp_path: Path) -> None:
    result = scored(BOTH[how](ONE, TWO, ONE), tmp_path)
    assert [one[0] for one in read(result)] == ["培训", "宣传"]
    (found,) = told(result)
    where = {"side by side": ("“表1”", "“表3”"), "stacked": ("“Sheet”", "“Sheet”第27行起的")}[how]
    message = f"自评表有两份，内容相同：本次读取的是工作表{where[0]}，没有读取{where[1]}。"
    assert (found[0], found[2]) == ("warning", message)
    assert [f.code for f in result.findings if f.severity == "warning"] == ["R06"]


def test_forms_of_different_kinds_are_read_as_what_they_are(tmp_path: Path) -> None:
    result = scored(side_by_side(Asked("", kind="部门整体支出"), TWO), tmp_path)
    kinds = [one.evaluation.form for one in result.forms if one.evaluation]
    assert kinds == ["department", "project"]
    assert [one[0] for one in read(result)] == ["甲局", "宣传"]


def test_a_cover_says_for_all_forms_what_they_do_not_say_themselves(tmp_path: Path) -> None:
    cover = {"A1": "项目支出绩效自评资料", "A3": "单位名称", "B3": "丙局", "A4": "项目名称", "B4": "全部项目"}
    result = scored(
        side_by_side(Asked("培训", unit=None), Asked("宣传", unit="丁局", spent=50), cover=cover), tmp_path
    )
    assert [one[:2] for one in read(result)] == [("培训", "丙局"), ("宣传", "丁局")]


def test_one_bad_form_does_not_stop_the_others(tmp_path: Path) -> None:
    result = scored(side_by_side(Asked("培训", spent=None), TWO), tmp_path)
    first, second = result.forms
    assert first.scores is not None
    assert second.scores is not None
    assert (first.scores.complete, second.scores.complete) == (False, True)
    assert [f.code for f in first.findings if f.severity == "error"] == ["R07", "R07"]


def test_forms_beyond_the_limit_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(stacked(*(Asked(f"项目{n}") for n in range(5))))
    result = pipeline.score(tmp_path / "a.xlsx", terms=pipeline.Terms(limits=Limits(forms=3)))
    assert [one.part for one in result.forms] == ["项目0", "项目1", "项目2"]
    assert told(result) == [
        (
            "error",
            "Sheet",
            "一个工作簿最多读取3张自评表，从工作表“Sheet”第40行起，还有2张没有读取，也没有评分。",
        )
    ]


def test_names_are_short_and_no_two_alike(tmp_path: Path) -> None:
    long = "甲市乙县丙镇丁村高标准农田建设及配套水利设施改造提升"
    forms = [Asked(long + "一期", spent=90), Asked(long + "二期"), Asked("路/桥：[东]*?'修'")]
    names = [one.part for one in scored(stacked(*forms), tmp_path).forms]
    assert names == [long[:20], f"{long[:17]}(2)", "路桥：东修"]


def test_two_forms_of_one_project_go_by_the_unit(tmp_path: Path) -> None:
    forms = Asked("培训", unit="甲局"), Asked("培训", unit="乙局")
    assert [one.part for one in scored(stacked(*forms), tmp_path).forms] == ["甲局", "乙局"]


def test_published_forms_on_two_sheets() -> None:
    result = pipeline.score(FIXTURES / "published" / "sh-putuo-2forms.xlsx")
    assert read(result) == [
        ("普陀体育中心与委托运营方结算费用", "上海市普陀区体育事业管理中心", "98.62", "1!D13"),
        ("援滇对口支援及结对帮扶经费", "上海市普陀区体育事业管理中心", "4.52", "2!D13"),
    ]


def test_another_format_holds_one_form_and_tells_of_the_others(tmp_path: Path) -> None:
    result = scored(xlsb(side_by_side(ONE, TWO)), tmp_path, "a.xlsb")
    assert (result.part, result.more) == ("", ())
    ((severity, _, message),) = told(result)
    assert severity == "error"
    assert message.startswith("原文件“表2”B3处还有一张自评表。")


@pytest.mark.parametrize("form", [national, yunnan, hubei, sichuan])
def test_a_further_form_is_one_of_its_own(form: Callable[[], Paper], sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        sheet = book.create_sheet("另一张")
        for line in form().sheet.iter_rows():
            for cell in line:
                if cell.value is not None:
                    sheet.cell(cell.row, cell.column, cell.value)
        book.create_sheet("工资表")["A1"] = "姓名"

    plain, result = scored(sound, tmp_path), changed(sound, tmp_path, change)
    assert result.scores == plain.scores
    assert {(f.code, f.severity, f.place.sheet) for f in result.findings} == {("R16", "notice", "工资表")}
    (other,) = result.more
    assert other.evaluation is not None
    assert {row.name.place.sheet for row in other.evaluation.indicators} == {"另一张"}
