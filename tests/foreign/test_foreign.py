"""Workbooks of other formats: the same values, scores and findings as the .xlsx, and where each value came from.

The files in tests/fixtures are the report as filed, saved by LibreOffice as .xls (BIFF8) and .ods. .xlsb, Excel
5.0/95 and strict OOXML, which nothing at hand writes, are built by tests/foreign_workbooks.py; what is built there
is shown to be what those formats are by readers that know nothing of it.
"""

from __future__ import annotations

import datetime
import io
import json
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.dimensions import RowDimension

from perf_xlsx import pipeline
from perf_xlsx.batch import plan
from perf_xlsx.cli.stories import STORIES
from perf_xlsx.domain.model import Finding, Result
from perf_xlsx.foreign import open_original
from perf_xlsx.ooxml import Limits, Package, PackageError
from perf_xlsx.results.report import as_json
from perf_xlsx.sheets.dump import dump
from perf_xlsx.sheets.origin import ORIGIN
from tests import FIXTURES
from tests.kit.filled import at, box, changed, template_of
from tests.kit.foreign_workbooks import biff5, number_of, ole, strict, xlsb
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.outcome import findings_of, with_copy
from tests.kit.parts import unzipped, zipped

TOTALS = {
    "department-corrected": ("88.01", "良"),
    "department-as-filed": ("88.62", None),  # weights that do not make 100 earn no grade
    "project": ("96.40", "优"),
}


@pytest.fixture(scope="module")
def filled() -> dict[str, bytes]:
    """The three example forms, as .xlsx."""
    return {story: template_of(story) for story in STORIES}


def said(findings: tuple[Finding, ...], *without: str) -> list[tuple[Any, ...]]:
    """Findings without the workbook's name."""
    return [
        (f.code, f.severity, f.place.sheet, f.place.cell, f.field, f.given, f.expected, f.difference, f.message)
        for f in findings
        if f.code not in without
    ]


def values(result: Result) -> dict[str, Any]:
    """Everything that was read and computed, with its sheets and cells, as a program sees it."""
    found = as_json(result)
    return {key: found[key] for key in found if key not in ("file", "sha256", "output", "findings")}


def same(result: Result, expected: Result, *without: str) -> None:
    """The same values, scores and findings as the .xlsx gives, and R18."""
    assert values(result) == values(expected)
    assert said(result.findings, "R18") == said(expected.findings, *without)
    assert [f.code for f in result.findings].count("R18") == 1


def listed(path: Path) -> list[tuple[Any, ...]]:
    """The rows of 来源对照 below its head."""
    return list(openpyxl.load_workbook(path)[ORIGIN].iter_rows(min_row=4, values_only=True))


# ---- the same as the .xlsx ------------------------------------------------------------------------------------


@pytest.mark.parametrize("story", STORIES)
def test_xlsb(story: str, filled: dict[str, bytes], tmp_path: Path) -> None:
    result = with_copy(xlsb(filled[story]), tmp_path, "报送.xlsb")
    assert result.scores is not None
    assert (str(result.scores.total), result.scores.grade) == TOTALS[story]
    same(result, with_copy(filled[story], tmp_path, "a.xlsx"))


def without_names(data: bytes) -> bytes:
    return changed(data, lambda book: [book.defined_names.pop(name) for name in list(book.defined_names)])


@pytest.mark.parametrize("story", ["department-corrected", "project"])
def test_excel_95(story: str, filled: dict[str, bytes], tmp_path: Path) -> None:
    result = with_copy(biff5(filled[story]), tmp_path, "报送.xls")
    assert result.scores is not None
    assert (str(result.scores.total), result.scores.grade) == TOTALS[story]
    same(result, with_copy(filled[story], tmp_path, "a.xlsx"))
    assert "Excel 5.0/95" in (next(f for f in result.findings if f.code == "R18").given or "")


@pytest.mark.parametrize("name", ["部门整体.xls", "部门整体.ods", "部门整体.et", "部门整体.xlsx"])
def test_saved_by_another_program_whatever_the_suffix(name: str, filled: dict[str, bytes], tmp_path: Path) -> None:
    source = FIXTURES / ("部门整体.ods" if name.endswith("ods") else "部门整体.xls")
    same(
        with_copy(source.read_bytes(), tmp_path, name),
        with_copy(filled["department-as-filed"], tmp_path, "a.xlsx"),
    )


@needs_libreoffice
def test_every_example_saved_by_libreoffice(filled: dict[str, bytes], tmp_path: Path) -> None:
    for story, data in filled.items():
        (tmp_path / f"{story}.xlsx").write_bytes(data)
    for kind in ("xls:MS Excel 97", "ods:calc8"):
        suffix = kind.partition(":")[0]
        converted(tmp_path, kind, *(tmp_path / f"{story}.xlsx" for story in filled))
        for story in filled:
            result = pipeline.score(tmp_path / f"{story}.{suffix}", tmp_path / "out.xlsx")
            same(result, pipeline.score(tmp_path / f"{story}.xlsx"))


@needs_libreoffice
def test_what_is_built_here_is_what_libreoffice_knows(filled: dict[str, bytes], tmp_path: Path) -> None:
    data = filled["department-as-filed"]
    expected = with_copy(data, tmp_path, "a.xlsx")
    for name, built in (("b.xlsb", xlsb(data)), ("c.xls", biff5(data)), ("d.xlsx", strict(data))):
        (tmp_path / name).write_bytes(built)
        (tmp_path / "back").mkdir(exist_ok=True)
        converted(tmp_path / "back", "xlsx:Calc MS Excel 2007 XML", tmp_path / name)
        result = pipeline.score(tmp_path / "back" / f"{name[0]}.xlsx")
        assert values(result)["total"] == values(expected)["total"]
        # The formulas that are built here are all =1, which LibreOffice computes: those are no checks of ours.
        assert len([f for f in result.findings if f.code != "R16"]) == len(expected.findings)


def test_calamine_sees_the_same_in_the_xlsb(filled: dict[str, bytes]) -> None:
    from python_calamine import CalamineWorkbook

    data = xlsb(filled["department-as-filed"])
    original = open_original(data)
    assert original is not None
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == [sheet.name for sheet in original.sheets]
    for sheet, grid in zip(original.sheets, original.grids, strict=True):
        rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        theirs = {
            (r, c): value
            for r, row in enumerate(rows, 1)
            for c, value in enumerate(row, 1)
            if value not in ("", None)
        }
        ours = {at: cell.value for at, cell in grid.cells.items() if cell.value is not None}
        assert theirs.keys() == ours.keys()
        for place, value in theirs.items():
            if isinstance(value, float | int):
                assert number_of(ours[place]) == value
            elif isinstance(value, str):
                assert ours[place] == value


# ---- what is traced, and what is left ---------------------------------------------------------------------------


def test_every_value_is_traced_to_the_cell_where_it_stood(tmp_path: Path) -> None:
    result = with_copy((FIXTURES / "部门整体.xls").read_bytes(), tmp_path, "部门整体.xls")
    book = openpyxl.load_workbook(result.output or "", data_only=True)
    original = open_original((FIXTURES / "部门整体.xls").read_bytes())
    assert original is not None
    cells = {sheet.name: grid.cells for sheet, grid in zip(original.sheets, original.grids, strict=True)}
    # below them are a hint and a count that this template prints in other words
    rows = [row for row in listed(tmp_path / "out.xlsx") if "!" in str(row[2])]
    assert len(rows) == 119
    for _, field, now, sheet, cell, given, _ in rows:
        title, _, at = now.partition("!")
        was = cells[sheet][openpyxl.utils.cell.coordinate_to_tuple(cell)].value
        new = book[title][at].value
        new = new.date() if isinstance(new, datetime.datetime) else new
        assert str(new) == str(was) if isinstance(was, str | datetime.date) else float(new) == float(was), field
        assert given
    filled_in = {(r[2].partition("!")[0], r[2].partition("!")[2]) for r in rows}
    unlocked = {
        (sheet.title, c.coordinate)
        for sheet in book.worksheets[1:6]
        for row in sheet.iter_rows()
        for c in row
        if c.value is not None and not c.protection.locked
    }
    printed = unlocked - filled_in  # titles that the template prints and nobody wrote to
    assert filled_in <= unlocked
    assert {(sheet, at[0]) for sheet, at in printed} == {("自评结论", "B")}


def awkward(book: Any) -> None:
    """What people leave in a workbook beside the boxes, and in them."""
    funds, rows, basics = book["预算执行"], book["绩效指标"], book["基本信息"]
    funds["G10"], funds["G10"].number_format = 0.8679518, "0.00%"
    funds["G9"] = 0.89
    funds["E8"] = "#DIV/0!"
    funds["E8"].data_type = "e"
    funds["R3"] = "经办人 填报人"
    funds["R4"] = 12345
    rows["H6"] = True
    rows["B30"] = "说明：另附材料"
    basics["C6"] = datetime.datetime(2024, 4, 15, 13, 30)
    basics["C6"].number_format = "yyyy-mm-dd hh:mm"
    other = book.create_sheet("工资表")
    other["A1"], other["B2"] = "姓名", 5000
    book.create_sheet("空表")


def test_formats_errors_truths_and_moments_are_read_as_in_the_xlsx(
    filled: dict[str, bytes], tmp_path: Path
) -> None:
    data = changed(filled["department-corrected"], awkward)
    expected = with_copy(data, tmp_path, "a.xlsx")
    result = with_copy(xlsb(data), tmp_path, "b.xlsb")
    assert {"R08", "R10", "R12", "R16"} <= {f.code for f in result.findings}
    assert values(result) == values(expected)
    assert said(result.findings, "R16", "R18") == said(expected.findings, "R16")
    book = openpyxl.load_workbook(result.output or "")
    assert (box(book, "合计·预算执行率").value, box(book, "合计·预算执行率").number_format) == (0.8679518, "0.00%")
    assert box(book, "指标1·年中监控值").value is True
    assert box(book, "主管部门").value == datetime.datetime(2024, 4, 15, 13, 30)
    assert box(book, "公用经费·全年预算数").value == "#DIV/0!"


def test_what_is_not_carried_over_is_told(filled: dict[str, bytes], tmp_path: Path) -> None:
    result = with_copy(xlsb(changed(filled["department-corrected"], awkward)), tmp_path, "b.xlsb")
    rows = listed(tmp_path / "out.xlsx")
    start = next(n for n, row in enumerate(rows) if str(row[0]).startswith("没有带入"))
    left = [row[1:] for row in rows[start + 2 :]]
    assert [(row[0], row[2], row[3], row[4]) for row in left] == [
        ("单元格", "预算执行", "R3", "经办人 填报人"),
        ("单元格", "预算执行", "R4", "12345"),
        ("单元格", "绩效指标", "B30", "说明：另附材料"),
        ("工作表", "工资表", None, "整张工作表，共2格"),
    ]
    told = next(f for f in result.findings if f.code == "R18")
    assert "另有4处没有带入" in told.message
    beside = [f.message for f in result.findings if f.code == "R16"]
    assert beside[1:] == ["工作表“工资表”不属于自评表，没有读取，也没有带入新的工作簿。"]
    assert beside[0].startswith("原文件“绩效指标”B30：“绩效指标完成情况”的表格里有说明文字")


LEFT = {
    "栏目被改名": ("基本信息", "B5", "我们单位"),
    "标题里加了单位": ("绩效指标", "A1", "示例单位绩效指标完成情况（2023年度）"),
    "只有级别的空行": ("绩效指标", "B15", "其他指标"),
    "自动计算格里的文字": ("自评结论", "C10", "见附件"),
    "自动计算格之下": ("自评结论", "C40", 7),
    "提示之后": ("预算执行", "R2", "已核"),
    "填报说明上": ("填报说明", "B40", "科室留言"),
    "只有符号": ("基本信息", "F5", "*"),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_stands_in_no_box_that_was_carried_is_listed(
    name: str, filled: dict[str, bytes], tmp_path: Path
) -> None:
    sheet, cell, value = LEFT[name]
    change = changed(filled["department-corrected"], lambda book: book[sheet].__setitem__(cell, value))
    with_copy(xlsb(change), tmp_path, "b.xlsb")
    left = [row[3:6] for row in listed(tmp_path / "out.xlsx") if row[1] == "单元格"]
    assert left == [(sheet, cell, str(value))]


def test_a_formula_in_a_box_is_told_and_its_result_carried_over(filled: dict[str, bytes], tmp_path: Path) -> None:
    def formula(data: bytes) -> bytes:
        """A link in the box, with its result."""
        parts = unzipped(data)
        sheet = "xl/worksheets/sheet3.xml"
        assert b"<v>95.45</v>" in parts[sheet]
        parts[sheet] = parts[sheet].replace(b"<v>95.45</v>", b"<f>[1]A!B3</f><v>95.45</v>")
        return zipped(parts)

    data = formula(filled["department-corrected"])
    expected = with_copy(data, tmp_path, "a.xlsx")
    for name, built in (("b.xlsb", xlsb(data)), ("c.xls", biff5(data))):
        result = with_copy(built, tmp_path, name)
        assert "R11" in {f.code for f in result.findings}
        same(result, expected)
        assert box(openpyxl.load_workbook(result.output or ""), "项目支出·全年执行数").value == 95.45
        assert ("公式，带入保存的结果",) in {row[6:] for row in listed(tmp_path / "out.xlsx")}


def test_rows_inserted_names_lost_and_levels_merged(filled: dict[str, bytes], tmp_path: Path) -> None:
    def change(book: Any) -> None:
        sheet = book["绩效指标"]
        for name in list(book.defined_names):
            del book.defined_names[name]
        sheet.insert_rows(3, 2)
        sheet.title = "第四张"
        sheet["B8"], sheet["B9"] = "产出指标", None
        sheet.merge_cells("B8:B9")

    data = changed(filled["department-corrected"], change)
    result = with_copy(biff5(data), tmp_path, "b.xls")
    assert result.scores is not None
    assert str(result.scores.total) == "88.01"
    rows = [row for row in listed(tmp_path / "out.xlsx") if row[1] == "绩效指标完成情况第2行·一级指标"]
    assert [row[2:7] for row in rows] == [("绩效指标!B7", "第四张", "B8", "产出指标", "合并单元格，逐行带入")]


def test_a_box_that_stands_twice_and_one_that_is_missing(filled: dict[str, bytes], tmp_path: Path) -> None:
    def change(book: Any) -> None:
        for name in list(book.defined_names):
            del book.defined_names[name]
        book["基本信息"]["B20"], book["基本信息"]["C20"] = "单位名称", "另一个单位"
        book["绩效指标"].delete_cols(11)

    data = changed(filled["department-corrected"], change)
    result, expected = (
        with_copy(xlsb(data), tmp_path, "b.xlsb"),
        with_copy(data, tmp_path, "a.xlsx"),
    )
    found = [f.message for f in result.findings if f.code == "R06"]
    assert [m for m in found if "分值" in m] == [
        f.message for f in expected.findings if f.code == "R06" and "分值" in f.message
    ]
    assert "原文件“基本信息”C20：“单位名称”出现了两次，此处未读取。" in found
    with_copy(xlsb(data), tmp_path, "b.xlsb")
    assert "另一个单位" in {row[5] for row in listed(tmp_path / "out.xlsx")}


def unseen(book: Any) -> None:
    """Rows filtered away, a column and a sheet hidden."""
    rows = book["绩效指标"]
    for row in (7, 9):
        rows.row_dimensions[row] = RowDimension(rows, index=row, hidden=True)
    midyear = rows.column_dimensions["H"]
    midyear.hidden, midyear.max = True, midyear.min  # by itself, without its neighbours of the same width
    book["项目明细"].sheet_state = "hidden"


@pytest.mark.parametrize("build", [xlsb, biff5])
def test_what_is_hidden_is_told_as_in_the_xlsx(
    build: Callable[[bytes], bytes], filled: dict[str, bytes], tmp_path: Path
) -> None:
    data = changed(filled["department-corrected"], unseen)
    expected = findings_of(with_copy(data, tmp_path, "a.xlsx"), "R22")
    found = findings_of(with_copy(build(data), tmp_path, "b"), "R22")
    assert {(f.place.sheet, f.place.cell, f.message) for f in found} == {
        ("绩效指标", at("指标2·三级指标"), "原文件“绩效指标”D7：第7、9行被隐藏或被筛选掉，其中的内容已照常读取。"),
        ("绩效指标", at("指标1·年中监控值"), "原文件“绩效指标”H6：H列被隐藏，其中的内容已照常读取。"),
        ("", None, "原文件：工作表“项目明细”被隐藏，已照常读取。"),
    }
    assert [f.message.partition("：")[2] for f in found if f.place.cell] == [
        f.message for f in expected if f.place.cell
    ]
    assert len(found) == len(expected)


@needs_libreoffice
@pytest.mark.parametrize("kind", ["xls:MS Excel 97", "ods:calc8"])
def test_what_is_hidden_is_told_where_libreoffice_saved_it(
    kind: str, filled: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "a.xlsx").write_bytes(changed(filled["department-corrected"], unseen))
    converted(tmp_path, kind, tmp_path / "a.xlsx")
    found = pipeline.score(tmp_path / f"a.{kind.partition(':')[0]}").findings
    messages = [f.message for f in found if f.code == "R22"]
    assert len(messages) == 3
    assert any("第7、9行" in message for message in messages)
    assert any("H列" in message for message in messages)
    assert any("“项目明细”被隐藏" in message for message in messages)


def test_a_copied_sheet_and_a_slipped_block_are_told_as_in_the_xlsx(
    filled: dict[str, bytes], tmp_path: Path
) -> None:
    def change(book: Any) -> None:
        book.copy_worksheet(book["绩效指标"]).title = "绩效指标 (2)"
        sheet = book["预算执行"]
        for row in range(11, 6, -1):
            for column in range(3, 8):
                sheet.cell(row, column).value = sheet.cell(row - 1, column).value
        for column in range(3, 8):
            sheet.cell(6, column).value = None

    data = changed(filled["department-corrected"], change)
    expected, result = (
        with_copy(data, tmp_path, "a.xlsx"),
        with_copy(xlsb(data), tmp_path, "b.xlsb"),
    )
    plain = [
        f.message.removeprefix("原文件：").removeprefix("原文件“预算执行”C6：") for f in findings_of(result, "R06")
    ]
    assert sorted(plain) == sorted(f.message for f in findings_of(expected, "R06"))
    assert len(plain) == 2
    assert "R16" not in {f.code for f in result.findings}


@pytest.mark.finding("R21")
def test_a_text_that_is_merged_over_two_rows_is_carried_into_both(
    filled: dict[str, bytes], tmp_path: Path
) -> None:
    data = changed(filled["department-corrected"], lambda book: book["绩效指标"].merge_cells("P6:P7"))
    expected, result = (
        with_copy(data, tmp_path, "a.xlsx"),
        with_copy(biff5(data), tmp_path, "b.xls"),
    )
    assert values(result) == values(expected)
    assert [(f.place.cell, f.severity) for f in result.findings if f.code == "R21"] == [
        (f.place.cell, f.severity) for f in expected.findings if f.code == "R21"
    ]
    sheet = openpyxl.load_workbook(result.output or "")["绩效指标"]
    assert sheet[at("指标1·偏差原因")].value == sheet[at("指标2·偏差原因")].value


def test_what_is_given_back_reads_the_same_when_it_is_sent_in_again(tmp_path: Path) -> None:
    first = with_copy((FIXTURES / "部门整体.ods").read_bytes(), tmp_path, "部门整体.ods")
    shutil.copy(tmp_path / "out.xlsx", tmp_path / "again.xlsx")
    second = pipeline.score(tmp_path / "again.xlsx", tmp_path / "second.xlsx")
    assert values(second) == values(first)
    assert said(second.findings) == said(first.findings, "R18")
    assert not [found for found in second.findings if found.place.sheet == ORIGIN]
    rows = [
        [[cell.value for cell in row] for row in openpyxl.load_workbook(tmp_path / name)[ORIGIN].iter_rows()]
        for name in ("again.xlsx", "second.xlsx")
    ]
    assert rows[0] == rows[1]  # it is the only record of where everything stood
    pipeline.score(tmp_path / "second.xlsx", tmp_path / "third.xlsx")
    assert (tmp_path / "third.xlsx").read_bytes() == (tmp_path / "second.xlsx").read_bytes()


@needs_libreoffice
def test_a_scored_workbook_saved_as_xls_is_read_without_our_sheets(
    filled: dict[str, bytes], tmp_path: Path
) -> None:
    first = with_copy(filled["department-as-filed"], tmp_path, "a.xlsx")
    converted(tmp_path, "xls:MS Excel 97", tmp_path / "out.xlsx")
    result = pipeline.score(tmp_path / "out.xls", tmp_path / "again.xlsx")
    same(result, first)
    assert not [row for row in listed(tmp_path / "again.xlsx") if str(row[0]).startswith("没有带入")]


def test_same_input_same_bytes(tmp_path: Path) -> None:
    data = (FIXTURES / "部门整体.xls").read_bytes()
    with_copy(data, tmp_path, "部门整体.xls")
    before = (tmp_path / "out.xlsx").read_bytes()
    with_copy(data, tmp_path, "部门整体.xls")
    assert (tmp_path / "out.xlsx").read_bytes() == before


def test_a_workbook_that_is_no_form(tmp_path: Path) -> None:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "工资表"
    book.save(out)
    result = with_copy(biff5(out.getvalue()), tmp_path, "a.xls")
    assert [f.code for f in result.findings] == ["R04"]
    assert not (tmp_path / "out.xlsx").exists()


def test_dump_shows_them_too() -> None:
    text = dump((FIXTURES / "部门整体.xls").read_bytes())
    assert "== 绩效指标" in text
    assert "C6 '3103.71'  [#,##0.00]" in text


# ---- templates and strict ---------------------------------------------------------------------------------------


def retyped(data: bytes, old: bytes, new: bytes) -> bytes:
    parts = unzipped(data)
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(old, new)
    return zipped(parts)


SHEET_MAIN = b"openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


@pytest.mark.parametrize(
    ("kind", "becomes", "suffix"),
    [
        (b"openxmlformats-officedocument.spreadsheetml.template.main+xml", SHEET_MAIN, ".xlsx"),
        (
            b"ms-excel.template.macroEnabled.main+xml",
            b"ms-excel.sheet.macroEnabled.main+xml",
            ".xlsm",
        ),
    ],
)
def test_a_template_comes_back_as_a_workbook(
    kind: bytes, becomes: bytes, suffix: str, filled: dict[str, bytes], tmp_path: Path
) -> None:
    data = retyped(filled["project"], SHEET_MAIN, kind)
    (tmp_path / f"a{suffix.replace('s', 't')}").write_bytes(data)
    source = tmp_path / f"a.xlt{suffix[-1]}"
    source.write_bytes(data)
    (job,) = plan([source], tmp_path / "out")
    assert job.output == tmp_path / "out" / f"a{suffix}"
    result = pipeline.score(job.source, job.output)
    assert said(result.findings) == said(with_copy(filled["project"], tmp_path, "b.xlsx").findings)
    package = Package.open(Path(result.output or ""))
    assert becomes in package.read("[Content_Types].xml")
    assert kind not in package.read("[Content_Types].xml")


def test_strict_ooxml_is_edited_in_its_own_form(filled: dict[str, bytes], tmp_path: Path) -> None:
    data = strict(filled["department-as-filed"])
    result = with_copy(data, tmp_path, "a.xlsx")
    expected = with_copy(filled["department-as-filed"], tmp_path, "b.xlsx")
    assert values(result) == values(expected)
    assert said(result.findings) == said(expected.findings)
    with_copy(data, tmp_path, "a.xlsx")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as after, zipfile.ZipFile(io.BytesIO(data)) as before:
        for name in after.namelist():
            assert b"schemas.openxmlformats.org/spreadsheetml" not in after.read(name), name
            assert b"schemas.openxmlformats.org/drawingml" not in after.read(name), name
        assert after.read("xl/sharedStrings.xml") == before.read("xl/sharedStrings.xml")


def test_a_strict_date_is_a_date(filled: dict[str, bytes], tmp_path: Path) -> None:
    """Strict workbooks store 2024-04-15 as text of type d."""
    parts = unzipped(strict(filled["department-corrected"]))
    sheet = "xl/worksheets/sheet2.xml"
    day = (datetime.date(2024, 4, 15) - datetime.date(1899, 12, 30)).days
    assert f"<v>{day}</v>".encode() in parts[sheet]
    parts[sheet] = parts[sheet].replace(f"><v>{day}</v>".encode(), b' t="d"><v>2024-04-15T00:00:00</v>')
    result = with_copy(zipped(parts), tmp_path, "a.xlsx")
    assert result.evaluation is not None
    assert result.evaluation.boxes["filled_on"].given == "2024-04-15"


# ---- what is no workbook, and limits ----------------------------------------------------------------------------

TABLE = "单位,得分\n甲,90\n乙,80\n"
WORDS = {
    "网页": (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "网页"),
    "Office 另存的网页": (
        b'\xef\xbb\xbf<!-- x --><html xmlns:x="urn:schemas-microsoft-com:office:excel">',
        "网页",
    ),
    "单个文件网页": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "网页"),
    "CSV": (TABLE.encode(), "CSV"),
    "CSV GBK": (TABLE.encode("gbk"), "CSV"),
    "TSV UTF-16": (TABLE.replace(",", "\t").encode("utf-16"), "TSV"),
    "XML 2003": (
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "XML 表格 2003",
    ),
    "PDF": (b"%PDF-1.7\n\x00\x01", "PDF"),
    "照片": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "图片"),
    "Word": (ole(bytes(600), "WordDocument"), "Word"),
}


@pytest.mark.parametrize("name", WORDS)
def test_what_is_no_workbook_is_called_by_its_name(name: str, tmp_path: Path) -> None:
    data, word = WORDS[name]
    result = with_copy(data, tmp_path, "自评表.xls")
    assert [f.code for f in result.findings] == ["R01"]
    assert word in result.findings[0].message
    assert result.findings[0].advice.startswith("请")


def test_a_renamed_xlsx_is_read_and_given_back_as_xlsx(filled: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(filled["project"])
    (job,) = plan([tmp_path / "a.xls"], tmp_path / "out")
    result = pipeline.score(job.source, job.output)
    assert result.output == str(tmp_path / "out" / "a.xlsx")
    assert "R18" not in {f.code for f in result.findings}


def test_one_name_in_two_formats_gives_two_copies(filled: dict[str, bytes], tmp_path: Path) -> None:
    returned = tmp_path / "returned"
    returned.mkdir()
    (returned / "a.xls").write_bytes(biff5(filled["project"]))
    (returned / "a.xlsx").write_bytes(filled["project"])
    jobs = plan([returned], tmp_path / "out")
    assert [(job.source.name, job.output and job.output.name) for job in jobs] == [
        ("a.xls", "a(2).xlsx"), ("a.xlsx", "a.xlsx"),
    ]  # fmt: skip


def ods(content: str) -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = f"<office:body><office:spreadsheet>{content}</office:spreadsheet></office:body>"
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content {spaces}>{body}</office:document-content>".encode(),
        }
    )


def test_what_an_ods_says_of_its_cells() -> None:
    def cell(kind: str, value: str, shown: str) -> str:
        return f'<table:table-cell office:value-type="{kind}" {value}><text:p>{shown}</text:p></table:table-cell>'

    row = (
        cell("percentage", 'office:value="0.868"', "86.8%")
        + cell("float", 'office:value="0.1"', "0.1")
        + cell("date", 'office:date-value="2024-04-15"', "2024年4月15日")
        + cell("boolean", 'office:boolean-value="true"', "TRUE")
        + cell("string", 'table:formula="of:=1/0"', "#DIV/0!")
        + cell("string", "", 'a<text:s text:c="2"/>b</text:p><text:p>c')
        + cell("string", "", "").replace(
            "<text:p>", "<office:annotation><text:p>问</text:p></office:annotation><text:p>"
        )
    )
    original = open_original(
        ods(f'<table:table table:name="a"><table:table-row>{row}</table:table-row></table:table>')
    )
    assert original is not None
    cells = original.grids[0].cells
    assert [(str(cells[1, n].value), cells[1, n].number_format) for n in (1, 2, 3, 4)] == [
        ("0.868", "0.00%"), ("0.1", "General"), ("2024-04-15", "yyyy-mm-dd"), ("True", "General"),
    ]  # fmt: skip
    assert (cells[1, 5].error, cells[1, 5].formula) == ("#DIV/0!", "1/0")
    assert cells[1, 6].value == "a  b\nc"
    assert (1, 7) not in cells
    assert [(extra.what, extra.cell, extra.text) for extra in original.extras] == [("批注", "G1", "问")]


@pytest.mark.parametrize("build", [xlsb, biff5])
def test_the_number_format_tells_a_fraction_from_a_percentage(
    build: Callable[[bytes], bytes], filled: dict[str, bytes], tmp_path: Path
) -> None:
    def change(book: Any) -> None:
        sheet = book["预算执行"]
        sheet[at("合计·预算执行率")], sheet[at("合计·预算执行率")].number_format = 0.8679518, "0.00%"
        sheet[at("项目支出·预算执行率")] = 0.89

    data = changed(filled["department-corrected"], change)
    result = with_copy(build(data), tmp_path, "b")
    same(result, with_copy(data, tmp_path, "a.xlsx"))
    assert [f.place.cell for f in result.findings if f.code == "R12"] == [at("项目支出·预算执行率")]
    again = openpyxl.load_workbook(tmp_path / "out.xlsx")["预算执行"]
    assert again[at("项目支出·预算执行率")].number_format == "General"


def test_one_stream_listed_as_many_sheets_is_refused(filled: dict[str, bytes]) -> None:
    parts = unzipped(xlsb(filled["project"]))
    main = parts["xl/workbook.bin"]
    at = main.index(b"\x9c\x01")
    one = main[at : at + 3 + main[at + 2]]
    parts["xl/workbook.bin"] = main[:at] + one * 2000 + main[at:]
    with pytest.raises(PackageError, match="too_large"):
        open_original(zipped(parts), Limits(cells=20_000))


def test_repeated_rows_are_counted_before_they_are_kept() -> None:
    cell = '<table:table-cell table:number-columns-repeated="16000"><text:p>1</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    bomb = ods(f'<table:table table:name="a">{row}</table:table>')
    with pytest.raises(PackageError, match="too_large"):
        open_original(bomb, Limits(cells=1000))


def test_blank_rows_repeated_to_the_end_cost_nothing() -> None:
    blank = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'
    last = "<table:table-row><table:table-cell><text:p>末</text:p></table:table-cell></table:table-row>"
    original = open_original(ods(f'<table:table table:name="a">{blank}{last}</table:table>'))
    assert original is not None
    assert [(at, cell.value) for at, cell in original.grids[0].cells.items()] == [((1048571, 1), "末")]


@pytest.mark.parametrize(
    ("value", "shown", "unit", "unseen", "scaled"),
    [
        ("2857.28", "2,857.28", "", False, False),
        ("2857.28", "2857.28元", "元", False, False),
        ("2857.28", "2,857.28 万元", "万元", False, False),
        ("2857.28", "", "", True, False),
        ("2857280", "2,857.28", "", False, True),
        ("2857.281", "2857.28", "", False, False),
        ("0.868", "0.87", "", False, False),
        ("0", "-", "", False, False),
    ],
)
def test_what_an_ods_shows_is_a_witness_as_a_format_is(
    value: str, shown: str, unit: str, unseen: bool, scaled: bool
) -> None:
    typed = f'office:value-type="float" office:value="{value}"'
    row = (
        f"<table:table-row><table:table-cell {typed}><text:p>{shown}</text:p></table:table-cell></table:table-row>"
    )
    original = open_original(ods(f'<table:table table:name="a">{row}</table:table>'))
    assert original is not None
    cell = original.grids[0].cells[1, 1]
    assert (cell.unit, cell.unseen, cell.scaled) == (unit, unseen, scaled)


def test_what_lies_under_a_merge_in_an_ods_is_read_as_in_an_xlsx() -> None:
    spanned = '<table:table-cell table:number-columns-spanned="2"><text:p>合计</text:p></table:table-cell>'
    under = "<table:covered-table-cell><text:p>2857.28</text:p></table:covered-table-cell>"
    row = f"<table:table-row>{spanned}{under}</table:table-row>"
    original = open_original(ods(f'<table:table table:name="a">{row}</table:table>'))
    assert original is not None
    assert {at: cell.value for at, cell in original.grids[0].cells.items()} == {(1, 1): "合计", (1, 2): "2857.28"}
    assert original.grids[0].merges == ((1, 1, 1, 2),)


@pytest.mark.parametrize("name", ["部门整体.xls", "部门整体.ods"])
def test_too_many_cells_are_refused(name: str) -> None:
    with pytest.raises(PackageError, match="too_large"):
        open_original((FIXTURES / name).read_bytes(), Limits(cells=100))


def test_too_many_cells_in_an_xlsb_are_refused(filled: dict[str, bytes]) -> None:
    with pytest.raises(PackageError, match="too_large"):
        open_original(xlsb(filled["project"]), Limits(cells=100))


def test_an_encrypted_ods_is_told(tmp_path: Path) -> None:
    parts = unzipped((FIXTURES / "部门整体.ods").read_bytes())
    parts["META-INF/manifest.xml"] = b"<manifest><encryption-data/></manifest>"
    assert [f.code for f in with_copy(zipped(parts), tmp_path, "a.ods").findings] == ["R02"]


def test_flipped_and_cut_bytes_never_raise(filled: dict[str, bytes], tmp_path: Path) -> None:
    chance = random.Random(20203)
    built = xlsb(filled["project"])
    parts = unzipped(built)
    whole = biff5(filled["project"])
    for number in range(80):
        name = chance.choice(sorted(parts))
        part = bytearray(parts[name] if number % 2 else whole)
        for _ in range(chance.randint(1, 6)):
            part[chance.randrange(len(part))] = chance.choice([0, 255, chance.randrange(256)])
        cut = bytes(part[: chance.randrange(len(part))]) if number % 5 == 0 else bytes(part)
        (tmp_path / "a").write_bytes(zipped({**parts, name: cut}) if number % 2 else cut)
        result = pipeline.score(tmp_path / "a")
        assert result.scores is not None or result.findings
        assert not [f.message for f in result.findings if pipeline.UNEXPECTED in f.message]


def test_no_year_is_told_and_none_is_invented(filled: dict[str, bytes], tmp_path: Path) -> None:
    def change(book: Any) -> None:
        del book["_perf_xlsx"]
        for name in list(book.defined_names):
            del book.defined_names[name]
        for name in list(book.custom_doc_props.names):
            del book.custom_doc_props[name]
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and "2023" in cell.value:
                        cell.value = cell.value.replace("2023", "")

    result = with_copy(xlsb(changed(filled["department-corrected"], change)), tmp_path, "a.xlsb")
    assert result.evaluation is not None
    assert result.evaluation.year is None
    assert openpyxl.load_workbook(result.output or "")["基本信息"]["B1"].value == "基本信息"
    assert json.loads(json.dumps(as_json(result)))["year"] is None
