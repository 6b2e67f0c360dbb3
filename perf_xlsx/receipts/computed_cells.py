"""The cells of our template that compute by themselves: which of them hold something else than their formula.

A score never rests on them, but a person may read them for it: 参考总分 stands below the claims.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from perf_xlsx.domain.place import column_name
from perf_xlsx.domain.rounding import exact, half_up, plain
from perf_xlsx.forms import form_names, load_form
from perf_xlsx.ooxml import Grid
from perf_xlsx.ooxml.cells import Cell
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.receipts.changes import EMPTY, Change
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from perf_xlsx.sheets.fixed_texts import HIDDEN_SHEET
from perf_xlsx.template.calculator import CellAddress, Cells, FormulaValue, Wrong
from perf_xlsx.template.write import build_template

EPOCH = datetime.date(1899, 12, 30)
CLOSE = Fraction(1, 10**6)  # what programs make of the last digits is no change
COMPUTED = "自动计算的格"


def overwritten(grids: Mapping[str, Grid], inputs: Collection[CellAddress]) -> Iterator[Change]:
    """The computed cells without their formula that do not show what it would; of a workbook with formulas.

    Only of sheets where each label of the template is in its place: others have rows inserted, or columns that a
    template made from data has. `inputs` are what was read as the unit's own, whatever the template has there.
    """
    ours = _template_cells(grids)
    if ours is None:
        return
    kept = {title for title, grid in grids.items() if title != HIDDEN_SHEET and _is_in_place(title, grid, ours)}
    replaced = {
        (title, row, column): cell
        for title, row, column in ours.formulas
        if title in kept
        and (title, row, column) not in inputs
        and (cell := grids[title].cells.get((row, column)))
        and _is_typed(cell)
    }
    if not replaced:
        return
    typed_over = {(title, row, column) for title, row, column in inputs if _holds_value(grids, title, row, column)}
    formulas = {at: formula for at, formula in ours.formulas.items() if at not in typed_over}
    typed = {**ours.typed, **dict(_beside(formulas, grids))}
    filled = Cells(typed, formulas, ours.names, ours.steps)  # anew: the results of the blank are known
    for at, cell in replaced.items():
        right = filled.value(at)
        if not (isinstance(right, Wrong) or _alike(_value(cell), right)):
            title, row, column = at
            yield Change(title, f"{column_name(column)}{row}", COMPUTED, _shown(right), as_shown(cell))


def _template_cells(grids: Mapping[str, Grid]) -> Cells | None:
    """The cells of the blank template that a workbook was made from; None where it is none of this version's."""
    hidden = grids.get(HIDDEN_SHEET)
    if hidden is None:
        return None
    texts = {at: str(cell.value) for at, cell in hidden.cells.items()}
    said = {texts.get((row, 1), ""): texts.get((row, 2), "") for row in range(1, 9)}
    name, rulebook, year = said.get("form", ""), said.get("rulebook", ""), said.get("year", "")
    if name not in form_names() or rulebook not in rulebook_names() or not (year.isdecimal() and year.isascii()):
        return None
    form = load_form(name)
    if form.original or form.version != said.get("version"):
        return None
    return build_template(form, int(year), load_rulebook(rulebook)).cells


def _is_in_place(title: str, grid: Grid, ours: Cells) -> bool:
    """Whether each label of the template stands where it did."""
    boxes = [area for area in ours.names.values() if area.sheet == title]
    return all(
        (cell := grid.cells.get((row, column))) is not None and _label(cell.value) == _label(value)
        for (sheet, row, column), (value, _) in ours.typed.items()
        if sheet == title
        and _label(value)
        and not any(a.top <= row <= (a.bottom or row) and a.left <= column <= a.right for a in boxes)
    )


def _label(value: object) -> str:
    """A label without its mark; which boxes must be filled in may depend on what a template was made from."""
    return value.rstrip(" *") if isinstance(value, str) else ""


def _is_typed(cell: Cell) -> bool:
    return cell.formula is None and cell.error is None and cell.value is not None


def _holds_value(grids: Mapping[str, Grid], title: str, row: int, column: int) -> bool:
    cell = grids[title].cells.get((row, column)) if title in grids else None
    return cell is not None and _is_typed(cell)


def _beside(
    formulas: Collection[CellAddress], grids: Mapping[str, Grid]
) -> Iterator[tuple[CellAddress, tuple[FormulaValue, str]]]:
    """What stands beside the formulas."""
    for title, grid in grids.items():
        if title != HIDDEN_SHEET:
            for (row, column), cell in grid.cells.items():
                if (title, row, column) not in formulas and cell.value is not None:
                    yield (title, row, column), (_value(cell), cell.number_format)


def _value(cell: Cell) -> FormulaValue:
    match cell.value:
        case Decimal() as number:
            return Fraction(number)
        case datetime.datetime() as moment:
            return Fraction((moment.date() - EPOCH).days)
        case datetime.date() as day:
            return Fraction((day - EPOCH).days)
        case str() | bool() as own:
            return own
    return None


def _alike(now: FormulaValue, right: FormulaValue) -> bool:
    """Whether a value is a formula's result. Texts (hints, checks) are not compared: they say what numbers do, in
    words that depend on what a template was made from."""
    if isinstance(now, Fraction) and isinstance(right, Fraction):
        return abs(now - right) <= CLOSE * max(Fraction(1), abs(right))
    if isinstance(now, str) and isinstance(right, str):
        return True
    return now == right


def _shown(value: FormulaValue) -> str:
    if isinstance(value, Fraction):
        return plain(half_up(exact(value), 15))
    return str(value) if value else EMPTY
