"""Our template, filled in from a story and changed as people change workbooks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from perf_xlsx.domain.model import Result
from tests.kit.filled import changed, template_of
from tests.kit.outcome import scored

Damage = Callable[[Any], None]


def damaged(story: str, damage: Damage, folder: Path) -> Result:
    """The result of a story's workbook that was damaged."""
    return scored(changed(template_of(story), damage), folder)
