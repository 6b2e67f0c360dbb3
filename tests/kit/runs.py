"""Runs of the command over a folder of returns."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from perf_xlsx import batch
from perf_xlsx.batch import Finished, plan
from tests import ROOT

# Where the tests run in the background, their children are born deaf to Ctrl-C.
MAIN = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from perf_xlsx.cli.main import main
main()
"""


def started(*words: object, code: str = MAIN, **options: Any) -> subprocess.Popen[bytes]:
    """The command in a process of its own, which a test may stop."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen([sys.executable, "-c", code, *map(str, words)], env=environment, **pipes)


def run(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, to its end."""
    process = started(*words, **options)
    out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(words, process.returncode, out.decode(), err.decode())


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder by its path, the lock aside."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def finished(folder: Path, output: Path | None = None, **options: Any) -> list[Finished]:
    """What came of each workbook of a folder, in this process."""
    return list(batch.run(plan([folder], output), **options))


def codes(one: Finished) -> set[str]:
    """The codes of what was found in a workbook."""
    return {found.code for found in one.record.findings}
