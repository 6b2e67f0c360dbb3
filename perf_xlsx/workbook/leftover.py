"""What a workbook of another format holds besides the boxes that are carried over: all of it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from perf_xlsx.foreign import Original
from perf_xlsx.forms import Box, Boxes, Form, Lines, Rows
from perf_xlsx.ooxml.notes import DELIMITER
from perf_xlsx.place import column_letters
from perf_xlsx.target import same_label
from perf_xlsx.workbook.identity import GUIDE
from perf_xlsx.workbook.intake import as_shown
from perf_xlsx.workbook.locate import Address
from perf_xlsx.workbook.moving import Moving
from perf_xlsx.workbook.origin import LeftBehind

MOST_LEFT = 500  # cells told one by one; the rest is told as a number
_COUNTER = re.compile(r"✔ 必填项已填齐|还有 \d+ 个必填格未填")


def _used_sheets(moving: Moving) -> set[int]:
    tables = {table.sheet for table in moving.found.tables.values()}
    return {move.source[0] for move in moving.moves} | tables


def other_sheets(moving: Moving) -> Iterator[tuple[str, int]]:
    """Sheets that are not of the form, with the number of their cells."""
    used = _used_sheets(moving)
    for index in moving.was.searched:
        title, cells = moving.was.names[index], moving.was.grids[index].cells
        if index not in used and cells and GUIDE not in title:
            yield title, len(cells)


def left_behind(original: Original, moving: Moving) -> Iterator[LeftBehind]:
    """Cells, sheets, notes, pictures and macros of the original that the new workbook has not."""
    cells = list(_left_cells(moving))
    yield from cells[:MOST_LEFT]
    if len(cells) > MOST_LEFT:
        yield LeftBehind("单元格", "", "", f"其余{len(cells) - MOST_LEFT}格", "请看原文件")
    for title, count in other_sheets(moving):
        yield LeftBehind("工作表", title, "", f"整张工作表，共{count}格", "不属于自评表")
    kept = {"", *(moving.was.names[index] for index in moving.was.searched)}
    for extra in (extra for extra in original.extras if extra.sheet in kept):
        text = extra.text.partition(DELIMITER)[0].strip()  # notes of an earlier scoring are ours
        if text or DELIMITER not in extra.text:
            yield LeftBehind(extra.what, extra.sheet, extra.cell, text)


def _left_cells(moving: Moving) -> Iterator[LeftBehind]:
    """Cells of the form's sheets that are neither boxes nor what the template says and computes by itself."""
    taken = {move.source for move in moving.moves} | set(_computed(moving))
    typed_in = {move.to for move in moving.moves}
    words = {
        same_label(str(cell.value))
        for sheet, grid in enumerate(moving.template)
        for at, cell in grid.cells.items()
        if (sheet, *at) not in typed_in
    }
    words |= {same_label(label) for label in _labels(moving.form)}
    formulas = {
        (name, *at)
        for name, grid in zip(moving.now.names, moving.template, strict=True)
        for at, cell in grid.cells.items()
        if cell.formula is not None
    }
    skipped = {moving.was.names.index(title) for title, _ in other_sheets(moving)}
    for sheet in (index for index in moving.was.searched if index not in skipped):
        for (row, column), cell in sorted(moving.was.grids[sheet].cells.items()):
            shown, title = as_shown(cell), moving.was.names[sheet]
            if (sheet, row, column) in taken or (cell.value is None and cell.error is None):
                continue
            if cell.formula is not None and (_COUNTER.fullmatch(shown) or (title, row, column) in formulas):
                continue
            if not (isinstance(cell.value, str) and same_label(cell.value) in words):
                note = "公式" if cell.formula is not None else ""
                yield LeftBehind("单元格", title, f"{column_letters(column)}{row}", shown, note)


def _labels(form: Form) -> Iterator[str]:
    for block in (block for sheet in form.sheets for block in sheet.blocks):
        match block:
            case Boxes():
                boxes: Iterable[Box] = block.boxes
            case Lines():
                boxes = block.columns
                yield block.head
                for line in block.lines:
                    yield from line.labels
            case Rows():
                boxes = block.columns
                yield from (word for preset in block.preset for word in preset)
        yield block.title
        for box in boxes:
            yield from box.labels


def _computed(moving: Moving) -> Iterator[Address]:
    """What the template computes by itself (参考 columns, row numbers), where the original has it."""
    was, columns = moving.was, {"序号"}
    for block in (block for sheet in moving.form.sheets for block in sheet.blocks):
        boxes = block.boxes if isinstance(block, Boxes) else block.columns
        computed = [label for box in boxes if box.kind == "computed" for label in box.labels]
        if isinstance(block, Boxes):
            yield from (was.right_of(address) for address in was.labelled(computed))
        else:
            columns |= set(computed)
    heads = list(was.labelled(columns))
    for sheet in {sheet for sheet, _, _ in heads}:
        for (row, column), cell in was.grids[sheet].cells.items():
            if any(s == sheet and c == column and r < row for s, r, c in heads) and (
                isinstance(cell.value, Decimal) or cell.formula is not None
            ):
                yield sheet, row, column
