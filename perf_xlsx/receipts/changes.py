"""What differs: the inputs of a form from those of its receipt, and our sheets from what would be written now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from msgspec import Struct

from perf_xlsx.domain.inputs import CODED, Disclosed, Input
from perf_xlsx.domain.place import column_name
from perf_xlsx.domain.rounding import plain
from perf_xlsx.ooxml import Grid, SheetDraft
from perf_xlsx.ooxml.book import parse_cell
from perf_xlsx.ooxml.contents import Numbered, changed_rows, codes_of_draft, codes_of_grid
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.system.pattern import pattern

EMPTY, UNTOLD = "空", "另一段文字（回执不存原文）"
RATES = ("claimed_rate", "claimed_completion")
_FIGURE = pattern(r"[+-]?[0-9][0-9,]{0,30}(\.[0-9]{1,15})?%?")
_TOTAL = pattern(r"总分([0-9]{1,24}\.[0-9]{2})")


class Change(Struct, frozen=True):
    """A cell that holds something else than it did; `now` says where it is. Texts are as a person reads them."""

    sheet: str
    cell: str
    field: str
    then: str
    now: str


# ---- inputs ----------------------------------------------------------------------------------------------------


def changes_of(inputs: Iterable[Input], then: Disclosed) -> Iterator[Change]:
    """The cells whose content is not that of a receipt, sheet by sheet."""
    now: dict[str, dict[tuple[int, int], Input]] = {}
    for one in inputs:
        now.setdefault(one.place.sheet, {})[one.place.row, one.place.column] = one
    before = {title: _by_address(cells) for title, cells in then.items()}
    renamed = dict(_renamed(now, before))
    for title in dict.fromkeys([*now, *(title for title in before if title not in renamed.values())]):
        was = before.get(renamed.get(title, title), {})
        is_now = now.get(title, {})
        codes = {at: one.disclosed for at, one in is_now.items()}
        for old, new in changed_rows(codes, was):
            yield from _of_row(title, old, new, is_now)


def _by_address(cells: Mapping[str, str]) -> dict[tuple[int, int], str]:
    return {at: content for cell, content in cells.items() if (at := parse_cell(cell))}


def _renamed(
    now: Mapping[str, Mapping[tuple[int, int], Input]], then: Mapping[str, Mapping[tuple[int, int], str]]
) -> Iterator[tuple[str, str]]:
    """Sheets that only have another name now, with the name that they had."""
    new = {title: {at: one.disclosed for at, one in now[title].items()} for title in now if title not in then}
    for title, cells in new.items():
        for old in then:
            if old not in now and len(cells.items() & then[old].items()) * 2 > len(then[old]):
                yield title, old


def _of_row(
    sheet: str, old: Numbered | None, new: Numbered | None, inputs: Mapping[tuple[int, int], Input]
) -> Iterator[Change]:
    was, is_now = dict(old[1] if old else ()), dict(new[1] if new else ())
    row = new[0] if new else old[0] if old else 0
    for column in sorted({*was, *is_now}):
        if was.get(column) != is_now.get(column):
            one = inputs.get((row, column)) if column in is_now else None
            before, after = was.get(column, EMPTY), one.shown if one else EMPTY
            yield Change(sheet, f"{column_name(column)}{row}", one.field if one else "", _told(before, one), after)


def _told(then: str, now: Input | None) -> str:
    """The content of a receipt as a person reads it; a rate as percent, where the cell still holds one."""
    if then.startswith(CODED):
        return UNTOLD
    if now and now.parts[0][0] in RATES and _FIGURE.fullmatch(then):
        return f"{plain(Decimal(then) * 100)}%"
    return then


def alike(inputs: Iterable[Input], then: Disclosed) -> float:
    """The part of a receipt's cells that hold the same still, wherever they are on their sheet."""
    kept = sum(len(cells) for cells in then.values())
    now = {(one.place.column, one.disclosed) for one in inputs}
    same = sum((at[1], content) in now for cells in then.values() for at, content in _by_address(cells).items())
    return same / kept if kept else 0.0


# ---- our sheets ------------------------------------------------------------------------------------------------


def totals_in(text: str) -> list[str]:
    """The totals that a line of ours states."""
    return _TOTAL.findall(text)


def figures_changed(drafts: Iterable[SheetDraft], sheets: Mapping[str, Grid], code: str) -> Iterator[Change]:
    """The figures on our sheets, and the line with the check `code`, that are not as they would be written now.

    Those of a deleted row are too. Words are left out: they tell of findings, which a waiver or another name of
    the file may change.
    """
    for draft in drafts:
        grid = sheets.get(draft.title)
        if grid is None:
            continue
        then = codes_of_draft(draft)
        for old, new in changed_rows(codes_of_grid(grid, then), then):
            if old:
                yield from _figures_of_row(draft, grid, old, new or (old[0], ()), code)


def _figures_of_row(draft: SheetDraft, grid: Grid, old: Numbered, new: Numbered, code: str) -> Iterator[Change]:
    present = dict(new[1])
    for column, was in old[1]:
        if present.get(column) == was:
            continue
        value = draft.cells[old[0] - 1][column - 1][0]
        then = value if isinstance(value, str) else plain(Decimal(f"{value:.15g}"))
        cell = grid.cells.get((new[0], column)) if column in present else None
        now = as_shown(cell) if cell else EMPTY
        if _FIGURE.fullmatch(then) or (code in then and not _says_the_same(now, then, code)):
            yield Change(draft.title, f"{column_name(column)}{new[0]}", "", then, now)


def _says_the_same(now: str, then: str, code: str) -> bool:
    return code in now and totals_in(now) == totals_in(then)
