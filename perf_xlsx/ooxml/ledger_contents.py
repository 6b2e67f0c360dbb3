"""The ledger: a very hidden sheet that records what scoring added to the workbook.

Hidden names point at the marked cells and the added sheets, so that they are found again after rows were inserted,
sheets renamed, or another program saved the file. Ledgers of earlier versions have no codes of contents.

A sheet of that name is a ledger only if its contents are; a defined name is ours only if a ledger says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count

from msgspec import Struct

from perf_xlsx.ooxml.book import Book, DefinedName, cell_name, parse_cell, quote_sheet
from perf_xlsx.ooxml.cells import Grid
from perf_xlsx.ooxml.contents import Codes, packed, unpacked
from perf_xlsx.ooxml.graft import add_name, add_sheet, all_sheet_names, free_sheet_name
from perf_xlsx.ooxml.look import Look
from perf_xlsx.ooxml.marks import Covered
from perf_xlsx.ooxml.markup import whole
from perf_xlsx.ooxml.note_text import NoteCodes
from perf_xlsx.ooxml.sheet_draft import SheetDraft
from perf_xlsx.ooxml.sheet_xml import worksheet_xml
from perf_xlsx.system.pattern import pattern

LEDGER = "_perf_xlsx_ledger"
MARK_NAME, SHEET_NAME = "_px_mark_", "_px_sheet_"
_LEDGERS = pattern(rf"{LEDGER}(?:\([0-9]{{1,4}}\))?")  # numbered if a sheet of the unit has the name
_MOST = 2_000_000  # characters of codes in a ledger: 500,000 cells of our sheets
_UNSEEN = Look("", 0, "", "")  # the default format of the workbook: nobody sees the sheet
_CODES = 5  # the first column of a sheet's codes


class Marked(Struct, frozen=True):
    """One mark that was set, and its note."""

    covered: Covered
    note: NoteCodes | None


class Added(Struct, frozen=True):
    """An added sheet: its name, the number of its charts, the codes of its contents (None: not recorded).

    `digest` is of the bytes that were written: while the sheet still has them, nobody need read it ("": not
    recorded).
    """

    name: str
    charts: int
    codes: Codes | None
    digest: str = ""


class RecordedMark(Struct, frozen=True):
    """One mark as recorded, under its defined name.

    `joined`: its note was added to one that was there before (None: not recorded, or no note).
    """

    name: str
    sheet: str
    cell: str
    colour: str
    fill: str
    apply: str | None
    joined: bool | None


class LedgerContents(Struct, frozen=True):
    """The contents of a ledger: marks, sheets by their defined names, codes of notes (None: not recorded)."""

    entries: list[RecordedMark]
    sheets: dict[str, Added]
    notes: Mapping[str, frozenset[str]] | None

    @property
    def names(self) -> set[str]:
        """The recorded defined names, case folded."""
        found = {*self.sheets, *(entry.name for entry in self.entries)}
        return {name.casefold() for name in found if name.startswith((MARK_NAME, SHEET_NAME))}


def write_record(book: Book, marks: Sequence[Marked], sheets: Sequence[Added]) -> None:
    """Record what was added on a ledger sheet, and define the names that lead there."""
    taken = {name.name.casefold() for name in book.defined_names()}
    rows, sheet_names = list[list[str]](), list[DefinedName]()
    for sheet, name in zip(sheets, _free_names(taken, SHEET_NAME), strict=False):
        sheet_names.append(DefinedName(name, f"{quote_sheet(sheet.name)}!$A$1", None, True))
        rows.append(["sheet", name, sheet.name, str(sheet.charts), *packed(sheet.codes or {})])
        rows.append(["bytes", name, sheet.digest])
    for done, name in zip(marks, _free_names(taken, MARK_NAME), strict=False):
        mark = done.covered.mark
        rows.append(_mark_row(done, name))
        row, column = parse_cell(mark.cell) or (1, 1)
        reference = f"{quote_sheet(mark.sheet)}!{cell_name(row - 1, column - 1, fixed=True)}"
        add_name(book, DefinedName(name, reference, None, True))
    for defined in sheet_names:
        add_name(book, defined)
    part = book.package.free_name("xl/worksheets/sheet{}.xml")
    book.package.write(part, worksheet_xml(_draft(rows), lambda look: 0, {}, book.space, book.relation_space))
    sheets_taken = {name.casefold() for name in all_sheet_names(book)}
    add_sheet(book, free_sheet_name(LEDGER, sheets_taken), part, "veryHidden")


def _free_names(taken: set[str], stem: str) -> Iterator[str]:
    """Names that are not `taken` in any scope: Excel does not tell capitals apart."""
    return (name for number in count(1) if (name := f"{stem}{number}").casefold() not in taken)


def _draft(rows: Sequence[Sequence[str]]) -> SheetDraft:
    draft = SheetDraft(LEDGER)
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if text:
                draft.text(number, column, text, _UNSEEN)
    return draft


def digest_of(data: bytes) -> str:
    """The digest of a sheet's bytes."""
    return hashlib.sha256(data).hexdigest()[:32]


def may_be_ledger(sheet: str) -> bool:
    """Whether a ledger may have this name."""
    return _LEDGERS.fullmatch(sheet) is not None


def find_ledger(sheets: Iterable[tuple[str, Grid]]) -> tuple[str, LedgerContents] | None:
    """The first of the sheets that is a ledger, with what it says."""
    for name, grid in sheets:
        if may_be_ledger(name) and (record := read_record(grid)).names:
            return name, record
    return None


def _mark_row(done: Marked, name: str) -> list[str]:
    mark, note = done.covered.mark, done.note or NoteCodes("", "")
    apply = done.covered.apply if done.covered.apply is not None else "-"
    joined = str(int(note.joined)) if done.note else ""
    return [
        "mark", name, mark.sheet, mark.cell, mark.colour, done.covered.fill, apply, note.ours, note.theirs, joined,
    ]  # fmt: skip


def read_record(ledger: Grid) -> LedgerContents:
    """Read a ledger, whichever version wrote it.

    A sheet with more codes than we ever write gets none: it counts as edited, and is retained.
    """
    rows: dict[int, dict[int, str]] = {}
    for (row, column), cell in sorted(ledger.cells.items()):
        rows.setdefault(row, {})[column] = str(cell.value)
    marks = [_Row(cells) for cells in rows.values() if cells.get(1) == "mark"]
    return LedgerContents(
        [_entry(mark) for mark in marks],
        _added(
            [cells for cells in rows.values() if cells.get(1) == "sheet"],
            {cells.get(2, ""): cells.get(3, "") for cells in rows.values() if cells.get(1) == "bytes"},
        ),
        _notes(marks),
    )


def _notes(marks: Iterable[_Row]) -> dict[str, frozenset[str]] | None:
    """The codes of our note texts, each with those of earlier notes in these cells; None if there is none."""
    notes: dict[str, set[str]] = {}
    for mark in marks:
        if mark[8]:
            notes.setdefault(mark[8], set()).add(mark[9])
    return {ours: frozenset(earlier) for ours, earlier in notes.items()} or None


class _Row(dict[int, str]):
    """The texts of a row by column, "" where there is none."""

    def __missing__(self, column: int) -> str:
        return ""


def _entry(row: _Row) -> RecordedMark:
    apply, joined = None if row[7] == "-" else row[7], None if row[10] == "" else row[10] == "1"
    return RecordedMark(row[2], row[3], row[4], row[5], row[6], apply, joined)


def _added(rows: Iterable[dict[int, str]], digests: Mapping[str, str]) -> dict[str, Added]:
    sheets, left = dict[str, Added](), _MOST
    for cells in rows:
        row, texts = _Row(cells), [text for column, text in cells.items() if column >= _CODES]
        left -= sum(map(len, texts))
        codes = None if not row[_CODES] else unpacked(texts) if left >= 0 else {}
        sheets[row[2]] = Added(row[3], whole(row[4]), codes, digests.get(row[2], ""))
    return sheets
