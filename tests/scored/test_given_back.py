"""What of theirs was odd or blank comes back whole, and what we add is written as other readers expect it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest

from perf_xlsx.ooxml import Package, strip
from tests.kit.filled import opened
from tests.kit.outcome import scored_in_turn
from tests.kit.parts import MAIN, OFFICE, edited, rels, unzipped, zipped
from tests.kit.rich_workbook import PNG

BLANKS = {
    "nothing": "<text/>",
    "an empty text": "<text><t/></text>",
    "an empty run": '<text><r><t xml:space="preserve"></t></r></text>',
    "blanks": '<text><r><t xml:space="preserve"> \n </t></r></text>',
}


def part_of(book: bytes, title: str) -> str:
    names = openpyxl.load_workbook(io.BytesIO(book), read_only=True).sheetnames
    return f"xl/worksheets/sheet{names.index(title) + 1}.xml"


def shape(row: int, column: int) -> str:
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shape id="_x0000_s5121" type="#_x0000_t202">'
        '<v:fill type="frame" o:relid="rId1" o:title="公章"/><x:ClientData ObjectType="Note">'
        f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape></xml>"
    )


def with_note(book: bytes, text: str, wrapped: bool = False) -> bytes:
    """A note with a picture in it on 绩效指标 K8, which the case as filed gets a mark on."""
    sheet = part_of(book, "绩效指标")
    legacy = '<legacyDrawing r:id="rId1"/>'
    if wrapped:
        legacy = (
            '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            f'<mc:Choice Requires="v" xmlns:v="urn:schemas-microsoft-com:vml">{legacy}</mc:Choice>'
            "</mc:AlternateContent>"
        )
    comments = (
        f'<comments xmlns="{MAIN}"><authors><author>会计</author></authors><commentList>'
        f'<comment ref="K8" authorId="0">{text}</comment></commentList></comments>'
    )
    related = rels(("rId1", "vmlDrawing", "../drawings/vmlDrawing9.vml"), ("rId2", "comments", "../comments9.xml"))
    return edited(
        book,
        {
            sheet: lambda data: data.replace("</worksheet>", f"{legacy}</worksheet>"),
            "[Content_Types].xml": lambda data: data.replace(
                "<Override",
                '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
                '<Default Extension="png" ContentType="image/png"/>'
                '<Override PartName="/xl/comments9.xml" ContentType="application/vnd.openxmlformats-officedocument'
                '.spreadsheetml.comments+xml"/><Override',
                1,
            ),
        },
        {
            f"xl/worksheets/_rels/{Path(sheet).name}.rels": related,
            "xl/comments9.xml": comments,
            "xl/drawings/vmlDrawing9.vml": shape(8, 11),
            "xl/drawings/_rels/vmlDrawing9.vml.rels": rels(("rId1", "image", "../media/seal.png")),
            "xl/media/seal.png": PNG,
        },
    )


def copies_of(data: bytes, folder: Path, times: int = 1) -> list[Path]:
    """The copy of the workbook, the copy's copy, and so on."""
    return [Path(result.output or "") for result in scored_in_turn(data, folder, times)]


@pytest.mark.parametrize("wrapped", [False, True], ids=["plain", "wrapped"])
@pytest.mark.parametrize("blank", BLANKS)
def test_a_note_without_text_stays_with_its_shape_picture_and_author(
    blank: str, wrapped: bool, as_filed: bytes, tmp_path: Path
) -> None:
    copies = copies_of(with_note(as_filed, BLANKS[blank], wrapped), tmp_path, 3)
    assert len({path.read_bytes() for path in copies}) == 1
    once = unzipped(copies[0].read_bytes())
    sheet = once[part_of(as_filed, "绩效指标")].decode()
    assert sheet.count("<legacyDrawing ") == 1
    comments = once["xl/comments9.xml"].decode()
    assert comments.count('ref="K8"') == 1
    assert "<author>会计</author>" in comments
    assert "绩效自评核对" in comments
    assert b'o:relid="rId1"' in once["xl/drawings/vmlDrawing9.vml"]
    assert once["xl/media/seal.png"] == PNG


def test_a_blank_note_stays_when_its_mark_goes(as_filed: bytes, tmp_path: Path) -> None:
    (copy,) = copies_of(with_note(as_filed, BLANKS["an empty run"]), tmp_path)
    package = Package.open(copy)
    strip(package)
    comments = package.read("xl/comments9.xml").decode()
    assert 'ref="K8"' in comments
    assert "绩效自评核对" not in comments


def test_our_relations_are_written_with_the_prefix_that_readers_know(as_filed: bytes, tmp_path: Path) -> None:
    book = opened(as_filed)  # declares no prefix on the workbook's root
    book.save(tmp_path / "openpyxl.xlsx")
    copies = copies_of((tmp_path / "openpyxl.xlsx").read_bytes(), tmp_path, 2)
    assert copies[0].read_bytes() == copies[1].read_bytes()
    for name, data in unzipped(copies[0].read_bytes()).items():
        assert not re.search(rb"\bns\d+:", data), name
    listed = re.findall(
        r'<sheet [^>]*name="([^"]+)"[^>]* r:id="', unzipped(copies[0].read_bytes())["xl/workbook.xml"].decode()
    )
    assert "评分汇总" in listed
    assert "问题清单" in listed


def without_styles(book: bytes) -> bytes:
    """A workbook of no formats, as small libraries write it."""
    pieces = {name: data for name, data in unzipped(book).items() if name != "xl/styles.xml"}
    for name, data in pieces.items():
        if name.endswith((".xml", ".rels")):
            text = data.decode()
            text = re.sub(r'<Override PartName="/xl/styles.xml"[^>]*/>', "", text)
            text = re.sub(r'<Relationship [^>]*/styles"[^>]*/>', "", text)
            if "/worksheets/" in name:
                text = re.sub(r"<conditionalFormatting .*?</conditionalFormatting>", "", text)
                text = re.sub(r'(<(?:c|row|col)\b[^>]*?) (?:s|style)="\d+"', r"\1", text)
            pieces[name] = text.encode()
    return zipped(pieces)


def test_formats_that_were_not_there_get_the_name_that_every_reader_opens(as_filed: bytes, tmp_path: Path) -> None:
    copies = copies_of(without_styles(as_filed), tmp_path, 2)
    assert copies[0].read_bytes() == copies[1].read_bytes()
    assert "xl/styles.xml" in unzipped(copies[0].read_bytes())
    opened = openpyxl.load_workbook(copies[0])
    assert any(cell.font.sz and cell.font.sz > 12 for row in opened["评分汇总"].iter_rows() for cell in row)


def test_office_declares_the_relations_once(as_filed: bytes, tmp_path: Path) -> None:
    (copy,) = copies_of(as_filed, tmp_path)
    assert unzipped(copy.read_bytes())["xl/workbook.xml"].count(OFFICE.encode()) == 1
