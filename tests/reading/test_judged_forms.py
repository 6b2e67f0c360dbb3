"""Forms that only judge: no targets, no results, no money; weights on three levels or behind the names.

No rule can compute their points, so that the unit's own are taken, told once, and checked against the weights.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.results.recording import as_json
from tests.kit.foreign_workbooks import xlsb
from tests.kit.layouts import Paper, national

# level 1, level 2, name, weight, claimed points
ROWS: list[tuple[Any, ...]] = [
    ("投入", "预算配置", "在职人员控制率", 10, 10),
    ("过程", "预算管理", "管理制度健全性", 30, 28),
    ("产出", "职责履行", "重点工作办结率", 40, 40),
    ("效果", "履职效益", "社会公众满意度", 20, 19),
]


def head(title: str = "部门整体支出绩效评价指标评分表（2022年度）") -> Paper:
    p = Paper()
    p.put("A1:J1", title)
    p.row(2, "A B:J", "单位名称", "某县档案馆")
    return p


def of_three_levels() -> Paper:
    """湖南 (仿): each level with its weight, the standard beside it."""
    p = head()
    heads = ("一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "指标解释", "评价标准", "得分", "备注")
    p.row(3, "A B C D E F G H I J", *heads)
    for row, (one, two, name, weight, claimed) in enumerate(ROWS, 4):
        cells = (one, weight, two, weight, name, weight, "反映履职情况", "达标得满分", claimed, None)
        p.row(row, "A B C D E F G H I J", *cells)
    p.row(8, "A:H I", "合计", 97)
    return p


def of_two_rows() -> Paper:
    """深圳 (仿): a heading over the levels and their weights, the reason of what was deducted."""
    p = head("2022年度部门整体支出绩效自评指标评分表")
    p.put("A3:F3", "评价指标")
    for area, text in (("G3:G4", "评分标准"), ("H3:H4", "自评得分"), ("I3:I4", "得分理由及扣分原因")):
        p.put(area, text)
    p.row(4, "A B C D E F", "一级指标", "权重（%）", "二级指标", "权重（%）", "三级指标", "权重（%）")
    for row, (one, two, name, weight, claimed) in enumerate(ROWS, 5):
        why = None if weight == claimed else "资料不全"
        p.row(row, "A B C D E F G H I", one, weight, two, weight, name, weight, "达标得满分", claimed, why)
    p.row(9, "A:G H", "合计", 97)
    return p


def behind_names() -> Paper:
    """四川 (仿): the weights stand in brackets behind the names."""
    p = head("2022年部门整体支出绩效评价得分表")
    p.row(3, "A B C D", "一级指标", "二级指标", "三级指标", "得分")
    for row, (one, two, name, weight, claimed) in enumerate(ROWS, 4):
        p.row(row, "A B C D", f"{one}（{weight}分）", f"{two}（{weight}分）", f"{name}（{weight}分）", claimed)
    p.row(8, "A:C D", "总分", 97)
    return p


def with_results() -> Paper:
    """海南 (仿): what was done, a grade for each row, and no target."""
    p = head("2022年度部门整体支出绩效自评表")
    heads = ("一级指标", "二级指标", "三级指标", "分值", "评分标准", "指标完成情况", "自评得分", "等级")
    p.row(3, "A B C D E F G H", *heads)
    for row, (one, two, name, weight, claimed) in enumerate(ROWS, 4):
        p.row(row, "A B C D E F G H", one, two, name, weight, "达标得满分", "98%", claimed, "优")
    p.row(8, "A:F G", "合计", 97)
    return p


FORMS: dict[str, Callable[[], Paper]] = {
    made.__name__: made for made in (of_three_levels, of_two_rows, behind_names, with_results)
}


def scored(paper: Paper, folder: Path) -> Result:
    return pipeline.score(paper.save(folder / "a.xlsx"))


def told(result: Result) -> list[tuple[str, str, str | None]]:
    return sorted((f.code, f.severity, f.place.cell) for f in result.findings if f.code != "R19")


@pytest.mark.parametrize("name", FORMS)
def test_the_claims_are_the_points(name: str, tmp_path: Path) -> None:
    found = as_json(scored(FORMS[name](), tmp_path))
    rows = [
        (row["level1"], row["name"], row["weight"], row["claimed"], row["points"]) for row in found["indicators"]
    ]
    assert rows == [
        (one, own, str(weight), str(claimed), f"{claimed}.00") for one, _, own, weight, claimed in ROWS
    ]
    assert (found["status"], found["total"], found["claimed_rows"]) == ("scored", "97.00", 4)
    assert (found["unit"], found["year"], found["claimed_total"]) == ("某县档案馆", 2022, "97")


@pytest.mark.parametrize(("name", "weights", "claims"), [
    ("of_three_levels", "F3", "I4"), ("of_two_rows", "F4", "H5"), ("behind_names", "C3", "D4"),
    ("with_results", "D3", "G4"),
])  # fmt: skip
def test_what_is_told_is_told_once(name: str, weights: str, claims: str, tmp_path: Path) -> None:
    """That no rule computes the points, and that execution has none: neither money nor other weights are asked for."""
    found = {one for one in told(scored(FORMS[name](), tmp_path)) if one[0] != "W05"}
    assert found == {("I21", "warning", claims), ("R17", "warning", weights)}


def test_a_rulebook_that_gives_execution_nothing_fits(tmp_path: Path) -> None:
    path = of_three_levels().save(tmp_path / "a.xlsx")
    found = as_json(pipeline.score(path, rulebook="pidu-2026"))
    assert (found["complete"], found["total"], found["grade"]) == (True, "97.00", "优")


def test_a_claim_above_its_weight_is_not_taken_and_a_missing_one_is_asked_for(tmp_path: Path) -> None:
    paper = of_three_levels()
    paper.sheet["I5"], paper.sheet["I6"] = 31, None
    result = scored(paper, tmp_path)
    assert [row["points"] for row in as_json(result)["indicators"]] == ["10.00", None, None, "19.00"]
    assert {("I21", "error", "I5"), ("R07", "error", "I6")} <= set(told(result))


@pytest.mark.parametrize("first", [True, False])
def test_beside_a_form_that_measures_it_is_no_form_of_its_own(first: bool, tmp_path: Path) -> None:
    paper = national()
    copy, judged = paper.book.create_sheet("评分表", 0 if first else 1), of_three_levels().sheet
    for row in judged.iter_rows():
        for cell in row:
            copy[cell.coordinate] = cell.value
    result = scored(paper, tmp_path)
    assert [one.place.sheet for one in result.findings if one.code == "R16"] == ["评分表"]
    assert (len(result.forms), as_json(result).get("claimed_rows", 0)) == (1, 0)


def test_a_column_that_nobody_knows_may_be_the_target(tmp_path: Path) -> None:
    paper = of_three_levels()
    paper.sheet["G3"] = "甲乙丙丁"
    assert [f.code for f in scored(paper, tmp_path).findings] == ["R04"]


def test_a_list_of_forms_is_none(tmp_path: Path) -> None:
    paper = Paper()
    paper.put("A1:F1", "2023年度部门绩效自评得分情况表")
    paper.row(2, "A B C D E F", "序号", "单位名称", "项目名称", "分值", "得分", "等级")
    paper.row(3, "A B C D E F", 1, "甲局", "渠道维修", 100, 98, "优")
    paper.row(4, "A B C D E F", 2, "乙局", "水库除险", 100, 88, "良")
    assert [f.code for f in scored(paper, tmp_path).findings] == ["R04"]


def test_the_points_of_a_reviewer_are_not_the_units(tmp_path: Path) -> None:
    paper = of_three_levels()
    paper.sheet["I3"] = "财政评价得分"
    assert [f.code for f in scored(paper, tmp_path).findings] == ["R04"]


def test_what_was_carried_over_from_another_format_keeps_its_points(tmp_path: Path) -> None:
    of_three_levels().save(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsb").write_bytes(xlsb((tmp_path / "a.xlsx").read_bytes()))
    first = pipeline.score(tmp_path / "a.xlsb", tmp_path / "b.xlsx")
    again = pipeline.score(tmp_path / "b.xlsx")
    assert [as_json(one)["total"] for one in (first, again)] == ["97.00", "97.00"]
