"""报告核对 of 汇总: each written report that was held against its form, and each finding about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from perf_xlsx.consolidated.long_tables import LongTableRow, TableValue, code_title, standing_word
from perf_xlsx.consolidated.returns import returned_file_name
from perf_xlsx.domain.rounding import half_up
from perf_xlsx.narrative.report_record import RemarkRecord, ReportRecord
from perf_xlsx.results.checked_reports import CheckedReport

REPORTS_NOTE = "每个问题一行；数字的个数写在每份报告的第一行。点击“带批注的副本”打开报告，每个问题是一条批注。"
ALIKE, CHANGED, UNREAD = "已核对", "自评表不是核对时的，请重新核对", "没有核对"
PLACES = 4  # decimals of a share


def rows_in(reports: Iterable[CheckedReport]) -> int:
    """How many rows the reports have: one a finding, at least one each."""
    return sum(max(1, len(one.report.findings)) for one in reports)


def report_rows(
    reports: Iterable[CheckedReport], codes: Mapping[str, str], link_of: Callable[[str | None], str | None]
) -> Iterator[tuple[LongTableRow, str | None]]:
    """The rows with the links to the copies. `codes` are the codes of units by what their forms hold."""
    for one in reports:
        link = link_of(one.report.output)
        for row in _rows(one, codes, link or returned_file_name(one.report.file)):
            yield row, link


def _rows(one: CheckedReport, codes: Mapping[str, str], shown: str) -> Iterator[LongTableRow]:
    """A row a finding, at least one; the figures are counted in the first."""
    report = one.report
    who = codes.get(one.content or "", ""), report.unit or "", report.file, _state(one, codes)
    for number, finding in enumerate(report.findings or (None,)):
        counts = _counts(report) if number == 0 else (None,) * 6
        where, more = _finding(finding)
        yield (*who, *where, *counts, *more, report.year or "", shown)


def _state(one: CheckedReport, codes: Mapping[str, str]) -> str:
    """Whether it was held against the form that was scored."""
    if not one.report.read:
        return UNREAD
    return ALIKE if one.content in codes else CHANGED


def _counts(report: ReportRecord) -> tuple[TableValue, ...]:
    """The figures by verdict, and the share of those that are not bound."""
    count = report.checked
    total = sum(count.values())
    share = half_up(Fraction(count["unbound"], total), PLACES) if total else None
    if not report.read:
        return (None,) * 6
    return (
        total, count["agrees"], count["differs"] + count["elsewhere"], count["outside"], count["unbound"], share,
    )  # fmt: skip


def _finding(one: RemarkRecord | None) -> tuple[tuple[TableValue, ...], tuple[TableValue, ...]]:
    """What is printed of a finding, and what stands behind the counts."""
    if one is None:
        return ("✔", "", "", "", "没有发现问题。"), ("", "", "", "", "")
    place = "!".join(part for part in (one.sheet, one.cell) if part)
    told = standing_word(one.severity), one.code, one.part, one.quote, one.message
    return told, (one.given or "", one.expected or "", place, one.advice, code_title(one.code))
