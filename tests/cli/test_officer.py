"""What reaches the officer: nothing that a terminal obeys, in whatever code page, in words that say what to do."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from perf_xlsx import batch, pipeline
from perf_xlsx.batch import plan
from perf_xlsx.batch.roster import Listed
from perf_xlsx.batch.roster_templates import file_name
from perf_xlsx.batch.state import State, goes_on
from perf_xlsx.cli import arguments
from perf_xlsx.cli.main import main
from perf_xlsx.cli.stories import case_text
from perf_xlsx.system import os_errors
from perf_xlsx.system.output_files import StagedFile, explain_os_error, write_atomically
from perf_xlsx.system.safe_text import cleaned, escaped, harmless, one_line, visible
from tests import ROOT
from tests.kit.batch_returns import a_return, put
from tests.kit.command import command
from tests.kit.foreign_workbooks import biff5, xlsb
from tests.kit.parts import zipped

TREE = ROOT
OBEYED = "\x1b[2J\x1b]0;x\x07\x9b31m\u202eA\u2066\U000e0041\x00\x7f\u200f"
BAD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\U000e0000-\U000e007f]")
POSIX = pytest.mark.skipif(os.name == "nt", reason="names that Windows does not take")


def process(*words: object, encoding: str = "utf-8", **more: str) -> subprocess.CompletedProcess[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    environment |= {"PYTHONPATH": str(TREE), "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"} | more
    line = [sys.executable, "-m", "perf_xlsx", *map(str, words)]
    return subprocess.run(line, capture_output=True, env=environment, timeout=120, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (path := tmp_path / "收回").mkdir()
    return path


# ---- 4: what a terminal obeys ----------------------------------------------------------------------------------


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
    line = escaped(json.dumps(text, ensure_ascii=False))
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


# ---- 5: which file is meant ------------------------------------------------------------------------------------


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
    assert arguments.opened(same) == same
    assert arguments.opened(["自评表[2].xlsx"]) == ["自评表[2].xlsx"], "brackets are no pattern"
    assert arguments.opened(["自评表*.xlsx"]) == ["自评表1.xlsx", "自评表[1].xlsx"]
    assert arguments.opened(["自评表?.xlsx"]) == ["自评表1.xlsx"]
    assert arguments.opened(["自评表[*.xlsx"]) == ["自评表[1].xlsx"]
    assert arguments.opened(["没有*.xlsx"]) == ["没有*.xlsx"]
    assert arguments.opened(["$YEAR.csv", "~", "~其他"]) == ["2025.csv", str(tmp_path / "家"), "~其他"]
    assert arguments.opened(['收回"']) == ["收回"]


def test_on_windows_the_command_takes_the_file_that_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, "自评表[1].xlsx", "甲局")
    put(tmp_path, "自评表1.xlsx", "乙局")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["perf-xlsx", "check", "自评表[1].xlsx", "--json"])
    asked: list[str] = []
    monkeypatch.setattr(arguments, "opened", lambda words: asked.extend(words) or list(words))
    with monkeypatch.context() as windows:
        windows.setattr("perf_xlsx.cli.group.ON_WINDOWS", True)
        with pytest.raises(SystemExit):
            main(prog_name="perf-xlsx")
    assert asked == ["check", "自评表[1].xlsx", "--json"]
    assert json.loads(capsys.readouterr().out)["unit"] == "甲局"


# ---- 6: code pages ---------------------------------------------------------------------------------------------


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


# ---- 7: systems ------------------------------------------------------------------------------------------------


def test_it_is_a_module_too(folder: Path) -> None:
    put(folder, "1.xlsx")
    done = process("check", folder, "--json", "--jobs", "2")
    assert (done.returncode, json.loads(done.stdout)["unit"]) == (1, "甲局")
    assert b"perf-xlsx check --help" in process("check", "--nein").stderr


@pytest.fixture
def no_inodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on WebDAV and some storage: no file has a number."""
    stat = os.stat

    def numberless(path: Any, **more: Any) -> os.stat_result:
        found = stat(path, **more)
        return os.stat_result((found.st_mode, 0, 0, *found[3:10]))

    monkeypatch.setattr(os, "stat", numberless)


@pytest.mark.usefixtures("no_inodes")
def test_folders_without_numbers_keep_their_subfolders(folder: Path, tmp_path: Path) -> None:
    for name in ("1.xlsx", "a/2.xlsx", "a/b/3.xlsx", "c/4.xlsx"):
        put(folder, name)
    if os.name != "nt":
        (folder / "a" / "ring").symlink_to(folder)
    assert [file for file, _ in plan([folder], tmp_path / "out").rows] == [
        "1.xlsx",
        "a/2.xlsx",
        "a/b/3.xlsx",
        "c/4.xlsx",
    ]
    assert [file for file, _ in plan([folder], folder / "a").rows] == ["1.xlsx", "c/4.xlsx"]
    assert pipeline.score(folder / "1.xlsx", tmp_path / "copy.xlsx").output
    with pytest.raises(pipeline.OutputError):
        pipeline.score(folder / "1.xlsx", folder / "1.xlsx")
    with pytest.raises(pipeline.OutputError):
        plan([folder], folder)


def test_a_rename_that_is_hindered_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, tries = os.replace, []

    def held(*paths: Any) -> None:
        tries.append(paths)
        if len(tries) < 4:
            raise PermissionError(errno.EACCES, "Permission denied")
        replace(*paths)

    monkeypatch.setattr(os, "replace", held)
    write_atomically(tmp_path / "a.txt", b"x")
    assert (tmp_path / "a.txt").read_bytes() == b"x"
    assert len(tries) == 4


def test_a_copy_that_stays_held_is_told_with_those_who_may_hold_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = put(folder, "1.xlsx"), tmp_path / "out"
    put(out, "1.xlsx")

    def held(*_: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "replace", held)
    monkeypatch.setattr(os_errors, "PATIENCE", 0.1)
    done = command("score", path, "-o", out)
    assert done.exit_code == 3
    for word in ("Excel", "WPS", "杀毒软件", "OneDrive"):
        assert word in done.stdout
    assert "denied" not in done.output
    assert not list(out.glob(".perf_xlsx-*"))


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_no_system_speaks_english(number: int) -> None:
    error = OSError(number, os.strerror(number))
    for words in (os_errors.why(error), *explain_os_error(Path("没有"), error)):
        assert not re.search(
            r"[A-Za-z]{3,}", words.replace("Excel", "").replace("WPS", "").replace("OneDrive", "")
        )


@POSIX
def test_what_cannot_be_written_or_read_is_told_in_chinese(folder: Path, tmp_path: Path) -> None:
    path = put(folder, "1.xlsx")
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "坏.toml").write_text("a = \n", "utf-8")
    (tmp_path / "坏.json").write_text("{", "utf-8")
    (tmp_path / "gbk.json").write_bytes('{"单位": 1}'.encode("gbk"))
    deep = tmp_path / "file" / "t.xlsx"
    runs = [
        command("template", "--form", "project", "--year", "2025", "-o", deep),
        command("template", "--form", "project", "--year", "2025", "-o", tmp_path / ("长" * 100 + ".xlsx")),
        command("score", path, "-o", tmp_path / "file" / "out"),
        command("score", folder, "-o", tmp_path / "file" / "out"),
        command("check", path, "--limits", tmp_path / "坏.toml"),
        command("check", path, "--rulebook", tmp_path / "坏.toml"),
        command("check", path, "--rulebook", f"{tmp_path}/{'长' * 100}.toml"),
        command("check", path, "--rulebook", f"{folder}.toml/x.toml"),
        command("template", "--data", tmp_path / "坏.json", "-o", tmp_path / "t.xlsx"),
        command("template", "--data", tmp_path / "gbk.json", "-o", tmp_path / "t.xlsx"),
        command("template", "--year", "25", "--form", "project"),
        command("--bogus"),
        command("check", path, "多余", "--jobs", "-1"),
        command("explain", "--rulebook"),
        command("consolidate", path),
    ]
    for done in runs:
        words = re.sub(
            r"/\S*|\S*\.(?:toml|json|xlsx)|--?[a-z-]+|perf-xlsx [a-z]*|WPS|Excel|UTF-8|TOML|JSON", "", done.output
        )
        assert done.exit_code in (2, 3), done.output
        assert not re.search(r"[A-Za-z]{4,}", words.replace("OneDrive", "")), words
        assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("unit", "name"),
    [("CON", "_CON"), ("com1", "_com1"), ("COM¹", "_COM¹"), ("lpt³.甲", "_lpt³.甲"), ("CONIN$.甲", "_CONIN$.甲"),
     ("NUL ", "_NUL"), ("COM10", "COM10"), ("CONSOLE", "CONSOLE"), ("甲局", "甲局"), ("...", "_"), ("COM0", "_COM0")],
)  # fmt: skip
def test_no_file_of_ours_is_called_like_a_device(unit: str, name: str) -> None:
    assert file_name(Listed(1, unit)) == name


@POSIX
def test_copies_have_names_that_every_system_takes(folder: Path, tmp_path: Path) -> None:
    for name in ("aux.xlsx", "COM¹.xlsx", "子/nul.乙.xlsx", "con/1.xlsx"):
        put(folder, name)
    command("score", folder, "-o", tmp_path / "out")
    found = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.xlsx")}
    assert found == {
        "_aux.xlsx",
        "_COM¹.xlsx",
        "子/_nul.乙.xlsx",
        "_con/1.xlsx",
        "汇总.xlsx",
        "退回/退回清单.xlsx",
    }
    for output in ("CON", "com².x"):
        assert "设备" in command("score", folder, "-o", tmp_path / output).stderr
    refused = command("template", "--form", "project", "--year", "2025", "-o", tmp_path / "NUL.xlsx")
    assert (refused.exit_code, "设备" in refused.stderr) == (2, True)


def test_long_paths_are_put_as_windows_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    long, short = Path("/收回/" + "长" * 300), Path("/收回/1.xlsx")
    assert os_errors.reachable(long) is long
    assert os_errors.beyond_260(str(long)) == "\\\\?\\" + str(long)
    assert os_errors.beyond_260(str(short)) == str(short)
    assert os_errors.beyond_260("\\\\server\\" + "x" * 300) == "\\\\?\\UNC\\server\\" + "x" * 300
    assert os_errors.beyond_260("\\\\?\\" + "x" * 300) == "\\\\?\\" + "x" * 300
    for path in (str(long), str(short), "\\\\server\\" + "x" * 300):
        assert os_errors.without_mark(os_errors.beyond_260(path)) == path


def test_a_temporary_file_that_is_held_does_not_hide_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def held(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(StagedFile, "commit", failing)
    monkeypatch.setattr(Path, "unlink", held)
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "a.txt", b"x")


# ---- 8: what is true, and what was meant -----------------------------------------------------------------------


def test_what_was_saved_is_said_only_where_something_was(folder: Path, tmp_path: Path, monkeypatch: Any) -> None:
    for number in range(3):
        put(folder, f"{number}.xlsx", f"示例{number}局")
    (tmp_path / "file").write_text("in the way")
    assert goes_on(False) not in command("score", folder, "-o", tmp_path / "file").output
    note, full = State.note, OSError(errno.ENOSPC, "No space left on device")

    def failing(at: int) -> Callable[[State, tuple[bytes, ...]], None]:
        def one(state: State, lines: tuple[bytes, ...]) -> None:
            if f"示例{at}局".encode() in lines[0]:
                raise state._full(full)
            note(state, lines)

        return one

    for at, said in ((0, False), (2, True)):
        monkeypatch.setattr(State, "note", failing(at))
        done = command("score", folder, "-o", tmp_path / f"out{at}", "--jobs", "1")
        assert "磁盘空间不够" in done.output
        assert (goes_on(False) in done.output) is said
    assert not batch.saved(tmp_path / "nowhere")
    assert batch.saved(tmp_path / "out2")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("chek x", "是不是要 check？"),
        ("Score x", "是不是要 score？"),
        ("tempalte", "是不是要 template？"),
        ("check x --rooster y", "是不是要 --roster？"),
        ("check x --time-limt 3", "是不是要 --time-limit？"),
        ("score x --outptu y", "是不是要 --output？"),
        ("rules mof2020", "是不是要 mof-2020？"),
        ("rules hubie", "是不是要 hubei？"),
        ("rules 湖北", "是不是要 hubei？"),
        ("rules --diff mof-2020 platfrom", "是不是要 platform？"),
        ("check . --rulebook HUBEI", "是不是要 hubei？"),
        ("explain WO1", "是不是要 W01？"),
        ("explain 1I06", "是不是要 I06？"),
        ("explain T0", "是不是要 T0"),
        ("template --form 项目 --year 2025", "是不是要 project？"),
        ("template --form departmnet --year 2025", "是不是要 department？"),
        ("template --form project --year 25", "--year 年度 应为2000到2099的整数"),
        ("template --form project --year 二五", "--year 年度 应为2000到2099的整数"),
        ("check x --jobs 0", "--jobs N 应为不小于1的整数"),
        ("check x --time-limit 0", "--time-limit 秒 应为大于0的数字"),
        ("check x --memory-limit 1", "--memory-limit MB 应为不小于256的整数"),
        ("consolidate . --export xml", "--export 应为 csv、parquet 之一"),
    ],
)
def test_wrong_words_are_answered_with_what_was_meant(words: str, said: str) -> None:
    done = command(*words.split())
    assert done.exit_code == 2
    assert said in done.stderr
    assert "？。" not in done.stderr


@pytest.mark.parametrize(
    "words", ["zzz x", "rules qqqqqq", "explain Q", "check x --zzzzzz", "template --form zz --year 2025"]
)
def test_nothing_is_suggested_where_nothing_is_near(words: str) -> None:
    done = command(*words.split())
    assert (done.exit_code, "是不是要" in done.stderr) == (2, False)


def test_copies_go_beside_the_returns_where_no_folder_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "1.xlsx")
    put(folder, "乙/2.xlsx", "乙局")
    monkeypatch.chdir(tmp_path)
    assert "收回-评分结果" in command("score", "收回").stdout
    assert (tmp_path / "收回-评分结果" / "乙" / "2.xlsx").is_file()
    command("score", "收回/1.xlsx")
    assert (folder / "评分结果" / "1.xlsx").is_file()
    command("score", "收回/1.xlsx", "收回/乙/2.xlsx")
    monkeypatch.chdir(folder)
    done = command("score", ".", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(line["file"]).name for line in lines] == ["1.xlsx", "2.xlsx"], "results are no returns"
    assert Path(lines[0]["output"]).parent.name == "收回-评分结果"
    assert "没有读 评分结果：里面应是以前的评分结果" in done.stderr
    assert json.loads(command("check", "评分结果/1.xlsx", "--json").stdout)["unit"] == "甲局"


def test_templates_go_beside_their_data_where_no_place_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "数据").mkdir()
    (tmp_path / "数据" / "甲.json").write_text(case_text("project"), "utf-8")
    (tmp_path / "数据" / "名单.csv").write_text("单位,表种\n甲局,项目", "utf-8")
    assert command("template", "--data", "数据/甲.json").exit_code == 0
    assert command("template", "--roster", "数据/名单.csv", "--year", "2025").exit_code == 0
    assert command("template", "--form", "project", "--year", "2025").exit_code == 0
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.xlsx")}
    assert found == {"数据/甲.xlsx", "数据/名单-模板/甲局.xlsx", "自评表-project-2025.xlsx"}


def test_a_short_name_that_two_listed_units_have_names_none(folder: Path, tmp_path: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "教育局自评表.xlsx").write_bytes(b"PK\x03\x04")
    units = ("示例县教育局", "示例县水利局", "示例市教育局", "示例市水利局")
    (roster := tmp_path / "名单.csv").write_text("\n".join(("单位名称", *units)), "utf-8")
    done = command("check", folder, "--roster", roster, "--json")
    assert "文件名中有这个单位的" not in done.stdout


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("示例县水利局.xlsx", "示例县水利局"),
        ("2025 示例县水利局（更正）.xlsx", "示例县水利局"),
        ("示例县水利局/自评表.xlsx", "示例县水利局"),
        ("示例县.xlsx", "示例县"),
        ("水利局自评表.xlsx", "示例县水利局"),
        ("自评表.xlsx", None),
    ],
)
def test_a_file_that_cannot_be_read_is_told_under_the_unit_that_it_names(
    name: str, unit: str | None, folder: Path, tmp_path: Path
) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"PK\x03\x04")
    put(folder, "丙.xlsx", "丙局")
    (roster := tmp_path / "名单.csv").write_text("单位名称,联系人\n示例县,\n示例县水利局,李四\n丙局,\n", "utf-8")
    done = command("check", folder, "--roster", roster, "--json")
    told = {
        record["unit"]: record["findings"][0]
        for record in map(json.loads, done.stdout.splitlines())
        if record["status"] == "outstanding"
    }
    assert set(told) == {"示例县", "示例县水利局"}
    for listed, found in told.items():
        named = f"文件名中有这个单位的 {name} 读不出来" in found["message"]
        assert named is (listed == unit)
        assert found["code"] == "B02"
        if named:
            assert "请先看该文件的问题" in found["advice"]
