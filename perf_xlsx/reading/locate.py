"""Finding a form's boxes in a returned workbook: by label and header text, never by address.

A defined name tells which of two alike is meant, and stands for a label that was retyped. Rows and columns may
have been inserted, sheets renamed or moved, names lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from perf_xlsx.domain.quantity import same_label
from perf_xlsx.forms import Box, Boxes, Form, Lines, Rows, typed
from perf_xlsx.ooxml import Grid
from perf_xlsx.reading.block_sheet import home_of
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.header import TableHeader, header_of
from perf_xlsx.reading.layout import Layout, Table

MOST_FAR = 200  # rows of a table behind a gap


def locate(form: Form, sheets: Sheets) -> Layout:
    """Find every box of the form."""
    layout = Layout()
    for block in form.blocks:
        match block:
            case Boxes():
                _locate_boxes(block, sheets, layout)
            case Lines():
                _locate_lines(block, sheets, layout)
            case Rows():
                _locate_rows(block, sheets, layout)
    return layout


def _locate_boxes(block: Boxes, sheets: Sheets, layout: Layout) -> None:
    boxes = typed(block.boxes)
    home = home_of(block.key, [box.labels for box in boxes], boxes, sheets)
    labels = {box.key: _at_home(sheets.labelled(box.labels), home.sheet) for box in boxes}
    helps = {same_label(text) for box in boxes for text in box.helps}
    named = {box.key: area for box in boxes if (area := _named(sheets, f"px_{box.key}"))}
    for box in boxes:
        at = named.get(box.key)
        beside = [a for a in labels[box.key] if at and a[:2] == at[:2] and a[2] < at[2]]
        if label := next(iter(beside or labels[box.key]), None):
            layout.boxes[box.key] = _beside(sheets, label, at if beside else None, box, helps, layout)
            others = [sheets.right_of(a) for a in labels[box.key] if a != label and a[0] == label[0]]
            layout.twice += [(box.label, address) for address in others if sheets.cell(address)]
    moved = any(layout.boxes.get(key, at) != at or _is_help(sheets, at, helps) for key, at in named.items())
    for box in boxes:
        if labels[box.key]:
            continue
        if (
            box.key in named and not moved and _beside_text(sheets, named[box.key])
        ):  # the label was retyped, and the name is all there is
            layout.boxes[box.key] = named[box.key]
        else:
            layout.missing.append((block.title, box.label, box.required))
    layout.read_from(block.title, home)


def _at_home(found: Iterable[Address], home: int) -> list[Address]:
    """The labels on the block's own sheet, or else on the others."""
    labels = list(found)
    return [address for address in labels if address[0] == home] or labels


def _is_help(sheets: Sheets, at: Address, helps: Set[str]) -> bool:
    """Whether the help that the template prints behind a box stands there."""
    cell = sheets.cell(at)
    return cell is not None and isinstance(cell.value, str) and same_label(cell.value) in helps


def _beside(
    sheets: Sheets, label: Address, named: Address | None, box: Box, known: Set[str], layout: Layout
) -> Address:
    """The cell of a box in its label's row: the one named or next to the label, else the first that is filled.

    The template prints each box's help (one of `known`) behind it, which tells where the box was when a column was
    inserted or deleted; without that witness a value found elsewhere is told.
    """
    sheet, row, _ = first = sheets.right_of(label)
    texts = {c: cell for c in range(first[2], label[2] + 8) if (cell := sheets.cell((sheet, row, c)))}
    helps = [c for c in texts if _is_help(sheets, (sheet, row, c), known)]
    filled = [c for c in texts if c not in helps and not (helps and c > helps[0])]
    usual = named if named and named[2] not in helps else first
    if not filled or usual[2] in filled:
        return usual
    found = (sheet, row, filled[0])
    if helps[:1] != [filled[0] + 1]:
        layout.astray.append((box.label, found))
    return found


def _locate_lines(block: Lines, sheets: Sheets, layout: Layout) -> None:
    columns = typed(block.columns)
    home = home_of(block.key, [line.labels for line in block.lines], columns, sheets)
    header = header_of(block, sheets, home.sheet)
    rows = {line.key: _line_row(line.labels, header, sheets) for line in block.lines}
    names = {
        (x.key, b.key): _named(sheets, f"px_{block.key}_{x.key}_{b.key}") for x in block.lines for b in columns
    }
    moved = any(at and (row := rows[line]) and at[:2] != row for (line, _), at in names.items())
    for line in block.lines:
        for box in columns:
            row, named = rows[line.key], names[line.key, box.key]
            if row and header and box.key in header.columns:
                layout.lines[block.key, line.key, box.key] = (*row, header.columns[box.key])
            elif named and not moved and not (header and header.denies(named)) and _beside_text(sheets, named):
                layout.lines[block.key, line.key, box.key] = named
        if not any((block.key, line.key, box.key) in layout.lines for box in columns):
            layout.missing.append((block.title, line.label, bool(line.required)))
    for box in columns:
        if not any((block.key, line.key, box.key) in layout.lines for line in block.lines):
            layout.missing.append((block.title, box.label, True))
    layout.read_from(block.title, home)


def _beside_text(sheets: Sheets, at: Address) -> bool:
    """Whether something stands in a named cell, or before it where its label was."""
    sheet, row, column = at
    return any(sheets.cell((sheet, row, before)) for before in range(1, column + 1))


def _named(sheets: Sheets, name: str) -> Address | None:
    """The cell that a defined name points at."""
    area = sheets.areas.get(name)
    return (area.sheet, area.top, area.left) if area else None


def _line_row(labels: Iterable[str], header: TableHeader | None, sheets: Sheets) -> tuple[int, int] | None:
    if header is None:
        return None
    return next(
        (
            (sheet, row)
            for sheet, row, column in sheets.labelled(labels)
            if sheet == header.sheet and row > header.row and column < min(header.columns.values())
        ),
        None,
    )


def _locate_rows(block: Rows, sheets: Sheets, layout: Layout) -> None:
    columns = typed(block.columns)
    home = home_of(block.key, [box.labels for box in columns], columns, sheets)
    header = header_of(block, sheets, home.sheet)
    if header is None:
        layout.missing += [(block.title, box.label, box.required) for box in columns]
        return
    layout.missing += [(block.title, b.label, b.required) for b in columns if b.key not in header.columns]
    layout.twice += header.doubled
    areas = [a for box in columns if (a := sheets.areas.get(f"px_{block.key}_{box.key}"))]
    bottom = max((a.bottom for a in areas if a.sheet == header.sheet), default=header.row)
    layout.tables[block.key] = _table(block, header, bottom, sheets.grids[header.sheet])
    layout.read_from(block.title, home)


def _table(block: Rows, header: TableHeader, bottom: int, grid: Grid) -> Table:
    """The rows with something in the table's columns: those of the named range, and below it those near.

    Near are rows with two cells filled, up to a gap; behind a gap a row must have its name and most of the
    required boxes filled. A header repeated is not a row, and behind a gap it begins another table. So does what
    is far too much.
    """
    wanted = set(header.columns.values())
    required = [header.columns[box.key] for box in block.columns if box.required and box.key in header.columns]
    filled: dict[int, set[int]] = {}
    for row, column in grid.cells:
        if column in wanted and row > header.row:
            filled.setdefault(row, set()).add(column)
    titles = [grid.cells.get((header.row, column)) for column in sorted(wanted)]
    rows: list[int] = []
    far: list[int] = []
    near, last = 0, bottom
    for row in sorted(filled):
        repeated = [grid.cells.get((row, column)) for column in sorted(wanted)] == titles
        if row > last + 2:
            if repeated:
                break
            if filled[row].isdisjoint(required[:1]) or len(filled[row] & {*required}) * 2 <= len(required):
                continue
            near = near if far else len(rows)
            far.append(row)
        last = max(last, row)
        if not repeated and (row <= bottom or len(filled[row]) > 1):
            rows.append(row)
    if far and len(rows) - near > MOST_FAR:
        rows, far = rows[:near], []
    return Table(header.sheet, header.columns, tuple(rows), frozenset(far), header.row)
