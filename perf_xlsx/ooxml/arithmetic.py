"""Computes formulas of plain arithmetic: + - * / %, SUM and ROUND over cells, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from perf_xlsx.domain.rounding import half_up
from perf_xlsx.ooxml.book import MAX_COLUMN, MAX_ROW, column_number
from perf_xlsx.ooxml.merges import Span
from perf_xlsx.system.pattern import pattern

LONGEST, MOST_TOKENS, DEEPEST, MOST_CELLS = 500, 200, 20, 5000

# The numbers in an area of the named sheet (None: the formula's own), without empty cells and plain words.
# None if there is anything else in the area, or if the formula may not use it.
Lookup = Callable[[str | None, Span], Sequence[Decimal] | None]

_CELL = r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})"
_TOKEN = pattern(
    r"\s*(?:(?P<reference>(?:(?:'(?P<quoted>(?:[^']|'')+)'|(?P<sheet>[^\W\d][\w.]*))!)?"
    rf"(?P<first>{_CELL.replace('(', '(?:')})(?::(?P<last>{_CELL.replace('(', '(?:')}))?(?![\w(!]))"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<function>SUM|ROUND)\s*\(|(?P<mark>[-+*/(),%]))\s*",
    re.IGNORECASE,
)


class _UnknownError(Exception):
    """The formula is not plain arithmetic, or a cell holds no number."""


def computed(formula: str, off: tuple[int, int], look: Lookup) -> Fraction | None:
    """The formula's result; `off` is how many rows and columns its own cell lies from where it was written.

    None where it holds anything but plain arithmetic, divides by zero, or `look` gives nothing.
    """
    if len(formula) > LONGEST:
        return None
    try:
        return _FormulaReader(_tokens(formula), off, look).result()
    except _UnknownError:
        return None


def _tokens(formula: str) -> list[re.Match[str]]:
    at, found = 0, list[re.Match[str]]()
    while at < len(formula):
        token = _TOKEN.match(formula, at)
        if token is None or len(found) >= MOST_TOKENS:
            raise _UnknownError
        found.append(token)
        at = token.end()
    return found


class _FormulaReader:
    """Reads the tokens from left to right."""

    def __init__(self, tokens: list[re.Match[str]], off: tuple[int, int], look: Lookup) -> None:
        self.tokens, self.off, self.look = tokens, off, look
        self.at = self.deep = 0

    def result(self) -> Fraction:
        if self._mark() == "+":
            self.at += 1
        value = self._sum()
        if self.at < len(self.tokens):
            raise _UnknownError
        return value

    def _next(self) -> re.Match[str]:
        if self.at >= len(self.tokens):
            raise _UnknownError
        self.at += 1
        return self.tokens[self.at - 1]

    def _mark(self) -> str:
        return (self.tokens[self.at]["mark"] or "") if self.at < len(self.tokens) else ""

    def _expect(self, mark: str) -> None:
        if self._next()["mark"] != mark:
            raise _UnknownError

    def _sum(self) -> Fraction:
        value = self._product()
        while (mark := self._mark()) in ("+", "-"):
            self.at += 1
            other = self._product()
            value = value + other if mark == "+" else value - other
        return value

    def _product(self) -> Fraction:
        value = self._factor()
        while (mark := self._mark()) in ("*", "/"):
            self.at += 1
            other = self._factor()
            if mark == "/" and not other:
                raise _UnknownError
            value = value * other if mark == "*" else value / other
        return value

    def _factor(self) -> Fraction:
        self.deep += 1
        if self.deep > DEEPEST:
            raise _UnknownError
        token = self._next()
        if token["mark"] == "-":
            value = -self._factor()
        elif token["mark"] == "(":
            value = self._sum()
            self._expect(")")
        elif token["number"]:
            value = Fraction(token["number"])
        elif token["reference"]:
            value = self._one(token)
        elif token["function"]:
            value = self._called(token["function"].upper())
        else:
            raise _UnknownError
        while self._mark() == "%":
            self.at += 1
            value /= 100
        self.deep -= 1
        return value

    def _called(self, function: str) -> Fraction:
        if function == "SUM":
            return self._added()
        value = self._sum()
        self._expect(",")
        places = self._sum()
        self._expect(")")
        if places.denominator != 1 or not 0 <= places <= 10:
            raise _UnknownError
        return Fraction(half_up(value, int(places)))

    def _added(self) -> Fraction:
        total = Fraction(0)
        while True:
            alone = self.at + 1 < len(self.tokens) and self.tokens[self.at + 1]["mark"] in (",", ")")
            if alone and self.tokens[self.at]["reference"]:
                total += sum(map(Fraction, self._cells(self._next())), Fraction(0))
            else:
                total += self._sum()
            mark = self._next()["mark"]
            if mark == ")":
                return total
            if mark != ",":
                raise _UnknownError

    def _one(self, token: re.Match[str]) -> Fraction:
        if token["last"]:
            raise _UnknownError
        values = self._cells(token)
        return Fraction(values[0]) if values else Fraction(0)

    def _cells(self, token: re.Match[str]) -> Sequence[Decimal]:
        first, last = self._address(token["first"]), self._address(token["last"] or token["first"])
        area = (min(first[0], last[0]), min(first[1], last[1]), max(first[0], last[0]), max(first[1], last[1]))
        sheet = token["quoted"].replace("''", "'") if token["quoted"] else token["sheet"]
        if (area[2] - area[0] + 1) * (area[3] - area[1] + 1) > MOST_CELLS:
            raise _UnknownError
        found = self.look(sheet, area)
        if found is None:
            raise _UnknownError
        return found

    def _address(self, text: str) -> tuple[int, int]:
        """A cell, moved along where the formula is another cell's and the address is not fixed."""
        found = re.fullmatch(_CELL, text)
        if found is None:
            raise _UnknownError
        row = int(found[4]) + (0 if found[3] else self.off[0])
        column = column_number(found[2]) + (0 if found[1] else self.off[1])
        if not (1 <= row <= MAX_ROW and 1 <= column <= MAX_COLUMN):
            raise _UnknownError
        return row, column
