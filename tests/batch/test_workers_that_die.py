"""Workers that die, cannot start or reach a limit cost the workbook that did it, and no other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from perf_xlsx import pipeline
from perf_xlsx.batch.processes import local_processes
from tests import ROOT
from tests.kit import batch_work
from tests.kit.batch_returns import a_return
from tests.kit.runs import codes, finished, run

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
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
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
