"""Official layouts in other formats, and what was carried over into our template."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from msgspec.structs import asdict

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result, SelfEvaluation
from perf_xlsx.domain.quantity import parse_quantity
from perf_xlsx.results.recording import as_json
from perf_xlsx.sheets.origin import ORIGIN
from tests.kit.foreign_workbooks import biff5, xlsb
from tests.kit.layouts import Paper

BUILDS = {"xlsb": xlsb, "xls": biff5}


def both(paper: Paper, folder: Path, suffix: str, rulebook: str | None = None) -> tuple[Result, Result]:
    """The result of the form in that format, its copy in out.xlsx, and that of the .xlsx."""
    source = paper.save(folder / "报送.xlsx")
    (folder / f"报送.{suffix}").write_bytes(BUILDS[suffix](source.read_bytes()))
    transferred = pipeline.score(folder / f"报送.{suffix}", folder / "out.xlsx", rulebook)
    return transferred, pipeline.score(source, rulebook=rulebook)


def without_places(found: Any) -> Any:
    """A result without addresses, and without the typing of values."""
    if isinstance(found, dict):
        return {
            key: without_places(value)
            for key, value in found.items()
            if key not in ("cell", "cells", "sheet", "given")
        }
    return [without_places(item) for item in found] if isinstance(found, list | tuple) else found


def values(result: Result) -> dict[str, Any]:
    found = as_json(result)
    unlike = ("file", "sha256", "output", "findings", "passages", "check_code")  # the code is of the cells too
    evaluation = result.evaluation
    assert evaluation is not None
    boxes = {key: box.value for key, box in evaluation.boxes.items()} | {"unit": evaluation.unit}
    texts = sorted((p.title.value or "", p.text.value or "") for p in evaluation.passages)
    projects = [
        [entry.value for key, entry in asdict(project).items() if key != "extras"]
        for project in evaluation.projects
    ]
    read = {"boxes": boxes, "funds": money(evaluation), "projects": projects, "passages": texts}
    return read | {key: without_places(found[key]) for key in found if key not in unlike}


def money(evaluation: SelfEvaluation) -> dict[str, list[Decimal | None]]:
    """The amounts and rate of every line."""
    columns = ("initial", "adjustment", "adjusted", "executed", "claimed_rate")
    return {key: [getattr(line, column).value for column in columns] for key, line in evaluation.funds.items()}


def said(result: Result, *without: str) -> list[tuple[Any, ...]]:
    return sorted(
        (f.code, f.severity, f.field, f.given or "", f.expected or "", _bare(f.message))
        for f in result.findings
        if f.code not in ("R18", *without)
    )


def _bare(message: str) -> str:
    return message.partition("：")[2] if message.startswith("原文件") else message


def origin(path: Path) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """来源对照: what was carried over (box, place, cell, content, note) and what was not (cell, content)."""
    rows = list(openpyxl.load_workbook(path)[ORIGIN].iter_rows(min_row=4, values_only=True))
    start = next((n for n, row in enumerate(rows) if str(row[0]).startswith("没有带入")), len(rows) + 1)
    transferred = [(row[1], row[2], row[4], row[5], row[6]) for row in rows[: start - 1]]
    return transferred, [(row[4], row[5]) for row in rows[start + 2 :]]


def number(value: object) -> Decimal | None:
    quantity = parse_quantity(str(value))
    return quantity and round(quantity.number / (100 if quantity.unit == "%" else 1), 6)
