"""A worksheet's cells with their values, formulas, errors and formats. Only cells that hold something."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

from lxml import etree

from perf_xlsx.ooxml.book import MAX_COLUMN, MAX_ROW, Book, Sheet, parse_cell, parse_range, rich_text, unescape
from perf_xlsx.ooxml.package import PackageError, local

Value = Decimal | str | bool | datetime.date | datetime.datetime | None

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_NOT_DATE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


@dataclass(frozen=True)
class Cell:
    """One cell. A formula without stored result has value None; a shared formula's followers have formula ""."""

    value: Value
    formula: str | None = None
    error: str | None = None
    number_format: str = "General"

    @property
    def percent(self) -> bool:
        """Whether the format shows 0.868 as 86.8%; a percent sign that is mere text in the format does not."""
        return "%" in _LITERAL.sub("", self.number_format)


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
    package = book.package
    if package.read(sheet.part).count(b"<c ") > package.limits.cells:
        raise PackageError("too_large", f"工作表“{sheet.name}”超过 {package.limits.cells} 个单元格")
    root = package.tree(sheet.part)
    cells: dict[tuple[int, int], Cell] = {}
    merges: list[tuple[int, int, int, int]] = []
    rows: frozenset[int] = frozenset()
    columns: tuple[tuple[int, int], ...] = ()
    for element in root:
        if local(element) == "sheetData":
            cells = dict(_cells(element, book))
            rows = frozenset(int(r) for e in element if _is_hidden(e) and (r := e.get("r", "")).isdigit())
        elif local(element) == "cols":
            columns = tuple(
                (int(first), int(last))
                for e in element
                if _is_hidden(e) and (first := e.get("min", "")).isdigit() and (last := e.get("max", "")).isdigit()
            )
        elif local(element) == "mergeCells":
            merges = [found for m in element if (found := parse_range(m.get("ref", "")))]
    return Grid(cells, tuple(merges), rows, columns)


def _is_hidden(element: etree._Element) -> bool:
    return element.get("hidden") in ("1", "true")


def _cells(data: etree._Element, book: Book) -> Iterator[tuple[tuple[int, int], Cell]]:
    row = 0
    for line in data:
        if local(line) != "row":
            continue
        number = line.get("r", "")
        row = int(number) if number.isdigit() else row + 1
        column = 0
        for element in line:
            if local(element) != "c":
                continue
            address = parse_cell(element.get("r", ""))
            column = address[1] if address else column + 1
            cell = _cell(element, book)
            if cell is not None and row <= MAX_ROW and column <= MAX_COLUMN:
                yield (address or (row, column)), cell


def _cell(element: etree._Element, book: Book) -> Cell | None:
    formula = text = inline = None
    for child in element:
        match local(child):
            case "f":
                formula = child.text or ""
            case "v":
                text = child.text or ""
            case "is":
                inline = rich_text(child)
    if formula is None and text is None and inline is None:
        return None
    style = element.get("s", "0")
    formats = book.number_formats
    code = formats[int(style)] if style.isdigit() and int(style) < len(formats) else "General"
    kind = element.get("t", "n")
    if kind == "e":
        return Cell(None, formula, text or "#VALUE!", code)
    value = inline if kind == "inlineStr" else _value(kind, text, code, book)
    if value is None or value == "":
        return Cell(None, formula, None, code) if formula is not None else None
    return Cell(value, formula, None, code)


def _value(kind: str, text: str | None, code: str, book: Book) -> Value:
    if text is None:
        return None
    match kind:
        case "s":
            number = text.strip()
            return book.strings[int(number)] if number.isdigit() and int(number) < len(book.strings) else None
        case "str":
            return unescape(text)
        case "b":
            return text.strip() in ("1", "true")
        case "d":
            return text
        case _:
            return _number(text, code, book)


def _number(text: str, code: str, book: Book) -> Value:
    try:
        number = float(text)
    except ValueError:
        return text
    if not isfinite(number):
        return text
    if is_date(code):
        return _date(number, book.date1904)
    value = Decimal(f"{number:.15g}")
    return value.quantize(Decimal(1)) if value == value.to_integral_value() and abs(value) < 10**15 else value


def is_date(code: str) -> bool:
    """Whether a number format shows a date."""
    bare = _NOT_DATE.sub("", code.split(";")[0]).lower()
    return "y" in bare or ("d" in bare and "m" in bare) or "年" in bare


def _date(number: float, from_1904: bool) -> Value:
    start = datetime.datetime(1904, 1, 1) if from_1904 else datetime.datetime(1899, 12, 30)
    try:
        moment = start + datetime.timedelta(seconds=round(number * 86_400))
    except OverflowError:
        return Decimal(f"{number:.15g}")
    return moment.date() if moment.time() == datetime.time() else moment
