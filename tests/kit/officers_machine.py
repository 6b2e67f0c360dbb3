"""The program as an officer's machine runs it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests import ROOT

POSIX = pytest.mark.skipif(os.name == "nt", reason="names that Windows does not take")


def process(*words: object, encoding: str = "utf-8", **more: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, with a code page for what it prints."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"} | more
    line = [sys.executable, "-m", "perf_xlsx", *map(str, words)]
    return subprocess.run(line, capture_output=True, env=environment, timeout=120, check=False)
