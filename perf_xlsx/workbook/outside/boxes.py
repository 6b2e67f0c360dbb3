"""Labels with their values in a form without our names: to the right, below, or in the label's own cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from perf_xlsx.forms import Box, Form
from perf_xlsx.forms.outside import Outside
from perf_xlsx.target import squeeze
from perf_xlsx.workbook.locate import Address, Sheets, typed
from perf_xlsx.workbook.outside.headers import Labels, Row


@dataclass(frozen=True)
class Found:
    """A label, the cell of its value, and the value itself where both share one cell."""

    label: Address
    value: Address
    text: str | None = None


class LabelSearch:
    """Finds labels outside the tables. `taken` tells the rows of each sheet that belong to tables."""

    def __init__(
        self, sheets: Sheets, kind: Outside, rows: Mapping[int, Mapping[int, Row]], order: list[int],
        taken: set[tuple[int, int]],
    ) -> None:  # fmt: skip
        self.sheets, self.kind = sheets, kind
        self.cells = [
            ((sheet, row, column), text)
            for sheet in order
            for row, texts in rows[sheet].items()
            if (sheet, row) not in taken
            for column, text in texts.items()
        ]
        self.passages = Labels(passage_boxes(kind))
        asides = [Box("", word) for word in kind.asides]
        self.known = Labels([*every_box(kind.form), *passage_boxes(kind), *asides])

    def box(self, box: Box) -> list[Found]:
        """Where the box stands, the surest label first; more than one where the same label is there twice."""
        labels = Labels([box])
        ranked = [(rank[0], found) for a, text in self.cells for rank, found in self._beside(a, text, labels, box)]
        best = min((rank for rank, _ in ranked), default=0)
        return [found for rank, found in ranked if rank == best]

    def texts(self) -> Iterator[tuple[str, Found]]:
        """Titled texts beside the tables, by the title that a rulebook knows them by."""
        for address, text in self.cells:
            if known := self.passages.of(text):
                yield known[1], self._found(address, long=True)

    def _beside(
        self, address: Address, text: str, labels: Labels, box: Box
    ) -> Iterator[tuple[tuple[int, str], Found]]:
        if rank := labels.of(text):
            yield rank, self._found(address, box.kind == "long_text")
        for part in re.split(r"[\s\u3000]{2,}", text):
            before, colon, after = squeeze(part).partition(":")
            if colon and after.strip() and (rank := labels.of(before)):
                yield rank, Found(address, address, after.strip())

    def _found(self, address: Address, long: bool) -> Found:
        """The value to the right of a label; below it, where labels stand side by side over their values."""
        right, below = self.sheets.right_of(address), self._below(address)
        beside = self._filled(right) and not self._is_label(right)
        under = self._filled(below) and not self._is_label(below)
        side_by_side = self._is_label(right) or (long and self._filled(self._below(right)))
        if under and (side_by_side or (long and not beside)):
            return Found(address, below)
        return Found(address, right) if not self._is_label(right) else Found(address, address, "")

    def _filled(self, address: Address) -> bool:
        cell = self.sheets.cell(address)
        return cell is not None and cell.value is not None

    def _below(self, address: Address) -> Address:
        sheet, row, column = address
        for top, left, bottom, right in self.sheets.grids[sheet].merges:
            if top <= row <= bottom and left <= column <= right:
                return sheet, bottom + 1, left
        return sheet, row + 1, column

    def _is_label(self, address: Address) -> bool:
        cell = self.sheets.cell(address)
        return cell is not None and isinstance(cell.value, str) and cell.value in self.known


def every_box(form: Form) -> list[Box]:
    """The form's single boxes."""
    return [box for sheet in form.sheets for block in sheet.blocks for box in typed(getattr(block, "boxes", ()))]


def passage_boxes(kind: Outside) -> Iterable[Box]:
    """The titled texts as boxes, keyed by the title that a rulebook knows them by."""
    return [Box(title, title, "long_text", synonyms=words) for title, words in kind.passages.items()]
