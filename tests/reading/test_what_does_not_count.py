"""What stands in a cell and is no value: a picture, an empty result, a mark for nothing, a time; told, and never counted."""

from __future__ import annotations

import io
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx.results.recording import as_json
from tests.kit.filled import at, box
from tests.kit.foreign_workbooks import xlsb
from tests.kit.layouts import national
from tests.kit.outcome import scored
from tests.kit.parts import edited
from tests.kit.scored_layouts import score_paper
from tests.kit.typed_cells import ROWS, changed, message, put, row, told, typed

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
        box(book, "公用经费·调整数").value = text

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
    result = score_paper(paper, tmp_path)
    found = [(f.code, f.given) for f in result.findings if f.place.cell == "E13"]
    assert found == [("R08", "1:20")]
    assert row(result, 0).target.value is None
