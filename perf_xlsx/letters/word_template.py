"""A letter's template: a Word document with fields such as 【单位】, prepared once and filled in for each letter.

A table row or paragraph with a field of a list (【更正.位置】) is repeated for each item of the list; a table
whose list is empty is left out. A paragraph with 【如有更正】 stays only where the list has items. What is
filled in is text: never markup, and no field of Word's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path

from lxml import etree
from msgspec import Struct

from perf_xlsx.letters.fields import LISTS, SINGLE
from perf_xlsx.ooxml import Limits, Package, PackageError, legal, read_file
from perf_xlsx.ooxml.markup import escaped
from perf_xlsx.ooxml.zip_archive import Packed, ZipWriter, deflated
from perf_xlsx.system.pattern import pattern
from perf_xlsx.system.safe_text import one_line

Fields = Mapping[str, str]
Lists = Mapping[str, Sequence[Fields]]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_FIELD = pattern("【([^【】]{1,20})】")
_OPEN, _CLOSE = "\ue000", "\ue001"  # around a marker while the document is taken apart
_MARKER = pattern(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_WHERE = "如有"
_MINUS = pattern(r"(?<![0-9A-Za-z.%）)-])-(?=[0-9])")
UNTORN = '</w:t><w:noBreakHyphen/><w:t xml:space="preserve">'


class TemplateError(Exception):
    """A template cannot be used; the Chinese message says why. For the operator."""


class _Field(Struct, frozen=True):
    """Where a text goes; `of` is the list whose item has it, or ""."""

    of: str
    name: str


class _Block(Struct, frozen=True):
    """What is there for each item of a list, or (`once`) once where it has items."""

    of: str
    once: bool
    body: tuple[str | _Field | _Block, ...]


TemplateBody = tuple["str | _Field | _Block", ...]


class WordTemplate(Struct, frozen=True):
    """A prepared document: its main part taken apart, all others as they lie in the zip."""

    main: str
    body: TemplateBody
    parts: tuple[Packed, ...]

    @classmethod
    def open(cls, source: Path | bytes) -> WordTemplate:
        """A .docx file, or its bytes. Raises TemplateError and OSError."""
        called = source.name if isinstance(source, Path) else "模板"
        try:
            data = source if isinstance(source, bytes) else read_file(source, Limits())
            package = Package.unzip(data)
            main = package.main_part()
            if main is None or package.content_type(main) != _MAIN:
                raise TemplateError(f"{called} 不是 Word 文档（.docx）。请用 Word 或 WPS 另存为 .docx。")
            body = _taken_apart(package.tree(main), called)
            parts = tuple(deflated(name, package.read(name)) for name in package.names() if name != main)
        except PackageError as error:
            raise TemplateError(f"{called} 读不出来（{error.detail}）。") from None
        return cls(main, body, parts)

    def filled(self, fields: Fields, lists: Lists) -> bytes:
        """The document with these texts in the places of its fields."""
        text = "".join(_filled(self.body, fields, lists, {}))
        out = BytesIO()
        names = [*(info.filename for info, _ in self.parts), self.main]
        ZipWriter(out).finish([*self.parts, deflated(self.main, text.encode())], names)
        return out.getvalue()


def _filled(body: TemplateBody, fields: Fields, lists: Lists, item: Fields) -> Iterator[str]:
    for piece in body:
        match piece:
            case str():
                yield piece
            case _Field(of="", name=name):
                yield _safe(fields.get(name, ""))
            case _Field(name=name):
                yield _safe(item.get(name, ""))
            case _Block(of=of, once=True, body=inner):
                if lists.get(of):
                    yield from _filled(inner, fields, lists, item)
            case _Block(of=of, body=inner):
                for one in lists.get(of, ()):
                    yield from _filled(inner, fields, lists, one)


def _safe(text: str) -> str:
    """Text of a run, its minus signs such that no program tears them from their numbers at the end of a line."""
    return _MINUS.sub(UNTORN, escaped(legal(one_line(text))))


# ---- taking a document apart ---------------------------------------------------------------------------------


def _taken_apart(root: etree._Element, called: str) -> TemplateBody:
    """The document as texts, fields and blocks. Raises TemplateError where a field is not known."""
    _tidy(root)
    unknown: list[str] = []
    lists = {paragraph: _marked(paragraph, unknown) for paragraph in list(root.iter(f"{_W}p"))}
    if unknown:
        raise TemplateError(
            f"{called} 里有不认识的栏目：{'、'.join(f'【{name}】' for name in dict.fromkeys(unknown))}。"
            f"可用的有{'、'.join(f'【{name}】' for name in SINGLE)}，"
            f"以及{'、'.join(f'【{of}.{name}】' for of, names in LISTS.items() for name in names)}。"
        )
    _wrap(lists)
    text = etree.tostring(root, encoding="unicode")
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return _blocks(iter([*_MARKER.split(head + text)]), None)


def _tidy(root: etree._Element) -> None:
    """Take out what only an editor needs, and what may be there only once although rows are repeated."""
    for kind in ("bookmarkStart", "bookmarkEnd", "proofErr"):
        for element in list(root.iter(f"{_W}{kind}")):
            _removed(element)
    for element in root.iter(f"{_W}p", f"{_W}tr"):
        for name in [name for name in element.attrib if str(name).endswith(("}paraId", "}textId"))]:
            del element.attrib[name]
    for text in root.iter(f"{_W}t"):
        text.text = (text.text or "").replace(_OPEN, "").replace(_CLOSE, "")


def _removed(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _marked(paragraph: etree._Element, unknown: list[str]) -> tuple[str, str]:
    """Put markers in place of a paragraph's fields; gives the list that it repeats over, and the one it needs."""
    texts = [text for text in paragraph.iter(f"{_W}t") if next(text.iterancestors(f"{_W}p")) is paragraph]
    _joined(texts)
    over = where = ""
    for text in texts:
        for found in _FIELD.finditer(text.text or ""):
            of, dot, name = found[1].partition(".")
            if not dot and of.removeprefix(_WHERE) in LISTS and of.startswith(_WHERE):
                where = of.removeprefix(_WHERE)
            elif dot and name in LISTS.get(of, ()):
                over = of
            elif dot or of not in SINGLE:
                unknown.append(found[1])
        text.text = _FIELD.sub(_marker, text.text or "")
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return over, where


def _marker(found: object) -> str:
    name = found[1]  # type: ignore[index]
    return "" if name.startswith(_WHERE) else f"{_OPEN}={name}{_CLOSE}"


def _joined(texts: Sequence[etree._Element]) -> None:
    """Bring a field that Word has spread over several runs into the first of them."""
    whole = "".join(text.text or "" for text in texts)
    starts, at = [], 0
    for text in texts:
        starts.append(at)
        at += len(text.text or "")
    for found in _FIELD.finditer(whole):
        inside = [n for n, start in enumerate(starts) if found.start() < start < found.end()]
        if inside:
            _move(texts, starts, inside, found.start(), found.end(), whole)


def _move(
    texts: Sequence[etree._Element], starts: list[int], inside: list[int], first: int, end: int, whole: str
) -> None:
    """The characters from `first` to `end` go into the text where they begin."""
    for n in inside:
        texts[n].text = (texts[n].text or "")[max(0, end - starts[n]) :]
    begin = inside[0] - 1
    texts[begin].text = (texts[begin].text or "") + whole[starts[inside[0]] : end]
    for n in inside:
        starts[n] = max(starts[n], end)


def _wrap(lists: Mapping[etree._Element, tuple[str, str]]) -> None:
    """Put markers around what is repeated, or is there only where a list has items."""
    rows: dict[etree._Element, str] = {}
    for paragraph, (over, where) in lists.items():
        row = next(paragraph.iterancestors(f"{_W}tr"), None)
        if where:  # a cell needs its paragraph, so that the row goes
            _around(paragraph if row is None else row, f"?{where}")
        if over and row is not None:
            rows.setdefault(row, over)
        elif over:
            _around(paragraph, f"*{over}")
    for row, over in rows.items():
        _around(row, f"*{over}")
    for table, over in {next(row.iterancestors(f"{_W}tbl")): over for row, over in rows.items()}.items():
        _around(table, f"?{over}")


def _around(element: etree._Element, marker: str) -> None:
    begin, end = f"{_OPEN}{marker}{_CLOSE}", f"{_OPEN}/{_CLOSE}"
    previous, parent = element.getprevious(), element.getparent()
    if previous is not None:
        previous.tail = (previous.tail or "") + begin
    elif parent is not None:
        parent.text = (parent.text or "") + begin
    element.tail = end + (element.tail or "")


def _blocks(pieces: Iterator[str], until: str | None) -> TemplateBody:
    """Texts and markers by turns, as fields and blocks, up to the end of this block."""
    found: list[str | _Field | _Block] = []
    for text in pieces:
        found.append(text)
        marker = next(pieces, None)
        if marker is None or marker == until:
            break
        kind, name = marker[0], marker[1:]
        if kind == "=":
            of, dot, own = name.partition(".")
            found.append(_Field(of, own) if dot else _Field("", name))
        else:
            found.append(_Block(name, kind == "?", _blocks(pieces, "/")))
    return tuple(found)
