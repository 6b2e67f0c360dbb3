"""What stands in a cell and is no value: crossed out, a picture, an empty result, a time; told, and never counted."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Indicator, Result
from perf_xlsx.results.report import as_json
from tests import FIXTURES
from tests.kit.filled import at, box, opened, saved
from tests.kit.foreign_workbooks import xlsb
from tests.kit.layouts import Paper, hubei, national, sichuan, yunnan
from tests.kit.outcome import findings_of, scored
from tests.kit.parts import edited

FUNDS, ROWS, END = "预算执行", "绩效指标", "自评结论"
OUT, IN = InlineFont(strike=True), InlineFont()

Told = set[tuple[str, str, str | None]]


def typed(data: bytes, change: Callable[[Any], None]) -> bytes:
    book = opened(data, rich_text=True)
    change(book)
    return saved(book)


def changed(data: bytes, folder: Path, change: Callable[[Any], None]) -> Result:
    return scored(typed(data, change), folder)


def told(result: Result) -> Told:
    return {(found.code, found.severity, found.place.cell) for found in result.findings}


def message(result: Result, code: str) -> str:
    (found,) = findings_of(result, code)
    return found.message


def row(result: Result, number: int) -> Indicator:
    assert result.evaluation is not None
    return result.evaluation.indicators[number]


def cross_out(*cells: Any) -> None:
    for cell in cells:
        cell.font = Font(name=cell.font.name, sz=cell.font.sz, strike=True)


def put(data: bytes, sheet: str, cells: dict[str, str]) -> bytes:
    """Cells as XML, in the places of those that stand there: openpyxl stores no formula's result."""
    names = {ws.title: number for number, ws in enumerate(opened(data).worksheets, 1)}

    def change(xml: str) -> str:
        for cell, content in cells.items():
            kind = ' t="str"' if "<v>=" in content or content.endswith("<v></v>") else ""
            kind = ' t="e" vm="1"' if "<v>#VALUE!</v>" in content else kind
            xml, count = re.subn(
                rf'<c r="{cell}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)', rf'<c r="{cell}"\1{kind}>{content}</c>', xml
            )
            assert count == 1, cell
        return xml

    return edited(data, {f"xl/worksheets/sheet{names[sheet]}.xml": change})


# ---- crossed out -----------------------------------------------------------------------------------------------


def test_a_run_that_is_crossed_out_is_no_part_of_the_number(sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        box(book, "指标2·实际完成值").value = CellRichText(TextBlock(OUT, "1"), TextBlock(IN, "99"))

    result = changed(sound, tmp_path, change)
    assert (row(result, 1).actual.value, as_json(result)["total"]) == (Decimal(99), "98.03")
    assert told(result) == {("R24", "notice", at("指标2·实际完成值"))}
    assert message(result, "R24") == "实际完成值里划去（删除线）的“1”不算，已按“99”读取。"


@pytest.mark.parametrize(("strike", "value"), [(True, None), (False, "199"), (None, "199")])
def test_a_run_without_a_font_of_its_own_is_as_its_cell_is(
    strike: bool | None, value: str | None, sound: bytes, tmp_path: Path
) -> None:
    def change(book: Any) -> None:
        box(book, "指标2·实际完成值").value = CellRichText("1", TextBlock(InlineFont(strike=strike), "99"))
        if strike:
            cross_out(box(book, "指标2·实际完成值"))

    actual = row(changed(sound, tmp_path, change), 1).actual
    assert (actual.value, actual.given) == (None if value is None else Decimal(value), "199")


def test_a_required_number_that_is_crossed_out_is_open_and_asked_about(sound: bytes, tmp_path: Path) -> None:
    result = changed(sound, tmp_path, lambda book: cross_out(box(book, "指标2·实际完成值")))
    assert (row(result, 1).actual.value, row(result, 1).actual.given) == (None, "99")
    assert result.scores is not None
    assert (result.scores.indicators[1].points, result.scores.complete) == (None, False)
    assert told(result) == {("R24", "error", at("指标2·实际完成值"))}
    assert message(result, "R24") == "实际完成值“99”被划去了（删除线），没有读取。"


def test_the_cells_of_a_line_are_told_together(sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        cross_out(
            *(book[FUNDS][cell] for cell in (at("合计·年初预算数"), at("合计·全年预算数"), at("合计·全年执行数")))
        )

    result = changed(sound, tmp_path, change)
    assert told(result) == {("R24", "error", at("合计·年初预算数"))}
    assert "第10行的C10“" in message(result, "R24")


@pytest.mark.finding("R24")
def test_a_row_that_is_crossed_out_is_not_scored(sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        sheet = book[ROWS]
        for column, cell in enumerate(sheet[6][:15], 1):
            sheet.cell(11, column).value = cell.value
        sheet[at("指标6·三级指标")].value = "另一个指标"
        cross_out(*(cell for cell in sheet[11] if cell.value is not None))

    plain, result = scored(sound, tmp_path), changed(sound, tmp_path, change)
    assert (result.scores, plain.findings) == (plain.scores, ())
    assert told(result) == {("R24", "warning", at("指标6·三级指标"))}
    assert "第11行被划去了（删除线），没有读取：D11“另一个指标”" in message(result, "R24")


def test_a_label_or_a_title_that_is_crossed_out_is_a_label_still(sound: bytes, tmp_path: Path) -> None:
    plain = scored(sound, tmp_path)
    result = changed(sound, tmp_path, lambda book: cross_out(book[FUNDS]["B10"], book[ROWS]["I5"]))
    assert (result.scores, result.findings) == (plain.scores, ())


@pytest.mark.parametrize(("missed", "code", "severity"), [(True, "I07", "error"), (False, "R24", "warning")])
def test_a_reason_that_is_crossed_out_is_told_once(
    missed: bool, code: str, severity: str, sound: bytes, tmp_path: Path
) -> None:
    cell = at("指标3·偏差原因") if missed else at("指标2·偏差原因")

    def change(book: Any) -> None:
        book[ROWS][cell].value = "人员不足"
        cross_out(book[ROWS][cell])

    result = changed(sound, tmp_path, change)
    assert told(result) == {(code, severity, cell)}
    assert "被划去了（删除线），没有读取。" in message(result, code)
    assert "人员不足" not in json.dumps(as_json(result)["findings"], ensure_ascii=False)


@pytest.mark.parametrize("value", ["0", "false"])
def test_a_font_that_says_no_to_crossing_out_does_not(value: str, sound: bytes, tmp_path: Path) -> None:
    crossed = typed(sound, lambda book: cross_out(box(book, "指标2·实际完成值")))
    not_crossed = edited(
        crossed, {"xl/styles.xml": lambda xml: re.sub(r"<strike[^>]*/>", f'<strike val="{value}"/>', xml)}
    )
    assert scored(not_crossed, tmp_path).findings == ()


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_other_formats_know_it_too(suffix: str, tmp_path: Path) -> None:
    result = pipeline.score(FIXTURES / f"划去的内容.{suffix}", tmp_path / "out.xlsx")
    assert (row(result, 0).actual.value, row(result, 1).actual.value) == (None, Decimal(99))
    assert result.evaluation is not None
    assert len(result.evaluation.indicators) == 4
    found = sorted((f.severity, f.place.cell) for f in result.findings if f.code == "R24")
    assert found == [("error", "I6"), ("notice", "I7"), ("warning", None)]
    left = openpyxl.load_workbook(tmp_path / "out.xlsx")["来源对照"]
    assert any("划去的内容" in str(cell) for line in left.iter_rows(values_only=True) for cell in line if cell)


# ---- crossed out on official layouts -------------------------------------------------------------------------


def strike_row(paper: Paper, number: int) -> None:
    cross_out(*(cell for cell in paper.sheet[number] if cell.value is not None))


def on_paper(paper: Paper, folder: Path) -> Result:
    return pipeline.score(paper.save(folder / "returned.xlsx"))


def test_an_official_row_that_is_crossed_out_is_not_scored(tmp_path: Path) -> None:
    paper = national()
    paper.row(18, "D E F G H I:J", "指标2：多出的指标", "≥1个", "1个", 10, 10, None)
    strike_row(paper, 18)
    plain, result = on_paper(national(), tmp_path), on_paper(paper, tmp_path)
    assert result.scores == plain.scores
    assert told(result) - told(plain) == {("R24", "warning", "D18")}


def test_an_official_line_of_money_that_is_crossed_out_is_open(tmp_path: Path) -> None:
    paper = sichuan()
    paper.sheet["B10"] = "债券资金"
    paper.sheet["D10"] = 5
    strike_row(paper, 10)
    result = on_paper(paper, tmp_path)
    assert ("R24", "warning", "D10") in told(result)
    assert result.evaluation is not None
    assert result.evaluation.funds["line:债券资金"].initial.value is None


def test_an_official_unit_or_name_that_is_crossed_out_is_not_read(tmp_path: Path) -> None:
    paper = yunnan()
    cross_out(paper.sheet["B3"])
    result = on_paper(paper, tmp_path)
    assert result.evaluation is not None
    assert result.evaluation.boxes["project"].value is None
    assert ("R24", "error", "B3") in told(result)


# ---- pictures --------------------------------------------------------------------------------------------------

PICTURES = {
    "WPS": '<f>_xlfn.DISPIMG("ID_01",1)</f><v>=DISPIMG("ID_01",1)</v>',
    "WPS, as text": '<v>=DISPIMG("ID_01",1)</v>',
    "a function": '<f>_xlfn.IMAGE("https://a.example/b.png")</f><v>#VALUE!</v>',
    "Excel's own": "<v>#VALUE!</v>",
    "a choice of pictures": '<f>IF(A1=1,_xlfn.DISPIMG("ID_01",1),"")</f><v>=DISPIMG("ID_01",1)</v>',
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_called_one_and_read_as_nothing(name: str, sound: bytes, tmp_path: Path) -> None:
    result = scored(
        put(
            sound,
            ROWS,
            {
                at("指标2·偏差原因"): PICTURES[name],
                at("指标3·偏差原因"): PICTURES[name],
                at("指标1·实际完成值"): PICTURES[name],
            },
        ),
        tmp_path,
    )
    assert told(result) == {
        ("R10", "error", at("指标1·实际完成值")),
        ("R14", "warning", at("指标2·偏差原因")),
        ("I07", "error", at("指标3·偏差原因")),
    }
    assert all("放的是图片，读不出内容。" in found.message for found in result.findings)
    assert "IMG" not in json.dumps(as_json(result), ensure_ascii=False)


def test_an_error_value_is_no_picture(sound: bytes, tmp_path: Path) -> None:
    result = scored(put(sound, ROWS, {at("指标1·实际完成值"): "<f>1/0</f><v>#VALUE!</v>"}), tmp_path)
    assert message(result, "R10") == "实际完成值的公式结果是错误值 #VALUE!，读不出内容。"


def test_a_value_of_another_kind_is_no_picture(sound: bytes, tmp_path: Path) -> None:
    structure = '<rvStructures xmlns="r" count="1"><s t="_entity"><k n="_DisplayString" t="s"/></s></rvStructures>'
    data = edited(
        put(sound, ROWS, {at("指标1·实际完成值"): "<v>#VALUE!</v>"}),
        add={"xl/richData/rdrichvaluestructure.xml": structure},
    )
    assert "错误值" in message(scored(data, tmp_path), "R10")


# ---- nothing to be seen ----------------------------------------------------------------------------------------


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell(sound: bytes, tmp_path: Path) -> None:
    blank = '<f>IF(A1="","","x")</f><v></v>'
    data = put(
        sound,
        ROWS,
        dict.fromkeys(
            (
                at("指标2·偏差原因"),
                at("指标3·年中监控值"),
                at("指标6·三级指标"),
                at("指标6·实际完成值"),
                at("指标6·自评得分"),
                at("指标7·自评得分"),
            ),
            blank,
        ),
    )
    assert scored(data, tmp_path).findings == ()


@pytest.mark.finding("R10")
def test_a_formula_without_a_result_is_none(sound: bytes, tmp_path: Path) -> None:
    result = changed(
        sound, tmp_path, lambda book: box(book, "指标2·实际完成值").__setattr__("value", '=IF(A1="",99,"")')
    )
    assert told(result) == {("R10", "error", at("指标2·实际完成值"))}


@pytest.mark.parametrize("text", ["\u200b", "\ufeff\u200d", " \n \n", "\u3000\u00a0", "\u2060\u00ad", "\u3164"])
def test_a_text_that_nobody_can_see_is_nothing(text: str, sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        for cell in (
            at("指标2·偏差原因"),
            at("指标3·年中监控值"),
            at("指标6·三级指标"),
            at("指标6·实际完成值"),
            "A12",
        ):
            book[ROWS][cell].value = text

    assert changed(sound, tmp_path, change).findings == ()


@pytest.mark.parametrize("text", ["*", "＊", "**", "……", "…", "—", "－－", "////", "___", "。。。", "※", "一一"])
def test_marks_for_nothing_are_nothing(text: str, sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        for cell in (at("指标3·年中监控值"), at("指标2·偏差原因"), at("指标1·指标完成率")):
            book[ROWS][cell].value = text
        box(book, "人员经费·年初预算数").value = text

    assert changed(sound, tmp_path, change).findings == ()


@pytest.mark.parametrize("text", ["……", "*", "—", "\u200b"])
def test_marks_for_nothing_are_no_name(text: str, sound: bytes, tmp_path: Path) -> None:
    result = changed(sound, tmp_path, lambda book: box(book, "指标2·三级指标").__setattr__("value", text))
    assert told(result) == {("R07", "error", at("指标2·三级指标"))}


# ---- dates in part, times --------------------------------------------------------------------------------------

TIMES = {
    "h:mm": (0.0555555555, "1:20"),
    "[h]:mm": (1.5, "36:00"),
    "[h]:mm:ss": (0.0555555555, "1:20:00"),
    "mm:ss": (0.0555555555, "20:00"),
    "[$-804]aaaa;@": (45657, "星期二"),
    "aaaa": (45657, "星期二"),
    "ddd": (45657, "周二"),
    "d": (45657, "31"),
    'm"月"': (45657, "12月"),
    'yyyy"年"': (45657, "2024年"),
    '上午/下午h"时"mm"分"': (0.0555555555, "1时20分"),
    "h": (0.9, "21"),
    "[$-F400]h:mm:ss AM/PM": (0.0555555555, "1:20:00"),
}


@pytest.mark.parametrize("code", TIMES)
def test_a_number_that_is_shown_as_a_time_is_none(code: str, sound: bytes, tmp_path: Path) -> None:
    number, seen = TIMES[code]

    def change(book: Any) -> None:
        for cell in (box(book, "指标2·实际完成值"), box(book, "人员经费·年初预算数")):
            cell.value, cell.number_format = number, code

    data = typed(sound, change)
    for name, content in {"a.xlsx": data, "a.xlsb": xlsb(data)}.items():
        result = scored(content, tmp_path, name)
        found = {(f.code, f.place.cell, f.given) for f in result.findings if f.code not in ("R18",)}
        assert found == {("R08", at("指标2·实际完成值"), seen), ("R08", at("人员经费·年初预算数"), seen)}, name


@pytest.mark.parametrize("id", [14, 16, 17, 18, 19, 20, 21, 22, 27, 28, 32, 36, 45, 46, 47, 50, 55, 58])
def test_built_in_formats_of_times_are_known(id: int, sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        box(book, "指标2·实际完成值").value, box(book, "指标2·实际完成值").number_format = (
            45657.25,
            'yyyy"px"',
        )

    data = edited(
        typed(sound, change),
        {"xl/styles.xml": lambda xml: re.sub(r'<numFmt [^>]*px[^>]*/>', "", xml)
         .replace(f'numFmtId="{px(typed(sound, change))}"', f'numFmtId="{id}"')},
    )  # fmt: skip
    assert told(scored(data, tmp_path)) == {("R08", "error", at("指标2·实际完成值"))}


def px(data: bytes) -> str:
    with openpyxl.reader.excel._validate_archive(io.BytesIO(data)) as archive:
        found = re.search(r'<numFmt [^>]*numFmtId="(\d+)"[^>]*px|<numFmt [^>]*px[^>]*numFmtId="(\d+)"',
                          archive.read("xl/styles.xml").decode())  # fmt: skip
    assert found is not None
    return found[1] or found[2]


PLAIN = ['0"天"', '#,##0"m"', 'General"日"', "G/通用格式", "0.00E+00", '0"h"', "0!d", "[Red]0.00", "[DBNum1]General",
         "_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * \"-\"??_ ;_ @_ ", '0.0"年"', '[>100]0"d";0', "# ?/?"]  # fmt: skip


@pytest.mark.parametrize("code", PLAIN)
def test_letters_that_are_mere_text_make_no_date(code: str, sound: bytes, tmp_path: Path) -> None:
    result = changed(
        sound, tmp_path, lambda book: box(book, "指标3·实际完成值").__setattr__("number_format", code)
    )
    told = [f.message for f in result.findings if f.place.cell == at("指标3·实际完成值") and f.code == "R08"]
    assert not [message for message in told if "日期" in message or "时间" in message]
    if not told:  # a number that a format shows in another unit than the row's stays open
        assert row(result, 2).actual.value == Decimal(12)


def test_an_official_target_that_is_shown_as_a_time_is_open(tmp_path: Path) -> None:
    paper = national()
    paper.put("E13", 0.0555555555, "h:mm")
    result = on_paper(paper, tmp_path)
    found = [(f.code, f.given) for f in result.findings if f.place.cell == "E13"]
    assert found == [("R08", "1:20")]
    assert row(result, 0).target.value is None


# ---- brackets, percents ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["（20）", "(20)", "【20】", "[ 20 ]", "（20分）", "〔20〕"])
def test_points_in_brackets_are_not_below_zero(text: str, sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        box(book, "指标2·分值").value = box(book, "指标2·自评得分").value = text

    result = changed(sound, tmp_path, change)
    assert (row(result, 1).weight.value, row(result, 1).claimed_points.value) == (20, 20)
    assert told(result) == {("R12", "notice", at("指标2·分值")), ("R12", "notice", at("指标2·自评得分"))}


def test_official_points_in_brackets_are_not_below_zero(tmp_path: Path) -> None:
    paper, plain = national(), on_paper(national(), tmp_path)
    for cell in ("G13", "G14", "H13", "H14", "H6", "J6", "H24"):
        paper.put(cell, f"（{paper.sheet[cell].value}）")
    result = on_paper(paper, tmp_path)
    assert as_json(result)["total"] == as_json(plain)["total"]
    assert {(found.code, found.severity) for found in result.findings} - {
        (found.code, found.severity) for found in plain.findings
    } <= {("R12", "notice")}


def test_an_amount_in_brackets_is_below_zero(sound: bytes, tmp_path: Path) -> None:
    result = changed(sound, tmp_path, lambda book: box(book, "人员经费·全年执行数").__setattr__("value", "（50）"))
    assert result.evaluation is not None
    assert result.evaluation.funds["people"].executed.value == -50
    assert ("F07", "error", at("人员经费·全年执行数")) in told(result)


@pytest.mark.parametrize("stored", [980, 9.8, 0.5])
def test_an_amount_in_a_percent_format_is_open(stored: float, sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        box(book, "合计·全年执行数").value, box(book, "合计·全年执行数").number_format = stored, "0%"

    result = changed(sound, tmp_path, change)
    assert result.evaluation is not None
    assert result.scores is not None
    assert (result.evaluation.total_funds.executed.value, result.scores.complete) == (None, False)
    assert told(result) == {("R08", "error", at("合计·全年执行数"))}
    assert f"格里存的是{stored}" in message(result, "R08")


@pytest.mark.parametrize(("stored", "code"), [(0.2, "R12"), (20, "R09")])
def test_points_in_a_percent_format_are_as_many_as_points_can_be(
    stored: float, code: str, sound: bytes, tmp_path: Path
) -> None:
    def change(book: Any) -> None:
        box(book, "指标2·分值").value, box(book, "指标2·分值").number_format = stored, "0%"

    result = changed(sound, tmp_path, change)
    assert row(result, 1).weight.value == 20
    assert {(found.code, found.place.cell) for found in result.findings} == {(code, at("指标2·分值"))}


# ---- projects that are not listed, further forms ---------------------------------------------------------------


def test_money_for_projects_that_are_not_listed_is_told_once(
    well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    result = score_case(well_made | {"projects": []})
    (found,) = result.findings
    assert (found.code, found.severity, found.field) == ("F05", "error", "项目支出·全年预算数")


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


def test_a_form_below_another_word_for_word_is_told_as_a_copy(tmp_path: Path) -> None:
    paper, plain = yunnan(), on_paper(yunnan(), tmp_path)
    for line in yunnan().sheet.iter_rows():
        for cell in line:
            if cell.value is not None:
                paper.sheet.cell(cell.row + 25, cell.column, cell.value)
    result = on_paper(paper, tmp_path)
    assert {f.code: f.severity for f in set(result.findings) - set(plain.findings)} == {"R06": "warning"}
    assert as_json(result)["total"] == as_json(plain)["total"]
