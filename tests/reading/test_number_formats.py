"""What a cell's number format adds to a number, or keeps from being seen, is told (R09, R22)."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.ooxml import Book, Package
from tests.kit.filled import address, at, opened, saved, template_of
from tests.kit.foreign_workbooks import biff5, xlsb
from tests.kit.layouts import national
from tests.kit.outcome import findings_of, scored, with_copy
from tests.kit.parts import edited

FUNDS, ROWS = "预算执行", "绩效指标"
Formats = dict[tuple[str, str], str]


def formatted(data: bytes, formats: Formats, values: dict[tuple[str, str], Any] | None = None) -> bytes:
    book = opened(data)
    for (sheet, cell), value in (values or {}).items():
        book[sheet][cell].value = value
    for (sheet, cell), code in formats.items():
        book[sheet][cell].number_format = code
    return saved(book)


# ---- what cannot be seen -------------------------------------------------------------------------------------

UNSEEN: dict[str, tuple[Formats, dict[tuple[str, str], Any], str]] = {
    "三个分号": (
        {address("合计·全年预算数"): ";;;", address("合计·全年执行数"): ";;;"},
        {},
        "E10“3291.98”、F10“2857.28”",
    ),
    "文字也不显示": ({address("指标1·三级指标"): ";;;"}, {}, "D6“公务用车运行维护费下降率”"),
    "负数不显示": ({address("合计·调整数"): "0.00;"}, {}, "D10“-2811.73”"),
    "零不显示": ({address("指标1·实际完成值"): "#,##0;-#,##0;"}, {}, "I6“0”"),
    "只有井号的零": ({address("指标1·实际完成值"): "#,###"}, {}, "I6“0”"),
    "带条件": ({address("合计·全年预算数"): "[>3000];0.00"}, {}, "E10“3291.98”"),
}


@pytest.mark.finding("R22")
@pytest.mark.parametrize("name", UNSEEN)
def test_what_a_format_hides_is_read_and_told(name: str, corrected: bytes, tmp_path: Path) -> None:
    formats, values, cells = UNSEEN[name]
    plain, result = (
        scored(formatted(corrected, {}, values), tmp_path),
        scored(formatted(corrected, formats, values), tmp_path),
    )
    (found,) = findings_of(result, "R22")
    first = next(iter(formats))
    assert (found.severity, found.place.sheet, found.place.cell) == ("notice", *first)
    assert found.message == f"单元格格式不显示内容，看上去是空的，已照常读取：{cells}。"
    assert (result.scores, len(result.findings)) == (plain.scores, len(plain.findings) + 1)


SEEN = [
    "0.00",
    "#,##0.00_);(#,##0.00)",
    ";;",
    '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    "[Red]0;[Blue]-0;0",
]


@pytest.mark.parametrize("code", SEEN)
def test_what_can_be_seen_is_not_told(code: str, corrected: bytes, tmp_path: Path) -> None:
    cell = (
        address("指标1·三级指标") if code == ";;" else address("合计·全年预算数")
    )  # two semicolons hide numbers and leave texts
    assert not findings_of(scored(formatted(corrected, {cell: code}), tmp_path), "R22")
    zero = {address("指标1·实际完成值"): code} if code != ";;" else {}
    assert not findings_of(scored(formatted(corrected, zero), tmp_path), "R22")


@pytest.mark.parametrize("build", [xlsb, biff5])
def test_it_is_told_in_other_formats_too(
    build: Callable[[bytes], bytes], corrected: bytes, tmp_path: Path
) -> None:
    result = with_copy(build(formatted(corrected, {address("合计·全年预算数"): ";;;"})), tmp_path, "b")
    (found,) = findings_of(result, "R22")
    assert found.message.startswith("原文件“预算执行”E10：单元格格式不显示内容")
    assert not findings_of(pipeline.score(tmp_path / "out.xlsx"), "R22")


# ---- a unit that the format adds -----------------------------------------------------------------------------

UNITS: dict[str, tuple[str, str, str]] = {
    "万元表中显示元": (FUNDS, at("合计·全年执行数"), '0.00"元"'),
    "没有引号": (FUNDS, at("合计·全年执行数"), "0.00元"),
    "负数一段": (FUNDS, at("合计·调整数"), '0.00;-0.00"元"'),
    "亿": (FUNDS, at("合计·全年执行数"), r"0.00\亿"),
    "金额显示百分号": (FUNDS, at("合计·全年执行数"), '0.00"%"'),
    "执行率显示元": (FUNDS, at("项目支出·预算执行率"), '0.00"元"'),
}


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_that_is_not_the_forms_or_the_rows_is_told(name: str, corrected: bytes, tmp_path: Path) -> None:
    sheet, cell, code = UNITS[name]
    values = {address("项目支出·预算执行率"): 89.06} if cell == at("项目支出·预算执行率") else {}
    plain = scored(formatted(corrected, {}, values), tmp_path)
    result = scored(formatted(corrected, {(sheet, cell): code}, values), tmp_path)
    (found,) = findings_of(result, "R09")
    assert (found.severity, found.place.sheet, found.place.cell) == ("warning", sheet, cell)
    shown = found.given or ""
    assert shown == f"{found.expected}{shown.lstrip('-.0123456789')}"
    assert f"看上去是{shown}，已按{found.expected}读取" in found.message
    assert result.scores == plain.scores


@pytest.mark.parametrize(
    ("cell", "code", "unit"),
    [(at("指标2·实际完成值"), '0.00"元"', "元"), (at("指标3·实际完成值"), '0.00"人"', "人")],
)
def test_a_value_shown_in_a_unit_that_is_not_its_rows_is_left_open(
    cell: str, code: str, unit: str, corrected: bytes, tmp_path: Path
) -> None:
    """Either the format was left over, or the value is in that unit: nobody can tell, so there are no points."""
    result = scored(formatted(corrected, {(ROWS, cell): code}), tmp_path)
    (found,) = findings_of(result, "R08")
    assert (found.place.sheet, found.place.cell, f"单位“{unit}”与计量单位" in found.message) == (ROWS, cell, True)
    assert result.evaluation is not None
    assert result.evaluation.indicators[int(cell[1:]) - 6].actual.value is None


@pytest.mark.parametrize(
    ("sheet", "cell", "code"),
    [(FUNDS, "F10", '0.00"万元"'), (FUNDS, "F10", '0.00"万"'), (FUNDS, "F10", '"约"0.00'), (ROWS, "I7", '0.00"万元"'),
     (ROWS, "I8", '0.00"%"'), (ROWS, "K6", '0"分"')],
)  # fmt: skip
def test_the_same_unit_is_mere_form(sheet: str, cell: str, code: str, corrected: bytes, tmp_path: Path) -> None:
    plain, result = scored(corrected, tmp_path), scored(formatted(corrected, {(sheet, cell): code}), tmp_path)
    assert [f.message for f in result.findings] == [f.message for f in plain.findings]
    assert result.scores == plain.scores


def test_ten_thousands_in_a_form_of_single_yuan(corrected: bytes, tmp_path: Path) -> None:
    book = opened(corrected)
    unit = next(c for row in book["基本信息"].iter_rows() for c in row if c.value == "万元").coordinate
    data = formatted(corrected, {address("合计·全年执行数"): '0.00"万元"'}, {("基本信息", unit): "元"})
    (found,) = [f for f in findings_of(scored(data, tmp_path), "R09") if f.place.cell == "F10"]
    assert "看上去是2857.28万元，已按2857.28读取" in found.message


def test_a_percent_sign_that_is_mere_text_counts_percents(corrected: bytes, tmp_path: Path) -> None:
    cell = address("项目支出·预算执行率")
    for value, code in ((89.06, '0.00"%"'), (0.5, r"0.0\%")):
        result = scored(formatted(corrected, {cell: code}, {cell: value}), tmp_path)
        assert result.evaluation is not None
        assert result.evaluation.funds["project"].claimed_rate.value == Decimal(str(value)) / 100
        assert not [f for f in findings_of(result, "R12") if f.place.cell == at("项目支出·预算执行率")]


def test_such_a_percentage_is_carried_over_as_it_was_seen(corrected: bytes, tmp_path: Path) -> None:
    data = formatted(
        corrected,
        {address("项目支出·预算执行率"): '0.00"%"', address("指标3·实际完成值"): '0"%"'},
        {address("项目支出·预算执行率"): 89.06},
    )
    result = with_copy(xlsb(data), tmp_path, "b.xlsb")
    again = pipeline.score(tmp_path / "out.xlsx")
    assert result.evaluation is not None
    assert again.evaluation is not None
    assert again.evaluation.funds["project"].claimed_rate.value == Decimal("0.8906")
    assert again.scores == result.scores == scored(data, tmp_path).scores


def test_on_an_official_layout_the_formats_unit_is_the_targets(tmp_path: Path) -> None:
    def result(code: str, actual: str) -> Result:
        paper = national()
        paper.put("E13", 100, code)
        paper.put("F13", 100, actual)
        paper.save(tmp_path / "a.xlsx")
        return pipeline.score(tmp_path / "a.xlsx")

    same = result('0"个"', '0"个"')
    assert same.evaluation is not None
    assert same.evaluation.indicators[0].unit.value == "个"
    assert not [f for f in same.findings if f.place.cell in ("E13", "F13") and f.code in ("R08", "R09")]
    other = result('0"个"', '0"人"')
    (found,) = [f for f in findings_of(other, "R09") if f.place.cell == "F13"]
    assert "看上去是100人" in found.message


def test_hidden_rows_are_found_also_where_rows_have_no_numbers(tmp_path: Path) -> None:
    """A row may leave its number out: it follows the one before it."""
    data = template_of("project")
    part = next(sheet.part for sheet in Book(Package.open(data)).sheets if sheet.name == "绩效指标")

    def unnumbered(text: str) -> str:
        text = text.replace('<row r="7"', '<row hidden="1" r="7"', 1)
        return re.sub(r'(<row[^>]*?) r="\d+"', r"\1", text)

    (tmp_path / "a.xlsx").write_bytes(edited(data, {part: unnumbered}))
    (found,) = findings_of(pipeline.score(tmp_path / "a.xlsx"), "R22")
    assert "第7行" in found.message
