"""The product where Python has only what it has on Windows: every module, and a folder from template to letters.

Python's own modules are loaded first, because they choose for themselves; then all that Windows lacks is taken
away from them. Where a Python for Windows is at hand, test_folder.py runs the product on that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests import ROOT
from tests.kit.batch_returns import put

HIDDEN = """
import concurrent.futures.process, importlib, json, multiprocessing.popen_spawn_posix, multiprocessing.queues
import asyncio, pkgutil, random, shutil, socket, sqlite3, subprocess, sys, tempfile, tomllib, uuid, zipfile
with open({names!r}, "rb") as file:
    missing = tomllib.load(file)
for name in missing.pop("modules"):
    sys.modules[name] = None
for module, names in missing.items():
    for name in names:
        vars(importlib.import_module(module)).pop(name, None)
"""
EVERY_MODULE = """
import perf_xlsx
found = [module.name for module in pkgutil.walk_packages(perf_xlsx.__path__, "perf_xlsx.")]
for name in found:
    if name != "perf_xlsx.__main__":
        importlib.import_module(name)
print(len(found))
"""
COMMAND = """
from perf_xlsx.launcher import main
if __name__ == "__main__":
    sys.argv = ["perf-xlsx", *sys.argv[1:]]
    main()
"""


def without_posix(code: str, *words: object, encoding: str = "utf-8") -> subprocess.CompletedProcess[str]:
    """Run code after all that Windows lacks was taken away."""
    before = HIDDEN.format(names=str(ROOT / "tests" / "windows" / "missing.toml"))
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-c", before + code, *map(str, words)]
    return subprocess.run(command, capture_output=True, env=environment, encoding=encoding, check=False)


def test_every_module_is_imported() -> None:
    done = without_posix(EVERY_MODULE)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 300


def test_every_step_of_a_round_is_done(tmp_path: Path) -> None:
    returned, out = tmp_path / "收 回", tmp_path / "评 分"
    returned.mkdir()
    for name in ("甲局.xlsx", "乙局.xlsx"):
        put(returned, name)
    steps = (
        (("template", "--form", "project", "--year", "2025", "-o", tmp_path / "空表.xlsx"), 0),
        (("check", returned / "甲局.xlsx"), 1),
        (("score", returned, "-o", out, "--jobs", "2"), 1),
        (("score", returned, "-o", out, "--jobs", "2"), 1),
        (("consolidate", out, "-o", tmp_path / "汇总.xlsx", "--export", "csv"), 0),
        (("verify", out / "甲局.xlsx", "--receipt", out), 0),
        (("report", returned / "甲局.xlsx", "-o", tmp_path / "报告.docx"), 1),
        (("check-report", tmp_path / "报告.docx", "--with", returned / "甲局.xlsx"), 0),
    )
    for words, code in steps:
        done = without_posix(COMMAND, *words)
        assert "Traceback" not in done.stderr, (words, done.stderr)
        assert done.returncode == code, (words, done.stdout, done.stderr)
    assert {"甲局.xlsx", "乙局.xlsx", "汇总.xlsx", "退回"} <= {path.name for path in out.iterdir()}


def test_a_console_of_code_page_936_is_told_everything(tmp_path: Path) -> None:
    """Marks and quotation marks that GBK lacks become others; nothing raises, in the child and its workers too."""
    put(tmp_path / "in", "〔甲〕😀.xlsx", "🏛示例〔①〕局")
    put(tmp_path / "in", "乙.xlsx")
    for words in (
        ("check", tmp_path / "in", "--jobs", "2"),
        ("check", tmp_path / "in" / "〔甲〕😀.xlsx"),
        ("explain",),
    ):
        done = without_posix(COMMAND, *words, encoding="gbk")
        assert "Error" not in done.stderr
        assert done.returncode in (0, 1), done.stderr


def test_json_is_utf_8_whatever_the_console_is(tmp_path: Path) -> None:
    put(tmp_path / "in", "甲.xlsx", "甲局")
    before = HIDDEN.format(names=str(ROOT / "tests" / "windows" / "missing.toml"))
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "gbk"}
    command = [sys.executable, "-c", before + COMMAND, "check", str(tmp_path / "in"), "--json"]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert json.loads(done.stdout.decode("utf-8"))["unit"] == "甲局"
