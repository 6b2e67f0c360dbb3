"""Which file is meant: one that exists is opened under its own name, whatever signs are in it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from perf_xlsx.cli import arguments
from perf_xlsx.cli.main import main
from tests.kit.batch_returns import put


def test_names_that_exist_are_never_opened_as_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YEAR", "2025")
    monkeypatch.setenv("HOME", str(tmp_path / "家"))
    for name in ("自评表[1].xlsx", "自评表1.xlsx", "$年.xlsx", "~$自评表.xlsx", "%年%.xlsx", "-x.xlsx"):
        Path(name).touch()
    same = [
        "自评表[1].xlsx",
        "$年.xlsx",
        "~$自评表.xlsx",
        "%年%.xlsx",
        "-x.xlsx",
        "check",
        "--year",
        "2025",
        "没有.xlsx",
    ]
    assert arguments.words_meant(same) == same
    assert arguments.words_meant(["自评表[2].xlsx"]) == ["自评表[2].xlsx"], "brackets are no pattern"
    assert arguments.words_meant(["自评表*.xlsx"]) == ["自评表1.xlsx", "自评表[1].xlsx"]
    assert arguments.words_meant(["自评表?.xlsx"]) == ["自评表1.xlsx"]
    assert arguments.words_meant(["自评表[*.xlsx"]) == ["自评表[1].xlsx"]
    assert arguments.words_meant(["没有*.xlsx"]) == ["没有*.xlsx"]
    assert arguments.words_meant(["$YEAR.csv", "~", "~其他"]) == ["2025.csv", str(tmp_path / "家"), "~其他"]
    assert arguments.words_meant(['收回"']) == ["收回"]


def test_on_windows_the_command_takes_the_file_that_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, "自评表[1].xlsx", "甲局")
    put(tmp_path, "自评表1.xlsx", "乙局")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["perf-xlsx", "check", "自评表[1].xlsx", "--json"])
    asked: list[str] = []
    monkeypatch.setattr(arguments, "words_meant", lambda words: asked.extend(words) or list(words))
    with monkeypatch.context() as windows:
        windows.setattr("perf_xlsx.cli.group.ON_WINDOWS", True)
        with pytest.raises(SystemExit):
            main(prog_name="perf-xlsx")
    assert asked == ["check", "自评表[1].xlsx", "--json"]
    assert json.loads(capsys.readouterr().out)["unit"] == "甲局"
