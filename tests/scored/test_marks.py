"""Marks on cells: told apart without colour, from the template's own colours too, and explained where they stand."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.scored import marks
from perf_xlsx.sheets.style import COMPUTED_FILL, MARK_FILLS, OPTIONAL_FILL, REQUIRED_FILL, STANDING_INK
from tests.kit.filled import at, box, filled, template_of, well_made
from tests.kit.outcome import findings_of

OLD_FILLS = {"error": "FFF9C6C1", "warning": "FFFBE3A3", "notice": "FFD3E1EE", "waived": "FFE3E8DC"}


def lightness(colour: str) -> float:
    """As a black-and-white printer has it: 0 black, 1 white (relative luminance)."""
    parts = [int(colour[-6:][n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((lightness(one), lightness(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_marks_differ_in_black_and_white_and_from_the_boxes_of_the_template() -> None:
    for heavier, lighter in combinations(("error", "warning", "notice"), 2):
        assert contrast(MARK_FILLS[heavier], MARK_FILLS[lighter]) > 1.1  # type: ignore[index]
    for standing in ("error", "warning"):
        for colour in (REQUIRED_FILL, OPTIONAL_FILL, COMPUTED_FILL):
            assert contrast(MARK_FILLS[standing], colour) > 1.4  # type: ignore[index]


def test_words_on_a_mark_can_be_read() -> None:
    for standing, fill in MARK_FILLS.items():
        assert contrast(fill, "FF1F2937") > 4.5
        assert contrast(fill, STANDING_INK[standing]) > 4.5


@pytest.fixture
def scored(tmp_path: Path) -> Path:
    (tmp_path / "returned.xlsx").write_bytes(template_of("department-as-filed"))
    pipeline.score(tmp_path / "returned.xlsx", tmp_path / "scored.xlsx")
    return tmp_path / "scored.xlsx"


def test_the_list_says_what_the_colours_mean(scored: Path) -> None:
    sheet = openpyxl.load_workbook(scored)["问题清单"]
    key = {cell.value: cell.fill.start_color.rgb for cell in sheet[2] if cell.value}
    assert key["✖ 错误\n红色单元格，须更正"] == MARK_FILLS["error"]
    assert key["⚠ 警告\n橙色单元格，须核对"] == MARK_FILLS["warning"]
    assert key["ℹ 提示\n蓝色单元格，仅供了解"] == MARK_FILLS["notice"]


def test_the_first_note_of_each_marked_sheet_says_what_the_colours_mean(scored: Path) -> None:
    book = openpyxl.load_workbook(scored)
    for name in ("预算执行", "绩效指标", "自评结论"):
        notes = [cell.comment.text for row in book[name].iter_rows() for cell in row if cell.comment]
        assert [("本表标记：红＝✖错误（须更正）" in note) for note in notes] == [True] + [False] * (len(notes) - 1)


def test_a_workbook_marked_in_the_colours_of_an_earlier_version_is_marked_anew(
    scored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(marks, "MARK_FILLS", OLD_FILLS)
        pipeline.score(tmp_path / "returned.xlsx", tmp_path / "old.xlsx")
    assert (tmp_path / "old.xlsx").read_bytes() != scored.read_bytes()
    pipeline.score(tmp_path / "old.xlsx", tmp_path / "again.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "again.xlsx")["绩效指标"]
    fills = {cell.fill.start_color.rgb for row in sheet.iter_rows() for cell in row}
    assert not fills & set(OLD_FILLS.values())
    assert sheet[at("指标3·分值")].fill.start_color.rgb == MARK_FILLS["error"]


def test_a_wrong_total_of_weights_is_marked_at_the_suspect_else_at_the_head(tmp_path: Path, scored: Path) -> None:
    sheet = openpyxl.load_workbook(scored)["绩效指标"]
    assert sheet[at("指标3·分值")].fill.start_color.rgb == MARK_FILLS["error"]
    assert sheet[at("指标8·分值")].fill.start_color.rgb not in MARK_FILLS.values()
    book = openpyxl.load_workbook(tmp_path / "returned.xlsx")
    box(book, "指标3·分值").value, box(book, "指标8·分值").value, box(book, "指标8·自评得分").value = 10, 12, 11
    book.save(tmp_path / "returned.xlsx")
    (said,) = findings_of(pipeline.score(tmp_path / "returned.xlsx"), "W01")
    assert (said.place.cell, said.correction) == ("K5", None)


def test_every_cell_that_a_finding_is_about_is_marked(tmp_path: Path) -> None:
    """F10 of a line names four amounts; only the first was marked."""
    case = well_made()
    (line,) = (row for row in case["funds"] if row["line"] == "项目支出")
    line.update({key: line[key] * 10_000 for key in ("initial", "adjustment", "adjusted", "executed")})
    (tmp_path / "returned.xlsx").write_bytes(filled(case))
    result = pipeline.score(tmp_path / "returned.xlsx", tmp_path / "scored.xlsx")
    (found,) = findings_of(result, "F10")
    sheet = openpyxl.load_workbook(tmp_path / "scored.xlsx")[found.place.sheet]
    marked = {
        cell.coordinate for row in sheet.iter_rows() for cell in row
        if cell.comment and cell.fill.start_color.rgb == MARK_FILLS["warning"]
    }  # fmt: skip
    assert marked == {found.place.cell, *(place.cell for place in found.others)}
    assert len(marked) == 4
    notes = [sheet[cell].comment.text for cell in sorted(marked)]
    assert all(f"F10（{found.place.cell}）" in note for note in notes[1:])
