"""Tables in text files: cells have places, and nothing of the text is lost or moved."""

from __future__ import annotations

import time

import pytest

from perf_xlsx.documents import CellPlace, open_document
from perf_xlsx.ooxml import Limits

SPACED = """一、资金情况
 年初预算数  全年预算数 全年执行数
基本支出 600.00 620.00 　600.00
合计 1,000 1000 97%
二、其他 情况 如下
全年支出 5万元 ，其中 设备 3万元。"""
MARKED = "项目\t预算\t执行\n甲\t1\t\n乙\t2\t3\n丙|丁\n只有\t一行\t的"


def _cells(text: str) -> dict[CellPlace, str]:
    paragraphs = open_document(text.encode(), Limits()).paragraphs
    return {one.cell: one.text for one in paragraphs if one.cell}


def test_numbers_below_heads_are_a_table_and_sentences_are_none() -> None:
    found = _cells(SPACED)
    assert {place.row for place in found} == {0, 1, 2}
    assert [found[CellPlace(0, 0, column)] for column in (1, 2, 3)] == ["年初预算数", "全年预算数", "全年执行数"]
    assert [found[CellPlace(0, 1, column)] for column in range(4)] == ["基本支出", "600.00", "620.00", "600.00"]
    assert found[CellPlace(0, 2, 3)] == "97%"


def test_lines_with_as_many_tabs_are_a_table_and_one_such_line_is_none() -> None:
    found = _cells(MARKED)
    assert len(found) == 9
    assert found[CellPlace(0, 1, 2)] == ""


@pytest.mark.parametrize(
    "text", [SPACED, MARKED, "甲\t\t\n\t\t", "  \n a b c\n x 1 2", "甲|||\n|||", "甲 乙 丙\n" * 3]
)
def test_the_text_stays_as_it_is_and_every_paragraph_is_a_part_of_it(text: str) -> None:
    document = open_document(text.encode(), Limits())
    assert document.text == text
    assert all(document.text[one.start : one.end] == one.text for one in document.paragraphs)


def test_a_file_of_hardly_anything_but_tabs_is_read_soon() -> None:
    started = time.process_time()
    open_document(("甲\t" * 900 + "\n").encode() * 9, Limits())
    open_document(("1 " * 100_000 + "\n").encode() * 4, Limits())
    assert time.process_time() - started < 10
