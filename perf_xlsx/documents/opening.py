"""Which format a document has, by its first bytes."""

from __future__ import annotations

from perf_xlsx.documents.document import Document, DocumentError
from perf_xlsx.documents.plain_text import read_plain_text
from perf_xlsx.documents.word import read_word
from perf_xlsx.ooxml import Limits, is_encrypted
from perf_xlsx.ooxml.zip_archive import OLE

SUFFIXES = (".docx", ".docm", ".doc", ".wps", ".txt", ".pdf", ".rtf")
SAVE_AS = "请用 Word 或 WPS 打开，另存为“Word 文档（.docx）”后重新报送。"
_REFUSED = (
    (b"{\\rtf", "是写字板格式（RTF），不能直接读"),
    (b"<html", "是网页，不能直接读"),
    (b"<!doctype html", "是网页，不能直接读"),
)


def open_document(data: bytes, limits: Limits) -> Document:
    """Read a document. Raises DocumentError."""
    if not data.strip(b"\0 \r\n\t"):
        raise DocumentError("是空文件", "请重新发送文件，确认上传或拷贝完整。")
    if data.startswith(b"PK"):
        return read_word(data, limits)
    if data.startswith(OLE):
        if is_encrypted(data):
            raise DocumentError("设置了打开密码，读不出来", "请在 Word 或 WPS 中取消打开密码后重新报送。")
        raise DocumentError("是旧格式（.doc 或 .wps），不能直接读", SAVE_AS)
    if data.lstrip().startswith(b"%PDF"):
        from perf_xlsx.documents.pdf import read_pdf  # few reports need it

        return read_pdf(data)
    head = data[:100].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if what := next((what for sign, what in _REFUSED if head.startswith(sign)), None):
        raise DocumentError(what, SAVE_AS)
    return read_plain_text(data)
