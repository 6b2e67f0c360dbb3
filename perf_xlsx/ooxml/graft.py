"""Adds drafted sheets to a workbook with their formats and charts, and sets the sheet on which it opens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from perf_xlsx.ooxml.bar_chart import BarChart, chart_xml, drawing_xml
from perf_xlsx.ooxml.book import RELATION_SPACES, Book, DefinedName, quote_sheet
from perf_xlsx.ooxml.markup import local, named, whole
from perf_xlsx.ooxml.sheet_draft import SheetDraft
from perf_xlsx.ooxml.sheet_xml import area_name, worksheet_xml
from perf_xlsx.ooxml.styles import Styles

_WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_TYPES = {
    "chart": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    "drawing": "application/vnd.openxmlformats-officedocument.drawing+xml",
}
_LOOSE_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/"
_STRICT_DRAWING = "http://purl.oclc.org/ooxml/drawingml/"
_FILTER = "_xlnm._FilterDatabase"
_BEFORE_VIEWS = ("fileVersion", "fileSharing", "workbookPr", "workbookProtection", "AlternateContent", "absPath")
_BEFORE_NAMES = (*_BEFORE_VIEWS, "revisionPtr", "bookViews", "sheets", "functionGroups", "externalReferences")


def graft_sheets(book: Book, drafts: Sequence[SheetDraft], active: str) -> dict[str, str]:
    """Add every draft as a worksheet at the end, and open on `active`, a title; gives title -> name here."""
    _select_none(book)
    taken = {name.casefold() for name in all_sheet_names(book)}
    names: dict[str, str] = {}
    for draft in drafts:
        names[draft.title] = free_sheet_name(draft.title, taken)
        taken.add(names[draft.title].casefold())
    styles = Styles(book)
    for draft in drafts:
        name = names[draft.title]
        part = book.package.free_name("xl/worksheets/sheet{}.xml")
        book.package.write(part, b"")  # reserves the name before the drawing takes one
        drawing = _draw(book, draft.chart, part, name) if draft.chart else None
        spaces, selected = (book.space, book.relation_space), draft.title == active
        data = worksheet_xml(draft, styles.format_of, names, *spaces, drawing, selected)
        book.package.write(part, data)
        index = add_sheet(book, name, part)
        for defined, area in _printed(draft, name):
            add_name(book, DefinedName(defined, area, index, defined == _FILTER))
    _open_on(book, names[active])
    return names


def all_sheet_names(book: Book) -> list[str]:
    """The names of all sheets, chart sheets too, in the order of their tabs."""
    return [element.get("name", "") for element in book.sheet_elements()]


def free_sheet_name(name: str, taken: set[str]) -> str:
    """The name, numbered where a sheet already has it."""
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name}({number})"
    return candidate


def _draw(book: Book, chart: BarChart, sheet: str, name: str) -> str:
    """Add a chart and the drawing that holds it; gives the drawing's relationship id."""
    package = book.package

    def area(first: int, column: int) -> str:
        last = first + len(chart.categories) - 1
        return f"{quote_sheet(name)}!{area_name((first, column, last, column), fixed=True)}"

    plotted, drawing = (package.free_name(f"xl/{kind}s/{kind}{{}}.xml") for kind in ("chart", "drawing"))
    for part, kind in ((plotted, "chart"), (drawing, "drawing")):
        package.write(part, b"")
        package.set_content_type(part, _TYPES[kind])
    relation = package.add_relationship(drawing, book.relation("chart"), plotted)
    package.write(plotted, _in_space(chart_xml(chart, area, book.relation_space), book))
    package.write(drawing, _in_space(drawing_xml(chart, relation, book.relation_space), book))
    return package.add_relationship(sheet, book.relation("drawing"), drawing)


def _in_space(text: str, book: Book) -> bytes:
    """A drawing in this workbook's namespaces: strict workbooks have their own."""
    strict = text.replace(_LOOSE_DRAWING, _STRICT_DRAWING) if book.strict else text
    return strict.encode()


def _printed(draft: SheetDraft, name: str) -> Iterator[tuple[str, str]]:
    """Excel's own names for a sheet: the print area, the rows repeated on every page, the filter."""
    sheet = quote_sheet(name)
    if draft.filtered:
        yield _FILTER, f"{sheet}!{area_name(draft.filtered, fixed=True)}"
    if draft.print_area:
        yield "_xlnm.Print_Area", f"{sheet}!{area_name(draft.print_area, fixed=True)}"
    if draft.repeated:
        first, last = draft.repeated
        yield "_xlnm.Print_Titles", f"{sheet}!${first + 1}:${last + 1}"


def add_sheet(book: Book, name: str, part: str, state: str | None = None) -> int:
    """List a worksheet part in the workbook, after all others; returns its index."""
    book.package.set_content_type(part, _WORKSHEET)
    id = book.relate("worksheet", part)
    elements = book.sheet_elements()
    numbers = [whole(e.get("sheetId")) for e in elements]
    listed = book.child("sheets")
    assert listed is not None
    tag, sheet_id = f"{{{book.space}}}sheet", str(max([0, *numbers]) + 1)
    made = etree.SubElement(listed, tag, nsmap=book.relation_prefix, name=name, sheetId=sheet_id)
    if state:
        made.set("state", state)
    made.set(f"{{{book.relation_space}}}id", id)
    book.package.touch(book.part)
    book.sheets_changed()
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


def calculate_on_load(book: Book) -> None:
    """Let programs calculate all formulas when they open the workbook."""
    properties = book.child("calcPr")
    if properties is not None:
        properties.set("fullCalcOnLoad", "1")
        book.package.touch(book.part)


def _insert_behind(root: etree._Element, made: etree._Element, before: tuple[str, ...]) -> None:
    last = [element for element in root if local(element) in before]
    if last:
        last[-1].addnext(made)
    else:
        root.insert(0, made)


def _open_on(book: Book, name: str) -> None:
    """Let the workbook open on that sheet."""
    views = book.child("bookViews")
    if views is None:
        views = etree.Element(f"{{{book.space}}}bookViews")
        _insert_behind(book.root, views, _BEFORE_VIEWS)
    view = next(iter(named(views, "workbookView")), None)
    if view is None:
        view = etree.SubElement(views, f"{{{book.space}}}workbookView")
    view.set("activeTab", str(all_sheet_names(book).index(name)))
    view.attrib.pop("firstSheet", None)
    book.package.touch(book.part)


def _select_none(book: Book) -> None:
    """Deselect every sheet, chart sheets too: typing goes into all selected sheets at once."""
    listed = {e.get(f"{{{space}}}id") for e in book.sheet_elements() for space in RELATION_SPACES}
    for relation in book.package.relationships(book.part):
        if relation.id in listed and book.package.may_hold(relation.target, b"tabSelected"):
            for view in _sheet_views(book.package.tree(relation.target)):
                if view.attrib.pop("tabSelected", None) is not None:
                    book.package.touch(relation.target)


def _sheet_views(root: etree._Element) -> Iterator[etree._Element]:
    for element in root:
        if local(element) in ("sheetViews", "AlternateContent"):
            yield from element.iter("{*}sheetView")
