"""Workbooks that are not OOXML, read into the same sheets and cells.

One module per format. None of these formats is ever written: their contents are converted to our template.
"""

from __future__ import annotations

from typing import Literal

from perf_xlsx.foreign.original import ForeignWorkbook, OutsideContent
from perf_xlsx.foreign.recognise import POINTERS, recognise
from perf_xlsx.ooxml import Limits, PackageError

__all__ = ["POINTERS", "ForeignWorkbook", "OutsideContent", "open_original"]


BEFORE_EXCEL_5 = (b"\x09\x00", b"\x09\x02", b"\x09\x04")  # how BIFF 2, 3 and 4 begin


def open_original(data: bytes, limits: Limits | None = None) -> ForeignWorkbook | None:
    """The workbook, where it is one of a foreign format; None where it is for `Package.open` to judge.

    Raises PackageError for what is damaged, encrypted, larger than the limits, or known to be no workbook at all
    (a web page, a text file), MemoryError, and nothing else for whatever the bytes are.
    """
    limits = limits or Limits()
    kind = recognise(data, limits)
    if kind == "xlsx":
        return None
    try:
        return _read(kind, data, limits)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # readers of binary formats raise whatever their arithmetic raises on damage
        known = error if isinstance(error, PackageError) else None
        if data.startswith(BEFORE_EXCEL_5) and (known is None or known.fault == "damaged"):
            raise PackageError("legacy", "是 Excel 2.0—4.0 的旧格式，本软件读不出来") from error
        if known:
            raise
        raise PackageError("damaged", f"文件已损坏（按 .{kind} 读取时失败）") from error


def _read(kind: Literal["xls", "xlsb", "ods"], data: bytes, limits: Limits) -> ForeignWorkbook:
    """Each reader is imported when a workbook of its format comes."""
    match kind:
        case "xls":
            from perf_xlsx.foreign.xls import read_xls

            return read_xls(data, limits)
        case "xlsb":
            from perf_xlsx.foreign.xlsb import read_xlsb

            return read_xlsb(data, limits)
        case "ods":
            from perf_xlsx.foreign.ods import read_ods

            return read_ods(data, limits)
