"""Comments in a Word document: at any place, in runs of any kind, and the text stays what it was."""

from __future__ import annotations

import io
import random
import zipfile

import docx

from perf_xlsx.documents import Comment, Document, open_document, with_comments
from perf_xlsx.ooxml import Limits
from tests.kit.reports import word

RUNS = (
    "<w:p><w:r><w:t>全年预算</w:t></w:r>"
    '<w:ins w:id="9" w:author="甲"><w:r><w:rPr><w:b/></w:rPr><w:t>数一千</w:t><w:tab/><w:t xml:space="preserve"> 万元</w:t></w:r></w:ins>'
    '<w:hyperlink w:anchor="x"><w:r><w:t>链接文字</w:t></w:r></w:hyperlink>'
    '<w:smartTag w:element="a"><w:r><w:t>标签</w:t><w:br/><w:t>后</w:t></w:r></w:smartTag>'
    '<w:del w:id="8" w:author="甲"><w:r><w:delText>删去</w:delText></w:r></w:del>'
    "<w:sdt><w:sdtContent><w:r><w:t>控件</w:t></w:r></w:sdtContent></w:sdt>"
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>12</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    '<w:p/><w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="100"/></w:tblGrid>'
    "<w:tr><w:tc><w:p><w:r><w:t>格一</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)


def _document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word("末段。"))) as source, zipfile.ZipFile(out, "w") as copy:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/document.xml":
                data = data.replace(b"<w:body>", f"<w:body>{RUNS}".encode(), 1)
            copy.writestr(name, data)
    return out.getvalue()


def _anywhere(document: Document, rng: random.Random) -> Comment:
    paragraph = rng.choice(document.paragraphs)
    start = rng.randint(paragraph.start, paragraph.end)
    return Comment(start, rng.randint(start, paragraph.end), "批注\n<&>")


def test_comments_at_any_place_leave_the_text_as_it_was() -> None:
    data, rng = _document(), random.Random(16)
    document = open_document(data, Limits())
    assert document.text == "全年预算数一千\t 万元链接文字标签 后控件12\n\n格一\n末段。"
    for _ in range(60):
        remarks = [_anywhere(document, rng) for _ in range(rng.randint(1, 6))]
        copy = with_comments(data, remarks, Limits())
        assert open_document(copy, Limits()).text == document.text
        assert len(list(docx.Document(io.BytesIO(copy)).comments)) == len(remarks)
        body = zipfile.ZipFile(io.BytesIO(copy)).read("word/document.xml").decode()
        for number in range(len(remarks)):
            marks = [
                body.index(f'{kind} w:id="{number}"') for kind in ("RangeStart", "RangeEnd", "commentReference")
            ]
            assert marks == sorted(marks)


def test_a_document_that_has_comments_keeps_them() -> None:
    once = with_comments(_document(), [Comment(0, 2, "一")], Limits())
    twice = with_comments(once, [Comment(1, 5, "二")], Limits())
    assert sorted(one.text for one in docx.Document(io.BytesIO(twice)).comments) == ["一", "二"]
