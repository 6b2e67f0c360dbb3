"""What stands before every page: who may be addressed, from where, how much may be sent, how slowly.

An ASGI middleware of our own: it decides by the headers, before a byte of the body is read, and cuts off a body
that is longer than it said or comes too slowly.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Callable, Collection, Mapping
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers send a form with Origin: null
    "Cross-Origin-Resource-Policy": "same-origin",
}
SILENCE = 20  # seconds that a body may pause
SLOWEST = 8 * 1024  # bytes a second, beyond the first half minute
GRACE = 30  # seconds
SMALL = 64 * 1024  # bytes of a body, where no other limit is set


class Addresses(Struct, frozen=True):
    """Under which names this desk is asked for. `shared`: also under any address of the machine.

    A name that is not ours is another site that was made to lead here (DNS rebinding). An address cannot be.
    """

    port: int
    names: Collection[str] = ("localhost",)
    shared: bool = False

    def ours(self, host: str) -> bool:
        """Whether a Host header names this desk."""
        try:
            parts = urlsplit(f"//{host}")
            name, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        if host.lower() not in (f"{name}:{port}", f"[{name}]:{port}", name, f"[{name}]"):
            return False  # a user's name, a path
        return port in (self.port, None) and (name in self.names or self._is_address(name))

    def _is_address(self, name: str) -> bool:
        try:
            found = ipaddress.ip_address(name)
        except ValueError:
            return False
        return self.shared or found.is_loopback


class CutOffError(Exception):
    """A body was longer than it said, or too slow: `status` says which."""

    def __init__(self, status: int) -> None:
        self.status = status


class Guard:
    """The middleware. `limits` are the largest bodies, by path."""

    def __init__(
        self,
        app: ASGIApp,
        addresses: Addresses,
        limits: Mapping[str, int],
        clock: Callable[[], float] = time.monotonic,
        silence: float = SILENCE,
    ) -> None:
        self.app, self.addresses, self.limits = app, addresses, limits
        self.clock, self.silence = clock, silence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if scope["type"] != "http":
            return None  # a websocket: there is none

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if refusal := self._refused(scope):
            return await refusal(scope, receive, sealed)
        return await self.app(scope, _Body(receive, _length(scope), self.clock, self.silence), sealed)

    def _refused(self, scope: Scope) -> PlainTextResponse | None:
        """The answer to what may not come in; None where it may."""
        headers, method = Headers(scope=scope), scope["method"]
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self.addresses.ours(hosts[0]):
            return refusal(421)
        if method in ("GET", "HEAD"):
            return None
        if method != "POST":
            return refusal(405)
        if not _same_origin(scope["scheme"], hosts[0], headers):
            return refusal(403)
        length = _length(scope)
        if length is None or "transfer-encoding" in headers:
            return refusal(411)
        return refusal(413) if length > self.limits.get(scope["path"], SMALL) else None


def _same_origin(scheme: str, host: str, headers: Headers) -> bool:
    """Whether a form was sent from a page of ours. Edge of 2018 does not say; then the token alone decides."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return headers.getlist("origin") in ([], [f"{scheme}://{host}"])


def _length(scope: Scope) -> int | None:
    lengths = Headers(scope=scope).getlist("content-length")
    return int(lengths[0]) if len(lengths) == 1 and lengths[0].isdecimal() and len(lengths[0]) < 19 else None


REASONS = {
    403: "这个请求不是从本网页发出的，没有受理。",
    405: "没有这种请求。",
    408: "上传太慢，已经中断。请检查网络后再传。",
    411: "没有说明长度，没有受理。",
    413: "文件太大，没有接收。",
    421: "请用启动时显示的地址打开。",
}


def refusal(status: int) -> PlainTextResponse:
    """The answer to a request that is not served, and the end of its connection."""
    return PlainTextResponse(REASONS[status], status, {"Connection": "close"})


class _Body:
    """A body as it comes in: no longer than it said, no pause too long, and on the whole not too slow."""

    def __init__(self, receive: Receive, length: int | None, clock: Callable[[], float], silence: float) -> None:
        self.receive, self.left, self.taken = receive, length or 0, 0
        self.clock, self.silence, self.begun = clock, silence, clock()
        self.over = not self.left

    async def __call__(self) -> Message:
        """The next message. Raises CutOffError."""
        if self.over:  # what follows is that the client has gone, and for that one may wait
            return await self.receive()
        try:
            message = await asyncio.wait_for(self.receive(), self.silence)
        except TimeoutError:
            raise CutOffError(408) from None
        if message["type"] == "http.request":
            size = len(message.get("body", b""))
            self.taken, self.left = self.taken + size, self.left - size
            self.over = not message.get("more_body", False)
            if self.left < 0:
                raise CutOffError(413)
            if not self.over and self.clock() - self.begun > GRACE + self.taken / SLOWEST:
                raise CutOffError(408)
        return message
