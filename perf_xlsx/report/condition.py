"""Conditions of outlines: `total.adjustment < 0`, `not projects`, `dimension is 产出指标`, joined by `and`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from msgspec import Struct

from perf_xlsx.report.sentence import SentenceError
from perf_xlsx.system.pattern import pattern

FieldNumber = Decimal | Fraction
IS = "is"  # the words of a field, and not its number
_COMPARISON = pattern(
    r"(not )?([a-z0-9_.]+)(?: (<=|>=|!=|<|>|=) (-?[0-9]+(?:\.[0-9]+)?|[a-z0-9_.]+)| (is) (\S+))?"
)
_OPERATORS: dict[str, Callable[[FieldNumber, FieldNumber], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip
FORMAT = "如 total.adjustment < 0、points < weight、not projects、dimension is 产出指标，几个条件用 and 连接"


class Comparison(Struct, frozen=True):
    """A field that is there, or that compares so with a number or another field; `negated`: that does not."""

    field: str
    sign: str = ""
    other: str = ""
    negated: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it asks for."""
        own = self.sign == IS or not self.other or _number(self.other) is not None
        return (self.field,) if own else (self.field, self.other)


def parse_condition(text: str) -> tuple[Comparison, ...]:
    """Take a condition apart; "" is no condition. Raises SentenceError."""
    return tuple(_comparisons(text)) if text else ()


def _comparisons(text: str) -> Iterator[Comparison]:
    for part in text.split(" and "):
        found = _COMPARISON.fullmatch(part.strip())
        if found is None:
            raise SentenceError(f"条件“{part.strip()[:40]}”看不懂，{FORMAT}")
        negated, field, sign, other, named, word = found.groups()
        yield Comparison(field, sign or named or "", other or word or "", bool(negated))


class KnownFields(Protocol):
    """What conditions ask for."""

    def is_there(self, name: str) -> bool:
        """Whether there is something for a field."""

    def number(self, name: str) -> FieldNumber | None:
        """The number of a field; None where it has none."""

    def words(self, name: str) -> str:
        """The words of a field, "" where it has none."""


def holds(condition: tuple[Comparison, ...], known: KnownFields) -> bool:
    """Whether all comparisons hold; one with an unknown number does not, negated it does."""
    return all(_holds(one, known) != one.negated for one in condition)


def _holds(one: Comparison, known: KnownFields) -> bool:
    if not one.sign:
        return known.is_there(one.field)
    if one.sign == IS:
        return known.words(one.field) == one.other
    left, fixed = known.number(one.field), _number(one.other)
    right = known.number(one.other) if fixed is None else fixed
    return left is not None and right is not None and _OPERATORS[one.sign](left, right)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text.lstrip("-")[:1].isdigit() else None
