"""Forms as bureaus have them, each filled in by a sample unit: saved as workbooks, changed cell by cell."""

from __future__ import annotations

import tomllib
from pathlib import Path

import openpyxl

from tests import CASES

FORMS = tomllib.loads((CASES / "单位的表样.toml").read_text("utf-8"))
SUB_HEADERS = {"F13": "指标值", "G13": "计量单位", "H13": "比较", "I13": "完成值", "J13": "量纲"}  # each its own


def bureau_form(name: str, path: Path, **cells: object) -> Path:
    """Save a form of `cases/单位的表样.toml`; `cells` change what stands there."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "自评表"
    for cell, value in {**FORMS[name]["cells"], **cells}.items():
        sheet[cell] = value
        if isinstance(value, str):
            sheet[cell].data_type = "s"  # "=100%" is a target, no formula
    for area in FORMS[name]["merged"].split():
        sheet.merge_cells(area)
    book.save(path)
    return path
