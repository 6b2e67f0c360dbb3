"""The nouns of a self-evaluation, frozen. Every value knows the cell it stands in."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct, field

from perf_xlsx.domain.place import Place

T = TypeVar("T")

Severity = Literal["error", "warning", "notice"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "notice")
Standing = Literal["error", "warning", "notice", "waived"]
STANDINGS: tuple[Standing, ...] = (*SEVERITIES, "waived")


# What `given` says of a cell that shows a picture, and of a long text that was crossed out.
PICTURE, CROSSED_OUT = "图片", "划去的文字"


class Entry(Struct, Generic[T], frozen=True):
    """What stands in one box.

    `value` is what was understood (None: empty or unreadable), `given` the text as a person sees it ("" when
    the cell is empty), `field` the Chinese name of the box.
    """

    value: T | None
    place: Place
    given: str = ""
    field: str = ""

    @property
    def empty(self) -> bool:
        """Nothing stands there."""
        return self.value is None and not self.given

    @property
    def unreadable(self) -> bool:
        """Something stands there that could not be understood; reading has already said so."""
        return self.value is None and bool(self.given)


def display_name(name: Entry[str]) -> str:
    """How messages name a row of a table: “its name”, or 第8行 where it has none."""
    return f"“{name.given}”" if name.given else f"第{name.place.row}行"


AMOUNTS = ("initial", "adjustment", "adjusted", "executed")  # of a fund line, in the form's order


class TableRow(Struct, frozen=True, kw_only=True):
    """What rows of all tables have in common. `extras` is left out of the hash, which a mapping has none of."""

    extras: Mapping[str, Entry[Any]] = field(default_factory=dict)  # columns only their form knows, by key

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, key) for key in self.__struct_fields__ if key != "extras"))

    def entry(self, column: str) -> Entry[Any]:
        """The entry in one of the columns that the model knows."""
        entry: Entry[Any] = getattr(self, column)
        return entry


class FundLine(TableRow, frozen=True):
    """One row of money (资金行), in the form's own money unit. Rates are fractions: 86.80% is 0.868.

    `parts` are the keys of the lines that it is the sum of; `sources` are lines of which some are its parts,
    where an official layout does not say which (中央, 省, 市县, 其他 below a total).
    """

    key: str
    name: str
    initial: Entry[Decimal]
    adjustment: Entry[Decimal]
    adjusted: Entry[Decimal]
    executed: Entry[Decimal]
    claimed_rate: Entry[Decimal]
    parts: tuple[str, ...] = ()
    blank_part_is_zero: bool = False
    sources: tuple[str, ...] = ()


class Project(TableRow, frozen=True):
    """One project of a department form (项目明细), money in the form's unit."""

    name: Entry[str]
    source: Entry[str]
    initial: Entry[Decimal]
    adjusted: Entry[Decimal]
    executed: Entry[Decimal]
    benefit: Entry[str]

    @property
    def display_name(self) -> str:
        """How messages name it: “its name”, or 第8行 where it has none."""
        return display_name(self.name)


class Indicator(TableRow, frozen=True):
    """One level-3 indicator (三级指标).

    target, midyear and actual are numbers in `unit` (95 with unit "%" is 95 percent), or text for a qualitative
    one. claimed_completion is a fraction; weight and claimed_points are points out of 100.
    """

    level1: Entry[str]
    level2: Entry[str]
    name: Entry[str]
    sign: Entry[str]
    target: Entry[Decimal | str]
    unit: Entry[str]
    midyear: Entry[Decimal | str]
    actual: Entry[Decimal | str]
    weight: Entry[Decimal]
    method: Entry[str]
    claimed_completion: Entry[Decimal]
    claimed_points: Entry[Decimal]
    reason: Entry[str]
    improvement: Entry[str]

    @property
    def display_name(self) -> str:
        """How messages name it: “its name”, or 第8行 where it has none."""
        return display_name(self.name)

    @property
    def qualitative(self) -> bool:
        """Whether it is judged in words: said so by sign or method, or left open by both and worded throughout."""
        if "定性" in (self.sign.value, self.method.value):
            return True
        worded = isinstance(self.target.value, str) and not isinstance(self.actual.value, Decimal)
        return self.sign.empty and worded


class Claimed(Struct, frozen=True):
    """What the unit says of itself: execution points, total (points out of 100), grade."""

    execution_points: Entry[Decimal]
    total: Entry[Decimal]
    grade: Entry[str]


class Passage(TableRow, frozen=True):
    """One titled text of the form."""

    title: Entry[str]
    text: Entry[str]


Row = TypeVar("Row", FundLine, Project, Indicator, Passage)
BOXES = frozenset({  # single boxes that scoring, checks and reports speak of
    "unit", "supervisor", "project", "filled_on", "money_unit", "goal_expected", "goal_achieved",
    "staff_authorised", "staff_actual",
})  # fmt: skip


TABLES: Mapping[str, type[Any]] = {"projects": Project, "indicators": Indicator, "passages": Passage}
_COLUMNS: Mapping[type[Any], frozenset[str]] = {
    kind: frozenset(key for key, of in kind.__annotations__.items() if of.startswith("Entry"))
    for kind in (FundLine, Project, Indicator, Passage)
}


def columns_of(kind: type[Any]) -> frozenset[str]:
    """The columns of a table (by the class of its rows) that scoring, checks and reports speak of."""
    return _COLUMNS[kind]


def made_of(kind: type[Row], entries: Mapping[str, Entry[Any]], **more: Any) -> Row:
    """A row made of its entries; those that the model does not know are kept among its extras."""
    own = columns_of(kind)
    known: dict[str, Any] = {key: entry for key, entry in entries.items() if key in own}
    return kind(**known, **more, extras={key: entry for key, entry in entries.items() if key not in own})


class Extra(Struct, frozen=True):
    """Something filled in that only its form knows: in a table ("" for a single box), in a row of it."""

    table: str
    row: str
    key: str
    label: str
    entry: Entry[Any]


class SelfEvaluation(Struct, frozen=True):
    """One filled-in form (自评表). `total_line` and `project_line` are the keys of those fund lines.

    `parts` are rows that say what an indicator above them consists of (其中); they carry no points. `absent` names
    what its layout has no place for: keys of boxes and columns, titles of passages, names of lines. `unwritten`
    are titles that nothing stands beside. `weight_head` is the head of the column of weights,
    `form_title` what the kind of form is called (项目支出).
    """

    form: str
    year: int | None
    rulebook: str
    workbook: str
    boxes: Mapping[str, Entry[str]]
    funds: Mapping[str, FundLine]
    total_line: str
    project_line: str | None
    projects: tuple[Project, ...]
    indicators: tuple[Indicator, ...]
    claimed: Claimed
    passages: tuple[Passage, ...] = ()
    absent: frozenset[str] = frozenset()
    unwritten: tuple[Passage, ...] = ()
    parts: tuple[Indicator, ...] = ()
    weight_head: Place | None = None
    form_title: str = ""

    @property
    def indicator_rows(self) -> tuple[Indicator, ...]:
        """The indicators and their parts, as they stand one below another."""
        return tuple(sorted((*self.indicators, *self.parts), key=_row_of))

    @property
    def extras(self) -> tuple[Extra, ...]:
        """What was filled in that only its form knows, in the form's order."""
        found = [Extra("", "", key, entry.field, entry) for key, entry in self.boxes.items() if key not in BOXES]
        for line in self.funds.values():
            found += _extras("funds", line.name, line.extras, f"{line.name}·")
        for project in self.projects:
            found += _extras("projects", project.name.given, project.extras)
        for row in self.indicator_rows:
            found += _extras("indicators", row.name.given, row.extras)
        for passage in self.passages:
            found += _extras("passages", passage.title.given, passage.extras)
        return tuple(extra for extra in found if not extra.entry.empty)

    @property
    def unit(self) -> str | None:
        """The unit's name (单位名称)."""
        return self.boxes["unit"].value

    @property
    def total_funds(self) -> FundLine:
        """The line that the execution rate is taken from (合计 / 年度资金总额)."""
        return self.funds[self.total_line]


def _extras(table: str, row: str, extras: Mapping[str, Entry[Any]], beginning: str = "") -> Iterator[Extra]:
    for key, entry in extras.items():
        yield Extra(table, row, key, entry.field.removeprefix(beginning), entry)


def _row_of(row: Indicator) -> int:
    """The row that an indicator stands in; its levels, and its name, may be merged from above."""
    return max(entry.place.row for entry in (row.name, row.target, row.actual, row.weight))


class Trust(StrEnum):
    """How far the text of a rule is known; the word stands in rulebooks and beside each rule."""

    READ = "原文"
    QUOTED = "转引"
    UNREAD = "未核对"
    AGREED = "约定"

    def after(self, words: str) -> str:
        """The mark behind a basis; none where the text was read, or the words say already what they are."""
        return "" if self is Trust.READ or self in words else f"（{TRUST_MARKS.get(self, self)}）"


TRUST_MARKS: Mapping[Trust, str] = {Trust.UNREAD: "未核对原文"}


class Citation(Struct, frozen=True):
    """By which rule: its key, the document, the text, and how far that text is known."""

    rule: str
    document: str
    text: str
    trust: Trust

    @property
    def source(self) -> str:
        """The document, marked unless its text was read."""
        return self.document + self.trust.after(self.document)

    def __str__(self) -> str:
        """In Chinese: document, text, mark."""
        return f"{self.document}：{self.text}{self.trust.after(self.document)}"


class Score(Struct, frozen=True):
    """Points of one indicator, or of budget execution.

    `share` is the exact part of the weight earned (0 to 1), `completion` the exact uncapped completion; both
    None where they cannot be told. `points` is rounded once, to the cent. `met` is None where the judgement is
    not a yes or no. `why` is one Chinese sentence with the numbers in it. `otherwise` are the points that the
    opposite sign would give, where none is stated.
    """

    weight: Decimal | None
    share: Fraction | None
    points: Decimal | None
    completion: Fraction | None
    met: bool | None
    method: str | None
    why: str
    basis: tuple[Citation, ...]
    otherwise: Decimal | None = None

    @property
    def rules(self) -> str:
        """The rules that were applied, in words."""
        return "；".join(map(str, self.basis))


def points_of(scores: Iterable[Score]) -> Decimal:
    """Sum of the rounded points; what is open counts as 0."""
    return sum((score.points for score in scores if score.points is not None), Decimal("0.00"))


class Rates(Struct, frozen=True):
    """Exact rates of one line: executed over adjusted, and adjustment over initial; None where undefined."""

    execution: Fraction | None
    adjustment: Fraction | None


class Scores(Struct, frozen=True):
    """Everything that was computed. `indicators` runs parallel to the form's indicators.

    `total` counts what could not be scored as 0. `provisional` says in Chinese why it is no final total: what
    cannot be scored, what is missing, weights that do not make the whole. `grade` is None then. `doubted` are the
    amounts that seem to stand in another money unit (F10): nothing was computed from them.
    """

    execution: Score
    line_rates: Mapping[str, Rates]
    project_rates: tuple[Rates, ...]
    indicators: tuple[Score, ...]
    total: Decimal
    grade: str | None
    provisional: tuple[str, ...] = ()
    doubted: frozenset[Place] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether the total is final, so that it earns a grade."""
        return not self.provisional

    @property
    def scored_throughout(self) -> bool:
        """Whether there are points for budget execution and for every indicator, whatever else is missing."""
        return bool(self.indicators) and all(s.points is not None for s in (self.execution, *self.indicators))


PART = Score(None, None, None, None, None, None, "是上面一项指标的一部分，不单独评分。", ())


def scored_rows(form: SelfEvaluation, scores: Scores) -> list[tuple[Indicator, Score]]:
    """The indicators with their scores, and their parts where these stand; those have no points (PART)."""
    known = dict(zip(map(id, form.indicators), scores.indicators, strict=True))
    return [(row, known.get(id(row), PART)) for row in form.indicator_rows]


class Waived(Struct, frozen=True):
    """Why a finding was let pass (豁免), by whom, and the last day that this holds."""

    reason: str
    by: str
    until: datetime.date


class Correction(Struct, frozen=True):
    """The one right value of a box: `text` is typed there, `value` is what that means (rates as fractions)."""

    place: Place
    field: str
    text: str
    value: Decimal | str


class Finding(Struct, frozen=True):
    """One thing wrong (or worth telling), at one place. Texts are Chinese.

    `correction` is there where one value is right when all other findings are mended; else a person must decide.
    """

    code: str
    severity: Severity
    place: Place
    field: str
    given: str | None
    expected: str | None
    difference: str | None
    message: str
    advice: str
    basis: str
    waived: Waived | None = None
    correction: Correction | None = None

    @property
    def standing(self) -> Standing:
        """How it counts: its severity, or that it was waived."""
        return "waived" if self.waived else self.severity


class Result(Struct, frozen=True):
    """One workbook, read and scored. `evaluation` and `scores` are None when it could not be read."""

    file: str
    sha256: str
    evaluation: SelfEvaluation | None
    scores: Scores | None
    findings: tuple[Finding, ...]
    rulebook: str | None = None
    output: str | None = None
