"""Formulas in boxes: whether the stored result is what the form's own boxes come to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product

from perf_xlsx.domain.quantity import parse_quantity
from perf_xlsx.ooxml.arithmetic import computed
from perf_xlsx.ooxml.cells import Cell, SharedFormula
from perf_xlsx.ooxml.merges import Span
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Layout

_HAIR = Fraction(1, 10**9)  # programs store fifteen digits


class Formulas:
    """Computes the formulas in the boxes of a located form, from the other boxes alone."""

    def __init__(self, sheets: Sheets, layout: Layout) -> None:
        self.sheets, self.layout = sheets, layout
        self._boxes: set[Address] | None = None

    def result(self, cell: Cell, address: Address) -> Fraction | None:
        """What a cell's formula comes to; None where it looks at anything but boxes, or is no plain arithmetic."""
        formula, off = cell.formula, (0, 0)
        if isinstance(formula, SharedFormula):
            off, formula = (address[1] - formula.at[0], address[2] - formula.at[1]), formula.base
        if not formula or not isinstance(cell.value, Decimal):
            return None
        return computed(formula, off, lambda sheet, area: self._values(sheet, area, address))

    def _values(self, name: str | None, area: Span, own: Address) -> Sequence[Decimal] | None:
        sheet = self._sheet(name, own)
        if sheet is None or self.sheets.grids[sheet].partial:
            return None
        top, left, bottom, right = area
        if (top, left) == (bottom, right) and not self._is_box((sheet, top, left), own):
            return None
        found = []
        for row, column in product(range(top, bottom + 1), range(left, right + 1)):
            cell = self.sheets.cell((sheet, row, column))
            if cell is None or _is_text(cell):
                continue
            if not isinstance(cell.value, Decimal) or not self._is_box((sheet, row, column), own):
                return None
            found.append(cell.value)
        return found

    def _sheet(self, name: str | None, own: Address) -> int | None:
        """The sheet with this name; the formula's own where it names none."""
        if name is None:
            return own[0]
        folded = name.casefold()
        return next((n for n, title in enumerate(self.sheets.names) if title.casefold() == folded), None)

    def _is_box(self, address: Address, own: Address) -> bool:
        if self._boxes is None:
            self._boxes = {*self.layout.boxes.values(), *self.layout.lines.values()}
        sheet, row, column = address
        tables = (t for t in self.layout.tables.values() if t.sheet == sheet and row in t.rows)
        listed = address in self._boxes or any(column in table.columns.values() for table in tables)
        return listed and address != own


def result_agrees(stored: Decimal, result: Fraction) -> bool:
    """Whether a stored number is the result, but for the digits that programs store."""
    return abs(Fraction(stored) - result) <= _HAIR * max(Fraction(1), abs(result))


def _is_text(cell: Cell) -> bool:
    """Whether it holds a text that nobody means as a number; a spreadsheet counts none."""
    text = cell.value
    return isinstance(text, str) and parse_quantity(text) is None and not any(map(str.isdigit, text))
