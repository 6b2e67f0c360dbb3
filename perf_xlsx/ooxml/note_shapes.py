"""The shapes of notes, in the old markup for drawings: without one no program shows a note."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import ceil

from perf_xlsx.ooxml.book import MAX_COLUMN, parse_cell
from perf_xlsx.ooxml.zip_archive import PackageError
from perf_xlsx.system.pattern import pattern

EMPTY = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="{block}"/></o:shapelayout></xml>'
)
_SHAPE_TYPE = (
    '<v:shapetype xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel" id="_x0000_s{id}" type="#_x0000_t202" '
    'style="position:absolute;margin-left:60pt;margin-top:10pt;width:{width}pt;height:{height}pt;z-index:{order};'
    'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_SHAPE_TAG = pattern(rb"<v:shape\b|</v:shape>")
_ROW = pattern(rb"<x:Row>\s{0,9}([0-9]{1,9})\s{0,9}</x:Row>")
_COLUMN = pattern(rb"<x:Column>\s{0,9}([0-9]{1,9})\s{0,9}</x:Column>")
_ANY = pattern(rb"<v:(shape|group|rect|oval|line)\b")


def draws(data: bytes) -> bool:
    """Whether there is anything in a drawing."""
    return _ANY.search(data) is not None


def with_shapes(data: bytes, part: str, notes: Sequence[tuple[str, str]]) -> bytes:
    """A drawing with shapes for more notes, given as cell and text."""
    data = _utf8(data, part)
    end = data.rfind(b"</xml>")
    if end < 0:
        return data
    taken = [int(n) for n in re.findall(rb"_x0000_s([0-9]{1,9})", data)]
    block = re.search(rb'<o:idmap[^>]{0,200}\bdata="([0-9]{1,6})', data)
    first = max([*taken, (int(block[1]) if block else 1) * 1024]) + 1
    head = "" if b'id="_x0000_t202"' in data else _SHAPE_TYPE
    shapes = [_shape(cell, text, first + n, len(taken) + 1 + n) for n, (cell, text) in enumerate(notes)]
    return data[:end] + (head + "".join(shapes)).encode() + data[end:]


def without_shapes(data: bytes, part: str, cells: set[tuple[int, int]]) -> bytes:
    """A drawing without the shapes of the notes of these cells."""
    data = _utf8(data, part)
    kept, behind = [], 0
    for start, end in _shapes(data):
        shape = data[start:end]
        row, column = _ROW.search(shape), _COLUMN.search(shape)
        if row and column and b'ObjectType="Note"' in shape and (int(row[1]) + 1, int(column[1]) + 1) in cells:
            kept.append(data[behind:start])
            behind = end
    return b"".join(kept) + data[behind:]


def _shapes(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each shape begins and ends; none lies in another, and one without contents is passed over."""
    start: int | None = None
    for tag in _SHAPE_TAG.finditer(data):
        if tag[0] != b"</v:shape>":
            start = tag.start()
        elif start is not None:
            yield start, tag.end()
            start = None


def _shape(cell: str, text: str, id: int, order: int) -> str:
    row, column = parse_cell(cell) or (1, 1)
    lines = sum(max(1, ceil(len(line) / 24)) for line in text.split("\n")) + 2
    left, top = column if column + 3 < MAX_COLUMN else column - 5, max(row - 2, 0)
    anchor = f"{left}, 12, {top}, 8, {left + 3}, 60, {top + ceil(lines * 0.62) + 1}, 8"
    place = {"row": row - 1, "column": column - 1, "anchor": anchor}
    return _SHAPE.format(id=id, order=order, width=220, height=lines * 13, **place)


def _utf8(data: bytes, part: str) -> bytes:
    """A drawing as UTF-8, in which it is searched."""
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return data
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError as error:
        raise PackageError("damaged", f"文件已损坏（{part} 不是有效的 XML）") from error
    return re.sub(r"<\?xml[^>]{0,200}\?>", "", text, count=1).encode()
