"""Any workbook as text, a line a cell: for tests, diffs and people who ask what is really in the file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from perf_xlsx.domain.place import column_name
from perf_xlsx.foreign import Original, open_original
from perf_xlsx.ooxml import Package, PackageError


class DumpError(Exception):
    """The workbook cannot be opened; the Chinese message says why."""


def dump(source: Path | bytes) -> str:
    """The workbook as text. Raises DumpError for what is no workbook."""
    import openpyxl  # 0.2 s of start-up that scoring does not need

    data = source if isinstance(source, bytes) else source.read_bytes()
    try:
        if (original := open_original(data)) is not None:
            return "\n".join(_original(original)) + "\n"
        Package.open(data)  # limits and damage are judged before openpyxl sees the file
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data))
            values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except PackageError as error:
        raise DumpError(error.detail) from None
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise DumpError("文件已损坏") from error
    return "\n".join(_book(book, values)) + "\n"


def _original(original: Original) -> Iterator[str]:
    """A workbook of another format: what is read of it."""
    yield f"format {original.format}"
    for key, value in original.properties.items():
        yield f"property {key} = {value}"
    for name in original.names:
        yield f"name {name.name} = {name.refers_to}"
    for sheet, grid in zip(original.sheets, original.grids, strict=True):
        yield ""
        yield f"== {sheet.name}" + ("" if sheet.state == "visible" else f" ({sheet.state})")
        for top, left, bottom, right in grid.merges:
            yield f"merged {column_name(left)}{top}:{column_name(right)}{bottom}"
        for (row, column), cell in sorted(grid.cells.items()):
            marks = [cell.number_format] if cell.number_format != "General" else []
            marks += ["formula"] if cell.formula is not None else []
            shown = repr(cell.error or (str(cell.value) if isinstance(cell.value, Decimal) else cell.value))
            yield f"{column_name(column)}{row} {shown}" + (f"  [{'; '.join(marks)}]" if marks else "")


def _book(book: Any, values: Any) -> Iterator[str]:
    for item in book.custom_doc_props.props:
        yield f"property {item.name} = {item.value}"
    for name in sorted(book.defined_names):
        yield f"name {name} = {book.defined_names[name].attr_text}"
    for sheet in book.worksheets:
        yield ""
        yield from _sheet(sheet, values[sheet.title])


def _sheet(sheet: Any, values: Any) -> Iterator[str]:
    state = "" if sheet.sheet_state == "visible" else f" ({sheet.sheet_state})"
    yield f"== {sheet.title}{state}"
    setup = sheet.page_setup
    facts = {
        "paper": setup.paperSize, "orientation": setup.orientation,
        "fit": f"{setup.fitToWidth}x{setup.fitToHeight}",
        "area": sheet.print_area, "rows": sheet.print_title_rows, "freeze": sheet.freeze_panes,
        "filter": sheet.auto_filter.ref, "protected": sheet.protection.sheet or None,
    }  # fmt: skip
    yield "page " + ", ".join(f"{key} {value}" for key, value in facts.items() if value)
    for merged in sorted(str(merged) for merged in sheet.merged_cells.ranges):
        yield f"merged {merged}"
    for rule in sheet.data_validations.dataValidation:
        yield f"validation {rule.sqref} {rule.type or 'any'} {rule.formula1 or ''} {rule.errorStyle or 'stop'}"
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            yield f"conditional {area.sqref} {rule.type} {' '.join(rule.formula)}"
    for row in sheet.iter_rows():
        for cell in row:
            yield from _cell(cell, values[cell.coordinate].value)


def _cell(cell: Any, value: Any) -> Iterator[str]:
    unlocked = getattr(cell, "protection", None) is not None and not cell.protection.locked
    fill = cell.fill.fgColor.rgb if cell.has_style and cell.fill.fill_type == "solid" else None
    if cell.value is None and cell.comment is None and not (unlocked and fill):
        return
    text = repr(cell.value)
    if cell.data_type == "f":
        text = f"{cell.value} -> {value!r}"
    marks = [cell.number_format] if cell.number_format != "General" else []
    marks += [f"fill {fill}"] if fill else []
    marks += ["unlocked"] if unlocked else []
    marks += [f"note {cell.comment.text!r}"] if cell.comment else []
    yield f"{cell.coordinate} {text}" + (f"  [{'; '.join(marks)}]" if marks else "")
