"""What a run remembers of the written reports held against its forms: a line a report, without figures."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.narrative.report_record import ReportRecord
from perf_xlsx.results.record import Digest, encode_record
from perf_xlsx.results.records import STATE, RecordsError, json_lines
from perf_xlsx.system.os_errors import why
from perf_xlsx.system.output_files import write_atomically

FILE = "reports.jsonl"  # beside the records of the workbooks
ADVICE = "请重新运行 perf-xlsx check-report 报告 --with 自评表 -o 这个文件夹。"


class CheckedReport(Struct, frozen=True):
    """One report as it was checked last. Its `file` and `output` are paths below the folder.

    `content` is the digest of what its form held then; null where no form belongs to it.
    """

    report: ReportRecord
    content: Digest | None


class CheckedReports(Struct, frozen=True):
    """The reports that a folder remembers, by name; each pass reads the file anew."""

    path: Path

    def __iter__(self) -> Iterator[CheckedReport]:
        """Raises RecordsError where a line is none."""
        if not os.path.isfile(self.path):
            return
        try:
            with self.path.open("rb") as file:
                for number, (_, line) in enumerate(json_lines(file), 1):
                    try:
                        yield _decoded(line or b"")
                    except (ValueError, RecursionError):
                        raise RecordsError(f"{self.path} 第{number}行不是完整的报告核对记录。{ADVICE}") from None
        except OSError as error:
            raise RecordsError(f"{self.path} 读不出来（{why(error)}）。") from None


def checked_reports(folder: Path) -> CheckedReports:
    """Those that an output folder remembers; none where there are none."""
    return CheckedReports(folder / STATE / FILE)


def remember(folder: Path, reports: Iterable[CheckedReport]) -> None:
    """Keep reports in an output folder, each in place of an earlier one. Raises RecordsError and OSError."""
    known = checked_reports(folder)
    found = {one.report.file: one for one in (*known, *reports)}
    found_lines = [
        encode_record(replace(one, report=replace(one.report, figures=()))) for _, one in sorted(found.items())
    ]
    known.path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(known.path, b"".join(line + b"\n" for line in found_lines))


def _decoded(line: bytes) -> CheckedReport:
    return msgspec.convert(json.loads(line.decode("utf-8", "surrogateescape")), CheckedReport)
