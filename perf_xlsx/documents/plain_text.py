"""A text file: a line a paragraph, and the tables in it."""

from __future__ import annotations

from perf_xlsx.documents.document import Document, DocumentError, ParagraphText, joined
from perf_xlsx.documents.text_tables import text_pieces

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
UNREADABLE = DocumentError("文字编码认不出来", "请用记事本打开，另存时编码选 UTF-8，再重新报送。")


def read_plain_text(data: bytes) -> Document:
    """Read UTF-8, UTF-16 with its mark, or GB 18030 (GBK). Raises DocumentError."""
    text = _decoded(data)
    if "\0" in text:
        raise UNREADABLE
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return joined(ParagraphText(one) if isinstance(one, str) else one for one in text_pieces(lines))


def _decoded(data: bytes) -> str:
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UNREADABLE
