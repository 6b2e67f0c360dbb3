"""The benchmarks can be run: what they measure is measured by hand, that they start is tested here."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from benchmarks.recorded import record
from perf_xlsx import pipeline
from perf_xlsx.batch import plan
from tests.kit.filled import template_of


@pytest.mark.parametrize(
    "name",
    [
        "one",
        "many",
        "consolidate",
        "yardstick",
        "floor",
        "returns",
        "others",
        "letters",
        "parent",
        "reports",
        "desk",
    ],
)
def test_each_benchmark_finds_what_it_measures(name: str) -> None:
    assert importlib.import_module(f"benchmarks.{name}").__doc__


def test_returns_to_be_measured_are_returns(tmp_path: Path) -> None:
    from benchmarks.returns import write_returns

    write_returns(tmp_path / "in", 6)
    assert len(plan([tmp_path / "in"], None)) == 6


def test_letters_are_measured_against_their_run(tmp_path: Path) -> None:
    from benchmarks.letters import measured
    from benchmarks.returns import write_returns

    write_returns(tmp_path / "in", 2)
    assert min(measured(tmp_path / "in", tmp_path / "out", 2)) > 0


def test_the_parent_of_a_run_is_measured_at_each_stage(tmp_path: Path) -> None:
    from benchmarks.parent import STAGES, measured

    rows = list(measured(3, tmp_path))
    assert [stage for stage, _, _ in rows] == list(STAGES)
    assert min(peak for _, _, peak in rows) > 1
    written = {path.name for path in (tmp_path / "3-out").iterdir()}
    assert {"汇总.xlsx", "汇总-单位得分.csv", "回执.jsonl"} <= written


def test_consolidating_and_its_floor_read_the_records(tmp_path: Path) -> None:
    from benchmarks.consolidate import floor, ours
    from tests.kit.batch_of_records import batch

    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in batch(3, hostile=False)]
    (tmp_path / "results.jsonl").write_text("".join(lines), "utf-8")
    for measured in (floor, ours):
        assert measured(tmp_path / "results.jsonl", tmp_path / "out.xlsx") >= 0


def test_what_is_recorded_of_a_scored_form_is_all_that_is_written(tmp_path: Path) -> None:
    """The yardstick and the floor write it; both had stopped while only the imports were tested."""
    source = tmp_path / "a.xlsx"
    source.write_bytes(template_of("department-as-filed"))
    work = record(pipeline.score(source), source)
    assert [sheet.title for sheet in work.sheets] == ["评分汇总", "自评表", "问题清单"]
    assert {sheet for sheet, *_ in work.marks} >= {"预算执行", "绩效指标", "自评结论"}
