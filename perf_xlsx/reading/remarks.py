"""What locating and classifying have to report about one cell."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from perf_xlsx.domain.model import Severity
from perf_xlsx.findings.collector import FindingCollector
from perf_xlsx.reading.grids import Address, Sheets


class ReadingRemark(Struct, frozen=True):
    """A finding in the making; its place is the whole sheet where the row is 0, the workbook for NOWHERE."""

    code: str
    at: Address
    field: str
    message: str
    advice: str
    given: str = ""
    severity: Severity | None = None
    expected: str = ""


def tell_remarks(remarks: Iterable[ReadingRemark], sheets: Sheets, collector: FindingCollector) -> None:
    """Report each remark at its place."""
    for one in remarks:
        place, more = sheets.place(one.at), {"given": one.given, "expected": one.expected}
        collector.tell(one.code, place, one.field, one.message, one.advice, severity=one.severity, **more)
