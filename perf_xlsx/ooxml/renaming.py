"""Worksheets under other names, with what refers to them by their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from lxml import etree

from perf_xlsx.ooxml.book import Book, quote_sheet
from perf_xlsx.ooxml.graft import all_sheet_names
from perf_xlsx.ooxml.markup import element_text, local
from perf_xlsx.system.pattern import pattern

RETAINED = "（留存）"
_LONGEST = 31  # characters of a sheet's name in Excel
_FEW = 64  # names that are looked for one after the other in a text of any length


def retained_names(book: Book, names: Iterable[str]) -> dict[str, str]:
    """New names for retained sheets: marked as such, unused, no longer than Excel allows."""
    taken = {other.casefold() for other in all_sheet_names(book)}
    found: dict[str, str] = {}
    for name in names:
        found[name] = next(kept for kept in _candidates(name) if kept.casefold() not in taken)
        taken.discard(name.casefold())
        taken.add(found[name].casefold())
    return found


def _candidates(name: str) -> Iterator[str]:
    for number in count(1):
        end = RETAINED if number == 1 else f"{RETAINED}({number})"
        yield name[: _LONGEST - len(end)] + end


def rename(book: Book, names: Mapping[str, str]) -> None:
    """Rename sheets (old name to new). Defined names, and their own links, formulas and charts, follow."""
    if not names:
        return
    parts = {sheet.name: sheet.part for sheet in book.sheets if sheet.name in names}
    for element in book.sheet_elements():
        element.set("name", names.get(element.get("name", ""), element.get("name", "")))
    book.package.touch(book.part)
    book.sheets_changed()
    references = References(names)
    for element in book.name_elements():
        element.text = references.follow(element_text(element), names)
    for name, sheet in parts.items():
        for part, root in _drawn(book, sheet):
            _follow(root, References([name]), names)
            book.package.touch(part)


def _follow(root: etree._Element, references: References, names: Mapping[str, str]) -> None:
    """Let the formulas and links of a part refer to the new names."""
    for element in root.iter("{*}f", "{*}hyperlink"):
        if local(element) == "f" and element.text:
            element.text = references.follow(element.text, names)
        elif location := element.get("location"):
            element.set("location", references.follow(location, names))


class References:
    """Where a formula, name or link refers to one of these sheets: its name with the mark behind it."""

    def __init__(self, names: Iterable[str]) -> None:
        self._quoted: dict[str, str] = {}
        self._bare: dict[str, str] = {}
        for name in names:
            self._quoted.setdefault(_folded(quote_sheet(name)), name)
            self._bare.setdefault(_folded(name), name)
        self._lengths = sorted({len(form) for form in (*self._quoted, *self._bare)}, reverse=True)

    def may_be_in(self, text: str) -> bool:
        """Whether the name of one of the sheets may be in a text; of many sheets, it always may."""
        forms = (*self._quoted, *self._bare)
        folded = _folded(text) if len(forms) <= _FEW else ""
        return len(forms) > _FEW or any(form in folded for form in forms)

    def names(self, text: str) -> set[str]:
        """The sheets that a text refers to."""
        return {name for _, _, name in self._in(text)}

    def follow(self, text: str, new: Mapping[str, str]) -> str:
        """The text with other names for the sheets."""
        kept, behind = [], 0
        for start, end, name in self._in(text):
            kept += [text[behind:start], quote_sheet(new[name])]
            behind = end
        return "".join(kept) + text[behind:]

    def _in(self, text: str) -> Iterator[tuple[int, int, str]]:
        """From, to (the mark) and sheet of each reference, from left to right."""
        folded, behind = _folded(text), 0
        end = folded.find("!")
        while end >= 0:
            for length in self._lengths:
                start = end - length
                if start >= behind and (name := self._at(folded, start, end)) is not None:
                    yield start, end, name
                    break
            behind = end + 1
            end = folded.find("!", behind)

    def _at(self, text: str, start: int, end: int) -> str | None:
        form = text[start:end]
        if (name := self._quoted.get(form)) is not None:
            return name
        name = self._bare.get(form)
        return None if name is None or (start and _JOINED.match(text, start - 1)) else name


_JOINED = pattern(r"[\w.\]'）)]")  # before a bare name: it is the end of another's, or of another workbook's


def _folded(text: str) -> str:
    """Letters as they compare, each in its place."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(ch.lower() if len(ch.lower()) == 1 else ch for ch in text)


def _drawn(book: Book, part: str) -> Iterator[tuple[str, etree._Element]]:
    """The sheet's part, and its charts."""
    yield part, book.package.tree(part)
    for drawing in book.package.relationships(part):
        if drawing.type.endswith("/drawing") and drawing.target in book.package:
            for chart in book.package.relationships(drawing.target):
                if chart.type.endswith("/chart") and chart.target in book.package:
                    yield chart.target, book.package.tree(chart.target)
