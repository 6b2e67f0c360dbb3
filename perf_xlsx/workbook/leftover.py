"""What a workbook of another format holds besides the boxes that are carried over: all of it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from perf_xlsx.foreign import Original
from perf_xlsx.forms import Box, Boxes, Form, Lines, Rows
from perf_xlsx.ooxml import Cell
from perf_xlsx.ooxml.notes import DELIMITER
from perf_xlsx.target import same_label
from perf_xlsx.workbook.identity import GUIDE
from perf_xlsx.workbook.intake import as_shown
from perf_xlsx.workbook.locate import Address, Layout, Sheets
from perf_xlsx.workbook.origin import LeftBehind, standing
from perf_xlsx.workbook.outside import OutsideLayout, known_labels, says_nothing
from perf_xlsx.workbook.transcript import Transcript

MOST_LEFT = 500  # cells told one by one; the rest is told as a number
_COUNTER = re.compile(r"✔ 必填项已填齐|还有 \d+ 个必填格未填")


def other_sheets(was: Sheets, layout: Layout) -> Iterator[tuple[str, int]]:
    """Sheets that are not of the form, with the number of their cells."""
    used = layout.sheets()
    for index in was.searched:
        title, cells = was.names[index], was.grids[index].cells
        if index not in used and cells and GUIDE not in title:
            yield title, len(cells)


def left_behind(original: Original, transcript: Transcript, layout: Layout) -> Iterator[LeftBehind]:
    """Cells, sheets, notes, pictures and macros of the original that the new workbook has not."""
    was = transcript.was
    others = list(other_sheets(was, layout))
    skipped = {was.names.index(title) for title, _ in others}
    cells = [
        LeftBehind("单元格", *standing(was, address), as_shown(cell), _note(was, layout, address, cell))
        for address, cell in _left(transcript, layout)
        if address[0] not in skipped
    ]
    yield from cells[:MOST_LEFT]
    if len(cells) > MOST_LEFT:
        yield LeftBehind("单元格", "", "", f"其余{len(cells) - MOST_LEFT}格", "请看原文件")
    for title, count in others:
        yield LeftBehind("工作表", title, "", f"整张工作表，共{count}格", "不属于自评表")
    kept = {"", *(was.names[index] for index in was.searched)}
    for extra in (extra for extra in original.extras if extra.sheet in kept):
        text = extra.text.partition(DELIMITER)[0].strip()  # notes of an earlier scoring are ours
        if text or DELIMITER not in extra.text:
            yield LeftBehind(extra.what, extra.sheet, extra.cell, text)


def _left(transcript: Transcript, layout: Layout) -> Iterator[tuple[Address, Cell]]:
    """Cells that hold something and were neither carried over nor printed on every such form."""
    was = transcript.was
    printed = _of_layout(was, layout) if isinstance(layout, OutsideLayout) else _of_template(transcript)
    for sheet in was.searched:
        for (row, column), cell in sorted(was.grids[sheet].cells.items()):
            address = (sheet, row, column)
            if cell.value is None and cell.error is None:
                continue
            if address not in transcript.sources and address not in printed:
                yield address, cell


def _note(was: Sheets, layout: Layout, address: Address, cell: Cell) -> str:
    """That it is a formula, and the column that it stands in, where an official layout has a heading for it."""
    notes = ["公式"] if cell.formula is not None else []
    if isinstance(layout, OutsideLayout) and (heading := layout.heading(was, address)):
        notes.append(f"“{heading}”栏")
    return "；".join(notes)


def _of_layout(was: Sheets, layout: OutsideLayout) -> set[Address]:
    """What an official layout prints: labels and headings, and cells that say nothing."""
    found, known = layout.labels | set(_below(was, {"序号"})), known_labels(layout.kind)
    for sheet in was.searched:
        for (row, column), cell in was.grids[sheet].cells.items():
            if isinstance(cell.value, str) and (cell.value in known or says_nothing(layout.kind, cell.value)):
                found.add((sheet, row, column))
    return found


def _of_template(transcript: Transcript) -> set[Address]:
    """What the template says and computes by itself."""
    was, template = transcript.was, transcript.template
    words = {same_label(text) for text in template.words([trace.place for trace in transcript.traces])}
    words |= {same_label(label) for label in _labels(transcript.form)}
    formulas = {
        (name, *at)
        for name, grid in zip(template.sheets.names, template.sheets.grids, strict=True)
        for at, cell in grid.cells.items()
        if cell.formula is not None
    }
    found = set(_computed(was, transcript.form))
    for sheet in was.searched:
        for (row, column), cell in was.grids[sheet].cells.items():
            computed = cell.formula is not None and (
                _COUNTER.fullmatch(as_shown(cell)) or (was.names[sheet], row, column) in formulas
            )
            if computed or (isinstance(cell.value, str) and same_label(cell.value) in words):
                found.add((sheet, row, column))
    return found


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


def _computed(was: Sheets, form: Form) -> Iterator[Address]:
    """What the template computes by itself (参考 columns, row numbers), where the original has it."""
    columns = {"序号"}
    for block in (block for sheet in form.sheets for block in sheet.blocks):
        boxes = block.boxes if isinstance(block, Boxes) else block.columns
        computed = [label for box in boxes if box.kind == "computed" for label in box.labels]
        if isinstance(block, Boxes):
            yield from (was.right_of(address) for address in was.labelled(computed))
        else:
            columns |= set(computed)
    yield from _below(was, columns)


def _below(was: Sheets, columns: set[str]) -> Iterator[Address]:
    """Numbers and formulas in the columns that are headed so."""
    heads = list(was.labelled(columns))
    for sheet in {sheet for sheet, _, _ in heads}:
        for (row, column), cell in was.grids[sheet].cells.items():
            if any(s == sheet and c == column and r < row for s, r, c in heads) and (
                isinstance(cell.value, Decimal) or cell.formula is not None
            ):
                yield sheet, row, column
