"""Recognises sheets that an earlier scoring added: they show a form and are none."""

from __future__ import annotations

from collections.abc import Iterable

from perf_xlsx.forms import Form
from perf_xlsx.ooxml import RETAINED, Grid
from perf_xlsx.reading.grids import Workbook
from perf_xlsx.sheets.fixed_texts import EARLIER_PROGRAM, EARLIER_SIGNED, ORIGIN_HEADS, SCORED_BY, SCORED_HEADS
from perf_xlsx.sheets.origin import NO_PLACE

POINTS = ("weight", "claimed_points", "claimed_execution_points", "claimed_total", "claimed_grade")
MEASURED = ("target", "actual")  # columns by which rules compute points


def earlier_sheets(book: Workbook, grids: Iterable[Grid]) -> list[str]:
    """The names of such sheets; none of those to which the names of our template's boxes lead."""
    areas = [name.area() for name in book.defined_names() if name.name.startswith("px_")]
    boxes = {area[0] for area in areas if area}
    named = [(sheet.name, grid) for sheet, grid in zip(book.sheets, grids, strict=True)]
    return [name for name, grid in named if name not in boxes and is_ours(name, grid)]


def is_ours(name: str, grid: Grid) -> bool:
    """Whether scoring added a sheet: retained under that name, or a copy that still has our words."""
    if RETAINED in name:
        return True
    texts = _texts(grid)
    form = any(text.startswith(SCORED_BY) for text in texts)
    return form or _earlier_form(texts) or any(heads <= texts for heads in SCORED_HEADS)


def _earlier_form(texts: set[str]) -> bool:
    """Whether it is 自评表 as versions up to 0.2 wrote it."""
    return texts >= EARLIER_SIGNED and any(EARLIER_PROGRAM in text for text in texts)


def places_of(form: Form, keys: Iterable[str]) -> dict[str, str]:
    """The boxes of these keys that hold weights, the unit's own claims or what is measured, by their labels."""
    boxes = [box for block in form.blocks for box in block.fields]
    return {box.key: box.label for box in boxes if box.key in keys and box.key in (*POINTS, *MEASURED)}


def had_no_place(form: Form, grids: Iterable[Grid]) -> frozenset[str]:
    """Keys of such boxes that the original of a converted workbook had no place for, from 来源对照."""
    lists = (text for grid in grids if is_origin(grid) for text in _texts(grid) if NO_PLACE in text)
    labels = {label for text in lists for label in text.partition(NO_PLACE)[2].rstrip("。").split("、")}
    return frozenset(key for key, label in places_of(form, (*POINTS, *MEASURED)).items() if label in labels)


def is_origin(grid: Grid) -> bool:
    """Whether it is 来源对照, which stays through every scoring."""
    return _texts(grid).issuperset(ORIGIN_HEADS)


def _texts(grid: Grid) -> set[str]:
    return {cell.value for cell in grid.cells.values() if isinstance(cell.value, str)}
