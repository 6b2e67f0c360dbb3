"""Goals that a form states in several rows below one label: they are lines of one text."""

from __future__ import annotations

from collections.abc import Iterator

from perf_xlsx.domain.quantity import is_blank
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.official.boxes import known_labels
from perf_xlsx.reading.official.labels import Labels
from perf_xlsx.reading.official.layout_draft import LayoutDraft

_GOALS = ("goal_expected", "goal_achieved")


def join_goals(sheets: Sheets, layout: LayoutDraft, taken: set[tuple[int, int]]) -> None:
    """Join what stands in the rows below a goal, as far as the heading at its side is merged down.

    `taken` are the rows of each sheet that belong to tables.
    """
    first = min((layout.boxes[key][2] for key in _GOALS if key in layout.boxes), default=0)
    for key in _GOALS:
        at = layout.boxes.get(key)
        if at is None or key in layout.texts or (top := _line(sheets, at)) is None:
            continue
        more = list(_below(sheets, at, taken, known_labels(layout.kind)))
        more = more if all(_begins(sheets, other, first) for other, _ in more) else []
        if more:
            layout.texts[key] = at, "\n".join((top, *(text for _, text in more)))
            layout.labels |= {other for other, _ in more}


def _below(
    sheets: Sheets, at: Address, taken: set[tuple[int, int]], known: Labels
) -> Iterator[tuple[Address, str]]:
    """The texts in the rows below, one under the other, and where they are; `known` are labels of other texts."""
    sheet, row, column = at
    for lower in range(row + 1, _end(sheets, at) + 1):
        text = _line(sheets, (sheet, lower, column))
        if text is None or text in known or (sheet, lower) in taken:
            return
        yield (sheet, lower, column), text


def _begins(sheets: Sheets, at: Address, first: int) -> bool:
    """Whether the first text of a row is in the column of the first goal: one left of it is a label of its own."""
    before = (sheets.grids[at[0]].cells.get((at[1], column)) for column in range(1, first))
    return not any(cell is not None and cell.label for cell in before)


def _end(sheets: Sheets, at: Address) -> int:
    """The last row of the heading left of a cell that is merged down past it, and over the label above it."""
    sheet, row, column = at
    beside = [
        (left, bottom)
        for top, left, bottom, right in sheets.grids[sheet].merges
        if right < column and top < row < bottom
    ]
    return max(beside, default=(0, row))[1]


def _line(sheets: Sheets, at: Address) -> str | None:
    """The text of a cell; None where it is blank, no text, or hidden by a merge."""
    cell = sheets.cell(at) if sheets.merged_from(at) == at else None
    if cell is None or cell.crossed_out or not isinstance(cell.value, str) or is_blank(cell.value):
        return None
    return cell.value
