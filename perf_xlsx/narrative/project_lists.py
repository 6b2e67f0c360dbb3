"""P07: a number of projects above a list that has another number of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from perf_xlsx.figures import Figure
from perf_xlsx.narrative.observed import ReportRemark, figure_as_written
from perf_xlsx.narrative.reading import Read
from perf_xlsx.narrative.scope import Scope, numbering

MOST = 500  # paragraphs of a list
NEAR = 8  # letters before the name that an item begins with


def list_remarks(scopes: Sequence[Scope], reads: Sequence[Read]) -> Iterator[ReportRemark]:
    """Where a paragraph says another number of projects than the list below it has, which is that of the form."""
    number_of = {scope.paragraph.start: number for number, scope in enumerate(scopes)}
    for read in reads:
        figure = _all_projects(read)
        if figure is None or read.verdict != "outside" or read.bound.mention.in_words:
            continue
        first = number_of[read.scope.paragraph.start] + 1
        items = _items(scope for scope in scopes[first : first + MOST] if scope.letters.text)
        named = {one for item in items if (one := _project_of(item))}
        if len(items) == len(named) == figure.value:
            given = figure_as_written(read)
            message = f"报告写“{given}”，下面列出的项目和自评表中的项目都是{figure.text}。"
            advice = "请核对项目个数。"
            yield ReportRemark(
                "P07", read.start, read.end, "项目个数", message, advice, given, figure.text, figure
            )


def _items(after: Iterator[Scope]) -> list[Scope]:
    """The paragraphs that are numbered as the first of them is."""
    first = next(after, None)
    level = numbering(first.letters.text) if first else 0
    if first is None or not level:
        return []
    return [first, *takewhile(lambda scope: numbering(scope.letters.text) == level, after)]


def _all_projects(read: Read) -> Figure | None:
    """The number of all projects that a count of projects is held against."""
    if read.bound.role != "project_count":
        return None
    return next((one for one in read.bound.figures if one.of.type == "form" and not one.of.key), None)


def _project_of(item: Scope) -> str | None:
    """The project that an item begins with."""
    first = item.names[0] if item.names and item.names[0].start <= NEAR else None
    return next((one.key for one in first.subjects if one.type == "project"), None) if first else None
