"""Folders as they come: names of every kind, links, rings, places that cannot be read or written into."""

from __future__ import annotations

import json
import os
from pathlib import Path

import openpyxl
import pytest

from perf_xlsx import batch
from perf_xlsx.batch import Finished, plan
from perf_xlsx.batch.state import RunState
from perf_xlsx.consolidated import DEFAULT_NAME
from perf_xlsx.pipeline import OutputError
from tests.kit.batch_returns import put
from tests.kit.command import command

NAMES = (
    "'引号'.xlsx", "😀.xlsx", "=1+1.xlsx", "-o.xlsx", "--help.xlsx", " 空格 .xlsx", "点..xlsx", "%41.xlsx", "#a.xlsx",
    "a&b.xlsx", "`id`$(id).xlsx", "[red]{0}.xlsx", ".hidden.xlsx", "@a.xlsx", "长" * 83 + ".xlsx", f"{DEFAULT_NAME}",
)  # fmt: skip
POSIX_NAMES = (
    '引"号.xlsx',
    "a\nb.xlsx",
    "tab\t.xlsx",
    "a\\b.xlsx",
    "a:b*?<c>|.xlsx",
    "n" * 250 + ".xlsx",
    "\udcb5\udca5.xlsx",
)


def files(folder: Path, output: Path | None = None) -> list[str]:
    return [file for file, _ in plan([folder], output).rows]


def test_whatever_a_file_is_called_it_is_scored_linked_and_gone_on_with(folder: Path, tmp_path: Path) -> None:
    names = NAMES if os.name == "nt" else NAMES + POSIX_NAMES
    for number, name in enumerate(names):
        put(folder, name, f"示例{number}局")
    out = tmp_path / "out"
    done: list[Finished] = list(batch.run(plan([folder], out)))
    assert sorted(one.record.file for one in done) == sorted(names)
    assert all(one.record.status == "scored" and (out / one.record.output).is_file() for one in done)
    told = command("score", folder, "-o", out)
    assert f"共{len(names)}份（都没有变化，沿用上次的评分）" in told.output
    assert f"汇总工作簿：{out / '汇总(2).xlsx'}" in told.output, "a unit has called its return so"
    lines = command("check", folder, "--json").stdout.splitlines()
    assert len([json.loads(line) for line in lines]) == len(names)
    book = openpyxl.load_workbook(out / "汇总(2).xlsx", data_only=True)
    assert sum(cell.hyperlink is not None for (cell,) in book["单位得分"]["U4:U99"]) >= len(NAMES)


def test_two_inputs_that_would_give_one_output_give_two(folder: Path, tmp_path: Path) -> None:
    for number, name in enumerate(("x.xls", "x.xlsx", "x.xlsm", "X.xltx")):
        put(folder, name, f"示例{number}局")
    done = list(batch.run(plan([folder], tmp_path / "out")))
    outputs = [one.record.output for one in done]
    assert len({name.casefold() for name in outputs}) == 4
    assert {path.name for path in (tmp_path / "out").glob("*.xls*")} == set(outputs)


def test_the_folder_of_the_returns_is_no_place_for_the_copies(folder: Path, tmp_path: Path) -> None:
    put(folder, "1.xlsx")
    (tmp_path / "same").symlink_to(folder)
    for output in (folder, folder / ".." / "in", tmp_path / "same"):
        done = command("score", folder, "-o", output)
        assert done.exit_code == 2
        assert "输出文件夹就是收回的文件夹" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["1.xlsx"]
    with pytest.raises(OutputError, match="会覆盖输入文件"):
        plan([folder / "1.xlsx"], folder)


def test_linked_folders_are_followed_but_not_in_a_ring(folder: Path, tmp_path: Path) -> None:
    put(folder, "1.xlsx")
    put(folder / "zone", "2.xlsx")
    (folder / "links").mkdir()
    (folder / "links" / "ring").symlink_to(folder)
    (folder / "links" / "there").symlink_to(folder / "zone")
    (folder / "links" / "again").symlink_to(folder / "zone")
    assert files(folder) == ["1.xlsx", "links/again/2.xlsx"]


def test_a_link_to_nothing_is_told(folder: Path, tmp_path: Path) -> None:
    (folder / "gone.xlsx").symlink_to(tmp_path / "nowhere.xlsx")
    (folder / "folder.xlsx").mkdir()
    done = command("check", folder)
    assert done.exit_code == 3
    assert "gone.xlsx" in done.stdout
    assert "文件读不出来" in done.stdout
    assert "共1份" in done.stdout


def test_a_folder_that_cannot_be_listed_is_told_and_the_others_are_done(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "locked/1.xlsx")
    listed = os.scandir

    def refusing(path: Path) -> object:
        if "locked" in str(path):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", refusing)
    put(folder, "a/1.xlsx")
    done = command("score", folder, "-o", tmp_path / "out")
    assert done.exit_code == 3
    assert "locked" in done.stdout
    assert "文件夹打不开" in done.stdout
    assert (tmp_path / "out" / "a" / "1.xlsx").exists()


def test_outputs_below_the_returns_are_no_returns(folder: Path) -> None:
    put(folder, "a/1.xlsx")
    for _ in range(2):
        assert len(list(batch.run(plan([folder], folder / "a" / "out")))) == 1
    assert files(folder, folder / "a" / "out") == ["a/1.xlsx"]


def test_what_was_not_read_for_its_suffix_is_told(folder: Path, tmp_path: Path) -> None:
    """A return that came as an archive, or lost its suffix on the way, is not silently one that did not come."""
    put(folder, "甲.xlsx")
    put(folder, "乙/乙局")
    (folder / "丙.zip").write_bytes(b"PK")
    for own in (".DS_Store", "Thumbs.db", "desktop.ini", "~$甲.xlsx", ".cache/x.json"):
        (folder / own).parent.mkdir(exist_ok=True)
        (folder / own).write_bytes(b"x")
    told = f"另有2个文件因后缀不是工作簿而没有读：丙.zip、{Path('乙/乙局')}。"
    done = command("check", folder)
    assert told in done.stderr
    assert "先解压" in done.stderr
    assert json.loads(command("check", folder, "--json").stdout)["unit"] == "甲局"
    (folder / "甲.xlsx").unlink()
    assert told in command("score", folder, "-o", tmp_path / "out").stderr


def test_of_very_many_files_that_were_not_read_the_first_are_named(folder: Path) -> None:
    put(folder, "甲.xlsx")
    for number in range(30):
        (folder / f"{number:02}.pdf").write_bytes(b"%PDF")
    said = command("check", folder).stderr
    assert "另有30个文件" in said
    assert "09.pdf等。" in said
    assert "10.pdf" not in said


def test_copies_whose_originals_are_gone_are_named(folder: Path, tmp_path: Path) -> None:
    put(folder, "a/1.xlsx", "甲局")
    gone = put(folder, "a/2.xlsx", "乙局")
    out = tmp_path / "out"
    assert "不是本次评分写出的" not in command("score", folder, "-o", out).stderr
    gone.unlink()
    for _ in range(2):  # as long as it lies there
        told = command("score", folder, "-o", out).stderr
        assert f"另有1个工作簿不是本次评分写出的：{Path('a/2.xlsx')}" in told
    (out / "a" / "2.xlsx").unlink()
    assert "不是本次评分写出的" not in command("score", folder, "-o", out).stderr


def test_the_returns_may_lie_in_the_output_folder_and_are_not_named(tmp_path: Path) -> None:
    put(tmp_path / "returns", "1.xlsx")
    done = command("score", tmp_path / "returns", "-o", tmp_path)
    assert (tmp_path / "1.xlsx").exists()
    assert "不是本次评分写出的" not in done.stderr


def test_folders_given_side_by_side_keep_their_names(tmp_path: Path) -> None:
    for name in ("东区", "西区"):
        put(tmp_path / name, "1.xlsx", name)
    command("score", tmp_path / "东区", tmp_path / "西区", "-o", tmp_path / "out")
    assert {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("1.xlsx")} == {
        "东区/1.xlsx", "西区/1.xlsx",
    }  # fmt: skip


def test_a_folder_that_is_called_like_a_workbook_is_asked_about(folder: Path, tmp_path: Path) -> None:
    put(folder, "1.xlsx")
    done = command("score", folder, "-o", tmp_path / "结果.xlsx")
    assert done.exit_code == 2
    assert "像工作簿的名称" in done.stderr
    assert not (tmp_path / "结果.xlsx").exists()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
@pytest.mark.parametrize("where", ["", "区县"])
def test_a_link_that_leads_to_itself_hides_no_neighbours(where: str, folder: Path) -> None:
    put(folder, f"{where}/甲.xlsx".lstrip("/"))
    (folder / where / "环.xlsx").symlink_to("环.xlsx")
    assert [Path(file).name for file in files(folder)] == ["环.xlsx", "甲.xlsx"]


def test_folders_within_folders_have_no_end(folder: Path) -> None:
    deep = folder
    for _ in range(60):
        deep = deep / "深"
    put(folder, f"{deep.relative_to(folder)}/甲.xlsx")
    assert len(files(folder)) == 1


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_a_file_with_a_name_in_gbk_that_takes_too_long_is_told_in_json(folder: Path) -> None:
    for number in range(5):
        put(folder, f"{number}.xlsx")
    os.rename(folder / "0.xlsx", os.fsencode(folder) + b"/" + "水利局".encode("gbk") + b".xlsx")
    done = command("check", folder, "--json", "--time-limit", "0.001", "--jobs", "2")
    assert done.exit_code == 3, done.output
    places = {json.loads(line)["findings"][0]["place"] for line in done.stdout.splitlines()}
    assert "[水利局.xlsx]" in places


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is a device of Linux")
def test_a_full_disk_stops_the_run_in_one_line_and_the_next_goes_on(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        put(folder, f"{number}.xlsx", f"示例{number}局")
    note = RunState.note

    def full(state: RunState, lines: tuple[bytes, ...]) -> None:
        if "示例1局".encode() in lines[0]:
            state.journal.close()
            monkeypatch.setattr(state, "journal", open("/dev/full", "ab"))  # noqa: SIM115  # closed with the state
        note(state, lines)

    monkeypatch.setattr(RunState, "note", full)
    done = command("score", folder, "-o", tmp_path / "out", "--jobs", "1")
    assert done.exit_code == 2
    assert "写不进去（磁盘空间不够），评分停止" in done.output
    assert "Traceback" not in done.output
    monkeypatch.undo()
    again = command("score", folder, "-o", tmp_path / "out", "--jobs", "1", "--json")
    assert [json.loads(line)["status"] for line in again.stdout.splitlines()] == ["scored"] * 3
