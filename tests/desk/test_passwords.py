"""Passwords that open workbooks: given on the page, in memory alone, each person's for what he sent himself."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from perf_xlsx.desk.passwords import MOST_OF_ONE, MOST_PEOPLE, OFFICER, Passwords
from tests.kit.batch_returns import a_return
from tests.kit.command import command
from tests.kit.desk import Browser, file_name, links, own_desk, shared_desk, wait
from tests.kit.filled import template_of
from tests.kit.locked import locked

SECRET = "财政 2024#密码 "  # a blank at the end counts
LOCKED = locked(template_of("department-corrected"), SECRET)


def give(browser: Browser, password: str) -> str:
    """Type a password into the page."""
    return browser.post("/passwords", data={"password": password}).text


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def holds(folder: Path, secret: str) -> list[Path]:
    """The files in which a secret stands."""
    kinds = [secret.encode(code) for code in ("utf-8", "utf-16-le", "gbk")]
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if any(kind in path.read_bytes() for kind in kinds)]


def test_the_officer_gives_a_password_and_the_folder_is_scored_as_the_command_does_it(tmp_path: Path) -> None:
    with own_desk(tmp_path / "收回") as desk:
        desk.drop(("加密.xlsx", LOCKED), ("甲局.xlsx", a_return("project", "甲局")))
        assert "打开密码（1份要密码才能打开）" in text_of(desk.scored())
        assert "要密码的：加密.xlsx" in text_of(desk.get("/").text)
        assert "它打不开要密码的1份：加密.xlsx。没有记住" in text_of(give(desk, "wrong"))
        assert "忘掉记住的" not in desk.scored()
        give(desk, SECRET)
        page = desk.scored()
        assert "打开密码（已记住1个）" in text_of(page)
        copies = {
            file_name(copy).replace("（评分后）", ""): copy.content
            for copy in (desk.get(f"{one}/copy") for one in links(page, "/return/"))
        }
        assert "给出的密码打开" in text_of(desk.get(links(page, "/return/")[0]).text)
        told = text_of(
            desk.post("/verify", files=[("files", ("加密.xlsx", locked(copies["加密.xlsx"], SECRET)))]).text
        )
        assert "原样" in told or "内容未变" in told
        assert "打开密码（已记住" not in text_of(desk.post("/passwords/forget").text)
    (tmp_path / "密码.txt").write_text(SECRET, "utf-8")
    command("score", tmp_path / "收回", "-o", tmp_path / "结果", "--password-file", tmp_path / "密码.txt")
    assert copies == {name: (tmp_path / "结果" / name).read_bytes() for name in copies}
    (tmp_path / "密码.txt").unlink()
    assert sorted(copies) == ["加密.xlsx", "甲局.xlsx"]
    assert holds(tmp_path, SECRET.strip()) == []


def test_a_password_is_neither_on_disk_nor_in_an_address_nor_among_the_words_of_a_process(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that last as long as a request, and what is printed, are looked at as well."""
    started: list[object] = []
    from perf_xlsx.desk import score_run

    real = score_run.subprocess.Popen
    monkeypatch.setattr(
        score_run.subprocess,
        "Popen",
        lambda *words, **more: (started.append((words, more)), real(*words, **more))[1],
    )
    with own_desk(tmp_path / "收回") as desk:
        desk.drop(("加密.xlsx", LOCKED))
        desk.scored()
        answered = desk.post("/passwords", data={"password": SECRET})
        assert [SECRET.strip() in str(one.url) for one in (*answered.history, answered)] == [False, False]
        pages = [answered.text, desk.scored(), desk.get("/settings").text]
        form = [("report", ("a.txt", "执行率86.8%".encode())), ("workbook", ("加密.xlsx", LOCKED))]
        pages.append(desk.post("/check-report", files=form).text)
        assert "打不开" not in pages[-1]
    assert holds(tmp_path, SECRET.strip()) == []
    assert SECRET.strip() not in "".join((*pages, str(started), *capfd.readouterr()))
    assert started
    if sys.platform == "linux":
        assert SECRET.strip().encode() not in Path(f"/proc/{os.getpid()}/environ").read_bytes()


def test_a_password_is_gone_with_the_desk(tmp_path: Path) -> None:
    """What it opened stays; the next change of the settings asks for it again."""
    with own_desk(tmp_path / "收回") as desk:
        desk.drop(("加密.xlsx", LOCKED))
        desk.scored()
        give(desk, SECRET)
        desk.scored()
    with own_desk(tmp_path / "收回") as desk:
        page = text_of(desk.get("/").text)
        assert "已记住" not in page
        assert "加密.xlsx（1份）先前是用密码打开的，密码已经忘掉。改了设置要重评的，请先输入密码" in page
        desk.post("/score")
        assert "要密码才能打开" not in desk.scored()
        desk.post("/settings", data={"rulebook": "hubei"})
        desk.post("/score")
        assert "1份要密码才能打开" in desk.scored()


def test_a_unit_opens_what_it_sent_itself_and_nothing_of_others(tmp_path: Path) -> None:
    """Who has another's encrypted return gets nothing of it, though the desk knows the password."""
    with shared_desk(tmp_path / "收回") as enter:
        one, other, officer = enter(), enter(), enter()
        one.drop(("加密.xlsx", LOCKED))
        assert "1份要密码才能打开" in one.mine()
        assert "它打不开要密码的1份：加密.xlsx" in give(one, "wrong")
        give(one, SECRET)
        page = one.mine()
        (mine,) = links(page, "/arrival/")
        assert one.get(f"{mine}/copy").status_code == 200
        officer.sign_in()
        give(officer, SECRET)
        other.drop(("捡到的.xlsx", LOCKED))
        assert "1份要密码才能打开" in other.mine()
        (theirs,) = links(other.get("/").text, "/arrival/")
        assert other.get(f"{theirs}/copy").status_code == 404
        one.post("/sign-out", data={"sure": "1"})
        officer.post("/inbox/again")
        assert one.get("/").text.count("已记住") == 0


def test_a_password_that_comes_while_its_return_is_scored_counts(tmp_path: Path) -> None:
    """Without waiting in between, on either page."""
    with own_desk(tmp_path / "甲" / "收回") as desk:
        desk.drop(("加密.xlsx", LOCKED))
        give(desk, SECRET)
        assert "要密码才能打开" not in desk.scored()
    with shared_desk(tmp_path / "乙" / "收回") as enter:
        unit = enter()
        unit.drop(("加密.xlsx", LOCKED))
        wait(lambda: unit.get("/mine").json()["waiting"] == 1)
        give(unit, SECRET)
        assert "要密码才能打开" not in unit.mine()


def test_what_cannot_be_opened_again_keeps_its_result(tmp_path: Path) -> None:
    """After a restart, or once the unit has gone: the officer is told, and scores it by taking it."""
    with shared_desk(tmp_path / "收回") as enter:
        unit = enter()
        unit.drop(("加密.xlsx", LOCKED))
        unit.mine()
        give(unit, SECRET)
        unit.mine()
    with shared_desk(tmp_path / "收回") as enter:
        officer = enter()
        officer.sign_in()
        (address,) = links(officer.get("/inbox").text, "/arrival/")
        told = officer.post("/inbox/again").text
        assert "有1份设了打开密码，密码已经忘掉，没有重评，原来的结果还在" in told
        assert officer.get(f"{address}/copy").status_code == 200
        officer.post(address.replace("/arrival/", "/inbox/") + "/accept")
        assert "1份要密码才能打开" in officer.scored()
        give(officer, SECRET)
        (taken,) = links(officer.scored(), "/return/")
        assert officer.get(f"{taken}/copy").status_code == 200
    assert holds(tmp_path, SECRET.strip()) == []


@pytest.mark.parametrize("password", ["", "长" * 256, "a\nb", "a\0b"])
def test_what_can_be_no_password_is_refused(password: str, tmp_path: Path) -> None:
    with own_desk(tmp_path / "收回") as desk:
        assert desk.post("/passwords", data={"password": password}).status_code == 422
        assert "已记住" not in desk.get("/").text


def test_passwords_are_bounded() -> None:
    kept = Passwords()
    for n in range(MOST_OF_ONE + 5):
        kept.add(OFFICER, f"p{n}")
    assert kept.of(OFFICER) == tuple(f"p{n}" for n in reversed(range(5, MOST_OF_ONE + 5)))
    kept.add(OFFICER, "p9")
    assert (kept.of(OFFICER)[0], len(kept.of(OFFICER))) == ("p9", MOST_OF_ONE)
    for n in range(MOST_PEOPLE + 5):
        kept.add(f"visitor {n}", "x")
    assert (kept.of("visitor 0"), kept.of(f"visitor {MOST_PEOPLE}")) == ((), ("x",))
    assert kept.of(OFFICER)
