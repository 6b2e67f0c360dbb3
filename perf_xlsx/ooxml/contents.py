"""A short code for the contents of each cell of a worksheet: the same whichever program saved the file.

A text and a number of the same characters have one code (programs turn "12" into 12); blanks and line ends do not
count (programs rewrite them). A code only has to show that a cell changed, so 24 bits are enough. Scored workbooks
hold these codes: if the code of a text changed, all of them would seem to have been edited.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from zlib import crc32

from lxml import etree

from perf_xlsx.ooxml.book import Book, Sheet
from perf_xlsx.ooxml.cells import Cell, Grid
from perf_xlsx.ooxml.markup import local, whole
from perf_xlsx.ooxml.note_shapes import draws
from perf_xlsx.ooxml.relationships import Relationship
from perf_xlsx.ooxml.sheet_draft import SheetDraft

Codes = Mapping[tuple[int, int], str]  # by row and column, both from 1
ContentRow = tuple[tuple[int, str], ...]  # columns with their codes
Numbered = tuple[int, ContentRow]

_EMPTY, _LENGTH = "AAAA", 4
SHORT = 60  # characters
_HAIR = 1e-14  # programs differ in the fifteenth digit
_CHUNK = 32_000  # characters: a cell holds no more than 32,767
_SAYS_NOTHING = ("/printerSettings", "/hyperlink", "/customProperty")  # relationships that other programs add
_ANCHORING = ("", "from", "to", "ext", "pos", "clientData")


def text_code(text: str) -> str:
    """The code of a text; "" if nothing of it is visible."""
    return _known(text) if len(text) <= SHORT else _code(text)


def _code(text: str) -> str:
    seen = text.replace(" ", "")
    if not seen.isprintable():
        seen = "".join(ch for ch in seen if ch.isprintable())
    if not seen:
        return ""
    code = b2a_base64(crc32(seen.encode("utf-8", "replace")).to_bytes(4, "big")[1:], newline=False).decode()
    return code if code != _EMPTY else "AAAB"


_known = lru_cache(1 << 13)(_code)  # heads and bases come again on every sheet; long texts do not


def codes_of_draft(draft: SheetDraft) -> Codes:
    """The codes of a sheet in the making."""
    return {
        (row + 1, column + 1): code
        for row, cells in draft.cells.items()
        for column, (value, _) in cells.items()
        if value is not None and (code := text_code(value if isinstance(value, str) else _number(value)))
    }


def codes_of_grid(grid: Grid, then: Codes) -> Codes:
    """The codes of a sheet that was read; a number may differ by a hair from what it was `then`."""
    return {at: code for at, cell in grid.cells.items() if (code := _read_code(cell, then.get(at, "")))}


def _read_code(cell: Cell, then: str) -> str:
    code = text_code(_shown(cell))
    if code != then and isinstance(cell.value, Decimal) and cell.formula is None:
        near = (text_code(_number(float(cell.value) * (1 + hair))) for hair in (_HAIR, -_HAIR))
        return next((other for other in near if other == then), code)
    return code


def _number(value: float) -> str:
    return f"{value + 0.0:.12g}"  # -0 is 0


def _shown(cell: Cell) -> str:
    if cell.formula is not None or cell.error is not None:  # we write neither
        return f"={cell.formula}{cell.error or ''}"
    value = cell.struck if cell.value is None else cell.value
    return _number(float(value)) if isinstance(value, Decimal) else str(value)


# ---- as it is written down -------------------------------------------------------------------------------------


def packed(codes: Codes) -> list[str]:
    """Codes as texts: the number of columns, then cell by cell, row by row."""
    height = max((row for row, _ in codes), default=0)
    width = max((column for _, column in codes), default=0)
    columns = range(1, width + 1)
    text = "".join(codes.get((row, column), _EMPTY) for row in range(1, height + 1) for column in columns)
    return [str(width), *(text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK))]


def unpacked(texts: Sequence[str]) -> Codes:
    """What `packed` was given."""
    text, width = "".join(texts[1:]), max(whole(texts[0]), 1)
    found = {}
    for number, start in enumerate(range(0, len(text), _LENGTH)):
        if (code := text[start : start + _LENGTH]) != _EMPTY:
            found[number // width + 1, number % width + 1] = code
    return found


# ---- what a person did -----------------------------------------------------------------------------------------


def written_on(now: Codes, then: Codes) -> list[tuple[int, int]]:
    """The cells with edits. A row that was only moved is no edit."""
    before = _by_row(then)
    known, columns = set(before.values()), {(column, code) for (_, column), code in then.items()}
    moved = {row for row, cells in _by_row(now).items() if cells in known}
    changed = [(row, column) for (row, column), code in sorted(now.items()) if then.get((row, column)) != code]
    agree = Counter(row for row, _ in now.keys() - changed)
    return [
        (row, column)
        for row, column in changed
        if row not in moved
        and (2 * agree[row] > len(before.get(row, ())) or (column, now[row, column]) not in columns)
    ]


def altered_on(now: Codes, then: Codes) -> dict[tuple[int, int], str]:
    """The cells that held something then, and now hold something else or nothing, with their codes of then.

    They are where `now` has them. A row that was moved or deleted is none, nor is one that was inserted, nor what
    a column still has, in another order: a list is sorted without the column of its numbers.
    """
    same, found = _permuted(now, then), dict[tuple[int, int], str]()
    for before, after in changed_rows(now, then):
        if before and after:
            (_, was), (row, cells) = before, after
            present = dict(cells)
            found |= {(row, at): code for at, code in was if at not in same and present.get(at) != code}
    return found


def _permuted(now: Codes, then: Codes) -> frozenset[int]:
    """The columns that have the same contents as they had, in whatever order."""
    counts: dict[int, Counter[str]] = {}
    for codes, sign in ((now, 1), (then, -1)):
        for (_, column), code in codes.items():
            counts.setdefault(column, Counter())[code] += sign
    return frozenset(column for column, count in counts.items() if not any(count.values()))


def changed_rows(now: Codes, then: Codes) -> Iterator[tuple[Numbered | None, Numbered | None]]:
    """The rows that differ, as they were and as they are now; None for one that was not there, or is no more.

    A row that was only moved does not differ.
    """
    gone, new, shifts = _unpaired(_by_row(then), _by_row(now))
    known = _only_there(gone)
    for row, cells in new.items():
        partner = _partner(row, cells, gone, known, shifts.get(row, 0))
        yield (None if partner is None else (partner, gone.pop(partner))), (row, cells)
    for left in gone.items():
        yield left, None


def _unpaired(
    then: dict[int, ContentRow], now: dict[int, ContentRow]
) -> tuple[dict[int, ContentRow], dict[int, ContentRow], dict[int, int]]:
    """The rows of either side that the other lacks; and how far the rows around each new one were moved."""
    places: dict[ContentRow, list[int]] = {}
    for row, cells in reversed(then.items()):
        places.setdefault(cells, []).append(row)
    gone, new, shifts, shift = dict(then), dict[int, ContentRow](), dict[int, int](), 0
    for row, cells in now.items():
        if then.get(row) == cells and row in gone:
            shift = 0
            del gone[row]
        elif (left := places.get(cells)) and (at := _next_left(left, gone, now)) is not None:
            shift = row - at
            del gone[at]
        else:
            new[row], shifts[row] = cells, shift
    return gone, new, shifts


def _next_left(rows: list[int], gone: Mapping[int, ContentRow], now: Mapping[int, ContentRow]) -> int | None:
    """The first of these rows that has no counterpart yet, nor one in its own place."""
    while rows:
        at = rows.pop()
        if at in gone and now.get(at) != gone[at]:
            return at
    return None


def _only_there(rows: Mapping[int, ContentRow]) -> dict[tuple[int, str], int]:
    """The contents that are in one of these rows alone, with that row."""
    counts = Counter(cell for cells in rows.values() for cell in cells)
    return {cell: row for row, cells in rows.items() for cell in cells if counts[cell] == 1}


def _partner(
    row: int, cells: ContentRow, gone: Mapping[int, ContentRow], known: Mapping[tuple[int, str], int], shift: int
) -> int | None:
    """The row that this one was: the one with which it shares most, or in whose place it stands."""
    votes = Counter(known[cell] for cell in cells if known.get(cell) in gone)
    likely = [one for one, _ in votes.most_common(2)]
    likely += [one for one in (row, row - shift) if one in gone and one not in likely]
    return max(likely, key=lambda one: len({*gone[one]}.intersection(cells)), default=None)


def _by_row(codes: Codes) -> dict[int, ContentRow]:
    rows: dict[int, list[tuple[int, str]]] = {}
    for (row, column), code in sorted(codes.items()):
        rows.setdefault(row, []).append((column, code))
    return {row: tuple(cells) for row, cells in rows.items()}


def has_more(book: Book, sheet: Sheet, charts: int) -> bool:
    """Whether an added sheet has what we never write: a picture, a shape, a note, a control, another chart."""
    return any(_is_more(book, relation, charts) for relation in book.package.relationships(sheet.part))


def _is_more(book: Book, relation: Relationship, charts: int) -> bool:
    if relation.type.endswith(_SAYS_NOTHING):
        return False
    if relation.external or relation.target not in book.package:
        return True
    if relation.type.endswith("/drawing"):
        objects = [child for anchor in book.package.tree(relation.target) for child in _objects(anchor)]
        return len(objects) > charts or any(kind != "graphicFrame" for kind in objects)
    return not relation.type.endswith("/vmlDrawing") or draws(book.package.read(relation.target))


def _objects(anchor: etree._Element) -> list[str]:
    """What hangs on an anchor of a drawing."""
    return [kind for child in anchor if (kind := local(child)) not in _ANCHORING]
