"""A PDF that holds text, by pypdf (extra `pdf`). Lines that a page only breaks are joined again."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from io import BytesIO
from itertools import groupby

from perf_xlsx.documents.document import Document, DocumentError, ParagraphText, joined
from perf_xlsx.documents.text_tables import text_pieces
from perf_xlsx.system.pattern import pattern

MOST_PAGES = 500
FEW = 20  # characters a page; a scanned one has none
MISSING = DocumentError("读 PDF 要另装 pypdf", '请运行 pip install "perf-xlsx[pdf]"，或报送 Word（.docx）。')
DAMAGED = DocumentError("PDF 已损坏，读不出来", "请用 WPS 或 Word 另存为 .docx，重新报送。")
ENCRYPTED = DocumentError("PDF 设置了打开密码，读不出来", "请取消打开密码，或报送 Word（.docx）。")
SCANNED = DocumentError("是扫描件，里面没有文字", "请报送 Word（.docx），或由 Word 直接另存的 PDF。")
LONG = DocumentError(f"超过 {MOST_PAGES} 页，不像一份报告", "请核对文件。")

_BEGINS = pattern(
    r"^\s*(?:[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、](?!\d))"
)
_PAGE_NUMBER = pattern(r"^[\s\-—－]*\d{1,4}[\s\-—－]*$")
_ENDS = "。！？：；!?:;"
_WIDE = 0.8  # of the longest line: a line as long as that goes on in the next


def read_pdf(data: bytes) -> Document:
    """Read the text of a PDF. Raises DocumentError."""
    try:
        from pypdf import PdfReader  # optional, and slow to load
        from pypdf.errors import PyPdfError
    except ImportError:
        raise MISSING from None
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ENCRYPTED
        if len(reader.pages) > MOST_PAGES:
            raise LONG
        pages = [page.extract_text() for page in reader.pages]
    except DocumentError:
        raise
    except (
        PyPdfError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise DAMAGED from error
    if sum(map(len, pages)) < FEW * max(1, len(pages)):
        raise SCANNED
    lines = [line.rstrip() for page in pages for line in page.split("\n") if not _PAGE_NUMBER.match(line)]
    return joined(_pieces(lines))


def _width(line: str) -> int:
    """How wide a line is, in half-width letters."""
    return sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in line.strip())


def _pieces(lines: list[str]) -> Iterator[ParagraphText]:
    """The cells of tables, and the lines between them joined to paragraphs."""
    width = max(map(_width, lines), default=0) * _WIDE
    for is_text, found in groupby(text_pieces(lines), lambda one: isinstance(one, str)):
        if is_text:
            yield from map(ParagraphText, _paragraphs([str(one) for one in found], width))
        else:
            yield from (one for one in found if isinstance(one, ParagraphText))


def _paragraphs(lines: list[str], width: float) -> Iterator[str]:
    """The lines joined to paragraphs: a full line without a stop at its end goes on in the next."""
    begun = ""
    for line in lines:
        if begun and (not line.strip() or _BEGINS.match(line)):
            yield begun
            begun = ""
        begun += line
        if line and (_width(line) < width or line.endswith(tuple(_ENDS))):
            yield begun
            begun = ""
    if begun:
        yield begun
