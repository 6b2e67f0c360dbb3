"""What a return holds beside its boxes is told, kept as it is, and never run or followed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import STORIES
from perf_xlsx.forms import form_names
from tests.kit.filled import at, changed, template_of
from tests.kit.outcome import findings_of, scored, with_copy
from tests.kit.parts import MAIN, OFFICE, edited, rels

MICROSOFT = "http://schemas.microsoft.com/office"
BOOK_RELS = "xl/_rels/workbook.xml.rels"


# ---- cells outside every box ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", form_names())
def test_what_a_blank_template_prints_is_no_content(form: str, tmp_path: Path) -> None:
    assert not findings_of(scored(pipeline.template_bytes(form, 2024), tmp_path), "R16")


@pytest.mark.parametrize("story", STORIES)
def test_nor_is_what_an_example_prints_or_our_own_sheets(story: str, tmp_path: Path) -> None:
    result = with_copy(template_of(story), tmp_path)
    assert not findings_of(result, "R16")
    assert not findings_of(pipeline.score(tmp_path / "out.xlsx"), "R16")


@pytest.mark.parametrize(
    ("remark", "told"), [("单位：元", True), ("（金额单位：元）", True), ("单位：万元", False)]
)
def test_a_remark_of_another_money_unit_is_a_doubt(
    remark: str, told: bool, corrected: bytes, tmp_path: Path
) -> None:
    def write(book: openpyxl.Workbook) -> None:
        book["预算执行"]["R4"] = remark

    found = [f.place.cell for f in scored(changed(corrected, write), tmp_path).findings if f.code == "R09"]
    assert found == ["R4"] * told


STRAYS: dict[str, tuple[str, dict[str, object], str]] = {
    "表旁的数字": ("绩效指标", {"S8": 123.5}, "S8“123.5”"),
    "表下的备注": ("预算执行", {"B13": "注：含上年结转"}, "B13“注：含上年结转”"),
    "表下的合计公式": ("预算执行", {"C12": "=SUM(C6:C10)"}, "C12“=SUM(C6:C10)”"),
    "命令": ("预算执行", {"R3": "=cmd|'/C calc'!A0"}, "R3“=cmd|'/C calc'!A0”"),
    "标题上方": ("基本信息", {"D4": "请领导审阅"}, "D4“请领导审阅”"),
    "说明之后": ("基本信息", {"E6": "已核", "E7": "已核"}, "E6“已核”、E7“已核”"),
    "提到表名的备注": ("基本信息", {"B40": "基本信息有误，请改"}, "B40“基本信息有误，请改”"),
    "表头右边": ("绩效指标", {"T5": "注意"}, "T5“注意”"),
    "离表很远": ("绩效指标", {"B200": "附注一", "AZ3": 7}, "AZ3“7”、B200“附注一”"),
    "多于八处": ("基本信息", {f"F{n}": n for n in range(5, 15)}, "F12“12”等10格"),
    "长的一段": ("自评结论", {"H3": "长" * 300}, f"H3“{'长' * 19}…”"),
    "又一行合计": ("预算执行", {"B12": "合计", "E12": 12}, "E12“12”"),
    "没有名称的数字": ("预算执行", {"E12": 12}, "E12“12”"),
}


@pytest.mark.parametrize(
    ("sheet", "cells", "words"),
    [
        ("预算执行", {"B11": "其中：上级补助", "E11": 12}, "B11“其中：上级补助”、E11“12”"),
        ("项目明细", {"B90": "遗漏的项目", "D90": "5.00"}, "B90“遗漏的项目”、D90“5.00”"),
        ("绩效指标", {"D90": "遗漏的指标", "I90": 100}, "D90“遗漏的指标”、I90“100”"),
    ],
)
def test_what_looks_like_a_row_of_a_table_is_told_as_a_warning(
    sheet: str, cells: dict[str, object], words: str, corrected: bytes, tmp_path: Path
) -> None:
    def write(book: openpyxl.Workbook) -> None:
        for cell, value in cells.items():
            book[sheet][cell] = value

    result = scored(changed(corrected, write), tmp_path)
    found = [(f.severity, f.place.cell, words in f.message) for f in result.findings if f.code == "R06"]
    assert found == [("warning", next(iter(cells)), True)]
    assert not findings_of(result, "R16")


@pytest.mark.parametrize("name", STRAYS)
def test_content_outside_every_box_is_told_with_its_cells(name: str, corrected: bytes, tmp_path: Path) -> None:
    sheet, cells, words = STRAYS[name]

    def write(book: openpyxl.Workbook) -> None:
        for cell, value in cells.items():
            book[sheet][cell] = value

    plain = scored(changed(corrected, lambda book: None), tmp_path)
    result = with_copy(changed(corrected, write), tmp_path)
    told = findings_of(result, "R16")
    assert [(found.severity, found.place.sheet) for found in told] == [("notice", sheet)] * bool(words)
    assert all(words in found.message for found in told)
    assert (result.scores, len(result.findings)) == (plain.scores, len(plain.findings) + len(told))


def test_a_column_of_their_own_inside_the_table_is_told_once(corrected: bytes, tmp_path: Path) -> None:
    def insert(book: openpyxl.Workbook) -> None:
        sheet = book["绩效指标"]
        sheet.insert_cols(6)
        sheet["F5"] = "责任科室"
        for row in range(6, 14):
            sheet.cell(row, 6, "办公室")

    (told,) = findings_of(scored(changed(corrected, insert), tmp_path), "R16")
    assert told.message.startswith("填报格以外有内容，没有读取：F5“责任科室”、F6“办公室”、F7“办公室”")
    assert told.message.endswith("等9格。")


def test_a_retyped_label_or_title_is_no_content(corrected: bytes, tmp_path: Path) -> None:
    def retype(book: openpyxl.Workbook) -> None:
        book["绩效指标"]["K5"], book["基本信息"]["B5"] = "打分", "我们单位"
        book["绩效指标"]["A1"] = "示例单位绩效指标完成情况（2023年度）"

    assert not findings_of(scored(changed(corrected, retype), tmp_path), "R16")


@pytest.mark.finding("R16")
def test_an_extra_sheet_is_told_by_its_name(corrected: bytes, tmp_path: Path) -> None:
    def add(book: openpyxl.Workbook) -> None:
        book.create_sheet("工资表")["A1"] = "填报人"
        book.create_sheet("空表")

    assert [found.message for found in findings_of(scored(changed(corrected, add), tmp_path), "R16")] == [
        "工作表“工资表”不属于自评表，没有读取。"
    ]


# ---- what could run or reach out -----------------------------------------------------------------------------


def related(
    owner: str, kind: str, target: str, part: str = "", text: str = "", outside: bool = False
) -> Callable[[bytes], bytes]:
    """A part with a relationship of that kind from the workbook ("") or the sheet of indicators."""
    mode = ' TargetMode="External"' if outside else ""
    element = f'<Relationship Id="out1" Type="{kind}" Target="{target}"{mode}/></Relationships>'
    added = {part: text} if part else {}

    def change(data: bytes) -> bytes:
        if owner:
            line = rels(("out1", kind, target)).replace("/></Relationships>", f"{mode}/></Relationships>")
            return edited(data, {}, {"xl/worksheets/_rels/sheet5.xml.rels": line, **added})
        return edited(data, {BOOK_RELS: lambda xml: xml.replace("</Relationships>", element)}, added)

    return change


def link(inner: str) -> Callable[[bytes], bytes]:
    text = f'<externalLink xmlns="{MAIN}" xmlns:r="{OFFICE}">{inner}</externalLink>'
    return related(
        "", f"{OFFICE}/externalLink", "externalLinks/externalLink1.xml", "xl/externalLinks/externalLink1.xml", text
    )


KINDS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "宏表": (
        related("", f"{MICROSOFT}/2006/relationships/xlMacrosheet", "macrosheets/sheet1.xml", "xl/macrosheets/sheet1.xml", "<x/>"),
        "工作簿含有Excel 4.0 宏表，没有运行，原样保留。",
    ),
    "对话框": (
        related("", f"{OFFICE}/dialogsheet", "dialogsheets/sheet1.xml", "xl/dialogsheets/sheet1.xml", "<x/>"),
        "工作簿含有对话框工作表，没有打开，原样保留。",
    ),
    "DDE": (link('<ddeLink ddeService="cmd" ddeTopic="/c calc"/>'), "工作簿含有DDE 链接，没有打开，也没有更新，原样保留。"),
    "外部工作簿": (link('<externalBook r:id="rId1"/>'), "工作簿含有对别的工作簿的链接，没有打开，也没有更新，原样保留。"),
    "OLE链接": (link('<oleLink r:id="rId1" progId="Word.Document"/>'), "工作簿含有OLE 链接，没有打开，也没有更新，原样保留。"),
    "嵌入对象": (
        related("sheet", f"{OFFICE}/oleObject", "../embeddings/oleObject1.bin", "xl/embeddings/oleObject1.bin", "x"),
        "工作簿含有嵌入或链接的对象，没有打开，原样保留。",
    ),
    "链接对象": (
        related("sheet", f"{OFFICE}/oleObject", "file:///C:/x.doc", outside=True),
        "工作簿含有嵌入或链接的对象，没有打开，原样保留。",
    ),
    "嵌入工作簿": (
        related("sheet", f"{OFFICE}/package", "../embeddings/book1.xlsx", "xl/embeddings/book1.xlsx", "x"),
        "工作簿含有嵌入或链接的对象，没有打开，原样保留。",
    ),
    "控件": (
        related("sheet", f"{OFFICE}/control", "../activeX/activeX1.xml", "xl/activeX/activeX1.xml", "<x/>"),
        "工作簿含有ActiveX 控件，没有运行，原样保留。",
    ),
    "数据连接": (
        related("", f"{OFFICE}/connections", "connections.xml", "xl/connections.xml", "<x/>"),
        "工作簿含有数据连接，没有连接，也没有刷新，原样保留。",
    ),
    "查询表": (
        related("sheet", f"{OFFICE}/queryTable", "../queryTables/queryTable1.xml", "xl/queryTables/queryTable1.xml", "<x/>"),
        "工作簿含有查询表，没有刷新，原样保留。",
    ),
    "数据模型": (
        related("", f"{MICROSOFT}/2007/relationships/powerPivotData", "model/item.data", "xl/model/item.data", "x"),
        "工作簿含有数据模型，没有读取，原样保留。",
    ),
    "实时数据": (
        related("", f"{OFFICE}/volatileDependencies", "volatileDependencies.xml", "xl/volatileDependencies.xml", "<x/>"),
        "工作簿含有实时数据，没有刷新，原样保留。",
    ),
    "加载项": (
        related("", f"{MICROSOFT}/2011/relationships/webextensiontaskpanes", "/xl/webextensions/taskpanes.xml", "xl/webextensions/taskpanes.xml", "<x/>"),
        "工作簿含有加载项，没有运行，原样保留。",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_that_could_run_or_reach_out_is_told_and_kept(
    name: str, corrected: bytes, tmp_path: Path
) -> None:
    make, message = KINDS[name]
    data = make(corrected)
    result = with_copy(data, tmp_path)
    assert [found.message for found in findings_of(result, "R16")] == [message]
    assert findings_of(result, "R16")[0].advice.startswith(("评分不受影响", "请断开链接"))
    with zipfile.ZipFile(io.BytesIO(data)) as was, zipfile.ZipFile(tmp_path / "out.xlsx") as now:
        for part in {*was.namelist()} - {*zipfile.ZipFile(io.BytesIO(corrected)).namelist()}:
            if not part.endswith(".rels"):
                assert now.read(part) == was.read(part)


# ---- threaded comments ---------------------------------------------------------------------------------------

THREADS = f"""<ThreadedComments xmlns="{MICROSOFT}/spreadsheetml/2018/threadedcomments"><threadedComment ref="I9"
 dT="2024-04-01T00:00:00" personId="{{A}}" id="{{B}}"><text>请核实</text></threadedComment><threadedComment ref="I9"
 dT="2024-04-02T00:00:00" personId="{{A}}" id="{{C}}" parentId="{{B}}"><text>已核实</text></threadedComment></ThreadedComments>"""
LEGACY = f"""<comments xmlns="{MAIN}"><authors><author>tc={{B}}</author></authors><commentList><comment ref="I9"
 authorId="0"><text><t>[线程批注] 请核实</t></text></comment></commentList></comments>"""


def test_where_excel_365_hides_our_note_the_list_has_it_and_a_notice_says_so(
    corrected: bytes, tmp_path: Path
) -> None:
    folder = "xl/worksheets/_rels/sheet5.xml.rels"
    data = edited(
        changed(corrected, lambda book: book["绩效指标"].__setitem__(at("指标4·实际完成值"), "完成")),
        {},
        {
            "xl/threadedComments/threadedComment1.xml": THREADS,
            "xl/comments9.xml": LEGACY,
            folder: rels(
                ("t1", f"{MICROSOFT}/2017/10/relationships/threadedComment", "../threadedComments/threadedComment1.xml"),
                ("c1", f"{OFFICE}/comments", "../comments9.xml"),
            ),
        },
    )  # fmt: skip
    result = with_copy(data, tmp_path)
    told = [found for found in findings_of(result, "R16") if found.field == "批注会话"]
    assert [found.message for found in told] == [
        "I9有批注会话（新式批注），Excel 365 不显示写在这些格的核对批注。"
    ]
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    listed = [str(cell.value) for row in book["问题清单"].iter_rows() for cell in row if cell.value]
    assert {found.message for found in result.findings if found.place.cell == at("指标4·实际完成值")} <= set(
        listed
    )
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        assert archive.read("xl/threadedComments/threadedComment1.xml").decode() == THREADS
        assert "[线程批注] 请核实" in archive.read("xl/comments9.xml").decode()
