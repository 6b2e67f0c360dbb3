"""A worksheet's cells with their values, formulas, errors and formats. Only cells that hold something."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from math import isfinite, nan

from lxml import etree
from msgspec import Struct

from perf_xlsx.ooxml.book import (
    MAX_COLUMN,
    MAX_ROW,
    Book,
    CellLook,
    CellText,
    Runs,
    Sheet,
    known_column,
    parse_cell,
    parse_range,
    rich_text,
    unescape,
)
from perf_xlsx.ooxml.markup import ALTERNATES, children, disputed, element_text, named, only, same, space_of, whole
from perf_xlsx.ooxml.merges import Span
from perf_xlsx.ooxml.number_format import is_date, names_a_day, part_of_date, shows_nothing, unit_behind
from perf_xlsx.ooxml.zip_archive import PackageError
from perf_xlsx.system.pattern import pattern

NOWHERE = (0, 0)
LARGE = 10_000  # cells of a sheet, from which on it is asked whether it need be read at all
CellValue = Decimal | str | bool | datetime.date | datetime.datetime | None

_LITERAL = pattern(r'"[^"]*"|\\.|_.|\*.')
_POINT = pattern(r"[0#?][\\!]\.[0#?]|[0#?]\"\.\"[0#?]")  # a point that is mere text between the digits
_THOUSANDS = pattern(r"[0#?],+(?![0#?,])")  # a comma behind the last digit
# Blank on every screen: spaces, line ends, and what has no width.
_BLANK = "".join(
    map(chr, (*range(0x21), 0x7F, 0x85, 0xA0, 0xAD, 0x61C, 0x115F, 0x1160, 0x1680, 0x17B4, 0x17B5, 0x180E,
              *range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205F, 0x2070), 0x2800, 0x3000, 0x3164,
              *range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0))
)  # fmt: skip
_PICTURE = pattern(r"\s*=?\s*(?:_xl\w{1,4}\.)*(?:DISPIMG|IMAGE)\(", re.IGNORECASE)
_WITH_PICTURE = pattern(r"\b(?:DISPIMG|IMAGE)\(", re.IGNORECASE)


class Cell(Struct, frozen=True, gc=False):  # quick to make, and there are thousands of them
    """One cell. A formula without stored result has value None; a shared formula's followers have a `Shared`.

    `struck` is the crossed-out content, which is no part of the value: that is None if all of it is crossed out.
    `picture`: the cell shows a picture, perhaps by a formula, and has no value. `silent`: its formula has an empty
    text as its result; a grid keeps such cells apart, as to a reader they hold nothing.
    """

    value: CellValue
    formula: str | None = None
    error: str | None = None
    number_format: str = "General"
    struck: CellValue = None
    picture: bool = False
    silent: bool = False

    @property
    def crossed_out(self) -> bool:
        """Whether all of its content was crossed out."""
        return self.struck is not None and self.value is None

    @property
    def label(self) -> str | None:
        """Its text as a label, crossed out or not."""
        text = self.struck if self.value is None else self.value
        return text if isinstance(text, str) else None

    @property
    def seen(self) -> str | None:
        """The visible part of a date that is shown in part: 1:20, 星期二; None for full dates and other values."""
        if not isinstance(self.value, datetime.date):
            return None
        at = self.value
        moment = at if isinstance(at, datetime.datetime) else datetime.datetime(at.year, at.month, at.day)
        return part_of_date(self.number_format, moment) if is_date(self.number_format) else None

    @property
    def dated(self) -> bool:
        """Whether a date is shown as one; a weekday, a time, a year alone say nothing of when."""
        return isinstance(self.value, datetime.date) and (
            not is_date(self.number_format) or names_a_day(self.number_format)
        )

    @property
    def percent(self) -> bool:
        """Whether the format shows 0.868 as 86.8%; a percent sign that is mere text in the format does not."""
        return "%" in self.number_format and "%" in _LITERAL.sub("", self.number_format)

    @property
    def scaled(self) -> bool:
        """Whether the format shows a smaller number than is stored: 28572800 as 2857.28 or 28,573."""
        return bool(_POINT.search(self.number_format) or _THOUSANDS.search(_LITERAL.sub("", self.number_format)))

    @property
    def unseen(self) -> bool:
        """Whether the number format hides the value, so that the cell looks empty."""
        return isinstance(self.value, Decimal | str) and shows_nothing(self.number_format, self.value)

    @property
    def unit(self) -> str:
        """The unit that the format writes behind the number as mere text; "" where it scales the number."""
        if not isinstance(self.value, Decimal) or self.scaled:
            return ""
        return unit_behind(self.number_format, self.value)


class SharedFormula(str):
    """The empty formula of a cell that shares another cell's: with that formula and its address."""

    __slots__ = ("at", "base")

    def __new__(cls, base: str, at: tuple[int, int]) -> SharedFormula:
        """One for all cells of a group."""
        made = super().__new__(cls, "")
        made.base, made.at = base, at
        return made

    base: str
    at: tuple[int, int]


class Grid(Struct, frozen=True):
    """A worksheet: non-empty cells by (row, column), merged ranges as (top, left, bottom, right).

    `hidden_rows` and `hidden_columns` count what was hidden by hand and by a filter. `partial`: only the first
    cell was read, because nothing on the sheet was asked for. `silent` are the cells whose formulas show an empty
    text, which hold nothing.
    """

    cells: dict[tuple[int, int], Cell]
    merges: tuple[tuple[int, int, int, int], ...]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    partial: bool = False
    silent: Mapping[tuple[int, int], Cell] = {}

    def hidden(self, row: int, column: int) -> bool:
        """Whether the cell's row or column is hidden."""
        return row in self.hidden_rows or any(first <= column <= last for first, last in self.hidden_columns)


def read_grid(book: Book, sheet: Sheet, is_wanted: Callable[[Collection[str]], bool] | None = None) -> Grid:
    """Read a worksheet. Raises PackageError when it is damaged or larger than the limits.

    `is_wanted` is asked about a large sheet, with the texts on it; where it says no, the grid is `partial`.
    """
    root = book.tree(sheet.part)
    data = only(root, "sheetData")
    if data is not None and is_wanted is not None and (most := sum(map(len, data))) > LARGE:
        if most > book.package.limits.cells:
            _judge_count(_filled_count(data), book, sheet)
        if not is_wanted(_texts(data, book)):
            return Grid(dict(islice(_cells(data, book, sheet), 1)), (), partial=True)
    cells, silent, rows = dict[tuple[int, int], Cell](), dict[tuple[int, int], Cell](), frozenset[int]()
    if data is not None:
        for address, cell in _cells(data, book, sheet):
            (silent if cell.silent else cells)[address] = cell
            _judge_count(len(cells) + len(silent), book, sheet)
        rows = frozenset(number for number, row in numbered(data) if _is_hidden(row))
    return Grid(cells, _merges(root, book, sheet), rows, _hidden_columns(root), silent=silent)


def _judge_count(cells: int, book: Book, sheet: Sheet) -> None:
    if cells > book.package.limits.cells:
        raise PackageError("too_large", f"工作表“{sheet.name}”超过 {book.package.limits.cells} 个单元格")


def _filled_count(data: etree._Element) -> int:
    """How many cells hold more than a format."""
    count = data.xpath("count(*/*[*])")
    return int(count) if isinstance(count, float) else 0


def _texts(data: etree._Element, book: Book) -> set[str]:
    """Every text in the cells of a sheet, quickly: phonetic guides and formulas may be part of them."""
    indexes, found = set[str](), set[str]()
    for cell in data.iter(f"{space_of(data)}c"):
        kind = cell.get("t")
        if kind == "s":
            indexes.add(_text_in(cell))
        elif kind in ("inlineStr", "str"):
            found.add(_text_in(cell))
    return found | book.raw_strings(indexes)


def _text_in(cell: etree._Element) -> str:
    inner = cell[-1] if len(cell) else cell
    inner = inner[0] if len(inner) == 1 else inner
    return (len(inner) == 0 and inner.text) or "".join(map(str, cell.itertext()))


def merged_areas(root: etree._Element) -> tuple[Span, ...]:
    """The merged ranges of a worksheet."""
    elements = (element for group in named(root, "mergeCells") for element in named(group, "mergeCell"))
    return tuple(found for element in elements if (found := parse_range(element.get("ref", ""))))


def _merges(root: etree._Element, book: Book, sheet: Sheet) -> tuple[tuple[int, int, int, int], ...]:
    merges = merged_areas(root)
    limit = book.package.limits.merges
    if len(merges) > limit:
        raise PackageError("too_large", f"工作表“{sheet.name}”有 {len(merges)} 处合并，超过上限 {limit} 处")
    return merges


def _hidden_columns(root: etree._Element) -> tuple[tuple[int, int], ...]:
    columns = (element for group in named(root, "cols") for element in named(group, "col"))
    return tuple((whole(e.get("min")), whole(e.get("max"))) for e in columns if _is_hidden(e))


def numbered(data: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """The rows of a sheet's data with their numbers; one without a number follows the one before it."""
    number = 0
    for row in named(data, "row"):
        number = whole(row.get("r"), number + 1)
        yield number, row


def _is_hidden(element: etree._Element) -> bool:
    return element.get("hidden") in ("1", "true")


def _filled(data: etree._Element, sheet: Sheet) -> Iterator[tuple[int, int, etree._Element]]:
    """Every cell that holds more than a format, as (row, column, element).

    A row or cell without an address follows the one before it. Raises PackageError if an address is invalid, in
    another row, outside a sheet, or used twice: the positions are then ambiguous.
    """
    row, seen = 0, set()
    usual = f"{space_of(data)}c"
    for line in _agreed(data, f"{space_of(data)}row", sheet):
        number = line.get("r", str(row + 1))
        row = whole(number)
        if not 0 < row <= MAX_ROW or row in seen:
            raise _misplaced(sheet, f"第 {line.get('r', row)} 行")
        seen.add(row)
        column, taken = 0, set()
        for element in _agreed(line, usual, sheet):
            stated = element.get("r")
            column = column + 1 if stated is None else _column(stated, number)
            if not 0 < column <= MAX_COLUMN or column in taken:
                raise _misplaced(sheet, f"{stated or '最后一格'}")
            taken.add(column)
            if len(element):
                yield row, column, element


def _column(address: str, row: str) -> int:
    """The column of an address in the row of that number; 0 where it is none, or in another row."""
    letters = address.removesuffix(row)
    if letters.isalpha() and letters != address and row[0] != "0":
        return known_column(letters)
    at, column = parse_cell(address) or NOWHERE
    return column if at == whole(row) else 0


def _agreed(parent: etree._Element, tag: str, sheet: Sheet) -> Iterable[etree._Element]:
    """The children of that tag. Raises PackageError where newer programs read another content than others."""
    if next(parent.iterchildren(ALTERNATES), None) is None:
        return parent.iterchildren(tag)
    if disputed(parent):
        raise PackageError("damaged", f"文件已损坏（工作表“{sheet.name}”有写了两遍、互相矛盾的内容）")
    return [child for child in children(parent) if child.tag == tag]


def _misplaced(sheet: Sheet, where: str) -> PackageError:
    return PackageError("damaged", f"文件已损坏（工作表“{sheet.name}”中{where}的位置无效或重复）")


def _cells(data: etree._Element, book: Book, sheet: Sheet) -> Iterator[tuple[tuple[int, int], Cell]]:
    """Every cell that holds something, with its address."""
    longest, known = book.package.limits.text, _Known(book, space_of(data))
    for row, column, element in _filled(data, sheet):
        try:
            cell = _cell(element, known, (row, column))
        except _TwiceError:
            where = f"工作表“{sheet.name}”第{row}行第{column}列"
            raise PackageError("damaged", f"文件已损坏（{where}的内容写了两遍，互相矛盾）") from None
        except IndexError:
            where = f"工作表“{sheet.name}”第{row}行第{column}列"
            raise PackageError("damaged", f"文件已损坏（{where}引用的文字或格式不存在）") from None
        if cell is None:
            continue
        if isinstance(cell.value, str) and len(cell.value) > longest:
            where = f"工作表“{sheet.name}”第{row}行第{column}列"
            raise PackageError("too_large", f"{where}的文字超过 {longest} 字")
        yield (row, column), cell


class _TwiceError(Exception):
    """A cell has two values, formulas or texts that are not the same."""


class _Known:
    """Lookups shared by all cells of a sheet: kinds of children by tag, shared formulas, cell styles."""

    def __init__(self, book: Book, space: str) -> None:
        self.book = book
        self.kinds: dict[object, str] = {f"{space}{kind}": kind for kind in ("f", "v", "is")}
        self.kinds[ALTERNATES] = "alternates"
        self.shared: dict[str, SharedFormula] = {}
        self._looks: dict[str | None, CellLook] = {}

    def look(self, style: str | None) -> CellLook:
        """Raises IndexError for a style that does not exist: 86.8% might be 0.868."""
        if style not in self._looks:
            self._looks[style] = _look(style, self.book.looks)
        return self._looks[style]


def _cell(element: etree._Element, known: _Known, at: tuple[int, int]) -> Cell | None:
    found: dict[str, etree._Element] = {}
    for child in element:
        kind = known.kinds.get(child.tag)
        if kind is not None and (kind in found or kind == "alternates"):
            found = _once(element, known.kinds)
            break
        if kind is not None:
            found[kind] = child
    return _of_parts(found, element, known, at) if found else None


def _of_parts(
    found: Mapping[str, etree._Element], element: etree._Element, known: _Known, at: tuple[int, int]
) -> Cell | None:
    formula = _formula(found["f"], known, at) if "f" in found else None
    text = element_text(found["v"]) if "v" in found else None
    inline = rich_text(found["is"]) if "is" in found else None
    code, struck = known.look(element.get("s"))
    kind = element.get("t", "n")
    if kind == "e":
        return _error(element, formula, text, code, known)
    if formula is not None and _PICTURE.match(_written(formula)):
        return Cell(None, formula, None, code, picture=True)
    if kind == "str" and _is_blank(text):
        return Cell(None, formula, silent=True) if formula is not None else None
    content = inline if kind == "inlineStr" else _value(kind, text, code, known.book)
    return cell_of(content, formula, code, struck)


def _once(element: etree._Element, kinds: Mapping[object, str]) -> dict[str, etree._Element]:
    """The children of a cell by kind, one of each. Raises _TwiceError if two of a kind differ."""
    found: dict[str, list[etree._Element]] = {}
    for child in children(element):
        if (kind := kinds.get(child.tag)) is not None:
            found.setdefault(kind, []).append(child)
    if disputed(element) or not all(map(same, found.values())):
        raise _TwiceError
    return {kind: group[0] for kind, group in found.items()}


def _formula(element: etree._Element, known: _Known, at: tuple[int, int]) -> str:
    """A cell's formula; a shared one is written in the first cell of its group."""
    text = element_text(element)
    group = element.get("si") if element.get("t") == "shared" else None
    if group is None:
        return text
    if text:
        known.shared[group] = SharedFormula(text, at)
        return text
    return known.shared.get(group, text)


def _written(formula: str) -> str:
    return formula.base if isinstance(formula, SharedFormula) else formula


def _error(element: etree._Element, formula: str | None, text: str | None, code: str, known: _Known) -> Cell:
    """An error value; Excel stores one in place of a picture, which `vm` leads to."""
    own = formula is None and element.get("vm") is not None and known.book.shows_pictures
    if own or (formula is not None and _WITH_PICTURE.search(_written(formula))):
        return Cell(None, formula, None, code, picture=True)
    return Cell(None, formula, text or "#VALUE!", code)


def _is_blank(text: str | None) -> bool:
    return text is not None and not text.strip(_BLANK)


def cell_of(value: CellValue | Runs, formula: str | None, code: str, struck: bool) -> Cell | None:
    """A cell of any workbook format, its pictures, crossed-out and invisible contents recognised.

    `struck`: the cell's font crosses out the runs that have no font of their own. None if the cell is empty.
    """
    if isinstance(value, Runs):
        return _of_runs(value, formula, code, struck)
    if isinstance(value, str):
        if not value.strip(_BLANK):
            return None if value else _without_value(formula, code)
        if value[0] in "=_ " and _PICTURE.match(value):
            return Cell(None, formula, None, code, picture=True)
    if value is None:
        return _without_value(formula, code)
    return Cell(None, formula, None, code, value) if struck else Cell(value, formula, None, code)


def _without_value(formula: str | None, code: str) -> Cell | None:
    return Cell(None, formula, None, code) if formula is not None else None


def _of_runs(runs: Runs, formula: str | None, code: str, struck: bool) -> Cell | None:
    kept, gone = runs.parted[struck]
    if not gone.strip(_BLANK):
        return cell_of(kept, formula, code, False)
    return Cell(kept if kept.strip(_BLANK) else None, formula, None, code, gone)


def _look(style: str | None, looks: list[CellLook]) -> CellLook:
    if style is None or (style == "0" and not looks):
        return looks[0] if looks else CellLook()
    return looks[whole(style, MAX_ROW)]


def _value(kind: str, text: str | None, code: str, book: Book) -> CellValue | CellText:
    """Raises IndexError for a shared string that does not exist."""
    if text is None:
        return None
    match kind:
        case "s":
            return book.string(whole(text.strip(), 10**9)) if text.strip() else None  # blank to every reader
        case "str":
            return unescape(text)
        case "b":
            return text.strip() in ("1", "true")
        case "d":
            return iso_date(text)
        case _:
            return _number(text, code, book)


def _number(text: str, code: str, book: Book) -> CellValue:
    try:
        number = float(text) if "_" not in text else nan
    except ValueError:
        return text
    return value_of(number, code, book.date1904) if isfinite(number) else text


def value_of(number: float, code: str, from_1904: bool = False) -> CellValue:
    """A stored number, finite, as its format shows it: 15 digits, as a person sees them, or a date."""
    if is_date(code):
        return _date(number, from_1904)
    return Decimal(f"{number:.15g}")


def iso_date(text: str) -> CellValue:
    """A date as strict workbooks and OpenDocument store it; the text where it is none."""
    try:
        moment = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return moment.date() if moment.time() == datetime.time() else moment.replace(tzinfo=None)


def _date(number: float, from_1904: bool) -> CellValue:
    start = datetime.datetime(1904, 1, 1) if from_1904 else datetime.datetime(1899, 12, 30)
    try:
        moment = start + datetime.timedelta(seconds=round(number * 86_400))
    except OverflowError:
        return Decimal(f"{number:.15g}")
    return moment.date() if moment.time() == datetime.time() else moment
