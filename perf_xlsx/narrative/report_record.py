"""What came of one report, as the line that `check-report --json` prints. Numbers are text of exact decimals."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from perf_xlsx.domain.model import Finding, Severity
from perf_xlsx.domain.rounding import exact, plain
from perf_xlsx.narrative.held import Held
from perf_xlsx.narrative.observed import Found, figure_as_written
from perf_xlsx.narrative.reading import FigureVerdict, Read

VERDICTS: tuple[FigureVerdict, ...] = ("agrees", "differs", "elsewhere", "outside", "unbound")


class FigureRecord(Struct, frozen=True):
    """One figure of a report. `start` and `end` count characters of its text; `in_form` is what the cell holds."""

    start: int
    end: int
    text: str
    value: str | None
    unit: str | None
    role: str
    of: str | None
    verdict: FigureVerdict
    sheet: str | None
    cell: str | None
    in_form: str | None


class RemarkRecord(Struct, frozen=True):
    """One finding of a report; `sheet` and `cell` are the form's, null where it is held against no cell.

    `heading` is what the paragraph stands below; "" where nothing does.
    """

    code: str
    severity: Severity
    start: int
    end: int
    paragraph: int
    quote: str
    given: str | None
    expected: str | None
    sheet: str | None
    cell: str | None
    message: str
    advice: str
    basis: str
    heading: str = ""

    @property
    def part(self) -> str:
        """Where to look for it: nobody can count to the 69th paragraph. "" of a report as a whole."""
        counted = f"第{self.paragraph}段" if self.paragraph else ""
        return self.heading or counted

    @property
    def where(self) -> str:
        """Part and quote; of a heading, only itself."""
        if not self.paragraph or self.quote == self.heading:
            return f"“{self.quote}”" if self.quote else ""
        return f"“{self.heading}”中“{self.quote}”" if self.heading else f"{self.part}“{self.quote}”"


class ReportRecord(Struct, frozen=True, kw_only=True):
    """One report. `workbook` is null where none belongs to it, `remarks` says what was not run or followed.

    `checked` counts the figures by verdict. `read`: it could be read and held against a workbook.
    """

    file: str
    workbook: str | None
    unit: str | None
    year: int | None
    read: bool
    checked: dict[str, int]
    figures: tuple[FigureRecord, ...]
    findings: tuple[RemarkRecord, ...]
    remarks: tuple[str, ...] = ()
    output: str | None = None


def figure_record(read: Read) -> FigureRecord:
    """A figure with its role and verdict."""
    mention, figure, bound = read.bound.mention, read.figure, read.bound
    place = figure.place if figure else None
    written = figure_as_written(read)
    return FigureRecord(
        read.start, read.end, written, _number(mention.number) if mention.number is not None else written,
        mention.unit + mention.extra if mention.type == "number" and mention.unit else None,
        _role(bound.role), _of(read), read.verdict,
        place.sheet if place else None, place.cell if place else None, figure.text if figure else None,
    )  # fmt: skip


_SHOWN = {
    "project_initial": "project_budget", "execution_weight": "indicator_weight", "indicator_lost_points": "other",
    "unbound": "other", "amount": "other", "budget": "other", "reset": "other", "weights": "other",
}  # fmt: skip  # roles in the words of a reader of reports


def _role(role: str) -> str:
    return _SHOWN.get(role, role)


def _of(read: Read) -> str | None:
    """What a figure is of, as the form calls it, else as the report does."""
    of = read.bound.of
    return (of.name if of and not of.whole else "") or (read.bound.names if of is None else "") or None


def _number(value: Decimal | Fraction) -> str:
    return plain(exact(value)) if isinstance(value, Fraction) else plain(value)


def remark_record(found: Found) -> RemarkRecord:
    """A finding with its place in the text and in the form."""
    one, spot = found.finding, found.spot
    return RemarkRecord(
        one.code, one.severity, spot.start, spot.end, spot.paragraph, spot.quote, one.given, one.expected,
        one.place.sheet or None, one.place.cell, one.message, one.advice, one.basis, spot.heading,
    )  # fmt: skip


def unread_record(file: str, workbook: str | None, finding: Finding) -> ReportRecord:
    """The record of a report that could not be read, or has no workbook: one finding that says why."""
    one = RemarkRecord(
        finding.code, finding.severity, 0, 0, 0, "", None, None, None, None, finding.message, finding.advice,
        finding.basis,
    )  # fmt: skip
    return ReportRecord(
        file=file, workbook=workbook, unit=None, year=None, read=False, checked={}, figures=(), findings=(one,)
    )


def report_record(
    file: str, workbook: str, unit: str | None, year: int | None, held: Held, remarks: tuple[str, ...]
) -> ReportRecord:
    """The record of a report that was held against its form."""
    figures = tuple(map(figure_record, held.reads))
    return ReportRecord(
        file=file, workbook=workbook, unit=unit, year=year, read=True,
        checked={verdict: sum(one.verdict == verdict for one in figures) for verdict in VERDICTS},
        figures=figures, findings=tuple(map(remark_record, held.found)), remarks=remarks,
    )  # fmt: skip
