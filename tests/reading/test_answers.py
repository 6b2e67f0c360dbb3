"""Answers in our notes, and what else people do to what is ours before a scored workbook comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import case_text
from perf_xlsx.ooxml import Package
from perf_xlsx.ooxml.note_text import CLOSING, DELIMITER
from tests.kit.filled import changed, filled
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.outcome import findings_of
from tests.kit.sent_back import ANSWER, SHEETS, Sent, ours

# ---- our notes -------------------------------------------------------------------------------------------------


def note(sent: Sent, cell: str = "M7", sheet: str = "绩效指标") -> str:
    comment = sent.book[sheet][cell].comment
    return comment.text if comment else ""


def theirs(sent: Sent) -> str:
    return note(sent).partition(DELIMITER)[0]


NOTES: dict[str, tuple[Callable[[str], str], str]] = {
    "behind": (lambda text: text + ANSWER, ANSWER),
    "behind, on the closing line": (lambda text: text.rstrip() + ANSWER, ANSWER),
    "behind, with other line ends": (lambda text: text.replace("\n", "\r\n") + ANSWER, ANSWER),
    "before": (lambda text: f"{ANSWER}\n{text}", ANSWER),
    "both": (lambda text: f"单位：\n{text}{ANSWER}", f"单位：\n{ANSWER}"),
}


@pytest.mark.parametrize("name", NOTES)
def test_what_is_written_before_or_behind_our_note_is_theirs(
    name: str, scored_copy: bytes, tmp_path: Path
) -> None:
    change, left = NOTES[name]

    def write(book: Any) -> None:
        comment = book["绩效指标"]["M7"].comment
        book["绩效指标"]["M7"].comment = Comment(change(comment.text), "甲")

    sent = Sent(changed(scored_copy, write), tmp_path)
    (told,) = sent.told
    assert told.startswith("“绩效指标”的核对批注里填写了内容：M7“")
    assert ANSWER in told
    assert sent.links == ["'绩效指标'!M7"]
    assert note(sent).startswith(f"{left}\n{DELIMITER}\n")
    assert note(sent).count(DELIMITER) == note(sent).count(CLOSING) == 1
    second = sent.next()
    assert second.told == []
    assert theirs(second) == theirs(sent)
    assert second.next().data == second.data


def test_a_note_that_was_written_into_is_kept_whole(scored_copy: bytes, tmp_path: Path) -> None:
    def write(book: Any) -> None:
        comment = book["绩效指标"]["M7"].comment
        book["绩效指标"]["M7"].comment = Comment(comment.text.replace("整改意见", f"{ANSWER}整改意见"), "甲")

    sent = Sent(changed(scored_copy, write), tmp_path)
    (told,) = sent.told
    assert told.startswith("“绩效指标”的核对批注里填写了内容：M7。")
    assert ANSWER in theirs(sent)
    assert "依据：" in theirs(sent)
    second = sent.next()
    assert second.told == []
    assert theirs(second) == theirs(sent)
    assert second.next().data == second.data


@pytest.mark.parametrize(
    "line", [DELIMITER, CLOSING, CLOSING[:5] + DELIMITER + CLOSING[5:], f"{CLOSING[:9]}\x01{CLOSING[9:]}"]
)
def test_a_cell_that_holds_a_line_of_ours_is_no_answer(line: str, tmp_path: Path) -> None:
    case = json.loads(case_text("department-as-filed"))
    case["projects"][0]["initial"] = f"300 {line}"
    (tmp_path / "a.xlsx").write_bytes(filled(case))
    sent = Sent((tmp_path / "a.xlsx").read_bytes(), tmp_path)
    assert sent.next().told == []
    assert sent.next().data == sent.data


@needs_libreoffice
def test_answers_in_notes_survive_libreoffice(scored_copy: bytes, tmp_path: Path) -> None:
    def write(book: Any) -> None:
        for cell, change in (("M7", NOTES["both"][0]), ("K8", NOTES["behind"][0])):
            book["绩效指标"][cell].comment = Comment(change(book["绩效指标"][cell].comment.text), "甲")

    (tmp_path / "b.xlsx").write_bytes(changed(scored_copy, write))
    saved = converted(tmp_path / "libreoffice", "xlsx:Calc MS Excel 2007 XML", tmp_path / "b.xlsx")
    sent = Sent(saved.read_bytes(), tmp_path)
    (told,) = sent.told
    assert "M7“单位： " in told
    assert f"K8“{ANSWER}”" in told
    assert note(sent).startswith(f"单位：\n{ANSWER}\n{DELIMITER}\n")
    assert note(sent, "K8").startswith(f"{ANSWER}\n{DELIMITER}\n")


# ---- marks, copies, formulas -----------------------------------------------------------------------------------


def test_a_fill_that_the_unit_chose_stays(scored_copy: bytes, tmp_path: Path) -> None:
    def paint(book: Any) -> None:
        book["绩效指标"]["P6"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF00B050")
        book["绩效指标"]["P6"] = "按合同约定，次年起执行新的用车办法，费用下降。"
        book["绩效指标"]["Q6"] = "实行派车单制度。"

    sent = Sent(changed(scored_copy, paint), tmp_path)
    package = Package.open(sent.path)
    pipeline.strip(package)
    (tmp_path / "stripped.xlsx").write_bytes(package.to_bytes())
    stripped = openpyxl.load_workbook(tmp_path / "stripped.xlsx")
    assert stripped["绩效指标"]["P6"].fill.fgColor.rgb == "FF00B050"


@pytest.mark.parametrize("title", SHEETS)
def test_a_copy_of_our_sheet_is_theirs_and_no_form(title: str, scored_copy: bytes, tmp_path: Path) -> None:
    plain = pipeline.score(_written(scored_copy, tmp_path / "plain.xlsx"))

    def copy(book: Any) -> None:
        made = book.copy_worksheet(book[title])
        made.title = f"{title} (2)"
        book.move_sheet(made, -99)

    sent = Sent(changed(scored_copy, copy), tmp_path)
    assert f"{title} (2)" in sent.book.sheetnames
    assert sent.told == []
    told = [f.message for f in sent.result.findings if f.code == "R16" and f.place.sheet == f"{title} (2)"]
    assert told == [f"工作表“{title} (2)”不属于自评表，没有读取。"]
    assert sent.result.scores == plain.scores
    others = [f.message for f in sent.result.findings if f.message not in told]
    assert others == [f.message for f in plain.findings]
    second = sent.next()
    assert second.data == sent.data


def _written(data: bytes, path: Path) -> Path:
    path.write_bytes(data)
    return path


def test_a_sheet_copied_as_excel_does_with_names_of_its_own(scored_copy: bytes, tmp_path: Path) -> None:
    """Excel gives the copy our hidden names once more, local to it: the original is ours nevertheless."""

    def copy(book: Any) -> None:
        for title, prefix in (("自评表", "_px_sheet_2"), ("绩效指标", "_px_mark_")):
            made = book.copy_worksheet(book[title])
            made.title = f"{title} (2)"
            for name in [n for n in book.defined_names.values() if n.name.startswith(prefix)]:
                if f"'{title}'!" in name.attr_text:
                    text = name.attr_text.replace(f"'{title}'", f"'{made.title}'")
                    made.defined_names.add(openpyxl.workbook.defined_name.DefinedName(name.name, attr_text=text))

    sent = Sent(changed(scored_copy, copy), tmp_path)
    assert ours(sent) == ["自评表 (2)", *SHEETS]
    package = Package.open(sent.path)
    pipeline.strip(package)
    (tmp_path / "stripped.xlsx").write_bytes(package.to_bytes())
    stripped = openpyxl.load_workbook(tmp_path / "stripped.xlsx")
    fills = [stripped[name]["M7"].fill.fgColor.rgb for name in ("绩效指标", "绩效指标 (2)")]
    assert fills == [stripped["绩效指标"]["M10"].fill.fgColor.rgb] * 2


def test_formulas_that_refer_to_our_sheets_are_told(scored_copy: bytes, tmp_path: Path) -> None:
    sent = Sent(changed(scored_copy, lambda book: book["基本信息"].__setitem__("F20", "=评分汇总!E5")), tmp_path)
    assert sent.told == [
        "“基本信息”的公式引用了评分加入的工作表：F20“=评分汇总!E5”。这些工作表每次评分重新写出，内容和位置会变。"
    ]
    assert sent.links == ["'基本信息'!F20"]
    assert sent.book["基本信息"]["F20"].value == "=评分汇总!E5"
    assert (sent.kept, ours(sent)) == ([], list(SHEETS))
    assert sent.next().data == sent.data


def test_a_renamed_sheet_that_formulas_refer_to_stays(scored_copy: bytes, tmp_path: Path) -> None:
    def rename(book: Any) -> None:
        book["评分汇总"].title = "得分"
        for defined in book.defined_names.values():
            defined.attr_text = defined.attr_text.replace("'评分汇总'", "'得分'")
        book["基本信息"]["F20"] = "=得分!E5"

    sent = Sent(changed(scored_copy, rename), tmp_path)
    assert sent.told == ["把评分加入的工作表“得分”改了名，并有公式引用它。没有读取；该表原样保留。"]
    assert "得分" in sent.book.sheetnames
    assert ours(sent) == list(SHEETS)
    assert sent.next().told == []


def test_our_own_form_sent_in_by_itself_is_read_as_one(scored_copy: bytes, tmp_path: Path) -> None:
    def alone(book: Any) -> None:
        for name in book.sheetnames:
            if name != "自评表":
                book.remove(book[name])
        for name in list(book.defined_names):
            del book.defined_names[name]
        book.custom_doc_props.props.clear()

    result = pipeline.score(_written(changed(scored_copy, alone), tmp_path / "a.xlsx"))
    assert "R19" in {found.code for found in result.findings}


def test_a_form_into_which_our_list_was_copied_is_a_form(scored_copy: bytes, tmp_path: Path) -> None:
    def paste(book: Any) -> None:
        for row in book["问题清单"].iter_rows(min_row=3):
            for cell in row:
                book["自评结论"].cell(cell.row + 60, cell.column).value = cell.value

    sent = Sent(changed(scored_copy, paste), tmp_path)
    evaluation = sent.result.evaluation
    assert evaluation is not None
    assert {passage.text.place.sheet for passage in evaluation.passages} == {"自评结论"}
    assert "工作表“自评结论”不属于自评表，没有读取。" not in [found.message for found in sent.result.findings]


@needs_libreoffice
def test_an_answer_in_a_scored_workbook_saved_as_xls_is_told(scored_copy: bytes, tmp_path: Path) -> None:
    """It stays in the original; the list of what was not carried over names the sheet."""
    answered = changed(scored_copy, lambda book: book["问题清单"].__setitem__("L8", ANSWER))
    saved = converted(tmp_path / "libreoffice", "xls:MS Excel 97", _written(answered, tmp_path / "b.xlsx"))
    result = pipeline.score(saved, tmp_path / "out.xlsx")
    assert "工作表“问题清单”不属于自评表，没有读取，也没有带入新的工作簿。" in [f.message for f in result.findings]
    rows = openpyxl.load_workbook(tmp_path / "out.xlsx")["来源对照"].iter_rows(values_only=True)
    assert [row[3] for row in rows if row[1] == "工作表"] == ["问题清单"]


FOREIGN = {"ods": "calc8", "xls": "MS Excel 97"}


@needs_libreoffice
@pytest.mark.parametrize("kind", FOREIGN)
def test_answers_in_notes_of_a_workbook_saved_in_another_format_are_told_and_listed(
    kind: str, scored_copy: bytes, tmp_path: Path
) -> None:
    def write(book: Any) -> None:
        for cell, change in (("K8", NOTES["behind"][0]), ("M7", NOTES["both"][0])):
            book["绩效指标"][cell].comment = Comment(change(book["绩效指标"][cell].comment.text), "甲")
        inside = book["绩效指标"]["M8"].comment.text.replace("整改意见", f"{ANSWER}整改意见")
        book["绩效指标"]["M8"].comment = Comment(inside, "甲")

    answered = _written(changed(scored_copy, write), tmp_path / "b.xlsx")
    saved = converted(tmp_path / "libreoffice", f"{kind}:{FOREIGN[kind]}", answered)
    result = pipeline.score(saved, tmp_path / "out.xlsx")
    (told,) = findings_of(result, "R23")
    assert told.message.startswith("原文件“绩效指标”的核对批注里填写了内容：")
    assert {"M8", f"K8“{ANSWER}”"} <= set(re.split("：|、|。", told.message))
    assert f"M7“单位： {ANSWER}”" in told.message
    assert told.message.endswith("没有读取，没有带入新的工作簿，列在“来源对照”末尾。")
    assert told.place.sheet == "绩效指标"
    rows = openpyxl.load_workbook(tmp_path / "out.xlsx")["来源对照"].iter_rows(values_only=True)
    listed = {row[4]: row[5] for row in rows if row[1] == "批注"}
    assert (listed["K8"], listed["M7"]) == (ANSWER, f"单位：\n{ANSWER}")
    assert f"{ANSWER}整改意见" in listed["M8"]
    assert sorted(listed) == ["K8", "M7", "M8"]
