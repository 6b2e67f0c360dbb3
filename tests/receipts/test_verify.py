"""A workbook held against its receipts: each of the seven answers, and the cells that were changed."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from perf_xlsx import pipeline
from perf_xlsx.domain.check_code import check_code
from perf_xlsx.domain.inputs import Input, disclosed, inputs_of
from perf_xlsx.domain.place import Place
from perf_xlsx.ooxml import LEDGER
from perf_xlsx.receipts.changes import changes_of
from perf_xlsx.receipts.register import open_register
from perf_xlsx.receipts.verification import Match, Verdict, verify
from tests.kit.batch_returns import a_return
from tests.kit.command import command
from tests.kit.filled import changed, filled, template_of, well_made
from tests.kit.libreoffice import XLSX, converted, needs_libreoffice
from tests.kit.outcome import findings_of
from tests.kit.several import Asked, side_by_side, stacked

STORIES = ("department-as-filed", "department-corrected", "project")
STORY = "department-as-filed"  # 88.62 points, no grade


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a run over the stories."""
    folder = tmp_path_factory.mktemp("verify")
    (folder / "in").mkdir()
    for story in STORIES:
        (folder / "in" / f"{story}.xlsx").write_bytes(template_of(story))
    command("score", folder / "in", "-o", folder / "out", "--jobs", 1)
    return folder / "out"


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a form that was typed into a blank template."""
    folder = tmp_path_factory.mktemp("typed")
    case = well_made()
    for row in (*case["funds"], *case["indicators"]):  # columns that a blank template has not
        row.pop("claimed_rate", None), row.pop("claimed_completion", None)
    (folder / "甲.xlsx").write_bytes(filled(case))
    command("score", folder / "甲.xlsx", "-o", folder / "out")
    return folder / "out"


def verdict(out: Path, change: Callable[[Any], object], folder: Path, story: str = STORY) -> Verdict:
    """What is said of a scored copy after a change that openpyxl saved."""
    copy = folder / "改.xlsx"
    copy.write_bytes(changed((out / f"{story}.xlsx").read_bytes(), change))
    (found,) = verify(copy, open_register(out / "回执.jsonl"))
    return found


def write(sheet: str, cell: str, value: object) -> Callable[[Any], object]:
    return lambda book: book[sheet].__setitem__(cell, value)


# ---- as it was -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("story", STORIES)
def test_return_and_copy_are_as_they_were(story: str, out: Path) -> None:
    for path, what in ((out.parent / "in", "报送时的"), (out, "评分后的")):
        (found,) = verify(path / f"{story}.xlsx", open_register(out / "回执.jsonl"))
        assert (found.match, found.told) == (Match.INTACT, (f"就是{what}工作簿，一个字节都没有变。",))


@pytest.mark.parametrize("story", STORIES)
def test_saved_by_openpyxl_nothing_was_changed(story: str, out: Path, tmp_path: Path) -> None:
    assert verdict(out, lambda book: None, tmp_path, story).match is Match.RESAVED


@needs_libreoffice
@pytest.mark.parametrize("story", STORIES)
def test_saved_by_libreoffice_nothing_was_changed(story: str, out: Path, tmp_path: Path) -> None:
    for kind in (XLSX, "ods", "xls:MS Excel 97"):
        saved = converted(tmp_path, kind, out / f"{story}.xlsx")
        (found,) = verify(saved, open_register(out / "回执.jsonl"))
        assert found.match is Match.RESAVED, (kind, found)


def test_formats_widths_and_numbers_as_text_are_no_change(out: Path, tmp_path: Path) -> None:
    def restyle(book: Any) -> None:
        sheet = book["绩效指标"]
        sheet["K7"] = str(sheet["K7"].value)
        sheet["M7"].number_format = "0.0000"
        sheet.column_dimensions["D"].width = 77
        book["自评结论"]["C16"].value += "\n"

    assert verdict(out, restyle, tmp_path).match is Match.RESAVED


# ---- changed after scoring -------------------------------------------------------------------------------------


def test_a_changed_input_is_named_with_what_it_does_to_the_points(out: Path, tmp_path: Path) -> None:
    found = verdict(out, write("绩效指标", "I9", 90), tmp_path)
    assert found.match is Match.EDITED
    assert found.told == (
        "填报内容改了1格。",
        "评分时总分88.62（不评等级），按现在的填报内容是总分87.62（不评等级）。",
    )
    (change,) = found.changes
    assert (change.sheet, change.cell, change.field) == ("绩效指标", "I9", "实际完成值")
    assert (change.then, change.now) == ("100", "90")


def test_a_free_text_is_told_without_what_it_was(out: Path, tmp_path: Path) -> None:
    (change,) = verdict(out, write("绩效指标", "P6", "改写的原因"), tmp_path).changes
    assert (change.then, change.now) == ("另一段文字（回执不存原文）", "改写的原因")


def test_emptied_and_filled_cells_are_told(out: Path, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book["绩效指标"]["P6"], book["绩效指标"]["P9"] = None, "新的原因"

    found = verdict(out, change, tmp_path).changes
    assert [(one.cell, one.now) for one in found] == [("P6", "空"), ("P9", "新的原因")]


def test_with_another_unit_it_is_still_known_by_its_code(out: Path, tmp_path: Path) -> None:
    found = verdict(out, write("基本信息", "C5", "另一个单位"), tmp_path)
    assert [(one.cell, one.now) for one in found.changes] == [("C5", "另一个单位")]


def test_a_row_that_was_moved_is_told_as_moved(out: Path, tmp_path: Path) -> None:
    def insert(book: Any) -> None:
        book["绩效指标"].insert_rows(10)

    found = verdict(out, insert, tmp_path)
    assert (found.match, found.changes) == (Match.EDITED, ())
    assert found.told[0] == "逐格的内容都相同，只是移动了行，或改了工作表的名称。"


@pytest.mark.parametrize("story", STORIES)
def test_any_single_input_that_is_changed_is_found_with_its_cell(story: str, out: Path) -> None:
    evaluation = pipeline.score(out / f"{story}.xlsx").evaluation
    assert evaluation is not None
    inputs = inputs_of(evaluation)
    then = disclosed(inputs)
    for at, one in enumerate(inputs):
        for text in ("7.77", "一段别的文字", ""):
            other = replace(one, parts=((one.parts[0][0], text), *one.parts[1:]), shown=text)
            now = [*inputs[:at], *([other] if text else []), *inputs[at + 1 :]]
            found = list(changes_of(now, then))
            assert [(c.sheet, c.cell) for c in found] == [(one.place.sheet, one.place.cell)], (one, text, found)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_cell_changed_in_the_workbook_itself_is_found(seed: int, out: Path, tmp_path_factory: Any) -> None:
    chance = random.Random(seed)
    evaluation = pipeline.score(out / f"{STORY}.xlsx").evaluation
    assert evaluation is not None
    one = chance.choice([one for one in inputs_of(evaluation) if not any(key == "title" for key, _ in one.parts)])
    value: object = chance.choice([chance.randrange(1, 10**6) / 100, "某某", "98.01"])
    folder = tmp_path_factory.mktemp("one")
    found = verdict(out, write(one.place.sheet, one.place.cell or "", value), folder)
    assert found.match is Match.EDITED, (one, value, found)
    assert (one.place.sheet, one.place.cell) in {(c.sheet, c.cell) for c in found.changes}, (one, value, found)


def test_words_beside_a_number_that_is_read_without_them_count(out: Path, tmp_path: Path) -> None:
    (change,) = verdict(out, write("绩效指标", "I9", "100左右"), tmp_path).changes
    assert (change.then, change.now) == ("100", "100左右")


def test_inputs_of_one_cell_count_together() -> None:
    """An official layout has sign, number and unit in one cell."""
    one = Input(Place("a", 0, 1, 1, "表"), (("sign", "≥"), ("target", "95"), ("unit", "%")), "年度指标值", "≥95%")
    assert disclosed((one,)) == {"表": {"A1": "≥ 95 %"}}


# ---- our sheets ------------------------------------------------------------------------------------------------

OURS: dict[str, tuple[Callable[[Any], object], str, str]] = {
    "the total": (write("评分汇总", "C5", "98.01"), "评分汇总!C5", "98.01"),
    "the total, as a number": (write("评分汇总", "C5", 98.01), "评分汇总!C5", "98.01"),
    "a figure emptied": (write("评分汇总", "G5", None), "评分汇总!G5", "空"),
}


@pytest.mark.finding("R25")
@pytest.mark.parametrize("name", OURS)
def test_a_figure_of_ours_that_was_changed_is_told_with_what_it_was(name: str, out: Path, tmp_path: Path) -> None:
    change, where, now = OURS[name]
    found = verdict(out, change, tmp_path)
    assert found.match is Match.SHEETS
    assert [(f"{one.sheet}!{one.cell}", one.now) for one in found.changes] == [(where, now)]
    result = pipeline.score(tmp_path / "改.xlsx")
    (error,) = findings_of(result, "R25")
    assert error.severity == "error"
    assert where.replace("!", "”：") in error.message
    checked = command("check", tmp_path / "改.xlsx")
    assert "R25" in checked.stdout
    assert checked.exit_code == 1


@pytest.mark.parametrize("with_receipt", [True, False])
def test_computed_cells_of_the_template_that_were_overwritten_are_told(
    with_receipt: bool, typed: Path, tmp_path: Path
) -> None:
    """参考总分 is what the officer reads first, and could be typed over."""

    def forge(book: Any) -> None:
        book["自评结论"]["C10"], book["自评结论"]["C9"], book["绩效指标"]["M6"] = 98.56, 10, 99

    copy = tmp_path / "改.xlsx"
    copy.write_bytes(changed((typed / "甲.xlsx").read_bytes(), forge))
    (found,) = verify(copy, open_register(typed / "回执.jsonl") if with_receipt else None)
    assert found.match is (Match.SHEETS if with_receipt else Match.NONE)
    assert {(f"{one.sheet}!{one.cell}", one.now) for one in found.changes} >= {
        ("自评结论!C10", "98.56"), ("绩效指标!M6", "99"),
    }  # fmt: skip
    assert any(line.startswith("模板中自动计算的格有") for line in found.told)


@needs_libreoffice
def test_computed_cells_that_hold_their_results_as_values_were_not_changed(typed: Path, tmp_path: Path) -> None:
    """As after copying a sheet and pasting its values."""
    (without := tmp_path / "甲.xlsx").write_bytes(changed((typed / "甲.xlsx").read_bytes(), lambda book: None))
    sheets = openpyxl.load_workbook(converted(tmp_path / "calculated", XLSX, without), data_only=True)

    def paste(book: Any) -> None:
        for title in ("自评结论", "绩效指标", "预算执行"):
            for row in book[title].iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        cell.value = sheets[title][cell.coordinate].value

    assert verdict(typed, paste, tmp_path, "甲").match is Match.RESAVED


def test_rows_inserted_into_a_template_make_no_computed_cell_wrong(typed: Path, tmp_path: Path) -> None:
    for sheet, row in (("绩效指标", 7), ("项目明细", 7), ("预算执行", 6)):
        found = verdict(typed, lambda book, at=row, name=sheet: book[name].insert_rows(at), tmp_path, "甲")
        assert not any(line.startswith("模板中自动计算的格") for line in found.told), sheet


def test_a_deleted_row_of_figures_is_told(out: Path, tmp_path: Path) -> None:
    """Scoring lets it pass with a warning: a unit deletes what it has mended. The paper is not whole any more."""

    def delete(book: Any) -> None:
        sheet = book["评分汇总"]
        (row,) = (cell.row for cell in sheet["B"] if cell.value == "预算经费")
        sheet.delete_rows(row)

    found = verdict(out, delete, tmp_path)
    assert found.match is Match.SHEETS
    assert {one.now for one in found.changes} == {"空"}
    assert not findings_of(pipeline.score(tmp_path / "改.xlsx"), "R25")


def test_a_word_of_ours_that_was_changed_is_told_by_the_ledger(out: Path, tmp_path: Path) -> None:
    found = verdict(out, write("问题清单", "I5", "没有问题"), tmp_path)
    assert found.match is Match.SHEETS
    assert found.told[0] == "改动了评分写出的工作表“问题清单”：I5现为“没有问题”。"


def test_without_the_ledger_the_figures_are_still_compared(out: Path, tmp_path: Path) -> None:
    def forge(book: Any) -> None:
        book["评分汇总"]["C5"] = "98.01"
        for sheet in [sheet for sheet in book.worksheets if sheet.title.startswith(LEDGER)]:
            book.remove(sheet)
        for name in [name for name in book.defined_names if name.startswith("_px_")]:
            del book.defined_names[name]

    found = verdict(out, forge, tmp_path)
    assert (found.match, [one.cell for one in found.changes]) == (Match.SHEETS, ["C5"])


def test_a_check_code_of_another_score_is_told(out: Path, tmp_path: Path) -> None:
    def forge(book: Any) -> None:
        for row in book["自评表"].iter_rows():
            for cell in row:
                if "校验码" in str(cell.value):
                    cell.value = f"{cell.value[:-12]}ABCDEFGHJKLM"

    found = verdict(out, forge, tmp_path)
    assert found.match is Match.SHEETS
    assert any(line.startswith("自评表上的校验码是 ABCDEFGHJKLM，不是回执的 ") for line in found.told)


@needs_libreoffice
@pytest.mark.parametrize("kind", ["ods", "xls:MS Excel 97"])
def test_a_changed_copy_of_another_format_is_told_too(kind: str, out: Path, tmp_path: Path) -> None:
    altered = tmp_path / "改.xlsx"
    altered.write_bytes(changed((out / f"{STORY}.xlsx").read_bytes(), write("评分汇总", "C5", "98.01")))
    saved = converted(tmp_path / "old", kind, altered)
    (error,) = findings_of(pipeline.score(saved), "R25")
    assert error.message.startswith("改动了评分写出的工作表“评分汇总”：C5现为“98.01”。")
    (found,) = verify(saved, open_register(out / "回执.jsonl"))
    assert (found.match, [one.now for one in found.changes]) == (Match.SHEETS, ["98.01"])


def test_a_rulebook_that_was_asked_for_is_used(out: Path, tmp_path: Path) -> None:
    """The template remembers one; the run was told another, which its receipt names."""
    command("score", out.parent / "in" / f"{STORY}.xlsx", "-o", tmp_path / "out", "--rulebook", "platform")
    register, copy = open_register(tmp_path / "out" / "回执.jsonl"), tmp_path / "改.xlsx"
    copy.write_bytes(changed((tmp_path / "out" / f"{STORY}.xlsx").read_bytes(), lambda book: None))
    (found,) = verify(copy, register)
    assert found.match is Match.RESAVED
    assert len(found.told) == 1
    copy.write_bytes(changed(copy.read_bytes(), write("绩效指标", "I9", 90)))
    (found,) = verify(copy, register, pipeline.Terms("hubei"))
    assert any("评分办法与评分时的（platform）不同" in line for line in found.told)


def test_an_answer_and_a_signature_are_no_change(out: Path, tmp_path: Path) -> None:
    def sign(book: Any) -> None:
        book["问题清单"]["L8"] = "已更正"
        for row in book["自评表"].iter_rows():
            for cell in row:
                if cell.value == "填报人：":
                    cell.value = "填报人：张三"
                if str(cell.value).startswith("年　"):
                    cell.value = "2024年4月15日"

    found = verdict(out, sign, tmp_path)
    assert found.match is Match.RESAVED
    assert any("填报人：张三" in line for line in found.told)
    result = pipeline.score(tmp_path / "改.xlsx")
    assert not findings_of(result, "R25")
    assert len(findings_of(result, "R23")) == 2


def test_a_date_cell_in_the_place_of_the_date_is_a_signature(out: Path, tmp_path: Path) -> None:
    def sign(book: Any) -> None:
        for row in book["自评表"].iter_rows():
            for cell in row:
                if str(cell.value).startswith("年　"):
                    cell.value = datetime.date(2024, 4, 15)

    assert verdict(out, sign, tmp_path).match is Match.RESAVED


# ---- none, and not this one ------------------------------------------------------------------------------------


def test_another_workbook_is_not_this_one(out: Path, tmp_path: Path) -> None:
    other = tmp_path / "他.xlsx"
    other.write_bytes(a_return("department", "别的局"))
    (found,) = verify(other, open_register(out / "回执.jsonl"))
    assert (found.match, found.receipt) == (Match.OTHER, None)


def test_without_a_receipt_it_is_recomputed(out: Path, tmp_path: Path) -> None:
    copy = tmp_path / "副本.xlsx"
    for change, told in (
        (None, "评分表上的分数与重新计算的一致。"),
        (write("绩效指标", "I9", 90), "自评表上的总分是88.62。"),
    ):
        data = (out / f"{STORY}.xlsx").read_bytes()
        copy.write_bytes(changed(data, change) if change else data)
        (found,) = verify(copy, None)
        assert found.match is Match.NONE
        assert told in found.told
    copy.write_bytes(changed((out / f"{STORY}.xlsx").read_bytes(), write("评分汇总", "C5", "98.01")))
    (found,) = verify(copy, None)
    assert [(one.then, one.now) for one in found.changes] == [("88.62", "98.01")]


@pytest.mark.parametrize("how", [side_by_side, stacked])
def test_several_forms_have_a_verdict_each(how: Callable[..., bytes], tmp_path: Path) -> None:
    (tmp_path / "两张.xlsx").write_bytes(how(Asked("培训"), Asked("宣传", spent=50, reached=75)))
    command("score", tmp_path / "两张.xlsx", "-o", tmp_path / "out")
    register = open_register(tmp_path / "out" / "回执.jsonl")
    data = (tmp_path / "out" / "两张.xlsx").read_bytes()
    copy = tmp_path / "改.xlsx"
    copy.write_bytes(changed(data, lambda book: None))
    assert [(one.part, one.match) for one in verify(copy, register)] == [
        ("培训", Match.RESAVED), ("宣传", Match.RESAVED),
    ]  # fmt: skip
    assert [(one.part, one.match) for one in verify(tmp_path / "out" / "两张.xlsx", register)] == [
        ("培训", Match.INTACT), ("宣传", Match.INTACT),
    ]  # fmt: skip


# ---- hostile receipts ------------------------------------------------------------------------------------------


def spoilt(line: str, **change: object) -> str:
    return json.dumps(json.loads(line) | change, ensure_ascii=False)


HOSTILE: dict[str, tuple[Callable[[str], str], str]] = {
    "no JSON": (lambda line: "{" * 100_000, "不是完整的回执"),
    "a list": (lambda line: "[]", "不是完整的回执"),
    "another schema": (lambda line: spoilt(line, schema=2), "其他版本"),
    "an unknown key": (lambda line: spoilt(line, run="rm"), "不是完整的回执"),
    "a wrong code": (lambda line: spoilt(line, check_code="O0I1O0I1O0I1"), "不是完整的回执"),
    "inputs that are none": (lambda line: spoilt(line, inputs={"表": ["A1"]}), "不是完整的回执"),
    "a huge text": (lambda line: spoilt(line, file="长" * 5_000), "不是完整的回执"),
    "a huge line": (lambda line: "x" * (33 << 20), "太长"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_line_that_is_no_receipt_is_told_and_the_others_count(name: str, out: Path, tmp_path: Path) -> None:
    spoil, words = HOSTILE[name]
    lines = (out / "回执.jsonl").read_text("utf-8").splitlines()
    (tmp_path / "回执.jsonl").write_text("\n".join([spoil(lines[0]), *lines]), "utf-8")
    register = open_register(tmp_path / "回执.jsonl")
    (problem,) = register.problems
    assert "第1行" in problem
    assert words in problem
    (found,) = verify(out / f"{STORY}.xlsx", register)
    assert found.match is Match.INTACT


def recoded(line: str, **change: object) -> str:
    """The receipt with a change, and a check code that covers it."""
    data = json.loads(spoilt(line, **change))
    code = check_code(data["content"], data["total"], data["rules"], data["version"])
    return spoilt(line, **change, check_code=code)


@pytest.mark.parametrize("saved_again", [False, True])
@pytest.mark.parametrize(
    ("forge", "told"),
    [
        (lambda line: spoilt(line, total="98.01"), "回执上是总分98.01（不评等级），评分表上是总分88.62（不评等级）。"),
        (lambda line: spoilt(line, grade="优"), "回执上是总分88.62（等级优），评分表上是总分88.62（不评等级）。"),
        (lambda line: recoded(line, total="98.01"), None),
    ],
)  # fmt: skip
def test_a_receipt_with_other_points_than_the_copy_proves_nothing(
    forge: Callable[[str], str], told: str | None, saved_again: bool, out: Path, tmp_path: Path
) -> None:
    """It was 原样, with the total that somebody had written into the receipt."""
    lines = (out / "回执.jsonl").read_text("utf-8").splitlines()
    forged = [forge(line) if json.loads(line)["file"] == f"{STORY}.xlsx" else line for line in lines]
    (tmp_path / "回执.jsonl").write_text("\n".join(forged), "utf-8")
    data = (out / f"{STORY}.xlsx").read_bytes()
    copy = tmp_path / "回来.xlsx"
    copy.write_bytes(changed(data, lambda book: None) if saved_again else data)
    done = command("verify", copy, "--receipt", tmp_path / "回执.jsonl")
    assert done.exit_code == 1
    (found,) = verify(copy, open_register(tmp_path / "回执.jsonl"))
    if told:
        assert found.match is Match.RECEIPT
        assert told in found.told
    else:
        assert found.match in (Match.RECEIPT, Match.SHEETS)
        assert any("自评表上的校验码是" in line for line in found.told)


def test_a_register_of_nothing_but_rubbish_is_read_to_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perf_xlsx.receipts.register.MOST", 1_000)
    (tmp_path / "回执.jsonl").write_bytes(b"x\n" * 5_000)
    assert open_register(tmp_path / "回执.jsonl").problems == (
        "第1、2、3、4、5等行不是完整的回执，共1000行，没有使用",
        "第1001行起没有读：最多读512MB、1000行",
    )


def test_cells_that_are_no_addresses_are_ignored(out: Path, tmp_path: Path) -> None:
    lines = (out / "回执.jsonl").read_text("utf-8").splitlines()
    odd = {"绩效指标": {"=cmd": "1", "A0": "2", "XFE99999999": "3"}, "无": {"A1": "<r>"}}
    (tmp_path / "回执.jsonl").write_text(spoilt(lines[0], inputs=odd, content="0" * 64), "utf-8")
    copy = tmp_path / "改.xlsx"
    copy.write_bytes(changed((out / f"{STORY}.xlsx").read_bytes(), write("绩效指标", "I9", 90)))
    (found,) = verify(copy, open_register(tmp_path / "回执.jsonl"))
    assert found.match is Match.EDITED
