"""Templates filled in as a person does: the yellow boxes and nothing else. However they were made, no error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.batch.roster import ListedUnit, Roster
from perf_xlsx.batch.roster_templates import write_templates
from perf_xlsx.forms import form_names, load_form
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from perf_xlsx.sheets.style import REQUIRED_FILL

YEAR = 2025
KINDS = [
    (form, rules) for form in form_names() for rules in rulebook_names() if form in load_rulebook(rules).forms
]
every_kind = pytest.mark.parametrize(("form", "rulebook"), KINDS)
TABLES = ("预算执行", "项目资金", "项目明细", "绩效指标")
UNIT = {"department": {"unit": "示例县水利局"}, "project": {"unit": "示例县水利局", "project": "水库维修"}}


def yellow(sheet: Any) -> Iterator[tuple[Any, str]]:
    """The boxes that the sheet shows as required, with their labels: beside them, or at the head of their column."""
    asked = {
        place
        for one in sheet.conditional_formatting
        for rule in one.rules
        if rule.dxf and rule.dxf.fill and rule.dxf.fill.bgColor.rgb[2:] == REQUIRED_FILL[1:]
        for area in one.cells.ranges
        for place in area.cells
    }
    for row, column in sorted(asked):
        if not (cell := sheet.cell(row, column)).protection.locked:
            yield cell, _label(sheet, cell)


def _label(sheet: Any, cell: Any) -> str:
    above = (sheet.cell(row, cell.column) for row in range(cell.row - 1, 3, -1))
    heads = (one.value for one in above if one.protection.locked and one.value and one.data_type != "f")
    head = next(heads, None)
    beside = sheet.cell(cell.row, 2)
    label = head if sheet.title in TABLES else beside.value
    return str(label).rstrip("* ")


def filled(path: Path, rulebook: str, rows: int = 3) -> None:
    """Type into every yellow box that is empty; of a table of free rows, into its first ones."""
    rules, book = load_rulebook(rulebook), openpyxl.load_workbook(path)
    execution, full = (float(rules.number(key)) for key in ("execution.weight", "total.points"))
    share = (full - execution) / rows
    values = {
        "单位名称": "示例县水利局", "实施单位": "示例县水利局", "项目名称": "水库维修", "金额单位": "万元",
        "年初预算数": 100, "全年预算数": 100, "全年执行数": 100,
        "指标性质": "≥", "年度指标值": 50, "实际完成值": 50, "分值": share, "自评得分": share,
        "预算执行率得分": execution, "自评总分": full, "自评等级": "优",
    }  # fmt: skip
    for sheet in book.worksheets:
        for cell, label in yellow(sheet):
            free = sheet.title in ("绩效指标", "项目明细")
            if cell.value is None and (not free or _above(sheet, cell) <= rows):
                name = f"{label}{cell.row}"
                cell.value = name if free and label in ("三级指标", "项目名称") else values[label]
                if sheet.title == "项目明细" and label in ("年初预算数", "全年预算数", "全年执行数"):
                    cell.value = 100 / rows  # together the 100 of 项目支出
    book.save(path)


def _above(sheet: Any, cell: Any) -> int:
    """Which row of its table a box is in, from 1."""
    return int(sheet.cell(cell.row, 1).value)


def errors(path: Path) -> list[tuple[str, str | None, str]]:
    return [(f.code, f.place.cell, f.message) for f in pipeline.score(path).findings if f.severity == "error"]


@every_kind
def test_a_blank_template(form: str, rulebook: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    pipeline.write_template(path, form, YEAR, rulebook)
    filled(path, rulebook)
    assert errors(path) == []


@every_kind
def test_one_of_a_roster(form: str, rulebook: str, tmp_path: Path) -> None:
    project = UNIT[form].get("project", "")
    roster = Roster(
        "名单.xlsx", [ListedUnit(2, "示例县水利局", form=form, project=project, supervisor="示例县人民政府")]
    )
    (one,) = write_templates(roster, tmp_path, YEAR, form, rulebook)
    filled(one.path, rulebook)
    assert errors(one.path) == []


@every_kind
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"funds": [{"line": "合计", "initial": 100, "adjusted": 100}], "passages": {"改进措施": "下年继续做好各项工作。"}},
        {"indicators": [{"level1": "产出指标", "name": "维修数量", "sign": "≥", "target": 50}]},
        {"claimed": {"grade": "优"}, "supervisor": "示例县人民政府"},
    ],
)  # fmt: skip
def test_one_with_some_data(form: str, rulebook: str, data: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    if form == "project":
        data = json.loads(json.dumps(data, ensure_ascii=False).replace("合计", "年度资金总额"))
    case = {"form": form, "year": YEAR, **UNIT[form], **data}
    pipeline.write_template(path, rulebook=rulebook, case=json.dumps(case))
    filled(path, rulebook)
    assert errors(path) == []


@pytest.mark.parametrize("form", form_names())
@pytest.mark.parametrize(
    ("given", "stands"), [({}, "万元"), ({"money_unit": "元"}, "元"), ({"money_unit": None}, None)]
)
def test_a_preset_holds_where_the_data_say_nothing_of_it(
    form: str, given: dict[str, Any], stands: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    pipeline.write_template(path, case=json.dumps({"form": form, "year": YEAR, **UNIT[form], **given}))
    book = openpyxl.load_workbook(path)
    sheet, cell = next(iter(book.defined_names["px_money_unit"].destinations))
    assert book[sheet][cell].value == stands


def test_what_the_rulebook_divides_by_is_required() -> None:
    for rulebook, keys in (
        ("mof-2020", {"adjusted", "executed"}),
        ("initial-base", {"initial", "adjusted", "executed"}),
    ):
        book = _book("department", rulebook)
        sheet, _ = next(iter(book.defined_names["px_funds_total_initial"].destinations))
        names = {"initial": "年初预算数", "adjusted": "全年预算数", "executed": "全年执行数"}
        assert {label for _, label in yellow(book[sheet])} == {names[key] for key in keys}


@pytest.mark.parametrize("form", form_names())
def test_the_units_own_points_and_grade_are_required(form: str) -> None:
    book = _book(form, load_form(form).rulebook)
    labels = [label for sheet in book.worksheets for _, label in yellow(sheet)]
    assert {"自评得分", "预算执行率得分", "自评等级", "金额单位"} <= set(labels)


def _book(form: str, rulebook: str) -> Any:
    from io import BytesIO

    return openpyxl.load_workbook(BytesIO(pipeline.template_bytes(form, YEAR, rulebook)))
