"""What the tests share: the well-made form, and the public doors through which every test goes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import case_text
from perf_xlsx.domain.model import Result

CASES = Path(__file__).parent / "cases"


@pytest.fixture
def well_made() -> dict[str, Any]:
    """A department form with nothing wrong in it, as case data."""
    data: dict[str, Any] = json.loads((CASES / "完好的部门自评表.json").read_text("utf-8"))
    return data


@pytest.fixture
def score_case(tmp_path: Path) -> Callable[..., Result]:
    """Type a case into the real template, save it, and score the file."""

    def run(case: dict[str, Any], output: str | None = None, rulebook: str | None = None) -> Result:
        returned = tmp_path / "returned.xlsx"
        text = json.dumps(case, ensure_ascii=False)
        pipeline.write_template(returned, case=text, rulebook=rulebook)
        return pipeline.score(returned, tmp_path / output if output else None, rulebook)

    return run


@pytest.fixture(scope="session")
def scored_copy(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The reference case as it was filed, scored."""
    folder = tmp_path_factory.mktemp("scored")
    pipeline.write_template(folder / "a.xlsx", case=case_text("department-as-filed"))
    pipeline.score(folder / "a.xlsx", folder / "b.xlsx")
    return (folder / "b.xlsx").read_bytes()
