"""What is dropped on 评分.bat, and how the batch files call Python: under Wine where that is installed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import ROOT
from tests.kit.batch_returns import a_return, put
from tests.kit.desk import Visitor, links
from tests.kit.filled import template_of
from tests.kit.locked import locked
from tests.kit.windows_folder import PLACE, script
from tests.kit.wine import (
    EMBEDDABLE,
    STAND_IN,
    cmd,
    needs_python_for_windows,
    needs_wine,
    started_by,
    windows_path,
)

build, dropped = script("build"), script("dropped").dropped


@pytest.mark.parametrize(
    ("after", "paths"),
    [
        (r' C:\甲.xlsx"', [r"C:\甲.xlsx"]),
        (r' "C:\甲 局.xlsx""', [r"C:\甲 局.xlsx"]),
        (r' C:\a&b.xlsx "C:\c & d.xlsx" C:\e^f.xlsx"', [r"C:\a&b.xlsx", r"C:\c & d.xlsx", r"C:\e^f.xlsx"]),
        (r' C:\100%PATH%!x!.xlsx "C:\收 回""', [r"C:\100%PATH%!x!.xlsx", r"C:\收 回"]),
        (' C:\\全\u3000角.xlsx D:\\"', ["C:\\全\u3000角.xlsx", "D:\\"]),
        (r' \\服务器\共享\乙(1),=;.xlsx"', [r"\\服务器\共享\乙(1),=;.xlsx"]),
        (r' "C:\评分.bat" C:\乙.xlsx"', [r"C:\评分.bat", r"C:\乙.xlsx"]),
        ('"', []),
        ("", []),
    ],
)
def test_every_dropped_path_is_whole(after: str, paths: list[str]) -> None:
    line = rf'C:\Windows\system32\cmd.exe /c ""D:\绩效 自评\评分.bat"{after}'
    assert dropped(line, "评分.bat") == paths


def test_a_line_that_is_of_another_program_drops_nothing() -> None:
    assert dropped(r'"C:\Windows\system32\cmd.exe"', "评分.bat") == []
    assert dropped(r"cmd.exe /c 评分.bat C:\a.xlsx", "") == []
    assert dropped("", "评分.bat") == []


def test_what_is_dropped_is_scored_beside_itself(tmp_path: Path) -> None:
    """The script as the batch file calls it, with paths of this system in cmd's line."""
    source = tmp_path / "收 回&a"
    put(source, "甲.xlsx")
    put(source, "乙.xlsx")
    line = f'cmd.exe /c ""D:\\评分.bat" "{source}""'
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PERF_XLSX_LINE": line, "PERF_XLSX_BAT": "评分.bat"}
    words = [sys.executable, str(PLACE / "dropped.py")]
    done = subprocess.run(words, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1, done.stderr
    written = {path.name for path in (tmp_path / "收 回&a-评分结果").iterdir()}
    assert written == {"甲.xlsx", "乙.xlsx", "汇总.xlsx", "回执.jsonl", ".perf_xlsx"}


def test_without_a_drop_it_says_what_to_drop() -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "gbk"}
    words = [sys.executable, str(PLACE / "dropped.py")]
    done = subprocess.run(words, env=environment, capture_output=True, encoding="gbk", check=False)
    assert done.returncode == 2
    assert done.stdout.startswith("请把收回的自评表（文件或文件夹）拖到“评分.bat”的图标上")


# ---- under Wine ----


def unpacked(folder: Path, *, brought: bool) -> Path:
    """The batch files with a stand-in for Python that says how it was called."""
    runtime = build.Runtime("3.12", {"python.exe": STAND_IN.encode()}) if brought else build.Runtime()
    for name in build.TEXTS:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(build.text(name, runtime))
    (folder / "program" / "packages" / "perf_xlsx").mkdir(parents=True)
    for name, data in runtime.files.items():
        path = folder / "program" / "python" / name
        path.parent.mkdir()
        path.write_bytes(data)
        path.chmod(0o755)
    return folder


@needs_wine
@pytest.mark.parametrize("name", ["甲 乙&丙 (1)", "a^b c"])
def test_batch_files_call_the_python_beside_them_wherever_they_lie(name: str, tmp_path: Path) -> None:
    folder = unpacked(tmp_path / name, brought=True)
    line = rf'cmd.exe /c ""{windows_path(folder)}\评分.bat" C:\a&b^c%PATH%.xlsx "C:\d e.xlsx""'
    said = [
        cmd(file, "a b", "中", folder=folder, line=line)[1] for file in ("开始.bat", "评分.bat", "perf-xlsx.cmd")
    ]
    start, score, command = (json.loads(re.findall(r"\[\[.*", text)[0]) for text in said)
    assert start == [["-m", "perf_xlsx", "desk"], None, None]
    assert score == [[windows_path(folder / "program" / "dropped.py")], line, "评分.bat"]
    assert command == [["-m", "perf_xlsx", "a b", "中"], None, None]


@pytest.mark.parametrize("file", ["开始.bat", "评分.bat", "perf-xlsx.cmd"])
def test_nothing_is_run_that_lies_among_the_returns(file: str) -> None:
    """cmd looks for py.exe, and Python for modules, in the current folder first, unless they are told not to."""
    lines = build.text(file, build.Runtime()).decode().split("\r\n")
    first = next(at for at, line in enumerate(lines) if line.startswith("py "))
    assert {'set "NoDefaultCurrentDirectoryInExePath=1"', 'set "PYTHONSAFEPATH=1"'} <= set(lines[:first])
    with_python = build.text(file, build.Runtime("3.12", {"python.exe": b""})).decode().split("\r\n")
    calls = [line for line in with_python if "python.exe" in line]
    assert len(calls) == 1
    assert calls[0].startswith('"%~dp0program\\python\\python.exe" ')


@needs_wine
@pytest.mark.parametrize("file", ["开始.bat", "评分.bat", "perf-xlsx.cmd"])
def test_without_a_python_they_say_so(file: str, tmp_path: Path) -> None:
    code, said = cmd(file, folder=unpacked(tmp_path / "x", brought=False))
    assert (code, "(Python 3.12, 64-bit, is not installed.)" in said) == (2, True)


@needs_wine
@pytest.mark.parametrize("file", ["开始.bat", "评分.bat"])
def test_from_within_the_zip_they_say_that_it_must_be_unpacked(file: str, tmp_path: Path) -> None:
    (tmp_path / file).write_bytes(build.text(file, build.Runtime()))
    code, said = cmd(file, folder=tmp_path)
    assert (code, "(Unpack the whole zip first.)" in said) == (2, True)


@pytest.fixture(scope="module")
def given_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as it is given out, unpacked."""
    words = [sys.executable, str(PLACE / "build.py")]
    subprocess.run(words, check=True, cwd=ROOT, env=os.environ | {"PYTHON_EMBED": str(EMBEDDABLE)})
    path = tmp_path_factory.mktemp("甲 乙")
    with zipfile.ZipFile(build.OUTPUT) as archive:
        archive.extractall(path)
    return path / build.FOLDER


@needs_python_for_windows
def test_the_product_runs_on_a_python_for_windows(given_out: Path) -> None:
    """One workbook, a folder with workers, a drop."""
    folder = given_out
    source = folder / "收 回"
    source.mkdir()
    for number in range(6):
        (source / f"甲&{number}^%PATH%.xlsx").write_bytes(template_of("project"))
    (folder / "甲 局　全.xlsx").write_bytes(template_of("department-corrected"))
    assert "88.01" in cmd("perf-xlsx.cmd", "score", "甲 局　全.xlsx", folder=folder)[1]
    assert (folder / "评分结果" / "甲 局　全.xlsx").exists()
    line = rf'cmd.exe /c ""{windows_path(folder)}\评分.bat" "{windows_path(source)}""'
    code, said = cmd("评分.bat", folder=folder, line=line)
    assert (code, "Traceback" in said) == (1, False), said
    written = {path.name for path in (folder / "收 回-评分结果").iterdir()}
    assert written == {path.name for path in source.iterdir()} | {"汇总.xlsx", "回执.jsonl", ".perf_xlsx"}


@needs_python_for_windows
def test_the_desk_runs_on_a_python_for_windows(given_out: Path) -> None:
    """As 开始.bat starts it: returns with names of devices and of another case, a password, a run that is stopped."""
    with started_by(given_out, "perf-xlsx.cmd", "desk", "--no-browser", "--folder", "收到 的") as address:
        officer = Visitor(address)
        officer.get(address)
        roster = "单位名称\n甲局\n没有报送局\n".encode()
        assert officer.post("/settings", files=[("roster", ("名单.csv", roster))]).history
        secret = locked(a_return("project", "密局"), "a password")
        files = {"甲局.xlsx": "甲局", "CON.xlsx": "康局", "甲局.XLSX": "另局"}
        officer.drop(*((name, a_return("project", unit)) for name, unit in files.items()), ("密.xlsx", secret))
        assert "1份要密码才能打开" in officer.scored()
        officer.post("/passwords", data={"password": "a password"})
        page = officer.scored()
        assert "要密码才能打开" not in page
        assert "评分时的说明" not in page, "nothing was said in the code page of the machine"
        assert {path.name for path in (given_out / "收到 的").iterdir()} == {
            "甲局.xlsx", "_CON.xlsx", "甲局(2).XLSX", "密.xlsx",
        }  # fmt: skip
        addresses = links(page, "/return/")
        found = [
            officer.get(f"{one}{what}").status_code for one in addresses for what in ("/copy", "/paper", "/letter")
        ]
        assert (len(addresses), found.count(200), found.count(404)) == (5, 13, 2), (
            "who sent nothing has only a letter"
        )
        copy = officer.get(f"{addresses[0]}/copy").content
        assert "✔ 原样" in officer.post("/verify", files=[("files", ("甲.xlsx", copy))]).text
        assert officer.post("/template", data={"form": "project", "year": "2025"}).content.startswith(b"PK")
        officer.post("/settings", data={"rulebook": "hubei"})
        officer.post("/score")
        officer.post("/stop")
        assert "继续评分" in officer.scored() or "再评一次" in officer.scored()
        officer.post("/score")
        officer.scored()
        assert officer.get("/progress").json()["stage"] == "done"
        assert officer.get("/everything").content.startswith(b"PK")
