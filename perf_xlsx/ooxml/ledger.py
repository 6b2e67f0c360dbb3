"""What scoring adds to a workbook: recorded in the workbook, so that it can be removed; users' edits stay."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from lxml import etree
from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.ooxml.book import Book, Sheet, cell_name, parse_cell
from perf_xlsx.ooxml.cells import Cell, Grid, read_grid
from perf_xlsx.ooxml.contents import Codes, altered_on, codes_of_draft, codes_of_grid, has_more, written_on
from perf_xlsx.ooxml.graft import all_sheet_names, graft_sheets
from perf_xlsx.ooxml.ledger_contents import (
    Added,
    LedgerContents,
    Marked,
    RecordedMark,
    digest_of,
    find_ledger,
    may_be_ledger,
    write_record,
)
from perf_xlsx.ooxml.marks import Mark, SheetCells, any_styled, fill_cell
from perf_xlsx.ooxml.markup import named, space_of, whole
from perf_xlsx.ooxml.note_text import NoteAnswer
from perf_xlsx.ooxml.notes import Notes
from perf_xlsx.ooxml.package import Package
from perf_xlsx.ooxml.renaming import References, rename, retained_names
from perf_xlsx.ooxml.sheet_draft import SheetDraft
from perf_xlsx.ooxml.styles import Styles

SheetArea = tuple[str, int, int, int, int]


def annotate(package: Package, marks: Sequence[Mark], drafts: Sequence[SheetDraft], active: str) -> dict[str, str]:
    """Mark cells, add the drafted worksheets, open on `active`, and record all of it for `strip`.

    Returns the names of the added sheets by their titles.
    """
    book = Book(package)
    marked = _mark(book, marks)
    names = graft_sheets(book, drafts, active)
    parts = {sheet.name: sheet.part for sheet in book.sheets}
    added = [
        Added(name, int(draft.chart is not None), codes_of_draft(draft), digest_of(package.read(parts[name])))
        for draft, name in ((draft, names[draft.title]) for draft in drafts)
        if not draft.lasting
    ]
    write_record(book, marked, added)
    return names


def _mark(book: Book, marks: Sequence[Mark]) -> list[Marked]:
    styles, marked = Styles(book), []
    by_name = {sheet.name: sheet for sheet in book.sheets}
    grouped: dict[str, list[Mark]] = {}
    for mark in marks:
        grouped.setdefault(mark.sheet, []).append(mark)
    for name, on_sheet in grouped.items():
        if name not in by_name:
            continue
        cells = SheetCells(book, by_name[name])
        with Notes(book, by_name[name]) as notes:
            for mark in on_sheet:
                if (covered := fill_cell(cells, styles, mark)) is not None:
                    marked.append(Marked(covered, notes.add(mark.cell, mark.note) if mark.note else None))
    return marked


# ---- removing --------------------------------------------------------------------------------------------------


class Altered(Struct, frozen=True):
    """A cell of ours that somebody changed: what it holds now (None: nothing), and the code of what it held."""

    row: int
    column: int
    cell: Cell | None
    then: str


class RetainedSheet(Struct, frozen=True):
    """An added sheet that is not removed, because somebody edited it; from now on it belongs to the unit.

    `cells` are what was added (row, column, cell); `altered` are those that held something of ours.
    `has_objects`: it holds a picture, shape or note that scoring never writes. `only_referred`: it is retained
    only because formulas refer to its new name.
    """

    earlier_name: str
    sheet: Sheet
    cells: tuple[tuple[int, int, Cell], ...]
    has_objects: bool
    only_referred: bool
    altered: tuple[Altered, ...] = ()


class ReferringFormula(Struct, frozen=True):
    """A formula of the unit's that refers to an added sheet."""

    sheet: str
    row: int
    column: int
    text: str


class Stripped(Struct, frozen=True):
    """The unit's edits that were found in what scoring had added."""

    retained: tuple[RetainedSheet, ...]
    answers: tuple[NoteAnswer, ...]
    formulas: tuple[ReferringFormula, ...]


def strip(package: Package, was_added: Callable[[str, Grid], bool] = lambda name, grid: False) -> Stripped | None:
    """Remove everything that `annotate` added and restore the fills below the marks; None if there is no ledger.

    An added sheet that somebody edited is retained under another name. `was_added` tells by name and contents
    whether a sheet without marks was added by an earlier scoring: such a sheet keeps its colours.
    """
    book = Book(package)
    earlier = _find(book)
    if earlier is None:
        return None
    others = [sheet for sheet in book.sheets if sheet.name not in earlier.sheets]
    formulas = dict(_formulas(book, others, earlier.added))
    retained = list(_retained(book, earlier.added, set().union(*formulas.values())))
    _unmark(book, others, earlier.marks, was_added)
    answers = tuple(_strip_notes(book, others, earlier))
    _remove_sheets(book, earlier.sheets - {found.earlier_name for found in retained}, earlier.record.names)
    left = {found.earlier_name for found in retained if found.only_referred}
    referring = tuple(formula for formula, names in formulas.items() if names - left)
    return Stripped(_renamed(book, retained), answers, referring)


class _Marks:
    """The recorded marks where they are now. A copied sheet has defined names of its own for them."""

    def __init__(self, book: Book, entries: Sequence[RecordedMark], areas: Mapping[str, SheetArea | None]) -> None:
        self.colours = {entry.colour for entry in entries}
        self._notes_recorded = any(entry.joined is not None for entry in entries)
        self._cells = _placed(book, entries, areas)
        self._columns: dict[tuple[str, int], RecordedMark] = {}
        self._joined: dict[str, set[str]] = {}
        for (sheet, row, column), entry in self._cells.items():
            self._columns.setdefault((sheet, column), entry)
            if entry.joined:
                self._joined.setdefault(sheet, set()).add(cell_name(row - 1, column - 1))
        self.sheets = {sheet for sheet, _, _ in self._cells}

    def at(self, sheet: str, row: int, column: int) -> RecordedMark | None:
        """The mark of a cell; for one that was sorted or copied there, the first mark of its column."""
        return self._cells.get((sheet, row, column)) or self._columns.get((sheet, column))

    def joined(self, sheet: Sheet) -> set[str] | None:
        """The cells whose notes were there before scoring; None where the ledger does not say."""
        if not self._notes_recorded:
            return None
        return self._joined.get(sheet.name, set())


def _placed(
    book: Book, entries: Sequence[RecordedMark], areas: Mapping[str, SheetArea | None]
) -> dict[tuple[str, int, int], RecordedMark]:
    """The recorded marks by the cells to which their names lead now; without a name, by the recorded cell."""
    found: dict[tuple[str, int, int], RecordedMark] = {}
    for entry in entries:
        recorded = (entry.sheet, *(parse_cell(entry.cell) or (0, 0)), 0, 0)
        if (area := areas.get(entry.name, recorded)) is not None:
            found[area[:3]] = entry
    by_name = {entry.name: entry for entry in entries}
    for name in book.defined_names():
        copied = by_name.get(name.name) if name.local_sheet is not None else None
        if copied and (area := name.area()) is not None:
            found.setdefault(area[:3], copied)
    return found


class _Earlier(Struct, frozen=True):
    """What an earlier scoring added: its record, its sheets by their present names, and its marks."""

    ledger: str
    record: LedgerContents
    added: dict[str, Added]
    marks: _Marks

    @property
    def sheets(self) -> set[str]:
        """The names of the added sheets and of the ledger."""
        return {self.ledger, *self.added}


def _find(book: Book) -> _Earlier | None:
    found = find_ledger((s.name, read_grid(book, s)) for s in book.sheets if may_be_ledger(s.name))
    if found is None:
        return None
    ledger, record = found
    areas = {name.name: name.area() for name in book.defined_names() if name.local_sheet is None}
    added = {_sheet_of(areas.get(name)) or sheet.name: sheet for name, sheet in record.sheets.items()}
    return _Earlier(ledger, record, added, _Marks(book, record.entries, areas))


def _sheet_of(area: SheetArea | None) -> str | None:
    return area[0] if area else None


def _retained(book: Book, added: Mapping[str, Added], referred: Collection[str]) -> Iterator[RetainedSheet]:
    """The added sheets that are not removed; formulas refer to those that are `referred`."""
    for sheet in book.sheets:
        then = added.get(sheet.name)
        if then is None or then.codes is None:
            continue
        edited = _edited(book, sheet, then, then.codes)
        if edited is not None:
            yield edited
        elif sheet.name != then.name and sheet.name in referred:
            yield RetainedSheet(sheet.name, sheet, (), False, True)


def _edited(book: Book, sheet: Sheet, then: Added, was: Codes) -> RetainedSheet | None:
    """What somebody did on an added sheet; None for nothing. It is read only if its bytes are not ours."""
    more = has_more(book, sheet, then.charts)
    if not more and then.digest == digest_of(book.package.read(sheet.part)):
        return None
    grid = read_grid(book, sheet)
    codes = codes_of_grid(grid, was)
    if codes == was and not more:
        return None
    changed = altered_on(codes, was)
    cells = tuple((*at, grid.cells[at]) for at in written_on(codes, was) if at not in changed)
    altered = tuple(Altered(*at, grid.cells.get(at), code) for at, code in changed.items())
    return RetainedSheet(sheet.name, sheet, cells, more, False, altered)


def _renamed(book: Book, kept: Collection[RetainedSheet]) -> tuple[RetainedSheet, ...]:
    """The sheets that are kept, under the names that they are kept by."""
    names = retained_names(book, [found.earlier_name for found in kept if not found.only_referred])
    rename(book, names)
    sheets = {sheet.name: sheet for sheet in reversed(book.sheets)}
    return tuple(replace(found, sheet=sheets[names.get(found.earlier_name, found.earlier_name)]) for found in kept)


def _formulas(
    book: Book, sheets: list[Sheet], added: Iterable[str]
) -> Iterator[tuple[ReferringFormula, set[str]]]:
    """The formulas that refer to added sheets, with the names of these."""
    references = References(added)
    for sheet in sheets:
        referring = _referring(book.package.tree(sheet.part), references)
        for row, column, element in SheetCells(book, sheet).every() if referring else ():
            text = next((child.text or "" for child in named(element, "f")), "")
            if text in referring:
                yield ReferringFormula(sheet.name, row, column, text), referring[text]


def _referring(root: etree._Element, references: References) -> dict[str, set[str]]:
    """The formula texts of a sheet that refer to added sheets, with the names of these."""
    found = {element.text for element in root.iter(f"{space_of(root)}f") if element.text}
    texts = [text for text in found if "!" in text]
    if not references.may_be_in("\n".join(texts)):  # so it mostly is
        return {}
    return {text: names for text in texts if (names := references.names(text))}


def _strip_notes(book: Book, sheets: list[Sheet], earlier: _Earlier) -> Iterator[NoteAnswer]:
    for sheet in sheets:
        yield from Notes(book, sheet).strip(earlier.record.notes, earlier.marks.joined(sheet))


def _unmark(book: Book, sheets: list[Sheet], marks: _Marks, was_added: Callable[[str, Grid], bool]) -> None:
    """Restore the covered fills wherever the colours of marks are."""
    styles = Styles(book)
    coloured = {str(n) for n in range(len(styles.members("cellXfs"))) if styles.colour_of(n) in marks.colours}
    for sheet in sheets:
        if not any_styled(book.package.tree(sheet.part), coloured):
            continue
        found = SheetCells(book, sheet).styled(coloured)
        if sheet.name not in marks.sheets and was_added(sheet.name, read_grid(book, sheet)):
            continue
        for row, column, element in found:
            entry = marks.at(sheet.name, row, column)
            fill, apply = (entry.fill, entry.apply) if entry else ("", None)
            element.set("s", str(styles.with_fill_of(whole(element.get("s")), fill, apply)))
            book.package.touch(sheet.part)


def _remove_sheets(book: Book, titles: set[str], names: set[str]) -> None:
    """Remove worksheets by name, the parts that only they refer to, and the recorded defined names."""
    sheets = [sheet for sheet in book.sheets if sheet.name in titles]
    removed = sorted(sheet.index for sheet in sheets)
    elements = book.sheet_elements()
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
            view.set("activeTab", "0")  # not removed: `_open_on` would set it again at another place
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
