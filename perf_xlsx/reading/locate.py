"""Finds the boxes of our template in a returned workbook: by label and header text, never by address.

A defined name decides between two equal labels, and replaces a label that was retyped. Rows and columns may have
been inserted, sheets renamed or moved, names lost.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set

from perf_xlsx.domain.quantity import same_label
from perf_xlsx.forms import Box, Boxes, Form, Lines, Rows, typed
from perf_xlsx.ooxml import Grid
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.header import denies, header_of
from perf_xlsx.reading.layout import Header, Home, Layout, TableLayout
from perf_xlsx.system.pattern import pattern

COPY = pattern(r"\(\d+\)$|（\d+）$|[Cc]opy\s*\d*$|副本\s*\d*$")  # how Excel, WPS and others name a copied sheet
MOST_FAR = 200  # rows of a table behind a gap


def locate(form: Form, sheets: Sheets) -> Layout:
    """Find every box of the form."""
    return _TemplateSearch(form, sheets).layout()


class _TemplateSearch:
    """Collects where the blocks of a form are."""

    def __init__(self, form: Form, sheets: Sheets) -> None:
        self.form, self.sheets = form, sheets
        self.boxes: dict[str, Address] = {}
        self.lines: dict[tuple[str, str, str], Address] = {}
        self.tables: dict[str, TableLayout] = {}
        self.homes: dict[str, Home] = {}
        self.missing: list[tuple[str, str, bool]] = []
        self.twice: list[tuple[str, Address]] = []
        self.astray: list[tuple[str, Address]] = []

    def layout(self) -> Layout:
        for block in self.form.blocks:
            match block:
                case Boxes():
                    self._boxes(block)
                case Lines():
                    self._lines(block)
                case Rows():
                    self._rows(block)
        return Layout(
            self.form, self.boxes, self.lines, self.tables, self.form.lines("funds").lines, tuple(self.missing),
            tuple(self.twice), tuple(self.astray), self.homes,
        )  # fmt: skip

    def _home(self, block: Boxes | Lines, labels: list[tuple[str, ...]], boxes: list[Box]) -> int:
        home = self.homes[block.title] = _home_of(block.key, labels, boxes, self.sheets)
        return home.sheet

    # ---- single boxes ----------------------------------------------------------------------------------------

    def _boxes(self, block: Boxes) -> None:
        boxes, sheets = typed(block.boxes), self.sheets
        home = self._home(block, block.labels, boxes)
        helps = printed_helps(boxes)
        named = {box.key: at for box in boxes if (at := _named(sheets, f"px_{box.key}"))}
        for box in boxes:
            if labels := _at_home(sheets.labelled(box.labels), home):
                self._labelled_box(box, labels, named.get(box.key), helps)
        if any(self.boxes.get(key, at) != at or _is_help(sheets, at, helps) for key, at in named.items()):
            named = {}  # the names moved away from their boxes
        self._unlabelled_boxes(block, boxes, named)

    def _unlabelled_boxes(self, block: Boxes, boxes: Iterable[Box], named: Mapping[str, Address]) -> None:
        for box in (box for box in boxes if box.key not in self.boxes):
            at = named.get(box.key)
            if at and _has_text_before(self.sheets, at):
                self.boxes[box.key] = at  # the label was retyped
            elif not box.since:
                self.missing.append((block.title, box.label, box.required))

    def _labelled_box(self, box: Box, labels: list[Address], named: Address | None, helps: Set[str]) -> None:
        before = [at for at in labels if _is_before(at, named)]
        label = (before or labels)[0]
        self.boxes[box.key] = self._value_of(label, named if before else None, box, helps)
        others = [self.sheets.right_of(at) for at in labels if at != label and at[0] == label[0]]
        self.twice += [(box.label, address) for address in others if self.sheets.cell(address)]

    def _value_of(self, label: Address, named: Address | None, box: Box, known: Set[str]) -> Address:
        """The cell of a box in its label's row: the one named or next to the label, else the first that is filled.

        The template prints each box's help (one of `known`) after it, which shows where the box was when a column
        was inserted or deleted; without it a value found elsewhere is reported.
        """
        sheet, row, column = first = self.sheets.right_of(label)
        filled = [c for c in range(column, label[2] + 8) if self.sheets.cell((sheet, row, c))]
        helps = self._helps_among(filled, sheet, row, known)
        help_at = min(helps, default=label[2] + 9)
        values = filled[: bisect_left(filled, help_at)]
        value = next(iter(values), None)
        usual = named if named and named[2] not in helps else first
        if value is None or usual[2] in values:
            return usual
        found = (sheet, row, value)
        if help_at != value + 1:
            self.astray.append((box.label, found))
        return found

    def _helps_among(self, columns: Iterable[int], sheet: int, row: int, known: Set[str]) -> list[int]:
        return [column for column in columns if _is_help(self.sheets, (sheet, row, column), known)]

    # ---- lines and rows --------------------------------------------------------------------------------------

    def _lines(self, block: Lines) -> None:
        columns, sheets = typed(block.columns), self.sheets
        header = header_of(block, sheets, self._home(block, [line.labels for line in block.lines], columns))
        rows = {line.key: _line_row(line.labels, header, sheets) for line in block.lines}
        keys = [(line.key, box.key) for line in block.lines for box in columns]
        named = self._named_in_lines(block, keys, rows)
        for line, column in keys:
            if at := _line_box(rows[line], column, header, named.get((line, column)), sheets):
                self.lines[block.key, line, column] = at
        self._missing_lines(block)

    def _named_in_lines(
        self, block: Lines, keys: Iterable[tuple[str, str]], rows: Mapping[str, tuple[int, int] | None]
    ) -> Mapping[tuple[str, str], Address]:
        """The boxes that names lead to; none where the names moved away from their labels."""
        named = {key: at for key in keys if (at := _named(self.sheets, "_".join(("px", block.key, *key))))}
        moved = any((row := rows[line]) and at[:2] != row for (line, _), at in named.items())
        return {} if moved else named

    def _missing_lines(self, block: Lines) -> None:
        found = [key[1:] for key in self.lines if key[0] == block.key]
        lines, columns = {line for line, _ in found}, {column for _, column in found}
        self.missing += [(block.title, x.label, bool(x.required)) for x in block.lines if x.key not in lines]
        owed = [box for box in typed(block.columns) if not (box.may_lack and columns)]
        self.missing += [(block.title, box.label, True) for box in owed if box.key not in columns]

    def _rows(self, block: Rows) -> None:
        columns, sheets = typed(block.columns), self.sheets
        home = _home_of(block.key, block.labels, columns, sheets)
        header = header_of(block, sheets, home.sheet)
        found: Mapping[str, int] = header.columns if header else {}
        owed = [box for box in columns if not (box.may_lack and header)]
        self.missing += [(block.title, box.label, box.required) for box in owed if box.key not in found]
        if header is None:
            return
        self.homes[block.title] = home
        self.twice += header.doubled
        areas = [a for box in columns if (a := sheets.areas.get(f"px_{block.key}_{box.key}"))]
        bottom = max((a.bottom for a in areas if a.sheet == header.sheet), default=header.bottom)
        self.tables[block.key] = _table(block, header, bottom, sheets.grids[header.sheet])


def _home_of(block: str, words: Sequence[tuple[str, ...]], named: Iterable[Box], sheets: Sheets) -> Home:
    """The block's sheet, one with more than half of its labels before any other.

    Of several, where its names point; else an original before a copy; else the one with most of its labels.
    """
    share = _share(words, sheets)
    found = [sheet for sheet in sheets.searched if share[sheet] > len(words) // 2]
    keys = [name for box in named for name in (f"px_{block}_{box.key}", f"px_{box.key}")]
    areas = {sheets.areas[key].sheet for key in keys if key in sheets.areas}

    def fitness(sheet: int) -> tuple[bool, bool, bool, int, int]:
        return sheet in found, sheet in areas, not COPY.search(sheets.names[sheet]), share[sheet], -sheet

    best = max(sheets.searched, key=fitness, default=-1)
    return Home(best, tuple(sheet for sheet in found if sheet != best)) if share[best] else Home(-1, ())


def _share(words: Iterable[tuple[str, ...]], sheets: Sheets) -> Counter[int]:
    """How many of the labels each sheet has."""
    return Counter(sheet for labels in words for sheet in {at[0] for at in sheets.labelled(labels)})


def _at_home(found: Iterable[Address], home: int) -> list[Address]:
    """The labels on the block's own sheet, or else on the others."""
    labels = list(found)
    return [address for address in labels if address[0] == home] or labels


def printed_helps(boxes: Iterable[Box]) -> set[str]:
    """The helps that the template prints after these boxes, as labels compare."""
    return {same_label(text) for box in boxes for text in box.helps}


def _is_help(sheets: Sheets, at: Address, helps: Set[str]) -> bool:
    """Whether the cell has the help that the template prints after a box."""
    cell = sheets.cell(at)
    return cell is not None and isinstance(cell.value, str) and same_label(cell.value) in helps


def _is_before(label: Address, named: Address | None) -> bool:
    """Whether the label is in the row of a named cell and before it."""
    return named is not None and label[:2] == named[:2] and label[2] < named[2]


def _has_text_before(sheets: Sheets, at: Address) -> bool:
    """Whether a named cell, or a cell before it where its label was, is filled."""
    sheet, row, column = at
    return any(sheets.cell((sheet, row, before)) for before in range(1, column + 1))


def _named(sheets: Sheets, name: str) -> Address | None:
    """The cell that a defined name points at."""
    area = sheets.areas.get(name)
    return (area.sheet, area.top, area.left) if area else None


def _line_row(labels: Iterable[str], header: Header | None, sheets: Sheets) -> tuple[int, int] | None:
    """The sheet and row of a line's label, below the header and before its columns."""
    if header is None:
        return None
    first = min(header.columns.values())
    found = (
        at for at in sheets.labelled(labels) if at[0] == header.sheet and at[1] > header.bottom and at[2] < first
    )
    return next((at[:2] for at in found), None)


def _line_box(
    row: tuple[int, int] | None, column: str, header: Header | None, named: Address | None, sheets: Sheets
) -> Address | None:
    """Where row and column meet; else the cell that is named, if nothing speaks against it."""
    if row and header and column in header.columns:
        return (*row, header.columns[column])
    denied = named is None or (header is not None and denies(header, named)) or not _has_text_before(sheets, named)
    return None if denied else named


def _table(block: Rows, header: Header, bottom: int, grid: Grid) -> TableLayout:
    """The rows with contents in the table's columns: those of the named range, and below it those near.

    Near are rows with two cells filled, up to a gap; behind a gap a row must have its name and most of the
    required boxes filled. A repeated header is not a row, and behind a gap it begins another table. Too many rows
    behind a gap are another table, too.
    """
    wanted = sorted(header.columns.values())
    required = _required_columns(block, header)
    filled = _filled(grid, header.bottom, wanted)
    rows: list[int] = []
    far: list[int] = []
    last = bottom
    for row in sorted(filled):
        repeated = _same_cells(grid, row, header.bottom, wanted)
        if row > last + 2:
            if repeated:
                break
            if not _is_complete(filled[row], required):
                continue
            far.append(row)
        last = max(last, row)
        if not repeated and (row <= bottom or len(filled[row]) > 1):
            rows.append(row)
    near = bisect_left(rows, min(far, default=last + 1))
    if len(rows) - near > MOST_FAR:
        rows, far = rows[:near], []
    return TableLayout(header.sheet, header.columns, tuple(rows), frozenset(far), header.bottom)


def _required_columns(block: Rows, header: Header) -> list[int]:
    return [header.columns[box.key] for box in block.columns if box.required and box.key in header.columns]


def _same_cells(grid: Grid, row: int, other: int, columns: Iterable[int]) -> bool:
    return all(grid.cells.get((row, column)) == grid.cells.get((other, column)) for column in columns)


def _is_complete(filled: Set[int], required: Sequence[int]) -> bool:
    """Whether the first of the required columns and most of the others are filled."""
    return not filled.isdisjoint(required[:1]) and len(filled & {*required}) * 2 > len(required)


def _filled(grid: Grid, below: int, columns: Sequence[int]) -> Mapping[int, set[int]]:
    """The filled ones of these columns in each row below."""
    wanted = {*columns}
    filled: dict[int, set[int]] = {}
    for row, column in grid.cells:
        if column in wanted and row > below:
            filled.setdefault(row, set()).add(column)
    return filled
