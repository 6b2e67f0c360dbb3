"""A statutory form is never to be changed because two of its boxes are alike."""

from __future__ import annotations

from pathlib import Path

from perf_xlsx import pipeline
from tests.kit.layouts import national


def test_two_boxes_that_may_be_the_supervisors_are_told_and_left_alone(tmp_path: Path) -> None:
    paper = national()
    paper.sheet["A4"], paper.sheet["F4"] = "归口单位", "实施单位"
    for area in ("C4:E4",):
        paper.sheet.unmerge_cells(area)
    paper.put("C4", "示例市交通局")
    paper.put("D4", "上级部门")
    paper.put("E4", "示例县交通运输局")
    result = pipeline.score(paper.save(tmp_path / "a.xlsx"))
    (told,) = [f for f in result.findings if "主管部门" in f.message and f.code == "R19" and f.place.cell]
    assert told.severity == "notice"
    assert told.message == "“归口单位”和“上级部门”都像是“主管部门”，不能确定是哪一个，没有读取。"
    assert told.advice == "表样不必改。收表单位可用 perf-xlsx adopt 写明哪一栏是“主管部门”。"
