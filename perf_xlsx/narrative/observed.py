"""A finding about a report: what the catalogue says of its kind, and where in the text it is."""

from __future__ import annotations

from msgspec import Struct

from perf_xlsx.domain.model import Finding, Severity
from perf_xlsx.domain.place import Place
from perf_xlsx.figures import Figure
from perf_xlsx.findings.catalogue import Observation, finding
from perf_xlsx.narrative.reading import Read
from perf_xlsx.rulebook import Rulebook

LONGEST_QUOTE = 60


class TextPlace(Struct, frozen=True):
    """Where something is found: characters of the text, the paragraph (from 1), what stands there, its heading."""

    start: int
    end: int
    paragraph: int
    quote: str
    heading: str = ""


class Found(Struct, frozen=True):
    """A finding of a report. Its place is the cell of the form that it is held against, where there is one."""

    spot: TextPlace
    finding: Finding


class ReportRemark(Struct, frozen=True):
    """What a check of a report sees. Texts are Chinese."""

    code: str
    start: int
    end: int
    field: str
    message: str
    advice: str
    given: str | None = None
    expected: str | None = None
    figure: Figure | None = None
    severity: Severity | None = None


def found(remark: ReportRemark, spot: TextPlace, report: str, rulebook: Rulebook) -> Found:
    """The finding of a remark, with severity and basis by catalogue and rulebook."""
    place = remark.figure.place if remark.figure else Place(report)
    seen = Observation(
        place, remark.field, remark.given, remark.message, remark.advice, remark.expected, severity=remark.severity
    )
    return Found(spot, finding(remark.code, seen, rulebook))


def remark_at(read: Read, code: str, message: str, advice: str, severity: Severity | None = None) -> ReportRemark:
    """A remark about a figure of the report."""
    figure = read.figure
    return ReportRemark(
        code, read.start, read.end, name_of(figure) if figure else "", message, advice,
        figure_as_written(read), figure.text if figure else None, figure, severity,
    )  # fmt: skip


def figure_as_written(read: Read) -> str:
    """A figure as the report writes it."""
    begin = read.scope.paragraph.start
    return read.scope.paragraph.text[read.start - begin : read.end - begin]


ROLE_NAMES = {
    "initial": "年初预算数", "adjustment": "调整数", "adjusted": "全年预算数", "executed": "全年执行数",
    "execution_rate": "预算执行率", "adjustment_rate": "预算调整率", "balance": "结余",
    "project_initial": "年初预算数",
    "project_budget": "预算数", "project_executed": "执行数", "project_rate": "执行率",
    "indicator_target": "指标值", "indicator_midyear": "年中监控值", "indicator_actual": "实际完成值",
    "indicator_completion": "完成率", "indicator_weight": "分值", "indicator_points": "得分",
    "indicator_lost_points": "扣分", "execution_weight": "预算执行率分值", "execution_points": "预算执行率得分",
    "weights": "分值合计", "total": "自评总分", "grade": "自评等级", "staff": "", "project_count": "项目个数",
    "indicator_count": "指标个数", "year": "年度", "filled_on": "填报日期",
}  # fmt: skip


def name_of(figure: Figure) -> str:
    """A figure in words: 项目支出全年预算数, “驾驶员经费”预算数."""
    of = figure.of
    name = f"“{of.name}”" if of.type in ("project", "indicator", "level") else "" if of.whole else of.name
    return f"{name}{ROLE_NAMES[figure.role]}"
