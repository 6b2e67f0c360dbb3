"""The tables of 汇总.xlsx: a row for each unit, finding and indicator, and for each unit that is outstanding."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest

from perf_xlsx import consolidated
from perf_xlsx.batch.roster import ListedUnit, Roster
from perf_xlsx.consolidated import Records
from perf_xlsx.consolidated.paged_sheet import DIFFER
from tests.kit.batch_of_records import again, batch, json_lines
from tests.kit.consolidated_run import Record, consolidate, scored, table


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
        twice = row["状态"].endswith("，重复")
        becomes = "待核定" if twice else "退回" if own else ""
        assert row["状态"].removesuffix("，重复") == (f"{becomes}（{state}）" if becomes else state)
        assert not twice or row["单位"].endswith(f"份：{record['file']}）")
        compared = record["claimed_total"] is not None and record["complete"]
        assert (row["差额"] is not None) == compared
    assert [row["状态"].endswith("，重复") for row in rows].count(True) == 2
    told = str([c.value for row in book["总览"].iter_rows() for c in row])
    assert "同一张表多报了1份，" in told
    assert "核定：2份待核定，定下以前不退回，见“单位得分”中状态为“待核定”的。" in told


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


def test_of_each_return_errors_are_listed_first_then_warnings_then_notices(
    book: Any, records: list[Record]
) -> None:
    """They stood by their cells, a notice above the errors."""
    order = ("✖ 错误", "⚠ 警告", "ℹ 提示")
    listed = iter(table(book["问题清单"], "单位"))
    graded = [[next(listed)["严重程度"] for _ in record["findings"]] for record in records]
    assert any(len(set(one)) > 1 for one in graded)
    assert all(one == sorted(one, key=order.index) for one in graded)


def test_what_comparing_found_names_its_files_and_is_not_looked_for_in_the_copies(tmp_path: Path) -> None:
    """同一单位报送了两份：整个文件, said 问题按单位; nobody could tell which."""
    one = next(r for r in batch(9, hostile=False) if r["status"] == "scored") | {"file": "甲.xlsx"}
    other = again(one | {"file": "乙.xlsx"})
    other["findings"][-1] |= {"severity": "error", "sheet": None, "cell": None, "message": "已有一份：甲.xlsx。"}
    consolidate([one, other], None, tmp_path / "汇总.xlsx")
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx")
    first, second = table(book["问题按单位"], "单位")
    names = [f"{one['unit']}（第1份：甲.xlsx）", f"{one['unit']}（第2份：乙.xlsx）"]
    assert {row["单位"] for row in (first, second)} == set(names)
    assert [row["单位"] for row in table(book["单位得分"], "单位")] == names
    told = f"{first['须更正的']}\n{second['须更正的']}".split("\n")
    assert "同一单位报送了两份（B01）：已有一份：甲.xlsx" in told
    assert "其中没有的是编号B的" in book["问题清单"]["A2"].value
    short = {f"{one['unit']}（第{turn}份）" for turn in (1, 2)}  # whose rows are many, and not to be high
    assert {row["单位"] for row in table(book["资金明细"], "单位")} == short


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
    assert "有错误或不能定分0份，读不出0份" in {cell.value for row in book["总览"].iter_rows() for cell in row}


def test_an_indicator_a_row_as_a_table_to_pivot(book: Any, records: list[Record]) -> None:
    sheet = book["指标明细"]
    expected = [row for record in scored(records) for row in record["indicators"]]
    rows = table(sheet, "单位")
    assert [row["计算得分"] for row in rows] == [float(r["points"]) if r["points"] else None for r in expected]
    assert [row["三级指标"] for row in rows] == [r["name"] for r in expected]
    assert [row["依据"] for row in rows] == [r["basis"] for r in expected], "no scored copy need be opened for it"
    assert [row["单元格"] for row in rows] == [f"{r['sheet']}!{r['cell']}" for r in expected]
    ((name, area),) = ((t.name, t.ref) for t in sheet.tables.values())
    assert (name, area) == ("指标明细", f"A3:T{3 + len(expected)}")
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
        cell for row in rows for line in (row["须更正的"] or "").split("\n")
            if line and not line.startswith("还不能定分")
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
    listed = [ListedUnit(row, unit, f"00{row}") for unit, row in rows.items()]
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
    both = Roster(
        "名单.csv", [ListedUnit(row, "ABC局", form="project", project=project) for row, project in projects]
    )
    consolidate([record], both, tmp_path / "汇总.xlsx")
    (missing,) = table(openpyxl.load_workbook(tmp_path / "汇总.xlsx")["未报送"], "序号")
    assert (missing["单位"], missing["项目"]) == ("ABC局", "道路")


def test_without_a_list_it_says_so(out: Path, tmp_path: Path, records: list[Record]) -> None:
    consolidate(records, None, tmp_path / "汇总.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["未报送"]
    assert "没有提供名单，不能列出未报送的单位。" in {cell.value for row in sheet.iter_rows() for cell in row}
    everyone = Roster(
        "名单.csv", [ListedUnit(n, r["unit"]) for n, r in enumerate(scored(records), 2) if r["unit"]]
    )
    consolidate(records, everyone, tmp_path / "汇总.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["未报送"]
    assert "✔ 名单上的单位都已报送。" in {cell.value for row in sheet.iter_rows() for cell in row}


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
