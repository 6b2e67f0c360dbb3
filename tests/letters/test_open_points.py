"""A return without an error of which points or money are open goes back with a letter: it must not be sealed."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.kit.command import command
from tests.kit.filled import filled, well_made
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


def test_what_keeps_a_form_open_is_told_where_its_correction_is_looked_for(tmp_path: Path) -> None:
    """The sheets counted it among those with an error, and told nothing to correct of it."""
    case = well_made()
    next(one for one in case["funds"] if one["line"] == "公用经费")["executed"] = 900_000
    (folder := tmp_path / "收回").mkdir()
    (folder / "甲.xlsx").write_bytes(filled(case))
    done = command("score", folder, "-o", tmp_path / "结果", "--jobs", "1")
    assert "1份有错误或不能定分，须退回更正" in done.output
    book = openpyxl.load_workbook(tmp_path / "结果" / "汇总.xlsx")
    told = [str(cell.value) for row in book["总览"].iter_rows() for cell in row if cell.value]
    assert "有错误或不能定分1份，读不出0份" in told
    assert "退回：1份有错误或不能定分，须更正，见“问题按单位”。" in told
    listed = [str(cell.value) for row in book["问题按单位"].iter_rows() for cell in row if cell.value]
    assert any(text.startswith("还不能定分，须核对：") and "（F10）：" in text for text in listed)


@pytest.mark.parametrize("waived", [False, True])
def test_sums_with_money_of_an_unusual_size_say_so(waived: bool, tmp_path: Path) -> None:
    """They stood in the head without a word, ten thousand times too large."""
    case = well_made("project")
    for line in case["funds"]:
        for amount in ("initial", "adjustment", "adjusted", "executed"):
            line[amount] = line.get(amount) and 1_000_000 * line[amount]
    (folder := tmp_path / "收回").mkdir()
    (folder / "甲.xlsx").write_bytes(filled(case))
    waivers = tmp_path / "豁免.csv"
    waivers.write_text(f"编号,单位,原因,批准人,有效期至\nF11,{case['unit']},已核对,张三,2099-01-01\n", "utf-8")
    command("score", folder, "-o", tmp_path / "结果", "--jobs", "1", *(("--waivers", waivers) if waived else ()))
    book = openpyxl.load_workbook(tmp_path / "结果" / "汇总.xlsx")
    said = "1份的数额少见，疑似整表按元填写（F11），金额照填报数计入合计，请先核对，见“问题清单”"
    for sheet in ("总览", "执行情况", "资金明细"):
        told = [str(cell.value) for row in book[sheet].iter_rows() for cell in row if cell.value]
        assert any(said in text for text in told) is not waived


def test_what_the_office_waived_is_settled_on_the_paper_and_in_the_letters_alike(tmp_path: Path) -> None:
    case = well_made()
    next(one for one in case["funds"] if one["line"] == "公用经费")["executed"] = 900_000
    (folder := tmp_path / "收回").mkdir()
    (folder / "甲.xlsx").write_bytes(filled(case))
    waivers = tmp_path / "豁免.csv"
    waivers.write_text(f"编号,单位,原因,批准人,有效期至\nF10,{case['unit']},已核对,张三,2099-01-01\n", "utf-8")
    for number, (more, goes_back) in enumerate((((), True), (("--waivers", waivers), False))):
        out = tmp_path / str(number)
        command("score", folder, "-o", out, "--jobs", "1", *more)
        head = openpyxl.load_workbook(out / "甲.xlsx")["自评表"]["A1"].value
        assert ("不得盖章" in head) is goes_back
        assert bool(list(out.glob("退回/退回意见-*.docx"))) is goes_back
