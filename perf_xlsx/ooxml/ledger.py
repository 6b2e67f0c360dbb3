"""What we added to a workbook, written down in it, so that it can all be taken away again.

A very hidden sheet lists each mark with the fill it covered; hidden names point at the marked cells and at our
sheets, so that they are found again after rows were inserted, sheets renamed, or another program saved the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perf_xlsx.ooxml.book import Book, DefinedName, Sheet, parse_cell, quote_sheet
from perf_xlsx.ooxml.cells import read_grid
from perf_xlsx.ooxml.draft import Draft
from perf_xlsx.ooxml.graft import add_name, add_sheet, all_sheet_names, graft_sheets, sheet_elements
from perf_xlsx.ooxml.marks import Covered, Mark, SheetCells, fill_cell
from perf_xlsx.ooxml.markup import escaped, whole
from perf_xlsx.ooxml.notes import Notes
from perf_xlsx.ooxml.package import Package
from perf_xlsx.ooxml.styles import Styles
from perf_xlsx.place import column_name

LEDGER = "_perf_xlsx_ledger"
MARK_NAME, SHEET_NAME = "_px_mark_", "_px_sheet_"


def annotate(package: Package, marks: Sequence[Mark], drafts: Sequence[Draft], active: str) -> dict[str, str]:
    """Mark cells, add the drafted worksheets, open on `active`; all of it recorded for `strip`.

    Gives back the names that the added sheets have got.
    """
    book = Book(package)
    covered = _mark(book, marks)
    names = graft_sheets(book, drafts, active)
    _record(book, covered, list(names.values()))
    return names


def _mark(book: Book, marks: Sequence[Mark]) -> list[Covered]:
    styles, covered = Styles(book), []
    by_name = {sheet.name: sheet for sheet in book.sheets}
    for name in dict.fromkeys(mark.sheet for mark in marks):
        if name not in by_name:
            continue
        cells, notes = SheetCells(book, by_name[name]), Notes(book, by_name[name])
        for mark in (m for m in marks if m.sheet == name):
            done = fill_cell(cells, styles, mark)
            if done is not None:
                covered.append(done)
                if mark.note:
                    notes.add(mark.cell, mark.note)
        notes.draw()
    return covered


def _record(book: Book, covered: Sequence[Covered], sheets: Sequence[str]) -> None:
    rows = [["sheet", f"{SHEET_NAME}{n}", name] for n, name in enumerate(sheets, 1)]
    for number, done in enumerate(covered, 1):
        mark = done.mark
        apply = done.apply if done.apply is not None else "-"
        rows.append(["mark", f"{MARK_NAME}{number}", mark.sheet, mark.cell, mark.colour, done.fill, apply])
        row, column = parse_cell(mark.cell) or (1, 1)
        reference = f"{quote_sheet(mark.sheet)}!${column_name(column)}${row}"
        add_name(book, DefinedName(f"{MARK_NAME}{number}", reference, None, True))
    for number, name in enumerate(sheets, 1):
        add_name(book, DefinedName(f"{SHEET_NAME}{number}", f"{quote_sheet(name)}!$A$1", None, True))
    part = book.package.free_name("xl/worksheets/sheet{}.xml")
    book.package.write(part, _ledger_xml(book, rows))
    add_sheet(book, LEDGER, part, "veryHidden")


def _ledger_xml(book: Book, rows: Sequence[Sequence[str]]) -> bytes:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            f'<c r="{column_name(column)}{number}" t="inlineStr">'
            f'<is><t xml:space="preserve">{escaped(text)}</t></is></c>'
            for column, text in enumerate(row, 1)
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    data = f'<worksheet xmlns="{book.space}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + data.encode()


@dataclass(frozen=True)
class _Entry:
    """One mark as recorded."""

    name: str
    sheet: str
    cell: str
    colour: str
    fill: str
    apply: str | None


def strip(package: Package) -> bool:
    """Take away everything that `annotate` added, and put back what the marks covered; whether there was any."""
    book = Book(package)
    ledger = next((sheet for sheet in book.sheets if sheet.name == LEDGER), None)
    if ledger is None:
        return False
    entries, ours = _read_ledger(book, ledger)
    names = book.defined_names()
    areas = {name.name: name.area() for name in names}
    sheets = {name: found[0] if (found := areas.get(name)) else None for name in ours if name in areas}
    gone = {LEDGER} | {sheets.get(name) or recorded for name, recorded in ours.items()}
    kept = [sheet for sheet in book.sheets if sheet.name not in gone]
    _unmark(book, kept, entries, areas)
    for sheet in kept:
        Notes(book, sheet).strip()
    _remove_sheets(book, [sheet for sheet in book.sheets if sheet.name in gone])
    return True


def _read_ledger(book: Book, ledger: Sheet) -> tuple[list[_Entry], dict[str, str]]:
    cells = read_grid(book, ledger).cells
    entries, sheets = [], {}
    for row in sorted({row for row, _ in cells}):
        texts = [str(cell.value) if (cell := cells.get((row, column))) else "" for column in range(1, 8)]
        if texts[0] == "sheet":
            sheets[texts[1]] = texts[2]
        elif texts[0] == "mark":
            apply = None if texts[6] == "-" else texts[6]
            entries.append(_Entry(texts[1], texts[2], texts[3], texts[4], texts[5], apply))
    return entries, sheets


_Areas = dict[str, tuple[str, int, int, int, int] | None]


def _unmark(book: Book, sheets: list[Sheet], entries: list[_Entry], areas: _Areas) -> None:
    """Put the covered fills back, wherever our colours stand.

    A mark that was sorted or copied elsewhere has no entry of its own: it gets the fill recorded in its column.
    """
    styles, colours = Styles(book), {entry.colour for entry in entries}
    placed: dict[tuple[str, int, int], _Entry] = {}
    columns: dict[tuple[str, int], _Entry] = {}
    for entry in entries:
        area = (
            areas[entry.name] if entry.name in areas else (entry.sheet, *(parse_cell(entry.cell) or (0, 0)), 0, 0)
        )
        if area is not None:
            placed[area[:3]] = entry
            columns.setdefault((area[0], area[2]), entry)
    for sheet in sheets:
        cells = SheetCells(book, sheet)
        for row, column, element in cells.every():
            index = whole(element.get("s"))
            if styles.colour_of(index) not in colours:
                continue
            found = placed.get((sheet.name, row, column)) or columns.get((sheet.name, column))
            fill = styles.parsed_fill(found.fill if found else "")
            element.set("s", str(styles.with_fill(index, fill, found.apply if found else None)))
            book.package.touch(sheet.part)


def _remove_sheets(book: Book, sheets: list[Sheet]) -> None:
    """Take worksheets away, with all that only they refer to, and every name of ours."""
    removed = sorted(sheet.index for sheet in sheets)
    listed, elements = book.child("sheets"), sheet_elements(book)
    for sheet in sheets:
        book.package.remove_with_related(sheet.part)
        for relation in book.package.relationships(book.part):
            if relation.target == sheet.part:
                book.package.remove_relationship(book.part, relation.id)
        if listed is not None:
            listed.remove(elements[sheet.index])
    book.sheets_changed()
    _renumber_names(book, removed)
    views = book.child("bookViews")
    for view in () if views is None else views:
        if whole(view.get("activeTab")) >= len(all_sheet_names(book)):
            view.set("activeTab", "0")  # not taken away: set again, it would stand elsewhere
    book.package.touch(book.part)


def _renumber_names(book: Book, removed: list[int]) -> None:
    listed = book.child("definedNames")
    for element in [] if listed is None else list(listed):
        name, index = element.get("name", ""), whole(element.get("localSheetId"), -1)
        if name.startswith((MARK_NAME, SHEET_NAME)) or index in removed:
            element.getparent().remove(element)  # type: ignore[union-attr]  # it was just found there
        elif index >= 0:
            element.set("localSheetId", str(index - sum(gone < index for gone in removed)))
    if listed is not None and len(listed) == 0:
        book.root.remove(listed)
