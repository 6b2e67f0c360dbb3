"""Numbers and texts inside an official form that were not read: nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from perf_xlsx.domain.quantity import NOTHING, is_blank, normalise, parse_quantity
from perf_xlsx.ooxml import Cell, Grid
from perf_xlsx.ooxml.book import MAX_ROW
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.extra_content import LISTED, with_contents
from perf_xlsx.reading.grids import NOWHERE, Address, Sheets
from perf_xlsx.reading.layout import Header, Layout, OfficialParts
from perf_xlsx.reading.official.adopted import left_unread
from perf_xlsx.reading.official.boxes import known_labels
from perf_xlsx.reading.official.column_contents import names_a_level
from perf_xlsx.reading.official.labels import core, texts_by_row
from perf_xlsx.reading.official.part_headings import part_headings
from perf_xlsx.reading.official.prompts import is_prompt
from perf_xlsx.reading.official.rows import bare_name
from perf_xlsx.reading.remarks import ReadingRemark
from perf_xlsx.system.pattern import pattern

_FIGURE = pattern(r"[^:]{1,40}:\s*([-+]?\d[\d,.]{0,20}\s*\D{0,4})")  # 按收入性质分：2030.12
_LONGEST = 80
_NUMBERED = pattern(r"\s*\d{1,2}[.、．]")
_NO_YEAR = pattern(r"\W*年度?\W*")  # （　　年度）


def unread_contents(layout: Layout, official: OfficialParts, sheets: Sheets) -> Iterator[ReadingRemark]:
    """R19: of each sheet the numbers and texts among the rows of the form that belong to no box, line, or table.

    Columns without a role are named by their headers; rows of sums are compared elsewhere.
    """
    used = _used(layout, official)
    tables = [table for table in (official.indicators, official.funds, official.projects) if table]
    for sheet in sorted({table.sheet for table in tables}):
        left, grid = list(_on_sheet(sheet, used, layout, official, sheets)), sheets.grids[sheet]
        heads = {
            *_above_labels(part_headings(texts_by_row(sheets, sheet), official.kind.headings), sheet, official)
        }
        left = [at for at in left if at not in heads]
        numbers = [at for at in left if _is_number(grid.cells[at])]
        texts = [at for at in left if at not in numbers and not _is_printed(at, grid, sheet, used, official)]
        for what, found in (("数字", numbers), ("文字", texts)):
            if found:
                rows = f"（{in_rows(found)}）" if len(found) > LISTED else ""
                message = f"表内还有{what}没有读取：{with_contents(grid, found)}{rows}。"
                advice = f"评分没有用到这些{what}；如是应当填报的内容，请填到对应的栏中。"
                yield ReadingRemark("R19", (sheet, *found[0]), f"没有读取的{what}", message, advice)


def _above_labels(
    headings: Iterable[tuple[int, int]], sheet: int, official: OfficialParts
) -> Iterator[tuple[int, int]]:
    """The headings of parts that stand right above labels of the form."""
    rows = {row for home, row, _ in official.labels if home == sheet}
    return ((row, column) for row, column in headings if row + 1 in rows)


def _is_printed(at: tuple[int, int], grid: Grid, sheet: int, used: set[Address], official: OfficialParts) -> bool:
    """Whether a text is no content: blank, a label or prompt of the form, or a heading beside what is read."""
    row = at[0]
    cell, kind = grid.cells[at], official.kind
    text = str(cell.value or "")
    words = {*kind.headings, *kind.totals, *kind.subtotals, *kind.execution, *left_unread(kind)}
    if is_blank(text) or normalise(text) in NOTHING or _NO_YEAR.fullmatch(normalise(text)):
        return True
    if core(text) in words or text in known_labels(kind) or _goes_on(grid, at, official):
        return True
    if names_a_level(text) or is_blank(bare_name(text)):  # of a row that nobody filled in
        return True
    low = next((low for top, left, low, _ in grid.merges if (top, left) == at), row)
    beside = {other for home, other, _ in used if home == sheet}
    heading = low > row and not beside.isdisjoint(range(row, low + 1))
    return heading or is_prompt(text, kind.prompts)


def _goes_on(grid: Grid, at: tuple[int, int], official: OfficialParts) -> bool:
    """Whether it is a further line of a remark: 2.定性指标… below 注：1.…"""
    row, column = at
    while (cell := grid.cells.get((row, column))) and cell.label and _NUMBERED.match(cell.label):
        row -= 1
    return row < at[0] and cell is not None and _is_aside(official, {column: cell}, column)


def in_rows(cells: Iterable[tuple[int, int]]) -> str:
    """The rows of cells, those in sequence as one: 第4—6、9行."""
    rows = sorted({row for row, _ in cells})
    starts = [row for row in rows if row - 1 not in rows]
    ends = [row for row in rows if row + 1 not in rows]
    runs = (f"{one}—{last}" if last > one else f"{one}" for one, last in zip(starts, ends, strict=True))
    return f"第{'、'.join(runs)}行"


def _on_sheet(
    sheet: int, used: set[Address], layout: Layout, official: OfficialParts, sheets: Sheets
) -> Iterator[tuple[int, int]]:
    """The row and column of every cell on a sheet that is neither read nor told."""
    columns = _columns_of_tables(layout, official, sheet)
    execution = layout.boxes.get("claimed_execution_points", NOWHERE)
    own = [row for at, row, _ in used if at == sheet]
    for row, cells in _rows(sheets, sheet, own, layout.forms).items():
        if _is_told(official, row, cells) or (sheet, row) == execution[:2]:
            continue
        covered = columns.get(row, ())
        for column in (c for c in cells if c not in covered and (sheet, row, c) not in used):
            if not _is_aside(official, cells, column) or _is_remark(cells, column):
                yield row, column


def _used(layout: Layout, official: OfficialParts) -> set[Address]:
    used = {*layout.boxes.values(), *layout.lines.values(), *official.labels}
    used |= {one.at for one in official.remarks if one.code == "R19"}  # named there
    used |= {at for _, located in layout.passages for at in (located.label, located.value)}
    for key in layout.tables:
        used |= layout.cells_of(key, ())
    return used | ({official.stated_weight[0]} if official.stated_weight else set())


def _rows(
    sheets: Sheets, sheet: int, own: Sequence[int], others: Sequence[Address]
) -> Mapping[int, Mapping[int, Cell]]:
    """The cells of the rows from the first of a form's `own` on, before the `others` begin."""
    first = min(own)
    end = min((row for at, row, _ in others if at == sheet), default=MAX_ROW + 1)
    found: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sorted(sheets.grids[sheet].cells.items()):
        if first <= row < end:
            found.setdefault(row, {})[column] = cell
    return found


def _columns_of_tables(layout: Layout, official: OfficialParts, sheet: int) -> Mapping[int, frozenset[int]]:
    """For the rows of each table the columns under its header, all of which are read or named."""
    found: dict[int, frozenset[int]] = {}
    headers = {"indicators": official.indicators, "projects": official.projects}
    for key, header in headers.items():
        table = layout.tables.get(key)
        if header and table and table.sheet == sheet:
            rows = (*table.rows, *official.parts) if key == "indicators" else table.rows
            found |= dict.fromkeys(rows, _labelled(header, official))
    if official.funds and official.funds.sheet == sheet:
        found |= dict.fromkeys(official.fund_rows.values(), _labelled(official.funds, official))
    return found


def _labelled(header: Header, official: OfficialParts) -> frozenset[int]:
    """The columns below the labels of a header, and those of the headings left of them."""
    first = min(left for left, _ in header.spans)
    below = (range(left, right + 1) for left, right in header.spans)
    return frozenset((*range(_left(header, official), first), *chain.from_iterable(below)))


def _left(header: Header, official: OfficialParts) -> int:
    """The first column that has a text in the header."""
    rows = range(header.top, header.bottom + 1)
    return min(column for sheet, row, column in official.labels if sheet == header.sheet and row in rows)


def _is_told(official: OfficialParts, row: int, cells: Mapping[int, Cell]) -> bool:
    """Whether a row is told by itself, or sums others up."""
    kind, words = official.kind, {core(cell.label) for cell in cells.values() if cell.label}
    sums = words & {*kind.totals} or any(word.endswith(tuple(kind.subtotals)) for word in words)
    below = row > official.indicators.bottom  # above there is no sum to compare
    if row in official.level_rows.values():
        return True
    return (below and bool(sums)) or row in official.other_projects or row == official.project_total


def _is_number(cell: Cell) -> bool:
    if isinstance(cell.value, Decimal):
        return True
    text = normalise(as_shown(cell)) if isinstance(cell.value, str) else ""
    if not text or len(text) > _LONGEST:
        return False
    found = _FIGURE.fullmatch(text)
    return parse_quantity(found[1] if found else text) is not None


def _is_remark(cells: Mapping[int, Cell], column: int) -> bool:
    """Whether a text stands beside 说明 or 备注, where it may be content of the form."""
    before = [core(cell.label) for at, cell in cells.items() if at < column and cell.label]
    return bool(before) and before[-1] in ("说明", "备注") and not _is_number(cells[column])


def _is_aside(official: OfficialParts, cells: Mapping[int, Cell], column: int) -> bool:
    """Whether the label before the cell is one of what is not read: 联系电话."""
    before = [core(cell.label) for at, cell in cells.items() if at < column and cell.label]
    own = core((cells[column].label or "").partition(":")[0].partition("：")[0])
    asides = official.kind.asides
    return own in asides or (bool(before) and before[-1] in asides)
