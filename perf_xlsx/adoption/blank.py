"""A filled form becomes a blank one: answers go, everything printed stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from perf_xlsx.adoption.answers import answers, is_filled, left_over
from perf_xlsx.adoption.labels import Label, Survey
from perf_xlsx.adoption.source import Source
from perf_xlsx.ooxml import Book
from perf_xlsx.ooxml.marks import SheetCells
from perf_xlsx.ooxml.styles import Styles
from perf_xlsx.ooxml.typed_cells import TypedCells
from perf_xlsx.reading.grids import Sheets


def filled_cells(found: Survey, sheets: Sheets) -> list[str]:
    """The addresses of the cells that a person has filled in."""
    return [sheets.shown(one.at)[1] for one in answers(found, sheets) if is_filled(one, found, sheets)]


def blanked(source: Source, found: Survey, sheets: Sheets) -> bytes:
    """The workbook with its answers cleared."""
    package = source.package()
    book = Book(package)
    sheet = next(one for one in book.sheets if one.name == sheets.names[found.sheet])
    cells = TypedCells(SheetCells(book, sheet), Styles(book))
    for answer in answers(found, sheets):
        if is_filled(answer, found, sheets):
            cells.clear(answer.at[1:])
            if text := left_over(answer, sheets):
                cells.text(answer.at[1:], text)
    return package.to_bytes()


def emptied(labels: Iterable[Label], sheets: Sheets) -> Iterator[Label]:
    """The labels as they are on the blank form; answers that were cleared are no text of it any more."""
    for label in labels:
        cell = sheets.cell(label.at)
        if cell is not None and cell.label:
            yield replace(label, text=cell.label)
