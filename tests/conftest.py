"""What the tests share: the well-made form, and the public doors through which every test goes."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.cli.demo import case_text
from perf_xlsx.domain.model import Result

pytest.register_assert_rewrite("tests.kit")  # what its asserts compared is shown too, as in a test

from tests.kit import filled as kit  # noqa: E402


def pytest_sessionstart() -> None:
    """While thousands of tests are collected nothing is garbage: to look for it takes a quarter of the time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What was collected stays: no collection of garbage goes through it again."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture
def well_made() -> dict[str, Any]:
    """A department form with nothing wrong in it, as case data."""
    return kit.well_made()


@pytest.fixture(scope="session")
def corrected() -> bytes:
    """The reference case as it was corrected, in our template: a department's, in 万元."""
    return kit.template_of("department-corrected")


@pytest.fixture(scope="session")
def as_filed() -> bytes:
    """The reference case as it was filed, in our template."""
    return kit.template_of("department-as-filed")


@pytest.fixture(scope="session")
def project_form() -> bytes:
    """The reference case of a project, in our template."""
    return kit.template_of("project")


@pytest.fixture(scope="session")
def sound() -> bytes:
    """The well-made department form, in our template."""
    return kit.template_of("完好的部门自评表")


@pytest.fixture
def score_case(tmp_path: Path) -> Callable[..., Result]:
    """Type a case into the real template, save it, and score the file."""

    def run(case: dict[str, Any], output: str | None = None, rulebook: str | None = None) -> Result:
        returned = tmp_path / "returned.xlsx"
        returned.write_bytes(kit.filled(case, rulebook))
        return pipeline.score(returned, tmp_path / output if output else None, rulebook)

    return run


@pytest.fixture(scope="session")
def scored_copy(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The reference case as it was filed, scored."""
    folder = tmp_path_factory.mktemp("scored")
    (folder / "a.xlsx").write_bytes(kit.filled(case_text("department-as-filed")))
    pipeline.score(folder / "a.xlsx", folder / "b.xlsx")
    return (folder / "b.xlsx").read_bytes()
