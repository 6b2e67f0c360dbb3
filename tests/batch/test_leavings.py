"""What lies in a folder of returns though nobody sent it: leavings of systems, pointers, pipes, links elsewhere."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from perf_xlsx import pipeline
from perf_xlsx.batch import plan
from tests.kit.batch_returns import a_return
from tests.kit.command import command

LNK = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F" + bytes(100)
URL = b"[InternetShortcut]\r\nURL=https://kdocs.cn/l/abc\r\n"
GSHEET = b'{"url": "https://docs.google.com/open?id=1", "doc_id": "1", "email": "a@b.cn"}'
WEBLOC = (
    b'<?xml version="1.0"?><!DOCTYPE plist><plist><dict><key>URL</key><string>http://x/</string></dict></plist>'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    (path / "甲.xlsx").write_bytes(a_return("project", "甲局"))
    return path


@pytest.mark.parametrize(
    "name",
    [
        "._甲.xlsx", "__MACOSX/甲.xlsx", "__MACOSX/._甲.xlsx", "区/__MACOSX/区/乙.xlsx", "区/._乙.et", ".DS_Store",
        "区/.DS_Store", "Thumbs.db", "THUMBS.DB", "ehthumbs.db", "区/desktop.ini", "Desktop.ini", "~$甲.xlsx",
        ".~甲.et", ".~lock.甲.xlsx#", "$RECYCLE.BIN/乙.xlsx", ".Trashes/501/乙.xlsx", "System Volume Information/x",
    ],
)  # fmt: skip
def test_leavings_of_systems_are_left_out(name: str, folder: Path) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"\0\x05\x16\x07")
    found = plan([folder], None)
    assert [file for file, _ in found.rows] == ["甲.xlsx"]
    assert (found.passed, found.skipped, found.outside) == ([], [], [])


@pytest.mark.parametrize("name", ["MACOSX/乙.xlsx", "_乙.xlsx", ".乙.xlsx", "thumbs.xlsx", "__乙.xlsx"])
def test_what_is_only_called_like_one_is_read(name: str, folder: Path) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"x")
    assert sorted(file for file, _ in plan([folder], None).rows) == sorted(["甲.xlsx", name])


@pytest.mark.parametrize(
    ("name", "content", "called"),
    [
        ("乙.lnk", LNK, "快捷方式（.lnk）"),
        ("乙.xlsx.lnk", LNK, "快捷方式（.lnk）"),
        ("乙.url", URL, "网址快捷方式（.url）"),
        ("乙.gsheet", GSHEET, "谷歌在线表格的链接（.gsheet）"),
        ("乙.gsheet", b"", "谷歌在线表格的链接（.gsheet）"),
        ("乙.webloc", WEBLOC, "网址链接（.webloc）"),
        ("乙.xlsx", LNK, "快捷方式（.lnk）"),
        ("乙.xlsx", URL, "网址快捷方式（.url）"),
        ("乙.xls", GSHEET, "谷歌在线表格的链接（.gsheet）"),
    ],
)
def test_a_pointer_is_called_what_it_is(name: str, content: bytes, called: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    (found,) = pipeline.score(tmp_path / name).findings
    assert (found.code, found.message) == ("R01", f"其实是{called}，里面没有表格。")
    assert found.advice == "请打开它指向的表格，另存或下载为 .xlsx，报送那个文件。"


def test_a_workbook_that_is_called_like_a_pointer_is_read(tmp_path: Path) -> None:
    (tmp_path / "乙.lnk").write_bytes(a_return("project", "乙局"))
    assert pipeline.score(tmp_path / "乙.lnk").evaluation is not None


def test_pointers_in_a_folder_are_told_apart_from_other_files(folder: Path) -> None:
    for name in ("乙.gsheet", "丙.xlsx.lnk", "丁.URL", "戊.zip"):
        (folder / name).write_bytes(b"x")
    said = command("check", folder).stderr
    assert "另有1个文件因后缀不是工作簿而没有读：戊.zip。" in said
    assert "另有3个文件只是快捷方式或在线表格的链接，里面没有表格：丁.URL、丙.xlsx.lnk、乙.gsheet。" in said


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders of Windows")
def test_a_pipe_is_never_opened(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "管道.xlsx")
    for _ in range(2):  # the second run compares with what the first has kept
        done = command("score", folder, "-o", tmp_path / "out", "--json")
        told = {json.loads(line)["findings"][0]["message"] for line in done.stdout.splitlines()}
        assert "是管道或设备，不是文件，没有打开。" in told
        assert done.exit_code == 3
    alone = command("check", folder / "管道.xlsx", "--json")
    assert json.loads(alone.stdout)["findings"][0]["code"] == "R01"
    os.mkfifo(folder / "管道")
    assert "因后缀不是工作簿而没有读：管道。" in command("check", folder).stderr


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="devices of Unix")
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_never_opened(device: str, tmp_path: Path) -> None:
    (tmp_path / "甲.xlsx").symlink_to(device)
    (found,) = pipeline.score(tmp_path / "甲.xlsx").findings
    assert (found.code, found.message) == ("R01", "是管道或设备，不是文件，没有打开。")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders of Windows")
@pytest.mark.parametrize("option", ["--limits", "--roster", "--waivers", "--password-file"])
def test_no_option_waits_for_a_pipe(option: str, folder: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "管道")
    done = command("check", folder, option, tmp_path / "管道")
    assert done.exit_code == 2
    assert "管道或设备，不是文件" in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_out_of_the_folder_are_told_and_not_followed(folder: Path, tmp_path: Path) -> None:
    away = tmp_path / "in2"  # its name begins like the folder's
    away.mkdir()
    (away / "乙.xlsx").write_bytes(b"x")
    (folder / "区").mkdir()
    (folder / "区" / "丙.xlsx").write_bytes(b"x")
    (folder / "出去").symlink_to(away)
    (folder / "区" / "上面").symlink_to("../..")
    (folder / "里面").symlink_to("区")
    found = plan([folder], None)
    assert [file for file, _ in found.rows] == ["区/丙.xlsx", "甲.xlsx"]
    assert found.outside == ["出去", "区/上面"]
    said = command("check", folder).stderr
    assert "另有2个链接指向别处的文件夹，没有跟进去：出去、区/上面。" in said
    (folder / "甲.xlsx").unlink()
    (folder / "区" / "丙.xlsx").unlink()
    alone = command("check", folder)
    assert (alone.exit_code, "没有跟进去：出去、区/上面" in alone.stderr) == (2, True)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_between_two_folders_that_were_asked_for_is_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (folder / "b").symlink_to(tmp_path / "b")
    (tmp_path / "link").symlink_to(folder)
    assert plan([folder, tmp_path / "b"], None).outside == []
    assert [file for file, _ in plan([tmp_path / "link"], None).rows] == ["甲.xlsx"]
