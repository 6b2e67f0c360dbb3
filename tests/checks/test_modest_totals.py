"""A unit may claim less than a met target earns (I04, a warning): its points and its total are held together."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from perf_xlsx import pipeline
from tests.kit.outcome import findings_of
from tests.kit.published import PUBLISHED


def _corrected(folder: Path, **cells: float) -> Path:
    """A published form that claims 27 of 30 and 9 of 10 for met targets, with these cells changed."""
    book = openpyxl.load_workbook(PUBLISHED / "sx-jishan-yibao.xlsx")
    for cell, value in cells.items():
        book.active[cell] = value
    book.save(folder / "form.xlsx")
    return folder / "form.xlsx"


def test_who_keeps_the_points_is_told_what_the_total_must_be(tmp_path: Path) -> None:
    """Who corrected only the errors had rows of 95.77 and a total of 99.77, and nothing said so."""
    result = pipeline.score(_corrected(tmp_path, I7=9.91, H14=14.86, H20=99.77))
    told = findings_of(result, "I04")
    assert [one.place.cell for one in told] == ["H18", "H19"]
    assert all(one.advice.endswith("自评总分应填95.77（各项之和）。") for one in told)


def test_who_gives_full_points_has_nothing_left_to_correct(tmp_path: Path) -> None:
    result = pipeline.score(_corrected(tmp_path, I7=9.91, H14=14.86, H18=30, H19=10, H20=99.77))
    assert [f.code for f in result.findings if f.severity == "error" or f.code in ("I04", "T01", "T02")] == []
