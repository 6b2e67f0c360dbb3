"""What people do to a template at the screen: strip, sums and names cover all rows afterwards, or it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from tests.kit.libreoffice import edited, needs_bridge
from tests.kit.typed_forms import base

ROWS, GUIDE = "绩效指标", "填报说明"
ALL = ("培训人次", "验收合格率", "完成及时率", "单位成本", "用水保障", "群众满意度")
Told = set[tuple[str, str]]  # codes and cells of errors

# What is done, what the verdict says then, the indicators that are read from top to bottom, and every error.
DONE: dict[str, tuple[list[list[Any]], str, tuple[str, ...], Told]] = {
    "保护着不能删行": ([["go", ROWS, "A8:Q8"], ["do", "DeleteRows", {}]], "✔ 可以报送", ALL, set()),
    "插一行": (
        [["unprotect", ROWS], ["go", ROWS, "A8:Q8"], ["do", "InsertRowsBefore", {}], ["type", ROWS, "D8", "新指标"],
         ["type", ROWS, "J8", "5"]],
        "还差 4 格，2 处不符", (*ALL[:2], "新指标", *ALL[2:]),
        {("W01", "J5"), ("I02", "F8"), ("I03", "I8"), ("R07", "L8")}),
    "删一行": (
        [["unprotect", ROWS], ["go", ROWS, "A8:Q8"], ["do", "DeleteRows", {}]],
        "✖ 2 处不符", (*ALL[:2], *ALL[3:]), {("W01", "J5")}),
    "向下填充": (
        [["go", ROWS, "J6:J9"], ["do", "FillDown", {}]],
        "✖ 4 处不符", ALL, {("W01", "J5"), ("I06", "L8"), ("I06", "L9")}),
    "剪切到下面": (
        [["go", ROWS, "B6:L6"], ["do", "Cut", {}], ["go", ROWS, "B14"], ["do", "Paste", {}]],
        "还差 6 格，1 处不符", (*ALL[1:], ALL[0]), {("R07", "D6"), ("I07", "O14"), ("I07", "P14")}),
    "排序漏了文字栏": (
        [["go", ROWS, "B6:L11"], ["do", "SortDescending", {}]],
        "✖ 1 处不符", (ALL[5], ALL[4], ALL[3], *ALL[:3]),
        {("I07", "O7"), ("I07", "P7"), ("I07", "O11"), ("I07", "P11")}),
    "筛选": ([["go", ROWS, "A5:Q11"], ["do", "DataFilterAutoFilter", {}]], "✔ 可以报送", ALL, set()),
}  # fmt: skip


def _errors(result: Result) -> Told:
    return {(f.code, f.place.cell or "") for f in result.findings if f.severity == "error"}


@needs_bridge
@pytest.mark.parametrize("name", DONE)
def test_what_was_done_is_covered_or_told(name: str, tmp_path: Path) -> None:
    steps, verdict, names, told = DONE[name]
    base().book.save(tmp_path / "a.xlsx")
    edited(tmp_path / "a.xlsx", tmp_path / "b.xlsx", *steps)
    shown = openpyxl.load_workbook(tmp_path / "b.xlsx", data_only=True)
    result = pipeline.score(tmp_path / "b.xlsx")
    assert result.evaluation is not None
    assert tuple(row.name.value for row in result.evaluation.indicators) == names
    assert shown[GUIDE]["B3"].value == verdict
    assert _errors(result) == told


def test_a_sheet_copied_into_another_workbook_says_what_lacks(tmp_path: Path) -> None:
    """Made here: LibreOffice 7.4 ends at times when it is told to copy a sheet with named formulas."""
    book = base().book
    for other in [sheet for sheet in book.worksheets if sheet.title != ROWS]:
        book.remove(other)
    for name in list(book.defined_names):
        del book.defined_names[name]
    book.save(tmp_path / "copied.xlsx")
    found = pipeline.score(tmp_path / "copied.xlsx").findings
    assert [f.code for f in found] == ["R06"] * 5  # a block each
    assert found[1].message == "没有找到“部门预算执行情况”，整块内容都没有读取。"


@needs_bridge
def test_a_method_that_nobody_knows_leaves_the_total_to_be_made(tmp_path: Path) -> None:
    """The cell of 自评总分 shows nothing then: it is still the sheet's, and not left out by the unit."""
    base().book.save(tmp_path / "a.xlsx")
    edited(tmp_path / "a.xlsx", tmp_path / "b.xlsx", ["type", ROWS, "K8", "5"])
    assert openpyxl.load_workbook(tmp_path / "b.xlsx", data_only=True)["自评结论"]["C7"].value in (None, "")
    assert _errors(pipeline.score(tmp_path / "b.xlsx")) == {("R13", "K8")}
