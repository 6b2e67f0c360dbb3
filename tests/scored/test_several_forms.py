"""The scored copy of a workbook with several forms: sheets for each, one list of findings, the same again."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import STANDINGS
from tests.kit.damage import damaged
from tests.kit.outcome import scored_in_turn, with_copy
from tests.kit.several import Asked, side_by_side, stacked

ONE, TWO = Asked("培训"), Asked("宣传", spent=50, reached=75)
BOTH = {"side by side": side_by_side, "stacked": stacked}


@pytest.mark.parametrize("how", BOTH)
def test_each_form_has_its_sheets_and_there_is_one_list(how: str, tmp_path: Path) -> None:
    data = BOTH[how](ONE, TWO)
    result = with_copy(data, tmp_path)
    assert result.output == str(tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    own = openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames
    added = ["评分汇总 培训", "自评表 培训", "评分汇总 宣传", "自评表 宣传", "问题清单"]
    assert book.sheetnames[: len(own) + 5] == [*own, *added]
    assert book.active.title == "评分汇总 培训"
    totals = [book[f"评分汇总 {name}"]["C5"].value for name in ("培训", "宣传")]
    assert totals == [100, 82.5]
    assert "宣传" in {cell.value for row in book["自评表 宣传"].iter_rows() for cell in row}


@pytest.mark.parametrize("how", BOTH)
def test_the_list_says_which_form_and_links_to_its_cell(how: str, tmp_path: Path) -> None:
    result = with_copy(BOTH[how](ONE, TWO), tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["问题清单"]
    heads = [cell.value for cell in sheet[3]]
    assert heads[:6] == ["序号", "严重程度", "编号", "自评表", "位置", "栏目"]
    rows = [(row[2].value, row[3].value, row[4].value) for row in sheet.iter_rows(min_row=4)]
    expected = [
        (f.code, one.part, f"{f.place.sheet}!{f.place.cell}" if f.place.cell else f.place.sheet)
        for one, f in sorted(
            ((one, f) for one in result.forms for f in one.findings),
            key=lambda item: STANDINGS.index(item[1].standing),
        )
    ]
    assert rows == expected
    assert {row[1] for row in rows} == {"培训", "宣传"}


@pytest.mark.parametrize("how", BOTH)
def test_marks_and_notes_stand_at_the_cells_of_each_form(how: str, tmp_path: Path) -> None:
    result = with_copy(BOTH[how](Asked("培训", spent=40), TWO), tmp_path)
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    low = [f.place for one in result.forms for f in one.findings if f.code == "F09"]
    assert len(low) == 2
    for place in low:
        cell = book[place.sheet][place.cell]
        assert "F09" in cell.comment.text
        assert cell.fill.fill_type == "solid"


@pytest.mark.parametrize("how", BOTH)
def test_scoring_the_copy_again_finds_the_same_forms_and_gives_the_same_bytes(how: str, tmp_path: Path) -> None:
    first, again, third = scored_in_turn(BOTH[how](ONE, TWO), tmp_path, 3)
    for other in (again, third):
        assert [one.part for one in other.forms] == ["培训", "宣传"]
        assert [one.scores for one in other.forms] == [one.scores for one in first.forms]
        assert [[f.code for f in one.findings] for one in other.forms] == [
            [f.code for f in one.findings] for one in first.forms
        ]
    assert (tmp_path / "r2.xlsx").read_bytes() == (tmp_path / "r3.xlsx").read_bytes()


def test_what_a_person_wrote_on_a_sheet_of_one_form_is_kept(tmp_path: Path) -> None:
    with_copy(side_by_side(ONE, TWO), tmp_path)
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    book["自评表 宣传"]["A60"] = "请局长审阅"
    book.save(tmp_path / "b.xlsx")
    result = pipeline.score(tmp_path / "b.xlsx", tmp_path / "c.xlsx")
    assert [one.part for one in result.forms] == ["培训", "宣传"]
    names = openpyxl.load_workbook(tmp_path / "c.xlsx").sheetnames
    assert "自评表 宣传（留存）" in names
    assert [f.code for f in result.findings].count("R23") == 1


def test_names_of_sheets_fit_into_excel(tmp_path: Path) -> None:
    long = "甲市乙县丙镇丁村高标准农田建设及配套水利设施改造提升"
    with_copy(stacked(Asked(long, spent=90), Asked(long, unit="乙局", spent=80), Asked(f"{long}[二]")), tmp_path)
    names = openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames
    assert all(len(name) <= 31 for name in names)
    assert len({*map(str.casefold, names)}) == len(names)
    assert f"评分汇总 {long[:20]}" in names


def test_a_single_form_keeps_its_sheets(tmp_path: Path) -> None:
    with_copy(stacked(ONE), tmp_path)
    names = openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames
    assert names[:4] == ["Sheet", "评分汇总", "自评表", "问题清单"]


@pytest.mark.parametrize("story", ["project", "department-corrected"])
def test_our_template_for_two_units_is_scored_for_both_and_again(story: str, tmp_path: Path) -> None:
    first, again = scored_in_turn(damaged(story, "两个单位的表放在一个工作簿"), tmp_path, 2)
    assert [one.evaluation.unit for one in first.forms if one.evaluation][1] == "另一个单位"
    assert [one.part for one in again.forms] == [one.part for one in first.forms]
    assert [one.scores for one in again.forms] == [one.scores for one in first.forms]
    names = openpyxl.load_workbook(tmp_path / "r1.xlsx").sheetnames
    for one in first.forms:
        assert {f"评分汇总 {one.part}", f"自评表 {one.part}"} <= {*names}
