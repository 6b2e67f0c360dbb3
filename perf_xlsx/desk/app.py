"""The application: which address leads to which page, and who may go there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from inspect import iscoroutinefunction

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.door import SESSION, Door, allowed
from perf_xlsx.desk.guard import Addresses, CutOffError, Guard, refusal
from perf_xlsx.desk.pages import (
    archive,
    doubles,
    drop,
    home,
    inbox,
    passwords,
    removed,
    report,
    returned,
    rules,
    settings,
    sign_in,
    templates,
    unit,
    verify,
)
from perf_xlsx.desk.sessions import SessionRole
from perf_xlsx.desk.uploads import LARGEST_BODY, LARGEST_FILE
from perf_xlsx.desk.view import missing, note, to
from perf_xlsx.system.os_errors import why

Handler = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]

LIMITS = {  # bytes of a body, by path; all others are small
    "/drop": LARGEST_BODY,
    "/settings": 3 * LARGEST_FILE,
    "/verify": LARGEST_BODY,
    "/check-report": 3 * LARGEST_FILE,
}
PAGES: tuple[tuple[str, str, Handler, SessionRole], ...] = (
    ("GET", "/", home.home, "unit"),
    ("POST", "/drop", drop.drop, "unit"),
    ("GET", "/mine", unit.mine, "unit"),
    ("GET", "/arrival/{id}", returned.arrived, "unit"),
    ("GET", "/arrival/{id}/copy", returned.arrived_copy, "unit"),
    ("GET", "/arrival/{id}/paper", returned.arrived_paper, "unit"),
    ("GET", "/arrival/{id}/original", returned.arrived_original, "unit"),
    ("POST", "/passwords", passwords.add, "unit"),
    ("POST", "/passwords/forget", passwords.forget, "unit"),
    ("GET", "/blank/{form}", templates.blank, "unit"),
    ("GET", "/rules", rules.rules, "unit"),
    ("GET", "/sign-in", sign_in.sign_in, "unit"),
    ("POST", "/sign-in", sign_in.enter, "unit"),
    ("POST", "/sign-out", sign_in.sign_out, "unit"),
    ("POST", "/score", home.start, "officer"),
    ("POST", "/stop", home.stop, "officer"),
    ("GET", "/progress", home.progress, "officer"),
    ("GET", "/return/{id}", returned.returned, "officer"),
    ("GET", "/return/{id}/copy", returned.returned_copy, "officer"),
    ("GET", "/return/{id}/letter", returned.returned_letter, "officer"),
    ("GET", "/return/{id}/paper", returned.returned_paper, "officer"),
    ("GET", "/return/{id}/original", returned.returned_original, "officer"),
    ("POST", "/return/{id}/remove", returned.remove, "officer"),
    ("POST", "/return/{id}/keep", doubles.keep, "officer"),
    ("GET", "/removed", removed.removed, "officer"),
    ("GET", "/removed/{id}/original", removed.original, "officer"),
    ("POST", "/removed/{id}/back", removed.put_back, "officer"),
    ("GET", "/doubles", doubles.doubles, "officer"),
    ("POST", "/doubles/latest", doubles.keep_latest, "officer"),
    ("GET", "/consolidated", archive.consolidated, "officer"),
    ("GET", "/everything", archive.everything, "officer"),
    ("GET", "/inbox", inbox.inbox, "officer"),
    ("POST", "/inbox/accept-all", inbox.accept_all, "officer"),
    ("POST", "/inbox/{id}/accept", inbox.accept, "officer"),
    ("POST", "/inbox/{id}/decline", inbox.decline, "officer"),
    ("POST", "/inbox/{id}/withdraw", inbox.withdraw, "officer"),
    ("POST", "/inbox/again", inbox.again, "officer"),
    ("GET", "/settings", settings.settings, "officer"),
    ("POST", "/settings", settings.save, "officer"),
    ("GET", "/template", templates.template, "officer"),
    ("POST", "/template", templates.make, "officer"),
    ("GET", "/verify", verify.verify, "officer"),
    ("POST", "/verify", verify.check, "officer"),
    ("GET", "/check-report", report.report, "officer"),
    ("POST", "/check-report", report.check, "officer"),
)
STATIC = {"desk.css": "text/css", "desk.js": "text/javascript"}


def application(desk: Desk, addresses: Addresses, secure: bool = False) -> ASGIApp:
    """The pages of a desk behind their guard and door. `secure`: they are served with a certificate."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        desk.start()
        yield
        await run_in_threadpool(desk.close)

    routes = [Route(path, _for(role, handler), methods=[method]) for method, path, handler, role in PAGES]
    routes += [Route("/start", sign_in.start), Route("/static/{name}", _static)]
    pages = Starlette(routes=routes, lifespan=lifespan, exception_handlers=_HANDLERS)
    name = f"{'__Host-' if secure else ''}perf_xlsx_{addresses.port}"
    door = Door(pages, desk.sessions, name, desk.shared, secure)
    pages.state.desk, pages.state.set_cookie = desk, door.set_cookie
    return Guard(door, addresses, LIMITS)


def _for(role: SessionRole, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The handler for whom it is meant. Others are asked to sign in, or see what they would see of nothing."""

    async def asked(request: Request) -> Response:
        if not allowed(role, request):
            return to("/sign-in") if request.method == "GET" else missing(request)
        if iscoroutinefunction(handler):
            found: Response = await handler(request)
            return found
        return await run_in_threadpool(handler, request)  # type: ignore[arg-type]

    return asked


def _static(request: Request) -> Response:
    """The page's own style and script, by their two names: no folder of the server is served."""
    name = request.path_params["name"]
    if name not in STATIC:
        return PlainTextResponse("没有找到。", 404)
    return Response((files("perf_xlsx.desk") / "static" / name).read_bytes(), media_type=STATIC[name])


def _cut_off(request: Request, error: Exception) -> Response:
    assert isinstance(error, CutOffError)
    return refusal(error.status)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if SESSION not in request.scope:
        return PlainTextResponse("没有找到。", error.status_code)
    if error.status_code == 404:
        return missing(request)
    return note(request, "没有受理", error.detail, status=error.status_code)


def _held(request: Request, error: Exception) -> Response:
    """A file that the system did not let us read, write or move; on Windows mostly one that is open in Excel."""
    assert isinstance(error, OSError)
    words = f"文件读不出来、写不进去或移不走（{why(error)}）。"
    return note(request, "没有做完", words, "在 Excel 或 WPS 中打开着的，请关闭后再做一次。", status=500)


def _failed(request: Request, error: Exception) -> Response:
    return PlainTextResponse("网页出错了。已做完的都在，请返回上一页再试。", 500)


_HANDLERS = {CutOffError: _cut_off, HTTPException: _refused, OSError: _held, Exception: _failed}
