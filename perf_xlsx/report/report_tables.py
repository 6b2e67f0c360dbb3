"""The tables of a report: lines of money, projects, indicators."""

from __future__ import annotations

from collections.abc import Iterator

from perf_xlsx.domain.model import Indicator
from perf_xlsx.report.facts import MONEY, Facts
from perf_xlsx.report.report import ReportBlock, ReportParagraph, ReportTable, TextRun

DASH = (TextRun("—"),)
BARE = MONEY | {"indicator_weight", "indicator_points"}  # stated without their unit
COLUMNS: dict[str, tuple[tuple[str, int, str], ...]] = {  # head, share of the width, field
    "lines": (
        ("资金类别", 24, "name"), ("年初预算数", 16, "initial"), ("调整数", 16, "adjustment"),
        ("全年预算数", 16, "adjusted"), ("全年执行数", 16, "executed"), ("执行率", 12, "execution_rate"),
    ),
    "projects": (
        ("项目名称", 44, "name"), ("全年预算数", 20, "budget"), ("全年执行数", 20, "executed"),
        ("执行率", 16, "rate"),
    ),
    "indicators": (
        ("指标名称", 36, "name"), ("预期指标值", 18, "target"), ("实际完成值", 18, "actual"),
        ("完成率", 12, "completion"), ("分值", 8, "weight"), ("得分", 8, "points"),
    ),
}  # fmt: skip


def table(name: str, caption: str, facts: Facts) -> Iterator[ReportBlock]:
    """A table with its caption; nothing where it would have no rows."""
    columns = COLUMNS[name]
    written = (tuple(_cell(row, field) for _, _, field in columns) for row in facts.each(name))
    rows = tuple(row for row in written if any(cell != DASH for cell in row[1:]))
    if not rows:
        return
    unit = f"（单位：{facts.figures.unit or '未填'}）" if name != "indicators" else ""
    if caption:
        yield ReportParagraph((TextRun(caption + unit),), "caption")
    heads, shares = tuple(head for head, _, _ in columns), tuple(share for _, share, _ in columns)
    yield ReportTable(heads, shares, rows, amounts=name != "indicators")


def _cell(row: Facts, field: str) -> tuple[TextRun, ...]:
    """What a column says of a row: amounts and points without their unit, which stands in the caption or head."""
    pieces = row.say(field)
    if pieces is None:
        return DASH
    first, last = pieces[0], pieces[-1]
    if isinstance(row.row, Indicator) and field == "target" and last.figure:
        return TextRun(row.row.sign.value or ""), last
    if first.figure is not None and first.figure.role in BARE:
        return (TextRun(first.text.removesuffix(first.figure.unit), first.figure),)
    return pieces
