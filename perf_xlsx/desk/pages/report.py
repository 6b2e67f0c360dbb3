"""报告核对: a written report held against its form, figure by figure; a copy with comments to take away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx import pipeline
from perf_xlsx.desk.chosen import limited_with
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.folders import safe_name
from perf_xlsx.desk.limited import LimitedError
from perf_xlsx.desk.passing import passing_folder, taken_away
from perf_xlsx.desk.uploads import FormData, Sent, received
from perf_xlsx.desk.view import desk_of, note, page
from perf_xlsx.documents import open_document
from perf_xlsx.narrative.check_report import check_report, write_commented
from perf_xlsx.narrative.report_record import ReportRecord
from perf_xlsx.ooxml import Limits, read_file
from perf_xlsx.system.os_errors import why

WORDS = {
    "agrees": "一致", "differs": "不一致", "elsewhere": "写在别处的数", "outside": "表中没有", "unbound": "认不出",
}  # fmt: skip


UNHELD = ("elsewhere", "outside", "unbound")
AROUND, MOST_OTHERS = 20, 500  # characters on either side, and figures that are listed
NO_COMMENTS = "没有可以下载的带批注的报告：只有读得出来的 Word 报告（.docx）能写批注。核对结果在下面。"


class Other(Struct, frozen=True):
    """A figure that was held against no cell: what became of it, and how it stands in its sentence."""

    verdict: str
    before: str
    text: str
    behind: str


def report(request: Request) -> Response:
    """The page."""
    return page(request, "report", record=None, words=WORDS, others=(), problem="")


async def check(request: Request) -> Response:
    """Hold the report against the workbook; `copy` asks for the copy with comments instead of the page."""
    desk = desk_of(request)
    async with received(request) as posted:
        return await run_in_threadpool(_checked, request, desk, posted)


def _checked(request: Request, desk: Desk, posted: FormData) -> Response:
    sent, workbook = posted.one("report"), posted.one("workbook")
    if sent is None or workbook is None:
        return note(request, "没有核对", "请选一份报告和它的自评表。", status=422, back="/check-report")
    with passing_folder(desk.folders) as folder:
        try:
            record, others = _held(desk, folder, sent, workbook)
        except LimitedError as error:
            return note(request, "没有核对", *error.problems, status=422, back="/check-report")
        except OSError as error:
            return note(request, "没有核对", f"文件没有存下（{why(error)}）。", status=500, back="/check-report")
        if posted.text("copy") and record.output:
            path = Path(record.output)
            return taken_away(desk.folders, path, f"{path.stem}（批注）{path.suffix}")
    named = replace(record, file=sent.told, workbook=workbook.told if record.workbook else None)
    problem = NO_COMMENTS if posted.text("copy") else ""
    return page(request, "report", record=named, words=WORDS, others=others, problem=problem)


def _held(desk: Desk, folder: Path, sent: Sent, workbook: Sent) -> tuple[ReportRecord, Sequence[Other]]:
    """What came of the report. Raises LimitedError and OSError."""
    report, table = folder / "报告" / safe_name(sent.told), folder / "自评表" / safe_name(workbook.told)
    sent.save(report)
    workbook.save(table)
    chosen = desk.chosen()
    return limited_with(chosen.forms, _record, report, table, folder / "批注" / report.name, chosen.terms())


def _record(report: Path, table: Path, copy: Path, terms: pipeline.Terms) -> tuple[ReportRecord, Sequence[Other]]:
    """Raises RulebookError, DocumentError and OSError."""
    results = [pipeline.score(table, terms=terms)]
    checked = check_report(report, results, Limits())
    record = write_commented(checked, report, copy, Limits())
    return record, _others(report, record) if record.read else ()


def _others(report: Path, record: ReportRecord) -> Sequence[Other]:
    """The figures that were held against no cell. Raises DocumentError and OSError."""
    text = open_document(read_file(report, Limits()), Limits()).text
    found = [one for one in record.figures if one.verdict in UNHELD]
    return [
        Other(WORDS[one.verdict], _around(text, one.start - AROUND, one.start), text[one.start : one.end],
              _around(text, one.end, one.end + AROUND))
        for one in found[:MOST_OTHERS]
    ]  # fmt: skip


def _around(text: str, begin: int, end: int) -> str:
    return " ".join(text[max(0, begin) : end].split())
