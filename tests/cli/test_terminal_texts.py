"""What reaches the terminal: nothing that it obeys, texts that still say the same, a line for each record."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from perf_xlsx.cli.stories import case_text
from perf_xlsx.system.safe_text import cleaned, escaped_json, harmless, one_line, visible
from tests.kit.batch_returns import a_return, put
from tests.kit.command import command
from tests.kit.foreign_workbooks import biff5, xlsb
from tests.kit.officers_machine import POSIX
from tests.kit.parts import zipped

OBEYED = "\x1b[2J\x1b]0;x\x07\x9b31m\u202eA\u2066\U000e0041\x00\x7f\u200f"
BAD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\U000e0000-\U000e007f]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("示例县水利局", "示例县水利局"),
        ("a\tb\r\nc", "a\tb\r\nc"),
        ("\x1b[31m红", "[31m红"),
        ("\x9b31m\x07", "31m"),
        ("\u202d94.04\u202c", "94.04"),
        ("\u200e水利局\u200f", "水利局"),
        ("a\u2028b\u2029c\x85d\x0be", "a\nb\nc\nd\ne"),
        ("\U000e0041\U000e007fx", "x"),
        ("x\ud800y", "x\ufffdy"),
        ("👩‍👩‍👧①㎡＋", "👩‍👩‍👧①㎡＋"),
        ("\u061c\u206a\ufff9\ufffe", ""),
    ],
)
def test_a_text_is_harmless_and_says_the_same(text: str, expected: str) -> None:
    assert harmless(text) == expected
    assert cleaned({text: [text, 1, None]}) == {expected: [expected, 1, None]}
    assert len(one_line(text).splitlines()) <= 1
    assert len(visible(text).splitlines()) <= 1
    line = escaped_json(json.dumps(text, ensure_ascii=False))
    assert json.loads(line) == text
    assert len(line.splitlines()) == 1
    assert not BAD.search(line)


@POSIX
def test_nothing_that_is_obeyed_comes_from_names_lists_or_rulebooks(folder: Path, tmp_path: Path) -> None:
    put(folder, f"a{OBEYED.replace(chr(0), '')}.xlsx")
    (folder / "坏\x1b[2J.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "别的\x9b2J.pdf").write_bytes(b"%PDF")
    roster = tmp_path / "名单\x1b[2J.csv"
    roster.write_text(f"单位名称,联系人\n甲局,{OBEYED}\n乙{OBEYED}局,张三\n", "utf-8")
    book = tmp_path / "办法.toml"
    odd = json.dumps("办法" + OBEYED)
    odd = re.sub(r"\\ud83c\\udc41|\\udb40\\udc41", "\\\\U000e0041", odd)
    book.write_text(f'extends = "mof-2020"\nname = "x"\ntitle = {odd}\ndocument = {odd}\n', "utf-8")
    runs = [
        command("check", folder, "--roster", roster, "--rulebook", book),
        command("check", folder, "--roster", roster, "--json"),
        command("score", folder, "--roster", roster, "-o", tmp_path / "out"),
        command("check", folder / "没有\x1b[2J.xlsx"),
        command("rules", book),
        command("rules", "--check", book),
        command("rules", "没有\x1b[2J"),
        command("explain", "\x1b[2J"),
        command("template", "--form", "\x1b[2J", "--year", "2025", "-o", tmp_path / "t.xlsx"),
        command("\x1b[2J"),
        command("check", "--\x1b[2J"),
        command("check", folder, "--roster", tmp_path / "无\x1b[2J.csv"),
        command("dump", folder / "坏\x1b[2J.xlsx"),
    ]
    for done in runs:
        assert not BAD.search(done.output.replace("\n", "")), repr(done.output)
        assert not isinstance(done.exception, Exception) or isinstance(done.exception, SystemExit)


@pytest.mark.parametrize("kind", ["xls", "xlsb"])
def test_binary_workbooks_hold_escapes_and_show_none(kind: str, tmp_path: Path) -> None:
    data = a_return("project", "甲乙丙丁局")
    path = tmp_path / f"a.{kind}"
    if kind == "xls":
        path.write_bytes(biff5(data).replace("甲乙".encode("gbk"), b"\x1b[2J"))
        unit = "[2J丙丁局"
    else:
        with zipfile.ZipFile(io.BytesIO(xlsb(data))) as parts:
            old, new = ("甲乙丙丁".encode("utf-16-le"), "\x1b]0\x9b".encode("utf-16-le"))
            path.write_bytes(zipped({name: parts.read(name).replace(old, new) for name in parts.namelist()}))
        unit = "]0局"
    for words in (("check", path), ("dump", path), ("score", path, "-o", tmp_path / "out")):
        done = command(*words)
        assert not BAD.search(done.output.replace("\n", "")), repr(done.output)
        assert unit in done.output
    assert json.loads(command("check", path, "--json").stdout)["unit"] == unit


@POSIX
def test_two_files_are_never_called_alike_and_outputs_are_there(folder: Path, tmp_path: Path) -> None:
    for number, name in enumerate(("a\x1b.xlsx", "a\x07.xlsx", "a\ufffd.xlsx", "b.xlsx", "a\ufffd(2).xlsx")):
        put(folder, name, f"示例{number}局")
    for name in ("中.xlsx".encode("gbk"), "中.xlsx".encode()):
        shutil.copy(folder / "b.xlsx", os.fsencode(folder) + b"/" + name)
    done = command("score", folder, "-o", tmp_path / "out", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == len({line["file"] for line in lines}) == 7
    assert len({line["output"] for line in lines}) == 7
    assert all(Path(line["output"]).is_file() for line in lines)
    strange = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb1\xed"))
    line = json.loads(command("score", folder / "b.xlsx", "-o", strange, "--json").stdout)
    assert Path(line["output"]).is_file()


def test_a_record_is_one_line_whatever_stands_in_it(tmp_path: Path) -> None:
    case = json.loads(case_text("project"))
    case["indicators"][0]["reason"] = "一\u2028二\u2029三\x85四"
    (tmp_path / "c.json").write_text(json.dumps(case, ensure_ascii=False), "utf-8")
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("一\u2028二\u202e").write_string(0, 0, "x\u2029y")
    book.close()
    assert len(command("check", path, "--json").stdout.splitlines()) == 1
    assert command("template", "--data", tmp_path / "c.json", "-o", tmp_path / "b.xlsx").exit_code == 0
    assert len(command("check", tmp_path / "b.xlsx", "--json").stdout.splitlines()) == 1


def test_half_a_character_in_the_data_fills_a_template_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text(case_text("project").replace("示例", "\\ud800示例", 1), "utf-8")
    assert command("template", "--data", tmp_path / "c.json", "-o", tmp_path / "b.xlsx").exit_code == 0
