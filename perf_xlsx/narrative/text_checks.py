"""P03, P06, P09: what a report leaves out, leaves open, or took from another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise

from perf_xlsx.documents import Paragraph
from perf_xlsx.figures import Subject
from perf_xlsx.narrative.observed import ReportRemark
from perf_xlsx.narrative.reading import Read
from perf_xlsx.narrative.scope import Scope
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import vocabulary

_TEXT = vocabulary("report")["text"]
_BLANK, _FILLER, _REASON, _WHY, _PROBLEM, _MEASURE = (
    pattern("|".join(_TEXT[key])) for key in ("blank", "filler", "reason", "why", "problem", "measure")
)
WHOLE_REPORT = 4  # parts of the first level; an extract has fewer
SHORTEST_REPORT = 1_000  # letters
SHORTEST_REASON = 4
SHORTEST_COPIED = 10  # of one that is not called so: a short cause may be that of several
THOUSANDS = 3  # digits between two commas
_GROUPED = pattern(_TEXT["grouped"])


def text_remarks(scopes: tuple[Scope, ...], reads: tuple[Read, ...]) -> Iterator[ReportRemark]:
    """What a report leaves out, leaves open, or took from another."""
    yield from _hollow_parts(scopes)
    yield from _fillers(scopes)
    yield from _missing_parts(scopes)
    yield from _lost_points_without_reason(scopes, reads)
    yield from _blanks(scopes)
    yield from _misgrouped(scopes)
    yield from _repeated_reasons(scopes, reads)


def _at(
    paragraph: Paragraph, code: str, field: str, message: str, advice: str, expected: str | None = None
) -> ReportRemark:
    text = paragraph.text.strip()
    start = paragraph.start + len(paragraph.text) - len(paragraph.text.lstrip())
    return ReportRemark(code, start, start + len(text), field, message, advice, text[:60] or None, expected)


def _hollow_parts(scopes: tuple[Scope, ...]) -> Iterator[ReportRemark]:
    """P03: a heading that is followed by the next one of its level, or a higher one."""
    written = [scope for scope in scopes if scope.letters.text]
    titles = Counter(scope.letters.text for scope in written if scope.heading)
    hollow = [
        scope.heading and after.heading and _is_first(scope) and _is_first(after)
        for scope, after in pairwise(written)
    ]
    for number, scope in enumerate(written[:-1]):
        listed = any(hollow[max(0, number - 1) : number]) or any(hollow[number + 1 : number + 2])
        again = titles[scope.letters.text] > 1
        if hollow[number] and not listed and not again:  # several in a row, or twice: a table of contents
            title = scope.paragraph.text.strip()
            yield _at(scope.paragraph, "P03", title, f"“{title}”下面没有内容。", "请补写这一部分。")


def _fillers(scopes: tuple[Scope, ...]) -> Iterator[ReportRemark]:
    """P09: a heading below which only 无 or the like is written."""
    for scope, after in pairwise(scope for scope in scopes if scope.letters.text):
        if scope.heading and not after.heading and _FILLER.fullmatch(after.letters.text):
            title = scope.paragraph.text.strip()
            message = f"“{title}”下只写“{after.paragraph.text.strip()}”。"
            yield _at(after.paragraph, "P09", title, message, "请写明具体情况；确实没有的，写明为什么没有。")


def _is_first(scope: Scope) -> bool:
    """Whether it is a heading of the first level; below, short lines may be a list."""
    return scope.sections[-1].level == 1


def _missing_parts(scopes: tuple[Scope, ...]) -> Iterator[ReportRemark]:
    """P03, P06: of a whole report, that no part is about problems, or none about measures."""
    headings = [scope for scope in scopes if scope.heading]
    if len({scope.paragraph.start for scope in headings if scope.sections[-1].level == 1}) < WHOLE_REPORT:
        return
    if sum(len(scope.letters.text) for scope in scopes) < SHORTEST_REPORT:
        return
    text = "".join(scope.letters.text for scope in headings)
    last = headings[-1].paragraph
    if not _PROBLEM.search(text):
        yield _at(
            last, "P03", "存在的问题", "报告没有写存在的问题及原因的部分。", "请补写这一部分。", "存在的问题及原因"
        )
    elif not _MEASURE.search(text):
        yield _at(last, "P06", "改进措施", "报告写了问题，没有写改进措施的部分。", "请补写改进措施。", "改进措施")


def _lost_points_without_reason(scopes: tuple[Scope, ...], reads: tuple[Read, ...]) -> Iterator[ReportRemark]:
    """P06: an indicator that has less than its weight, and no reason in what is written about it."""
    told: dict[Subject, str] = {}
    for scope in scopes:
        if scope.topic is not None:
            told[scope.topic] = told.get(scope.topic, "") + scope.masked
    for subject, text in told.items():
        points, weight = (_stated(reads, subject, f"indicator_{key}") for key in ("points", "weight"))
        if points is None or weight is None or _WHY.search(text):
            continue
        if _number(points) < _number(weight):
            message = f"“{subject.name}”得{_number(points)}分，没有得满{_number(weight)}分，报告没有说明原因。"
            advice = "请写明偏差原因和改进措施。"
            yield ReportRemark(
                "P06", points.start, points.end, subject.name, message, advice, figure=points.figure
            )


def _stated(reads: tuple[Read, ...], subject: Subject, role: str) -> Read | None:
    own = (read for read in reads if read.bound.of == subject and read.scope.topic == subject)
    return next((read for read in own if read.bound.role == role), None)


def _number(read: Read) -> Decimal:
    return read.bound.mention.number or Decimal(0)


def _blanks(scopes: tuple[Scope, ...]) -> Iterator[ReportRemark]:
    """P09: a place that was left to be filled in."""
    for scope in scopes:
        for blank in _BLANK.finditer(scope.paragraph.text):
            start = scope.paragraph.start + blank.start()
            yield ReportRemark(
                "P09", start, start + len(blank[0]), "空白", "留空的地方没有填写。", "请填写。", blank[0]
            )


def _misgrouped(scopes: tuple[Scope, ...]) -> Iterator[ReportRemark]:
    """P01: a number whose commas do not part thousands: 2,86.00万元, 3,8600户."""
    for scope in scopes:
        for number in _GROUPED.finditer(scope.letters.text):
            if any(len(group) != THOUSANDS for group in number[0].partition(".")[0].split(",")[1:]):
                start, end = (scope.paragraph.start + at for at in scope.letters.span(*number.span()))
                message = f"“{number[0]}”的千分位写错，看不出是多少。"
                yield ReportRemark("P01", start, end, "数字", message, "请核对数字，每三位一个逗号。", number[0])


def _repeated_reasons(scopes: tuple[Scope, ...], reads: tuple[Read, ...]) -> Iterator[ReportRemark]:
    """P09: a reason that is word by word that of an indicator before."""
    known: dict[str, Subject] = {}
    points: dict[int, list[Read]] = {}
    for read in reads:
        if read.verdict == "agrees" and read.bound.role == "indicator_points":
            points.setdefault(read.scope.paragraph.start, []).append(read)
    for scope in scopes:
        for reason in _REASON.finditer(scope.letters.text):
            text = reason[1].strip(",;。:")
            of = scope.topic or _scored_before(points.get(scope.paragraph.start, ()), reason.start())
            shortest = SHORTEST_REASON if "原因" in reason[0] else SHORTEST_COPIED
            if of is None or len(text) < shortest:
                continue
            first = known.setdefault(text, of)
            if first != of:
                yield _repeated(scope, reason, text, of, first)


def _scored_before(points: Iterable[Read], at: int) -> Subject | None:
    """The indicator whose points stand last before a place of a paragraph."""
    before = [read.bound.of for read in points if read.bound.mention.end <= at]
    return before[-1] if before and before[-1] and before[-1].type == "indicator" else None


def _repeated(scope: Scope, reason: re.Match[str], text: str, of: Subject, first: Subject) -> ReportRemark:
    start, end = (scope.paragraph.start + at for at in scope.letters.span(*reason.span(1)))
    message = f"“{of.name}”的偏差原因“{text}”与“{first.name}”的一字不差。"
    return ReportRemark("P09", start, end, of.name, message, "请写明这个指标自己的原因。", text)
