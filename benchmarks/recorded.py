"""What the product wrote, as plain cells and marks: so that the yardstick and the floor do the same work."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from perf_xlsx.model import Result
from perf_xlsx.workbook.marks import marks_of
from perf_xlsx.workbook.scored import SHEETS

Look = tuple[bool, float, str, str, bool, str]  # bold, size, ink, fill, border, horizontal


@dataclass(frozen=True)
class Sheet:
    """One of the three added sheets: its cells with their looks, merges, widths and heights."""

    title: str
    cells: tuple[tuple[int, int, Any, Look], ...]
    merges: tuple[str, ...]
    widths: tuple[tuple[str, float], ...]
    heights: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Work:
    """What has to be written for one return: fills and notes of cells, and the three sheets."""

    marks: tuple[tuple[str, str, str, str], ...]
    sheets: tuple[Sheet, ...]


def record(result: Result, scored: Path) -> Work:
    """The work that went into a scored workbook."""
    with warnings.catch_warnings(action="ignore"):
        book = openpyxl.load_workbook(scored)
    marks = tuple((mark.sheet, mark.cell, mark.colour, mark.note) for mark in marks_of(result.findings))
    return Work(marks, tuple(_sheet(book[title]) for title in SHEETS))


def _sheet(sheet: Any) -> Sheet:
    cells = tuple(
        (cell.row, cell.column, cell.value, _look(cell))
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None or cell.has_style
    )
    return Sheet(
        sheet.title,
        cells,
        tuple(str(area) for area in sheet.merged_cells.ranges),
        tuple((letter, size.width) for letter, size in sheet.column_dimensions.items()),
        tuple((row, size.height) for row, size in sheet.row_dimensions.items() if size.height),
    )


def _look(cell: Any) -> Look:
    fill = cell.fill.fgColor.rgb if cell.fill.fill_type else ""
    ink = cell.font.color.rgb if cell.font.color is not None and isinstance(cell.font.color.rgb, str) else ""
    return (
        bool(cell.font.bold),
        cell.font.size,
        ink,
        fill,
        cell.border.left.style is not None,
        cell.alignment.horizontal or "general",
    )
