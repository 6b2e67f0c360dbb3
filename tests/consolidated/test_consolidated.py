"""The consolidated workbook: what it counts is what the records count; its links, checks and bytes."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from statistics import mean, median
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from perf_xlsx.consolidated import streamed as streamed_sheets
from perf_xlsx.consolidated.paged_sheet import AGREE, DIFFER
from tests.kit.batch_of_records import HOSTILE, batch, json_lines
from tests.kit.command import command
from tests.kit.consolidated_run import FORMS, Record, consolidate, half_up, scored, table
from tests.kit.libreoffice import SOFFICE, converted

SHEETS = [
    "总览", "单位得分", "执行情况", "资金明细", "指标明细", "问题汇总", "问题按单位", "问题清单", "未报送",
]  # fmt: skip


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
        given = half_up(mean([Fraction(r["total"]) for r in whole]))
        some = f"填了自评的{len(whole)}份（计算平均{given:.2f}）"
        assert row["说明"].startswith("" if len(whole) == len(totals) else some)
        assert row["自评平均"] == half_up(mean(claimed))
        assert row["自评高出计算"] == pytest.approx(row["自评平均"] - given)


def test_differences_are_of_points_as_they_are_shown(tmp_path: Path) -> None:
    """97.86 and 98.11 stood beside -0.24: two means and their difference were rounded each for itself."""
    one, other, *_ = (r for r in scored(list(batch(9, hostile=False))) if r["form"] == "department")
    got = ({"total": "90.00", "claimed_total": "90.01"}, {"total": "90.01", "claimed_total": "90.035"})
    records = [r | {"complete": True, **more} for r, more in zip((one, other), got, strict=True)]
    consolidate(records, None, tmp_path / "汇总.xlsx")
    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx", data_only=True)
    mean_row = table(book["总览"], "自评平均")[0]
    rows = [(row["自评总分"], row["计算总分"], row["差额"]) for row in table(book["单位得分"], "单位")]
    rows.append((mean_row["自评平均"], mean_row["平均分"], mean_row["自评高出计算"]))
    shown = [tuple(half_up(Fraction(str(one))) for one in row) for row in rows]
    assert [round(claimed - given - gap, 2) for claimed, given, gap in shown] == [0, 0, 0]
    assert shown[-1] == (90.02, 90.01, 0.01)


def test_the_overview_names_each_rulebook_by_title_and_document_once(tmp_path: Path) -> None:
    """汇总 had the title and 自评表 the document: nobody could see that they are one."""
    first, second, *_ = scored(list(batch(5, hostile=False)))
    consolidate(
        [first | {"rulebook": "mof-2020"}, second | {"rulebook": "pidu-2026"}], None, tmp_path / "汇总.xlsx"
    )
    note = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["总览"]["B2"].value
    assert note.endswith(
        "评分办法：财预〔2020〕10号《项目支出绩效评价管理办法》（mof-2020）1份，"
        "成都市郫都区预算绩效自评办法（pidu-2026，成都市郫都区2026年预算绩效自评要求的公开摘要）1份。"
    )


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
    row[6].value += 50
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
    rows = table(openpyxl.load_workbook(tmp_path / "汇总.xlsx")["问题清单"], "单位")
    row = next(row for row in rows if row["问题"].startswith("😀"))
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
