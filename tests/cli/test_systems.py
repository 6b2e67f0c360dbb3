"""File systems and operating systems: names, devices, long paths and held files; what goes wrong is told in Chinese."""

from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.batch import plan
from perf_xlsx.batch.roster import ListedUnit
from perf_xlsx.batch.roster_templates import template_file_name
from perf_xlsx.system import os_errors
from perf_xlsx.system.output_files import StagedFile, explain_os_error, write_atomically
from tests.kit.batch_returns import put
from tests.kit.command import command
from tests.kit.officers_machine import POSIX, process


def test_it_is_a_module_too(folder: Path) -> None:
    put(folder, "1.xlsx")
    done = process("check", folder, "--json", "--jobs", "2")
    assert (done.returncode, json.loads(done.stdout)["unit"]) == (1, "甲局")
    assert b"perf-xlsx check --help" in process("check", "--nein").stderr


@pytest.fixture
def no_inodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on WebDAV and some storage: no file has a number."""
    stat = os.stat

    def numberless(path: Any, **more: Any) -> os.stat_result:
        found = stat(path, **more)
        return os.stat_result((found.st_mode, 0, 0, *found[3:10]))

    monkeypatch.setattr(os, "stat", numberless)


@pytest.mark.usefixtures("no_inodes")
def test_folders_without_numbers_keep_their_subfolders(folder: Path, tmp_path: Path) -> None:
    for name in ("1.xlsx", "a/2.xlsx", "a/b/3.xlsx", "c/4.xlsx"):
        put(folder, name)
    if os.name != "nt":
        (folder / "a" / "ring").symlink_to(folder)
    assert [file for file, _ in plan([folder], tmp_path / "out").rows] == [
        "1.xlsx",
        "a/2.xlsx",
        "a/b/3.xlsx",
        "c/4.xlsx",
    ]
    assert [file for file, _ in plan([folder], folder / "a").rows] == ["1.xlsx", "c/4.xlsx"]
    assert pipeline.score(folder / "1.xlsx", tmp_path / "copy.xlsx").output
    with pytest.raises(pipeline.OutputError):
        pipeline.score(folder / "1.xlsx", folder / "1.xlsx")
    with pytest.raises(pipeline.OutputError):
        plan([folder], folder)


def test_a_rename_that_is_hindered_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, tries = os.replace, []

    def held(*paths: Any) -> None:
        tries.append(paths)
        if len(tries) < 4:
            raise PermissionError(errno.EACCES, "Permission denied")
        replace(*paths)

    monkeypatch.setattr(os, "replace", held)
    write_atomically(tmp_path / "a.txt", b"x")
    assert (tmp_path / "a.txt").read_bytes() == b"x"
    assert len(tries) == 4


def test_a_copy_that_stays_held_is_told_with_those_who_may_hold_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = put(folder, "1.xlsx"), tmp_path / "out"
    put(out, "1.xlsx")

    def held(*_: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "replace", held)
    monkeypatch.setattr(os_errors, "PATIENCE", 0.1)
    done = command("score", path, "-o", out)
    assert done.exit_code == 3
    for word in ("Excel", "WPS", "杀毒软件", "OneDrive"):
        assert word in done.stdout
    assert "denied" not in done.output
    assert not list(out.glob(".perf_xlsx-*"))


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_no_system_speaks_english(number: int) -> None:
    error = OSError(number, os.strerror(number))
    for words in (os_errors.why(error), *explain_os_error(Path("没有"), error)):
        assert not re.search(
            r"[A-Za-z]{3,}", words.replace("Excel", "").replace("WPS", "").replace("OneDrive", "")
        )


@POSIX
def test_what_cannot_be_written_or_read_is_told_in_chinese(folder: Path, tmp_path: Path) -> None:
    path = put(folder, "1.xlsx")
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "坏.toml").write_text("a = \n", "utf-8")
    (tmp_path / "坏.json").write_text("{", "utf-8")
    (tmp_path / "gbk.json").write_bytes('{"单位": 1}'.encode("gbk"))
    deep = tmp_path / "file" / "t.xlsx"
    runs = [
        command("template", "--form", "project", "--year", "2025", "-o", deep),
        command("template", "--form", "project", "--year", "2025", "-o", tmp_path / ("长" * 100 + ".xlsx")),
        command("score", path, "-o", tmp_path / "file" / "out"),
        command("score", folder, "-o", tmp_path / "file" / "out"),
        command("check", path, "--limits", tmp_path / "坏.toml"),
        command("check", path, "--rulebook", tmp_path / "坏.toml"),
        command("check", path, "--rulebook", f"{tmp_path}/{'长' * 100}.toml"),
        command("check", path, "--rulebook", f"{folder}.toml/x.toml"),
        command("template", "--data", tmp_path / "坏.json", "-o", tmp_path / "t.xlsx"),
        command("template", "--data", tmp_path / "gbk.json", "-o", tmp_path / "t.xlsx"),
        command("template", "--year", "25", "--form", "project"),
        command("--bogus"),
        command("check", path, "多余", "--jobs", "-1"),
        command("explain", "--rulebook"),
        command("consolidate", path),
    ]
    for done in runs:
        words = re.sub(
            r"/\S*|\S*\.(?:toml|json|xlsx)|--?[a-z-]+|perf-xlsx [a-z]*|WPS|Excel|UTF-8|TOML|JSON", "", done.output
        )
        assert done.exit_code in (2, 3), done.output
        assert not re.search(r"[A-Za-z]{4,}", words.replace("OneDrive", "")), words
        assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("unit", "name"),
    [("CON", "_CON"), ("com1", "_com1"), ("COM¹", "_COM¹"), ("lpt³.甲", "_lpt³.甲"), ("CONIN$.甲", "_CONIN$.甲"),
     ("NUL ", "_NUL"), ("COM10", "COM10"), ("CONSOLE", "CONSOLE"), ("甲局", "甲局"), ("...", "_"), ("COM0", "_COM0")],
)  # fmt: skip
def test_no_file_of_ours_is_called_like_a_device(unit: str, name: str) -> None:
    assert template_file_name(ListedUnit(1, unit)) == name


@POSIX
def test_copies_have_names_that_every_system_takes(folder: Path, tmp_path: Path) -> None:
    for name in ("aux.xlsx", "COM¹.xlsx", "子/nul.乙.xlsx", "con/1.xlsx"):
        put(folder, name)
    command("score", folder, "-o", tmp_path / "out")
    found = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.xlsx")}
    assert found == {
        "_aux.xlsx",
        "_COM¹.xlsx",
        "子/_nul.乙.xlsx",
        "_con/1.xlsx",
        "汇总.xlsx",
        "退回/退回清单.xlsx",
    }
    for output in ("CON", "com².x"):
        assert "设备" in command("score", folder, "-o", tmp_path / output).stderr
    refused = command("template", "--form", "project", "--year", "2025", "-o", tmp_path / "NUL.xlsx")
    assert (refused.exit_code, "设备" in refused.stderr) == (2, True)


def test_long_paths_are_put_as_windows_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    long, short = Path("/收回/" + "长" * 300), Path("/收回/1.xlsx")
    assert os_errors.reachable(long) is long
    assert os_errors.beyond_260(str(long)) == "\\\\?\\" + str(long)
    assert os_errors.beyond_260(str(short)) == str(short)
    assert os_errors.beyond_260("\\\\server\\" + "x" * 300) == "\\\\?\\UNC\\server\\" + "x" * 300
    assert os_errors.beyond_260("\\\\?\\" + "x" * 300) == "\\\\?\\" + "x" * 300
    for path in (str(long), str(short), "\\\\server\\" + "x" * 300):
        assert os_errors.without_mark(os_errors.beyond_260(path)) == path


def test_a_temporary_file_that_is_held_does_not_hide_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def held(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(StagedFile, "commit", failing)
    monkeypatch.setattr(Path, "unlink", held)
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "a.txt", b"x")
