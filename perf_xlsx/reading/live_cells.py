"""Cells that hold one of the template's own formulas."""

from __future__ import annotations

from perf_xlsx.ooxml import Cell
from perf_xlsx.ooxml.cells import SharedFormula
from perf_xlsx.sheets.fixed_texts import asks_by_name


def is_live(cell: Cell | None) -> bool:
    """Whether a cell holds one of the template's own formulas."""
    formula = cell.formula if cell else None
    return asks_by_name(formula.base if isinstance(formula, SharedFormula) else formula or "")
