"""A desk asked as a browser asks it: with its cookie, its origin and the token of its pages."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
from httpx import Response
from starlette.testclient import TestClient

from perf_xlsx.desk.app import application
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.folders import Folders
from perf_xlsx.desk.guard import Addresses
from perf_xlsx.desk.password import hashed

PORT, KEY, PASSWORD = 8000, "the-key-of-this-start", "correct-horse-battery"
HOST = f"127.0.0.1:{PORT}"
PATIENCE = 120  # seconds for what workers do
NAMES = re.compile(r"filename\*=UTF-8''(\S+)")


class Browser:
    """One person's browser at a desk."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.token = ""

    def get(self, path: str, **more: Any) -> Response:
        """A page; its token is remembered."""
        answer = self.client.get(path, **more)
        if found := re.search(
            r'data-token="([^"]+)"', answer.text if "html" in answer.headers.get("content-type", "") else ""
        ):
            self.token = found[1]
        return answer

    def post(self, path: str, **more: Any) -> Response:
        """A form of a page that was seen, sent from it."""
        if not self.token:
            self.get("/")
        headers = {"Origin": f"http://{HOST}", **more.pop("headers", {})}
        if "data" in more and "files" not in more:
            more["files"] = {"nothing": ("", b"")}  # as a form with enctype multipart
        return self.client.post(f"{path}?token={self.token}", headers=headers, **more)

    def drop(self, *files: tuple[str, bytes]) -> Response:
        """Drop files by their names."""
        return self.post("/drop", files=[("files", (name, data)) for name, data in files])

    def sign_in(self, password: str = PASSWORD) -> Response:
        """The officer's form."""
        answer = self.post("/sign-in", data={"password": password})
        if answer.history:
            self.get("/")
        return answer

    def scored(self) -> str:
        """The officer's first page, when the run is over."""
        wait(lambda: not self.get("/progress").json()["busy"])
        return self.get("/").text

    def mine(self) -> str:
        """A visitor's page, when all is scored."""
        wait(lambda: not self.get("/mine").json()["waiting"])
        return self.get("/").text


def wait(over: Any) -> None:
    """Wait until it is so."""
    until = time.monotonic() + PATIENCE
    while not over():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.1)


@contextmanager
def own_desk(folder: Path) -> Iterator[Browser]:
    """A desk on one's own machine, opened by its key."""
    with at_desk(Desk(Folders.of(folder), key=KEY)) as enter:
        browser = enter()
        assert browser.get(f"/start?key={KEY}").status_code == 200
        yield browser


@contextmanager
def shared_desk(folder: Path) -> Iterator[Any]:
    """A shared desk: a function that gives a new visitor's browser."""
    with at_desk(Desk(Folders.of(folder), password=hashed(PASSWORD, 2**10), plain=True)) as enter:
        yield enter


@contextmanager
def at_desk(desk: Desk) -> Iterator[Any]:
    """A desk that is served: a function that gives a new browser."""
    app = application(desk, Addresses(PORT, ("localhost",), desk.shared))
    with TestClient(app, f"http://{HOST}") as first:
        clients = [first]

        def enter() -> Browser:
            if len(clients) > 1 or first.cookies:
                clients.append(TestClient(app, f"http://{HOST}"))
                return Browser(clients[-1])
            clients.append(first)
            return Browser(first)

        yield enter


def _heed_ctrl_c() -> None:
    """A shell has what it starts in the background ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def links(page: str, to: str) -> list[str]:
    """The addresses on a page that lead to such pages, each once."""
    return list(dict.fromkeys(re.findall(rf'href="({to}[^"]*)"', page)))


def file_name(answer: Response) -> str:
    """The name that a download tells."""
    found = NAMES.search(answer.headers["content-disposition"])
    assert found
    return unquote(found[1])


class Visitor(Browser):
    """A browser at a desk in another process."""

    def __init__(self, address: str, cookies: Any = None) -> None:
        port = re.search(r":(\d+)/", address)
        assert port
        self.origin = f"http://127.0.0.1:{port[1]}"
        super().__init__(httpx.Client(base_url=self.origin, follow_redirects=True, timeout=60, cookies=cookies))  # type: ignore[arg-type]

    def post(self, path: str, **more: Any) -> Any:
        return super().post(path, headers={"Origin": self.origin, **more.pop("headers", {})}, **more)


@contextmanager
def started(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """The command in a process of its own: the process, its address, and what it said before."""
    process = subprocess.Popen(
        [sys.executable, "-m", "perf_xlsx", "desk", "--folder", str(folder), "--no-browser", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        preexec_fn=_heed_ctrl_c if sys.platform != "win32" else None,
    )  # fmt: skip
    assert process.stdout is not None
    said = ""
    try:
        while not (found := re.search(r"打开：(https?://[^（]+)", said)):
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            said += line
        yield process, found[1].removesuffix("sign-in"), said
    finally:
        process.send_signal(signal.SIGINT if sys.platform != "win32" else signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
