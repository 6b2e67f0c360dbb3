"""How a letter looks on paper, through another program: one page where there are few errors, all of its words."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from docx import Document

from tests.kit.libreoffice import converted, needs_libreoffice
from tests.letters.conftest import Run, overclaimed, put

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
