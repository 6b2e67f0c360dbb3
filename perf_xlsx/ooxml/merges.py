"""The merged ranges of one sheet, looked up by cell."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator

Spot = tuple[int, int]  # row, column
Span = tuple[int, int, int, int]  # top, left, bottom, right


class Merges:
    """The merges, by blocks of rows whose number is a power of two: a merge of any height is in few of them.

    Those of one block do not lie in each other's columns, as in no workbook two merges share a cell. Of two that
    do, either is found.
    """

    def __init__(self, merges: Iterable[Span]) -> None:
        self._blocks: dict[tuple[int, int], list[Span]] = {}
        for merge in merges:
            for block in _blocks(merge[0], merge[2]):
                self._blocks.setdefault(block, []).append(merge)
        for found in self._blocks.values():
            found.sort(key=_left)
        self._sizes = sorted({size for size, _ in self._blocks})

    def at(self, row: int, column: int) -> Span | None:
        """The merge that a cell lies in, or None."""
        for size in self._sizes:
            found = self._blocks.get((size, row >> size), ())
            at = bisect_right(found, column, key=_left) - 1
            if at >= 0 and column <= found[at][3]:
                return found[at]
        return None


def _left(merge: Span) -> int:
    return merge[1]


def _blocks(top: int, bottom: int) -> Iterator[tuple[int, int]]:
    """Blocks of 2 ** size rows that together are these rows, as (size, number): two of a size at most."""
    size, end = 0, bottom + 1
    while top < end:
        if top % 2:
            yield size, top
            top += 1
        if end % 2:
            end -= 1
            yield size, end
        top, end, size = top // 2, end // 2, size + 1
