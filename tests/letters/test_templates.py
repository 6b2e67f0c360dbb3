"""A bureau's own letters: the shipped templates, changed in Word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openxml_audit import OpenXmlValidator

from tests.kit.command import command
from tests.letters.conftest import Run, overclaimed, put, words


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The shipped templates, as the command writes them."""
    done = command("letters", "-o", tmp_path / "模板")
    assert done.exit_code == 0, done.output
    assert "【更正.位置】" in done.output
    return tmp_path / "模板"


def template(own: Path, *paragraphs: tuple[str, ...]) -> None:
    """A template of these paragraphs, each in the runs that Word may spread a text over."""
    document: Any = Document()
    for runs in paragraphs:
        paragraph = document.add_paragraph()
        for text in runs:
            paragraph.add_run(text).bold = True
    document.save(str(own / "退回意见.docx"))


def test_the_shipped_templates_are_sound_and_stay_where_they_are(own: Path) -> None:
    for path in own.iterdir():
        assert OpenXmlValidator().validate(str(path)).is_valid
    again = command("letters", "-o", own)
    assert again.exit_code == 2
    assert "已经存在" in again.output
    assert command("letters", "-o", own, "--force").exit_code == 0


def test_letters_are_sound_word_documents(returns: Path, run: Run, letters: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    for path in letters.glob("*.docx"):
        assert OpenXmlValidator().validate(str(path)).is_valid, path


def test_a_field_may_be_spread_over_runs_and_a_paragraph_repeated(
    own: Path, returns: Path, run: Run, letters: Path
) -> None:
    template(
        own,
        ("致【单", "位】：第【更正", "数】", "项"),
        ("【更正.序号】、", "【更正.", "位置】应为【更正.应为】"),
        ("【如有说明】没有要说明的，这一段不在",),
        ("【如有校验码】校验码【校验码】",),
        ("【如有更正】请更正",),
    )
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    done = run("--letter-templates", own)
    found = words(letters / "退回意见-水利局.docx")
    assert [text for text in found if not text.startswith("校验码")] == [
        "致水利局：第2项",
        "1、绩效指标 M6应为15",
        "2、自评结论 C7应为93.03",
        "请更正",
    ], done.output
    assert words(letters / "催报通知-民政局.docx")[0] == "绩效自评表催报通知"


def test_an_unknown_field_is_refused_before_anything_is_scored(own: Path, returns: Path, run: Run) -> None:
    template(own, ("致【单位名】：【更正.单元】",))
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    done = run("--letter-templates", own)
    assert done.exit_code == 2
    assert "退回意见.docx 里有不认识的栏目：【单位名】、【更正.单元】。可用的有【单位】" in done.output
    assert not (returns.parent / "结果").exists()


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"%PDF-1.7"])
def test_what_is_no_word_document_is_refused(data: bytes, own: Path, returns: Path, run: Run) -> None:
    (own / "退回意见.docx").write_bytes(data)
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    done = run("--letter-templates", own)
    assert done.exit_code == 2
    assert "退回意见.docx 读不出来" in done.output


def test_a_folder_without_templates_is_wrong_usage(tmp_path: Path, returns: Path, run: Run) -> None:
    (empty := tmp_path / "空").mkdir()
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    done = run("--letter-templates", empty)
    assert done.exit_code == 2
    assert "样板用 perf-xlsx letters 写出" in done.output


@pytest.mark.parametrize("date", ["2026-3-31", "2026-02-30", "明天"])
def test_a_deadline_is_a_date(date: str, returns: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    done = command("score", returns, "-o", returns.parent / "结果", "--deadline", date)
    assert (done.exit_code, done.stderr) == (2, f"错误：--deadline {date} 不是日期，应写成 2026-03-31 这样。\n")
