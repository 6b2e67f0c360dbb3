"""LibreOffice, as another program that opens, calculates and saves workbooks."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

SOFFICE = shutil.which("soffice")
MOST = 200  # workbooks in one run
PATIENCE = 300  # seconds for one workbook
OFFICE = Path(__file__).with_name("office.py")
XLSX = "xlsx:Calc MS Excel 2007 XML"

needs_libreoffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")

_WRITER = bool(SOFFICE) and (Path(os.path.realpath(SOFFICE or "")).parent / "libswlo.so").exists()
needs_writer = pytest.mark.skipif(
    not (_WRITER and shutil.which("pdftotext")),
    reason="LibreOffice's word processor or pdftotext is not installed",
)


def _bridged() -> str:
    """The Python that can talk to LibreOffice, which Debian has beside it; "" where there is none."""
    python = "/usr/bin/python3"
    if not (SOFFICE and os.path.exists(python)):
        return ""
    found = subprocess.run([python, "-c", "import uno"], check=False, capture_output=True, timeout=60)
    return "" if found.returncode else python


BRIDGE = _bridged()
needs_bridge = pytest.mark.skipif(not BRIDGE, reason="LibreOffice's Python bridge (python3-uno) is not installed")


def edited(source: Path, target: Path, *steps: list[Any]) -> None:
    """Open a workbook in LibreOffice, do what a person does at the screen (`office`), and save it as .xlsx."""
    _ask(source, target, XLSX, steps)


def converted(out: Path, kind: str, *paths: Path) -> Path:
    """Save workbooks (or documents) in a folder as another kind ("ods", "xls:MS Excel 97"); gives the path of the last."""
    out.mkdir(exist_ok=True)
    targets = [out / f"{path.stem}.{kind.partition(':')[0]}" for path in paths]
    if BRIDGE:
        for path, target in zip(paths, targets, strict=True):
            _ask(path, target, kind)
    else:
        profile = f"-env:UserInstallation={Path(_profile().name).as_uri()}"
        words = [str(SOFFICE), profile, "--headless", "--convert-to", kind, "--outdir", str(out)]
        for at in range(0, len(paths), MOST):
            subprocess.run([*words, *map(str, paths[at : at + MOST])], check=True, capture_output=True, timeout=900)
    return targets[-1]


@cache
def _profile() -> tempfile.TemporaryDirectory[str]:
    """Made once a process: to set one up takes longer than to convert a workbook."""
    return tempfile.TemporaryDirectory(prefix="libreoffice")


@cache
def _office() -> subprocess.Popen[str]:
    """Kept open as long as this process lives: to start it takes longer than to convert a workbook."""
    pipe = subprocess.PIPE
    office = subprocess.Popen(
        [BRIDGE, str(OFFICE), str(SOFFICE)], stdin=pipe, stdout=pipe, text=True, start_new_session=True
    )
    atexit.register(office.communicate)  # it ends when nobody writes to it any more
    return office


def _ask(source: Path, target: Path, kind: str, steps: tuple[list[Any], ...] = ()) -> None:
    """Have the open LibreOffice do it; one that hangs or has ended is replaced at the next call."""
    office = _office()
    assert office.stdin is not None
    assert office.stdout is not None
    task = {"source": source.absolute().as_uri(), "target": target.absolute().as_uri(), "kind": kind, "steps": steps}
    watch = Timer(PATIENCE, os.killpg, (office.pid, signal.SIGKILL))
    watch.start()
    try:
        office.stdin.write(f"{json.dumps(task)}\n")
        office.stdin.flush()
        answer = office.stdout.readline()
    finally:
        watch.cancel()
    if answer != "done\n":
        _office.cache_clear()
        office.communicate()
        raise RuntimeError(f"{source}: {json.loads(answer) if answer else 'LibreOffice has ended'}")
