"""XML as it is read and written: entities never resolved, nothing fetched, and small questions to its elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape

from lxml import etree

from perf_xlsx.ooxml.archive import PackageError

# Office writes UTF-8 and reads UTF-16; the others are what converters of Chinese systems declare.
_ENCODINGS = frozenset(
    {
        "utf-8",
        "utf8",
        "utf-16",
        "utf-16le",
        "utf-16be",
        "us-ascii",
        "ascii",
        "gb2312",
        "gbk",
        "gb18030",
        "big5",
        "iso-8859-1",
    }
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")


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


_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")


def escaped(text: str) -> str:
    """Text as it stands between tags."""
    return escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text


def quoted(text: str) -> str:
    """Text as the value of an attribute, in its quotes."""
    value = escape(text).replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")
    return f'"{value}"'


def legal(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _ILLEGAL.sub("", text)


def whole(text: str | None, otherwise: int = 0) -> int:
    """An index or count as it stands in an attribute; `otherwise` where it is none (missing, below 0, endless)."""
    return int(text) if text is not None and len(text) < 10 and text.isascii() and text.isdigit() else otherwise


def text_of(element: etree._Element) -> str:
    """An element's own text, also where a comment stands in the middle of it."""
    if len(element) == 0:
        return element.text or ""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def children(element: etree._Element) -> Iterator[etree._Element]:
    """An element's children; of what is written twice, for newer programs and for all, that for all."""
    for child in element:
        if local(child) != "AlternateContent":
            yield child
            continue
        for kind in ("Fallback", "Choice"):
            if (chosen := next((e for e in child if local(e) == kind and len(e)), None)) is not None:
                yield from chosen
                break


def local(element: etree._Element) -> str:
    """The name without its namespace; "" for comments and processing instructions."""
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


@lru_cache(4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
