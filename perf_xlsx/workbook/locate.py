"""Finding a form's boxes in a returned workbook: by defined name, then by label and header text, never by address.

Rows and columns may have been inserted, sheets renamed or moved, names lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from perf_xlsx.forms import Box, Boxes, Form, Lines, Rows
from perf_xlsx.ooxml import Cell, Grid
from perf_xlsx.ooxml.book import DefinedName, Sheet
from perf_xlsx.target import same_label

LONGEST_LABEL = 200  # longer texts are no labels
Address = tuple[int, int, int]  # position of the sheet in `Sheets.names`, row, column


class Workbook(Protocol):
    """What a workbook of any format tells besides its cells."""

    @property
    def sheets(self) -> Sequence[Sheet]:
        """The worksheets in the order of their tabs."""

    def defined_names(self) -> list[DefinedName]:
        """Every defined name."""

    def custom_properties(self) -> Mapping[str, str]:
        """The custom document properties."""


@dataclass(frozen=True)
class Area:
    """A defined name's range on one sheet, ends included."""

    sheet: int
    top: int
    left: int
    bottom: int
    right: int


class Sheets:
    """The workbook's sheets as grids, read when first asked for; `hidden_names` are never searched."""

    def __init__(self, book: Workbook, grids: Iterable[Grid], skip: Iterable[str]) -> None:
        self.names = [sheet.name for sheet in book.sheets]
        self.positions = [sheet.index for sheet in book.sheets]
        self.grids = list(grids)
        self.searched = [n for n, sheet in enumerate(book.sheets) if sheet.name not in set(skip)]
        self.areas = _areas(book, self.names)

    def cell(self, address: Address) -> Cell | None:
        """What stands there, or None."""
        sheet, row, column = address
        return self.grids[sheet].cells.get((row, column))

    @cached_property
    def texts(self) -> list[list[tuple[int, int, str]]]:
        """Of each sheet the short texts as labels compare: (row, column, text), row by row."""
        return [
            [
                (row, column, same_label(cell.value))
                for (row, column), cell in sorted(self.grids[sheet].cells.items())
                if isinstance(cell.value, str) and len(cell.value) <= LONGEST_LABEL
            ]
            for sheet in range(len(self.grids))
        ]

    @cached_property
    def _by_text(self) -> dict[str, list[Address]]:
        found: dict[str, list[Address]] = {}
        for sheet in self.searched:
            for row, column, text in self.texts[sheet]:
                found.setdefault(text, []).append((sheet, row, column))
        return found

    def labelled(self, labels: Iterable[str]) -> Iterator[Address]:
        """Every cell whose text is one of the labels, sheet by sheet, row by row."""
        wanted = {same_label(label) for label in labels}
        yield from sorted(address for label in wanted for address in self._by_text.get(label, ()))

    def has_label(self, address: Address, labels: Iterable[str]) -> bool:
        """Whether one of the labels stands before the address in its row."""
        sheet, row, column = address
        wanted = {same_label(label) for label in labels}
        merges = [m for m in self.grids[sheet].merges if m[0] <= row <= m[2] and m[1] < column]
        before = [(sheet, row, n) for n in range(1, column)] + [(sheet, top, left) for top, left, _, _ in merges]
        return any(
            same_label(str(cell.value)) in wanted and self.merged_from(address) == address
            for address in before
            if (cell := self.cell(address)) is not None
        )

    def right_of(self, address: Address) -> Address:
        """The cell after a label, past the columns that the label is merged over."""
        sheet, row, column = address
        for top, left, bottom, right in self.grids[sheet].merges:
            if top <= row <= bottom and left <= column <= right:
                return sheet, top, right + 1
        return sheet, row, column + 1

    def merged_from(self, address: Address) -> Address:
        """The top-left cell of the merge that the address lies in, or the address itself."""
        sheet, row, column = address
        for top, left, bottom, right in self.grids[sheet].merges:
            if top <= row <= bottom and left <= column <= right:
                return sheet, top, left
        return address


def _areas(book: Workbook, names: list[str]) -> Mapping[str, Area]:
    found: dict[str, Area] = {}
    for name in book.defined_names():
        area = name.area()
        if not name.name.startswith("px_") or name.local_sheet is not None or area is None:
            continue
        sheet, top, left, bottom, right = area
        if sheet in names:
            found[name.name] = Area(names.index(sheet), top, left, bottom, right)
    return found


@dataclass(frozen=True)
class Table:
    """Where a Rows block stands: its sheet, the column of each box, and the rows that may be filled."""

    sheet: int
    columns: Mapping[str, int]
    rows: tuple[int, ...]


@dataclass
class Layout:
    """Where everything stands. `missing` and `twice` name boxes by block and key, with the place to point at."""

    boxes: dict[str, Address] = field(default_factory=dict)
    lines: dict[tuple[str, str, str], Address] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    missing: list[tuple[str, str, bool]] = field(default_factory=list)
    twice: list[tuple[str, Address]] = field(default_factory=list)


def locate(form: Form, sheets: Sheets) -> Layout:
    """Find every box of the form."""
    layout = Layout()
    for sheet in form.sheets:
        for block in sheet.blocks:
            match block:
                case Boxes():
                    _locate_boxes(block, sheets, layout)
                case Lines():
                    _locate_lines(block, sheets, layout)
                case Rows():
                    _locate_rows(block, sheets, layout)
    return layout


def typed(boxes: Iterable[Box]) -> list[Box]:
    """The boxes that a person fills."""
    return [box for box in boxes if box.kind != "computed"]


def _locate_boxes(block: Boxes, sheets: Sheets, layout: Layout) -> None:
    for box in typed(block.boxes):
        named = _named(sheets, f"px_{box.key}")
        if named and sheets.has_label(named, box.labels):
            layout.boxes[box.key] = named
            continue
        found = [sheets.right_of(address) for address in sheets.labelled(box.labels)]
        if named and len(found) != 1:  # the label was retyped, and the name is all there is
            layout.boxes[box.key] = named
        elif found:
            layout.boxes[box.key] = found[0]
            layout.twice += [(box.label, address) for address in found[1:]]
        else:
            layout.missing.append((block.title, box.label, box.required))


def _locate_lines(block: Lines, sheets: Sheets, layout: Layout) -> None:
    columns = typed(block.columns)
    header = _header(block.key, columns, sheets)
    for line in block.lines:
        row = _line_row(line.labels, header, sheets)
        for box in columns:
            named = _named(sheets, f"px_{block.key}_{line.key}_{box.key}")
            if row and header and box.key in header.columns:
                layout.lines[block.key, line.key, box.key] = (*row, header.columns[box.key])
            elif named:
                layout.lines[block.key, line.key, box.key] = named
        if not any((block.key, line.key, box.key) in layout.lines for box in columns):
            layout.missing.append((block.title, line.label, bool(line.required)))
    for box in columns:
        if not any((block.key, line.key, box.key) in layout.lines for line in block.lines):
            layout.missing.append((block.title, box.label, True))


def _named(sheets: Sheets, name: str) -> Address | None:
    """The cell that a defined name points at."""
    area = sheets.areas.get(name)
    return (area.sheet, area.top, area.left) if area else None


def _line_row(labels: Iterable[str], header: Header | None, sheets: Sheets) -> tuple[int, int] | None:
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


@dataclass(frozen=True)
class Header:
    """A table's header row and the column of each box found in it (or known by its name)."""

    sheet: int
    row: int
    columns: Mapping[str, int]
    doubled: tuple[tuple[str, Address], ...] = ()


def _header(block: str, columns: list[Box], sheets: Sheets) -> Header | None:
    """The header of a table: where the names point, completed by text; by text alone where all names are lost."""
    areas = {box.key: area for box in columns if (area := sheets.areas.get(f"px_{block}_{box.key}"))}
    by_text = _header_by_text(columns, sheets, {(a.sheet, a.top) for a in areas.values()})
    if not areas:
        return by_text
    first = next(iter(areas.values()))
    named = {key: area.left for key, area in areas.items() if area.sheet == first.sheet}
    if by_text is None or by_text.sheet != first.sheet:
        return Header(first.sheet, first.top - 1, named)
    taken = set(named.values())
    doubled = tuple((label, address) for label, address in by_text.doubled if address[2] not in taken) + tuple(
        (box.label, (by_text.sheet, by_text.row, by_text.columns[box.key]))
        for box in columns
        if box.key in named and by_text.columns.get(box.key, named[box.key]) not in taken
    )
    extra = {k: c for k, c in by_text.columns.items() if k not in named and c not in taken}
    return Header(first.sheet, by_text.row, {**named, **extra}, doubled)


def _header_by_text(columns: list[Box], sheets: Sheets, near: set[tuple[int, int]]) -> Header | None:
    """The row that holds most of the column labels; it must hold more than half of them.

    `near` are the first body cells of the columns whose names are known: the header is then sought just above.
    """
    by_label = {same_label(label): box for box in columns for label in box.labels}
    best: Header | None = None
    for sheet in sheets.searched:
        rows: dict[int, dict[str, int]] = {}
        doubled: dict[int, list[tuple[str, Address]]] = {}
        for row, column, text in sheets.texts[sheet]:
            box = by_label.get(text)
            if box is None or (near and not any(s == sheet and 0 < top - row <= 4 for s, top in near)):
                continue
            found = rows.setdefault(row, {})
            if box.key in found:
                doubled.setdefault(row, []).append((box.label, (sheet, row, column)))
            found.setdefault(box.key, column)
        for row, found in rows.items():
            if len(found) > (len(best.columns) if best else len(columns) // 2 if not near else 0):
                best = Header(sheet, row, found, tuple(doubled.get(row, ())))
    return best


def _locate_rows(block: Rows, sheets: Sheets, layout: Layout) -> None:
    columns = typed(block.columns)
    header = _header(block.key, columns, sheets)
    if header is None:
        layout.missing += [(block.title, box.label, box.required) for box in columns]
        return
    layout.missing += [(block.title, b.label, b.required) for b in columns if b.key not in header.columns]
    layout.twice += header.doubled
    areas = [a for box in columns if (a := sheets.areas.get(f"px_{block.key}_{box.key}"))]
    top = min((a.top for a in areas), default=header.row + 1)
    bottom = max((a.bottom for a in areas), default=header.row)
    layout.tables[block.key] = Table(
        header.sheet, header.columns, tuple(_body(sheets.grids[header.sheet], header, top, bottom))
    )


def _body(grid: Grid, header: Header, top: int, bottom: int) -> Iterator[int]:
    """Rows with something in the table's columns; below the named range those with two cells filled, up to a gap.

    A header repeated further down is not a row, nor is a remark or a title that nothing was written beside.
    """
    wanted = set(header.columns.values())
    filled: dict[int, int] = {}
    for row, column in grid.cells:
        if column in wanted and row >= top:
            filled[row] = filled.get(row, 0) + 1
    titles = [grid.cells.get((header.row, column)) for column in sorted(wanted)]
    last = bottom
    for row in sorted(filled):
        if row > bottom and row > last + 2:
            break
        last = max(last, row)
        repeated = [grid.cells.get((row, column)) for column in sorted(wanted)] == titles
        if (row > top and repeated) or (row > bottom and filled[row] < 2):
            continue
        yield row
