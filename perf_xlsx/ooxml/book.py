"""The workbook part: sheets, defined names, document properties, shared strings, number formats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from perf_xlsx.ooxml.package import Package, PackageError, local

_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384

_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?")
_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\[\]():,; ]+))!(.+)", re.DOTALL)


def column_number(letters: str) -> int:
    """ "A" -> 1, "XFD" -> 16384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_name(number: int) -> str:
    """1 -> "A", 16384 -> "XFD"."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def parse_cell(reference: str) -> tuple[int, int] | None:
    """ "C7" -> (7, 3); None for what is no address within a sheet."""
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})", reference)
    if found is None:
        return None
    row, column = int(found[2]), column_number(found[1])
    return (row, column) if 1 <= row <= MAX_ROW and 1 <= column <= MAX_COLUMN else None


def parse_range(reference: str) -> tuple[int, int, int, int] | None:
    """ "A1:B3" -> (1, 1, 3, 2); a single cell is a range of one."""
    found = _RANGE.fullmatch(reference.strip())
    if found is None:
        return None
    first = parse_cell(found[1] + found[2])
    last = parse_cell(found[3] + found[4]) if found[3] else first
    return (*first, *last) if first and last else None


def quote_sheet(name: str) -> str:
    """A sheet name as it stands in a reference."""
    return "'" + name.replace("'", "''") + "'"


@dataclass(frozen=True)
class Sheet:
    """One worksheet. `index` counts all sheets of the workbook from 0, chart sheets too."""

    name: str
    part: str
    state: str
    index: int
    sheet_id: int


@dataclass(frozen=True)
class DefinedName:
    """A defined name; `local_sheet` is the index of the sheet it is local to."""

    name: str
    refers_to: str
    local_sheet: int | None
    hidden: bool

    def area(self) -> tuple[str, int, int, int, int] | None:
        """(sheet, top, left, bottom, right) where it is one plain range; None for #REF! and everything else."""
        found = _SHEET.fullmatch(self.refers_to.strip())
        bounds = parse_range(found[3]) if found else None
        if found is None or bounds is None:
            return None
        return (found[1].replace("''", "'") if found[1] else found[2], *bounds)


class Book:
    """What the workbook part says."""

    def __init__(self, package: Package) -> None:
        self.package = package
        main = package.main_part()
        if main is None:
            raise PackageError("not_a_workbook", "不是 Excel 工作簿")
        self.part = main
        self.root = package.tree(main)

    @property
    def space(self) -> str:
        """The main namespace: another one in strict workbooks."""
        return etree.QName(self.root).namespace or ""

    @property
    def relation_space(self) -> str:
        """The namespace of relationship ids and types."""
        strict = "purl.oclc.org" in self.space
        return _STRICT if strict else _TRANSITIONAL

    def relation(self, kind: str) -> str:
        """A relationship type, as "comments"."""
        return f"{self.relation_space}/{kind}"

    def relate(self, kind: str, part: str) -> str:
        """Relate the workbook to a new part; gives back the id."""
        return self.package.add_relationship(self.part, self.relation(kind), part)

    def child(self, name: str) -> etree._Element | None:
        """The workbook element of that name."""
        return next((element for element in self.root if local(element) == name), None)

    @property
    def sheets(self) -> list[Sheet]:
        """The worksheets in the order of their tabs."""
        related = {r.id: r for r in self.package.relationships(self.part)}
        found: list[Sheet] = []
        listed = self.child("sheets")
        for index, element in enumerate(e for e in (() if listed is None else listed) if local(e) == "sheet"):
            id = next((value for key, value in element.attrib.items() if str(key).endswith("}id")), "")
            relation = related.get(str(id))
            if relation is None or not relation.type.endswith("/worksheet") or relation.target not in self.package:
                continue
            number = element.get("sheetId", "")
            found.append(
                Sheet(
                    element.get("name", ""),
                    relation.target,
                    element.get("state", "visible"),
                    index,
                    int(number) if number.isdigit() else 0,
                )
            )
        return found

    def defined_names(self) -> list[DefinedName]:
        """Every defined name."""
        listed = self.child("definedNames")
        found = []
        for element in () if listed is None else listed:
            sheet = element.get("localSheetId", "")
            found.append(
                DefinedName(
                    element.get("name", ""),
                    element.text or "",
                    int(sheet) if sheet.isdigit() else None,
                    element.get("hidden") in ("1", "true"),
                )
            )
        return found

    def custom_properties(self) -> dict[str, str]:
        """The custom document properties, as text."""
        return custom_properties(self.package)

    @property
    def date1904(self) -> bool:
        """Whether dates count from 1904."""
        properties = self.child("workbookPr")
        return properties is not None and properties.get("date1904") in ("1", "true")

    def related_part(self, kind: str) -> str | None:
        """The part of that kind that the workbook refers to ("styles", "sharedStrings")."""
        found = (r.target for r in self.package.relationships(self.part) if r.type.endswith(f"/{kind}"))
        return next((target for target in found if target in self.package), None)

    @cached_property
    def strings(self) -> list[str]:
        """The shared strings."""
        part = self.related_part("sharedStrings")
        return [] if part is None else [rich_text(item) for item in self.package.tree(part) if local(item) == "si"]

    @cached_property
    def number_formats(self) -> list[str]:
        """The number format of each cell style, by its index."""
        part = self.related_part("styles")
        if part is None:
            return []
        root = self.package.tree(part)
        codes = {
            element.get("numFmtId"): element.get("formatCode", "")
            for group in root
            if local(group) == "numFmts"
            for element in group
        }
        return [
            codes.get(xf.get("numFmtId"), BUILTIN_FORMATS.get(xf.get("numFmtId", "0"), "General"))
            for group in root
            if local(group) == "cellXfs"
            for xf in group
            if local(xf) == "xf"
        ]


def custom_properties(package: Package) -> dict[str, str]:
    """The custom document properties of any Office package; strict ones call the relation by another name."""
    kinds = ("/custom-properties", "/customProperties")
    part = next((r.target for r in package.relationships("") if r.type.endswith(kinds)), None)
    if part is None or part not in package:
        return {}
    return {
        element.get("name", ""): "".join(str(text) for text in element.itertext())
        for element in package.tree(part)
        if local(element) == "property"
    }


def rich_text(item: etree._Element) -> str:
    """The text of a string item or note, its runs joined, phonetic guides left out."""
    parts = []
    for child in item:
        if local(child) == "t":
            parts.append(child.text or "")
        elif local(child) == "r":
            parts += [t.text or "" for t in child if local(t) == "t"]
    return unescape("".join(parts))


def unescape(text: str) -> str:
    """`_x000D_` stands for a character that XML cannot hold."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


# Ids below 164 that matter here; the date ones of Chinese and Japanese Office included.
BUILTIN_FORMATS = (
    {"1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%", "11": "0.00E+00", "49": "@"}
    | {str(n): "yyyy-mm-dd" for n in (14, 15, 16, 17, 22, *range(27, 37), *range(50, 59))}
    | {str(n): "h:mm:ss" for n in (18, 19, 20, 21, 45, 46, 47)}
)
