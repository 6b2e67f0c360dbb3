"""The consolidated workbook: its numbers are those of the records, recomputed here by other means."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from statistics import mean, median
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from perf_xlsx import consolidated, pipeline
from perf_xlsx.batch.roster import Listed, Roster
from perf_xlsx.consolidated import Records, write_consolidated
from perf_xlsx.consolidated import streamed as streamed_sheets
from perf_xlsx.consolidated.page import AGREE, DIFFER
from perf_xlsx.results import frames
from tests.kit.batch_of_records import HOSTILE, again, batch, json_lines, plain, typed
from tests.kit.command import command
from tests.kit.layouts import sichuan
from tests.kit.libreoffice import SOFFICE, converted, needs_libreoffice

Record = dict[str, Any]
SHEETS = [
    "总览", "单位得分", "执行情况", "资金明细", "指标明细", "问题汇总", "问题按单位", "问题清单", "未报送",
]  # fmt: skip
COUNT = 60
AMOUNTS = {"年初预算数": "initial", "调整数": "adjustment", "全年预算数": "adjusted", "全年执行数": "executed"}
FORMS = {"department": "部门整体支出", "project": "项目支出"}
AWKWARD_NAMES = ("一 二.xlsx", "百分之50%.xlsx", "#1 (新)[终].xlsx", "a%20b.xlsx", "甲&乙'丙.xlsx")
ROSTER = (
    "这是名单,,,\n单位名称,单位编码,表种,联系电话\n示例1县教育局,001,,联系人甲 1\n示例99县教育局,099,,联系人乙 2\n"
    "示例1县水利局,002,,联系人丙 3\n=HYPERLINK(1),003,,联系人丁\n"
)


def consolidate(records: list[Record], roster: Roster | None, output: Path, **options: Any) -> list[Path]:
    return consolidated.consolidate(map(typed, records), roster, output, **options)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder as a run leaves it: records, and some of the scored workbooks they tell of."""
    folder = tmp_path_factory.mktemp("汇总 out")
    records = list(batch(COUNT))
    records.append(again(records[0] | {"file": "in/又一份.xlsx"}))
    for number, record in enumerate(r for r in records if r["status"] == "scored"):
        name = AWKWARD_NAMES[number] if number < len(AWKWARD_NAMES) else Path(record["file"]).name
        record["output"] = f"区县 {number % 3}/{name}"
        if number % 10 != 9:  # the others are gone
            path = folder / record["output"]
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"scored")
    (folder / ".perf_xlsx").mkdir()
    (folder / ".perf_xlsx" / "records.jsonl").write_text(json_lines(records), "utf-8")
    (folder / "名单.csv").write_text(ROSTER, "gb18030")
    done = command("consolidate", folder, "-o", folder / "sub" / "汇总.xlsx", "--roster", folder / "名单.csv")
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture(scope="module")
def as_scored(out: Path) -> list[Record]:
    lines = (out / ".perf_xlsx" / "records.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def rank(record: Record) -> int:
    """The row of the list that a record's unit has, or the one that an unread file is named after; else the last."""
    rows = {line.partition(",")[0]: number for number, line in enumerate(ROSTER.splitlines())}
    named = next((unit for unit in rows if unit.removeprefix("示例1县") in Path(record["file"] or "").name), "")
    return rows.get(record["unit"] or named, 99)


@pytest.fixture(scope="module")
def records(as_scored: list[Record]) -> list[Record]:
    """In the order of the list of units."""
    return sorted(as_scored, key=rank)


@pytest.fixture(scope="module")
def written(out: Path) -> Path:
    return out / "sub" / "汇总.xlsx"


@pytest.fixture(scope="module")
def book(written: Path) -> Any:
    return openpyxl.load_workbook(written, data_only=True)


def scored(records: list[Record]) -> list[Record]:
    return [record for record in records if record["status"] == "scored"]


def table(sheet: Any, head: str) -> list[dict[str, Any]]:
    """The rows below the header row that holds `head`, to the first row without it; of two alike the left counts."""
    rows = list(sheet.iter_rows(values_only=True))
    at = next(n for n, row in enumerate(rows) if head in row)
    heads, column = rows[at], rows[at].index(head)
    found = []
    for row in rows[at + 1 :]:
        if row[column] is None:
            break
        if row == heads:  # once more on the next printed page
            continue
        found.append({key: value for key, value in reversed([*zip(heads, row, strict=True)]) if key})
    return found


def recalculated(path: Path, folder: Path) -> Any:
    """The workbook as LibreOffice computes it, from formulas without results."""
    openpyxl.load_workbook(path).save(folder / "formulas.xlsx")
    computed = converted(folder / "computed", "xlsx", folder / "formulas.xlsx")
    return openpyxl.load_workbook(computed, data_only=True)


def half_up(value: Fraction) -> float:
    return float(Decimal(int(value * 100 + Fraction(1, 2))) / 100)


def test_every_sheet_is_there_and_an_independent_validator_accepts_it(written: Path, book: Any) -> None:
    assert book.sheetnames == SHEETS
    checked = OpenXmlValidator().validate(str(written))
    assert checked.is_valid, [error.description for error in checked.errors][:5]


def test_overview_counts_what_the_records_count(book: Any, records: list[Record]) -> None:
    sheet, good = book["总览"], scored(records)
    shown = {cell.value for row in sheet.iter_rows() for cell in row}
    assert f"{len(records)}份" in shown
    grades = Counter(record["grade"] for record in good)
    rows = {row["等级"]: row["份数"] for row in table(sheet, "等级")}
    provisional = grades.pop(None)
    assert provisional
    named = {name: grades[name] for name in "优良中差"}
    assert rows == named | {"暂定，不评等级": provisional, "合计": len(good)}
    everything = {row["表种"]: row for row in table(sheet, "自评平均") if row.get("表种")}
    for name, group in [
        *((FORMS[form], [r for r in good if r["form"] == form]) for form in FORMS),
        ("合计", good),
    ]:
        totals = [Fraction(record["total"]) for record in group if record["complete"]]
        assert 0 < len(totals) < len(group), "none is provisional"
        whole = [r for r in group if r["claimed_total"] is not None and r["complete"]]
        claimed = [Fraction(r["claimed_total"]) for r in whole]
        row = everything[name]
        assert row["份数"] == len(group)
        assert row["平均分"] == half_up(mean(totals))
        assert row["中位数"] == half_up(median(totals))
        assert row["说明"].endswith(f"暂定{len(group) - len(totals)}份")
        assert (row["最高"], row["最低"]) == (float(max(totals)), float(min(totals)))
        assert row["说明"].startswith("" if len(whole) == len(totals) else f"填了的{len(whole)}份")
        assert row["自评平均"] == half_up(mean(claimed))
        given = [Fraction(r["total"]) for r in whole]
        assert row["自评高出计算"] == half_up(mean(claimed) - mean(given))


def test_a_mean_of_provisional_totals_only_is_none(tmp_path: Path) -> None:
    provisional = {"complete": False, "grade": None}
    records = [record | provisional for record in batch(9, hostile=False) if record["status"] == "scored"]
    consolidate(records, None, tmp_path / "汇总.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)["总览"]
    rows = [row for row in table(sheet, "自评平均") if row.get("表种")]
    assert len(rows) > 1
    for row in rows:
        assert {row[head] for head in ("平均分", "中位数", "最高", "最低", "自评平均")} == {"—"}
        assert row["说明"] == f"暂定{row['份数']}份"
    shown = [cell.value for row in sheet.iter_rows() for cell in row]
    assert f"不含暂定{len(records)}份" in shown
    assert not any("平均得分＝" in str(value) for value in shown)


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
    assert "执行率、调整率只按两项都填了的计算" in str(book["执行情况"]["B2"].value)


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


def test_a_row_a_unit_claimed_beside_computed(book: Any, records: list[Record]) -> None:
    rows = table(book["单位得分"], "单位")
    assert len(rows) == len(records)
    for row, record in zip(rows, records, strict=True):
        if record["status"] != "scored":
            assert (row["状态"], row["计算总分"]) == ("退回（读不出）", None)
            assert Path(record["file"]).name in row["单位"]
            continue
        assert row["计算总分"] == float(record["total"])
        assert row["自评总分"] == (float(record["claimed_total"]) if record["claimed_total"] else None)
        severities = Counter(finding["severity"] for finding in record["findings"])
        assert (row["错误"], row["警告"], row["提示"]) == tuple(
            severities[k] for k in ("error", "warning", "notice")
        )
        state = "完整" if record["complete"] else "暂定"
        own = any(one["severity"] == "error" and one["code"][0] != "B" for one in record["findings"])
        assert row["状态"].removesuffix("，重复，待核定") == (f"退回（{state}）" if own else state)
        compared = record["claimed_total"] is not None and record["complete"]
        assert (row["差额"] is not None) == compared
    assert [row["状态"].endswith("重复，待核定") for row in rows].count(True) == 2
    assert "1份为同一单位重复报送" in str([c.value for row in book["总览"].iter_rows() for c in row])


def test_findings_by_code_by_unit_and_listed_agree(book: Any, records: list[Record]) -> None:
    by_code = Counter((f["code"], f["severity"]) for record in records for f in record["findings"])
    workbooks = Counter(key for r in records for key in {(f["code"], f["severity"]) for f in r["findings"]})
    words = {"✖ 错误": "error", "⚠ 警告": "warning", "ℹ 提示": "notice"}
    rows = [row for row in table(book["问题汇总"], "编号") if row["编号"] != "合计"]
    assert {(r["编号"], words[r["严重程度"]]): r["项数"] for r in rows} == dict(by_code)
    assert {(r["编号"], words[r["严重程度"]]): r["涉及份数"] for r in rows} == dict(workbooks)
    listed = table(book["问题清单"], "单位")
    assert Counter((r["编号"], words[r["严重程度"]]) for r in listed) == by_code
    by_unit = table(book["问题按单位"], "单位")
    assert sum(row["合计"] for row in by_unit) == sum(by_code.values())
    units = [row["单位"].partition("（")[0] for row in by_unit if row["单位编码"]]  # （未填单位：a.xlsx）: unread
    assert units == sorted(units, key=("示例1县教育局", "示例1县水利局").index)
    others = [row["错误"] for row in by_unit if not row["单位编码"]]
    assert others == sorted(others, reverse=True)


def test_waived_findings_are_counted_apart_and_say_that_nothing_is_owed(tmp_path: Path) -> None:
    record = next(r for r in batch(9) if r["status"] == "scored" and r["findings"])
    record["findings"] = [
        finding | {"severity": "error", "waived": {"reason": "已说明", "by": "预算科", "until": "2027-01-01"}}
        for finding in record["findings"]
    ]
    consolidate([record], None, tmp_path / "汇总.xlsx")
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    row = table(book["单位得分"], "单位")[0]
    assert (row["错误"], row["已豁免"]) == (0, len(record["findings"]))
    assert all("不必更正：已说明" in line["整改意见"] for line in table(book["问题清单"], "单位"))
    assert "有错误0份，读不出0份" in {cell.value for row in book["总览"].iter_rows() for cell in row}


def test_an_indicator_a_row_as_a_table_to_pivot(book: Any, records: list[Record]) -> None:
    sheet = book["指标明细"]
    expected = [row for record in scored(records) for row in record["indicators"]]
    rows = table(sheet, "单位")
    assert [row["计算得分"] for row in rows] == [float(r["points"]) if r["points"] else None for r in expected]
    assert [row["三级指标"] for row in rows] == [r["name"] for r in expected]
    ((name, area),) = ((t.name, t.ref) for t in sheet.tables.values())
    assert (name, area) == ("指标明细", f"A3:R{3 + len(expected)}")
    assert [column.name for column in sheet.tables[name].tableColumns] == [cell.value for cell in sheet[3]]


def test_each_error_is_named_with_its_cells_beside_the_scored_workbook(
    book: Any, records: list[Record], written: Path, out: Path
) -> None:
    """The sheet had counts alone: nothing to send, nothing to open."""
    with_findings = {r["file"]: r for r in records if r["findings"]}
    sheet = book["问题按单位"]
    rows = table(sheet, "单位")
    assert len(rows) == len(with_findings)
    cells = Counter(
        "!".join(filter(None, (f["sheet"], f["cell"]))) or "整个文件"
        for r in records for f in r["findings"] if f["severity"] == "error"
    )  # fmt: skip
    named = [
        cell for row in rows for line in (row["须更正的错误"] or "").split("\n") if line
        for cell in line.rpartition("：")[2].split("、")
    ]  # fmt: skip
    assert Counter(named) == cells
    links = [row[-1] for row in sheet.iter_rows(min_row=4) if row[-1].hyperlink]
    there = [r for r in records if r["findings"] and r.get("output") and (out / r["output"]).exists()]
    assert len(links) == len(there)
    assert all((written.parent / unquote(cell.hyperlink.target)).is_file() for cell in links)


@pytest.mark.parametrize("roster", ["given again", "of the run"])
def test_units_stand_in_the_order_of_the_list_with_their_codes(roster: str, tmp_path: Path) -> None:
    """They stood in the order of their files' names; the codes were asked for and not shown."""
    records = [r for r in batch(20, hostile=False) if r["status"] == "scored"][:4]
    units = ["丁局", "乙局", "甲局", "丙局"]
    records = [r | {"unit": unit, "form": "project"} for r, unit in zip(records, units, strict=True)]
    rows = {"甲局": 2, "乙局": 3, "丙局": 4}
    listed = [Listed(row, unit, f"00{row}") for unit, row in rows.items()]
    if roster == "of the run":
        records = [
            r | ({"listed_row": rows[r["unit"]], "code": f"00{rows[r['unit']]}"} if r["unit"] in rows else {})
            for r in records
        ]
        (tmp_path / "records.jsonl").write_text(json_lines(records), "utf-8")
        consolidated.consolidate(Records.open(tmp_path / "records.jsonl"), None, tmp_path / "汇总.xlsx")
    else:
        consolidate(records, Roster("名单", listed), tmp_path / "汇总.xlsx")
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    for name in ("单位得分", "资金明细", "指标明细", "问题清单", "问题按单位"):
        found = list(dict.fromkeys((row["单位"], row["单位编码"]) for row in table(book[name], "单位")))
        order = [("甲局", "002"), ("乙局", "003"), ("丙局", "004"), ("丁局", None)]
        assert found == [one for one in order if one in found], name
        assert len(found) > 1, name


def test_columns_that_are_empty_throughout_are_hidden(tmp_path: Path) -> None:
    record = next(r for r in batch(9, hostile=False) if r["form"] == "department") | {"supervisor": None}
    consolidate([record], None, tmp_path / "汇总.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["单位得分"]
    of = {at: one for one in sheet.column_dimensions.values() for at in range(one.min, one.max + 1)}
    hidden = {cell.value for cell in sheet[3] if of[cell.column].hidden}
    assert hidden == {"单位编码", "已豁免", "报送次数", "项目", "主管部门", "与上次比"}


def test_who_is_outstanding(book: Any) -> None:
    rows = table(book["未报送"], "序号")
    assert [row["单位"] for row in rows] == ["示例99县教育局", "=HYPERLINK(1)"]
    assert rows[0]["联系人、电话"] == "联系人乙 2"
    words = [cell.value for row in book["未报送"].iter_rows() for cell in row]
    assert any("读不出单位的工作簿" in str(word) for word in words)
    assert "=cmd|' /C calc'!A0" in words  # returned, not listed


def test_each_listed_project_of_a_unit_is_to_be_returned(tmp_path: Path) -> None:
    record = next(r for r in batch(9, hostile=False) if r.get("project")) | {
        "unit": "Abc局",
        "project": "供水（一期）",
    }
    projects = enumerate(("供水(一期)", "道路"), 2)
    both = Roster("名单.csv", [Listed(row, "ABC局", form="project", project=project) for row, project in projects])
    consolidate([record], both, tmp_path / "汇总.xlsx")
    (missing,) = table(openpyxl.load_workbook(tmp_path / "汇总.xlsx")["未报送"], "序号")
    assert (missing["单位"], missing["项目"]) == ("ABC局", "道路")


def test_without_a_list_it_says_so(out: Path, tmp_path: Path, records: list[Record]) -> None:
    consolidate(records, None, tmp_path / "汇总.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["未报送"]
    assert "没有提供名单，不能列出未报送的单位。" in {cell.value for row in sheet.iter_rows() for cell in row}
    everyone = Roster("名单.csv", [Listed(n, r["unit"]) for n, r in enumerate(scored(records), 2) if r["unit"]])
    consolidate(records, everyone, tmp_path / "汇总.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["未报送"]
    assert "✔ 名单上的单位都已报送。" in {cell.value for row in sheet.iter_rows() for cell in row}


def test_every_link_resolves(book: Any, written: Path, records: list[Record], out: Path) -> None:
    links = [cell for row in book["单位得分"].iter_rows() for cell in row if cell.hyperlink]
    there = [record for record in scored(records) if (out / record["output"]).exists()]
    assert len(links) == len(there)
    for cell, record in zip(links, there, strict=True):
        target = cell.hyperlink.target
        assert "\\" not in target
        assert (written.parent / unquote(target)).resolve() == (out / record["output"]).resolve()
        assert cell.value == Path(record["output"]).name
    inside = [cell.hyperlink for row in book["总览"].iter_rows() for cell in row if cell.hyperlink]
    assert {link.location.split("!")[0].strip("'") for link in inside} == set(SHEETS[1:])


def test_nothing_from_outside_is_run(written: Path, book: Any, records: list[Record]) -> None:
    shown = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    for text in HOSTILE:
        assert text.replace("\x00", "").replace("\ud800", "") in {str(value).rstrip() for value in shown}
    with zipfile.ZipFile(written) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    formulas = {formula for text in sheets for formula in re.findall(r"<f>(.*?)</f>", text)}
    allowed = re.compile(r"ABS|SUM|SUMIF|SUMIFS|COUNTA|COUNTIF|ROUND|IF")
    for formula in formulas:
        assert all(allowed.fullmatch(name) for name in re.findall(r"([A-Z]+)\(", formula)), formula
        assert "cmd" not in formula


def test_all_checks_agree_and_a_changed_number_would_show(book: Any, written: Path, tmp_path: Path) -> None:
    verdicts = [cell.value for row in book["总览"].iter_rows() for cell in row if cell.value in (AGREE, DIFFER)]
    assert verdicts == [AGREE] * 8
    if SOFFICE is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    live = openpyxl.load_workbook(written)
    row = next(row for row in live["单位得分"].iter_rows(min_row=4) if "完整" in row[3].value)
    row[5].value += 50
    live["资金明细"]["H4"] = 999_999_999
    live.save(tmp_path / "changed.xlsx")
    shutil.copy(written, tmp_path / "same.xlsx")
    converted(tmp_path, "ods", *tmp_path.glob("*.xlsx"))
    for name, wrong in (("same", 0), ("changed", 2)):
        text = zipfile.ZipFile(tmp_path / f"{name}.ods").read("content.xml").decode()
        assert len(re.findall(rf'office:string-value="{DIFFER}"', text)) == wrong, name
        assert "Err:" not in text
        assert "#NAME?" not in text


def test_a_text_longer_than_a_cell_is_cut_where_excel_counts_its_end(tmp_path: Path) -> None:
    record = next(r for r in batch(9, hostile=False) if r["findings"])
    record["findings"][0] |= {"message": "😀" * 20_000, "given": '<b> & "', "expected": " \t\r\n"}
    consolidate([record], None, tmp_path / "汇总.xlsx")
    assert OpenXmlValidator().validate(str(tmp_path / "汇总.xlsx")).is_valid
    row = table(openpyxl.load_workbook(tmp_path / "汇总.xlsx")["问题清单"], "单位")[0]
    assert (row["问题"], row["填报内容"]) == ("😀" * 16_383, '<b> & "')


def test_longer_than_a_sheet_goes_on_on_the_next(tmp_path: Path) -> None:
    records = list(batch(9, seed=3))
    consolidate(records, None, tmp_path / "汇总.xlsx", row_limit=23)
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    expected = [row["name"] for record in scored(records) for row in record["indicators"]]
    parts = [name for name in book.sheetnames if name.startswith("指标明细")]
    assert parts == [f"指标明细{n}" for n in range(1, -(-len(expected) // 20) + 1)]
    rows = [row for part in parts for row in table(book[part], "单位")]
    assert [row["三级指标"] for row in rows] == expected
    assert f"分成{len(parts)}张：这是第2张（第21至40行，共{len(expected)}行）" in book[parts[1]]["A2"].value
    assert [table for part in parts for table in book[part].tables] == parts
    words = [cell.value for row in book["总览"].iter_rows() for cell in row]
    assert words.count(AGREE) == 7
    assert any(f"分成{len(parts)}张" in str(word) for word in words)
    assert OpenXmlValidator().validate(str(tmp_path / "汇总.xlsx")).is_valid


def test_more_links_than_excel_allows_are_written_as_text(
    out: Path, tmp_path: Path, records: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamed_sheets, "EXCEL_LINKS", 3)
    consolidate(records, None, tmp_path / "汇总.xlsx", base=out)
    cells = [row[-1] for row in openpyxl.load_workbook(tmp_path / "汇总.xlsx")["单位得分"].iter_rows(min_row=4)]
    assert sum(cell.hyperlink is not None for cell in cells) == 3
    plain = [cell.value for cell in cells if not cell.hyperlink and "区县" in cell.value]
    assert plain
    assert all((tmp_path / path).exists() for path in plain)


def test_same_records_same_bytes(out: Path, written: Path, records: list[Record]) -> None:
    before = written.read_bytes()
    assert command("consolidate", out, "-o", written, "--roster", out / "名单.csv").exit_code == 0
    assert written.read_bytes() == before


def test_it_prints_on_a4_with_titles_and_page_numbers(written: Path, book: Any) -> None:
    for sheet in book:
        assert sheet.page_setup.paperSize == 9
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert "&P" in sheet.oddFooter.center.text
        assert sheet.print_area
        assert sheet.title == "总览" or sheet.print_title_rows


@pytest.fixture(scope="module")
def of_years(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The consolidated workbook of two forms over four years, most of them of the last."""
    path = tmp_path_factory.mktemp("years") / "汇总.xlsx"
    records = batch(COUNT, hostile=False)
    consolidate([r | {"year": 2021 + min(n % 5, 3)} for n, r in enumerate(records)], None, path)
    return openpyxl.load_workbook(path, data_only=True)


def printed_pages(sheet: Any) -> list[range]:
    """The rows of each printed page, as the breaks have it."""
    ends = [*(mark.id for mark in sheet.row_breaks.brk), sheet.max_row]
    return [range(first + 1, last + 1) for first, last in zip([0, *ends], ends, strict=False)]


def height_of(sheet: Any, rows: range) -> float:
    return sum(sheet.row_dimensions[row].height or 15 for row in rows)


def test_no_heading_of_the_money_stands_above_other_columns(of_years: Any) -> None:
    """From the second page 年初预算数 and others were printed above the columns of 合计与分项."""
    sheet = of_years["执行情况"]
    assert sheet.print_title_rows == "$1:$1"
    pages = printed_pages(sheet)
    assert len(pages) > 2
    for rows in pages[1:]:
        assert sheet.cell(rows[0], 2).value in ("表种", "合计与分项", "核对内容")
        assert height_of(sheet, rows) < 726  # what Excel has room for at this width
    starts = [sheet.cell(rows[0], 2).value for rows in pages]
    assert "合计与分项" in starts
    head = next(c.value for row in sheet.iter_rows() for c in row if str(c.value).startswith("年初＋调整－全年"))
    assert head == "年初＋调整－全年\n（三项都填的）"


def test_heading_and_rows_of_the_overview_are_printed_on_one_page(of_years: Any) -> None:
    """The header row of 问题 stood alone at the foot of a page."""
    sheet = of_years["总览"]
    pages = printed_pages(sheet)
    for rows in pages:
        assert height_of(sheet, rows) < 501
    heads = ("得分", "预算执行（万元）", "资金类别", "问题（", "核对", "本工作簿")
    assert all(str(sheet.cell(rows[0], 2).value).startswith(heads) for rows in pages[1:])
    kinds = next(c.row for row in sheet.iter_rows() for c in row if str(c.value).startswith("问题（"))
    (page,) = [rows for rows in pages if kinds in rows]
    assert "合计" in [sheet.cell(row, 2).value for row in page if row > kinds]


def test_the_rate_of_most_returns_is_the_large_one_and_the_others_are_readable(of_years: Any) -> None:
    """The first form and year was, with whole sentences below it in letters of three points."""
    sheet, money = of_years["总览"], of_years["执行情况"]
    totals = [r for r in table(money, "表种") if r["资金类别"] in ("合计", "年度资金总额")]
    most = max(totals, key=lambda row: row["份数"])
    assert most is not totals[0]
    assert sheet["I4"].value == f"预算执行率（{most['表种']}{most['年度']}年度）"
    assert sheet["I5"].value == f"{half_up(Fraction(str(most['预算执行率'])) * 100):.2f}%"
    assert sheet["I6"].value == f"其余{len(totals) - 1}项见下表"


def test_a_page_is_filled_before_the_next_is_begun(book: Any) -> None:
    first, *more = printed_pages(book["执行情况"])
    assert len(more) == 1
    assert height_of(book["执行情况"], first) > 320


def test_type_is_nine_points_or_more_on_paper(written: Path) -> None:
    """Ten points on the screen; columns that would have to be shrunk further are for filters, and not printed."""
    book = openpyxl.load_workbook(written)
    for sheet in book:
        last = openpyxl.utils.range_boundaries(str(sheet.print_area).partition("!")[2])[2]
        of = {at: one for one in sheet.column_dimensions.values() for at in range(one.min, one.max + 1)}
        widths = [0 if of[at].hidden else of[at].width * 7 * 0.75 for at in range(1, last + 1)]
        assert {"landscape": 770, "portrait": 523}[sheet.page_setup.orientation] / sum(widths) >= 0.9, sheet.title


def test_what_is_printed_says_whose_it_is_and_what_became_of_it(book: Any) -> None:
    """Tables went on beside on a second page, which made of three returns 32 pages; and the note was cut there."""
    for name, last in {
        "单位得分": "提示", "资金明细": "预算执行率", "指标明细": "差额", "问题清单": "整改意见", "问题按单位": "合计",
    }.items():  # fmt: skip
        sheet = book[name]
        edge = openpyxl.utils.range_boundaries(str(sheet.print_area).partition("!")[2])[2]
        of = {at: one for one in sheet.column_dimensions.values() for at in range(one.min, one.max + 1)}
        heads = [sheet.cell(3, at).value for at in range(1, edge + 1) if not of[at].hidden]
        assert {"单位", "项目"} <= set(heads), name
        assert sheet["A3"].alignment.vertical == "top"  # above the filter's button, which hid its end
        assert heads[-1] == last, name
        assert sheet["A2"].value.endswith(f"打印到“{last}”为止，右边各栏供筛选。"), name


def test_it_is_no_return_where_it_lies_among_them(written: Path) -> None:
    """Its tables have the headers of an official layout: it was scored as one form of hundreds of points."""
    done = command("check", written, "--json")
    assert done.exit_code == 3
    (found,) = json.loads(done.stdout)["findings"]
    assert (found["code"], found["message"]) == ("R04", "是本软件写出的汇总工作簿，不是自评表。")
    assert "移出" in found["advice"]


def test_nothing_at_all_and_nothing_readable(tmp_path: Path) -> None:
    damaged = [r for r in batch(100) if r["status"] != "scored"][:2]
    for name, some in (("空", []), ("坏", damaged)):
        consolidate(some, None, tmp_path / f"{name}.xlsx")
        assert OpenXmlValidator().validate(str(tmp_path / f"{name}.xlsx")).is_valid
        book = openpyxl.load_workbook(tmp_path / f"{name}.xlsx", data_only=True)
        words = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
        assert f"{len(some)}份" in words
        assert DIFFER not in words


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


def test_long_tables_as_csv(out: Path, tmp_path: Path, as_scored: list[Record]) -> None:
    records = as_scored
    done = command("consolidate", out, "-o", tmp_path / "汇总.xlsx", "--export", "csv")
    assert done.exit_code == 0
    assert [line.rpartition("/")[2] for line in done.output.splitlines()] == [
        "汇总.xlsx",
        *(f"汇总-{name}.csv" for name in ("单位得分", "资金明细", "指标明细", "问题按单位", "问题清单", "未报送")),
    ]
    with (tmp_path / "汇总-单位得分.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["计算总分"] for row in rows if "读不出" not in row["状态"]] == [
        f"{Decimal(r['total']):f}".rstrip("0").rstrip(".") for r in scored(records)
    ]
    assert "'=cmd|' /C calc'!A0" in {row["单位"] for row in rows}
    with (tmp_path / "汇总-资金明细.csv").open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.DictReader(file)) == sum(len(r["funds"]) for r in scored(records))


@pytest.mark.parametrize("unit", ["=1+1", "+1", "-1", "@SUM(1)", "＝1+1", "＋1", "－1", "＠SUM(1)", "\t=1+1"])
def test_no_field_of_the_csv_starts_a_formula(unit: str, tmp_path: Path) -> None:
    record = next(r for r in batch(3) if r["status"] == "scored") | {"unit": unit}
    folder = tmp_path / "out" / ".perf_xlsx"
    folder.mkdir(parents=True)
    (folder / "records.jsonl").write_text(json.dumps(record, ensure_ascii=False) + "\n", "utf-8")
    assert command("consolidate", tmp_path / "out", "-o", tmp_path / "汇总.xlsx", "--export", "csv").exit_code == 0
    with (tmp_path / "汇总-单位得分.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["单位"] == f"'{unit}"


def test_long_tables_as_parquet_or_what_is_missing_for_it(
    out: Path, tmp_path: Path, as_scored: list[Record]
) -> None:
    records = as_scored
    pytest.importorskip("pyarrow")
    import pandas as pd

    write_consolidated(out, tmp_path / "汇总.xlsx", how="parquet")
    frame = pd.read_parquet(tmp_path / "汇总-单位得分.parquet")
    assert frame["计算总分"].dropna().tolist() == [float(r["total"]) for r in scored(records)]
    assert "=cmd|' /C calc'!A0" in set(frame["单位"])


def test_parquet_without_pyarrow_says_what_to_install(out: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    done = command("consolidate", out, "-o", tmp_path / "汇总.xlsx", "--export", "parquet")
    assert done.exit_code == 2
    assert "perf-xlsx[parquet]" in done.stderr


def test_records_that_are_none_are_told_by_their_line(tmp_path: Path) -> None:
    assert command("consolidate", tmp_path).exit_code == 2
    assert "没有做完的评分记录" in command("consolidate", tmp_path).stderr
    path = tmp_path / "r.jsonl"
    for bad in ('{"file": "x', "[]", '{"file": "x"}'):
        path.write_text(json_lines(list(batch(2))) + bad, "utf-8")
        assert "第3行" in command("consolidate", path).stderr
    assert not list(tmp_path.glob("*.xlsx"))


def test_what_score_prints_can_be_consolidated(
    tmp_path: Path, well_made: Record, score_case: Callable[..., Any]
) -> None:
    score_case(well_made)
    lines = command("score", tmp_path / "returned.xlsx", "-o", tmp_path / "scored", "--json").stdout
    (tmp_path / "lines.jsonl").write_text(lines * 2, "utf-8")  # of two projects, for all that the lines tell
    done = command("consolidate", tmp_path / "lines.jsonl")
    assert done.exit_code == 0, done.output
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx")
    link = book["单位得分"]["U4"]
    assert (book["单位得分"]["U3"].value, link.value) == ("工作簿", "returned.xlsx")
    assert (tmp_path / unquote(link.hyperlink.target)).resolve() == tmp_path / "scored" / "returned.xlsx"
    assert (tmp_path / "scored" / "returned.xlsx").exists()
    assert book["单位得分"]["B4"].value == well_made["unit"]
    assert not [row for row in table(book["单位得分"], "单位") if "重复" in row["状态"]]


def test_a_batch_needs_no_pandas_and_data_frames_say_what_to_install(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert command("consolidate", out, "-o", tmp_path / "汇总.xlsx").exit_code == 0
    with pytest.raises(ImportError, match=r"pip install 'perf-xlsx\[frames\]'"):
        frames.units([])


def test_records_as_data_frames(tmp_path: Path, score_case: Callable[..., Any], well_made: Record) -> None:
    records = list(batch(12, hostile=False))
    (tmp_path / "r.jsonl").write_text(json_lines(records), "utf-8")
    state = Records.open(tmp_path / "r.jsonl")
    assert len(frames.units(state)) == len(records)
    assert frames.indicators(state)["points"].tolist() == [
        row["points"] for record in scored(records) for row in record["indicators"]
    ]
    assert len(frames.findings(state)) == sum(len(record["findings"]) for record in records)
    assert set(frames.funds(state)["money_unit"]) == {"元", "万元"}
    result = score_case(well_made)
    assert frames.units([result])["unit"].tolist() == [well_made["unit"]]
    assert len(frames.funds([result])) == len(result.evaluation.funds)


def test_those_a_batch_recorded_as_outstanding_are_listed_and_not_counted_as_returns(tmp_path: Path) -> None:
    records = list(batch(5, hostile=False))
    absent = dict.fromkeys(("file", "complete", "total", "grade")) | {
        "status": "outstanding", "unit": "示例88县统计局", "form": "project", "code": "088", "contact": "联系人戊",
        "findings": [], "extras": [], "funds": [], "passages": [],
    }  # fmt: skip
    consolidate([*records[:2], absent, *records[2:]], None, tmp_path / "汇总.xlsx")
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    assert len(table(book["单位得分"], "单位")) == 5
    (row,) = table(book["未报送"], "序号")
    assert (row["单位"], row["单位编码"], row["表种"], row["联系人、电话"]) == (
        "示例88县统计局", "088", "项目支出", "联系人戊",
    )  # fmt: skip
    words = {cell.value for row in book["总览"].iter_rows() for cell in row}
    assert "催报：1份还没有报送，见“未报送”。" in words
    assert DIFFER not in words


def test_a_file_name_that_is_no_text_does_no_harm(out: Path, tmp_path: Path) -> None:
    record = next(r for r in batch(9) if r["status"] == "scored") | {
        "file": "in/\udcb5.xlsx",
        "output": "\udcb5.xlsx",
    }
    line = json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogateescape")
    (tmp_path / "r.jsonl").write_bytes(line)
    (tmp_path / "\udcb5.xlsx").write_bytes(b"")
    assert command("consolidate", tmp_path / "r.jsonl").exit_code == 0
    assert OpenXmlValidator().validate(str(tmp_path / "汇总.xlsx")).is_valid
