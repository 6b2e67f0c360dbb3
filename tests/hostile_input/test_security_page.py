"""docs/SECURITY.md names the tests that hold it true; each of them is there."""

from __future__ import annotations

import re

from tests import ROOT


def test_every_promise_names_tests_that_exist() -> None:
    lines = (ROOT / "docs" / "SECURITY.md").read_text("utf-8").splitlines()
    promises = [line for line in lines if line.startswith("| ") and "tests |" not in line]
    assert len(promises) >= 10
    for line in promises:
        named = re.findall(r"`(tests/[\w/]+\.py)`", line)
        assert named, line
        assert all((ROOT / name).is_file() for name in named), line
