"""Pages and downloads: one place that makes answers of templates and files."""

from __future__ import annotations

import mimetypes
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from perf_xlsx import __version__
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.door import is_officer, session_of
from perf_xlsx.desk.page_words import on_page
from perf_xlsx.domain.severity import STANDING_NAMES, STANDING_SIGNS, what_to_do
from perf_xlsx.pipeline import WORKBOOKS

TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".zip": "application/zip",
}


def desk_of(request: Request) -> Desk:
    """The desk that is asked."""
    desk: Desk = request.app.state.desk
    return desk


@cache
def _environment() -> Environment:
    """The templates: every text is escaped, and one that is missing is an error."""
    made = Environment(
        loader=PackageLoader("perf_xlsx.desk", "html"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["here"] = on_page
    made.globals.update(workbooks=",".join(WORKBOOKS))
    made.globals.update(version=__version__, names=STANDING_NAMES, signs=STANDING_SIGNS, what_to_do=what_to_do)
    return made


def page(request: Request, name: str, /, status: int = 200, **shown: Any) -> Response:
    """A page from its template; what every page needs is there."""
    desk, session = desk_of(request), session_of(request)
    text = (
        _environment()
        .get_template(f"{name}.html")
        .render(desk=desk, officer=is_officer(request), token=desk.sessions.token(session), here=name, **shown)
    )
    return HTMLResponse(text, status)


def note(request: Request, title: str, *lines: str, status: int = 200, back: str = "/") -> Response:
    """A page with a title and a few sentences, and the way `back`."""
    return page(request, "note", status, title=title, lines=lines, back=back)


def missing(request: Request) -> Response:
    """There is no such thing, or it is not for whoever asks: both look the same."""
    return note(request, "没有找到", "可能已经移走，或者不是您报送的。", status=404)


def to(path: str) -> Response:
    """Go on to a page, after a form was sent."""
    return RedirectResponse(path, 303)


def download(path: Path, name: str, then: BackgroundTask | None = None) -> Response:
    """A file to keep, under its sender's name; it is never shown in the browser."""
    kind, headers = _kept_as(name)
    return FileResponse(path, media_type=kind, headers=headers, background=then)


def content(data: bytes, name: str) -> Response:
    """The same of what is in memory."""
    kind, headers = _kept_as(name)
    return Response(data, media_type=kind, headers=headers)


def _kept_as(name: str) -> tuple[str, dict[str, str]]:
    """Type and headers of a file that is kept under this name."""
    kind = TYPES.get(Path(name).suffix.lower()) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    safe = quote(name.encode("utf-8", "replace").decode(), safe="")
    return kind, {"Content-Disposition": f"attachment; filename*=UTF-8''{safe}"}
