"""What people type into a form stays text in its report: no markup, no field, no character that Word refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from docx.oxml.ns import qn
from lxml import etree
from openxml_audit import OpenXmlValidator

from tests.kit.command import command
from tests.kit.filled import filled, template_of, well_made
from tests.kit.word_report import WordReport, reported

TEXTS = [
    "<w:p><w:r><w:t>x</w:t></w:r></w:p>",
    "]]></w:t><w:instrText>",
    '{ HYPERLINK "http://example.org" }',
    " PAGE \\* MERGEFORMAT ",
    "{unit}{total}[方括号]〔请填写：假的〕",
    "=cmd|'/c calc'!A1",
    "&lt;&amp;&#60;",
    "甲\u202e乙\u2028丙",
    "a" * 30_000,
    "行一\n\n\n行二\t三",
    "e\u0301" * 500,
]


def hostile(text: str) -> dict[str, Any]:
    """A form in which every text is this one."""
    data = well_made()
    data["unit"] = data["supervisor"] = text
    for row in data["indicators"]:
        row |= {"name": text, "reason": text, "improvement": text}
    for row in data["projects"]:
        row |= {"name": text, "benefit": text, "source": text}
    data["passages"] = {"年中调整说明": text, "管理制度": text, "另外": text}
    return data


@pytest.mark.parametrize("text", TEXTS)
def test_their_text_is_never_markup_nor_a_field(text: str, tmp_path: Path) -> None:
    workbook = tmp_path / "returned.xlsx"
    workbook.write_bytes(filled(hostile(text)))
    command("report", workbook)
    report = WordReport(workbook.with_suffix(".docx").read_bytes())
    body = report.document.element.body
    assert [element.tag for element in body.iter(qn("w:instrText"), qn("w:fldChar"), qn("w:fldSimple"))] == []
    assert [element.tag for element in body.iter(qn("w:hyperlink"))] == []
    assert {child.tag for child in body} == {qn("w:p"), qn("w:tbl"), qn("w:sectPr")}
    shown = text.strip().split("\n")[0][:20].replace("\u202e", "").partition("\u2028")[0]
    assert shown in "".join(element.text or "" for element in body.iter(qn("w:t")))
    relations = report.parts["word/_rels/document.xml.rels"]
    assert b"External" not in relations
    assert b"example.org" not in relations


def test_fields_in_their_text_are_not_filled_in(tmp_path: Path) -> None:
    data = well_made()
    data["passages"]["管理制度"] = "按{unit}办法[执行]。"
    assert reported(tmp_path, data).below("管理制度健全性") == ["按{unit}办法[执行]。"]


def test_the_package_is_whole_and_has_no_part_that_nobody_needs(tmp_path: Path) -> None:
    report = reported(tmp_path, well_made())
    assert sorted(report.parts) == [
        "[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/_rels/document.xml.rels",
        "word/document.xml", "word/fontTable.xml", "word/footer1.xml", "word/footer2.xml", "word/settings.xml",
        "word/styles.xml", "word/theme/theme1.xml",
    ]  # fmt: skip
    for name, data in report.parts.items():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(data)
    assert b"2000-01-01T00:00:00Z" in report.parts["docProps/core.xml"]


@pytest.mark.parametrize("name", ["department-as-filed", "project"])
def test_an_ooxml_validator_accepts_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "returned.xlsx").write_bytes(template_of(name))
    command("report", tmp_path / "returned.xlsx")
    result = OpenXmlValidator().validate(str(tmp_path / "returned.docx"))
    assert result.is_valid, [str(error) for error in result.errors][:5]
