"""A run outlives what one workbook, a list or an option of the operator's does to it, and says so in Chinese."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from perf_xlsx import pipeline
from perf_xlsx.batch import worker
from perf_xlsx.cli.stories import case_text
from perf_xlsx.domain.model import Finding
from perf_xlsx.domain.place import Place
from perf_xlsx.judging.judge import bounded
from perf_xlsx.reading.list_file import read_list
from perf_xlsx.results.record import Record
from perf_xlsx.results.records import FILE, ROOM, STATE, Records, _cut
from tests import ROOT
from tests.kit.batch_returns import a_return
from tests.kit.bombs import INLINE, STRINGS, indicator_rows, into, rows
from tests.kit.command import command
from tests.kit.filled import filled, template_of
from tests.kit.foreign_workbooks import biff5
from tests.kit.outcome import findings_of
from tests.kit.parts import edited, rels

INDICATORS = "xl/worksheets/sheet5.xml"


def weighing(weight: str) -> bytes:
    """The filled form with another weight in its third indicator."""
    cell = r'(<c r="K9"[^>]*>)<v>10</v>'
    return edited(
        template_of("department-corrected"), {INDICATORS: lambda xml: re.sub(cell, rf"\g<1><v>{weight}</v>", xml)}
    )


def folder(path: Path, **files: bytes) -> Path:
    path.mkdir()
    for name, data in files.items():
        (path / f"{name}.xlsx").write_bytes(data)
    return path


def records(out: Path) -> list[Record]:
    return list(Records.open(out))


@pytest.mark.parametrize("weight", ["999999999999", "2345678901234", "9999999999999.99"])
def test_no_weight_that_is_read_ends_a_run(weight: str, tmp_path: Path) -> None:
    returns = folder(
        tmp_path / "in",
        a=template_of("department-corrected"),
        b=weighing(weight),
        c=template_of("department-corrected"),
    )
    for _ in range(2):
        done = command("score", returns, "-o", tmp_path / "out", "--jobs", 1)
        assert done.exit_code == 1, done.output
        assert [record.status for record in records(tmp_path / "out")] == ["scored"] * 3
        assert (tmp_path / "out" / "汇总.xlsx").is_file()


def test_what_does_not_read_back_is_told_and_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record may be refused for what nobody has thought of."""
    returns, out = (
        folder(
            tmp_path / "in",
            a=template_of("department-corrected"),
            b=weighing("7"),
            c=template_of("department-corrected"),
        ),
        tmp_path / "out",
    )
    as_records = worker.as_records
    with monkeypatch.context() as patch:
        patch.setattr(
            worker,
            "as_records",
            lambda result: (
                tuple(replace(record, total="1e9") for record in as_records(result))
                if result.scores and result.file.endswith("b.xlsx")
                else as_records(result)
            ),
        )
        done = command("score", returns, "-o", out, "--jobs", 1)
    assert done.exit_code == 3, done.output
    assert "读取时出现意外错误" in done.output
    assert not (out / "b.xlsx").exists()
    assert [one.status for one in records(out)] == ["scored", "unreadable", "scored"]
    assert (out / "汇总.xlsx").is_file()
    done = command("score", returns, "-o", out, "--jobs", 1)
    assert [one.status for one in records(out)] == ["scored"] * 3
    assert "本次处理1份，其余2份" in done.output


def test_records_that_were_spoilt_end_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    returns, out = (
        folder(tmp_path / "in", a=template_of("department-corrected"), b=template_of("department-corrected")),
        tmp_path / "out",
    )

    def spoil(record: object, line: object = None) -> None:
        (out / STATE / f"{FILE}.tmp").write_bytes(b"{}\n")

    monkeypatch.setattr("perf_xlsx.batch.state.RunState.write", lambda self, *words: spoil(*words))
    done = command("score", returns, "-o", out, "--jobs", 1)
    assert done.exit_code == 3, done.output
    assert "汇总工作簿没有写出" in done.output


TEXT = "绩效指标完成情况说明" * 3276  # 32,760 characters


def sharing(text: str, rows: int = 175) -> bytes:
    """Many indicators, the name of each the same shared text."""
    data = indicator_rows(template_of("department-corrected"), rows)
    at = 0

    def strings(xml: str) -> str:
        nonlocal at
        at = xml.count("<si>")
        return xml.replace("</sst>", f"<si><t>{text}</t></si></sst>")

    data = edited(data, {STRINGS: strings})
    named = r'<c r="D(\d+)" s="(\d+)" t="s"><v>\d+</v></c>'

    def rename(xml: str) -> str:
        xml = re.sub(r"<f>.*?</f>", "", xml, flags=re.DOTALL)
        return re.sub(
            named,
            lambda m: f'<c r="D{m[1]}" s="{m[2]}" t="s"><v>{at}</v></c>' if int(m[1]) >= 8 else m[0],
            xml,
        )

    return edited(data, {INDICATORS: rename})


def flooded(cells: int, text: str = "单位名称") -> bytes:
    """Many cells that read as a box's label."""
    return into("xl/worksheets/sheet2.xml", "</sheetData>", rows(cells // 10, INLINE.format(text) * 10))(
        template_of("department-corrected")
    )


def test_texts_are_cut_where_a_record_would_be_too_long(tmp_path: Path) -> None:
    returns, out = (
        folder(
            tmp_path / "in",
            a=template_of("department-corrected"),
            b=sharing(TEXT),
            c=template_of("department-corrected"),
        ),
        tmp_path / "out",
    )
    done = command("score", returns, "-o", out, "--jobs", 1)
    assert done.exit_code == 1, done.output
    assert [one.status for one in records(out)] == ["scored"] * 3
    assert (out / "汇总.xlsx").is_file()
    first, long, _ = (out / STATE / FILE).read_bytes().splitlines()
    assert len(long) < ROOM
    assert json.loads(long)["indicators"][10]["name"] == TEXT[:2000] + "…（共32760字）"
    assert "字）" not in first.decode()
    assert "本次处理" not in command("score", returns, "-o", out, "--jobs", 1).output


def test_numbers_and_names_are_never_cut() -> None:
    record = {
        "name": "字" * 90,
        "completion": "0." + "3" * 90,
        "unit": "局" * 90,
        "correction": {"value": "8" * 90},
    }
    assert _cut(record, 20) == record | {"name": "字" * 20 + "…（共90字）"}


def test_of_one_finding_so_many_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(flooded(12_000))
    result = pipeline.score(path, tmp_path / "out.xlsx")
    assert result.output
    (code,) = {one.code for one in result.findings if "出现了两次" in one.message}
    found = findings_of(result, code)
    assert len(found) == 5001
    (whole,) = [one for one in found if one.place.cell is None]
    assert whole.message == "“栏目缺失、重复，或内容与栏目错开”一共有10800处，只逐处列出5000处，其余没有列出。"
    assert whole.standing == max(found, key=lambda one: one.standing).standing


def test_an_error_is_never_left_out_for_what_weighs_less() -> None:
    notice = Finding("R05", "notice", Place("a.xlsx", 0, 1, 1), "", None, None, None, "。", "", "")
    errors = [replace(notice, severity="error", place=Place("a.xlsx", 0, n, 1)) for n in range(2, 10)]
    told = bounded([notice] * 5000 + errors)
    assert sum(one.severity == "error" for one in told) == 8
    assert len(told) == 5001
    assert [one.severity for one in bounded(errors * 1000) if one.place.cell is None] == ["error"]


def listed(units: int) -> bytes:
    """A list of units with one cell in the last column that Excel has."""
    wide = '<row r="1"><c r="A1" t="inlineStr"><is><t>单位名称</t></is></c>'
    wide += '<c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>'
    more = "".join(f'<row r="{n}">{INLINE.format(f"局{n}")}</row>' for n in range(2, units + 2))
    office = "http://schemas.openxmlformats.org/"
    kind, relation = f"{office}package/2006/", f"{office}officeDocument/2006/relationships"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{kind}content-types"><Override PartName="/b.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": rels(("r1", f"{relation}/officeDocument", "b.xml")),
        "b.xml": f'<workbook xmlns="{office}spreadsheetml/2006/main" xmlns:r="{relation}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "_rels/b.xml.rels": rels(("r1", f"{relation}/worksheet", "s.xml")),
        "s.xml": f'<worksheet xmlns="{office}spreadsheetml/2006/main"><sheetData>{wide}{more}</sheetData></worksheet>',
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, text in files.items():
            parts.writestr(name, text)
    return file.getvalue()


def test_a_list_costs_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "名单.xlsx"
    path.write_bytes(listed(20_000))
    tracemalloc.start()
    began = time.process_time()
    found = read_list(path, {"unit": ("单位名称",)}, ["unit"])
    assert time.process_time() - began < 20  # it took 170
    assert tracemalloc.get_traced_memory()[1] < 100 << 20
    tracemalloc.stop()
    assert len(found) == 20_000
    assert (found[-1].number, found[-1]["unit"]) == (20_001, "局20001")


ODD = (":skull: 甲", "[bold red]甲[/]", "甲\\", "[link=file:///]甲", ":smile:\\[甲]")


@pytest.mark.parametrize("unit", ODD)
def test_a_terminal_shows_texts_as_they_are(unit: str, tmp_path: Path) -> None:
    case = json.loads(case_text("department-corrected")) | {"unit": unit}
    path = tmp_path / "[b]:skull:.xlsx"
    path.write_bytes(filled(case))
    shown = command("check", path).output
    assert f" {unit} " in shown
    assert "[b]:skull:.xlsx" in shown


def test_no_piece_of_a_csv_field_begins_a_formula(tmp_path: Path) -> None:
    """Where a program splits at ; or a tab, what stands behind it must not begin a field."""
    files = {
        str(at): a_return("project", unit)
        for at, unit in enumerate(("甲;=1+1", "甲\t=1+1", "=1+1", "甲,=1", '甲";=1'))
    }
    returns, out = folder(tmp_path / "in", **files), tmp_path / "out"
    command("score", returns, "-o", out, "--jobs", 1)
    assert command("consolidate", out, "--export", "csv").exit_code == 0
    lines = (out / "汇总-单位得分.csv").read_text("utf-8-sig").splitlines()
    for line in lines:
        assert re.fullmatch(r'"([^"]|"")*"(,"([^"]|"")*")*', line)
    units = [row["单位"] for row in csv.DictReader(lines)]
    assert "'=1+1" in units
    assert "甲;=1+1" in units


DOTS = ".".join(["a"] * 5000) + " = 1\n"


@pytest.mark.parametrize("dots", [DOTS, ".".join(["a"] * 600) + " = 1\n", ".".join(["a"] * 50) + " = 1\n"])
def test_a_key_without_end_is_told(dots: str, tmp_path: Path) -> None:
    (rules := tmp_path / "r.toml").write_text(dots)
    (returned := tmp_path / "a.xlsx").write_bytes(template_of("department-corrected"))
    (form := tmp_path / "f.toml").write_text(dots)
    for words in (
        ("rules", "--check", rules),
        ("check", returned, "--rulebook", rules),
        ("check", returned, "--forms", form),
        ("check", returned, "--limits", rules),
        ("template", "--form", "project", "--year", "2024", "--rulebook", rules, "-o", tmp_path / "t.xlsx"),
    ):
        done = command(*words)
        assert (done.exit_code, type(done.exception)) == (2, SystemExit), done.output
        assert done.output.startswith("错误：")


NUMBERS = {
    '{"form":"department","year":2023,"unit":%s}' % ("9" * 400): "unit：1.000E+400 太大或太小，单元格里写不下",
    '{"form":"department","year":2023,"unit":1e999999}': "unit：1E+999999 太大或太小，单元格里写不下",
    '{"form":"department","year":2023,"unit":1e-999999}': "unit：1E-999999 太大或太小，单元格里写不下",
    '{"form":"department","year":-1}': "year：-1 不是年度，应为 2000 到 2099 的整数，如 2023",
    '{"form":"department","year":1e308}': "year：1E+308 不是年度，应为 2000 到 2099 的整数，如 2023",
    '{"form":"department","year":1e999999999}': "year：1E+999999999 不是年度，应为 2000 到 2099 的整数，如 2023",
    '{"form":"department","year":2023.5}': "year：2023.5 不是年度，应为 2000 到 2099 的整数，如 2023",
    '{"form":"department","year":true}': "year：True 不是年度，应为 2000 到 2099 的整数，如 2023",
    '{"form":"department","year":2023,"unit":"%s"}' % ("局" * 32_768): "unit：有 32768 字，一个单元格最多 32767 字",
}  # fmt: skip


@pytest.mark.parametrize("data", NUMBERS, ids=range(len(NUMBERS)))
def test_data_that_no_cell_holds_is_told(data: str, tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text(data, "utf-8")
    done = command("template", "--data", tmp_path / "d.json", "-o", tmp_path / "t.xlsx")
    assert (done.exit_code, done.output.splitlines()[1:]) == (2, [f"  {NUMBERS[data]}"])
    assert not (tmp_path / "t.xlsx").exists()


def test_a_list_that_breaks_its_reader_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a part without a name did."""
    (returned := tmp_path / "a.xlsx").write_bytes(template_of("department-corrected"))
    (broken := tmp_path / "名单.xlsx").write_bytes(listed(3))

    def breaks(*_: object) -> None:
        raise IndexError("string index\nout of range")

    monkeypatch.setattr("perf_xlsx.reading.list_file.read_grid", breaks)
    for option in ("--roster", "--waivers"):
        done = command("check", returned, option, broken)
        assert (done.exit_code, type(done.exception)) == (2, SystemExit)
        assert "读取时出现意外错误（IndexError: string index out of range）" in done.output
        assert len(done.output.splitlines()) == 1


FULL = "错误：输出 读写时出错（磁盘空间不够），没有做完。\n"
# Redirection, then what a command says on stderr, and its exit code; the form has no error.
REDIRECTED = {
    ">/dev/full": (FULL, 3),
    ">&-": ("", 0),
    "2>&-": ("", 0),
    ">&- 2>&-": ("", 0),
    "<&- >&- 2>&-": ("", 0),
    "2>/dev/full": ("", 0),
}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a shell, and a device that is always full")
@pytest.mark.parametrize("words", [("check", "a.xlsx"), ("check", "a.xlsx", "--json"), ("explain",), ("--help",)])
@pytest.mark.parametrize("redirected", REDIRECTED)
def test_an_output_that_takes_nothing_ends_in_one_line(
    redirected: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "a.xlsx").write_bytes(template_of("department-corrected"))
    line = f"'{sys.executable}' -m perf_xlsx {' '.join(words)} {redirected}"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.stderr, done.returncode) == REDIRECTED[redirected]


def test_wrong_usage_that_nobody_hears_is_still_wrong_usage(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("a device that is always full")
    with open("/dev/full", "w") as full:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-m", "perf_xlsx", "check"], env=environment, stderr=full, cwd=tmp_path, check=False
        )
    assert done.returncode == 2


STOPS = {
    "while True: pass": "用时超过2秒，没有读完",
    "bytearray(1 << 50)": "所需内存超过2048MB，或读取程序意外中止，没有读完",
    "import os; os.abort()": "所需内存超过2048MB，或读取程序意外中止，没有读完",
}


@pytest.mark.parametrize("what", STOPS)
def test_a_list_of_an_old_format_is_read_within_limits(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (returned := tmp_path / "a.xlsx").write_bytes(template_of("department-corrected"))
    (roster := tmp_path / "名单.xls").write_bytes(biff5(listed(3)))
    monkeypatch.setattr("perf_xlsx.reading.list_file.SECONDS", 2)
    monkeypatch.setattr("perf_xlsx.reading.list_file.READER", what)
    done = command("check", returned, "--roster", roster)
    assert (done.exit_code, done.output) == (2, f"错误：{roster}：{STOPS[what]}\n")


def circle() -> bytes:
    """An OLE file of 2,560 bytes whose chain of a short stream runs in a circle."""
    head = bytearray(512)
    head[0:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", head, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<iiiiiiii", head, 44, 1, 1, 0, 4096, 2, 1, -2, 0)
    struct.pack_into("<109i", head, 76, *([0] + [-1] * 108))

    def node(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        entry, text = bytearray(128), name.encode("utf-16-le") + b"\0\0"
        entry[: len(text)] = text
        struct.pack_into("<HBBiii", entry, 64, len(text), kind, 1, -1, -1, child)
        struct.pack_into("<ii", entry, 116, first, size)
        return bytes(entry)

    chains = struct.pack("<128i", *([-3, -2, -2, -2] + [-1] * 124))
    short = struct.pack("<128i", *([1, 0] + [-1] * 126))
    names = node("Root Entry", 5, 1, 3, 512) + node("Workbook", 2, -1, 0, 400) + b"\0" * 256
    return bytes(head) + chains + names + short + b"\x09\x08\x10\0\0\6\5\0" + b"\0" * 504


@pytest.mark.parametrize("option", ["--roster", "--waivers"])
def test_a_list_that_runs_in_a_circle_ends(option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (returned := tmp_path / "a.xlsx").write_bytes(template_of("department-corrected"))
    (roster := tmp_path / "名单.xls").write_bytes(circle())
    monkeypatch.setattr("perf_xlsx.reading.list_file.SECONDS", 5)
    done = command("check", returned, option, roster)
    assert (done.exit_code, len(done.output.splitlines())) == (2, 1)
    assert done.output.startswith(f"错误：{roster}：")
