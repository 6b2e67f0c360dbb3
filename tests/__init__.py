"""Tests, by the room they are about; `kit` makes what they score, `cases` and `fixtures` are data."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases"
FIXTURES = ROOT / "tests" / "fixtures"
