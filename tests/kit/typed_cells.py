"""Cells of the well-made form as somebody typed over them, and what is told of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from perf_xlsx.domain.model import Indicator, Result
from tests.kit.filled import opened, saved
from tests.kit.outcome import findings_of, scored
from tests.kit.parts import edited

FUNDS, ROWS, END = "预算执行", "绩效指标", "自评结论"

Told = set[tuple[str, str, str | None]]


def typed(data: bytes, change: Callable[[Any], None]) -> bytes:
    """The workbook, changed as openpyxl opens it: with the runs of its texts."""
    book = opened(data, rich_text=True)
    change(book)
    return saved(book)


def changed(data: bytes, folder: Path, change: Callable[[Any], None]) -> Result:
    """The result of a changed workbook."""
    return scored(typed(data, change), folder)


def told(result: Result) -> Told:
    """What was found: code, severity and cell."""
    return {(found.code, found.severity, found.place.cell) for found in result.findings}


def message(result: Result, code: str) -> str:
    """The message of the one finding of a code."""
    (found,) = findings_of(result, code)
    return found.message


def row(result: Result, number: int) -> Indicator:
    """An indicator as it was read."""
    assert result.evaluation is not None
    return result.evaluation.indicators[number]


def put(data: bytes, sheet: str, cells: dict[str, str]) -> bytes:
    """Cells as XML, in the places of those that stand there: openpyxl stores no formula's result."""
    names = {ws.title: number for number, ws in enumerate(opened(data).worksheets, 1)}

    def change(xml: str) -> str:
        for cell, content in cells.items():
            kind = ' t="str"' if "<v>=" in content or content.endswith("<v></v>") else ""
            kind = ' t="e" vm="1"' if "<v>#VALUE!</v>" in content else kind
            xml, count = re.subn(
                rf'<c r="{cell}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)', rf'<c r="{cell}"\1{kind}>{content}</c>', xml
            )
            assert count == 1, cell
        return xml

    return edited(data, {f"xl/worksheets/sheet{names[sheet]}.xml": change})
