"""Points merged over several rows of an official form: one number for several indicators, which no rule divides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.results.recording import as_json
from tests.kit.damage import damaged
from tests.kit.layouts import HEADS, Paper

MONEY = ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")


def form(
    weights: Any, claims: Any, actuals: tuple[str, str, str] = ("10台", "18台", "5台"), total: Any = 98.5
) -> Paper:
    """Three indicators, then two more. `weights`, `claims`: three values, or one that is merged over the rows."""
    p = Paper("自评表")
    p.put("A1:H1", "项目支出绩效自评表")
    p.put("A2:H2", "（2023年度）")
    p.row(3, "A B:D E F:H", "项目名称", "设备更新", "实施单位", "示例县农饮站")
    p.row(4, "A:B C D E F G H", "项目资金（万元）", *MONEY)
    p.row(5, "A:B C D E F G H", "年度资金总额", 100, 100, 100, 10, "100%", 10)
    p.row(6, "A:D E:H", "预期目标", "实际完成情况")
    p.row(7, "A:D E:H", "更新三类设备。", "更新了设备。")
    p.row(8, "A B C D E F G H", *HEADS)
    rows = [("A类设备", "≥10台", None), ("B类设备", "≥20台", "流标"), ("C类设备", "≥5台", None)]
    for at, ((name, target, reason), actual) in enumerate(zip(rows, actuals, strict=True), 9):
        p.row(at, "A B C D E H", "产出指标", "数量指标", name, target, actual, reason)
    for column, values in (("F", weights), ("G", claims)):
        if isinstance(values, tuple):
            for at, value in enumerate(values, 9):
                p.put(f"{column}{at}", value)
        else:
            p.put(f"{column}9:{column}11", values)
    p.row(12, "A B C D E F G H", "产出指标", "质量指标", "合格率", "=100%", "100%", 20, 20, None)
    p.row(13, "A B C D E F G H", "效益指标", "社会效益指标", "受益人数", "≥1000人", "1000人", 30, 30, None)
    p.row(14, "A B C D E F G H", "满意度指标", "服务对象满意度指标", "满意度", "≥90%", "95%", 10, 10, None)
    p.row(15, "A:E F G H", "总分", 100, total, None)
    return p


def told(result: Result) -> list[tuple[str, str, str | None]]:
    """Everything told but how the layout was read."""
    return [
        (f.code, f.severity, f.place.cell) for f in result.findings if (f.code, f.severity) != ("R19", "notice")
    ]


def points(result: Result) -> list[tuple[str | None, str | None, Any]]:
    """Weight, points and whose they are, of the first three rows."""
    return [(row["weight"], row["points"], row.get("points_by")) for row in as_json(result)["indicators"][:3]]


def test_points_of_one_weight_for_three_indicators_are_the_units_own(tmp_path: Path) -> None:
    result = pipeline.score(form(30, 28.5).save(tmp_path / "a.xlsx"))
    found = as_json(result)
    assert points(result) == [("30", "28.50", "unit"), (None, None, None), (None, None, None)]
    assert [row["completion"] for row in found["indicators"][:3]] == ["1", "0.9", "1"]
    assert (found["total"], found["complete"], found["claimed_rows"]) == ("98.50", True, 1)
    assert told(result) == [("I21", "warning", "G9")]
    assert not any(f.correction for f in result.findings)
    why = "分值30分由“A类设备”“B类设备”“C类设备”共用，没有分到各指标，不能按规则计算，采用单位自评得分28.5分。"
    assert found["indicators"][0]["why"] == why


@pytest.mark.parametrize(
    ("claim", "more"), [(31, [("I21", "error", "G9")]), (None, [("R07", "error", "G9")])], ids=["too many", "none"]
)
def test_they_stay_open_where_the_unit_claims_none_that_can_be(
    claim: Any, more: list[Any], tmp_path: Path
) -> None:
    result = pipeline.score(form(30, claim, total=None).save(tmp_path / "a.xlsx"))
    assert points(result)[0] == ("30", None, None)
    assert as_json(result)["complete"] is False
    assert told(result) == [*more, ("R07", "error", "G15")]


def test_each_of_them_says_what_was_done_and_why_not(tmp_path: Path) -> None:
    paper = form(30, 25, actuals=("10台", "18台", ""))  # type: ignore[arg-type]
    paper.put("H10", None)
    result = pipeline.score(paper.save(tmp_path / "a.xlsx"))
    assert told(result) == [("I21", "warning", "G9"), ("I07", "error", "H10"), ("I03", "error", "E11"),
                            ("T01", "error", "G15")]  # fmt: skip


def test_claims_alone_are_compared_with_no_row(tmp_path: Path) -> None:
    result = pipeline.score(form((10, 10, 10), 28.5).save(tmp_path / "a.xlsx"))
    assert points(result) == [("10", "10.00", None), ("10", "9.00", None), ("10", "10.00", None)]
    assert told(result) == [("R19", "warning", "G9"), ("T02", "error", "G15")]


def test_weights_alone_leave_every_row_open(tmp_path: Path) -> None:
    result = pipeline.score(form(30, (10, 9, 9.5)).save(tmp_path / "a.xlsx"))
    assert points(result) == [(None, None, None)] * 3
    assert told(result) == [("R07", "error", "F9")]


def test_the_paper_prints_a_merged_box_once(tmp_path: Path) -> None:
    result = pipeline.score(form(30, 28.5).save(tmp_path / "a.xlsx"), tmp_path / "out.xlsx")
    assert result.output
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    own = next(name for name in book.sheetnames if name.startswith("自评表") and name != "自评表")
    sheet = book[own]
    head = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "三级指标")
    at = {cell.value: cell.column for cell in sheet[head.row] if cell.value}
    rows = range(head.row + 1, head.row + 4)
    weights = [sheet.cell(row, at["分值"]).value for row in rows]
    claims = [sheet.cell(row, next(c for k, c in at.items() if "得分" in k)).value for row in rows]
    assert (weights, claims) == ([30, None, None], [28.5, None, None])
    merged = {(area.min_row, area.max_row, area.min_col) for area in sheet.merged_cells.ranges}
    assert (rows[0], rows[-1], at["分值"]) in merged
    summary = [[cell.value for cell in row] for row in book["评分汇总"].iter_rows()]
    line = next(row for row in summary if "A类设备、B类设备、C类设备" in row)
    assert line[2:5] == ["≥10台；≥20台；≥5台", "10台；18台；5台", "—"]
    assert not any(cell == "未填" for row in summary for cell in row)


def test_a_mark_is_at_the_cell_that_is_seen(tmp_path: Path) -> None:
    """Where somebody merges boxes of our own template, the note of the hidden one is on the visible one."""
    book_path = tmp_path / "t.xlsx"
    data = damaged("project", "两行的实际完成值合并了")
    book_path.write_bytes(data)
    result = pipeline.score(book_path, tmp_path / "out.xlsx")
    hidden = next(f.place for f in result.findings if f.code == "R07")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    sheet = book[hidden.sheet]
    area = next(a for a in sheet.merged_cells.ranges if hidden.cell in a)
    top = sheet.cell(area.min_row, area.min_col)
    assert top.coordinate != hidden.cell
    assert top.comment is not None
    assert f"R07（{hidden.cell}）" in top.comment.text
