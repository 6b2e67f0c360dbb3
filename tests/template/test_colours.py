"""A required box is yellow while it is empty and white once it is filled in; in a scored copy marks are seen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from perf_xlsx import pipeline
from perf_xlsx.sheets.style import MARK_FILLS, OPTIONAL_FILL, REQUIRED_FILL
from tests.kit.filled import changed, template_of
from tests.kit.libreoffice import converted, needs_libreoffice

PROJECT, UNIT = "项目名称", "实施单位"


def _behind(page: Path, label: str) -> str:
    """The colour, as LibreOffice shows it, of the cell behind a label."""
    text = page.read_text("utf-8")
    row = next(row for row in re.findall(r"<tr>.*?</tr>", text, re.S) if label in row)
    cells = re.findall(r"<td.*?</td>", row, re.S)
    behind = cells[next(at for at, cell in enumerate(cells) if label in cell) + 1]
    colour = re.search(r'bgcolor="(#\w{6})"', behind)
    return colour[1].upper() if colour else ""


@needs_libreoffice
def test_a_required_box_turns_white_once_it_is_filled_in(tmp_path: Path) -> None:
    def emptied(book: Any) -> None:
        """It was yellow again in the scored copy, although the first page says that a filled-in box is white."""
        book["基本信息"]["C6"] = None

    (tmp_path / "a.xlsx").write_bytes(changed(template_of("project"), emptied))
    pipeline.score(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    typed = converted(tmp_path, "html", tmp_path / "a.xlsx")
    assert (_behind(typed, f"{PROJECT} *"), _behind(typed, f"{UNIT} *")) == (REQUIRED_FILL, OPTIONAL_FILL)
    scored = converted(tmp_path, "html", tmp_path / "b.xlsx")
    marked = f"#{MARK_FILLS['error'][2:]}"
    assert (_behind(scored, f"{PROJECT} *"), _behind(scored, f"{UNIT} *")) == (marked, OPTIONAL_FILL)
