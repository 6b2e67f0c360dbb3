"""A report held against its form: every figure with its verdict, and all that is found."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from msgspec import Struct

from perf_xlsx.checks.diagnoses import Diagnoses
from perf_xlsx.documents import Document
from perf_xlsx.domain.model import Result
from perf_xlsx.figures import figures_of
from perf_xlsx.narrative.claim_checks import claim_remarks
from perf_xlsx.narrative.figure_checks import figure_remarks
from perf_xlsx.narrative.named_unit import identity_remarks
from perf_xlsx.narrative.names import names_of
from perf_xlsx.narrative.observed import LONGEST_QUOTE, Found, ReportRemark, TextPlace, found
from perf_xlsx.narrative.project_lists import list_remarks
from perf_xlsx.narrative.reading import Read, read_figures, scopes_of
from perf_xlsx.narrative.scope import headings
from perf_xlsx.narrative.text_checks import text_remarks
from perf_xlsx.rulebook import Rulebook

MOST = 2_000  # findings of one report


class Held(Struct, frozen=True):
    """What came of holding a report against its form."""

    reads: tuple[Read, ...]
    found: tuple[Found, ...]


def hold_report(document: Document, name: str, result: Result, rulebook: Rulebook) -> Held:
    """Hold a report against a result that has an evaluation and scores. `name` is that of the report's file."""
    evaluation, scores = result.evaluation, result.scores
    if evaluation is None or scores is None:
        raise ValueError("a form that was not read has no figures")
    figures = figures_of(evaluation, scores)
    names = names_of(evaluation, figures)
    scopes = scopes_of(document, names)
    reads = tuple(read_figures(scopes, figures, names))
    remarks = [
        *figure_remarks(reads, figures, result.findings),
        *list_remarks(scopes, reads),
        *text_remarks(scopes, reads),
        *identity_remarks(scopes, reads, evaluation),
        *claim_remarks(scopes, reads, Diagnoses(evaluation, scores, rulebook)),
    ]
    spotted = _Spots(document, [*headings(scopes)])
    return Held(reads, tuple(found(one, spotted.of(one), name, rulebook) for one in _in_order(remarks)))


def _in_order(remarks: Iterable[ReportRemark]) -> list[ReportRemark]:
    """In reading order."""
    return sorted(remarks, key=lambda one: (one.start, one.code))[:MOST]


class _Spots:
    """Where remarks are in a document, of whose paragraphs these are the headings."""

    def __init__(self, document: Document, above: Sequence[str]) -> None:
        self._document, self._above = document, above
        self._starts = [paragraph.start for paragraph in document.paragraphs]

    def of(self, remark: ReportRemark) -> TextPlace:
        number = bisect_right(self._starts, remark.start)
        paragraph = self._document.paragraphs[number - 1]
        begin = max(paragraph.start, remark.start - LONGEST_QUOTE // 3)
        end = min(paragraph.end, max(remark.end, begin + LONGEST_QUOTE))
        quote = self._document.text[begin:end].strip()
        return TextPlace(remark.start, remark.end, number, quote, self._above[number - 1])
