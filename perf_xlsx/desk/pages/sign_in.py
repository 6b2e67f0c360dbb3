"""登录: the officer's session, by the password of a shared desk, or by the key of a start on one's own machine."""

from __future__ import annotations

import hmac

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from perf_xlsx.desk.door import LOCKED, closed, session_of
from perf_xlsx.desk.sessions import Session
from perf_xlsx.desk.uploads import received
from perf_xlsx.desk.view import desk_of, missing, note, page, to


def start(request: Request) -> Response:
    """The address that is opened at the start: its key opens the officer's session."""
    desk = desk_of(request)
    given = request.query_params.get("key", "")
    if desk.shared or not hmac.compare_digest(given.encode(), desk.key.encode()):
        return closed(LOCKED)
    return _signed_in(request)


def _signed_in(request: Request) -> Response:
    _, cookie = desk_of(request).sessions.open("officer")
    answer = to("/")
    answer.headers.append("set-cookie", request.app.state.set_cookie(cookie))
    return answer


def sign_in(request: Request) -> Response:
    """The page."""
    return page(request, "sign_in", problem="") if desk_of(request).shared else missing(request)


async def enter(request: Request) -> Response:
    """Take the password."""
    gate = desk_of(request).sign_in
    if gate is None:
        return missing(request)
    async with received(request) as posted:
        password = posted.text("password")
    address = request.client.host if request.client else ""
    if wait := gate.wait(address):
        words = f"口令错得太多，请{-(-wait // 60)}分钟后再试。"
        return page(request, "sign_in", 429, problem=words)
    if await run_in_threadpool(gate.accepts, address, password):
        return _signed_in(request)
    return page(request, "sign_in", 403, problem="口令不对。")


async def sign_out(request: Request) -> Response:
    """End the session. A unit's browser forgets it only where the visitor said so: there is no way back."""
    session: Session = session_of(request)
    desk = desk_of(request)
    if session.role == "unit":
        async with received(request) as posted:
            if not posted.text("sure"):
                return note(request, "没有清除", "请先勾选“我知道以后在这里看不到它们”。", status=422)
    desk.sessions.end(session)
    if session.role == "unit":
        desk.passwords.forget(desk.sessions.owner(session))
    answer = to("/")
    answer.headers.append("set-cookie", request.app.state.set_cookie("", 0))
    return answer
