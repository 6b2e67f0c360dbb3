"""A file that is no workbook, or a package that is damaged or made to deceive, is refused in one line; nothing is unpacked."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from perf_xlsx import pipeline
from tests.kit.outcome import with_copy
from tests.kit.parts import edited, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


REFUSED = {
    "空文件": (b"", "R01"),
    "只有空白": (b"\0" * 100, "R01"),
    "文本": ("单位,得分\n甲,90\n".encode(), "R01"),
    "网页": (b"<html><table></table></html>", "R01"),
    "旧版 xls": (OLE, "R01"),
    "加密": (OLE + "EncryptedPackage".encode("utf-16-le"), "R02"),
    "ods": (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "R01"),
    "别的压缩包": (zipped({"readme": b"hello"}), "R01"),
    "压缩炸弹": (zipped({"[Content_Types].xml": b"\0" * 40_000_000}), "R03"),
    "部件太多": (zipped({f"p{n}": b"" for n in range(3000)}), "R03"),
    "路径": (zipped({"../../etc/passwd": b"x", "[Content_Types].xml": b"<Types/>"}), "R01"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_one_line_that_says_what_to_do(name: str, tmp_path: Path) -> None:
    data, code = REFUSED[name]
    result = with_copy(data, tmp_path)
    assert [found.code for found in result.findings] == [code]
    assert result.findings[0].message.endswith("。")
    assert result.findings[0].advice.startswith("请")
    assert not (tmp_path / "out.xlsx").exists()


def test_what_is_refused_costs_the_others_nothing(corrected: bytes, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, (data, _) in REFUSED.items():
        (tmp_path / "in" / f"{name}.xlsx").write_bytes(data)
    for name in ("0 好.xlsx", "龘 好.xlsx"):
        (tmp_path / "in" / name).write_bytes(corrected)
    words = [sys.executable, "-c", "from perf_xlsx.cli.main import main; main()", "score", str(tmp_path / "in")]
    done = subprocess.run([*words, "-o", str(tmp_path / "out"), "--json"], capture_output=True, text=True)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, len(records)) == (3, len(REFUSED) + 2)
    assert "Traceback" not in done.stderr
    told = {Path(record["file"]).stem: record for record in records}
    assert [told[name]["status"] for name in ("0 好", "龘 好")] == ["scored"] * 2
    for name, (_, code) in REFUSED.items():
        (found,) = told[name]["findings"]
        assert (found["code"], told[name]["output"]) == (code, None)
        assert len(found["message"].splitlines()) == len(found["advice"].splitlines()) == 1


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert [found.code for found in pipeline.score(tmp_path / "no.xlsx").findings] == ["R01"]


def test_truncated_anywhere(corrected: bytes, tmp_path: Path) -> None:
    for end in range(0, len(corrected), len(corrected) // 25):
        result = with_copy(corrected[:end], tmp_path)
        assert [found.code for found in result.findings] == ["R01"]


def test_entities_are_never_expanded(corrected: bytes, tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'

    def with_entities(text: str) -> str:
        head, _, rest = text.partition("?>")
        return f"{head}?>{bomb}{rest}"

    for part in ("xl/workbook.xml", "xl/worksheets/sheet5.xml", "xl/sharedStrings.xml"):
        result = with_copy(edited(corrected, {part: with_entities}), tmp_path)
        assert [found.code for found in result.findings] == ["R01"]
        assert "DTD" in result.findings[0].message


def test_duplicate_part_names_are_refused(corrected: bytes, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = edited(corrected, add={"xl/workbook.xml": b"<workbook/>"})
    assert [found.code for found in with_copy(data, tmp_path).findings] == ["R01"]
    data = edited(corrected, add={"XL/Workbook.XML": b"<workbook/>"})
    assert [found.code for found in with_copy(data, tmp_path).findings] == ["R01"]


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "C:/x", "xl\\..\\x", "./x", "a/./b"])
def test_tricks_with_paths_are_refused_and_nothing_is_unpacked(
    name: str, corrected: bytes, tmp_path: Path
) -> None:
    result = with_copy(edited(corrected, add={name: b"x"}), tmp_path)
    assert [found.code for found in result.findings] == ["R01"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_part_whose_own_header_has_another_name_is_refused(corrected: bytes, tmp_path: Path) -> None:
    data = bytearray(corrected)
    at = data.find(b"xl/theme/theme1.xml")  # the first time in its own header, the second in the directory
    data[at : at + 2] = b"xx"
    path = tmp_path / "a.xlsx"
    path.write_bytes(bytes(data))
    result = pipeline.score(path)
    assert result.evaluation is None
    assert [found.code for found in result.findings] == ["R01"]
    assert "theme1.xml" in result.findings[0].message


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_damaged_large_picture_is_told_and_nothing_is_written(
    method: int, corrected: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(corrected)
    picture = random.Random(1).randbytes(3 * 1024 * 1024)
    with zipfile.ZipFile(path, "a", method) as archive:
        archive.writestr("xl/media/image9.png", picture)
    whole = pipeline.score(path, tmp_path / "whole.xlsx")
    assert zipfile.ZipFile(whole.output or "").read("xl/media/image9.png") == picture
    data = bytearray(path.read_bytes())
    data[data.find(picture[1_000_000:1_000_016])] ^= 1  # what cannot be compressed lies plainly in the zip
    path.write_bytes(bytes(data))
    result = pipeline.score(path, tmp_path / "b.xlsx")
    assert [found.code for found in result.findings] == ["R01"]
    assert "image9.png" in result.findings[0].message
    assert (result.output, (tmp_path / "b.xlsx").exists()) == (None, False)


def test_a_name_that_is_cut_at_a_null_is_refused(corrected: bytes, tmp_path: Path) -> None:
    data = edited(corrected, add={"xl/evil.xml_hidden": b"x"}).replace(
        b"xl/evil.xml_hidden", b"xl/evil.xml\0hidden"
    )
    assert [found.code for found in with_copy(data, tmp_path).findings] == ["R01"]


def test_what_a_part_is_called_cannot_break_the_one_line(corrected: bytes, tmp_path: Path) -> None:
    name = "xl/换\n行\x1b[31m" + "长" * 3000
    data = edited(
        corrected,
        {
            "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(
                "worksheets/sheet5.xml", f"{name.replace(chr(10), '&#10;').replace(chr(27), '')}.xml"
            )
        },
    )
    result = with_copy(data, tmp_path)
    assert [found.code for found in result.findings] == ["R01"]
    assert len(result.findings[0].message) < 250
    assert result.findings[0].message.isprintable()


def test_a_part_that_the_directory_calls_otherwise_is_refused(corrected: bytes, tmp_path: Path) -> None:
    """A reader that goes by the directory and one that goes by the parts would see two workbooks."""
    data = bytearray(corrected)
    at = data.find(b"xl/workbook.xml")
    data[at : at + 15] = b"xl/workbooq.xml"
    assert [found.code for found in with_copy(bytes(data), tmp_path).findings] == ["R01"]


def test_four_gigabytes_that_a_directory_declares_are_refused(corrected: bytes, tmp_path: Path) -> None:
    for size in (0xFFFFFFFE, 0xFFFFFFFF):
        data = bytearray(corrected)
        at = data.rfind(b"PK\x01\x02")
        data[at + 24 : at + 28] = size.to_bytes(4, "little")
        assert [found.code for found in with_copy(bytes(data), tmp_path).findings] == ["R03"]


def test_a_package_in_a_package_is_not_opened(corrected: bytes, tmp_path: Path) -> None:
    import gzip

    for data in (gzip.compress(corrected), zipped({"form": corrected}), zipped({"a/b.xlsx": corrected})):
        (found,) = with_copy(data, tmp_path).findings
        assert (found.code, found.advice[:1]) == ("R01", "请")
    result = with_copy(edited(corrected, add={"xl/embeddings/a.zip": zipped({"form": corrected})}), tmp_path)
    assert [(f.code, f.message) for f in result.findings if f.code[0] == "R"] == [
        ("R16", "工作簿含有嵌入或链接的对象，没有打开，原样保留。")
    ]


@pytest.mark.parametrize("how", ["utf-16", "utf-16-be", "utf-32", "utf-8-sig"])
def test_a_dtd_in_any_encoding_is_refused(how: str, corrected: bytes, tmp_path: Path) -> None:
    parts = {}
    with zipfile.ZipFile(io.BytesIO(corrected)) as archive:
        for part in archive.namelist():
            parts[part] = archive.read(part)
    bomb = '<!DOCTYPE x [<!ENTITY a "' + "a" * 50_000 + '">]>'
    shared = parts["xl/sharedStrings.xml"].decode()
    shared = shared.replace("?>", f"?>{bomb}", 1).replace("<t>", "<t>" + "&a;" * 10_000, 1)
    parts["xl/sharedStrings.xml"] = shared.replace('"UTF-8"', f'"{how[:6].upper()}"').encode(how)
    (found,) = with_copy(zipped(parts), tmp_path).findings
    assert found.code == "R01"
