"""Required boxes that nobody filled: counted by formulas while the unit types, and here for what is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perf_xlsx.forms import Block, Box, Boxes, Form, Line, Lines, Rows
from perf_xlsx.forms.case import Fill, Typed
from perf_xlsx.workbook.template.hints import blank, is_blank


def counter_name(position: int) -> str:
    """The name of the counter on the form's sheet at that position."""
    return f"px_counter_{position + 1}"


def box_value(fill: Fill | None, box: Box) -> Typed:
    """What is typed into a single box."""
    return fill.boxes.get(box.key) if fill else box.preset or None


def line_value(fill: Fill | None, block: Lines, line: Line, box: Box) -> Typed:
    """What is typed into a column of a line."""
    return fill.lines.get((block.key, line.key, box.key)) if fill else None


def fill_rows(fill: Fill | None, block: Rows) -> list[Mapping[str, Typed]]:
    """What is typed into a table's rows."""
    if fill and block.key in fill.rows:
        return list(fill.rows[block.key])
    keys = [box.key for box in block.columns]
    return [dict(zip(keys, preset, strict=False)) for preset in block.preset]


def missing_in_form(fill: Fill | None, form: Form) -> int:
    """How many required boxes of a form are empty."""
    return sum(missing_in(fill, block) for sheet in form.sheets for block in sheet.blocks)


def missing_in(fill: Fill | None, block: Block) -> int:
    """How many required boxes of a block are empty."""
    match block:
        case Boxes():
            return sum(is_blank(box_value(fill, box)) for box in block.boxes if box.required)
        case Lines():
            owed = [(line, box) for line in block.lines for box in block.columns if box.key in line.required]
            return sum(is_blank(line_value(fill, block, line, box)) for line, box in owed)
        case Rows():
            return _missing_rows(block, fill_rows(fill, block))


def _missing_rows(block: Rows, rows: Sequence[Mapping[str, Typed]]) -> int:
    """Of the rows in use; one is owed where the table is of indicators."""
    keys = required_columns(block)
    counts = [sum(is_blank(row.get(key)) for key in keys) for row in rows]
    missing = sum(count for count in counts if count < len(keys))
    return missing + (block.key == "indicators" and all(is_blank(row.get(keys[0])) for row in rows))


def required_columns(block: Rows) -> list[str]:
    """The keys of the columns that a row must have."""
    return [box.key for box in block.columns if box.required]


def missing_cell(cell: str) -> str:
    """1 where the cell is empty, as a formula."""
    return f"--{blank(cell)}"


def missing_rows(block: Rows, ranges: Mapping[str, str]) -> list[str]:
    """What is missing in a table, as formulas; `ranges` are its columns by their keys."""
    keys = required_columns(block)
    if not keys:
        return []
    count = "+".join(blank(ranges[key]) for key in keys)
    terms = [f"SUMPRODUCT(({count}<{len(keys)})*({count}))"]
    if block.key == "indicators":
        terms.append(f"(SUMPRODUCT(1-{blank(ranges[keys[0]])})=0)")
    return terms
