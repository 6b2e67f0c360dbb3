"""A run outlives what one workbook, a list or an option of the operator's does to it, and says so in Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from perf_xlsx import pipeline
from perf_xlsx.batch import worker
from perf_xlsx.cli import main
from perf_xlsx.demo import case_text
from perf_xlsx.records import FILE, STATE, Records
from tests.rich_workbook import edited

INDICATORS = "xl/worksheets/sheet5.xml"


def command(*words: object) -> Result:
    return CliRunner().invoke(main, [*map(str, words)])


@cache
def filled() -> bytes:
    return pipeline.template_bytes(case=case_text("department-corrected"))


def weighing(weight: str) -> bytes:
    """The filled form with another weight in its third indicator."""
    cell = r'(<c r="K9"[^>]*>)<v>10</v>'
    return edited(filled(), {INDICATORS: lambda xml: re.sub(cell, rf"\g<1><v>{weight}</v>", xml)})


def folder(path: Path, **files: bytes) -> Path:
    path.mkdir()
    for name, data in files.items():
        (path / f"{name}.xlsx").write_bytes(data)
    return path


def records(out: Path) -> list[Mapping[str, object]]:
    return list(Records.open(out))


@pytest.mark.parametrize("weight", ["999999999999", "2345678901234", "9999999999999.99"])
def test_no_weight_that_is_read_ends_a_run(weight: str, tmp_path: Path) -> None:
    returns = folder(tmp_path / "in", a=filled(), b=weighing(weight), c=filled())
    for _ in range(2):
        done = command("score", returns, "-o", tmp_path / "out", "--jobs", 1)
        assert done.exit_code == 1, done.output
        assert [record["status"] for record in records(tmp_path / "out")] == ["scored"] * 3
        assert (tmp_path / "out" / "汇总.xlsx").is_file()


def test_what_does_not_read_back_is_told_and_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record may be refused for what nobody has thought of."""
    returns, out = folder(tmp_path / "in", a=filled(), b=weighing("7"), c=filled()), tmp_path / "out"
    as_record = worker.as_record
    with monkeypatch.context() as patch:
        patch.setattr(
            worker,
            "as_record",
            lambda result: (
                as_record(result) | ({"total": "1e9"} if result.scores and result.file.endswith("b.xlsx") else {})
            ),
        )
        done = command("score", returns, "-o", out, "--jobs", 1)
    assert done.exit_code == 3, done.output
    assert "读取时出现意外错误" in done.output
    assert not (out / "b.xlsx").exists()
    assert [one["status"] for one in records(out)] == ["scored", "unreadable", "scored"]
    assert (out / "汇总.xlsx").is_file()
    done = command("score", returns, "-o", out, "--jobs", 1)
    assert [one["status"] for one in records(out)] == ["scored"] * 3
    assert "本次处理1份，其余2份" in done.output


def test_records_that_were_spoilt_end_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    returns, out = folder(tmp_path / "in", a=filled(), b=filled()), tmp_path / "out"

    def spoil(record: object, line: object = None) -> None:
        (out / STATE / f"{FILE}.tmp").write_bytes(b"{}\n")

    monkeypatch.setattr("perf_xlsx.batch.state.State.write", lambda self, *words: spoil(*words))
    done = command("score", returns, "-o", out, "--jobs", 1)
    assert done.exit_code == 3, done.output
    assert "汇总工作簿没有写出" in done.output
