"""Cells with content outside the boxes, but for what the template prints or computes: reported, never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from decimal import Decimal
from functools import cache

from perf_xlsx.domain.place import column_name
from perf_xlsx.domain.quantity import parse_quantity, same_label
from perf_xlsx.forms import Block, Boxes, Form, Lines, Rows
from perf_xlsx.ooxml import Cell, Grid
from perf_xlsx.ooxml.book import MAX_ROW
from perf_xlsx.reading.cells import as_shown, number_in
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.header import computed_labels
from perf_xlsx.reading.layout import Layout
from perf_xlsx.reading.live_cells import is_live
from perf_xlsx.sheets.fixed_texts import (
    CHECK_MARKS,
    COMPUTED_HELP,
    FORMER_HEAD,
    LEGEND,
    NUMBER,
    REQUIRED_HEAD,
    UNIT_LEAD,
    is_live_text,
)
from perf_xlsx.system.pattern import pattern

LISTED = 8  # cells and sheets that are named; the rest is counted
_COUNTER = pattern(r"✔ 必填项已填齐|还有 \d+ 个必填格未填")


def extra_cells(form: Form, sheets: Sheets, layout: Layout) -> Iterator[Address]:
    """Every cell with content outside the boxes, but for our labels and titles and what is reported elsewhere."""
    taken, words = _taken(sheets, layout) | _shown(form, sheets, layout), printed_texts(form)
    used = sorted({sheet for sheet, _, _ in taken})
    heads = {at for sheet in used for at in _heads(sheets, sheet, taken, words)}
    titles = {sheet: min(_hint_rows(form, sheets, sheet), default=MAX_ROW) for sheet in used}
    for sheet, row, column in written_cells(form, sheets, used, words):
        if (sheet, row, column) in taken or (sheet, row, column) in heads:
            continue
        if row > titles[sheet] or not _is_title(form, sheets.grids[sheet].cells[row, column]):
            yield sheet, row, column


def _heads(sheets: Sheets, sheet: int, taken: Set[Address], words: Set[str]) -> Iterator[Address]:
    """The cells of header rows above the columns of boxes."""
    columns = {column for index, _, column in taken if index == sheet}
    return ((sheet, row, column) for row in _head_rows(sheets, sheet, words) for column in columns)


def like_entries(form: Form, sheets: Sheets, layout: Layout, cells: Sequence[Address]) -> set[Address]:
    """Those of the cells that look like a row of a table: a name, and behind it a number in one of its columns."""
    sums = {word for block in form.tables for word in block.totals}
    columns = _number_columns(form, layout)
    rows: dict[tuple[int, int], list[Address]] = {}
    for address in cells:
        rows.setdefault(address[:2], []).append(address)
    return {at for row in rows.values() if _is_like_an_entry(row, sheets, columns, sums) for at in row}


def _is_like_an_entry(
    row: Sequence[Address], sheets: Sheets, columns: Set[tuple[int, int]], sums: Set[str]
) -> bool:
    names = [at for at in row if (cell := sheets.cell(at)) and _is_name(cell, sums)]
    return bool(names) and any(
        at[::2] in columns and at > names[0] and number_in(sheets.cell(at)) is not None for at in row
    )


def _number_columns(form: Form, layout: Layout) -> set[tuple[int, int]]:
    """Sheet and column of every column that numbers are typed in."""
    found: set[tuple[int, int]] = set()
    for block in form.blocks:
        for box in block.fields:
            if box.kind not in ("number", "value"):
                continue
            if isinstance(block, Rows) and (table := layout.tables.get(block.key)) and box.key in table.columns:
                found.add((table.sheet, table.columns[box.key]))
            found |= {
                at[::2] for (key, _, column), at in layout.lines.items() if (key, column) == (block.key, box.key)
            }
    return found


def _is_name(cell: Cell, sums: Set[str]) -> bool:
    text = as_shown(cell)
    return isinstance(cell.value, str) and parse_quantity(text) is None and same_label(text) not in sums


def written_cells(form: Form, sheets: Sheets, within: Iterable[int], words: Set[str]) -> Iterator[Address]:
    """Every cell with content that the template neither prints (`words`) nor computes, sheet by sheet."""
    computed = below(sheets, (NUMBER, REQUIRED_HEAD, FORMER_HEAD, *_computed_columns(form))) | _computed_boxes(
        form, sheets
    )
    for sheet in within:
        own = _counters(form, sheets, sheet)
        for (row, column), cell in sorted(sheets.grids[sheet].cells.items()):
            known = isinstance(cell.value, str) and same_label(cell.value) in words
            counted = (row, column) in own or (sheet, row, column) in computed or _is_checked(cell)
            if not known and not counted and as_shown(cell).strip():
                yield sheet, row, column


def _counters(form: Form, sheets: Sheets, sheet: int) -> set[tuple[int, int]]:
    """The template's counters of empty boxes: what reads as one, and the first formula behind a hint."""
    cells, hints = sheets.grids[sheet].cells, _hint_rows(form, sheets, sheet)
    formulas = sorted(at for at, cell in cells.items() if at[0] in hints and cell.formula is not None)
    behind = {row: (row, column) for row, column in reversed(formulas)}
    return {*behind.values(), *(at for at, cell in cells.items() if _is_counter(cell))}


def _is_counter(cell: Cell) -> bool:
    return isinstance(cell.value, str) and _COUNTER.fullmatch(cell.value) is not None


def _is_checked(cell: Cell) -> bool:
    """Whether a cell is one of the template's checks, or any other of its formulas."""
    return is_live(cell) or (isinstance(cell.value, str) and cell.value.startswith((*CHECK_MARKS, UNIT_LEAD)))


def _hint_rows(form: Form, sheets: Sheets, sheet: int) -> set[int]:
    hints = {same_label(sheet.hint) for sheet in form.sheets}
    return {row for row, _, text in sheets.texts[sheet] if text in hints}


def below(sheets: Sheets, heads: Iterable[str]) -> set[Address]:
    """Computed cells below one of these headers."""
    tops: dict[tuple[int, int], int] = {}
    for sheet, row, column in sheets.labelled(heads):
        tops.setdefault((sheet, column), row)
    return {
        (sheet, row, column)
        for sheet in {sheet for sheet, _ in tops}
        for (row, column), cell in sheets.grids[sheet].cells.items()
        if tops.get((sheet, column), row) < row and _is_computed(cell)
    }


def _is_computed(cell: Cell | None) -> bool:
    """Whether the cell has a number, a formula, or the text that our formulas show in place of a number."""
    if cell is None:
        return False
    value = cell.struck if cell.value is None else cell.value
    return cell.formula is not None or isinstance(value, Decimal) or is_live_text(value)


def _is_title(form: Form, cell: Cell) -> bool:
    """Whether it is one of our titles, even with the unit's name in it."""
    return isinstance(cell.value, str) and any(
        same_label(sheet.title) in same_label(cell.value) for sheet in form.sheets
    )


def _taken(sheets: Sheets, layout: Layout) -> set[Address]:
    """The boxes, the cells of their labels, and what is reported elsewhere."""
    singles = {*layout.boxes.values()}
    taken = singles | {*layout.lines.values()} | {at for _, at in (*layout.twice, *layout.astray)}
    for table in layout.tables.values():
        taken |= {(table.sheet, row, column) for row in table.rows for column in table.columns.values()}
    for sheet, row, column in [*singles, *_first_in_row(layout)]:
        taken.add(sheets.merged_from((sheet, row, column - 1)))
    return taken


def _shown(form: Form, sheets: Sheets, layout: Layout) -> set[Address]:
    """The cells of columns that the template fills in for reference, in the rows of their tables."""
    found: set[Address] = set()
    for block in (block for block in form.tables if block.key in layout.tables):
        table = layout.tables[block.key]
        labels = [box.label for box in block.columns if box.kind == "computed" and not box.formula]
        columns = {at[2] for at in sheets.labelled(labels) if at[:2] == (table.sheet, table.head)}
        found |= {(table.sheet, row, column) for row in table.rows for column in columns}
    return found


def _first_in_row(layout: Layout) -> Iterator[Address]:
    first: dict[tuple[int, int], int] = {}
    for sheet, row, column in layout.lines.values():
        first[sheet, row] = min(column, first.get((sheet, row), column))
    yield from ((sheet, row, column) for (sheet, row), column in first.items())


def _head_rows(sheets: Sheets, sheet: int, words: Set[str]) -> set[int]:
    """Rows that are mostly our headers: one that was retyped is no content."""
    known: dict[int, int] = {}
    others: dict[int, int] = {}
    for row, _, text in sheets.texts[sheet]:
        counted = known if text in words else others
        counted[row] = counted.get(row, 0) + 1
    return {row for row, count in known.items() if count > 2 and count > others.get(row, 0)}


def _computed_columns(form: Form) -> Iterator[str]:
    """Headers of the columns that the template computes by itself."""
    for block in form.blocks:
        if not isinstance(block, Boxes):
            yield from (label for box in block.fields if box.formula for label in box.labels)


def _computed_boxes(form: Form, sheets: Sheets) -> set[Address]:
    """The single cells that the template computes by itself."""
    labels = [label for block in form.blocks if isinstance(block, Boxes) for label in computed_labels(block)]
    found = {sheets.right_of(address) for address in sheets.labelled(labels)}
    return {address for address in found if _is_computed(sheets.cell(address))}


@cache
def printed_texts(form: Form) -> frozenset[str]:
    """Every text that the template prints on the form's sheets, as labels compare."""
    texts = {NUMBER, LEGEND, COMPUTED_HELP, *form.guide_before}
    texts |= {text for sheet in form.sheets for text in (sheet.title, sheet.hint)}
    texts |= {text for block in form.blocks for text in _printed_in(block)}
    return frozenset(map(same_label, texts)) - {""}


def _printed_in(block: Block) -> Iterator[str]:
    """The title of a block, its labels and helps, its lines and presets."""
    yield block.title
    for box in block.fields:
        yield from (*box.labels, *box.helps)
    match block:
        case Lines():
            yield block.head
            yield from (label for line in block.lines for label in line.labels)
        case Rows():
            yield from (word for preset in block.preset for word in preset)


def with_contents(grid: Grid, cells: Sequence[tuple[int, int]]) -> str:
    """The first cells with their contents, cut to what a line of a list can hold."""
    return first_cells(
        [f"{column_name(column)}{row}“{content_in_short(grid.cells[row, column])}”" for row, column in cells]
    )


def first_cells(cells: Sequence[str]) -> str:
    """The first cells, and how many there are."""
    return "、".join(cells[:LISTED]) + (f"等{len(cells)}格" if len(cells) > LISTED else "")


def content_in_short(cell: Cell) -> str:
    """The beginning of what a cell holds, in one line."""
    return shortened(as_shown(cell))


def shortened(text: str) -> str:
    """The beginning of a text, in one line."""
    text = " ".join(text.split("\n"))
    return text if len(text) <= 20 else f"{text[:19]}…"
