"""xlrd, held to what a file really has: it builds rectangles, evaluates names, spreads links over their cells."""

from __future__ import annotations

import io
import struct
from collections import Counter
from typing import Any

from xlrd import biffh, book, compdoc, sheet

from perf_xlsx.ooxml import Limits, PackageError

ONE_SHEET, SHEETS_WITHIN = 40, 45  # the last versions whose file is a sheet, and holds sheets without a list
_BLANK = (sheet.XL_CELL_BLANK, sheet.XL_CELL_EMPTY)
_BOUND_SHEET, _CELL_FORMAT, _CONTINUE, _END = 0x0085, 0x00E0, 0x003C, 0x000A
_GLOBALS = 4  # records of the workbook itself for each cell format that there may be: names, fonts, styles
_REFERENCES = (0x3A, 0x3B, 0x5A, 0x5B, 0x7A, 0x7B)  # to one cell or range of a sheet: the first byte of a formula
_REFERENCE_SIZES = (7, 11, 18, 21)  # of such a formula that is nothing else, since Excel 97 and before it


class BiffSheet(sheet.Sheet):  # type: ignore[misc]  # xlrd has no types
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
        """Nor are the tips of links."""


class Container(compdoc.CompDoc):  # type: ignore[misc]
    """A container whose chains of sectors end: xlrd follows one of short sectors in a circle for ever."""

    def _get_stream(self, mem: bytes, base: int, sat: list[int], *where: Any, **told: Any) -> Any:
        start = where[1]
        sector, left = start, len(sat)
        while 0 <= sector < len(sat):
            sector, left = sat[sector], left - 1
            if left < 0:
                raise compdoc.CompDocError("a chain of sectors that runs in a circle")
        return super()._get_stream(mem, base, sat, *where, **told)


class BiffBook(book.Book):  # type: ignore[misc]
    """A workbook whose sheets are read when they are asked for."""

    def load(self, data: bytes, shared: bool) -> None:
        """Take the workbook's stream out of the file. Raises XLRDError and CompDocError.

        `shared`: another stream may have sectors of it.
        """
        log = io.StringIO()
        self.biff2_8_load(file_contents=b"\0", logfile=log, formatting_info=True, on_demand=True)  # its settings
        self.filestr, self.mem, self.base, self.stream_len = b"", data, 0, len(data)
        if data.startswith(compdoc.SIGNATURE):
            container = Container(data, logfile=log, ignore_workbook_corruption=shared)
            found = (container.locate_named_stream(name) for name in ("Workbook", "Book"))
            stream = next((stream for stream in found if stream[0]), None)
            if stream is None:
                raise biffh.XLRDError("no workbook in the container")
            self.mem, self.base, self.stream_len = stream
        self._position = self.base

    def get_sheet(self, number: int, update_pos: bool = True) -> Any:
        self._position = self._sh_abs_posn[number]
        self.getbof(book.XL_WORKSHEET)
        found = BiffSheet(self, self._position, self._sheet_names[number], number)
        found.read(self)
        self._sheet_list[number] = found
        return found

    def handle_sst(self, data: bytes) -> None:
        """The shared texts that are there: how many a file says there are is often wrong, and nobody needs it."""
        parts = [data]
        while (part := self.get_record_parts_conditional(_CONTINUE))[0] is not None:
            parts.append(part[2])
        self._sharedstrings, self._rich_text_runlist_map = book.unpack_SST_table(parts, _texts_in(parts))

    def names_epilogue(self) -> None:
        """Only names that are one plain range are evaluated: one may name two others, thirty levels deep."""
        for name in self.name_obj_list:
            size = name.basic_formula_len
            plain = size in _REFERENCE_SIZES and name.raw_formula[:1] and name.raw_formula[0] in _REFERENCES
            name.evaluated = 0 if plain else 1
        super().names_epilogue()


def _texts_in(parts: list[bytes]) -> int:
    """How many whole texts a table of shared texts holds, whose records are `parts`."""
    count, part, at = 0, 0, 8
    try:
        while True:
            while at >= len(parts[part]):
                part, at = part + 1, at - len(parts[part])
            (left,), options, runs, phonetic = struct.unpack_from("<H", parts[part], at), parts[part][at + 2], 0, 0
            at += 3
            if options & 8:
                (runs,), at = struct.unpack_from("<H", parts[part], at), at + 2
            if options & 4:
                (phonetic,), at = struct.unpack_from("<i", parts[part], at), at + 4
            while left > (here := (len(parts[part]) - at) >> (options & 1)):
                left, part, at = left - here, part + 1, 1
                options = parts[part][0]
            at += left << (options & 1)
            part, at = _after_runs(parts, part, at, runs)
            if phonetic < 0:
                return count
            at, count = at + phonetic, count + 1
    except (IndexError, struct.error):
        return count


def _after_runs(parts: list[bytes], part: int, at: int, runs: int) -> tuple[int, int]:
    """Where the formatting runs of a text end. Raises IndexError where they are cut short."""
    for _ in range(runs):
        if at == len(parts[part]):
            part, at = part + 1, 0
        at += 4
        if at > len(parts[part]):
            raise IndexError(at)
    return part, at


def open_biff(data: bytes, limits: Limits) -> BiffBook:
    """The workbook, its sheets not read yet. Raises PackageError, XLRDError and CompDocError."""
    opened = _loaded(data)
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


def _loaded(data: bytes) -> BiffBook:
    """The stream of the workbook in its container; one that shares sectors with another is read all the same.

    Every other reader follows its chain without looking at the others. Raises XLRDError and CompDocError.
    """
    for shared in (False, True):
        opened = BiffBook()
        try:
            opened.load(data, shared)
        except compdoc.CompDocError:
            if shared:
                raise
        else:
            break
    return opened


def _judge(opened: BiffBook, limits: Limits) -> None:
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
