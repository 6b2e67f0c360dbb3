"""The command line, run in this process."""

from __future__ import annotations

import os
from pathlib import Path

from click.testing import CliRunner, Result

from perf_xlsx.cli.main import main


def command(*words: object) -> Result:
    """perf-xlsx with these words; a path may hold bytes that are no text."""
    typed = [os.fspath(word) if isinstance(word, Path) else str(word) for word in words]
    return CliRunner().invoke(main, typed, prog_name="perf-xlsx", catch_exceptions=False)
