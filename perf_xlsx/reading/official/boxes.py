"""Labels with their values on an official layout: to the right, below, or in the label's own cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from perf_xlsx.domain.quantity import normalise
from perf_xlsx.forms import Box, typed
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Located
from perf_xlsx.reading.official.headers import LONGEST, Labels, Row, core


class LabelSearch:
    """Finds labels outside the tables.

    `taken` are the rows of each sheet that belong to tables, `totals` those whose total is found by its column.
    """

    def __init__(
        self, sheets: Sheets, kind: OfficialForm, rows: Mapping[int, Mapping[int, Row]], order: list[int],
        taken: set[tuple[int, int]], totals: set[tuple[int, int]],
    ) -> None:  # fmt: skip
        self.sheets, self.taken = sheets, taken
        self.passages = Labels(passage_boxes(kind))
        self.known = known_labels(kind)
        self.words: dict[str, list[tuple[Address, str | None]]] = {}
        for sheet in order:
            for row, texts in rows[sheet].items():
                if (sheet, row) not in taken:
                    for column, text in texts.items():
                        if (sheet, row) in totals and core(text) in kind.totals:
                            continue
                        self._note((sheet, row, column), text)

    def _note(self, address: Address, text: str) -> None:
        """A cell that may be a label, or hold labels with their values ("单位：甲　　日期：乙")."""
        if len(text) <= LONGEST:
            self.words.setdefault(core(text), []).append((address, None))
        if len(text) > LONGEST * 5:
            return
        for part in re.split(r"\s{2,}", text):
            before, colon, after = normalise(part).partition(":")
            if colon and after.strip() and len(before) <= LONGEST:
                self.words.setdefault(core(before), []).append((address, after.strip()))

    def box(self, box: Box) -> list[Located]:
        """Where the box is by its surest label; more than one where that label is on the sheet twice."""
        for label in box.labels:
            if places := self.words.get(core(label)):
                sheet = places[0][0][0]
                here = [(address, text) for address, text in places if address[0] == sheet]
                return [self._found(a, box.kind == "long_text", text, across=True) for a, text in here]
        return []

    def texts(self) -> Iterator[tuple[str, Located]]:
        """Titled texts outside the tables, by the title that a rulebook knows them by."""
        for word, places in self.words.items():
            if known := self.passages.of(word):
                yield from ((known[1], self._found(address, True, text, across=False)) for address, text in places)

    def _found(self, address: Address, long: bool, text: str | None, across: bool) -> Located:
        """The value in the label's own cell, to its right, or below where labels are side by side over values.

        `across`: a text to the right that is itself above another text is taken for one of those labels.
        """
        if text is not None:
            return Located(address, address, text)
        right, below = self.sheets.right_of(address), self.sheets.below(address)
        over = long and across and self._has_value(self.sheets.below(right))
        unfollowed = long and not self._has_value(right)
        if self._has_value(below) and (self._is_label(right) or over or unfollowed):
            return Located(address, below)
        return Located(address, right) if not self._is_label(right) else Located(address, address, "")

    def _has_value(self, address: Address) -> bool:
        """Whether the cell is filled, and not with a label."""
        cell = self.sheets.cell(address)
        filled = cell is not None and (cell.value is not None or cell.crossed_out or cell.picture)
        return filled and not self._is_label(address)

    def _is_label(self, address: Address) -> bool:
        cell = self.sheets.cell(address)
        words = cell is not None and isinstance(cell.value, str) and cell.value in self.known
        return words or address[:2] in self.taken


def known_labels(kind: OfficialForm) -> Labels:
    """The labels of values outside the tables."""
    asides = [Box("", word) for word in kind.asides]
    return Labels([*typed(kind.form.single_boxes), *passage_boxes(kind), *asides])


def passage_boxes(kind: OfficialForm) -> Iterable[Box]:
    """The titled texts as boxes, keyed by the title that a rulebook knows them by."""
    return [Box(title, title, "long_text", synonyms=words) for title, words in kind.passages.items()]
