"""Our own reports held against their form: every figure is traced by its bookmark, and a change is found exactly."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx.cli.stories import case_text
from tests.kit.command import command
from tests.kit.filled import filled
from tests.kit.layouts import LAYOUTS
from tests.kit.word_report import WordReport

FIGURE = re.compile(rb'(w:name="_px[^"]*"/><w:r><w:t[^>]*>)([^<]*)(</w:t>)')
SHARE_BOUND = 0.98


def held(folder: Path) -> dict[str, Any]:
    """What check-report says of report.docx beside returned.xlsx."""
    done = command("check-report", folder / "report.docx", "--with", folder / "returned.xlsx", "--json")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def document_of(folder: Path) -> bytes:
    """The text of report.docx as XML."""
    return WordReport((folder / "report.docx").read_bytes()).parts["word/document.xml"]


def replace_document(folder: Path, text: bytes) -> None:
    """Write report.docx with another text."""
    parts = WordReport((folder / "report.docx").read_bytes()).parts
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in (parts | {"word/document.xml": text}).items():
            archive.writestr(name, data)
    (folder / "report.docx").write_bytes(out.getvalue())


def own_words(name: str) -> bytes:
    """A case without what the unit writes itself: the report has nothing but our sentences."""
    data = json.loads(case_text(name)) | {"passages": {}}
    data |= {"goal": {}} if data["form"] == "project" else {}
    for row in data["indicators"]:
        row |= {"reason": row.get("reason") and "已说明", "improvement": row.get("improvement") and "已安排"}
    return filled(data)


@pytest.mark.parametrize("figures", ["claimed", "computed"])
@pytest.mark.parametrize("name", ["department-corrected", "department-as-filed", "project"])
def test_our_own_report_agrees_with_its_form(name: str, figures: str, tmp_path: Path) -> None:
    (tmp_path / "returned.xlsx").write_bytes(own_words(name))
    command("report", tmp_path / "returned.xlsx", "-o", tmp_path / "report.docx", "--figures", figures)
    found = held(tmp_path)
    verdicts = [one["verdict"] for one in found["figures"]]
    assert not {"differs", "elsewhere"} & set(verdicts)
    assert verdicts.count("unbound") <= (1 - SHARE_BOUND) * len(verdicts)
    assert verdicts.count("agrees") > 100


@pytest.mark.parametrize("name", ["department-corrected", "project"])
def test_nor_does_what_the_unit_wrote_itself_differ(name: str, tmp_path: Path) -> None:
    (tmp_path / "returned.xlsx").write_bytes(filled(case_text(name)))
    command("report", tmp_path / "returned.xlsx", "-o", tmp_path / "report.docx")
    assert {one["code"] for one in held(tmp_path)["findings"]} == {"P09"}  # blanks to fill in


@pytest.mark.parametrize("layout", LAYOUTS)
def test_so_does_the_report_of_an_official_layout(layout: str, tmp_path: Path) -> None:
    LAYOUTS[layout]().save(tmp_path / "returned.xlsx")
    command("report", tmp_path / "returned.xlsx", "-o", tmp_path / "report.docx")
    wrong = [one for one in held(tmp_path)["figures"] if one["verdict"] in ("differs", "elsewhere")]
    assert wrong == []


def test_every_figure_that_somebody_changed_is_found_with_its_cell(tmp_path: Path) -> None:
    (tmp_path / "returned.xlsx").write_bytes(own_words("department-corrected"))
    command("report", tmp_path / "returned.xlsx", "-o", tmp_path / "report.docx")
    changed, count = FIGURE.subn(_one_more, document_of(tmp_path))
    replace_document(tmp_path, changed)
    numbers = [
        one for one in held(tmp_path)["figures"] if one["role"] not in ("date", "grade", "ordinal", "outside")
    ]
    assert count > 100
    agreed = [one["text"] for one in numbers if one["verdict"] == "agrees"]
    assert agreed == []
    assert sum(one["cell"] is not None for one in numbers) > 100


@pytest.fixture
def reported(tmp_path: Path) -> Path:
    """The folder of a form and of our report on it."""
    (tmp_path / "returned.xlsx").write_bytes(own_words("department-corrected"))
    command("report", tmp_path / "returned.xlsx", "-o", tmp_path / "report.docx")
    return tmp_path


def test_another_year_before_figures_of_ours_is_found(reported: Path) -> None:
    """Their bookmarks say that they are of this year."""
    text = document_of(reported).decode()
    sentence = re.search(r"(20\d\d)年全年实际支出", re.sub("<[^>]*>", "", text))
    assert sentence
    year = int(sentence[1])
    at = re.search(rf"{year}(?=(?:<[^>]*>)*年(?:<[^>]*>)*全年实际支出)", text)
    assert at
    replace_document(reported, f"{text[: at.start()]}{year - 1}{text[at.end() :]}".encode())
    assert [one["code"] for one in held(reported)["findings"] if one["code"] != "P09"] == ["P08"]


def test_another_unit_in_the_box_of_our_own_report_is_found(reported: Path) -> None:
    text = document_of(reported).decode()
    at = text.index("（公章）：") + len("（公章）：")
    end = text.index("<", at)
    replace_document(reported, f"{text[:at]}邻县财政局{text[end:]}".encode())
    assert [one["code"] for one in held(reported)["findings"] if one["code"] != "P09"] == ["P08"]


def test_a_bookmark_around_a_whole_sentence_says_of_no_figure_what_it_is(reported: Path) -> None:
    """A program that joins the runs of a paragraph leaves the bookmark of its first figure around all of them."""
    text = document_of(reported).decode()
    paragraph = next(
        one for one in re.findall(r"<w:p>.*?</w:p>", text) if "年全年实际支出" in re.sub("<[^>]*>", "", one)
    )
    runs = re.findall(r"<w:t[^>]*>([^<]*)</w:t>", paragraph)
    year = next(n for n, run in enumerate(runs) if run.endswith("年"))
    joined = iter(["".join(runs) if n == year else "" for n in range(len(runs))])
    moved = re.sub(r"(<w:t[^>]*>)[^<]*(</w:t>)", lambda run: f"{run[1]}{next(joined)}{run[2]}", paragraph)
    replace_document(reported, text.replace(paragraph, moved).encode())
    assert {one["code"] for one in held(reported)["findings"]} <= {"P09"}


def _one_more(found: re.Match[bytes]) -> bytes:
    """A figure whose first digit is another one."""
    text = found[2].decode()
    digit = re.search(r"\d", text)
    if digit is None or "年" in text:
        return found[0]
    other = text[: digit.start()] + str(9 - int(digit[0])) + text[digit.end() :]
    return found[1] + other.encode() + found[3]
