"""The folder for Windows: what is in it, and that the same input gives the same bytes."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests import ROOT
from tests.kit.windows_folder import PLACE, script

build = script("build")
EXTRAS = ("desk", "encrypted", "pdf", "sign")  # what the folder holds beside the main job


def zipped(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


PYTHON_EXE = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0\x64\x86" + bytes(100)
EMBEDDABLE = {
    "python.exe": PYTHON_EXE, "python312.dll": b"dll", "python312.zip": b"PK",
    "python312._pth": b"python312.zip\r\n.\r\n#import site\r\n",
}  # fmt: skip


@pytest.fixture
def embeddable(tmp_path: Path) -> Path:
    path = tmp_path / "python-3.12.9-embed-amd64.zip"
    path.write_bytes(zipped(**EMBEDDABLE))
    return path


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "perf_xlsx-1.0-py3-none-any.whl"
    path.write_bytes(
        zipped(**{
            "perf_xlsx/__init__.py": b"", "perf_xlsx/vocabulary/rows.toml": b"x", "perf_xlsx/fast.pyx": b"source",
            "perf_xlsx-1.0.dist-info/METADATA": b"m", "perf_xlsx-1.0.data/scripts/perf": b"#!", "perf_xlsx/": b"",
            "perf_xlsx-1.0.data/platlib/beside.pyd": b"MZ",
        })
    )  # fmt: skip
    return path


def test_an_embeddable_python_is_told_to_find_the_packages_and_nothing_else(embeddable: Path) -> None:
    runtime = build.embedded(embeddable)
    assert runtime.version == "3.12"
    assert runtime.files["python312._pth"] == b"python312.zip\n.\n../packages\n"
    assert runtime.files["python.exe"] == PYTHON_EXE


def test_its_sum_is_computed_printed_and_compared(embeddable: Path, capsys: pytest.CaptureFixture[str]) -> None:
    computed = hashlib.sha256(embeddable.read_bytes()).hexdigest()
    build.embedded(embeddable)
    assert capsys.readouterr().out == f"{embeddable.name}: sha256 {computed}, compared with nothing\n"
    build.embedded(embeddable, computed.upper())
    assert capsys.readouterr().out == f"{embeddable.name}: sha256 {computed}, as expected\n"
    with pytest.raises(build.BuildError, match=f"has the sha256 {computed}, and PYTHON_EMBED_SHA256 is 000"):
        build.embedded(embeddable, "0" * 64)
    assert "as expected" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "files",
    [
        {"a": b""},
        EMBEDDABLE | {"python.exe": PYTHON_EXE.replace(b"\x64\x86", b"\x4c\x01")},  # 32 bits
        {name: data for name, data in EMBEDDABLE.items() if name != "python.exe"},
    ],
)
def test_what_is_no_embeddable_python_of_64_bits_is_refused(files: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "other.zip").write_bytes(zipped(**files))
    with pytest.raises(build.BuildError, match="no embeddable Python 3 for 64-bit Windows"):
        build.embedded(tmp_path / "other.zip")
    (tmp_path / "other.zip").write_bytes(b"no zip")
    with pytest.raises(build.BuildError, match="is no zip"):
        build.embedded(tmp_path / "other.zip")


def test_wheels_are_unpacked_without_scripts_and_sources(wheel: Path, embeddable: Path) -> None:
    files = build.contents(build.embedded(embeddable), [wheel])
    assert {name for name in files if name.startswith("program/packages/")} == {
        "program/packages/perf_xlsx/__init__.py",
        "program/packages/perf_xlsx/vocabulary/rows.toml",
        "program/packages/perf_xlsx-1.0.dist-info/METADATA",
        "program/packages/beside.pyd",
    }
    assert {name for name in files if name.count("/") == 0} == {
        "开始.bat", "评分.bat", "perf-xlsx.cmd", "安装说明.txt",
    }  # fmt: skip
    assert files["program/python/python312.dll"] == b"dll"


def test_two_wheels_that_differ_in_a_file_are_refused(wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "z.whl").write_bytes(zipped(**{"perf_xlsx/__init__.py": b"other"}))
    with pytest.raises(build.BuildError, match=r"z\.whl brings another perf_xlsx/__init__\.py"):
        build.contents(build.Runtime(), [wheel, tmp_path / "z.whl"])


@pytest.mark.parametrize("brought", [True, False])
def test_texts_are_as_cmd_and_notepad_read_them(brought: bool, embeddable: Path) -> None:
    runtime = build.embedded(embeddable) if brought else build.Runtime()
    for name in build.TEXTS:
        data = build.text(name, runtime)
        assert data.count(b"\n") == data.count(b"\r\n") > 5
        assert data.startswith(b"\xef\xbb\xbf") is name.endswith(".txt")
        assert b"@PYTHON@" not in data
        assert b"@FIND@" not in data
        assert b"@VERSION@" not in data
        assert b"@NEEDED@" not in data
        if not name.endswith(".txt"):
            code, _, messages = data.decode().partition(":no_python")
            assert code.isascii(), "cmd reads it in the code page of the console"
            assert ("py -3.12" in code, "python\\python.exe" in code) == (not brought, brought)
            for line in messages.splitlines():
                assert line.isascii() or line[-1].isascii(), "a half character would swallow the end of the line"


def test_nothing_runs_after_a_drop(embeddable: Path) -> None:
    """cmd runs what follows & in a dropped name as a command, once the batch file has ended without `exit`."""
    lines = build.text("评分.bat", build.embedded(embeddable)).decode().split("\r\n")
    assert not [line for line in lines if "%*" in line or re.search(r"%\d", line)]
    assert "exit /b" not in " ".join(lines)
    for at, line in enumerate(lines):
        if line.startswith(":"):  # above a label, and at the end of the file
            assert any(before.startswith("exit ") for before in lines[max(0, at - 4) : at])
    assert [line for line in lines if line][-1].startswith("exit ")


def test_the_same_input_gives_the_same_bytes(wheel: Path, embeddable: Path, tmp_path: Path) -> None:
    files = build.contents(build.embedded(embeddable), [wheel])
    build.write(files, tmp_path / "1.zip")
    build.write(dict(reversed(files.items())), tmp_path / "2.zip")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert {entry.date_time for entry in archive.infolist()} == {(2020, 1, 1, 0, 0, 0)}
        assert all(name.startswith("perf-xlsx/") for name in archive.namelist())
        assert all(entry.flag_bits & 0x800 for entry in archive.infolist() if not entry.filename.isascii())


def test_every_package_that_the_product_asks_for_is_pinned_in_its_range() -> None:
    pinned = dict(re.findall(r"^([a-z0-9-]+)==([^ \n]+) \\\n    --hash=sha256:", requirements(), re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    asked = [*project["dependencies"], *(line for extra in EXTRAS for line in optional.get(extra, []))]
    for line in asked:
        wanted = Requirement(line)
        assert wanted.specifier.contains(pinned[wanted.name.lower().replace("_", "-")]), line
    assert not {"pandas", "numpy", "pyarrow", "distributed"} & set(pinned), "heavy, and no use without a terminal"


def test_no_address_is_written_down() -> None:
    for path in sorted(PLACE.iterdir()):
        if path.is_file():
            assert not re.search(r"https?://|index-url|\.org\b", path.read_text("utf-8")), path.name


def requirements() -> str:
    return (PLACE / "requirements.txt").read_text("utf-8")
