"""Numbers typed as text: each column of an official form is one note, however many cells it has."""

from __future__ import annotations

from pathlib import Path

from perf_xlsx import pipeline
from tests.kit.official_rows import official
from tests.kit.outcome import findings_of
from tests.kit.parted import ROWS, parted, scored

PARTS = ("符号", "值", "单位")


def test_one_note_a_column(tmp_path: Path) -> None:
    paper = parted(PARTS)
    for row in range(10, 10 + len(ROWS)):
        for column in "HI":
            cell = paper.sheet[f"{column}{row}"]
            cell.value, cell.data_type = f"{cell.value}分", "s"
    paper.sheet["C5"], paper.sheet["D5"] = "1,200.00", "壹佰"
    notes = findings_of(scored(tmp_path, paper), "R12")
    assert [(note.place.cell, note.message) for note in notes] == [
        ("C5", "年度资金总额·年初预算数填“1,200.00”，已按1200读取。"),
        ("D5", "年度资金总额·全年预算数填“壹佰”，已按100读取。"),
        ("H10", "H列有3格的数字带有格式或是文本，已按数字读取：H10“30分”按30、H11“30分”按30、H12“30分”按30。"),
        (
            "I10",
            "I列有3格的数字带有格式或是文本，已按数字读取：I10“22.5分”按22.5、I11“28.8分”按28.8、I12“30分”按30。",
        ),
    ]


def test_money_as_text(tmp_path: Path) -> None:
    paper = parted(PARTS)
    paper.sheet["C5"], paper.sheet["C5"].data_type = "1,200.00", "s"
    result = pipeline.score(paper.save(tmp_path / "a.xlsx"))
    assert [f.place.cell for f in findings_of(result, "R12")] == ["C5"]


def test_of_many_cells_the_rows_are_named_and_another_number_is_told_by_itself(tmp_path: Path) -> None:
    rows = [(f"养护路段{n}", "≥10公里", "10公里", "10分", 10) for n in range(1, 8)]
    rows.append(("养护人次", "≥20000人次", "两万七千", 20, 20))
    notes = findings_of(official(tmp_path, *rows), "R12")
    assert ("F9", "等（第9—15行）") in {(n.place.cell, n.message[-len("等（第9—15行）。") : -1]) for n in notes}
    assert [n.message for n in notes if n.place.cell == "E16"] == ["实际完成值填“两万七千”，已按27000读取。"]
