"""What only the receiving office can do is asked of nobody else: a unit cannot run our commands."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.desk.page_words import PAGE_WORDS, on_page
from perf_xlsx.findings.office import LETTER, TERMINAL, at_terminal, in_letter
from tests.kit.command import command
from tests.kit.locked import locked
from tests.letters.conftest import words

PUBLISHED = Path(__file__).parents[1] / "fixtures" / "published"


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Two published forms, scored by a rulebook that is not theirs."""
    (folder := tmp_path / "收回").mkdir()
    for name in ("hb-shangwu.xlsx", "nx-yuanzhou.xlsx"):
        (folder / name).write_bytes((PUBLISHED / name).read_bytes())
    command("score", folder, "-o", tmp_path / "结果", "--jobs", "1")
    return tmp_path / "结果"


def test_neither_letters_nor_the_list_of_problems_name_a_command(sent: Path) -> None:
    letters = [text for path in (sent / "退回").glob("*.docx") for text in words(path)]
    lists = [
        str(cell.value)
        for name in ("hb-shangwu.xlsx", "nx-yuanzhou.xlsx")
        for row in openpyxl.load_workbook(sent / name)["问题清单"]
        for cell in row
    ]
    assert not [text for text in letters if "--" in text or "perf-xlsx" in text]
    assert not [text for text in lists if "--" in text]
    (w01,) = [text for text in letters if "没有留出预算执行率的10分。" in text]
    assert "适用的评分办法由收表单位核对（如“宁夏项目绩效目标自评”（ningxia））；否则请调整" in w01


def test_a_letter_about_a_password_asks_only_what_the_unit_can_do(tmp_path: Path) -> None:
    """It told the unit of an option of ours, and of a page that it has not."""
    (folder := tmp_path / "收回").mkdir()
    book = pipeline.template_bytes(form="project", year=2024)
    (folder / "甲局.xlsx").write_bytes(locked(book, "secret"))
    done = command("score", folder, "-o", tmp_path / "结果", "--jobs", "1")
    (letter,) = (tmp_path / "结果" / "退回").glob("退回意见-*.docx")
    (asked,) = [text for text in words(letter) if "打开密码" in text]
    assert asked.endswith("请在 Excel 或 WPS 中取消打开密码，保存后重新报送；或把密码告诉收表单位的经办人。")
    assert "用 --password-file 指定" in done.output


def test_who_has_named_a_rulebook_is_not_told_to_name_one(tmp_path: Path) -> None:
    (path := tmp_path / "甲.xlsx").write_bytes(pipeline.template_bytes(form="project", year=2024))
    said = command("check", path, "--rulebook", "platform").stdout
    assert "按模板的，去掉 --rulebook 再运行一次；按本次的，不用改。" in said
    assert "请用 --rulebook" not in said
    advice = [
        found.advice
        for found in pipeline.score(path, None, terms=pipeline.Terms("platform")).findings
        if found.code == "R17"
    ]
    assert advice == ["请与收表单位核对按哪一个评分。"]


def test_the_choice_of_a_rulebook_is_in_no_letter(sent: Path) -> None:
    (letter,) = (sent / "退回").glob("退回意见-区商务局*.docx")
    found = words(letter)
    assert not [text for text in found if "本次所用评分办法" in text]
    assert "二、须核对或说明的（8处）" in found


def test_no_total_beyond_the_full_points_is_named_as_right(sent: Path) -> None:
    (letter,) = (sent / "退回").glob("退回意见-区商务局*.docx")
    (total,) = [text for text in words(letter) if text.startswith("1 | Sheet1 G19")]
    assert "| 100 | — |" in total
    assert total.endswith("各项自评得分之和超过满分100，请核对各项自评得分，自评总分随之更正。")


def test_no_box_is_named_that_the_form_has_not(sent: Path) -> None:
    texts = [text for path in (sent / "退回").glob("*.docx") for text in words(path)]
    assert [text for text in texts if text.endswith("没有说明结余的数额和原因。请写明结余的数额和原因。")]
    assert [text for text in texts if text.endswith("请填写 达成、部分达成、未达成 之一。")]
    assert not [text for text in texts if "执行情况说明" in text or "“偏差原因”" in text]


def test_a_terminal_keeps_the_command() -> None:
    done = command("check", PUBLISHED / "hb-shangwu.xlsx")
    assert (
        "请用 --rulebook 换成适用的评分办法（分值相符的有“湖北省部门整体支出绩效自评”（hubei））。" in done.output
    )


@pytest.mark.parametrize("both", [both for both, _ in TERMINAL])
def test_each_such_text_has_words_for_every_reader(both: str) -> None:
    assert "--" in at_terminal(f"{both}。")
    assert "--" not in in_letter(f"{both}。")
    assert in_letter(both) == dict(LETTER)[both]
    shown = dict(PAGE_WORDS).get(both, both)
    assert (
        on_page(f"{both}（如“湖北省部门整体支出绩效自评”（hubei））。")
        == f"{shown}（如“湖北省部门整体支出绩效自评”）。"
    )


def test_a_missing_level_and_another_rulebook_correct_no_cell() -> None:
    found = pipeline.score(PUBLISHED / "hb-shangwu.xlsx").findings
    told = {one.code: (one.given, one.expected) for one in found if one.code in ("I13", "R17")}
    assert told == {"I13": (None, None), "R17": ("20", None)}
