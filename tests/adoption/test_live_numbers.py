"""Live formulas of an adopted form read numbers as scoring does: those that were typed, or printed, as texts too."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from tests.kit.bureau_forms import FORMS, bureau_form
from tests.kit.libreoffice import XLSX, converted, needs_libreoffice
from tests.kit.published import adopted, record, template

HEADS = ["参考执行率", "参考得分", "核对", "分值合计（应为100）", "自评得分合计", "参考总分"]


def _live(tmp_path: Path, texts: str) -> tuple[dict[str, object], Path, Path]:
    """What formulas show beside a form that is filled in as published, the numbers in these columns as texts."""
    file = adopted(bureau_form("school", tmp_path / "官方.xlsx"), "--blank")
    book = openpyxl.load_workbook(template(file, 2023))
    sheet = book["自评表"]
    for cell, value in FORMS["school"]["cells"].items():
        if not sheet[cell].protection.locked:
            as_text = cell[0] in texts and isinstance(value, (int, float))
            sheet[cell] = str(value) if as_text else value
            sheet[cell].data_type = "s" if isinstance(sheet[cell].value, str) else "n"
    book.save(tmp_path / "填报.xlsx")
    shown = openpyxl.load_workbook(converted(tmp_path / "out", XLSX, tmp_path / "填报.xlsx"), data_only=True)[
        "自评表"
    ]
    found: dict[str, object] = {}
    for row in shown.iter_rows(min_col=12):
        for cell in row:
            if cell.value in HEADS:
                found.setdefault(str(cell.value), shown.cell(cell.row + 1, cell.column).value)
    return found, tmp_path / "填报.xlsx", file


@needs_libreoffice
def test_a_printed_text_is_a_number(tmp_path: Path) -> None:
    """The full marks of budget execution stand as the text 10 on the form, the amounts as 1,200.00."""
    found, path, file = _live(tmp_path, "")
    assert found["分值合计（应为100）"] == 100
    assert found["参考执行率"] == 0.9
    assert found["自评得分合计"] == 96.91
    assert found["参考得分"] == 9
    row = record(path, "--forms", file)
    assert row["execution"]["points"] == "9.00"


@needs_libreoffice
def test_typed_texts_are_summed(tmp_path: Path) -> None:
    found, path, file = _live(tmp_path, "IJ")
    assert (found["分值合计（应为100）"], found["自评得分合计"], found["核对"]) == (100, 96.91, "✔")
    assert [one["weight"] for one in record(path, "--forms", file)["indicators"]][:3] == ["10", "10", "15"]


@needs_libreoffice
def test_a_blank_form_shows_nothing_that_nobody_filled_in(tmp_path: Path) -> None:
    file = adopted(bureau_form("school", tmp_path / "官方.xlsx"), "--blank")
    shown = openpyxl.load_workbook(converted(tmp_path / "out", XLSX, template(file, 2023)), data_only=True)[
        "自评表"
    ]
    beside = {
        cell.value for row in shown.iter_rows(min_col=12) for cell in row if cell.value not in (None, *HEADS)
    }
    assert beside == {"参考完成率", 10, 0, "填齐后显示"}
