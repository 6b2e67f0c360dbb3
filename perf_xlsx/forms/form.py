"""The nouns of a form: boxes, lines of money, tables of rows, sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Literal, TypeVar

from msgspec import Struct

from perf_xlsx.domain.quantity import normalise

BoxKind = Literal["text", "long_text", "number", "percent", "date", "choice", "value", "computed"]
NEXT_YEAR = "{next_year}"  # in a help or error: the year after the form's, in which it is filled in
_YEARS = range(2000, 2101)  # the years that it may be
# Blocks of an original's labels that are not a table's key: single boxes, lines of money, titled texts; and what
# belongs to no box: TOTALS begin the row of the total, HEADINGS parts of the form, ASIDES remarks and signatures,
# SOURCES are lines of money that only this form has.
BOXES, LINES, PASSAGES, OTHER = "boxes", "lines", "passages", "other"
TOTALS, HEADINGS, ASIDES, SOURCES = "totals", "headings", "asides", "sources"
BOX_KINDS = ("text", "long_text", "number", "percent", "date", "choice", "value", "computed")


class FormError(Exception):
    """There is no such kind of form, or a form's TOML is wrong: the Chinese message names file, key and what would
    be right. For the operator."""


class Choice(Struct, frozen=True):
    """One allowed value; `same` are other ways people write it; `under` the choice of the level above."""

    value: str
    same: tuple[str, ...] = ()
    under: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """Every way to write it."""
        return (self.value, *self.same)


class Box(Struct, frozen=True, eq=False, dict=True):  # a key of many look-ups: one object a box
    """One value to be typed (or shown, kind "computed").

    `key` names it in code and in the defined name; `required` is counted by the template and reported as R07;
    `strict` choices refuse any other word, others are suggestions. In the template's validation `minimum` bounds a
    number from below, and `points` from above by the rulebook's full score. In `help` (of columns of rows) and
    `error`, {total} is that score and {next_year} a year. `formula` names the live formula of a computed box, or
    of a typed one that the template works out unless its data hold it; a computed one without a formula shows
    what the data hold, locked. A column that is `claimed_only` is in a template only where its data hold it; a box
    with `since` is in templates from that version on. A workbook without them lacks nothing.
    """

    key: str
    label: str
    kind: BoxKind = "text"
    required: bool = False
    help: str = ""
    error: str = ""
    synonyms: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    strict: bool = True
    depends_on: str = ""
    minimum: Decimal | None = None
    points: bool = False
    preset: str = ""
    width: float = 12.0
    formula: str = ""
    claimed_only: bool = False
    since: str = ""

    @property
    def may_lack(self) -> bool:
        """Whether a workbook may do without it."""
        return self.claimed_only or bool(self.since)

    @property
    def labels(self) -> tuple[str, ...]:
        """Every text under which a person may know this box."""
        return (self.label, *self.synonyms)

    @cached_property
    def folded_words(self) -> frozenset[str]:
        """Every way to write one of its choices, for comparison."""
        return frozenset(normalise(word) for choice in self.choices for word in choice.words)

    @cached_property
    def helps(self) -> tuple[str, ...]:
        """The help as templates print it, whatever their year."""
        if NEXT_YEAR not in self.help:
            return (self.help,) if self.help else ()
        return tuple(self.help.replace(NEXT_YEAR, str(year)) for year in _YEARS)


def typed(boxes: Iterable[Box]) -> list[Box]:
    """The boxes that a person fills."""
    return [box for box in boxes if box.kind != "computed"]


class Line(Struct, frozen=True):
    """A fixed row of a Lines block. `parts` are the keys of the lines that it is the sum of.

    `sources` are keys of lines of which some are its parts, where a layout does not say which. `lead` is printed
    before the label (其中：).
    """

    key: str
    label: str
    synonyms: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    blank_part_is_zero: bool = False
    indent: int = 0
    required: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    lead: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """Every text under which a person may know this line."""
        return (self.label, *self.synonyms)


class Boxes(Struct, frozen=True):
    """Single boxes one below another: label, box, help. Defined names `px_{box}`.

    `heading`: the title is printed above them, where the sheet has several blocks.
    """

    key: str
    title: str
    boxes: tuple[Box, ...]
    heading: bool = True

    @property
    def fields(self) -> tuple[Box, ...]:
        """The boxes, as every kind of block has them."""
        return self.boxes

    @property
    def labels(self) -> list[tuple[str, ...]]:
        """The labels by which the block is recognised: of each box that a person fills."""
        return [box.labels for box in typed(self.boxes)]


class Lines(Struct, frozen=True):
    """Fixed lines by columns (资金). Names: `px_{key}_{line}_{column}` a cell, `px_{key}_{column}` a column."""

    key: str
    title: str
    head: str
    head_width: float
    lines: tuple[Line, ...]
    columns: tuple[Box, ...]

    @property
    def fields(self) -> tuple[Box, ...]:
        """The columns, as every kind of block has them."""
        return self.columns

    @property
    def labels(self) -> list[tuple[str, ...]]:
        """The labels by which the block is recognised: of each column that a person fills, and of each line."""
        return [*(box.labels for box in typed(self.columns)), *(line.labels for line in self.lines)]


class Rows(Struct, frozen=True):
    """Free rows by columns (项目, 指标). Names: `px_{key}_{column}`, a column's cells below its header.

    `totals` are the words by which people call a row that sums up others; such a row is none of them.
    """

    key: str
    title: str
    rows: int
    columns: tuple[Box, ...]
    preset: tuple[tuple[str, ...], ...] = ()
    totals: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[Box, ...]:
        """The columns, as every kind of block has them."""
        return self.columns

    @property
    def labels(self) -> list[tuple[str, ...]]:
        """The labels by which the block is recognised: of each column that a person fills."""
        return [box.labels for box in typed(self.columns)]


Block = Boxes | Lines | Rows
_Kind = TypeVar("_Kind", Lines, Rows)


class FormSheet(Struct, frozen=True):
    """One sheet of the template: its blocks from top to bottom."""

    name: str
    title: str
    hint: str
    landscape: bool
    blocks: tuple[Block, ...]


class OfficialOriginal(Struct, frozen=True):
    """The official workbook that a bureau's own form was adopted from, and what the labels on it mean.

    `file` is its name beside the form's own file, `sha256` tells that it is still the same. `labels` are, by block
    (BOXES, LINES, PASSAGES, OTHER, else a block's key) and by key, the labels as they are printed there; `unread`
    are, by block, those that mean nothing to the reader.
    """

    file: str
    sha256: str
    labels: Mapping[str, Mapping[str, tuple[str, ...]]]
    unread: Mapping[str, tuple[str, ...]]


class Form(Struct, frozen=True, eq=False, dict=True):  # a key of what is made of it once
    """One kind of form. `versions` are the template versions that can be read; the last is the one written.

    `asides` are the words that remarks and signatures begin with where people write them into a table, `titles`
    those by which the title of an official layout is recognised. With an `original` the template is that workbook.
    `base` is the shipped form that it is based on.
    """

    name: str
    title: str
    official: str
    versions: tuple[str, ...]
    rulebook: str
    total_line: str
    project_line: str | None
    source: str
    guide: tuple[str, ...]
    sheets: tuple[FormSheet, ...]
    asides: tuple[str, ...] = ()
    guide_before: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    original: OfficialOriginal | None = None
    base: str = ""

    @property
    def short(self) -> str:
        """What the kind is called in a table: "部门整体支出"."""
        return self.title.replace("（单位）", "").removesuffix("绩效自评")

    @property
    def kind(self) -> str:
        """The shipped form that it is based on, else its own name: what layouts and rulebooks know it by."""
        return self.base or self.name

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Every block, from the first sheet to the last."""
        return tuple(block for sheet in self.sheets for block in sheet.blocks)

    @cached_property
    def single_boxes(self) -> tuple[Box, ...]:
        """The boxes of every block of single boxes."""
        return tuple(box for block in self.blocks if isinstance(block, Boxes) for box in block.boxes)

    @cached_property
    def tables(self) -> tuple[Rows, ...]:
        """Every table of free rows."""
        return tuple(block for block in self.blocks if isinstance(block, Rows))

    def is_made(self, line: Line) -> bool:
        """Whether the template adds up a line of money by itself, unless its data hold it: the total."""
        return line.key == self.total_line and bool(line.parts)

    @property
    def version(self) -> str:
        """The version that a template made today carries."""
        return self.versions[-1]

    def has(self, key: str) -> bool:
        """Whether the form has a block with this key."""
        return any(block.key == key for block in self.blocks)

    def block(self, key: str) -> Block:
        """The block with this key; KeyError where the form has none."""
        for block in self.blocks:
            if block.key == key:
                return block
        raise KeyError(key)

    def lines(self, key: str) -> Lines:
        """The fixed lines of this key; KeyError where the form has no such block."""
        return self._of_kind(key, Lines)

    def rows(self, key: str) -> Rows:
        """The table of free rows of this key; KeyError where the form has no such block."""
        return self._of_kind(key, Rows)

    def _of_kind(self, key: str, kind: type[_Kind]) -> _Kind:
        block = self.block(key)
        if not isinstance(block, kind):
            raise KeyError(key)
        return block
