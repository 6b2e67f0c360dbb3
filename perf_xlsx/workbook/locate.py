"""Finding a form's boxes in a returned workbook: by label and header text, never by address.

A defined name tells which of two alike is meant, and stands for a label that was retyped. Rows and columns may
have been inserted, sheets renamed or moved, names lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from perf_xlsx.forms import Box, Boxes, Form, Lines, Rows
from perf_xlsx.ooxml import Cell, Grid
from perf_xlsx.ooxml.book import DefinedName, Sheet
from perf_xlsx.target import same_label

LONGEST_LABEL = 200  # longer texts are no labels
COPY = re.compile(r"\(\d+\)$|（\d+）$|[Cc]opy\s*\d*$|副本\s*\d*$")  # how Excel, WPS and others name a copied sheet

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
    """A defined name's range on one sheet (by its position), ends included."""

    sheet: int
    top: int
    left: int
    bottom: int
    right: int


class Sheets:
    """The workbook's sheets as grids; those named in `skip` are never searched."""

    def __init__(self, book: Workbook, grids: Iterable[Grid], skip: Iterable[str]) -> None:
        self.names = [sheet.name for sheet in book.sheets]
        self.positions = [sheet.index for sheet in book.sheets]
        self.states = [sheet.state for sheet in book.sheets]
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
    """Where everything stands: single boxes by key, lines by block, line and column, tables by block.

    `missing` tells what was not found: the block's title, the label, and whether the form must have it. `twice`
    are labels that stand once more and `astray` those whose value stands apart, each with its address. `homes`
    are, by a block's title, the sheet that it is read from and those that hold it once more.
    """

    boxes: dict[str, Address] = field(default_factory=dict)
    lines: dict[tuple[str, str, str], Address] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    missing: list[tuple[str, str, bool]] = field(default_factory=list)
    twice: list[tuple[str, Address]] = field(default_factory=list)
    astray: list[tuple[str, Address]] = field(default_factory=list)
    homes: dict[str, Home] = field(default_factory=dict)

    def sheets(self) -> set[int]:
        """The sheets that the form is read from."""
        boxes = {address[0] for address in (*self.boxes.values(), *self.lines.values())}
        return boxes | {table.sheet for table in self.tables.values()}

    def copies(self) -> set[int]:
        """The sheets that hold a block once more, which R06 tells."""
        return {sheet for home in self.homes.values() for sheet in home.others}

    def read_from(self, title: str, home: Home) -> None:
        """Remember where a block stands."""
        self.homes[title] = home


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
    boxes = typed(block.boxes)
    home = _home(block.key, [box.labels for box in boxes], boxes, sheets)
    labels = {box.key: _at_home(sheets.labelled(box.labels), home.sheet) for box in boxes}
    helps = {same_label(box.help) for box in boxes if box.help}
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
    home = _home(block.key, [line.labels for line in block.lines], columns, sheets)
    header = _header(block.key, columns, sheets, home.sheet)
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
            elif named and not moved and not (header and header.moved) and _beside_text(sheets, named):
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


@dataclass(frozen=True)
class TableHeader:
    """A table's header row and the column of each box found in it (or known by its name).

    `moved`: the names do not point below the labels any more, so that they cannot stand for one.
    """

    sheet: int
    row: int
    columns: Mapping[str, int]
    doubled: tuple[tuple[str, Address], ...] = ()
    moved: bool = False


def _header(block: str, columns: list[Box], sheets: Sheets, home: int) -> TableHeader | None:
    """The header of a table: by its text; a column whose label was retyped by its name, if other names agree."""
    areas = {box.key: area for box in columns if (area := sheets.areas.get(f"px_{block}_{box.key}"))}
    by_text = _header_by_text(columns, sheets, areas, home)
    if not areas or (by_text is not None and by_text.sheet not in {area.sheet for area in areas.values()}):
        return by_text
    first = next(iter(areas.values()))
    named = {key: area.left for key, area in areas.items() if area.sheet == first.sheet}
    if by_text is None:
        return TableHeader(first.sheet, first.top - 1, named)
    taken = set(by_text.columns.values())
    moved = any(by_text.columns.get(key, column) != column for key, column in named.items())
    extra = {key: c for key, c in named.items() if key not in by_text.columns and c not in taken and not moved}
    return TableHeader(by_text.sheet, by_text.row, {**by_text.columns, **extra}, by_text.doubled, moved)


def _header_by_text(
    columns: list[Box], sheets: Sheets, areas: Mapping[str, Area], home: int
) -> TableHeader | None:
    """The row that holds most of the column labels, on the sheet `home` if there is one.

    It must hold more than half of them, or stand just above the columns (`areas`) that are known by name. Of two
    columns with the same label the one that is named is meant.
    """
    by_label = {same_label(label): box for box in columns for label in box.labels}
    named = {key: area.left for key, area in areas.items()}
    best: TableHeader | None = None
    for sheet in sorted(sheets.searched, key=lambda sheet: sheet != home):
        rows: dict[int, dict[str, int]] = {}
        doubled: dict[int, list[tuple[str, Address]]] = {}
        near = {area.top for area in areas.values() if area.sheet == sheet}
        for row, column, text in sheets.texts[sheet]:
            box = by_label.get(text)
            if box is None:
                continue
            found = rows.setdefault(row, {})
            other = found.setdefault(box.key, column)
            if other != column:
                found[box.key], other = (column, other) if named.get(box.key) == column else (other, column)
                doubled.setdefault(row, []).append((box.label, (sheet, row, other)))
        for row, found in rows.items():
            least = 0 if any(0 < top - row <= 4 for top in near) else len(columns) // 2
            if len(found) > max(least, len(best.columns) if best else 0):
                best = TableHeader(sheet, row, found, tuple(doubled.get(row, ())))
        if best is not None and sheet == home:
            break
    return best


@dataclass(frozen=True)
class Home:
    """The sheet that a block is read from (-1: none has its labels), and others that hold it once more."""

    sheet: int
    others: tuple[int, ...]


def _home(block: str, words: Iterable[tuple[str, ...]], named: Iterable[Box], sheets: Sheets) -> Home:
    """The block's sheet, one with more than half of its labels before any other.

    Of several, where its names point; else an original before a copy; else the one with most of its labels.
    """
    wanted = [{sheet for sheet, _, _ in sheets.labelled(labels)} for labels in words]
    share = {sheet: sum(sheet in found for found in wanted) for sheet in sheets.searched}
    found = [sheet for sheet, count in share.items() if count > len(wanted) // 2]
    keys = [name for box in named for name in (f"px_{block}_{box.key}", f"px_{box.key}")]
    areas = [area.sheet for key in keys if (area := sheets.areas.get(key))]

    def fitness(sheet: int) -> tuple[bool, bool, bool, int, int]:
        return sheet in found, sheet in areas, not COPY.search(sheets.names[sheet]), share[sheet], -sheet

    best = max(share, key=fitness, default=-1)
    if best == -1 or not share[best]:
        return Home(-1, ())
    return Home(best, tuple(sheet for sheet in found if sheet != best))


def _locate_rows(block: Rows, sheets: Sheets, layout: Layout) -> None:
    columns = typed(block.columns)
    home = _home(block.key, [box.labels for box in columns], columns, sheets)
    header = _header(block.key, columns, sheets, home.sheet)
    if header is None:
        layout.missing += [(block.title, box.label, box.required) for box in columns]
        return
    layout.missing += [(block.title, b.label, b.required) for b in columns if b.key not in header.columns]
    layout.twice += header.doubled
    areas = [a for box in columns if (a := sheets.areas.get(f"px_{block.key}_{box.key}"))]
    bottom = max((a.bottom for a in areas if a.sheet == header.sheet), default=header.row)
    layout.tables[block.key] = Table(
        header.sheet, header.columns, tuple(_body(sheets.grids[header.sheet], header, header.row + 1, bottom))
    )
    layout.read_from(block.title, home)


def _body(grid: Grid, header: TableHeader, top: int, bottom: int) -> Iterator[int]:
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
        if repeated or (row > bottom and filled[row] < 2):
            continue
        yield row
