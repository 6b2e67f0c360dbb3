"""The memory that the parent of a run takes for each return, its workers left out.

    python -m benchmarks.parent [--counts 20000 100000] [--scratch FOLDER]

The returns are empty files, and a worker's answer is the record of a form scored once, under the return's own name
and unit; all else is the command's own: planning, comparing, journal, records, receipts, summary, 汇总 as files.
Each stage of each count has a process of its own. What the second count takes more at its peak, divided by the
returns that it has more, is the memory of a return.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path

STAGES = ("plan", "run", "again", "consolidate")
PER_FOLDER = 1_000
UNIT, FILE = "所属单位", "所属文件"  # what stands in the record until a return's own name does


def record() -> bytes:
    """The line of a form's record, as a worker would give it for a file and unit that are called so."""
    from msgspec.structs import replace

    from perf_xlsx import __version__, pipeline
    from perf_xlsx.results.record import SCHEMA, Key, encode_record
    from perf_xlsx.results.recording import as_record
    from tests.kit.filled import template_of

    with tempfile.TemporaryDirectory() as folder:
        returned = Path(folder) / "returned.xlsx"
        returned.write_bytes(template_of("project"))
        found = as_record(pipeline.score(returned))
    digest = "0" * 64
    own = Key(digest, found.rulebook, version=__version__)
    names = {
        "file": FILE,
        "output": FILE,
        "output_sha256": digest,
        "sha256": digest,
        "unit": UNIT,
        "key": own,
        "schema": SCHEMA,
    }
    return encode_record(replace(found, **names))


def write_empty(folder: Path, count: int) -> None:
    """That many empty files, in folders of a thousand."""
    from benchmarks.returns import unit_name  # which loads more than a run does

    for number in range(count):
        if number % PER_FOLDER == 0:
            (folder / f"区县{number // PER_FOLDER:04}").mkdir(parents=True)
        name = f"区县{number // PER_FOLDER:04}/{number:07}{unit_name(number)}.xlsx"
        os.close(os.open(folder / name, os.O_CREAT | os.O_WRONLY))


def answered(line: bytes, task: object) -> object:
    """What a worker would answer: the record under the task's own name; nothing where it is known."""
    from perf_xlsx.batch.worker import Done

    if task.known:  # type: ignore[attr-defined]
        return Done(None)
    file = task.file  # type: ignore[attr-defined]
    unit = Path(file).stem[7:]
    return Done((line.replace(FILE.encode(), file.encode()).replace(UNIT.encode(), unit.encode()),))


def run(returned: Path, out: Path, line: bytes) -> None:
    """The run of the command over the folder, without workers, letters and 汇总."""
    from perf_xlsx import batch
    from perf_xlsx.cli.run_output import Outputs, Run, show_run

    jobs = batch.plan([returned], out)
    finished = batch.run(jobs, work=partial(answered, line))  # type: ignore[arg-type]
    with closing(finished):
        show_run(Run(jobs, False, False, None, None, Outputs()), finished)


def peak() -> float:
    """MB that this process has taken at most; `getrusage` would give its parent's where that is more."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def do(stage: str, returned: Path, out: Path, line: Path) -> None:
    """One stage, in this process."""
    if stage == "plan":
        from perf_xlsx import batch

        assert batch.plan([returned], out)
    elif stage == "consolidate":
        from perf_xlsx.consolidated import Records, consolidate

        consolidate(Records.open(out), None, None, base=out, how="csv", most_listed=0)
    else:
        run(returned, out, line.read_bytes())


def measured(count: int, scratch: Path) -> Iterator[tuple[str, float, float]]:
    """Stage, seconds of processor time, and the peak in MB."""
    returned, out, line = scratch / f"{count}", scratch / f"{count}-out", scratch / "record.json"
    write_empty(returned, count)
    line.write_bytes(record())
    for stage in STAGES:
        words = [sys.executable, "-m", "benchmarks.parent", "--one", stage, returned, out, line]
        found = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
        yield stage, found["seconds"], found["peak"]


def main() -> None:
    """Print a row a stage."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--counts", type=int, nargs=2, default=(20_000, 100_000), metavar=("FEW", "MANY"))
    words.add_argument("--scratch", type=Path, help="a folder on a disk with room for the records")
    given = words.parse_args()
    few, many = given.counts
    with tempfile.TemporaryDirectory(dir=given.scratch) as folder:
        pairs = zip(measured(few, Path(folder)), measured(many, Path(folder)), strict=True)
        for (stage, _, less), (_, seconds, more) in pairs:
            each = (more - less) / (many - few) * 1024**2
            took = f"{seconds / many * 1e6:.0f} µs"
            print(f"| {stage} | {less:.0f} MB | {more:.0f} MB | {each:.0f} B | {took} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        stage, *paths = sys.argv[2:]
        with open(os.devnull, "w") as quiet, redirect_stdout(quiet), redirect_stderr(quiet):
            do(stage, *map(Path, paths))
        print(json.dumps({"seconds": time.process_time(), "peak": peak()}))
    else:
        main()
