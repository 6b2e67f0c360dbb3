"""LibreOffice, as another program that opens, calculates and saves workbooks."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice")
MOST = 200  # workbooks in one run
XLSX = "xlsx:Calc MS Excel 2007 XML"

needs_libreoffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")

_WRITER = bool(SOFFICE) and (Path(os.path.realpath(SOFFICE or "")).parent / "libswlo.so").exists()
needs_writer = pytest.mark.skipif(
    not (_WRITER and shutil.which("pdftotext")),
    reason="LibreOffice's word processor or pdftotext is not installed",
)


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
