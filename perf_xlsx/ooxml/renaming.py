"""A worksheet under another name, with what refers to it by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from perf_xlsx.ooxml.book import Book, Sheet, quote_sheet
from perf_xlsx.ooxml.graft import all_sheet_names, sheet_elements
from perf_xlsx.ooxml.markup import local, text_of

KEPT = "（留存）"
_LONGEST = 31  # characters of a sheet's name in Excel


def kept_name(book: Book, name: str) -> str:
    """The name under which a sheet of ours stays: marked as kept, free here, no longer than Excel allows."""
    taken = {other.casefold() for other in all_sheet_names(book)}
    for number in range(1, len(taken) + 2):
        end = KEPT if number == 1 else f"{KEPT}({number})"
        candidate = name[: _LONGEST - len(end)] + end
        if candidate.casefold() not in taken:
            return candidate
    raise AssertionError("more names are taken than there are sheets")


def rename(book: Book, sheet: Sheet, name: str) -> None:
    """Rename a sheet; names defined on it, its own links, formulas and charts follow, as they do in Excel."""
    old = reference(sheet.name)
    sheet_elements(book)[sheet.index].set("name", name)
    book.package.touch(book.part)
    book.sheets_changed()

    def follow(text: str) -> str:
        return old.sub(lambda _: f"{quote_sheet(name)}!", text)

    for element in book.name_elements():
        element.text = follow(text_of(element))
    for part, root in _drawn(book, sheet.part):
        for element in root.iter():
            if local(element) == "f" and element.text:
                element.text = follow(element.text)
            elif local(element) == "hyperlink" and element.get("location"):
                element.set("location", follow(element.get("location", "")))
        book.package.touch(part)


def reference(name: str) -> re.Pattern[str]:
    """What refers to a sheet in a formula, a defined name or a link: its name with the mark behind it."""
    return re.compile(rf"{re.escape(quote_sheet(name))}!|(?<![\w.\]'）)]){re.escape(name)}!", re.IGNORECASE)


def _drawn(book: Book, part: str) -> Iterator[tuple[str, etree._Element]]:
    """The sheet's part, and its charts."""
    yield part, book.package.tree(part)
    for drawing in book.package.relationships(part):
        if drawing.type.endswith("/drawing") and drawing.target in book.package:
            for chart in book.package.relationships(drawing.target):
                if chart.type.endswith("/chart") and chart.target in book.package:
                    yield chart.target, book.package.tree(chart.target)
