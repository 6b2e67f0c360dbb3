"""Serves a desk until it is ended: on this machine alone, or, shared, to an office."""

from __future__ import annotations

import asyncio
import socket
import threading
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import uvicorn
from msgspec import Struct
from uvicorn.protocols.http.h11_impl import H11Protocol

from perf_xlsx.desk.app import application
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.guard import Addresses

LOCAL, EVERYWHERE = "127.0.0.1", "0.0.0.0"
ELSEWHERE = "192.0.2.1"  # an address that no machine has (RFC 5737)
CONNECTIONS = 900  # at a time; further ones are told to come back
HEADERS_WITHIN = 15  # seconds that the head of a request may take
BACKLOG = 1024  # connections that wait to be taken
KEEP_ALIVE = 5  # seconds
CLOSE_WITHIN = 5  # seconds that answers under way may take at the end


class Served(Struct, frozen=True):
    """Under which names more a desk is served, with which certificate and key."""

    names: Sequence[str] = ()
    certificate: Path | None = None
    key: Path | None = None


class Impatient(H11Protocol):
    """A connection on which no request comes in time is closed: else a few hundred would keep everybody out."""

    waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_answering() and self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None
        elif not self._is_answering() and self.waiting is None:
            self._wait()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self.waiting = self.loop.call_later(HEADERS_WITHIN, self._give_up)

    def _give_up(self) -> None:
        self.waiting = None
        if not self._is_answering() and not self.transport.is_closing():
            self.transport.close()


def listen(port: int, shared: bool) -> socket.socket:
    """A socket on that port. Raises OSError where another program has it."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        exclusive = getattr(socket, "SO_EXCLUSIVEADDRUSE", None)  # on Windows two programs would share the port
        found.setsockopt(socket.SOL_SOCKET, exclusive or socket.SO_REUSEADDR, 1)
        found.bind((EVERYWHERE if shared else LOCAL, port))
        found.listen(BACKLOG)
    except OSError:
        found.close()
        raise
    return found


def own_names() -> list[str]:
    """What this machine is called in its network."""
    return list(dict.fromkeys((socket.gethostname().lower(), socket.getfqdn().lower())))


def own_addresses() -> list[str]:
    """The addresses of this machine in its network: the one that it sends from, and what its name leads to."""
    found = []
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect((ELSEWHERE, 9))  # nothing is sent: it only asks by which way one would go there
        found.append(way.getsockname()[0])
    with suppress(OSError):
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    return [address for address in dict.fromkeys(found) if not address.startswith(("127.", "0."))]


def serve(
    desk: Desk, at: Served, opened: socket.socket, ready: Callable[[Sequence[str]], None], browser: bool
) -> None:
    """Serve until the process is ended. `ready` is told the addresses, the officer's last; `browser` opens it."""
    port, secure = opened.getsockname()[1], at.certificate is not None
    addresses = _addresses(desk, port, secure)
    config = uvicorn.Config(
        application(desk, _asked_for(desk, at, port), secure), http=Impatient, ws="none", loop="asyncio",
        lifespan="on", log_level="warning", access_log=False, server_header=False, proxy_headers=False,
        limit_concurrency=CONNECTIONS, timeout_keep_alive=KEEP_ALIVE, timeout_graceful_shutdown=CLOSE_WITHIN,
        backlog=BACKLOG, ssl_certfile=at.certificate, ssl_keyfile=at.key,
    )  # fmt: skip
    server = uvicorn.Server(config)
    ready(addresses)
    if browser:
        threading.Timer(0.5, webbrowser.open, addresses[-1:]).start()
    server.run([opened])


def _asked_for(desk: Desk, at: Served, port: int) -> Addresses:
    """The names under which this desk may be asked for."""
    more = {*own_names(), *(name.lower() for name in at.names)} if desk.shared else set()
    return Addresses(port, {"localhost", *more}, desk.shared)


def _addresses(desk: Desk, port: int, secure: bool) -> list[str]:
    """Where units go, and last where the officer goes."""
    scheme = "https" if secure else "http"
    if not desk.shared:
        return [f"{scheme}://{LOCAL}:{port}/start?key={desk.key}"]
    units = [f"{scheme}://{host}:{port}/" for host in (*own_names()[:1], *own_addresses())]
    return [*units, f"{units[0]}sign-in"]
