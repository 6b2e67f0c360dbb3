"""What a file is, by its first bytes and its parts."""

from __future__ import annotations

from typing import Literal

from perf_xlsx.ooxml import Limits, Package, PackageError, directory
from perf_xlsx.system.pattern import pattern

Format = Literal["xls", "xlsb", "ods", "other"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BARE_BIFF = pattern(rb"\x09[\x00\x02\x04\x08](?:\x04|\x06|\x08|\x10)\x00")  # BIFF without a container
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

POINTERS = {
    ".lnk": "快捷方式（.lnk）",
    ".url": "网址快捷方式（.url）",
    ".gsheet": "谷歌在线表格的链接（.gsheet）",
    ".webloc": "网址链接（.webloc）",
}  # by suffix: files that only say where another one lies


def recognise(data: bytes, limits: Limits) -> Format:
    """The kind of file; "other" is for `Package.open` to judge.

    Raises PackageError for what is certainly no workbook, saying in one clause what it is.
    """
    if data.startswith(_OLE):
        return _in_ole(data)
    if _BARE_BIFF.match(data):
        return "xls"
    if data.startswith(b"PK"):
        return _in_zip(data, limits)
    head = data[:2048].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if what := pointer(head):
        raise PackageError("pointer", f"其实是{what}，里面没有表格")
    if what := next((what for sign, what in _SIGNS if head.startswith(sign)), None):
        raise PackageError("not_a_workbook", f"其实是{what}，不是 Excel 工作簿")
    if data.strip(b"\0 \r\n\t") and (what := _what(data, head)):
        raise PackageError("foreign", f"其实是{what}，不是 Excel 工作簿")
    return "other"


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


def _in_ole(data: bytes) -> Format:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "other"
    if any(name in data for name in _STREAMS):
        return "xls"
    if "WordDocument".encode("utf-16-le") in data:
        raise PackageError("not_a_workbook", "其实是 Word 文档（.doc 或 .wps），不是 Excel 工作簿")
    return "other"


def _in_zip(data: bytes, limits: Limits) -> Format:
    names = bytes(directory(data))
    if b"mimetype" not in names and b"workbook.bin" not in names:
        return "other"  # most workbooks are told without opening them
    package = Package.unzip(data, limits)
    if "mimetype" in package:
        mimetype = package.read("mimetype").decode("ascii", "replace").strip()
        if mimetype.startswith("application/vnd.oasis.opendocument.spreadsheet"):
            return "ods"
        if mimetype.startswith("application/vnd.oasis"):
            raise PackageError("not_a_workbook", "是其他 OpenDocument 文件，不是电子表格")
    if "[Content_Types].xml" not in package:
        return "other"
    main = package.main_part()
    return "xlsb" if main and "sheet.binary" in (package.content_type(main) or "") else "other"


def _what(data: bytes, head: bytes) -> str | None:
    """What a file is that Excel would open though it is no workbook, as people call it."""
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head")) or b"<html" in head:
        return "网页（HTML）"
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return "XML 表格 2003"
    if b"opendocument:xmlns:office" in head:
        return "单个 XML 的 OpenDocument 表格（.fods）"
    return _text(data[:65536])


def _text(data: bytes) -> str | None:
    """Comma or tab separated text, or any text; None for binary data."""
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in data and not utf16:
        return None
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        try:
            # the last character may be cut
            text = data.decode(encoding) if len(data) < 65536 else data.decode(encoding, "ignore")
        except UnicodeDecodeError:
            continue
        if any(ord(ch) < 9 for ch in text):
            return None
        lines = [line for line in text.splitlines()[:50] if line.strip()]
        for mark, what in (("\t", "制表符分隔的文本（TSV）"), (",", "逗号分隔的文本（CSV）")):
            if lines and sum(mark in line for line in lines) * 2 > len(lines):
                return what
        return "文本文件"
    return None
