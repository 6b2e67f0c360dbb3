"""What a unit changed between two returns: asked for by what was found, or not; and where the officer sees it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.kit.command import command
from tests.kit.finding_cases import changed
from tests.letters.conftest import Run, case_of, overclaimed, put, words
from tests.letters.test_rounds import LETTER, in_summary, record_of, second

Typed = Callable[[dict[str, Any]], None]
WAIVERS = "编号,单位,文件,单元格,原因,批准人,有效期至\n"


def rows_of(out: Path, name: str = "改动") -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(out / "汇总.xlsx")[name]
    heads = [cell.value for cell in sheet[3]]
    return [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=4, values_only=True)]


def typed(*changes: tuple[str, Any]) -> Typed:
    """Types into a case, by the paths that 问题.md has."""

    def type_in(case: dict[str, Any]) -> None:
        for path, value in changes:
            changed(case, path, value)

    return type_in


TWICE: dict[str, tuple[Typed, Typed, list[str]]] = {  # first, then what is changed, and what nobody asked for
    "W01: a weight, and the points with it": (
        typed(("指标1·分值", 15), ("指标1·自评得分", 15), ("自评总分", 93.03)),
        typed(("指标1·分值", 20), ("指标1·自评得分", 20), ("自评总分", 98.03)),
        [],
    ),
    "W01: the weight of another row": (
        typed(("指标1·分值", 15), ("指标1·自评得分", 15), ("自评总分", 93.03)),
        typed(("指标2·分值", 25), ("指标2·自评得分", 25), ("指标2·年度指标值", 97), ("自评总分", 98.03)),
        ["“数字化成果验收合格率”年度指标值"],
    ),
    "F02: the first of the three amounts": (
        typed(("人员经费·年初预算数", 400)),
        typed(("人员经费·年初预算数", 500)),
        [],
    ),
    "F02: an amount of another column": (
        typed(("人员经费·年初预算数", 400)),
        typed(("人员经费·调整数", 120), ("公用经费·全年执行数", 91)),
        ["公用经费·全年执行数"],
    ),
    "F05: the line of the projects": (
        typed(("项目1·全年执行数", 265)),
        typed(("项目支出·全年执行数", 360)),
        [],
    ),
    "I05: the points": (
        typed(("指标1·实际完成值", 150000), ("指标1·偏差原因", "设备到货晚，少做四分之一。"),
              ("指标1·改进措施", "次年一季度补做。")),
        typed(("指标1·自评得分", 15), ("自评总分", 93.03)),
        [],
    ),
    "I05: the actual": (
        typed(("指标1·实际完成值", 150000), ("指标1·偏差原因", "设备到货晚，少做四分之一。"),
              ("指标1·改进措施", "次年一季度补做。")),
        typed(("指标1·实际完成值", 200000)),
        [],
    ),
    "I05: the target, which nobody doubts": (
        typed(("指标1·实际完成值", 150000), ("指标1·指标完成率", "75%"), ("指标1·偏差原因", "设备到货晚，少做四分之一。"),
              ("指标1·改进措施", "次年一季度补做。")),
        typed(("指标1·年度指标值", 150000), ("指标1·指标完成率", "100%")),
        ["“档案数字化数量”年度指标值"],
    ),
    "I07: the points instead of the reason": (
        typed(("指标3·偏差原因", None)),
        typed(("指标3·实际完成值", 10), ("指标3·自评得分", 10)),
        ["“单页数字化成本”实际完成值", "“单页数字化成本”自评得分"],
    ),
    "F10: each of the cells that it names": (
        typed(("人员经费·年初预算数", 5000000), ("人员经费·调整数", 200000), ("人员经费·全年预算数", 5200000),
              ("人员经费·全年执行数", 5100000)),
        typed(("人员经费·年初预算数", 500), ("人员经费·调整数", 20), ("人员经费·全年预算数", 520),
              ("人员经费·全年执行数", 510)),
        [],
    ),
    "I06 of budget execution: the amounts": (
        typed(("预算执行率得分", 9)),
        typed(("公用经费·全年执行数", 80)),
        [],
    ),
    "nothing was found: every change is the unit's own, no computed sum": (
        typed(("自评总分", None)),
        typed(("公用经费·全年执行数", 91), ("预算执行率得分", 9.71)),
        ["公用经费·全年执行数"],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All of TWICE in two runs: the records of the second, by what they are about."""
    folder = tmp_path_factory.mktemp("twice")
    units = {name: f"示例{number}局" for number, name in enumerate(TWICE)}
    for turn in (1, 2):
        (folder / f"收回{turn}").mkdir()
        for name, (first, then, _) in TWICE.items():
            case = deepcopy(case_of(units[name]))
            case["passages"]["存在的主要问题及原因"] += units[name]  # else they are copies of one another
            first(case)
            if turn == 2:
                then(case)
            put(folder / f"收回{turn}", f"{units[name]}.xlsx", case)
        more = ("--previous", folder / "结果1") if turn == 2 else ()
        command("score", folder / f"收回{turn}", "-o", folder / f"结果{turn}", "--jobs", "1", *more)
    rows = rows_of(folder / "结果2")
    return {
        name: (record_of(folder / "结果2", unit), [row for row in rows if row["单位"] == unit])
        for name, unit in units.items()
    }


@pytest.mark.parametrize("name", TWICE)
def test_only_what_nobody_asked_for_is_to_be_explained(name: str, compared: dict[str, Any]) -> None:
    record, rows = compared[name]
    assert [change["box"] for change in record["since"]["changed"]] == TWICE[name][2]
    assert [row["栏目"] for row in rows if row["上次是否要求"] == "没有要求"] == TWICE[name][2]


def test_what_was_asked_for_is_listed_with_the_value_that_it_had(compared: dict[str, Any]) -> None:
    """Whoever raises the actual instead of lowering the points: the old one was nowhere any more."""
    _, (row,) = compared["I05: the actual"]
    assert (row["位置"], row["栏目"]) == ("绩效指标!I6", "“档案数字化数量”实际完成值")
    assert (row["上次"], row["这次"], row["上次是否要求"], row["报送次数"]) == ("150000", "200000", "要求更正", 2)


def test_a_return_without_errors_shows_what_it_changed_unasked(returns: Path, run: Run, letters: Path) -> None:
    """Only a column beyond the printed ones said it: such a return gets no letter."""
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    case = second(target=97, actual=98, claimed_completion="101.03%")
    case["claimed"] = case["claimed"] | {"total": 93.03}
    put(returns, "水利局.xlsx", case)
    done = run()
    assert not (letters / LETTER).exists()
    assert (
        "水利局.xlsx  第2次报送，另有2处上次没有要求的改动：绩效指标第7行“数字化成果验收合格率”年度指标值98→97；"
        in done.output
    )
    assert (
        "重报1份，与上次报送相比，已改2项；其中1份另有2处上次没有要求的改动，见汇总工作簿的“改动”。" in done.output
    )
    book = openpyxl.load_workbook(letters.parent / "汇总.xlsx")
    told = [cell.value for row in book["总览"].iter_rows() for cell in row if cell.value]
    assert "⚠ 重报的有1份另有2处上次没有要求的改动，见“改动”。" in told
    assert [row["栏目"] for row in rows_of(letters.parent)] == [
        "“数字化成果验收合格率”年度指标值", "“数字化成果验收合格率”实际完成值", "“档案数字化数量”自评得分", "自评总分",
    ]  # fmt: skip
    assert in_summary(letters.parent, "水利局")["与上次比"] == "已改2，另有改动2"
    sheet = book["单位得分"]
    column = next(cell.column for cell in sheet[3] if cell.value == "与上次比")
    assert column <= openpyxl.utils.range_boundaries(sheet.print_area.rpartition("!")[2])[2]


def test_what_is_waived_is_not_counted_as_mended(returns: Path, run: Run, letters: Path) -> None:
    case = overclaimed("水利局", reason=None)
    case["indicators"][2] |= {"reason": None}
    put(returns, "水利局.xlsx", case)
    run()
    row = "I07,水利局,,绩效指标!P6,另文上报,科,2999-01-01\n"
    (waivers := returns.parent / "豁免.csv").write_text(f"{WAIVERS}{row}", "utf-8")
    case["indicators"][0] |= {"claimed_points": 15}
    case["claimed"] = case["claimed"] | {"total": 93.03}
    put(returns, "水利局.xlsx", case)
    for _ in range(2):
        done = run("--waivers", waivers)
        (told,) = [text for text in words(letters / LETTER) if text.startswith("与上次报送的")]
        assert told.endswith("相比，上次指出的问题已改2项，豁免1项，未改1项。")
        assert in_summary(letters.parent, "水利局")["与上次比"] == "已改2，豁免1，未改1"
        assert "与上次报送相比，已改2项，豁免1项，未改1项。" in done.output
        came = [row["与上次比"] for row in rows_of(letters.parent, "问题清单") if row["编号"] == "I07"]
        assert sorted(came) == ["未改", "豁免"]
    run()
    assert in_summary(letters.parent, "水利局")["与上次比"] == "已改2，未改2"
