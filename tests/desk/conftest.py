"""What the tests of a desk share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.desk import Browser, own_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Browser]:
    """A desk of one's own, and a browser at it."""
    with own_desk(tmp_path / "收回") as opened:
        yield opened
