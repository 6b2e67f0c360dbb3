"""Who comes in: every request has a session, and every form that is sent the session's token.

The token is in the address of a form (or in a header, from the page's script), so that it is looked at before the
body is read.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from perf_xlsx.desk.guard import CutOffError, refusal
from perf_xlsx.desk.sessions import UNIT, Session, SessionRole, Sessions

OPEN = ("/static/", "/start")  # asked for by whom has no session yet
DRAINED = 1 << 20  # bytes
SESSION, TOKEN = "desk.session", "token"
EXPIRED = "这个页面放得太久，已经过期，没有受理。请返回上一页，刷新后再做一次。"
RESTARTED = (
    "网页重新启动过，或放得太久，没有受理。请双击“开始.bat”重新打开，或用启动窗口中显示的地址打开，再做一次。"
)
LOCKED = "请双击“开始.bat”打开，或用启动窗口中显示的完整地址打开：地址中有这次启动的钥匙，每次启动都不同。"
CLOSED = (
    '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>绩效自评</title>'
    '<link rel="stylesheet" href="/static/desk.css"><link rel="icon" href="data:,"></head>'
    '<body><header class="top"><p class="brand">绩效自评</p></header>'
    '<main id="main"><h1>网页没有打开</h1><p class="problem" role="alert">{}</p>'
    '<p><a class="button" href="/">重新打开</a></p></main>'
    "</body></html>"
)


class Door:
    """The middleware. `visitors`: whoever has no session gets a unit's; else only who has the key of the start."""

    def __init__(self, app: ASGIApp, sessions: Sessions, cookie: str, visitors: bool, secure: bool) -> None:
        self.app, self.sessions, self.cookie = app, sessions, cookie
        self.visitors, self.secure = visitors, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(OPEN):
            return await self.app(scope, receive, send)
        session = self._session(scope)
        if scope["method"] == "POST":
            if session is None or not self._has_token(scope, session):
                words = EXPIRED if self.visitors or session else RESTARTED
                return await (await _drained(scope, receive, words))(scope, receive, send)
        elif session is None:
            if not self.visitors:
                return await closed(LOCKED)(scope, receive, send)
            session, cookie = self.sessions.open("unit")
            send = self._with_cookie(send, cookie)
        scope[SESSION] = session
        return await self.app(scope, receive, send)

    def _session(self, scope: Scope) -> Session | None:
        cookies = cookie_parser(Headers(scope=scope).get("cookie", ""))
        return self.sessions.known(cookies.get(self.cookie, ""))

    def _has_token(self, scope: Scope, session: Session) -> bool:
        query = parse_qs(scope["query_string"].decode("latin-1")).get(TOKEN, [])
        sent = Headers(scope=scope).get("x-token") or "".join(query[:1])
        return hmac.compare_digest(sent.encode(), self.sessions.token(session).encode())

    def _with_cookie(self, send: Send, cookie: str) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", self.set_cookie(cookie, UNIT))
            await send(message)

        return sending

    def set_cookie(self, cookie: str, seconds: int | None = None) -> str:
        """The header that gives a browser its session, for so long; else until it is closed."""
        lasts = "" if seconds is None else f"; Max-Age={seconds}"
        return f"{self.cookie}={cookie}; Path=/; HttpOnly; SameSite=Lax{lasts}" + (
            "; Secure" if self.secure else ""
        )


def session_of(request: Request) -> Session:
    """The session of a request."""
    session: Session = request.scope[SESSION]
    return session


async def _drained(scope: Scope, receive: Receive, words: str) -> Response:
    """A refusal once a small body was taken in: else a browser reports a broken connection instead of it."""
    try:
        if int(Headers(scope=scope).get("content-length", "0")) <= DRAINED:
            while (await receive()).get("more_body"):
                pass
    except CutOffError as cut:
        return refusal(cut.status)
    return closed(words, plain="x-token" in Headers(scope=scope))


def closed(words: str, plain: bool = False) -> Response:
    """A refusal as a page; `plain` for the page's script, which shows the words itself."""
    if plain:
        return PlainTextResponse(words, 403, {"Connection": "close"})
    return HTMLResponse(CLOSED.format(words), 403, {"Connection": "close"})


SimpleHandler = Callable[[Request], Response]


def is_officer(request: Request) -> bool:
    """Whether the officer asks."""
    return session_of(request).role == "officer"


def allowed(role: SessionRole, request: Request) -> bool:
    """Whether a page for this role may be shown: the officer sees what units see, too."""
    return role == "unit" or is_officer(request)
