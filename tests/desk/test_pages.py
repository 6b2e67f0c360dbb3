"""The pages beside the table: settings, templates, rules, receipts, reports; each as its command does it."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.receipts.signature import new_key
from tests.kit.batch_returns import a_return
from tests.kit.command import command
from tests.kit.desk import Browser, file_name, links, own_desk
from tests.kit.filled import template_of

ROSTER = "单位名称,表种,联系人\n甲局,项目,张三\n乙局,部门,李四\n".encode()
WAIVERS = "编号,单位,原因,批准人,有效期至\nW01,甲局,示例,王五,2099-12-31\n".encode()


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


# ---- 设置


def test_what_is_chosen_is_used_and_remembered(tmp_path: Path) -> None:
    with own_desk(tmp_path / "收回") as desk:
        answered = desk.post(
            "/settings",
            data={"rulebook": "hubei", "deadline": "2026-03-31", "sender": "示例县财政局"},
            files=[("roster", ("../名单.csv", ROSTER)), ("waivers", ("豁免.csv", WAIVERS))],
        )
        assert answered.history
        desk.drop(("甲局.xlsx", a_return("project", "甲局")))
        assert "未报送" in text_of(desk.scored())
    with own_desk(tmp_path / "收回") as desk:
        page = desk.get("/").text
        shown = text_of(page)
        for words in (
            "评分办法：湖北省部门整体支出绩效自评",
            "名单：名单.csv",
            "豁免：豁免.csv",
            "期限：2026-03-31",
            "乙局",
        ):
            assert words in shown
        (outstanding,) = (one for one in links(page, "/return/") if "催报通知" in desk.get(one).text)
        letter = desk.get(f"{outstanding}/letter")
    assert file_name(letter).startswith("催报通知-乙局")
    with zipfile.ZipFile(io.BytesIO(letter.content)) as archive:
        document = archive.read("word/document.xml").decode()
    assert "2026年3月31日" in document
    assert "示例县财政局" in document


def test_waivers_let_pass_what_they_name(desk: Browser) -> None:
    answered = desk.post("/settings", files=[("waivers", ("豁免.csv", WAIVERS))])
    assert answered.history, answered.text
    desk.drop(("甲局.xlsx", a_return("department", "甲局")))
    (address,) = links(desk.scored(), "/return/")
    assert "○ 已豁免W01" in text_of(desk.get(address).text)


def test_a_rulebook_of_ones_own_is_looked_through_and_used(desk: Browser, tmp_path: Path) -> None:
    assert command("rules", "--to", tmp_path / "办法.xlsx", "mof-2020").exit_code == 0
    own = (tmp_path / "办法.xlsx").read_bytes()
    assert desk.post("/settings", files=[("rulebook_file", ("办法.xlsx", own))]).history
    desk.drop(("甲局.xlsx", a_return("project", "甲局")))
    assert desk.scored().count("/return/") >= 1
    assert "选定的办法" in desk.get("/rules").text
    assert desk.post("/settings", data={"no_rulebook_file": "1"}).history
    assert "各份模板自带的" in desk.get("/settings").text


@pytest.mark.parametrize(
    ("field", "name", "data", "words"),
    [
        ("roster", "名单.csv", b"a,b\n1,2\n", "单位名称"),
        ("roster", "名单.xlsx", b"PK", "名单.xlsx"),
        ("waivers", "豁免.csv", "编号,单位,原因,批准人,有效期至\nZ99,甲局,x,y,2099-01-01\n".encode(), "Z99"),
        ("rulebook_file", "办法.toml", b"name = 1", "办法.toml"),
    ],
)
def test_a_wrong_file_is_refused_and_nothing_is_kept(
    field: str, name: str, data: bytes, words: str, desk: Browser, tmp_path: Path
) -> None:
    answered = desk.post("/settings", data={"sender": "某局"}, files=[(field, (name, data))])
    assert answered.status_code == 422
    assert words in text_of(answered.text)
    assert str(tmp_path) not in answered.text
    assert not [path for path in (tmp_path / "收回-网页" / "名单和办法").rglob("*") if path.is_file()]
    assert list((tmp_path / "收回-网页" / "临时").iterdir()) == []
    assert "某局" not in desk.get("/settings").text


def test_of_bad_settings_what_was_typed_stays_and_what_is_wrong_is_named(desk: Browser) -> None:
    """The file, what it was chosen for, and its line."""
    answered = desk.post(
        "/settings",
        data={"rulebook": "hubei", "deadline": "2099-03-31", "sender": "某局"},
        files=[
            ("roster", ("名单.csv", "单位名称,表种\n甲局,项目\n乙局,怪表\n".encode())),
            ("waivers", ("豁免.csv", WAIVERS)),
        ],
    )
    shown = text_of(answered.text)
    assert "没有保存：名单“名单.csv”：第3行的表种“怪表”不认识" in shown
    assert "选过的文件请再选一次：名单.csv、豁免.csv。" in shown
    for kept in ('value="某局"', 'value="2099-03-31"', '<option value="hubei" selected>'):
        assert kept in answered.text
    assert "某局" not in desk.get("/settings").text


@pytest.mark.parametrize(
    ("data", "files", "words"),
    [
        ({"no_roster": "1"}, ("roster", ("新.csv", ROSTER)), "名单：勾了“不再用”，又选了“新.csv”"),
        ({"rulebook": "hubei"}, ("rulebook_file", ("办法.toml", b"")), "又选了自己的办法“办法.toml”，只能用一个"),
    ],
)
def test_what_cannot_be_done_together_is_asked_about(
    data: dict[str, str], files: tuple[str, tuple[str, bytes]], words: str, desk: Browser
) -> None:
    answered = desk.post("/settings", data=data, files=[files])
    assert (answered.status_code, words in text_of(answered.text)) == (422, True)


def test_a_deadline_that_is_over_is_taken_and_told(desk: Browser) -> None:
    assert "已经过去" in desk.post("/settings", data={"deadline": "2020-03-31"}).text
    assert "已经过去" not in desk.post("/settings", data={"deadline": "2099-03-31"}).text


def test_no_page_speaks_of_commands(desk: Browser) -> None:
    """What the program says to who runs them is told in the words of the page."""
    desk.drop(
        ("甲.xlsx", a_return("project", "甲局")), ("乙.xlsx", a_return("project", "甲局")), ("丙.xlsx", b"PK")
    )
    pages = [desk.scored(), *(desk.get(one).text for one in links(desk.get("/").text, "/return/"))]
    pages += [desk.get(path).text for path in ("/settings", "/template", "/rules", "/verify", "/check-report")]
    pages.append(
        desk.post("/check-report", files=[("report", ("a.txt", b"86.8%")), ("workbook", ("b.xlsx", b"PK"))]).text
    )
    for page in pages:
        shown = text_of(page.partition("<footer>")[0])
        assert not re.search(r"perf-xlsx|(?<![-–—])--[a-z]|再运行|用 check|（(hubei|mof-2020)）", shown)


def test_a_wrong_date_is_refused(desk: Browser) -> None:
    answered = desk.post("/settings", data={"deadline": "三月底"})
    assert (answered.status_code, "2026-03-31" in answered.text) == (422, True)


# ---- 制作模板


def test_a_template_is_the_one_of_the_command(desk: Browser, tmp_path: Path) -> None:
    made = desk.post("/template", data={"form": "project", "year": "2025", "rulebook": ""})
    assert file_name(made) == "自评表-项目支出-2025.xlsx"
    assert made.content == pipeline.template_bytes("project", 2025)


def test_a_template_for_each_listed_unit(desk: Browser) -> None:
    desk.post("/settings", files=[("roster", ("名单.csv", ROSTER))])
    made = desk.post("/template", data={"form": "project", "year": "2025", "roster": "1"})
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert sorted(archive.namelist()) == ["乙局.xlsx", "甲局.xlsx"]
        book = openpyxl.load_workbook(io.BytesIO(archive.read("乙局.xlsx")))
    assert any(cell.value == "乙局" for sheet in book for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("data", [{"form": "x", "year": "2025"}, {"form": "project", "year": "25"}, {}])
def test_a_template_that_cannot_be_is_told(data: dict[str, str], desk: Browser, tmp_path: Path) -> None:
    assert desk.post("/template", data=data or {"a": "b"}).status_code == 422
    assert list((tmp_path / "收回-网页" / "临时").iterdir()) == []


def test_a_rulebook_that_does_not_serve_a_form_is_named_by_its_title(desk: Browser) -> None:
    told = text_of(desk.post("/template", data={"form": "department", "year": "2024", "rulebook": "ningxia"}).text)
    assert "评分办法“宁夏项目绩效目标自评”不适用于" in told


# ---- 评分办法


def test_a_rulebook_is_told_in_words(desk: Browser) -> None:
    shown = text_of(desk.get("/rules?name=hubei").text)
    told = command("rules", "hubei").output
    for line in told.splitlines():
        if "：" in line and not line.startswith(("依据", "  问题", "      ")):
            assert re.sub(r"\s+", " ", line.partition("：")[2].strip())[:20] in shown.replace("&gt;", ">").replace(
                "&lt;", "<"
            )


def test_a_rulebook_that_does_not_exist_is_told(desk: Browser) -> None:
    answered = desk.get("/rules?name=zzz")
    assert (answered.status_code, "没有这个评分办法" in answered.text) == (404, True)


# ---- 回执核验


def test_a_copy_is_what_was_scored_or_it_is_told_what_changed(desk: Browser) -> None:
    desk.drop(("部门.xlsx", template_of("department-corrected")))
    (address,) = links(desk.scored(), "/return/")
    copy = desk.get(f"{address}/copy").content
    intact = text_of(desk.post("/verify", files=[("files", ("部门.xlsx", copy))]).text)
    assert "✔ 原样 部门.xlsx" in intact
    assert "评分办法“项目支出绩效评价管理办法”" in intact
    book = openpyxl.load_workbook(io.BytesIO(copy))
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row if sheet.title == "预算执行")
    next(cell for cell in cells if cell.value == 2761.83).value = 2000
    changed = io.BytesIO()
    book.save(changed)
    told = text_of(desk.post("/verify", files=[("files", ("部门.xlsx", changed.getvalue()))]).text)
    assert "✖ 评分后改过 部门.xlsx" in told
    assert "原为“2761.83”，现为“2000”" in told


def test_a_signature_is_checked_with_its_key(desk: Browser, tmp_path: Path) -> None:
    (tmp_path / "单").mkdir()
    (tmp_path / "单" / "部门.xlsx").write_bytes(template_of("department-corrected"))
    public = new_key(tmp_path / "钥匙")
    command("score", tmp_path / "单", "-o", tmp_path / "结果", "--sign", tmp_path / "钥匙")
    sent = [
        ("files", ("部门.xlsx", (tmp_path / "结果" / "部门.xlsx").read_bytes())),
        ("receipt", ("回执.jsonl", (tmp_path / "结果" / "回执.jsonl").read_bytes())),
    ]
    good = desk.post("/verify", files=[*sent, ("key", ("钥匙.pub", public.read_bytes()))])
    assert "回执的签名有效" in good.text
    other = new_key(tmp_path / "另一把")
    bad = text_of(desk.post("/verify", files=[*sent, ("key", ("钥匙.pub", other.read_bytes()))]).text)
    assert "✖ 原样 部门.xlsx" in bad
    wrong = desk.post("/verify", files=[*sent, ("key", ("钥匙.pub", b"no key"))]).text
    assert "公钥.pub" in wrong
    assert str(tmp_path) not in wrong


def test_what_is_no_workbook_is_told(desk: Browser, tmp_path: Path) -> None:
    assert "✖ 读不出来 坏.xlsx" in text_of(desk.post("/verify", files=[("files", ("坏.xlsx", b"PK"))]).text)
    assert "请选评分后的工作簿" in desk.post("/verify", files=[("receipt", ("x", b""))]).text
    assert list((tmp_path / "收回-网页" / "临时").iterdir()) == []


# ---- 报告核对


def test_a_report_is_held_against_its_form(desk: Browser, tmp_path: Path) -> None:
    form = template_of("department-corrected")
    (tmp_path / "部门.xlsx").write_bytes(form)
    assert command("report", tmp_path / "部门.xlsx", "-o", tmp_path / "报告.docx").exit_code == 0
    report = (tmp_path / "报告.docx").read_bytes()
    wrong = report_with(report, "2857.28", "2957.28")
    sent = [("report", ("我的报告.docx", wrong)), ("workbook", ("部门.xlsx", form))]
    page = text_of(desk.post("/check-report", files=sent).text)
    assert "我的报告.docx ↔ 部门.xlsx" in page
    assert "2957.28" in page
    copy = desk.post("/check-report", data={"copy": "1"}, files=sent)
    assert file_name(copy) == "我的报告（批注）.docx"
    assert "word/comments.xml" in zipfile.ZipFile(io.BytesIO(copy.content)).namelist()
    assert list((tmp_path / "收回-网页" / "临时").iterdir()) == []


def report_with(data: bytes, was: str, now: str) -> bytes:
    """A Word document in which a number is another."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, text.replace(was.encode(), now.encode()) if name == "word/document.xml" else text)
    return written.getvalue()


def test_the_figures_that_were_held_against_no_cell_are_listed(desk: Browser) -> None:
    """With the words around them; and where a copy with comments cannot be, it is said."""
    text = "2023年预算执行率为86.80%。全年走访群众731户，印发材料4,120份。".encode()
    sent = [("report", ("报告.txt", text)), ("workbook", ("部门.xlsx", template_of("department-corrected")))]
    page = desk.post("/check-report", data={"copy": "1"}, files=sent)
    assert "content-disposition" not in page.headers
    shown = text_of(page.text)
    assert "只有读得出来的 Word 报告（.docx）能写批注" in shown
    listed = shown.partition("请自己核对")[2]
    assert "全年走访群众731户" in listed
    assert "印发材料4,120份" in listed


def test_a_report_without_its_form_is_told(desk: Browser) -> None:
    assert desk.post("/check-report", files=[("report", ("a.docx", b"PK"))]).status_code == 422
