"""A text file: a line a paragraph, and tables that were pasted with tabs or bars between their cells."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from perf_xlsx.documents.document import CellPlace, Document, DocumentError, Piece, joined

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
UNREADABLE = DocumentError("文字编码认不出来", "请用记事本打开，另存时编码选 UTF-8，再重新报送。")
BETWEEN_CELLS = ("\t", "|")
FEWEST_CELLS = 3  # of a row


def read_plain_text(data: bytes) -> Document:
    """Read UTF-8, UTF-16 with its mark, or GB 18030 (GBK). Raises DocumentError."""
    text = _decoded(data)
    if "\0" in text:
        raise UNREADABLE
    return joined(_pieces(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))


def _pieces(lines: list[str]) -> Iterator[Piece]:
    """Lines as paragraphs; lines in a row with as many cells are a table."""
    table = 0
    for (between, cells), rows in groupby(lines, _cells):
        together = list(rows)
        if cells < FEWEST_CELLS or len(together) == 1:
            yield from map(Piece, together)
            continue
        for row, line in enumerate(together):
            *most, last = line.split(between)
            yield from (
                Piece(text, cell=CellPlace(table, row, column), ends=between) for column, text in enumerate(most)
            )
            yield Piece(last, cell=CellPlace(table, row, len(most)))
        table += 1


def _cells(line: str) -> tuple[str, int]:
    """What stands between the cells of a line, and how many there are."""
    return max(((one, line.count(one) + 1) for one in BETWEEN_CELLS), key=lambda found: found[1])


def _decoded(data: bytes) -> str:
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UNREADABLE
