"""Any workbook as text, a line a cell: for tests, diffs and people who ask what is really in the file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from perf_xlsx.domain.place import column_name
from perf_xlsx.foreign import ForeignWorkbook, open_original
from perf_xlsx.ooxml import Cell, Package, PackageError


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


def _original(original: ForeignWorkbook) -> Iterator[str]:
    """A workbook of another format: what is read of it."""
    yield f"format {original.format}"
    yield from (f"property {key} = {value}" for key, value in original.properties.items())
    yield from (f"name {name.name} = {name.refers_to}" for name in original.names)
    for sheet, grid in zip(original.sheets, original.grids, strict=True):
        yield ""
        yield f"== {sheet.name}" + ("" if sheet.state == "visible" else f" ({sheet.state})")
        for top, left, bottom, right in grid.merges:
            yield f"merged {column_name(left)}{top}:{column_name(right)}{bottom}"
        for (row, column), cell in sorted(grid.cells.items()):
            yield f"{column_name(column)}{row} {_read(cell)}"


def _read(cell: Cell) -> str:
    shown = repr(cell.error or (str(cell.value) if isinstance(cell.value, Decimal) else cell.value))
    marks = [cell.number_format] if cell.number_format != "General" else []
    return _marked(shown, marks + (["formula"] if cell.formula is not None else []))


def _marked(text: str, marks: list[str]) -> str:
    return f"{text}  [{'; '.join(marks)}]" if marks else text


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
    yield from (f"merged {merged}" for merged in sorted(map(str, sheet.merged_cells.ranges)))
    for rule in sheet.data_validations.dataValidation:
        yield f"validation {rule.sqref} {rule.type or 'any'} {rule.formula1 or ''} {rule.errorStyle or 'stop'}"
    for area in sheet.conditional_formatting:
        yield from (f"conditional {area.sqref} {rule.type} {' '.join(rule.formula)}" for rule in area.rules)
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        yield from _cell(cell, values[cell.coordinate].value)


def _cell(cell: Any, value: Any) -> Iterator[str]:
    unlocked = getattr(cell, "protection", None) is not None and not cell.protection.locked
    fill = cell.fill.fgColor.rgb if cell.has_style and cell.fill.fill_type == "solid" else None
    if cell.value is None and cell.comment is None and not (unlocked and fill):
        return
    text = f"{cell.value} -> {value!r}" if cell.data_type == "f" else repr(cell.value)
    marks = (
        cell.number_format if cell.number_format != "General" else "",
        f"fill {fill}" if fill else "",
        "unlocked" if unlocked else "",
        f"note {cell.comment.text!r}" if cell.comment else "",
    )
    yield f"{cell.coordinate} {_marked(text, [mark for mark in marks if mark])}"
