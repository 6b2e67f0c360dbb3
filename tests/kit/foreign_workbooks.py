"""Workbooks in formats that nothing at hand can write, made record by record from a filled .xlsx.

.xlsb as [MS-XLSB], Excel 5.0/95 as BIFF5 in an OLE container, and the strict form of OOXML. LibreOffice and
python-calamine, which know nothing of this module, read them in tests/foreign/test_same_as_xlsx.py.
"""

from __future__ import annotations

import datetime
import struct
from collections.abc import Iterable
from decimal import Decimal

from perf_xlsx.ooxml import Book, Cell, Grid, Package, read_grid
from tests.kit.parts import unzipped, zipped

TYPES = "application/vnd.ms-excel.{}"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}
STATES = {"visible": 0, "hidden": 1, "veryHidden": 2}


def contents(data: bytes) -> tuple[Book, list[Grid]]:
    """What stands in an .xlsx."""
    book = Book(Package.open(data))
    return book, [read_grid(book, sheet) for sheet in book.sheets]


def number_of(value: object) -> float | None:
    """A number or date as it is stored; None for text and truth values."""
    if isinstance(value, datetime.date):
        moment = (
            value if isinstance(value, datetime.datetime) else datetime.datetime.combine(value, datetime.time())
        )
        return (moment - datetime.datetime(1899, 12, 30)).total_seconds() / 86_400
    return float(value) if isinstance(value, Decimal) else None


# ---- .xlsb ------------------------------------------------------------------------------------------------------


def record(code: int, body: bytes = b"") -> bytes:
    """One record of a binary part."""
    head = bytes([code]) if code < 128 else bytes([code & 0x7F | 0x80, code >> 7])
    size, length = len(body), b""
    while True:
        size, low = size >> 7, size & 0x7F
        length += bytes([low | 0x80 if size else low])
        if not size:
            return head + length + body


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def xlsb(data: bytes) -> bytes:
    """The same sheets, values, formats, merges, names and hidden rows and columns as an .xlsx, as an .xlsb."""
    book, grids = contents(data)
    codes = list(dict.fromkeys(["General", *(cell.number_format for g in grids for cell in g.cells.values())]))
    strings = list(
        dict.fromkeys(
            c.value for g in grids for c in g.cells.values() if isinstance(c.value, str) and c.formula is None
        )
    )
    parts = {
        "xl/workbook.bin": _xlsb_book(book),
        "xl/styles.bin": _xlsb_styles(codes),
        "xl/sharedStrings.bin": record(159, struct.pack("<II", len(strings), len(strings)))
        + b"".join(record(19, b"\0" + wide(text)) for text in strings)
        + record(160),
    }
    kinds = {"styles": "styles", "sharedStrings": "sharedStrings"}
    related = [(f"rId{900 + n}", RELATION.format(kind), f"{kind}.bin") for n, kind in enumerate(kinds)]
    overrides = {
        "xl/workbook.bin": TYPES.format("sheet.binary.macroEnabled.main"),
        "xl/styles.bin": TYPES.format("styles"),
        "xl/sharedStrings.bin": TYPES.format("sharedStrings"),
    }
    for number, grid in enumerate(grids, 1):
        name = f"worksheets/sheet{number}.bin"
        parts[f"xl/{name}"] = _xlsb_sheet(grid, codes, strings)
        related.append((f"rId{number}", RELATION.format("worksheet"), name))
        overrides[f"xl/{name}"] = TYPES.format("worksheet")
    parts["xl/_rels/workbook.bin.rels"] = _relations(related)
    parts["_rels/.rels"] = _relations([("rId1", RELATION.format("officeDocument"), "xl/workbook.bin")])
    listed = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in overrides.items())
    parts["[Content_Types].xml"] = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{listed}</Types>"
    ).encode()
    return zipped(parts)


def _relations(related: Iterable[tuple[str, str, str]]) -> bytes:
    listed = "".join(f'<Relationship Id="{id}" Type="{kind}" Target="{to}"/>' for id, kind, to in related)
    return f'<Relationships xmlns="{RELATIONS}">{listed}</Relationships>'.encode()


def _xlsb_book(book: Book) -> bytes:
    out = record(131) + record(153, struct.pack("<III", 0, 0, 0)) + record(143)
    for number, sheet in enumerate(book.sheets, 1):
        ids = struct.pack("<II", STATES[sheet.state], number)
        out += record(156, ids + wide(f"rId{number}") + wide(sheet.name))
    titles = [sheet.name for sheet in book.sheets]
    sheets = b"".join(struct.pack("<Iii", 0, n, n) for n in range(len(titles)))
    out += record(144) + record(353) + record(357)
    out += record(362, struct.pack("<I", len(titles)) + sheets) + record(354)
    for name in book.defined_names():
        area = name.area()
        if area is None or name.local_sheet is not None:
            continue
        title, top, left, bottom, right = area
        token = struct.pack("<BHIIHH", 0x3B, titles.index(title), top - 1, bottom - 1, left - 1, right - 1)
        body = struct.pack("<IBI", int(name.hidden), 0, 0xFFFFFFFF) + wide(name.name)
        out += record(39, body + struct.pack("<I", len(token)) + token + struct.pack("<II", 0, 0xFFFFFFFF))
    return out + record(132)


def _xlsb_styles(codes: list[str]) -> bytes:
    out = record(278) + record(615, struct.pack("<I", len(codes)))
    out += b"".join(record(44, struct.pack("<H", 164 + n) + wide(code)) for n, code in enumerate(codes))
    out += record(616) + record(626, struct.pack("<I", 1))
    out += record(47, struct.pack("<HHHHHBBHBB", 0xFFFF, 0, 0, 0, 0, 0, 0, 0x1000, 0, 0))  # cell style formats
    out += record(627) + record(617, struct.pack("<I", len(codes)))
    for n in range(len(codes)):
        out += record(47, struct.pack("<HHHHHBBHBB", 0, 164 + n, 0, 0, 0, 0, 0, 0x1000, 1, 0))
    return out + record(618) + record(279)


def _xlsb_sheet(grid: Grid, codes: list[str], strings: list[object]) -> bytes:
    rows, columns = max((r for r, _ in grid.cells), default=1), max((c for _, c in grid.cells), default=1)
    out, last = record(129) + record(148, struct.pack("<IIII", 0, rows - 1, 0, columns - 1)), 0
    if grid.hidden_columns:
        spans = ((first - 1, end - 1, 2048, 0, 1) for first, end in grid.hidden_columns)
        out += record(390) + b"".join(record(60, struct.pack("<IIIIH", *span)) for span in spans) + record(391)
    out += record(145)
    for (row, column), cell in sorted(grid.cells.items()):
        if row != last:
            unseen = 0x10 if row in grid.hidden_rows else 0
            out += record(0, struct.pack("<IIHBBBI", row - 1, 0, 300, 0, unseen, 0, 0))
            last = row
        out += _xlsb_cell(column, cell, codes, strings)
    out += record(146)
    if grid.merges:
        out += record(177, struct.pack("<I", len(grid.merges)))
        for top, left, bottom, right in grid.merges:
            out += record(176, struct.pack("<IIII", top - 1, bottom - 1, left - 1, right - 1))
        out += record(178)
    return out + record(130)


def _xlsb_cell(column: int, cell: Cell, codes: list[str], strings: list[object]) -> bytes:
    at = struct.pack("<II", column - 1, codes.index(cell.number_format))
    one = b"\x1e\x01\x00"  # every formula is =1 here: none is ever computed again
    tail = struct.pack("<HI", 0, len(one)) + one + struct.pack("<I", 0) if cell.formula is not None else b""
    shift = 7 if cell.formula is not None else 0  # text 8, number 9, truth 10, error 11
    if cell.error is not None:
        return record(11 if shift else 3, at + bytes([ERRORS[cell.error]]) + tail)
    if isinstance(cell.value, bool):
        return record(10 if shift else 4, at + bytes([cell.value]) + tail)
    number = number_of(cell.value)
    if number is None:
        text = str(cell.value or "")
        return (
            record(8, at + wide(text) + tail) if shift else record(7, at + struct.pack("<I", strings.index(text)))
        )
    if not shift and number == int(number) and abs(number) < 2**28:
        return record(2, at + struct.pack("<i", int(number) << 2 | 2))
    if not shift and round(number * 100) / 100 == number and abs(number) < 2**20:
        return record(2, at + struct.pack("<i", round(number * 100) << 2 | 3))
    return record(9 if shift else 5, at + struct.pack("<d", number) + tail)


# ---- Excel 5.0/95 -----------------------------------------------------------------------------------------------


def biff5(data: bytes) -> bytes:
    """The sheets, values, formats, merges and hidden rows and columns of an .xlsx as BIFF5 of a Chinese Excel 95 (code page 936).

    Texts are cut to 255 bytes, the most that BIFF5 holds; names are left out.
    """
    book, grids = contents(data)
    codes = list(dict.fromkeys(["General", *(cell.number_format for g in grids for cell in g.cells.values())]))
    head = _biff(0x0809, struct.pack("<HHHH", 0x0500, 0x0005, 0x096C, 0x07C9)) + _biff(
        0x0042, struct.pack("<H", 936)
    )
    font = struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 134, 0) + b"\x05Arial"
    head += _biff(0x0031, font) * 4
    for number, code in enumerate(codes):
        head += _biff(0x041E, struct.pack("<H", 164 + number) + _bytes(code))
    head += _biff(0x00E0, struct.pack("<HHHHHHHH", 0, 0, 0xFFF5, 0x20, 0, 0, 0, 0)) * 15
    for number in range(len(codes)):
        head += _biff(0x00E0, struct.pack("<HHHHHHHH", 0, 164 + number, 1, 0x20, 0, 0, 0, 0))
    bodies = [_biff5_sheet(grid, codes) for grid in grids]
    titles = [(_bytes(sheet.name), STATES[sheet.state]) for sheet in book.sheets]
    at = len(head) + sum(4 + 6 + len(title) for title, _ in titles) + 4
    for (title, state), body in zip(titles, bodies, strict=True):
        head += _biff(0x0085, struct.pack("<IH", at, state) + title)
        at += len(body)
    return ole(head + _biff(0x000A) + b"".join(bodies), "Book")


def _biff(code: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", code, len(body)) + body


def _bytes(text: str, long: bool = False) -> bytes:
    raw = text.encode("gbk", "replace")[:255].decode("gbk", "ignore").encode("gbk")
    return struct.pack("<H" if long else "<B", len(raw)) + raw


def _biff5_sheet(grid: Grid, codes: list[str]) -> bytes:
    rows, columns = max((r for r, _ in grid.cells), default=1), max((c for _, c in grid.cells), default=1)
    out = _biff(0x0809, struct.pack("<HHHH", 0x0500, 0x0010, 0x096C, 0x07C9))
    out += _biff(0x0200, struct.pack("<HHHHH", 0, rows, 0, columns, 0))
    for first, end in grid.hidden_columns:
        out += _biff(0x007D, struct.pack("<HHHHHH", first - 1, end - 1, 2048, 15, 1, 0))
    for row in sorted(grid.hidden_rows):
        out += _biff(0x0208, struct.pack("<HHHHHHHH", row - 1, 0, columns, 300, 0, 0, 0x20, 15))
    for (row, column), cell in sorted(grid.cells.items()):
        at = struct.pack("<HHH", row - 1, column - 1, 15 + codes.index(cell.number_format))
        number = number_of(cell.value)
        if cell.formula is not None and number is not None:
            out += _biff(0x0006, at + struct.pack("<dHI", number, 0, 0) + struct.pack("<H", 3) + b"\x1e\x01\x00")
        elif cell.formula is not None:
            out += _biff(0x0006, at + b"\0\0\0\0\0\0\xff\xff" + bytes(6) + struct.pack("<H", 3) + b"\x1e\x01\x00")
            out += _biff(0x0207, _bytes(str(cell.value or ""), long=True))
        elif number is not None:
            out += _biff(0x0203, at + struct.pack("<d", number))
        else:
            out += _biff(0x0204, at + _bytes(str(cell.value), long=True))
    for top, left, bottom, right in grid.merges:
        out += _biff(0x00E5, struct.pack("<HHHHH", 1, top - 1, bottom - 1, left - 1, right - 1))
    return out + _biff(0x000A)


def ole(stream: bytes, name: str) -> bytes:
    """An OLE container with one stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    tables = -(-(sectors + 2) // 127)
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    chain = [n + 1 for n in range(sectors)]
    chain[-1] = end
    table = [*chain, end, *([0xFFFFFFFD] * tables)]
    table += [free] * (tables * 128 - len(table))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    )
    header += struct.pack("<IIIIIIIII", 0, tables, sectors, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", *[sectors + 1 + n for n in range(tables)], *[free] * (109 - tables))
    directory = (
        _entry("Root Entry", 5, 1, end, 0) + _entry(name, 2, free, 0, len(stream)) + _entry("", 0, free, 0, 0) * 2
    )
    return header + stream + directory + struct.pack(f"<{len(table)}I", *table)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0" if name else b""
    head = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return head + bytes(16 + 4 + 16) + struct.pack("<IQ", start, size)


# ---- strict OOXML -----------------------------------------------------------------------------------------------

STRICT = {
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships/customProperties"
    ),
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships/extendedProperties"
    ),
    "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties": (
        "http://purl.oclc.org/ooxml/officeDocument/customProperties"
    ),
    "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties": (
        "http://purl.oclc.org/ooxml/officeDocument/extendedProperties"
    ),
    "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes": (
        "http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes"
    ),
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "http://purl.oclc.org/ooxml/drawingml/main",
}


def strict(data: bytes) -> bytes:
    """An .xlsx in the strict form, as Excel saves it: other namespaces, and the workbook says so."""
    parts = unzipped(data)
    for name, part in parts.items():
        for loose, tight in STRICT.items():
            part = part.replace(loose.encode(), tight.encode())
        parts[name] = (
            part.replace(b"<workbook ", b'<workbook conformance="strict" ') if "workbook.xml" in name else part
        )
    return zipped(parts)
