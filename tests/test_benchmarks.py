"""The benchmarks can be run: what they measure is measured by hand, that they start is tested here."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from perf_xlsx.batch import plan


@pytest.mark.parametrize("name", ["one", "many", "consolidate", "yardstick", "floor", "returns", "others"])
def test_each_benchmark_finds_what_it_measures(name: str) -> None:
    assert importlib.import_module(f"benchmarks.{name}").__doc__


def test_returns_to_be_measured_are_returns(tmp_path: Path) -> None:
    from benchmarks.returns import write_returns

    write_returns(tmp_path / "in", 6)
    assert len(plan([tmp_path / "in"], None)) == 6
