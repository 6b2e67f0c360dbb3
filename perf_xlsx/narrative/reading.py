"""A report read against one form: its paragraphs, and every figure with its role and verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.documents import Document
from perf_xlsx.domain.rounding import half_up
from perf_xlsx.figures import Figure, Figures
from perf_xlsx.narrative.binding import bind
from perf_xlsx.narrative.bound import NOT_CHECKED, Bound, is_telling
from perf_xlsx.narrative.comparing import figure_agrees, is_off_by_its_unit
from perf_xlsx.narrative.mentions import Mention, MentionFinder
from perf_xlsx.narrative.names import Names
from perf_xlsx.narrative.scope import Scope, scopes
from perf_xlsx.narrative.slips import with_the_point_moved
from perf_xlsx.narrative.traced import traces_of
from perf_xlsx.system.pattern import pattern

UNTOLD = frozenset(("outside", "unbound", "other"))
VALUES = frozenset(("indicator_target", "indicator_actual", "indicator_midyear"))
OF_EXECUTION = frozenset(("execution_weight", "execution_points"))
OF_INCOME = frozenset(("received", "income"))
RATES = frozenset(("execution_rate", "project_rate"))
NEAR = 8  # amounts before a rate that it may be of
FigureVerdict = Literal["agrees", "differs", "elsewhere", "outside", "unbound"]


class Read(Struct, frozen=True):
    """A figure of a report. `start` and `end` count characters of the document's text.

    `figure` is the one of the form that it is, or should be; `other` one that has its value instead.
    """

    start: int
    end: int
    bound: Bound
    scope: Scope
    verdict: FigureVerdict
    figure: Figure | None = None
    other: Figure | None = None


def scopes_of(document: Document, names: Names) -> tuple[Scope, ...]:
    """The paragraphs with what stands above them."""
    return tuple(scopes(document.paragraphs, names))


def read_figures(found: Iterable[Scope], figures: Figures, names: Names) -> Iterator[Read]:
    """Every figure of a report, in order."""
    finder = MentionFinder(figure.unit for figure in figures.everything)
    traces = traces_of(figures)
    for scope in found:
        mentions = finder.find(scope.letters)
        places = {one.start: scope.letters.span(one.start, one.end)[0] for one in mentions}
        bounds = traces.rebound(bind(scope, mentions, figures, names), scope.paragraph, places)
        judged = [_judged(bound, scope, figures) for bound in bounds]
        for read in judged:
            yield _outside(read) if _is_a_part(read, judged) else _of_other_money(read, judged)


def _is_a_part(read: Read, paragraph: list[Read]) -> bool:
    """Whether a figure with a moved point is none: the right one stands beside it, of which it is a tenth."""
    if (
        read.verdict != "differs"
        or read.bound.sure
        or not read.figure
        or is_off_by_its_unit(read.bound, read.figure)
    ):
        return False
    return any(one.verdict == "agrees" and one.figure == read.figure for one in paragraph)


def _outside(read: Read) -> Read:
    return replace(read, verdict="outside", figure=None, other=None)


def _of_other_money(read: Read, paragraph: list[Read]) -> Read:
    """A rate or balance that differs, yet comes out of amounts of its own paragraph that no form has.

    Such are a rate of what was received, and what is left of the income.
    """
    compute = _COMPUTED.get("rate" if read.bound.role in RATES else read.bound.role)
    if read.verdict not in ("differs", "elsewhere") or compute is None:
        return read
    before = [one for one in paragraph if one.bound.mention.unit_class == "money" and one.start < read.start]
    return _outside(read) if _comes_out(read.bound.mention, before, compute) else read


def _comes_out(mention: Mention, amounts: list[Read], compute: Callable[[Fraction, Fraction], Fraction]) -> bool:
    """Whether a number is what two amounts come to, one of which no form has."""
    others = [one for one in amounts if one.verdict in ("outside", "unbound") or one.bound.role in OF_INCOME]
    found = (
        compute(Fraction(part.bound.mention.number), Fraction(whole.bound.mention.number))
        for part in amounts
        for whole in others[-NEAR:]
        if part.bound.mention.number and whole.bound.mention.number
    )
    return any(half_up(one, mention.places) == mention.number for one in found)


_COMPUTED: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "rate": lambda part, whole: part * 100 / whole,
    "balance": lambda part, whole: whole - part,
}


def _judged(bound: Bound, scope: Scope, figures: Figures) -> Read:
    start, end = scope.letters.span(bound.mention.start, bound.mention.end)
    begin = scope.paragraph.start
    verdict, figure, other = _verdict(bound, scope, figures)
    if verdict in ("outside", "unbound") and (slipped := with_the_point_moved(bound, figures)):
        verdict, figure, bound = "differs", slipped, replace(bound, of=slipped.of, figures=(slipped,))
    if verdict == "agrees" and figure:
        bound = _as(figure, bound)
    return Read(begin + start, begin + end, bound, scope, verdict, figure, other)


def _as(figure: Figure, bound: Bound) -> Bound:
    """The binding of one that agrees, with the role and subject of its figure where they say more."""
    another = figure.of.type == "project" if bound.of is None else figure.of != bound.of
    if another and (bound.of is None or bound.of.type != "form"):
        return replace(bound, role=figure.role, of=figure.of)
    alike = any({bound.role, figure.role} <= roles for roles in (VALUES, OF_EXECUTION))
    return replace(bound, role=figure.role) if alike or bound.role in UNTOLD else bound


def _verdict(bound: Bound, scope: Scope, figures: Figures) -> tuple[FigureVerdict, Figure | None, Figure | None]:
    if bound.mention.type == "date" and bound.figures:
        figure = bound.figures[0]
        return ("agrees" if figure.role == "year" or is_day(bound, scope, figure) else "differs"), figure, None
    if bound.mention.type not in ("number", "grade") or bound.other_year:
        return "outside", None, None
    found = next((figure for figure in bound.figures if figure_agrees(bound, figure)), None)
    if found is not None:
        return "agrees", found, None
    if bound.sure and bound.figures:
        other = _elsewhere(bound, figures)
        return ("elsewhere" if other else "differs"), bound.figures[0], other
    if bound.role == "unbound":
        return "unbound", None, None
    return "outside" if bound.role in NOT_CHECKED or not bound.sure else "unbound", None, None


_DAY = pattern(r"(\d{4})年(\d{1,2})月(\d{1,2})日$")


def is_day(bound: Bound, scope: Scope, figure: Figure) -> bool:
    """Whether a date is the day of a figure."""
    day = _DAY.match(scope.letters.text[bound.mention.start : bound.mention.end])
    return day is not None and figure.value == f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"


def _elsewhere(bound: Bound, figures: Figures) -> Figure | None:
    """A figure in another place of the form that has this value: of the same role, or of the same subject."""
    own = bound.figures[0]
    if bound.mention.type == "grade" or not is_telling(bound.mention):
        return None
    same = [one for one in figures.everything if one.role == own.role or one.of == own.of]
    return next((one for one in same if one.unit == own.unit and figure_agrees(bound, one)), None)
