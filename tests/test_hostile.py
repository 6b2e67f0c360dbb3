"""Every returned workbook is hostile until read: it is refused in one line, or read; nothing else happens."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest

from perf_xlsx import pipeline
from perf_xlsx.demo import case_text
from perf_xlsx.model import Result
from perf_xlsx.ooxml import Limits, Package, PackageError
from tests.rich_workbook import edited

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.fixture(scope="module")
def filled() -> bytes:
    return pipeline.template_bytes(case=case_text("department-corrected"))


def scored(data: bytes, folder: Path) -> Result:
    (folder / "a.xlsx").write_bytes(data)
    return pipeline.score(folder / "a.xlsx", folder / "out.xlsx")


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


REFUSED = {
    "空文件": (b"", "R01"),
    "只有空白": (b"\0" * 100, "R01"),
    "文本": ("单位,得分\n甲,90\n".encode(), "R01"),
    "网页": (b"<html><table></table></html>", "R01"),
    "旧版 xls": (OLE, "R01"),
    "加密": (OLE + "EncryptedPackage".encode("utf-16-le"), "R02"),
    "ods": (zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "R01"),
    "别的压缩包": (zipped(readme=b"hello"), "R01"),
    "压缩炸弹": (zipped(**{"[Content_Types].xml": b"\0" * 40_000_000}), "R03"),
    "部件太多": (zipped(**{f"p{n}": b"" for n in range(3000)}), "R03"),
    "路径": (zipped(**{"../../etc/passwd": b"x", "[Content_Types].xml": b"<Types/>"}), "R01"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_one_line_that_says_what_to_do(name: str, tmp_path: Path) -> None:
    data, code = REFUSED[name]
    result = scored(data, tmp_path)
    assert [found.code for found in result.findings] == [code]
    assert result.findings[0].message.endswith("。")
    assert result.findings[0].advice.startswith("请")
    assert not (tmp_path / "out.xlsx").exists()


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert [found.code for found in pipeline.score(tmp_path / "no.xlsx").findings] == ["R01"]


def test_truncated_anywhere(filled: bytes, tmp_path: Path) -> None:
    for end in range(0, len(filled), len(filled) // 25):
        result = scored(filled[:end], tmp_path)
        assert [found.code for found in result.findings] == ["R01"]


def test_entities_are_never_expanded(filled: bytes, tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'

    def with_entities(text: str) -> str:
        head, _, rest = text.partition("?>")
        return f"{head}?>{bomb}{rest}"

    for part in ("xl/workbook.xml", "xl/worksheets/sheet5.xml", "xl/sharedStrings.xml"):
        result = scored(edited(filled, {part: with_entities}), tmp_path)
        assert [found.code for found in result.findings] == ["R01"]
        assert "DTD" in result.findings[0].message


def test_duplicate_part_names_are_refused(filled: bytes, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = edited(filled, add={"xl/workbook.xml": b"<workbook/>"})
    assert [found.code for found in scored(data, tmp_path).findings] == ["R01"]


def test_a_lone_cell_at_the_far_corner_costs_nothing(filled: bytes, tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = edited(filled, {"xl/worksheets/sheet5.xml": lambda text: text.replace("</sheetData>", far)})
    result = scored(data, tmp_path)
    assert result.scores is not None
    assert str(result.scores.total) == "88.01"


def test_too_many_cells_are_refused(filled: bytes) -> None:
    package = Package.open(filled, Limits(cells=100))
    from perf_xlsx.workbook.reader import read

    with pytest.raises(PackageError, match="too_large"):
        read(package, "a.xlsx")


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\x01\x02控制符", "＝HYPERLINK(1)"]
)
def test_text_from_outside_stays_text(text: str, tmp_path: Path) -> None:
    import json

    import openpyxl

    case = json.loads(case_text("department-as-filed"))
    case["unit"] = case["indicators"][1]["name"] = case["indicators"][0]["reason"] = text
    path = tmp_path / "t.xlsx"
    pipeline.write_template(path, case=json.dumps(case))
    result = pipeline.score(path, tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(result.output or "")
    for sheet in ("评分汇总", "自评表", "问题清单"):
        assert not [c for row in book[sheet].iter_rows() for c in row if c.data_type == "f"]


def test_flipped_bytes_never_raise(filled: bytes, tmp_path: Path) -> None:
    chance = random.Random(20201)
    for _ in range(150):
        data = bytearray(filled)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        result = scored(bytes(data), tmp_path)
        assert result.scores is not None or result.findings
        assert not [f.message for f in result.findings if pipeline.UNEXPECTED in f.message]


def test_broken_parts_never_raise(filled: bytes, tmp_path: Path) -> None:
    chance = random.Random(20202)
    names = zipfile.ZipFile(io.BytesIO(filled)).namelist()
    for _ in range(120):
        name = chance.choice([name for name in names if name.endswith((".xml", ".rels"))])

        def broken(text: str) -> str:
            at, size = chance.randrange(len(text)), chance.randint(1, 40)
            return text[:at] + chance.choice(["", "9", "-1", "A", 'x="1"', "<a/>", "r:id"]) + text[at + size :]

        result = scored(edited(filled, {name: broken}), tmp_path)
        assert result.scores is not None or result.findings
        assert not [f.message for f in result.findings if pipeline.UNEXPECTED in f.message]


def test_an_output_is_whole_or_absent(filled: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.xlsx").write_bytes(filled)
    (tmp_path / "out.xlsx").write_bytes(b"what was there")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        pipeline.score(tmp_path / "a.xlsx", tmp_path / "out.xlsx")
    assert (tmp_path / "out.xlsx").read_bytes() == b"what was there"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "out.xlsx"]
