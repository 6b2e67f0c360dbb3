"""Which cell is seen where another lies in a merge: the first of it; the others show no fill and no note."""

from __future__ import annotations

from perf_xlsx.ooxml.book import Book
from perf_xlsx.ooxml.cells import merged_areas
from perf_xlsx.ooxml.merges import Merges
from perf_xlsx.ooxml.package import Package


class SeenCells:
    """Looks up the cells of a workbook's sheets; a sheet is looked at when it is first asked for."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._parts = {sheet.name: sheet.part for sheet in Book(package).sheets}
        self._merges: dict[str, Merges] = {}

    def at(self, sheet: str, row: int, column: int) -> tuple[int, int]:
        """Row and column of the cell that is seen there."""
        if sheet not in self._merges:
            part = self._parts.get(sheet)
            self._merges[sheet] = Merges(merged_areas(self._package.tree(part)) if part else ())
        found = self._merges[sheet].at(row, column)
        return found[:2] if found else (row, column)
