"""Where everything of a form stands in a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from perf_xlsx.reading.grids import Address


class Home(Struct, frozen=True):
    """The sheet that a block is read from (-1: none has its labels), and others that hold it once more."""

    sheet: int
    others: tuple[int, ...]


class Table(Struct, frozen=True):
    """Where a Rows block stands: its sheet, the column of each box, and the rows that may be filled.

    `far` are those of the rows that stand below the table, behind a gap; `head` is the row of its header.
    """

    sheet: int
    columns: Mapping[str, int]
    rows: tuple[int, ...]
    far: frozenset[int] = frozenset()
    head: int = 0


class Layout(Struct):
    """Where everything stands: single boxes by key, lines by block, line and column, tables by block.

    `missing` tells what was not found: the block's title, the label, and whether the form must have it. `twice`
    are labels that stand once more and `astray` those whose value stands apart, each with its address. `homes`
    are, by a block's title, the sheet that it is read from and those that hold it once more. `forms` are where
    further forms begin, of which none is read. `unread` are the
    cells of blocks whose contents stand off their labels, so that none may be taken for what its label says.
    """

    boxes: dict[str, Address] = field(default_factory=dict)
    lines: dict[tuple[str, str, str], Address] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    missing: list[tuple[str, str, bool]] = field(default_factory=list)
    twice: list[tuple[str, Address]] = field(default_factory=list)
    astray: list[tuple[str, Address]] = field(default_factory=list)
    homes: dict[str, Home] = field(default_factory=dict)
    forms: list[Address] = field(default_factory=list)
    unread: set[Address] = field(default_factory=set)

    def sheets(self) -> set[int]:
        """The sheets that the form is read from."""
        boxes = {address[0] for address in (*self.boxes.values(), *self.lines.values())}
        return boxes | {table.sheet for table in self.tables.values()}

    def cells_of(self, key: str, boxes: Iterable[str]) -> set[Address]:
        """Every cell of a block, by its key and those of its boxes."""
        table, boxes = self.tables.get(key), [*boxes]
        found = {self.boxes[box] for box in boxes if box in self.boxes}
        found |= {at for (block, _, _), at in self.lines.items() if block == key}
        return (
            found | {(table.sheet, row, c) for row in table.rows for c in table.columns.values()}
            if table
            else found
        )

    def copies(self) -> set[int]:
        """The sheets that hold a block once more, which R06 tells."""
        return {sheet for home in self.homes.values() for sheet in home.others}

    def read_from(self, title: str, home: Home) -> None:
        """Remember where a block stands."""
        self.homes[title] = home
