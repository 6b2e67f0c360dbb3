"""What docs/SECURITY.md promises of a desk, each attacked."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import time
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from perf_xlsx.desk.app import LIMITS
from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.door import Door
from perf_xlsx.desk.folders import Folders, safe_name
from perf_xlsx.desk.guard import HEADERS, SMALL, Addresses, CutOffError, Guard, answer
from perf_xlsx.desk.limited import LimitedError, limited
from perf_xlsx.desk.password import PASSWORD_TRIES, SignIn, hashed
from perf_xlsx.desk.serve import listen
from perf_xlsx.desk.sessions import IDLE, OFFICER, UNIT, Sessions
from perf_xlsx.desk.sheet_page import evaluation_forms
from perf_xlsx.desk.uploads import MOST_FILES
from perf_xlsx.ooxml import Limits
from tests.kit.batch_returns import a_return, put
from tests.kit.bombs import HUGE
from tests.kit.command import command
from tests.kit.desk import HOST, KEY, PORT, Browser, at_desk, file_name, links, own_desk, shared_desk
from tests.kit.filled import template_of, well_made

MARKUP = '<script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.fixture
def desk(tmp_path: Path):  # type: ignore[no-untyped-def]
    with own_desk(tmp_path / "收回") as opened:
        yield opened


# ---- who may be addressed, and from where


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", f"127.0.0.1:{PORT + 1}", "127.0.0.1.evil.example:8000", "10.0.0.1:8000",
             f"user@127.0.0.1:{PORT}", f"127.0.0.1:{PORT}/x", "", "[::1", "localhost:8000:8000"],
)  # fmt: skip
def test_a_foreign_host_is_refused(host: str, desk: Browser) -> None:
    """DNS rebinding: another site's name was made to lead to this machine."""
    assert desk.client.get("/", headers={"Host": host}).status_code == 421
    assert desk.client.get(f"/start?key={KEY}", headers={"Host": host}).status_code == 421


def test_a_shared_desk_goes_by_its_names_and_addresses() -> None:
    shared = Addresses(8000, ("caizheng-01",), shared=True)
    asked = (
        "caizheng-01:8000",
        "caizheng-01",
        "10.1.2.3:8000",
        "[fe80::1]:8000",
        "evil.example:8000",
        "10.1.2.3:80",
    )
    assert [shared.ours(host) for host in asked] == [True, True, True, True, False, False]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": f"https://{HOST}"}, {"Origin": f"http://{HOST}0"},
     {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)  # fmt: skip
def test_a_form_of_another_site_is_refused(headers: dict[str, str], desk: Browser) -> None:
    desk.get("/")
    assert desk.post("/score", headers=headers).status_code == 403


def test_a_form_without_the_token_of_its_own_session_is_refused(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        one, other = enter(), enter()
        one.get("/")
        other.get("/")
        for token in ("", "x" * 24, other.token):
            one.token, mine = token or "none", one.token
            assert one.post("/drop", files=[("files", ("甲.xlsx", b"PK"))]).status_code == 403
            one.token = mine
        assert one.client.post("/drop", files=[("files", ("甲.xlsx", b"PK"))]).status_code == 403
    assert not [path for path in (tmp_path / "收回-网页" / "来件").iterdir() if path.is_dir()]


def test_a_page_that_is_too_old_is_told_so(desk: Browser) -> None:
    """Also where a file is sent along."""
    desk.token = "old"
    answered = desk.drop(("甲.xlsx", b"x" * 100_000))
    assert (answered.status_code, "已经过期" in answered.text) == (403, True)


def test_a_slow_body_without_a_token_is_cut_off_too() -> None:
    """It is taken in to be thrown away, but not for ever."""
    door = Door(_whole, Sessions(b"k" * 32), "c", True, False)
    assert asked(coming(1, 1, pause=0.3), "500", silence=0.1, app=door) == 408


def test_other_methods_are_refused(desk: Browser) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert desk.client.request(method, "/").status_code == 405


def test_without_the_key_of_the_start_nothing_opens(tmp_path: Path) -> None:
    """Another user, or another program, of the same machine."""
    with at_desk(Desk(Folders.of(tmp_path / "收回"), key=KEY)) as enter:
        other = enter()
        for path in ("/", "/settings", "/progress", "/start", "/start?key=x", "/everything"):
            assert other.client.get(path).status_code == 403
        assert other.client.post("/score", headers={"Origin": f"http://{HOST}"}).status_code == 403


def test_it_listens_on_this_machine_alone_unless_shared() -> None:
    with listen(0, shared=False) as own:
        assert own.getsockname()[0] == "127.0.0.1"
    with listen(0, shared=True) as shared:
        assert shared.getsockname()[0] == "0.0.0.0"


# ---- what a browser may do with a page


@pytest.mark.parametrize(
    "path", ["/", "/settings", "/static/desk.css", "/static/none", "/return/none", "/start?key=x"]
)
def test_every_answer_is_sealed(path: str, desk: Browser) -> None:
    answered = desk.client.get(path)
    assert {name: answered.headers[name] for name in HEADERS} == HEADERS
    assert "'unsafe" not in HEADERS["Content-Security-Policy"]
    assert HEADERS["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'self'; script-src 'self';"
    )


def test_no_page_has_a_script_or_a_style_within() -> None:
    """Nor anything that is loaded from elsewhere."""
    for path in (files("perf_xlsx.desk") / "html").iterdir():
        text = path.read_text("utf-8")
        assert not re.search(
            r"<script(?![^>]+src=\"/static/)|<style|\sstyle=|\son\w+=|javascript:|//[a-z]", text
        ), path.name


def test_the_script_speaks_the_language_of_2018() -> None:
    text = (files("perf_xlsx.desk") / "static" / "desk.js").read_text("utf-8")
    assert not re.search(r"\?\.|\?\?|\.\.\.|\.flat\(|\.at\(|replaceAll|catch \{|import |#\w+\s*=", text)


def test_cookies_are_for_the_browser_alone(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        cookie = enter().client.get("/").headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_texts_of_a_workbook_are_only_shown(tmp_path: Path) -> None:
    case = well_made("project") | {"unit": MARKUP, "project": MARKUP}
    from tests.kit.filled import filled

    with own_desk(tmp_path / "收回") as desk:
        desk.drop((f"{MARKUP}.xlsx", filled(case)))
        page = desk.scored()
        (address,) = links(page, "/return/")
        pages = [
            page,
            desk.get(address).text,
            desk.get(f"{address}/paper").text,
            desk.get("/?words=" + MARKUP).text,
        ]
    for text in pages:
        assert "<script>alert" not in text
        assert "<img" not in text
    assert "&lt;script&gt;alert(1)" in pages[0]


# ---- names


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("../../etc/passwd.xlsx", "passwd.xlsx"),
        (r"C:\Users\x\..\CON.xlsx", "_CON.xlsx"),
        ("/etc/甲.xlsx", "甲.xlsx"),
        ("..", "_"),
        (".xlsx", "xlsx"),
        ("甲\0\n\u202e乙.xlsx", "甲   乙.xlsx"),
        ('a<b>:"|?*.xlsx', "a_b______.xlsx"),
        ("长" * 300 + ".xlsx", "长" * 60 + ".xlsx"),
        ("aux", "_aux"),
        ("甲.xlsx/", "甲.xlsx"),
    ],
)
def test_a_name_is_never_a_path(told: str, name: str) -> None:
    assert safe_name(told) == name


def test_a_name_leads_nowhere_and_comes_back(tmp_path: Path) -> None:
    """Through the page: what was sent as a path lies in the folder, and its copy is called by its name."""
    with own_desk(tmp_path / "收回") as desk:
        desk.drop(("../../../外面 “引号”;\r\n.xlsx", a_return("project", "甲局")))
        (address,) = links(desk.scored(), "/return/")
        copy = desk.get(f"{address}/copy")
    (kept,) = (tmp_path / "收回").iterdir()
    assert kept.name == file_name(copy).replace("（评分后）", "")
    assert kept.name.startswith("外面 “引号”;")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["收回", "收回-网页", "收回-评分结果"]
    assert copy.headers["content-disposition"].isascii()


def test_nothing_of_the_server_is_read_by_name(desk: Browser, tmp_path: Path) -> None:
    put(tmp_path / "收回", "00.xlsx")
    desk.post("/score")
    (address,) = links(desk.scored(), "/return/")
    assert desk.client.get(f"{address}/copy").status_code == 200
    for path in (
        "/static/../pages/home.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd", "/static/",
        "/return/..%2f..%2fetc%2fpasswd/copy", "/return/%2e%2e/copy", "/arrival/../original", "/.desk", "/收回",
        "//etc/passwd", "/return/00.xlsx/copy", "/return/00.xlsx", "/arrival/x/original", f"{address}/../copy",
        f"{address}%00/copy", f"{address.upper()}/copy",
    ):  # fmt: skip
        assert desk.client.get(path).status_code == 404, path


def test_records_of_somebody_lead_nowhere(tmp_path: Path) -> None:
    """The memory of a run is a file that anybody may have written: its paths are held within the folders."""
    secret = tmp_path / "秘密.xlsx"
    secret.write_bytes(b"secret")
    put(tmp_path / "收回", "00.xlsx")
    with own_desk(tmp_path / "收回") as desk:
        desk.post("/score")
        desk.scored()
        records = tmp_path / "收回-评分结果" / ".perf_xlsx" / "records.jsonl"
        record = json.loads(records.read_text("utf-8"))
        for output in ("../秘密.xlsx", str(secret), "../收回-网页/密钥"):
            records.write_text(json.dumps(record | {"output": output, "file": output}) + "\n", "utf-8")
            os.utime(records, (time.time(), time.time()))
            (address,) = links(desk.get("/").text, "/return/")
            for what in ("copy", "original", "paper"):
                assert desk.get(f"{address}/{what}").status_code == 404
            assert b"secret" not in desk.get("/everything").content


# ---- bodies


async def _whole(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads the whole body."""
    try:
        while (await receive()).get("more_body"):
            pass
    except CutOffError as cut:
        return await answer(cut.status)(scope, receive, send)
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


# ---- workbooks


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


# ---- sessions and passwords


def test_sessions_expire() -> None:
    now = 1_000_000.0
    sessions = Sessions(b"k" * 32, clock=lambda: now)
    (_, unit), (_, officer) = sessions.open("unit"), sessions.open("officer")
    assert sessions.known(unit)
    assert sessions.known(officer)
    now += IDLE + 1
    assert sessions.known(unit)
    assert sessions.known(officer) is None
    now += UNIT
    assert sessions.known(unit) is None


def test_an_officer_who_works_is_asked_again_in_the_end() -> None:
    now = 0.0
    sessions = Sessions(b"k" * 32, clock=lambda: now)
    _, officer = sessions.open("officer")
    while now < OFFICER - IDLE:
        now += IDLE / 2
        assert sessions.known(officer)
    now += IDLE
    assert sessions.known(officer) is None


def test_a_restart_ends_the_officers_session_and_keeps_the_units() -> None:
    before, after = Sessions(b"k" * 32), Sessions(b"k" * 32)
    (_, unit), (_, officer) = before.open("unit"), before.open("officer")
    assert after.known(unit)
    assert after.known(officer) is None


@pytest.mark.parametrize(
    "change",
    [lambda c: c.replace(".unit.", ".officer."), lambda c: c[:-1] + ("A" if c[-1] != "A" else "B"), lambda c: "",
     lambda c: c.rpartition(".")[0], lambda c: "....", lambda c: c.replace(".unit.", ".unit.9")],
)  # fmt: skip
def test_a_forged_session_is_none(change: Callable[[str], str]) -> None:
    sessions = Sessions(b"k" * 32)
    _, unit = sessions.open("unit")
    assert sessions.known(change(unit)) is None
    assert Sessions(b"j" * 32).known(unit) is None


def test_the_officer_signs_out(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        officer = enter()
        officer.sign_in()
        cookie = dict(officer.client.cookies)
        officer.post("/sign-out")
        officer.client.cookies.update(cookie)
        assert str(officer.get("/settings").url).endswith("/sign-in")


def test_guessing_is_slowed_down(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        guesser = enter()
        answers = [guesser.sign_in(f"guess-{n}").status_code for n in range(PASSWORD_TRIES + 1)]
        assert answers == [403] * PASSWORD_TRIES + [429]
        assert guesser.sign_in().status_code == 429, "the right one too: else it could be told"


def test_guessing_from_many_addresses_is_slowed_down_too() -> None:
    now = 0.0
    gate = SignIn(hashed("right-password", 2**4), clock=lambda: now)
    tried = [gate.accepts(f"10.0.0.{n}", "wrong") for n in range(100)]
    assert not any(tried)
    assert gate.wait("10.9.9.9") > 0
    assert not gate.accepts("10.9.9.9", "right-password")
    now += 1000
    assert gate.accepts("10.9.9.9", "right-password")


def test_ids_cannot_be_guessed(tmp_path: Path) -> None:
    """The same folder, another secret: another id. 24 characters are 144 bits."""
    ids = []
    for name in ("甲", "乙"):
        command("score", put(tmp_path / name / "收回", "00.xlsx").parent)
        with own_desk(tmp_path / name / "收回") as desk:
            ids += links(desk.get("/").text, "/return/")
    assert len(set(ids)) == 2
    assert all(len(one.removeprefix("/return/")) == 24 for one in ids)


def test_the_secret_is_its_owners_alone(tmp_path: Path) -> None:
    Desk(Folders.of(tmp_path / "收回"), key=KEY)
    own = tmp_path / "收回-网页"
    assert (own / "密钥").stat().st_mode & 0o077 == 0
    assert own.stat().st_mode & 0o077 == 0


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
