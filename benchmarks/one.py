"""One workbook: warm in process and as a cold command, against the yardstick and the floor."""

from __future__ import annotations

import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import floor, yardstick
from benchmarks.recorded import drafts_of, record
from perf_xlsx import pipeline
from perf_xlsx.cli.stories import STORIES, case_text

ROUNDS = 25
COLD = 7


def alternately(
    rounds: int, works: dict[str, Callable[[], object]], before: Callable[[], object] = lambda: None
) -> dict[str, float]:
    """Median seconds of each, taken in turn so that a busy machine is unfair to none; `before` is not counted."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(rounds):
        for name, work in works.items():
            before()
            start = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken) for name, taken in times.items()}


def command(*arguments: str | Path) -> Callable[[], object]:
    """A whole process."""
    words = [str(argument) for argument in arguments]
    return lambda: subprocess.run(words, capture_output=True, check=False, env=as_installed())


def as_installed() -> dict[str, str]:
    """The environment, but with byte code kept, as it is of installed packages."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def measure() -> list[tuple[str, str, str]]:
    """Rows of the table: what, measured, aimed at."""
    rows: list[tuple[str, str, str]] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for story in STORIES:
            source, ours, theirs = folder / f"{story}.xlsx", folder / "ours.xlsx", folder / "theirs.xlsx"
            pipeline.write_template(source, case=case_text(story))
            result = pipeline.score(source, ours)
            work, least = record(result, source), floor.prepared(source, ours, drafts_of(result))
            took = alternately(
                ROUNDS,
                {
                    "ours": lambda s=source, o=ours: pipeline.score(s, o),
                    "yardstick": lambda s=source, o=theirs, w=work: yardstick.score(s, o, w),
                    "floor": lambda s=source, o=theirs, w=least: floor.score(s, o, w),
                },
            )
            rows.append(
                (
                    f"{story}, warm: yardstick ÷ ours ({took['ours'] * 1000:.0f} ms)",
                    f"{took['yardstick'] / took['ours']:.1f}×",
                    "≥ 3×",
                )
            )
            rows.append(
                (
                    f"{story}, warm: ours ÷ floor ({took['floor'] * 1000:.0f} ms)",
                    f"{took['ours'] / took['floor']:.2f}×",
                    "≤ 4×",
                )
            )
        (folder / "work.pickle").write_bytes(pickle.dumps(work))
        script = Path(sys.executable).with_name("perf-xlsx")
        cold = alternately(
            COLD,
            {
                "ours": command(script, "score", source, "-o", folder / "out"),
                "yardstick": command(
                    sys.executable, "-m", "benchmarks.yardstick", source, theirs, folder / "work.pickle"
                ),
                "help": command(script, "--help"),
                "click": command(sys.executable, "-c", "import click"),
            },
        )
        rows.append(
            (
                f"cold command: ours ({cold['ours'] * 1000:.0f} ms) ÷ yardstick",
                f"{cold['ours'] / cold['yardstick']:.2f}×",
                "≤ 0.5×",
            )
        )
        rows.append(
            (
                f"`perf-xlsx --help` ({cold['help'] * 1000:.0f} ms) ÷ `import click`",
                f"{cold['help'] / cold['click']:.2f}×",
                "≤ 2×",
            )
        )
    return rows


if __name__ == "__main__":
    for row in measure():
        print(" | ".join(row))
