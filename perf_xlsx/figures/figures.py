"""The figures of one scored form, in the order of the form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from msgspec import Struct

from perf_xlsx.domain.model import Entry, FundLine, Indicator, Project, Rates, Score, Scores, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.figures.figure import Figure, FigureOrigin, FigureRole, Subject

FORM = Subject("form", "", "")
ALL_INDICATORS = Subject("level", "指标", "指标")
STAFF = {"authorised": "编制人数", "actual": "实有人数"}
PERCENT = 100


class Figures(Struct, frozen=True, dict=True):
    """All figures of one form, and its subjects. `unit` is its money unit ("" where it says none)."""

    everything: tuple[Figure, ...]
    unit: str
    year: int | None

    @cached_property
    def _by_role(self) -> dict[tuple[str, str, str], tuple[Figure, ...]]:
        found: dict[tuple[str, str, str], list[Figure]] = {}
        for figure in self.everything:
            found.setdefault((figure.role, figure.of.type, figure.of.key), []).append(figure)
        return {key: tuple(figures) for key, figures in found.items()}

    def of(self, role: FigureRole, subject: Subject = FORM) -> tuple[Figure, ...]:
        """The figures in a role of a subject: none, one, or a claimed and a computed one."""
        return self._by_role.get((role, subject.type, subject.key), ())

    def one(self, role: FigureRole, subject: Subject = FORM, computed: bool = False) -> Figure | None:
        """The unit's own figure, else ours; with `computed`, ours before theirs."""
        found = sorted(self.of(role, subject), key=lambda figure: (figure.origin == "computed") != computed)
        return found[0] if found else None

    @cached_property
    def subjects(self) -> tuple[Subject, ...]:
        """Everything that has a figure, in the order of the form."""
        return tuple(dict.fromkeys(figure.of for figure in self.everything))


def figures_of(evaluation: SelfEvaluation, scores: Scores) -> Figures:
    """All figures of a scored form. What is empty or could not be read is left out."""
    unit = evaluation.boxes["money_unit"].value or ""
    found = (
        *_of_form(evaluation, scores),
        *_of_lines(evaluation, scores, unit),
        *_of_projects(evaluation, scores, unit),
    )
    return Figures(
        (*found, *_of_indicators(evaluation, scores), *_of_levels(evaluation, scores)), unit, evaluation.year
    )


def _entered(
    role: FigureRole, of: Subject, entry: Entry[Any], unit: str, origin: FigureOrigin = "entered"
) -> Iterator[Figure]:
    if entry.value is not None:
        yield Figure(role, of, entry.value, unit, entry.place, origin, entry.given)


def _rate(role: FigureRole, of: Subject, entry: Entry[Decimal]) -> Iterator[Figure]:
    """A rate that the unit claims, as percent."""
    if entry.value is not None:
        yield Figure(role, of, entry.value * PERCENT, "%", entry.place, "claimed", entry.given)


def _computed(
    role: FigureRole, of: Subject, value: Decimal | Fraction | None, unit: str, place: Place
) -> Iterator[Figure]:
    if value is not None:
        yield Figure(role, of, value * PERCENT if unit == "%" else value, unit, place, "computed")


def _of_form(evaluation: SelfEvaluation, scores: Scores) -> Iterator[Figure]:
    claimed, place = evaluation.claimed, evaluation.claimed.total.place
    if evaluation.year is not None:
        yield Figure("year", FORM, Decimal(evaluation.year), "年", evaluation.boxes["unit"].place, "entered")
    yield from _entered("filled_on", FORM, evaluation.boxes["filled_on"], "")
    for key, name in STAFF.items():
        if staff := evaluation.boxes.get(f"staff_{key}"):
            yield from _entered("staff", Subject("form", key, name), staff, "人")
    yield from _counts(evaluation)
    yield from _met(evaluation, scores)
    yield from _computed("execution_weight", FORM, scores.execution.weight, "分", claimed.execution_points.place)
    yield from _entered("execution_points", FORM, claimed.execution_points, "分", "claimed")
    yield from _computed("execution_points", FORM, scores.execution.points, "分", claimed.execution_points.place)
    yield from _computed("weights", FORM, _all_weights(evaluation, scores), "分", place)
    yield from _entered("total", FORM, claimed.total, "分", "claimed")
    yield from _computed("total", FORM, scores.total if scores.complete else None, "分", place)
    yield from _entered("grade", FORM, claimed.grade, "", "claimed")
    if scores.grade:
        yield Figure("grade", FORM, scores.grade, "", claimed.grade.place, "computed")


def _all_weights(evaluation: SelfEvaluation, scores: Scores) -> Decimal | None:
    """The sum of all weights; None where one is missing."""
    return _sum((scores.execution.weight, *(row.weight.value for row in evaluation.indicators)))


def _counts(evaluation: SelfEvaluation) -> Iterator[Figure]:
    """How many projects there are, also of each source, and how many indicators, also of each level."""
    if evaluation.projects:
        yield _count("project_count", FORM, len(evaluation.projects), evaluation.projects[0].name.place)
        for source, count in Counter(filter(None, (row.source.value for row in evaluation.projects))).items():
            yield _count(
                "project_count", Subject("form", source, source), count, evaluation.projects[0].source.place
            )
    if evaluation.indicators:
        first = evaluation.indicators[0]
        yield _count("indicator_count", FORM, len(evaluation.indicators), first.name.place)
        for key, name in (("level1", "一级指标"), ("level2", "二级指标")):
            words = {row.entry(key).value for row in evaluation.indicators} - {None}
            if words:
                yield _count("indicator_count", Subject("form", key, name), len(words), first.entry(key).place)


def _met(evaluation: SelfEvaluation, scores: Scores) -> Iterator[Figure]:
    """How many indicators were met or not, and have all of their points or not, where that is known of all."""
    met = [score.met for score in scores.indicators]
    full = [None if (lost := _lost(row)) is None else lost == 0 for row in evaluation.indicators]
    for states, has, has_not in (
        (met, ("met", "完成的指标"), ("missed", "未完成的指标")),
        (full, ("full", "得满分的指标"), ("docked", "扣分的指标")),
    ):
        if states and None not in states:
            for (key, name), value in ((has, True), (has_not, False)):
                of = Subject("form", key, name)
                yield _count("indicator_count", of, states.count(value), evaluation.indicators[0].name.place)


def _count(role: FigureRole, of: Subject, number: int, place: Place) -> Figure:
    return Figure(role, of, Decimal(number), "个", place, "computed")


def _of_lines(evaluation: SelfEvaluation, scores: Scores, unit: str) -> Iterator[Figure]:
    for key, line in evaluation.funds.items():
        of = Subject("line", key, line.name, key == evaluation.total_line)
        yield from _of_line(line, of, scores.line_rates[key], unit)


def _of_line(line: FundLine, of: Subject, rates: Rates, unit: str) -> Iterator[Figure]:
    yield from _entered("initial", of, line.initial, unit)
    yield from _entered("adjustment", of, line.adjustment, unit)
    if line.adjustment.empty:
        yield from _computed(
            "adjustment", of, _difference(line.adjusted, line.initial), unit, line.adjustment.place
        )
    yield from _entered("adjusted", of, line.adjusted, unit)
    yield from _entered("executed", of, line.executed, unit)
    yield from _rate("execution_rate", of, line.claimed_rate)
    yield from _computed("execution_rate", of, rates.execution, "%", line.executed.place)
    yield from _computed("adjustment_rate", of, _adjustment_rate(line, rates), "%", line.adjustment.place)
    yield from _computed("balance", of, _difference(line.adjusted, line.executed), unit, line.executed.place)


def _adjustment_rate(line: FundLine, rates: Rates) -> Fraction | None:
    """The rate of adjustment, also where only the adjusted budget is there."""
    changed, initial = _difference(line.adjusted, line.initial), line.initial.value
    if rates.adjustment is not None or changed is None or not initial:
        return rates.adjustment
    return Fraction(changed) / Fraction(initial)


def _difference(one: Entry[Decimal], other: Entry[Decimal]) -> Decimal | None:
    return None if one.value is None or other.value is None else one.value - other.value


def _of_projects(evaluation: SelfEvaluation, scores: Scores, unit: str) -> Iterator[Figure]:
    for number, (row, rates) in enumerate(zip(evaluation.projects, scores.project_rates, strict=True)):
        yield from _of_project(row, Subject("project", str(number), row.name.given), rates, unit)


def _of_project(row: Project, of: Subject, rates: Rates, unit: str) -> Iterator[Figure]:
    yield from _entered("project_initial", of, row.initial, unit)
    yield from _entered("project_budget", of, row.adjusted, unit)
    yield from _entered("project_executed", of, row.executed, unit)
    yield from _computed("project_rate", of, rates.execution, "%", row.executed.place)
    yield from _computed("balance", of, _difference(row.adjusted, row.executed), unit, row.executed.place)


def _of_indicators(evaluation: SelfEvaluation, scores: Scores) -> Iterator[Figure]:
    for number, (row, score) in enumerate(zip(evaluation.indicators, scores.indicators, strict=True)):
        yield from _of_indicator(row, score, Subject("indicator", str(number), row.name.given))


def _of_indicator(row: Indicator, score: Score, of: Subject) -> Iterator[Figure]:
    unit = row.unit.value or ""
    yield from _entered("indicator_target", of, row.target, unit)
    yield from _entered("indicator_midyear", of, row.midyear, unit)
    yield from _entered("indicator_actual", of, row.actual, unit)
    yield from _rate("indicator_completion", of, row.claimed_completion)
    yield from _computed("indicator_completion", of, score.completion, "%", row.claimed_completion.place)
    yield from _entered("indicator_weight", of, row.weight, "分")
    yield from _entered("indicator_points", of, row.claimed_points, "分", "claimed")
    yield from _computed("indicator_points", of, score.points, "分", row.claimed_points.place)
    for lost in dict.fromkeys((_lost(row), _lost_by_us(score))):
        yield from _computed("indicator_lost_points", of, lost, "分", row.claimed_points.place)


def _of_levels(evaluation: SelfEvaluation, scores: Scores) -> Iterator[Figure]:
    """The sums over the rows of each level: 产出指标, and below it 数量指标."""
    levels: dict[tuple[str, ...], list[tuple[Indicator, Score]]] = {}
    for row, score in zip(evaluation.indicators, scores.indicators, strict=True):
        first, second = row.level1.value, row.level2.value
        levels.setdefault(("指标",), []).append((row, score))
        if first:
            levels.setdefault((first,), []).append((row, score))
        if second:
            levels.setdefault((first or "", second), []).append((row, score))
    for names, rows in levels.items():
        yield from _of_level(Subject("level", "/".join(names), names[-1]), rows)


def _of_level(of: Subject, rows: list[tuple[Indicator, Score]]) -> Iterator[Figure]:
    """What the rows of a level come to, by the unit's own points and by ours."""
    place = rows[0][0].weight.place
    weight = _sum(row.weight.value for row, _ in rows)
    points = dict.fromkeys(
        (_sum(row.claimed_points.value for row, _ in rows), _sum(one.points for _, one in rows))
    )
    yield from _computed("indicator_weight", of, weight, "分", place)
    for earned in points:
        yield from _computed("indicator_points", of, earned, "分", place)
        if weight is not None and earned is not None:
            yield from _computed("indicator_lost_points", of, weight - earned, "分", place)
    yield _count("indicator_count", of, len(rows), place)


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; None where one is missing."""
    known = list(values)
    present = [value for value in known if value is not None]
    return sum(present, Decimal(0)) if len(present) == len(known) else None


def _lost(row: Indicator) -> Decimal | None:
    """The points that the unit took off itself."""
    return _difference(row.weight, row.claimed_points)


def _lost_by_us(score: Score) -> Decimal | None:
    """The points that our own count takes off."""
    return None if score.weight is None or score.points is None else score.weight - score.points
