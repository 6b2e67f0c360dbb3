"""How a letter looks on paper, through another program: one page where there are few errors, all of its words."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn

from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.printed import cut_off
from tests.kit.printed import printed as pages_of
from tests.letters.conftest import Run, case_of, overclaimed, put

pytestmark = [
    needs_libreoffice,
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed"),
]


def printed(letter: Path, out: Path) -> list[str]:
    """The words of each page."""
    try:
        path = converted(out, "pdf", letter)
    except subprocess.CalledProcessError:
        pytest.skip("LibreOffice Writer is not installed")
    if not path.exists():
        pytest.skip("LibreOffice Writer is not installed")
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()
    return text.rstrip("\f").split("\f")


def test_a_letter_with_two_errors_takes_one_page(returns: Path, run: Run, letters: Path, tmp_path: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    letter = letters / "退回意见-水利局.docx"
    (page,) = printed(letter, tmp_path)
    shown = re.sub(r"\s", "", page)
    for cell in (cell for table in Document(str(letter)).tables for row in table.rows for cell in row.cells):
        assert set(re.sub(r"\s", "", cell.text)) <= set(shown)
    assert "—1—" in shown


@pytest.mark.parametrize("reasons", [9, 10, 11])
def test_notes_stand_on_the_page_of_the_signature_and_the_signature_with_text(
    reasons: int, returns: Path, run: Run, letters: Path, tmp_path: Path
) -> None:
    """Contact, rules and check code stood alone on a second page."""
    case = case_of("水利局")
    case["indicators"] = [
        row | {"claimed_points": 1 + row["weight"], "weight": row["weight"] / 5, "name": f"{row['name']}{number}"}
        for number in range(5) for row in case["indicators"]
    ][:reasons]  # fmt: skip
    put(returns, "水利局.xlsx", case)
    run()
    last = re.sub(r"\s", "", printed(letters / "退回意见-水利局.docx", tmp_path)[-1])
    assert "随附评分后的工作簿" in last
    assert "更正或说明。" in last  # two lines at least
    assert last.index("示例县财政局") < last.index("收件联系人") < last.index("校验码")


@pytest.mark.parametrize("projects", [6, 8, 10])
def test_a_reminder_is_not_signed_on_a_page_without_its_text(
    projects: int, returns: Path, run: Run, letters: Path, tmp_path: Path
) -> None:
    put(returns, "水利局.xlsx", case_of("水利局"))
    roster = returns.parent / "项目名单.csv"
    rows = "".join(f"林业局,项目,第{number}期防护林建设\n" for number in range(projects))
    roster.write_text(f"单位名称,表种,项目名称\n{rows}", "utf-8-sig")
    run("--roster", roster)
    last = re.sub(r"\s", "", printed(letters / "催报通知-林业局.docx", tmp_path)[-1])
    assert last.index("如已报送") < last.index("预计报送的时间。") < last.index("示例县财政局")


def test_its_punctuation_is_that_of_the_mainland(returns: Path, run: Run, letters: Path) -> None:
    """Without a language other programs put commas and full stops into the middle of their squares."""
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    for path in letters.glob("*.docx"):
        languages = Document(str(path)).styles.element.iter(qn("w:lang"))
        assert [language.get(qn("w:eastAsia")) for language in languages] == ["zh-CN"]


def test_the_list_is_read_whole_on_paper(returns: Path, run: Run, letters: Path) -> None:
    """The head 报送次数 was cut off."""
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    path = letters / "退回清单.xlsx"
    assert cut_off(openpyxl.load_workbook(path).active, pages_of(path, "退回清单")) == []


def test_type_is_nine_points_or_more(returns: Path, run: Run, letters: Path) -> None:
    put(returns, "水利局.xlsx", overclaimed("水利局"))
    run()
    document = Document(str(letters / "退回意见-水利局.docx"))
    paragraphs = [
        *document.paragraphs,
        *(p for t in document.tables for r in t.rows for c in r.cells for p in c.paragraphs),
    ]
    sizes = {run.font.size.pt for paragraph in paragraphs for run in paragraph.runs if run.text}
    assert sizes == {10.5, 16, 22}


@pytest.mark.parametrize("amount", ["1,650,000元", "1,650,000.00元"])
def test_an_amount_is_not_broken_in_two(
    amount: str, returns: Path, run: Run, letters: Path, tmp_path: Path
) -> None:
    case = case_of("水利局")
    case["funds"][0]["executed"] = amount
    put(returns, "水利局.xlsx", case)
    run()
    (page,) = printed(letters / "退回意见-水利局.docx", tmp_path / "印")
    lines = [line.replace(" ", "") for line in page.splitlines()]
    assert [line for line in lines if amount in line and "“" not in line.partition(amount)[0]]
