"""What the tests of batches share."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.kit.batch_returns import a_return, write_returns
from tests.kit.runs import contents, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for returns."""
    path = tmp_path / "in"
    path.mkdir()
    return path


@pytest.fixture(scope="session")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty returns in a folder "returned"; outputs are written beside it."""
    folder = tmp_path_factory.mktemp("sixty")
    write_returns(folder / "returned")
    return folder


@pytest.fixture(scope="session")
def unbroken(sixty: Path) -> tuple[subprocess.CompletedProcess[str], dict[str, bytes]]:
    """What a run over the sixty with two workers says and writes."""
    done = run("score", "returned", "-o", "unbroken", "--jobs", 2, "--json", cwd=sixty)
    return done, contents(sixty / "unbroken")


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Five returns of five units."""
    folder = tmp_path / "few"
    folder.mkdir()
    for n in range(5):
        (folder / f"{n}.xlsx").write_bytes(a_return("project", f"示例{n}局", 90 + n))
    return folder
