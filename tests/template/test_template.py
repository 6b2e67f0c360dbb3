"""The blank template: it guides, it prints, and it knows itself."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.cli.publish import published
from perf_xlsx.cli.stories import BLANK_YEAR, case_text
from perf_xlsx.forms import NEXT_YEAR, Boxes, Lines, form_names, load_form
from perf_xlsx.reading.form_reader import OWN_CODES
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from perf_xlsx.sheets.fixed_texts import HIDDEN_SHEET
from perf_xlsx.template.steps import PREFIX
from perf_xlsx.template.write import build_template
from tests import ROOT
from tests.kit.filled import filled, template_of, well_made
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.live_template import cells
from tests.kit.parts import unzipped
from tests.kit.printed import needs_pdftotext, printed_whole, sizes

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
    """One page wide; a table too wide for that on two pages side by side, both with the rows' numbers and names."""
    for sheet in blank[1].worksheets:
        if sheet.sheet_state == "visible":
            assert sheet.page_setup.paperSize == 9
            if sheet.title == "绩效指标":
                (middle,) = sheet.col_breaks.brk
                assert sheet.cell(5, middle.id).value.startswith("自评得分")
                assert sheet.print_title_cols == "$A:$D"
                strip = [area for area in sheet.merged_cells.ranges if 2 <= area.min_row <= 4]
                assert [(area.min_col, area.max_col) for area in strip if area.min_col < 5] == [(2, 4)] * 2
                assert (sheet.page_setup.scale or 100) >= 90
            else:
                assert sheet.sheet_properties.pageSetUpPr.fitToPage
                assert sheet.page_setup.fitToWidth in (None, 1)  # absent means 1
            assert sheet.print_area or sheet.title in TABLES_ALONE
            assert "&P" in sheet.oddFooter.center.text


@needs_libreoffice
@needs_pdftotext
@pytest.mark.parametrize("form", ["department", "project"])
@pytest.mark.parametrize("case", ["blank", "filled"])
def test_no_type_is_smaller_than_nine_points_on_paper(case: str, form: str, tmp_path: Path) -> None:
    """In the strip, the hints and the foot too; and each page of indicators has their names and the title."""
    blank = build_template(load_form(form), 2024, load_rulebook("mof-2020").on(form)).data
    data = blank if case == "blank" else filled(well_made(form))
    (tmp_path / "t.xlsx").write_bytes(data)
    pages = printed_whole(tmp_path / "t.xlsx")
    assert min(sizes(pages)) >= 8.95
    assert not any("###" in page.text or "点击" in page.text for page in pages)
    hinted = [page.text for page in pages if "参考完成率" in page.text]
    assert hinted
    assert [text for text in hinted if "绩效指标完成情况" not in text or "三级指标" not in text] == []


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
    from perf_xlsx.template.write import build_template

    text = files("perf_xlsx.forms").joinpath("project.toml").read_text("utf-8")
    text = text.replace('name = "project"', 'name = "special"', 1).replace("项目支出绩效自评", "专项债券绩效自评")
    form = parse_form(text, "special.toml")
    book = openpyxl.load_workbook(io.BytesIO(build_template(form, 2025, load_rulebook("mof-2020")).data))
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


@pytest.mark.parametrize("form", FORMS)
def test_a_blank_template_has_no_total_yet(form: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(pipeline.template_bytes(form, BLANK_YEAR)), data_only=True)
    assert cells(book, "px_reference_total")[1][0].value == "填齐后显示"
    assert not cells(book, "px_reference_grade")[1][0].value
