"""The template: it guides, it prints, it knows itself, and its live formulas agree with the engine."""

from __future__ import annotations

import html
import io
import json
import random
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.cli.publish import published
from perf_xlsx.cli.stories import BLANK_YEAR, STORIES, case_text
from perf_xlsx.forms import NEXT_YEAR, Boxes, Lines, form_names, load_form
from perf_xlsx.reading.form import OWN_CODES
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from perf_xlsx.sheets.fixed_texts import HIDDEN_SHEET
from perf_xlsx.template.steps import PREFIX
from tests import CASES, FIXTURES, ROOT
from tests.kit.filled import template_of
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.outcome import findings_of
from tests.kit.parts import edited, unzipped
from tests.scoring.test_oracle import NATIONAL, ORACLES, as_case, made_up
from tests.scoring.test_scoring import form_of, table

OTHER_CHOICES = str(FIXTURES / "另一种选择.toml")
FORMS = form_names()
TABLES_ALONE = ("项目明细", "绩效指标")  # sheets that print down to their last filled-in row: by a formula
PRINT_AREA = re.compile(r"<definedName name=\"_xlnm.Print_Area\" [^>]*>('绩效指标'[^<]*)<")

# Functions that came after Excel 2010 carry the prefix in the file; the others are named to be sure.
NEWER = re.compile(r"_xlfn|IFS\(|XLOOKUP|TEXTJOIN|CONCAT\(|LET\(|FILTER\(")


@pytest.fixture(scope="module", params=FORMS)
def blank(request: pytest.FixtureRequest) -> tuple[str, Any]:
    data = pipeline.template_bytes(request.param, BLANK_YEAR)
    return request.param, openpyxl.load_workbook(io.BytesIO(data))


def typed_boxes(form: str) -> list[tuple[str, Any]]:
    """Every box that is filled, with its defined name."""
    found = []
    for block in load_form(form).blocks:
        for box in (box for box in block.fields if not box.claimed_only):
            name = f"px_{box.key}" if isinstance(block, Boxes) else f"px_{block.key}_{box.key}"
            found.append((name, box))
            if isinstance(block, Lines):
                found += [(f"px_{block.key}_{line.key}_{box.key}", box) for line in block.lines]
    return found


def cells(book: Any, name: str) -> tuple[Any, list[Any]]:
    sheet, reference = next(iter(book.defined_names[name].destinations))
    area = book[sheet][reference.replace("$", "")]
    area = area if isinstance(area, tuple) else ((area,),)
    return book[sheet], [cell for row in area for cell in row]


def test_every_box_has_a_name_a_message_and_its_lock(blank: tuple[str, Any]) -> None:
    form, book = blank
    for name, box in typed_boxes(form):
        sheet, boxes = cells(book, name)
        for cell in (boxes[0], boxes[-1]):
            computed = cell.data_type == "f"  # in a blank template also what its data may hold: totals, 自评总分
            assert cell.protection.locked == computed, name
            assert computed or box.kind != "computed"
            if computed:
                continue
            rule = next(r for r in sheet.data_validations.dataValidation if cell.coordinate in r.sqref)
            assert rule.prompt
            assert len(rule.prompt) <= 255
            assert rule.showInputMessage
            assert cell.data_type != "f"


def test_choices_are_drop_downs_that_fit_excels_limit(blank: tuple[str, Any]) -> None:
    form, book = blank
    for name, box in typed_boxes(form):
        if box.kind != "choice":
            continue
        sheet, boxes = cells(book, name)
        rule = next(r for r in sheet.data_validations.dataValidation if boxes[0].coordinate in r.sqref)
        assert rule.type == "list"
        assert len(rule.formula1) <= 257
        if box.depends_on:
            assert f'INDIRECT("px_list_{box.key}_"&' in rule.formula1
            lists = {n for n in book.defined_names if n.startswith(f"px_list_{box.key}_")}
            under = {f"px_list_{box.key}_{choice.under}" for choice in box.choices}
            assert lists == {*under, f"px_list_{box.key}_above"}
            _, every = cells(book, f"px_list_{box.key}")  # offered before the level above is chosen
            assert [cell.value for cell in every] == list(dict.fromkeys(choice.value for choice in box.choices))


def test_tables_have_room_and_rows_may_be_inserted(blank: tuple[str, Any]) -> None:
    form, book = blank
    for key in ("indicators", "projects"):
        if load_form(form).has(key):
            sheet, boxes = cells(book, f"px_{key}_name")
            assert len(boxes) >= 60
            assert sheet.protection.sheet
            assert not sheet.protection.insertRows  # openpyxl: False means allowed
            assert sheet.freeze_panes


def test_it_prints_on_a4_in_readable_type_with_page_numbers(blank: tuple[str, Any]) -> None:
    """One page wide; a table too wide for that on two pages side by side, both with the rows' numbers."""
    for sheet in blank[1].worksheets:
        if sheet.sheet_state == "visible":
            assert sheet.page_setup.paperSize == 9
            if sheet.title == "绩效指标":
                (middle,) = sheet.col_breaks.brk
                assert sheet.cell(5, middle.id).value.startswith("自评得分")
                assert sheet.print_title_cols == "$A:$A"
                assert (sheet.page_setup.scale or 100) >= 85
            else:
                assert sheet.sheet_properties.pageSetUpPr.fitToPage
                assert sheet.page_setup.fitToWidth in (None, 1)  # absent means 1
            assert sheet.print_area or sheet.title in TABLES_ALONE
            assert "&P" in sheet.oddFooter.center.text


@needs_libreoffice
def test_blank_rows_of_a_table_are_not_printed(tmp_path: Path) -> None:
    data = template_of("project")
    area = PRINT_AREA.search(unzipped(data)["xl/workbook.xml"].decode("utf-8"))
    assert area is not None
    corner = html.unescape(area[1]).partition(":")[2]
    book = openpyxl.load_workbook(io.BytesIO(data))
    last = max(cell.row for cell in cells(book, "px_indicators_name")[1] if cell.value is not None)
    assert last < book["绩效指标"].max_row - 10
    book["基本信息"]["H30"] = f"=ROW({corner})"
    book.save(tmp_path / "a.xlsx")
    found = openpyxl.load_workbook(converted(tmp_path / "out", "xlsx", tmp_path / "a.xlsx"), data_only=True)
    assert found["基本信息"]["H30"].value == last


def test_it_knows_itself(blank: tuple[str, Any]) -> None:
    form, book = blank
    known = {"form": form, "version": "2", "year": str(BLANK_YEAR), "rulebook": "mof-2020"}
    assert book[HIDDEN_SHEET].sheet_state == "veryHidden"
    assert {row[0].value: row[1].value for row in book[HIDDEN_SHEET].iter_rows(max_row=4, max_col=2)} == known
    assert {prop.name: prop.value for prop in book.custom_doc_props.props} == {
        f"perf_xlsx.{key}": value for key, value in known.items()
    }


def test_no_function_is_newer_than_excel_2010_and_every_formula_has_a_result(blank: tuple[str, Any]) -> None:
    form, book = blank
    data = pipeline.template_bytes(form, BLANK_YEAR)
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    formulas = 0
    for sheet in book.worksheets:
        for cell in (c for row in sheet.iter_rows() for c in row if c.data_type == "f"):
            formulas += 1
            assert not NEWER.search(cell.value), cell.value
            assert len(cell.value) <= 8192  # Excel's limit
            counts = sheet.title == HIDDEN_SHEET  # which are nothing in a blank template
            assert counts or values[sheet.title][cell.coordinate].value not in (0, "0")
    assert formulas > 60


@pytest.mark.parametrize("rulebook", rulebook_names())
def test_formulas_are_short_also_where_a_program_expands_their_steps(rulebook: str) -> None:
    for form in load_rulebook(rulebook).forms:
        book = openpyxl.load_workbook(io.BytesIO(pipeline.template_bytes(form, 2025, rulebook)))
        steps = {
            name: defined.attr_text for name, defined in book.defined_names.items() if name.startswith(PREFIX)
        }
        cells = [
            cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
        ]
        assert max(map(len, steps.values())) < 1_200
        assert max(map(len, cells)) < 2_500
        sizes: dict[str, int] = {}

        def size(name: str, steps: dict[str, str] = steps, sizes: dict[str, int] = sizes) -> int:
            """Operands and operators with every step in its place; LibreOffice takes 8,191."""
            if name not in sizes:
                tokens = re.findall(r'"[^"]*"|[\w.$!\']+|[<>]=|<>|\S', steps[name])
                sizes[name] = sum(size(token) if token in steps else 1 for token in tokens)
            return sizes[name]

        assert max(map(size, steps)) < 7_000


def test_a_third_kind_of_form_is_one_more_toml() -> None:
    from importlib.resources import files

    from perf_xlsx.forms import parse_form
    from perf_xlsx.rulebook import load_rulebook
    from perf_xlsx.template.write import write_template

    text = files("perf_xlsx.forms").joinpath("project.toml").read_text("utf-8")
    text = text.replace('name = "project"', 'name = "special"', 1).replace("项目支出绩效自评", "专项债券绩效自评")
    form = parse_form(text, "special.toml")
    book = openpyxl.load_workbook(io.BytesIO(write_template(form, 2025, load_rulebook("mof-2020")).data))
    assert book["填报说明"]["B1"].value == "专项债券绩效自评表填报说明"


@pytest.mark.parametrize(
    ("rulebook", "form", "line"),
    [
        ("mof-2020", "project", "五、分值：预算执行率10分，产出指标50分、效益指标30分、满意度指标10分，"
         "或成本指标20分、产出指标40分、效益指标20分、满意度指标10分，合计100分。"),
        ("hubei", "project", "五、分值：预算执行率20分，其余80分由单位分到各指标，合计100分。"),
        ("mof-2020", "department", "五、各指标分值与预算执行率分值合计应为100。"),
    ],
)  # fmt: skip
def test_the_guide_says_the_points_of_the_rulebook(rulebook: str, form: str, line: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(pipeline.template_bytes(form, 2025, rulebook)))
    assert book["填报说明"]["B8"].value == line


@pytest.mark.parametrize("form", FORMS)
def test_boxes_say_and_take_the_points_of_the_rulebook(form: str, tmp_path: Path) -> None:
    basis = 'basis = "满分120分", verified = false'
    (tmp_path / "own.toml").write_text(
        'extends = "mof-2020"\nname = "own"\ntitle = "自定"\ndocument = "自定"\n'
        f"[total]\npoints = {{ value = 120, {basis} }}\n[weights]\nproject = {{ value = [], {basis} }}\n"
    )
    book = openpyxl.load_workbook(io.BytesIO(pipeline.template_bytes(form, 2025, str(tmp_path / "own.toml"))))
    points = {
        "px_indicators_weight",
        "px_indicators_claimed_points",
        "px_claimed_execution_points",
    }
    for name in points:
        sheet, boxes = cells(book, name)
        rule = next(r for r in sheet.data_validations.dataValidation if boxes[-1].coordinate in r.sqref)
        assert [float(bound) for bound in (rule.formula1, rule.formula2)] == [0, 120]
        assert "0 至 120 " in rule.error
        if name == "px_indicators_weight":
            assert rule.prompt == "该指标的满分。各指标分值与预算执行率分值合计应为120。"
    said = [box.help + box.error for _, box in typed_boxes(form)]
    assert not [text for text in said if "100" in text]


@pytest.mark.parametrize("form", FORMS)
def test_only_messages_of_boxes_hold_the_points_of_the_rulebook(form: str) -> None:
    """A help that is printed beside its box is its witness, and one that is given as advice stands as it is."""
    for name, box in typed_boxes(form):
        if "{" in box.help.replace(NEXT_YEAR, ""):
            assert name.startswith("px_indicators_")
            assert box.key in OWN_CODES or not box.required


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("year", [2023, 2025])
def test_the_date_that_is_given_as_an_example_is_one_that_can_be(form: str, year: int, tmp_path: Path) -> None:
    path = tmp_path / "typed.xlsx"
    pipeline.write_template(path, form, year)
    book = openpyxl.load_workbook(path)
    sheet, (box,) = cells(book, "px_filled_on")
    example, rule = f"如 {year + 1}-04-15。", sheet.data_validations.dataValidation
    asked = next(r for r in rule if box.coordinate in r.sqref)
    for text in (box.offset(column=1).value, asked.prompt, asked.error):
        assert text.endswith(example)
    box.value = f"{year + 1}-04-15"
    book.save(path)
    result = pipeline.score(path)
    assert not [found for found in result.findings if found.code in ("R15", "R16")]
    said = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert not [text for text in said if NEXT_YEAR in text]


@pytest.mark.parametrize("year", [2023, 2025])
def test_help_of_templates_that_were_given_out_with_another_year_is_still_known(year: int, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(pipeline.template_bytes(case=case_text("department-corrected"))))
    _, (box,) = cells(book, "px_filled_on")
    box.offset(column=1).value = f"填写本表的日期，如 {year + 1}-04-15。"
    book.save(tmp_path / "old.xlsx")
    assert not [found for found in pipeline.score(tmp_path / "old.xlsx").findings if found.code[0] == "R"]


def test_what_is_published_is_what_the_forms_say() -> None:
    for path, data in published(ROOT).items():
        assert path.exists(), f"make templates: {path.name} is missing"
        if path.suffix == ".txt":
            assert path.read_text("utf-8") == data.decode(), f"make templates: {path.name} is not up to date"
        else:
            assert path.read_bytes() == data, f"make templates: {path.name} is not up to date"


# ---- live formulas ---------------------------------------------------------------------------------------------


def recalculated(data: bytes, folder: Path) -> Any:
    """The workbook as LibreOffice calculates it: stored results are taken out first."""

    names = [f"xl/worksheets/sheet{n}.xml" for n in range(1, 9)]

    def emptied(text: str) -> str:
        return re.sub(r"(</f>)<v>[^<]*</v>", r"\1", text)

    stripped = edited(data, dict.fromkeys(names, emptied))
    (folder / "in.xlsx").write_bytes(stripped)
    return openpyxl.load_workbook(converted(folder / "out", "xlsx", folder / "in.xlsx"), data_only=True)


@needs_libreoffice
@pytest.mark.parametrize("story", ["评分规则", *STORIES, *rulebook_names(), "另一种选择"])
def test_live_formulas_agree_with_the_engine(story: str, tmp_path: Path) -> None:
    rulebook = story if story in rulebook_names() else None
    if story == "另一种选择":
        rulebook = OTHER_CHOICES
    if rulebook:
        oracle = ORACLES.get(rulebook, NATIONAL) | {"rescaled": False}  # or the total waits for the score
        case = as_case(made_up(random.Random(story), 60, oracle), load_rulebook(rulebook).forms[0])
    else:
        case = json.loads(case_text(story)) if story in STORIES else form_of(table(CASES / "评分规则-mof-2020.md"))
    if rulebook:  # the edge of an overshoot that binary arithmetic misses
        case["indicators"][0] |= {"sign": "≥", "target": 1.1, "actual": 1.43, "method": None}
        for row in case["indicators"]:  # without them the total would wait
            row["claimed_points"] = row["claimed_points"] or 0
    _, live = agreed(pipeline.template_bytes(case=json.dumps(case), rulebook=rulebook), tmp_path)
    assert sum(value != "" for values in live.values() for value in values) > 10
    assert not rulebook or isinstance(live["px_reference_total"][0], int | float)


def agreed(data: bytes, folder: Path) -> tuple[Any, dict[str, list[Any]]]:
    """The workbook recalculated, and what its live formulas show by name: just what was stored in it."""
    stored, live = openpyxl.load_workbook(io.BytesIO(data), data_only=True), recalculated(data, folder)
    shown: dict[str, list[Any]] = {}
    for name in stored.defined_names:
        if "reference" not in name:
            continue
        sheet, boxes = cells(stored, name)
        for cell in boxes:
            seen = live[sheet.title][cell.coordinate].value
            ours = cell.value if cell.value is not None else ""
            wanted = pytest.approx(ours) if isinstance(ours, float) else ours
            assert ("" if seen is None else seen) == wanted, (sheet.title, cell.coordinate)
            shown.setdefault(name, []).append("" if seen is None else seen)
    return live, shown


FIRST = "请改好"
SIGN, METHOD, PERCENT, LEVEL, CLAIM = "请选性质", "请选方法", "请统一％", "请选档次", "请填得分"
TARGET, ACTUAL, WEIGHT, POINTS = (
    f"请填数字：{label}" for label in ("年度指标值", "实际完成值", "分值", "自评得分")
)
# What stands in a row of indicators; what its points and its completion then show (... is a number).
ASKED_FOR: list[tuple[dict[str, Any], Any, Any]] = [
    ({"sign": "≥", "target": "95%", "actual": 96, "weight": 5}, TARGET, TARGET),
    ({"sign": "≤", "target": 1000, "actual": "1,200", "weight": 5}, ACTUAL, ACTUAL),
    ({"sign": "=", "target": "约95", "actual": 96, "weight": 5, "method": "达标法"}, TARGET, TARGET),
    ({"sign": ">", "target": 95, "actual": "１００ ", "weight": 5}, ACTUAL, ACTUAL),
    ({"sign": None, "target": "95%", "actual": "96%", "weight": 5}, SIGN, SIGN),
    ({"sign": None, "target": 95, "actual": 96, "weight": 5}, SIGN, SIGN),
    ({"sign": "≥", "target": "95", "actual": None, "weight": None}, TARGET, TARGET),
    ({"sign": "≥", "target": 95, "actual": 96, "weight": "5分"}, WEIGHT, ...),
    ({"sign": "≥", "target": 95, "actual": 100, "weight": "", "method": "按执行率"}, "", ...),
    ({"sign": "≥", "target": 95, "actual": 100, "weight": "5", "method": "按执行率"}, WEIGHT, ...),
    ({"sign": "≥", "target": 95, "actual": 100, "weight": 0}, WEIGHT, ...),
    ({"sign": "≥", "target": 95, "actual": 100, "weight": -5}, WEIGHT, ...),
    ({"sign": "≥", "target": 95, "actual": 1e14, "weight": 5}, ACTUAL, ACTUAL),
    ({"sign": "≥", "target": 1e-13, "actual": 5, "weight": 5}, TARGET, TARGET),
    ({"sign": "定性", "target": "明显改善", "actual": "部分达成", "weight": 5, "claimed_points": "4分"}, POINTS, ""),
    ({"sign": "定性", "target": "明显改善", "actual": "部分达成", "weight": 5, "claimed_points": 4}, 4, ""),
    ({"sign": "定性", "target": "95%", "actual": "达成", "weight": 5}, 5, ""),
    ({"sign": "定性", "target": "95%", "actual": "未达成", "weight": 5, "method": "达标法"}, 0, ""),
    ({"sign": None, "target": "明显改善", "actual": "达成", "weight": 5, "claimed_points": "—"}, SIGN, SIGN),
    ({"sign": "≤", "target": "不超预算", "actual": "已支付", "weight": 5, "method": "按执行率"}, TARGET, TARGET),
    ({"sign": "≥", "target": 100, "actual": 50, "weight": 5}, 2.5, 0.5),
    ({"sign": "≥", "target": 100, "actual": None, "weight": 5}, "", ""),
    ({"sign": "≥", "target": None, "actual": None, "weight": None}, "", ""),
    ({"sign": None, "target": "明显改善", "actual": None, "weight": 5}, "", ""),
    ({"sign": "≥", "target": " ", "actual": "——", "weight": "-"}, "", ""),
    ({"sign": "<=", "target": 100, "actual": 50, "weight": 5}, 5, 1),
    ({"sign": " ＜＝\n", "target": 100, "actual": 50, "weight": 5}, 5, 1),
    ({"sign": "不超过", "target": "100", "actual": 50, "weight": 5}, TARGET, TARGET),
    ({"sign": "正向", "target": 100, "actual": 50, "weight": 5}, 2.5, 0.5),
    ({"sign": "<=", "target": 100, "actual": 50, "weight": 5, "method": "按执行率"}, ..., ...),
    ({"sign": "—", "target": None, "actual": None, "weight": None}, "", ""),
    ({"sign": "≥", "target": 100, "actual": 50, "weight": 5, "method": "达标"}, 0, 0.5),
    ({"sign": "≥", "target": 100, "actual": 50, "weight": 5, "method": " 达标计分"}, 0, 0.5),
    ({"sign": "≥", "target": 100, "actual": 50, "weight": 5, "method": "其他"}, METHOD, METHOD),
    ({"sign": "≥", "target": 100, "actual": 50, "weight": 5, "method": "—"}, 2.5, 0.5),
    ({"sign": "定性", "target": "明显改善", "actual": "达成", "weight": 5, "method": "比例法"}, METHOD, METHOD),
    ({"sign": "定性指标", "target": "明显改善", "actual": "基本达成", "weight": 5, "claimed_points": 4}, LEVEL, LEVEL),
    ({"sign": "定性", "target": "明显改善", "actual": "达成预期指标", "weight": 5}, 5, ""),
    ({"sign": "定性", "target": "明显改善", "actual": 95, "weight": 5, "claimed_points": "4分"}, POINTS, LEVEL),
    ({"sign": "≥", "target": "明显改善", "actual": "好", "weight": 5, "method": "定性"}, LEVEL, LEVEL),
    ({"sign": "定性", "target": "明显改善", "actual": "好", "weight": 5, "method": "达标法"}, LEVEL, LEVEL),
    ({"sign": "定性", "target": "明显改善", "actual": "好", "weight": 5, "method": "按执行率"}, ..., ...),
    ({"sign": "定性", "target": "明显改善", "actual": "部分达成 ", "weight": 5, "claimed_points": 4}, 4, ""),
    ({"sign": "定性", "target": "明显改善", "actual": "　达成\n", "weight": 5, "method": "达标法"}, 5, ""),
    ({"sign": "定性", "target": "明显改善", "actual": None, "weight": 5}, "", ""),
    ({"sign": "定性", "target": "明显改善", "actual": "部分达成", "weight": 5}, CLAIM, ""),
    ({"sign": "定性", "target": "明显改善", "actual": "未达成", "weight": 5, "claimed_points": "/"}, CLAIM, ""),
    ({"sign": "定性", "target": "明显改善", "actual": "部分达成", "weight": None}, "", ""),
    ({"sign": "定性", "target": "明显改善", "actual": "部分达成", "weight": 0, "claimed_points": 0}, WEIGHT, ""),
]  # fmt: skip
TEN = next(row for row, *_ in ASKED_FOR if row.get("claimed_points") == 4)
HALF = {"sign": "≥", "target": 100, "actual": 50, "weight": 5}
OF_DEPARTMENTS = [name for name in rulebook_names() if "department" in load_rulebook(name).forms]
every_rulebook = pytest.mark.parametrize("rulebook", [*OF_DEPARTMENTS, OTHER_CHOICES])


def is_asking(total: Any) -> bool:
    """Whether the total says which box has to be corrected first."""
    return isinstance(total, str) and total.startswith(f"{FIRST}：")


def spoken(row: dict[str, Any], rulebook: str) -> dict[str, Any]:
    """The row with its judgement in the rulebook's own words: the best of its bands, the middle one, the worst."""
    best, *between, worst = (band.judgement for band in load_rulebook(rulebook).bands)
    words = {"部分达成": between[0], "未达成": worst, "达成": best}
    said = next((word for word in words if str(row["actual"]).strip() == word), None)
    return row | {"actual": row["actual"].replace(said, words[said])} if said else row


def typed_in(rows: list[dict[str, Any]], **amounts: Any) -> str:
    """A department form with these indicators, and these amounts in the line of its total."""
    form = {"initial": 1000, "adjusted": 800, "executed": 600, "rows": rows}
    return json.dumps(as_case(form | amounts))


@needs_libreoffice
@every_rulebook
def test_a_number_typed_as_text_is_asked_for_and_the_total_waits(rulebook: str, tmp_path: Path) -> None:
    case = typed_in([spoken(row, rulebook) for row, _, _ in ASKED_FOR])
    _, live = agreed(pipeline.template_bytes(case=case, rulebook=rulebook), tmp_path)
    columns = zip(live["px_indicators_reference_points"], live["px_indicators_reference_completion"], strict=True)
    for (row, *wanted), shown in zip(ASKED_FOR, columns, strict=False):
        assert [
            ... if two is ... and isinstance(one, int | float) else one
            for one, two in zip(shown, wanted, strict=True)
        ] == wanted, row
    assert is_asking(live["px_reference_total"][0])
    assert live["px_reference_grade"] == [""]
    assert isinstance(live["px_reference_execution_points"][0], int | float)


@needs_libreoffice
@pytest.mark.parametrize(
    ("row", "shown"), [(row, shown) for row, shown, _ in ASKED_FOR if shown in (LEVEL, CLAIM)][::3]
)
def test_the_total_waits_for_a_judgement_and_for_the_points_within_its_band(
    row: dict[str, Any], shown: str, tmp_path: Path
) -> None:
    whole = {"sign": "≥", "target": 100, "actual": 50, "weight": 5}
    _, live = agreed(pipeline.template_bytes(case=typed_in([whole, row])), tmp_path)
    assert live["px_indicators_reference_points"][:2] == [2.5, shown]
    assert is_asking(live["px_reference_total"][0])


@needs_libreoffice
@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (((0.95, "0%"), (96, "General")), 5),
        (((95, "General"), (0.96, "0.00%")), 5),
        (((0.95, "0%"), (1, "General")), "请统一％"),
        (((95, "General"), (0.96, "General")), "请统一％"),
        (((95, "General"), (96, "0.00%")), "请统一％"),
        (((0.95, "0%"), (0.96, "0.0%")), 5),
        (((0.02, "0%"), (0, "General")), 0),
    ],
)
def test_a_percentage_beside_a_plain_number_is_asked_for(typed: Any, shown: Any, tmp_path: Path) -> None:
    row = {"sign": "≥", "target": 1, "actual": 1, "unit": "%", "weight": 5}
    book = openpyxl.load_workbook(io.BytesIO(pipeline.template_bytes(case=typed_in([row]))))
    for name, (value, code) in zip(("target", "actual"), typed, strict=True):
        _, (cell, *_) = cells(book, f"px_indicators_{name}")
        cell.value, cell.number_format = value, code
    book.save(tmp_path / "typed.xlsx")
    pipeline.score(converted(tmp_path / "out", "ods", tmp_path / "typed.xlsx"), tmp_path / "carried.xlsx")
    _, live = agreed((tmp_path / "carried.xlsx").read_bytes(), tmp_path)
    assert live["px_indicators_reference_points"][0] == shown
    assert is_asking(live["px_reference_total"][0]) == isinstance(shown, str)


@needs_libreoffice
@every_rulebook
def test_an_amount_typed_as_text_is_asked_for_and_the_total_waits(rulebook: str, tmp_path: Path) -> None:
    by_rate = {"sign": "≥", "target": 95, "actual": 96, "weight": 5, "method": "按执行率"}
    case = json.loads(typed_in([by_rate], executed="1,200.00"))
    case["funds"] += [
        {"line": "人员经费", "adjusted": 100, "executed": "50元"},
        {"line": "公用经费", "initial": "—", "adjusted": "—", "executed": "/"},
    ]  # fmt: skip
    case["projects"] = [{"name": "修缮", "initial": "90万", "adjusted": "90万", "executed": 45}]
    _, live = agreed(pipeline.template_bytes(case=json.dumps(case), rulebook=rulebook), tmp_path)
    executed = "请填数字：全年执行数"
    budget = f"请填数字：{'年初' if rulebook == 'initial-base' else '全年'}预算数"
    lines = {line: live[f"px_funds_{line}_reference_rate"] for line in ("total", "people", "office")}
    assert lines == {"total": [executed], "people": [executed], "office": [""]}
    assert live["px_projects_reference_rate"][:2] == [budget, ""]
    assert live["px_reference_execution_points"] == [executed]
    assert is_asking(live["px_reference_total"][0])
    assert live["px_reference_grade"] == [""]
    assert live["px_indicators_reference_points"][0] == live["px_indicators_reference_completion"][0] == ""


@needs_libreoffice
@pytest.mark.parametrize(("rulebook", "counts"), [("mof-2020", "adjusted"), ("initial-base", "initial")])
def test_the_total_waits_for_the_budget_that_the_rulebook_divides_by(
    rulebook: str, counts: str, tmp_path: Path
) -> None:
    for amount in ("initial", "adjusted"):
        case = typed_in([TEN], **{amount: "８００万"})
        _, live = agreed(pipeline.template_bytes(case=case, rulebook=rulebook), tmp_path)
        assert is_asking(live["px_reference_total"][0]) == (amount == counts)
        label = {"initial": "年初预算数", "adjusted": "全年预算数"}[amount]
        assert (live["px_funds_total_reference_rate"] == [f"请填数字：{label}"]) == (amount == counts)


@needs_libreoffice
@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_what_the_formulas_ask_for_is_no_content_of_the_form(suffix: str, tmp_path: Path) -> None:
    case = typed_in([ASKED_FOR[0][0], HALF], executed="600.00")
    data = pipeline.template_bytes(case=case)
    (tmp_path / "in.xlsx").write_bytes(data)
    saved = converted(tmp_path / "out", suffix, tmp_path / "in.xlsx")
    result = pipeline.score(saved, tmp_path / "scored.xlsx")
    assert not findings_of(result, "R16")
    live = openpyxl.load_workbook(tmp_path / "scored.xlsx", data_only=True)
    assert [cell.value for cell in cells(live, "px_indicators_reference_points")[1][:2]] == [TARGET, 2.5]
    assert is_asking(cells(live, "px_reference_total")[1][0].value)
    if "来源对照" in live.sheetnames:
        texts = [cell.value for row in live["来源对照"].iter_rows() for cell in row]
        assert TARGET not in texts
        assert not any(map(is_asking, texts))


def test_they_are_no_content_either_where_only_their_values_were_kept(tmp_path: Path) -> None:
    case = typed_in([ASKED_FOR[0][0]], executed="600.00")
    values = openpyxl.load_workbook(io.BytesIO(pipeline.template_bytes(case=case)), data_only=True)
    values.save(tmp_path / "values.xlsx")
    assert not findings_of(pipeline.score(tmp_path / "values.xlsx"), "R16")


def test_the_formulas_hints_are_seen_at_a_glance(blank: tuple[str, Any]) -> None:
    form, book = blank
    for name, box in typed_boxes(form):
        if box.formula in ("", "grade"):
            continue
        sheet, boxes = cells(book, name)
        for cell in (boxes[0], boxes[-1]):
            rules = [
                r for area in sheet.conditional_formatting if cell.coordinate in area.sqref for r in area.rules
            ]
            wanted = "LEFT" if box.formula == "indicator_hint" else "ISTEXT"
            assert any(wanted in rule.formula[0] for rule in rules), (name, cell.coordinate)


@needs_libreoffice
def test_counters_count_what_is_missing(tmp_path: Path) -> None:
    case = json.loads(case_text("department-corrected"))
    case["unit"] = None
    case["indicators"][0]["target"] = case["indicators"][1]["actual"] = None
    counted(case, {"基本信息": 1, "预算执行": 0, "绩效指标": 2}, tmp_path)


@needs_libreoffice
def test_counters_count_blanks_and_dashes_as_the_tool_does(tmp_path: Path) -> None:
    case = json.loads(case_text("department-corrected"))
    case["unit"] = " — "
    total = next(line for line in case["funds"] if line["line"] == "合计")
    total |= {"adjusted": "－", "executed": " "}
    case["indicators"][0] |= {"name": " ", "target": "/", "actual": "——"}
    case["indicators"] += [dict.fromkeys(("name", "sign", "target", "actual", "weight"), "-")]  # a row in no use
    case["projects"][0]["executed"] = "　"
    counted(case, {"基本信息": 1, "预算执行": 2, "项目明细": 1, "绩效指标": 3}, tmp_path)


def counted(case: dict[str, Any], counters: dict[str, int], folder: Path) -> None:
    """The counters count so many, as they are stored and as they are calculated."""
    data = pipeline.template_bytes(case=json.dumps(case))
    stored, live = openpyxl.load_workbook(io.BytesIO(data), data_only=True), recalculated(data, folder)
    for title, missing in counters.items():
        wanted = f"还差 {missing} 格，先填：" if missing else "✔ 必填项已填齐"
        for book in (stored, live):
            assert str(book[title]["B2"].value).startswith(wanted)


WHOLE = {"sign": "≥", "target": 100, "actual": 50, "weight": 90, "claimed_points": 45}


@needs_libreoffice
@pytest.mark.parametrize(
    ("rows", "others", "total", "grade"),
    [
        ([WHOLE], {}, 52.5, "差"),
        ([], {}, "填齐后显示", ""),
        ([WHOLE | {"actual": None}], {}, "填齐后显示", ""),
        ([WHOLE], {"unit": "—"}, "填齐后显示", ""),
        ([WHOLE | {"claimed_points": None}], {}, "填齐后显示", ""),
        ([WHOLE | {"weight": 85}], {}, 50, "不能评定"),
        ([WHOLE, {"name": "只有名称"}], {}, "填齐后显示", ""),
        ([WHOLE | {"sign": None}], {}, FIRST, ""),
        ([WHOLE], {"executed": None}, "填齐后显示", ""),
        ([WHOLE], {"adjusted": 0}, "暂不能评分", ""),
        ([WHOLE], {"adjusted": -800, "executed": -600}, "暂不能评分", ""),
        ([WHOLE], {"executed": -600}, "暂不能评分", ""),
        ([WHOLE], {"executed": 0}, 45, "差"),
        ([WHOLE, WHOLE | {"sign": "定性", "actual": "达成", "method": "按比例"}], {}, FIRST, ""),
    ],
)
def test_the_total_and_its_grade_wait_until_they_are_whole(
    rows: list[dict[str, Any]], others: dict[str, Any], total: Any, grade: str, tmp_path: Path
) -> None:
    amounts = {key: value for key, value in others.items() if key != "unit"}
    case = json.loads(typed_in(rows, **amounts)) | ({"unit": others["unit"]} if "unit" in others else {})
    _, live = agreed(pipeline.template_bytes(case=json.dumps(case)), tmp_path)
    shown = live["px_reference_total"][0]
    assert (FIRST if is_asking(shown) else shown, live["px_reference_grade"]) == (total, [grade])


@pytest.mark.parametrize("form", FORMS)
def test_a_blank_template_has_no_total_yet(form: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(pipeline.template_bytes(form, BLANK_YEAR)), data_only=True)
    assert cells(book, "px_reference_total")[1][0].value == "填齐后显示"
    assert not cells(book, "px_reference_grade")[1][0].value
