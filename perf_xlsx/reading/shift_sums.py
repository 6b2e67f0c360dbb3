"""Whether the figures of a block of lines are in their boxes: by sums that add up and rates that agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations
from types import MappingProxyType

from perf_xlsx.domain.model import AMOUNTS
from perf_xlsx.forms import Line, Lines
from perf_xlsx.reading.cells import number_in
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Layout
from perf_xlsx.reading.live_cells import is_live

HERE = (0, 0)
Offset = tuple[int, int]  # rows down, columns to the right
_MOVED = (*AMOUNTS, "claimed_rate")


class BlockFigures:
    """The figures of a block of lines, read at an offset from their boxes."""

    def __init__(self, block: Lines, sheets: Sheets, layout: Layout) -> None:
        self.block, self.sheets, self.layout = block, sheets, layout
        self.lines = {line.key: line for line in block.lines}
        self._read: dict[Address, Decimal | None] = {}  # each is asked for many times

    def offset(self) -> Offset | None:
        """The offset at which the figures agree, where they do not agree in their boxes.

        By rows, totals equal their parts there and none does here; by columns, amounts and rates across a line do,
        and the column that they left is empty. One total of several parts is enough, unless more totals miss their
        parts there: round figures agree by chance.
        """
        if not self.stand():
            found = next((off for off in ((1, 0), (-1, 0)) if self.totals(off) > 1 and self._mostly(off)), None)
            if found:
                return found
        if not any(self._across(HERE)):
            return next((off for off in ((0, 1), (0, -1)) if self._vacated(off) and any(self._across(off))), None)
        return None

    def stand(self) -> bool:
        """Whether any total is where it belongs: it is the sum of its parts, or the template's own formula."""
        return self.totals(HERE) > 0 or self.are_made()

    def are_made(self) -> bool:
        """Whether the template's own formula stands in a total."""
        found, summed = self.layout.lines.items(), {line.key for line in self.block.lines if line.parts}
        totals = (at for (block, key, _), at in found if block == self.block.key and key in summed)
        return any(is_live(self.sheets.cell(at)) for at in totals)

    def _vacated(self, off: Offset) -> bool:
        """Whether the column is empty that a block moved sideways must have left: its first, or its last."""
        places = {at[2] for key, at in self.layout.lines.items() if key[0] == self.block.key and key[2] in _MOVED}
        left = (min if off[1] > 0 else max)(places, default=0)
        return all(
            number_in(self.sheets.cell(at)) is None
            for key, at in self.layout.lines.items()
            if key[0] == self.block.key and at[2] == left
        )

    def exchanged(self) -> tuple[str, str] | None:
        """Two columns of amounts that were filled in for each other: across the lines all agrees only that way.

        年初 and 全年 seem exchanged as well where adjustments have the wrong sign; there only a rate can tell.
        """
        rated = any(self._number(line, "claimed_rate", HERE) for line in self.lines)
        wrong = [agrees for agrees in self._across(HERE) if not agrees]
        if len(wrong) < 2:
            return None
        for one, other in combinations(AMOUNTS, 2):
            if (one, other) == ("initial", "adjusted") and not rated:
                continue
            agree = list(self._across(HERE, {one: other, other: one}))
            if len(agree) >= len(wrong) and all(agree):
                return one, other
        return None

    def totals(self, off: Offset) -> int:
        """How many totals are the sum of their parts; those of several parts count twice."""
        return sum(min(sum(map(bool, parts)), 2) for whole, parts in self._totals(off) if whole == sum(parts))

    def _mostly(self, off: Offset) -> bool:
        """Whether no more totals miss their parts there, all of which are known, than meet them."""
        found = list(self._totals(off))
        met = sum(whole == sum(parts) for whole, parts in found)
        return sum(whole != sum(parts) and all(parts) for whole, parts in found) <= met

    def _totals(self, off: Offset) -> Iterator[tuple[Decimal, list[Decimal]]]:
        """The totals with their parts, those that are not known as 0."""
        for line in self.block.lines:
            for column in AMOUNTS if line.parts else ():
                if whole := self._number(line.key, column, off):
                    yield whole, [part or Decimal(0) for part in self._parts(line, column, off)]

    def _parts(self, line: Line, column: str, off: Offset) -> Iterator[Decimal | None]:
        for key in line.parts:
            stated = self._number(key, column, off)
            inner = [part for part in self._parts(self.lines[key], column, off) if part is not None]
            yield sum(inner, Decimal(0)) if stated is None and inner else stated

    def _across(self, off: Offset, instead: Mapping[str, str] = MappingProxyType({})) -> Iterator[bool]:
        """Of each line whether the amounts add up, and whether the rate agrees, as far as they are known."""
        columns = [instead.get(column, column) for column in AMOUNTS]
        for line in self.block.lines:
            initial, adjustment, adjusted, executed = (self._number(line.key, column, off) for column in columns)
            if off == HERE or (initial and adjustment):
                yield from _adds_up(initial, adjustment, adjusted)
            yield from _rate_agrees(self._number(line.key, "claimed_rate", off), executed, adjusted)

    def _number(self, line: str, column: str, off: Offset) -> Decimal | None:
        at = self.layout.lines.get((self.block.key, line, column))
        if at is None:
            return None
        at = (at[0], at[1] + off[0], at[2] + off[1])
        if at not in self._read:
            self._read[at] = number_in(self.sheets.cell(at))
        return self._read[at]


def _adds_up(initial: Decimal | None, adjustment: Decimal | None, adjusted: Decimal | None) -> Iterator[bool]:
    if initial is not None and adjustment is not None and adjusted is not None:
        yield initial + adjustment == adjusted


def _rate_agrees(rate: Decimal | None, executed: Decimal | None, adjusted: Decimal | None) -> Iterator[bool]:
    if rate and executed and adjusted:
        yield any(abs(executed / adjusted - one) <= Decimal("0.00006") for one in (rate, rate / 100))
