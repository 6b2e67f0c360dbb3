"""Which cells of an official form a person fills in, by what its labels mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from perf_xlsx.adoption.roles import ANSWER, TITLE
from perf_xlsx.adoption.surveyed_labels import SIGNED, Label, Survey, is_figure
from perf_xlsx.domain.quantity import is_blank, normalise
from perf_xlsx.forms import Box, typed
from perf_xlsx.forms.form import ASIDES, BOXES, HEADINGS, LINES, OTHER, PASSAGES, SOURCES, TOTALS
from perf_xlsx.reading.grids import NOWHERE, Address, Sheets
from perf_xlsx.reading.official.boxes import passage_boxes
from perf_xlsx.reading.official.labels import core
from perf_xlsx.reading.official.prompts import is_prompt
from perf_xlsx.reading.official.rows import PROMPT

YEARS = ("年度", "预算年度", "年份")  # a label of its own, where the title does not state the year
PRINTED = ("level1", "level2", "money_unit", "execution_weight")  # by most forms
OPEN, TICKED, TICKS = "□", "☑", "☑√■✓"  # a box to tick, a ticked one, every tick


class AnswerCell(Struct, frozen=True):
    """A cell that a person fills in. `label` is what it belongs to; `line` a line of money, by key or name.

    `box` is None for what is not read. `inside`: label and answer share the cell.
    """

    at: Address
    label: Label
    box: Box | None
    line: str = ""
    inside: bool = False

    @property
    def key(self) -> str:
        """The key of its box; "" for what is not read."""
        return self.box.key if self.box else ""


def answer_cells(found: Survey, sheets: Sheets, last_row: int = 0) -> list[AnswerCell]:
    """Every cell to be filled in. `last_row` ends a table that nothing printed ends."""
    return [
        *_single(found, sheets),
        *_money(found, sheets),
        *_total(found, sheets),
        *_rows(found, sheets, last_row),
    ]


def boxes_of(found: Survey) -> dict[tuple[str, str], Box]:
    """The boxes that labels may mean, by block and key."""
    form = found.kind.form
    known = {(BOXES, box.key): box for box in typed(form.single_boxes)}
    known |= {(PASSAGES, box.key): box for box in passage_boxes(found.kind)}
    tables = (block for block in form.blocks if block.key in ("funds", "projects", "indicators"))
    return known | {(block.key, box.key): box for block in tables for box in typed(block.fields)}


def _single(found: Survey, sheets: Sheets) -> Iterator[AnswerCell]:
    known = boxes_of(found)
    printed = {label.at for label in found.labels if label.role.key != ANSWER}
    last = max((sheets.merge_at(label.at)[3] for label in found.labels), default=0)
    over: Address = NOWHERE  # the last label that has its answer below
    for label in sorted(found.labels, key=lambda one: one.at):
        box = known.get((label.role.block, label.role.key))
        if not _asks(label) and (box is None or label.role.block not in (BOXES, PASSAGES)):
            continue
        if label.inside:
            yield AnswerCell(label.at, label, box, inside=True)
        elif (at := _beside(label, box, sheets, printed, last)) is not None:
            under = sheets.below(label.at)
            if box is None and over[:2] == label.at[:2] and under not in printed:
                at = under
            over = label.at if at == under else over
            yield AnswerCell(at, label, box)


def _asks(label: Label) -> bool:
    """Whether something is written at a label that is not read: a signature or a telephone, not a remark."""
    if label.role.key == TITLE and core(label.text) in YEARS:
        return not label.inside
    unread = (label.role.block, label.role.key) == (OTHER, ASIDES) or (not label.role.key and label.zone == BOXES)
    return unread and (not label.inside or SIGNED.search(normalise(label.text).partition(":")[0]) is not None)


def _beside(label: Label, box: Box | None, sheets: Sheets, printed: set[Address], last: int) -> Address | None:
    """The cell to the right of a label; below it where that is a label too, or past the form's edge.

    A long text is below its label, too, where a heading to the left is merged over both.
    """
    right, under = sheets.right_of(label.at), sheets.below(label.at)
    stacked = box is not None and box.kind == "long_text" and _has_heading(label.at, sheets, printed)
    if right[2] <= last and right not in printed and not (stacked and under not in printed):
        return right
    return under if under not in printed else None


def _has_heading(at: Address, sheets: Sheets, printed: set[Address]) -> bool:
    """Whether a label to the left begins in this row and is merged over it and the next."""
    sheet, row, column = at
    heads = (one for one in printed if one[:2] == (sheet, row) and one[2] < column)
    return any(sheets.merge_at(one)[2] == row + 1 for one in heads)


def _money(found: Survey, sheets: Sheets) -> Iterator[AnswerCell]:
    known = boxes_of(found)
    labels = [one for one in found.labels if one.zone == "funds" and one.role.key != HEADINGS]
    columns = [(one.column, one, known.get((one.role.block, one.role.key))) for one in labels]
    for row, (name, line) in sorted(_lines(found).items()):
        for column, label, box in columns:
            at = sheets.merged_from((found.sheet, row, column))
            if names_value(at, label, sheets):
                at = sheets.right_of(at)
            if at[1] == row and at != name:
                yield AnswerCell(at, label, box, line)


def names_value(at: Address, header: Label, sheets: Sheets) -> bool:
    """Whether a cell names the value to its right, one header being merged over both: 预算数 | 6.84."""
    text = contents(AnswerCell(at, header, None), sheets)
    inside = at[2] == header.at[2] and sheets.right_of(at)[2] <= sheets.merge_at(header.at)[3]
    return inside and not is_blank(text) and not is_figure(text)


def _lines(found: Survey) -> Mapping[int, tuple[Address, str]]:
    """By row the place of a line's name, and its key or own name; without any names there is the total's row."""
    lines: dict[int, tuple[Address, str]] = {}
    for label in found.labels:
        if label.role.block == LINES:
            lines[label.at[1]] = label.at, label.role.key
        elif (label.role.block, label.role.key) == (OTHER, SOURCES):
            lines[label.at[1]] = label.at, core(label.text)
    rows = found.tables["funds"].rows if "funds" in found.tables else []
    return lines or dict.fromkeys(rows[:1], (NOWHERE, found.kind.form.total_line))


def _total(found: Survey, sheets: Sheets) -> Iterator[AnswerCell]:
    """The claimed total in the row of the total: under the points, else beside its label."""
    box, columns = boxes_of(found).get((BOXES, "claimed_total")), found.columns("indicators")
    for label in found.labels:
        if (label.role.block, label.role.key) == (OTHER, TOTALS):
            beside = sheets.right_of(label.at)
            under = columns.get("claimed_points")
            at = sheets.merged_from((label.at[0], label.at[1], under)) if under else beside
            place = at if at != label.at else beside
            yield AnswerCell(place, label, box)
            last = max(sheets.merge_at(one.at)[3] for one in found.labels)
            printed = {one.at for one in found.labels if one.role.key != ANSWER}
            for column in range(sheets.right_of(place)[2], last + 1):  # a grade, a remark
                if (spot := (label.at[0], label.at[1], column)) not in printed:
                    yield AnswerCell(spot, label, None)


def _rows(found: Survey, sheets: Sheets, last_row: int) -> Iterator[AnswerCell]:
    known = boxes_of(found)
    for block in ("projects", "indicators"):
        table = found.tables.get(block)
        if table is None:
            continue
        more = () if table.ended else range(max(table.rows, default=table.bottom) + 1, last_row + 1)
        for label in (one for one in found.labels if one.role.block == block):
            for row in (*table.rows, *more):
                at = sheets.merged_from((found.sheet, row, label.column))
                if at[1] == row and at[2] == label.column:
                    yield AnswerCell(at, label, known.get((block, label.role.key)))


def is_calculated(answer: AnswerCell, sheets: Sheets) -> bool:
    """Whether the form itself calculates it."""
    cell = sheets.cell(answer.at)
    return cell is not None and cell.formula is not None


def is_filled(answer: AnswerCell, found: Survey, sheets: Sheets) -> bool:
    """Whether a person typed something there: no dash, no prompt, nothing that is printed on every form."""
    text = contents(answer, sheets)
    printed = is_calculated(answer, sheets) or answer.key in PRINTED
    return not printed and not is_left_blank(text, found) and bool(PROMPT.sub("", text).strip())


def is_left_blank(text: str, found: Survey) -> bool:
    """Whether a text is what a blank form has: nothing, a dash, a prompt, boxes of which none is ticked."""
    if is_blank(text) or text.strip() in ("/", "—", "……"):
        return True
    if OPEN in text and not any(tick in text for tick in TICKS):
        return True
    return is_prompt(text, found.kind.prompts)


def unticked(text: str) -> str:
    """Boxes to tick, with none ticked; "" for any other text."""
    if OPEN not in text and TICKED not in text:
        return ""
    return text.translate(dict.fromkeys(map(ord, TICKS), OPEN))


def contents(answer: AnswerCell, sheets: Sheets) -> str:
    """What stands there, without a label in the same cell."""
    cell = sheets.cell(answer.at)
    text = "" if cell is None or cell.value is None else str(cell.value)
    return normalise(text).partition(":")[2].strip() if answer.inside else text


def left_over(answer: AnswerCell, sheets: Sheets) -> str:
    """What is printed there once the answer is gone: a label in the same cell, "指标1：" before a name, boxes."""
    cell = sheets.cell(answer.at)
    text = "" if cell is None or cell.value is None else str(cell.value)
    if answer.inside:
        at = min((place for mark in ":：" if (place := text.find(mark)) >= 0), default=len(text))
        return text[: at + 1] + unticked(text[at + 1 :])
    found = PROMPT.match(text) if answer.key == "name" else None
    return found[0].strip() if found else unticked(text)
