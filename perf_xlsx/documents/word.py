"""The text of a Word document (.docx): its paragraphs, tables and text boxes, with where each character stands.

Inserted text counts, deleted text does not. Fields count by their results; hidden text does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from perf_xlsx.documents.document import CellPlace, Document, DocumentError, HiddenBookmark, ParagraphText, joined
from perf_xlsx.ooxml import Limits, Package, PackageError
from perf_xlsx.ooxml.markup import local
from perf_xlsx.system.pattern import pattern

SPACES = (
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
ADVICE = "请用 Word 或 WPS 打开检查，另存为新的 .docx 后重新报送。"
NO_WORD = DocumentError("不是 Word 文档（压缩包里没有文档内容）", "请报送 Word 文档（.docx）。")
DEEPEST = 60  # elements inside one another
_GONE = frozenset(("del", "moveFrom", "instrText", "delText", "delInstrText", "rPr", "pPr", "sdtPr", "Fallback"))
_BREAKS = {"tab": "\t", "br": " ", "cr": " ", "noBreakHyphen": "-", "softHyphen": "", "ptab": "\t"}
_HEADING = pattern(r"(?i)^(?:heading|标题)\s*(\d)$")
_TITLE = pattern(r"(?i)^(?:title|标题)$")


class TextElement(NamedTuple):
    """A text element, and which characters of its paragraph it holds."""

    element: etree._Element
    start: int
    text: str


class WordParagraph(NamedTuple):
    """A paragraph of the document part, its text and the elements that hold it."""

    element: etree._Element
    text: str
    letters: tuple[TextElement, ...]
    cell: CellPlace | None


def unzip(data: bytes, limits: Limits) -> tuple[Package, str]:
    """A Word document's parts, and the name of the main one. Raises DocumentError."""
    try:
        package = Package.unzip(data, limits)
        main = package.main_part() if "[Content_Types].xml" in package else None
        kind = (package.content_type(main) or "") if main else ""
        package.settle()
    except PackageError as error:
        raise DocumentError(error.detail, ADVICE) from error
    if main is None or "wordprocessingml" not in kind:
        raise NO_WORD
    return package, main


def read_word(data: bytes, limits: Limits) -> Document:
    """Read a .docx or .docm. Raises DocumentError."""
    package, main = unzip(data, limits)
    try:
        levels = _levels(package, main)
        paragraphs = list(word_paragraphs(package.tree(main)))
        remarks = list(_remarks(package, main))
    except PackageError as error:
        raise DocumentError(error.detail, ADVICE) from error
    pieces = (
        ParagraphText(one.text, _level(one.element, levels), one.cell, tuple(_marks(one))) for one in paragraphs
    )
    return joined(pieces, remarks)


def word_paragraphs(root: etree._Element) -> Iterator[WordParagraph]:
    """The paragraphs of a document part in reading order; those of a text box follow the one that it hangs at."""
    body = next((child for child in root if local(child) == "body"), None)
    if body is not None:
        yield from _blocks(body, None, _Tables(), 0)


class _Tables:
    """Counts the tables of a document."""

    def __init__(self) -> None:
        self.number = -1


def _blocks(
    parent: etree._Element, cell: CellPlace | None, tables: _Tables, depth: int
) -> Iterator[WordParagraph]:
    """The paragraphs of a body, a cell or a text box."""
    if depth > DEEPEST:
        raise PackageError("too_large", "表格或文本框嵌套过深")
    for child in parent:
        kind = local(child)
        if kind == "p":
            letters = tuple(_letters(child, 0))
            yield WordParagraph(child, "".join(one.text for one in letters), letters, cell)
            for box in _boxes(child):
                yield from _blocks(box, cell, tables, depth + 1)
        elif kind == "tbl":
            tables.number += 1
            yield from _table(child, tables.number, tables, depth)
        elif kind in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"):
            yield from _blocks(child, cell, tables, depth + 1)


def _table(table: etree._Element, number: int, tables: _Tables, depth: int) -> Iterator[WordParagraph]:
    """The paragraphs of a table, row by row; a nested one is a table of its own."""
    rows = (row for row in table.iter(f"{{{etree.QName(table).namespace}}}tr") if _table_of(row) is table)
    for at, row in enumerate(rows):
        column = 0
        for cell in (one for one in row.iter(f"{{{etree.QName(table).namespace}}}tc") if _row_of(one) is row):
            yield from _blocks(cell, CellPlace(number, at, column), tables, depth + 1)
            column += _span(cell)


def _table_of(element: etree._Element) -> etree._Element | None:
    return next((one for one in element.iterancestors() if local(one) == "tbl"), None)


def _row_of(element: etree._Element) -> etree._Element | None:
    return next((one for one in element.iterancestors() if local(one) == "tr"), None)


def _span(cell: etree._Element) -> int:
    """How many columns a cell takes."""
    for properties in (child for child in cell if local(child) == "tcPr"):
        for one in properties:
            if local(one) == "gridSpan":
                width = _attribute(one, "val")
                return min(int(width), 100) if width.isascii() and width.isdigit() and len(width) < 4 else 1
    return 1


def _letters(parent: etree._Element, start: int) -> Iterator[TextElement]:
    """The text elements of a paragraph, in order, without what was deleted, is hidden or lies in text boxes."""
    stack = [iter(parent)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            continue
        kind = local(child)
        if kind == "t":
            text = child.text or ""
            yield TextElement(child, start, text)
            start += len(text)
        elif kind in _BREAKS:
            yield TextElement(child, start, _BREAKS[kind])
            start += len(_BREAKS[kind])
        elif kind and kind not in _GONE and kind not in ("txbxContent", "drawing", "pict") and not _hidden(child):
            stack.append(iter(child))
        if len(stack) > DEEPEST:
            raise PackageError("too_large", "嵌套过深")


def _marks(paragraph: WordParagraph) -> Iterator[HiddenBookmark]:
    """The hidden bookmarks of a paragraph, by their names with _ in front; none lies inside another."""
    ends = {one.element: one.start + len(one.text) for one in paragraph.letters}
    at = begun = 0
    name = number = ""
    for element in paragraph.element.iter():
        at = ends.get(element, at)
        kind = local(element)
        if kind == "bookmarkStart" and _attribute(element, "name").startswith("_"):
            name, number, begun = _attribute(element, "name"), _attribute(element, "id"), at
        elif kind == "bookmarkEnd" and name and _attribute(element, "id") == number:
            yield HiddenBookmark(begun, at, name)
            name = ""


def _hidden(element: etree._Element) -> bool:
    """Whether a run is hidden text."""
    if local(element) != "r":
        return False
    properties = next((child for child in element if local(child) == "rPr"), None)
    marks = [] if properties is None else [one for one in properties if local(one) == "vanish"]
    return any(_attribute(one, "val") not in ("0", "false", "off") for one in marks)


def _boxes(paragraph: etree._Element) -> Iterator[etree._Element]:
    """The text boxes that hang at a paragraph; of two versions of one the first."""
    for found in paragraph.iter():
        if local(found) == "txbxContent":
            within = [local(one) for one in found.iterancestors()]
            up_to = within[: within.index("p")] if "p" in within else within
            if "Fallback" not in up_to and "txbxContent" not in up_to and _paragraph_of(found) is paragraph:
                yield found


def _paragraph_of(element: etree._Element) -> etree._Element | None:
    return next((one for one in element.iterancestors() if local(one) == "p" and _is_word(one)), None)


def _is_word(element: etree._Element) -> bool:
    return str(element.tag).startswith(SPACES)


def _levels(package: Package, main: str) -> dict[str, int]:
    """The level of each style that is one of a heading."""
    name = package.one_related(main, "styles")
    if name is None:
        return {}
    found: dict[str, int] = {}
    for style in (one for one in package.tree(name) if local(one) == "style"):
        level = _style_level(style)
        if level:
            found[_attribute(style, "styleId")] = level
    return found


def _style_level(style: etree._Element) -> int:
    for child in style.iter():
        if local(child) == "name" and (named := _HEADING.match(_attribute(child, "val"))):
            return int(named[1])
        if local(child) == "outlineLvl":
            return _outline(child)
    return 0


def _outline(element: etree._Element) -> int:
    value = _attribute(element, "val")
    return int(value) + 1 if len(value) == 1 and value.isdigit() and value != "9" else 0


def _level(paragraph: etree._Element, levels: dict[str, int]) -> int:
    """The level of a heading, by its outline level or its style; 0 of body text."""
    properties = next((child for child in paragraph if local(child) == "pPr"), None)
    for child in properties if properties is not None else ():
        if local(child) == "outlineLvl":
            return _outline(child)
    for child in properties if properties is not None else ():
        if local(child) == "pStyle":
            return levels.get(_attribute(child, "val"), 0)
    return 0


def _attribute(element: etree._Element, name: str) -> str:
    """An attribute in the namespace of its element."""
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _remarks(package: Package, main: str) -> Iterator[str]:
    """What else is in the document that a person should know of: none of it is run or followed."""
    names = [name.lower() for name in package.names()]
    if any(name.endswith("vbaproject.bin") for name in names):
        yield "文件中有宏，没有运行"
    outside = [one for one in package.relationships(main) if one.external and not one.type.endswith("/hyperlink")]
    if outside:
        yield f"文件引用了{len(outside)}处外部内容（图片、模板或对象），没有读取"
    if any("/embeddings/" in name for name in names):
        yield "文件中嵌有其他文件，没有打开"
    if any(local(one) in ("ins", "del", "moveFrom", "moveTo") for one in package.tree(main).iter()):
        yield "文件中有修订痕迹：插入的文字计入，删除的不计入"
