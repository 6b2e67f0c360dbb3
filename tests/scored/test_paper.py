"""自评表 on paper: chosen by form and rules, no type below 9 points, nothing cut off, pages counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from openpyxl.cell.cell import MergedCell

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import STORIES, case_text
from perf_xlsx.domain.model import Entry
from perf_xlsx.domain.place import Place
from perf_xlsx.ooxml import LEDGER, SheetDraft
from perf_xlsx.scored.added_sheets import scored_sheets
from perf_xlsx.scored.canvas import AROUND, GAP, LINE_HEIGHT
from perf_xlsx.scored.clip_text import LINES_TOGETHER, side_by_side
from perf_xlsx.scored.page_fit import SCALE, TallLabel, fitted, page_starts, with_room
from perf_xlsx.scored.paper import Projects, choices, paper
from perf_xlsx.sheets.a4 import height as page_height
from perf_xlsx.sheets.a4 import room
from perf_xlsx.sheets.style import lines_needed
from tests.kit.filled import filled, well_made
from tests.kit.layouts import national
from tests.kit.libreoffice import needs_libreoffice
from tests.kit.printed import cut_off, needs_pdftotext, printed, sizes
from tests.kit.published_tables import PUBLISHED

SHEET = "自评表"
WARNING = "有 3 项错误，未通过校验，不得盖章报送"
ANHUI = """extends = "mof-2020"
name = "anhui"
title = "安徽省部门整体支出绩效自评"
document = "示例文件"
issuer = "安徽省财政厅"
source = "示例"
forms = ["department", "project"]
"""
PAPERS = sorted({choice.file for choice in choices()})


def a_story(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(case_text(name))
    return data


def in_yuan() -> dict[str, Any]:
    """A project with amounts of hundreds of millions, to the fen."""
    case = a_story("project") | {"money_unit": "元"}
    for line in case["funds"]:
        for key in {"initial", "adjusted", "executed"} & set(line):
            line[key] = round(float(line[key]) * 1_000_000 + 0.25, 2) if line[key] else line[key]
    return case


def long() -> dict[str, Any]:
    """Forty indicators with long names and reasons."""
    case = well_made("department")
    case["indicators"] = [
        row | {
            "name": f"{row['name']}及其在全市范围内的覆盖程度{number}",
            "reason": "因汛期延长，部分标段推迟开工，" * (1 + number % 9),
            "improvement": "提前编制招标文件，按月调度。" * (1 + number % 4),
        }
        for number in range(10) for row in case["indicators"]
    ]  # fmt: skip
    return case


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    **{name: lambda name=name: a_story(name) for name in STORIES},  # type: ignore[misc]
    "amounts in yuan": in_yuan,
    "long": long,
}


@pytest.fixture
def scored(tmp_path: Path) -> Callable[..., tuple[Path, Any]]:
    """A case, scored: the copy's path, and its 自评表."""

    def run(case: dict[str, Any], rulebook: str | None = None) -> tuple[Path, Any]:
        (tmp_path / "t.xlsx").write_bytes(filled(case, rulebook))
        result = pipeline.score(tmp_path / "t.xlsx", tmp_path / "s.xlsx", rulebook=rulebook)
        assert result.output
        return tmp_path / "s.xlsx", openpyxl.load_workbook(tmp_path / "s.xlsx")[SHEET]

    return run


def texts(sheet: Any) -> list[str]:
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


# ---- printed ---------------------------------------------------------------------------------------------------


@needs_libreoffice
@needs_pdftotext
@pytest.mark.parametrize("name", CASES)
def test_on_paper_all_is_readable_whole_and_counted(name: str, scored: Any) -> None:
    path, sheet = scored(CASES[name]())
    pages = printed(path, SHEET)
    assert min(sizes(pages)) >= 8.95
    assert cut_off(sheet, pages) == []
    assert not any("###" in page.text for page in pages)
    for number, page in enumerate(pages, 1):
        assert f"第{number}页" in page.text
        assert "共" not in page.text.rpartition(f"第{number}页")[2]  # a printer may choose another scale
    assert [page for page in pages[1:] if "（续）" not in page.text] == []


@needs_libreoffice
@needs_pdftotext
def test_a_row_that_is_too_low_is_seen_to_cut_its_text(scored: Any) -> None:
    path, _ = scored(a_story("project"))
    book = openpyxl.load_workbook(path)
    (row,) = [c.row for c in book[SHEET]["D"] if c.value == "新增和改善供水人口"]
    book[SHEET].row_dimensions[row].height = 20
    book.save(path)
    assert len(cut_off(book[SHEET], printed(path, SHEET))) == 1


@pytest.mark.parametrize("kind", ["department", "project"])
def test_no_page_begins_with_the_names_that_sign(kind: str, tmp_path: Path) -> None:
    """However many rows there are before them."""
    (tmp_path / "t.xlsx").write_bytes(filled(well_made(kind)))
    result = pipeline.score(tmp_path / "t.xlsx")
    assert result.evaluation is not None
    assert result.scores is not None
    for count in range(5, 60):
        rows = (result.evaluation.indicators * 20)[:count]
        evaluation = replace(result.evaluation, indicators=rows, passages=())
        scores = replace(result.scores, indicators=(result.scores.indicators * 20)[:count])
        sheet = scored_sheets(replace(result, evaluation=evaluation, scores=scores))[1]
        (signed,) = [
            row for row, cells in sheet.cells.items() if str(cells.get(0, [""])[0]).startswith("填报人：")
        ]
        begun = max((start for start in sheet.page_starts if start <= signed), default=0)
        above = [value for row in range(begun, signed) for value, _ in sheet.cells.get(row, {}).values()]
        assert "总分" in above


def test_long_reasons_take_few_pages(scored: Any) -> None:
    """Forty-eight indicators with reasons of 300 characters took sixty pages."""
    case = well_made("department")
    rows = [case["indicators"][n % len(case["indicators"])] for n in range(48)]
    reason = "因汛期延长，部分标段推迟开工，" * 20
    case["indicators"] = [row | {"name": f"{row['name']}{n}", "reason": reason} for n, row in enumerate(rows)]
    _, sheet = scored(case)
    widths = [sheet.column_dimensions[letter].width for letter in "ABCDEFGHIJKLM"]
    assert min(widths[-2:]) == max(widths)
    assert len(sheet.row_breaks.brk) < 24
    told = texts(sheet)
    assert sum(text.endswith("（全文附后）") for text in told) == sum(text == reason for text in told) == 48


# ---- labels over several rows, and the goal ---------------------------------------------------------------------


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """Rows with heads on the first, groups of rows in groups of rows, each with a label of any height."""
    heights = draw(st.lists(st.sampled_from([20.0, 35.5, 66.5, 144.0]), min_size=3, max_size=40))
    rows = len(heights)

    def groups(ends: set[int]) -> list[TallLabel]:
        cuts = [1, *sorted(ends), rows]
        return [
            TallLabel(first, after - 1, draw(st.sampled_from([20.0, 35.5, 82.0, 128.5])))
            for first, after in pairwise(cuts)
            if after > first
        ]

    outer = draw(st.sets(st.integers(2, rows - 1)))
    inner = outer | draw(st.sets(st.integers(2, rows - 1)))
    title = TallLabel(0, rows - 1, draw(st.sampled_from([35.5, 51.0, 97.5])))
    return {
        "heights": heights,
        "kept": {1} | draw(st.sets(st.integers(2, rows - 1), max_size=3)),
        "height": draw(st.sampled_from([400.0, 582.0, 870.0])),
        "heads": dict.fromkeys(range(1, rows), 0),
        "labels": [title, *groups(outer), *groups(inner)],
    }


@given(tables())
def test_every_piece_of_a_label_has_room_for_it_and_its_page_holds_that(table: dict[str, Any]) -> None:
    """A group of which one row stayed behind had the height of that row: its label was cut at top and bottom."""
    starts = page_starts(**table)
    heights = with_room(table["heights"], starts, table["heads"], table["labels"])
    assert all(high >= was for high, was in zip(heights, table["heights"], strict=True))
    for first, after in pairwise([0, *starts, len(heights)]):
        repeated = heights[0] if first else 0
        together = {row for row in range(first, after) if row not in table["kept"]}
        assert sum(heights[first:after]) + repeated <= table["height"] or len(together) == 1
        for label in table["labels"]:
            top, below = max(label.first, first), min(label.last + 1, after)
            if top < below:
                beside = repeated if label.first == 0 else 0
                assert beside + sum(heights[top:below]) >= label.height - 0.01


def labels_without_room(sheet: SheetDraft) -> list[str]:
    """Labels over several rows that need more lines than these hold."""
    found = []
    for top, left, bottom, right in sheet.merges:
        text = sheet.cells[top][left][0]
        width = sum(sheet.widths[at] + GAP for at in range(left, right + 1))
        if isinstance(text, str) and bottom > top:
            needed = lines_needed(text, width) * LINE_HEIGHT + AROUND
            if sum(sheet.heights[row] for row in range(top, bottom + 1)) < needed - 0.01:
                found.append(f"{top + 1}: {text}")
    return found


def with_goal(result: Any, expected: str, achieved: str) -> SheetDraft:
    """自评表 of a result with other texts of the goal."""
    boxes = result.evaluation.boxes
    texts = {"goal_expected": expected, "goal_achieved": achieved}
    changed = {key: replace(boxes[key], given=text, value=text) for key, text in texts.items()}
    evaluation = replace(result.evaluation, boxes={**boxes, **changed})
    return scored_sheets(replace(result, evaluation=evaluation))[1]


@pytest.fixture
def result(tmp_path: Path) -> Any:
    """A well-made project, scored; two of its indicators ask for one satisfaction."""
    (tmp_path / "t.xlsx").write_bytes(filled(well_made("project")))
    return pipeline.score(tmp_path / "t.xlsx")


SENTENCE = "为全县42所农村义务教育学校1.86万名学生每天提供营养膳食补助，供餐质量和食品安全达标。"


def test_wherever_a_page_ends_labels_over_several_rows_are_whole(result: Any) -> None:
    cut = {times: labels_without_room(with_goal(result, SENTENCE * times, SENTENCE)) for times in range(60)}
    assert {times: found for times, found in cut.items() if found} == {}


def test_a_long_goal_goes_on_on_the_next_page_and_nothing_of_it_is_lost(result: Any) -> None:
    """It moved there whole, which left half a page empty; and a row holds no more than 26 lines."""
    goal = "\n".join(f"目标{number}：{SENTENCE * 3}" for number in range(1, 16))
    sheet = with_goal(result, goal, SENTENCE)
    shown = [value for cells in sheet.cells.values() for value, _ in cells.values() if isinstance(value, str)]
    pieces = [text for text in shown if SENTENCE in text and text != SENTENCE]
    assert len(pieces) > 1
    assert "".join(pieces).replace("\n", "") == goal.replace("\n", "")
    assert shown.count("预期目标") == len(pieces)  # the heads stand above each
    assert shown.count("年度总体目标") == len(pieces)
    assert labels_without_room(sheet) == []
    first = sum(sheet.heights[row] for row in range(sheet.page_starts[0]))
    assert first > page_height(sheet.landscape, SCALE) - 7 * LINE_HEIGHT - AROUND


@given(st.text("甲乙。；\n9", max_size=400), st.text("甲乙。；\n9", max_size=400), st.sampled_from([12.0, 40.0]))
def test_texts_side_by_side_are_in_rows_of_few_lines_and_nothing_is_lost(
    left: str, right: str, width: float
) -> None:
    rows = list(side_by_side([(left, width), (right, 30)]))
    assert ["".join(parts) for parts in zip(*rows, strict=True)] == ([left, right] if rows else [])
    for pieces in rows:
        assert any(pieces)
        for piece, wide in zip(pieces, (width, 30), strict=True):
            assert lines_needed(piece.removesuffix("\n"), wide) <= LINES_TOGETHER


# ---- which paper -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_fits_its_page_and_no_columns_of_a_table_overlap(name: str) -> None:
    shown = paper(name)
    assert sum(shown.widths) <= room(shown.landscape, len(shown.widths), SCALE)
    for part in shown.parts:
        columns = getattr(part, "columns", ())
        taken = [place for column in columns for place in range(column.at.first, column.at.last + 1)]
        assert taken == list(range(taken[0], shown.last + 1)) if taken else True


def test_rows_that_belong_together_begin_a_page_together() -> None:
    assert page_starts([40] * 6, {3}, 130, {}) == (2, 5)
    assert page_starts([40] * 6, set(), 130, dict.fromkeys((2, 3, 4), 1)) == (3, 5)  # the heads take room
    assert page_starts([200, 40, 40], {1, 2}, 130, {}) == ()  # what fits no page begins none


def test_in_larger_type_a_page_holds_fewer_characters_and_the_scale_gives_way_last() -> None:
    layout = paper("project")
    ours, theirs = fitted(layout, {}, 10), fitted(layout, {}, 16)
    assert ours.scale == SCALE
    assert sum(theirs.widths) <= room(theirs.landscape, len(theirs.widths), theirs.scale, 16)
    assert (ours.landscape, theirs.landscape) == (False, True)


def test_the_label_of_the_money_is_shown_whole_though_it_has_one_line(tmp_path: Path) -> None:
    pipeline.score(PUBLISHED / "hb-shangwu.xlsx", tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")[SHEET]
    (label,) = [a for a in sheet.merged_cells.ranges if str(a.start_cell.value).startswith("项目资金")]
    height = sum(sheet.row_dimensions[row].height for row in range(label.min_row, label.max_row + 1))
    assert height >= 4 * 15  # 项目 | 资金 | （万 | 元）


def test_there_are_no_more_page_breaks_than_excel_keeps() -> None:
    assert len(page_starts([90] * 5_000, set(), 100, {})) == 1_023


def test_the_paper_follows_the_province_of_the_rules(scored: Any, tmp_path: Path) -> None:
    """安徽: goals and tasks, 分值 before 年度指标值, an upright page."""
    (tmp_path / "anhui.toml").write_text(ANHUI, "utf-8")
    _, sheet = scored(a_story("department-corrected"), str(tmp_path / "anhui.toml"))
    rows = [[cell.value for cell in row if cell.value is not None] for row in sheet.iter_rows()]
    assert next(row for row in rows if "任务名称" in row) == [
        "年度主要任务\n（万元）", "任务名称", "预算数", "执行数", "完成情况",
    ]  # fmt: skip
    assert next(row for row in rows if "指标名称" in row) == [
        "绩效指标", "指标名称", "分值", "年度指标值", "全年完成值", "自评得分", "未完成原因和改进措施",
    ]  # fmt: skip
    lines = [row[0] for row in rows if row and row[0] in ("合计", "其中：基本支出", "项目支出")]
    assert lines == ["合计", "其中：基本支出", "项目支出"]
    assert sheet.page_setup.orientation == "portrait"


def test_wide_amounts_turn_the_page(scored: Any) -> None:
    assert scored(a_story("project"))[1].page_setup.orientation == "portrait"
    assert scored(in_yuan())[1].page_setup.orientation == "landscape"


def test_projects_stand_on_paper_only_where_there_are_any(scored: Any) -> None:
    (part,) = [part for part in paper("department").parts if isinstance(part, Projects)]
    case = well_made("department")
    assert any(part.title in text for text in texts(scored(case)[1]))
    heads = [column.head for column in part.columns]
    assert not set(heads[-1:]) & set(texts(scored(case | {"projects": []})[1]))


def test_the_tasks_of_the_year_and_a_bound_are_printed_as_typed(scored: Any, well_made: dict[str, Any]) -> None:
    """The tasks were on no sheet; ≥90% as a result was printed as 90%, which nobody had written."""
    row = next(one for one in well_made["indicators"] if one["sign"] == "≥")
    row["actual"] = f"≥{row['target']}"
    _, sheet = scored(well_made | {"goal": {"tasks": "数字化20万页；改造库房3间"}})
    found = texts(sheet)
    assert found[found.index("年度主要任务") + 1] == "数字化20万页；改造库房3间"
    assert row["actual"] in found


# ---- sealed, or not --------------------------------------------------------------------------------------------


def test_with_errors_the_head_says_so_and_there_is_no_place_for_the_seal(scored: Any) -> None:
    _, sheet = scored(a_story("department-as-filed"))
    found = texts(sheet)
    assert found[:2] == [WARNING, "部门（单位）整体支出绩效自评表"]
    assert not [text for text in found if "公章" in text or "2024年4月15日" in text]
    assert sheet.oddHeader.left.text.endswith(f"（续）　{WARNING}")


@pytest.mark.parametrize("slip", ["words", "unit", "projects"])
def test_without_errors_there_is_no_seal_while_points_or_money_are_not_sure(
    slip: str, scored: Any, well_made: dict[str, Any]
) -> None:
    """It was printed beside a provisional total, and beside amounts in 元 on a paper of 万元."""
    if slip == "words":
        row = next(one for one in well_made["indicators"] if one["sign"] == "定性")
        row["actual"] = "完成较好"
    elif slip == "unit":
        next(one for one in well_made["funds"] if one["line"] == "公用经费")["executed"] = 900_000
    else:
        for project in well_made["projects"]:
            project |= {key: project[key] * 10_000 for key in ("initial", "adjusted", "executed")}
    path, sheet = scored(well_made)
    found = texts(sheet)
    assert [one.code for one in pipeline.score(path).findings if one.severity == "error"] == []
    assert found[0].endswith("，未通过校验，不得盖章报送")
    assert not [text for text in found if "公章" in text]
    summary = texts(sheet.parent["评分汇总"])
    assert not [text for text in summary if "盖章报送" in text or text == "✔ 没有错误"]


def test_without_errors_there_is_the_seal_and_the_date_as_typed(scored: Any) -> None:
    found = texts(scored(a_story("project"))[1])
    assert not any("不得盖章" in text for text in found)
    assert [text for text in found if "公章" in text] == ["（单位公章）\n\n2025年3月20日"]
    undated = texts(scored(a_story("project") | {"filled_on": None})[1])
    assert "（单位公章）\n\n年　　　月　　　日" in undated


def test_points_of_the_unit_and_ours_stand_side_by_side_only_where_they_differ(scored: Any) -> None:
    case = well_made("project")
    assert "核定得分" not in texts(scored(case)[1])
    case["indicators"][0]["claimed_points"] = 1
    rows = [[c.value for c in row if c.value is not None] for row in scored(case)[1].iter_rows()]
    heads = next(row for row in rows if "三级指标" in row)
    assert heads[-3:-1] == ["自评\n得分", "核定\n得分"]
    first = next(row for row in rows if case["indicators"][0]["name"] in row)
    assert first[-3:-1] if isinstance(first[-1], str) else first[-2:] == [1, case["indicators"][0]["weight"]]


def test_the_foot_names_the_rules_and_the_check_code_and_no_program(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(filled(well_made("project")))
    result = pipeline.score(tmp_path / "t.xlsx")

    def foot(code: str | None) -> str:
        stamp = replace(result.stamp, code=code) if code and result.stamp else None
        sheet = scored_sheets(replace(result, stamp=stamp))[1]
        (found,) = [
            str(value)
            for cells in sheet.cells.values()
            for value, _ in cells.values()
            if "评分办法：" in str(value)
        ]
        return found

    assert foot(None).endswith("评分办法：财预〔2020〕10号《项目支出绩效评价管理办法》。")
    assert foot("7K2M-91QX-04TB").endswith("。校验码：7K2M-91QX-04TB")
    assert "perf" not in foot(None)


def test_names_that_the_form_asks_for_stand_in_the_signatures_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(filled(well_made("project")))
    result = pipeline.score(tmp_path / "t.xlsx")
    assert result.evaluation is not None
    names = {"填报人": "张三", "联系电话": "0991-1234567", "负责人": "李四"}
    added = {f"own_{n}": Entry(text, Place("t"), text, label) for n, (label, text) in enumerate(names.items())}
    evaluation = replace(result.evaluation, boxes={**result.evaluation.boxes, **added})
    sheet = scored_sheets(replace(result, evaluation=evaluation))[1]
    found = [value for cells in sheet.cells.values() for value, _ in cells.values() if isinstance(value, str)]
    shown = [text for text in found if any(name in text for name in names.values())]
    assert shown == ["填报人：张三", "单位负责人：李四", "联系电话：0991-1234567"]
    assert not set(names) & set(found)


# ---- recognised when it comes back -----------------------------------------------------------------------------

EARLIER = {  # what copies scored up to version 0.2 say
    "评分汇总": {"自评−计算": "差额", "计算过程": "为什么"},
    "问题清单": {"整改意见": "怎么办"},
    SHEET: {"（单位公章）\n\n年　　　月　　　日": "（单位公章）"},
}


@pytest.mark.parametrize("earlier", [False, True])
def test_our_sheets_are_known_by_their_words_where_all_else_was_lost(earlier: bool, tmp_path: Path) -> None:
    """Beside an official form, whose own 自评表 might else be taken for a second one."""
    form = national()
    form.book.save(tmp_path / "form.xlsx")
    result = pipeline.score(tmp_path / "form.xlsx", tmp_path / "scored.xlsx")
    book = openpyxl.load_workbook(tmp_path / "scored.xlsx")
    del book[LEDGER]
    for name in [name for name in book.defined_names if name.startswith("_px_")]:
        del book.defined_names[name]
    cells = [cell for title in EARLIER for row in book[title].iter_rows() for cell in row]
    for cell in cells if earlier else ():
        if isinstance(cell.value, str) and cell.value.startswith("自评得分、自评等级由单位填报"):
            cell.value = "评分办法：财预〔2020〕10号（mof-2020）；perf_xlsx 0.2.0"
        elif isinstance(cell.value, str) and not isinstance(cell, MergedCell):
            cell.value = EARLIER[cell.parent.title].get(cell.value, cell.value)
    book.save(tmp_path / "lost.xlsx")
    again = pipeline.score(tmp_path / "lost.xlsx")
    assert result.scores is not None
    assert again.scores is not None
    assert again.scores.total == result.scores.total
    about_ours = [(found.code, found.place.sheet) for found in again.findings if found.place.sheet in EARLIER]
    assert about_ours == [("R16", title) for title in ("评分汇总", SHEET, "问题清单")]
