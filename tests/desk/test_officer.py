"""The officer's page: what is dropped is scored as the command does it, and taken away byte for byte."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from httpx import Response
from msgspec import Struct

from perf_xlsx.desk.sheet_page import evaluation_forms
from perf_xlsx.system.lock import hold_lock
from tests.kit.batch_returns import a_return, write_returns
from tests.kit.command import command
from tests.kit.desk import Browser, file_name, links, own_desk, wait
from tests.kit.filled import template_of
from tests.kit.parts import edited
from tests.kit.several import Asked, side_by_side

RETURNS = {f"示例{n}局.xlsx": a_return("project", f"示例{n}局", 90 + n) for n in range(5)}


UNIT = "乌鲁木齐高新技术产业开发区（乌鲁木齐市新市区）机关事务管理中心"


class Two(Struct, frozen=True):
    desk: Browser
    wrong: str
    right: str
    results: Path


def test_of_a_form_that_came_twice_both_returns_are_to_be_decided(tmp_path: Path) -> None:
    """The page said 没有错误 of the first, and 汇总 待核定 of both."""
    folder = tmp_path / "收回"
    folder.mkdir()
    for name, actual in (("a.xlsx", 95), ("b.xlsx", 96)):
        (folder / name).write_bytes(a_return("project", "甲局", actual))
    with own_desk(folder) as desk:
        desk.post("/score")
        page = desk.scored()
    assert page.count('class="state warning">⚠ 待核定') == 2


def other_unit(xml: str) -> str:
    """Another unit's return, so that it is no second one."""
    return xml.replace(UNIT, "乙局")


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def own_name(copy: Response) -> str:
    """What the command calls a copy: only a download is told apart from its original by its name."""
    name = file_name(copy)
    assert "（评分后）." in name
    return name.replace("（评分后）.", ".")


def below(folder: Path) -> dict[str, bytes]:
    """The files of a folder, but for the memory of the run."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".perf_xlsx/")}


def test_what_the_page_gives_is_what_the_command_writes(tmp_path: Path) -> None:
    """Mixed returns in folders, the damaged and the doubled among them: copies, 汇总, letters, receipts."""
    write_returns(tmp_path / "甲" / "收回", 40)
    assert command("score", tmp_path / "甲" / "收回", "-o", tmp_path / "甲" / "结果").exit_code == 3
    expected = below(tmp_path / "甲" / "结果")
    write_returns(tmp_path / "乙" / "收回", 40)
    with own_desk(tmp_path / "乙" / "收回") as desk:
        desk.post("/score")
        page = desk.scored()
        whole = unpacked(desk.get("/everything").content)
        consolidated = desk.get("/consolidated")
        copies = {}
        for address in links(page, "/return/"):
            copy = desk.get(f"{address}/copy")
            if copy.status_code == 200:
                copies[own_name(copy)] = copy.content
    assert whole == expected
    assert (file_name(consolidated), consolidated.content) == ("汇总.xlsx", expected["汇总.xlsx"])
    assert copies == {
        name.rpartition("/")[2]: data for name, data in expected.items() if re.search(r"(^|/)\d\d\.xlsx$", name)
    }
    assert len(copies) == 36


def test_the_tables_beside_the_consolidated_workbook_are_taken_away_with_it(tmp_path: Path) -> None:
    (tmp_path / "收回").mkdir()
    for name, data in list(RETURNS.items())[:2]:
        (tmp_path / "收回" / name).write_bytes(data)
    with own_desk(tmp_path / "收回") as desk:
        desk.post("/score")
        desk.scored()
        results = tmp_path / "收回-评分结果"
        assert command("consolidate", results, "--export", "csv").exit_code == 0
        whole = unpacked(desk.get("/everything").content)
    tables = {name: data for name, data in below(results).items() if name.endswith(".csv")}
    assert len(tables) == 6
    assert tables.items() <= whole.items()


def test_dropped_returns_are_scored_and_shown(tmp_path: Path) -> None:
    with own_desk(tmp_path / "收回") as desk:
        desk.drop(*RETURNS.items())
        page = desk.scored()
        assert {path.name: path.read_bytes() for path in (tmp_path / "收回").iterdir()} == RETURNS
        rows = re.findall(r'<th scope="row"><a href="/return/[^"]+">([^<]+)</a>', page)
        assert rows == [name.removesuffix(".xlsx") for name in RETURNS]
        assert "<svg" in page
        assert "下载 汇总.xlsx" in page


def test_page_and_command_are_used_in_turn_on_one_folder(tmp_path: Path) -> None:
    (tmp_path / "收回").mkdir()
    for name, data in list(RETURNS.items())[:3]:
        (tmp_path / "收回" / name).write_bytes(data)
    assert command("score", tmp_path / "收回").exit_code == 1
    with own_desk(tmp_path / "收回") as desk:
        assert len(links(desk.get("/").text, "/return/")) == 3
        desk.drop(*list(RETURNS.items())[3:])
        assert len(links(desk.scored(), "/return/")) == 5
    told = command("score", tmp_path / "收回").output
    assert "（都没有变化，沿用上次的评分）" in told


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """A desk with a wrong return and a right one, the addresses of their pages, and what was written of them."""
    folder = tmp_path_factory.mktemp("two") / "收回"
    with own_desk(folder) as desk:
        desk.drop(
            ("错.xlsx", template_of("department-as-filed")),
            ("对.xlsx", edited(template_of("department-corrected"), {"xl/sharedStrings.xml": other_unit})),
        )
        found = dict(reversed(one) for one in re.findall(r'"(/return/[^"]+)">([^<]+)<', desk.scored()))
        yield Two(desk, found[UNIT], found["乙局"], folder.with_name("收回-评分结果"))


def test_findings_are_told_in_words_with_their_cells(two: Two) -> None:
    page = two.desk.get(two.wrong).text
    shown = re.sub(r"<[^>]+>|\s+", " ", page)
    for words in (
        "绩效指标!",
        "现在是",
        "应当是",
        "怎么办",
        "✖ 错误",
        "依据：",
        "下载退回意见（Word）",
        "各项得分",
    ):
        assert words in shown


def test_the_letter_is_the_one_that_was_written(two: Two) -> None:
    letter = two.desk.get(f"{two.wrong}/letter")
    (written,) = (two.results / "退回").glob("退回意见*.docx")
    assert two.desk.get(f"{two.right}/letter").status_code == 404
    assert (file_name(letter), letter.content) == (written.name, written.read_bytes())


def test_the_paper_shows_what_the_sheet_holds(two: Two) -> None:
    page = two.desk.get(f"{two.right}/paper").text
    boxes = re.findall(r"<td[^>]*>([^<]*)</td>", page)
    assert "部门（单位）整体支出绩效自评表" in boxes
    assert {"3,291.98", "86.80%", "2,857.28", "单位负责人："} <= set(boxes)
    assert any("校验码" in box for box in boxes)


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    write_returns(tmp_path / "收回", 24)
    with own_desk(tmp_path / "收回") as desk:
        desk.post("/score")
        wait(lambda: desk.get("/progress").json()["done"] > 4)
        desk.post("/stop")
        page = desk.scored()
        assert "上次没有评完" in page
        assert "继续评分" in page
        assert "评分时的说明" not in page
        desk.post("/score")
        assert len(links(desk.scored(), "/return/")) == 24
        assert desk.get("/progress").json()["stage"] == "done"


def test_a_dropped_return_keeps_the_time_when_it_was_changed(tmp_path: Path) -> None:
    """As the page's script tells it; what can be no such time is left aside."""
    with own_desk(tmp_path / "收回") as desk:
        for number, told in enumerate(("1700000000000", "9" * 40, "-1", "x", "0")):
            files = [("modified", (None, told)), ("files", (f"{number}.xlsx", a_return("project", f"{number}局")))]
            assert desk.post("/drop", files=files, headers={"X-Token": desk.token}).json()[0]["taken"]
    times = [path.stat().st_mtime for path in sorted((tmp_path / "收回").iterdir())]
    assert times[0] == 1_700_000_000
    assert min(times[1:]) > 1_750_000_000


def test_a_name_that_is_taken_is_not_written_over(tmp_path: Path) -> None:
    with own_desk(tmp_path / "收回") as desk:
        assert desk.drop(("自评表.xlsx", a_return("project", "甲局"))).history
        told = desk.drop(
            ("自评表.xlsx", a_return("project", "乙局")), ("自评表.xlsx", a_return("project", "甲局")),
            ("甲乡\\丙局/自评表.xlsx", a_return("project", "丙局")), ("CON.xlsx", a_return("project", "丁局")),
        )  # fmt: skip
        desk.scored()
    assert "已有同名文件，存为“自评表(2).xlsx”" in told.text
    assert "完全相同，没有重复接收" in told.text
    assert "CON.xlsx：名称太长，或有 Windows 不能用的字，存为“_CON.xlsx”" in told.text
    assert "丙局/自评表.xlsx：" not in told.text, "its folders in its name say whose it is"
    assert sorted(path.name for path in (tmp_path / "收回").iterdir()) == [
        "_CON.xlsx",
        "甲乡-丙局-自评表.xlsx",
        "自评表(2).xlsx",
        "自评表.xlsx",
    ]


def test_what_came_twice_is_shown_and_the_last_is_kept(tmp_path: Path) -> None:
    """A second round: corrected returns are dropped under the same and under other names, and compared with the first."""
    old = [a_return("project", unit, 91) for unit in ("甲局", "乙局")]
    new = [a_return("project", unit, 92) for unit in ("甲局", "乙局")]
    with own_desk(tmp_path / "收回") as desk:
        desk.drop(("甲局.xlsx", old[0]), ("乙局.xlsx", old[1]), ("丙局.xlsx", a_return("project", "丙局")))
        assert "重复报送，选定" not in desk.scored()
        desk.drop(("甲局.xlsx", new[0]), ("乙局（改）.xlsx", new[1]))
        assert "只留最后修改的" not in desk.get("/doubles").text, "they came within a minute"
        for name in ("甲局.xlsx", "乙局.xlsx"):
            os.utime(tmp_path / "收回" / name, (1_000_000, 1_000_000))
        assert "2张表重复报送，选定采用哪一份" in desk.scored()
        page = desk.get("/doubles").text
        assert "每张表只留最后修改的一份（移走2份）" in page
        assert "丙局" not in page
        assert "没有重复报送的" in desk.post("/doubles/latest").text
        page = desk.scored()
        assert len(links(page, "/return/")) == 3
        address = re.search(r'"(/return/[^"]+)">甲局<', page)
        assert address
        shown = desk.get(address[1]).text
        assert "第2次报送。与上次报送的“甲局.xlsx”相比，" in shown
        assert "I13 未改" in shown
    files = {path.name: path.read_bytes() for path in (tmp_path / "收回").iterdir()}
    assert (files["甲局(2).xlsx"], files["乙局（改）.xlsx"], len(files)) == (*new, 3)
    assert {path.name: path.read_bytes() for path in (tmp_path / "收回-网页" / "移走").iterdir()} == {
        "甲局.xlsx": old[0], "乙局.xlsx": old[1],
    }  # fmt: skip
    records = (tmp_path / "收回-评分结果" / ".perf_xlsx" / "records.jsonl").read_text("utf-8").splitlines()
    assert {one["file"]: one.get("round") for one in map(json.loads, records)} == {
        "甲局(2).xlsx": 2, "乙局（改）.xlsx": 2, "丙局.xlsx": None,
    }  # fmt: skip


def test_the_officer_says_which_of_two_counts(tmp_path: Path) -> None:
    """Where both were changed within a minute, he alone can say it."""
    with own_desk(tmp_path / "收回") as desk:
        desk.drop(("一.xlsx", a_return("project", "甲局", 91)), ("二.xlsx", a_return("project", "甲局", 92)))
        desk.scored()
        page = desk.get("/doubles").text
        assert "只留最后修改的" not in page
        address = re.search(r'"(/return/[^"]+)">二.xlsx', page)
        assert address
        assert desk.post("/return/none/keep").status_code == 404
        desk.post(f"{address[1]}/keep")
        desk.scored()
    assert [path.name for path in (tmp_path / "收回").iterdir()] == ["二.xlsx"]


def test_a_return_is_moved_away_and_never_deleted(tmp_path: Path) -> None:
    with own_desk(tmp_path / "收回") as desk:
        desk.drop(*list(RETURNS.items())[:2])
        first = links(desk.scored(), "/return/")[0]
        desk.post(f"{first}/remove")
        assert len(links(desk.scored(), "/return/")) == 1
    (moved,) = (tmp_path / "收回-网页" / "移走").iterdir()
    assert moved.read_bytes() == RETURNS[moved.name]


@pytest.mark.parametrize(
    ("asked", "units"),
    [
        ("words=示例3", ["示例3局"]),
        ("words=局&sort=total&down=1", ["示例0局", "示例1局", "示例2局", "示例3局", "示例4局"]),
        ("sort=unit&down=1", ["示例4局", "示例3局", "示例2局", "示例1局", "示例0局"]),
        ("state=读不出来", []),
        ("sort=__class__&page=-1&state=x", ["示例0局", "示例1局", "示例2局", "示例3局", "示例4局"]),
    ],
)
def test_the_table_is_filtered_and_sorted(asked: str, units: list[str], five: Browser) -> None:
    page = five.get(f"/?{asked}").text
    found = re.findall(r'<th scope="row"><a href="/return/[^"]+">([^<]+)</a>', page)
    assert sorted(found) == sorted(units) if "total" in asked else found == units


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    with own_desk(tmp_path_factory.mktemp("five") / "收回") as desk:
        desk.drop(*RETURNS.items())
        desk.scored()
        yield desk


def test_the_paper_shows_numbers_as_their_formats_do(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "自评表"
    cells = [("0.00", 8.005, "8.01"), ('0.00"＊"', 5, "5.00＊"), ("#,##0.00", 1234567.5, "1,234,567.50"), ("0.00%", 0.868, "86.80%"),
             ("General", 12.5, "12.5"), ("0", 3, "3"), ("General", "甲\n乙", "甲\n乙"), ("General", None, "")]  # fmt: skip
    for at, (code, value, _) in enumerate(cells, 2):
        sheet.cell(3, at, value).number_format = code
    sheet.merge_cells("B4:I4")
    sheet["B4"] = "说明"
    book.save(tmp_path / "甲.xlsx")
    (page,) = evaluation_forms(tmp_path / "甲.xlsx")
    assert [[box.text for box in row] for row in page.rows] == [[shown for _, _, shown in cells], ["说明"]]
    assert page.rows[1][0].across == page.columns == 8


def test_a_workbook_with_several_forms_has_a_row_for_each(tmp_path: Path) -> None:
    """One page tells of all, the paper has a sheet for each, and nothing is left to score."""
    with own_desk(tmp_path / "收回") as desk:
        desk.drop(("甲局.xlsx", side_by_side(Asked("项目一"), Asked("项目二", spent=50))))
        page = desk.scored()
        addresses = links(page, "/return/")
        assert len(addresses) == 2
        assert "还没有评分" not in page
        shown = desk.get(addresses[1]).text
        assert "项目一" in shown
        assert "项目二" in shown
        assert desk.get(f"{addresses[1]}/paper").text.count('<section class="paper"') == 2


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow only text in file names")
def test_a_name_that_is_no_text_is_shown_and_taken_away(tmp_path: Path) -> None:
    """As old zip programs unpack Chinese names."""
    folder = tmp_path / "收回"
    folder.mkdir()
    (Path(os.fsdecode(os.fsencode(folder) + b"/" + "水利局.xlsx".encode("gbk")))).write_bytes(
        a_return("project", "甲局")
    )
    with own_desk(folder) as desk:
        desk.post("/score")
        page = desk.scored()
        (address,) = links(page, "/return/")
        assert "水利局.xlsx" in page
        assert "还没有评分" not in page
        assert own_name(desk.get(f"{address}/copy")) == "水利局.xlsx"
        assert desk.get(f"{address}/original").status_code == 200
        desk.post(f"{address}/remove")
        desk.scored()
    assert len(list((tmp_path / "收回-网页" / "移走").iterdir())) == 1


def test_what_was_put_into_the_folder_by_hand_is_told(tmp_path: Path) -> None:
    with own_desk(tmp_path / "收回") as desk:
        for name, data in list(RETURNS.items())[:2]:
            (tmp_path / "收回" / name).write_bytes(data)
        assert "有2份还没有评分" in desk.get("/").text


def test_what_the_command_says_is_told(tmp_path: Path) -> None:
    """Of files that are no workbook, and of a run that another one keeps from beginning."""
    with own_desk(tmp_path / "收回") as desk:
        (tmp_path / "收回" / "说明.txt").write_text("x")
        desk.drop(("示例0局.xlsx", RETURNS["示例0局.xlsx"]))
        assert "另有1个文件因后缀不是工作簿而没有读：说明.txt" in desk.scored()
        with hold_lock(tmp_path / "收回-评分结果" / ".perf_xlsx" / "lock"):
            desk.post("/score")
            page = desk.scored()
        assert "另一个评分程序正在往" in page
        assert "没有评完" in page
