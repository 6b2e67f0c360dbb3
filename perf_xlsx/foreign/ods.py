"""OpenDocument spreadsheets (.ods): content.xml of a zip that is judged like an .xlsx."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import groupby, product
from math import isfinite
from operator import itemgetter
from typing import NamedTuple

from lxml import etree
from msgspec import Struct

from perf_xlsx.domain.place import column_name
from perf_xlsx.foreign.original import CellCount, ForeignWorkbook, OutsideContent, extras_of_book
from perf_xlsx.ooxml import Cell, Grid, Limits, Package, PackageError
from perf_xlsx.ooxml.book import MAX_COLUMN, MAX_ROW, DefinedName, Piece, Runs, Sheet, quote_sheet, runs_of
from perf_xlsx.ooxml.cells import CellValue, cell_of, iso_date, value_of
from perf_xlsx.system.pattern import pattern

FORMAT = "OpenDocument 表格（.ods）"
_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
_OWN_KIND = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_COLUMN, _ROW = (f"{_OASIS}table:1.0}}table-{kind}" for kind in ("column", "row"))
_COUNT = f"{_OASIS}text:1.0}}c"  # of spaces
_HOMES = {
    name: kind
    for kind, names in {
        "office": "body automatic-styles annotation",
        "table": "table table-row table-rows table-row-group table-header-rows"
        " table-cell covered-table-cell shapes",
        "text": "p s tab line-break note",
        "style": "text-properties table-properties",
        "drawing": "frame custom-shape g",
    }.items()
    for name in names.split()
}
_OTHERWISE = {"display": "table"}
MOST_SPACES = 100  # in one element: a few bytes are not to become a thousand
_ERROR = pattern(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|(?:Err|错误)[:：]\d+")
_ADDRESS = pattern(r"\$?(?:'((?:[^']|'')+)'|([^.'$]+))\.(\$?[A-Z]+\$?\d+)(?::(?:.*?\.)?(\$?[A-Z]+\$?\d+))?")
_REFERENCE = pattern(
    r"\[\$?(?:'((?:[^'\]]|'')+)'|([^\[\]'.$]+))?\.(\$?[A-Z]{1,3}\$?\d{1,7})(?::\.(\$?[A-Z]{1,3}\$?\d{1,7}))?\]"
)
_DEPTH = 20  # levels of parent styles
_FORMATS = {"percentage": "0.00%", "date": "yyyy-mm-dd", "time": "[h]:mm:ss"}
_DURATION = pattern(r"PT(\d{1,6})H(\d{1,6})M(\d{1,6})(?:[.,]\d{1,9})?S")
_UNIT_BEHIND = pattern(r"\d ?([^\d\s.,%()（）-]+)")


def read_ods(data: bytes, limits: Limits) -> ForeignWorkbook:
    """Read the workbook. Raises PackageError."""
    package = Package.unzip(data, limits)
    manifest = "META-INF/manifest.xml"
    if manifest in package and b"encryption-data" in package.read(manifest):
        raise PackageError("encrypted", "设置了打开密码，读不出来")
    root = package.tree("content.xml")
    hidden = _hidden_styles(root)
    parts = [root, *([package.tree("styles.xml")] if "styles.xml" in package else [])]
    styles = _Styles(_crossed_styles(parts), _raised_styles(parts))
    sheets, grids = list[Sheet](), list[Grid]()
    extras, count = list[OutsideContent](), CellCount(limits)
    for index, table in enumerate(_tables(root)):
        name = _get(table, "name")
        state = "hidden" if _get(table, "style-name") in hidden else "visible"
        sheets.append(Sheet(name, "", state, index, index + 1))
        count.begin(name)
        grid, beside = _grid(table, name, count, styles)
        grids.append(grid)
        extras += beside
    macros = any(part.startswith(("Basic/", "Scripts/")) for part in package.names())
    extras += extras_of_book(macros, signed=any("signatures" in part.lower() for part in package.names()))
    names = tuple(_names(root))
    return ForeignWorkbook(FORMAT, tuple(sheets), tuple(grids), names, _properties(package), tuple(extras))


def _get(element: etree._Element, name: str) -> str:
    """An attribute in the namespace where programs look for it; "" if it is missing."""
    return element.get(_attribute(str(element.tag), name), "")


@lru_cache(4096)
def _attribute(tag: str, name: str) -> str:
    """The full name: values are in the office namespace, all others in that of their element."""
    space = "office" if "value" in name else _OTHERWISE.get(name) or tag.removeprefix(_OASIS).partition(":")[0]
    return f"{_OASIS}{space}:1.0}}{name}"


def _name(element: etree._Element) -> str:
    """The name of an element in the namespace that it has in the format; "" for any other, whatever its name."""
    tag = element.tag
    return _known_name(tag) if isinstance(tag, str) else ""


@lru_cache(1024)
def _known_name(tag: str) -> str:
    name = tag.rpartition("}")[2]
    home = _HOMES.get(name)
    return name if home is None or tag == f"{_OASIS}{home}:1.0}}{name}" else ""


def _tables(root: etree._Element) -> Iterator[etree._Element]:
    for body in (e for e in root if _name(e) == "body"):
        for sheet in body:
            yield from (e for e in sheet if _name(e) == "table")


def _hidden_styles(root: etree._Element) -> set[str]:
    return {
        _get(style, "name")
        for styles in root
        if _name(styles) == "automatic-styles"
        for style in styles
        if any(_name(e) == "table-properties" and _get(e, "display") == "false" for e in style)
    }


class _Styles(NamedTuple):
    """The names of the styles that cross a text out, and of those that set one above or below the line."""

    crossed: frozenset[str]
    raised: Mapping[str, str]


PLAIN = _Styles(frozenset(), {})


def _styles(parts: Iterable[etree._Element]) -> Iterator[etree._Element]:
    return (style for part in parts for style in part.iter(f"{_OASIS}style:1.0}}style"))


def _raised_styles(parts: Iterable[etree._Element]) -> dict[str, str]:
    """Raised and lowered styles of runs: "super 58%" and "33% 58%" are raised, "sub" and "-33%" lowered."""
    found = dict[str, str]()
    for style in _styles(parts):
        for text in (e for e in style if _name(e) == "text-properties"):
            position = _get(text, "text-position").split(" ")[0]
            if position.startswith(("sub", "-")):
                found[_get(style, "name")] = "subscript"
            elif position and position != "0%":
                found[_get(style, "name")] = "superscript"
    return found


def _crossed_styles(parts: Iterable[etree._Element]) -> frozenset[str]:
    """The names of the styles, of cells and of runs, that cross a text out, by themselves or by a parent."""
    own, parents = dict[str, bool](), dict[str, str]()
    for style in _styles(parts):
        name = _get(style, "name")
        parents[name] = _get(style, "parent-style-name")
        for text in (e for e in style if _name(e) == "text-properties"):
            lines = {_get(text, "text-line-through-style"), _get(text, "text-line-through-type")} - {""}
            if lines:
                own[name] = "none" not in lines
    return frozenset(name for name in parents if _inherited(name, own, parents))


def _inherited(name: str, own: dict[str, bool], parents: dict[str, str]) -> bool:
    for _ in range(_DEPTH):
        if name in own or name not in parents:
            break
        name = parents[name]
    return own.get(name, False)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    """Rows in order, those of groups and headers included."""
    inside = [iter(table)]
    while inside:
        element = next(inside[-1], None)
        if element is None:
            inside.pop()
        elif _name(element) == "table-row":
            yield element
        elif _name(element) in ("table-rows", "table-row-group", "table-header-rows"):
            inside.append(iter(element))


def _hidden_columns(table: etree._Element) -> tuple[tuple[int, int], ...]:
    """Spans of columns, those of groups and headers included."""
    hidden, column = list[tuple[int, int]](), 1
    for element in table.iter(_COLUMN, _ROW):
        if _name(element) == "table-row":
            break
        wide = _times(element, "number-columns-repeated", MAX_COLUMN)
        if _is_hidden(element):
            hidden.append((column, column + wide - 1))
        column += wide
    return tuple(hidden)


def _is_hidden(element: etree._Element) -> bool:
    return _get(element, "visibility") in ("collapse", "filter")


def _times(element: etree._Element, name: str, most: int) -> int:
    return _counted(_get(element, name), most)


def _counted(text: str, most: int) -> int:
    return min(int(text), most) if text.isdigit() and int(text) > 0 else 1


class _Crossed(Struct, frozen=True):
    """The styles that cross out, and by its last column each span of columns whose cells have such a one."""

    styles: frozenset[str]
    columns: tuple[tuple[int, bool], ...]

    def cell(self, element: etree._Element, line: etree._Element, column: int) -> bool:
        """Whether a cell is crossed out by its own style, its row's or its column's."""
        if not self.styles:
            return False
        if style := _get(element, "style-name") or _get(line, "default-cell-style-name"):
            return style in self.styles
        at = bisect_left(self.columns, column, key=itemgetter(0))
        return at < len(self.columns) and self.columns[at][1]


def _crossed_in(table: etree._Element, styles: frozenset[str]) -> _Crossed:
    column, spans = 0, list[tuple[int, bool]]()
    for element in table.iter(_COLUMN, _ROW) if styles else ():
        if _name(element) == "table-row":
            break
        column += _times(element, "number-columns-repeated", MAX_COLUMN)
        spans.append((column, _get(element, "default-cell-style-name") in styles))
    return _Crossed(styles, tuple(spans))


class _Place(NamedTuple):
    """Where a cell element is, and over how many rows and columns it is repeated."""

    row: int
    column: int
    rows: int
    columns: int


def _cells(table: etree._Element) -> Iterator[tuple[_Place, etree._Element, etree._Element]]:
    """Every cell element with its place and its row element; a cell below a merge too (R21 reports it)."""
    row = 1
    for line in _rows(table):
        rows, column = _times(line, "number-rows-repeated", MAX_ROW), 1
        for element in line:
            if _name(element) in ("table-cell", "covered-table-cell"):
                columns = _times(element, "number-columns-repeated", MAX_COLUMN)
                yield _Place(row, column, rows, columns), line, element
                column += columns
        row += rows


def _grid(
    table: etree._Element, name: str, count: CellCount, styles: _Styles
) -> tuple[Grid, list[OutsideContent]]:
    crossed = _crossed_in(table, styles.crossed)
    merges, extras, hidden = list[tuple[int, int, int, int]](), list[OutsideContent](), set[int]()
    for place, line, element in _cells(table):
        row, column, rows, columns = place
        extras += _beside(element, name, row, column, count.limits.text)
        across = _times(element, "number-columns-spanned", MAX_COLUMN)
        down = _times(element, "number-rows-spanned", MAX_ROW)
        if across > 1 or down > 1:
            merges.append((row, column, row + down - 1, column + across - 1))
        cell = _cell(element, crossed.cell(element, line, column), styles, count.limits.text)
        if cell is not None:
            for at in product(range(row, row + rows), range(column, column + columns)):
                count.add(*at, cell)
            if _is_hidden(line):
                hidden.update(range(row, row + rows))
    if any(_name(e) == "shapes" and len(e) for e in table):
        extras.append(OutsideContent("图片或图形", name))
    return count.grid(merges, hidden, _hidden_columns(table)), extras


def _beside(element: etree._Element, sheet: str, row: int, column: int, most: int) -> Iterator[OutsideContent]:
    for child in element:
        address = f"{column_name(column)}{row}"
        if _name(child) == "annotation":
            yield OutsideContent("批注", sheet, address, _text(child, most))
        elif _name(child) in ("frame", "custom-shape", "g"):
            yield OutsideContent("图片或图形", sheet, address)


class _Shown(NamedTuple):
    """The text that a cell shows: its runs, and whether it has paragraphs at all."""

    runs: Runs
    has_paragraphs: bool

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(text for text, _ in self.runs.pieces)

    @property
    def partly_struck(self) -> bool:
        """Whether a run is crossed out."""
        return any(out for _, out in self.runs.pieces)

    @property
    def struck(self) -> bool:
        """Whether all that can be seen is crossed out."""
        return self.text != "" and all(out or not text.strip() for text, out in self.runs.pieces)


def _cell(element: etree._Element, struck: bool, styles: _Styles, most: int) -> Cell | None:
    written, kind = _get(element, "formula"), _kind(element)
    if not (written or kind or len(element)):
        return None  # as most are
    formula = _as_in_excel(written) or None
    paragraphs = "p" in map(_name, element)
    shown = _Shown(runs_of(_runs(element, styles, most)), paragraphs)
    if error := _error(kind, formula, shown.text.strip()):
        return Cell(None, formula, error)
    value = _value(element, kind, shown.text)
    if value in (None, ""):
        return Cell(None, formula, silent=paragraphs or kind == "string") if formula else None
    return _filled(value, formula, kind, shown, struck)


def _error(kind: str, formula: str | None, shown: str) -> str:
    """The error value that a cell shows; "" for none."""
    is_error = kind == "error" or (formula is not None and _ERROR.fullmatch(shown))
    return (shown or "#VALUE!") if is_error else ""


def _filled(value: CellValue, formula: str | None, kind: str, shown: _Shown, struck: bool) -> Cell | None:
    if isinstance(value, str) and shown.partly_struck:
        return cell_of(shown.runs, formula, "General", struck)
    code = _format(kind, value, shown.text) if shown.has_paragraphs else "General"
    return cell_of(value, formula, code, struck or shown.struck)


def _as_in_excel(formula: str) -> str:
    """A formula with its references as Excel writes them: [.C6:.C9] is C6:C9."""

    def reference(found: re.Match[str]) -> str:
        sheet = found[1].replace("''", "'") if found[1] else found[2]
        area = f"{found[3]}:{found[4]}" if found[4] else found[3]
        return f"{quote_sheet(sheet)}!{area}" if sheet else area

    return _REFERENCE.sub(reference, re.sub(r"^[a-z]+:=", "", formula)).replace(";", ",")


def _format(kind: str, value: CellValue, shown: str) -> str:
    """A number format that shows the value as it was shown: what of it reading takes for a witness."""
    if kind in _FORMATS or not isinstance(value, Decimal):
        return _FORMATS.get(kind, "General")
    if not shown.strip():
        return ";;;"
    if unit := _UNIT_BEHIND.search(shown.strip()[-8:]):
        return f'0.00"{unit[1]}"' if shown.strip().endswith(unit[1]) else "General"
    try:
        seen = Decimal(shown.strip().replace(",", ""))
        step = Decimal(1).scaleb(int(seen.as_tuple().exponent)) if seen.is_finite() else Decimal(1)
        scaled = bool(seen) and abs(value / 1000 - seen) <= step / 2 < abs(value - seen)
    except ArithmeticError:  # no number, or one beyond all numbers
        return "General"
    return "0," if scaled else "General"


def _kind(element: etree._Element) -> str:
    """The value's type; LibreOffice says "error" in an attribute of the same name in its own namespace."""
    return "error" if element.get(_OWN_KIND) == "error" else _get(element, "value-type")


def _value(element: etree._Element, kind: str, shown: str) -> CellValue:
    match kind:
        case "float" | "percentage" | "currency":
            try:
                number = float(Decimal(_get(element, "value")))
            except (ValueError, ArithmeticError):
                return shown
            return value_of(number, "General") if isfinite(number) else shown  # as in an .xlsx: 1e400 is no number
        case "date":
            return iso_date(_get(element, "date-value"))
        case "time" if found := _DURATION.fullmatch(_get(element, "time-value")):
            hours, minutes, seconds = map(int, found.groups())
            return value_of((hours * 3600 + minutes * 60 + seconds) / 86_400, _FORMATS["time"])
        case "boolean":
            return _get(element, "boolean-value") == "true"
        case "string" | "":
            return shown or _get(element, "string-value")
        case _:
            return shown


def _text(element: etree._Element, most: int) -> str:
    """The text of an element's paragraphs, a line each, or somewhat more than the first `most` of it."""
    return "".join(text for text, *_ in _runs(element, PLAIN, most))


def _runs(element: etree._Element, styles: _Styles, most: int) -> list[Piece]:
    """The runs of an element's paragraphs, a line each, or somewhat more than the first `most` characters.

    Pieces that are set alike are one run: a text may be in thousands, each of one space.
    """
    pieces = _up_to(most, _pieces_of_all(element, styles))
    return [("".join(text for text, *_ in group), *look) for look, group in groupby(pieces, key=itemgetter(1, 2))]


def _up_to(most: int, pieces: Iterable[Piece]) -> Iterator[Piece]:
    size = 0
    for piece in pieces:
        yield piece
        size += len(piece[0])
        if size > most:
            return


def _pieces_of_all(element: etree._Element, styles: _Styles) -> Iterator[Piece]:
    first = True
    for paragraph in (child for child in element if _name(child) == "p"):
        if not first:
            yield "\n", None, ""
        first = False
        yield from _pieces(paragraph, styles, None, "")


def _pieces(element: etree._Element, styles: _Styles, out: bool | None, raised: str) -> Iterator[Piece]:
    """A paragraph's runs: counted spaces, tabs and breaks put back, notes left out; how each of them is set.

    Where no style says that it is crossed out, a run is as its cell is (None).
    """
    if element.text:
        yield element.text, out, raised
    for child in element:
        match _name(child):
            case "s":
                yield " " * _counted(child.get(_COUNT, ""), MOST_SPACES), out, raised
            case "tab":
                yield "\t", out, raised
            case "line-break":
                yield "\n", out, raised
            case "annotation" | "note":
                pass
            case _:
                style = _get(child, "style-name")
                crossed = True if style in styles.crossed else out
                yield from _pieces(child, styles, crossed, styles.raised.get(style, raised))
        if child.tail:
            yield child.tail, out, raised


def _names(root: etree._Element) -> Iterator[DefinedName]:
    for element in root.iter(f"{_OASIS}table:1.0}}named-range"):
        found = _ADDRESS.fullmatch(_get(element, "cell-range-address"))
        if found:
            sheet = found[1].replace("''", "'") if found[1] else found[2]
            area = f"{found[3]}:{found[4]}" if found[4] else found[3]
            yield DefinedName(_get(element, "name"), f"{quote_sheet(sheet)}!{area}", None, False)


def _properties(package: Package) -> dict[str, str]:
    if "meta.xml" not in package:
        return {}
    return {
        _get(e, "name"): e.text or "" for e in package.tree("meta.xml").iter(f"{_OASIS}meta:1.0}}user-defined")
    }
