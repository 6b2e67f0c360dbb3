"""A batch on a dask cluster: two worker processes, one of which is killed midway."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from perf_xlsx import batch
from perf_xlsx.batch import BatchError, plan
from perf_xlsx.batch.cluster import cluster
from perf_xlsx.cli.main import main
from tests.kit import batch_work
from tests.kit.batch_returns import a_return

distributed = pytest.importorskip("distributed", reason="the extra [cluster] is not installed")


@pytest.fixture
def address() -> Iterator[str]:
    """A cluster of two worker processes that gives a task up when a second worker died of it."""
    import dask

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
    ):
        yield str(cluster.scheduler_address).removeprefix("tcp://")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    for n in range(12):
        (path / f"{n:02}.xlsx").write_bytes(a_return("project", f"示例{n}局", 80 + n))
    return path


def outputs(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.suffix in (".xlsx", ".jsonl")}


def test_a_worker_that_is_killed_midway_costs_nothing(folder: Path, address: str, tmp_path: Path) -> None:
    list(batch.run(plan([folder], tmp_path / "here")))
    client_of = distributed.Client(f"tcp://{address}", set_as_default=False)
    with cluster(address, chunk=2) as backend, client_of as client:
        done = batch.run(plan([folder], tmp_path / "out"), backend=backend, work=batch_work.slow)
        files = [next(done).record.file]
        victim = next(iter(client.run(os.getpid).values()))
        os.kill(victim, signal.SIGKILL)
        files += [one.record.file for one in done]
    assert files == [f"{n:02}.xlsx" for n in range(12)]
    assert outputs(tmp_path / "out") == outputs(tmp_path / "here")


def test_a_file_that_kills_every_worker_is_told_and_the_others_are_scored(folder: Path, address: str) -> None:
    (folder / "05 die.xlsx").write_bytes(a_return("project", "示例局"))
    with cluster(address, chunk=4) as backend:
        done = list(batch.run(plan([folder], None), backend=backend, work=batch_work.dies))
    unread = {one.record.file: one.record.findings[0].code for one in done if not one.record.total}
    assert unread == {"05 die.xlsx": "R03"}
    assert len(done) == 13


def test_the_command_hands_its_work_to_the_cluster(folder: Path, address: str, tmp_path: Path) -> None:
    words = ["score", str(folder), "-o", str(tmp_path / "out"), "--executor", f"dask://{address}", "--json"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code in (0, 1)
    assert len(done.stdout.splitlines()) == 12
    assert len(list((tmp_path / "out").glob("*.xlsx"))) == 13  # with the consolidated one


def test_an_executor_that_cannot_be_used_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perf_xlsx.batch.cluster.CONNECT_SECONDS", 0.5)
    unknown = CliRunner().invoke(main, ["check", str(folder), "--executor", "ray://somewhere"])
    assert unknown.exit_code == 2
    assert "dask://主机:端口" in unknown.stderr
    with pytest.raises(BatchError, match="连不上"), cluster("127.0.0.1:9"):
        pass
