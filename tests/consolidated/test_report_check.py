"""报告核对 of 汇总: what check-report left in the folder of a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from tests.kit.command import command
from tests.kit.filled import filled
from tests.kit.reports import case_of, word
from tests.kit.written_reports import full_sentences, transfer

DEPARTMENT, PROJECT = "完好的部门自评表", "完好的项目自评表"
SHEET = "报告核对"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A scored folder of two returns, and a folder of reports beside it: one right, one with a slip, one of nobody."""
    returned, reports = tmp_path / "报送", tmp_path / "报告"
    (reports / "局").mkdir(parents=True)
    returned.mkdir()
    (returned / "部门.xlsx").write_bytes(filled(case_of(DEPARTMENT)))
    (returned / "项目.xlsx").write_bytes(filled(case_of(PROJECT)))
    wrong = full_sentences(case_of(DEPARTMENT)).replace("1000万元", "1010万元", 1)
    (reports / "部门.docx").write_bytes(word(*wrong.split("\n")))
    (reports / "局" / "部门.docx").write_bytes(word(*full_sentences(case_of(DEPARTMENT)).split("\n")))
    (reports / "项目.txt").write_text(transfer(case_of(PROJECT)), "utf-8")
    (reports / "没人的.txt").write_text("某单位的报告，支出5万元。", "utf-8")
    command("score", returned, "-o", tmp_path / "结果")
    return tmp_path


def _check(run: Path, *more: object) -> None:
    assert command("check-report", run / "报告", "--with", run / "报送", "-o", run / "结果", *more).exit_code == 3


def _rows(run: Path) -> list[dict[str, object]]:
    book = load_workbook(run / "结果" / "汇总.xlsx")
    if SHEET not in book.sheetnames:
        return []
    _, _, heads, *rows = book[SHEET].iter_rows(values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def test_there_is_no_such_sheet_where_no_report_was_checked(run: Path) -> None:
    assert _rows(run) == []


@pytest.mark.parametrize("again", ["consolidate", "score"])
def test_each_finding_has_a_row_and_each_report_its_counts(run: Path, again: str) -> None:
    _check(run)
    if again == "score":
        command("score", run / "报送", "-o", run / "结果")
    else:
        command("consolidate", run / "结果")
    rows = _rows(run)
    shown = [
        [row[head] for head in ("报告", "单位", "核对情况", "编号", "报告写", "应为", "自评表位置", "段落")]
        for row in rows
    ]
    unit = case_of(DEPARTMENT)["unit"]
    assert shown == [
        ["局/部门.docx", unit, "已核对", None, None, None, None, None],
        ["没人的.txt", None, "没有核对", "R01", None, None, None, None],
        ["部门.docx", unit, "已核对", "P01", "1010万元", "1000万元", "预算执行!C10", "（二）预算及执行情况"],
        ["项目.txt", case_of(PROJECT)["unit"], "已核对", None, None, None, None, None],
    ]
    counts = [
        [row[head] for head in ("数字", "一致", "不一致", "表中没有", "认不出", "认不出占比")] for row in rows
    ]
    assert counts[1] == [None] * 6
    assert all(row[0] == sum(row[1:5]) and row[5] == 0 for number, row in enumerate(counts) if number != 1)
    assert [row[2] for row in counts] == [0, None, 1, 0]


def test_what_is_printed_says_which_problem_is_where(run: Path) -> None:
    """It ended with the paragraph's number: the text of the problem was on no paper."""
    _check(run)
    command("consolidate", run / "结果")
    sheet = load_workbook(run / "结果" / "汇总.xlsx")[SHEET]
    edge = range_boundaries(str(sheet.print_area).partition("!")[2])[2]
    heads = [sheet.cell(3, at).value for at in range(1, edge + 1)]
    assert heads == ["单位编码", "单位", "报告", "核对情况", "严重程度", "编号", "段落", "原文", "问题"]


def test_the_overview_lists_every_sheet_that_is_there(run: Path) -> None:
    _check(run)
    command("consolidate", run / "结果")
    book = load_workbook(run / "结果" / "汇总.xlsx")
    assert {"回执", SHEET} <= set(book.sheetnames)
    words = {cell.value for row in book["总览"].iter_rows() for cell in row}
    assert set(book.sheetnames) - {"总览"} <= words


def test_the_copy_with_comments_is_linked_and_copies_of_one_name_do_not_meet(run: Path) -> None:
    _check(run)
    command("consolidate", run / "结果")
    sheet = load_workbook(run / "结果" / "汇总.xlsx")[SHEET]
    links = [row[-1].hyperlink.target if row[-1].hyperlink else None for row in sheet.iter_rows(min_row=4)]
    assert links == ["局/部门.docx", None, "部门.docx", None]
    assert all((run / "结果" / link).is_file() for link in links if link)


def test_the_same_reports_give_the_same_bytes(run: Path) -> None:
    books = []
    for _ in range(2):
        _check(run)
        command("consolidate", run / "结果")
        books.append((run / "结果" / "汇总.xlsx").read_bytes())
    assert books[0] == books[1]


def test_a_report_that_is_checked_again_takes_its_own_place(run: Path) -> None:
    _check(run)
    right = run / "报告" / "部门.docx"
    right.write_bytes((run / "报告" / "局" / "部门.docx").read_bytes())
    assert command("check-report", right, "--with", run / "报送", "-o", run / "结果").exit_code == 0
    command("consolidate", run / "结果")
    assert [row["编号"] for row in _rows(run)] == [None, "R01", None, None]


def test_a_form_that_was_changed_since_is_told(run: Path) -> None:
    _check(run)
    case = case_of(DEPARTMENT)
    (run / "报送" / "部门.xlsx").write_bytes(filled({**case, "unit": "示例市档案局"}))
    command("score", run / "报送", "-o", run / "结果")
    states = [row["核对情况"] for row in _rows(run)]
    assert states == ["自评表不是核对时的，请重新核对", "没有核对", "自评表不是核对时的，请重新核对", "已核对"]


def test_what_a_report_says_is_never_a_formula(run: Path) -> None:
    text = "=HYPERLINK(1)自评等级为“良”，〔请填写：=1+1〕。示例市档案馆"
    (run / "报告" / "=cmd.txt").write_text(text, "utf-8")
    _check(run)
    command("consolidate", run / "结果")
    cells = [cell for row in load_workbook(run / "结果" / "汇总.xlsx")[SHEET].iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert any(cell.value == "〔请填写：=1+1〕" for cell in cells)


def test_what_is_no_record_is_told_with_its_line(run: Path) -> None:
    _check(run)
    memory = run / "结果" / ".perf_xlsx" / "reports.jsonl"
    memory.write_bytes(memory.read_bytes() + b'{"report": 5}\n')
    done = command("consolidate", run / "结果")
    assert done.exit_code == 2
    assert "reports.jsonl 第5行不是完整的报告核对记录" in done.output
