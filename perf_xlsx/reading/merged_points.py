"""Points of indicators that an official form merges over several rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.layout import TableLayout

WEIGHT, CLAIM = "weight", "claimed_points"
MergedRows = tuple[int, ...]


class MergedPoints(Struct, frozen=True):
    """The rows that a box of points is merged over, by column and by each of the rows."""

    rows: Mapping[str, Mapping[int, MergedRows]] = {}

    def of(self, key: str, row: int) -> MergedRows:
        """The rows that share the box in a row; () where it has a box of its own."""
        return self.rows.get(key, {}).get(row, ())

    def together(self, row: int) -> MergedRows:
        """The rows that are one for points: weight and claim are merged over the same; () where they are not.

        A form without claims has only weights to merge.
        """
        weighed = self.of(WEIGHT, row)
        return weighed if CLAIM not in self.rows or self.of(CLAIM, row) == weighed else ()


def merged_points(sheets: Sheets, table: TableLayout, rows: Sequence[int]) -> MergedPoints:
    """Where weights and claims are merged over several of these rows."""
    return MergedPoints(
        {key: _shared(sheets, table, key, rows) for key in (WEIGHT, CLAIM) if key in table.columns}
    )


def _shared(sheets: Sheets, table: TableLayout, key: str, rows: Sequence[int]) -> dict[int, MergedRows]:
    tops: dict[tuple[int, int], list[int]] = {}
    for row in rows:
        top, left, _, _ = sheets.merge_at((table.sheet, row, table.columns[key]))
        tops.setdefault((top, left), []).append(row)
    return {row: tuple(group) for group in tops.values() if len(group) > 1 for row in group}
