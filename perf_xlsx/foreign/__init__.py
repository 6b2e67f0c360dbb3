"""Workbooks that are not OOXML, read into the same sheets and cells. Told by content, never by suffix.

One file a format. None of them is ever written: what they hold is carried over into a workbook of ours.
"""

from __future__ import annotations

from perf_xlsx.foreign.original import Extra, Original
from perf_xlsx.foreign.recognise import POINTERS, recognise
from perf_xlsx.ooxml import Limits, PackageError

__all__ = ["POINTERS", "Extra", "Original", "open_original"]


def open_original(data: bytes, limits: Limits | None = None) -> Original | None:
    """The workbook, where it is one of a foreign format; None where it is for `Package.open` to judge.

    Raises PackageError for what is damaged, encrypted, larger than the limits, or known to be no workbook at all
    (a web page, a text file), MemoryError, and nothing else for whatever the bytes are.
    """
    limits = limits or Limits()
    kind = recognise(data, limits)
    try:
        match kind:
            case "xls":
                from perf_xlsx.foreign.xls import read_xls  # xlrd: only where there is one to read

                return read_xls(data, limits)
            case "xlsb":
                from perf_xlsx.foreign.xlsb import read_xlsb

                return read_xlsb(data, limits)
            case "ods":
                from perf_xlsx.foreign.ods import read_ods

                return read_ods(data, limits)
    except PackageError as error:
        if error.kind == "damaged" and data.startswith(BEFORE_EXCEL_5):
            raise PackageError("legacy", OLD) from error
        raise
    except (OSError, MemoryError):
        raise
    except Exception as error:  # readers of binary formats raise whatever their arithmetic raises on damage
        if data.startswith(BEFORE_EXCEL_5):
            raise PackageError("legacy", OLD) from error
        raise PackageError("damaged", f"文件已损坏（按{NAMES[kind]}读取时失败）") from error
    return None


BEFORE_EXCEL_5 = (b"\x09\x00", b"\x09\x02", b"\x09\x04")  # how BIFF 2, 3 and 4 begin
OLD = "是 Excel 2.0—4.0 的旧格式，本软件读不出来"
NAMES = {"xls": " .xls ", "xlsb": " .xlsb ", "ods": " .ods "}
