"""评分汇总 and 问题清单 as they are printed and seen on a small screen: read whole, no table torn from its head."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import STORIES, case_text
from perf_xlsx.scored.added_sheets import scored_sheets
from perf_xlsx.sheets.a4 import room
from perf_xlsx.sheets.style import column_units
from tests.kit.filled import filled, template_of
from tests.kit.libreoffice import needs_libreoffice
from tests.kit.printed import Page, needs_pdftotext, printed, printed_whole, sizes
from tests.kit.published_tables import PUBLISHED

SUMMARY, PROBLEMS = "评分汇总", "问题清单"
SCREEN = 1366 - 60  # pixels, less the heads of rows and the bar at the side
LEAST = 8.95  # points, as a program measures 9 where 宋体 is missing
TABLE, FUNDS = "逐项得分", "预算执行情况"


@pytest.fixture
def scored(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    def run(case: dict[str, Any]) -> Path:
        (tmp_path / "t.xlsx").write_bytes(filled(case))
        pipeline.score(tmp_path / "t.xlsx", tmp_path / "s.xlsx")
        return tmp_path / "s.xlsx"

    return run


def story(name: str) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(case_text(name))
    return case


def with_projects(count: int) -> dict[str, Any]:
    case = story("department-as-filed")
    case["projects"] = [case["projects"][0] | {"name": f"第{n}个项目"} for n in range(count)]
    return case


def with_long_names() -> dict[str, Any]:
    """Projects, indicators and a unit with names of several lines, more of them than one page holds."""
    case = with_projects(30)
    case["unit"] = "示例市城乡建设和交通运输综合行政执法支队" * 2
    case["projects"] = [
        row | {"name": f"{row['name']}农村基础设施及人居环境整治提升补助"} for row in case["projects"]
    ]
    long = "及其在全市范围内重点区域的覆盖程度和群众知晓情况"
    case["indicators"] = [row | {"name": f"{row['name']}{long}"} for row in case["indicators"] * 3]
    return case


def with_a_long_title() -> dict[str, Any]:
    """A project and a unit whose names take two lines of the title."""
    names = {"project": "农村饮水安全巩固提升工程" * 3, "unit": "水利和农村供水事业发展服务中心" * 2}
    return story("project") | names


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    **{name: lambda name=name: story(name) for name in STORIES},  # type: ignore[misc]
    "no project": lambda: with_projects(0),
    "many projects": lambda: with_projects(30),
    "long names": with_long_names,
    "long title": with_a_long_title,
}


def headless(pages: list[Page], table: str, first: str) -> list[int]:
    """Pages that end with the heading of a table whose first row is on the next."""
    return [number for number, page in enumerate(pages, 1) if table in page.text and first not in page.text]


@needs_libreoffice
@needs_pdftotext
@pytest.mark.parametrize("name", CASES)
def test_the_summary_can_be_read_on_paper(name: str, scored: Any) -> None:
    path = scored(CASES[name]())
    pages = printed(path, SUMMARY)
    assert min(sizes(pages)) >= LEAST
    assert not any("###" in page.text for page in pages)
    assert headless(pages, TABLE, "预算执行率") == []
    assert headless(pages, FUNDS, "全年预算数") == []
    assert [page for page in pages if "项目：" in page.text and "全年预算数" not in page.text] == []
    assert FUNDS in pages[0].text  # the tables begin below the first glance, on its page


@needs_libreoffice
@needs_pdftotext
def test_names_of_several_lines_are_printed_whole_and_short_at_the_bars(scored: Any) -> None:
    """A program that keeps links on one line cut them; at full length they left the chart no room for its bars."""
    path = scored(with_long_names())
    book = openpyxl.load_workbook(path)
    whole = "".join(page.text for page in printed(path, SUMMARY))
    assert whole.count("群众知晓情况") == len(with_long_names()["indicators"])
    names = [cell.value for (cell,) in book[SUMMARY]["J10:J30"] if cell.value]
    assert names
    assert all(column_units(name) <= 18 for name in names)
    (chart,) = book[SUMMARY]._charts
    assert chart.series[0].cat.strRef.f == f"'{SUMMARY}'!$J$10:$J${9 + len(names)}"


def test_columns_keep_their_places_on_the_page_in_a_workbook_of_large_type(scored: Any) -> None:
    """Its type was made small instead."""
    result = pipeline.score(scored(story("project")))
    usual, larger = (scored_sheets(result, size=size)[0] for size in (10, 16))
    assert usual.scale == larger.scale == 0.9
    assert sum(larger.widths.values()) <= room(True, len(larger.widths), 0.9, 16)


@needs_libreoffice
@needs_pdftotext
@pytest.mark.parametrize("name", STORIES)
def test_the_problems_can_be_read_on_paper(name: str, scored: Any) -> None:
    pages = printed(scored(story(name)), PROBLEMS)
    assert min(sizes(pages)) >= LEAST
    assert [page for page in pages if "整改意见" not in page.text and "没有发现问题" not in page.text] == []


@needs_libreoffice
@needs_pdftotext
def test_a_place_on_a_sheet_with_a_long_name_is_printed_whole_and_linked_at_its_code(tmp_path: Path) -> None:
    """A program that keeps links on one line cut it."""
    book = openpyxl.load_workbook(PUBLISHED / "ah-xiaoxian.xlsx")
    book.active.title = "2023年度项目支出绩效自评表（财政局汇总）"
    book.save(tmp_path / "a.xlsx")
    result = pipeline.score(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")[PROBLEMS]
    placed = [found.place for found in result.findings if found.place.cell]
    assert placed
    assert all(f"{place.sheet}!{place.cell}" in [cell.value for cell in sheet["D"]] for place in placed)
    assert len([cell for cell in sheet["C"] if cell.hyperlink]) == len(placed)
    text = "".join(page.text for page in printed(tmp_path / "b.xlsx", PROBLEMS))
    assert text.count("财政局汇") >= len(placed)


@needs_libreoffice
@needs_pdftotext
def test_what_a_sheet_itself_finds_right_does_not_contradict_its_marks(tmp_path: Path) -> None:
    """A row of indicators said ✔ beside a cell that was marked, and the form that it can be sent."""
    (tmp_path / "t.xlsx").write_bytes(template_of("project"))
    pipeline.score(tmp_path / "t.xlsx", tmp_path / "s.xlsx")
    told = ["".join(page.text for page in printed_whole(tmp_path / name)) for name in ("t.xlsx", "s.xlsx")]
    blank, copy = (text.partition("✔没有错误")[0] for text in told)
    assert "✔可以报送" in blank
    assert not any(word in blank for word in ("自检", "以评分为准", "已评分"))
    assert "✔可以报送" not in copy.replace("上面显示“✔可以报送”", "")
    assert "○已评分，见“评分汇总”" in copy
    assert copy.count("○以评分为准") == len(story("project")["indicators"])
    assert copy.replace("“✔可以报送”", "").count("✔") == copy.count("自检：✔")


@pytest.mark.parametrize("sheet", [SUMMARY, PROBLEMS])
def test_all_columns_are_in_sight_on_a_small_screen(sheet: str, scored: Any) -> None:
    found = openpyxl.load_workbook(scored(story("department-as-filed")))[sheet]
    letters = map(get_column_letter, range(1, found.max_column + 1))
    assert sum(found.column_dimensions[letter].width * 8 + 5 for letter in letters) < SCREEN
