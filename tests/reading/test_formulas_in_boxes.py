"""Formulas in boxes: one over the form's own boxes with the right result needs no word, any other is told (R11)."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from perf_xlsx import pipeline
from perf_xlsx.ooxml.arithmetic import computed
from tests import FIXTURES
from tests.kit.filled import opened
from tests.kit.layouts import national
from tests.kit.outcome import findings_of, scored
from tests.kit.typed_cells import END, FUNDS, ROWS, put


@pytest.fixture(scope="module")
def typed(sound: bytes) -> dict[str, str]:
    """What was typed into the boxes of money."""
    sheet = opened(sound, data_only=True)[FUNDS]
    return {cell.coordinate: str(cell.value) for line in sheet["C6:G10"] for cell in line}


RIGHT = [
    ("C10", "C6+C9"),
    ("C10", "SUM(C6,C9)"),
    ("C10", "sum( $C$6 , C9 )"),
    ("C10", "+C6+C9"),
    ("C10", "ROUND(C6+C9,2)"),
    ("C10", "'预算执行'!C6+预算执行!C9"),
    ("C10", "(C6+C9)*1"),
    ("C10", "--C6+C9"),
    ("E10", "C10+D10"),
    ("E10", "SUM(E6,E9)"),
]


@pytest.mark.parametrize(("cell", "formula"), RIGHT)
def test_a_formula_over_the_forms_own_boxes_needs_no_word(
    cell: str, formula: str, sound: bytes, typed: dict[str, str], tmp_path: Path
) -> None:
    assert scored(sound, tmp_path).findings == ()
    data = put(sound, FUNDS, {cell: f"<f>{formula}</f><v>{typed[cell]}</v>"})
    assert scored(data, tmp_path).findings == ()


def test_rates_points_and_totals_may_be_formulas(sound: bytes, tmp_path: Path) -> None:
    data = put(
        sound,
        ROWS,
        {"M6": "<f>K6*1</f><v>20</v>", "M7": '<f t="shared" ref="M7:M8" si="3">K7*I7/I7</f><v>20</v>',
         "M9": '<f t="shared" si="3"/><v>30</v>'},
    )  # fmt: skip
    data = put(data, END, {"C7": "<f>SUM(绩效指标!M6:M10)+C6</f><v>98.03</v>"})
    result = scored(data, tmp_path)
    assert [(found.code, found.place.cell) for found in result.findings] == [("R11", "M9")]  # no number in I9


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_other_formats_know_their_formulas(suffix: str) -> None:
    result = pipeline.score(FIXTURES / f"划去的内容.{suffix}")  # has =C6+C9, =SUM(E6,E9)
    assert result.evaluation is not None
    assert result.evaluation.total_funds.initial.value == 1000
    assert not findings_of(result, "R11")


OUTSIDE = ["[1]汇总!B3", "Z99+C6+C9", "C6+C9+Z99", "INDIRECT(\"C6\")+C9", "IF(1,C6+C9,0)", "VLOOKUP(C6,C6:E9,1)", "C10",
           "H6+C9", "SUM(C:C)", "另一张!A1", "C6+C9&amp;\"\"", "#REF!+1", "SUM(C6", "C6 C9", "1/0", "NOW()"]  # fmt: skip


@pytest.mark.finding("R11")
@pytest.mark.parametrize("formula", OUTSIDE)
def test_any_other_formula_is_told(formula: str, sound: bytes, typed: dict[str, str], tmp_path: Path) -> None:
    data = put(sound, FUNDS, {"C10": f"<f>{formula}</f><v>{typed['C10']}</v>"})
    (found,) = scored(data, tmp_path).findings
    assert (found.code, found.severity, found.place.cell) == ("R11", "warning", "C10")
    assert "保存的结果" in found.message


def test_a_result_that_is_not_what_the_boxes_come_to_is_told_with_what_is(
    sound: bytes, typed: dict[str, str], tmp_path: Path
) -> None:
    data = put(sound, FUNDS, {"C6": "<v>500</v>", "C10": f"<f>C6+C9</f><v>{typed['C10']}</v>"})
    found = findings_of(scored(data, tmp_path), "R11")
    expected = str(500 + int(typed["C9"]))
    assert [(f.given, f.expected) for f in found] == [(typed["C10"], expected)]


def test_an_official_total_may_be_a_formula(tmp_path: Path) -> None:
    paper = national()
    path = paper.save(tmp_path / "a.xlsx")
    plain = pipeline.score(path)
    data = put(path.read_bytes(), "自评表（定稿）", {
        "E6": "<f>SUM(E7:E9)</f><v>120</v>", "F6": "<f>F7+F8+F9</f><v>118.5</v>", "G6": "<f>SUM(G7:G9)</f><v>112.3</v>",
        "I6": "<f>G6/F6</f><v>0.947679324894515</v>", "H24": "<f>SUM(H13:H22)+J6</f><v>94.97</v>",
    })  # fmt: skip
    result = scored(data, tmp_path)
    assert {f.code for f in result.findings} == {"R12", "R19"}
    assert result.scores is not None
    assert plain.scores is not None
    assert result.scores.total == plain.scores.total


HOSTILE = ["(" * 10_000, "1+" * 40_000 + "1", "-" * 400 + "1", "SUM(A1:XFD1048576)", "ROUND(1,-9)", "1%%%%%%%", "'" * 300,
           "A" * 499, "9" * 499, "ROUND(1,10000000)", "SUM()", "SUM(,)", "A1:B2", "(((1)))+" * 20 + "1"]  # fmt: skip


@pytest.mark.parametrize("formula", HOSTILE, ids=lambda formula: formula[:12])
def test_no_formula_takes_long_or_fails(formula: str) -> None:
    started = time.process_time()
    computed(formula, (0, 0), lambda sheet, area: [])
    assert time.process_time() - started < 5
