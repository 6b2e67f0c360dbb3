"""Forms that hold no points, or are for monitoring: read and checked for what they hold, never scored or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.results.recording import as_json
from tests import FIXTURES
from tests.kit.command import command
from tests.kit.foreign_workbooks import xlsb
from tests.kit.layouts import Paper
from tests.kit.parted import parted
from tests.kit.several import Asked, side_by_side, write

PUBLISHED = FIXTURES / "published"
AREA, MONITORING, JUDGED = (
    PUBLISHED / f"{name}.xlsx" for name in ("zhuanyi-linhe", "layout-jiankong", "old-nx-yinchuan")
)


def changed(path: Path, folder: Path, change: Callable[[Any], None]) -> Result:
    book = openpyxl.load_workbook(path)
    change(book.active)
    book.save(folder / "a.xlsx")
    return pipeline.score(folder / "a.xlsx", folder / "out.xlsx")


def put(**cells: Any) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        for cell, value in cells.items():
            sheet[cell] = value

    return change


def told(result: Result) -> set[tuple[str, str, str | None]]:
    return {(f.code, f.severity, f.place.cell) for f in result.findings}


def test_a_form_without_points_is_checked_and_says_so() -> None:
    found = as_json(pipeline.score(AREA))
    assert (found["status"], found["total"], found["grade"], found["complete"]) == ("checked", None, None, None)
    assert found["unscored"] == "no_points"
    assert found["execution"] == {"rate": found["execution"]["rate"], "points": None, "weight": None}
    assert found["execution"]["rate"].startswith("0.9912")
    rows = [(row["name"], row["completion"], row["weight"], row["points"]) for row in found["indicators"]]
    assert rows[:2] == [("发放补助对象人数", "1", None, None), ("经费发放率", "0.98", None, None)]
    assert len(rows) == 5


def test_what_it_holds_is_checked() -> None:
    assert told(pipeline.score(AREA)) == {
        ("R19", "notice", None),
        ("R19", "notice", "A11"),
        ("R19", "notice", "E5"),
        ("R19", "notice", "B19"),
        ("I13", "warning", "B22"),
        ("I01", "warning", "E23"),
        ("I07", "warning", "G23"),
    }


@pytest.mark.parametrize(
    ("cells", "code", "at"),
    [
        ({"D8": 1000}, "F01", "D7"),
        ({"F7": "50%"}, "F03", "F7"),
        ({"E7": 3000, "E8": 2041.8, "F7": "128.7%"}, "F04", "E7"),
        ({"E7": 1000, "E8": 41.8, "F7": "42.9%"}, "F09", "E7"),
        ({"F24": None}, "I03", "F24"),
        ({"E22": None}, "I02", "E22"),
        ({"F22": "900名"}, "I08", "G22"),
        ({"D24": "经费发放率"}, "I14", "D24"),
        ({"F22": "四百名左右"}, "R08", "F22"),
    ],
)
def test_a_mistake_in_it_is_found(cells: dict[str, Any], code: str, at: str, tmp_path: Path) -> None:
    result = changed(AREA, tmp_path, put(**cells))
    plain = {(f.code, f.place.cell) for f in pipeline.score(AREA).findings}
    assert (code, at) in {(f.code, f.place.cell) for f in result.findings} - plain
    assert not [f for f in result.findings if f.code[0] in "WT" or f.code in ("I04", "I05", "I06", "R07")]


def test_a_monitoring_form_says_that_it_is_one() -> None:
    result = pipeline.score(MONITORING)
    found = as_json(result)
    assert (found["status"], found["total"]) == ("checked", None)
    assert found["unscored"] == "monitoring"
    assert [row["name"] for row in found["indicators"]][:2] == ["公务用车运行维护费下降率", "预算经费"]
    assert len(found["indicators"]) == 8
    assert not [f for f in result.findings if f.severity == "error"]


def test_a_monitoring_form_beside_a_self_evaluation_is_a_form_of_its_own(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(MONITORING)
    write(book.create_sheet("自评"), Asked("培训"))
    book.save(tmp_path / "a.xlsx")
    forms = pipeline.score(tmp_path / "a.xlsx").forms
    assert [(as_json(one)["status"], one.part) for one in forms] == [
        ("checked", "机关运行保障"),
        ("scored", "培训"),
    ]


def test_a_monitoring_form_with_points_is_not_scored_either(tmp_path: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["A1"] = "项目支出绩效监控表"

    path = FIXTURES / "kinds" / "08-worded-same.xlsx"
    assert as_json(pipeline.score(path))["status"] == "scored"
    found = as_json(changed(path, tmp_path, change))
    assert (found["status"], found["total"], found["grade"]) == ("checked", None, None)
    assert not [f for f in found["findings"] if f["code"][0] in "WT"]


def test_a_list_of_targets_without_such_a_title_is_no_form(tmp_path: Path) -> None:
    result = changed(AREA, tmp_path, put(A1="转移支付区域绩效目标申报"))
    assert [f.code for f in result.findings] == ["R04"]


def test_the_terminal_and_the_exit_code_know_it(tmp_path: Path) -> None:
    done = command("check", AREA, MONITORING)
    assert done.exit_code == 0
    assert done.output.count("不计分") >= 3
    assert "共2份，2份没有分值或是监控表，只核对，不计分。" in done.output


def test_the_scored_copy_says_it_and_gives_no_points(tmp_path: Path) -> None:
    changed(AREA, tmp_path, put(A2="（2023年度）"))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames[1:4] == ["评分汇总", "自评表", "问题清单"]
    for name in ("评分汇总", "自评表"):
        texts = {str(cell.value) for row in book[name].iter_rows() for cell in row if cell.value is not None}
        assert "不计分" in texts
        assert any("本表没有分值和得分，只核对，不计分" in text for text in texts)
        assert not texts & {"0.0", "0.00", "未评", "未填"}  # 0 is the count of errors


def test_a_monitoring_form_gets_no_evaluation_form(tmp_path: Path) -> None:
    changed(MONITORING, tmp_path, put(A2="（2023年度）"))
    assert "自评表" not in openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames


def test_the_consolidated_workbook_counts_it_apart(tmp_path: Path) -> None:
    for path in (AREA, FIXTURES / "kinds" / "08-worded-same.xlsx"):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / path.name).write_bytes(path.read_bytes())
    command("score", tmp_path / "in", "-o", tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "汇总.xlsx")
    texts = [str(cell.value) for row in book["总览"].iter_rows() for cell in row if cell.value is not None]
    assert "已评分1份，仅核对1份，读不出0份" in texts
    assert "已评分＋仅核对＋读不出＝“单位得分”的行数" in texts
    heads = [cell.value for cell in book["单位得分"][3]]
    lines = book["单位得分"].iter_rows(min_row=4, values_only=True)
    totals = {line[heads.index("状态")]: line[heads.index("计算总分")] for line in lines}
    assert totals.keys() == {"仅核对", "完整"}
    assert totals["仅核对"] is None


def test_it_is_taken_from_the_records_when_nothing_changed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.xlsx").write_bytes(AREA.read_bytes())
    command("score", tmp_path / "in", "-o", tmp_path / "out")
    assert "（都没有变化，沿用上次的评分）" in command("score", tmp_path / "in", "-o", tmp_path / "out").output


def test_the_money_of_a_monitoring_form_is_not_that_of_the_year(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    monitoring = Asked("培训", spent=40, title="项目支出绩效监控表")
    (tmp_path / "in" / "a.xlsx").write_bytes(side_by_side(Asked("培训"), monitoring))
    command("score", tmp_path / "in", "-o", tmp_path / "out")
    lines = [
        *openpyxl.load_workbook(tmp_path / "out" / "汇总.xlsx")["资金明细"].iter_rows(min_row=3, values_only=True)
    ]
    spent = lines[0].index("全年执行数")
    assert [line[spent] for line in lines[1:]] == [100, 100]


def test_what_was_carried_over_from_another_format_stays_without_points(tmp_path: Path) -> None:
    (tmp_path / "a.xlsb").write_bytes(xlsb(AREA.read_bytes()))
    first = pipeline.score(tmp_path / "a.xlsb", tmp_path / "b.xlsx")
    again = pipeline.score(tmp_path / "b.xlsx")
    assert [as_json(one)["status"] for one in (first, again)] == ["checked", "checked"]
    assert not [f for f in again.findings if f.code[0] in "WT" or f.code == "R07"]


# ---- judged rows without targets -------------------------------------------------------------------------------


@pytest.mark.finding("I21")
def test_judged_rows_without_a_target_have_the_units_points_and_say_so() -> None:
    result = pipeline.score(JUDGED)
    found = as_json(result)
    own = [(row["name"], row["points"]) for row in found["indicators"] if row.get("points_by") == "unit"]
    assert [points for _, points in own] == ["4.00", "2.00", "2.00", "2.00", "7.00", "2.00", "6.00"]
    assert (found["total"], found["claimed_rows"]) == ("85.00", 7)
    assert [f.place.cell for f in result.findings if f.code == "I21"] == [
        "H9",
        "H10",
        "H11",
        "H12",
        "H14",
        "H15",
        "H16",
    ]
    assert not [f for f in result.findings if f.code == "R13"]


def test_a_claim_above_the_weight_is_not_taken(tmp_path: Path) -> None:
    result = changed(JUDGED, tmp_path, put(H9=5))
    assert result.scores is not None
    assert (result.scores.indicators[0].points, result.scores.total) == (None, Decimal("81.00"))
    assert ("I21", "error", "H9") in told(result)


def test_a_judged_row_with_a_known_word_is_scored_by_the_rule(tmp_path: Path) -> None:
    result = changed(JUDGED, tmp_path, put(G9="达成"))
    assert result.scores is not None
    assert not result.scores.indicators[0].claimed
    assert result.scores.claimed_rows == 6


def test_a_row_that_needs_a_target_does_not_take_the_claim(tmp_path: Path) -> None:
    result = changed(JUDGED, tmp_path, put(F18=None, G18="基本符合"))
    assert result.scores is not None
    assert result.scores.indicators[8].points is None
    assert ("I02", "error", "F18") in told(result)


def test_every_place_that_shows_the_total_says_what_it_contains(tmp_path: Path) -> None:
    changed(JUDGED, tmp_path, put(F25="≥90%", G25="95%", H25=10, B4=98))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    texts = {
        name: [str(c.value) for row in book[name].iter_rows() for c in row if c.value]
        for name in ("评分汇总", "自评表")
    }
    assert "总分（含单位自评）" in texts["评分汇总"]
    assert "满分100，含单位自评7项" in texts["评分汇总"]
    assert any("其中7项不能按规则计算，用单位自评得分（＊）" in text for text in texts["自评表"])
    assert "（含单位自评7项）" in command("check", tmp_path / "a.xlsx").output
    line = json.loads(command("check", tmp_path / "a.xlsx", "--json").output.splitlines()[0])
    assert line["claimed_rows"] == 7


@pytest.mark.parametrize(
    "levels", [("履职效能", "管理效率", "可持续发展"), ("履职效能", "社会效应", "服务对象满意度")]
)
def test_levels_of_another_scheme_lack_no_dimension(levels: tuple[str, ...], tmp_path: Path) -> None:
    """履职效能、管理效率 are no share-out of 产出、效益: nobody is asked for 产出指标."""
    paper = parted(("符号", "值", "单位"))
    for row, level in enumerate(levels, 10):
        paper.sheet[f"A{row}"], paper.sheet[f"B{row}"] = level, "重点工作"
    result = pipeline.score(paper.save(tmp_path / "a.xlsx"))
    assert [f.code for f in result.findings if f.code == "I13"] == []


def test_a_judgement_on_a_form_without_points_asks_for_none() -> None:
    scores = pipeline.score(AREA).scores
    assert scores is not None
    assert not [one.why for one in scores.indicators if "分值" in one.why or "自评得分" in one.why]


# ---- forms for monitoring ---------------------------------------------------------------------------------------


def monitored(heads: tuple[str, ...], *rows: tuple[Any, ...]) -> Paper:
    """上海、湖北 (仿): a department's form for monitoring with these columns of values."""
    p = Paper()
    p.put("A1:J1", "部门整体支出绩效目标运行监控表（2024年度）")
    p.row(2, "A B:J", "部门名称", "某县水利局")
    p.put("A3:A5", "资金（万元）")
    p.row(3, "B C D E F", None, "年初预算数", "1-7月执行数", "1-7月执行率", "全年预计执行数")
    p.row(4, "B C D E F", "年度资金总额", 100, 40, "40%", 100)
    p.row(5, "B C D E F", "其中：基本支出", 60, 30, "50%", 60)
    letters = "A B C D E F G H"
    p.row(6, letters, "一级指标", "二级指标", "三级指标", *heads)
    for row, values in enumerate(rows, 7):
        p.row(row, letters, *values)
    return p


PART = ("年度目标值", "1-7月目标值", "1-7月完成值", "全年预计完成值", "是否存在偏差")
ROWS = [
    ("产出指标", "数量指标", "渠道长度", "≥25公里", "≥12公里", "14公里", "26公里", "否"),
    ("产出指标", "质量指标", "合格率", "≥98%", "≥98%", "99%", "99%", "否"),
    ("效益指标", "社会效益", "受益人口", "≥1200人", "≥600人", "900人", "1300人", "否"),
]


def test_what_is_aimed_at_in_a_part_of_the_year_is_no_result(tmp_path: Path) -> None:
    result = pipeline.score(monitored(PART, *ROWS).save(tmp_path / "a.xlsx"))
    assert result.evaluation is not None
    read = [(row.target.given, row.midyear.given, row.actual.given) for row in result.evaluation.indicators]
    assert read == [(row[3], row[5], "") for row in ROWS]
    assert not [f for f in result.findings if f.code in ("I01", "I10", "R06", "R17")]


def test_the_money_of_a_monitoring_form_has_no_rate_of_the_year(tmp_path: Path) -> None:
    result = pipeline.score(monitored(PART, *ROWS).save(tmp_path / "a.xlsx"))
    assert result.evaluation is not None
    total = result.evaluation.total_funds
    assert (total.initial.value, total.executed.value, total.claimed_rate.value) == (100, None, None)
    assert "1-7月执行数、1-7月执行率、全年预计执行数" in next(
        f.message for f in result.findings if f.code == "R19"
    )


# ---- forms with nothing but points -------------------------------------------------------------------------------


def points_alone(folder: Path, total: float) -> dict[str, Any]:
    """A scoring table of 决策, 管理, 绩效: weights of three levels and points, no targets, no results."""
    p = Paper()
    p.put("A1:G1", "服务贸易项目绩效自评表（2018年度）")
    p.row(2, "A:B C:D E F:G", "项目名称", "服务贸易发展", "实施单位", "某省商务厅")
    rows: list[tuple[Any, ...]] = [
        ("一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "得分"),
        ("项目决策", 20, "项目目标", 20, "目标内容", 20, 20),
        ("项目管理", 25, "资金管理", 25, "资金使用", 25, 24),
        ("项目绩效", 55, "项目产出", 15, "产出数量", 15, 15),
        (None, None, "项目效益", 40, "社会效益", 40, 38),
        ("总分", 100, None, 100, None, 100, total),
    ]
    for row, values in enumerate(rows, 3):
        p.row(row, "A B C D E F G", *values)
    return as_json(pipeline.score(p.save(folder / "points.xlsx")))


def test_a_form_with_nothing_but_points_keeps_them_and_is_held_against_its_sum(tmp_path: Path) -> None:
    found = points_alone(tmp_path, 97)
    assert (found["status"], found["total"], found["claimed_rows"]) == ("scored", "97.00", 4)
    rows = [(row["name"], row["weight"], row["claimed"], row["points"]) for row in found["indicators"]]
    assert rows == [("目标内容", "20", "20", "20.00"), ("资金使用", "25", "24", "24.00"),
                    ("产出数量", "15", "15", "15.00"), ("社会效益", "40", "38", "38.00")]  # fmt: skip
    assert not {f["code"] for f in found["findings"]} & {"T01", "W01", "I02", "I03"}
    told = [f for f in points_alone(tmp_path, 98)["findings"] if f["code"] == "T01"]
    assert [(f["severity"], f["message"]) for f in told] == [
        ("error", "自评总分填98，各项自评得分之和为97，相差1。"),
    ]  # fmt: skip
