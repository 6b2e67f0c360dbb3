"""What the tests of batches share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for returns."""
    path = tmp_path / "in"
    path.mkdir()
    return path
