"""What docs/SECURITY.md promises of sessions, passwords and ids of a desk: they expire, and cannot be guessed or forged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perf_xlsx.desk.desk import Desk
from perf_xlsx.desk.folders import Folders
from perf_xlsx.desk.password import PASSWORD_TRIES, SignIn, hashed
from perf_xlsx.desk.sessions import IDLE, OFFICER, UNIT, Sessions
from tests.kit.batch_returns import put
from tests.kit.command import command
from tests.kit.desk import KEY, links, own_desk, shared_desk


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
