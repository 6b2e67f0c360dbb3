"""来源对照: what was carried over from a workbook of another format, cell by cell, and what was not."""

from __future__ import annotations

from msgspec import Struct

from perf_xlsx.domain.place import Place

ORIGIN = "来源对照"
NO_PLACE = "原文件没有的自评栏："  # before the names of boxes that the unit could not fill


class Trace(Struct, frozen=True, gc=False):
    """One box that was carried over: its place now, its former place, and the text that it showed there."""

    field: str
    place: Place
    sheet: str
    cell: str
    given: str
    note: str = ""


class LeftBehind(Struct, frozen=True):
    """Something of the original that is not in the new workbook; `cell` is "" for a sheet or file."""

    what: str
    sheet: str
    cell: str
    text: str
    note: str = ""


class WorkbookOrigin(Struct, frozen=True):
    """Where a carried-over workbook comes from; `no_place` are boxes for claims that it had no place for."""

    file: str
    format: str
    traces: tuple[Trace, ...]
    left: tuple[LeftBehind, ...]
    no_place: tuple[str, ...] = ()
