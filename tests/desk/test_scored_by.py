"""Results tell by which settings they are, also where the settings have changed since, or a run was stopped."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from perf_xlsx.desk.score_run import ScoreRun
from tests.kit.batch_returns import a_return, write_returns
from tests.kit.command import command
from tests.kit.desk import Browser, links, own_desk, wait

ROSTER = "单位名称,表种\n甲局,项目\n乙局,部门\n".encode()
WAIVERS = "编号,单位,原因,批准人,有效期至\nW01,甲局,示例,王五,2099-12-31\n".encode()
CHANGED = "设置已改，下面的结果还是按原来的设置评的。"


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def one_return(desk: Browser) -> None:
    desk.drop(("甲局.xlsx", a_return("project", "甲局")))
    desk.scored()


@pytest.mark.parametrize(
    ("data", "files", "outdated"),
    [
        ({"rulebook": "hubei"}, [], True),
        ({}, [("waivers", ("豁免.csv", WAIVERS))], True),
        ({}, [("roster", ("名单.csv", ROSTER))], False),
        ({"deadline": "2099-03-31"}, [], False),
    ],
)
def test_changed_settings_are_told_beside_what_was_used(
    data: dict[str, str], files: list[tuple[str, tuple[str, bytes]]], outdated: bool, tmp_path: Path
) -> None:
    """Also after a restart. What only letters and the list depend on leaves the copies as they are."""
    with own_desk(tmp_path / "收回") as desk:
        one_return(desk)
        assert CHANGED not in desk.get("/").text
        desk.post("/settings", data=data or {"sender": ""}, files=files or {"nothing": ("", b"")})
        assert CHANGED in desk.get("/").text
    with own_desk(tmp_path / "收回") as desk:
        page = desk.get("/").text
        assert (CHANGED in page, "已过时" in page) == (True, outdated)
        assert "结果用的设置：评分办法：各份模板自带的 名单：没有 豁免：没有 期限：没有" in text_of(page)
        assert page.count("按新设置评分</button>") == 1
        assert "再评一次" not in page
        desk.post("/score")
        page = desk.scored()
        assert [words for words in (CHANGED, "结果用的设置", "已过时") if words in page] == []


def test_a_list_of_the_same_name_that_was_changed_counts(tmp_path: Path) -> None:
    with own_desk(tmp_path / "收回") as desk:
        desk.post("/settings", files=[("roster", ("名单.csv", ROSTER))])
        one_return(desk)
        assert CHANGED not in desk.get("/").text
        desk.post("/settings", files=[("roster", ("名单.csv", ROSTER + "丙局,部门\n".encode()))])
        assert CHANGED in desk.get("/").text


def test_of_what_the_command_scored_it_is_not_said_by_what(tmp_path: Path) -> None:
    with own_desk(tmp_path / "收回") as desk:
        one_return(desk)
    command("score", tmp_path / "收回", "--rulebook", "hubei")
    with own_desk(tmp_path / "收回") as desk:
        page = desk.get("/").text
        assert "不一定按这里的设置" in page
        assert CHANGED not in page
        desk.post("/score")
        assert "不一定按这里的设置" not in desk.scored()


def test_stopped_before_the_first_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under another rulebook, with nothing done: also after a restart."""
    with own_desk(tmp_path / "收回") as desk:
        one_return(desk)
        desk.post("/settings", data={"rulebook": "hubei"})
        monkeypatch.setattr(ScoreRun, "_count", lambda self, stdout, total: None)
        desk.post("/score")
        desk.post("/stop")
        page = desk.scored()
        for words in ("上次没有评完", "继续评分", CHANGED):
            assert words in page
        assert "全部已评分" not in page
    monkeypatch.undo()
    with own_desk(tmp_path / "收回") as desk:
        assert "上次没有评完" in desk.get("/").text
        desk.post("/score")
        assert "全部已评分" in desk.scored()


def test_stopped_in_the_middle_rows_and_zip_say_which_copies_are_new(tmp_path: Path) -> None:
    """The table still tells the old scores; the zip names the copies that are newer than these."""
    write_returns(tmp_path / "收回", 24)
    with own_desk(tmp_path / "收回") as desk:
        desk.post("/score")
        before = {row: text_of(row) for row in rows_of(desk.scored())}
        desk.post("/settings", data={"rulebook": "hubei"})
        desk.post("/score")
        wait(lambda: desk.get("/progress").json()["done"] > 4)
        desk.post("/stop")
        page = desk.scored()
        marked = [text_of(row) for row in rows_of(page)]
        new = [row for row in marked if "副本已重评" in row]
        old = [row for row in marked if "已过时" in row]
        assert new
        assert old
        assert not set(new) & set(old)
        assert [row.partition(" ⚠")[0].strip() for row in marked] == [row.strip() for row in before.values()]
        with zipfile.ZipFile(io.BytesIO(desk.get("/everything").content)) as archive:
            remark = archive.read("说明.txt").decode("utf-8-sig")
        named = remark.splitlines()[3:]
        assert len(named) == len(new)
        assert all(any(name.rpartition("/")[2] in row for row in new) for name in named)
        address = next(links(row, "/return/")[0] for row in rows_of(page) if "副本已重评" in row)
        assert "副本已重评" in desk.get(address).text
        desk.post("/score")
        page = desk.scored()
        assert "副本已重评" not in page
        assert "已过时" not in page
        with zipfile.ZipFile(io.BytesIO(desk.get("/everything").content)) as archive:
            assert "说明.txt" not in archive.namelist()


def rows_of(page: str) -> list[str]:
    table = page.partition('<table class="returns">')[2].partition("<tbody>")[2]
    return re.findall(r"<tr[^>]*>.*?</tr>", table, re.S)
