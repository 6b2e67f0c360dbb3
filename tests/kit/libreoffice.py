"""LibreOffice, as another program that opens, calculates and saves workbooks."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

SOFFICE = shutil.which("soffice")
MOST = 200  # workbooks in one run
EDITS = Path(__file__).with_name("office_edits.py")
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
    """Open a workbook in LibreOffice, do what a person does at the screen (`office_edits`), and save it as .xlsx."""
    pipe = f"edits{secrets.token_hex(8)}"
    with tempfile.TemporaryDirectory(prefix="libreoffice") as profile:
        office = subprocess.Popen(
            [str(SOFFICE), f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--invisible", "--norestore",
             f"--accept=pipe,name={pipe};urp;"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            words = [BRIDGE, str(EDITS), pipe, source.as_uri(), target.as_uri(), json.dumps(steps)]
            subprocess.run(words, check=True, capture_output=True, timeout=300)
            office.wait(120)
        finally:
            office.kill()


def converted(out: Path, kind: str, *paths: Path) -> Path:
    """Save workbooks (or documents) in a folder as another kind ("ods", "xls:MS Excel 97"); gives the path of the last."""
    profile = f"-env:UserInstallation={Path(_profile().name).as_uri()}"
    words = [str(SOFFICE), profile, "--headless", "--convert-to", kind, "--outdir", str(out)]
    for at in range(0, len(paths), MOST):
        subprocess.run([*words, *map(str, paths[at : at + MOST])], check=True, capture_output=True, timeout=900)
    return out / f"{paths[-1].stem}.{kind.partition(':')[0]}"


@cache
def _profile() -> tempfile.TemporaryDirectory[str]:
    """Made once a process: to set one up takes longer than to convert a workbook."""
    return tempfile.TemporaryDirectory(prefix="libreoffice")
