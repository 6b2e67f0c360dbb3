"""Names and paths that Windows takes for others, shortens or does not open."""

from __future__ import annotations

from pathlib import Path

import pytest

from perf_xlsx.system import os_errors
from perf_xlsx.system.os_errors import for_windows
from perf_xlsx.system.output_files import BEGUN
from tests.kit.batch_returns import put
from tests.kit.command import command


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("甲局 ", "甲局"), ("甲局.", "甲局"), ("甲. .", "甲"), ("甲.xlsx ", "甲.xlsx"), ("AUX .xlsx", "_AUX .xlsx"),
        ("nul.", "_nul"), ("...", "_"), (" ", "_"), ("", ""), (" 甲", " 甲"), (".甲", ".甲"), ("CON甲", "CON甲"),
    ],
)  # fmt: skip
def test_a_name_that_windows_would_change_is_changed_by_us(name: str, kept: str) -> None:
    assert for_windows(name) == kept


def test_names_that_are_one_on_windows_give_two_outputs(folder: Path, tmp_path: Path) -> None:
    """A share of Linux has them apart; copied to Windows, one would replace the other."""
    names = (
        "部门A.xlsx",
        "部门a.xlsx",
        "ＣＯＮ.xlsx",
        "con.xlsx",
        "_con.xlsx",
        "甲/1.xlsx",
        "甲 /1.xlsx",
        "甲./1.xlsx",
    )
    for number, name in enumerate(names):
        put(folder, name, f"示例{number}局")
    command("score", folder, "-o", tmp_path / "out")
    found = [path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*.xlsx")]
    as_windows = {"/".join(for_windows(part) for part in path.parts).casefold() for path in found}
    assert len(as_windows) == len(found) == len(names) + 2, "汇总 and 退回清单 too"


def test_a_temporary_file_beside_the_longest_plain_path_is_not_too_long() -> None:
    temporary = f"{BEGUN}{2**32}-12345678.tmp"
    assert os_errors.LONGEST_PATH - len("/1") + len(f"/{temporary}") <= 259


def test_an_output_folder_that_excel_cannot_open_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "甲.xlsx")
    deep = tmp_path / ("深" * 60) / ("深" * 60) / ("深" * 60)
    monkeypatch.setattr(os_errors, "ON_WINDOWS", True)
    done = command("score", folder, "-o", deep)
    assert done.exit_code == 2
    assert done.stderr.startswith(
        f"错误：输出文件夹的路径太长，Excel 会打不开其中的文件：{deep}。请用 -o 换一个浅一些"
    )
    assert not deep.exists()
    monkeypatch.undo()
    assert command("score", folder, "-o", deep).exit_code == 1
    assert (deep / "汇总.xlsx").exists()
