"""One sheet of an official form while it is surveyed: its texts, the known words, and the labels so far."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from perf_xlsx.adoption.roles import NONE, LabelRole, roles
from perf_xlsx.adoption.surveyed_labels import OPEN, Label, Survey
from perf_xlsx.forms import Box, Line, typed
from perf_xlsx.forms.form import ASIDES, BOXES, HEADINGS, LINES, OTHER, PASSAGES
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.ooxml.merges import Span, Spot
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Header, Layout
from perf_xlsx.reading.official.boxes import passage_boxes
from perf_xlsx.reading.official.labels import Labels, core, texts_by_row
from perf_xlsx.reading.official.likeness import roles_of

SHORT = 2  # characters of a label that says nothing without the one above it


class SurveyedSheet:
    """`rows` are the texts by row and column, `edge` the last column, `answers` spots that hold answers alone."""

    def __init__(self, sheets: Sheets, sheet: int, kind: OfficialForm, layout: Layout | None) -> None:
        self.sheets, self.sheet, self.kind, self.layout = sheets, sheet, kind, layout
        self.rows, self.roles = texts_by_row(sheets, sheet), roles(kind)
        self.found = Survey(sheet, kind)
        self.fields: dict[str, list[Box]] = {
            key: typed(kind.form.block(key).fields)
            for key in ("indicators", "funds", "projects")
            if kind.form.has(key)
        }
        self.fields |= {BOXES: typed(kind.form.single_boxes), PASSAGES: list(passage_boxes(kind))}
        self.lines: list[Line] = list(kind.form.lines("funds").lines)
        self.known = {block: Labels(items) for block, items in self.fields.items()} | {LINES: Labels(self.lines)}
        self.words = {HEADINGS: set(map(core, kind.headings)), ASIDES: set(map(core, kind.asides))}
        self.edge = max((self.merge((row, at))[3] for row, texts in self.rows.items() for at in texts), default=0)
        self.answers: set[Spot] = set()
        self.done: set[Spot] = set()

    @property
    def last(self) -> int:
        """The last row with a text."""
        return max(self.rows, default=0)

    def merge(self, at: Spot) -> Span:
        """The merged range of a cell: top, left, bottom, right."""
        return self.sheets.merge_at((self.sheet, *at))

    def right_of(self, at: Spot) -> tuple[Spot, str | None]:
        """The cell to the right of a label, and its text."""
        return self._text(self.sheets.right_of((self.sheet, *at)))

    def below(self, at: Spot) -> tuple[Spot, str | None]:
        """The cell under a label, and its text."""
        return self._text(self.sheets.below((self.sheet, *at)))

    def _text(self, at: Address) -> tuple[Spot, str | None]:
        return at[1:], self.rows.get(at[1], {}).get(at[2])

    def read(self, block: str) -> Header | None:
        """The header that the reader found on this sheet."""
        official = self.layout.official if self.layout else None
        header: Header | None = getattr(official, block) if official else None
        return header if header and header.sheet == self.sheet else None

    def role(self, block: str, key: str) -> LabelRole:
        """The role of a key, none where the form has it not."""
        return self.roles.get((block, key), NONE)

    def other(self, key: str) -> LabelRole:
        """A role that is no box: a heading, a remark, an answer."""
        return self.role(OTHER, key)

    def is_heading(self, text: str) -> bool:
        """Whether a text only heads labels."""
        return core(text) in self.words[HEADINGS]

    def read_box(self, at: Spot) -> LabelRole:
        """The role of the box that the reader reads beside or below a label; none where it reads none there."""
        near = {(self.sheet, *self.right_of(at)[0]), (self.sheet, *self.below(at)[0])}
        layout = self.layout
        boxes = {key: spot for key, spot in layout.boxes.items() if key not in layout.texts} if layout else {}
        if (self.sheet, *at) in boxes.values():
            return NONE  # it is a value itself
        found = (key for key, spot in boxes.items() if spot in near and key not in self._named)
        return next((self.role(BOXES, key) for key in found), NONE)

    @cached_property
    def _named(self) -> set[str]:
        """The boxes that have a known label on the sheet."""
        texts = (text for texts in self.rows.values() for text in texts.values())
        return {known[1] for text in texts if (known := self.known[BOXES].of(text.partition(":")[0]))}

    def add(
        self,
        at: Spot,
        text: str,
        zone: str,
        role: LabelRole,
        sure: str,
        why: str,
        inside: bool = False,
        over: int = 0,
    ) -> None:
        """Note a label, once."""
        if at not in self.done:
            self.done.add(at)
            sure = sure if role.key else OPEN
            self.found.labels.append(Label((self.sheet, *at), text, zone, role, sure, why, inside, over))


def most_alike(text: str, block: str, boxes: Iterable[Box]) -> Box | None:
    """The box that a label nobody knows may be for, by the words that the reader knows; None where it is open."""
    boxes = tuple(boxes)
    if len(core(text)) <= SHORT:
        return None
    likely = roles_of(block, boxes).likely(text)
    role = max(likely, key=lambda key: likely[key], default="")
    return next((box for box in boxes if box.key == role), None)
