"""汇总.xlsx as the office reads it: returns scored by the command, and what the sheets then say of each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx.cli.stories import case_text
from tests.kit.command import command
from tests.kit.consolidated_run import table
from tests.kit.filled import filled, well_made

PUBLISHED = Path(__file__).parents[1] / "fixtures" / "published"


def a_return(unit: str, executed: object = 846.36, **more: Any) -> dict[str, Any]:
    """A project's form of the unit, nothing wrong in it but what is asked for."""
    case = well_made("project") | {"unit": unit, "supervisor": unit, "project": f"{unit}的项目"} | more
    case["funds"] = [
        {"line": "年度资金总额", "initial": 860, "adjustment": 40, "adjusted": 900, "executed": executed},
        {"line": "当年财政拨款", "initial": 860, "adjustment": 40, "adjusted": 900, "executed": executed},
    ]
    return case


def scored(folder: Path, returns: Mapping[str, Any], *more: object, roster: str = "") -> Any:
    """汇总.xlsx of these returns, by file name; bytes are written as they are."""
    (folder / "收回").mkdir(exist_ok=True)
    for name, case in returns.items():
        (folder / "收回" / f"{name}.xlsx").write_bytes(case if isinstance(case, bytes) else filled(case))
    if roster:
        (folder / "名单.csv").write_text(roster, "utf-8-sig")
    words = ("--roster", folder / "名单.csv") if roster else ()
    done = command("score", folder / "收回", "-o", folder / "结果", "--jobs", "1", *words, *more)
    assert done.exit_code in (0, 1, 3), done.output
    return summary(folder / "结果")


def summary(out: Path) -> Any:
    return openpyxl.load_workbook(out / "汇总.xlsx", data_only=True)


def words(sheet: Any) -> str:
    """All that a sheet says, a line a row."""
    rows = ([str(cell) for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True))
    return "\n".join("　".join(row) for row in rows)


# ---- rates of sums -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rulebook", ["mof-2020", "initial-base"])
def test_a_sum_of_one_return_has_the_rates_of_that_return(tmp_path: Path, rulebook: str) -> None:
    book = scored(tmp_path, {"甲": case_text("department-as-filed")}, "--rulebook", rulebook)
    sums = {row["资金类别"]: row for row in table(book["执行情况"], "表种")}
    lines = {row["资金类别"]: row for row in table(book["资金明细"], "资金类别")}
    assert sums.keys() == lines.keys()
    assert lines["基本支出"]["预算调整率"] == pytest.approx(0.0261, abs=1e-4), "no 调整数 was typed"
    for name, line in lines.items():
        for head in ("预算调整率", "预算执行率"):
            shown = sums[name][head]
            assert shown == ("—" if line[head] is None else pytest.approx(line[head])), (name, head)


def test_a_rate_that_is_not_of_the_sums_beside_it_says_what_it_is_of(tmp_path: Path) -> None:
    book = scored(
        tmp_path, {"甲": a_return("甲局"), "乙": a_return("乙局", 810), "丙": a_return("县档案馆", "9,000,000元")}
    )
    row = table(book["执行情况"], "表种")[0]
    assert (row["份数"], row["全年预算数"], row["全年执行数"]) == (3, 2700, 1656.36)
    assert row["预算执行率"] == pytest.approx(1656.36 / 1800)
    said = (
        "※ 项目支出 2024年度 年度资金总额、当年财政拨款：执行率按两数都有的2份计算：预算1,800.00、执行1,656.36；"
        "未计入：县档案馆。"
    )
    for name in ("执行情况", "总览"):
        assert said in words(book[name])
        rates = [c.number_format for r in book[name].iter_rows() for c in r if c.value == row["预算执行率"]]
        assert len(rates) == 2
        assert all("※" in code for code in rates)
    assert "按两数都有的2份" in words(book["总览"]).splitlines()[5]


def test_a_rate_of_the_sums_beside_it_says_nothing(tmp_path: Path) -> None:
    book = scored(tmp_path, {"甲": a_return("甲局"), "乙": a_return("乙局", 810)})
    assert "※" not in words(book["总览"]) + words(book["执行情况"])
    assert "两数都有" not in words(book["总览"])


# ---- consolidated again, as README shows it ----------------------------------------------------------------------

ROSTER = (
    "单位名称,单位代码,表种,项目名称,联系人\n甲局,101,项目支出,甲局的项目,张三 1\n乙局,102,项目支出,乙局的项目,李四 2\n"
    "乙局,102,项目支出,第二个项目,李四 2\n丁局,104,项目支出,,王五 4\n戊局,105,项目支出,,赵六 5\n"
)
RETURNS = {"甲": a_return("甲局"), "乙": a_return("乙局"), "丁局": b"no workbook", "丙": a_return("丙局")}


def test_consolidating_again_without_the_list_keeps_what_the_run_knew_of_it(tmp_path: Path) -> None:
    scored(tmp_path, RETURNS, roster=ROSTER)
    first = (tmp_path / "结果" / "汇总.xlsx").read_bytes()
    (tmp_path / "名单.csv").unlink()
    done = command("consolidate", tmp_path / "结果")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "结果" / "汇总.xlsx").read_bytes() == first
    book = summary(tmp_path / "结果")
    assert "名单5份，已报送3份（其中1份读不出来或没有填单位，须退回），未报送2份" in words(book["未报送"])
    assert "已报送＋未报送＝名单份数" in words(book["总览"])
    assert "报送了、但名单上没有的单位：1\n丙局" in words(book["未报送"])


@pytest.mark.parametrize("left", [None, b"{", b'{"name": "x", "listed": [{}]}'])
def test_a_list_that_is_not_kept_is_missed_aloud(left: bytes | None, tmp_path: Path) -> None:
    scored(tmp_path, RETURNS, roster=ROSTER)
    (kept := tmp_path / "结果" / ".perf_xlsx" / "roster.json").unlink()  # as an earlier version left its folder
    if left:
        kept.write_bytes(left)
    done = command("consolidate", tmp_path / "结果")
    said = "评分时用过单位名单，结果里没有留存：名单份数、已报送份数和它们的核对没有列出"
    book = summary(tmp_path / "结果")
    for text in (done.output, words(book["未报送"]), words(book["总览"])):
        assert said in text
    assert "报送了、但名单上没有的单位：1\n丙局" in words(book["未报送"]), "the records know this"


def test_a_run_without_a_list_forgets_that_of_the_run_before(tmp_path: Path) -> None:
    scored(tmp_path, RETURNS, roster=ROSTER)
    scored(tmp_path, {})
    done = command("consolidate", tmp_path / "结果")
    assert "名单" not in done.output
    assert "没有提供名单" in words(summary(tmp_path / "结果")["总览"])


# ---- marks and words ---------------------------------------------------------------------------------------------


def test_a_provisional_total_is_marked_on_the_sheet_of_receipts_too(tmp_path: Path) -> None:
    book = scored(tmp_path, {"甲": a_return("甲局"), "丙": a_return("丙局", "9,000,000元")})
    shown = {row["单位"]: row["计算等级"] for row in table(book["回执"], "校验码")}
    assert shown == {"甲局": "优", "丙局": "暂定"}
    assert {row["单位"] for row in table(book["单位得分"], "单位") if "暂定" in row["状态"]} == {"丙局"}


def test_the_office_is_not_told_to_ask_the_office(tmp_path: Path) -> None:
    """R17 of 问题清单 said 请与收表单位核对, which is who reads it."""
    book = scored(tmp_path, {"甲": (PUBLISHED / "hb-shangwu.xlsx").read_bytes()})
    (advice,) = (row["整改意见"] for row in table(book["问题清单"], "编号") if row["编号"] == "R17")
    assert advice.startswith("请用 --rulebook 换成适用的评分办法")
    assert "收表单位" not in words(book["问题清单"])


# ---- several years, and what is left to check --------------------------------------------------------------------


def test_years_that_are_mixed_are_told_with_the_files_of_the_fewer(tmp_path: Path) -> None:
    returns = {name: a_return(f"{name}局") for name in "甲乙丙"} | {"气象局": a_return("气象局", year=2023)}
    book = scored(tmp_path, returns)
    steps = words(book["总览"])
    said = "⚠ 不止一个年度：2024年度3份，2023年度1份（气象局.xlsx），请核对是否报错年度"
    assert said in steps
    assert steps.index(said) < steps.index("等级分布")
    sheet = book["单位得分"]
    printed = sheet.print_area.rpartition("$")[0].rpartition(":")[2].strip("$")
    (at,) = (cell.column for cell in sheet[3] if cell.value == "年度")
    assert at <= openpyxl.utils.column_index_from_string(printed)
    assert sorted(row["年度"] for row in table(sheet, "单位")) == [2023, 2024, 2024, 2024]
    for name in returns:
        (tmp_path / "收回" / f"{name}.xlsx").unlink()
    assert "不止一个年度" not in words(scored(tmp_path, {"甲": a_return("甲局")})["总览"])


def test_returns_with_warnings_alone_are_counted_among_the_next_steps(tmp_path: Path) -> None:
    late = {"filled_on": "2026-03-10"}
    wrong = a_return("乙局")
    wrong["claimed"] = wrong["claimed"] | {"grade": "良"}
    again = a_return("丁局", **late)
    twice = {"丁": again, "丁2": again | {"filled_on": "2026-03-11"}}  # one of them is to be chosen first
    book = scored(tmp_path, {"甲": a_return("甲局", **late), "乙": wrong, **twice})
    assert "⚠ 另有1份没有错误，有警告须核对，见“问题按单位”。" in words(book["总览"])
    rows = {row["单位"]: (row["错误"], row["警告"]) for row in table(book["问题按单位"], "单位")}
    assert rows["甲局"] == (0, 1)
    assert rows["乙局"][0] == 1
    (tmp_path / "收回" / "乙.xlsx").unlink()
    assert "⚠ 1份没有错误，有警告须核对，" in words(scored(tmp_path, {})["总览"])


def test_the_name_of_a_fund_line_is_read_whole(tmp_path: Path) -> None:
    """财政专户管理资金 was cut off in a row for one line of text."""
    book = scored(tmp_path, {"甲": (PUBLISHED / "sc-qingshen.xlsx").read_bytes()})
    sheet = book["执行情况"]
    heights = {row[3].value: sheet.row_dimensions[row[3].row].height for row in sheet.iter_rows(min_row=5)}
    assert heights["财政专户管理资金"] >= 2 * 13.5
    assert heights["当年财政拨款"] < 2 * 13.5, "one line is enough"
