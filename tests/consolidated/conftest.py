"""What the tests of 汇总 share: a run of sixty returns, consolidated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.kit.batch_of_records import again, batch, json_lines
from tests.kit.command import command
from tests.kit.consolidated_run import AWKWARD_NAMES, COUNT, ROSTER, Record, rank


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder as a run leaves it: records, and some of the scored workbooks they tell of."""
    folder = tmp_path_factory.mktemp("汇总 out")
    records = list(batch(COUNT))
    records.append(again(records[0] | {"file": "in/又一份.xlsx"}))
    for number, record in enumerate(r for r in records if r["status"] == "scored"):
        name = AWKWARD_NAMES[number] if number < len(AWKWARD_NAMES) else Path(record["file"]).name
        record["output"] = f"区县 {number % 3}/{name}"
        if number % 10 != 9:  # the others are gone
            path = folder / record["output"]
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"scored")
    (folder / ".perf_xlsx").mkdir()
    (folder / ".perf_xlsx" / "records.jsonl").write_text(json_lines(records), "utf-8")
    (folder / "名单.csv").write_text(ROSTER, "gb18030")
    done = command("consolidate", folder, "-o", folder / "sub" / "汇总.xlsx", "--roster", folder / "名单.csv")
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture(scope="session")
def as_scored(out: Path) -> list[Record]:
    """The records in the order of the run."""
    lines = (out / ".perf_xlsx" / "records.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def records(as_scored: list[Record]) -> list[Record]:
    """In the order of the list of units."""
    return sorted(as_scored, key=rank)


@pytest.fixture(scope="session")
def written(out: Path) -> Path:
    """The consolidated workbook."""
    return out / "sub" / "汇总.xlsx"


@pytest.fixture(scope="session")
def book(written: Path) -> Any:
    """The consolidated workbook with the stored results of its formulas."""
    return openpyxl.load_workbook(written, data_only=True)
