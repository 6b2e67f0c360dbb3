"""A report read against one form: its paragraphs, and every figure with its role and verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from perf_xlsx.documents import Document
from perf_xlsx.figures import Figure, Figures
from perf_xlsx.narrative.binding import bind
from perf_xlsx.narrative.bound import NOT_CHECKED, Bound, is_telling
from perf_xlsx.narrative.comparing import agrees
from perf_xlsx.narrative.mentions import MentionFinder
from perf_xlsx.narrative.names import Names
from perf_xlsx.narrative.scope import Scope, scopes
from perf_xlsx.narrative.traced import traces_of

Verdict = Literal["agrees", "differs", "elsewhere", "outside", "unbound"]


class Read(Struct, frozen=True):
    """A figure of a report. `start` and `end` count characters of the document's text.

    `figure` is the one of the form that it is, or should be; `other` one that has its value instead.
    """

    start: int
    end: int
    bound: Bound
    scope: Scope
    verdict: Verdict
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
        for bound in traces.rebound(bind(scope, mentions, figures, names.whole), scope.paragraph, places):
            yield _judged(bound, scope, figures)


def _judged(bound: Bound, scope: Scope, figures: Figures) -> Read:
    start, end = scope.letters.span(bound.mention.start, bound.mention.end)
    begin = scope.paragraph.start
    verdict, figure, other = _verdict(bound, figures)
    return Read(begin + start, begin + end, bound, scope, verdict, figure, other)


def _verdict(bound: Bound, figures: Figures) -> tuple[Verdict, Figure | None, Figure | None]:
    if bound.mention.kind == "date" and bound.figures:
        return "agrees", bound.figures[0], None
    if bound.mention.kind not in ("number", "grade") or bound.other_year:
        return "outside", None, None
    found = next((figure for figure in bound.figures if agrees(bound, figure)), None)
    if found is not None:
        return "agrees", found, None
    if bound.sure and bound.figures:
        other = _elsewhere(bound, figures)
        return ("elsewhere" if other else "differs"), bound.figures[0], other
    if bound.role == "unbound":
        return "unbound", None, None
    return "outside" if bound.role in NOT_CHECKED or not bound.sure else "unbound", None, None


def _elsewhere(bound: Bound, figures: Figures) -> Figure | None:
    """A figure in another place of the form that has this value: of the same role, or of the same subject."""
    own = bound.figures[0]
    if bound.mention.kind == "grade" or not is_telling(bound.mention):
        return None
    same = [one for one in figures.everything if one.role == own.role or one.of == own.of]
    return next((one for one in same if one.unit == own.unit and agrees(bound, one)), None)
