"""What a workbook of another format holds is carried into ours: each value with its place, and what is left is told."""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.dimensions import RowDimension

from perf_xlsx import pipeline
from perf_xlsx.foreign import open_original
from perf_xlsx.results.recording import as_json
from perf_xlsx.sheets.dump import dump
from perf_xlsx.sheets.origin import ORIGIN
from tests import FIXTURES
from tests.kit.filled import at, box, changed, filled, well_made
from tests.kit.foreign_results import said, same, values
from tests.kit.foreign_workbooks import biff5, xlsb
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.outcome import findings_of, with_copy
from tests.kit.parts import unzipped, zipped
from tests.kit.published_tables import PUBLISHED


def listed(path: Path) -> list[tuple[Any, ...]]:
    """The rows of 来源对照 below its head."""
    return list(openpyxl.load_workbook(path)[ORIGIN].iter_rows(min_row=4, values_only=True))


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


def test_dump_shows_them_too() -> None:
    text = dump((FIXTURES / "部门整体.xls").read_bytes())
    assert "== 绩效指标" in text
    assert "C6 '3103.71'  [#,##0.00]" in text


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


@needs_libreoffice
def test_an_amount_without_a_row_in_the_template_is_told_as_it_was_read(tmp_path: Path) -> None:
    original = converted(tmp_path, "xls", PUBLISHED / "nx-yuanzhou.xlsx")
    result = pipeline.score(original, tmp_path / "b.xlsx")
    notes = {row[4]: row[6] for row in listed(Path(result.output or "")) if row[1] == "单元格"}
    read = {"D9": "全年预算数”已按300", "F9": "全年执行数”已按259.45", "H9": "预算执行率”已按86.5%"}
    assert {cell: notes[cell] for cell in read} == {
        cell: f"“自治区补助·{words}读取和核对，模板没有这一行" for cell, words in read.items()
    }


@needs_libreoffice
@pytest.mark.parametrize("kind", ["department", "project"])
@pytest.mark.parametrize("suffix", ["ods", "xls:MS Excel 97"])
def test_sums_that_the_template_made_are_made_in_the_new_workbook(kind: str, suffix: str, tmp_path: Path) -> None:
    """Their boxes were empty, and whoever sent the new workbook in was asked for a total that he had filled in."""
    case = well_made(kind)
    for line in case["funds"]:
        line.pop("claimed_rate", None)
    case["funds"] = [line for line in case["funds"] if line["line"] not in ("合计", "基本支出", "年度资金总额")]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.xlsx").write_bytes(filled(case))
    sent = converted(tmp_path / "in", suffix, tmp_path / "in" / "a.xlsx")
    first = pipeline.score(sent, tmp_path / "out.xlsx")
    again = pipeline.score(tmp_path / "out.xlsx", tmp_path / "again.xlsx")
    assert [one.code for one in first.findings] == ["R18"]
    assert again.findings == ()
    assert first.scores
    assert again.scores
    assert first.scores.total == again.scores.total
    book, total = openpyxl.load_workbook(tmp_path / "out.xlsx"), "合计" if kind == "department" else "年度资金总额"
    for column in ("年初预算数", "调整数", "全年预算数", "全年执行数"):
        assert str(box(book, f"{total}·{column}", kind).value).startswith("=")
