"""Records and journals that do not fit: from anybody, from another version, damaged, or led elsewhere by a link."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx.batch.state import RunState
from perf_xlsx.results.record import SCHEMA
from perf_xlsx.results.records import STATE
from tests.kit.batch_returns import a_return
from tests.kit.command import command

Record = dict[str, Any]


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder of two scored returns beside their folder "in"."""
    base = tmp_path_factory.mktemp("records")
    (base / "in").mkdir()
    for name in "甲乙":
        (base / "in" / f"{name}.xlsx").write_bytes(a_return("project", f"{name}局"))
    assert command("score", base / "in", "-o", base / "out").exit_code in (0, 1)
    return base / "out"


@pytest.fixture(scope="module")
def lines(scored: Path) -> list[bytes]:
    return (scored / STATE / "records.jsonl").read_bytes().splitlines()


def changed(*path: str | int, to: Any = ...) -> Callable[[bytes], bytes]:
    """The line with what stands at a path changed, or (...) taken out."""

    def change(line: bytes) -> bytes:
        record = json.loads(line)
        at = record
        for key in path[:-1]:
            at = at[key]
        if to is ...:
            del at[path[-1]]
        else:
            at[path[-1]] = copy.deepcopy(to)
        return json.dumps(record, ensure_ascii=False).encode()

    return change


WRONG: dict[str, Callable[[bytes], bytes]] = {
    "a list": lambda line: b"[" + line + b"]",
    "null": lambda line: b"null",
    "a number": lambda line: b"1",
    "a text": lambda line: b'"a"',
    "an empty object": lambda line: b"{}",
    "cut off": lambda line: line[: len(line) // 2],
    "two in a line": lambda line: line + line,
    "not UTF-8": lambda line: line.replace('"优"'.encode(), b"\xff\xfe\x00"),
    "UTF-16": lambda line: line.decode().encode("utf-16"),
    "nested": lambda line: b'{"file": ' + b"[" * 100_000,
    "nested in a key": lambda line: line[:-1] + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a key twice": lambda line: line[:-1] + b', "file": "b.xlsx"}',
    "a key of a finding twice": lambda line: line.replace(b'"code": ', b'"code": "R01", "code": ', 1),
    "NaN": changed("execution", "rate", to=float("nan")),
    "NaN as text": changed("execution", "rate", to="NaN"),
    "infinite": changed("total", to=float("inf")),
    "infinite as text": changed("total", to="Infinity"),
    "a huge total": changed("total", to="9" * 400),
    "an exponent": changed("total", to="1E+999999"),
    "a huge year": changed("year", to=10**4000),
    "the year as text": changed("year", to="二〇二三"),
    "the year as truth": changed("year", to=True),
    "a total as number": changed("total", to=87.5),
    "a total of nothing": changed("total", to=None),
    "full-width digits": changed("total", to="８７"),
    "no total": changed("total"),
    "no findings": changed("findings"),
    "findings as text": changed("findings", to="none"),
    "findings of texts": changed("findings", to=["R01"]),
    "findings as object": changed("findings", to={"code": "R01"}),
    "a finding without code": changed("findings", to=[{"severity": "error"}]),
    "an unknown severity": changed("findings", 0, "severity", to="fatal"),
    "a severity as list": changed("findings", 0, "severity", to=[]),
    "an empty code": changed("findings", 0, "code", to=""),
    "a waiver as text": changed("findings", 0, "waived", to="yes"),
    "a message as list": changed("findings", 0, "message", to=[1]),
    "an unknown status": changed("status", to="fine"),
    "a status as list": changed("status", to=[]),
    "the file as number": changed("file", to=1),
    "no file": changed("file", to=None),
    "the unit as list": changed("unit", to=["甲局"]),
    "the form as object": changed("form", to={}),
    "the output as number": changed("output", to=5),
    "the project as number": changed("project", to=5),
    "the supervisor as truth": changed("supervisor", to=True),
    "the rulebook as list": changed("rulebook", to=[]),
    "indicators as text": changed("indicators", to="none"),
    "indicators of nothing": changed("indicators", to=[None]),
    "points as list": changed("indicators", 0, "points", to=[]),
    "a weight in words": changed("indicators", 0, "weight", to="十"),
    "an indicator without why": changed("indicators", 0, "why"),
    "a target as number": changed("indicators", 0, "target", to=5),
    "funds as number": changed("funds", to=1),
    "a fund without key": changed("funds", 0, "key"),
    "an amount in words": changed("funds", 0, "executed", to="一百"),
    "an amount as object": changed("funds", 0, "executed", to={}),
    "a fund's total as text": changed("funds", 0, "total", to="no"),
    "no execution": changed("execution", to=None),
    "execution as text": changed("execution", to="1"),
    "complete as text": changed("complete", to="yes"),
    "passages as number": changed("passages", to=4),
    "passages of lists": changed("passages", to=[[]]),
    "the key as list": changed("key", to=[1]),
    "another schema": changed("schema", to=SCHEMA + 1),
    "a schema of words": changed("schema", to="1"),
    "a schema as list": changed("schema", to=[SCHEMA]),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_a_line_that_does_not_fit_is_told_in_one_line(kind: str, lines: list[bytes], tmp_path: Path) -> None:
    path = tmp_path / "结果.jsonl"
    path.write_bytes(lines[0] + b"\n" + WRONG[kind](lines[1]) + b"\n")
    done = command("consolidate", path, "-o", tmp_path / "汇总.xlsx")
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    assert len(done.stderr.splitlines()) == 1
    assert "第2行" in done.stderr
    assert ("其他版本" in done.stderr) == (kind == "another schema")
    assert not (tmp_path / "汇总.xlsx").exists()


AGAIN = (
    "a list", "null", "cut off", "not UTF-8", "nested in a key", "a key of a finding twice", "NaN", "no findings",
    "another schema", "the output as number", "the key as list", "passages as number", "the form as object",
)  # fmt: skip


@pytest.mark.parametrize("kind", AGAIN)
def test_in_the_memory_of_a_run_what_does_not_fit_is_done_again(
    kind: str, scored: Path, lines: list[bytes]
) -> None:
    state = scored / STATE
    (state / "records.jsonl").write_bytes(WRONG[kind](lines[0]) + b"\n")
    (state / "journal.jsonl").write_bytes(WRONG[kind](lines[1]) + b"\n")
    done = command("score", scored.parent / "in", "-o", scored, "--jobs", "1")
    assert done.exit_code in (0, 1), done.output
    assert "沿用上次的评分" not in done.stdout
    assert (state / "records.jsonl").read_bytes().splitlines() == lines


OURS = {
    "no schema": changed("schema"),
    "no key": changed("key"),
    "no passages": changed("passages"),
    "no unit": changed("unit"),
    "no year": changed("year"),
    "a form that is none": changed("form", to="../x"),
    "a rulebook that is none": changed("rulebook", to="/etc/passwd"),
    "of a unit that returned nothing": changed("status", to="outstanding"),
}


def test_whatever_does_not_fit_is_not_known_to_the_next_run(lines: list[bytes], tmp_path: Path) -> None:
    first, second = (json.loads(line) for line in lines)
    (tmp_path / STATE).mkdir()
    for name in ("journal.jsonl", "records.jsonl"):
        for kind, wrong in (WRONG | OURS).items():
            (tmp_path / STATE / name).write_bytes(wrong(lines[0]) + b"\n" + lines[1] + b"\n")
            with RunState(tmp_path) as state:
                assert state.known(first["file"]) == (), (name, kind)
                units = [known.unit for known in state.known(second["file"])]
                assert units == [second["unit"]], (name, kind)
        (tmp_path / STATE / name).unlink()


@pytest.mark.parametrize(
    "change",
    [
        changed("passages", to=["长" * 100_000]), changed("funds", 0, "executed", to="9" * 300),
        changed("unit", to="=cmd|' /C calc'!A0"), changed("output", to="../../etc/passwd"), changed("schema"),
        changed("output", to="a\0b"), changed("findings", 0, "code", to="Z99"), changed("form", to="../x"),
        changed("findings", 0, "message", to="长" * 40_000), changed("claimed_total", to="-" + "9" * 300),
        changed("indicators", 0, "weight", to="9" * 300), changed("more", to={"a": [1, None]}),
        changed("total", to="-999999999999.99"), changed("execution", "rate", to="9" * 300),
        changed("money_unit", to="美元"), changed("file", to=""), changed("unit", to=""),
    ],
)  # fmt: skip
def test_what_is_odd_but_fits_is_consolidated(
    change: Callable[[bytes], bytes], lines: list[bytes], tmp_path: Path
) -> None:
    path = tmp_path / "结果.jsonl"
    path.write_bytes(lines[0] + b"\n\n" + change(lines[1]))
    done = command("consolidate", path, "-o", tmp_path / "汇总.xlsx")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "汇总.xlsx").exists()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
@pytest.mark.parametrize("name", ["", "journal.jsonl", "records.jsonl", "records.jsonl.tmp", "lock"])
def test_nothing_is_written_through_a_link(name: str, scored: Path, tmp_path: Path) -> None:
    theirs, out = tmp_path / "theirs", tmp_path / "out"
    out.mkdir()
    if name:
        (out / STATE).mkdir()
        theirs.write_bytes(b"mine")
    else:
        theirs.mkdir()
    (out / STATE / name).symlink_to(theirs)
    done = command("score", scored.parent / "in", "-o", out, "--jobs", "1")
    assert done.exit_code == 2
    assert "是链接、管道或设备，没有往里写" in done.stderr
    assert "Traceback" not in done.output
    assert theirs.read_bytes() == b"mine" if name else not list(theirs.iterdir())
    (out / STATE / name).unlink()
    assert command("score", scored.parent / "in", "-o", out, "--jobs", "1").exit_code in (0, 1)
