"""Reading: boxes are found by name, then by label and header, whatever people did to the workbook."""

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
from perf_xlsx.domain.model import Result
from perf_xlsx.results.report import as_json
from tests import CASES
from tests.kit.damage import drop_names, rename, shift
from tests.kit.filled import at, box, changed, filled, template_of
from tests.kit.outcome import findings_of, scored

OWN_WARNINGS = ["I17"]  # the corrected report still says “增加” beside a rate of decrease of 0%

Damage = Callable[[Any], None]


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


def damaged(story: str, damage: Damage, folder: Path) -> Result:
    return scored(changed(template_of(story), damage), folder)


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
    form = result.evaluation
    assert form is not None
    assert (form.form, form.year, form.unit) == (case["form"], case["year"], case["unit"])
    for row, typed in zip(form.indicators, case["indicators"], strict=True):
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
    by_name = {line.name: line for line in form.funds.values()}
    for typed in case["funds"]:
        for key in ("initial", "adjustment", "adjusted", "executed"):
            value = getattr(by_name[typed["line"]], key).value
            assert (None if value is None else float(value)) == typed.get(key)
    assert {p.title.value: p.text.value for p in form.passages} == case.get("passages", {})


def test_a_lost_column_is_named(tmp_path: Path) -> None:
    def delete(book: Any) -> None:
        drop_names(book)
        book["绩效指标"].delete_cols(11)

    result = damaged("department-corrected", delete, tmp_path)
    lost = findings_of(result, "R06")
    assert [found.field for found in lost] == ["绩效指标完成情况·分值"]
    assert result.scores is not None
    assert not result.scores.complete


def test_a_lost_column_that_may_be_empty_is_a_warning(tmp_path: Path) -> None:
    def delete(book: Any) -> None:
        drop_names(book)
        book["绩效指标"].delete_cols(8)

    result = damaged("project", delete, tmp_path)
    lost = [(found.field, found.severity) for found in result.findings if found.code == "R06"]
    assert lost == [("绩效指标完成情况·年中监控值", "warning")]
    assert as_json(result)["total"] == "96.40"


def test_a_doubled_label_is_named(tmp_path: Path) -> None:
    def double(book: Any) -> None:
        drop_names(book)
        book["基本信息"]["B15"], book["基本信息"]["C15"] = "单位名称", "另一个单位"

    result = damaged("department-corrected", double, tmp_path)
    twice = next(found for found in result.findings if found.code == "R06")
    assert (twice.place.sheet, twice.place.cell) == ("基本信息", "C15")
    assert result.evaluation is not None
    assert str(result.evaluation.unit).startswith("乌鲁木齐")


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


def test_rows_typed_below_the_table_are_read(tmp_path: Path) -> None:
    def type_below(book: Any) -> None:
        sheet = book["绩效指标"]
        last = next(r for r in range(200, 1, -1) if sheet.cell(r, 1).value)
        for column in range(2, 18):
            sheet.cell(last + 1, column, sheet.cell(13, column).value)
            if column not in (16, 17):
                sheet.cell(13, column).value = None

    result = damaged("department-corrected", type_below, tmp_path)
    assert as_json(result)["total"] == "88.01"


@pytest.mark.parametrize(
    ("sheet", "typed", "held"),
    [
        ("绩效指标", {"D": "小 计", "K": 12}, "12"),
        ("绩效指标", {"B": "合计", "K": 90, "M": "=SUM(M6:M13)"}, "90、=SUM(M6:M13)"),
        ("项目明细", {"B": "合计：", "E": 107.18, "F": 95.45}, "107.18、95.45"),
        ("项目明细", {"B": "小计（本级）", "C": "本级财力", "E": 96.38, "F": 86.38}, "96.38、86.38"),
        ("项目明细", {"B": "本页合计", "E": 107.18, "F": 95.45}, "107.18、95.45"),
        ("绩效指标", {"D": "总计：90分", "K": 90}, "90"),
    ],
)
def test_a_row_of_sums_is_told_and_neither_scored_nor_added_up(
    sheet: str, typed: dict[str, Any], held: str, tmp_path: Path
) -> None:
    def add(book: Any) -> None:
        row = 1 + max(cell.row for cell in book[sheet]["BD"[sheet == "绩效指标"]] if cell.value)
        for column, value in typed.items():
            book[sheet][f"{column}{row}"] = value

    plain = damaged("department-corrected", lambda book: None, tmp_path)
    result = damaged("department-corrected", add, tmp_path)
    (told,) = [found for found in result.findings if found not in plain.findings]
    assert (told.code, told.severity, told.place.sheet) == ("R16", "notice", sheet)
    assert f"一行只是合计，没有读取（{held}）" in told.message
    assert result.scores == plain.scores


def test_a_part_of_the_row_above_is_told_and_not_added_up(tmp_path: Path) -> None:
    def add(book: Any) -> None:
        for cell, value in {
            at("项目4·项目名称"): "其中：政府采购",
            at("项目4·全年预算数"): 10,
            at("项目4·全年执行数"): 9,
        }.items():
            book["项目明细"][cell] = value

    plain = damaged("department-corrected", lambda book: None, tmp_path)
    result = damaged("department-corrected", add, tmp_path)
    (told,) = [found for found in result.findings if found not in plain.findings]
    assert told.message == "“其中：政府采购”一行是上面一行中的一部分，没有读取（10、9）。"


def test_a_word_of_a_sum_in_an_indicators_name_is_an_indicator(tmp_path: Path) -> None:
    def call_it_a_sum(book: Any) -> None:
        box(book, "指标1·三级指标").value = "合计"

    result = damaged("department-corrected", call_it_a_sum, tmp_path)
    assert result.evaluation is not None
    assert result.evaluation.indicators[0].name.value == "合计"


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
    form = pipeline.score(path).evaluation
    assert form is not None
    book = CalamineWorkbook.from_path(str(path))
    for row in form.indicators:
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
    assert [(f.severity, f.given, f.expected) for f in other] == [("warning", "platform", "mof-2020")]


@pytest.mark.parametrize("form", ["department", "project"])
def test_a_form_without_a_single_indicator_is_not_without_errors(form: str, tmp_path: Path) -> None:
    """It was scored as complete, with the points of budget execution alone and no error at all."""
    case = json.loads(case_text({"department": "department-corrected", "project": "project"}[form]))
    (tmp_path / "甲.xlsx").write_bytes(filled(case | {"indicators": []}))
    found = findings_of(pipeline.score(tmp_path / "甲.xlsx"), "R07")
    assert [(f.place.sheet, f.place.cell, f.message) for f in found] == [
        ("绩效指标", "D6", "没有填写任何绩效指标。")
    ]


def test_neither_an_indicator_nor_a_column_for_their_names(tmp_path: Path) -> None:
    case = json.loads(case_text("project")) | {"indicators": []}
    (tmp_path / "甲.xlsx").write_bytes(filled(case))
    book = openpyxl.load_workbook(tmp_path / "甲.xlsx")
    book.defined_names.clear()
    book["绩效指标"]["D5"] = None
    book.save(tmp_path / "甲.xlsx")
    found = [(f.code, f.message) for f in pipeline.score(tmp_path / "甲.xlsx").findings]
    assert found == [
        ("R06", "“绩效指标完成情况”中没有找到“三级指标”。"),
        ("R07", "没有填写任何绩效指标。"),
    ]


@pytest.mark.parametrize(
    ("sheet", "typed", "said"),
    [
        ("绩效指标", {"D": "新增指标"}, "第14行只填了D14“新增指标”，没有填指标性质、年度指标值、实际完成值、分值、自评得分，没有读取。"),
        ("绩效指标", {"K": 5}, "第14行只填了K14“5”，没有填三级指标、指标性质、年度指标值、实际完成值、自评得分，没有读取。"),
        ("项目明细", {"C": "本级财力"}, "第14行只填了C14“本级财力”，没有填项目名称、全年预算数、全年执行数，没有读取。"),
    ],
)  # fmt: skip
def test_a_row_hardly_begun_is_told_once(sheet: str, typed: dict[str, Any], said: str, tmp_path: Path) -> None:
    def begin(book: Any) -> None:
        for column, value in typed.items():
            book[sheet][f"{column}14"] = value

    plain = damaged("department-corrected", lambda book: None, tmp_path)
    result = damaged("department-corrected", begin, tmp_path)
    (told,) = [found for found in result.findings if found not in plain.findings]
    assert (told.code, told.severity, told.message) == ("R07", "error", said)
    assert "第14行" in told.advice


def test_a_title_without_its_passage_is_told(tmp_path: Path) -> None:
    def type_it(book: Any) -> None:
        book["自评结论"]["B21"] = "本年度预算执行总体良好，各项指标均按计划推进。"

    result = damaged("department-corrected", type_it, tmp_path)
    assert [(f.severity, f.place.cell) for f in result.findings if f.code == "R06"] == [("warning", "B21")]


@pytest.mark.parametrize(
    ("sheet", "severities", "fields"),
    [
        ("预算执行", ["error"], ["部门预算执行情况"]),
        ("项目明细", ["error"], ["项目支出明细"]),
        ("自评结论", ["error", "warning"], ["自评得分", "文字说明"]),
    ],
)
def test_a_lost_sheet_is_told_once_a_block(
    sheet: str, severities: list[str], fields: list[str], tmp_path: Path
) -> None:
    result = damaged("department-corrected", lambda book: book.remove(book[sheet]), tmp_path)
    lost = findings_of(result, "R06")
    assert [(found.field, found.severity) for found in lost] == list(zip(fields, severities, strict=True))
    assert all(f"工作表“{sheet}”" in found.advice for found in lost)
    assert not [found for found in result.findings if found.code in ("R07", "F01", "F06", "N01")]


def test_a_total_that_was_left_out_is_told_once_with_the_sum_that_fits(tmp_path: Path) -> None:
    def leave_out(book: Any) -> None:
        for column in "CDEFG":
            book["预算执行"][f"{column}10"] = None

    result = damaged("department-corrected", leave_out, tmp_path)
    (told,) = [found for found in result.findings if found.code in ("R06", "R07")]
    assert (told.place.cell, told.message) == (at("合计·全年预算数"), "合计没有填写全年预算数、全年执行数。")
    assert told.advice.endswith("按各部分合计，应填全年预算数3291.98、全年执行数2857.28。")


@pytest.mark.parametrize(
    ("cell", "typed", "said"),
    [
        ("基本信息!C5", None, "请填写单位名称：与公章一致的单位全称。"),
        ("基本信息!C5", "/", "请填写单位名称：与公章一致的单位全称。"),
        ("基本信息!C8", None, "请填写金额单位：本表所有金额使用的单位。"),
        ("绩效指标!D8", None, "请填写三级指标：指标的名称，一行一个指标。"),
        ("预算执行!F10", None, "请填写合计的全年执行数；按各部分合计，应填2857.28。"),
    ],
)
def test_an_empty_box_is_told_with_what_to_fill_in(
    cell: str, typed: str | None, said: str, tmp_path: Path
) -> None:
    sheet, address = cell.split("!")

    def clear(book: Any) -> None:
        book[sheet][address] = typed

    told = findings_of(damaged("department-corrected", clear, tmp_path), "R07")
    assert [(found.place.cell, found.advice) for found in told] == [(address, said)]


def off(sheet: str, cells: str, rows: int = 0, cols: int = 0) -> Damage:
    return lambda book: book[sheet].move_range(cells, rows=rows, cols=cols)


@pytest.mark.parametrize(
    ("move", "field"),
    [
        (off("预算执行", "C6:G10", rows=1), "部门预算执行情况"),
        (off("预算执行", "C7:G10", rows=-1), "部门预算执行情况"),
        (off("预算执行", "C6:G10", cols=1), "部门预算执行情况"),
        (off("项目明细", "B6:G8", cols=1), "项目支出明细"),
        (off("项目明细", "B6:G8", cols=-1), "项目支出明细"),
        (off("绩效指标", "B6:O13", cols=1), "绩效指标完成情况"),
        (off("绩效指标", "F6:O13", cols=1), "绩效指标完成情况"),
        (off("自评结论", "C6:C8", rows=1), "自评得分"),
    ],
    ids=["资金低", "资金高", "资金右", "项目右", "项目左", "指标右", "指标后半右", "得分低"],
)
def test_a_block_that_is_off_is_told_once_and_nothing_of_it_is_read(
    move: Damage, field: str, tmp_path: Path
) -> None:
    """Sixty findings told of one table pasted a column off, and of points that followed from its wrong numbers."""
    plain = damaged("department-corrected", lambda book: None, tmp_path)
    result = damaged("department-corrected", move, tmp_path)
    told = [found for found in result.findings if found not in plain.findings and found.code != "R16"]
    assert [(found.code, found.severity, found.field) for found in told] == [("R06", "error", field)]


def test_a_line_that_need_not_be_filled_is_no_slip(tmp_path: Path) -> None:
    def parts_alone(book: Any) -> None:
        for column in "CEFG":
            book["预算执行"][f"{column}6"] = None
        for cell, value in {
            at("人员经费·年初预算数"): 1800,
            at("公用经费·年初预算数"): 1303.71,
            at("人员经费·全年执行数"): 1500,
            at("公用经费·全年执行数"): 1261.83,
        }.items():
            book["预算执行"][cell] = value

    plain = damaged("department-corrected", lambda book: None, tmp_path)
    assert damaged("department-corrected", parts_alone, tmp_path).findings == plain.findings


@pytest.mark.parametrize(
    ("sheet", "column", "label"),
    [("绩效指标", 5, "指标性质"), ("绩效指标", 6, "年度指标值"), ("绩效指标", 9, "实际完成值"), ("预算执行", 5, "全年预算数")],
)  # fmt: skip
def test_a_lost_column_is_all_that_is_told_of_it(sheet: str, column: int, label: str, tmp_path: Path) -> None:
    def delete(book: Any) -> None:
        drop_names(book)
        book[sheet].delete_cols(column)

    plain = damaged("department-corrected", lambda book: None, tmp_path)
    result = damaged("department-corrected", delete, tmp_path)
    seen = {(found.code, found.message) for found in plain.findings}
    told = [(f.code, f.severity, label in f.message) for f in result.findings if (f.code, f.message) not in seen]
    assert told == [("R06", "error", True)]


def test_the_sums_of_a_line_that_is_lost_are_not_told(tmp_path: Path) -> None:
    def delete(book: Any) -> None:
        sheet = book["项目资金"]
        row = next(row for row in range(1, 20) if sheet.cell(row, 2).value == "上年结转资金")
        sheet.delete_rows(row)
        drop_names(book)

    plain = damaged("project", lambda book: None, tmp_path)
    result = damaged("project", delete, tmp_path)
    assert {found.code for found in result.findings if found not in plain.findings} == {"R06"}


def test_an_unnamed_row_like_the_one_above_is_no_sum(tmp_path: Path) -> None:
    """Only one amount stands above it; it was taken for a sum and left out."""

    def type_them(book: Any) -> None:
        sheet = book["项目明细"]
        for row, (name, amount) in enumerate([("甲项目", 0), ("乙项目", 400), (None, 400)], 6):
            for column, value in zip("BCDEFG", (name, None, amount, amount, amount, None), strict=True):
                sheet[f"{column}{row}"] = value

    result = damaged("department-corrected", type_them, tmp_path)
    assert result.evaluation is not None
    assert [project.adjusted.value for project in result.evaluation.projects][:3] == [0, 400, 400]
    assert [f.place.cell for f in result.findings if f.code == "R07"] == ["B8"]


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


@pytest.mark.parametrize("form", ["部门", "项目"])
@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        ("adjusted", "executed", "“全年预算数”与“全年执行数”"),
        ("initial", "adjusted", "“年初预算数”与“全年预算数”"),
        ("initial", "executed", "“年初预算数”与“全年执行数”"),
    ],
)
def test_two_columns_of_amounts_filled_in_for_each_other_are_told_once(
    one: str, other: str, names: str, form: str, score_case: Callable[..., Result]
) -> None:
    case = json.loads((CASES / f"完好的{form}自评表.json").read_text("utf-8"))
    for line in case["funds"]:
        line[one], line[other] = line.get(other), line.get(one)
    result = score_case(case)
    assert [(f.code, names in f.message) for f in result.findings] == [("R06", True)]
    assert result.scores is not None
    assert not result.scores.complete


def test_adjustments_of_the_wrong_sign_are_no_exchanged_columns(score_case: Callable[..., Result]) -> None:
    case = json.loads((CASES / "完好的部门自评表.json").read_text("utf-8"))
    for line in case["funds"]:
        line["claimed_rate"] = None
        line["adjustment"] = line["initial"] - line["adjusted"]
    assert {f.code for f in score_case(case).findings} == {"F02"}


@pytest.mark.parametrize("head", ["B14", "C14"])
def test_passages_without_one_of_their_columns_are_told(head: str, tmp_path: Path) -> None:
    def retype(book: Any) -> None:
        sheet = book["自评结论"]
        assert sheet[head].value in ("标题", "内容")
        sheet[head] = "其他"
        drop_names(book)

    assert "R06" in {found.code for found in damaged("department-corrected", retype, tmp_path).findings}


@pytest.mark.parametrize(
    ("case", "sheet", "column", "lost"),
    [("department-corrected", "绩效指标", 17, "改进措施")],
)
def test_a_deleted_column_is_told_and_the_computed_one_behind_it_is_not_read_for_it(
    case: str, sheet: str, column: int, lost: str, tmp_path: Path
) -> None:
    result = damaged(case, lambda book: book[sheet].delete_cols(column), tmp_path)
    said = [found.message for found in result.findings if found.code[0] == "R"]
    assert len(said) == 1
    assert said[0].endswith(f"没有找到“{lost}”。")
