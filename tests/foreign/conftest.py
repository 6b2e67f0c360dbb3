"""What the tests of other formats share."""

from __future__ import annotations

import pytest

from perf_xlsx.cli.stories import STORIES
from tests.kit.filled import template_of


@pytest.fixture(scope="session")
def filled() -> dict[str, bytes]:
    """The three example forms, as .xlsx."""
    return {story: template_of(story) for story in STORIES}
