"""Numbers inside an official form that were not read: nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from perf_xlsx.domain.quantity import normalise, parse_quantity
from perf_xlsx.ooxml import Cell
from perf_xlsx.ooxml.book import MAX_COLUMN
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.extra_content import with_contents
from perf_xlsx.reading.grids import NOWHERE, Address, Sheets
from perf_xlsx.reading.layout import Header, Layout, OfficialParts
from perf_xlsx.reading.official.labels import core
from perf_xlsx.reading.remarks import Remark
from perf_xlsx.system.pattern import pattern

_FIGURE = pattern(r"[^:]{1,40}:\s*([-+]?\d[\d,.]{0,20}\s*\D{0,4})")  # 按收入性质分：2030.12
_LONGEST = 80


def unread_numbers(layout: Layout, official: OfficialParts, sheets: Sheets) -> Iterator[Remark]:
    """R19: of each sheet the numbers among the rows of the form that belong to no box, line, or table.

    Columns without a role are named by their headers; rows of sums are compared elsewhere.
    """
    used = _used(layout, official)
    tables = [table for table in (official.indicators, official.funds, official.projects) if table]
    for sheet in sorted({table.sheet for table in tables}):
        if found := list(_on_sheet(sheet, used, layout, official, sheets)):
            message = f"表内还有数字没有读取：{with_contents(sheets.grids[sheet], found)}。"
            advice = "评分没有用到这些数字；如是应当填报的内容，请填到对应的栏中。"
            yield Remark("R19", (sheet, *found[0]), "没有读取的数字", message, advice)


def _on_sheet(
    sheet: int, used: set[Address], layout: Layout, official: OfficialParts, sheets: Sheets
) -> Iterator[tuple[int, int]]:
    """The row and column of every such number on a sheet."""
    columns = _columns_of_tables(layout, official, sheet)
    execution = layout.boxes.get("claimed_execution_points", NOWHERE)
    own = [row for at, row, _ in used if at == sheet]
    for row, cells in _rows(sheets, sheet, own, layout.forms).items():
        if _is_told(official, row, cells) or (sheet, row) == execution[:2]:
            continue
        covered = columns.get(row, ())
        for column in (c for c in cells if c not in covered and (sheet, row, c) not in used):
            if _is_number(cells[column]) and not _is_aside(official, cells, column):
                yield row, column


def _used(layout: Layout, official: OfficialParts) -> set[Address]:
    used = {*layout.boxes.values(), *layout.lines.values(), *official.labels}
    used |= {at for _, located in layout.passages for at in (located.label, located.value)}
    for key in layout.tables:
        used |= layout.cells_of(key, ())
    return used | ({official.stated_weight[0]} if official.stated_weight else set())


def _rows(
    sheets: Sheets, sheet: int, own: Sequence[int], others: Sequence[Address]
) -> Mapping[int, Mapping[int, Cell]]:
    """The cells of the rows from the first of a form's `own` to the last, before the `others` begin."""
    first, last = min(own), max(own)
    end = min((row for at, row, _ in others if at == sheet), default=last + 1)
    found: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sorted(sheets.grids[sheet].cells.items()):
        if first <= row <= last and row < end:
            found.setdefault(row, {})[column] = cell
    return found


def _columns_of_tables(layout: Layout, official: OfficialParts, sheet: int) -> Mapping[int, range]:
    """For the rows of each table the columns under its header, all of which are read or named."""
    found: dict[int, range] = {}
    headers = {"indicators": official.indicators, "projects": official.projects}
    for key, header in headers.items():
        table = layout.tables.get(key)
        if header and table and table.sheet == sheet:
            rows = (*table.rows, *official.parts) if key == "indicators" else table.rows
            found |= dict.fromkeys(rows, range(_left(header, official), MAX_COLUMN))
    if official.funds and official.funds.sheet == sheet:
        found |= dict.fromkeys(official.fund_rows.values(), range(_left(official.funds, official), MAX_COLUMN))
    return found


def _left(header: Header, official: OfficialParts) -> int:
    """The first column that has a text in the header."""
    rows = range(header.top, header.bottom + 1)
    return min(column for sheet, row, column in official.labels if sheet == header.sheet and row in rows)


def _is_told(official: OfficialParts, row: int, cells: Mapping[int, Cell]) -> bool:
    """Whether a row is told by itself, or sums others up."""
    kind, words = official.kind, {core(cell.label) for cell in cells.values() if cell.label}
    sums = words & {*kind.totals, *kind.subtotals}
    below = row > official.indicators.bottom  # above there is no sum to compare
    return (below and bool(sums)) or row in official.other_projects or row == official.project_total


def _is_number(cell: Cell) -> bool:
    if isinstance(cell.value, Decimal):
        return True
    text = normalise(as_shown(cell)) if isinstance(cell.value, str) else ""
    if not text or len(text) > _LONGEST:
        return False
    found = _FIGURE.fullmatch(text)
    return parse_quantity(found[1] if found else text) is not None


def _is_aside(official: OfficialParts, cells: Mapping[int, Cell], column: int) -> bool:
    """Whether the label before the cell is one of what is not read: 联系电话."""
    before = [core(cell.label) for at, cell in cells.items() if at < column and cell.label]
    own = core((cells[column].label or "").partition(":")[0].partition("：")[0])
    asides = official.kind.asides
    return own in asides or (bool(before) and before[-1] in asides)
