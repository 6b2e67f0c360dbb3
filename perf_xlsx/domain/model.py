"""The data of a self-evaluation, frozen. Every value knows its cell."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct, field

from perf_xlsx.domain.judgement import says_not_applicable
from perf_xlsx.domain.place import Place

T = TypeVar("T")

Severity = Literal["error", "warning", "notice"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "notice")
Standing = Literal["error", "warning", "notice", "waived"]
STANDINGS: tuple[Standing, ...] = (*SEVERITIES, "waived")


# `given` of a cell with a picture, and of a long text that is crossed out.
PICTURE, CROSSED_OUT = "图片", "划去的文字"
MERGED = "与上行合并"  # and of points that are merged with those of the row above


class Entry(Struct, Generic[T], frozen=True, gc=False):
    """The content of one box.

    `value` is the parsed value (None: empty or unreadable), `given` the text as Excel shows it ("" where the cell
    is empty), `field` the Chinese name of the box.
    """

    value: T | None
    place: Place
    given: str = ""
    field: str = ""

    @property
    def empty(self) -> bool:
        """The cell has no content."""
        return self.value is None and not self.given

    @property
    def unreadable(self) -> bool:
        """The cell has content that could not be parsed. The reader has already reported it."""
        return self.value is None and bool(self.given)


def display_name(name: Entry[str]) -> str:
    """How messages name a row of a table: “its name”, or 第8行 where it has none."""
    return f"“{name.given}”" if name.given else f"第{name.place.row}行"


AMOUNTS = ("initial", "adjustment", "adjusted", "executed")  # of a fund line, in the form's order


class TableRow(Struct, frozen=True, kw_only=True):
    """A row of any table. The hash leaves out `extras`, because a mapping has none."""

    extras: Mapping[str, Entry[Any]] = field(default_factory=dict)  # columns that only the form knows, by key

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, key) for key in self.__struct_fields__ if key != "extras"))

    def entry(self, column: str) -> Entry[Any]:
        """The entry in a column, of the model or of `extras`."""
        entry: Entry[Any] = self.extras[column] if column in self.extras else getattr(self, column)
        return entry


class FundLine(TableRow, frozen=True):
    """One row of money (资金行), in the form's own money unit. Rates are fractions: 86.80% is 0.868.

    `parts` are the keys of the lines that add up to it. `sources` are lines of which some are its parts, where an
    official layout does not say which (中央, 省, 市县, 其他 below a total).
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
    one. claimed_completion is a fraction; weight and claimed_points are points out of 100. `together` are the
    names of all rows whose points are one with its own: the first holds them, the others are parts of the form.
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
    together: tuple[str, ...] = ()

    @property
    def display_name(self) -> str:
        """How messages name it: “its name”, or 第8行 where it has none."""
        return display_name(self.name)

    @property
    def not_applicable(self) -> bool:
        """Whether the actual says that the indicator does not apply (不适用)."""
        return says_not_applicable(self.actual.given)

    @property
    def qualitative(self) -> bool:
        """Whether it is judged in words: by its sign or method, or because target and actual are words."""
        if "定性" in (self.sign.value, self.method.value):
            return True
        worded = isinstance(self.target.value, str) and not isinstance(self.actual.value, Decimal)
        return self.sign.empty and worded


class Claimed(Struct, frozen=True):
    """The unit's own evaluation: execution points, total (points out of 100), grade."""

    execution_points: Entry[Decimal]
    total: Entry[Decimal]
    grade: Entry[str]


class Passage(TableRow, frozen=True):
    """One titled text of the form."""

    title: Entry[str]
    text: Entry[str]


Row = TypeVar("Row", FundLine, Project, Indicator, Passage)
BOXES = frozenset({  # single boxes that scoring, checks and reports use
    "unit", "supervisor", "project", "filled_on", "money_unit", "goal_tasks", "goal_expected", "goal_achieved",
    "staff_authorised", "staff_actual", "filled_by", "phone", "head",
})  # fmt: skip


TABLES: Mapping[str, type[Any]] = {"projects": Project, "indicators": Indicator, "passages": Passage}
_COLUMNS: Mapping[type[Any], frozenset[str]] = {
    kind: frozenset(key for key, of in kind.__annotations__.items() if of.startswith("Entry"))
    for kind in (FundLine, Project, Indicator, Passage)
}


def columns_of(row_type: type[Any]) -> frozenset[str]:
    """The columns of a table (by the class of its rows) that scoring, checks and reports use."""
    return _COLUMNS[row_type]


def made_of(row_type: type[Row], entries: Mapping[str, Entry[Any]], **more: Any) -> Row:
    """Make a row of its entries; those that the model does not know become its extras."""
    own = columns_of(row_type)
    known: dict[str, Any] = {key: entry for key, entry in entries.items() if key in own}
    return row_type(**known, **more, extras={key: entry for key, entry in entries.items() if key not in own})


class Extra(Struct, frozen=True):
    """A filled-in entry that only its form knows; `table` and `row` are "" for a single box."""

    table: str
    row: str
    key: str
    label: str
    entry: Entry[Any]


APPROVED = ("level1", "level2", "name", "sign", "target", "unit", "weight")  # columns that an approval may fix


class Approved(Struct, frozen=True):
    """An indicator of the approved targets (批复的绩效目标): what was approved, as text, by column (APPROVED)."""

    values: Mapping[str, str]


Unscored = Literal["", "no_points", "monitoring"]
UNSCORED_WORDS: Mapping[str, str] = {
    "no_points": "本表没有分值和得分，只核对，不计分",
    "monitoring": "本表是绩效监控表，不是自评表，只核对，不计分",
}


class SelfEvaluation(Struct, frozen=True):
    """One filled-in form (自评表). `total_line` and `project_line` are the keys of those fund lines.

    `parts` are rows that break down an indicator above them (其中), or whose points are merged with those above;
    they carry no points of their own. `absent` names what its
    layout has no place for: keys of boxes and columns, titles of passages, names of lines. `unwritten` are titles
    without a text. `weight_head` is the head of the column of weights, `form_title` the name of the kind of form
    (项目支出). `computed` are the sums that the sheet makes by itself, so that nobody claims them: their block (""
    for a single box), line and box; `claims_execution`: the rules give points for budget execution, and the form
    asks what the unit gave itself for it. `unscored` is why the form is checked and gets no points; "" where it is
    scored. `unmeasured` is the column whose lack leaves no rule to compute points by; "" where it lacks none.
    `title` is what an official form is called at its head; "" where it is one of ours.
    `reporter` is the unit that reports, where the form names it beside another one that does the work.
    `approved` are the indicators that the template was made from, in their order; none where nothing was approved.
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
    computed: frozenset[tuple[str, str | int, str]] = frozenset()
    claims_execution: bool = False
    unscored: Unscored = ""
    title: str = ""
    unmeasured: str = ""
    approved: tuple[Approved, ...] = ()
    reporter: Entry[str] | None = None

    @property
    def indicator_rows(self) -> tuple[Indicator, ...]:
        """The indicators and their parts, from top to bottom."""
        return tuple(sorted((*self.indicators, *self.parts), key=_row_of))

    @property
    def extras(self) -> tuple[Extra, ...]:
        """The filled-in entries that only the form knows, in its order."""
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

    def is_computed(self, line: FundLine, column: str) -> bool:
        """Whether the sheet makes the sum in a column of a line."""
        return ("funds", line.key, column) in self.computed

    @property
    def claims_total(self) -> bool:
        """Whether the total of the claims (自评总分) is typed, and not made by the sheet."""
        return ("", "", "claimed_total") not in self.computed

    @property
    def unit(self) -> str | None:
        """The name of the unit whose form it is (单位名称)."""
        return (self.reporter or self.boxes["unit"]).value

    @property
    def total_funds(self) -> FundLine:
        """The line that the execution rate is taken from (合计 / 年度资金总额)."""
        return self.funds[self.total_line]


def _extras(table: str, row: str, extras: Mapping[str, Entry[Any]], beginning: str = "") -> Iterator[Extra]:
    for key, entry in extras.items():
        yield Extra(table, row, key, entry.field.removeprefix(beginning), entry)


def _row_of(row: Indicator) -> int:
    """The row of an indicator; its levels and its name may be merged with the rows above."""
    return max(entry.place.row for entry in (row.name, row.target, row.actual, row.weight))


class Trust(StrEnum):
    """How far the text of a rule is known, in the word of rulebooks and reports."""

    READ = "原文"
    QUOTED = "转引"
    UNREAD = "未核对"
    AGREED = "约定"

    def after(self, words: str) -> str:
        """The mark behind a basis; none where the text was read, or the words contain it already."""
        return "" if self is Trust.READ or self in words else f"（{TRUST_MARKS.get(self, self)}）"


TRUST_MARKS: Mapping[Trust, str] = {Trust.UNREAD: "未核对原文"}


class Citation(Struct, frozen=True, gc=False):
    """A rule: its key, the document, the text, and how far that text is known."""

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


NOT_APPLICABLE = "不适用"  # `method` of an indicator that the unit says does not apply


class Score(Struct, frozen=True, gc=False):
    """Points of one indicator, or of budget execution.

    `share` is the exact part of the weight earned (0 to 1), `completion` the exact uncapped completion; each None
    where it cannot be computed. `points` is rounded once, to 0.01. `met` is None where it is not a yes or no.
    `why` is one Chinese sentence with the numbers. `otherwise` are the points that the opposite sign would give,
    where none was chosen. `claimed`: no rule can compute the points, so they are those that the unit claims.
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
    claimed: bool = False

    @property
    def applies(self) -> bool:
        """Whether the indicator counts; of one that does not apply (不适用) there are no points."""
        return self.method != NOT_APPLICABLE

    @property
    def rules(self) -> str:
        """The rules that were applied, in words."""
        return "；".join(map(str, self.basis))


class Rates(Struct, frozen=True):
    """Exact rates of one line: executed over adjusted, and adjustment over initial; None where undefined."""

    execution: Fraction | None
    adjustment: Fraction | None


class Scores(Struct, frozen=True):
    """Everything that was computed. `indicators` runs parallel to the form's indicators, `parts` to its parts.

    `total` counts what could not be scored as 0; None where the form holds no points. `provisional` says in
    Chinese why the total is not final: scores or values are missing, or weights are wrong; then `grade` is None.
    `doubted` are the amounts that seem to be in another money unit (F10): nothing was computed from them. `sums`
    are, by line and column, the lines whose sum an amount was compared with (F01).
    """

    execution: Score
    line_rates: Mapping[str, Rates]
    project_rates: tuple[Rates, ...]
    indicators: tuple[Score, ...]
    total: Decimal | None
    grade: str | None
    provisional: tuple[str, ...] = ()
    doubted: frozenset[Place] = frozenset()
    parts: tuple[Score, ...] = ()
    sums: Mapping[str, Mapping[str, tuple[str, ...]]] = {}

    @property
    def complete(self) -> bool:
        """Whether the total is final, so that it earns a grade."""
        return self.total is not None and not self.provisional

    @property
    def claimed_rows(self) -> int:
        """How many indicators have the points that the unit claims, because no rule can compute them."""
        return sum(score.claimed for score in self.indicators)


PART = Score(None, None, None, None, None, None, "是上面一项指标的一部分，不单独评分。", ())


def scored_rows(evaluation: SelfEvaluation, scores: Scores) -> list[tuple[Indicator, Score]]:
    """The indicators with their scores, from top to bottom; their parts have no points."""
    known = dict(zip(map(id, evaluation.indicators), scores.indicators, strict=True))
    known |= dict(zip(map(id, evaluation.parts), scores.parts, strict=True))
    return [(row, known[id(row)]) for row in evaluation.indicator_rows]


class Waived(Struct, frozen=True, gc=False):
    """Why a finding was waived (豁免), by whom, and the last day on which it is."""

    reason: str
    by: str
    until: datetime.date


class Correction(Struct, frozen=True, gc=False):
    """The one right value of a box: the `text` to type, and the `value` that it means (rates as fractions)."""

    place: Place
    field: str
    text: str
    value: Decimal | str


class Finding(Struct, frozen=True, gc=False):
    """Something wrong or notable at one place. Texts are Chinese.

    `correction` is given where one value is right once all other findings are corrected. `others` are the places
    of further cells that it is about.
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
    others: tuple[Place, ...] = ()

    @property
    def standing(self) -> Standing:
        """Its severity, or that it was waived."""
        return "waived" if self.waived else self.severity


class Stamp(Struct, frozen=True):
    """What identifies a score: its check code, the digests of inputs and rulebook, the inputs by sheet and cell.

    Of an input that is not for everybody `inputs` holds a code.
    """

    code: str
    content: str
    rules: str
    inputs: Mapping[str, Mapping[str, str]]


class Result(Struct, frozen=True):
    """One workbook, read and scored. `evaluation` and `scores` are None when it could not be read.

    Of a workbook with several forms it is the result of the first one, with what was found about the workbook as a
    whole; `more` are those of the others. `part` tells them apart ("": the only form).
    """

    file: str
    sha256: str
    evaluation: SelfEvaluation | None
    scores: Scores | None
    findings: tuple[Finding, ...]
    rulebook: str | None = None
    output: str | None = None
    part: str = ""
    more: tuple[Result, ...] = ()
    stamp: Stamp | None = None

    @property
    def forms(self) -> tuple[Result, ...]:
        """The result of each form."""
        return (self, *self.more)
