"""Formulas in boxes: whether the stored result is what the form's own boxes come to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from perf_xlsx.domain.quantity import parse_quantity
from perf_xlsx.ooxml.arithmetic import Area, computed
from perf_xlsx.ooxml.cells import Cell, Shared
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
        if isinstance(formula, Shared):
            off, formula = (address[1] - formula.at[0], address[2] - formula.at[1]), formula.base
        if not formula or not isinstance(cell.value, Decimal):
            return None
        return computed(formula, off, lambda sheet, area: self._values(sheet, area, address))

    def _values(self, name: str | None, area: Area, own: Address) -> Sequence[Decimal] | None:
        sheet = own[0] if name is None else self._sheet(name)
        if sheet is None or self.sheets.grids[sheet].partial:
            return None
        top, left, bottom, right = area
        if (top, left) == (bottom, right) and not self._is_box((sheet, top, left), own):
            return None
        found = []
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                cell = self.sheets.cell((sheet, row, column))
                if cell is None or (isinstance(cell.value, str) and not _counts(cell.value)):
                    continue
                if not isinstance(cell.value, Decimal) or not self._is_box((sheet, row, column), own):
                    return None
                found.append(cell.value)
        return found

    def _sheet(self, name: str) -> int | None:
        folded = name.casefold()
        return next((n for n, title in enumerate(self.sheets.names) if title.casefold() == folded), None)

    def _is_box(self, address: Address, own: Address) -> bool:
        if self._boxes is None:
            self._boxes = {*self.layout.boxes.values(), *self.layout.lines.values()}
        sheet, row, column = address
        tables = (t for t in self.layout.tables.values() if t.sheet == sheet and row in t.rows)
        listed = address in self._boxes or any(column in table.columns.values() for table in tables)
        return listed and address != own


def agrees(stored: Decimal, result: Fraction) -> bool:
    """Whether a stored number is the result, but for the digits that programs store."""
    return abs(Fraction(stored) - result) <= _HAIR * max(Fraction(1), abs(result))


def _counts(text: str) -> bool:
    """Whether a text may be meant as a number, which a spreadsheet does not count."""
    return parse_quantity(text) is not None or any(ch.isdigit() for ch in text)
