"""`adopt --blank` leaves labels and what is printed on every form, and says what it kept: no unit's data goes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.kit.bureau_forms import FORMS, bureau_form
from tests.kit.command import command
from tests.kit.libreoffice import XLSX, converted, needs_libreoffice
from tests.kit.published import SHEET, adopted, checking, template

PRINTED = {  # what is left beside the labels
    "water": "G7 G8 I8 G9 I9 G10 I10 B14 C14 C15 C16 C17 B18 C18 C19 B20 C20 G21",
    "health": "K6 K7 M7 K8 M8 K9 M9 B14 C14 C16 C17 C18 B19 C19 C20 B21 C21 K22",
    "awards": "A6 A8 A10 C6 C8 C9 C10 C11 B12",
    "monitoring": "B11 C11 C12 C13 B14 C14 B15 C15 F15",
    "school": "I6 I7 K7 I8 K8 I9 K9 B14 C14 C16 C17 B18 C18 C19 B20 C20 I21",
}
LABELS = {
    "water": "A1 A2 A3 A4 A5 F5 A6 D6 E6 F6 G6 H6 I6 C7 C8 C9 C10 A11 B11 F11 A13 B13 C13 D13 E13 F13 G13 H13 I13 A21",
    "health": "A1 A2 A3 A4 H4 A5 E5 G5 I5 K5 L5 M5 N5 D6 D7 D8 D9 A10 B10 H10 A12 B12 C12 D12 E12 H12 K12 M12 N12"
    " E13 F13 G13 H13 I13 J13 A22",
    "awards": "A1 A2 F2 A3 F3 A4 C4 E4 G4 H4 I4 J4 A5 B5 C5 D5 E5 F5 A12",
    "monitoring": "A1 A2 A3 J3 A4 E4 G4 I4 K4 C5 C6 C7 A8 A9 B9 C9 D9 E9 F9 G9 H9 M9 P9 H10 I10 J10 K10 L10 M10 N10 O10",
    "school": "A1 A2 H2 A3 H3 A4 H4 A5 E5 F5 G5 I5 J5 K5 D6 D7 D8 D9 A10 B10 G10 A12 B12 C12 D12 E12 H12 I12 J12 K12"
    " E13 F13 G13 A21",
}


def _left(file: Path) -> dict[str, Any]:
    """What stands in the workbook of a form."""
    sheet = openpyxl.load_workbook(file.with_name("表样（原样）.xlsx")).active
    return {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None}


@pytest.mark.parametrize("name", PRINTED)
def test_a_blank_form_holds_no_units_data(name: str, tmp_path: Path) -> None:
    file = adopted(bureau_form(name, tmp_path / "官方.xlsx"), "--blank")
    left = _left(file)
    assert sorted(left) == sorted({*LABELS[name].split(), *PRINTED[name].split()})
    filled = {cell: value for cell, value in left.items() if value != FORMS[name]["cells"][cell]}
    assert filled == ({"A2": "填报单位（盖章）："} if name == "school" else {})


def test_what_is_kept_is_named(tmp_path: Path) -> None:
    result = command("adopt", bureau_form("water", tmp_path / "官方.xlsx"), "--blank")
    assert (
        "清空后仍保留的内容：一级指标（B14:B20）、二级指标（C14:C20）、G7“10”、G21“100”。"
        "其中有某个单位自己填的，请在官方表样中删去，再运行一次 adopt。" in result.output
    )
    assert "要清空" not in result.output


@pytest.mark.parametrize("name", PRINTED)
def test_what_was_cleared_can_be_filled_in_again(name: str, tmp_path: Path) -> None:
    file = adopted(bureau_form(name, tmp_path / "官方.xlsx"), "--blank")
    sheet = openpyxl.load_workbook(template(file, 2025)).active
    cleared = FORMS[name]["cells"].keys() - _left(file).keys()
    assert not [cell for cell in cleared if sheet[cell].protection.locked]


def test_ticks_are_taken_away_and_boxes_to_tick_stay(tmp_path: Path) -> None:
    path = bureau_form("monitoring", tmp_path / "官方.xlsx", P11="☑是 □否", P13="√", P14="√是 □否", P15="已办√")
    left = _left(adopted(path, "--blank"))
    assert [left.get(cell) for cell in ("P11", "P13", "P14", "P15")] == ["□是 □否", None, "□是 □否", None]


def test_numbers_of_rows_stay(tmp_path: Path) -> None:
    path = bureau_form(
        "water", tmp_path / "官方.xlsx", A13="序号", **{f"A{row}": row - 13 for row in range(14, 21)}
    )
    book = openpyxl.load_workbook(path)
    book.active.unmerge_cells("A13:A20")
    for row in range(14, 21):
        book.active[f"A{row}"] = row - 13
    book.save(path)
    left = _left(adopted(path, "--blank"))
    assert [left.get(f"A{row}") for row in range(14, 21)] == [1, 2, 3, 4, 5, 6, 7]


def test_a_filled_form_that_is_kept_counts_every_cell(tmp_path: Path) -> None:
    result = command("adopt", bureau_form("monitoring", tmp_path / "官方.xlsx"))
    count = len(FORMS["monitoring"]["cells"]) - len((LABELS["monitoring"] + PRINTED["monitoring"]).split()) - 1
    assert f"等{count}格），模板会带着它们。要清空，请加 --blank。" in result.output


@needs_libreoffice
def test_formulas_stay_without_what_they_gave(tmp_path: Path) -> None:
    path = bureau_form("health", tmp_path / "新.xlsx")
    book = openpyxl.load_workbook(path)
    book.active["M22"], book.active["L6"] = "=SUM(M14:M21)+M6", "=I6/G6"
    book.save(path)
    path = converted(tmp_path / "out", XLSX, path)
    assert openpyxl.load_workbook(path, data_only=True).active["M22"].value == 97.04
    original = adopted(path, "--blank").with_name("表样（原样）.xlsx")
    sheet, shown = (openpyxl.load_workbook(original, data_only=one).active for one in (False, True))
    assert [sheet[cell].value for cell in ("M22", "L6")] == ["=SUM(M14:M21)+M6", "=I6/G6"]
    assert [shown[cell].value for cell in ("M22", "L6")] == [None, None]


def test_other_sheets_are_named_as_not_cleared(tmp_path: Path) -> None:
    path = bureau_form("water", tmp_path / "官方.xlsx")
    book = openpyxl.load_workbook(path)
    book.create_sheet("名册")["A1"] = "某某"
    book.save(path)
    told = "没有读取的工作表：名册（在模板中原样保留"
    assert (
        f"{told}，没有清空；填有内容的，请从官方表样中删去，再运行一次 adopt）。"
        in command("adopt", path, "--blank").output
    )
    assert f"{told}）。" in command("adopt", path, "--force").output


# ---- after corrections -----------------------------------------------------------------------------------------


def _correct(file: Path, **cells: str) -> None:
    book = openpyxl.load_workbook(checking(file))
    rows = {str(row[1].value): row for row in book[SHEET].iter_rows(min_row=7, max_col=7)}
    for cell, words in cells.items():
        rows[cell][6].value = words
    book.save(checking(file))


WATER = {
    "D6": "资金栏：年初预算数", "E6": "资金栏：全年预算数", "F6": "资金栏：全年执行数", "E13": "指标栏：年度指标值",
    "F13": "指标栏：实际完成值", "G13": "指标栏：分值", "H13": "指标栏：自评得分", "D13": "指标栏：三级指标",
}  # fmt: skip


def test_corrections_are_taken_and_the_form_cleared(tmp_path: Path) -> None:
    file = adopted(bureau_form("water", tmp_path / "官方.xlsx"))
    _correct(file, **WATER)
    kept = command("adopt", checking(file))
    assert "要清空，请加 --blank。" in kept.output
    result = command("adopt", checking(file), "--blank")
    assert (result.exit_code, "要清空" in result.output) == (0, False), result.output
    assert sorted(_left(file)) == sorted({*LABELS["water"].split(), *PRINTED["water"].split()})
    sheet = openpyxl.load_workbook(template(file, 2025)).active
    assert [sheet[f"{column}{row}"].value for row in range(7, 11) for column in "DEF"] == [None] * 12
    assert not sheet["D7"].protection.locked


def test_corrections_are_cleared_beside_a_file_of_another_folder_too(tmp_path: Path) -> None:
    file = adopted(bureau_form("water", tmp_path / "官方.xlsx"))
    _correct(file, **WATER)
    (tmp_path / "新").mkdir()
    other = tmp_path / "新" / "表样.toml"
    result = command("adopt", checking(file), "-o", other, "--blank")
    assert result.exit_code == 0, result.output
    assert "D7" not in _left(other)
    assert "D7" in _left(file)  # the first stays as it is
    template(other, 2025)


def test_no_other_workbook_than_the_copy_is_cleared(tmp_path: Path) -> None:
    path = bureau_form("water", tmp_path / "官方.xlsx")
    file, before = adopted(path), path.read_bytes()
    book = openpyxl.load_workbook(checking(file))
    book[SHEET]["C3"] = "官方.xlsx"
    book.save(checking(file))
    result = command("adopt", checking(file), "--blank")
    assert (result.exit_code, "官方.xlsx 不是 adopt 写出的“（原样）”，没有清空它。" in result.output) == (2, True)
    assert path.read_bytes() == before
