"""A template recalculated by LibreOffice: what its live formulas show, by their names."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.kit.libreoffice import converted
from tests.kit.parts import edited


def cells(book: Any, name: str) -> tuple[Any, list[Any]]:
    """The sheet and the cells of a defined name."""
    sheet, reference = next(iter(book.defined_names[name].destinations))
    area = book[sheet][reference.replace("$", "")]
    area = area if isinstance(area, tuple) else ((area,),)
    return book[sheet], [cell for row in area for cell in row]


def recalculated(data: bytes, folder: Path) -> Any:
    """The workbook as LibreOffice calculates it: stored results are taken out first."""

    names = [f"xl/worksheets/sheet{n}.xml" for n in range(1, 9)]

    def emptied(text: str) -> str:
        return re.sub(r"(</f>)<v>[^<]*</v>", r"\1", text)

    stripped = edited(data, dict.fromkeys(names, emptied))
    (folder / "in.xlsx").write_bytes(stripped)
    return openpyxl.load_workbook(converted(folder / "out", "xlsx", folder / "in.xlsx"), data_only=True)


def agreed(data: bytes, folder: Path) -> tuple[Any, dict[str, list[Any]]]:
    """The workbook recalculated, and what its live formulas show by name: just what was stored in it."""
    stored, live = openpyxl.load_workbook(io.BytesIO(data), data_only=True), recalculated(data, folder)
    shown: dict[str, list[Any]] = {}
    for name in stored.defined_names:
        if "reference" not in name:
            continue
        sheet, boxes = cells(stored, name)
        for cell in boxes:
            seen = live[sheet.title][cell.coordinate].value
            ours = cell.value if cell.value is not None else ""
            wanted = pytest.approx(ours) if isinstance(ours, float) else ours
            assert ("" if seen is None else seen) == wanted, (sheet.title, cell.coordinate)
            shown.setdefault(name, []).append("" if seen is None else seen)
    return live, shown
