"""In every code page a run goes through, and what a program reads is UTF-8."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kit.batch_returns import put
from tests.kit.officers_machine import process


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "cp437", "ascii", "utf-8", "latin-1", "gb2312", "cp936"])
def test_no_code_page_ends_a_run(encoding: str, folder: Path, tmp_path: Path) -> None:
    path = put(folder, "😀‐➀.xlsx", "示例①局")
    for words, code in (
        (("--help",), 0),
        (("score", "--help"), 0),
        (("check", path), 1),
        (("rules",), 0),
        (("explain",), 0),
        (("scroe",), 2),
        ((), 2),
        (("check", tmp_path / "没有.xlsx"), 2),
    ):
        done = process(*words, encoding=encoding)
        assert done.returncode == code, done.stderr
        assert b"Traceback" not in done.stderr
        (done.stdout + done.stderr).decode(encoding)
    if encoding == "gbk":
        assert "示例①局" in process("check", path, encoding=encoding).stdout.decode("gbk")


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "cp437", "ascii"])
def test_what_a_program_reads_is_utf_8(encoding: str, folder: Path) -> None:
    path = put(folder, "😀.xlsx", "示例县水利局")
    done = process("check", path, "--json", encoding=encoding)
    assert json.loads(done.stdout.decode("utf-8"))["unit"] == "示例县水利局"
    assert "示例县水利局" in process("dump", path, encoding=encoding).stdout.decode("utf-8")


def test_signs_have_a_like_in_every_code_page(tmp_path: Path) -> None:
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04")
    out = process("check", tmp_path / "坏.xlsx", encoding="ascii").stdout.decode("ascii")
    assert "x ?? R01" in out
