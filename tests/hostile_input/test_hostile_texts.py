"""A text costs what it is long, wherever it stands; a small file does not become a large one. `make hostile` is all."""

from __future__ import annotations

import importlib
import itertools
import json
import os
import pkgutil
import re
import struct
import sys
import time
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import asdict

import perf_xlsx
from perf_xlsx import pipeline
from perf_xlsx.cli.stories import case_text
from perf_xlsx.foreign import open_original
from perf_xlsx.ooxml import Limits, PackageError
from perf_xlsx.ooxml.encryption import decrypt
from perf_xlsx.scored.clip_text import LINES_A_ROW, chunks
from perf_xlsx.sheets.style import lines_needed
from perf_xlsx.system.pattern import pattern
from tests.kit.foreign_workbooks import _biff

if sys.platform == "win32":
    pytest.skip("memory is measured as Linux tells it", allow_module_level=True)

from tests import hostile
from tests.kit import dense

SHARE, PIECES = (
    0.004,
    4,
)  # of all texts: `make hostile` measures the same and more, in CI as soon as the tests are over
# Without it NFKC takes the square of a run of combining marks.


@pytest.mark.parametrize("piece", range(PIECES))
def test_time_grows_with_the_length_of_a_text(piece: int) -> None:
    chosen = list(hostile.cases(SHARE))
    judged = [hostile.judge(case) for case in chosen[piece::PIECES]]
    assert [(case, wrong) for case, _, wrong in judged if wrong] == []


def test_the_judge_sees_a_square(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measuring that cannot fail proves nothing."""
    real = pipeline.read

    def slow(package: object, *rest: object) -> object:
        strings = package.read("xl/worksheets/sheet1.xml").decode()  # type: ignore[attr-defined]
        re.search(r"\(+z", strings)
        return real(package, *rest)  # type: ignore[arg-type]

    hostile.usual(1)
    monkeypatch.setattr(pipeline, "read", slow)
    place = next(name for name, _ in hostile.places(hostile.forms()[1]) if "!A" in name)
    assert "characters" in hostile.judge((1, place, "左括号"))[2]


@pytest.mark.skipif(
    "CI" in os.environ, reason="`make hostile`, which follows in CI, holds them to a third of the time"
)
@pytest.mark.parametrize("name", dense.DENSE)
def test_a_small_file_takes_little(name: str) -> None:
    assert hostile.dense(name)[2] == ""


# ---- regular expressions ----


LAZY = type(pattern(""))


def patterns() -> list[re.Pattern[str]]:
    """Every regular expression that a module of ours holds, in whatever it holds it."""
    found: dict[tuple[str, int], re.Pattern[str]] = {}

    def take(value: object, depth: int = 0) -> None:
        if isinstance(value, LAZY) and isinstance(value.pattern, str):
            found[value.pattern, value.flags] = re.compile(value.pattern, value.flags)
        elif isinstance(value, re.Pattern):
            if isinstance(value.pattern, str):
                found[value.pattern, value.flags] = value
        elif isinstance(value, Struct):
            take(list(asdict(value).values()), depth + 1)
        elif depth < 4 and isinstance(value, list | tuple | set | frozenset):
            for one in value:
                take(one, depth + 1)
        elif depth < 4 and isinstance(value, dict):
            take(list(value.values()), depth + 1)
        elif depth < 4 and type(value).__module__.startswith("perf_xlsx") and hasattr(value, "__dict__"):
            take(list(vars(value).values()), depth + 1)

    for module in pkgutil.walk_packages(perf_xlsx.__path__, "perf_xlsx."):
        if not module.name.endswith("__main__"):
            take([value for key, value in vars(importlib.import_module(module.name)).items() if key[:2] != "__"])
    return list(found.values())


def test_no_regular_expression_takes_more_than_the_square() -> None:
    """Within one attempt at one place all are linear; nested repeats would show here as minutes."""
    units = ["".join(two) for two in itertools.product("(1a 、年\n'\"[,.", repeat=2)]
    assert len(patterns()) > 150
    for regex in patterns():
        for unit in units:
            text = unit * 1_000 + "\0"
            before = time.process_time()
            regex.match(text), regex.fullmatch(text)
            assert time.process_time() - before < 0.5, (regex.pattern, unit)


# ---- what is cut, and what is refused ----


@pytest.mark.parametrize("width", [12.0, 40.0, 90.5])
@pytest.mark.parametrize(
    "text", ["字" * 5_000, "a b" * 3_000, "字\n" * 900, "\n" * 500, "短", "字\n\n\n" * 99 + "x" * 999]
)
def test_a_long_text_is_cut_into_pieces_that_fit_and_nothing_is_lost(text: str, width: float) -> None:
    pieces = list(chunks(text, width))
    assert "".join(pieces) == text
    assert all(lines_needed(piece, width) <= LINES_A_ROW for piece in pieces)
    assert all(
        lines_needed(piece + following[0], width) > LINES_A_ROW for piece, following in itertools.pairwise(pieces)
    )


def test_a_number_format_is_read_to_the_length_that_excel_allows(tmp_path: Path) -> None:
    data = dense.edited_styles('0.00"元"' + ";" * 5_000)
    (tmp_path / "a.xlsx").write_bytes(data)
    assert pipeline.score(tmp_path / "a.xlsx").scores is not None


def test_cells_of_an_xls_are_read_wherever_they_stand() -> None:
    cells = [(0, 0), (65535, 255), (7, 3), (7, 2), (65535, 0)]
    stream = dense.biff8([b"".join(dense.number(*cell) for cell in cells)])
    original = open_original(stream)
    assert original is not None
    (grid,) = original.grids
    assert list(grid.cells) == sorted((row + 1, column + 1) for row, column in cells)


def test_a_blank_cell_of_an_xls_takes_away_what_stood_there() -> None:
    blank = _biff(0x0201, struct.pack("<HHH", 0, 0, 15))
    (grid,) = open_original(dense.biff8([dense.number(0, 0) + blank])).grids  # type: ignore[union-attr]
    assert grid.cells == {}


def test_a_plain_range_is_a_name_and_what_is_reckoned_is_none() -> None:
    area = b"\x3b" + struct.pack("<HHHHH", 0, 1, 2, 3, 4)
    sheets = _biff(0x01AE, struct.pack("<HH", 1, 0x0401)) + _biff(0x0017, struct.pack("<HHHH", 1, 0, 0, 0))
    names = dense._name("area", area) + dense._name("twice", b"\x43\1\0\0\0" * 2 + b"\x08")
    original = open_original(dense.biff8([dense.number(0, 0)], sheets + names))
    assert original is not None
    assert [(name.name, name.refers_to) for name in original.names] == [("area", "'S0'!$D$2:$E$3")]


@pytest.mark.parametrize("kind", ["xls", "xlsb", "ods"])
def test_memory_that_runs_out_is_no_damage(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hungry(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(f"perf_xlsx.foreign.{kind}.read_{kind}", hungry, raising=True)
    data = {
        "xls": lambda: dense.biff8([dense.number(0, 0)]),
        "xlsb": dense.xlsb_of,
        "ods": lambda: dense.ods(dense.ROW.format("", dense.CELL.format("", "a"))),
    }[kind]()
    importlib.import_module(f"perf_xlsx.foreign.{kind}")
    (tmp_path / f"a.{kind}").write_bytes(data)
    result = pipeline.score(tmp_path / f"a.{kind}")
    assert [(found.code, "内存不够" in found.message) for found in result.findings] == [("R03", True)]


@pytest.mark.parametrize(
    ("passwords", "spins", "refused"), [(1, 900_000, False), (20, 900_000, True), (20, 100_000, False)]
)
def test_hash_rounds_count_for_every_password(
    passwords: int, spins: int, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ooxml = pytest.importorskip("msoffcrypto.format.ooxml")

    class Encrypted:
        def __init__(self, _: object) -> None:
            self.info = {"spinValue": spins}

        def load_key(self, **_: object) -> None:
            raise ValueError("another password")

    monkeypatch.setattr(ooxml, "OOXMLFile", Encrypted)
    with pytest.raises(PackageError) as raised:
        decrypt(b"", [str(n) for n in range(passwords)], Limits())
    assert raised.value.fault == ("too_large" if refused else "encrypted")


def test_passages_of_any_kind_are_written_whole(tmp_path: Path) -> None:
    case = json.loads(case_text("department-corrected"))
    key = next(iter(case["passages"]))
    case["passages"][key] = "第一句。\n" * 3_000
    (tmp_path / "a.xlsx").write_bytes(pipeline.template_bytes(case=json.dumps(case)))
    result = pipeline.score(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    import openpyxl

    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["自评表"]
    told = [cell.value for row in sheet.iter_rows() for cell in row if "第一句。" in str(cell.value)]
    assert result.output
    assert "\n".join(told).count("第一句。") == 3_000
