"""Official layouts in other formats: read as in the .xlsx, and typed into a template that scores the same again."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.quantity import parse_quantity
from perf_xlsx.results.recording import as_json
from perf_xlsx.sheets.origin import ORIGIN
from tests.kit.foreign_workbooks import xlsb
from tests.kit.layout_figures import LEFT, RULEBOOK
from tests.kit.layouts import LAYOUTS, Paper, hubei, national, sichuan, xinjiang, yunnan
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.outcome import findings_of
from tests.kit.transferred import BUILDS, both, money, number, origin, said, values, without_places


@pytest.mark.finding("R18")
@pytest.mark.parametrize("suffix", BUILDS)
@pytest.mark.parametrize("name", LAYOUTS)
def test_the_same_values_scores_and_findings_as_in_the_xlsx(name: str, suffix: str, tmp_path: Path) -> None:
    result, expected = both(LAYOUTS[name](), tmp_path, suffix, RULEBOOK.get(name))
    assert values(result) == values(expected)
    assert said(result) == said(expected)
    assert [f.severity for f in result.findings if f.code == "R18"] == ["notice"]


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_cell_is_traced_or_listed_as_left(name: str, tmp_path: Path) -> None:
    both(LAYOUTS[name](), tmp_path, "xlsb", RULEBOOK.get(name))
    transferred, left = origin(tmp_path / "out.xlsx")
    assert left == [tuple(item.split(" ", 1)) for item in LEFT[name].split(" | ")]
    known = {cell for _, _, cell, _, _ in transferred} | {cell for cell, _ in left}
    sheet = openpyxl.load_workbook(tmp_path / "报送.xlsx").worksheets[0]
    rest = [c for row in sheet.iter_rows() for c in row if c.value is not None and c.coordinate not in known]
    counters = {c.coordinate for c in rest if sheet.cell(21, c.column).value == "序号"}
    assert [c.value for c in rest if isinstance(c.value, int | float) and c.coordinate not in counters] == []
    texts = [c.value for c in rest if isinstance(c.value, str) and "年度" not in c.value]
    assert [text for text in texts if parse_quantity(text)] == []
    assert [c.value for c in rest if "。" in str(c.value)] == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_trace_tells_what_stood_where_and_what_became_of_it(name: str, tmp_path: Path) -> None:
    both(LAYOUTS[name](), tmp_path, "xls", RULEBOOK.get(name))
    was = openpyxl.load_workbook(tmp_path / "报送.xlsx").worksheets[0]
    now = openpyxl.load_workbook(tmp_path / "out.xlsx")
    for field, place, cell, given, note in origin(tmp_path / "out.xlsx")[0]:
        title, _, at = place.partition("!")
        typed = now[title][at].value
        assert typed is not None, field
        original = was[cell].value
        assert given == str(original) or parse_quantity(given), field
        if note in (None, "", "合并单元格，逐行带入", "与偏差原因同栏"):  # just as it stood
            assert str(typed)[:10] == given[:10] or number(typed) == number(given), field
        elif "按“" in note:
            into = note.partition("按“")[2].partition("”带入")[0]
            assert into, field
            assert str(typed)[:10] == into[:10] or number(typed) == number(into), field


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_copy_sent_in_again_scores_the_same(name: str, tmp_path: Path) -> None:
    first, _ = both(LAYOUTS[name](), tmp_path, "xlsb", RULEBOOK.get(name))
    again = pipeline.score(tmp_path / "out.xlsx", tmp_path / "again.xlsx")
    one, two = as_json(first), as_json(again)
    for key in ("unit", "year", "form", "rulebook", "execution", "total", "grade", "claimed_total"):
        assert without_places(one[key]) == without_places(two[key]), key
    assert first.evaluation is not None
    assert again.evaluation is not None
    assert [
        [row.name.value, row.sign.value, row.target.value, row.unit.value, row.actual.value, row.weight.value]
        for row in first.evaluation.indicators
    ] == [
        [row.name.value, row.sign.value, row.target.value, row.unit.value, row.actual.value, row.weight.value]
        for row in again.evaluation.indicators
    ]
    own = {key: line for key, line in money(first.evaluation).items() if key not in ("accounts", "own", "other")}
    assert own == {key: line for key, line in money(again.evaluation).items() if key in own}
    assert [row["points"] for row in one["indicators"]] == [row["points"] for row in two["indicators"]]
    assert not [f.message for f in again.findings if f.code.startswith(("R", "F", "W"))
                and (f.code, f.message) not in {(g.code, g.message) for g in first.findings}]  # fmt: skip


def test_the_live_formulas_of_the_copy_show_what_was_computed(tmp_path: Path) -> None:
    both(sichuan(), tmp_path, "xlsb")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True)["项目资金"]
    shown = {sheet.cell(row, 2).value: sheet.cell(row, 8).value for row in range(6, 10)}
    assert shown["年度资金总额"] == pytest.approx(230 / 251.89)
    assert shown["其他资金"] == pytest.approx(40 / 41.89)
    assert shown["上年结转资金"] is None


def test_sources_that_the_template_has_no_line_for_are_added_up(tmp_path: Path) -> None:
    paper = sichuan()
    paper.row(12, "D E F", 1, 2, 1.5)
    paper.row(8, "D E F G I", 239.93, 253.89, 231.5, "91.18%", 9.12)
    result, expected = both(paper, tmp_path, "xlsb")
    assert said(result) == said(expected)
    assert result.evaluation is not None
    assert {
        line.executed.place.cell for key, line in result.evaluation.funds.items() if key in ("other", "own")
    } == {"F9"}
    again = pipeline.score(tmp_path / "out.xlsx").evaluation
    assert again is not None
    assert money(again)["other"][2:4] == [Decimal("43.89"), Decimal("41.5")]
    rows = [row for row in origin(tmp_path / "out.xlsx")[0] if row[0] == "其他资金·全年执行数"]
    assert [row[2:] for row in rows] == [
        (cell, text, "并入这一行，合计41.5") for cell, text in (("F10", "0"), ("F11", "40"), ("F12", "1.5"))
    ]
    assert openpyxl.load_workbook(tmp_path / "out.xlsx")["项目资金"]["F9"].value == 41.5
    assert ("G11", "95.49%") in origin(tmp_path / "out.xlsx")[1]


def test_a_fund_line_that_nobody_knows_is_listed_and_not_added(tmp_path: Path) -> None:
    paper = sichuan()
    paper.sheet["B10"], paper.sheet["D10"] = "债券资金", 5
    result, expected = both(paper, tmp_path, "xlsb")
    assert said(result) == said(expected)
    assert {("B10", "债券资金"), ("D10", "5")} <= set(origin(tmp_path / "out.xlsx")[1])


# ---- findings -----------------------------------------------------------------------------------------------


def spoiled(paper: Paper) -> Paper:
    """Values that cannot be read, a reason missing, a claim that is wrong, an error value."""
    paper.put("F13", "100%")
    paper.put("I14", None)
    paper.put("H17", 9)
    paper.put("G20", "15分")
    paper.put("G6", "#DIV/0!")
    paper.sheet["G6"].data_type = "e"
    paper.put("F22", 0.935)
    paper.put("E22", "≥90%")
    return paper


@pytest.mark.parametrize("suffix", BUILDS)
def test_findings_stand_at_the_cells_of_the_copy(suffix: str, tmp_path: Path) -> None:
    paper = spoiled(national())
    if suffix == "xls":
        paper.put("G6", "完成")  # the builder of Excel 95 writes no errors
    result, expected = both(paper, tmp_path, suffix)
    assert said(result) == said(expected)
    assert {"R08", "I04", "I07"} <= {f.code for f in result.findings}
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    places = {(f.code, f.field): (f.place.sheet, f.place.cell) for f in result.findings if f.place.cell}
    assert places["R08", "实际完成值"] == ("绩效指标", "I6")
    assert book["绩效指标"]["I6"].value == "100%"
    assert places["I07", "偏差原因"] == ("绩效指标", "O7")
    assert places["R19", "实际完成值"] == ("绩效指标", "I13")
    assert book["绩效指标"]["I13"].value == 93.5
    assert book["项目资金"]["F6"].value == ("#DIV/0!" if suffix == "xlsb" else "完成")


def test_weights_follow_into_the_copy_only_where_they_are_proven(tmp_path: Path) -> None:
    both(hubei(), tmp_path, "xlsb", "hubei")
    weights = [row for row in origin(tmp_path / "out.xlsx")[0] if row[0].endswith("·分值")]
    assert [(row[2], row[3], row[4]) for row in weights] == [
        (f"G{n}", points, "没有分值栏，按自评得分推定")
        for n, points in enumerate(("20", "20", "10", "20", "10"), 8)
    ]
    result, expected = both(hubei((20, 20, 10, 19, 10)), tmp_path, "xlsb", "hubei")
    assert said(result) == said(expected)
    assert not [row for row in origin(tmp_path / "out.xlsx")[0] if row[0].endswith("·分值")]
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["绩效指标"]
    assert [sheet[f"K{row}"].value for row in range(6, 11)] == [None] * 5


def test_a_doubt_about_no_box_says_where_in_the_original(tmp_path: Path) -> None:
    paper = yunnan()
    paper.sheet["K2"] = "单位：元"
    result, _ = both(paper, tmp_path, "xlsb")
    (found,) = [f for f in findings_of(result, "R19") if f.field == "金额单位"]
    assert found.place.cell is None
    assert found.message == "原文件“Sheet1”K2：金额单位有“万元”也有“元”，按资金表的“万元”读取。"


def test_what_is_hidden_in_the_original_is_told(tmp_path: Path) -> None:
    paper = national()
    paper.sheet.row_dimensions[14].hidden = True
    paper.sheet.column_dimensions["I"].hidden = True
    for suffix in BUILDS:
        result, expected = both(paper, tmp_path, suffix)
        assert said(result) == said(expected)
        assert len(findings_of(result, "R22")) == 2


def test_a_second_form_in_the_workbook_is_told(tmp_path: Path) -> None:
    paper = yunnan()
    second = paper.book.create_sheet("另一个项目")
    for line in yunnan().sheet.iter_rows():
        for cell in line:
            if cell.value is not None:
                second.cell(cell.row, cell.column, cell.value)
    second["M40"] = "不是照抄的"
    data = paper.save(tmp_path / "a.xlsx").read_bytes()
    assert len(pipeline.score(tmp_path / "a.xlsx").forms) == 2
    (tmp_path / "a.xlsb").write_bytes(xlsb(data))
    result = pipeline.score(tmp_path / "a.xlsb", tmp_path / "out.xlsx")
    (found,) = [f for f in findings_of(result, "R06") if f.field == "自评表"]
    assert (found.severity, result.more) == ("error", ())
    assert found.message.startswith("原文件“另一个项目”")
    assert "另一个项目" in {row[3] for row in _left_sheets(tmp_path / "out.xlsx")}


def test_what_is_left_in_a_column_says_its_heading(tmp_path: Path) -> None:
    both(LAYOUTS["重庆"](), tmp_path, "xlsb")
    notes = {row[4]: row[6] for row in openpyxl.load_workbook(tmp_path / "out.xlsx")[ORIGIN].iter_rows(values_only=True)
             if row[1] == "单元格"}  # fmt: skip
    assert (notes["H9"], notes["K9"], notes["E9"], notes["I4"]) == (
        "“得分系数”栏", "“是否核心指标”栏", "“年初指标值”栏", "“执行率权重”栏",
    )  # fmt: skip


def _left_sheets(path: Path) -> list[tuple[Any, ...]]:
    return [row for row in openpyxl.load_workbook(path)[ORIGIN].iter_rows(values_only=True) if row[1] == "工作表"]


def test_same_input_same_bytes(tmp_path: Path) -> None:
    both(xinjiang(), tmp_path, "xlsb")
    before = (tmp_path / "out.xlsx").read_bytes()
    both(xinjiang(), tmp_path, "xlsb")
    assert (tmp_path / "out.xlsx").read_bytes() == before


def test_levels_are_filled_down_inside_their_merge_only(tmp_path: Path) -> None:
    paper = national()
    paper.sheet.unmerge_cells("C13:C14")
    both(paper, tmp_path, "xls")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["绩效指标"]
    assert [(sheet[f"B{row}"].value, sheet[f"C{row}"].value) for row in (6, 7, 8)] == [
        ("产出指标", "数量指标"), ("产出指标", None), ("产出指标", "质量指标"),
    ]  # fmt: skip


@needs_libreoffice
@pytest.mark.parametrize("kind", ["xls:MS Excel 97", "ods:calc8"])
def test_every_layout_saved_by_libreoffice(kind: str, tmp_path: Path) -> None:
    """.xls (BIFF8) and .ods as a program writes them that knows nothing of us; .et is .xls by content."""
    for name, paper in LAYOUTS.items():
        paper().save(tmp_path / f"{name}.xlsx")
    suffix = kind.partition(":")[0]
    converted(tmp_path, kind, *(tmp_path / f"{name}.xlsx" for name in LAYOUTS))
    for name in LAYOUTS:
        path = tmp_path / f"{name}.{suffix}"
        if suffix == "xls":
            path = path.rename(tmp_path / f"{name}.et")
        result = pipeline.score(path, tmp_path / "out.xlsx", RULEBOOK.get(name))
        expected = pipeline.score(tmp_path / f"{name}.xlsx", rulebook=RULEBOOK.get(name))
        assert values(result) == values(expected), name
        assert said(result) == said(expected), name
        assert origin(tmp_path / "out.xlsx")[1] == [tuple(i.split(" ", 1)) for i in LEFT[name].split(" | ")], name


def test_of_two_units_our_template_takes_the_one_that_reports(tmp_path: Path) -> None:
    """湖北: the record of a converted form is of the same unit; the other one is listed as left behind."""
    evaluation = pipeline.score(hubei().save(tmp_path / "a.xlsx")).evaluation
    assert evaluation is not None
    assert (evaluation.boxes["unit"].value, evaluation.unit) == ("示例区农业农村局渔政科", "示例区农业农村局")
