"""Many workbooks in one run: order, limits, going on after a kill, and what is seen only by comparing them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import batch, pipeline
from perf_xlsx.batch import BatchError, Finished, goes_on, plan
from perf_xlsx.batch.executors import Executors, from_executor, in_order
from perf_xlsx.batch.processes import local_processes
from perf_xlsx.batch.worker import Done, Task
from perf_xlsx.cli.progress import progress
from perf_xlsx.consolidated import DEFAULT_NAME
from perf_xlsx.pipeline import Terms
from perf_xlsx.receipts.register import NAME as RECEIPTS
from perf_xlsx.results.records import Records
from tests import ROOT
from tests.kit import batch_work
from tests.kit.batch_returns import a_return, write_returns

# Where the tests run in the background, their children are born deaf to Ctrl-C.
MAIN = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from perf_xlsx.cli.main import main
main()
"""
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
TREE = ROOT


# A script of somebody's own, whose workers cannot be born: importing it would start a batch again.
NO_GUARD = """
import sys
from pathlib import Path
from perf_xlsx.batch import plan
from perf_xlsx.batch import run
from perf_xlsx.batch.processes import local_processes
for done in run(plan([Path(sys.argv[1])], None), backend=local_processes(2)):
    print(done.record.findings)
"""


def started(*words: object, code: str = MAIN, **options: Any) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(TREE)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen([sys.executable, "-c", code, *map(str, words)], env=environment, **pipes)


def run(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    process = started(*words, **options)
    out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(words, process.returncode, out.decode(), err.decode())


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder by its path, the lock aside."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def times(folder: Path) -> dict[str, int]:
    """When each scored copy was written; the consolidated workbook is written anew by every run."""
    others = (DEFAULT_NAME, "退回清单.xlsx")  # the list of letters is written anew where it says something else
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.xlsx") if path.name not in others}


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty returns in a folder "returned"; outputs are written beside it."""
    folder = tmp_path_factory.mktemp("sixty")
    write_returns(folder / "returned")
    return folder


@pytest.fixture(scope="module")
def unbroken(sixty: Path) -> tuple[subprocess.CompletedProcess[str], dict[str, bytes]]:
    """What a run over the sixty with two workers says and writes."""
    done = run("score", "returned", "-o", "unbroken", "--jobs", 2, "--json", cwd=sixty)
    return done, contents(sixty / "unbroken")


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Five returns of five units."""
    folder = tmp_path / "few"
    folder.mkdir()
    for n in range(5):
        (folder / f"{n}.xlsx").write_bytes(a_return("project", f"示例{n}局", 90 + n))
    return folder


def finished(folder: Path, output: Path | None = None, **options: Any) -> list[Finished]:
    return list(batch.run(plan([folder], output), **options))


def codes(one: Finished) -> set[str]:
    return {found.code for found in one.record.findings}


# --- a folder ---------------------------------------------------------------------------------------------------


def test_sixty_give_a_line_each_in_order_and_an_output_where_one_can_be(
    sixty: Path, unbroken: tuple[subprocess.CompletedProcess[str], dict[str, bytes]]
) -> None:
    done, written = unbroken
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    returned = sixty / "returned"
    sources = sorted(p for p in returned.rglob("*.xlsx") if not p.name.startswith(("~$", ".~")))
    assert [line["file"] for line in lines] == [str(path.relative_to(sixty)) for path in sources]
    unread = {Path(line["file"]).name: line["findings"][0]["code"] for line in lines if line["total"] is None}
    assert unread == {"07.xlsx": "R01", "13.xlsx": "R02", "19.xlsx": "R01", "23.xlsx": "R01"}
    twice = {Path(line["file"]).name for line in lines if any(f["code"] == "B01" for f in line["findings"])}
    assert len(twice) == 2
    letters = {name for name in written if name.startswith("退回/")}
    assert len(letters) > len(unread)
    outputs = {name for name in written if name.endswith(".xlsx")} - {DEFAULT_NAME} - letters
    assert outputs == {path.relative_to(returned).as_posix() for path in sources if path.name not in unread}
    assert {line["output"] for line in lines} == {None} | {f"unbroken/{name}" for name in outputs}
    assert done.returncode == 3
    ours = [".perf_xlsx/letters.json", ".perf_xlsx/records.jsonl", RECEIPTS, DEFAULT_NAME]
    assert sorted(written.keys() - outputs - letters) == ours


def test_one_process_gives_what_two_give_to_the_byte(
    sixty: Path, unbroken: tuple[subprocess.CompletedProcess[str], dict[str, bytes]]
) -> None:
    done = run("score", "returned", "-o", "one", "--jobs", 1, "--json", cwd=sixty)
    assert contents(sixty / "one") == unbroken[1]
    assert done.stdout.replace('"one/', '"unbroken/') == unbroken[0].stdout


def test_people_are_told_what_stops_them_and_what_to_do(sixty: Path, unbroken: object) -> None:
    done = run("score", "returned", "-o", "unbroken", cwd=sixty)
    # another password may open the encrypted one
    assert "共60份（本次处理1份，其余59份没有变化，沿用上次的评分），" in done.stdout
    assert "4份读不出来，须重新报送" in done.stdout
    unread = done.stdout[: done.stdout.index("【各份之间")]
    assert (unread.count(".xlsx  "), unread.count("→ 请")) == (4, 3)  # two of them ask for the same
    assert "乙县/三镇/23.xlsx" in unread
    assert "两个文件不完全相同" in done.stdout


def test_records_name_files_from_the_folder_so_that_both_can_be_moved(
    sixty: Path, unbroken: object, tmp_path: Path
) -> None:
    shutil.copytree(sixty / "returned", tmp_path / "away" / "in")
    shutil.copytree(sixty / "unbroken", tmp_path / "out")
    done = finished(tmp_path / "away" / "in", tmp_path / "out")
    assert all(not one.fresh or "R02" in codes(one) for one in done)
    records = list(Records.open(tmp_path / "out"))
    assert records[0].file == records[0].output == "00.xlsx"
    assert str(sixty) not in str(records)


def test_results_that_lie_within_the_folder_are_no_input(few: Path) -> None:
    assert len(finished(few, few / "out")) == 5
    assert len(finished(few, few / "out")) == 5


def test_only_as_many_tasks_are_taken_as_are_under_way() -> None:
    taken = 0

    def tasks() -> Iterator[Task]:
        nonlocal taken
        for taken in range(1000):
            yield Task(str(taken), "", None, "")

    with ThreadPoolExecutor(1) as executor:
        executors = Executors(lambda alone: contextlib.nullcontext(executor), chunk=4, ahead=5)
        for done, (task, _) in enumerate(in_order(executors, tasks(), lambda chunk: [Done((b"",))] * len(chunk))):
            assert task.file == str(done)
            assert taken <= done + 4 * 6


def test_an_executor_of_somebody_elses_will_do(few: Path) -> None:
    with ThreadPoolExecutor(2) as executor:
        done = finished(few, backend=from_executor(executor))
    assert [one.record for one in done] == [one.record for one in finished(few)]


def test_a_plan_is_in_a_stable_order_and_keeps_folders(tmp_path: Path) -> None:
    for name in ("b/2.xlsx", "b/1.XLSM", "b.xlsx", "a/~$1.xlsx", "a/.~1.xlsx", "a/c/3.xlsx", "a/notes.txt"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).touch()
    jobs = plan([tmp_path / "in"], tmp_path / "out")
    assert [file for file, _ in jobs.rows] == ["a/c/3.xlsx", "b/1.XLSM", "b/2.xlsx", "b.xlsx"]
    assert jobs[0] == pipeline.Job(tmp_path / "in/a/c/3.xlsx", tmp_path / "out/a/c/3.xlsx")
    both = plan([tmp_path / "in" / "b", tmp_path / "in" / "a", tmp_path / "in" / "b" / "2.xlsx"], None)
    assert [file for file, _ in both.rows] == ["b/1.XLSM", "b/2.xlsx", "a/c/3.xlsx"]


def test_without_a_terminal_progress_is_a_plain_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr("perf_xlsx.cli.progress.time.monotonic", lambda: next(clock))
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    with progress(40) as tick:
        for n in range(40):
            tick("有错误" if n % 4 == 0 else "没有错误")
    lines = out.getvalue().splitlines()
    assert 3 < len(lines) < 20
    assert re.fullmatch(r"已完成 \d+/40，每秒\d\.\d份，还需.*秒，有错误\d+，没有错误\d+", lines[0])


def test_who_reads_json_is_told_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perf_xlsx.cli.progress.LINE_EVERY", 0)
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    with progress(40, lines=False) as tick:
        tick("有错误")
    assert out.getvalue() == ""


def test_on_a_terminal_progress_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    with progress(3) as tick:
        for _ in range(3):
            tick("没有错误")
        time.sleep(0.2)
    assert "3/3" in out.getvalue()
    assert "没有错误3" in out.getvalue()


# --- stopped, and run again -------------------------------------------------------------------------------------


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
    process = started("score", sixty / "returned", "-o", tmp_path / "out", "--jobs", 2, start_new_session=True)
    journal = tmp_path / "out" / ".perf_xlsx" / "journal.jsonl"
    while not (journal.exists() and journal.stat().st_size):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
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


# --- limits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["hangs", "hogs", "dies"])
def test_a_file_that_ends_its_worker_is_told_and_the_others_are_scored(kind: str, few: Path) -> None:
    for name in (f"1 {kind[:-1]}.xlsx", f"3 {kind[:-1]}.xlsx"):
        (few / name).write_bytes(a_return("project", name))
    backend = local_processes(2, seconds=3, megabytes=1024)
    done = finished(few, backend=backend, work=getattr(batch_work, kind))
    assert [one.record.file for one in done] == sorted(path.name for path in few.iterdir())
    guilty = [one for one in done if kind[:-1] in one.record.file]
    assert [codes(one) for one in guilty] == [{"R03"}, {"R03"}]
    assert [one.record.status for one in done if one not in guilty] == ["scored"] * 5
    message, advice = (getattr(guilty[0].record.findings[0], key) for key in ("message", "advice"))
    assert "用时超过3秒，或所需内存超过1024MB" in message
    assert advice.startswith("请")


@pytest.mark.finding("R03")
def test_a_limit_holds_for_a_single_workbook_where_it_is_given(few: Path) -> None:
    done = run("check", few / "1.xlsx", "--json", "--time-limit", 0.001)
    assert done.returncode == 3
    (found,) = json.loads(done.stdout)["findings"]
    assert found["code"] == "R03"
    assert "用时超过0.001秒，或所需内存超过2048MB" in found["message"]
    assert json.loads(run("check", few / "1.xlsx", "--json").stdout)["status"] == "scored"


def test_a_worker_that_died_by_chance_costs_nothing(few: Path) -> None:
    (few / "2 once.xlsx").write_bytes(a_return("project", "示例局"))
    done = finished(few, backend=local_processes(2), work=batch_work.dies_once)
    assert [one.record.status for one in done] == ["scored"] * 6


def test_workers_that_cannot_start_are_no_fault_of_the_files(few: Path, tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(NO_GUARD, "utf-8")
    environment = os.environ | {"PYTHONPATH": str(TREE), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, script, few], capture_output=True, env=environment, timeout=120, encoding="utf-8"
    )
    assert done.returncode == 1
    assert "R03" not in done.stdout
    assert "BatchError: 评分进程启动不了" in done.stderr
    assert "--jobs 1" in done.stderr


def test_what_ran_into_a_limit_is_tried_again_next_time(few: Path, tmp_path: Path) -> None:
    (few / "3 die.xlsx").write_bytes(a_return("project", "示例局"))
    finished(few, tmp_path / "out", backend=local_processes(1), work=batch_work.dies)
    again = finished(few, tmp_path / "out")
    assert [one.record.file for one in again if one.fresh] == ["3 die.xlsx"]
    assert all(one.record.status == "scored" for one in again)


def test_memory_that_runs_out_in_this_process_is_told(few: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hungry(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(pipeline, "read", hungry)
    assert all(codes(one) == {"R03"} for one in finished(few))
