"""A new template of ours, filled in, and where its boxes stand."""

from __future__ import annotations

from collections.abc import Sequence

from perf_xlsx.forms.case import Fill
from perf_xlsx.ooxml import Book, Package, read_grid
from perf_xlsx.place import Place
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.workbook.printed import HIDDEN_SHEET
from perf_xlsx.workbook.returned.sheets import Sheets
from perf_xlsx.workbook.template.write import write_template


class FilledTemplate:
    """The template that `fill` gives; its boxes are known by their names."""

    def __init__(self, fill: Fill, rules: Rulebook, workbook: str) -> None:
        book = Book(Package.open(write_template(fill.form, fill.year, rules, fill)))
        self.sheets = Sheets(book, [read_grid(book, sheet) for sheet in book.sheets], skip=(HIDDEN_SHEET,))
        self.workbook = workbook

    def box(self, *path: str, row: int = 0) -> Place | None:
        """The place of a box by its path, in a column by its row from 0; None where the template has none."""
        area = self.sheets.areas.get("_".join(("px", *path)))
        if area is None:
            return None
        position, title = self.sheets.positions[area.sheet], self.sheets.names[area.sheet]
        return Place(self.workbook, position, area.top + row, area.left, title)

    def words(self, besides: Sequence[Place]) -> set[str]:
        """The texts that the template prints by itself."""
        typed = {(place.sheet, place.row, place.column) for place in besides}
        return {
            str(cell.value)
            for title, grid in zip(self.sheets.names, self.sheets.grids, strict=True)
            for (row, column), cell in grid.cells.items()
            if (title, row, column) not in typed
        }
