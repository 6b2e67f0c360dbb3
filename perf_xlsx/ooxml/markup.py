"""Reading and writing XML, without entities or network access; small helpers for elements."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from html import escape

from lxml import etree

from perf_xlsx.ooxml.zip_archive import PackageError
from perf_xlsx.system.pattern import pattern

# Office writes UTF-8 and reads UTF-16; the others are what converters of Chinese systems declare.
_ENCODINGS = frozenset((
    "utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "gb2312", "gbk", "gb18030", "big5",
    "iso-8859-1",
))  # fmt: skip
# The namespaces of a spreadsheet's parts (transitional and strict), of alternate content, of Office.
MAIN = frozenset(
    f"{{{space}}}"
    for space in (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
)
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
ALTERNATES = f"{_COMPATIBILITY}AlternateContent"
_OFFICE = ("http://schemas.microsoft.com/", "http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/")

_DECLARED = pattern(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def parse_xml(data: bytes, name: str) -> etree._Element:
    """Parse one part; entities are never resolved. Raises PackageError for a DTD or broken XML."""
    _judge_xml(data, name)
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        if isinstance(error, etree.XMLSyntaxError) and error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        if "XML_PARSE_HUGE" in str(error):  # libxml2's own guards: 256 levels, 10 MB in one text or attribute
            raise PackageError("too_large", f"{name} 的嵌套过深或有过长的内容") from error
        raise PackageError("damaged", f"文件已损坏（{name} 不是有效的 XML）") from error
    if root.getroottree().docinfo.doctype:
        raise PackageError("damaged", f"文件不合规范（{name} 含有 DTD 声明）")
    return root


def _judge_xml(data: bytes, name: str) -> None:
    """Refuse a DTD before it is parsed (entities expand in attributes), and encodings that Office never writes."""
    plain = data.replace(b"\0", b"") if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4] else data
    if b"<!DOCTYPE" in plain:
        raise PackageError("damaged", f"文件不合规范（{name} 含有 DTD 声明）")
    if not plain[:4].lstrip(b"\xff\xfe\xef\xbb\xbf \r\n\t").startswith(b"<") and plain.strip():
        raise PackageError("damaged", f"文件已损坏（{name} 不是有效的 XML）")
    declared = _DECLARED.search(plain[:300])
    if declared and declared[1].decode("latin-1").lower() not in _ENCODINGS:
        raise PackageError("damaged", f"文件不合规范（{name} 的文字编码不支持）")


def to_xml(root: etree._Element) -> bytes:
    """A part's XML as Office writes it."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


_ILLEGAL = pattern("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")


def escaped(text: str) -> str:
    """Text, escaped for use between tags."""
    return escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text


def attribute_text(text: str) -> str:
    """Text as the value of an attribute, in its quotes."""
    value = escape(text).replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")
    return f'"{value}"'


def legal(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _ILLEGAL.sub("", text)


def whole(text: str | None, otherwise: int = 0) -> int:
    """An index or count from an attribute; `otherwise` if it is missing, negative, too long or no number."""
    return int(text) if text is not None and len(text) < 10 and text.isascii() and text.isdigit() else otherwise


def element_text(element: etree._Element) -> str:
    """An element's own text; a comment inside it is skipped.

    Raises PackageError for an element inside it: programs differ in what they take for the text then.
    """
    if len(element) == 0:
        return element.text or ""
    if any(isinstance(child.tag, str) for child in element):  # some programs would show it, others not
        raise PackageError("damaged", "文件已损坏（单元格或文字里夹有别的标记）")
    return (element.text or "") + "".join(child.tail or "" for child in element)


def children(element: etree._Element) -> Iterator[etree._Element]:
    """An element's children in its own namespace, which alone count for every program.

    Of alternate content, the children for programs that know nothing newer.
    """
    space = space_of(element)
    for child in element:
        if child.tag == ALTERNATES:
            yield from (e for e in chosen(child) if space_of(e) == space)
        elif space_of(child) == space:
            yield child


def named(element: etree._Element, name: str) -> list[etree._Element]:
    """The children of that name; see `children`."""
    tag = space_of(element) + name
    if next(element.iterchildren(ALTERNATES), None) is None:
        return list(element.iterchildren(tag))
    return [child for child in children(element) if child.tag == tag]


def only(element: etree._Element, name: str) -> etree._Element | None:
    """The child of that name. Raises PackageError if there are two: it is ambiguous which one counts."""
    found = named(element, name)
    if len(found) > 1:
        raise PackageError("damaged", f"文件已损坏（{name} 有{len(found)}个，不知以哪个为准）")
    return found[0] if found else None


def chosen(alternates: etree._Element) -> etree._Element | tuple[()]:
    """Of alternate content, the element that programs read which know nothing newer."""
    for kind in ("Fallback", "Choice"):
        for element in alternates.iterchildren(_COMPATIBILITY + kind):
            if len(element):
                return element
    return ()


def disputed(element: etree._Element) -> bool:
    """Whether a child is written twice, and a newer program reads another content than all others."""
    for alternates in element.iterchildren(ALTERNATES):
        plain = [_plain(child) for child in chosen(alternates)]
        for choice in alternates.iterchildren(f"{_COMPATIBILITY}Choice"):
            spaces = [choice.nsmap.get(prefix) or "" for prefix in choice.get("Requires", "").split()]
            if all(space.startswith(_OFFICE) for space in spaces) and [_plain(child) for child in choice] != plain:
                return True
    return False


def _plain(element: etree._Element) -> tuple[object, ...]:
    """An element's contents for comparison, without its context."""
    inner = tuple((_plain(child), child.tail or "") for child in element)
    return element.tag, tuple(sorted(element.attrib.items())), element.text or "", inner


def same(elements: list[etree._Element]) -> bool:
    """Whether all say the same."""
    return len({_plain(element) for element in elements}) < 2


def space_of(element: etree._Element) -> str:
    """The namespace in braces, "{…}"; "" for none, comments and processing instructions."""
    tag = element.tag
    return _space(tag) if isinstance(tag, str) else ""


@lru_cache(4096)
def _space(tag: str) -> str:
    return tag[: tag.rfind("}") + 1]


def local(element: etree._Element) -> str:
    """The name without its namespace; "" for comments and processing instructions."""
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


@lru_cache(4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
