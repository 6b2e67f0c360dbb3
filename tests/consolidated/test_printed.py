"""汇总.xlsx and 退回清单.xlsx on paper: pages, headings that go with their columns, and type that one reads."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from perf_xlsx.cli.main import main
from tests.kit.batch_of_records import batch
from tests.kit.consolidated_run import COUNT, consolidate, half_up, table
from tests.kit.libreoffice import needs_libreoffice
from tests.kit.printed import needs_pdftotext, printed, sizes

EXAMPLES = Path(__file__).parents[2] / "examples"
LEAST = 8.8  # points: 9 less what a scale of whole percents takes
HEIGHT = 501 / 0.9  # points of a sheet on a page across


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the examples, with a unit that has not returned."""
    folder = tmp_path_factory.mktemp("printed")
    listed = folder / "名单.csv"
    listed.write_text("单位名称,单位编码,表种,联系人\n示例县水利局,001002,项目,计财科 1234567\n", "utf-8")
    (folder / "收回").mkdir()
    for returned in EXAMPLES.glob("*/returned.xlsx"):
        shutil.copy(returned, folder / "收回" / f"{returned.parent.name}.xlsx")
    words = [
        "score",
        str(folder / "收回"),
        "-o",
        str(folder / "结果"),
        "--roster",
        str(listed),
        "--sender",
        "甲财政局",
    ]
    done = CliRunner().invoke(main, words)
    assert (folder / "结果" / "汇总.xlsx").exists(), done.output
    return folder / "结果"


@needs_libreoffice
@needs_pdftotext
def test_every_page_says_of_what_year_it_is_and_from_whom(results: Path) -> None:
    """Pages of 总览 after the first said nothing of it, and no page who had it made."""
    pages = printed(results / "汇总.xlsx", "总览")
    assert len(pages) > 2
    assert all(
        {"绩效自评汇总（2023、2024年度）", "甲财政局"} <= {word.text for word in page.words} for page in pages
    )


@needs_libreoffice
@needs_pdftotext
@pytest.mark.parametrize("name", ["汇总.xlsx", "退回/退回清单.xlsx"])
def test_every_sheet_is_printed_in_type_that_one_reads(results: Path, name: str) -> None:
    titles = [sheet.title for sheet in openpyxl.load_workbook(results / name) if sheet.sheet_state == "visible"]
    smallest = {title: min(sizes(printed(results / name, title)), default=LEAST) for title in titles}
    assert {title: size for title, size in smallest.items() if size < LEAST} == {}


def test_it_prints_on_a4_with_titles_and_page_numbers(written: Path, book: Any) -> None:
    for sheet in book:
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.scale == 90  # "fit to" would override the breaks of pages; 10 points become 9
        assert not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "&P" in sheet.oddFooter.center.text
        assert sheet.oddHeader.left.text.startswith("绩效自评汇总（")
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
        assert height_of(sheet, rows) < HEIGHT - 34  # the title is repeated
    title = next(row for row in range(1, sheet.max_row) if sheet.cell(row, 2).value == "合计与分项")
    (page,) = [rows for rows in pages if title in rows]
    assert title + 4 in page  # with its heads and three rows
    head = next(c.value for row in sheet.iter_rows() for c in row if str(c.value).startswith("年初＋调整－全年"))
    assert head == "年初＋调整－全年\n（三项都填的）"


def test_heading_and_rows_of_the_overview_are_printed_on_one_page(of_years: Any) -> None:
    """The header row of 问题 stood alone at the foot of a page."""
    sheet = of_years["总览"]
    pages = printed_pages(sheet)
    for rows in pages:
        assert height_of(sheet, rows) < HEIGHT
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
    assert sheet["I6"].value.endswith("等，见下表")


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
        shown = [of[at].width - 5 / 7 for at in range(1, last + 1) if not of[at].hidden]
        pixels = sum(width * 8.75 + 5 for width in shown)  # in a program that lacks the font
        room = {"landscape": 770, "portrait": 523}[sheet.page_setup.orientation] / 0.75 / 0.9
        assert pixels <= room + 1, sheet.title


def test_the_note_below_a_title_is_read_whole(book: Any) -> None:
    """It was cut at the right of the screen and of the page, and grew with every remark."""
    for name in ("单位得分", "资金明细", "指标明细", "问题按单位", "问题清单"):
        sheet = book[name]
        edge = openpyxl.utils.range_boundaries(str(sheet.print_area).partition("!")[2])[2]
        of = {at: one for one in sheet.column_dimensions.values() for at in range(one.min, one.max + 1)}
        width = sum(of[at].width for at in range(1, edge + 1) if not of[at].hidden)
        assert f"A2:{openpyxl.utils.get_column_letter(edge)}2" in {str(area) for area in sheet.merged_cells.ranges}
        assert sheet["A2"].alignment.wrap_text, name
        lines = len(sheet["A2"].value) * 2 / width
        assert sheet.row_dimensions[2].height >= 14 * lines, name


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


def test_long_names_leave_ten_findings_a_page_and_no_minus_is_parted_from_its_number(tmp_path: Path) -> None:
    """Names of twenty characters took five lines beside messages of five; at a hyphen lines break."""
    record = next(one for one in batch(9, hostile=False) if one["findings"])
    record["findings"][0] |= {
        "message": "分值合计70（预算执行率10＋各指标60），应为100，差-30。", "difference": "-30", "given": "-3",
        "expected": "100",
    }  # fmt: skip
    record["findings"] = record["findings"][:1]
    consolidate([record | {"unit": "某某自治县农村义务教育学生营养改善服务中心"}], None, tmp_path / "汇总.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "汇总.xlsx")["问题清单"]
    (row,) = table(sheet, "单位")
    assert (row["相差"], row["填报内容"]) == ("−30", "-3")
    assert row["问题"].endswith("差−30。")
    heads = sum(sheet.row_dimensions[number].height for number in (1, 2, 3))
    assert (HEIGHT - heads) / sheet.row_dimensions[4].height >= 10
