"""Many workbooks: two processes against one, 10,000 against 1,000, and a workbook with a large picture.

    python -m benchmarks.many [--counts 1000 10000] [--rounds 5] [--scratch FOLDER]

Runs the command itself over `benchmarks.returns`. Peaks of memory are the kernel's own high-water marks (VmHWM) of
the parent and of each worker, read from /proc while they live: a mark never falls, so that nothing is missed but
what a process does in its last twentieth of a second. Linux only.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.one import alternately, as_installed
from benchmarks.returns import write_returns
from perf_xlsx import pipeline
from perf_xlsx.cli.stories import case_text
from tests.kit.rich_workbook import rich

SAMPLE = 0.05  # seconds
MILLION = 1_000_000
PICTURE = 20 * 1024 * 1024  # bytes
SCRIPT = Path(sys.executable).with_name("perf-xlsx")

Row = tuple[str, str, str]  # what, measured, aimed at


@dataclass
class Run:
    """One run of the command: wall time, and for each process its peak of memory and its processor time."""

    seconds: float = 0.0
    peaks: dict[int, float] = field(default_factory=dict)
    busy: dict[int, float] = field(default_factory=dict)
    launcher: int = 0  # only waits for the parent, which is its child
    output: int = 0  # bytes that are left on the disk, records and 汇总 included

    @property
    def parent(self) -> int:
        """The process that does the work or hands it to workers: the launcher's first child."""
        return min((process for process in self.peaks if process != self.launcher), default=self.launcher)

    @property
    def parent_peak(self) -> float:
        """MB."""
        return self.peaks[self.parent]

    @property
    def worker_peak(self) -> float:
        """MB, of the largest worker."""
        return max(peak for process, peak in self.peaks.items() if process not in (self.launcher, self.parent))

    def sample(self, process: int) -> None:
        """Take down the marks of a process and of its children."""
        try:
            status = Path(f"/proc/{process}/status").read_text()
            times = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            children = [one.read_text() for one in Path(f"/proc/{process}/task").glob("*/children")]
        except OSError:  # it has just ended
            return
        for line in status.splitlines():
            if line.startswith("VmHWM:"):  # gone in a process that is ending
                self.peaks[process] = int(line.split()[1]) / 1024
                self.busy[process] = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
        for child in " ".join(children).split():
            self.sample(int(child))


def score(returned: Path, jobs: int) -> Run:
    """Score a folder with that many processes into a new folder, which is then taken away."""
    out = returned.with_name(f"{returned.name}-out")
    shutil.rmtree(out, ignore_errors=True)
    os.sync()
    run, start = Run(), time.perf_counter()
    words = [SCRIPT, "score", returned, "-o", out, "--jobs", str(jobs)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(words, **quiet, env=as_installed())
    run.launcher = process.pid
    while process.poll() is None:
        run.sample(process.pid)
        time.sleep(SAMPLE)
    run.seconds = time.perf_counter() - start
    if process.returncode not in (0, 1, 3) or not (out / "汇总.xlsx").exists():
        raise SystemExit(f"{words} ended with {process.returncode}")
    run.output = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    shutil.rmtree(out)
    return run


def measure_runs(scratch: Path, few: int, many: int, rounds: int) -> list[Row]:
    """Two processes against one over the few, then the many against the few with two."""
    small, large = scratch / str(few), scratch / f"many-{many}"
    write_returns(small, few)
    ones, twos = [], []
    for _ in range(rounds):
        ones.append(score(small, 1))
        twos.append(score(small, 2))
    write_returns(large, many)
    whole = score(large, 2)
    one, two = (min(runs, key=lambda run: run.seconds) for runs in (ones, twos))
    parent, worker = (max(getattr(run, name) for run in twos) for name in ("parent_peak", "worker_peak"))
    return [
        (
            f"{few:,} workbooks: one process ({one.seconds:.1f} s) ÷ two",
            f"{one.seconds / two.seconds:.2f}×",
            "≥ 1.8×",
        ),
        (
            f"cost of a workbook ({whole.seconds / many * 1000:.0f} ms): {many:,} ÷ {few:,}, two processes",
            f"{whole.seconds / many / (two.seconds / few):.2f}×",
            "≤ 1.10×",
        ),
        (
            f"peak memory of the parent ({whole.parent_peak:.0f} MB): {many:,} ÷ {few:,}",
            f"{whole.parent_peak / parent:.2f}×",
            "≤ 1.15×",
        ),
        (
            f"peak memory of a worker ({whole.worker_peak:.0f} MB): {many:,} ÷ {few:,}",
            f"{whole.worker_peak / worker:.2f}×",
            "≤ 1.15×",
        ),
        _million(whole, many, (whole.parent_peak - parent) / (many - few)),
    ]


def _million(run: Run, count: int, megabytes: float) -> Row:
    """A million returns, extrapolated; the parent takes so many `megabytes` more for each return."""
    hours, disk = run.seconds / count * MILLION / 3600, run.output / count * MILLION / 1e9
    memory = (run.parent_peak + max(megabytes, 0) * (MILLION - count)) / 1024
    what = f"1,000,000 workbooks, extrapolated from {count:,}, two processes"
    return what, f"{hours:.1f} h, parent {memory:.1f} GB, worker {run.worker_peak:.0f} MB, disk {disk:.0f} GB", "–"


def copied(source: Path, target: Path) -> None:
    """A copy that is on the disk when it is done, as a scored copy is."""
    with source.open("rb") as read, target.open("wb") as written:
        shutil.copyfileobj(read, written, 1024 * 1024)
        written.flush()
        os.fsync(written.fileno())


def with_picture(data: bytes, picture: bytes) -> bytes:
    """A workbook with another picture in place of the one in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            new.writestr(info, picture if info.filename == "xl/media/image1.png" else old.read(info))
    return out.getvalue()


def measure_picture(scratch: Path, rounds: int) -> list[Row]:
    """A workbook with a large picture against the same without it and a copy of a file of that size, all anew."""
    plain, heavy, copy = scratch / "plain.xlsm", scratch / "heavy.xlsm", scratch / "picture.bin"
    copy.write_bytes(random.Random(20).randbytes(PICTURE))
    plain.write_bytes(rich(pipeline.template_bytes(case=case_text("department-corrected"))))
    heavy.write_bytes(with_picture(plain.read_bytes(), copy.read_bytes()))
    outputs = {what: scratch / f"{what}-out.xlsm" for what in ("plain", "heavy", "copy")}

    def anew() -> None:  # making room for a file that is written over takes time too, and is no part of either
        for output in outputs.values():
            output.unlink(missing_ok=True)

    os.sync()
    took = alternately(
        rounds,
        {
            "plain": lambda: pipeline.score(plain, outputs["plain"]),
            "heavy": lambda: pipeline.score(heavy, outputs["heavy"]),
            "copy": lambda: copied(copy, outputs["copy"]),
        },
        before=anew,
    )
    ratio = took["heavy"] / (took["plain"] + took["copy"])
    what = f"with a picture of 20 MB ({took['heavy'] * 1000:.0f} ms) ÷ without it, and a copy of 20 MB"
    more = (took["heavy"] - took["plain"]) * 1000
    return [(f"{what} ({more:.0f} ms more; copying: {took['copy'] * 1000:.0f} ms)", f"{ratio:.2f}×", "≤ 1×")]


def main() -> None:
    """Print the rows as they are measured."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--counts", type=int, nargs=2, default=(1_000, 10_000), metavar=("FEW", "MANY"))
    words.add_argument("--rounds", type=int, default=5, help="of the few; the best counts")
    words.add_argument("--picture-rounds", type=int, default=25)
    words.add_argument("--scratch", type=Path, help="a folder on the disk that is to be measured")
    given = words.parse_args()
    with tempfile.TemporaryDirectory(dir=given.scratch) as folder:
        for row in measure_picture(Path(folder), given.picture_rounds):
            print(" | ".join(row), flush=True)
        for row in measure_runs(Path(folder), *given.counts, given.rounds):
            print(" | ".join(row), flush=True)


if __name__ == "__main__":
    main()
