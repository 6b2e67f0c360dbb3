"""What a kind of form looks like on paper, as data: columns with their widths and heads, parts in their order."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct

SPANS = ("at", "line", "expected", "achieved", "grow")  # keys whose values are letters of columns


class ColumnSpan(Struct, frozen=True, array_like=True):
    """Columns of the sheet side by side, counted from 0; in a file "D:F", or "D"."""

    first: int
    last: int


class LayoutColumn(Struct, frozen=True, forbid_unknown_fields=True):
    """A column of a table: what it shows (`key`), its head and where it is."""

    key: str
    head: str
    at: ColumnSpan


class LayoutPart(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", kw_only=True):
    """A part of the form, from top to bottom."""

    title: str = ""


class Basics(LayoutPart, frozen=True, tag="basics"):
    """Single boxes, one or two a row: label and value in turn take the spans."""

    at: tuple[ColumnSpan, ColumnSpan, ColumnSpan, ColumnSpan]
    rows: tuple[tuple[str, ...], ...]


class Funds(LayoutPart, frozen=True, tag="funds"):
    """The lines of money, the title in front. `total_first`: the total is printed above its parts."""

    at: ColumnSpan
    line: ColumnSpan
    columns: tuple[LayoutColumn, ...]
    total_first: bool = False


class Projects(LayoutPart, frozen=True, tag="projects"):
    """The projects, where there are any."""

    at: ColumnSpan
    columns: tuple[LayoutColumn, ...]


class Goal(LayoutPart, frozen=True, tag="goal"):
    """The goal of the year, expected and achieved, where the form asks for it."""

    at: ColumnSpan
    expected: ColumnSpan
    achieved: ColumnSpan


class Indicators(LayoutPart, frozen=True, tag="indicators"):
    """The indicators."""

    at: ColumnSpan
    columns: tuple[LayoutColumn, ...]


class Total(LayoutPart, frozen=True, tag="total"):
    """The row of the total, below the columns of the indicators. `grade`: it also names the unit's own grade."""

    grade: bool = False


class HeadingRow(LayoutPart, frozen=True, tag="heading"):
    """A line of its own above what is not on the official form."""


class GradeRow(LayoutPart, frozen=True, tag="grade"):
    """A row with the unit's own grade."""

    at: tuple[ColumnSpan, ColumnSpan]


class PassageRows(LayoutPart, frozen=True, tag="texts"):
    """The passages, then what only this kind of form asks for, each with its label."""

    at: tuple[ColumnSpan, ColumnSpan]


class Signatures(LayoutPart, frozen=True, tag="signatures"):
    """Names, the place of the seal, and the foot with the rules."""


AnyPart = Basics | Funds | Projects | Goal | Indicators | Total | HeadingRow | GradeRow | PassageRows | Signatures


class EvaluationLayout(Struct, frozen=True, forbid_unknown_fields=True):
    """A layout. `widths` in characters are the least; the columns in `grow` share what a page has left."""

    landscape: bool
    widths: tuple[float, ...]
    grow: tuple[ColumnSpan, ...]
    parts: tuple[AnyPart, ...]

    @property
    def last(self) -> int:
        """The last column."""
        return len(self.widths) - 1

    @property
    def indicators(self) -> Indicators:
        """The part of the indicators."""
        return next(part for part in self.parts if isinstance(part, Indicators))


class LayoutChoice(Struct, frozen=True, forbid_unknown_fields=True):
    """When a paper is taken: for forms of a project or others; for issuers whose name contains a word."""

    file: str
    project: bool
    issuer: str = ""


def paper_for(project: bool, issuer: str) -> EvaluationLayout:
    """The paper for a form (with a project's name, or without) that is scored by the rules of an issuer."""
    fitting = (one for one in choices() if one.project == project and one.issuer in issuer)
    return paper(next(fitting).file)


@lru_cache
def choices() -> tuple[LayoutChoice, ...]:
    """What is said of all papers, the first to ask first."""
    return msgspec.convert(_toml("choice")["papers"], tuple[LayoutChoice, ...])


@lru_cache
def paper(name: str) -> EvaluationLayout:
    """A shipped paper by the name of its file."""
    return msgspec.convert(_with_spans(_toml(name)), EvaluationLayout)


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("perf_xlsx.scored").joinpath("papers", f"{name}.toml").read_text("utf-8"))


def _with_spans(raw: Any) -> Any:
    """The same data with numbers for the letters of columns."""
    if isinstance(raw, list):
        return [_with_spans(one) for one in raw]
    if not isinstance(raw, dict):
        return raw
    return {key: _spans(value) if key in SPANS else _with_spans(value) for key, value in raw.items()}


def _spans(value: Any) -> Any:
    if isinstance(value, list):
        return [_spans(one) for one in value]
    first, _, last = value.partition(":")
    return ord(first) - ord("A"), ord(last or first) - ord("A")
