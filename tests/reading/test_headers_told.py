"""The law of headers: each label inside a form's tables is read, or named in R19."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from perf_xlsx.ooxml import Grid, Package
from perf_xlsx.reading.layout import Header
from perf_xlsx.reading.official.labels import core
from perf_xlsx.reading.read import Reading, read
from tests import FIXTURES
from tests.kit.layouts import LAYOUTS
from tests.kit.parted import parted

FORMS = sorted([*(FIXTURES / "published").glob("*.xlsx"), *(FIXTURES / "kinds").glob("*.xlsx")])
SEEDS = range(60)
WORDS = (
    "符号",
    "值",
    "单位",
    "备注",
    "甲乙",
    "数值",
    "目标值",
    "等级",
    "计量单位",
    "性质",
    "标准",
    "依据",
    "说明（甲）",
)


def untold(path: Path) -> list[str]:
    """The labels of a workbook's tables that are neither read nor named."""
    readings = read(Package.open(path), path.name)
    return [
        text
        for reading in readings
        if reading.layout and reading.layout.official
        for header in (reading.layout.official.indicators, reading.layout.official.projects)
        if header
        for text in _untold(header, reading.sheets.grids[header.sheet], reading)
    ]


def _untold(header: Header, grid: Grid, reading: Reading) -> Iterator[str]:
    said = " ".join(core(f.message) for f in reading.findings if f.code in ("R19", "R06"))
    read_as = {core(part) for title in header.titles.values() for part in title.split("·")}
    first = min(header.columns.values())
    for (row, column), cell in grid.cells.items():
        if not cell.label or not header.top <= row <= header.bottom or column < first:
            continue
        text = core(cell.label)
        if not (text in read_as or text in said or _is_above(grid, row, column, header)):
            yield cell.label


def _is_above(grid: Grid, row: int, column: int, header: Header) -> bool:
    """Whether it is a heading over labels, or the weight of a level."""
    right = next((right for top, left, _, right in grid.merges if (top, left) == (row, column)), column)
    below = range(row + 1, header.bottom + 1)
    labels = [grid.cells.get((at, c)) for at in below for c in range(column, right + 1)]
    return any(cell and cell.label for cell in labels) or column in header.level_weights.values()


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_of_published_forms(path: Path) -> None:
    assert untold(path) == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_of_layouts(name: str, tmp_path: Path) -> None:
    assert untold(LAYOUTS[name]().save(tmp_path / "a.xlsx")) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_of_drawn_headers(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    labels = tuple(draw.sample(WORDS, 3))
    paper = parted(labels, actual=tuple(draw.sample(WORDS, 3)) if draw.random() < 0.6 else ())
    for column in draw.sample("MNO", 2):
        paper.put(f"{column}8:{column}9", draw.choice(WORDS))
    assert untold(paper.save(tmp_path / "a.xlsx")) == []
