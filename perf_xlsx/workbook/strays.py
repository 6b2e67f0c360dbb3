"""What a person wrote on a form's sheets outside every box: none of it is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from decimal import Decimal
from functools import cache

from perf_xlsx.forms import Box, Boxes, Form, Lines, Rows
from perf_xlsx.ooxml import Cell, Grid
from perf_xlsx.target import same_label
from perf_xlsx.workbook.intake import as_shown
from perf_xlsx.workbook.locate import Address, Layout, Sheets
from perf_xlsx.workbook.template_blocks import COMPUTED_HELP, LEGEND, NUMBER

_COUNTER = re.compile(r"✔ 必填项已填齐|还有 \d+ 个必填格未填")


def strays(form: Form, sheets: Sheets, layout: Layout) -> Iterator[Address]:
    """Every cell with content that is no box and nothing that the template prints or computes, sheet by sheet."""
    taken = _taken(sheets, layout)
    words = printed(form)
    titles = tuple(same_label(sheet.title) for sheet in form.sheets)
    own_hints = {same_label(sheet.hint) for sheet in form.sheets}  # the counter of empty boxes stands behind them
    for sheet in sorted({sheet for sheet, _, _ in taken}):
        grid, computed = sheets.grids[sheet], _computed(form, sheets, sheet)
        heads = _head_rows(sheets, sheet, words)
        hints = {row for row, _, text in sheets.texts[sheet] if text in own_hints}
        columns = {column for at_sheet, _, column in taken if at_sheet == sheet}
        for (row, column), cell in sorted(grid.cells.items()):
            if (sheet, row, column) in taken or (row in heads and column in columns) or not as_shown(cell):
                continue
            if row in hints and (cell.formula is not None or _COUNTER.fullmatch(as_shown(cell))):
                continue
            if computed.get(column, row) < row and (isinstance(cell.value, Decimal) or cell.formula is not None):
                continue
            if not _is_printed(cell, words, titles if row <= min(hints, default=row) else ()):
                yield sheet, row, column


def _is_printed(cell: Cell, words: Set[str], titles: tuple[str, ...]) -> bool:
    """Whether the template prints the text; a title also where the unit's name was put into it."""
    if not isinstance(cell.value, str):
        return False
    text = same_label(as_shown(cell))
    return not text or text in words or any(title in text for title in titles)


def _taken(sheets: Sheets, layout: Layout) -> set[Address]:
    """The boxes, the labels before them however they read now, and what is told elsewhere."""
    singles = {*layout.boxes.values()}
    taken = singles | {*layout.lines.values()} | {at for _, at in (*layout.twice, *layout.astray)}
    for table in layout.tables.values():
        taken |= {(table.sheet, row, column) for row in table.rows for column in table.columns.values()}
    for sheet, row, column in [*singles, *_first_in_row(layout)]:
        taken.add(sheets.merged_from((sheet, row, column - 1)))
    return taken


def _first_in_row(layout: Layout) -> Iterator[Address]:
    first: dict[tuple[int, int], int] = {}
    for sheet, row, column in layout.lines.values():
        first[sheet, row] = min(column, first.get((sheet, row), column))
    yield from ((sheet, row, column) for (sheet, row), column in first.items())


def _head_rows(sheets: Sheets, sheet: int, words: Set[str]) -> set[int]:
    """Rows that are mostly headers of ours: one that was retyped is no content."""
    known: dict[int, int] = {}
    others: dict[int, int] = {}
    for row, _, text in sheets.texts[sheet]:
        counted = known if text in words else others
        counted[row] = counted.get(row, 0) + 1
    return {row for row, count in known.items() if count > 2 and count > others.get(row, 0)}


def _computed(form: Form, sheets: Sheets, sheet: int) -> dict[int, int]:
    """Columns that the template computes or counts by itself, with the row of the topmost header or label."""
    found: dict[int, int] = {}
    for at_sheet, row, column in sheets.labelled(computed_labels(form)):
        if at_sheet == sheet:
            found[column] = min(row, found.get(column, row))
    for at_sheet, row, column in sheets.labelled(_computed_boxes(form)):
        if at_sheet == sheet:
            _, _, right = sheets.right_of((sheet, row, column))
            found.setdefault(right, row - 1)
    return found


def _blocks(form: Form) -> Iterator[Boxes | Lines | Rows]:
    for sheet in form.sheets:
        yield from sheet.blocks


def _boxes(block: Boxes | Lines | Rows) -> tuple[Box, ...]:
    return block.boxes if isinstance(block, Boxes) else block.columns


def computed_labels(form: Form) -> tuple[str, ...]:
    """Headers of the columns that the template computes or counts by itself."""
    columns = (box for block in _blocks(form) if not isinstance(block, Boxes) for box in _boxes(block))
    return (NUMBER, *(label for box in columns if box.kind == "computed" for label in box.labels))


def _computed_boxes(form: Form) -> tuple[str, ...]:
    boxes = (box for block in _blocks(form) if isinstance(block, Boxes) for box in block.boxes)
    return tuple(label for box in boxes if box.kind == "computed" for label in box.labels)


@cache
def printed(form: Form) -> frozenset[str]:
    """Every text that the template prints on the form's sheets, as labels compare."""
    texts = {NUMBER, LEGEND, COMPUTED_HELP}
    texts |= {text for sheet in form.sheets for text in (sheet.title, sheet.hint)}
    for block in _blocks(form):
        texts.add(block.title)
        for box in _boxes(block):
            texts |= {*box.labels, box.help}
        match block:
            case Lines():
                texts |= {block.head, *(label for line in block.lines for label in line.labels)}
            case Rows():
                texts |= {word for preset in block.preset for word in preset}
    return frozenset(map(same_label, texts))


def shown_cells(grid: Grid, cells: list[tuple[int, int]], most: int) -> list[str]:
    """What stands in the first cells, cut to what a line of a list can hold."""
    texts = (as_shown(grid.cells[at]).replace("\n", " ") for at in cells[:most])
    return [text if len(text) <= 20 else f"{text[:19]}…" for text in texts]
