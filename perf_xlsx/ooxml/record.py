"""The ledger: a very hidden sheet in which stands what was added to the workbook.

Hidden names point at the marked cells and at our sheets, so that they are found again after rows were inserted,
sheets renamed, or another program saved the file. A ledger of an earlier version has no codes of contents.

What is called like ours need not be ours: a ledger is told by what stands in it, a name by the ledger alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count

from msgspec import Struct

from perf_xlsx.domain.place import column_name
from perf_xlsx.ooxml.book import Book, DefinedName, parse_cell, quote_sheet
from perf_xlsx.ooxml.cells import Grid
from perf_xlsx.ooxml.contents import Codes, packed, unpacked
from perf_xlsx.ooxml.graft import add_name, add_sheet, all_sheet_names, free_sheet_name
from perf_xlsx.ooxml.marks import Covered
from perf_xlsx.ooxml.markup import escaped, whole
from perf_xlsx.ooxml.note_text import NoteCodes
from perf_xlsx.system.pattern import pattern

LEDGER = "_perf_xlsx_ledger"
MARK_NAME, SHEET_NAME = "_px_mark_", "_px_sheet_"
_LEDGERS = pattern(rf"{LEDGER}(?:\([0-9]{{1,4}}\))?")  # numbered where a sheet of theirs is called so
_MOST = 2_000_000  # characters of codes in a ledger: 500,000 cells of our sheets
_COLUMNS = 10  # of a mark; a sheet's codes go as far as they need to,
_CODES = 5  # from this column on


class Marked(Struct, frozen=True):
    """One mark that was set, and its note."""

    covered: Covered
    note: NoteCodes | None


class Added(Struct, frozen=True):
    """One sheet that was added: its name, how many charts it has, what stands on it (None: not recorded)."""

    name: str
    charts: int
    codes: Codes | None


class Entry(Struct, frozen=True):
    """One mark as recorded, under its defined name.

    `joined` tells whether its note was joined to one that stood there (None: not recorded, or it has none).
    """

    name: str
    sheet: str
    cell: str
    colour: str
    fill: str
    apply: str | None
    joined: bool | None


class Record(Struct, frozen=True):
    """What a ledger says: marks, sheets by their defined names, the codes of notes (None: not recorded)."""

    entries: list[Entry]
    sheets: dict[str, Added]
    notes: Mapping[str, frozenset[str]] | None

    @property
    def names(self) -> set[str]:
        """The defined names of ours, as they compare."""
        found = {*self.sheets, *(entry.name for entry in self.entries)}
        return {name.casefold() for name in found if name.startswith((MARK_NAME, SHEET_NAME))}


def write_record(book: Book, marks: Sequence[Marked], sheets: Sequence[Added]) -> None:
    """Write down what was added, and define the names that lead there."""
    rows, sheet_names = [], []
    for sheet, name in zip(sheets, _free_names(book, SHEET_NAME), strict=False):
        sheet_names.append(DefinedName(name, f"{quote_sheet(sheet.name)}!$A$1", None, True))
        rows.append(["sheet", name, sheet.name, str(sheet.charts), *packed(sheet.codes or {})])
    for done, name in zip(marks, _free_names(book, MARK_NAME), strict=False):
        mark, note = done.covered.mark, done.note or NoteCodes("", "")
        apply = done.covered.apply if done.covered.apply is not None else "-"
        rows.append(["mark", name, mark.sheet, mark.cell, mark.colour, done.covered.fill, apply])
        rows[-1] += [note.ours, note.theirs, str(int(note.joined)) if done.note else ""]
        row, column = parse_cell(mark.cell) or (1, 1)
        reference = f"{quote_sheet(mark.sheet)}!${column_name(column)}${row}"
        add_name(book, DefinedName(name, reference, None, True))
    for defined in sheet_names:
        add_name(book, defined)
    part = book.package.free_name("xl/worksheets/sheet{}.xml")
    book.package.write(part, _sheet_xml(book, rows))
    taken = {name.casefold() for name in all_sheet_names(book)}
    add_sheet(book, free_sheet_name(LEDGER, taken), part, "veryHidden")


def _free_names(book: Book, stem: str) -> Iterator[str]:
    """Names that nothing is called in any scope: to Excel, capitals make no other name."""
    taken = {name.name.casefold() for name in book.defined_names()}
    return (name for number in count(1) if (name := f"{stem}{number}").casefold() not in taken)


def _sheet_xml(book: Book, rows: Sequence[Sequence[str]]) -> bytes:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            f'<c r="{column_name(column)}{number}" t="inlineStr">'
            f'<is><t xml:space="preserve">{escaped(text)}</t></is></c>'
            for column, text in enumerate(row, 1)
            if text
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    data = f'<worksheet xmlns="{book.space}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + data.encode()


def may_be_ledger(sheet: str) -> bool:
    """Whether a ledger may be called so."""
    return _LEDGERS.fullmatch(sheet) is not None


def find_ledger(sheets: Iterable[tuple[str, Grid]]) -> tuple[str, Record] | None:
    """The first of the sheets that is a ledger, with what it says."""
    for name, grid in sheets:
        if may_be_ledger(name) and (record := read_record(grid)).names:
            return name, record
    return None


def read_record(ledger: Grid) -> Record:
    """Read a ledger, whichever version wrote it.

    Where it holds more codes than we write, a sheet has none of them: it then counts as written on, and stays.
    """
    rows: dict[int, dict[int, str]] = {}
    for (row, column), cell in ledger.cells.items():
        rows.setdefault(row, {})[column] = str(cell.value)
    entries, sheets = [], {}
    notes: dict[str, set[str]] | None = None
    left = _MOST
    for _, cells in sorted(rows.items()):
        texts = [cells.get(column, "") for column in range(1, _COLUMNS + 1)]
        if texts[0] == "sheet":
            packed_codes = [text for column, text in sorted(cells.items()) if column >= _CODES]
            left -= sum(map(len, packed_codes))
            codes = None if not texts[_CODES - 1] else unpacked(packed_codes) if left >= 0 else {}
            sheets[texts[1]] = Added(texts[2], whole(texts[3]), codes)
        elif texts[0] == "mark":
            apply = None if texts[6] == "-" else texts[6]
            joined = None if texts[9] == "" else texts[9] == "1"
            entries.append(Entry(texts[1], texts[2], texts[3], texts[4], texts[5], apply, joined))
            if texts[7]:
                notes = notes or {}
                notes.setdefault(texts[7], set()).add(texts[8])
    kept = None if notes is None else {ours: frozenset(theirs) for ours, theirs in notes.items()}
    return Record(entries, sheets, kept)
