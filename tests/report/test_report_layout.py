"""How a report looks: GB/T 9704-2012, measured in the PDF that LibreOffice makes of it."""

from __future__ import annotations

import re
import subprocess
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from docx.oxml.ns import qn

from tests.kit.filled import filled, template_of, well_made
from tests.kit.libreoffice import converted, needs_writer
from tests.kit.word_report import WordReport, reported

WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')
POINTS_PER_MM = 72 / 25.4


Lines = dict[float, list[tuple[float, float, str]]]  # by height: left, right, text


def pages(report: WordReport, folder: Path) -> list[Lines]:
    """The words of each page of the report as PDF, by line."""
    (folder / "pages.docx").write_bytes(report.data)
    pdf = converted(folder, "pdf", folder / "pages.docx")
    done = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, check=True, text=True)
    found = []
    for page in done.stdout.split("<page ")[1:]:
        lines: Lines = defaultdict(list)
        for left, top, right, bottom, text in WORD.findall(page):
            lines[round((float(top) + float(bottom)) / 2)].append((float(left), float(right), text))
        found.append(dict(sorted(lines.items())))
    return found


@pytest.fixture(scope="module")
def prose(tmp_path_factory: pytest.TempPathFactory) -> list[Lines]:
    """The pages of a report with a long passage of nothing but characters."""
    data: dict[str, Any] = well_made()
    data["passages"]["年度重点工作"] = "一二三四五六七八九十" * 200
    folder = tmp_path_factory.mktemp("prose")
    return pages(reported(folder, data), folder)


@needs_writer
def test_a_page_has_22_lines_of_28_characters(prose: list[Lines]) -> None:
    whole = [
        page
        for page in prose
        if all("一二三" in "".join(w[2] for w in words) for words in list(page.values())[:-1])
    ]
    assert len(whole) > 1
    for page in whole[:-1]:  # the last may end early, so that headings stay with their text
        lines = list(page.values())[:-1]  # but the page's number
        assert len(lines) == 22
        assert {len("".join(word[2] for word in words)) for words in lines[:-1]} == {28}


@needs_writer
def test_the_text_stands_where_the_standard_wants_it(prose: list[Lines]) -> None:
    page = next(page for page in prose if len(page) == 23)
    left = min(word[0] for words in list(page.values())[:-1] for word in words)
    right = max(word[1] for words in list(page.values())[:-1] for word in words)
    assert left == pytest.approx(28 * POINTS_PER_MM, abs=2)
    assert right == pytest.approx(184 * POINTS_PER_MM, abs=2)
    top, *_, bottom, _ = page
    assert top - 14.5 == pytest.approx(37 * POINTS_PER_MM, abs=4)
    assert bottom + 14.5 == pytest.approx(262 * POINTS_PER_MM, abs=4)


@needs_writer
def test_page_numbers_stand_outside_with_dashes(prose: list[Lines]) -> None:
    for number, page in enumerate(prose, 1):
        height, words = list(page.items())[-1]
        assert "".join(word[2] for word in sorted(words)) == f"—{number}—"
        assert height == pytest.approx((262 + 7) * POINTS_PER_MM, abs=6)
        one = 14  # a character of its size
        if number % 2:
            assert max(word[1] for word in words) == pytest.approx(184 * POINTS_PER_MM - one, abs=3)
        else:
            assert min(word[0] for word in words) == pytest.approx(28 * POINTS_PER_MM + one, abs=3)


@needs_writer
def test_a_table_over_several_pages_repeats_its_head(tmp_path: Path) -> None:
    data = well_made("project")
    first = data["indicators"][0]
    data["indicators"] = [first | {"name": f"甲指标{number}", "weight": 1} for number in range(90)]
    report = reported(tmp_path, filled(data), code=1)
    heads = [
        "".join(word[2] for word in sorted(words)) for page in pages(report, tmp_path) for words in page.values()
    ]
    assert Counter(heads)["指标名称预期指标值实际完成值完成率分值得分"] >= 3


def test_every_style_names_its_fonts_for_chinese_text(tmp_path: Path) -> None:
    report = reported(tmp_path, template_of("department-corrected"))
    fonts = {}
    for style in report.document.styles.element.iter(qn("w:style")):
        found = style.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
        if style.get(qn("w:type")) == "paragraph":
            fonts[style.find(qn("w:name")).get(qn("w:val"))] = found.get(qn("w:eastAsia"))
    assert fonts == {
        "Normal": "仿宋_GB2312", "Title": "方正小标宋简体", "Subtitle": "楷体_GB2312", "heading 1": "黑体",
        "heading 2": "楷体_GB2312", "heading 3": "仿宋_GB2312", "heading 4": "仿宋_GB2312",
        "报告正文": "仿宋_GB2312", "caption": "黑体", "报告提示": "仿宋_GB2312",
        "报告表格": "仿宋_GB2312", "footer": "宋体",
    }  # fmt: skip


def test_the_page_is_that_of_the_standard(tmp_path: Path) -> None:
    section = reported(tmp_path, template_of("department-corrected")).document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
