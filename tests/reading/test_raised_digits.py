"""A digit above or below the line is a mark: 95 with a raised 1 is never 951, in no format."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from tests.kit.layouts import national
from tests.kit.libreoffice import converted, needs_libreoffice


def text(*pieces: tuple[str, str | None]) -> CellRichText:
    return CellRichText(*(TextBlock(InlineFont(vertAlign=how), piece) if how else piece for piece, how in pieces))


def paper_with(actual: Any, target: str, folder: Path) -> Path:
    paper = national()
    paper.sheet["E13"], paper.sheet["F13"] = target, actual
    path = folder / "paper.xlsx"
    paper.save(path)
    return path


def told(result: Result, cell: str) -> list[tuple[str, str]]:
    return [(f.code, f.severity) for f in result.findings if f.given and f.place.cell == cell]


@pytest.mark.parametrize("how", ["superscript", "subscript"])
@pytest.mark.parametrize(
    ("pieces", "value", "code"),
    [
        ([("95", None), ("1", "raised")], 95, "R09"),  # a footnote
        ([("10", None), ("4", "raised")], None, "R08"),  # perhaps a power
        ([("95", "raised")], 95, ""),  # all of it above the line is mere looks
        ([("9", None), ("5", None)], 95, ""),
        ([("95", None), ("人", "raised")], 95, ""),
    ],
)
def test_only_a_digit_beside_others_on_the_line_is_a_mark(
    how: str, pieces: list[tuple[str, str | None]], value: int | None, code: str, tmp_path: Path
) -> None:
    actual = text(*((piece, how if look else None) for piece, look in pieces))
    result = pipeline.score(paper_with(actual, "≥100人", tmp_path))
    assert result.evaluation is not None
    read = result.evaluation.indicators[0].actual.value
    assert read == (None if value is None else Decimal(value))
    assert [one for one, _ in told(result, "F13") if one in ("R08", "R09")] == ([code] if code else [])


def test_a_raised_two_behind_a_letter_is_a_unit(tmp_path: Path) -> None:
    actual = text(("19000m", None), ("2", "superscript"))
    result = pipeline.score(paper_with(actual, "≥20000平方米", tmp_path))
    assert result.evaluation is not None
    assert result.evaluation.indicators[0].actual.value == Decimal(19000)


@needs_libreoffice
@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_it_is_so_in_other_formats(suffix: str, tmp_path: Path) -> None:
    path = paper_with(text(("95", None), ("1", "superscript")), "≥100人", tmp_path)
    result = pipeline.score(converted(tmp_path, suffix, path))
    assert result.evaluation is not None
    assert result.evaluation.indicators[0].actual.value == Decimal(95)
    assert "R09" in {found.code for found in result.findings}
