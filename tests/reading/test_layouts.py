"""Forms that did not come from our template: each official layout is read completely, and says how it was read."""

from __future__ import annotations

import random
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.results.recording import as_json
from tests.kit.layout_figures import (
    ADJUSTMENTS,
    BOXES,
    FINDINGS,
    FUNDS,
    INDICATORS,
    LEVELS,
    PASSAGES,
    PROJECTS,
    RULEBOOK,
    WHOLE,
)  # fmt: skip
from tests.kit.layouts import LAYOUTS, flat, national, sichuan, xinjiang, yunnan
from tests.kit.outcome import findings_of
from tests.kit.scored_layouts import layout_notice, score_paper, shown


def score(name: str, folder: Path, output: str | None = None) -> Result:
    path = LAYOUTS[name]().save(folder / "returned.xlsx")
    return pipeline.score(path, folder / output if output else None, RULEBOOK.get(name))


def cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def percent(share: Decimal | None) -> Decimal | None:
    return None if share is None else share * 100


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_value_is_read(name: str, tmp_path: Path) -> None:
    result = score(name, tmp_path)
    evaluation, scores = result.evaluation, result.scores
    assert evaluation is not None, [f.message for f in result.findings]
    assert scores is not None
    assert [
        [row.name.value, row.sign.value or "", shown(row.target.value), row.unit.value or "",
         shown(row.actual.value), shown(row.weight.value), shown(row.claimed_points.value),
         "" if s.points is None else str(s.points)]
        for row, s in zip(evaluation.indicators, scores.indicators, strict=True)
    ] == cells(INDICATORS[name])  # fmt: skip
    assert [
        [line.name, shown(line.initial.value), shown(line.adjusted.value), shown(line.executed.value),
         shown(percent(line.claimed_rate.value))]
        for line in evaluation.funds.values()
    ] == cells(FUNDS[name])  # fmt: skip
    assert [
        [row.name.value, row.level1.value or "", row.level2.value or "", shown(row.midyear.value),
         shown(percent(row.claimed_completion.value)), row.reason.value or "", row.improvement.value or ""]
        for row in evaluation.indicators
    ] == cells(LEVELS[name])  # fmt: skip
    assert [
        [row.name.value, row.source.value or "", shown(row.initial.value), shown(row.adjusted.value),
         shown(row.executed.value), row.benefit.value or ""]
        for row in evaluation.projects
    ] == cells(PROJECTS.get(name, ""))  # fmt: skip
    adjustments = [shown(line.adjustment.value) for line in evaluation.funds.values()]
    assert adjustments == ADJUSTMENTS.get(name, [""] * len(adjustments))
    boxes = {key: shown(box.value) for key, box in evaluation.boxes.items() if box.value is not None}
    assert {key: text for key, text in boxes.items() if key not in ("unit", "money_unit")} == BOXES[name]
    assert [(p.title.value, p.text.value) for p in evaluation.passages] == PASSAGES[name]
    claimed, found = evaluation.claimed, as_json(result)
    assert (
        evaluation.form, evaluation.year, evaluation.unit, evaluation.boxes["money_unit"].value, shown(claimed.execution_points.value),
        shown(claimed.total.value), claimed.grade.value, found["execution"]["points"], found["total"],
        found["grade"],
    ) == WHOLE[name]  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_is_found_and_nothing_else(name: str, tmp_path: Path) -> None:
    result = score(name, tmp_path)
    notice = layout_notice(result)
    others = [(f.code, f.severity, f.place.cell) for f in result.findings if f is not notice]
    assert sorted(map(str, others)) == sorted(map(str, FINDINGS[name]))


@pytest.mark.parametrize("name", LAYOUTS)
def test_scoring_again_gives_the_same_and_nothing_is_lost(name: str, tmp_path: Path) -> None:
    first = score(name, tmp_path, "scored.xlsx")
    again = pipeline.score(tmp_path / "scored.xlsx", tmp_path / "again.xlsx", RULEBOOK.get(name))
    one, two = as_json(first), as_json(again)
    for key in ("total", "grade", "claimed_total", "indicators", "execution", "unit"):
        assert one[key] == two[key]
    assert [f.message for f in first.findings] == [f.message for f in again.findings]
    assert (tmp_path / "scored.xlsx").read_bytes() == (tmp_path / "again.xlsx").read_bytes()
    before = openpyxl.load_workbook(tmp_path / "returned.xlsx").worksheets[0]
    after = openpyxl.load_workbook(tmp_path / "scored.xlsx")[before.title]
    assert [[c.value for c in row] for row in before] == [[c.value for c in row] for row in after]
    assert before.merged_cells.ranges == after.merged_cells.ranges


@pytest.mark.parametrize("name", LAYOUTS)
def test_our_own_official_sheet_can_be_read_alone(name: str, tmp_path: Path) -> None:
    """自评表 as scoring prints it, taken out of its workbook, is one more layout: it scores as before."""
    result = score(name, tmp_path, "scored.xlsx")
    book = openpyxl.load_workbook(tmp_path / "scored.xlsx")
    for title in book.sheetnames:
        if title != "自评表":
            del book[title]
    for defined in list(book.defined_names):
        del book.defined_names[defined]
    book.save(tmp_path / "alone.xlsx")
    alone = pipeline.score(tmp_path / "alone.xlsx", rulebook=RULEBOOK.get(name))
    assert alone.evaluation is not None
    assert as_json(alone)["total"] == as_json(result)["total"]
    for key in ("claimed_total", "claimed_grade"):
        assert as_json(alone)[key] == as_json(result)[key]
    assert [r.name.value for r in alone.evaluation.indicators] == [
        r.name.value
        for r in result.evaluation.indicators  # type: ignore[union-attr]
    ]


def test_levels_are_filled_down_inside_their_merge_only(tmp_path: Path) -> None:
    paper = national()
    paper.sheet.unmerge_cells("C13:C14")
    evaluation = score_paper(paper, tmp_path).evaluation
    assert evaluation is not None
    levels = [(row.level1.value, row.level2.value) for row in evaluation.indicators]
    assert levels[:3] == [("产出指标", "数量指标"), ("产出指标", None), ("产出指标", "质量指标")]
    assert levels[-1] == ("满意度指标", "服务对象满意度指标")


def test_levels_are_filled_down_where_nothing_is_merged(tmp_path: Path) -> None:
    paper = yunnan()
    for area in [str(area) for area in paper.sheet.merged_cells.ranges if area.min_row > 13]:
        paper.sheet.unmerge_cells(area)
    result = score_paper(paper, tmp_path)
    assert result.evaluation is not None
    assert [row.level1.value for row in result.evaluation.indicators] == [
        *["产出指标"] * 3, "效益指标", "满意度指标",
    ]  # fmt: skip
    assert [f.severity for f in result.findings if f.code == "R12" and f.field == "一级指标"] == ["notice"]


def test_a_row_that_numbers_the_columns_is_no_indicator(tmp_path: Path) -> None:
    plain = score_paper(yunnan(), tmp_path).evaluation
    paper = yunnan()
    bottom = [str(area) for area in paper.sheet.merged_cells.ranges if area.min_row > 13]
    for area in bottom:
        paper.sheet.unmerge_cells(area)
    paper.sheet.insert_rows(14)
    for area in bottom:
        paper.sheet.merge_cells(re.sub(r"\d+", lambda found: str(int(found[0]) + 1), area))
    paper.row(14, "A B C D E F G H I J:K", *(f"（{number}）" for number in range(1, 11)))
    evaluation = score_paper(paper, tmp_path).evaluation
    assert evaluation is not None
    assert plain is not None
    assert [row.name.value for row in evaluation.indicators] == [row.name.value for row in plain.indicators]


def test_the_notice_says_what_was_recognised_and_what_the_layout_lacks(tmp_path: Path) -> None:
    message = layout_notice(score("四川", tmp_path)).message
    for words in (
        "按“项目支出绩效自评表”版式读取", "资金表在“Sheet1”第7行起，共5行", "指标表在“Sheet1”第13行起，共4个指标",
        "完成值→实际完成值", "权重→分值",
        "本表没有的栏：年中监控值、指标完成率、计分方法、改进措施（与偏差原因同栏）、自评等级",
    ):  # fmt: skip
        assert words in message
    assert layout_notice(score("四川", tmp_path)).place.cell is None


def test_texts_beside_the_tables_are_read_and_prompts_are_not(tmp_path: Path) -> None:
    evaluation = score_paper(sichuan(), tmp_path).evaluation
    assert evaluation is not None
    assert {p.title.given: p.text.value for p in evaluation.passages} == {
        "2.项目实施内容及过程概述": "按月核定并发放聘用人员工资、缴纳社保。",
        "存在问题": "科目调整较多，预算编制还不够细。",
        "改进措施": "细化年初预算，减少年中科目调整。",
    }
    assert evaluation.boxes["goal_expected"].value == "工资按月足额发放。"


def test_goals_below_their_labels_are_read(tmp_path: Path) -> None:
    boxes = score("重庆", tmp_path).evaluation.boxes  # type: ignore[union-attr]
    assert boxes["goal_expected"].value == "做好新闻宣传和文化建设。"
    assert boxes["goal_achieved"].value == "宣传任务全部完成。"


def test_one_empty_column_for_reason_and_improvement_is_asked_once(tmp_path: Path) -> None:
    paper = yunnan()
    paper.sheet["J16"] = None
    asked = findings_of(score_paper(paper, tmp_path), "I07")
    assert [(f.place.cell, f.message.count("偏差原因和改进措施")) for f in asked] == [("J16", 1)]


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_the_columns_does_not_matter(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    order, money = draw.sample(range(8), 8), draw.sample(range(6), 6)
    if order.index(6) == 0:  # the word 总分 stands there
        order.reverse()
    result = score_paper(flat(order, money), tmp_path)
    found = as_json(result)
    assert (found["total"], found["claimed_total"], found["execution"]["points"]) == ("98.00", "98", "9.50")
    assert [(r["name"], r["target"], r["actual"], r["points"]) for r in found["indicators"]] == [
        ("培训人次", "1200", "1260", "30.00"), ("培训合格率", "95", "96.4", "20.00"),
        ("带动就业人数", "300", "285", "28.50"), ("学员满意度", "90", "94", "10.00"),
    ]  # fmt: skip
    assert {f.code for f in result.findings} == {"R19"}


def test_budget_execution_listed_among_the_indicators_is_scored_once(tmp_path: Path) -> None:
    paper = flat(list(range(8)), [0, 1, 2])
    paper.sheet.move_range("A14:H14", rows=1)
    paper.row(14, "A B C D E F G", "产出指标", "时效指标", "预算执行率", "100%", "95%", 10, 9.5)
    result = score_paper(paper, tmp_path)
    found = as_json(result)
    assert (found["total"], found["claimed_total"], len(found["indicators"])) == ("98.00", "98", 4)
    assert result.evaluation is not None
    assert result.evaluation.claimed.execution_points.value == Decimal("9.5")
    assert ("R19", "warning", "C14") in [(f.code, f.severity, f.place.cell) for f in result.findings]


def test_a_form_pasted_lower_and_to_the_right_reads_the_same(tmp_path: Path) -> None:
    paper = national()
    areas = [str(area) for area in paper.sheet.merged_cells.ranges]
    for area in areas:
        paper.sheet.unmerge_cells(area)
    paper.sheet.move_range("A1:J25", rows=6, cols=2)
    for area in areas:
        moved = openpyxl.worksheet.cell_range.CellRange(area)
        moved.shift(col_shift=2, row_shift=6)
        paper.sheet.merge_cells(moved.coord)
    result = score_paper(paper, tmp_path)
    assert as_json(result)["total"] == "94.97"


def test_blank_rows_and_subtotals_between_indicators_are_no_indicators(tmp_path: Path) -> None:
    paper = xinjiang()
    for area in [str(area) for area in paper.sheet.merged_cells.ranges if area.min_row >= 8]:
        paper.sheet.unmerge_cells(area)
    paper.sheet.move_range("A13:L19", rows=2)
    paper.sheet["A13"], paper.sheet["H13"], paper.sheet["I13"] = "小计", 55, 45
    for row in (17, 18, 19):
        paper.sheet.merge_cells(f"C{row}:L{row}")
    result = score_paper(paper, tmp_path)
    assert as_json(result)["total"] == "87.43"
    assert as_json(result)["claimed_total"] == "87.43"


@pytest.mark.finding("R19")
def test_a_row_below_the_total_that_carries_no_points_is_told(tmp_path: Path) -> None:
    paper = flat(list(range(8)), list(range(6)))
    paper.row(15, "C D E", "结业人数", "≥1000人", "1010人")
    result = score_paper(paper, tmp_path)
    assert as_json(result)["total"] == "98.00"
    assert ("R19", "warning", "C15") in [(f.code, f.severity, f.place.cell) for f in result.findings]


def test_a_form_that_is_there_again_word_for_word_is_told_and_not_mixed_in(tmp_path: Path) -> None:
    paper, other = yunnan(), yunnan()
    for line in other.sheet.iter_rows():
        for cell in line:
            if cell.value is not None:
                paper.sheet.cell(cell.row + 25, cell.column, cell.value)
    second = paper.book.create_sheet("另一个项目")
    for line in other.sheet.iter_rows():
        for cell in line:
            if cell.value is not None:
                second.cell(cell.row, cell.column, cell.value)
    plain, result = score_paper(yunnan(), tmp_path), score_paper(paper, tmp_path)
    assert as_json(result)["total"] == as_json(plain)["total"] == "99.47"
    told = [(f.code, f.place.sheet, f.severity) for f in result.findings if f not in plain.findings]
    assert told == [("R06", "Sheet1", "warning"), ("R06", "另一个项目", "warning")]


@pytest.mark.parametrize(("total", "told"), [(None, []), (7, ["D8"])])
def test_a_fund_line_that_no_layout_knows_may_be_a_source_or_a_part_of_one(
    total: int | None, told: list[str], tmp_path: Path
) -> None:
    paper = sichuan()
    paper.sheet["B10"] = "债券资金"
    paper.sheet["D10"] = 5
    if total is not None:
        paper.sheet["D8"] = total
    result = score_paper(paper, tmp_path)
    assert result.evaluation is not None
    assert ("债券资金", 5) in [(f.name, f.initial.value) for f in result.evaluation.funds.values()]
    assert [f.place.cell for f in result.findings if f.code == "F01"] == told


def test_known_sources_are_held_against_the_total(tmp_path: Path) -> None:
    paper = sichuan()
    paper.sheet["F11"] = 41
    assert [f.place.cell for f in score_paper(paper, tmp_path).findings if f.code == "F01"] == ["F11"]


def test_two_money_units_are_a_doubt(tmp_path: Path) -> None:
    paper = yunnan()
    paper.sheet["K2"] = "单位：元"
    result = score_paper(paper, tmp_path)
    assert result.evaluation is not None
    assert result.evaluation.boxes["money_unit"].value == "万元"
    assert [(f.severity, f.place.cell) for f in result.findings if f.field == "金额单位"] == [("warning", "K2")]


def test_a_year_that_stands_only_in_a_name_is_a_doubt(tmp_path: Path) -> None:
    paper = national()
    paper.put("A2", None)
    paper.put("C3", "2022年农村公路日常养护项目")
    result = score_paper(paper, tmp_path)
    assert result.evaluation is not None
    assert result.evaluation.year == 2022
    assert [(f.code, f.severity, f.place.cell) for f in result.findings if f.field == "年度"] == [
        ("R19", "warning", "C3")
    ]
    paper.put("C3", "农村公路日常养护项目")
    found = [(f.code, f.severity) for f in score_paper(paper, tmp_path).findings if f.field == "年度"]
    assert found == [("R06", "error")]
