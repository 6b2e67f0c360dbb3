"""What sentences may say of a form: its figures, and its texts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.checks.diagnoses import is_missing_or_filler, judged_without_target
from perf_xlsx.domain.levels import level_named
from perf_xlsx.domain.model import Entry, Indicator, Passage, Project, Result, Scores, SelfEvaluation
from perf_xlsx.domain.rounding import half_up, plain
from perf_xlsx.figures import ROLES, Figure, Figures, Subject, figures_of
from perf_xlsx.figures.figure import SubjectType
from perf_xlsx.forms import load_form
from perf_xlsx.report.report import Blank, TextRun
from perf_xlsx.rulebook import load_rulebook
from perf_xlsx.system.safe_text import one_line

Table = Literal["lines", "projects", "indicators"]
TABLES: tuple[Table, ...] = ("lines", "projects", "indicators")
KINDS: dict[str, SubjectType] = {"lines": "line", "projects": "project", "indicators": "indicator"}  # of subjects
MONEY = frozenset({
    "initial", "adjustment", "adjusted", "executed", "balance",
    "project_initial", "project_budget", "project_executed",
})  # fmt: skip
OWN = frozenset({"execution_points", "total", "grade", "indicator_points", "indicator_lost_points"})
BOXES = {"budget": "adjusted", "points": "claimed_points", "completion": "claimed_completion"}  # by field
SIZE = ".size"  # behind a field: the number without its sign
LONGEST_SHOWN = 40  # characters of what stands in a cell that could not be read
STOPS = "。．.；;，,、 "


@cache
def field_names() -> dict[str, dict[str, str]]:
    """The fields that outlines may name, by the table that they are of, with what a blank for them asks for."""
    return tomllib.loads(files("perf_xlsx.report").joinpath("outlines/fields.toml").read_text("utf-8"))


class Facts(Struct, frozen=True):
    """What is known of a form; inside a part for each row of a table also of that `row`, whose subject is `of`.

    `computed`: our points, rates and total stand before the unit's own.
    """

    evaluation: SelfEvaluation
    scores: Scores
    figures: Figures
    rulebook: str
    computed: bool
    of: Subject | None = None
    row: Project | Indicator | None = None

    def say(self, name: str) -> tuple[TextRun, ...] | None:
        """What a field says; None where the form has nothing for it. What could not be read is a blank."""
        if name.endswith(SIZE):
            figure = self.figure(name.removesuffix(SIZE))
            return None if figure is None else self._shown(figure, size=True)
        if name == "remarks":
            return self._remarks()
        figure, entry = self.figure(name), self._entry(name)
        if figure is not None:
            return self._shown(figure)
        if entry is not None:
            return self._text(name, entry)
        text = self._words(name)
        return (TextRun(text),) if text else None

    def is_there(self, name: str) -> bool:
        """Whether the form has something for a field, or rows of a table."""
        if name in TABLES:
            return any(True for _ in self.each(name))
        return self.say(name) is not None

    def number(self, name: str) -> Decimal | Fraction | None:
        """The number of a field; of a rate in percent."""
        figure = self.figure(name)
        return None if figure is None or isinstance(figure.value, str) else figure.value

    def words(self, name: str) -> str:
        """The words of a field, without marks of blanks; "" where the form has none."""
        return "".join(piece.text for piece in self.say(name) or () if not isinstance(piece, Blank))

    def label(self, name: str) -> str:
        """What a blank for a field asks for."""
        known, name = field_names(), name.removesuffix(SIZE)
        head, _, column = name.rpartition(".")
        if head == "staff":
            return known["staff"].get(column, column)
        if head:
            return self._line_name(self._located(name)[1].key) + known["lines"].get(column, column)
        table = next((table for table, kind in KINDS.items() if self.of and self.of.type == kind), "form")
        of = f"“{self.of.name[:LONGEST_SHOWN]}”的" if self.of and self.of.name and name in known[table] else ""
        return of + (known[table].get(name) or known["form"].get(name) or name)

    def each(self, table: str) -> Iterator[Facts]:
        """What is known of each row of a table."""
        if table == "lines":
            for key, line in self.evaluation.funds.items():
                yield replace(self, of=Subject("line", key, line.name, key == self.evaluation.total_line))
            return
        rows: tuple[Project | Indicator, ...] = self.evaluation.indicators
        rows = self.evaluation.projects if table == "projects" else rows
        for number, row in enumerate(rows):
            yield replace(self, of=Subject(KINDS[table], str(number), row.name.given), row=row)

    def passage(self, title: str) -> Passage | None:
        """The passage of that title, if it was written and says something."""
        for passage in self.evaluation.passages:
            if title in (passage.title.value, passage.title.given) and not is_missing_or_filler(passage.text):
                return passage
        return None

    # ---- figures ---------------------------------------------------------------------------------------------

    def figure(self, name: str) -> Figure | None:
        """The figure that a field stands for; None where it stands for a text, or the form has none."""
        column, of = self._located(name)
        prefix = f"{of.type}_" if of.type in ("project", "indicator") else ""
        role = "staff" if name.startswith("staff.") else prefix + column
        if role == "indicator_lost_points":
            return self._lost(of)
        figure = self.figures.one(role, of, self.computed) if role in ROLES else None  # type: ignore[arg-type]
        return None if figure and self._is_the_others(figure) else figure

    def _located(self, name: str) -> tuple[str, Subject]:
        """The column that a field names, and what it is of."""
        head, _, column = name.rpartition(".")
        if head == "staff":
            return column, Subject("form", column, "")
        if head:
            special = {"total": self.evaluation.total_line, "project": self.evaluation.project_line or head}
            return column, Subject("line", special.get(head, head), "")
        known = field_names()[f"{self.of.type}s"] if self.of is not None else {}
        return (name, self.of) if self.of is not None and name in known else (name, Subject("form", "", ""))

    def _is_the_others(self, figure: Figure) -> bool:
        """Whether it is our result where the unit's own is reported, or theirs where ours is."""
        return figure.role in OWN and (figure.origin == "computed") != self.computed

    def _lost(self, of: Subject) -> Figure | None:
        """The points that an indicator lost, by the points that the report states."""
        weight, points = self.figure("weight"), self.figure("points")
        if weight is None or points is None:
            return None
        if not (isinstance(weight.value, Decimal) and isinstance(points.value, Decimal)):
            return None
        return replace(points, role="indicator_lost_points", value=weight.value - points.value, origin="computed")

    def _shown(self, figure: Figure, size: bool = False) -> tuple[TextRun, ...]:
        """A figure in words; with `size` without its sign."""
        value = figure.value
        if size and not isinstance(value, str):
            value = max(value, -value)
        if figure.role in MONEY and not isinstance(value, str):
            piece = TextRun(f"{amount_text(value)}{figure.unit}", figure)
            return (piece,) if figure.unit else (piece, Blank("金额单位"))
        if isinstance(value, str) and figure.role.startswith("indicator_"):
            return TextRun("“"), TextRun(one_line(figure.given or value).strip(STOPS), figure), TextRun("”")
        text = one_line(_day(figure) or replace(figure, value=value).text)
        return (*self._sign(figure), TextRun(text, figure))

    def _sign(self, figure: Figure) -> tuple[TextRun, ...]:
        """大于等于 and the like, in front of a target."""
        if figure.role != "indicator_target" or not isinstance(self.row, Indicator):
            return ()
        word = field_names()["signs"].get(self.row.sign.value or "")
        return (TextRun(word),) if word else ()

    # ---- texts -----------------------------------------------------------------------------------------------

    def _entry(self, name: str) -> Entry[Any] | None:
        """The box that a field stands for; None where it stands for none."""
        column, of = self._located(name)
        if of.type == "line":
            return getattr(self.evaluation.funds.get(of.key), column, None)
        if of.type != "form":
            return getattr(self.row, BOXES.get(column, column), None)
        if name in ("execution_points", "total", "grade"):
            claim: Entry[Any] = getattr(self.evaluation.claimed, name)
            return claim
        return self.evaluation.boxes.get(name.replace(".", "_"))

    def _text(self, name: str, entry: Entry[Any]) -> tuple[TextRun, ...] | None:
        if entry.unreadable:
            return (Blank(f"{self.label(name)}（自评表中是“{one_line(entry.given)[:LONGEST_SHOWN]}”，没有读出）"),)
        if entry.value is None or not isinstance(entry.value, str) or is_missing_or_filler(entry):
            return None
        return (TextRun(one_line(entry.given or entry.value).strip(STOPS)),)

    def _remarks(self) -> tuple[TextRun, ...] | None:
        """Reason and improvement where the form has one box for both."""
        row = self.row
        if not isinstance(row, Indicator) or row.reason.place != row.improvement.place:
            return None
        return self._text("remarks", row.reason) if row.reason.place.cell else None

    def _words(self, name: str) -> str:
        """What is no box of the form."""
        match name:
            case "name" if self.of is not None:
                return one_line(self.of.name)
            case "dimension" if isinstance(self.row, Indicator):
                return level_named(self.row.level1.given or self.row.level2.given)
            case "judged" if isinstance(self.row, Indicator) and judged_without_target(self.row):
                return "不需要指标值"
            case "provisional":
                return "；".join(self.scores.provisional)
            case "rulebook":
                return f"《{load_rulebook(self.rulebook).on(self.evaluation.form).title}》"
        return ""

    def _line_name(self, key: str) -> str:
        names = {line.key: line.label for line in load_form(self.evaluation.form).lines("funds").lines}
        names |= {line.key: line.name for line in self.evaluation.funds.values()}
        return names.get(key, "")


def facts_of(result: Result, computed: bool = False) -> Facts | None:
    """What is known of a scored workbook; None where it could not be read."""
    evaluation, scores = result.evaluation, result.scores
    if evaluation is None or scores is None:
        return None
    return Facts(
        evaluation, scores, figures_of(evaluation, scores), result.rulebook or evaluation.rulebook, computed
    )


def amount_text(value: Decimal | Fraction) -> str:
    """An amount with two decimals, or all that it has where it has more."""
    text = plain(value)
    return text if len(text.partition(".")[2]) > 2 else f"{half_up(value):f}"


def _day(figure: Figure) -> str:
    """A date as it is written in a report: 2024年4月15日."""
    if figure.role != "filled_on" or not isinstance(figure.value, str):
        return ""
    parts = figure.value.split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return ""
    year, month, day = map(int, parts)
    return f"{year}年{month}月{day}日"
