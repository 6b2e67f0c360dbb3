"""Documents made to do harm: told, never run, never followed, and over soon."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from perf_xlsx.documents import DocumentError, open_document
from perf_xlsx.ooxml import Limits
from tests.kit.reports import case_of, held, scored, word

BODY = "word/document.xml"


def _edited(change: Callable[[str], str], more: Mapping[str, bytes] | None = None, rels: str = "") -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word("全年预算数1000万元。"))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            data = source.read(name)
            if name == BODY:
                data = change(data.decode()).encode()
            if name == "word/_rels/document.xml.rels" and rels:
                data = data.replace(b"</Relationships>", f"{rels}</Relationships>".encode())
            copy.writestr(name, data)
        for name, data in (more or {}).items():
            copy.writestr(name, data)
    return out.getvalue()


def _inside(text: str) -> Callable[[str], str]:
    return lambda xml: xml.replace("<w:body>", f"<w:body>{text}", 1)


NESTED = "<w:tbl><w:tr><w:tc>" * 100 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 100
REFUSED = {
    "a bomb": lambda: _edited(_inside("<w:p/>"), {"word/media/a.bin": b"\0" * (200 << 20)}),
    "too many paragraphs": lambda: _edited(_inside("<w:p/>" * 100_000)),
    "one paragraph of ten million letters": lambda: _edited(
        _inside(f"<w:p><w:r><w:t>{'一' * 4_000_000}</w:t></w:r></w:p>")
    ),
    "nested tables": lambda: _edited(_inside(NESTED)),
    "entities": lambda: _edited(
        lambda xml: xml.replace("<w:document", '<!DOCTYPE a [<!ENTITY b "c">]><w:document', 1)
    ),
    "no document": lambda: _edited(lambda xml: ""),
    "too many parts": lambda: _edited(_inside(""), {f"word/x{n}.xml": b"" for n in range(3_000)}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_in_words(name: str) -> None:
    with pytest.raises(DocumentError) as refused:
        open_document(REFUSED[name](), Limits())
    assert refused.value.detail
    assert refused.value.advice.endswith("。")


def test_macros_and_what_lies_outside_are_told_and_left_alone(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("不可读", "utf-8")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    rels = f'<Relationship Id="rIdX" Type="{kind}" Target="file://{secret}" TargetMode="External"/>'
    more = {"word/vbaProject.bin": b"macro", "word/embeddings/a.xlsx": b"PK"}
    document = open_document(_edited(_inside(""), more, rels), Limits())
    assert document.text.strip() == "全年预算数1000万元。"
    assert document.remarks == (
        "文件中有宏，没有运行",
        "文件引用了1处外部内容（图片、模板或对象），没有读取",
        "文件中嵌有其他文件，没有打开",
    )


def test_a_text_box_is_read_once_and_hidden_text_is_not() -> None:
    box = (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice Requires="wps"><w:txbxContent><w:p><w:r><w:t>框中</w:t></w:r></w:p></w:txbxContent></mc:Choice>'
        "<mc:Fallback><w:txbxContent><w:p><w:r><w:t>框中</w:t></w:r></w:p></w:txbxContent></mc:Fallback>"
        "</mc:AlternateContent></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r></w:p>"
    )
    document = open_document(_edited(_inside(box)), Limits())
    assert document.text.split() == ["框中", "全年预算数1000万元。"]


def test_a_long_paragraph_of_numbers_takes_no_square_of_time() -> None:
    result = scored(json.dumps(case_of("完好的部门自评表"), ensure_ascii=False))
    started = time.process_time()
    held("全年预算数1000万元，" * 2_000 + "\n" + "其中：" * 5_000 + "9" * 5_000 + "\n" + "(" * 9_000, result)
    held("甲 乙 丙\n" + "x 1 2\n" * 4_000, result)
    assert time.process_time() - started < 60
