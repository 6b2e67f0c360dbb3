"""Labels and header rows as people write them, compared without brackets, spaces and numbering."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from perf_xlsx.domain.quantity import normalise, unmarked
from perf_xlsx.forms import Box, Line
from perf_xlsx.ooxml.book import MAX_ROW
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Header
from perf_xlsx.system.pattern import pattern

Needs = Sequence[Sequence[str]]
Row = Mapping[int, str]  # column -> text

_LEADING = pattern(r"^(?:其中[:,]?|\d{1,2}[.、]|\([一二三四五六七八九十]+\)|[一二三四五六七八九十]+、)+")
_BRACKET = pattern(r"\([^()]*\)[:*]*$")
LONGEST = 40  # no label is longer
SECOND = {"sign": "second_sign"}  # 指标性质 (正向) next to 指标方向 (等于)


@lru_cache(1 << 13)  # of each text it is asked for every block that may begin there
def core(text: str) -> str:
    """The core of a label: without spaces, a leading 其中 or number, and brackets at its end.

    "其中：本年财政拨款（万元）" -> "本年财政拨款"; "全年（调整）预算数" keeps brackets inside it.
    """
    if len(text) > 5 * LONGEST:
        return text
    bare = without_spaces(unmarked(normalise(text))[0] or text).strip(":*")
    bare = _LEADING.sub("", bare) or bare
    while shorter := _BRACKET.sub("", bare):
        if shorter == bare:
            break
        bare = shorter
    return bare.strip(":*")


def without_spaces(text: str) -> str:
    """A text as it compares, its letters set apart or not: "项 目 支 出" is "项目支出"."""
    return re.sub(r"\s", "", normalise(text))


class Labels:
    """Which box a label belongs to, and how sure: 0 is our own label, the higher the further from it."""

    def __init__(self, items: Iterable[Box | Line]) -> None:
        self._known: dict[str, tuple[int, str]] = {}
        for item in items:
            for rank, label in enumerate(item.labels):
                self._known.setdefault(core(label), (rank, item.key))

    def __contains__(self, text: str) -> bool:
        return self.of(text) is not None

    def of(self, text: str) -> tuple[int, str] | None:
        """(rank, key) of a text, or None."""
        return self._known.get(core(text)) if len(text) <= LONGEST else None


def rows_of(sheets: Sheets, sheet: int, last: int = MAX_ROW) -> dict[int, dict[int, str]]:
    """The texts of a sheet by row and column, from top to bottom and left to right, down to the `last` row."""
    rows: dict[int, dict[int, str]] = {}
    cells = sheets.grids[sheet].cells
    for row, column in sorted(cells if last == MAX_ROW else (at for at in cells if at[0] <= last)):
        if label := cells[row, column].label:
            rows.setdefault(row, {})[column] = label
    return rows


def headers(sheets: Sheets, sheet: int, rows: Mapping[int, Row], labels: Labels, needs: Needs) -> list[Header]:
    """Every header on the sheet that has what the table needs, from top to bottom."""
    merged = {
        (top, left): (min(bottom, top + 2), right) for top, left, bottom, right in sheets.grids[sheet].merges
    }
    found: list[Header] = []
    for row in rows:
        if found and row <= found[-1].bottom:
            continue
        if header := _header(sheet, row, rows, merged, labels, needs):
            found.append(header)
    return found


def _header(
    sheet: int, row: int, rows: Mapping[int, Row], merged: Mapping[tuple[int, int], tuple[int, int]],
    labels: Labels, needs: Needs,
) -> Header | None:  # fmt: skip
    """The header that begins in this row; a second row below it may hold the labels under a merged heading.

    `merged` gives the last row and column of what is merged from a cell.
    """
    spans = {column: merged.get((row, column), (row, column)) for column in rows[row]}
    rights = {column: right for column, (_, right) in spans.items()}
    if two := _header_in_two_rows(sheet, row, rows, rights, labels, needs):
        return two
    columns, titles, ranks, doubled, unread = _assigned(sheet, _in_row(row, rows[row]), labels)
    if not _has(columns, needs):
        return None
    bottom = max(spans[column][0] for column in columns.values())
    beneath = [
        core(text)
        for at in range(row + 1, bottom + 1)
        for column, text in rows.get(at, {}).items()
        if column not in columns.values()
    ]
    return Header(sheet, row, bottom, columns, titles, ranks, doubled, (*unread, *beneath))


def _header_in_two_rows(
    sheet: int, row: int, rows: Mapping[int, Row], rights: Mapping[int, int], labels: Labels, needs: Needs
) -> Header | None:
    """The header whose second row holds labels under a heading, which is merged up to its column in `rights`."""
    lower = rows.get(row + 1, {})
    below = {column: text for column, text in lower.items() if text in labels}
    if len(below) < 2:
        return None
    above = {
        column: (row, text)
        for column, text in rows[row].items()
        if not any(column <= under <= rights[column] for under in below)
    }
    upper, under = _assigned(sheet, above, labels)[0], _assigned(sheet, _in_row(row + 1, below), labels)[0]
    both = _assigned(sheet, above | _in_row(row + 1, lower), labels)
    found = upper and set(both[0]) > set(under) and _has(both[0], needs)
    return Header(sheet, row, row + 1, *both) if found else None


def _in_row(row: int, texts: Row) -> dict[int, tuple[int, str]]:
    return {column: (row, text) for column, text in texts.items()}


Assigned = tuple[dict[str, int], dict[str, str], dict[str, int], tuple[tuple[str, Address], ...], tuple[str, ...]]


def _assigned(sheet: int, cells: Mapping[int, tuple[int, str]], labels: Labels) -> Assigned:
    """Each box's column by its surest label; a second label equally sure is a double, any other is left unread."""
    best, doubled, unread = _ranked(sheet, cells, labels)
    columns = {key: column for key, (_, column) in best.items()}
    titles = {key: core(cells[column][1]) for key, column in columns.items()}
    return columns, titles, {key: rank for key, (rank, _) in best.items()}, tuple(doubled), tuple(unread)


def _ranked(
    sheet: int, cells: Mapping[int, tuple[int, str]], labels: Labels
) -> tuple[dict[str, tuple[int, int]], list[tuple[str, Address]], list[str]]:
    """The rank and column of each box; doubles; texts left unread.

    A box that has a second one (SECOND) reads both its columns.
    """
    best: dict[str, tuple[int, int]] = {}
    doubled: list[tuple[str, Address]] = []
    unread: list[str] = []
    for column, (row, text) in sorted(cells.items()):
        known = labels.of(text)
        if known is None:
            if best:  # a text before the first column is a heading of the table
                unread.append(core(text))
            continue
        rank, key = known
        spare, second = max(best.get(key, (rank, column)), (rank, column)), SECOND.get(key)
        if key in best and second and second not in best:
            best[second] = spare
        elif key in best and best[key][0] == rank:
            doubled.append((core(text), (sheet, row, column)))
        elif key in best:
            unread.append(core(cells[spare[1]][1]))
        best[key] = min(best.get(key, (rank, column)), (rank, column))
    return best, doubled, unread


def _has(columns: Mapping[str, int], needs: Needs) -> bool:
    return all(any(key in columns for key in group) for group in needs)
