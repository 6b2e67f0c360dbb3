"""Several official forms in one workbook: where each begins and ends, and the workbook as that form sees it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from msgspec import Struct

from perf_xlsx.forms import Boxes
from perf_xlsx.ooxml import Cell, Grid
from perf_xlsx.ooxml.book import MAX_ROW
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.layout import Forms, LocatedForm
from perf_xlsx.reading.official.headers import Effort
from perf_xlsx.reading.official.known_headers import Headers, SheetRows
from perf_xlsx.reading.official.labels import Labels, texts_by_row
from perf_xlsx.reading.official.layout import (
    MEASURED,
    Beginnings,
    beginnings,
    locate_alone,
    locate_one_of_several,
)
from perf_xlsx.reading.remarks import ReadingRemark

WHOSE = ("project", "unit")  # boxes that say whose form it is: another form has them again
CONTINUED = "续"  # in a title that is printed once more on the next page
COPIED = "请只保留一份，把多余的删去后重新报送；确是两张不同的表的，请改写其内容。"
TOO_MANY = "请把自评表分放在几个工作簿里报送；确需一次读取更多的，用 --limits 改 forms 的上限。"

WindowCells = dict[tuple[int, int], Cell]


class Window(Struct, frozen=True):
    """The rows of a sheet that belong to one form, from its title to the next; `head` is its header's row.

    `measures`: it states targets or results, and does not only judge.
    """

    sheet: int
    top: int
    bottom: int
    head: int
    measures: bool


def official_forms(sheets: Sheets, most: int, adopted: str | None = None) -> Forms:
    """Find the official layouts of a workbook, at most so many; `adopted` is the bureau's form that it states."""
    rows, known = {n: texts_by_row(sheets, n) for n in sheets.searched}, Headers()
    found = [window for n in sheets.searched for window in _windows(sheets, n, rows, known, adopted)]
    found = [window for window in found if window.measures] or found  # a 评分表 beside a 自评表 belongs to it
    if len(found) < 2:
        layout = locate_alone(sheets, rows, known, adopted, [window.sheet for window in found])
        return Forms(() if layout is None else ((sheets, layout),))
    cells = _cells_of(sheets, found)
    windows, copies = _without_copies(sheets, cells)
    located = _located(sheets, rows, windows[:most], cells, known.effort, adopted)
    return Forms(tuple(located), (*copies, *_beyond(windows[most:], sheets, most)))


def _windows(sheets: Sheets, sheet: int, rows: SheetRows, known: Headers, adopted: str | None) -> list[Window]:
    """The forms on a sheet; a table of indicators without title or money is none."""
    begin = beginnings(sheets, sheet, rows, known, adopted)
    if not begin.tables or not (begin.titles or begin.funds):
        return []
    tops, last = [(1, begin.tables[0].top)], begin.tables[0]
    whose = _rows_of_whose(begin, rows[sheet])
    for table in begin.tables[1:]:
        if top := _begin_of(begin, whose, tops[-1][0], last.bottom, table.top):
            tops.append((top, table.top))
        last = table
    ends = [*(top - 1 for top, _ in tops[1:]), MAX_ROW]
    measures = not MEASURED.keys().isdisjoint(begin.tables[0].columns)
    return [Window(sheet, top, end, head, measures) for (top, head), end in zip(tops, ends, strict=True)]


def _rows_of_whose(begin: Beginnings, rows: Mapping[int, Mapping[int, str]]) -> list[int]:
    """The rows with labels that say whose form it is."""
    boxes = [box for block in begin.kind.form.blocks if isinstance(block, Boxes) for box in block.boxes]
    labels = Labels(box for box in boxes if box.key in WHOSE)
    return [row for row, texts in rows.items() if any(text in labels for text in texts.values())]


def _begin_of(begin: Beginnings, whose: list[int], top: int, above: int, head: int) -> int | None:
    """The first row of the form that a further header at `head` belongs to; None where it is still the same form.

    `top` is that form's first row, `above` the last row of the header before. Another form has again what the
    first one had: the boxes that say whose it is, or a table of money.
    """
    marks = (whose, begin.funds)
    title = _last_within(begin.titles, above + 1, head)
    if title and any(_last_within(rows, title, head) for rows in marks):
        return title
    again = [rows for rows in marks if _last_within(rows, top, above) and _last_within(rows, above + 1, head)]
    return min((rows[bisect_left(rows, above + 1)] for rows in again), default=None)


def _last_within(rows: list[int], first: int, last: int) -> int | None:
    """The last of the sorted rows in this range."""
    at = bisect_right(rows, last) - 1
    return rows[at] if at >= 0 and rows[at] >= first else None


def _cells_of(sheets: Sheets, windows: Sequence[Window]) -> Mapping[Window, WindowCells]:
    """The cells of each window, where they are on its sheet."""
    found: dict[Window, WindowCells] = {window: {} for window in windows}
    for sheet, group in groupby(windows, key=lambda window: window.sheet):
        here = list(group)
        tops = [window.top for window in here]
        for at, cell in sheets.grids[sheet].cells.items():
            found[here[bisect_right(tops, at[0]) - 1]][at] = cell
    return found


def _without_copies(
    sheets: Sheets, cells: Mapping[Window, WindowCells]
) -> tuple[list[Window], list[ReadingRemark]]:
    """The windows without those that hold cell for cell the same as one before, and a remark on each of these."""
    first: dict[object, Window] = {}
    remarks: list[ReadingRemark] = []
    for window, own in cells.items():
        # where on its sheet it lies does not matter
        contents = frozenset((row - window.top, column, cell.value) for (row, column), cell in own.items())
        origin = first.setdefault(contents, window)
        if origin is not window:
            message = (
                f"自评表有两份，内容相同：本次读取的是工作表{_where(sheets, origin)}，"
                f"没有读取{_where(sheets, window)}。"
            )
            remarks.append(ReadingRemark("R06", _at(window), "自评表", message, COPIED, severity="warning"))
    return [*first.values()], remarks


def _located(
    sheets: Sheets, rows: SheetRows, windows: Iterable[Window], cells: Mapping[Window, WindowCells],
    effort: Effort, adopted: str | None,
) -> Iterator[LocatedForm]:  # fmt: skip
    """Each form with the workbook as it sees it: its own rows, and sheets on which no form is."""
    nothing = {window.sheet: Grid({}, ()) for window in cells}
    common = {n: rows[n] for n in sheets.searched if n not in nothing}
    for window in windows:
        seen = sheets.with_grids(
            nothing | {window.sheet: _grid(sheets.grids[window.sheet], window, cells[window])}
        )
        own = {row: texts for row, texts in rows[window.sheet].items() if window.top <= row <= window.bottom}
        layout = locate_one_of_several(seen, window.sheet, common | {window.sheet: own}, effort, adopted)
        if layout is not None:
            yield seen, layout


def _grid(grid: Grid, window: Window, cells: WindowCells) -> Grid:
    """The rows of a window."""
    merges = tuple(span for span in grid.merges if window.top <= span[0] and span[2] <= window.bottom)
    return Grid(cells, merges, grid.hidden_rows, grid.hidden_columns)


def _beyond(windows: list[Window], sheets: Sheets, most: int) -> Iterator[ReadingRemark]:
    """R06: forms beyond the limit, as one remark."""
    if windows:
        message = (
            f"一个工作簿最多读取{most}张自评表，从工作表{_where(sheets, windows[0]).removesuffix('起的')}起，"
            f"还有{len(windows)}张没有读取，也没有评分。"
        )
        yield ReadingRemark("R06", _at(windows[0]), "自评表", message, TOO_MANY)


def _at(window: Window) -> tuple[int, int, int]:
    return (window.sheet, 0, 0) if window.top == 1 else (window.sheet, window.top, 1)


def _where(sheets: Sheets, window: Window) -> str:
    """The sheet, and the row unless it is the first."""
    return f"“{sheets.names[window.sheet]}”" + (f"第{window.top}行起的" if window.top > 1 else "")
