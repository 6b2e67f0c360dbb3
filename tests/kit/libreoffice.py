"""LibreOffice, as a second program that opens and saves workbooks."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice")
needs_libreoffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")


def converted(folder: Path, kind: str, *paths: Path) -> Path:
    """Save workbooks as another kind in the folder; gives the last one's path."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    words = [str(SOFFICE), profile, "--headless", "--convert-to", kind, "--outdir", str(folder), *map(str, paths)]
    subprocess.run(words, check=True, capture_output=True, timeout=180)
    return folder / f"{paths[-1].stem}.{kind.partition(':')[0]}"
