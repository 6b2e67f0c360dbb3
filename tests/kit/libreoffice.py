"""LibreOffice, as another program that opens, calculates and saves workbooks."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any

import openpyxl
import pytest

CellsShown = Mapping[tuple[str, int, int], Any]

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
            subprocess.run(
                [*words, *map(str, paths[at : at + MOST])], check=True, capture_output=True, timeout=900
            )
    return targets[-1]


def cells_shown(path: Path) -> CellsShown:
    """What LibreOffice shows of a workbook, by sheet, row and column: numbers, texts and errors."""
    if BRIDGE:
        sheets = _ask(path, None)
    else:
        saved = openpyxl.load_workbook(
            converted(path.parent / "shown", XLSX, path), data_only=True, read_only=True
        )
        sheets = {sheet.title: sheet.iter_rows(values_only=True) for sheet in saved.worksheets}
    return {
        (title, y, x): value
        for title, rows in sheets.items()
        for y, row in enumerate(rows, 1)
        for x, value in enumerate(row, 1)
        if value not in ("", None)
    }


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


def _ask(source: Path, target: Path | None, kind: str = XLSX, steps: Sequence[list[Any]] = ()) -> Any:
    """Have the open LibreOffice do it; one that hangs or has ended is replaced at the next call."""
    office = _office()
    assert office.stdin is not None
    assert office.stdout is not None
    addresses = [path and path.absolute().as_uri() for path in (source, target)]
    task = dict(zip(("source", "target"), addresses, strict=True), kind=kind, steps=steps)
    watch = Timer(PATIENCE, os.killpg, (office.pid, signal.SIGKILL))
    watch.start()
    try:
        office.stdin.write(f"{json.dumps(task)}\n")
        office.stdin.flush()
        answer = json.loads(office.stdout.readline() or '{"wrong": "LibreOffice has ended"}')
    finally:
        watch.cancel()
    if "wrong" in answer:
        _office.cache_clear()
        office.communicate()
        raise RuntimeError(f"{source}: {answer['wrong']}")
    return answer["done"]
