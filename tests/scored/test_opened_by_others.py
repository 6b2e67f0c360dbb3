"""What other readers open is opened here too, and what is refused is called what it is."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineError, CalamineWorkbook

from perf_xlsx import pipeline
from tests.kit.outcome import scored_in_turn
from tests.kit.parts import edited


def repacked(book: bytes, change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))
    return out.getvalue()


def in_every_part(old: str, new: str, encoding: str) -> Callable[[str, bytes], tuple[str, bytes]]:
    def change(name: str, data: bytes) -> tuple[str, bytes]:
        text = data.decode()
        return name, re.sub(r'encoding="UTF-8"', f'encoding="{old}"', text, count=1).encode(encoding)

    return change


def with_an_empty_index(book: bytes) -> bytes:
    """A cell that says it is a shared string and names none, as some report engines write blank cells."""
    return edited(
        book,
        {
            "xl/worksheets/sheet2.xml": lambda text: text.replace(
                "</sheetData>",
                '<row r="400"><c r="B400" t="s"><v></v></c></row></sheetData>',
            )
        },
    )


def with_an_empty_deflated_part(book: bytes) -> bytes:
    """A part of no bytes that is marked deflated and has no stream."""
    marker = b"xl/nothing.bin"
    data = bytearray(edited(book, add={marker.decode(): b""}))
    for start, field in ((data.find(b"PK\x03\x04", data.find(marker) - 30), 8), (data.rfind(marker) - 46, 10)):
        struct.pack_into("<H", data, start + field, zipfile.ZIP_DEFLATED)
    return bytes(data)


def with_backslashes(book: bytes) -> bytes:
    """Part names as Windows zip libraries write them, in the zip alone."""
    data = repacked(book, lambda name, part: (name.replace("/", "|") if name.startswith("xl/") else name, part))
    turned = re.sub(rb"xl\|[A-Za-z0-9_|.\[\]]+", lambda found: found[0].replace(b"|", b"\\"), data)
    return turned


def with_a_module_sheet(book: bytes) -> bytes:
    return edited(
        book,
        {
            "xl/workbook.xml": lambda text: text.replace(
                "</sheets>", '<sheet name="Module1" sheetId="99" state="veryHidden" r:id=""/></sheets>'
            )
        },
    )


def with_wrapped_formats(book: bytes) -> bytes:
    """Cell formats that are written twice, for newer programs and for all others."""

    def wrapped(text: str) -> str:
        formats = re.search(r"<cellXfs.*?</cellXfs>", text)
        assert formats
        both = (
            '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            '<mc:Choice Requires="x99" xmlns:x99="urn:x99"><cellXfs count="1"><xf/></cellXfs></mc:Choice>'
            f"<mc:Fallback>{formats[0]}</mc:Fallback></mc:AlternateContent>"
        )
        return text.replace(formats[0], both)

    return edited(book, {"xl/styles.xml": wrapped})


ODD: dict[str, Callable[[bytes], bytes]] = {
    "a string without an index": with_an_empty_index,
    "an empty part marked deflated": with_an_empty_deflated_part,
    "backslashes in part names": with_backslashes,
    "UTF-16BE": lambda book: repacked(book, in_every_part("UTF-16BE", "", "utf-16-be")),
    "utf8": lambda book: repacked(book, in_every_part("utf8", "", "utf-8")),
    "a module sheet of Excel 5": with_a_module_sheet,
    "formats written twice": with_wrapped_formats,
}


def sheets_by_another_reader(path: Path) -> list[str]:
    """The sheets of a workbook by whichever of two readers opens it: neither opens all that Excel does."""
    try:
        return CalamineWorkbook.from_path(path).sheet_names
    except CalamineError:
        return openpyxl.load_workbook(path).sheetnames


@pytest.mark.parametrize("odd", ODD)
def test_what_every_other_reader_opens_is_scored_like_the_plain_workbook(
    odd: str, corrected: bytes, tmp_path: Path
) -> None:
    first, again = scored_in_turn(ODD[odd](corrected), tmp_path, 2)
    assert [(f.code, f.severity) for f in first.findings if f.severity != "notice"] == [("I17", "warning")]
    assert first.scores is not None
    assert str(first.scores.total) == "88.01"
    assert again.scores == first.scores
    assert (tmp_path / "r1.xlsx").read_bytes() == (tmp_path / "r2.xlsx").read_bytes()
    assert "评分汇总" in sheets_by_another_reader(tmp_path / "r1.xlsx")


@pytest.mark.parametrize("name", ["xl\\..\\x", "..\\x", "\\x", "C:\\x"])
def test_a_backslash_is_no_way_out(name: str, corrected: bytes, tmp_path: Path) -> None:
    (result,) = scored_in_turn(edited(corrected, add={name: b"x"}), tmp_path)
    assert [found.code for found in result.findings] == ["R01"]


@pytest.mark.parametrize(("version", "record"), [(2, 0x0009), (3, 0x0209), (4, 0x0409)])
def test_a_workbook_of_the_eighties_is_old_and_not_damaged(version: int, record: int, tmp_path: Path) -> None:
    body = struct.pack("<HH", version, 0x0010) + (b"" if version == 2 else b"\0\0")
    data = struct.pack("<HH", record, len(body)) + body + struct.pack("<HH", 0x0004, 60) + b"\0" * 3
    (tmp_path / "a.xls").write_bytes(data)
    (found,) = pipeline.score(tmp_path / "a.xls").findings
    assert found.code == "R01"
    assert "Excel 2.0—4.0 的旧格式" in found.message
    assert "损坏" not in found.message


def test_a_workbook_of_charts_alone_is_no_form(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_chartsheet("图")
    book.remove(book["Sheet"])
    book.save(tmp_path / "a.xlsx")
    assert [found.code for found in pipeline.score(tmp_path / "a.xlsx").findings] == ["R04"]


def test_nothing_is_said_to_be_scored_that_is_not(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsx").rename(tmp_path / "a.xlsm")
    result = pipeline.score(tmp_path / "a.xlsm")
    assert {found.code for found in result.findings} == {"R01", "R04"}
    assert not [found for found in result.findings if "照常" in found.message]
