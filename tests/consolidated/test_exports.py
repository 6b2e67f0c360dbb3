"""The long tables of 汇总 for other programs: CSV, Parquet and data frames."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx.consolidated import Records, write_consolidated
from perf_xlsx.results import frames
from tests.kit.batch_of_records import batch, json_lines
from tests.kit.command import command
from tests.kit.consolidated_run import Record, scored


def test_long_tables_as_csv(out: Path, tmp_path: Path, as_scored: list[Record]) -> None:
    records = as_scored
    done = command("consolidate", out, "-o", tmp_path / "汇总.xlsx", "--export", "csv")
    assert done.exit_code == 0
    assert [line.rpartition("/")[2] for line in done.output.splitlines()] == [
        "汇总.xlsx",
        *(f"汇总-{name}.csv" for name in ("单位得分", "资金明细", "指标明细", "问题按单位", "问题清单", "未报送")),
    ]
    with (tmp_path / "汇总-单位得分.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["计算总分"] for row in rows if "读不出" not in row["状态"]] == [
        f"{Decimal(r['total']):f}".rstrip("0").rstrip(".") for r in scored(records)
    ]
    assert "'=cmd|' /C calc'!A0" in {row["单位"] for row in rows}
    with (tmp_path / "汇总-资金明细.csv").open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.DictReader(file)) == sum(len(r["funds"]) for r in scored(records))


@pytest.mark.parametrize("unit", ["=1+1", "+1", "-1", "@SUM(1)", "＝1+1", "＋1", "－1", "＠SUM(1)", "\t=1+1"])
def test_no_field_of_the_csv_starts_a_formula(unit: str, tmp_path: Path) -> None:
    record = next(r for r in batch(3) if r["status"] == "scored") | {"unit": unit}
    folder = tmp_path / "out" / ".perf_xlsx"
    folder.mkdir(parents=True)
    (folder / "records.jsonl").write_text(json.dumps(record, ensure_ascii=False) + "\n", "utf-8")
    assert command("consolidate", tmp_path / "out", "-o", tmp_path / "汇总.xlsx", "--export", "csv").exit_code == 0
    with (tmp_path / "汇总-单位得分.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["单位"] == f"'{unit}"


def test_long_tables_as_parquet_or_what_is_missing_for_it(
    out: Path, tmp_path: Path, as_scored: list[Record]
) -> None:
    records = as_scored
    pytest.importorskip("pyarrow")
    import pandas as pd

    write_consolidated(out, tmp_path / "汇总.xlsx", how="parquet")
    frame = pd.read_parquet(tmp_path / "汇总-单位得分.parquet")
    assert frame["计算总分"].dropna().tolist() == [float(r["total"]) for r in scored(records)]
    assert "=cmd|' /C calc'!A0" in set(frame["单位"])


def test_parquet_without_pyarrow_says_what_to_install(out: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    done = command("consolidate", out, "-o", tmp_path / "汇总.xlsx", "--export", "parquet")
    assert done.exit_code == 2
    assert "perf-xlsx[parquet]" in done.stderr


def test_a_batch_needs_no_pandas_and_data_frames_say_what_to_install(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert command("consolidate", out, "-o", tmp_path / "汇总.xlsx").exit_code == 0
    with pytest.raises(ImportError, match=r"pip install 'perf-xlsx\[frames\]'"):
        frames.units([])


def test_records_as_data_frames(tmp_path: Path, score_case: Callable[..., Any], well_made: Record) -> None:
    records = list(batch(12, hostile=False))
    (tmp_path / "r.jsonl").write_text(json_lines(records), "utf-8")
    state = Records.open(tmp_path / "r.jsonl")
    assert len(frames.units(state)) == len(records)
    assert frames.indicators(state)["points"].tolist() == [
        row["points"] for record in scored(records) for row in record["indicators"]
    ]
    assert len(frames.findings(state)) == sum(len(record["findings"]) for record in records)
    assert set(frames.funds(state)["money_unit"]) == {"元", "万元"}
    result = score_case(well_made)
    assert frames.units([result])["unit"].tolist() == [well_made["unit"]]
    assert len(frames.funds([result])) == len(result.evaluation.funds)
