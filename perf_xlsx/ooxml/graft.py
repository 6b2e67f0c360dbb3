"""Sheets of another workbook, grafted in: their styles, strings, drawings and charts come with them."""

from __future__ import annotations

import copy
import posixpath
import re

from lxml import etree

from perf_xlsx.ooxml.book import Book, DefinedName, Sheet, quote_sheet
from perf_xlsx.ooxml.package import Package, local, parse_xml, rels_name, to_xml, whole
from perf_xlsx.ooxml.styles import Styles

_WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_STRICT_DRAWING = "http://purl.oclc.org/ooxml/drawingml"
_BEFORE_VIEWS = ("fileVersion", "fileSharing", "workbookPr", "workbookProtection", "AlternateContent", "absPath")
_BEFORE_NAMES = (*_BEFORE_VIEWS, "revisionPtr", "bookViews", "sheets", "functionGroups", "externalReferences")


def graft_sheets(book: Book, source: bytes) -> dict[str, str]:
    """Add every worksheet of `source` (written by XlsxWriter) at the end; gives old name -> name here."""
    theirs = Book(Package.unzip(source))
    taken = {name.casefold() for name in all_sheet_names(book)}
    names: dict[str, str] = {}
    for sheet in theirs.sheets:
        names[sheet.name] = free_sheet_name(sheet.name, taken)
        taken.add(names[sheet.name].casefold())
    formats, dxfs = Styles(book).adopt(Styles(theirs))
    for sheet in theirs.sheets:
        index = _graft(book, theirs, sheet, names, formats, dxfs)
        for name in theirs.defined_names():
            if name.local_sheet == sheet.index:
                add_name(book, DefinedName(name.name, _renamed(name.refers_to, names), index, name.hidden))
    return names


def all_sheet_names(book: Book) -> list[str]:
    """The names of all sheets, chart sheets too, in the order of their tabs."""
    return [element.get("name", "") for element in sheet_elements(book)]


def sheet_elements(book: Book) -> list[etree._Element]:
    """The sheet elements of the workbook part."""
    listed = book.child("sheets")
    return [] if listed is None else [element for element in listed if local(element) == "sheet"]


def free_sheet_name(name: str, taken: set[str]) -> str:
    """The name, numbered where a sheet already has it."""
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name}({number})"
    return candidate


def _graft(
    book: Book, theirs: Book, sheet: Sheet, names: dict[str, str], formats: dict[str, str], dxfs: dict[str, str]
) -> int:
    root = theirs.package.tree(sheet.part)  # ours to change: the source is thrown away
    space = f"{{{etree.QName(root).namespace}}}"
    _restyle(root, space, formats, dxfs)
    _inline_strings(root, space, theirs)
    for link in root.iter(f"{space}hyperlink"):
        if location := link.get("location"):
            link.set("location", _renamed(location, names))
    for view in root.iter(f"{space}sheetView"):
        view.attrib.pop("tabSelected", None)
    part = book.package.free_name("xl/worksheets/sheet{}.xml")
    book.package.write(part, _in_space(to_xml(root), theirs, book))
    _copy_related(book, theirs, sheet.part, part, names)
    return add_sheet(book, names[sheet.name], part)


def _restyle(root: etree._Element, space: str, formats: dict[str, str], dxfs: dict[str, str]) -> None:
    kinds = (("c", "s", formats), ("row", "s", formats), ("col", "style", formats), ("cfRule", "dxfId", dxfs))
    for tag, attribute, here in kinds:
        for element in root.iter(space + tag):
            if index := element.get(attribute):
                element.set(attribute, here.get(index, "0"))


def _inline_strings(root: etree._Element, space: str, theirs: Book) -> None:
    """Shared strings become inline ones: the other workbook's table is not touched by ours."""
    part = theirs.related_part("sharedStrings")
    items = [] if part is None else list(theirs.package.tree(part).iter(f"{space}si"))
    for cell in root.iter(f"{space}c"):
        if cell.get("t") != "s":
            continue
        item = items[int(cell.findtext(f"{space}v") or "0")]
        for child in list(cell):
            cell.remove(child)
        cell.set("t", "inlineStr")
        inline = etree.SubElement(cell, f"{space}is")
        for child in item:
            inline.append(copy.deepcopy(child))


def _in_space(data: bytes, theirs: Book, book: Book) -> bytes:
    """The same XML in this workbook's namespaces (strict workbooks have their own)."""
    if theirs.space == book.space:
        return data
    data = data.replace(theirs.relation_space.encode(), book.relation_space.encode())
    for kind in ("main", "spreadsheetDrawing", "chart"):
        loose, strict = f"{_DRAWING}/{kind}", f"{_STRICT_DRAWING}/{kind}"
        data = data.replace(f'"{loose}"'.encode(), f'"{strict}"'.encode())
    return data.replace(theirs.space.encode(), book.space.encode())


def _copy_related(book: Book, theirs: Book, source: str, target: str, names: dict[str, str]) -> None:
    """Copy what a part refers to (drawings, charts, …), each under a free name, ids kept."""
    name = rels_name(source)
    if name not in theirs.package:
        return
    root = copy.deepcopy(theirs.package.tree(name))
    related = {relation.id: relation for relation in theirs.package.relationships(source)}
    for element in root:
        relation = related.get(element.get("Id", ""))
        kind = element.get("Type", "").replace(theirs.relation_space, book.relation_space)
        element.set("Type", kind)
        if relation is None or relation.external:
            continue
        stem, extension = posixpath.splitext(relation.target)
        new = book.package.free_name(re.sub(r"\d+$", "", stem) + "{}" + extension)
        data = theirs.package.read(relation.target)
        data = _chart_names(data, relation.target, names) if "/charts/" in new else data
        book.package.write(new, _in_space(data, theirs, book) if new.endswith(".xml") else data)
        book.package.set_content_type(new, theirs.package.content_type(relation.target) or "application/xml")
        _copy_related(book, theirs, relation.target, new, names)
        element.set("Target", posixpath.relpath(f"/{new}", posixpath.join("/", posixpath.dirname(target))))
    book.package.write(rels_name(target), to_xml(root))


def _chart_names(data: bytes, part: str, names: dict[str, str]) -> bytes:
    root = parse_xml(data, part)
    for element in root.iter():
        if local(element) == "f" and element.text:
            element.text = _renamed(element.text, names)
    return to_xml(root)


def _renamed(reference: str, names: dict[str, str]) -> str:
    """A reference to one of the grafted sheets, under its new name."""
    for old, new in names.items():
        for head in (f"{quote_sheet(old)}!", f"{old}!"):
            if old != new and reference.startswith(head):
                return f"{quote_sheet(new)}!{reference[len(head) :]}"
    return reference


def add_sheet(book: Book, name: str, part: str, state: str | None = None) -> int:
    """List a worksheet part in the workbook, behind all others; gives back its index."""
    book.package.set_content_type(part, _WORKSHEET)
    id = book.relate("worksheet", part)
    elements = sheet_elements(book)
    numbers = [whole(e.get("sheetId")) for e in elements]
    listed = book.child("sheets")
    assert listed is not None
    made = etree.SubElement(listed, f"{{{book.space}}}sheet", name=name, sheetId=str(max([0, *numbers]) + 1))
    if state:
        made.set("state", state)
    made.set(f"{{{book.relation_space}}}id", id)
    book.package.touch(book.part)
    return len(elements)


def add_name(book: Book, name: DefinedName) -> None:
    """Define a name."""
    listed = book.child("definedNames")
    if listed is None:
        listed = etree.Element(f"{{{book.space}}}definedNames")
        _insert_behind(book.root, listed, _BEFORE_NAMES)
    made = etree.SubElement(listed, f"{{{book.space}}}definedName", name=name.name)
    if name.local_sheet is not None:
        made.set("localSheetId", str(name.local_sheet))
    if name.hidden:
        made.set("hidden", "1")
    made.text = name.refers_to
    book.package.touch(book.part)


def _insert_behind(root: etree._Element, made: etree._Element, before: tuple[str, ...]) -> None:
    last = [element for element in root if local(element) in before]
    if last:
        last[-1].addnext(made)
    else:
        root.insert(0, made)


def open_on(book: Book, name: str) -> None:
    """Let the workbook open on that sheet, and only that one be selected."""
    index = all_sheet_names(book).index(name)
    views = book.child("bookViews")
    if views is None:
        views = etree.Element(f"{{{book.space}}}bookViews")
        _insert_behind(book.root, views, _BEFORE_VIEWS)
    view = next((e for e in views if local(e) == "workbookView"), None)
    if view is None:
        view = etree.SubElement(views, f"{{{book.space}}}workbookView")
    view.set("activeTab", str(index))
    view.attrib.pop("firstSheet", None)
    book.package.touch(book.part)
    for sheet in book.sheets:
        _select(book, sheet, sheet.index == index)


def _select(book: Book, sheet: Sheet, selected: bool) -> None:
    views = (e for e in book.package.tree(sheet.part) if local(e) == "sheetViews")
    for view in (e for listed in views for e in listed if local(e) == "sheetView"):
        if selected:
            view.set("tabSelected", "1")
        elif view.get("tabSelected") is not None:
            view.attrib.pop("tabSelected")
        else:
            continue
        book.package.touch(sheet.part)
