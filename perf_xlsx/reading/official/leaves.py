"""The columns of a header of one row, two, or three: the lowest text above each, and the heading above that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import islice

from msgspec.structs import replace

from perf_xlsx.domain.quantity import parse_quantity
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.official.labels import LONGEST, Leaf, TextRow, bracketed, core
from perf_xlsx.reading.official.likeness import Roles

MOST_ROWS = 3  # of a header
_HEADER = 3  # known labels that make a row a header, even where a number stands among them
_WIDEST = 60  # texts of a row that may be a header


class HeaderRows:
    """Takes rows of a sheet for a header; `headings` are the words of parts of the form, which are no columns."""

    def __init__(
        self, sheets: Sheets, sheet: int, rows: Mapping[int, TextRow], roles: Roles, headings: Sequence[str]
    ) -> None:
        self.rows, self.roles, self.headings, self.sheets, self.sheet = rows, roles, headings, sheets, sheet
        self.merged = {(top, left): (bottom, right) for top, left, bottom, right in sheets.grids[sheet].merges}

    def texts(self, row: int) -> TextRow:
        """The texts of a row; of a very wide one only known labels, and no more than a header has."""
        texts = self.rows.get(row, {})
        if len(texts) <= _WIDEST:
            return texts
        known = ((column, text) for column, text in texts.items() if self.roles.certain(text))
        return dict(islice(known, _WIDEST))

    def bottom_of(self, leaf: Leaf) -> int:
        """The last row that a label is merged over."""
        return self.merged.get((leaf.row, leaf.column), (leaf.row, 0))[0]

    def deeper(self, top: int) -> Iterable[list[Leaf]]:
        """The columns of the header if it has one row, two, or three."""
        leaves = self.leaves(top)
        yield leaves
        for row in range(top + 1, top + MOST_ROWS):
            below = self._below(row, leaves)
            if len(below) < 2:
                return
            under = {leaf.column for leaf in below}
            kept = [leaf for leaf in leaves if not any(leaf.column <= column <= leaf.right for column in under)]
            leaves = sorted((*kept, *below), key=lambda leaf: leaf.column)
            yield leaves

    def leaves(self, row: int) -> list[Leaf]:
        return [self._leaf(row, column, text) for column, text in self.labels_in(row).items()]

    def labels_in(self, row: int) -> TextRow:
        """The texts of a row but for headings of parts of the form, and what is merged down past any header."""
        texts = self._without_boxes(row)
        ends = {column: self.merged.get((row, column), (row, 0))[0] for column in texts}
        low = max((end for end in ends.values() if end < row + MOST_ROWS), default=row)
        heads = {column for column, text in texts.items() if core(text) in self.headings}
        other = max((ends[column] for column in texts if column not in heads and ends[column] <= low), default=low)
        return {
            column: text
            for column, text in texts.items()
            if not (column in heads and ends[column] > other)  # 绩效指标 is a label unless it is merged down
            and ((column not in heads and ends[column] <= low) or self._heads(row, column, text))
        }

    def _heads(self, row: int, column: int, text: str) -> bool:
        """Whether a heading of parts of the form is a label itself, or is merged over labels in the next row."""
        bottom, right = self.merged.get((row, column), (row, column))
        under = sum(column <= other <= right for other in self.rows.get(row + 1, {})) if bottom == row else 0
        return under > 1 or self.roles.certain(text) is not None

    def _without_boxes(self, row: int) -> TextRow:
        """The texts of a row but for those with a number beside them, unless most of its labels have none."""
        texts = self.texts(row)
        bare = {column: text for column, text in texts.items() if not self._has_value(row, column)}
        known = sum(self.roles.certain(text) is not None for text in bare.values())
        return texts if known >= _HEADER and known > len(texts) - len(bare) else bare

    def _has_value(self, row: int, column: int) -> bool:
        """Whether a number stands beside a text: 自评得分 | 98 and 预算数 | 100万元 are boxes."""
        beside = self.sheets.cell(self.sheets.right_of((self.sheet, row, column)))
        if beside is None or isinstance(beside.value, Decimal):
            return beside is not None
        return parse_quantity(as_shown(beside)) is not None

    def _leaf(self, row: int, column: int, text: str, heading: str = "") -> Leaf:
        return Leaf(row, column, self.merged.get((row, column), (row, column))[1], text, heading)

    def _below(self, row: int, leaves: Sequence[Leaf]) -> list[Leaf]:
        """The labels of a further row: below headings over several columns, or where the row above has none."""
        texts = self.labels_in(row)
        leaves = [
            leaf for column, text in texts.items() if (leaf := self._under(row, column, text, texts, leaves))
        ]
        found = [leaf for leaf in leaves if self._is_label(leaf)]
        unknown = [leaf for leaf in leaves if leaf not in found and leaf.heading and len(leaf.text) <= LONGEST]
        return found + unknown if len(found) >= len(unknown) else found

    def _under(self, row: int, column: int, text: str, texts: TextRow, leaves: Sequence[Leaf]) -> Leaf | None:
        """A text as the column below one of the `leaves` above; None where that is its own label."""
        above = next((leaf for leaf in reversed(leaves) if leaf.column <= column), None)
        if above is None or self._covers(above, row, column):
            return None
        split = sum(above.column <= other <= above.right for other in texts) > 1
        if above.column == column and not split:
            return None
        return self._leaf(row, column, text, above.text if split and column <= above.right else "")

    def _is_label(self, leaf: Leaf) -> bool:
        return bool(self.roles.certain(leaf.text) or self.roles.likely(leaf.text, leaf.heading))

    def _covers(self, above: Leaf, row: int, column: int) -> bool:
        """Whether the label above is merged over this cell."""
        bottom, right = self.merged.get((above.row, above.column), (above.row, above.column))
        return above.row <= row <= bottom and above.column <= column <= right


def leaves_told_apart(leaves: Sequence[Leaf]) -> list[Leaf]:
    """Labels that differ in their brackets alone are parts of one heading: 指标值（符号）, 指标值（值）."""
    cores = [core(leaf.text) for leaf in leaves]
    pairs = {(word, bracketed(leaf.text)) for word, leaf in zip(cores, leaves, strict=True)}
    apart = {word for word in cores if sum(own == word for own, _ in pairs) > 1}
    return [
        replace(leaf, text=inner, heading=word) if word in apart and (inner := bracketed(leaf.text)) else leaf
        for leaf, word in zip(leaves, cores, strict=True)
    ]
