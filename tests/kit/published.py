"""Published forms (fixtures/published): as they are, blank, adopted, and filled in again."""

from __future__ import annotations

import io
import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import MergedCell

from tests import CASES, FIXTURES
from tests.kit.command import command

PUBLISHED = FIXTURES / "published"
MEANINGS = tomllib.loads((CASES / "表样的含义.toml").read_text("utf-8"))
SHEET = "各栏的含义"
FIRST = 7  # row of the first label on that sheet
YEAR = re.compile(r"20\d\d\s*年度?")


@cache
def expected() -> Mapping[str, Any]:
    """What a careful person reads of each form."""
    found: Mapping[str, Any] = json.loads((PUBLISHED / "expect.json").read_text("utf-8"))
    return found


def published(name: str) -> Path:
    """The form with its published figures."""
    return PUBLISHED / f"{name}.xlsx"


def blanked(name: str, path: Path) -> Path:
    """The form as a person would empty it: labels, levels, dashes and remarks stay."""
    book, labels = openpyxl.load_workbook(published(name)), MEANINGS[name]
    sheet = book[_sheet_of(book, labels)]
    levels = [
        sheet[cell].column for cell, words in labels.items() if words in ("指标栏：一级指标", "指标栏：二级指标")
    ]
    head = next(sheet[cell].row for cell, words in labels.items() if words == "指标栏：三级指标")
    for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
        text, words = str(cell.value), labels.get(cell.coordinate)
        if words is not None:
            if re.search(r"[:：]\s*\S", text) and not re.match("注|备注|报表|其中", text) and len(text) < 40:
                cell.value = re.match(r"[^:：]*[:：]", text)[0]
        elif not (_is_printed(text) or (cell.row > head and cell.column in levels) or cell.row < 3):
            cell.value = None
    book.save(path)
    return path


def _sheet_of(book: Any, labels: Mapping[str, str]) -> str:
    """The sheet that has something in every labelled cell."""
    return next(sheet.title for sheet in book if all(sheet[cell].value is not None for cell in labels))


def _is_printed(text: str) -> bool:
    return text in ("—", "/", "-", "……") or "年度）" in text or "自评" in text or "□" in text


def adopted(path: Path, *options: object, form: str = "表样") -> Path:
    """The form's file that `adopt` writes beside the workbook."""
    file = path.parent / f"{form}.toml"
    result = command("adopt", path, "-o", file, *options)
    assert result.exit_code == 0, result.output
    return file


def checking(file: Path) -> Path:
    """The workbook for checking that stands beside the form's file."""
    return file.with_name(f"{file.stem}（核对）.xlsx")


def proposed(file: Path) -> dict[str, str]:
    """What the workbook for checking says of each cell."""
    rows = openpyxl.load_workbook(checking(file))[SHEET].iter_rows(min_row=FIRST, max_col=7, values_only=True)
    return {str(row[1]): str(row[3] or "") for row in rows if row[1]}


def template(file: Path, year: int, *options: object) -> Path:
    """The template that an adopted form gives."""
    path = file.with_name("模板.xlsx")
    result = command("template", "--form", file, "--year", year, "-o", path, "--force", *options)
    assert result.exit_code == 0, result.output
    return path


def filled_in(path: Path, name: str, out: Path) -> Path:
    """A template with the published answers typed in: only into cells that are not locked."""
    answers, book = openpyxl.load_workbook(published(name)), openpyxl.load_workbook(path)
    for source in answers:
        sheet = book[source.title]
        for cell in (cell for row in source.iter_rows() for cell in row if cell.value is not None):
            box = sheet[cell.coordinate]
            dated = YEAR.search(str(cell.value)) and YEAR.search(str(box.value))  # a title
            if box.value == cell.value or isinstance(box, MergedCell) or dated:
                continue
            assert not box.protection.locked, (name, cell.coordinate, cell.value)
            box.value = cell.value
            if isinstance(cell.value, str):
                box.data_type = "s"
    book.save(out)
    return out


def record(path: Path, *options: object) -> dict[str, Any]:
    """What `check` reads of a workbook."""
    found: dict[str, Any] = json.loads(command("check", path, *options, "--json").stdout.splitlines()[0])
    return found


def opened(data: bytes) -> Any:
    """A workbook as openpyxl has it."""
    return openpyxl.load_workbook(io.BytesIO(data))
