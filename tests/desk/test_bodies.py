"""What docs/SECURITY.md promises of connections, bodies and workbooks that are sent to a desk: bounded, and opened in a worker."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from perf_xlsx.desk.app import LIMITS
from perf_xlsx.desk.door import Door
from perf_xlsx.desk.guard import SMALL, Addresses, CutOffError, Guard, refusal
from perf_xlsx.desk.limited import LimitedError, limited
from perf_xlsx.desk.serve import listen
from perf_xlsx.desk.sessions import Sessions
from perf_xlsx.desk.sheet_page import evaluation_forms
from perf_xlsx.desk.uploads import MOST_FILES
from perf_xlsx.ooxml import Limits
from tests.kit.batch_returns import a_return
from tests.kit.bombs import HUGE
from tests.kit.desk import HOST, PORT, Browser, links, shared_desk
from tests.kit.filled import template_of


async def _whole(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads the whole body."""
    try:
        while (await receive()).get("more_body"):
            pass
    except CutOffError as cut:
        return await refusal(cut.status)(scope, receive, send)
    return await PlainTextResponse("read")(scope, receive, send)


def asked(receive: Callable[[], Awaitable[Message]], length: str | None, silence: float = 20, **more: Any) -> int:
    """The status that a request with this body gets."""
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = [
        (b"host", HOST.encode()),
        *([(b"content-length", length.encode())] if length else []),
        *more.pop("headers", []),
    ]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/drop",
        "scheme": "http",
        "headers": headers,
        "query_string": b"",
    }
    guard = Guard(more.pop("app", _whole), Addresses(PORT), {"/drop": 1000}, silence=silence, **more)
    asyncio.run(guard(scope, receive, send))
    return statuses[0]


async def never() -> Message:
    raise AssertionError("a byte was read")


def coming(*sizes: int, pause: float = 0) -> Callable[[], Awaitable[Message]]:
    """A body in pieces of these sizes."""
    left = list(sizes)

    async def receive() -> Message:
        await asyncio.sleep(pause)
        size = left.pop(0)
        return {"type": "http.request", "body": b"x" * size, "more_body": bool(left)}

    return receive


def test_a_body_is_bounded_before_it_is_read() -> None:
    assert asked(never, "1001") == 413
    assert asked(never, "9" * 30) == 411
    assert asked(never, None) == 411
    assert asked(never, "-1") == 411
    assert asked(never, "10", headers=[(b"transfer-encoding", b"chunked")]) == 411
    assert asked(never, "10", headers=[(b"content-length", b"20")]) == 411


def test_a_body_that_is_longer_than_it_said_is_cut_off() -> None:
    assert asked(coming(400, 400), "500") == 413
    assert asked(coming(400, 100), "500") == 200


def test_a_slow_body_is_cut_off() -> None:
    """One that pauses, and one that drips."""
    assert asked(coming(1, 1, pause=0.3), "500", silence=0.1) == 408
    ticks = iter(range(0, 100_000, 20))
    assert asked(coming(*[1] * 50), "500", clock=lambda: float(next(ticks))) == 408


def test_a_slow_body_without_a_token_is_cut_off_too() -> None:
    """It is taken in to be thrown away, but not for ever."""
    door = Door(_whole, Sessions(b"k" * 32), "c", True, False)
    assert asked(coming(1, 1, pause=0.3), "500", silence=0.1, app=door) == 408


def test_a_form_with_too_many_parts_is_refused(desk: Browser) -> None:
    many = [("files", (f"{n}.xlsx", b"")) for n in range(MOST_FILES + 1)]
    assert desk.post("/drop", files=many).status_code == 400
    assert desk.post("/settings", files=[(f"x{n}", (None, b"1")) for n in range(50)]).status_code == 400
    assert desk.post("/settings", files=[("sender", (None, b"1" * 10_000))]).status_code == 400


def test_what_is_sent_is_no_form(desk: Browser) -> None:
    for kind in ("application/json", "multipart/form-data", "multipart/form-data; boundary=x", "text/plain"):
        answered = desk.post("/settings", content=b"--y\r\nno form", headers={"Content-Type": kind})
        assert answered.status_code == 400


@pytest.mark.parametrize(("path", "most"), LIMITS.items())
def test_each_path_has_a_limit(path: str, most: int, desk: Browser) -> None:
    """What is larger is refused by what it says of itself; the body here is not sent at all."""
    answered = desk.client.post(path, headers={"Origin": f"http://{HOST}", "Content-Length": str(most + 1)})
    assert answered.status_code == 413
    small = desk.client.post("/score", headers={"Origin": f"http://{HOST}", "Content-Length": str(SMALL + 1)})
    assert small.status_code == 413


def test_a_full_disk_is_told(desk: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perf_xlsx.desk.uploads.SPARE", 2**60)
    told = desk.drop(("甲.xlsx", a_return("project", "甲局")))
    assert (told.status_code, "磁盘空间不够" in told.text) == (507, True)


def test_bombs_cost_a_worker_and_never_the_page(tmp_path: Path) -> None:
    """Each is refused in one line; the others are scored."""
    bombs = {name: HUGE[name] for name in ("十万种格式", "十万处合并", "千层嵌套")}
    with shared_desk(tmp_path / "收回") as enter:
        unit = enter()
        form = template_of("department-as-filed")
        unit.drop(*((f"{name}.xlsx", make(form)) for name, (make, _) in bombs.items()), ("好.xlsx", form))
        pages = [unit.get(one).text for one in links(unit.mine(), "/arrival/")]
        assert sum("R03" in page and "✖ 读不出来" in page for page in pages) == len(bombs)
        assert len(pages) == 1 + len(bombs)


def test_work_that_ends_its_process_is_told() -> None:
    """By an exit, and by more memory than it may have."""
    for work, given in ((os._exit, 1), (bytes, 8 * 2**30)):
        with pytest.raises(LimitedError, match="没有做完"):
            limited(work, given)
    assert limited(Limits) == Limits()


def test_whatever_goes_wrong_in_a_process_is_told(tmp_path: Path) -> None:
    """Also by an exception that cannot be sent from one process to another."""
    with pytest.raises(LimitedError, match="文件已损坏") as refused:
        limited(evaluation_forms, put_bytes(tmp_path / "甲.xlsx", b"PK"))
    assert str(tmp_path) not in str(refused.value)
    with pytest.raises(LimitedError, match="意外错误（ZeroDivisionError）"):
        limited(divmod, 1, 0)


def put_bytes(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_list_that_is_a_bomb_is_refused(desk: Browser) -> None:
    make, _ = HUGE["十万种格式"]
    data = make(template_of("department-as-filed"))
    answered = desk.post("/settings", files=[("roster", ("名单.xlsx", data))])
    assert answered.status_code == 422
    assert "超过上限" in answered.text


def test_a_silent_connection_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a few hundred of them would keep everybody out."""
    import threading

    import uvicorn

    from perf_xlsx.desk import serve

    monkeypatch.setattr(serve, "HEADERS_WITHIN", 0.2)
    opened = listen(0, shared=False)
    config = uvicorn.Config(_whole, http=serve.Impatient, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([opened],), daemon=True)
    thread.start()
    try:
        with socket.create_connection(opened.getsockname(), timeout=20) as silent:
            silent.sendall(b"GET / HTTP/1.1\r\nHost: %b\r\n\r\n" % HOST.encode())
            assert silent.recv(4096).startswith(b"HTTP/1.1 200")
            for _ in range(4):  # it drips
                silent.sendall(b"G")
                time.sleep(0.01)
            while silent.recv(4096):
                pass
        with socket.create_connection(opened.getsockname(), timeout=20) as silent:
            assert silent.recv(1) == b""
    finally:
        server.should_exit = True
        thread.join()
