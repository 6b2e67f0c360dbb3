"""What the tests of checks share: an official form, scored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from tests.kit.official_form import official


@pytest.fixture
def form(tmp_path: Path) -> Callable[..., Result]:
    """An official form, scored."""

    def run(rulebook: str | None = None, **changes: Any) -> Result:
        return pipeline.score(official(tmp_path / "f.xlsx", **changes), rulebook=rulebook)

    return run
