"""What is crossed out does not count, in no format and no layout; it is told once."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from perf_xlsx import pipeline
from perf_xlsx.results.recording import as_json
from tests import FIXTURES
from tests.kit.filled import at, box
from tests.kit.layouts import Paper, national, sichuan, yunnan
from tests.kit.outcome import scored
from tests.kit.parts import edited
from tests.kit.scored_layouts import score_paper
from tests.kit.typed_cells import FUNDS, ROWS, changed, message, row, told, typed

OUT, IN = InlineFont(strike=True), InlineFont()


def cross_out(*cells: Any) -> None:
    for cell in cells:
        cell.font = Font(name=cell.font.name, sz=cell.font.sz, strike=True)


def test_a_run_that_is_crossed_out_is_no_part_of_the_number(sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        box(book, "指标2·实际完成值").value = CellRichText(TextBlock(OUT, "1"), TextBlock(IN, "99"))

    result = changed(sound, tmp_path, change)
    assert (row(result, 1).actual.value, as_json(result)["total"]) == (Decimal(99), "98.03")
    assert told(result) == {("R24", "notice", at("指标2·实际完成值"))}
    assert message(result, "R24") == "实际完成值里划去（删除线）的“1”不算，已按“99”读取。"


@pytest.mark.parametrize(("strike", "value"), [(True, None), (False, "199"), (None, "199")])
def test_a_run_without_a_font_of_its_own_is_as_its_cell_is(
    strike: bool | None, value: str | None, sound: bytes, tmp_path: Path
) -> None:
    def change(book: Any) -> None:
        box(book, "指标2·实际完成值").value = CellRichText("1", TextBlock(InlineFont(strike=strike), "99"))
        if strike:
            cross_out(box(book, "指标2·实际完成值"))

    actual = row(changed(sound, tmp_path, change), 1).actual
    assert (actual.value, actual.given) == (None if value is None else Decimal(value), "199")


def test_a_required_number_that_is_crossed_out_is_open_and_asked_about(sound: bytes, tmp_path: Path) -> None:
    result = changed(sound, tmp_path, lambda book: cross_out(box(book, "指标2·实际完成值")))
    assert (row(result, 1).actual.value, row(result, 1).actual.given) == (None, "99")
    assert result.scores is not None
    assert (result.scores.indicators[1].points, result.scores.complete) == (None, False)
    assert told(result) == {("R24", "error", at("指标2·实际完成值"))}
    assert message(result, "R24") == "实际完成值“99”被划去了（删除线），没有读取。"


def test_the_cells_of_a_line_are_told_together(sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        cross_out(
            *(book[FUNDS][cell] for cell in (at("合计·年初预算数"), at("合计·全年预算数"), at("合计·全年执行数")))
        )

    result = changed(sound, tmp_path, change)
    assert told(result) == {("R24", "error", at("合计·年初预算数"))}
    assert "第10行的C10“" in message(result, "R24")


@pytest.mark.finding("R24")
def test_a_row_that_is_crossed_out_is_not_scored(sound: bytes, tmp_path: Path) -> None:
    def change(book: Any) -> None:
        sheet = book[ROWS]
        for column, cell in enumerate(sheet[6][:15], 1):
            sheet.cell(11, column).value = cell.value
        sheet[at("指标6·三级指标")].value = "另一个指标"
        cross_out(*(cell for cell in sheet[11] if cell.value is not None))

    plain, result = scored(sound, tmp_path), changed(sound, tmp_path, change)
    assert (result.scores, plain.findings) == (plain.scores, ())
    assert told(result) == {("R24", "warning", at("指标6·三级指标"))}
    assert "第11行被划去了（删除线），没有读取：D11“另一个指标”" in message(result, "R24")


def test_a_label_or_a_title_that_is_crossed_out_is_a_label_still(sound: bytes, tmp_path: Path) -> None:
    plain = scored(sound, tmp_path)
    result = changed(sound, tmp_path, lambda book: cross_out(book[FUNDS]["B10"], book[ROWS]["I5"]))
    assert (result.scores, result.findings) == (plain.scores, ())


@pytest.mark.parametrize(("missed", "code", "severity"), [(True, "I07", "error"), (False, "R24", "warning")])
def test_a_reason_that_is_crossed_out_is_told_once(
    missed: bool, code: str, severity: str, sound: bytes, tmp_path: Path
) -> None:
    cell = at("指标3·偏差原因") if missed else at("指标2·偏差原因")

    def change(book: Any) -> None:
        book[ROWS][cell].value = "人员不足"
        cross_out(book[ROWS][cell])

    result = changed(sound, tmp_path, change)
    assert told(result) == {(code, severity, cell)}
    assert "被划去了（删除线），没有读取。" in message(result, code)
    assert "人员不足" not in json.dumps(as_json(result)["findings"], ensure_ascii=False)


@pytest.mark.parametrize("value", ["0", "false"])
def test_a_font_that_says_no_to_crossing_out_does_not(value: str, sound: bytes, tmp_path: Path) -> None:
    crossed = typed(sound, lambda book: cross_out(box(book, "指标2·实际完成值")))
    not_crossed = edited(
        crossed, {"xl/styles.xml": lambda xml: re.sub(r"<strike[^>]*/>", f'<strike val="{value}"/>', xml)}
    )
    assert scored(not_crossed, tmp_path).findings == ()


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_other_formats_know_it_too(suffix: str, tmp_path: Path) -> None:
    result = pipeline.score(FIXTURES / f"划去的内容.{suffix}", tmp_path / "out.xlsx")
    assert (row(result, 0).actual.value, row(result, 1).actual.value) == (None, Decimal(99))
    assert result.evaluation is not None
    assert len(result.evaluation.indicators) == 4
    found = sorted((f.severity, f.place.cell) for f in result.findings if f.code == "R24")
    assert found == [("error", "I6"), ("notice", "I7"), ("warning", None)]
    left = openpyxl.load_workbook(tmp_path / "out.xlsx")["来源对照"]
    assert any("划去的内容" in str(cell) for line in left.iter_rows(values_only=True) for cell in line if cell)


def strike_row(paper: Paper, number: int) -> None:
    cross_out(*(cell for cell in paper.sheet[number] if cell.value is not None))


def test_an_official_row_that_is_crossed_out_is_not_scored(tmp_path: Path) -> None:
    paper = national()
    paper.row(18, "D E F G H I:J", "指标2：多出的指标", "≥1个", "1个", 10, 10, None)
    strike_row(paper, 18)
    plain, result = score_paper(national(), tmp_path), score_paper(paper, tmp_path)
    assert result.scores == plain.scores
    assert told(result) - told(plain) == {("R24", "warning", "D18")}


def test_an_official_line_of_money_that_is_crossed_out_is_open(tmp_path: Path) -> None:
    paper = sichuan()
    paper.sheet["B10"] = "债券资金"
    paper.sheet["D10"] = 5
    strike_row(paper, 10)
    result = score_paper(paper, tmp_path)
    assert ("R24", "warning", "D10") in told(result)
    assert result.evaluation is not None
    assert result.evaluation.funds["line:债券资金"].initial.value is None


def test_an_official_unit_or_name_that_is_crossed_out_is_not_read(tmp_path: Path) -> None:
    paper = yunnan()
    cross_out(paper.sheet["B3"])
    result = score_paper(paper, tmp_path)
    assert result.evaluation is not None
    assert result.evaluation.boxes["project"].value is None
    assert ("R24", "error", "B3") in told(result)
