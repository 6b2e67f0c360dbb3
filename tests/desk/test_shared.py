"""A shared desk: units send and see their own, the officer sees all and decides what counts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from perf_xlsx.desk.arrivals import Arrival
from perf_xlsx.desk.inbox import Inbox
from perf_xlsx.pipeline import template_bytes
from tests.kit.batch_returns import a_return
from tests.kit.command import command
from tests.kit.desk import PASSWORD, file_name, links, shared_desk, wait

ONE, OTHER = a_return("project", "甲局", 91), a_return("project", "甲局", 92)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_unit_gets_what_the_command_would_write(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        unit = enter()
        unit.drop(("甲局 自评表.xlsx", ONE))
        (address,) = links(unit.mine(), "/arrival/")
        copy, page = unit.get(f"{address}/copy"), unit.get(address).text
        paper = unit.get(f"{address}/paper").text
    (tmp_path / "甲局 自评表.xlsx").write_bytes(ONE)
    command("score", tmp_path / "甲局 自评表.xlsx", "-o", tmp_path / "结果")
    assert file_name(copy) == "甲局 自评表（评分后）.xlsx"
    assert copy.content == (tmp_path / "结果" / "甲局 自评表.xlsx").read_bytes()
    assert "怎么办" in page
    assert "项目支出绩效自评表" in paper
    assert "退回意见" not in page


def test_nobody_sees_anothers(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        one, other = enter(), enter()
        one.drop(("甲.xlsx", ONE))
        other.drop(("乙.xlsx", a_return("project", "乙局")))
        (mine,), (theirs,) = links(one.mine(), "/arrival/"), links(other.mine(), "/arrival/")
        assert mine != theirs
        assert len(mine) >= len("/arrival/") + 24
        for what in ("", "/copy", "/paper", "/original"):
            assert other.get(mine + what).status_code == 404
            assert one.get(mine + what).status_code == 200
        assert "乙局" not in one.get("/").text


def test_what_comparing_would_tell_of_others_is_not_told(tmp_path: Path) -> None:
    """The same indicators, the same unit: findings between returns are for the officer alone."""
    with shared_desk(tmp_path / "收回") as enter:
        one, other = enter(), enter()
        one.drop(("甲.xlsx", ONE))
        other.drop(("甲局更正.xlsx", OTHER))
        one.mine()
        (address,) = links(other.mine(), "/arrival/")
        page = other.get(address).text
    assert not re.search(r'class="code">B\d\d', page)
    assert "甲.xlsx" not in page


def test_units_cannot_go_where_the_officer_goes(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        unit = enter()
        unit.drop(("甲.xlsx", ONE))
        unit.mine()
        for path in ("/inbox", "/settings", "/everything", "/consolidated", "/progress", "/verify", "/removed"):
            assert str(unit.get(path).url).endswith("/sign-in")
        for path in ("/score", "/stop", "/settings", "/inbox/accept-all", "/verify", "/template"):
            assert unit.post(path).status_code == 404
    assert list((tmp_path / "收回").iterdir()) == []


def test_a_return_never_replaces_anothers_and_the_officer_decides(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        one, other, officer = enter(), enter(), enter()
        one.drop(("甲局.xlsx", ONE))
        other.drop(("甲局.xlsx", OTHER))
        one.mine()
        other.mine()
        assert officer.sign_in().history
        page = officer.get("/inbox").text
        assert "报送了2份" in page
        assert "采用没有争议的" not in page
        last, first = links(page, "/arrival/")
        officer.post(first.replace("/arrival/", "/inbox/") + "/accept")
        officer.scored()
        assert files_of(tmp_path / "收回") == {"甲局.xlsx": ONE}
        officer.post(last.replace("/arrival/", "/inbox/") + "/accept")
        assert len(links(officer.scored(), "/return/")) == 1
        assert files_of(tmp_path / "收回") == {"甲局.xlsx": OTHER}
        assert files_of(tmp_path / "收回-网页" / "移走") == {"甲局.xlsx": ONE}
        assert len(links(one.get("/").text, "/arrival/")) == 1
        assert officer.get(f"{first}/original").content == ONE


def test_all_that_came_alone_are_taken_at_once(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        for n in range(3):
            unit = enter()
            unit.drop((f"{n}.xlsx", a_return("project", f"示例{n}局")))
            unit.mine()
        damaged = enter()
        damaged.drop(("坏.xlsx", b"PK"))
        damaged.mine()
        officer = enter()
        officer.sign_in()
        assert "采用没有争议的3份" in officer.get("/inbox").text
        officer.post("/inbox/accept-all")
        assert len(links(officer.scored(), "/return/")) == 3


def test_what_a_unit_sends_again_needs_no_decision_between_strangers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what one sender sent alone the last is taken, also where an earlier one was; of two senders', none."""
    with shared_desk(tmp_path / "收回") as enter:
        unit, one, other, officer = enter(), enter(), enter(), enter()
        officer.sign_in()
        unit.drop(("甲局.xlsx", ONE))
        one.drop(("乙局.xlsx", a_return("project", "乙局", 91)))
        other.drop(("乙局.xlsx", a_return("project", "乙局", 92)))
        for each in (unit, one, other):
            each.mine()
        assert "有3份来件还没有决定" in officer.get("/").text
        officer.post("/inbox/accept-all")
        officer.scored()
        unit.drop(("甲局（改）.xlsx", OTHER))
        unit.mine()
        page = officer.get("/inbox").text
        assert (page.count("来自不同的浏览器，请核对"), page.count("同时报送，请核对")) == (2, 2)
        assert "采用没有争议的" not in page, "both came within a minute"
        monkeypatch.setattr("perf_xlsx.desk.pages.inbox.APART", 0)
        page = officer.get("/inbox").text
        assert "采用没有争议的1份" in page
        officer.post("/inbox/accept-all")
        officer.scored()
        assert files_of(tmp_path / "收回") == {"甲局（改）.xlsx": OTHER}
        assert files_of(tmp_path / "收回-网页" / "移走") == {"甲局.xlsx": ONE}
        assert "有2份来件还没有决定" in officer.get("/").text


def test_each_row_says_from_which_browser_and_address_and_one_may_be_declined(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        one, other, officer = enter(), enter(), enter()
        one.drop(("甲局.xlsx", ONE))
        one.drop(("甲局更正.xlsx", OTHER))
        other.drop(("甲局.xlsx", ONE))
        one.mine()
        other.mine()
        officer.sign_in()
        assert "有2份来件还没有决定" in officer.get("/").text
        page = officer.get("/inbox").text
        assert "没有决定的2份（列出3份：" in page
        assert re.findall(r"<td>浏览器(\d)<br>", page) == ["2", "1", "1"]
        assert page.count('<span class="soft">testclient</span>') == 3
        assert len(re.findall(r'<span class="short">\d\d:\d\d:\d\d</span>', page)) == 3
        assert len(re.findall(r'<td class="short">20\d\d</td>', page)) == 3
        (theirs,) = links(other.get("/").text, "/arrival/")
        officer.post(theirs.replace("/arrival/", "/inbox/") + "/decline")
        assert "有1份来件还没有决定" in officer.get("/").text
        assert "没有采用" in other.get("/").text
        assert other.get(f"{theirs}/original").content == ONE
        assert "不采用</span>" in officer.get("/inbox").text
        officer.post(theirs.replace("/arrival/", "/inbox/") + "/accept")
        officer.scored()
        assert files_of(tmp_path / "收回") == {"甲局.xlsx": ONE}, "who declined may think better of it"


def test_what_cannot_be_read_is_not_taken(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        unit, officer = enter(), enter()
        unit.drop(("坏.xlsx", b"PK"))
        assert "读不出来，请改好后重新报送" in unit.mine()
        (address,) = links(unit.get("/").text, "/arrival/")
        officer.sign_in()
        assert "/accept?" not in officer.get("/inbox").text
        assert officer.post(address.replace("/arrival/", "/inbox/") + "/accept").status_code == 422
    assert list((tmp_path / "收回").iterdir()) == []


def test_a_unit_is_told_what_is_asked_of_it_and_fetches_a_blank_form(tmp_path: Path) -> None:
    """Until when, by whom, by which rulebook; the form is the command's."""
    with shared_desk(tmp_path / "收回") as enter:
        unit, officer = enter(), enter()
        officer.sign_in()
        told = {
            "deadline": "2099-03-31",
            "sender": "示例县财政局",
            "contact": "张三 1234567",
            "year": "2024",
            "rulebook": "hubei",
        }
        officer.post("/settings", data=told)
        page = unit.get("/").text
        for words in (
            "2099年3月31日",
            "示例县财政局",
            "张三 1234567",
            "湖北省部门整体支出绩效自评",
            "空白自评表（2024年度）",
        ):
            assert words in page
        blanks = links(page, "/blank/")
        assert blanks == ["/blank/department", "/blank/project"]
        fetched = unit.get(blanks[0])
        assert fetched.content == template_bytes("department", 2024, "hubei")
        assert file_name(fetched) == "自评表-部门整体支出-2024.xlsx"
        assert unit.get("/blank/x").status_code == 404


def test_what_was_taken_can_be_withdrawn(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        unit, officer = enter(), enter()
        unit.drop(("甲局.xlsx", ONE))
        unit.mine()
        officer.sign_in()
        (address,) = links(officer.get("/inbox").text, "/arrival/")
        name = address.replace("/arrival/", "/inbox/")
        officer.post(f"{name}/accept")
        officer.scored()
        officer.post(f"{name}/withdraw")
        officer.scored()
        assert list((tmp_path / "收回").iterdir()) == []
        assert officer.get(f"{address}/original").content == ONE


def test_only_the_hash_of_the_password_is_kept(tmp_path: Path) -> None:
    from perf_xlsx.desk.password import hashed, save_hash, saved_hash

    save_hash(tmp_path, hashed(PASSWORD, 2**10))
    assert all(PASSWORD.encode() not in path.read_bytes() for path in tmp_path.iterdir())
    kept = saved_hash(tmp_path)
    assert kept is not None
    assert kept.fits(PASSWORD)
    assert not kept.fits(PASSWORD + "x")


def test_a_page_without_a_certificate_says_so(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        assert "同一网络中可能有人看到" in enter().get("/").text


def test_one_visitor_cannot_fill_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perf_xlsx.desk.arrivals.MOST_OF_ONE", 2)
    monkeypatch.setattr("perf_xlsx.desk.arrivals.MOST", 3)
    with shared_desk(tmp_path / "收回") as enter:
        one, other = enter(), enter()
        assert "最多报送2份" in one.drop(*[(f"{n}.xlsx", b"PK") for n in range(3)]).text
        assert "来件太多" in other.drop(*[(f"{n}.xlsx", b"PK") for n in range(2)]).text
        one.mine()
        other.mine()


def test_a_batch_that_fails_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever went wrong: the visitor is told that nothing is lost, the officer what it was."""
    monkeypatch.setattr("perf_xlsx.desk.inbox.PAUSE", 0.1)
    real, failing = Inbox._score, [True]

    def fails_first(self: Inbox, notes: list[Arrival]) -> None:
        if failing:
            raise ZeroDivisionError
        real(self, notes)

    monkeypatch.setattr(Inbox, "_score", fails_first)
    with shared_desk(tmp_path / "收回") as enter:
        unit, officer = enter(), enter()
        unit.drop(("甲局.xlsx", ONE))
        wait(lambda: unit.get("/mine").json()["problem"])
        assert "您的文件已经收到" in unit.get("/").text
        officer.sign_in()
        assert "ZeroDivisionError" in officer.get("/inbox").text
        failing.clear()
        assert len(links(unit.mine(), "/arrival/")) == 1


def test_after_the_settings_changed_all_is_scored_anew(tmp_path: Path) -> None:
    waivers = "编号,单位,原因,批准人,有效期至\nW01,甲局,示例,王五,2099-12-31\n".encode()
    with shared_desk(tmp_path / "收回") as enter:
        unit, officer = enter(), enter()
        unit.drop(("甲局.xlsx", a_return("department", "甲局")))
        (address,) = links(unit.mine(), "/arrival/")
        assert "已豁免" not in unit.get(address).text
        officer.sign_in()
        officer.post("/settings", files=[("waivers", ("豁免.csv", waivers))])
        officer.post("/inbox/again")
        unit.mine()
        assert "已豁免" in unit.get(address).text
        officer.post("/settings", data={"no_waivers": "1"})
        assert not [path for path in (tmp_path / "收回-网页" / "名单和办法").rglob("*") if path.is_file()]


def test_a_unit_leaves_a_machine_of_others_only_when_it_says_so(tmp_path: Path) -> None:
    with shared_desk(tmp_path / "收回") as enter:
        unit = enter()
        unit.drop(("甲局.xlsx", ONE))
        assert "以后在这里看不到它们" in unit.mine()
        assert "退出" not in re.sub(r"<footer.*", "", unit.get("/").text, flags=re.S)
        assert unit.post("/sign-out", data={"sure": ""}).status_code == 422
        assert len(links(unit.get("/").text, "/arrival/")) == 1, "not without having been asked"
        unit.post("/sign-out", data={"sure": "1"})
        assert "还没有报送" in unit.get("/").text
        unit.drop(("甲局.xlsx", ONE))
        assert len(links(unit.mine(), "/arrival/")) == 1, "the way back"


def test_after_a_restart_all_is_where_it_was(tmp_path: Path) -> None:
    """The same visitor, the same order, what was decided."""
    with shared_desk(tmp_path / "收回") as enter:
        unit, officer = enter(), enter()
        for n in range(5):
            unit.drop((f"{n}.xlsx", a_return("project", f"示例{n}局")))
        before = links(unit.mine(), "/arrival/")
        officer.sign_in()
        officer.post(before[1].replace("/arrival/", "/inbox/") + "/accept")
        officer.scored()
        cookies = dict(unit.client.cookies)
    with shared_desk(tmp_path / "收回") as enter:
        unit = enter()
        unit.client.cookies.update(cookies)
        page = unit.mine()
        assert links(page, "/arrival/") == before
        assert page.count("✔ 已采用") == 1
