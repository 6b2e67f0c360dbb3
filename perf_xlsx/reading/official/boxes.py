"""Labels with their values on an official layout: to the right, below, or in the label's own cell."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from perf_xlsx.domain.quantity import normalise
from perf_xlsx.forms import Box, typed
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Located
from perf_xlsx.reading.official.labels import LONGEST, Labels, TextRow, core, without_spaces
from perf_xlsx.reading.official.likeness import roles_of
from perf_xlsx.reading.official.part_headings import part_headings

_LONGEST_LABEL = 16  # characters of a label that no form knows


class LabelPlace(Struct, frozen=True):
    """Where a label is; its value may share the cell (`text`). Of several labels in a cell it is number `part`."""

    address: Address
    text: str | None = None
    part: int = 0
    parts: int = 1


class LabelSearch:
    """Finds labels outside the tables.

    `taken` are the rows of each sheet that belong to tables, `totals` those whose total is found by its column,
    `titles` the cells of titles. The first sheet of the `order` is the form's own.
    """

    def __init__(
        self, sheets: Sheets, kind: OfficialForm, rows: Mapping[int, Mapping[int, TextRow]], order: list[int],
        taken: set[tuple[int, int]], totals: set[tuple[int, int]], titles: Container[Address],
    ) -> None:  # fmt: skip
        self.sheets, self.taken, self.kind, self.own = sheets, taken, kind, next(iter(order), None)
        self.passages = Labels(passage_boxes(kind))
        self.known = known_labels(kind)
        self.columns = Labels(typed(kind.form.block("funds").fields))  # 执行率 is no box of points
        self.remarks = {*kind.asides} - {"说明"}  # 备注：… begins no text of somebody's; 说明：… may
        self.roles = roles_of("boxes", tuple(typed(kind.form.single_boxes)))
        self.words: dict[str, list[LabelPlace]] = {}
        self.headings = {(sheet, *at) for sheet in order for at in part_headings(rows[sheet], kind.headings)}
        for sheet in order:
            for row, texts in rows[sheet].items():
                if (sheet, row) not in taken:
                    for column, text in texts.items():
                        total = (sheet, row) in totals and core(text) in kind.totals
                        if not total and (sheet, row, column) not in titles:
                            self._note((sheet, row, column), text)

    def _note(self, address: Address, text: str) -> None:
        """A cell that may be a label, or hold labels with their values ("单位：甲　　日期：乙")."""
        if len(text) <= LONGEST:
            self.words.setdefault(core(text), []).append(LabelPlace(address))
            names = without_spaces(text).strip(":").split("/")
            for part, name in enumerate(names if len(names) > 1 else ()):
                self.words.setdefault(core(name), []).append(LabelPlace(address, None, part, len(names)))
        if len(text) > LONGEST * 5:
            return
        for part_of_text in re.split(r"\s{2,}", text):
            before, colon, after = normalise(part_of_text).partition(":")
            if colon and after.strip() and len(before) <= LONGEST:
                self.words.setdefault(core(before), []).append(LabelPlace(address, after.strip()))

    def box(self, box: Box) -> list[Located]:
        """Where the box is by its surest label; more than one where that label is on the sheet twice.

        A label on the form's own sheet is surer than any on another; one before labels alone is a heading, and
        gives way to the next: 年度目标完成情况 | 预期目标.
        """
        places = [spots for label in box.labels if (spots := self.words.get(core(label)))]
        own = [here for spots in places if (here := [spot for spot in spots if spot.address[0] == self.own])]
        known = [self._all(box, spots) for spots in own or places[:1]]
        return next((found for found in known if any(one.text != "" for one in found)), known[0] if known else [])

    def likely(self, box: Box) -> Mapping[str, list[Located]]:
        """Where the box may be by words that are no label of any form, by those words."""
        likely = (word for word, (role, _) in self._likely.items() if role == box.key)
        found = {word: self._all(box, self.words[word]) for word in likely}
        return {word: spots for word, spots in found.items() if spots[0].value not in self._likely_at}

    @cached_property
    def _likely_at(self) -> set[Address]:
        """The cells of words that may be labels: no values, but labels below a heading."""
        return {spot.address for word in self._likely for spot in self.words[word] if spot.text is None}

    @cached_property
    def _likely(self) -> Mapping[str, tuple[str, float]]:
        """The role of every word that is no label, as likely as it is."""
        heads = {*self.kind.headings, *self.kind.asides}
        unknown = (word for word in self.words if self._may_be_a_label(word) and word not in heads)
        unknown = (word for word in unknown if not all(map(self._only_heads, self.words[word])))
        found = {word: self.roles.likely(word) for word in unknown}
        return {word: max(roles.items(), key=lambda item: item[1]) for word, roles in found.items() if roles}

    def _may_be_a_label(self, word: str) -> bool:
        """Whether a short text is neither a known label nor a prompt, and has no value behind it: 得分:98分."""
        asks = any(prompt in word for prompt in self.kind.prompts) or ":" in word
        return 1 < len(word) <= _LONGEST_LABEL and word not in self.known and word not in self.columns and not asks

    def _only_heads(self, spot: LabelPlace) -> bool:
        """Whether a text is the heading of a part, with no value beside it."""
        return spot.address in self.headings and not self._has_value(self.sheets.right_of(spot.address))

    def _all(self, box: Box, spots: list[LabelPlace]) -> list[Located]:
        here = [spot for spot in spots if spot.address[0] == spots[0].address[0]]
        return [self._found(spot, box.kind == "long_text", across=True) for spot in here]

    def texts(self) -> Iterator[tuple[str, Located]]:
        """Titled texts outside the tables, by the title that a rulebook knows them by."""
        for word, places in self.words.items():
            if known := self.passages.of(word):
                yield from ((known[1], self._found(spot, True, across=False)) for spot in places)

    def _found(self, spot: LabelPlace, long: bool, across: bool) -> Located:
        """The value in the label's own cell, to its right, or below where labels are side by side over values.

        `across`: a text to the right that is itself above another text is taken for one of those labels.
        """
        address = spot.address
        if spot.text is not None:
            return Located(address, address, spot.text)
        right, below = self.sheets.right_of(address), self.sheets.below(address)
        over = long and across and self._has_value(self.sheets.below(right)) and below not in self._likely_at
        unfollowed = long and not self._has_value(right) and not self._begins_a_line(below, right)
        boxed = long and self._is_box_below(address, below) and not self._is_drawn(right)
        if (self._has_value(below) or boxed) and (self._is_label(right) or over or unfollowed):
            return Located(address, below)
        if self._is_label(right):
            return Located(address, address, "")
        return self._part(spot, right) if spot.parts > 1 else Located(address, right)

    def _is_box_below(self, address: Address, below: Address) -> bool:
        """Whether an empty box is drawn under a label, over the same columns."""
        same = self.sheets.merge_at(address)[1::2] == self.sheets.merge_at(below)[1::2]
        return same and self._is_drawn(below) and self.sheets.cell(below) is None and not self._is_label(below)

    def _is_drawn(self, address: Address) -> bool:
        """Whether a cell is merged over several columns, as boxes for texts are."""
        _, left, _, right = self.sheets.merge_at(address)
        return right > left and self.sheets.cell(address) is None

    def _begins_a_line(self, below: Address, right: Address) -> bool:
        """Whether the text under a label stands in a label's place: its own value, or a box for it, is beside it.

        `right` is the empty box of the label above; merged as the one below, both are drawn for values.
        """
        beside = self.sheets.right_of(below)
        if beside[2] != right[2]:  # the text goes across: 改进措施 over a merged row
            return False
        _, left, _, last = self.sheets.merge_at(right)
        drawn = last > left and self.sheets.merge_at(beside)[1::2] == (left, last)
        return drawn or self._has_value(beside)

    def _part(self, spot: LabelPlace, value: Address) -> Located:
        """The part of a value that belongs to one of several labels: 实施单位/负责人 | 甲局/某某."""
        cell = self.sheets.cell(value)
        values = str(cell.value).split("/") if cell is not None and cell.value is not None else []
        if len(values) == spot.parts:
            return Located(spot.address, value, values[spot.part].strip())
        return Located(spot.address, value) if spot.part == 0 else Located(spot.address, spot.address, "")

    def _has_value(self, address: Address) -> bool:
        """Whether the cell is filled, and not with a label."""
        cell = self.sheets.cell(address)
        filled = cell is not None and (cell.value is not None or cell.crossed_out or cell.picture)
        return filled and not self._is_label(address)

    def _is_label(self, address: Address) -> bool:
        cell = self.sheets.cell(address)
        text = cell.value if cell is not None and isinstance(cell.value, str) else ""
        head, colon, _ = normalise(text[: LONGEST + 1]).partition(":")
        words = text in self.known or (bool(colon) and core(head) in self.remarks)
        return words or address[:2] in self.taken or address in self.headings


def known_labels(kind: OfficialForm) -> Labels:
    """The labels of values outside the tables."""
    asides = [Box("", word) for word in kind.asides]
    return Labels([*typed(kind.form.single_boxes), *passage_boxes(kind), *asides])


def passage_boxes(kind: OfficialForm) -> Iterable[Box]:
    """The titled texts as boxes, keyed by the title that a rulebook knows them by."""
    return [Box(title, title, "long_text", synonyms=words) for title, words in kind.passages.items()]
