"""The results of the template's own formulas, calculated exactly, to be stored with them.

It knows what our formulas use and no more: numbers, texts, ranges of one column, names, and some thirty functions.
Each text is compiled once; the rows of a table share theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import prod
from operator import eq, ge, gt, is_, le, lt, ne, sub
from typing import Any

from msgspec import Struct, field

from perf_xlsx.domain.rounding import exact, half_up, plain
from perf_xlsx.ooxml.book import column_number
from perf_xlsx.system.pattern import pattern
from perf_xlsx.template.steps import PREFIX

CellAddress = tuple[str, int, int]  # sheet, row and column, both from 1


class Wrong(Struct, frozen=True):
    """The result of a formula that cannot be calculated: a text in a sum, a division by zero."""


WRONG = Wrong()  # the only one
FormulaValue = Fraction | str | bool | Wrong | None
ZERO, ONE = Fraction(0), Fraction(1)


class CellRange(Struct, frozen=True):
    """Cells of one sheet; `bottom` 0 means an entire column."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int


class ColumnValues(list[FormulaValue]):
    """The values of a column. From row `end` on all are the same object, as in rows that nobody filled in."""

    __slots__ = ("end",)

    def __init__(self, values: Iterable[FormulaValue], end: int = 0) -> None:
        super().__init__(values)
        self.end = end or len(self)
        while not end and self.end > 1 and self[self.end - 2] is self[self.end - 1]:
            self.end -= 1


class Cells(Struct):
    """The cells of a workbook: `typed` with their number formats, `formulas`, `names` of areas, named `steps`."""

    typed: dict[CellAddress, tuple[FormulaValue, str]] = field(default_factory=dict)
    formulas: dict[CellAddress, str] = field(default_factory=dict)
    names: dict[str, CellRange] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    _known: dict[CellAddress, FormulaValue] = field(default_factory=dict)
    _named: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    _asked: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    _columns: dict[tuple[str, int, int, int, int], ColumnValues] = field(default_factory=dict)

    def value(self, at: CellAddress) -> FormulaValue:
        """The value of a cell, calculated where it is a formula."""
        if at not in self.formulas:
            return self.typed[at][0] if at in self.typed else None
        if at not in self._known:
            here = Position(self, at)
            self._known[at] = _one(_held(compiled(self.formulas[at])(here), here))
        return self._known[at]

    def named(self, name: str, at: CellAddress) -> Any:
        """The area or value of a name in a cell; calculated once for all rows whose cells are alike."""
        if name in self.names:
            return self.names[name]
        key = (name, *[self._content((sheet, at[1], column)) for sheet, column in self._cells_asked(name)])
        if key not in self._named:
            self._named[key] = compiled(self.steps[name])(Position(self, at))
        return self._named[key]

    def _content(self, at: CellAddress) -> Any:
        return self.value(at) if at in self.formulas else self.typed.get(at)

    def _cells_asked(self, name: str) -> tuple[tuple[str, int], ...]:
        """Sheets and columns of the cells in the asking cell's row that a name depends on."""
        if name not in self._asked:
            formula = self.steps.get(name, "")
            own = {(sheet, column_number(column)) for sheet, column in _OWN_ROW.findall(formula)}
            own.update(*map(self._cells_asked, _STEPS.findall(formula)))
            self._asked[name] = tuple(sorted(own))
        return self._asked[name]

    def column(self, sheet: str, top: int, left: int, bottom: int, right: int) -> ColumnValues:
        """The values of an area, row by row."""
        key = (sheet, top, left, bottom, right)
        if key not in self._columns:
            rows, columns = range(top, bottom + 1), range(left, right + 1)
            self._columns[key] = ColumnValues(
                self.value((sheet, row, column)) for row in rows for column in columns
            )
        return self._columns[key]

    def code(self, at: CellAddress) -> str:
        """What CELL("format") gives for a cell: how its number format begins."""
        return _code(self.typed[at][1]) if at in self.typed else "G"


@lru_cache(64)
def _code(number_format: str) -> str:
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|General', "", number_format)
    return "P" if "%" in bare else "D" if re.search("[ymdhsa]", bare, re.IGNORECASE) else "G"


class Position(Struct, frozen=True):
    """The cell that a formula is calculated for."""

    cells: Cells
    at: CellAddress


Formula = Callable[[Position], Any]

_TOKEN = pattern(
    r'\s*(?:(?P<text>"(?:[^"]|"")*")'
    r"|(?P<area>(?:'[^']+'!)?\$?[A-Z]{1,3}(?:\$?\d+)?(?::\$?[A-Z]{1,3}(?:\$?\d+)?)?)(?![\w(.])"
    r"|(?P<number>\d+(?:\.\d+)?(?:E[+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_][\w.]*)"
    r"|(?P<mark><=|>=|<>|[-+*/&=<>(),]))"
)
_CORNER = pattern(r"\$?([A-Z]{1,3})(\$?)(\d*)")
_STEPS = pattern(rf"{PREFIX}\w+")
_OWN_ROW = pattern(r"'([^']+)'!\$([A-Z]{1,3})\d+(?![\d:])")  # of areas in a row, only the columns are counted
_LEVELS: Sequence[Mapping[str, Callable[[Any, Any], Any]]]


@lru_cache(2048)  # a form has some 300 different formulas, a long-running process several forms
def compiled(formula: str) -> Formula:
    """A formula ready to be calculated. Raises ValueError for what no formula of ours holds."""
    tokens: list[tuple[str, str]] = []
    at = 1 if formula.startswith("=") else 0
    while at < len(formula):
        found = _TOKEN.match(formula, at)
        if found is None or found.lastgroup is None:
            raise ValueError(f"{formula[at : at + 30]!r}")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    parser = _FormulaParser(tokens)
    result = parser.expression()
    if parser.at < len(tokens):
        raise ValueError(f"{tokens[parser.at : parser.at + 5]}")
    return result


class _FormulaParser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at = tokens, 0

    def mark(self) -> str:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        return text if kind == "mark" else ""

    def expression(self, level: int = 0) -> Formula:
        if level == len(_LEVELS):
            return self.signed()
        found = self.expression(level + 1)
        while (mark := self.mark()) in _LEVELS[level]:
            self.at += 1
            found = _paired(_LEVELS[level][mark], found, self.expression(level + 1))
        return found

    def signed(self) -> Formula:
        if self.mark() != "-":
            return self.atom()
        self.at += 1
        inner = self.signed()
        return _paired(sub, _constant(ZERO), inner)

    def atom(self) -> Formula:
        kind, text = self.tokens[self.at]
        self.at += 1
        match kind:
            case "text":
                return _constant(text[1:-1].replace('""', '"'))
            case "number":
                return _constant(Fraction(Decimal(text)))
            case "area":
                return _area(text)
            case "mark" if text == "(":
                inner = self.expression()
                self.at += 1
                return inner
            case "name" if self.mark() == "(":
                return self.call(text)
            case "name":
                return _constant(text == "TRUE") if text in ("TRUE", "FALSE") else _named(text)
        raise ValueError(text)

    def call(self, name: str) -> Formula:
        self.at += 1
        given: list[Formula] = []
        while self.mark() != ")":
            given.append(self.expression())
            if self.mark() == ",":
                self.at += 1
        self.at += 1
        if name in _WITH_PLACES:
            function = _WITH_PLACES[name]
            return lambda at: function(at, given)
        if name in _OF_MANY:
            many = _OF_MANY[name]
            return lambda at: many([_held(one(at), at) for one in given])
        single = _OF_ONE[name]
        return lambda at: _spread(single, [_held(one(at), at) for one in given])


def _constant(value: FormulaValue) -> Formula:
    return lambda _: value


def _named(name: str) -> Formula:
    return lambda at: at.cells.named(name, at.at)


def _area(text: str) -> Formula:
    """An area; a row without $ counts from the row of the cell that asks, as it does in names."""
    sheet, _, cells = text.rpartition("!")
    corners = [_CORNER.fullmatch(corner) for corner in cells.split(":")]
    first, last = corners[0], corners[-1]
    assert first
    assert last
    left, top, right, bottom = (
        column_number(first[1]),
        int(first[3] or 1),
        column_number(last[1]),
        int(last[3] or 0),
    )
    named = sheet.strip("'")
    if first[3] and not first[2]:
        return lambda at: CellRange(named, at.at[1] + top - 1, left, at.at[1] + bottom - 1, right)
    return lambda at: CellRange(named or at.at[0], top, left, bottom, right)


def _held(value: Any, at: Position) -> Any:
    """The value or values of an area; anything else as it is."""
    if type(value) is not CellRange:
        return value
    if (value.top, value.left) == (value.bottom, value.right):
        return at.cells.value((value.sheet, value.top, value.left))
    found = at.cells.column(value.sheet, value.top, value.left, value.bottom, value.right)
    return found[0] if len(found) == 1 else found


def _one(value: Any) -> FormulaValue:
    return WRONG if isinstance(value, ColumnValues | CellRange) else value


def _spread(function: Callable[..., FormulaValue], given: Sequence[Any]) -> Any:
    """The function of each row, where any of what is given is a column."""
    columns = [one for one in given if type(one) is ColumnValues]
    if not columns:
        return function(*given)
    if len(columns) == 1:
        return _down(function, given)
    end = max(column.end for column in columns)
    longest = len(columns[0])
    found: list[FormulaValue] = []
    above: tuple[FormulaValue, ...] = ()
    for row in zip(*(one[:end] if type(one) is ColumnValues else [one] * end for one in given), strict=True):
        alike = above and all(map(is_, row, above))
        found.append(found[-1] if alike else function(*row))
        above = row
    return ColumnValues(found + found[-1:] * (longest - end), end)


def _down(function: Callable[..., FormulaValue], given: Sequence[Any]) -> ColumnValues:
    """The function of each row, where one thing that is given is a column."""
    at = next(number for number, one in enumerate(given) if type(one) is ColumnValues)
    before, column, behind = given[:at], given[at], given[at + 1 :]
    found: list[FormulaValue] = []
    above = result = None
    for value in column[: column.end]:
        if value is not above or not found:
            above, result = value, function(*before, value, *behind)
        found.append(result)
    return ColumnValues(found + found[-1:] * (len(column) - column.end), column.end)


def _paired(function: Callable[[Any, Any], Any], one: Formula, other: Formula) -> Formula:
    plain_one = function in _PLAIN

    def both(a: FormulaValue, b: FormulaValue) -> FormulaValue:
        if a is WRONG or b is WRONG:
            return WRONG
        found: FormulaValue = function(a, b) if plain_one else _reckoned(function, a, b)
        return found

    return lambda at: _spread(both, (_held(one(at), at), _held(other(at), at)))


def _reckoned(
    function: Callable[[Fraction, Fraction], Any], one: FormulaValue, other: FormulaValue
) -> FormulaValue:
    a, b = _number(one), _number(other)
    return WRONG if a is WRONG or b is WRONG else function(a, b)  # type: ignore[arg-type]


def _plus(one: Fraction, other: Fraction) -> Fraction:
    return other if one is ZERO else one if other is ZERO else one + other


def _times(one: Fraction, other: Fraction) -> Fraction:
    """The product; most factors are truths, and an empty row gives the same zero as the one above."""
    if one is ZERO or other is ZERO:
        return ZERO
    return other if one is ONE else one if other is ONE else one * other


def _over(one: Fraction, other: Fraction) -> FormulaValue:
    return one / other if other else WRONG


def _number(value: FormulaValue) -> Fraction | Wrong:
    if type(value) is Fraction:
        return value
    if value is None or value is False:
        return ZERO
    return ONE if value is True else WRONG  # "5" would be 5 in Excel; our formulas never rely on it


def _text(value: FormulaValue) -> str:
    if type(value) is str:
        return value
    if type(value) is Fraction:
        return plain(half_up(exact(value), 15))
    return "" if value is None else str(value).upper()


def _joined(one: FormulaValue, other: FormulaValue) -> str:
    return _text(one) + _text(other)


def _compared(function: Callable[[Any, Any], bool]) -> Callable[[FormulaValue, FormulaValue], bool]:
    """Numbers sort before texts and texts before booleans; an empty cell takes the type of the other operand."""

    def rank(value: FormulaValue, other: FormulaValue) -> tuple[int, Any]:
        if value is None:
            value = "" if type(other) is str else ZERO
        if type(value) is str:
            return 1, value.casefold()
        return (0, value) if type(value) is Fraction else (2, value)

    def compared(one: FormulaValue, other: FormulaValue) -> bool:
        if type(one) is str and type(other) is str:
            return function(one.casefold(), other.casefold())
        return function(rank(one, other), rank(other, one))

    return compared


_LEVELS = (
    {mark: _compared(function) for mark, function in
     {"=": eq, "<>": ne, "<": lt, ">": gt, "<=": le, ">=": ge}.items()},
    {"&": _joined},
    {"+": _plus, "-": sub},
    {"*": _times, "/": _over},
)  # fmt: skip
_PLAIN = (*_LEVELS[0].values(), *_LEVELS[1].values())


# ---- functions -------------------------------------------------------------------------------------------------


def _of_texts(function: Callable[..., FormulaValue]) -> Callable[..., FormulaValue]:
    return lambda *given: WRONG if _holds_wrong(given) else function(*given)


def _find(part: FormulaValue, text: FormulaValue) -> FormulaValue:
    at = _text(text).find(_text(part))
    return WRONG if at < 0 else Fraction(at + 1)


def _mid(text: FormulaValue, start: FormulaValue, count: FormulaValue) -> FormulaValue:
    begin = int(_number(start)) - 1  # type: ignore[arg-type]  # always a number
    return _text(text)[begin : begin + int(_number(count))]  # type: ignore[arg-type]


def _left(text: FormulaValue, count: FormulaValue = Fraction(1)) -> FormulaValue:
    return _text(text)[: int(_number(count))]  # type: ignore[arg-type]  # always a number


def _substituted(text: FormulaValue, old: FormulaValue, new: FormulaValue) -> str:
    return _text(text).replace(_text(old), _text(new))


def _clean(text: FormulaValue) -> str:
    shown = _text(text)
    return shown if shown.isprintable() else "".join(ch for ch in shown if ch >= " ")


def _rounded(value: FormulaValue, places: FormulaValue) -> FormulaValue:
    number = _number(value)
    return number if isinstance(number, Wrong) else Fraction(half_up(number, int(places)))  # type: ignore[arg-type]


def _size(value: FormulaValue) -> FormulaValue:
    number = _number(value)
    return number if isinstance(number, Wrong) else abs(number)


_OF_ONE: Mapping[str, Callable[..., FormulaValue]] = {
    "ISNUMBER": lambda value: type(value) is Fraction,
    "ISERROR": lambda value: isinstance(value, Wrong),
    "ISTEXT": lambda value: isinstance(value, str),
    "ISLOGICAL": lambda value: isinstance(value, bool),
    "NOT": _of_texts(lambda value: not _number(value)),
    "ABS": _of_texts(_size),
    "ROUND": _of_texts(_rounded),
    "CLEAN": _of_texts(_clean),
    "SUBSTITUTE": _of_texts(_substituted),
    "FIND": _of_texts(_find),
    "LEFT": _of_texts(_left),
    "MID": _of_texts(_mid),
    "IFERROR": lambda value, other: other if isinstance(value, Wrong) else value,
}


def _flat(given: Sequence[Any]) -> list[FormulaValue]:
    return [value for one in given for value in (one if type(one) is ColumnValues else (one,))]


def _of_truths(function: Callable[[list[bool]], bool]) -> Callable[[Sequence[Any]], FormulaValue]:
    def applied(given: Sequence[Any]) -> FormulaValue:
        numbers = [value if type(value) is bool else _number(value) for value in _flat(given)]
        return WRONG if _holds_wrong(numbers) else function([bool(number) for number in numbers])

    return applied


def _holds_wrong(values: Sequence[Any]) -> bool:
    for value in values:  # noqa: SIM110  # `any` takes twice as long, and `in` compares fractions
        if value is WRONG:
            return True
    return False


def _numbers(given: Sequence[Any]) -> list[Fraction] | Wrong:
    values = _flat(given)
    return WRONG if _holds_wrong(values) else [value for value in values if type(value) is Fraction]


def _of_numbers(function: Callable[[list[Fraction]], Fraction]) -> Callable[[Sequence[Any]], FormulaValue]:
    def applied(given: Sequence[Any]) -> FormulaValue:
        found = _numbers(given)
        return found if isinstance(found, Wrong) else function(found or [ZERO])

    return applied


def _summed_products(given: Sequence[Any]) -> FormulaValue:
    columns = [one if type(one) is ColumnValues else [one] for one in given]
    if any(map(_holds_wrong, columns)):
        return WRONG
    numbers = (row for row in zip(*columns, strict=True) if all(type(value) is Fraction for value in row))
    return sum((prod(row, start=Fraction(1)) for row in numbers), ZERO)


def _counted_if(given: Sequence[Any]) -> FormulaValue:
    """How many texts begin with the pattern, which ends with an asterisk."""
    begins = _text(given[1]).rstrip("*")
    return Fraction(sum(type(value) is str and value.startswith(begins) for value in _flat(given[:1])))


def _summed_if(given: Sequence[Any]) -> FormulaValue:
    """The sum of the numbers: the only condition in use is one that every number meets."""
    return sum((value for value in _flat(given[:1]) if type(value) is Fraction), ZERO)


_OF_MANY: Mapping[str, Callable[[Sequence[Any]], FormulaValue]] = {
    "AND": _of_truths(all),
    "OR": _of_truths(any),
    "SUM": _of_numbers(lambda found: sum(found, ZERO)),
    "MIN": _of_numbers(min),
    "MAX": _of_numbers(max),
    "COUNT": lambda given: Fraction(sum(type(value) is Fraction for value in _flat(given))),
    "COUNTIF": _counted_if,
    "SUMIF": _summed_if,
    "SUMPRODUCT": _summed_products,
}


def _if(at: Position, given: Sequence[Formula]) -> Any:
    truth = _held(given[0](at), at)
    if isinstance(truth, Wrong | str | ColumnValues):
        return WRONG
    return given[1](at) if truth else given[2](at)


def _index(at: Position, given: Sequence[Formula]) -> Any:
    column, row = given[0](at), _held(given[1](at), at)
    return CellRange(column.sheet, int(row), column.left, int(row), column.left)


def _row(at: Position, given: Sequence[Formula]) -> Any:
    if not given:
        return Fraction(at.at[1])
    area: CellRange = given[0](at)
    rows = ColumnValues(map(Fraction, range(area.top, area.bottom + 1)))
    return rows[0] if len(rows) == 1 else rows


def _columns(at: Position, given: Sequence[Formula]) -> Any:
    area: CellRange = given[0](at)
    return Fraction(area.right - area.left + 1)


def _cell(at: Position, given: Sequence[Formula]) -> Any:
    area: CellRange = given[1](at)
    return at.cells.code((area.sheet, area.top, area.left))


_WITH_PLACES: Mapping[str, Callable[[Position, Sequence[Formula]], Any]] = {
    "IF": _if, "INDEX": _index, "ROW": _row, "COLUMNS": _columns, "CELL": _cell,
}  # fmt: skip
