"""What docs/SECURITY.md promises of the addresses, pages and names of a desk, each attacked."""

from __future__ import annotations

import json
import os
import re
import time
from importlib.resources import files
from pathlib import Path

import pytest

from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.folders import Folders, safe_name
from perf_xlsx.desk.guard import HEADERS, Addresses
from perf_xlsx.desk.serve import listen
from tests.kit.batch_returns import a_return, put
from tests.kit.desk import HOST, KEY, PORT, Browser, at_desk, file_name, links, own_desk, shared_desk
from tests.kit.filled import well_made

MARKUP = '<script>alert(1)</script><img src=x onerror="alert(2)">'


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
