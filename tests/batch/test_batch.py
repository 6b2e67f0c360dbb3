"""Many workbooks in one run: in order, a line each, the same in one process as in several."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from perf_xlsx import pipeline
from perf_xlsx.batch import plan
from perf_xlsx.batch.executors import Executors, from_executor, in_task_order
from perf_xlsx.batch.worker import Done, Task
from perf_xlsx.cli.progress import progress
from perf_xlsx.consolidated import DEFAULT_NAME
from perf_xlsx.receipts.register import NAME as RECEIPTS
from perf_xlsx.results.records import Records
from tests.kit.runs import codes, contents, finished, run


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
        for done, (task, _) in enumerate(
            in_task_order(executors, tasks(), lambda chunk: [Done((b"",))] * len(chunk))
        ):
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
