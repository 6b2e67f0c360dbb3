"""A workbook's sheets as grids, with what boxes are found by: labels, merges and defined names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Protocol

from msgspec import Struct

from perf_xlsx.domain.place import Place, column_name
from perf_xlsx.domain.quantity import same_label
from perf_xlsx.ooxml import Cell, Grid
from perf_xlsx.ooxml.book import DefinedName, Sheet
from perf_xlsx.ooxml.merges import Merges, Span

LONGEST_LABEL = 200  # longer texts are no labels

Address = tuple[int, int, int]  # position of the sheet in `Sheets.names`, row, column
NOWHERE: Address = (-1, 0, 0)


class Workbook(Protocol):
    """What reading asks of a workbook of any format, besides its cells."""

    @property
    def sheets(self) -> Sequence[Sheet]:
        """The worksheets in the order of their tabs."""

    def defined_names(self) -> list[DefinedName]:
        """Every defined name."""

    def custom_properties(self) -> Mapping[str, str]:
        """The custom document properties."""


class NamedRange(Struct, frozen=True):
    """A defined name's range on one sheet (by its position), ends included."""

    sheet: int
    top: int
    left: int
    bottom: int
    right: int


class Sheets:
    """The sheets of a workbook (by its file name) as grids.

    Those named in `skip` or `earlier` are not searched; the latter are sheets that an earlier scoring added.
    `targets`: forms of targets alone are sought as well.
    """

    def __init__(
        self,
        book: Workbook,
        grids: Iterable[Grid],
        workbook: str,
        skip: Iterable[str],
        earlier: Iterable[str] = (),
        targets: bool = False,
    ) -> None:
        self.workbook, self.targets = workbook, targets
        self.names = [sheet.name for sheet in book.sheets]
        self.positions = [sheet.index for sheet in book.sheets]
        self.states = [sheet.state for sheet in book.sheets]
        self.grids = list(grids)
        scored = set(earlier)
        hidden = scored.union(skip)
        self.earlier = [n for n, name in enumerate(self.names) if name in scored]
        self.searched = [n for n, name in enumerate(self.names) if name not in hidden]
        self.areas = _areas(book, self.names)
        self._merges = [Merges(grid.merges) for grid in self.grids]
        self._whole: Sheets | None = None

    def with_grids(self, grids: Mapping[int, Grid]) -> Sheets:
        """The same workbook with other contents on these sheets; those that then hold nothing are not searched."""
        other = copy(self)
        other._whole = self.whole
        for kept in ("texts", "_by_text"):
            vars(other).pop(kept, None)
        other.grids = [grids.get(n, grid) for n, grid in enumerate(self.grids)]
        other.searched = [n for n in self.searched if n not in grids or grids[n].cells]
        other._merges = [
            Merges(grids[n].merges) if n in grids else merges for n, merges in enumerate(self._merges)
        ]
        return other

    @property
    def whole(self) -> Sheets:
        """The workbook with everything that is on its sheets."""
        return self._whole or self

    def formula_at(self, address: Address) -> Cell | None:
        """The cell at the address, also where its formula shows nothing; or None."""
        sheet, row, column = address
        return self.cell(address) or self.grids[sheet].silent.get((row, column))

    def cell(self, address: Address) -> Cell | None:
        """The cell at the address, or None."""
        sheet, row, column = address
        return self.grids[sheet].cells.get((row, column))

    def crossed_out(self, sheet: int, row: int, columns: Iterable[int]) -> bool:
        """Whether these columns of a row have contents, all of them crossed out."""
        cells = [cell for column in columns if (cell := self.grids[sheet].cells.get((row, column)))]
        return bool(cells) and all(cell.crossed_out for cell in cells)

    def shown(self, address: Address) -> tuple[str, str]:
        """The sheet's name and the cell's address, as a person finds them."""
        sheet, row, column = address
        return self.names[sheet], f"{column_name(column)}{row}"

    @cached_property
    def texts(self) -> list[list[tuple[int, int, str]]]:
        """Of each sheet the short texts as labels compare: (row, column, text), row by row."""
        return [
            [
                (row, column, same_label(label))
                for (row, column), cell in sorted(self.grids[sheet].cells.items())
                if (label := cell.label) is not None and len(label) <= LONGEST_LABEL
            ]
            for sheet in range(len(self.grids))
        ]

    @cached_property
    def _by_text(self) -> dict[str, list[Address]]:
        found: dict[str, list[Address]] = {}
        for sheet in self.searched:
            for row, column, text in self.texts[sheet]:
                found.setdefault(text, []).append((sheet, row, column))
        return found

    def labelled(self, labels: Iterable[str]) -> Iterator[Address]:
        """Every cell whose text is one of the labels, sheet by sheet, row by row."""
        wanted = {same_label(label) for label in labels}
        yield from sorted(address for label in wanted for address in self._by_text.get(label, ()))

    def merge_at(self, address: Address) -> Span:
        """The merged range that the address lies in, or the cell itself: top, left, bottom, right."""
        sheet, row, column = address
        return self._merges[sheet].at(row, column) or (row, column, row, column)

    def right_of(self, address: Address) -> Address:
        """The cell after a label, past the columns that the label is merged over."""
        top, _, _, right = self.merge_at(address)
        return address[0], top, right + 1

    def below(self, address: Address) -> Address:
        """The cell under a label, past the rows that the label is merged over."""
        _, left, bottom, _ = self.merge_at(address)
        return address[0], bottom + 1, left

    def merged_from(self, address: Address) -> Address:
        """The top-left cell of the merge that the address lies in, or the address itself."""
        return address[0], *self.merge_at(address)[:2]

    def place(self, address: Address) -> Place:
        """The place of a cell; of the sheet where row and column are 0, of the workbook for NOWHERE."""
        sheet, row, column = address
        if address == NOWHERE:
            return Place(self.workbook)
        return Place(self.workbook, self.positions[sheet], row, column, self.names[sheet])


def _areas(book: Workbook, names: list[str]) -> Mapping[str, NamedRange]:
    found: dict[str, NamedRange] = {}
    for name in book.defined_names():
        area = name.area()
        if not name.name.startswith("px_") or name.local_sheet is not None or area is None:
            continue
        sheet, top, left, bottom, right = area
        if sheet in names:
            found[name.name] = NamedRange(names.index(sheet), top, left, bottom, right)
    return found
