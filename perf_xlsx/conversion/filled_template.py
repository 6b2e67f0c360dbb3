"""A new template, filled in, and the places of its boxes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import clean
from perf_xlsx.domain.rounding import exact, plain
from perf_xlsx.forms.case import Fill
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.template.write import Template, build_template


class FilledTemplate:
    """The template that `fill` gives; its boxes are known by their names."""

    def __init__(self, fill: Fill, rules: Rulebook, workbook: str) -> None:
        self.template: Template = build_template(fill.form, fill.year, rules, fill)
        self.workbook = workbook

    @property
    def data(self) -> bytes:
        """The template as a file."""
        return self.template.data

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self.template.sheets)}

    def box(self, *path: str, row: int = 0) -> Place | None:
        """The place of a box by its path, in a column by its row from 0; None where the template has none."""
        area = self.template.cells.names.get("_".join(("px", *path)))
        if area is None:
            return None
        return Place(self.workbook, self._positions[area.sheet], area.top + row, area.left, area.sheet)

    def words(self, besides: Sequence[Place]) -> set[str]:
        """The texts that the template prints by itself."""
        typed = {(place.sheet, place.row, place.column) for place in besides}
        cells = self.template.cells
        found = {at: cells.value(at) for at in (*cells.typed, *cells.formulas)}
        own = (value for at, value in found.items() if at not in typed and value is not None)
        texts = (plain(exact(value)) if isinstance(value, Fraction) else clean(str(value)) for value in own)
        return {text for text in texts if text}
