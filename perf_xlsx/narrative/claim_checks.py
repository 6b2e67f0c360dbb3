"""P10: what a report claims, against the numbers; the words are those of N02, over the whole report."""

from __future__ import annotations

import re
from collections.abc import Iterator

from perf_xlsx.checks.clauses import clauses
from perf_xlsx.checks.diagnoses import Diagnoses
from perf_xlsx.checks.passages import contradictions, unexcused
from perf_xlsx.domain.quantity import parse_quantity
from perf_xlsx.figures import Subject
from perf_xlsx.narrative.observed import ReportRemark
from perf_xlsx.narrative.reading import Read
from perf_xlsx.narrative.scope import Scope
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import alternatives, vocabulary

_ALL_MET, _ALL_QUANTITATIVE, _EXCEPT, _PARTIAL = (
    pattern(alternatives("report", "claims", key)) for key in ("all_met", "all_quantitative", "except", "partial")
)
_DONE = pattern(vocabulary("report")["claims"]["done"])
_COUNT = pattern(r"^(\d+|[一二三四五六七八九十]+)[项个]")
ADVICE = "请按指标的实际情况改写。"


def claim_remarks(
    scopes: tuple[Scope, ...], reads: tuple[Read, ...], diagnoses: Diagnoses
) -> Iterator[ReportRemark]:
    """What the report claims against the numbers; what is planned or wished claims nothing."""
    claims = unexcused(diagnoses.evaluation)
    missed = _missed(diagnoses)
    targets: dict[int, list[Read]] = {}
    for read in reads:
        if read.bound.role == "indicator_target" and read.figure and read.verdict == "agrees":
            targets.setdefault(read.scope.paragraph.start, []).append(read)
    for scope in scopes:
        if scope.plans or scope.heading:
            continue
        seen: set[str] = set()
        for clause in clauses(scope.paragraph.text):
            for said, answer, advice in contradictions(clause, diagnoses, claims):
                if answer not in seen:
                    seen.add(answer)
                    yield _remark(scope, said, answer, advice)
        if not seen:
            yield from _of_all_indicators(scope, diagnoses)
        yield from _of_some(scope, targets.get(scope.paragraph.start, []), missed)


def _missed(diagnoses: Diagnoses) -> dict[Subject, list[str]]:
    """For each indicator and level the indicators in it that were not met, by name."""
    found: dict[Subject, list[str]] = {}
    for number, (row, score) in enumerate(diagnoses.rows):
        if score.met is False:
            first, second = row.level1.value or "", row.level2.value or ""
            levels = (Subject("level", first, first), Subject("level", f"{first}/{second}", second))
            for one in (Subject("indicator", str(number), row.name.given), *levels):
                found.setdefault(one, []).append(row.name.given)
    return found


def _of_some(scope: Scope, targets: list[Read], missed: dict[Subject, list[str]]) -> Iterator[ReportRemark]:
    """Claims right behind the name of an indicator or level, or behind a target, that it was met."""
    text = scope.letters.text
    named = [(name.end, name.subjects) for name in (*scope.names, *scope.levels) if len(name.subjects) == 1]
    named += [(read.bound.mention.end, (read.figure.of,)) for read in targets if read.figure]
    for end, (subject,) in named:
        said = _DONE.match(text, end)
        if said and subject in missed and not _is_limited(text, end, said.end(), _EXCEPT):
            names = missed[subject]
            many = f"等{len(names)}个指标" if len(names) > 1 else ""
            start, stop = scope.letters.span(*said.span("said"))
            yield _claim(scope, start, stop, said["said"], f"“{names[0]}”{many}没有完成", ADVICE)


def _remark(scope: Scope, said: str, answer: str, advice: str) -> ReportRemark:
    at = scope.letters.text.find(said)
    start, end = scope.letters.span(at, at + len(said)) if at >= 0 else (0, len(scope.paragraph.text))
    return _claim(scope, start, end, said, answer, advice)


def _claim(scope: Scope, start: int, end: int, said: str, answer: str, advice: str) -> ReportRemark:
    begin = scope.paragraph.start
    return ReportRemark("P10", begin + start, begin + end, "说法", f"报告写“{said}”，而{answer}。", advice, said)


def _of_all_indicators(scope: Scope, diagnoses: Diagnoses) -> Iterator[ReportRemark]:
    """Claims about all indicators: that they are met, that they are all numbers."""
    text = scope.letters.text
    missed = [row.name.given for row, score in diagnoses.rows if score.met is False]
    worded = [row.name.given for row, _ in diagnoses.rows if row.qualitative]
    for words, rows, what in (
        (_ALL_MET, missed, "没有完成"),
        (_ALL_QUANTITATIVE, worded, "是定性指标"),
    ):
        said = words.search(text)
        count = _COUNT.match(said[0]) if said else None
        some = count and (number := parse_quantity(count[1])) and number.number != len(diagnoses.rows)
        if not said or not rows or some or scope.topic is not None:
            continue
        if not any(_is_limited(text, said.start(), said.end(), limits) for limits in (_EXCEPT, _PARTIAL)):
            yield _remark(scope, said[0], f"“{rows[0]}”等{len(rows)}个指标{what}", ADVICE)


def _is_limited(text: str, start: int, end: int, limits: re.Pattern[str]) -> bool:
    """Whether the sentence makes an exception, or speaks of some of them."""
    begin = max(text.rfind(stop, 0, start) for stop in "。;") + 1
    ends = [text.find(stop, end) for stop in "。;"]
    stop = min((at for at in ends if at >= 0), default=len(text))
    return limits.search(text[begin:stop]) is not None
