"""A worksheet's cells with their values, formulas, errors and formats. Only cells that hold something."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import isfinite, nan
from typing import NamedTuple

from lxml import etree

from perf_xlsx.ooxml.archive import PackageError
from perf_xlsx.ooxml.book import MAX_COLUMN, MAX_ROW, Book, Sheet, parse_cell, parse_range, rich_text, unescape
from perf_xlsx.ooxml.markup import local, text_of, whole
from perf_xlsx.ooxml.number_format import shows_nothing, unit_behind

NOWHERE = (0, 0)
Value = Decimal | str | bool | datetime.date | datetime.datetime | None

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_POINT = re.compile(r"[0#?][\\!]\.[0#?]|[0#?]\"\.\"[0#?]")  # a point that is mere text between the digits
_THOUSANDS = re.compile(r"[0#?],+(?![0#?,])")  # a comma behind the last digit
_NOT_DATE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


class Cell(NamedTuple):  # a dataclass takes three times as long to make, and there are thousands of them
    """One cell. A formula without stored result has value None; a shared formula's followers have formula ""."""

    value: Value
    formula: str | None = None
    error: str | None = None
    number_format: str = "General"

    @property
    def percent(self) -> bool:
        """Whether the format shows 0.868 as 86.8%; a percent sign that is mere text in the format does not."""
        return "%" in _LITERAL.sub("", self.number_format)

    @property
    def scaled(self) -> bool:
        """Whether the format shows a smaller number than is stored: 28572800 as 2857.28 or 28,573."""
        return bool(_POINT.search(self.number_format) or _THOUSANDS.search(_LITERAL.sub("", self.number_format)))

    @property
    def unseen(self) -> bool:
        """Whether the format shows nothing of what stands there, so that the cell looks empty."""
        return isinstance(self.value, Decimal | str) and shows_nothing(self.number_format, self.value)

    @property
    def unit(self) -> str:
        """The unit that the format writes behind the number as mere text; "" where it scales the number."""
        if not isinstance(self.value, Decimal) or self.scaled:
            return ""
        return unit_behind(self.number_format, self.value)


@dataclass(frozen=True)
class Grid:
    """A worksheet: non-empty cells by (row, column), merged ranges as (top, left, bottom, right).

    `hidden_rows` and `hidden_columns` count what was hidden by hand and by a filter.
    """

    cells: dict[tuple[int, int], Cell]
    merges: tuple[tuple[int, int, int, int], ...]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: tuple[tuple[int, int], ...] = ()

    def hidden(self, row: int, column: int) -> bool:
        """Whether the cell's row or column is hidden."""
        return row in self.hidden_rows or any(first <= column <= last for first, last in self.hidden_columns)


def read_grid(book: Book, sheet: Sheet) -> Grid:
    """Read a worksheet. Raises PackageError when it is damaged or larger than the limits."""
    limits = book.package.limits
    cells: dict[tuple[int, int], Cell] = {}
    merges: list[tuple[int, int, int, int]] = []
    rows: frozenset[int] = frozenset()
    columns: tuple[tuple[int, int], ...] = ()
    for element in book.package.tree(sheet.part):
        if local(element) == "sheetData":
            for address, cell in _cells(element, book, sheet):
                if cell is not None:
                    cells[address] = cell
                    if len(cells) > limits.cells:
                        raise PackageError("too_large", f"工作表“{sheet.name}”超过 {limits.cells} 个单元格")
            rows = frozenset(number for number, row in numbered(element) if _is_hidden(row))
        elif local(element) == "cols":
            columns = tuple((whole(e.get("min")), whole(e.get("max"))) for e in element if _is_hidden(e))
        elif local(element) == "mergeCells":
            merges += [found for m in element if (found := parse_range(m.get("ref", "")))]
    if len(merges) > limits.merges:
        raise PackageError(
            "too_large", f"工作表“{sheet.name}”有 {len(merges)} 处合并，超过上限 {limits.merges} 处"
        )
    return Grid(cells, tuple(merges), rows, columns)


def numbered(data: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """The rows of a sheet's data with their numbers; one without a number follows the one before it."""
    number = 0
    for row in data:
        if local(row) == "row":
            number = whole(row.get("r"), number + 1)
            yield number, row


def _is_hidden(element: etree._Element) -> bool:
    return element.get("hidden") in ("1", "true")


def _filled(data: etree._Element, sheet: Sheet) -> Iterator[tuple[int, int, etree._Element]]:
    """Every cell that holds more than a format, as (row, column, element), where the file says it stands.

    A row or cell without a number follows the one before it. Raises PackageError where a number is no number, lies
    outside a sheet, contradicts its row or stands twice: nothing then tells what stands where.
    """
    row, seen = 0, set()
    usual = str(data.tag).replace("sheetData", "c")
    for line in data:
        if local(line) != "row":
            continue
        row = whole(line.get("r", str(row + 1)))
        if not 0 < row <= MAX_ROW or row in seen:
            raise _misplaced(sheet, f"第 {line.get('r', row)} 行")
        seen.add(row)
        column, taken = 0, set()
        for element in line:
            if element.tag != usual and local(element) != "c":
                continue
            stated = element.get("r")
            at, column = (row, column + 1) if stated is None else parse_cell(stated) or NOWHERE
            if at != row or column > MAX_COLUMN or column in taken:
                raise _misplaced(sheet, f"{stated or '最后一格'}")
            taken.add(column)
            if len(element):
                yield row, column, element


def _misplaced(sheet: Sheet, where: str) -> PackageError:
    return PackageError("damaged", f"文件已损坏（工作表“{sheet.name}”中{where}的位置无效或重复）")


def _cells(data: etree._Element, book: Book, sheet: Sheet) -> Iterator[tuple[tuple[int, int], Cell | None]]:
    longest, known = book.package.limits.text, _Known(book, str(data.tag).removesuffix("sheetData"))
    for row, column, element in _filled(data, sheet):
        try:
            cell = _cell(element, known)
        except IndexError:
            where = f"工作表“{sheet.name}”第{row}行第{column}列"
            raise PackageError("damaged", f"文件已损坏（{where}引用的文字或格式不存在）") from None
        if cell is not None and isinstance(cell.value, str) and len(cell.value) > longest:
            where = f"工作表“{sheet.name}”第{row}行第{column}列"
            raise PackageError("too_large", f"{where}的文字超过 {longest} 字")
        yield (row, column), cell


class _Known:
    """What comes again in cell after cell: what children are by their usual tags, the format of a cell style."""

    def __init__(self, book: Book, space: str) -> None:
        self.book = book
        self.kinds: dict[object, str] = {f"{space}{kind}": kind for kind in ("f", "v", "is")}
        self._formats: dict[str | None, str] = {}

    def format(self, style: str | None) -> str:
        """Raises IndexError for a style that does not exist: 86.8% might be 0.868."""
        if style not in self._formats:
            self._formats[style] = _format(style, self.book.number_formats)
        return self._formats[style]


def _cell(element: etree._Element, known: _Known) -> Cell | None:
    formula = text = inline = None
    for child in element:
        kind = known.kinds.get(child.tag) or local(child)
        if kind == "v":
            text = text_of(child)
        elif kind == "f":
            formula = text_of(child)
        elif kind == "is":
            inline = rich_text(child)
    if formula is None and text is None and inline is None:
        return None
    code = known.format(element.get("s"))
    kind = element.get("t", "n")
    if kind == "e":
        return Cell(None, formula, text or "#VALUE!", code)
    value = inline if kind == "inlineStr" else _value(kind, text, code, known.book)
    if value is None or (isinstance(value, str) and not value):
        return Cell(None, formula, None, code) if formula is not None else None
    return Cell(value, formula, None, code)


def _format(style: str | None, formats: list[str]) -> str:
    if style is None or (style == "0" and not formats):
        return formats[0] if formats else "General"
    return formats[whole(style, MAX_ROW)]


def _value(kind: str, text: str | None, code: str, book: Book) -> Value:
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


def _number(text: str, code: str, book: Book) -> Value:
    try:
        number = float(text) if "_" not in text else nan
    except ValueError:
        return text
    return value_of(number, code, book.date1904) if isfinite(number) else text


def value_of(number: float, code: str, from_1904: bool = False) -> Value:
    """A stored number, finite, as its format shows it: 15 digits, as a person sees them, or a date."""
    if is_date(code):
        return _date(number, from_1904)
    return Decimal(f"{number:.15g}")


@lru_cache(4096)
def is_date(code: str) -> bool:
    """Whether a number format shows a date."""
    bare = _NOT_DATE.sub("", code.split(";")[0]).lower()
    return "y" in bare or ("d" in bare and "m" in bare) or "年" in bare


def iso_date(text: str) -> Value:
    """A date as strict workbooks and OpenDocument store it; the text where it is none."""
    try:
        moment = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return moment.date() if moment.time() == datetime.time() else moment.replace(tzinfo=None)


def _date(number: float, from_1904: bool) -> Value:
    start = datetime.datetime(1904, 1, 1) if from_1904 else datetime.datetime(1899, 12, 30)
    try:
        moment = start + datetime.timedelta(seconds=round(number * 86_400))
    except OverflowError:
        return Decimal(f"{number:.15g}")
    return moment.date() if moment.time() == datetime.time() else moment
