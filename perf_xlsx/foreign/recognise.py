"""What a file is, by its first bytes and its parts, never by its name. Decided here and nowhere else."""

from __future__ import annotations

from contextlib import suppress
from typing import Literal

from perf_xlsx.ooxml import Limits, Package, PackageError, directory, is_encrypted
from perf_xlsx.ooxml.package import CONTENT_TYPES
from perf_xlsx.ooxml.zip_archive import OLE, Fault
from perf_xlsx.system.pattern import pattern

FileFormat = Literal["xls", "xlsb", "ods", "xlsx"]

_BARE_BIFF = pattern(rb"\x09[\x00\x02\x04\x08](?:\x04|\x06|\x08|\x10)\x00")  # BIFF without a container
_TEXT = "文本文件"
_STREAMS = [name.encode("utf-16-le") + b"\0\0" for name in ("Workbook", "Book", "WORKBOOK", "BOOK")]
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"%pdf", "PDF 文件"),
    (b"{\\rtf", "写字板文件（RTF）"),
    (b"\x89png", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"rar!", "压缩包（RAR）"),
    (b"7z\xbc\xaf", "压缩包（7z）"),
    (b"mime-version:", "网页（MHTML）"),
)

_MARKUP: tuple[tuple[bytes, str], ...] = (
    (b"<html", "网页（HTML）"),
    (b"urn:schemas-microsoft-com:office:spreadsheet", "XML 表格 2003"),
    (b"opendocument:xmlns:office", "单个 XML 的 OpenDocument 表格（.fods）"),
)

POINTERS = {
    ".lnk": "快捷方式（.lnk）",
    ".url": "网址快捷方式（.url）",
    ".gsheet": "谷歌在线表格的链接（.gsheet）",
    ".webloc": "网址链接（.webloc）",
}  # by suffix: files that only say where another one lies


def recognise(data: bytes, limits: Limits) -> FileFormat:
    """The format of a file. Raises PackageError where it is no workbook, saying in one clause what it is."""
    if data.startswith(b"PK"):
        return _in_zip(data, limits)
    if data.startswith(OLE):
        return _in_ole(data)
    if _BARE_BIFF.match(data):
        return "xls"
    raise _refused(data)


def _refused(data: bytes) -> PackageError:
    head = data[:2048].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if what := pointer(head):
        return PackageError("pointer", f"其实是{what}，里面没有表格")
    if what := next((what for sign, what in _SIGNS if head.startswith(sign)), None):
        return PackageError("not_a_workbook", f"其实是{what}，不是 Excel 工作簿")
    if not data.strip(b"\0 \r\n\t"):
        return PackageError("empty", "是空文件")
    if what := _table_or_text(data, head):
        kind: Fault = "not_a_workbook" if what == _TEXT else "foreign"
        return PackageError(kind, f"其实是{what}，不是 Excel 工作簿")
    return PackageError("not_a_workbook", "不是 Excel 工作簿")


def pointer(head: bytes) -> str | None:
    """What a file is that only says where another one lies, by how it begins (in small letters)."""
    if head.startswith(b"l\0\0\0\x01\x14\x02\0"):
        return POINTERS[".lnk"]
    if head.startswith((b"[internetshortcut]", b"[{000214a0-")):
        return POINTERS[".url"]
    if head.startswith(b"{") and (b"docs.google.com" in head or b'"doc_id"' in head):
        return POINTERS[".gsheet"]
    if head.startswith((b"<?xml", b"<plist", b"<!doctype plist")) and b"<key>url</key>" in head:
        return POINTERS[".webloc"]
    return None


def _in_ole(data: bytes) -> FileFormat:
    if is_encrypted(data):
        raise PackageError("encrypted", "设置了打开密码，读不出来")
    if any(name in data for name in _STREAMS):
        return "xls"
    if "WordDocument".encode("utf-16-le") in data:
        raise PackageError("not_a_workbook", "其实是 Word 文档（.doc 或 .wps），不是 Excel 工作簿")
    raise PackageError("legacy", "是旧版 Office 格式，不是 .xlsx 工作簿")


def _in_zip(data: bytes, limits: Limits) -> FileFormat:
    """Most workbooks are recognised by the names in the zip's directory, without opening it."""
    names = bytes(directory(data))
    if b"mimetype" not in names and b".bin" not in names:
        return "xlsx"
    package = Package.unzip(data, limits)
    if "mimetype" in package:
        return _by_mimetype(package.read("mimetype").decode("ascii", "replace").strip())
    main = package.main_part() if CONTENT_TYPES in package else None
    if main is None or not main.endswith(".bin"):
        return "xlsx"
    if "sheet.binary" not in (package.content_type(main) or ""):
        raise PackageError("foreign", "是二进制工作簿（.xlsb）")
    return "xlsb"


def _by_mimetype(mimetype: str) -> FileFormat:
    if mimetype.startswith("application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if mimetype.startswith("application/vnd.oasis"):
        raise PackageError("not_a_workbook", "是其他 OpenDocument 文件，不是电子表格")
    raise PackageError("foreign", "是 OpenDocument 文件（.ods），不是 Excel 工作簿")


def _table_or_text(data: bytes, head: bytes) -> str | None:
    """What Excel would open though it is no workbook, as people call it; None for binary data."""
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head")):
        return "网页（HTML）"
    if what := next((what for sign, what in _MARKUP if sign in head), None):
        return what
    text = _decoded(data[:65536])
    return None if text is None or any(ord(ch) < 9 for ch in text) else _kind_of(text)


def _kind_of(text: str) -> str:
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    for mark, what in (("\t", "制表符分隔的文本（TSV）"), (",", "逗号分隔的文本（CSV）")):
        if lines and sum(mark in line for line in lines) * 2 > len(lines):
            return what
    return _TEXT


def _decoded(data: bytes) -> str | None:
    """The bytes as text; None where they are none. The last character of a full block may be cut."""
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in data and not utf16:
        return None
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding, "strict" if len(data) < 65536 else "ignore")
    return None
