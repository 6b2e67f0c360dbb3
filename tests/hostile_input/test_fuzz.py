"""A short run of the fuzzing; `make fuzz` is the long one."""

from __future__ import annotations

import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a run is stopped with signals")

if sys.platform != "win32":
    from tests import fuzz


def test_seeds_that_failed_once() -> None:
    assert [said for said in (fuzz.judge(seed)[:2] for seed in fuzz.kept_seeds()) if said[1]] == []


@pytest.mark.parametrize(("kind", "count"), [("xlsx", 200), ("xls", 60), ("xlsb", 60), ("ods", 40)])
def test_some_damaged_workbooks(kind: str, count: int) -> None:
    assert [said for said in (fuzz.judge((kind, seed))[:2] for seed in range(count)) if said[1]] == []


def test_the_judge_sees_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fuzzing that cannot fail proves nothing."""

    def raises(*_: object) -> None:
        raise KeyError("a slip")

    fuzz.bases()  # made once, and well
    monkeypatch.setattr("perf_xlsx.pipeline.read", raises)
    said = "".join(fuzz.judge(("xlsx", seed))[1] for seed in range(20))
    assert fuzz.pipeline.UNEXPECTED in said
