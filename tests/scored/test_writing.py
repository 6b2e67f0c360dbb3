"""The scored copy is complete or absent, whatever happens while it is written, and it opens under its name."""

from __future__ import annotations

import errno
import io
import json
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from lxml import etree

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import case_text
from perf_xlsx.consolidated import DEFAULT_NAME
from perf_xlsx.ooxml import Book, Package
from tests.kit.command import command
from tests.kit.filled import filled
from tests.kit.outcome import findings_of
from tests.kit.parts import edited
from tests.kit.rich_workbook import rich


def told(done: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


# ---- what hinders writing --------------------------------------------------------------------------------------


@pytest.mark.finding("R20")
@pytest.mark.parametrize(
    ("error", "where", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "os.fsync", ("磁盘空间不够", "清理磁盘")),
        (PermissionError(errno.EACCES, "Permission denied"), "os.replace", ("正在被使用", "关闭")),
        (PermissionError(errno.EACCES, "Permission denied"), "tempfile.mkstemp", ("权限", "换一个输出文件夹")),
        (OSError(errno.EROFS, "Read-only file system"), "tempfile.mkstemp", ("权限", "换一个输出文件夹")),
        (OSError(errno.EIO, "Input/output error"), "os.replace", ("磁盘或网络读写出错", "换一个输出文件夹")),
    ],
)
def test_a_copy_that_cannot_be_written_is_told_and_the_others_are_written(
    error: OSError,
    where: str,
    words: tuple[str, str],
    corrected: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A full disk, a file open in Excel (Windows locks it), a folder one may not write to: for the first file."""
    for name in ("甲.xlsx", "乙.xlsx"):
        (tmp_path / name).write_bytes(corrected)
    out = tmp_path / "out"
    out.mkdir()
    there = where != "tempfile.mkstemp"
    if there:
        (out / "甲.xlsx").write_bytes(b"what was there")
    module, name = where.split(".")
    real = getattr(sys.modules[module], name)
    failures = iter([error])

    def fails_once(*given: object, **more: object) -> object:
        if name == "replace" and os.fspath(str(given[-1])).endswith("甲.xlsx"):
            raise error  # also when it is tried again for a second
        if name != "replace" and (failure := next(failures, None)):
            raise failure
        return real(*given, **more)

    monkeypatch.setattr(sys.modules[module], name, fails_once)
    done = command("score", tmp_path / "甲.xlsx", tmp_path / "乙.xlsx", "-o", out, "--json", "--jobs", "1")
    first, second = told(done)
    assert done.exit_code == 3
    assert first["output"] is None
    assert first["total"] == "88.01"
    finding = next(f for f in first["findings"] if f["code"] == "R20")
    assert "甲.xlsx" in finding["message"]
    assert words[0] in finding["message"]
    assert words[1] in finding["advice"]
    assert second["output"] == str(out / "乙.xlsx")
    left = sorted(path.name for path in out.glob("*.xlsx") if path.name != DEFAULT_NAME)
    assert left == (["乙.xlsx", "甲.xlsx"] if there else ["乙.xlsx"])
    if there:
        assert (out / "甲.xlsx").read_bytes() == b"what was there"


def test_people_are_told_what_was_not_written(corrected: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(corrected)
    (tmp_path / "file").write_text("in the way")
    done = command("score", tmp_path / "a.xlsx", "-o", tmp_path / "file" / "out")
    assert done.exit_code == 3
    for words in ("88.01", "R20", "写不进去", "1份已评分但没有写出"):
        assert words in done.stdout


def test_a_disk_that_is_really_full(corrected: bytes, tmp_path: Path) -> None:
    """The kernel stops the write in the middle."""
    (tmp_path / "a.xlsx").write_bytes(corrected)
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000));"
        "from perf_xlsx import pipeline; r = pipeline.score(sys.argv[1], sys.argv[2]);"
        "print(r.findings[0].code, r.output)"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "a.xlsx"), str(tmp_path / "out.xlsx")]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.split() == ["R20", "None"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


KILLED = """
import itertools, os, signal, sys
from pathlib import Path
from perf_xlsx.system import output_files

target, new = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()

def killed_at(moment):
    def trace(frame, event, _):
        nonlocal moment
        if frame.f_code.co_filename != output_files.__file__:
            return None
        moment -= event == "line"
        if not moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace
    sys.settrace(trace)
    output_files.write_atomically(target, new)
    os._exit(0)

for moment in itertools.count(1):
    pid = os.fork()
    if not pid:
        killed_at(moment)
    _, status = os.waitpid(pid, 0)
    print({b"old": "old", new: "new"}.get(target.read_bytes(), "broken"))
    target.write_bytes(b"old")
    if os.WIFEXITED(status):
        sys.exit(os.WEXITSTATUS(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_killed_at_any_line_of_the_writing_the_file_is_the_old_one_or_the_new_one(
    corrected: bytes, tmp_path: Path
) -> None:
    source, target = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    source.write_bytes(corrected)
    target.write_bytes(b"old")
    words = [sys.executable, "-c", KILLED, str(target), str(source)]
    seen = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120).stdout.split()
    assert len(seen) > 10
    assert seen == sorted(seen, reverse=True)  # all old, then all new
    assert set(seen) == {"old", "new"}


# ---- large pictures, which go to the disk while the rest is still read ----------------------------------------


@pytest.fixture
def pictured(corrected: bytes, tmp_path: Path) -> Path:
    """A return with a picture of 3 MB, which no zip packs smaller."""
    path, out = tmp_path / "in" / "照片.xlsm", io.BytesIO()
    path.parent.mkdir()
    with zipfile.ZipFile(io.BytesIO(rich(corrected))) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            picture = info.filename == "xl/media/image1.png"
            new.writestr(info, random.Random(3).randbytes(3_000_000) if picture else old.read(info))
    path.write_bytes(out.getvalue())
    return path


def test_a_large_picture_is_copied_as_it_lies_and_the_parts_keep_their_order(
    pictured: Path, tmp_path: Path
) -> None:
    copy, again = tmp_path / "copy.xlsm", tmp_path / "again.xlsm"
    assert pipeline.score(pictured, copy).output == str(copy)
    with zipfile.ZipFile(pictured) as before, zipfile.ZipFile(copy) as after:
        assert after.testzip() is None
        assert after.read("xl/media/image1.png") == before.read("xl/media/image1.png")
        theirs = [name for name in before.namelist() if name in after.namelist()]
        assert [name for name in after.namelist() if name in theirs] == theirs
    openpyxl.load_workbook(copy)
    pipeline.score(copy, again)
    assert again.read_bytes() == copy.read_bytes()


def test_a_large_picture_put_onto_our_own_sheet_goes_with_the_sheet(corrected: bytes, tmp_path: Path) -> None:
    """The drawing of our summary gets another picture part; scoring again takes both away."""
    (tmp_path / "a.xlsx").write_bytes(corrected)
    pipeline.score(tmp_path / "a.xlsx", tmp_path / "scored.xlsx")
    book = Book(Package.open(tmp_path / "scored.xlsx"))
    summary = next(sheet for sheet in book.sheets if sheet.name == "评分汇总")
    package = book.package
    drawing = package.one_related(summary.part, "drawing")
    assert drawing is not None
    package.write("xl/media/large.png", random.Random(4).randbytes(2_000_000))
    package.set_default_type("png", "image/png")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    package.add_relationship(drawing, kind, "xl/media/large.png")
    (tmp_path / "pasted.xlsx").write_bytes(package.to_bytes())
    result = pipeline.score(tmp_path / "pasted.xlsx", tmp_path / "again.xlsx")
    assert result.output is not None
    before, after = (set(Package.open(tmp_path / name).names()) for name in ("scored.xlsx", "again.xlsx"))
    assert after == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_process_that_was_forked_after_a_large_workbook_scores_large_ones_too(
    pictured: Path, tmp_path: Path
) -> None:
    code = (
        "import multiprocessing, sys; from concurrent.futures import ProcessPoolExecutor\n"
        "from perf_xlsx import pipeline; pipeline.score(sys.argv[1])\n"
        "with ProcessPoolExecutor(1, multiprocessing.get_context('fork')) as pool:\n"
        "    print(pool.submit(pipeline.score, sys.argv[1], sys.argv[2]).result().scores.total)"
    )
    words = [sys.executable, "-c", code, str(pictured), str(tmp_path / "b.xlsm")]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "88.01\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no such rights here")
def test_a_copy_is_kept_from_those_whom_its_maker_keeps_his_files_from(corrected: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(corrected)
    code = "import os, sys; os.umask(0o077); from perf_xlsx import pipeline; pipeline.score(*sys.argv[1:])"
    out = tmp_path / "out.xlsx"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.xlsx"), str(out)], check=True)
    assert out.stat().st_mode & 0o777 == 0o600


def test_nothing_is_left_where_what_has_a_large_picture_is_refused(pictured: Path, tmp_path: Path) -> None:
    data = bytearray(pictured.read_bytes())
    with zipfile.ZipFile(pictured) as archive:
        data[archive.getinfo("xl/media/image1.png").header_offset + 1_000_000] ^= 1
    (tmp_path / "damaged.xlsm").write_bytes(data)
    openpyxl.Workbook().save(tmp_path / "no form.xlsx")
    with zipfile.ZipFile(tmp_path / "no form.xlsx", "a") as archive:
        archive.writestr("xl/media/image1.png", random.Random(3).randbytes(3_000_000))
    (tmp_path / "out").mkdir()
    for name, code in (("damaged.xlsm", "R01"), ("no form.xlsx", "R04")):
        for folder in ("out", "new"):
            result = pipeline.score(tmp_path / name, tmp_path / folder / name)
            assert (result.evaluation, result.output) == (None, None)
            assert [found.code for found in result.findings] == [code]
    assert not list((tmp_path / "out").iterdir())
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("room", [20_000, 3_010_000], ids=["for no picture", "for the picture alone"])
def test_a_disk_too_full_for_a_large_picture(room: int, pictured: Path, tmp_path: Path) -> None:
    code = (
        f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}));"
        "from perf_xlsx import pipeline; r = pipeline.score(sys.argv[1], sys.argv[2]);"
        'print("R20" in {f.code for f in r.findings}, r.output, r.scores.total)'
    )
    words = [sys.executable, "-c", code, str(pictured), str(tmp_path / "out" / "b.xlsm")]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert (done.stdout.split(), done.stderr) == (["True", "None", "88.01"], "")
    assert not list((tmp_path / "out").iterdir())


# ---- names -----------------------------------------------------------------------------------------------------

NAMES = [
    "有 空格 的 表.xlsx", "引号'\"表.xlsx", "笑脸😀👨‍👩‍👧.xlsx", "%s{0}$HOME;ls.xlsx", "-rf.xlsx",
    "[bold]甲[red].xlsx", "a" * 195 + ".xlsx", "字" * 83 + ".xlsx", "换\n行.xlsx", "\x1b[31m红.xlsx", "无后缀",
    "评估.2023", "大写.XLSX",
]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_name(name: str, corrected: bytes, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    source = tmp_path / "in" / name
    source.write_bytes(corrected)
    done = command("score", "--json", "-o", tmp_path / "out", "--", source)
    assert done.exit_code == 0
    (written,) = (path for path in (tmp_path / "out").iterdir() if path.name != "回执.jsonl")
    usual = "".join(ch if ch.isprintable() else "\ufffd" for ch in name)  # a name that every system takes
    assert written.name in (name, f"{name}.xlsx", usual, f"{usual}.xlsx")
    assert zipfile.is_zipfile(written)
    seen = command("check", "--", source)
    assert seen.exit_code == 0
    assert "\x1b" not in seen.stdout + done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes are Linux's")
def test_a_name_in_gbk_is_shown_as_it_was_meant(corrected: bytes, tmp_path: Path) -> None:
    """Zip programs of Chinese Windows leave such names."""
    source = os.fsencode(tmp_path) + b"/" + "自评.xlsx".encode("gbk")
    with open(source, "wb") as file:
        file.write(corrected)
    words = [sys.executable, "-m", "perf_xlsx.cli.main"]
    code = "from perf_xlsx.cli.main import main; main()"
    words = [sys.executable, "-c", code, "score", source, "-o", str(tmp_path / "out"), "--json"]
    done = subprocess.run(words, capture_output=True, check=False, env={**os.environ, "PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["file"].endswith("自评.xlsx")
    assert sorted(os.listdir(os.fsencode(tmp_path / "out"))) == ["回执.jsonl".encode(), "自评.xlsx".encode()]


def test_inputs_of_one_name_keep_apart_also_where_the_name_is_as_long_as_it_may_be(
    corrected: bytes, tmp_path: Path
) -> None:
    name = "字" * 83 + ".xlsx"  # 254 bytes
    for folder in ("甲", "乙", "丙"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(corrected)
    done = command("score", *(tmp_path / folder / name for folder in "甲乙丙"), "-o", tmp_path / "out", "--json")
    assert done.exit_code == 1  # the same unit came three times
    outputs = [str(line["output"]) for line in told(done)]
    assert len(set(outputs)) == 3
    assert [Path(output).stem[-3:] for output in outputs] == ["字字字", "(2)", "(3)"]


# ---- suffix and content ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("macros", "named", "written"),
    [
        (False, "表.xlsx", "表.xlsx"),
        (True, "表.xlsm", "表.xlsm"),
        (True, "表.xlsx", "表.xlsm"),
        (False, "表.xlsm", "表.xlsx"),
    ],
)
def test_a_copy_has_the_suffix_of_its_content(
    macros: bool, named: str, written: str, corrected: bytes, tmp_path: Path
) -> None:
    (tmp_path / named).write_bytes(rich(corrected) if macros else corrected)
    result = pipeline.score(tmp_path / named, tmp_path / "out" / named)
    assert [path.name for path in (tmp_path / "out").iterdir() if path.suffix != ".jsonl"] == [written]
    package = Package.open(tmp_path / "out" / written)
    assert package.suffix() == Path(written).suffix
    assert ("xl/vbaProject.bin" in package) == macros
    misnamed = findings_of(result, "R01")
    assert bool(misnamed) == (named != written)
    assert all(f.severity == "notice" and Path(written).suffix in f.message for f in misnamed)


def test_a_copy_under_another_suffix_overwrites_no_other(corrected: bytes, tmp_path: Path) -> None:
    """甲.xlsx holds macros and would be written as 甲.xlsm, which is another unit's."""
    (tmp_path / "甲.xlsx").write_bytes(rich(corrected))
    (tmp_path / "甲.xlsm").write_bytes(rich(corrected))
    done = command("score", tmp_path / "甲.xlsm", tmp_path / "甲.xlsx", "-o", tmp_path / "out", "--json")
    outputs = [Path(str(line["output"])).name for line in told(done)]
    assert outputs == ["甲.xlsm", "甲(2).xlsm"]
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "乙.xlsx").write_bytes(rich(corrected))
    (tmp_path / "乙.xlsm").write_bytes(b"an input of the same run")
    assert command("score", tmp_path / "b" / "乙.xlsx", tmp_path / "乙.xlsm", "-o", tmp_path).exit_code == 2
    assert (tmp_path / "乙.xlsm").read_bytes() == b"an input of the same run"


def test_a_macro_in_a_form_that_holds_none_is_left_out_and_told(corrected: bytes, tmp_path: Path) -> None:
    def plain(text: str) -> str:
        return text.replace(
            "vnd.ms-excel.sheet.macroEnabled.main", "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main"
        )

    (tmp_path / "a.xlsx").write_bytes(edited(rich(corrected), {"[Content_Types].xml": plain}))
    result = pipeline.score(tmp_path / "a.xlsx", tmp_path / "out.xlsx")
    assert any(f.code == "R16" and "已去掉" in f.message for f in result.findings)
    copy = Package.open(tmp_path / "out.xlsx")
    assert "xl/vbaProject.bin" not in copy
    assert not [r for r in copy.relationships("xl/workbook.xml") if "vba" in r.type]
    assert "xl/media/image1.png" in copy


def test_a_protected_structure_gets_our_sheets_and_keeps_its_protection(corrected: bytes, tmp_path: Path) -> None:
    lock = '<workbookProtection workbookPassword="CC1A" lockStructure="1"/>'
    data = edited(corrected, {"xl/workbook.xml": lambda xml: xml.replace("<bookViews", f"{lock}<bookViews")})
    (tmp_path / "a.xlsx").write_bytes(data)
    result = pipeline.score(tmp_path / "a.xlsx", tmp_path / "out.xlsx")
    assert any(f.code == "R16" and "结构有保护" in f.message for f in result.findings)
    copy = Package.open(tmp_path / "out.xlsx")
    assert lock.encode() in copy.read("xl/workbook.xml")
    assert "评分汇总" in copy.read("xl/workbook.xml").decode()
    again = pipeline.score(tmp_path / "out.xlsx", tmp_path / "again.xlsx")
    assert again.scores == result.scores
    assert (tmp_path / "again.xlsx").read_bytes() == (tmp_path / "out.xlsx").read_bytes()


def test_a_signature_that_the_copy_voids_is_told(corrected: bytes, tmp_path: Path) -> None:
    signature = {"_xmlsignatures/sig1.xml": "<Signature/>", "_xmlsignatures/origin.sigs": ""}
    (tmp_path / "a.xlsx").write_bytes(edited(corrected, add=signature))
    result = pipeline.score(tmp_path / "a.xlsx", tmp_path / "out.xlsx")
    (found,) = findings_of(result, "R16")
    assert "签名失效，原文件中的签名不变" in found.message
    assert Package.open(tmp_path / "out.xlsx").read("_xmlsignatures/sig1.xml") == b"<Signature/>"


# ---- what other programs write ---------------------------------------------------------------------------------


def backwards(data: bytes) -> bytes:
    """The cells of each row in reverse, empty ones left out, as some programs write them."""
    part = next(sheet.part for sheet in Book(Package.open(data)).sheets if sheet.name == "绩效指标")

    def reverse(text: str) -> str:
        root = etree.fromstring(text.encode())
        for row in root.iter("{*}row"):
            row[:] = [cell for cell in reversed(row) if len(cell)]
        return str(etree.tostring(root, encoding="unicode"))

    return edited(data, {part: reverse})


def test_cells_out_of_order_are_marked_where_they_stand(tmp_path: Path) -> None:
    case = json.loads(case_text("department-corrected"))
    case["indicators"][2]["reason"], case["indicators"][4]["claimed_points"] = None, 3
    (tmp_path / "a.xlsx").write_bytes(backwards(filled(case)))
    result = pipeline.score(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    assert {"I04", "I07"} <= {found.code for found in result.findings}
    again = pipeline.score(tmp_path / "b.xlsx")
    assert [f.code for f in again.findings] == [f.code for f in result.findings]


def test_relationships_in_capitals_are_relationships(corrected: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(corrected)
    pipeline.score(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    with zipfile.ZipFile(tmp_path / "b.xlsx") as old, zipfile.ZipFile(tmp_path / "c.xlsx", "w") as new:
        for name in old.namelist():
            folder, found, base = name.rpartition("worksheets/_rels/")
            new.writestr(f"{folder}worksheets/_RELS/{base.upper()}" if found else name, old.read(name))
    result = pipeline.score(tmp_path / "c.xlsx", tmp_path / "d.xlsx")
    assert result.output is not None
    assert not [found.message for found in result.findings if found.code == "R01"]
