"""一份报送: what was found in it and where, and what can be taken away. The officer's, or a visitor's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.door import is_officer, session_of
from perf_xlsx.desk.limited import LimitedError, limited
from perf_xlsx.desk.pages.home import basis_of_results, wanted_of
from perf_xlsx.desk.pages.settings import rulebooks
from perf_xlsx.desk.results import row_of
from perf_xlsx.desk.sheet_page import evaluation_forms
from perf_xlsx.desk.view import desk_of, download, missing, note, page, to
from perf_xlsx.findings.asked import counted
from perf_xlsx.letters.letter import since_last_return
from perf_xlsx.results.comparison import word
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import RecordsError
from perf_xlsx.results.together import together
from perf_xlsx.system.output_files import printable_path


class ReturnedWorkbook(Struct, frozen=True):
    """One workbook: its records, and where its files are. `address` is that of its page.

    `back` leads to its row in the table that was left, `before` and `after` to the ones beside it there, `query`
    is what that table was asked for. `about` says that its copy is not by the settings in use, or not what is
    told here.
    """

    address: str
    name: str
    records: Sequence[Record]
    copy: Path | None
    letter: Path | None
    original: Path | None
    about: str = ""
    back: str = "/"
    before: str = ""
    after: str = ""
    query: str = ""


Answer = Callable[[Request, ReturnedWorkbook], Response]


def _in_folder(request: Request) -> ReturnedWorkbook | None:
    """The officer's return of this id."""
    desk = desk_of(request)
    row = desk.results.now().by_id.get(request.path_params["id"])
    if row is None or not is_officer(request):
        return None
    try:
        records = desk.results.records_of(row)
    except RecordsError:
        return None
    first = records[0]
    name = Path(first.file).name if first.file else row.unit
    copy = desk.results.copy_of(first) if first.file else None
    original = desk.results.original_of(first) if first.file else None
    shown, wanted = desk.results.now(), wanted_of(request)
    about, query = basis_of_results(desk, shown).about(row), wanted.query()
    back, *beside = wanted.around(shown.rows, row)
    before, after = (f"/return/{one.id}{query}" if one else "" for one in beside)
    letter = desk.results.letter_about(first)
    return ReturnedWorkbook(
        f"/return/{row.id}", name, records, copy, letter, original, about, f"/{back}", before, after, query
    )


def _among_arrivals(request: Request) -> ReturnedWorkbook | None:
    """A visitor's own return of this id; any for the officer."""
    desk = desk_of(request)
    found = desk.arrivals.one(request.path_params["id"])
    if found is None or not (is_officer(request) or found.owner == desk.sessions.owner(session_of(request))):
        return None
    records = desk.arrivals.records(found)
    if not records:
        return None
    copy = desk.arrivals.copy_of(records[0])
    back = f"/inbox#a-{found.id}" if is_officer(request) else "/"
    return ReturnedWorkbook(
        f"/arrival/{found.id}", found.told, records, copy, None, desk.arrivals.original(found), back=back
    )


def _with(find: Callable[[Request], ReturnedWorkbook | None], answer: Answer) -> Callable[[Request], Response]:
    def handler(request: Request) -> Response:
        found = find(request)
        return answer(request, found) if found else missing(request)

    return handler


def _findings(request: Request, found: ReturnedWorkbook) -> Response:
    forms = [(row_of(record, ""), record, together(record.findings)) for record in found.records]
    return page(
        request, "return", one=found, forms=forms, titles=dict(rulebooks()), compared=since_last_return, word=word,
        counted=counted,
    )  # fmt: skip


def _copy(request: Request, found: ReturnedWorkbook) -> Response:
    if found.copy is None:
        return missing(request)
    return download(found.copy, f"{found.copy.stem}（评分后）{found.copy.suffix}")


def _letter_file(request: Request, found: ReturnedWorkbook) -> Response:
    return download(found.letter, found.letter.name) if found.letter else missing(request)


def _original(request: Request, found: ReturnedWorkbook) -> Response:
    return (
        download(found.original, printable_path(Path(found.original.name))) if found.original else missing(request)
    )


def _paper(request: Request, found: ReturnedWorkbook) -> Response:
    """自评表 as a page to print."""
    if found.copy is None:
        return missing(request)
    try:
        sheets = limited(evaluation_forms, found.copy)
    except LimitedError:
        return note(request, "自评表读不出来", "请下载评分后的工作簿，用 Excel 或 WPS 打开。", status=422)
    return page(request, "paper", one=found, sheets=sheets)


returned, arrived = (_with(find, _findings) for find in (_in_folder, _among_arrivals))
returned_copy, arrived_copy = (_with(find, _copy) for find in (_in_folder, _among_arrivals))
returned_paper, arrived_paper = (_with(find, _paper) for find in (_in_folder, _among_arrivals))
returned_original, arrived_original = (_with(find, _original) for find in (_in_folder, _among_arrivals))
returned_letter = _with(_in_folder, _letter_file)


def _remove(request: Request, found: ReturnedWorkbook) -> Response:
    """Take a return out of the folder; it is kept among what was removed."""
    if found.original is None:
        return missing(request)
    desk = desk_of(request)
    desk.removed.take(found.original)
    desk.score_run.start()
    return to("/removed")


remove = _with(_in_folder, _remove)
