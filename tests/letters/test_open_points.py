"""A return without an error of which points or money are open goes back with a letter: it must not be sealed."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from tests.kit.command import command
from tests.kit.published import PUBLISHED
from tests.letters.conftest import words


def test_a_form_whose_points_are_open_is_sent_back(tmp_path: Path) -> None:
    """It had no weights, 10.00 points, no error: it was told to be sealed, and no letter went out."""
    (folder := tmp_path / "收回").mkdir()
    book = openpyxl.load_workbook(PUBLISHED / "hb-shangwu.xlsx")
    book.active["G17"], book.active["G18"] = 10, 10
    book.save(folder / "区商务局.xlsx")
    done = command("score", folder, "-o", tmp_path / "结果", "--jobs", "1")
    assert "1份有错误或不能定分，须退回更正" in done.output
    assert done.exit_code == 1
    (letter,) = (tmp_path / "结果" / "退回").glob("退回意见-*.docx")
    found = words(letter)
    assert any("总分或金额还不能确定，有" in text for text in found)
    assert not [text for text in found if "须更正的" in text]
    assert any(text.startswith("一、须核对或说明的") for text in found)
    listed = openpyxl.load_workbook(tmp_path / "结果" / "退回" / "退回清单.xlsx").active
    assert letter.name in [str(cell.value) for row in listed.iter_rows() for cell in row]
    paper = openpyxl.load_workbook(tmp_path / "结果" / "区商务局.xlsx")["自评表"]
    assert paper["A1"].value == "总分暂定，未通过校验，不得盖章报送"
