"""What the product writes, as plain cells and marks: so that the yardstick does the same work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perf_xlsx.domain.model import Result
from perf_xlsx.ooxml import Limits, Package, SeenCells, SheetDraft
from perf_xlsx.ooxml import Look as DraftLook
from perf_xlsx.scored.added_sheets import scored_sheets
from perf_xlsx.scored.marks import marks_of

Look = tuple[bool, float, str, str, bool, str, str]  # bold, size, ink, fill, border, horizontal, number format


@dataclass(frozen=True)
class Chart:
    """A bar chart: columns and rows count from 0."""

    title: str
    categories: int
    series: tuple[tuple[str, int], ...]
    rows: tuple[int, int]
    at: tuple[int, int]


@dataclass(frozen=True)
class Sheet:
    """One of the three added sheets. Rows and columns count from 0."""

    title: str
    cells: tuple[tuple[int, int, Any, Look], ...]
    merges: tuple[tuple[int, int, int, int], ...]
    links: tuple[tuple[int, int, str, str], ...]  # row, column, target, text
    widths: tuple[tuple[int, float], ...]
    heights: tuple[tuple[int, float], ...]
    chart: Chart | None


@dataclass(frozen=True)
class Work:
    """What has to be written for one return: fills and notes of cells, and the three sheets."""

    marks: tuple[tuple[str, str, str, str], ...]
    sheets: tuple[Sheet, ...]


def drafts_of(result: Result) -> tuple[SheetDraft, ...]:
    """The sheets that scoring adds."""
    return tuple(scored_sheets(result))


def record(result: Result, source: Path) -> Work:
    """The work that goes into the scored copy of a return."""
    seen = SeenCells(Package.open(source.read_bytes(), Limits()))
    drafts = drafts_of(result)
    marks = tuple((mark.sheet, mark.cell, mark.colour, mark.note) for mark in marks_of(result.findings, seen))
    return Work(marks, tuple(map(_sheet, drafts)))


def _sheet(draft: SheetDraft) -> Sheet:
    chart = draft.chart and Chart(
        draft.chart.title,
        draft.chart.names_at[1],
        tuple((one.name, one.column) for one in draft.chart.series),
        (draft.chart.first, draft.chart.first + len(draft.chart.categories) - 1),
        (draft.chart.row, draft.chart.column),
    )
    return Sheet(
        draft.title,
        tuple(
            (row, column, value, _look(look))
            for row, cells in sorted(draft.cells.items())
            for column, (value, look) in sorted(cells.items())
        ),
        tuple(draft.merges),
        tuple((link.row, link.column, f"'{link.sheet}'!{link.cell}", link.shown) for link in draft.links),
        tuple(draft.widths.items()),
        tuple(draft.heights.items()),
        chart,
    )


def _look(look: DraftLook) -> Look:
    colours = look.font_color, look.bg_color
    return (look.bold, look.font_size, *colours, look.border, look.align, look.num_format)
