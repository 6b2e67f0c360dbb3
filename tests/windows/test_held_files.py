"""A file that is open in Excel: Windows lets nobody replace it, and one that is held wholly nobody read."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from perf_xlsx.system import os_errors
from tests.kit.batch_returns import a_return, put
from tests.kit.command import command
from tests.kit.desk import links, own_desk

Hold = Callable[..., None]
DENIED = (errno.EACCES, "Permission denied")


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Hold:
    """Names of files that nobody may replace, delete or (`wholly`) read, as Windows has it for files in use."""
    held: set[str] = set()
    unread: set[str] = set()
    replace, unlink, opened = os.replace, os.unlink, Path.open

    def replacing(source: str | Path, target: str | Path) -> None:
        if Path(target).name in held:
            raise PermissionError(*DENIED, os.fspath(source), None, os.fspath(target))
        replace(source, target)

    def deleting(path: str | Path, **more: object) -> None:
        if Path(path).name in held:
            raise PermissionError(*DENIED, os.fspath(path))
        unlink(path, **more)  # type: ignore[arg-type]

    def opening(path: Path, *given: object, **more: object) -> object:
        if path.name in unread:
            raise PermissionError(*DENIED, os.fspath(path))
        return opened(path, *given, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "replace", replacing)
    monkeypatch.setattr(os, "unlink", deleting)
    monkeypatch.setattr(Path, "open", opening)
    monkeypatch.setattr(os_errors, "PATIENCE", 0)

    def held_now(*names: str, wholly: bool = False) -> None:
        held.update(names)
        unread.update(names if wholly else ())

    return held_now


def test_a_return_that_is_held_wholly_is_told_and_the_others_are_done(
    hold: Hold, folder: Path, tmp_path: Path
) -> None:
    put(folder, "甲.xlsx")
    put(folder, "乙.xlsx")
    hold("甲.xlsx", wholly=True)
    done = command("score", folder, "-o", tmp_path / "out", "--jobs", "1")
    assert done.exit_code == 3
    assert "R01    文件读不出来（没有权限，或文件正在被使用）。" in done.stdout
    assert "在 Excel 或 WPS 中打开着的，请关闭后重新评分；否则请检查有无权限。" in done.stdout
    assert (tmp_path / "out" / "乙.xlsx").exists()


@pytest.mark.parametrize("name", ["汇总.xlsx", "退回清单.xlsx", "甲.xlsx"])
def test_what_is_open_in_excel_is_told_by_its_name_and_what_to_do(
    name: str, hold: Hold, folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    put(folder, "甲.xlsx", "甲局")
    put(folder, "乙.xlsx", "乙局")
    command("score", folder, "-o", out, "--jobs", "1")
    put(folder, "丙.xlsx", "甲局")  # so that the list of letters is another
    hold(name)
    done = command("score", folder, "-o", out, "--jobs", "1", "--force")
    said = done.stdout + done.stderr
    assert done.exit_code == 3
    assert "文件正在被使用或是只读的" in said
    assert "请关闭或稍等，再重新评分。" in said
    assert name in next(line for line in said.splitlines() if "正在被使用或是只读的" in line)
    assert "没有写入这个文件夹的权限" not in said
    assert "不是本次评分写出的" not in said, "it is ours, of the last run"
    assert (out / "乙.xlsx").exists()


def test_what_a_virus_scanner_holds_for_a_moment_ends_no_run(hold: Hold, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(folder, "甲.xlsx")
    command("score", folder, "-o", out, "--jobs", "1")
    (out / ".perf_xlsx-1-left.tmp").write_bytes(b"half")
    hold(".perf_xlsx-1-left.tmp", "journal.jsonl")
    done = command("score", folder, "-o", out, "--jobs", "1", "--force")
    assert (done.exit_code, done.stderr) == (1, ""), "the errors are the return's"
    assert "共1份" in done.stdout


def test_the_desk_says_of_a_return_that_is_open_that_it_was_not_moved(hold: Hold, folder: Path) -> None:
    with own_desk(folder) as desk:
        desk.drop(("甲.xlsx", a_return("project", "甲局")), ("乙.xlsx", a_return("project", "甲局", 91)))
        first = links(desk.scored(), "/return/")[0]
        hold("甲.xlsx", "乙.xlsx")
        for asked in (f"{first}/remove", f"{first}/keep"):
            told = desk.post(asked)
            assert (told.status_code, "在 Excel 或 WPS 中打开着的，请关闭后再做一次" in told.text) == (500, True)
        assert {path.name for path in folder.iterdir()} == {"甲.xlsx", "乙.xlsx"}


def test_consolidating_again_names_the_workbook_that_is_open(hold: Hold, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(folder, "甲.xlsx")
    command("score", folder, "-o", out, "--jobs", "1")
    hold("汇总.xlsx")
    done = command("consolidate", out)
    assert done.exit_code == 2
    assert done.stderr.strip() == (
        f"错误：{out / '汇总.xlsx'} 写不进去（没有权限，或文件正在被使用）。文件如在 Excel 或 WPS 中打开，请先关闭。"
    )
