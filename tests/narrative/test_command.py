"""`check-report` as a bureau uses it: its JSON, its copy with comments, folders, and files that cannot be read."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest
from openpyxl import load_workbook

from tests.kit.command import command
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.reports import case_of, checked, codes, word, workbook
from tests.kit.written_reports import by_headings, full_sentences

RIGHT = "示例市档案馆全年预算数1000万元，全年执行数970万元。"
WRONG = "示例市档案馆全年预算数1000万元，全年执行数907万元。"


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """The well-made form of a department."""
    return workbook(tmp_path, case_of("完好的部门自评表"))


def test_json_says_of_each_figure_where_it_is_and_what_the_form_holds(tmp_path: Path, form: Path) -> None:
    (tmp_path / "报告.txt").write_text(WRONG, "utf-8")
    record = checked(tmp_path / "报告.txt", form)
    assert (record["unit"], record["year"], record["workbook"]) == ("示例市档案馆", 2024, str(form))
    right, wrong = record["figures"]
    assert right == {
        "start": 11, "end": 17, "text": "1000万元", "value": "1000", "unit": "万元", "role": "adjusted", "of": None,
        "verdict": "agrees", "sheet": "预算执行", "cell": "E10", "in_form": "1000万元",
    }  # fmt: skip
    assert (wrong["verdict"], wrong["in_form"]) == ("differs", "970万元")
    (finding,) = record["findings"]
    assert {key: finding[key] for key in ("code", "severity", "start", "paragraph", "given", "expected", "sheet", "cell")} == {
        "code": "P01", "severity": "error", "start": 23, "paragraph": 1, "given": "907万元", "expected": "970万元",
        "sheet": "预算执行", "cell": "F10",
    }  # fmt: skip
    book = load_workbook(form)
    assert book[finding["sheet"]][finding["cell"]].value == 970


def test_a_place_is_named_by_its_heading_and_quote_and_a_placeholder_once(tmp_path: Path, form: Path) -> None:
    """It said 第69段, which nobody can count, and each placeholder twice."""
    text = f"一、基本情况\n{RIGHT}\n二、存在的问题\n〔请填写：问题〕\n\n三、其他\n无"
    (tmp_path / "报告.txt").write_text(text, "utf-8")
    output = command("check-report", tmp_path / "报告.txt", "--with", form).output
    assert "P09 “二、存在的问题”中“〔请填写：问题〕” 留空的地方没有填写。请填写。" in output
    assert output.count("〔请填写：问题〕") == 1
    assert "“三、其他”中“无”" in output
    found = checked(tmp_path / "报告.txt", form)["findings"]
    assert [(one["heading"], one["paragraph"]) for one in found] == [("二、存在的问题", 4), ("三、其他", 7)]


def test_without_headings_a_place_is_named_by_its_paragraph(tmp_path: Path, form: Path) -> None:
    (tmp_path / "报告.txt").write_text(WRONG, "utf-8")
    assert "P01 第1段“" in command("check-report", tmp_path / "报告.txt", "--with", form).output


@pytest.mark.parametrize(("text", "code"), [(RIGHT, 0), (WRONG, 1)])
def test_exit_codes_are_those_of_check(tmp_path: Path, form: Path, text: str, code: int) -> None:
    (tmp_path / "报告.txt").write_text(text, "utf-8")
    result = command("check-report", tmp_path / "报告.txt", "--with", form)
    assert result.exit_code == code
    assert ("P01" in result.output) == bool(code)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_text_in_any_usual_encoding(tmp_path: Path, form: Path, encoding: str) -> None:
    (tmp_path / "报告.txt").write_bytes(WRONG.encode(encoding))
    assert codes(checked(tmp_path / "报告.txt", form)) == ["P01"]


def test_a_copy_of_a_word_report_has_a_comment_at_each_finding_and_nothing_else_is_changed(
    tmp_path: Path, form: Path
) -> None:
    document = docx.Document()
    document.add_heading("一、预算执行情况", 1)
    paragraph = document.add_paragraph("全年预算数1000万元，全年执行数")
    paragraph.add_run("90").bold = True
    paragraph.add_run("7万元").italic = True
    paragraph.add_run("，执行率97%。")
    document.core_properties.author = "某人"
    document.save(str(tmp_path / "报告.docx"))
    record = checked(tmp_path / "报告.docx", form, "-o", tmp_path / "核对")
    copy = Path(record["output"])
    (comment,) = docx.Document(str(copy)).comments
    assert comment.text.startswith("错误 P01")
    assert docx.Document(str(copy)).paragraphs[1].text == paragraph.text
    body = zipfile.ZipFile(copy).read("word/document.xml").decode()
    marked = body[body.index("commentRangeStart") : body.index("commentRangeEnd")]
    assert marked.count("<w:t") == 2
    assert "<w:b/>" in marked
    assert "<w:i/>" in marked
    with zipfile.ZipFile(tmp_path / "报告.docx") as before, zipfile.ZipFile(copy) as after:
        changed = {
            name
            for name in after.namelist()
            if name not in before.namelist() or before.read(name) != after.read(name)
        }
    assert changed == {
        "word/document.xml",
        "word/comments.xml",
        "word/_rels/document.xml.rels",
        "[Content_Types].xml",
    }
    again = checked(copy, form)
    assert codes(again) == ["P01"]


def test_inserted_text_counts_and_deleted_text_does_not(tmp_path: Path, form: Path) -> None:
    data = word("全年预算数1000万元，全年执行数INSERTDELETE万元。")
    parts = {
        name: zipfile.ZipFile(io.BytesIO(data)).read(name) for name in zipfile.ZipFile(io.BytesIO(data)).namelist()
    }
    body = parts["word/document.xml"].decode()
    body = body.replace(
        "INSERTDELETE",
        '</w:t></w:r><w:ins w:id="1" w:author="甲"><w:r><w:t>907</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="甲"><w:r><w:delText>970</w:delText></w:r></w:del><w:r><w:t>',
    )
    with zipfile.ZipFile(tmp_path / "报告.docx", "w") as archive:
        for name, content in (parts | {"word/document.xml": body.encode()}).items():
            archive.writestr(name, content)
    record = checked(tmp_path / "报告.docx", form)
    assert codes(record) == ["P01"]
    assert record["remarks"] == ["文件中有修订痕迹：插入的文字计入，删除的不计入"]


def test_a_folder_of_reports_is_paired_with_a_folder_of_workbooks_by_unit_and_project(tmp_path: Path) -> None:
    forms, reports = tmp_path / "自评表", tmp_path / "报告"
    forms.mkdir()
    reports.mkdir()
    department, project = case_of("完好的部门自评表"), case_of("完好的项目自评表")
    workbook(forms, department, "甲.xlsx")
    workbook(forms, project, "乙.xlsx")
    workbook(forms, department | {"unit": "示例市档案馆分馆"}, "丙.xlsx")
    (reports / "1.txt").write_text(full_sentences(department), "utf-8")
    (reports / "2.txt").write_text(f"{project['unit']}{project['project']}绩效自评报告", "utf-8")
    (reports / "3.docx").write_bytes(word(*by_headings(department | {"unit": "示例市档案馆分馆"}).split("\n")))
    (reports / "4.txt").write_text("别处的报告", "utf-8")
    result = command("check-report", reports, "--with", forms, "--json")
    assert result.exit_code == 3
    found = [json.loads(line) for line in result.output.splitlines()]
    assert [Path(one["workbook"]).name if one["workbook"] else None for one in found] == [
        "甲.xlsx",
        "乙.xlsx",
        "丙.xlsx",
        None,
    ]
    assert [one["read"] for one in found] == [True, True, True, False]
    assert [codes(one) for one in found[:3]] == [[], [], []]


def _scanned() -> bytes:
    writer, out = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("报告.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧格式"),
        ("报告.pdf", _scanned(), "扫描件"),
        ("报告.pdf", b"%PDF-1.4 broken", "PDF 已损坏"),
        ("报告.docx", b"PK\x03\x04broken", "损坏"),
        ("报告.txt", b"\xff\xfe\x00", "编码"),
        ("报告.txt", b"", "空文件"),
        ("报告.rtf", b"{\\rtf1 }", "RTF"),
    ],
)
def test_what_cannot_be_read_gets_one_finding_that_says_what_to_do(
    tmp_path: Path, form: Path, name: str, data: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(data)
    result = command("check-report", tmp_path / name, "--with", form, "--json")
    assert result.exit_code == 3
    (finding,) = json.loads(result.output)["findings"]
    assert finding["code"] == "R01"
    assert said in finding["message"]
    assert finding["advice"]


def test_a_workbook_is_no_report(tmp_path: Path, form: Path) -> None:
    assert command("check-report", form, "--with", form).exit_code == 3


def test_the_copy_never_replaces_the_report(tmp_path: Path, form: Path) -> None:
    (tmp_path / "报告.docx").write_bytes(word(WRONG))
    before = (tmp_path / "报告.docx").read_bytes()
    assert command("check-report", tmp_path / "报告.docx", "--with", form, "-o", tmp_path).exit_code == 3
    assert (tmp_path / "报告.docx").read_bytes() == before


@needs_libreoffice
def test_a_pdf_that_holds_text_is_read_like_the_word_document_it_was_made_of(tmp_path: Path, form: Path) -> None:
    text = full_sentences(case_of("完好的部门自评表")).replace("970万元", "907万元", 1)
    (tmp_path / "报告.docx").write_bytes(word(*text.split("\n")))
    pdf = converted(tmp_path, "pdf", tmp_path / "报告.docx")
    said = [
        [(one["code"], one["expected"]) for one in checked(path, form)["findings"]]
        for path in (tmp_path / "报告.docx", pdf)
    ]
    assert said == [[("P01", "970万元")]] * 2


def test_a_report_without_names_goes_with_the_workbook_of_its_own_name(tmp_path: Path) -> None:
    returned = tmp_path / "报送"
    returned.mkdir()
    workbook(returned, case_of("完好的部门自评表"), "甲.xlsx")
    workbook(returned, case_of("完好的项目自评表"), "乙.xlsx")
    for name, text, expected in (
        ("甲", "全年预算数1000万元。", "甲.xlsx"),
        ("丙", "农村饮水安全巩固提升项目全年预算数900万元。", "乙.xlsx"),
        ("丁", "全年预算数1000万元。", None),
    ):
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
        found = checked(tmp_path / f"{name}.txt", returned)["workbook"]
        assert (Path(found).name if found else None) == expected
