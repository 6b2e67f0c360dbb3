"""A single workbook is done in a process that it may end: what the command says then, and what goes through it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from perf_xlsx import batch
from perf_xlsx.batch import plan
from perf_xlsx.batch.processes import local_processes
from tests import ROOT
from tests.kit import batch_work
from tests.kit.batch_returns import a_return
from tests.kit.filled import template_of

TREE = ROOT
START = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # where the tests run in the background
{before}
from perf_xlsx.launcher import main
if __name__ == "__main__":
    main()
"""
# What a workbook may do to the process that reads it.
READING = "from perf_xlsx import pipeline\ndef read(*_):\n    {what}\npipeline.read = read\n"
LOOP = "import itertools; sum(itertools.repeat(0))"  # native code that never comes back
SPAWNED = "del os.fork\n"
NO_WINDOWS = pytest.mark.skipif(os.name == "nt", reason="signals, and a child that is a copy")


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("launched") / "甲.xlsx"
    path.write_bytes(template_of("project"))
    return path


def started(*words: object, before: str = "", **options: object) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(TREE), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", START.format(before=before), *map(str, words)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8", "env": environment}
    return subprocess.Popen(command, **pipes | options)  # type: ignore[call-overload, no-any-return]


def run(*words: object, before: str = "", **options: object) -> subprocess.CompletedProcess[str]:
    process = started(*words, before=before, **options)
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def given_up(done: subprocess.CompletedProcess[str]) -> str:
    """The message of the one finding of a workbook that ended its process."""
    (record,) = map(json.loads, done.stdout.splitlines())
    (found,) = record["findings"]
    assert (done.returncode, done.stderr, record["status"], found["code"]) == (3, "", "unreadable", "R03")
    assert record["output"] is None
    return str(found["message"])


@pytest.mark.parametrize("before", ["", pytest.param(SPAWNED, marks=NO_WINDOWS)])
def test_the_same_is_said_as_in_one_process(before: str, returned: Path, tmp_path: Path) -> None:
    alone = [sys.executable, "-c", "from perf_xlsx.cli.main import main; main(prog_name='perf-xlsx')"]
    for words in (
        ["check", returned.name],
        ["check", returned.name, "--json"],
        ["score", returned.name, "-o", tmp_path / "out"],
        ["check", "没有.xlsx"],
        ["check"],
        ["--help"],
    ):
        environment = os.environ | {"PYTHONPATH": str(TREE), "PYTHONIOENCODING": "utf-8"}
        plain = subprocess.run(
            [*alone, *map(str, words)], capture_output=True, cwd=returned.parent, env=environment, encoding="utf-8"
        )
        done = run(*words, before=before, cwd=returned.parent)
        assert (done.returncode, done.stdout) == (plain.returncode, plain.stdout)
        assert done.stderr.splitlines()[-1:] == plain.stderr.splitlines()[-1:]


@pytest.mark.parametrize("before", ["", pytest.param(SPAWNED, marks=NO_WINDOWS)])
def test_a_workbook_has_its_time_and_its_memory(before: str, returned: Path, tmp_path: Path) -> None:
    words = ("score", returned, "-o", tmp_path / "out", "--json", "--time-limit", "0.001")
    assert "用时超过0.001秒，或所需内存超过2048MB" in given_up(run(*words, before=before))
    assert not list(tmp_path.rglob("*.*"))


@NO_WINDOWS
@pytest.mark.parametrize(
    ("what", "options"),
    [
        (LOOP, ("--time-limit", "0.5")),
        ("os.abort()", ()),
        ("os.kill(os.getpid(), signal.SIGKILL)", ()),
        ("os._exit(0)", ()),
    ],
)
def test_a_workbook_that_ends_its_process_is_told(what: str, options: tuple[str, ...], returned: Path) -> None:
    done = run("check", returned, "--json", *options, before=READING.format(what=what))
    assert "或读取程序意外中止" in given_up(done)


@NO_WINDOWS
def test_a_workbook_of_last_year_that_ends_the_process_is_told(returned: Path, tmp_path: Path) -> None:
    words = ("template", "--from", returned, "-o", tmp_path / "a.xlsx")
    done = run(*words, before=READING.format(what="os.abort()"))
    assert (done.returncode, done.stdout) == (3, "")
    assert "读取原表的进程意外中止" in done.stderr
    assert run(*words).returncode == 0


def test_verifying_ends_with_a_message_too(returned: Path, tmp_path: Path) -> None:
    done = run("verify", returned, before=READING.format(what="os.abort()"))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "核对进程意外中止：有工作簿用时或所需内存过多，或读取程序出错。请逐个核对。\n"


@NO_WINDOWS
def test_a_workbook_that_ends_the_process_of_its_report_is_told(returned: Path, tmp_path: Path) -> None:
    words = ("report", returned, "-o", tmp_path / "report.docx")
    done = run(*words, before=READING.format(what="os.abort()"))
    assert done.returncode == 3
    assert "生成报告的进程意外中止" in done.stderr
    assert not list(tmp_path.iterdir())


@NO_WINDOWS
def test_memory_is_capped_without_asking(returned: Path, tmp_path: Path) -> None:
    hog = "[bytes(64 << 20) for _ in range(1000)]"
    (tmp_path / "out").mkdir()
    words = ("score", returned, "-o", tmp_path / "out", "--json")
    started = time.monotonic()
    assert "内存" in given_up(run(*words, before=READING.format(what=hog)))
    assert time.monotonic() - started < 30
    assert not list((tmp_path / "out").iterdir())


@NO_WINDOWS
def test_what_was_half_written_is_taken_away(returned: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".perf_xlsx-1-other.tmp").write_bytes(b"another run's")
    words = ("score", returned, "-o", tmp_path / "out", "--json")
    given_up(run(*words, before=READING.format(what="os.abort()")))
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".perf_xlsx-1-other.tmp"]


@NO_WINDOWS
@pytest.mark.parametrize("both", [True, False])
def test_ctrl_c_ends_it_in_one_line(both: bool, returned: Path) -> None:
    """The terminal tells the whole group; another program only the process it knows."""
    before = READING.format(what="print('reading', flush=True); time.sleep(60)")
    process = started("check", returned, before=before, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "reading\n"
    (os.killpg if both else os.kill)(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("已停止")
    assert len(err.splitlines()) == 1


@NO_WINDOWS
@pytest.mark.parametrize("how", ["SIGTERM", "SIGKILL"])
def test_nothing_goes_on_where_the_command_is_killed(how: str, returned: Path) -> None:
    psutil = pytest.importorskip("psutil")
    process = started("check", returned, before=READING.format(what="print(1, flush=True); time.sleep(60)"))
    assert process.stdout is not None
    process.stdout.readline()
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(getattr(signal, how))
    process.communicate(timeout=60)
    assert process.returncode == -getattr(signal, how)
    assert len(children) == 1
    assert psutil.wait_procs(children, timeout=30)[1] == []


@NO_WINDOWS
def test_who_ends_the_child_by_hand_ends_the_command(returned: Path) -> None:
    done = run("check", returned, before=READING.format(what="os.kill(os.getpid(), signal.SIGTERM)"))
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, "")


@NO_WINDOWS
def test_a_run_over_many_that_is_ended_says_how_to_go_on(returned: Path) -> None:
    ended = "from perf_xlsx import batch\ndef run(*_, **__):\n    os.abort()\nbatch.run = run\n"
    done = run("check", returned.parent, before=ended)
    assert (done.returncode, done.stdout) == (2, "")
    assert "评分进程意外中止" in done.stderr


def test_a_folder_goes_through_it_with_its_workers(returned: Path) -> None:
    done = run("check", returned.parent, "--json", "--jobs", "2")
    assert [json.loads(line)["status"] for line in done.stdout.splitlines()] == ["scored"]


@pytest.mark.parametrize("before", ["", pytest.param(SPAWNED, marks=NO_WINDOWS)])
def test_modules_that_lie_beside_the_workbooks_are_not_run(before: str, returned: Path, tmp_path: Path) -> None:
    for name in ("click", "lxml", "xlrd", "perf_xlsx"):
        (tmp_path / f"{name}.py").write_text("print('run'); import os; os._exit(7)\n")
    words = [sys.executable, "-P", "-c", START.format(before=before), "check", returned, "--json"]
    environment = os.environ | {"PYTHONPATH": str(TREE), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8")
    assert json.loads(done.stdout)["status"] == "scored"


def test_it_imports_next_to_nothing_before_the_child_starts() -> None:
    code = (
        "import sys; before = set(sys.modules); import perf_xlsx.launcher;"
        "print(sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )
    environment = os.environ | {"PYTHONPATH": str(TREE)}
    words = [sys.executable, "-S", "-c", code]
    seen = subprocess.run(words, capture_output=True, text=True, check=True, env=environment).stdout
    heavy = {"click", "lxml", "rich", "subprocess", "json", "pathlib", "logging", "tempfile", "ctypes"}
    assert not heavy & set(eval(seen))


# ---- a worker's death ----


@NO_WINDOWS
def test_a_file_that_is_killed_alone_is_not_tried_again(tmp_path: Path) -> None:
    (tmp_path / "once.xlsx").write_bytes(a_return("project", "示例局"))
    (done,) = batch.run(plan([tmp_path], None), backend=local_processes(1), work=batch_work.dies_once)
    assert [found.code for found in done.record.findings] == ["R03"]


@NO_WINDOWS
def test_a_file_that_was_killed_beside_others_is_tried_alone(tmp_path: Path) -> None:
    """Five files are two chunks: the last file is a chunk of its own, and is lost with the worker of the first."""
    for name in ("0 once", "1", "2", "3", "4"):
        (tmp_path / f"{name}.xlsx").write_bytes(a_return("project", f"示例{name}局"))
    done = list(batch.run(plan([tmp_path], None), backend=local_processes(2), work=batch_work.dies_once))
    assert [one.record.status for one in done] == ["scored"] * 5
