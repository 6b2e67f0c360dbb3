"""Reading our template: boxes are found by name, then by label and header, whatever people did to the workbook."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import STORIES, case_text
from perf_xlsx.results.recording import as_json
from tests.kit.changed_templates import Damage, damaged
from tests.kit.damage import drop_names, rename, shift
from tests.kit.filled import at, box, template_of
from tests.kit.outcome import findings_of

OWN_WARNINGS = ["I17"]  # the corrected report still says “增加” beside a rate of decrease of 0%


def drop_identity(book: Any) -> None:
    del book["_perf_xlsx"]
    for item in list(book.custom_doc_props.props):
        del book.custom_doc_props[item.name]


def move_sheet(book: Any) -> None:
    book.move_sheet("绩效指标", -4)
    book["绩效指标"].sheet_state = "visible"


def rename_sheets(book: Any) -> None:
    for sheet, title in (("绩效指标", "指标（终稿）"), ("预算执行", "钱"), ("基本信息", "Sheet1")):
        rename(book, sheet, title)


def blank_rows_between(book: Any) -> None:
    for row in (7, 9, 12):
        shift(book, "绩效指标", row=row)


def retyped_labels(book: Any) -> None:
    book["绩效指标"]["K5"] = " 分 值 "
    book["预算执行"]["B10"] = "合　计："
    book["自评结论"]["B7"] = "总分"


def names_lost_and_row_inserted(book: Any) -> None:
    drop_names(book)
    shift(book, "预算执行", row=3)
    shift(book, "绩效指标", row=2)
    shift(book, "绩效指标", column=3)


DAMAGES: dict[str, Damage] = {
    "保存一次": lambda book: None,
    "基本信息插入一行": lambda book: shift(book, "基本信息", row=6),
    "预算执行插入一行": lambda book: shift(book, "预算执行", row=7),
    "预算执行插入一列": lambda book: shift(book, "预算执行", column=4),
    "绩效指标上方插入一行": lambda book: shift(book, "绩效指标", row=3),
    "绩效指标中间插入空行": blank_rows_between,
    "绩效指标插入一列": lambda book: shift(book, "绩效指标", column=6),
    "名称全部丢失": drop_names,
    "名称丢失又插入行列": names_lost_and_row_inserted,
    "工作表改名": rename_sheets,
    "工作表移动": move_sheet,
    "标签重新键入": retyped_labels,
    "模板标识丢失": drop_identity,
    "插入时名称没有跟着移动": lambda book: book["基本信息"].insert_rows(6),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_what_people_do_to_a_workbook_does_not_matter(name: str, tmp_path: Path) -> None:
    result = damaged("department-corrected", DAMAGES[name], tmp_path)
    found = as_json(result)
    assert (found["status"], found["total"], found["grade"], found["complete"]) == (
        "scored",
        "88.01",
        "良",
        True,
    ), [(f.code, f.message) for f in result.findings]
    assert found["unit"].startswith("乌鲁木齐")
    assert [f.code for f in result.findings if f.severity != "notice"] == OWN_WARNINGS


@pytest.mark.parametrize("story", STORIES)
def test_reading_gives_back_what_was_typed(story: str, tmp_path: Path) -> None:
    case = json.loads(case_text(story))
    result = damaged(story, lambda book: None, tmp_path)
    evaluation = result.evaluation
    assert evaluation is not None
    assert (evaluation.form, evaluation.year, evaluation.unit) == (case["form"], case["year"], case["unit"])
    for row, typed in zip(evaluation.indicators, case["indicators"], strict=True):
        for key, value in typed.items():
            entry = getattr(row, key)
            if value in (None, ""):
                assert entry.value is None
                assert entry.given == ""
            elif isinstance(value, str):
                assert entry.given == value
            else:
                assert float(entry.value) == (value / 100 if key == "claimed_completion" else value)
            assert entry.place.cell
    by_name = {line.name: line for line in evaluation.funds.values()}
    for typed in case["funds"]:
        for key in ("initial", "adjustment", "adjusted", "executed"):
            value = getattr(by_name[typed["line"]], key).value
            assert (None if value is None else float(value)) == typed.get(key)
    assert {p.title.value: p.text.value for p in evaluation.passages} == case.get("passages", {})


@pytest.mark.parametrize(
    ("typed", "code"),
    [("=1+1", "R10"), ("#DIV/0!", "R10"), ("=[1]外部!A1", "R10")],
    ids=["无结果", "错误值", "外部链接"],
)
def test_a_formula_without_result_is_told_and_not_run(typed: str, code: str, tmp_path: Path) -> None:
    def type_it(book: Any) -> None:
        box(book, "指标1·实际完成值").value = typed

    result = damaged("department-corrected", type_it, tmp_path)
    here = [found.code for found in result.findings if found.place.cell == at("指标1·实际完成值")]
    assert here == [code]
    assert result.scores is not None
    assert result.scores.indicators[0].points is None


def test_an_unreadable_cell_is_told_once_and_silences_what_follows(tmp_path: Path) -> None:
    def type_it(book: Any) -> None:
        for row in book["绩效指标"].iter_rows():
            for cell in row:
                if cell.value == "达成":
                    cell.value = "#N/A"
        for row in book["自评结论"].iter_rows():
            for cell in row:
                if str(cell.value).startswith("细化年初预算编制"):
                    cell.value = "#REF!"

    for story, sheet in (("project", "绩效指标"), ("department-corrected", "自评结论")):
        result = damaged(story, type_it, tmp_path)
        here = [f.code for f in result.findings if f.given in ("#N/A", "#REF!")]
        assert here == ["R10"], sheet
        assert not {f.code for f in result.findings} & {"I03", "N01", "R13", "R14"}


@pytest.mark.finding("R04")
def test_another_workbook_is_told_with_the_nearest_form(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row, label in enumerate(("单位名称", "年初预算数", "三级指标"), 1):
        book.active.cell(row, 1, label)
    book.save(tmp_path / "other.xlsx")
    result = pipeline.score(tmp_path / "other.xlsx", tmp_path / "out.xlsx")
    assert [found.code for found in result.findings] == ["R04"]
    assert "最接近" in result.findings[0].message
    assert not (tmp_path / "out.xlsx").exists()


@pytest.mark.finding("R05")
@pytest.mark.parametrize(("row", "value"), [(2, "99"), (4, "county-2099")], ids=["模板版本", "评分办法"])
def test_an_unknown_version_or_rulebook_is_refused(row: int, value: str, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book["_perf_xlsx"].cell(row, 2, value)

    result = damaged("project", change, tmp_path)
    assert [found.code for found in result.findings] == ["R05"]
    assert result.scores is None


def test_a_percent_typed_into_excel_is_the_same_as_the_number_before_the_sign(tmp_path: Path) -> None:
    def as_percent(book: Any) -> None:
        for address in ("F8", "I8"):
            cell = book["绩效指标"][address]
            cell.value, cell.number_format = cell.value / 100, "0.00%"
        rate = box(book, "合计·预算执行率")
        rate.value, rate.number_format = 0.868, "0.00%"

    result = damaged("department-corrected", as_percent, tmp_path)
    assert as_json(result)["total"] == "88.01"
    assert [f.code for f in result.findings if f.severity != "notice"] == OWN_WARNINGS


def test_calamine_sees_the_same_values(tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    path = tmp_path / "t.xlsx"
    path.write_bytes(template_of("project"))
    evaluation = pipeline.score(path).evaluation
    assert evaluation is not None
    book = CalamineWorkbook.from_path(str(path))
    for row in evaluation.indicators:
        for entry in (row.name, row.target, row.actual, row.weight, row.claimed_points, row.reason):
            cells = book.get_sheet_by_name(entry.place.sheet).to_python(skip_empty_area=False)
            seen = cells[entry.place.row - 1][entry.place.column - 1]
            assert seen == (entry.value if isinstance(entry.value, str) else float(entry.value or 0)) or seen == ""


def test_a_formula_with_a_result_is_read_and_told(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(template_of("department-corrected"))
    with_formula = tmp_path / "f.xlsx"
    edit(path, with_formula, "I6", lambda cell: cell.replace(b"<v>0</v>", b"<f>Z99</f><v>0</v>"))
    result = pipeline.score(with_formula)
    assert [f.place.cell for f in result.findings if f.code == "R11"] == ["I6"]
    assert as_json(result)["total"] == "88.01"


def edit(source: Path, target: Path, cell: str, change: Callable[[bytes], bytes]) -> None:
    """Change one cell of 绩效指标 in the XML, as no library would write it."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename == "xl/worksheets/sheet5.xml":
                found = re.search(rb'<c r="%s".*?</c>' % cell.encode(), data)
                assert found
                data = data.replace(found[0], change(found[0]))
            new.writestr(info, data)


def test_what_is_beside_the_form_is_told(tmp_path: Path) -> None:
    def add(book: Any) -> None:
        book.create_sheet("工资表")["A1"] = "工资"
        book.create_sheet("空白")

    result = damaged("project", add, tmp_path)
    assert [(f.code, f.severity, f.given) for f in result.findings] == [("R16", "notice", "工资表")]


def test_another_rulebook_than_the_templates_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(template_of("project"))
    assert [f.code for f in pipeline.score(path, rulebook="mof-2020").findings] == []
    other = findings_of(pipeline.score(path, rulebook="platform"), "R17")
    assert [(f.severity, f.given, f.expected) for f in other] == [("warning", None, None)]


@pytest.mark.parametrize(
    ("unit", "typed", "read"),
    [("人", "3W", 30000), ("人", "3w人", 30000), ("万人", "3W", 3), ("W", "3W", 3), ("升", "12Ol", None)],
)
def test_letters_behind_a_number(unit: str, typed: str, read: int | None, tmp_path: Path) -> None:
    def type_it(book: Any) -> None:
        box(book, "指标8·计量单位").value, box(book, "指标8·实际完成值").value = unit, typed

    result = damaged("department-corrected", type_it, tmp_path)
    assert result.evaluation is not None
    assert result.evaluation.indicators[7].actual.value == read
    assert [
        f.code
        for f in result.findings
        if f.place.cell == at("指标8·实际完成值") and f.code in ("R08", "R09", "R12")
    ]


def test_the_money_unit_in_other_words_is_no_other_unit(tmp_path: Path) -> None:
    def note(book: Any) -> None:
        sheet = book["基本信息"]
        row = next(row for row in range(1, 20) if str(sheet.cell(row, 2).value).startswith("金额单位"))
        sheet.cell(row, 3).value = "人民币万元"
        book["预算执行"]["O3"] = "单位：万元"

    result = damaged("department-corrected", note, tmp_path)
    assert not [f.message for f in result.findings if f.code == "R09" and f.field == "金额单位"]
