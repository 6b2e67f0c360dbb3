"""What the tests of letters share: a folder of returns, scored by the command as an officer does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from docx import Document

from tests.kit.command import command
from tests.kit.filled import filled, well_made

ROSTER = (
    "单位名称,单位代码,表种,联系人\n"
    "水利局,102,部门,李四 0991-2\n教育局,101,部门,张三 0991-1\n民政局,103,部门,王五 0991-3\n林业局,104,部门,赵六\n"
)

Case = Mapping[str, Any]
Run = Callable[..., Result]


@pytest.fixture
def returns(tmp_path: Path) -> Path:
    """An empty folder for returns, with a list of units beside it."""
    (tmp_path / "名单.csv").write_text(ROSTER, "utf-8-sig")
    (path := tmp_path / "收回").mkdir()
    return path


@pytest.fixture
def run(returns: Path) -> Run:
    """Score the folder into 结果, without other processes."""

    def score(*more: object, out: str = "结果", source: Path = returns) -> Result:
        roster = returns.parent / "名单.csv"
        words = ("--roster", roster, "--deadline", "2026-03-31", "--sender", "示例县财政局", "--jobs", "1")
        return command("score", source, "-o", returns.parent / out, *words, *more)

    return score


@pytest.fixture
def letters(returns: Path) -> Path:
    """Where the letters are."""
    return returns.parent / "结果" / "退回"


def case_of(unit: str, **more: Any) -> dict[str, Any]:
    """A form of the unit with nothing wrong in it."""
    return well_made() | {"unit": unit} | more


def overclaimed(unit: str, **row: Any) -> dict[str, Any]:
    """The form, three quarters of its first target reached, and all points claimed; and its row changed."""
    case = case_of(unit)
    case["indicators"][0] |= {
        "actual": 150000,
        "claimed_completion": "75%",
        "reason": "设备到货晚，少做四分之一。",
        "improvement": "已到货，次年一季度补做。",
    } | row
    return case


def put(folder: Path, name: str, case: Case) -> Path:
    path = folder / name
    path.write_bytes(filled(case))
    return path


def words(path: Path) -> list[str]:
    """The paragraphs of a letter, then the rows of its tables, cells parted by bars."""
    document = Document(str(path))
    rows = [" | ".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows]
    return [*(paragraph.text for paragraph in document.paragraphs if paragraph.text), *rows]
