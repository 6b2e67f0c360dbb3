"""Wine, as the Windows on which batch files run; and what stands in for Python there."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

WINE = shutil.which("wine")
needs_wine = pytest.mark.skipif(WINE is None, reason="Wine is not installed")
EMBEDDABLE = os.environ.get("PYTHON_EMBED")  # as for `make windows`
needs_python_for_windows = pytest.mark.skipif(
    not (WINE and EMBEDDABLE), reason="needs Wine, and PYTHON_EMBED, an embeddable Python for Windows"
)
# A script that Wine starts like a program: it says with which words and for which drop it was called.
STAND_IN = """#!/usr/bin/env python3
import json, os, sys
print(json.dumps([sys.argv[1:], os.environ.get("PERF_XLSX_LINE"), os.environ.get("PERF_XLSX_BAT")]))
"""


def windows_path(path: Path) -> str:
    """A path as Windows has it: all of this machine is drive Z."""
    return "Z:" + str(path).replace("/", "\\")


def cmd(batch_file: str, *words: str, folder: Path, line: str = "") -> tuple[int, str]:
    """Run a batch file that lies in a folder; gives its exit code and what it said.

    `line` is what cmd says that it was called with, which Wine's does not say by itself (CMDCMDLINE).
    """
    environment = _environment()
    done = subprocess.run(
        [str(WINE), "cmd", "/c", batch_file, *words],
        cwd=folder, env=environment | {"CMDCMDLINE": line}, input=b"", capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


@contextmanager
def started_by(folder: Path, batch_file: str, *words: str) -> Iterator[str]:
    """A batch file that opens a page and goes on: the page's address. It is ended after the block."""
    process = subprocess.Popen(
        [str(WINE), "cmd", "/c", batch_file, *words],
        cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    said = b""
    try:
        while not (found := re.search(rb"http://\S+?key=[\w-]+", said)):
            line = process.stdout.readline()
            assert line, said
            said += line
        yield found[0].decode()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environment() -> dict[str, str]:
    more = {"WINEPREFIX": str(_prefix()), "WINEDEBUG": "-all", "DISPLAY": "", "LC_ALL": "C.UTF-8"}
    return {name: text for name, text in (os.environ | more).items() if name != "PYTHONPATH"}


@cache
def _prefix() -> Path:
    """Wine's own Windows, as new as Python wants it; made once a machine, because it takes long and 700 MB."""
    prefix = Path(tempfile.gettempdir()) / "perf-xlsx-wine"
    with open(f"{prefix}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (prefix / "ready").exists():
            environment = os.environ | {"WINEPREFIX": str(prefix), "WINEDEBUG": "-all", "DISPLAY": ""}
            version = ["reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f"]
            for words in (["wineboot", "--init"], version):
                subprocess.run([str(WINE), *words], env=environment, input=b"", capture_output=True, check=True)
            (prefix / "ready").touch()
    return prefix
