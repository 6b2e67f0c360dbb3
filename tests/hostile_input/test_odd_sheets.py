"""Sheets that contradict themselves are refused, unusual ones are read right, and what no person types is told at its cell."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree
from msgspec.structs import replace

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Finding
from perf_xlsx.ooxml.book import column_number
from tests.kit.outcome import with_copy
from tests.kit.parts import MAIN, OFFICE, edited, rels, zipped
from tests.kit.sheet_changes import instead, sheet

# What is wrong in a workbook's own XML, where Excel speaks of damage too. None of it may be guessed.
WRONG = {
    "文字序号超出": sheet(lambda xml: re.sub(r't="s"><v>\d+<', 't="s"><v>99999<', xml, count=1)),
    "文字序号为负": sheet(lambda xml: re.sub(r't="s"><v>\d+<', 't="s"><v>-1<', xml, count=1)),
    "文字序号不是数": sheet(lambda xml: re.sub(r't="s"><v>\d+<', 't="s"><v>²<', xml, count=1)),
    "格式序号超出": sheet(lambda xml: re.sub(r' s="\d+" t="s"', ' s="60001" t="s"', xml, count=1)),
    "格式序号为负": sheet(lambda xml: re.sub(r' s="\d+" t="s"', ' s="-3" t="s"', xml, count=1)),
    "行号为负": sheet(instead('<row r="7"', '<row r="-7"')),
    "行号过大": sheet(instead('<row r="7"', '<row r="1048577"')),
    "行号无边": sheet(instead('<row r="7"', f'<row r="{"9" * 5000}"')),
    "行号不是数": sheet(instead('<row r="7"', '<row r="七"')),
    "两行同号": sheet(instead('<row r="7"', '<row r="8"')),
    "列号过大": sheet(instead('r="B7"', 'r="XFE7"')),
    "列号为零": sheet(instead('r="B7"', 'r="7"')),
    "格子不在其行": sheet(instead('r="B7"', 'r="B70"')),
    "两格同址": sheet(instead('r="B7"', 'r="C7"')),
    "空字符": sheet(instead("<sheetData>", "<sheetData>\0")),
    "未说明的编码": sheet(instead('encoding="UTF-8"', 'encoding="UTF-7"')),
    "缺少工作表": {"xl/_rels/workbook.xml.rels": instead("worksheets/sheet5.xml", "worksheets/sheet55.xml")},
    "缺少文字": {"xl/_rels/workbook.xml.rels": instead("sharedStrings.xml", "sharedStringz.xml")},
    "缺少格式": {"xl/_rels/workbook.xml.rels": instead("styles.xml", "stylez.xml")},
    "缺少工作簿": {"_rels/.rels": instead("xl/workbook.xml", "xl/workbooks.xml")},
    "两个工作簿": {
        "_rels/.rels": lambda xml: xml.replace(
            "</Relationships>",
            f'<Relationship Id="x" Type="{OFFICE}/officeDocument" Target="xl/styles.xml"/></Relationships>',
        )
    },
    "两表同名": {"xl/workbook.xml": instead('name="绩效指标"', 'name="自评结论"')},
    "没有工作表": {"xl/workbook.xml": lambda xml: re.sub(r"<sheets>.*</sheets>", "<sheets/>", xml)},
    "关系坏了": {"xl/worksheets/_rels/sheet1.xml.rels": lambda xml: xml[:-9]},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_contradicts_itself_is_refused_and_not_guessed(name: str, corrected: bytes, tmp_path: Path) -> None:
    data = edited(corrected, add={"xl/worksheets/_rels/sheet1.xml.rels": rels(("r1", "x", "y"))})
    result = with_copy(edited(data, WRONG[name]), tmp_path)
    assert [found.code for found in result.findings] == ["R01"]
    assert pipeline.UNEXPECTED not in result.findings[0].message
    assert not (tmp_path / "out.xlsx").exists()


def reversed_rows(xml: str) -> str:
    rows = re.findall(r"<row .*?</row>|<row [^>]*/>", xml, re.DOTALL)
    head, tail = xml[: xml.index("<sheetData>") + 11], xml[xml.index("</sheetData>") :]
    return head + "".join(reversed(rows)) + tail


def without_references(xml: str) -> str:
    """Rows and cells that follow each other need no numbers: what lies between is written out empty."""
    root = etree.fromstring(xml.encode())
    space = f"{{{etree.QName(root).namespace}}}"
    data = root.find(f"{space}sheetData")
    assert data is not None
    for row in list(data):
        column = 0
        for cell in list(row):
            letters = re.match("[A-Z]+", cell.attrib.pop("r"))
            assert letters
            for _ in range(column_number(letters[0]) - column - 1):
                cell.addprevious(etree.Element(f"{space}c"))
            column = column_number(letters[0])
    return etree.tostring(root, encoding="unicode")


def prefixed(xml: str) -> str:
    """The same with a prefix at every name, as some libraries write."""
    xml = re.sub(r"<(/?)(?=[a-zA-Z])(?![a-z0-9]+:)", r"<\1x:", xml)
    return xml.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')


# Unusual, and clear: read as it stands.
RIGHT: dict[str, Callable[[str], str | bytes]] = {
    "UTF-16": lambda xml: xml.replace("UTF-8", "UTF-16").encode("utf-16"),
    "UTF-16BE": lambda xml: b"\xfe\xff" + xml.replace("UTF-8", "UTF-16").encode("utf-16-be"),
    "GBK": lambda xml: xml.replace("UTF-8", "GBK").encode("gbk", "xmlcharrefreplace"),
    "GB18030": lambda xml: xml.replace("UTF-8", "GB18030").encode("gb18030"),
    "BOM": lambda xml: xml.encode("utf-8-sig"),
    "不写编码": lambda xml: re.sub(r"<\?xml.*?\?>", "", xml),
    "行倒序": reversed_rows,
    "格子不写地址": without_references,
    "带前缀": prefixed,
    "夹有注释": lambda xml: re.sub(r"<v>(\d)(\d)", r"<v>\1<!-- x -->\2", xml),
    "注释在前": instead("<sheetData>", "<!-- <sheetData> --><sheetData>"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_unusual_and_clear_is_read_right(name: str, corrected: bytes, tmp_path: Path) -> None:
    parts = {}
    with zipfile.ZipFile(io.BytesIO(corrected)) as archive:
        for part in archive.namelist():
            text = archive.read(part)
            if part.endswith(("sheet5.xml", "sheet3.xml")):
                changed = RIGHT[name](text.decode())
                text = changed if isinstance(changed, bytes) else changed.encode()
            parts[part] = text
    plain = with_copy(corrected, tmp_path)
    result = with_copy(zipped(parts), tmp_path)
    assert result.scores == plain.scores
    assert result.findings == plain.findings
    again = pipeline.score(tmp_path / "out.xlsx")
    assert (again.scores, again.findings) == (plain.scores, replaced(plain.findings, "a.xlsx", "out.xlsx"))


def replaced(findings: tuple[Finding, ...], old: str, new: str) -> tuple[Finding, ...]:
    """The same findings in a workbook of another name."""
    return tuple(replace(f, place=replace(f.place, workbook=f.place.workbook.replace(old, new))) for f in findings)


def in_cell(address: str, inner: str, kind: str = "n") -> Callable[[str], str]:
    """A cell of the sheet of indicators that holds something else."""

    def change(xml: str) -> str:
        found = re.search(rf'<c r="{address}"( s="\d+")?[^>]*?(/>|>.*?</c>)', xml, re.DOTALL)
        assert found
        return xml.replace(found[0], f'<c r="{address}"{found[1] or ""} t="{kind}">{inner}</c>')

    return change


# What no person types, and a program may: read, or told at its cell, in a line that can be read.
def text(words: str) -> tuple[str, str]:
    return f'<is><t xml:space="preserve">{words}</t></is>', "inlineStr"


ODD = {
    "三万位的数": ("I9", ("<v>" + "9" * 30_000 + "</v>", "n"), "R08"),
    "三万位的文字数": ("I9", text("9" * 30_000), "R08"),
    "三万位的中文数": ("I9", text("零壹" * 16_000), "R08"),
    "亿亿亿": ("I9", text("一亿" * 16_000), "R08"),
    "很大的指数": ("I9", text("1E999999999"), "R08"),
    "很大的数": ("I9", ("<v>1E+308</v>", "n"), "R08"),
    "很小的数": ("I9", ("<v>1E-300</v>", "n"), "R08"),
    "无穷": ("I9", ("<v>INF</v>", "n"), "R08"),
    "不是数": ("I9", ("<v>NaN</v>", "n"), "R08"),
    "三万个空格": ("I9", text("1" + " " * 32_000 + "x"), "R08"),
    "一万个逗号": ("I9", text("1," * 16_000), "R08"),
    "三万个括号": ("I9", text("(" * 32_000), "R08"),
    "三万字的原因": ("P9", text("因" * 32_000), ""),
    "八万字的公式": ("I9", ("<f>" + "1+" * 40_000 + "1</f><v>100</v>", "n"), "R11"),
    "很长的错误值": ("I9", ("<v>#" + "A" * 30_000 + "</v>", "e"), "R10"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_no_person_types_is_told_at_its_cell_in_one_line(name: str, corrected: bytes, tmp_path: Path) -> None:
    cell, content, code = ODD[name]
    result = with_copy(edited(corrected, sheet(in_cell(cell, *content))), tmp_path)
    assert result.output
    at_cell = [found for found in result.findings if found.place.cell == cell]
    assert (code in [found.code for found in at_cell]) == bool(code)
    assert all(len(found.message) < 1100 for found in result.findings)
    assert all(len(found.message) < 600 for found in at_cell if found.code[0] == "R")


def test_formats_in_a_namespace_that_is_none_are_kept(corrected: bytes, tmp_path: Path) -> None:
    """A relative namespace name has no canonical form, by which formats are compared."""
    odd = instead('<xf numFmtId="', '<xf xmlns:q="a//b" q:x="1" numFmtId="')
    result = with_copy(edited(corrected, {"xl/styles.xml": odd}), tmp_path)
    assert result.output
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        assert 'q:x="1"' in archive.read("xl/styles.xml").decode()
