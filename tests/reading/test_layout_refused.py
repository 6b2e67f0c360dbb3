"""Official forms that are no self-evaluation, or lack a table, are told as what they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.results.recording import as_json
from tests.kit.layouts import Paper, national
from tests.kit.scored_layouts import score_paper


def targets_only(paper: Paper) -> None:
    """绩效目标申报表: targets, and nothing done yet."""
    paper.put("A1", "项目支出绩效目标申报表")
    for column in "FGHI":
        paper.sheet[f"{column}12"] = None
    for row in range(13, 25):
        for column in "FGHI":
            if not isinstance(paper.sheet[f"{column}{row}"], openpyxl.cell.cell.MergedCell):
                paper.sheet[f"{column}{row}"] = None


def monitoring(paper: Paper) -> None:
    """绩效运行监控表: half a year's values, no points."""
    paper.put("A1", "项目支出绩效运行监控表")
    paper.put("F12", "1-7月执行情况")
    paper.put("G12", "全年预计完成情况")
    paper.put("H12", "偏差程度")


def payroll(paper: Paper) -> None:
    """A workbook of another kind."""
    paper.sheet.delete_rows(1, 25)
    for column, head in zip("ABCD", ("姓名", "应发工资", "扣款", "实发工资"), strict=True):
        paper.sheet[f"{column}1"] = head


@pytest.mark.parametrize("change", [targets_only, payroll], ids=["目标申报表", "工资表"])
def test_what_is_no_self_evaluation_is_refused(change: Callable[[Paper], None], tmp_path: Path) -> None:
    paper = national()
    change(paper)
    result = pipeline.score(paper.save(tmp_path / "returned.xlsx"), tmp_path / "out.xlsx")
    assert [f.code for f in result.findings] == ["R04"]
    if change is not payroll:
        assert "最接近项目支出绩效自评" in result.findings[0].message
        assert "实际完成值" in result.findings[0].message
    assert not (tmp_path / "out.xlsx").exists()


def test_a_monitoring_form_is_checked_and_not_scored(tmp_path: Path) -> None:
    paper = national()
    monitoring(paper)
    found = as_json(score_paper(paper, tmp_path))
    assert (found["status"], found["unscored"], found["total"]) == ("checked", "monitoring", None)


def test_a_lost_table_of_money_is_named(tmp_path: Path) -> None:
    paper = national()
    for row in range(5, 10):
        for column in "ACEFGHIJ":
            if not isinstance(paper.sheet[f"{column}{row}"], openpyxl.cell.cell.MergedCell):
                paper.sheet[f"{column}{row}"] = None
    result = score_paper(paper, tmp_path)
    assert [(f.field, f.severity) for f in result.findings if f.code == "R06"] == [
        ("项目资金执行情况·资金表（年初预算数、全年预算数、全年执行数）", "error"),
    ]
    assert result.scores is not None
    assert not result.scores.complete
