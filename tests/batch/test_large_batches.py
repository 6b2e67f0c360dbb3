"""A batch too large for memory gives what a small one gives: what grows with it goes to the disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from perf_xlsx.batch import plan
from perf_xlsx.system import growing
from tests.kit.batch_returns import a_return
from tests.kit.command import command

NAMES = ("甲局.xlsx", "甲局.xls", "A.xlsx", "a.XLSX", "乡/乙局.xls", "乡/乙局.xlsx", "乡/丙局.xlsx", "说明.txt")


@pytest.fixture(params=[0, 2])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """So few are kept in memory."""
    monkeypatch.setattr(growing, "FEW", request.param)


def described(folder: Path, out: Path) -> list[object]:
    found = plan([folder, folder / "乡", folder / "A.xlsx"], out)
    jobs = [(str(job.source), str(job.output)) for job in found]
    return [len(found), *found.rows, *jobs, found[-1], found.rows[1:3], *found.passed]


def test_the_plan_is_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "收回"
    (folder / "乡").mkdir(parents=True)
    for name in NAMES:
        (folder / name).touch()
    if os.name == "posix":
        (folder / os.fsdecode("丁局.xlsx".encode("gb18030"))).touch()
    (tmp_path / "旧").mkdir()
    for out in (tmp_path / "新", tmp_path / "旧"):
        expected = described(folder, out)
        with pytest.MonkeyPatch.context() as patch:
            for some in (0, 2):
                patch.setattr(growing, "FEW", some)
                assert described(folder, out) == expected


@pytest.mark.usefixtures("few")
def test_an_output_is_never_an_input(tmp_path: Path) -> None:
    for name in ("乙.xlsx", "甲.xlsx", "丙.xlsx"):
        (tmp_path / name).touch()
    with pytest.raises(Exception, match="输出文件会覆盖输入文件"):
        plan([tmp_path / name for name in ("乙.xlsx", "甲.xlsx", "丙.xlsx")], tmp_path)


@pytest.mark.usefixtures("few")
def test_a_run_goes_on_compares_and_counts_rounds(tmp_path: Path) -> None:
    folder, out = tmp_path / "收回", tmp_path / "结果"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.xlsx").write_bytes(a_return("project", f"示例{number}局", 90 + number))
    words = ("score", folder, "-o", out, "--jobs", "1")
    assert "共4份，" in command(*words).output
    assert "共4份（都没有变化，沿用上次的评分）" in command(*words).output
    (folder / "2.xlsx").write_bytes(a_return("project", "示例2局", 80))
    (folder / "4.xlsx").write_bytes(a_return("project", "示例3局", 93))
    (out / "别的.xlsx").write_bytes(b"")
    done = command(*words)
    assert "共5份（本次处理2份，其余3份没有变化，沿用上次的评分）" in done.output
    assert "已有一份：3.xlsx" in done.output
    assert "另有1个工作簿不是本次评分写出的：别的.xlsx。" in done.stderr
    assert '"round":2' in (out / ".perf_xlsx" / "records.jsonl").read_text("utf-8").replace(" ", "")
