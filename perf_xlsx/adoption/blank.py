"""A filled form becomes a blank one: what a unit filled in goes, read or not; everything printed stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from perf_xlsx.adoption.answers import (
    PRINTED,
    answer_cells,
    is_calculated,
    is_filled,
    is_left_blank,
    left_over,
    names_value,
    unticked,
)
from perf_xlsx.adoption.roles import ANSWER
from perf_xlsx.adoption.source import SourceWorkbook
from perf_xlsx.adoption.surveyed_labels import Label, Survey, is_figure
from perf_xlsx.forms.form import HEADINGS, OTHER, TOTALS
from perf_xlsx.ooxml import Book
from perf_xlsx.ooxml.graft import calculate_on_load
from perf_xlsx.ooxml.marks import SheetCells
from perf_xlsx.ooxml.styles import Styles
from perf_xlsx.ooxml.typed_cells import TypedCells
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.official.column_contents import names_a_level
from perf_xlsx.reading.official.labels import core

NUMBERED = "序号"  # a column that every form prints
FULL = 100  # the sum of the weights, as it is printed in the row of the total


def filled_cells(found: Survey, sheets: Sheets) -> list[str]:
    """The addresses of the cells that a person has filled in."""
    return [sheets.shown(at)[1] for at in sorted(_filled(found, sheets))]


def blanked(source: SourceWorkbook, found: Survey, sheets: Sheets) -> bytes:
    """The workbook with what a person filled in cleared."""
    package = source.package()
    book = Book(package)
    sheet = next(one for one in book.sheets if one.name == sheets.names[found.sheet])
    cells = TypedCells(SheetCells(book, sheet), Styles(book))
    for at, text in _filled(found, sheets).items():
        cells.clear(at[1:])
        if text:
            cells.text(at[1:], text)
    if cells.forget_results():
        calculate_on_load(book)
    return package.to_bytes()


def emptied(labels: Iterable[Label], sheets: Sheets) -> Iterator[Label]:
    """The labels as they are on the blank form; answers that were cleared are no text of it any more."""
    for label in labels:
        cell = sheets.cell(label.at)
        if cell is not None and cell.label:
            yield replace(label, text=cell.label)


def kept_cells(found: Survey, sheets: Sheets) -> Iterator[str]:
    """What a blank form still holds beside its labels: names of levels by their column, all else by its cell."""
    kept, levels = list(_kept(found, sheets)), dict[Label, list[Address]]()
    columns = {one.column: one for one in found.labels if one.role.key in PRINTED and one.zone == "indicators"}
    for at in kept:
        if (label := columns.get(at[2])) and at[1] > label.at[1]:
            levels.setdefault(label, []).append(at)
    for label, spots in levels.items():
        first, last = (sheets.shown(at)[1] for at in (spots[0], spots[-1]))
        yield f"{label.role.words.partition('：')[2]}（{first if first == last else f'{first}:{last}'}）"
    named = {at for spots in levels.values() for at in spots}
    yield from (f"{sheets.shown(at)[1]}“{_text(at, sheets)[:20]}”" for at in kept if at not in named)


def _kept(found: Survey, sheets: Sheets) -> Iterator[Address]:
    labels = {label.at for label in found.labels}
    inside = {one.at for one in answer_cells(found, sheets) if one.inside}
    for at in _contents(found, sheets):
        if at not in labels and at not in inside and not is_left_blank(_text(at, sheets), found):
            yield at


def _filled(found: Survey, sheets: Sheets) -> Mapping[Address, str]:
    """Every cell that a person filled in, and the text that is left there once it is cleared."""
    known = answer_cells(found, sheets)
    left = {one.at: left_over(one, sheets) for one in known if is_filled(one, found, sheets)}
    printed = {one.at for one in known if one.key in PRINTED or is_calculated(one, sheets)}
    for at in _theirs(found, sheets, printed | left.keys()):
        left[at] = unticked(_text(at, sheets))
    return {at: text for at, text in left.items() if not _is_sum_of_weights(at, found, sheets)}


def _theirs(found: Survey, sheets: Sheets, known: Iterable[Address]) -> Iterator[Address]:
    """What belongs to no label that is read: whatever stands in the rows of a table, and every number."""
    known = {*known, *(label.at for label in found.labels if label.role.key != ANSWER)}
    rows, totals = _first_columns(found), _rows_of_totals(found)
    for at in _contents(found, sheets):
        text = _text(at, sheets)
        if at in known or is_left_blank(text, found):
            continue
        if at[1] in rows:
            if at[2] >= rows[at[1]] and not _is_printed_in_row(at, text, found, sheets):
                yield at
        elif at[1] not in totals and is_figure(text):
            yield at


def _first_columns(found: Survey) -> Mapping[int, int]:
    """For each row of a table the first column that has a header of its own: left of it are names."""
    rows: dict[int, int] = {}
    for block, table in found.tables.items():
        heads = (one for one in found.labels if one.zone == block and one.role.key != HEADINGS)
        first = min((one.column for one in heads), default=0)
        rows |= dict.fromkeys(table.rows, first)
    return rows


def _is_printed_in_row(at: Address, text: str, found: Survey, sheets: Sheets) -> bool:
    """Whether a text in a table is printed on every form: a level's name, a row's number, a value's name."""
    money = "funds" in found.tables and at[1] in found.tables["funds"].rows
    block = "funds" if money else "indicators"
    head = next((one for one in found.labels if one.zone == block and one.at[2] == at[2]), None)
    if money:
        return head is not None and names_value(at, head, sheets)
    return names_a_level(text) or (head is not None and core(head.text) == NUMBERED)


def _rows_of_totals(found: Survey) -> set[int]:
    return {one.at[1] for one in found.labels if (one.role.block, one.role.key) == (OTHER, TOTALS)}


def _is_sum_of_weights(at: Address, found: Survey, sheets: Sheets) -> bool:
    """Whether a cell in the row of the total is the printed sum of weights: 100, with the points right of it."""
    if at[1] not in _rows_of_totals(found) or not is_figure(_text(at, sheets)):
        return False
    later = (other for other in _contents(found, sheets) if other[1] == at[1] and other[2] > at[2])
    return _text(at, sheets) == str(FULL) and any(is_figure(_text(other, sheets)) for other in later)


def _contents(found: Survey, sheets: Sheets) -> Iterator[Address]:
    """The cells of the form's sheet that hold something typed in, from top to bottom."""
    for spot, cell in sorted(sheets.grids[found.sheet].cells.items()):
        if cell.value is not None and cell.formula is None:
            yield (found.sheet, *spot)


def _text(at: Address, sheets: Sheets) -> str:
    cell = sheets.cell(at)
    return "" if cell is None or cell.value is None else str(cell.value)
