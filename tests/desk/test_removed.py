"""What was taken out of the folder is listed, leaves no copy behind, and can be put back where it was."""

from __future__ import annotations

from pathlib import Path

from perf_xlsx.desk.folders import Folders
from tests.kit.batch_returns import a_return
from tests.kit.desk import links, own_desk


def test_what_is_taken_out_leaves_no_copy_and_comes_back_to_its_place(tmp_path: Path) -> None:
    """Also in a folder below: the command has nothing to say of a copy without its return."""
    (tmp_path / "收回" / "乡镇").mkdir(parents=True)
    data = a_return("project", "甲局")
    (tmp_path / "收回" / "乡镇" / "甲局.xlsx").write_bytes(data)
    (tmp_path / "收回" / "乙局.xlsx").write_bytes(a_return("project", "乙局"))
    results = tmp_path / "收回-评分结果"
    with own_desk(tmp_path / "收回") as desk:
        desk.post("/score")
        address = next(one for one in links(desk.scored(), "/return/") if "甲局" in desk.get(one).text)
        assert (results / "乡镇" / "甲局.xlsx").is_file()
        told = desk.post(f"{address}/remove").text
        assert "乡镇/甲局.xlsx" in told
        page = desk.scored()
        assert "移走的1份" in page
        assert "不是本次评分写出的" not in page
        assert not (results / "乡镇" / "甲局.xlsx").exists()
        assert len(list(Folders.of(tmp_path / "收回").removed_copies.iterdir())) == 1
        (original,) = links(desk.get("/removed").text, "/removed/")
        assert desk.get(original).content == data
        assert desk.post("/removed/none/back").status_code == 404
        desk.post(original.replace("/original", "/back"))
        assert len(links(desk.scored(), "/return/")) == 2
        assert "没有移走的" in desk.get("/removed").text
    assert (tmp_path / "收回" / "乡镇" / "甲局.xlsx").read_bytes() == data
    assert (results / "乡镇" / "甲局.xlsx").is_file()


def test_what_comes_back_replaces_nothing(tmp_path: Path) -> None:
    with own_desk(tmp_path / "收回") as desk:
        desk.drop(("甲局.xlsx", a_return("project", "甲局", 91)), ("乙局.xlsx", a_return("project", "乙局")))
        address = next(one for one in links(desk.scored(), "/return/") if "<h2>甲局" in desk.get(one).text)
        desk.post(f"{address}/remove")
        desk.scored()
        desk.drop(("甲局.xlsx", a_return("project", "甲局", 92)))
        desk.scored()
        (original,) = links(desk.get("/removed").text, "/removed/")
        desk.post(original.replace("/original", "/back"))
        desk.scored()
    files = {path.name: path.read_bytes() for path in (tmp_path / "收回").iterdir()}
    assert files["甲局.xlsx"] == a_return("project", "甲局", 92)
    assert files["甲局(2).xlsx"] == a_return("project", "甲局", 91)


def test_the_last_one_that_is_taken_out_is_told_as_gone(tmp_path: Path) -> None:
    """The command has nothing to score then, and what it wrote before stays."""
    with own_desk(tmp_path / "收回") as desk:
        desk.drop(("甲局.xlsx", a_return("project", "甲局")))
        (address,) = links(desk.scored(), "/return/")
        assert "原件已移走" not in desk.get("/").text
        desk.post(f"{address}/remove")
        assert "⚠ 原件已移走" in desk.scored()
        assert "⚠ 原件已移走" in desk.get(address).text
        (original,) = links(desk.get("/removed").text, "/removed/")
        desk.post(original.replace("/original", "/back"))
        assert "原件已移走" not in desk.scored()


def test_a_note_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folders = Folders.of(tmp_path / "收回")
    (tmp_path / "别处").mkdir()
    (folders.removed / "甲.xlsx").write_bytes(b"PK")
    note = '{"甲.xlsx": {"file": "../别处/甲.xlsx", "at": "2026-01-01T00:00:00Z"}}'
    (folders.own / "移走.json").write_text(note, "utf-8")
    with own_desk(tmp_path / "收回") as desk:
        (original,) = links(desk.get("/removed").text, "/removed/")
        desk.post(original.replace("/original", "/back"))
        desk.scored()
    assert (tmp_path / "收回" / "甲.xlsx").is_file()
    assert list((tmp_path / "别处").iterdir()) == []
