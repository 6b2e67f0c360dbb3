"""The workbook part: sheets, defined names, document properties, shared strings, number formats."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from itertools import compress
from operator import not_
from typing import NamedTuple

from lxml import etree
from msgspec import Struct

from perf_xlsx.domain.place import column_name
from perf_xlsx.ooxml.markup import MAIN, element_text, named, only, space_of, whole
from perf_xlsx.ooxml.number_format import LONGEST
from perf_xlsx.ooxml.package import Package
from perf_xlsx.ooxml.zip_archive import PackageError
from perf_xlsx.system.pattern import pattern
from perf_xlsx.system.safe_text import harmless

_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
RELATION_SPACES = (_TRANSITIONAL, _STRICT)

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384

_RANGE = pattern(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7}))?")
_SHEET = pattern(r"(?:'((?:[^']|'')+)'|([^'!\[\]():,; ]+))!(.+)", re.DOTALL)


def column_number(letters: str) -> int:
    """ "A" -> 1, "XFD" -> 16384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def cell_name(row: int, column: int, fixed: bool = False) -> str:
    """(0, 0) -> "A1", or "$A$1": for writing, where rows and columns count from 0."""
    mark = "$" if fixed else ""
    return f"{mark}{column_name(column + 1)}{mark}{row + 1}"


@lru_cache(1024)
def known_column(letters: str) -> int:
    """The number of a column; 0 if no sheet has it."""
    number = column_number(letters) if letters.isascii() and len(letters) <= 3 else 0
    return number if number <= MAX_COLUMN else 0


@lru_cache(1 << 14)  # the same few thousand addresses come again in every workbook
def parse_cell(reference: str) -> tuple[int, int] | None:
    """ "C7" -> (7, 3); None if it is not an address within a sheet."""
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})", reference)
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
    """A sheet name, quoted for a reference."""
    return "'" + name.replace("'", "''") + "'"


class Sheet(Struct, frozen=True):
    """One worksheet. `index` counts all sheets of the workbook from 0, chart sheets too."""

    name: str
    part: str
    state: str
    index: int
    sheet_id: int


class DefinedName(Struct, frozen=True):
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
    """The workbook part. Raises PackageError if its list of sheets is not reliable."""

    def __init__(self, package: Package) -> None:
        self.package = package
        main = package.main_part()
        if main is None:
            raise PackageError("not_a_workbook", "不是 Excel 工作簿")
        self.part = main
        self.root = self.tree(main)
        self._strings: dict[int, CellText] = {}
        self._sheets: list[Sheet] | None = None
        self._judge_sheets()

    def tree(self, part: str) -> etree._Element:
        """A part of the spreadsheet. Raises PackageError where its root is in no namespace of one."""
        root = self.package.tree(part)
        if space_of(root) not in MAIN:
            raise PackageError("damaged", f"文件已损坏（{part} 不是电子表格的内容）")
        return root

    def _judge_sheets(self) -> None:
        sheets = self.sheets
        if not sheets and not self.sheet_elements():
            raise PackageError("damaged", "文件已损坏（没有工作表）")
        names = [sheet.name.casefold() for sheet in sheets]
        for number, sheet in enumerate(sheets, 1):
            if not 0 < len(sheet.name) <= 255:
                raise PackageError("damaged", f"文件已损坏（第{number}张工作表的名称是空的或过长）")
        if len(set(names)) < len(names) or len({sheet.part for sheet in sheets}) < len(sheets):
            raise PackageError("damaged", "文件已损坏（有两张工作表同名或是同一个部件）")

    @property
    def space(self) -> str:
        """The main namespace: another one in strict workbooks."""
        return etree.QName(self.root).namespace or ""

    @property
    def relation_space(self) -> str:
        """The namespace of relationship ids and types."""
        return _STRICT if self.strict else _TRANSITIONAL

    @property
    def relation_prefix(self) -> dict[str | None, str]:
        """How relationship ids are written where the part declares no prefix: many readers know r:id alone."""
        return {"r": self.relation_space}

    @property
    def strict(self) -> bool:
        """Whether the workbook is written in strict OOXML, which has namespaces of its own."""
        return "purl.oclc.org" in self.space

    def relation(self, relation: str) -> str:
        """A relationship type, as "comments"."""
        return f"{self.relation_space}/{relation}"

    def relate(self, relation: str, part: str) -> str:
        """Relate the workbook to a new part; returns the id."""
        return self.package.add_relationship(self.part, self.relation(relation), part)

    def child(self, name: str) -> etree._Element | None:
        """The workbook element of that name. Raises PackageError where there are two."""
        return only(self.root, name)

    def sheet_elements(self) -> list[etree._Element]:
        """The elements that list the sheets, chart sheets too, in the order of their tabs."""
        listed = self.child("sheets")
        return [] if listed is None else named(listed, "sheet")

    def name_elements(self) -> list[etree._Element]:
        """The elements that define names."""
        listed = self.child("definedNames")
        return [] if listed is None else named(listed, "definedName")

    @property
    def sheets(self) -> list[Sheet]:
        """The worksheets in the order of their tabs. Raises PackageError where one is missing."""
        if self._sheets is None:
            self._sheets = self._listed_sheets()
        return self._sheets

    def sheets_changed(self) -> None:
        """A worksheet was added or removed."""
        self._sheets = None

    def _listed_sheets(self) -> list[Sheet]:
        related = {r.id: r for r in self.package.relationships(self.part)}
        found: list[Sheet] = []
        for index, element in enumerate(self.sheet_elements()):
            id = _relation_of(element)
            if not id:
                continue  # a module sheet of Excel 5, which has no part of its own
            relation = related.get(str(id))
            if relation is None or relation.target not in self.package:
                raise PackageError("damaged", f"文件已损坏（工作表“{element.get('name', '')}”的内容缺失）")
            if not relation.type.endswith("/worksheet"):
                continue  # a chart sheet
            found.append(
                Sheet(
                    element.get("name", ""),
                    relation.target,
                    element.get("state", "visible"),
                    index,
                    whole(element.get("sheetId")),
                )
            )
        return found

    def defined_names(self) -> list[DefinedName]:
        """Every defined name."""
        found = []
        for element in self.name_elements():
            sheet = whole(element.get("localSheetId"), -1)
            found.append(
                DefinedName(
                    element.get("name", ""),
                    element_text(element),
                    sheet if sheet >= 0 else None,
                    element.get("hidden") in ("1", "true"),
                )
            )
        return found

    def custom_properties(self) -> dict[str, str]:
        """The custom document properties, as text."""
        return custom_properties(self.package)

    @property
    def structure_locked(self) -> bool:
        """Whether sheets may not be added, removed or renamed in Excel. It binds programs to nothing."""
        protection = self.child("workbookProtection")
        return protection is not None and protection.get("lockStructure") in ("1", "true")

    @cached_property
    def date1904(self) -> bool:
        """Whether dates count from 1904."""
        properties = self.child("workbookPr")
        return properties is not None and properties.get("date1904") in ("1", "true")

    def related_part(self, relation: str) -> str | None:
        """The part of that kind that the workbook refers to ("styles", "sharedStrings"); see `one_related`."""
        return self.package.one_related(self.part, relation)

    def string(self, index: int) -> CellText:
        """A shared string. Raises IndexError where there is none of that number."""
        if index not in self._strings:
            self._strings[index] = rich_text(self._string_items[index])
        return self._strings[index]

    def raw_strings(self, indexes: Iterable[str]) -> set[str]:
        """The shared strings of these numbers with all that is in them; those that do not exist are left out."""
        items = self._string_items
        found = (items[index] for text in indexes if (index := whole(text.strip(), len(items))) < len(items))
        return {"".join(map(str, item.itertext())) for item in found}

    @cached_property
    def _string_items(self) -> list[etree._Element]:
        part = self.related_part("sharedStrings")
        return [] if part is None else named(self.tree(part), "si")

    @cached_property
    def looks(self) -> list[CellLook]:
        """How each cell style shows a value, by the style's index."""
        part = self.related_part("styles")
        if part is None:
            return []
        root = self.tree(part)
        lists = {kind: only(root, kind) for kind in ("numFmts", "fonts", "cellXfs")}
        numbers, fonts, formats = (
            [] if group is None else named(group, member)
            for group, member in zip(lists.values(), ("numFmt", "font", "xf"), strict=True)
        )
        codes = {element.get("numFmtId"): element.get("formatCode", "")[:LONGEST] for element in numbers}
        if len(formats) > self.package.limits.formats:
            detail = f"单元格格式有 {len(formats)} 种，超过上限 {self.package.limits.formats} 种"
            raise PackageError("too_large", detail)
        crossed = {str(number) for number, font in enumerate(fonts) if is_struck(font)}
        return [
            CellLook(
                codes.get(xf.get("numFmtId"), BUILTIN_FORMATS.get(xf.get("numFmtId", "0"), "General")),
                xf.get("fontId", "0") in crossed,
            )
            for xf in formats
        ]

    @cached_property
    def shows_pictures(self) -> bool:
        """Whether a cell with a value of its own kind (`vm`) shows a picture: other kinds are named in a part."""
        kinds = [name for name in self.package.names() if name.lower().endswith("rdrichvaluestructure.xml")]
        told = [s.get("t", "") for name in kinds for s in named(self.package.tree(name), "s")]
        return not told or any("image" in name.lower() for name in told)


def custom_properties(package: Package) -> dict[str, str]:
    """The custom document properties of any Office package; strict ones call the relation by another name."""
    kinds = ("/custom-properties", "/customProperties")
    part = next((r.target for r in package.relationships("") if r.type.endswith(kinds)), None)
    if part is None or part not in package:
        return {}
    return {
        element.get("name", ""): "".join(str(text) for text in element.itertext())
        for element in named(package.tree(part), "property")
    }


def _relation_of(element: etree._Element) -> str:
    """The id of an element's relationship; "" for none. Raises PackageError where it names two."""
    found = {element.get(f"{{{space}}}id") for space in RELATION_SPACES} - {None}
    if len(found) > 1:
        raise PackageError("damaged", f"文件已损坏（工作表“{element.get('name', '')}”指向两处内容）")
    return str(found.pop()) if found else ""


class CellLook(NamedTuple):
    """How a cell's style shows its value."""

    number_format: str = "General"
    struck: bool = False


class Runs(Struct, frozen=True, dict=True):
    """A text in pieces; each is crossed out (True), is not (False), or is as its cell is (None)."""

    pieces: tuple[tuple[str, bool | None], ...]

    @cached_property
    def parted(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """(visible text, crossed-out text): first for a cell that is not crossed out, then for one that is."""
        return self._parted(False), self._parted(True)  # once for all cells that show the text

    def _parted(self, struck: bool) -> tuple[str, str]:
        out = [struck if own is None else own for _, own in self.pieces]
        texts = [text for text, _ in self.pieces]
        return "".join(compress(texts, map(not_, out))), "".join(compress(texts, out))


CellText = str | Runs
Piece = tuple[str, bool | None, str]  # a run's text, whether it is crossed out, its position ("superscript", …)

_RAISED = {
    "superscript": str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "subscript": str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"),
}


def runs_of(pieces: Iterable[Piece]) -> Runs:
    """Pieces as a text in runs. Raised and lowered digits beside plain text are footnote marks, not digits."""
    found = list(pieces)
    plain = any(text.strip() and raised not in _RAISED for text, _, raised in found)
    return Runs(
        tuple((text.translate(_RAISED.get(raised, {})) if plain else text, out) for text, out, raised in found)
    )


def is_struck(properties: etree._Element) -> bool:
    """Whether a font, or the properties of a run, cross the text out."""
    return any(child.get("val", "1") not in ("0", "false", "off") for child in named(properties, "strike"))


def raised_in(properties: etree._Element) -> str:
    """Where the properties of a run set it: "superscript", "subscript", or elsewhere."""
    return next((child.get("val", "") for child in named(properties, "vertAlign")), "")


def rich_text(item: etree._Element) -> CellText:
    """The text of a string item or note, phonetic guides left out; in pieces where it has runs of its own.

    Raises PackageError where an item or run has two texts: some programs show both, some one.
    """
    if len(item) == 1 and item[0].tag == f"{space_of(item)}t":
        return unescape(element_text(item[0]))
    plain = only(item, "t")
    text = "" if plain is None else unescape(element_text(plain))
    runs = named(item, "r")
    if not runs:
        return text
    pieces: list[Piece] = [(text, None, "")] if text else []
    for run in runs:
        look, words = only(run, "rPr"), only(run, "t")
        own, raised = (None, "") if look is None else (is_struck(look), raised_in(look))
        pieces += [] if words is None else [(unescape(element_text(words)), own, raised)]
    return runs_of(pieces)


_ESCAPED = pattern(r"_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """Decode `_x000D_`, an escaped character; remove invisible and terminal control characters."""

    def character(found: re.Match[str]) -> str:
        code = int(found[1], 16)
        if 0xD800 <= code < 0xE000:
            return found[0]  # half a character: left as it is written
        return chr(code)

    return harmless(_ESCAPED.sub(character, text) if "_x" in text else text)


# Ids below 164 that matter here; those of dates and times as Chinese Office shows them.
_YEAR_MONTH, _MONTH_DAY = 'yyyy"年"m"月"', 'm"月"d"日"'
_HOURS, _SECONDS = 'h"时"mm"分"', 'h"时"mm"分"ss"秒"'
BUILTIN_FORMATS = (
    {"1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%", "11": "0.00E+00", "49": "@"}
    | {str(n): "yyyy-mm-dd" for n in (14, 15, 22, 30, 31)}
    | {str(n): _YEAR_MONTH for n in (17, 27, 36, 50, 52, 57)}
    | {str(n): _MONTH_DAY for n in (16, 28, 29, 51, 53, 54, 58)}
    | {
        "18": "h:mm",
        "19": "h:mm:ss",
        "20": "h:mm",
        "21": "h:mm:ss",
        "45": "mm:ss",
        "46": "[h]:mm:ss",
        "47": "mm:ss",
    }
    | {"32": _HOURS, "33": _SECONDS, "34": _HOURS, "35": _SECONDS, "55": _HOURS, "56": _SECONDS}
)
