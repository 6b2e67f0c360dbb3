"""What we add to a workbook, written down in it, so that it can be taken away again; what a person wrote stays."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.ooxml.book import Book, Sheet, cell_name, parse_cell
from perf_xlsx.ooxml.cells import Cell, Grid, read_grid
from perf_xlsx.ooxml.contents import codes_of_draft, codes_of_grid, has_more, written_on
from perf_xlsx.ooxml.draft import Draft
from perf_xlsx.ooxml.graft import all_sheet_names, graft_sheets, sheet_elements
from perf_xlsx.ooxml.marks import Mark, SheetCells, fill_cell
from perf_xlsx.ooxml.markup import named, whole
from perf_xlsx.ooxml.note_text import Answer
from perf_xlsx.ooxml.notes import Notes
from perf_xlsx.ooxml.package import Package
from perf_xlsx.ooxml.record import (
    Added,
    Entry,
    Marked,
    find_ledger,
    may_be_ledger,
    write_record,
)
from perf_xlsx.ooxml.renaming import References, kept_names, rename
from perf_xlsx.ooxml.styles import Styles

Areas = dict[str, tuple[str, int, int, int, int] | None]


def annotate(package: Package, marks: Sequence[Mark], drafts: Sequence[Draft], active: str) -> dict[str, str]:
    """Mark cells, add the drafted worksheets, open on `active`; all of it recorded for `strip`.

    Gives back the names that the added sheets have got.
    """
    book = Book(package)
    marked = _mark(book, marks)
    names = graft_sheets(book, drafts, active)
    added = [
        Added(names[draft.title], int(draft.chart is not None), codes_of_draft(draft))
        for draft in drafts
        if not draft.lasting
    ]
    write_record(book, marked, added)
    return names


def _mark(book: Book, marks: Sequence[Mark]) -> list[Marked]:
    styles, marked = Styles(book), []
    by_name = {sheet.name: sheet for sheet in book.sheets}
    for name in dict.fromkeys(mark.sheet for mark in marks):
        if name not in by_name:
            continue
        cells, notes = SheetCells(book, by_name[name]), Notes(book, by_name[name])
        for mark in (m for m in marks if m.sheet == name):
            done = fill_cell(cells, styles, mark)
            if done is not None:
                marked.append(Marked(done, notes.add(mark.cell, mark.note) if mark.note else None))
        notes.draw()
    return marked


# ---- taking away -----------------------------------------------------------------------------------------------


class RetainedSheet(Struct, frozen=True):
    """A sheet of ours that stays, because a person wrote on it; it is theirs from now on.

    `was` is its name before, `cells` what stands there that we did not write (row, column, cell), `more` whether
    something lies on it that is no cell, `referred` whether it stays only because formulas know its new name.
    """

    was: str
    sheet: Sheet
    cells: tuple[tuple[int, int, Cell], ...]
    more: bool
    referred: bool


class Formula(Struct, frozen=True):
    """A formula of theirs that refers to a sheet of ours."""

    sheet: str
    row: int
    column: int
    text: str


class Stripped(Struct, frozen=True):
    """What was found of a person's on what was ours."""

    kept: tuple[RetainedSheet, ...]
    answers: tuple[Answer, ...]
    formulas: tuple[Formula, ...]


def strip(package: Package, is_ours: Callable[[str, Grid], bool] = lambda name, grid: False) -> Stripped | None:
    """Take away everything that `annotate` added, and put back what the marks covered; None for nothing.

    A sheet of ours that a person wrote on is kept under another name. `is_ours` tells by name and contents a sheet
    that was once of ours: its colours are its own.
    """
    book = Book(package)
    recorded = find_ledger((s.name, read_grid(book, s)) for s in book.sheets if may_be_ledger(s.name))
    if recorded is None:
        return None
    ledger, record = recorded
    areas = {name.name: name.area() for name in book.defined_names() if name.local_sheet is None}
    ours = {(area[0] if (area := areas.get(name)) else added.name): added for name, added in record.sheets.items()}
    theirs = [sheet for sheet in book.sheets if sheet.name != ledger and sheet.name not in ours]
    formulas = list(_formulas(book, theirs, ours))
    referred = {name for _, names in formulas for name in names}
    kept = {
        sheet.name: found
        for sheet in book.sheets
        if sheet.name in ours and (found := _kept(book, sheet, ours[sheet.name], referred)) is not None
    }
    _unmark(book, theirs, record.entries, areas, is_ours)
    joined = _joined(book, record.entries, areas)
    answers = [
        answer
        for sheet in theirs
        for answer in Notes(book, sheet).strip(
            record.notes, None if joined is None else joined.get(sheet.name, ())
        )
    ]
    gone = ({ledger} | ours.keys()) - kept.keys()
    _remove_sheets(book, [sheet for sheet in book.sheets if sheet.name in gone], record.names)
    stays = {found.was for found in kept.values() if found.referred}
    return Stripped(
        _renamed(book, kept.values()),
        tuple(answers),
        tuple(formula for formula, names in formulas if names - stays),
    )


def _kept(book: Book, sheet: Sheet, added: Added, known: Collection[str]) -> RetainedSheet | None:
    """The sheet of ours as it is kept, if it is; `known` are those that formulas refer to."""
    if added.codes is None:
        return None
    grid, more = read_grid(book, sheet), has_more(book, sheet, added.charts)
    codes = codes_of_grid(grid, added.codes)
    referred = sheet.name != added.name and sheet.name in known
    if codes == added.codes and not more:
        return RetainedSheet(sheet.name, sheet, (), False, True) if referred else None
    cells = tuple((row, column, grid.cells[row, column]) for row, column in written_on(codes, added.codes))
    return RetainedSheet(sheet.name, sheet, cells, more, False)


def _renamed(book: Book, kept: Collection[RetainedSheet]) -> tuple[RetainedSheet, ...]:
    """The sheets that are kept, under the names that they are kept by."""
    names = kept_names(book, [found.was for found in kept if not found.referred])
    rename(book, names)
    sheets = {sheet.name: sheet for sheet in reversed(book.sheets)}
    return tuple(replace(found, sheet=sheets[names.get(found.was, found.was)]) for found in kept)


def _formulas(book: Book, sheets: list[Sheet], ours: Iterable[str]) -> Iterator[tuple[Formula, set[str]]]:
    """Their formulas that refer to sheets of ours, with the names of these."""
    references = References(ours)
    for sheet in sheets:
        root = book.package.tree(sheet.part)
        texts = {element.text for element in root.iter("{*}f") if element.text and "!" in element.text}
        known = {text: references.names(text) for text in texts}
        if not any(known.values()):
            continue
        for row, column, element in SheetCells(book, sheet).every():
            text = next((child.text or "" for child in named(element, "f")), "")
            if names := known.get(text):
                yield Formula(sheet.name, row, column, text), names


def _unmark(
    book: Book, sheets: list[Sheet], entries: list[Entry], areas: Areas, is_ours: Callable[[str, Grid], bool]
) -> None:
    """Put the covered fills back, wherever our colours stand.

    A mark that was sorted or copied elsewhere has no entry of its own: it gets the fill recorded in its column. A
    sheet that was copied has names of its own for them.
    """
    styles, colours = Styles(book), {entry.colour for entry in entries}
    placed, columns = _places(book, entries, areas)
    marked = {sheet for sheet, _, _ in placed}
    of_marks = {str(n) for n in range(len(styles.members("cellXfs"))) if styles.colour_of(n) in colours}
    for sheet in sheets:
        found = SheetCells(book, sheet).styled(of_marks)
        if found and sheet.name not in marked and is_ours(sheet.name, read_grid(book, sheet)):
            continue
        for row, column, element in found:
            entry = placed.get((sheet.name, row, column)) or columns.get((sheet.name, column))
            fill, apply = (entry.fill, entry.apply) if entry else ("", None)
            element.set("s", str(styles.with_fill_of(whole(element.get("s")), fill, apply)))
            book.package.touch(sheet.part)


def _joined(book: Book, entries: list[Entry], areas: Areas) -> dict[str, set[str]] | None:
    """By sheet, the cells whose notes were there before ours; None where the ledger does not say."""
    if all(entry.joined is None for entry in entries):
        return None
    found: dict[str, set[str]] = {}
    for (sheet, row, column), entry in _places(book, entries, areas)[0].items():
        if entry.joined:
            found.setdefault(sheet, set()).add(cell_name(row - 1, column - 1))
    return found


def _places(
    book: Book, entries: list[Entry], areas: Areas
) -> tuple[dict[tuple[str, int, int], Entry], dict[tuple[str, int], Entry]]:
    """The recorded marks by cell, and the first of each column."""
    placed: dict[tuple[str, int, int], Entry] = {}
    columns: dict[tuple[str, int], Entry] = {}
    copies = [(name.name, name.area()) for name in book.defined_names() if name.local_sheet is not None]
    known = {entry.name: entry for entry in entries}
    recorded = [(entry, (entry.sheet, *(parse_cell(entry.cell) or (0, 0)))) for entry in entries]
    for entry, cell in recorded:
        area = areas.get(entry.name, (*cell, 0, 0))
        if area is not None:
            placed[area[:3]] = entry
    for name, area in copies:
        if name in known and area is not None:
            placed.setdefault(area[:3], known[name])
    for (sheet, _, column), entry in placed.items():
        columns.setdefault((sheet, column), entry)
    return placed, columns


def _remove_sheets(book: Book, sheets: list[Sheet], names: set[str]) -> None:
    """Take worksheets away, with all that only they refer to, and the names of ours."""
    removed = sorted(sheet.index for sheet in sheets)
    elements = sheet_elements(book)
    for sheet in sheets:
        book.package.remove_with_related(sheet.part)
        for relation in book.package.relationships(book.part):
            if relation.target == sheet.part:
                book.package.remove_relationship(book.part, relation.id)
        elements[sheet.index].getparent().remove(elements[sheet.index])  # type: ignore[union-attr]
    book.sheets_changed()
    _renumber_names(book, removed, names)
    views = book.child("bookViews")
    for view in () if views is None else views:
        if whole(view.get("activeTab")) >= len(all_sheet_names(book)):
            view.set("activeTab", "0")  # not taken away: set again, it would stand elsewhere
    book.package.touch(book.part)


def _renumber_names(book: Book, removed: list[int], names: set[str]) -> None:
    listed = book.child("definedNames")
    for element in book.name_elements():
        name, index = element.get("name", ""), whole(element.get("localSheetId"), -1)
        if name.casefold() in names or index in removed:
            element.getparent().remove(element)  # type: ignore[union-attr]  # it was just found there
        elif index >= 0:
            element.set("localSheetId", str(index - sum(gone < index for gone in removed)))
    if listed is not None and len(listed) == 0:
        book.root.remove(listed)
