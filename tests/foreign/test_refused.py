"""What is no workbook, no form, damaged or too much is refused by its name, whatever its suffix says."""

from __future__ import annotations

import io
import random
from pathlib import Path

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.batch import plan
from perf_xlsx.foreign import open_original
from perf_xlsx.ooxml import Limits, PackageError
from tests import FIXTURES
from tests.kit.foreign_workbooks import biff5, ole, xlsb
from tests.kit.outcome import with_copy
from tests.kit.parts import unzipped, zipped


def test_a_workbook_that_is_no_form(tmp_path: Path) -> None:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "工资表"
    book.save(out)
    result = with_copy(biff5(out.getvalue()), tmp_path, "a.xls")
    assert [f.code for f in result.findings] == ["R04"]
    assert not (tmp_path / "out.xlsx").exists()


TABLE = "单位,得分\n甲,90\n乙,80\n"
WORDS = {
    "网页": (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "网页"),
    "Office 另存的网页": (
        b'\xef\xbb\xbf<!-- x --><html xmlns:x="urn:schemas-microsoft-com:office:excel">',
        "网页",
    ),
    "单个文件网页": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "网页"),
    "CSV": (TABLE.encode(), "CSV"),
    "CSV GBK": (TABLE.encode("gbk"), "CSV"),
    "TSV UTF-16": (TABLE.replace(",", "\t").encode("utf-16"), "TSV"),
    "XML 2003": (
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "XML 表格 2003",
    ),
    "PDF": (b"%PDF-1.7\n\x00\x01", "PDF"),
    "照片": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "图片"),
    "Word": (ole(bytes(600), "WordDocument"), "Word"),
}


@pytest.mark.parametrize("name", WORDS)
def test_what_is_no_workbook_is_called_by_its_name(name: str, tmp_path: Path) -> None:
    data, word = WORDS[name]
    result = with_copy(data, tmp_path, "自评表.xls")
    assert [f.code for f in result.findings] == ["R01"]
    assert word in result.findings[0].message
    assert result.findings[0].advice.startswith("请")


def test_a_renamed_xlsx_is_read_and_given_back_as_xlsx(filled: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(filled["project"])
    (job,) = plan([tmp_path / "a.xls"], tmp_path / "out")
    result = pipeline.score(job.source, job.output)
    assert result.output == str(tmp_path / "out" / "a.xlsx")
    assert "R18" not in {f.code for f in result.findings}


def test_one_name_in_two_formats_gives_two_copies(filled: dict[str, bytes], tmp_path: Path) -> None:
    returned = tmp_path / "returned"
    returned.mkdir()
    (returned / "a.xls").write_bytes(biff5(filled["project"]))
    (returned / "a.xlsx").write_bytes(filled["project"])
    jobs = plan([returned], tmp_path / "out")
    assert [(job.source.name, job.output and job.output.name) for job in jobs] == [
        ("a.xls", "a(2).xlsx"), ("a.xlsx", "a.xlsx"),
    ]  # fmt: skip


def test_one_stream_listed_as_many_sheets_is_refused(filled: dict[str, bytes]) -> None:
    parts = unzipped(xlsb(filled["project"]))
    main = parts["xl/workbook.bin"]
    at = main.index(b"\x9c\x01")
    one = main[at : at + 3 + main[at + 2]]
    parts["xl/workbook.bin"] = main[:at] + one * 2000 + main[at:]
    with pytest.raises(PackageError, match="too_large"):
        open_original(zipped(parts), Limits(cells=20_000))


@pytest.mark.parametrize("name", ["部门整体.xls", "部门整体.ods"])
def test_too_many_cells_are_refused(name: str) -> None:
    with pytest.raises(PackageError, match="too_large"):
        open_original((FIXTURES / name).read_bytes(), Limits(cells=100))


def test_too_many_cells_in_an_xlsb_are_refused(filled: dict[str, bytes]) -> None:
    with pytest.raises(PackageError, match="too_large"):
        open_original(xlsb(filled["project"]), Limits(cells=100))


def test_an_encrypted_ods_is_told(tmp_path: Path) -> None:
    parts = unzipped((FIXTURES / "部门整体.ods").read_bytes())
    parts["META-INF/manifest.xml"] = b"<manifest><encryption-data/></manifest>"
    assert [f.code for f in with_copy(zipped(parts), tmp_path, "a.ods").findings] == ["R02"]


def test_flipped_and_cut_bytes_never_raise(filled: dict[str, bytes], tmp_path: Path) -> None:
    chance = random.Random(20203)
    built = xlsb(filled["project"])
    parts = unzipped(built)
    whole = biff5(filled["project"])
    for number in range(80):
        name = chance.choice(sorted(parts))
        part = bytearray(parts[name] if number % 2 else whole)
        for _ in range(chance.randint(1, 6)):
            part[chance.randrange(len(part))] = chance.choice([0, 255, chance.randrange(256)])
        cut = bytes(part[: chance.randrange(len(part))]) if number % 5 == 0 else bytes(part)
        (tmp_path / "a").write_bytes(zipped({**parts, name: cut}) if number % 2 else cut)
        result = pipeline.score(tmp_path / "a")
        assert result.scores is not None or result.findings
        assert not [f.message for f in result.findings if pipeline.UNEXPECTED in f.message]
