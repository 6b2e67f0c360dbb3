"""P10: what a report claims, against the numbers; the words are those of N02, over the whole report."""

from __future__ import annotations

from collections.abc import Iterator

from perf_xlsx.checks.clauses import clauses
from perf_xlsx.checks.diagnoses import Diagnoses
from perf_xlsx.checks.passages import contradictions, unexcused
from perf_xlsx.narrative.observed import Remark
from perf_xlsx.narrative.scope import Scope
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import alternatives

_ALL_MET, _ALL_QUANTITATIVE, _EXCEPT = (
    pattern(alternatives("report", "claims", key)) for key in ("all_met", "all_quantitative", "except")
)


def claim_remarks(scopes: tuple[Scope, ...], diagnoses: Diagnoses) -> Iterator[Remark]:
    """What the report claims against the numbers; what is planned or wished claims nothing."""
    claims = unexcused(diagnoses.form)
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


def _remark(scope: Scope, said: str, answer: str, advice: str) -> Remark:
    at = scope.letters.text.find(said)
    start, end = scope.letters.span(at, at + len(said)) if at >= 0 else (0, len(scope.paragraph.text))
    begin = scope.paragraph.start
    return Remark("P10", begin + start, begin + end, "说法", f"报告写“{said}”，而{answer}。", advice, said)


def _of_all_indicators(scope: Scope, diagnoses: Diagnoses) -> Iterator[Remark]:
    """Claims about all indicators: that they are met, that they are all numbers."""
    text = scope.letters.text
    missed = [row.name.given for row, score in diagnoses.rows if score.met is False]
    worded = [row.name.given for row, _ in diagnoses.rows if row.qualitative]
    for words, rows, what in (
        (_ALL_MET, missed, "没有完成"),
        (_ALL_QUANTITATIVE, worded, "是定性指标"),
    ):
        said = words.search(text)
        if said and rows and scope.topic is None and not _is_limited(text, said.start(), said.end()):
            answer = f"“{rows[0]}”等{len(rows)}个指标{what}"
            yield _remark(scope, said[0], answer, "请按指标的实际情况改写。")


def _is_limited(text: str, start: int, end: int) -> bool:
    """Whether the sentence makes an exception, or speaks of some of them."""
    begin = max(text.rfind(stop, 0, start) for stop in "。;") + 1
    ends = [text.find(stop, end) for stop in "。;"]
    stop = min((at for at in ends if at >= 0), default=len(text))
    return _EXCEPT.search(text[begin:stop]) is not None
