"""Sheets that an earlier scoring added: they show a form, and are none."""

from __future__ import annotations

from perf_xlsx.ooxml import KEPT, Grid
from perf_xlsx.workbook.printed import ORIGIN_HEADS, PROGRAM, SCORED_HEADS


def is_ours(name: str, grid: Grid) -> bool:
    """Whether a sheet was once added by scoring: kept under that name, or a copy that still shows our words."""
    texts = _texts(grid)
    return KEPT in name or any(heads <= texts for heads in SCORED_HEADS) or any(PROGRAM in text for text in texts)


def is_origin(grid: Grid) -> bool:
    """Whether it is 来源对照, which stays through every scoring."""
    return _texts(grid) >= ORIGIN_HEADS


def _texts(grid: Grid) -> set[str]:
    return {cell.value for cell in grid.cells.values() if isinstance(cell.value, str)}
