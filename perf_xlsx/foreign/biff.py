"""xlrd, held to what a file really has: it builds rectangles, evaluates names, spreads links over their cells."""

from __future__ import annotations

import io
import struct
from collections import Counter
from typing import Any

from xlrd import biffh, book, sheet

from perf_xlsx.ooxml import Limits, PackageError

ONE_SHEET, SHEETS_WITHIN = 40, 45  # the last versions whose file is a sheet, and holds sheets without a list
_BLANK = (sheet.XL_CELL_BLANK, sheet.XL_CELL_EMPTY)
_BOUND_SHEET, _CELL_FORMAT, _CONTINUE, _END = 0x0085, 0x00E0, 0x003C, 0x000A
_GLOBALS = 4  # records of the workbook itself for each cell format that there may be: names, fonts, styles
_REFERENCES = (0x3A, 0x3B, 0x5A, 0x5B, 0x7A, 0x7B)  # to one cell or range of a sheet: the first byte of a formula
_REFERENCE_SIZES = (7, 11, 18, 21)  # of such a formula that is nothing else, since Excel 97 and before it


class Sheet(sheet.Sheet):  # type: ignore[misc]  # xlrd has no types
    """A sheet as `kept`: the cells that there are, by row and column from 0."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.kept: dict[tuple[int, int], sheet.Cell] = {}
        self.put_cell = self._keep

    def _keep(self, row: int, column: int, kind: int | None, value: Any, style: int) -> None:
        if row >= self.utter_max_rows or column >= self.utter_max_cols:
            raise biffh.XLRDError("a cell outside the sheet")
        if kind in _BLANK and (row, column) not in self.kept:
            return
        kind = self._xf_index_to_xl_type_map[style] if kind is None else kind
        self.kept[row, column] = sheet.Cell(kind, value, style)

    def tidy_dimensions(self) -> None:
        """Nothing is missing."""

    def handle_hlink(self, data: bytes) -> None:
        """Links are not read."""

    def handle_quicktip(self, data: bytes) -> None:
        """Nor is what is shown beside them."""


class Book(book.Book):  # type: ignore[misc]
    """A workbook whose sheets are read when they are asked for."""

    def get_sheet(self, number: int, update_pos: bool = True) -> Any:
        self._position = self._sh_abs_posn[number]
        self.getbof(book.XL_WORKSHEET)
        found = Sheet(self, self._position, self._sheet_names[number], number)
        found.read(self)
        self._sheet_list[number] = found
        return found

    def names_epilogue(self) -> None:
        """Only names that are one plain range are evaluated: one may stand for two others, thirty times over."""
        for name in self.name_obj_list:
            size = name.basic_formula_len
            plain = size in _REFERENCE_SIZES and name.raw_formula[:1] and name.raw_formula[0] in _REFERENCES
            name.evaluated = 0 if plain else 1
        super().names_epilogue()


def open_biff(data: bytes, limits: Limits) -> Book:
    """The workbook, its sheets not read yet. Raises PackageError, XLRDError and CompDocError."""
    opened = Book()
    opened.biff2_8_load(file_contents=data, logfile=io.StringIO(), formatting_info=True, on_demand=True)
    _judge(opened, limits)
    version = opened.biff_version = opened.getbof(book.XL_WORKBOOK_GLOBALS)
    if version not in book.SUPPORTED_VERSIONS:
        raise biffh.XLRDError("no version that is known")
    if version <= ONE_SHEET:
        opened.fake_globals_get_sheet()
    else:
        opened.parse_globals()
        if version != SHEETS_WITHIN:
            opened._sheet_list = [None for _ in opened._sheet_names]
    opened.nsheets = len(opened._sheet_list)
    return opened


def _judge(opened: Book, limits: Limits) -> None:
    """Count the records of the workbook itself before objects are made of them. Raises PackageError."""
    counted = Counter[int]()
    at, end = opened.base, min(len(opened.mem), opened.base + opened.stream_len)
    while at <= end - 4:
        code, size = struct.unpack_from("<HH", opened.mem, at)
        if code == _END:
            break
        counted[code] += code != _CONTINUE
        at += 4 + size
    for what, count, most in (
        ("工作表", counted[_BOUND_SHEET], limits.parts),
        ("单元格格式", counted[_CELL_FORMAT], limits.formats),
        ("格式、字体和名称", counted.total(), _GLOBALS * limits.formats),
    ):
        if count > most:
            raise PackageError("too_large", f"有 {count} 个{what}，超过上限 {most} 个")
