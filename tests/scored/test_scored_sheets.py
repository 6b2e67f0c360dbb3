"""What scoring adds: the official form, the summary and the list of problems, as their readers need them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import case_text
from perf_xlsx.domain.model import STANDINGS, Result
from perf_xlsx.scored.clip_text import chunks
from perf_xlsx.sheets.style import lines_needed, unbroken
from tests.kit.filled import filled
from tests.kit.sent_back import SHEETS

Scored = Callable[[str | dict[str, Any]], tuple[Result, Any]]


@pytest.fixture
def scored(tmp_path: Path) -> Scored:
    def run(case: str | dict[str, Any]) -> tuple[Result, Any]:
        text = case_text(case) if isinstance(case, str) else json.dumps(case)
        (tmp_path / "t.xlsx").write_bytes(filled(text))
        result = pipeline.score(tmp_path / "t.xlsx", tmp_path / "s.xlsx")
        return result, openpyxl.load_workbook(tmp_path / "s.xlsx")

    return run


def texts(sheet: Any) -> list[str]:
    return [str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None]


def row_of(sheet: Any, text: str) -> list[Any]:
    """The values of the first row that holds the text."""
    for row in sheet.iter_rows():
        if text in [cell.value for cell in row]:
            return [cell.value for cell in row if cell.value is not None]
    raise AssertionError(text)


def test_project_form_is_laid_out_as_the_official_one(scored: Scored) -> None:
    """No column that 财预〔2020〕10号 does not have; what is not on it stands below the seal."""
    _, book = scored("project")
    sheet = book["自评表"]
    assert sheet["A1"].value == "项目支出绩效自评表"
    assert sheet["A2"].value == "（2024年度）"
    assert row_of(sheet, "主管部门") == ["主管部门", "示例县水利局", "实施单位", "示例县水利局"]
    assert row_of(sheet, "年初预算数") == [
        "项目资金\n（万元）", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "自评得分",
    ]  # fmt: skip
    assert row_of(sheet, "年度资金总额") == ["年度资金总额", 860, 900, 846.36, 10, pytest.approx(0.9404), 9.4]
    assert row_of(sheet, "其中：当年财政拨款")[-3:] == ["—", pytest.approx(0.936142857), "—"]
    assert row_of(sheet, "上年结转资金")[1:4] == [60, 60, 60]
    assert row_of(sheet, "三级指标")[1:] == [
        "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "自评得分", "偏差原因分析及改进措施",
    ]  # fmt: skip
    assert row_of(sheet, "新增和改善供水人口")[1:4] == ["≥18000人", "17600人", 15]
    assert row_of(sheet, "新增和改善供水人口")[4] == 14.67
    assert row_of(sheet, "总分") == ["总分", 100, 96.4]
    found = texts(sheet)
    (seal,) = [number for number, text in enumerate(found) if text.startswith("（单位公章）")]
    assert found.index("总分") < seal < found.index("附：其他填报内容")
    assert row_of(sheet, "自评等级") == ["自评等级", "优"]
    merged = {str(area) for area in sheet.merged_cells.ranges}
    first = next(c.row for c in sheet["B"] if c.value == "产出指标")
    assert f"B{first}:B{first + 4}" in merged
    assert f"C{first}:C{first + 1}" in merged


def test_department_form_is_complete(scored: Scored) -> None:
    _, book = scored("department-corrected")
    sheet = book["自评表"]
    assert sheet.page_setup.orientation == "landscape"
    assert row_of(sheet, "合计") == [
        "合计", 6103.71, -2811.73, 3291.98, 2857.28, pytest.approx(0.8679518), 10, 8.68,
    ]  # fmt: skip
    assert row_of(sheet, "驾驶员经费") == [
        "驾驶员经费", "本级财力", 85.04, 75.04, pytest.approx(0.8824083), "保障聘用驾驶员工资及社保",
    ]  # fmt: skip
    assert row_of(sheet, "指标名称")[1:] == [
        "指标名称", "年度指标值", "年中监控值", "实际完成值", "指标完成率", "分值", "自评得分", "偏差原因", "改进措施",
    ]  # fmt: skip
    assert row_of(sheet, "项目支出预算执行率")[-9:] == [
        "项目支出预算执行率", "=100%", "24.46%", "89.06%", pytest.approx(0.8906), 10, 8.91, "租赁费项目减少",
        "提高资金利用率",
    ]  # fmt: skip
    assert row_of(sheet, "总分") == ["总分", 100, 88.01, "自评等级：良"]
    for title in ("年中调整说明", "改进措施"):
        assert title in texts(sheet)
    assert not any("perf_xlsx" in text for text in texts(sheet))


def test_what_could_not_be_scored_says_so_and_the_total_is_provisional(scored: Scored) -> None:
    case = json.loads(case_text("project"))
    case["indicators"][0]["actual"] = None
    result, book = scored(case)
    assert result.scores is not None
    assert not result.scores.complete
    assert "未评" in row_of(book["自评表"], "改造农村供水工程")
    assert any("暂定" in text for text in texts(book["自评表"]))
    assert any(text.startswith("暂定：1项") for text in texts(book["评分汇总"]))


def test_summary_shows_total_grade_rates_and_every_score_with_its_rule(scored: Scored) -> None:
    _, book = scored("department-as-filed")
    sheet = book["评分汇总"]
    found = texts(sheet)
    assert [(cell.value, cell.number_format) for cell in sheet[5] if cell.value is not None] == [
        (3, "0"), (88.62, "0.00"), ("—", "General"), (88.01, "General"), (pytest.approx(0.8679518), "0.00%"),
        (pytest.approx(-0.4606591), "0.00%"),
    ]  # fmt: skip
    assert [sheet["B4"].value, sheet["B6"].value] == ["✖ 错误，须更正", "⚠警告14　ℹ提示2"]
    assert "暂定：分值合计98.91，不是100" in found
    row = row_of(sheet, "预算经费")
    assert row[5:9] == [12, 10.42, 12, pytest.approx(-1.58)]
    assert row[9].startswith("实际完成值2857.28万元未超过指标值")
    rule = "地方通行做法（国家办法未规定公式）：≤指标完成的得满分，未完成的按 指标值÷实际完成值 的比例得分（转引）"
    assert row_of(sheet, rule) == [row[10], rule]
    lost = [(r[0].value, r[1].value) for r in sheet.iter_rows(max_col=2) if r[0].hyperlink]
    assert lost[:2] == [(1, "公务用车运行维护费下降率"), (2, "预算执行率")]
    assert len(sheet._charts) == 1


def _chart_title(book: Any) -> str:
    (chart,) = book["评分汇总"]._charts
    return "".join(run.t for run in chart.title.tx.rich.p[0].r)


def test_the_chart_speaks_of_losses_only_where_points_are_lost(scored: Scored, well_made: dict[str, Any]) -> None:
    _, book = scored("project")
    assert _chart_title(book) == "各项得分（失分多的在上）"
    for line in (*well_made["funds"], *well_made.get("projects", [])):
        line["executed"] = line["adjusted"]
    for row in well_made["indicators"]:
        row["actual"] = "达成" if row["sign"] == "定性" else row["target"]
    result, book = scored(well_made)
    assert result.scores is not None
    assert result.scores.total == 100
    assert _chart_title(book) == "各项得分"


def test_tiles_of_the_summary_shrink_what_is_wider_than_they_are(scored: Scored) -> None:
    """Four kinds of problems side by side were cut off at both ends."""
    _, book = scored("department-as-filed")
    large = [c.alignment.shrink_to_fit for c in book["评分汇总"][5] if c.value is not None]
    assert large == [True] * 6


def test_a_long_title_of_the_summary_is_shown_whole_on_lines_enough(scored: Scored) -> None:
    """It was cut at the page's edge: the rest of the unit and the year were lost."""
    case = json.loads(case_text("project"))
    short = scored(case)[1]["评分汇总"]
    assert short.row_dimensions[1].height == 36
    case |= {"project": "农村饮水安全巩固提升工程" * 4, "unit": "水利和农村供水事业发展服务中心" * 2}
    sheet = scored(case)[1]["评分汇总"]
    assert sheet["B1"].value.endswith("　2024年度")
    assert sheet["B1"].alignment.wrap_text
    assert sheet.row_dimensions[1].height >= 36 + sheet["B1"].font.size


def test_the_first_glance_is_in_sight_on_a_small_screen(scored: Scored) -> None:
    """1366 pixels, less the heads of rows and the bar at the side."""
    sheet = scored("department-as-filed")[1]["评分汇总"]
    last = max(cell.column for cell in sheet[4] if cell.value is not None)
    letters = [get_column_letter(column) for column in range(1, last + 1)]
    assert sum(sheet.column_dimensions[letter].width * 7 for letter in letters) < 1366 - 60


def test_each_page_of_the_summary_names_the_unit(scored: Scored) -> None:
    sheet = scored("department-as-filed")[1]["评分汇总"]
    assert sheet.HeaderFooter.differentFirst
    assert sheet.oddHeader.left.text.startswith(sheet["B1"].value)
    assert not sheet.firstHeader.left.text


def test_problems_begin_with_the_errors_and_are_linked_to_their_cells(scored: Scored) -> None:
    result, book = scored("department-as-filed")
    sheet = book["问题清单"]
    order = [(STANDINGS.index(found.standing), found.place) for found in result.findings]
    assert order != sorted(order)
    for row, found in enumerate(sorted(result.findings, key=lambda f: (STANDINGS.index(f.standing), f.place)), 4):
        cell = sheet.cell(row, 4)
        assert cell.value == f"{found.place.sheet}!{found.place.cell}"
        assert cell.hyperlink.location == f"'{found.place.sheet}'!{found.place.cell}"
        assert sheet.cell(row, 9).value == unbroken(found.message)
        assert sheet.cell(row, 10).value == unbroken(found.advice)
        word = {"error": "✖ 错误", "warning": "⚠ 警告", "notice": "ℹ 提示"}[found.severity]
        assert sheet.cell(row, 2).value == word
    assert sheet.auto_filter.ref == f"A3:K{3 + len(result.findings)}"
    assert sheet.print_title_rows == "$1:$3"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("调整率-96.43%，差额-20", "调整率−96.43%，差额−20"),
        ("-5分", "−5分"),
        ("2023-04-15，项目-1，A-1，0991-1234567", "2023-04-15，项目-1，A-1，0991-1234567"),
    ],
)
def test_a_negative_number_of_a_sentence_is_not_broken_from_its_sign(written: str, shown: str) -> None:
    assert unbroken(written) == shown


def test_numbers_of_the_list_of_problems_are_numbers_that_look_as_written(scored: Scored) -> None:
    _result, book = scored("department-as-filed")
    rows = [list(row) for row in book["问题清单"].iter_rows(min_row=4, min_col=6, max_col=8)]
    texts_ = [cell.value for row in rows for cell in row if isinstance(cell.value, str)]
    assert [text for text in texts_ if text.strip("+-%").replace(".", "", 1).isdecimal()] == []
    (first, *_) = rows
    assert [(cell.value, cell.number_format) for cell in first] == [
        (10.42, "0.00"), (12, "0.00"), (-1.58, "0.00"),
    ]  # fmt: skip


def test_no_findings_is_said_in_words(scored: Scored) -> None:
    result, book = scored("project")
    assert result.findings == ()
    assert "✔ 没有发现问题。" in texts(book["问题清单"])
    assert book["问题清单"].auto_filter.ref is None


def test_a_form_with_nothing_or_with_too_much_in_it_is_still_shown(scored: Scored) -> None:
    _, book = scored({"form": "project", "year": 2024})
    assert set(SHEETS) <= set(book.sheetnames)
    long = "本年度因故未能完成，" * 400
    row = {
        "name": "指标" * 150,
        "sign": "≥",
        "target": 1,
        "actual": 0,
        "weight": 0.4,
        "reason": long,
        "improvement": "改",
    }
    case = {
        "form": "department",
        "year": 2024,
        "unit": "单位" * 100,
        "indicators": [row] * 200,
        "passages": {"说明": long},
    }
    result, book = scored(case)
    assert result.evaluation is not None
    assert len(result.evaluation.indicators) == 200
    heights = [d.height for d in book["自评表"].row_dimensions.values() if d.height]
    assert max(heights) <= 409
    told = texts(book["自评表"])
    assert [sum(end in text for text in told) for end in ("（全文附后）", "（全文见绩效指标!")] == [100, 100]
    passage = [row for row in book["自评表"].iter_rows() if str(row[0].value).startswith("说明")]
    assert "".join(str(row[3].value) for row in passage) == long


def test_a_long_reason_leaves_room_for_the_improvement(scored: Scored) -> None:
    case = json.loads(case_text("project"))
    case["indicators"][1] |= {
        "reason": "村组道路施工占用管线通道。" * 60,
        "improvement": "次年一季度前全部并网，按月调度。",
    }
    result, book = scored(case)
    assert result.evaluation is not None
    (told,) = [text for text in texts(book["自评表"]) if "（全文附后）" in text]
    assert told.endswith("\n次年一季度前全部并网，按月调度。")
    assert _whole(book, case["indicators"][1]["name"], "偏差原因") == case["indicators"][1]["reason"]
    case["indicators"][1]["improvement"] = "建立台账，按月调度。" * 60
    book = scored(case)[1]
    (told,) = [text for text in texts(book["自评表"]) if "（全文附后）" in text]
    assert "……（全文附后）\n建立台账" in told
    assert told.endswith("……（全文附后）")
    for field, key in (("偏差原因", "reason"), ("改进措施", "improvement")):
        assert _whole(book, case["indicators"][1]["name"], field) == case["indicators"][1][key]


def _whole(book: Workbook, name: str, field: str) -> str:
    """What is written below the table under this indicator's name, over as many rows as it takes."""
    labels = (f"{name}：{field}", f"{name}：{field}（续）")
    return "".join(str(row[3].value) for row in book["自评表"].iter_rows() if row[0].value in labels)


def test_long_reasons_turn_the_page_so_that_their_column_is_wide(scored: Scored) -> None:
    case = json.loads(case_text("project"))
    assert scored(case)[1]["自评表"].page_setup.orientation == "portrait"
    case["indicators"][1]["reason"] = "村组道路施工占用管线通道，管材到货又迟。" * 9
    sheet = scored(case)[1]["自评表"]
    assert sheet.page_setup.orientation == "landscape"
    assert case["indicators"][1]["reason"] in "".join(texts(sheet))


def test_a_label_over_many_rows_stands_again_on_each_page_that_it_goes_on_to(scored: Scored) -> None:
    case = json.loads(case_text("project"))
    levels = {row["level2"]: row["level1"] for row in case["indicators"]}
    case["indicators"] = [
        row | {"name": f"{row['name']}{n}"} for level in levels for row in case["indicators"]
        if row["level2"] == level for n in range(8)
    ]  # fmt: skip
    sheet = scored(case)[1]["自评表"]
    begun = [one.id + 1 for one in sheet.row_breaks.brk]
    assert len(begun) > 1
    areas = [area for area in sheet.merged_cells.ranges if area.size["rows"] > 1]
    assert [area for area in areas for row in begun if area.min_row < row <= area.max_row] == []
    for row in begun[1:]:  # the first break is above the table or in it
        heads, below = row_words(sheet, row), row_words(sheet, row + 1)
        if "三级指标" in heads:
            assert heads[0] == below[0] == "绩效指标"
            assert set(below) & set(levels)
            assert set(below) & set(levels.values())
    assert sum("三级指标" in row_words(sheet, row) for row in begun) > 1
    merged = [(a.min_row, a.min_col, a.max_row, a.max_col) for a in sheet.merged_cells.ranges]
    taken = [(r, c) for a in merged for r in range(a[0], a[2] + 1) for c in range(a[1], a[3] + 1)]
    assert len(taken) == len(set(taken))  # where two overlap, Excel repairs the file


def test_the_goal_heads_with_their_first_row_the_total_and_the_seal_are_not_parted_from_what_they_belong_to(
    scored: Scored,
) -> None:
    """However many projects are above them."""
    for count in range(12, 40, 3):
        case = json.loads(case_text("department-corrected"))
        case["projects"] *= count // 3
        sheet = scored(case)[1]["自评表"]
        for row in (one.id + 1 for one in sheet.row_breaks.brk):
            words = row_words(sheet, row)
            above = row_words(sheet, row - 1)
            assert not {"三级指标", "项目名称", "预期目标"} & set(above)
            assert not any(word.startswith(("总分", "单位负责人")) for word in words)


def row_words(sheet: Any, row: int) -> list[str]:
    """The texts of a row, those of labels over several rows too."""
    over = {
        (at, column): sheet.cell(area.min_row, area.min_col).value
        for area in sheet.merged_cells.ranges for at in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }  # fmt: skip
    found = (over.get((row, column), sheet.cell(row, column).value) for column in range(1, sheet.max_column + 1))
    return [word for word in found if isinstance(word, str)]


def test_long_passages_are_continued_and_nothing_is_lost() -> None:
    text = "甲乙丙丁" * 500 + "\n" + "x" * 3000
    pieces = list(chunks(text, 60))
    assert "".join(pieces) == text
    assert all(lines_needed(piece, 60) <= 20 for piece in pieces)


def test_results_as_data_frames(scored: Scored) -> None:
    from perf_xlsx.results import frames

    result, _ = scored("department-as-filed")
    assert list(frames.units([result])["total"]) == ["88.62"]
    assert list(frames.indicators([result])["points"])[1] == "12.00"
    assert set(frames.findings([result])["code"]) >= {"W01", "W04", "I06", "R09", "I01"}


def test_a_level_with_an_open_indicator_has_no_rate(
    well_made: dict[str, Any], score_case: Any, tmp_path: Path
) -> None:
    well_made["indicators"][0]["actual"] = "尚未统计"
    score_case(well_made, "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["评分汇总"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    begin = next(n for n, row in enumerate(rows) if "得分率" in row)
    first, second = rows[begin + 2 : begin + 4]  # below budget execution
    assert (first[6], first[8]) == ("—", "—")
    assert (second[6], second[8]) == (0, 1)
