"""The levels of indicators: merged over several rows, or written only in the first row of a group."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.levels import level_named
from perf_xlsx.domain.model import Entry
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.reading.grids import NOWHERE, Address, Sheets
from perf_xlsx.reading.layout import Layout
from perf_xlsx.vocabulary import vocabulary

FILLED_DOWN = ("level1", "level2")
DITTO = frozenset(vocabulary("rows")["ditto"]["words"])
TOLD_BY_LEVEL_2: tuple[str, ...] = tuple(vocabulary("levels")["told"]["by_level2"])

RowEntries = dict[str, Entry[Any]]


def value_cell(layout: Layout, sheets: Sheets, key: str, address: Address) -> Address:
    """The cell of a row's value: levels, and names on an official layout, are filled down inside their merge.

    A level that has a row of its own above the row is there.

    NOWHERE for a level whose columns the name is written over.
    """
    if key not in FILLED_DOWN and not (key == "name" and layout.official):
        return address
    sheet, row, column = address
    if key == "level1" and layout.official and row in layout.official.level_rows and sheets.cell(address) is None:
        return sheet, layout.official.level_rows[row], column
    top, left, _, right = sheets.merge_at(address)
    if (
        layout.official
        and key != "name"
        and left < right
        and left <= layout.official.indicators.columns["name"] <= right
    ):
        return NOWHERE
    return sheet, top, left


def filled_down(rows: Iterable[RowEntries]) -> tuple[list[RowEntries], Entry[Any] | None]:
    """The rows with empty levels taken from the row above, and the first level that was taken."""
    found: list[RowEntries] = []
    first: Entry[Any] | None = None
    above: RowEntries = {}
    for row in rows:
        if above and _is_open(row["level1"]) and not above["level1"].empty:
            if (own := level_named(row["level2"].given)) in TOLD_BY_LEVEL_2:
                row = row | {"level1": replace(row["level1"], value=own, given=own)}
            else:
                first = first or replace(row["level1"], value=above["level1"].value)
                row = row | {key: above[key] for key in FILLED_DOWN if _is_open(row[key])}
        above = row
        found.append(row)
    return found, first


def _is_open(level: Entry[Any]) -> bool:
    return level.empty or normalise(level.given) in DITTO
