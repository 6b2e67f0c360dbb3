"""What a worksheet asks of the person who types: drop-downs, input messages, accepted values, locked cells."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree
from msgspec import Struct

from perf_xlsx.ooxml.book import Book, Sheet, parse_range
from perf_xlsx.ooxml.markup import local, named, only
from perf_xlsx.ooxml.merges import Span

LONGEST_LIST = 255  # characters of a drop-down's values written out
# The elements of a worksheet in the order that every program wants (CT_Worksheet).
_ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins",
)  # fmt: skip
_ALLOWED = ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter")


class Question(Struct, frozen=True):
    """What is asked at an area ("C3:C9"): a message, and perhaps a list of values or numbers between two bounds.

    `values` are the choices of a drop-down or the reference of a range that holds them. `strict`: nothing else is
    taken.
    """

    area: str
    title: str
    message: str
    values: tuple[str, ...] | str = ()
    between: tuple[str, str] | None = None
    error: str = ""
    strict: bool = False


def ask(book: Book, sheet: Sheet, questions: Iterable[Question]) -> None:
    """Add questions to a sheet; where it asks something itself, that stays alone."""
    root = book.package.tree(sheet.part)
    group = only(root, "dataValidations")
    if group is None:
        group = etree.Element(f"{{{book.space}}}dataValidations")
        place_element(root, group)
    asked = [area for rule in named(group, "dataValidation") for area in _areas(rule.get("sqref", ""))]
    for question in questions:
        if not any(_meet(one, other) for one in _areas(question.area) for other in asked):
            _add(group, question)
    group.set("count", str(len(named(group, "dataValidation"))))
    book.package.touch(sheet.part)


def _areas(reference: str) -> list[Span]:
    return [area for word in reference.split() if (area := parse_range(word))]


def _meet(one: Span, other: Span) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _add(group: etree._Element, question: Question) -> None:
    made = etree.SubElement(group, f"{{{etree.QName(group).namespace}}}dataValidation")
    kind, first, second = _accepted(question)
    if kind:
        made.set("type", kind)
    if not question.strict:
        made.set("errorStyle", "warning")
    for name in ("allowBlank", "showInputMessage"):
        made.set(name, "1")
    if question.error:
        made.set("showErrorMessage", "1")
        made.set("errorTitle", f"{question.title}填写有误"[:32])
        made.set("error", question.error[:255])
    made.set("promptTitle", question.title[:32])
    made.set("prompt", question.message[:255])
    made.set("sqref", question.area)
    for name, formula in (("formula1", first), ("formula2", second)):
        if formula:
            etree.SubElement(made, f"{{{etree.QName(group).namespace}}}{name}").text = formula


def _accepted(question: Question) -> tuple[str, str, str]:
    """The kind of validation, and its formulas."""
    if question.between:
        return "decimal", *question.between
    if isinstance(question.values, str):
        return "list", question.values, ""
    written = ",".join(question.values)
    return ("list", f'"{written}"', "") if written and len(written) <= LONGEST_LIST else ("", "", "")


def protect(book: Book, sheet: Sheet) -> bool:
    """Lock the sheet's locked cells; rows may be inserted. False where it was locked before, which stays."""
    root = book.package.tree(sheet.part)
    if only(root, "sheetProtection") is not None:
        return False
    made = etree.Element(f"{{{book.space}}}sheetProtection", sheet="1", objects="1", scenarios="1")
    for name in _ALLOWED:
        made.set(name, "0")
    place_element(root, made)
    book.package.touch(sheet.part)
    return True


def place_element(root: etree._Element, made: etree._Element) -> None:
    """Put an element of a worksheet where it belongs."""
    before = _ORDER[: _ORDER.index(local(made)) + 1]
    last = [element for element in root if local(element) in before]
    if last:
        last[-1].addnext(made)
    else:
        root.insert(0, made)
