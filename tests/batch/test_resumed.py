"""A run that was killed or interrupted goes on where it was, and does again only what changed."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import batch
from perf_xlsx.batch import BatchError, goes_on, plan
from perf_xlsx.batch.processes import local_processes
from perf_xlsx.consolidated import DEFAULT_NAME
from perf_xlsx.pipeline import Terms
from perf_xlsx.receipts.register import NAME as RECEIPTS
from tests.kit import batch_work
from tests.kit.batch_returns import a_return
from tests.kit.runs import MAIN, codes, contents, finished, run, started

# Gets a signal, and its workers with it, when it is about to put the consolidated workbook in its place.
AT_THE_END = f"""
import os, signal, sys
put = os.replace
def stopped(old, new):
    if os.path.basename(new) == {DEFAULT_NAME!r}:
        os.killpg(0, signal.%s)
    put(old, new)
os.replace = stopped
{MAIN}
"""


def times(folder: Path) -> dict[str, int]:
    """When each scored copy was written; the consolidated workbook is written anew by every run."""
    others = (DEFAULT_NAME, "退回清单.xlsx")  # the list of letters is written anew where it says something else
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.xlsx") if path.name not in others}


class Killer:
    """Starts runs into one folder and kills them: the parent alone, or its workers with it."""

    def __init__(self, words: tuple[object, ...], folder: Path, moments: random.Random) -> None:
        self.words, self.folder, self.moments = words, folder, moments
        self.journal = folder / ".perf_xlsx" / "journal.jsonl"
        self.broken_off = 0

    def done(self) -> int:
        """Workbooks in the journal of runs that were broken off."""
        with contextlib.suppress(FileNotFoundError):
            return self.journal.read_bytes().count(b"}\n")
        return 0

    def kill_when(self, ready: Callable[[], bool], cwd: Path) -> None:
        """Start a run, wait until it has come so far, and a moment more; kill it."""
        nowhere = subprocess.DEVNULL
        process = started(*self.words, cwd=cwd, start_new_session=True, stdout=nowhere, stderr=nowhere)
        while process.poll() is None and not ready():
            time.sleep(0.002)
        time.sleep(self.moments.uniform(0, 0.05))
        self.broken_off += process.poll() is None
        if os.name == "nt" or self.moments.random() < 0.5:
            process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("again", [False, True], ids=["new", "force"])
def test_killed_at_any_moment_and_run_again_nothing_differs(
    again: bool, sixty: Path, unbroken: tuple[subprocess.CompletedProcess[str], dict[str, bytes]]
) -> None:
    moments, out = random.Random(20 + again), sixty / ("k2" if again else "k1")
    words = ("score", "returned", "-o", out.name, "--jobs", 2, "--json")
    if again:
        shutil.copytree(sixty / "unbroken", out)
    killer = Killer((*words, "--force") if again else words, out, moments)
    for far in [0, *sorted(moments.sample(range(1, 50), 9))]:
        base = killer.done() if again else 0  # with --force the journal goes on, the work begins anew
        killer.kill_when(lambda far=far, base=base: killer.done() - base >= far, sixty)
    assert killer.broken_off == 10
    done = run(*words, cwd=sixty)
    assert contents(out) == unbroken[1]
    assert done.stdout.replace(f'"{out.name}/', '"unbroken/') == unbroken[0].stdout


@pytest.mark.skipif(os.name == "nt", reason="no process groups on Windows")
def test_killed_while_it_writes_the_consolidated_workbook_nothing_is_left(sixty: Path, unbroken: Any) -> None:
    out = sixty / "k3"
    shutil.copytree(sixty / "unbroken", out)
    (out / DEFAULT_NAME).unlink()
    words = ("score", "returned", "-o", "k3", "--jobs", 2)
    killed = run(*words, cwd=sixty, code=AT_THE_END % "SIGKILL", start_new_session=True)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(out.glob(".perf_xlsx-*.tmp"))) == 1
    run(*words, cwd=sixty)
    assert contents(out) == unbroken[1]


def test_a_worker_that_dies_while_it_writes_leaves_nothing(few: Path, tmp_path: Path) -> None:
    (few / "3 die.xlsx").write_bytes(a_return("project", "示例局"))
    done = finished(few, tmp_path / "out", backend=local_processes(2), work=batch_work.dies_writing)
    assert [codes(one) == {"R03"} for one in done] == [False, False, False, True, False, False]
    left = [".perf_xlsx/records.jsonl", *(f"{n}.xlsx" for n in range(5)), RECEIPTS]
    assert sorted(contents(tmp_path / "out")) == left


def test_a_killed_run_leaves_no_worker_behind(sixty: Path, tmp_path: Path) -> None:
    psutil = pytest.importorskip("psutil")
    process = started("score", sixty / "returned", "-o", tmp_path / "out", "--jobs", 2)
    parent = psutil.Process(process.pid)
    while not list(tmp_path.rglob("out/*.xlsx")):
        time.sleep(0.05)
    workers = parent.children(recursive=True)
    assert len(workers) >= 2
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(workers, timeout=60)
    assert alive == []


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for another process on Windows")
def test_interrupted_it_says_how_to_go_on(sixty: Path, tmp_path: Path) -> None:
    for attempt in range(5):  # on a busy machine all may be done before the signal comes
        out = tmp_path / f"out{attempt}"
        process = started("score", sixty / "returned", "-o", out, "--jobs", 2, start_new_session=True)
        journal = out / ".perf_xlsx" / "journal.jsonl"
        while not (journal.exists() and journal.stat().st_size):
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        if journal.exists():  # a run that is done has none
            break
    assert process.returncode == 130
    (line,) = err.decode().splitlines()
    assert line.startswith("已停止，完成")
    assert "再运行一次同样的命令，就从这里接着做" in line
    assert 0 < len(journal.read_bytes().splitlines()) < 60


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for another process on Windows")
def test_interrupted_while_it_starts_or_ends_it_is_one_line_too(sixty: Path, unbroken: Any) -> None:
    out = sixty / "i"
    shutil.copytree(sixty / "unbroken", out)

    words = ("score", "returned", "-o", "i", "--jobs", 2)
    process = started(*words, "--force", cwd=sixty, start_new_session=True)
    while not (out / ".perf_xlsx" / "journal.jsonl").exists():  # its workers are being started
        time.sleep(0.002)
    time.sleep(0.15)
    os.killpg(process.pid, signal.SIGINT)
    _, starting = process.communicate(timeout=60)
    ending = run(*words, cwd=sixty, code=AT_THE_END % "SIGINT", start_new_session=True)
    assert re.fullmatch(rf"已停止，完成(?:0/60份。|\d+/60份。{goes_on(force=True)})\n", starting.decode())
    assert ending.stderr == f"已停止，完成60/60份。{goes_on(force=False)}\n"
    assert process.returncode == ending.returncode == 130
    assert contents(out) == unbroken[1]


def test_what_is_done_and_unchanged_is_not_touched(few: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert all(one.fresh for one in finished(few, out))
    first = times(out)
    assert not any(one.fresh for one in finished(few, out))
    assert times(out) == first
    assert all(one.fresh for one in finished(few, out, force=True))
    assert times(out).keys() == first.keys()
    assert not set(times(out).values()) & set(first.values())


def test_the_last_line_says_how_many_were_done_now_and_how_many_stand(few: Path, tmp_path: Path) -> None:
    words = ("score", few.name, "-o", "out")
    first = run(*words, cwd=tmp_path).stdout
    assert "共5份，" in first
    assert "沿用" not in first
    assert "共5份（都没有变化，沿用上次的评分），" in run(*words, cwd=tmp_path).stdout
    (few / "1.xlsx").write_bytes(a_return("project", "示例1局", 70))
    assert "共5份（本次处理1份，其余4份没有变化，沿用上次的评分），" in run(*words, cwd=tmp_path).stdout
    assert "沿用" not in run(*words, "--force", cwd=tmp_path).stdout
    assert run(*words, "--json", "--force", cwd=tmp_path).stdout == run(*words, "--json", cwd=tmp_path).stdout


def test_whatever_changed_is_done_again(few: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    finished(few, out)
    (few / "1.xlsx").write_bytes(a_return("project", "示例1局", 70))
    (out / "2.xlsx").unlink()
    (out / "3.xlsx").write_bytes(b"changed by somebody")
    assert [one.fresh for one in finished(few, out)] == [False, True, True, True, False]
    assert all(one.fresh for one in finished(few, out, terms=Terms("hubei")))
    assert not any(one.fresh for one in finished(few, out, terms=Terms("hubei")))


def test_a_rulebook_of_ones_own_is_known_by_its_content(few: Path, tmp_path: Path) -> None:
    rules = tmp_path / "own.toml"
    header = 'extends = "mof-2020"\nname = "own"\ntitle = "自己的办法"\ndocument = "本县文件"\n'
    rules.write_text(header, "utf-8")
    own, out = str(rules), tmp_path / "out"
    words = ("score", few, "-o", out, "--rulebook", own, "--json")
    assert run(*words).returncode in (0, 1)
    before = times(out)
    assert run(*words).returncode in (0, 1)
    assert times(out) == before
    rules.write_text(header + '[severity]\nI07 = "notice"\n', "utf-8")
    assert run(*words).returncode in (0, 1)
    assert not set(times(out).values()) & set(before.values())


def test_a_line_that_was_cut_off_is_done_again(few: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    finished(few, out)
    whole = contents(out)
    records = (out / ".perf_xlsx" / "records.jsonl").read_bytes()
    lines = records.splitlines(keepends=True)
    (out / ".perf_xlsx" / "records.jsonl").unlink()
    (out / ".perf_xlsx" / "journal.jsonl").write_bytes(lines[0] + b"\0" * 50 + b"\n" + lines[1] + lines[2][:700])
    assert [one.fresh for one in finished(few, out)] == [False, False, True, True, True]
    assert contents(out) == whole


def test_a_copy_is_taken_away_when_its_original_can_no_longer_be_read(few: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    finished(few, out)
    (out / "1.xlsx").write_bytes(b"changed by somebody")
    for name in ("0.xlsx", "1.xlsx"):
        (few / name).write_bytes(b"")
    finished(few, out)
    assert not (out / "0.xlsx").exists()
    assert (out / "1.xlsx").read_bytes() == b"changed by somebody"


def test_two_runs_do_not_write_into_one_folder(few: Path, tmp_path: Path) -> None:
    first = batch.run(plan([few], tmp_path / "out"))
    next(first)
    with pytest.raises(BatchError, match="另一个 perf-xlsx 正在"):
        finished(few, tmp_path / "out")
    first.close()
    assert len(finished(few, tmp_path / "out")) == 5


def test_a_copy_that_is_in_the_way_costs_that_workbook_only(few: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "2.xlsx").mkdir(parents=True)
    done = run("score", few, "-o", tmp_path / "out", "--json")
    assert done.returncode == 3
    assert "2.xlsx 写不进去" in done.stdout
    assert [json.loads(line)["output"] is None for line in done.stdout.splitlines()] == [
        False, False, True, False, False,
    ]  # fmt: skip
    (tmp_path / "out" / "2.xlsx").rmdir()
    assert [one.fresh for one in finished(few, tmp_path / "out")] == [False, False, True, False, False]
