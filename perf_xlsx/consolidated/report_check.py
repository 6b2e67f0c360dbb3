"""报告核对 of 汇总: each written report that was held against its form, and each finding about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from msgspec import UNSET

from perf_xlsx.consolidated.returns import file_name, link_target
from perf_xlsx.consolidated.streamed import LongSheets
from perf_xlsx.consolidated.tables import Column, Value, code_title, standing_word
from perf_xlsx.domain.rounding import half_up
from perf_xlsx.narrative.record import RemarkRecord, ReportRecord
from perf_xlsx.results.checked_reports import CheckedReport
from perf_xlsx.results.record import Record
from perf_xlsx.sheets.writer import Canvas

REPORTS = "报告核对"
NOTE = "每个问题一行；数字的个数写在每份报告的第一行。点击“带批注的副本”打开报告，每个问题是一条批注。"
ALIKE, CHANGED, UNREAD = "已核对", "自评表不是核对时的，请重新核对", "没有核对"
COLUMNS = (
    Column("单位编码", 9, "word"), Column("单位", 18), Column("报告", 20), Column("核对情况", 12, "word"),
    Column("数字", 6, "count"), Column("一致", 6, "count"), Column("不一致", 6, "count"),
    Column("表中没有", 6, "count"), Column("认不出", 6, "count"), Column("认不出占比", 8, "percent"),
    Column("严重程度", 8, "word"), Column("编号", 5, "word"), Column("段落", 5, "count"), Column("原文", 26),
    Column("报告写", 10), Column("应为", 10), Column("自评表位置", 13), Column("问题", 27),
    Column("整改意见", 26), Column("类别", 20), Column("年度", 6, "word"), Column("带批注的副本", 30, "link"),
)  # fmt: skip
PLACES = 4  # decimals of a share


def write_report_check(
    canvas: Canvas,
    reports: Iterable[CheckedReport],
    records: Iterable[Record],
    base: Path,
    folder: Path,
    limit: int,
) -> LongSheets | None:
    """Create the sheet with its rows; None where no report was checked. `reports` are read twice."""
    count = sum(max(1, len(one.report.findings)) for one in reports)
    if not count:
        return None
    codes = {one.content: one.code or "" for one in records if one.content is not UNSET}
    sheets = LongSheets(canvas, REPORTS, COLUMNS, count, NOTE, limit, lines=2)
    for one in reports:
        link = link_target(one.report.output, base, folder)
        for row in _rows(one, codes, link or file_name(one.report.file)):
            sheets.add(row, link)
    return sheets


def _rows(one: CheckedReport, codes: Mapping[str, str], shown: str) -> Iterator[tuple[Value, ...]]:
    """A row a finding, at least one; the figures are counted in the first."""
    report = one.report
    who = codes.get(one.content or "", ""), report.unit or "", report.file, _state(one, codes)
    for number, finding in enumerate(report.findings or (None,)):
        counts = _counts(report) if number == 0 else (None,) * 6
        yield (*who, *counts, *_finding(finding), report.year or "", shown)


def _state(one: CheckedReport, codes: Mapping[str, str]) -> str:
    """Whether it was held against the form that was scored."""
    if not one.report.read:
        return UNREAD
    return ALIKE if one.content in codes else CHANGED


def _counts(report: ReportRecord) -> tuple[Value, ...]:
    """The figures by verdict, and the share of those that are not bound."""
    count = report.checked
    total = sum(count.values())
    share = half_up(Fraction(count["unbound"], total), PLACES) if total else None
    if not report.read:
        return (None,) * 6
    return (
        total, count["agrees"], count["differs"] + count["elsewhere"], count["outside"], count["unbound"], share,
    )  # fmt: skip


def _finding(one: RemarkRecord | None) -> tuple[Value, ...]:
    if one is None:
        return "✔", "", None, "", "", "", "", "没有发现问题。", "", ""
    place = "!".join(part for part in (one.sheet, one.cell) if part)
    return (
        standing_word(one.severity), one.code, one.paragraph or None, one.quote, one.given or "",
        one.expected or "", place, one.message, one.advice, code_title(one.code),
    )  # fmt: skip
