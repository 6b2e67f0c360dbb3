"""The money of 汇总.xlsx: in one unit, added up by the names of its lines, recomputed here by other means."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.consolidated.paged_sheet import AGREE, DIFFER
from tests.kit.batch_of_records import batch, plain
from tests.kit.consolidated_run import FORMS, Record, consolidate, scored, table
from tests.kit.layouts import sichuan
from tests.kit.libreoffice import converted, needs_libreoffice

AMOUNTS = {"年初预算数": "initial", "调整数": "adjustment", "全年预算数": "adjusted", "全年执行数": "executed"}


def recalculated(path: Path, folder: Path) -> Any:
    """The workbook as LibreOffice computes it, from formulas without results."""
    openpyxl.load_workbook(path).save(folder / "formulas.xlsx")
    computed = converted(folder / "computed", "xlsx", folder / "formulas.xlsx")
    return openpyxl.load_workbook(computed, data_only=True)


def test_money_is_brought_to_one_unit_exactly(book: Any, records: list[Record]) -> None:
    sums: Counter[tuple[str, int, str, str]] = Counter()
    for record in scored(records):
        factor = {"元": Fraction(1, 10_000), "万元": Fraction(1)}[record["money_unit"]]
        for fund in record["funds"]:
            for head, key in AMOUNTS.items():
                place = (FORMS[record["form"]], record["year"], fund["name"], head)
                if fund[key] is not None:
                    sums[place] += Fraction(fund[key]) * factor  # type: ignore[assignment]
    rows = table(book["执行情况"], "表种")
    assert len(rows) * len(AMOUNTS) > len(sums), "some amount is filled in by nobody"
    for row in rows:
        for head in AMOUNTS:
            expected = sums.get((row["表种"], row["年度"], row["资金类别"], head))
            assert row[head] == ("—" if expected is None else pytest.approx(float(expected), rel=1e-15))
        assert row["与明细核对"] == AGREE
    rules = {str(rule.formula) for area in book["执行情况"].conditional_formatting for rule in area.rules}
    assert rules == {f"['\"{AGREE}\"']", f"['\"{DIFFER}\"']"}, "coloured by what it comes to"
    words = str([cell.value for cell in next(book["执行情况"].iter_rows(min_row=2, max_row=2))])
    assert f"{sum(r['money_unit'] == '元' for r in scored(records))}份按元" in words
    lines = table(book["资金明细"], "资金类别")
    assert len(lines) == sum(len(record["funds"]) for record in scored(records))
    assert any(line["原表单位"] == "元" and line["全年执行数"] != round(line["全年执行数"], 2) for line in lines
               if line["全年执行数"])  # fmt: skip


@needs_libreoffice
def test_money_agrees_with_its_rows_when_recalculated(written: Path, tmp_path: Path) -> None:
    rows = table(recalculated(written, tmp_path)["执行情况"], "表种")
    assert rows
    assert {row["与明细核对"] for row in rows} == {AGREE}


def with_fund_line(folder: Path, unit: str, row: int, name: str, amount: int) -> Record:
    """The record of an official layout with a fund line of that name in that row."""
    paper = sichuan()
    paper.sheet[f"B{row}"], paper.sheet[f"D{row}"] = name, amount
    return plain(pipeline.score(paper.save(folder / "returned.xlsx"))) | {"unit": unit}


def test_money_is_added_up_by_its_name_wherever_its_row_stands(tmp_path: Path) -> None:
    lines = (("甲局", 10, "债券资金", 5), ("乙局", 10, "单位自筹", 7), ("丙局", 11, "其中：债券资金（万元）", 11))
    records = [with_fund_line(tmp_path, *line) for line in lines]
    consolidate(records, None, tmp_path / "汇总.xlsx")
    rows = table(openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)["执行情况"], "表种")
    found = {row["资金类别"]: (row["份数"], row["年初预算数"]) for row in rows}
    assert (found["债券资金"], found["单位自筹"]) == ((2, 16), (1, 7))


def test_two_unknown_lines_of_one_name_are_told_apart(tmp_path: Path) -> None:
    paper = sichuan()
    for row, amount in ((10, 5), (11, 6)):
        paper.sheet[f"B{row}"], paper.sheet[f"D{row}"] = "债券资金", amount
    record = plain(pipeline.score(paper.save(tmp_path / "returned.xlsx")))
    named = {fund["name"]: fund["initial"] for fund in record["funds"]}
    assert (named["债券资金"], named["债券资金(2)"]) == ("5", "6")
    assert len({fund["key"] for fund in record["funds"]}) == len(record["funds"])


def test_lines_that_returns_call_differently_are_found_by_one_name(tmp_path: Path) -> None:
    records = [
        with_fund_line(tmp_path, unit, 9, name, 5)
        for unit, name in (("甲局", "财政资金"), ("乙局", "当年财政拨款"))
    ]
    consolidate(records, None, tmp_path / "汇总.xlsx")
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    row = next(row for row in table(book["执行情况"], "表种") if row["资金类别"] == "当年财政拨款")
    assert (row["份数"], row["年初预算数"], row["与明细核对"]) == (2, 10, AGREE)
    assert [
        row["年初预算数"] for row in table(book["资金明细"], "资金类别") if row["资金类别"] == "当年财政拨款"
    ] == [5, 5]


@needs_libreoffice
def test_the_stored_result_of_the_check_is_what_its_formula_comes_to(tmp_path: Path) -> None:
    record = next(r for r in batch(9, hostile=False) if r["form"] == "project") | {"money_unit": "万元"}
    twice = [
        fund | {"key": key, "name": "债券资金"} for fund in record["funds"][1:2] for key in ("line9", "line10")
    ]
    consolidate([record | {"funds": record["funds"] + twice}], None, tmp_path / "汇总.xlsx")
    stored = table(openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)["执行情况"], "表种")
    computed = table(recalculated(tmp_path / "汇总.xlsx", tmp_path)["执行情况"], "表种")
    assert [row["与明细核对"] for row in stored] == [AGREE] * len(record["funds"]) + [DIFFER] * 2
    assert [row["与明细核对"] for row in computed] == [row["与明细核对"] for row in stored]


PATTERNS = (
    "其他*",
    "其他资金",
    "债券?",
    "债券类",
    "~*",
    "~",
    "<5万元",
    "<>",
    "=其他资金",
    ">",
    "*",
    "5万元",
    "其他",
)


@needs_libreoffice
@pytest.mark.parametrize("form", ["project", "专项*", "<专项>"])
def test_names_that_a_formula_would_read_as_patterns_are_summed_up_by_themselves(
    form: str, tmp_path: Path
) -> None:
    record = next(r for r in batch(9, hostile=False) if r["form"] == "project")
    record |= {"money_unit": "万元", "form_title": None}
    fund = record["funds"][1] | {"initial": "3", "adjustment": None, "executed": None}
    funds = [fund | {"key": f"line{n}", "name": name, "adjusted": str(n + 1)} for n, name in enumerate(PATTERNS)]
    others = record | {"form": "专项债券", "funds": funds}
    consolidate([record | {"form": form, "funds": funds}, others], None, tmp_path / "汇总.xlsx")
    stored = table(openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)["执行情况"], "表种")
    computed = table(recalculated(tmp_path / "汇总.xlsx", tmp_path)["执行情况"], "表种")
    assert [row["资金类别"] for row in stored] == list(PATTERNS) * 2
    for rows in (stored, computed):
        assert [row["与明细核对"] for row in rows] == [AGREE] * len(rows)


def test_amounts_have_two_decimals_and_rates_are_percents(tmp_path: Path) -> None:
    """Amounts in 元 had five decimals on one sheet and two on another."""
    record = next(r for r in batch(9, hostile=False) if r["status"] == "scored") | {"money_unit": "元"}
    for fund in record["funds"]:
        fund["executed"] = "1234567.89"
    consolidate([record], None, tmp_path / "汇总.xlsx")
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx")
    for name, head_row in (("执行情况", 4), ("资金明细", 3)):
        sheet = book[name]
        codes = {sheet.cell(head_row, at).value: sheet.cell(head_row + 1, at) for at in range(1, sheet.max_column)}
        assert codes["全年执行数"].value == 123.456789
        assert codes["全年执行数"].number_format == "#,##0.00_ "
        assert codes["预算执行率"].number_format == "0.00%_ "


def test_a_rate_of_sums_is_of_those_who_filled_in_both(tmp_path: Path) -> None:
    one, other = (next(r for r in batch(9, hostile=False) if r["form"] == "project") for _ in range(2))
    for record, adjusted, executed in ((one, "100", "80"), (other, "900", None)):
        record["money_unit"] = "万元"
        for fund in record["funds"]:
            fund |= {"initial": adjusted, "adjustment": None, "adjusted": adjusted, "executed": executed}
    consolidate([one, other | {"unit": "另一个局"}], None, tmp_path / "汇总.xlsx")
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    row = table(book["执行情况"], "表种")[0]
    assert (row["全年预算数"], row["全年执行数"], row["调整数"]) == (1000, 80, "—")
    assert (row["预算执行率"], row["预算调整率"]) == (0.8, "—")
    assert "执行率、调整率只按两项都有的计算" in str(book["执行情况"]["B2"].value)


def test_rates_of_two_years_are_told_apart_at_a_glance(tmp_path: Path) -> None:
    one, other = (next(r for r in batch(9, hostile=False) if r["form"] == "project") for _ in range(2))
    consolidate([one | {"year": 2023}, other | {"year": 2024}], None, tmp_path / "汇总.xlsx")
    shown = [
        str(c.value) for row in openpyxl.load_workbook(tmp_path / "汇总.xlsx")["总览"].iter_rows() for c in row
    ]
    assert "预算执行率（项目支出2023年度）" in shown
    assert any(text.startswith("项目支出2024年度") and text.endswith("%") for text in shown)
    consolidate([one], None, tmp_path / "一年.xlsx")
    shown = [
        str(c.value) for row in openpyxl.load_workbook(tmp_path / "一年.xlsx")["总览"].iter_rows() for c in row
    ]
    assert "预算执行率（项目支出）" in shown


def test_amounts_without_a_unit_are_told_and_not_added(tmp_path: Path) -> None:
    one, other = [r for r in batch(9, hostile=False) if r["status"] == "scored"][:2]
    other["money_unit"] = None
    poor = {key: value for key, value in one.items() if key not in ("funds", "money_unit", "project")}
    consolidate([one, other, poor | {"unit": "没有资金数据的单位"}], None, tmp_path / "汇总.xlsx")
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    assert {row["份数"] for row in table(book["执行情况"], "表种")} == {1}
    words = str([cell.value for row in book["总览"].iter_rows() for cell in row])
    assert "1份没有写明金额单位，未计入合计" in words
    assert "1份的记录里没有资金数据，未计入合计" in words
