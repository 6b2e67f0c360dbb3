"""Excel 5 to 2003 and WPS .et (BIFF), through xlrd; which cells are formulas is read from the records."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

import xlrd
from xlrd import biffh, formula

from perf_xlsx.domain.place import column_name
from perf_xlsx.foreign.biff import open_biff
from perf_xlsx.foreign.original import CellCount, ForeignWorkbook, OutsideContent, extras_of_book
from perf_xlsx.ooxml import Cell, Grid, Limits, PackageError
from perf_xlsx.ooxml.book import BUILTIN_FORMATS, CellText, DefinedName, Piece, Sheet, quote_sheet, runs_of
from perf_xlsx.ooxml.cells import cell_of, value_of
from perf_xlsx.ooxml.number_format import LONGEST

Runlist = Sequence[tuple[int, int]]  # where a font begins, and its number
FORMATS = {80: "Excel 97-2003 工作簿（.xls 或 .et）"}  # by xlrd's biff_version
OLDER = "Excel 5.0/95 工作簿（.xls）"
_ESCAPEMENTS = {1: "superscript", 2: "subscript"}
_STATES = {0: "visible", 1: "hidden", 2: "veryHidden"}
_FORMULAS = frozenset({0x0006, 0x0206, 0x0406})
_MULTIPLE = {0xBD: 6, 0xBE: 2, 0xE5: 8, 0x15F: 8, 0x1A: 2, 0x1B: 2}  # bytes of one of many cells or ranges
_TOKENS_AT, _LONGEST = 22, 200  # where a formula's tokens begin, and how many bytes of them are looked at
_TEXT_RESULT, _OBJECT = 0x0207, 0x005D
_NOT_DRAWN = frozenset({0x14, 0x19})  # arrows of drop-downs, and notes
_BEGINS, _END = frozenset({0x0009, 0x0209, 0x0409, 0x0809}), 0x000A


def read_xls(data: bytes, limits: Limits) -> ForeignWorkbook:
    """Read the workbook. Raises PackageError for a password, damage, and sizes over the limits."""
    if len(data) > limits.file_mb << 20:
        raise PackageError("too_large", f"文件 {len(data) >> 20} MB，超过上限 {limits.file_mb} MB")
    try:
        book: Any = open_biff(data, limits)
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError) as error:
        if "encrypted" in str(error).lower():
            raise PackageError("encrypted", "设置了打开密码，读不出来") from error
        raise PackageError("damaged", "文件已损坏或不完整（按 .xls 读取时失败）") from error
    if book.biff_version < 80:
        _mend_results(book)
    sheets, grids = list[Sheet](), list[Grid]()
    extras, count = list[OutsideContent](), CellCount(limits)
    for index, name in enumerate(book.sheet_names()):
        count.begin(name)
        formulas, drawings = _scan(book, index, count)
        sheet = book.sheet_by_index(index)
        sheets.append(Sheet(name, "", _STATES.get(sheet.visibility, "visible"), index, index + 1))
        grids.append(_grid(book, sheet, formulas, count))
        extras += _notes(sheet, name)
        if drawings:
            extras.append(OutsideContent("图片或图形", name))
        book.unload_sheet(index)
    streams = ("_VBA_PROJECT_CUR", "_signatures", "_xmlsignatures")
    macros, *signed = (name.encode("utf-16-le") in data for name in streams)
    extras += extras_of_book(macros, any(signed))
    kind = FORMATS.get(book.biff_version, OLDER)
    return ForeignWorkbook(kind, tuple(sheets), tuple(grids), tuple(_names(book)), {}, tuple(extras))


def _records(book: Any, index: int) -> Iterator[tuple[int, int, int]]:
    """The records of one sheet, those of charts inside it left out: number, where the body begins, its size."""
    at, depth, end = book._sh_abs_posn[index], 0, min(len(book.mem), book.base + book.stream_len)
    while 0 <= at <= end - 4:
        code, size = struct.unpack_from("<HH", book.mem, at)
        depth += (code in _BEGINS) - (code == _END)
        if depth <= 0:
            return
        if depth == 1 and at + 4 + size <= end:
            yield code, at + 4, size
        at += 4 + size


def _scan(book: Any, index: int, cells: CellCount) -> tuple[dict[tuple[int, int], str], int]:
    """The formulas by cell (row, column from 0), "" for those that are not known, and how many objects are drawn.

    The records are counted before xlrd makes objects of them.
    """
    formulas: dict[tuple[int, int], str] = {}
    drawings = 0
    for code, at, size in _records(book, index):
        if code in _FORMULAS and size >= 4:
            row, column = struct.unpack_from("<HH", book.mem, at)
            body = book.mem[at : at + size] if cells.formula() else b""
            formulas[row, column] = _formula(book, row, column, body)
        cells.record(max(size // _MULTIPLE.get(code, size + 1), 1))
        if code == _OBJECT and size >= 6:
            drawings += struct.unpack_from("<H", book.mem, at + 4)[0] not in _NOT_DRAWN
    return formulas, drawings


def _formula(book: Any, row: int, column: int, body: bytes) -> str:
    """A short formula as text; "" for a long one, and for one that is not understood or shared."""
    if book.biff_version < 80 or len(body) < _TOKENS_AT:
        return ""
    (size,) = struct.unpack_from("<H", body, _TOKENS_AT - 2)
    if not 0 < size <= _LONGEST or _TOKENS_AT + size > len(body):
        return ""
    tokens, kind = body[_TOKENS_AT : _TOKENS_AT + size], formula.FMLA_TYPE_CELL
    try:
        text = formula.decompile_formula(book, tokens, size, kind, browx=row, bcolx=column) or ""
    except Exception:  # whatever its arithmetic raises on what it does not know
        return ""
    return "" if text.startswith("SHARED") else str(text)


def _mend_results(book: Any) -> None:
    """Before BIFF8 a formula's text result says its length in bytes; xlrd takes it for characters and fails."""
    mem = bytearray(book.mem)
    for index in range(book.nsheets):
        for code, at, size in _records(book, index):
            if code == _TEXT_RESULT and size >= 2:
                text = mem[at + 2 : at + size].decode(book.encoding, "replace")
                struct.pack_into("<H", mem, at, len(text))
    book.mem = bytes(mem)


def _grid(book: Any, sheet: Any, formulas: dict[tuple[int, int], str], count: CellCount) -> Grid:
    for (row, column), kept in sorted(sheet.kept.items(), key=lambda pair: pair[0]):
        runs = sheet.rich_text_runlist_map.get((row, column), ())
        cell = _cell(book, kept, formulas.get((row, column)), runs)
        if cell is not None:
            count.add(row + 1, column + 1, cell)
    merges = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in sheet.merged_cells]
    rows = (row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden)
    columns = ((column + 1, column + 1) for column, info in sorted(sheet.colinfo_map.items()) if info.hidden)
    return count.grid(merges, rows, columns)


def _cell(book: Any, cell: Any, written: str | None, runs: Runlist) -> Cell | None:
    code, struck = _code(book, cell.xf_index), _is_struck(book, cell.xf_index)
    match cell.ctype:
        case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE if isfinite(cell.value):
            return cell_of(value_of(cell.value, code, book.datemode == 1), written, code, struck)
        case xlrd.XL_CELL_TEXT:
            text = cell.value and _rich(book, cell.value, struck, runs)
            return cell_of(text, written, code, struck) if text else None  # a written's empty text, too
        case xlrd.XL_CELL_BOOLEAN:
            return cell_of(bool(cell.value), written, code, struck)
        case xlrd.XL_CELL_ERROR:
            return Cell(None, written, biffh.error_text_from_code.get(cell.value, "#VALUE!"), code)
    return Cell(None, written, None, code) if written is not None else None


def _is_struck(book: Any, index: int | None) -> bool:
    """Whether the font of a cell format crosses out."""
    known = index is not None and 0 <= index < len(book.xf_list)
    return known and _crosses_out(book, book.xf_list[index].font_index)


def _crosses_out(book: Any, font: int) -> bool:
    return 0 <= font < len(book.font_list) and bool(book.font_list[font].struck_out)


def _raised(book: Any, font: int) -> str:
    return _ESCAPEMENTS.get(book.font_list[font].escapement, "") if 0 <= font < len(book.font_list) else ""


def _rich(book: Any, text: str, struck: bool, runs: Runlist) -> CellText:
    """A text in pieces, each up to where the next font begins; the first is in the cell's own."""
    if not any(_crosses_out(book, font) or _raised(book, font) for _, font in runs) and not (struck and runs):
        return text
    pieces: list[Piece] = []
    at, out, raised = 0, struck, ""
    for begins, font in (*runs, (len(text), 0)):
        pieces.append((text[at:begins], out, raised))
        at, out, raised = max(at, begins), _crosses_out(book, font), _raised(book, font)
    return runs_of(pieces)


def _code(book: Any, index: int | None) -> str:
    """The number format; date formats that only East Asian Excel knows are found by their ids."""
    if index is None or not 0 <= index < len(book.xf_list):
        return "General"
    key = book.xf_list[index].format_key
    known = book.format_map.get(key)
    return str((known.format_str[:LONGEST] if known else "") or BUILTIN_FORMATS.get(str(key), "General"))


def _notes(sheet: Any, name: str) -> Iterator[OutsideContent]:
    for (row, column), note in sorted(sheet.cell_note_map.items()):
        yield OutsideContent("批注", name, f"{column_name(column + 1)}{row + 1}", note.text)


def _names(book: Any) -> Iterator[DefinedName]:
    """Names that are one plain range."""
    titles = book.sheet_names()
    for name in book.name_obj_list:
        result = getattr(name, "result", None)
        if name.macro or name.binary or result is None or not isinstance(result.value, list):
            continue
        if len(result.value) != 1 or not hasattr(result.value[0], "coords"):
            continue
        sheet, _, top, bottom, left, right = result.value[0].coords
        if not 0 <= sheet < len(titles):
            continue
        first, last = f"${column_name(left + 1)}${top + 1}", f"${column_name(right)}${bottom}"
        local = name.scope if name.scope >= 0 else None
        yield DefinedName(name.name, f"{quote_sheet(titles[sheet])}!{first}:{last}", local, bool(name.hidden))
