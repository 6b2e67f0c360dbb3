"""Outlines are data: the shipped ones are sound, and a bureau's own is checked with every error at its place."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from perf_xlsx.report import load_outline, outline_names
from perf_xlsx.report.facts import field_names
from tests.kit.command import command
from tests.kit.filled import template_of
from tests.kit.word_report import reported

ATTACHED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
OWN = """
name = "county"
title = "示例县报告"
forms = ["department"]
source = "示例县通知"
trust = "原文"
heading = "{unit}{year}度报告"

[page]
line = 30
top = 30

[[parts]]
level = 1
heading = "资金"
holds = [
  { say = ["{unit}支出{total.executed}", { when = "total.balance > 0", text = "，剩{total.balance}" }, "。"] },
  { common = "initial" },
  { table = "projects", caption = "项目表" },
]

[[parts]]
level = 2
heading = "没有的"
optional = true
holds = [{ passage = ["没有这个标题"] }]

[[parts]]
level = 1
heading = "扣分的"
blank = "没有扣分的说明"
holds = [{ each = "indicators", where = "lost_points > 1", numbered = true, say = "{name}扣{lost_points}。" }]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "提纲.toml"
    path.write_text(text, "utf-8")
    return path


def problems(folder: Path, old: str, new: str) -> list[str]:
    """What is said of the outline above with one change."""
    assert old in OWN
    done = command("report", "--check", written(folder, OWN.replace(old, new)))
    assert done.exit_code == 2
    return [line.strip().removeprefix("错误：") for line in done.output.splitlines()]


def test_the_shipped_outlines_are_listed_with_what_they_rest_on() -> None:
    done = command("report", "--outlines")
    assert done.exit_code == 0
    listed = dict(line.split("：", 1) for line in done.output.splitlines())
    assert tuple(listed) == outline_names()
    assert outline_names() == ("mof-project", "pidu-department", "pidu-project", "xinjiang-department")
    assert "（未核对原文）" in listed["mof-project"]
    assert "（转引）" in listed["pidu-project"]


@pytest.mark.parametrize("name", outline_names())
def test_a_shipped_outline_gives_every_indicator_and_the_result(name: str, tmp_path: Path) -> None:
    form = "department-corrected" if "department" in load_outline(name).forms else "project"
    report = reported(tmp_path, template_of(form), "--outline", name)
    assert sum(text.startswith("该指标") for text in report.paragraphs) == 8
    assert {"total", "grade", "execution_rate", "balance"} <= {one.bookmark.role for one in report.figures}


def test_an_own_outline_is_written(tmp_path: Path) -> None:
    own = written(tmp_path, OWN)
    assert command("report", "--check", own).output == f"{own}：没有问题（示例县报告）。\n"
    report = reported(tmp_path, template_of("department-corrected"), "--outline", own)
    unit = "乌鲁木齐高新技术产业开发区（乌鲁木齐市新市区）机关事务管理中心"
    assert report.paragraphs == [
        f"{unit}2023年度报告",
        "一、资金",
        f"{unit}支出2857.28万元，剩434.70万元。",
        "2023年年初预算数为6103.71万元，其中：基本支出年初预算数为3103.71万元、项目支出年初预算数为3000.00万元。",
        "项目表（单位：万元）",
        "二、扣分的",
        "（一）公务用车运行维护费下降率扣8分。",
        "（二）预算经费扣1.58分。",
        "（三）项目支出预算执行率扣1.09分。",
    ]
    assert report.tables == [
        [
            ["项目名称", "全年预算数", "全年执行数", "执行率"],
            ["驾驶员经费", "85.04", "75.04", "88.24%"],
            ["食堂餐费及服务费", "11.34", "11.34", "100%"],
            ["驻社区补助", "10.80", "9.07", "83.98%"],
        ]
    ]
    section = report.document.sections[0]
    assert round(section.top_margin.mm) == 30
    assert b'w:line="600"' in report.parts["word/styles.xml"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('name = "county"', 'name = "县"', "提纲.toml：name 应由小写英文字母、数字和连字符组成，不超过40个字符"),
        ('title = "示例县报告"', "", "提纲.toml：title 缺少"),
        ('trust = "原文"', 'trust = "听说"', "提纲.toml：trust 应为 原文、转引、未核对、约定 之一"),
        ("{unit}{year}度", "{danwei}", "提纲.toml：heading 没有字段 {danwei}，这里有 " + "、".join(field_names()["form"])),
        ("line = 30", "line = 3", "提纲.toml：page.line 应为 10 至 60 的数字"),
        ("level = 2", "level = 3", "提纲.toml：第2个 parts（没有的）的 level 是3，上一级标题还没有"),
        ("optional = true", "optionel = true", "提纲.toml：第2个 parts（没有的） 没有 optionel 这一项，已知的有 level、heading、holds、blank、optional，是不是要 optional？"),
        ('common = "initial"', 'common = "inital"', "提纲.toml：第1个 parts（资金）的 holds common 应为 initial、adjustment、execution、use、basic、sources、projects、execution_points、indicator、indicators、conclusion、problems、measures 之一，是不是要 initial？"),
        ("total.balance > 0", "total.balance is", "提纲.toml：第1个 parts（资金）的 holds 第1项的 say第2句的 when 条件“total.balance is”看不懂，如 total.adjustment < 0、points < weight、not projects、dimension is 产出指标，几个条件用 and 连接"),
        ("剩{total.balance}", "剩{total.left}", "提纲.toml：第1个 parts（资金）的 holds 第1项的 say第2句 没有字段 {total.left}，点后面是 initial、adjustment、adjusted、executed、execution_rate、adjustment_rate、balance 之一"),
        ("扣{lost_points}。", "扣[{lost_points}。", "提纲.toml：第3个 parts（扣分的）的 holds 第1项的 say第1句 方括号没有右半边"),
        ("扣{lost_points}。", "扣{lost_points。", "提纲.toml：第3个 parts（扣分的）的 holds 第1项的 say第1句 花括号不成对，或里面还有括号：{lost_points。"),
        ('table = "projects"', 'table = "staff"', "提纲.toml：第1个 parts（资金）的 holds 第3项的 table 应为 lines、projects、indicators 之一"),
        ('{ passage = ["没有这个标题"] }', "{ numbered = true }", "提纲.toml：第2个 parts（没有的）的 holds 第1项 应恰好有 say、passage、table、rest、blank 中的一项（passage 可以带 blank）"),
    ],
)  # fmt: skip
def test_an_error_is_told_with_its_place(old: str, new: str, problem: str, tmp_path: Path) -> None:
    assert problems(tmp_path, old, new)[0] == problem


@pytest.mark.parametrize("text", ["= ", "a = 1\x00", "[" * 3000, "parts = 5", 'parts = [{ holds = ["x"] }]'])
def test_whatever_the_file_is_it_is_told(text: str, tmp_path: Path) -> None:
    done = command("report", "--check", written(tmp_path, text))
    assert done.exit_code == 2
    assert done.output.startswith("错误：提纲.toml：")


# ---- a bureau's own Word template --------------------------------------------------------------------------------


def bureau_template() -> bytes:
    document = docx.Document()
    document.styles["Title"].font.name = "华文中宋"
    document.styles["Heading 1"].font.bold = True
    document.add_paragraph("模板里的示例文字")
    link = document.part.part_related_by(RELATION.SETTINGS).relate_to(
        "http://example.org/remote.dotm", ATTACHED, is_external=True
    )
    attached = OxmlElement("w:attachedTemplate")
    attached.set(qn("r:id"), link)
    document.settings.element.insert(0, attached)
    document.sections[0].footer.paragraphs[0].text = "示例县财政局"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_word_template_gives_its_styles_and_page_and_none_of_its_text(tmp_path: Path) -> None:
    (tmp_path / "模板.docx").write_bytes(bureau_template())
    report = reported(tmp_path, template_of("department-corrected"), "--word-template", tmp_path / "模板.docx")
    plain = reported(tmp_path, template_of("department-corrected"))
    assert report.paragraphs == plain.paragraphs
    assert report.document.styles["Title"].font.name == "华文中宋"
    assert report.document.sections[0].footer.paragraphs[0].text == "示例县财政局"
    assert report.document.paragraphs[0].style.name == "Title"
    assert not any(b"example.org" in part for part in report.parts.values())


def test_a_dotx_template_is_taken_too(tmp_path: Path) -> None:
    data = bureau_template()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(tmp_path / "模板.dotx", "w") as out:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "[Content_Types].xml":
                content = content.replace(b"document.main+xml", b"template.main+xml")
            out.writestr(name, content)
    report = reported(tmp_path, template_of("department-corrected"), "--word-template", tmp_path / "模板.dotx")
    assert report.document.styles["Title"].font.name == "华文中宋"
    assert b"template.main+xml" not in report.parts["[Content_Types].xml"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"{\\rtf1 text}", template_of("project")])
def test_what_is_no_word_document_is_told(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "模板.docx").write_bytes(data)
    (tmp_path / "returned.xlsx").write_bytes(template_of("department-corrected"))
    done = command("report", tmp_path / "returned.xlsx", "--word-template", tmp_path / "模板.docx")
    assert done.exit_code == 2
    assert done.output.startswith("错误：Word 模板")
    assert not (tmp_path / "returned.docx").exists()
