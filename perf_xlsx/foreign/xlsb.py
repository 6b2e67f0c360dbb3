"""Binary workbooks (.xlsb, [MS-XLSB]): a zip of record streams, judged like an .xlsx.

Read by our own pass and not by a library: the ones there are give neither number formats (the witness whether
0.868 is 86.8%) nor formulas, and one of them allocates a sheet's whole rectangle before a limit can be set.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from math import isfinite

from msgspec import Struct, field

from perf_xlsx.domain.place import column_name
from perf_xlsx.foreign.original import CellCount, ForeignWorkbook, OutsideContent, extras_of_book
from perf_xlsx.ooxml import Cell, Grid, Limits, Package, PackageError
from perf_xlsx.ooxml.book import (
    BUILTIN_FORMATS,
    CellLook,
    CellText,
    DefinedName,
    Piece,
    Sheet,
    custom_properties,
    quote_sheet,
    runs_of,
)
from perf_xlsx.ooxml.cells import CellValue, cell_of, value_of
from perf_xlsx.ooxml.number_format import LONGEST

FORMAT = "Excel 二进制工作簿（.xlsb）"

# Records of [MS-XLSB] 2.3.2 that are read.
ROW, BLANK, COLUMNS, MERGE, STRING_ITEM = 0, 1, 60, 176, 19
RK, ERROR, BOOL, REAL, TEXT, SHARED, RICH = 2, 3, 4, 5, 6, 7, 62  # cells
FORMULAS = {8: TEXT, 9: REAL, 10: BOOL, 11: ERROR}
SHORT = {13: RK, 14: ERROR, 15: BOOL, 16: REAL, 17: TEXT, 18: SHARED}  # cells just right of the one before
SHORT_BLANK = 12
CELLS = frozenset((*range(1, 12), RICH, SHORT_BLANK, *SHORT))
ESCAPEMENTS = {1: "superscript", 2: "subscript"}
CROSSES_OUT = 8  # among a font's flags
BUNDLE, PROPERTIES, NAME, EXTERN_SHEET = 156, 153, 39, 362
OF_THE_BOOK = frozenset({BUNDLE, PROPERTIES, NAME, EXTERN_SHEET})
FORMAT_CODE, BEGIN_FORMATS, END_FORMATS, CELL_FORMAT, FONT = 44, 617, 618, 47, 43

LONGEST_TEXT = 32_767  # Excel's own limit
_STATES = {0: "visible", 1: "hidden", 2: "veryHidden"}
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


class _Book(Struct):
    """What the cells refer to."""

    strings: list[CellText] = field(default_factory=list)
    looks: list[CellLook] = field(default_factory=list)
    fonts: list[tuple[bool, str]] = field(default_factory=list)  # whether each crosses out, and raises
    date1904: bool = False


def read_xlsb(data: bytes, limits: Limits) -> ForeignWorkbook:
    """Read the workbook. Raises PackageError, or struct.error where a record is cut short."""
    package = Package.unzip(data, limits)
    main, count = package.main_part() or "", CellCount(limits)
    book = _book(package, main, count)
    stream = [one for one in records(package.read(main), count) if one[0] in OF_THE_BOOK]
    book.date1904 = any(code == PROPERTIES and body[0] & 1 for code, body in stream)
    listed = [_listed(body) for code, body in stream if code == BUNDLE]
    sheets, grids, extras = list[Sheet](), list[Grid](), list[OutsideContent]()
    for sheet, part in _worksheets(package, main, listed):
        sheets.append(sheet)
        count.begin(sheet.name)
        grids.append(_grid(package.read(part), book, count))
        extras += _extras_of_sheet(package, part, sheet.name, count)
    extras += _extras_of_package(package)
    defined = tuple(_names(stream, [title for title, *_ in listed]))
    return ForeignWorkbook(FORMAT, tuple(sheets), tuple(grids), defined, custom_properties(package), tuple(extras))


def _book(package: Package, main: str, count: CellCount) -> _Book:
    related = package.relationships(main)
    by_kind = {r.type.rpartition("/")[2]: r.target for r in related if r.target in package}
    book = _Book()
    if "styles" in by_kind:
        _styles(records(package.read(by_kind["styles"]), count), book)
    if "sharedStrings" in by_kind:
        items = records(package.read(by_kind["sharedStrings"]), count)
        book.strings = [_rich(body, 0, book) for code, body in items if code == STRING_ITEM]
    return book


def _listed(body: bytes) -> tuple[str, str, int, str]:
    """Title, state, number and relationship id of a sheet in the workbook's list."""
    state, number = struct.unpack_from("<II", body)
    id, at = _wide(body, 8)
    return _wide(body, at)[0], _STATES.get(state, "hidden"), number, id


def _worksheets(
    package: Package, main: str, listed: list[tuple[str, str, int, str]]
) -> Iterator[tuple[Sheet, str]]:
    """The listed worksheets that are in the package, each with the name of its part."""
    parts = {r.id: r.target for r in package.relationships(main) if r.type.endswith("/worksheet")}
    for index, (title, state, number, id) in enumerate(listed):
        part = parts.get(id)
        if part is not None and part in package:
            yield Sheet(title, "", state, index, number), part


def _extras_of_package(package: Package) -> Iterable[OutsideContent]:
    """Macros and signatures."""
    names = [name.lower() for name in package.names()]
    macros = any(name.endswith("vbaproject.bin") for name in names)
    return extras_of_book(macros, any("_xmlsignatures/" in name for name in names))


def records(data: bytes, count: CellCount) -> Iterator[tuple[int, bytes]]:
    """The records of a part: number and body. Raises PackageError where one is cut, or one too many."""
    at = 0
    while at < len(data):
        count.record()
        code, at = data[at], at + 1
        if code & 0x80 and at < len(data):
            code, at = code & 0x7F | data[at] << 7, at + 1
        size = shift = 0
        while True:
            if at >= len(data) or shift > 21:
                raise PackageError("damaged", "文件已损坏（记录不完整）")
            byte, at = data[at], at + 1
            size, shift = size | (byte & 0x7F) << shift, shift + 7
            if not byte & 0x80:
                break
        if at + size > len(data):
            raise PackageError("damaged", "文件已损坏（记录不完整）")
        yield code, data[at : at + size]
        at += size


def _wide(body: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends; a missing one (length -1) is ""."""
    (length,) = struct.unpack_from("<I", body, at)
    at += 4
    if length == 0xFFFFFFFF:
        return "", at
    if length > LONGEST_TEXT:
        raise PackageError("too_large", f"有一段文字超过 {LONGEST_TEXT} 字")
    end = at + 2 * length
    if end > len(body):
        raise PackageError("damaged", "文件已损坏（文字不完整）")
    return body[at:end].decode("utf-16-le", "replace"), end


def _rich(body: bytes, at: int, book: _Book) -> CellText:
    """A text after a flag: if it is set, runs follow the text, each with its start and font number."""
    text, end = _wide(body, at + 1)
    if not body[at] & 1 or end + 4 > len(body) or not any(out or raised for out, raised in book.fonts):
        return text
    count = min(struct.unpack_from("<I", body, end)[0], (len(body) - end - 4) // 4)
    runs = [struct.unpack_from("<HH", body, end + 4 + 4 * n) for n in range(count)]
    pieces: list[Piece] = []
    start = 0
    look: tuple[bool | None, str] = (None, "")
    for begins, font in (*runs, (len(text), 0)):
        pieces.append((text[start:begins], *look))
        start, look = max(start, begins), book.fonts[font] if font < len(book.fonts) else (False, "")
    return runs_of(pieces)


def _styles(found: Iterator[tuple[int, bytes]], book: _Book) -> None:
    """The number format of each cell style, and whether its font crosses out."""
    codes, inside = dict[int, str](), False
    for code, body in found:
        if code == FORMAT_CODE:
            codes[struct.unpack_from("<H", body)[0]] = _wide(body, 2)[0][:LONGEST]
        elif code in (BEGIN_FORMATS, END_FORMATS):
            inside = code == BEGIN_FORMATS
        elif code == FONT:
            flags, _, raised = struct.unpack_from("<HHH", body, 2)
            book.fonts.append((bool(flags & CROSSES_OUT), ESCAPEMENTS.get(raised, "")))
        elif code == CELL_FORMAT and inside:
            id, font = struct.unpack_from("<HH", body, 2)
            shown = codes.get(id) or BUILTIN_FORMATS.get(str(id), "General")
            book.looks.append(CellLook(shown, font < len(book.fonts) and book.fonts[font][0]))


def _grid(data: bytes, book: _Book, count: CellCount) -> Grid:
    merges, rows, columns = list[tuple[int, int, int, int]](), set[int](), list[tuple[int, int]]()
    row = column = 0
    for code, body in records(data, count):
        if code in CELLS:
            column, cell = _cell_in(code, body, column, book)
            if cell is not None:
                count.add(row + 1, column + 1, cell)
        elif code == ROW:
            (row,), column = struct.unpack_from("<I", body), -1
            if body[11] & 0x10:  # fDyZero: no height
                rows.add(row + 1)
        elif code == COLUMNS and body[16] & 1:
            first, last = struct.unpack_from("<II", body)
            columns.append((first + 1, last + 1))
        elif code == MERGE:
            top, bottom, left, right = struct.unpack_from("<IIII", body)
            merges.append((top + 1, left + 1, bottom + 1, right + 1))
    return count.grid(merges, rows, columns)


def _cell_in(code: int, body: bytes, before: int, book: _Book) -> tuple[int, Cell | None]:
    """A cell with its column; a short record has none and follows the cell `before`."""
    if code in SHORT or code == SHORT_BLANK:
        return before + 1, _cell(SHORT.get(code, BLANK), body[:4], body, 4, None, book)
    formula = "" if code in FORMULAS else None
    cell = _cell(FORMULAS.get(code, code), body[4:8], body, 8, formula, book)
    return int(struct.unpack_from("<I", body)[0]), cell


def _cell(kind: int, style: bytes, body: bytes, at: int, formula: str | None, book: _Book) -> Cell | None:
    index = int.from_bytes(style[:3], "little")
    code, struck = book.looks[index] if index < len(book.looks) else CellLook()
    if kind == ERROR:
        return Cell(None, formula, _ERRORS.get(body[at], "#VALUE!"), code)
    value = _value(kind, body, at, code, book)
    return None if value == "" else cell_of(value, formula, code, struck)  # a formula's empty text, too


def _value(kind: int, body: bytes, at: int, code: str, book: _Book) -> CellValue | CellText:
    """The value in a cell record of this kind; None for a blank cell."""
    if kind == RK:
        return _number(_rk(struct.unpack_from("<I", body, at)[0]), code, book)
    if kind == REAL:
        return _number(struct.unpack_from("<d", body, at)[0], code, book)
    if kind == BOOL:
        return bool(body[at])
    if kind == RICH:
        return _rich(body, at, book)
    if kind == TEXT:
        return _wide(body, at)[0]
    if kind == SHARED:
        (number,) = struct.unpack_from("<I", body, at)
        return book.strings[number] if number < len(book.strings) else None
    return None


def _number(number: float, code: str, book: _Book) -> CellValue:
    return value_of(number, code, book.date1904) if isfinite(number) else None


def _rk(raw: int) -> float:
    """A number packed into 30 bits: an integer or the upper part of a float, perhaps in hundredths."""
    if raw & 2:
        number = float(struct.unpack("<i", struct.pack("<I", raw))[0] >> 2)
    else:
        number = struct.unpack("<d", b"\0\0\0\0" + struct.pack("<I", raw & 0xFFFFFFFC))[0]
    return number / 100 if raw & 1 else number


def _extras_of_sheet(package: Package, part: str, title: str, count: CellCount) -> Iterator[OutsideContent]:
    for relation in package.relationships(part):
        count.record()
        if relation.type.endswith("/drawing"):
            yield OutsideContent("图片或图形", title)
        elif relation.type.endswith("/comments") and relation.target in package:
            at = ""
            for code, body in records(package.read(relation.target), count):
                if code == 635:  # BrtBeginComment: author, then the range
                    row, _, column = struct.unpack_from("<III", body, 4)
                    at = f"{column_name(column + 1)}{row + 1}"
                elif code == 637:  # BrtCommentText
                    yield OutsideContent("批注", title, at, _wide(body, 1)[0])


def _names(stream: list[tuple[int, bytes]], titles: list[str]) -> Iterator[DefinedName]:
    """Names that are one plain range of one sheet of this workbook."""
    sheets = _extern_sheets(stream)
    for body in (body for code, body in stream if code == NAME):
        flags, scope = struct.unpack_from("<I", body)[0], struct.unpack_from("<I", body, 5)[0]
        name, at = _wide(body, 9)
        size = struct.unpack_from("<I", body, at)[0]
        area = _area(body[at + 4 : at + 4 + size])
        sheet = sheets[area[0]] if area and area[0] < len(sheets) else -1
        if area is None or not 0 <= sheet < len(titles):
            continue
        _, top, bottom, left, right = area
        cells = f"${column_name(left + 1)}${top + 1}:${column_name(right + 1)}${bottom + 1}"
        local = None if scope == 0xFFFFFFFF else scope
        yield DefinedName(name, f"{quote_sheet(titles[sheet])}!{cells}", local, bool(flags & 1))


def _extern_sheets(stream: list[tuple[int, bytes]]) -> list[int]:
    """The positions of the sheets that formulas refer to, by the index (ixti) that they use."""
    sheets: list[int] = []
    for body in (body for code, body in stream if code == EXTERN_SHEET):
        count = min(struct.unpack_from("<I", body)[0], (len(body) - 4) // 12)
        sheets = [struct.unpack_from("<i", body, 8 + 12 * n)[0] for n in range(count)]
    return sheets


def _area(token: bytes) -> tuple[int, int, int, int, int] | None:
    """(ixti, top, bottom, left, right) of a formula that is one reference to a cell or range of a sheet."""
    if token[:1] in (b"\x3a", b"\x5a", b"\x7a") and len(token) == 9:
        sheet, row, column = struct.unpack_from("<HIH", token, 1)
        return sheet, row, row, column & 0x3FFF, column & 0x3FFF
    if token[:1] in (b"\x3b", b"\x5b", b"\x7b") and len(token) == 15:
        sheet, top, bottom, left, right = struct.unpack_from("<HIIHH", token, 1)
        return sheet, top, bottom, left & 0x3FFF, right & 0x3FFF
    return None
