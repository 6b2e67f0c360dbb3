"""Templates that the command makes of workbooks, typed into and read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Finding
from tests.kit.command import command
from tests.live import Form, calculated


def made(source: Path, *more: object) -> Path:
    """The template that the command makes of a workbook, without a word of complaint."""
    output = source.with_name("模板.xlsx")
    result = command("template", "--from", source, "-o", output, "--force", *more)
    assert result.exit_code == 0, result.output
    return output


def opened(path: Path) -> Form:
    """A template, to type into."""
    return Form("", "", openpyxl.load_workbook(path))


def column(form: Form, key: str, rows: int = 5) -> list[Any]:
    """What stands in the first rows of a column of indicators."""
    return [form.cell(f"px_indicators_{key}", row).value for row in range(rows)]


def found(form: Form, folder: Path) -> list[Finding]:
    """What is found in it when it is sent in."""
    form.book.save(folder / "报送.xlsx")
    return list(pipeline.score(folder / "报送.xlsx").findings)


def said(form: Form, name: str) -> str:
    """What a live formula shows, by its name."""
    cell = form.cell(name)
    return str(calculated(form.book)(cell.parent.title, cell.coordinate))
