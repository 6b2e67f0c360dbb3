"""Typing a case into the cells of an adopted form."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal

from perf_xlsx.adoption.answers import AnswerCell, left_over
from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms.case import CaseError, Fill, FormattedNumber, Typed
from perf_xlsx.forms.form import BOXES, OTHER, PASSAGES
from perf_xlsx.ooxml.typed_cells import TypedCells
from perf_xlsx.reading.grids import Sheets

STATED = ("money_unit",)  # what a form prints instead of asking


def type_in(fill: Fill, answers: Sequence[AnswerCell], cells: TypedCells, sheets: Sheets) -> None:
    """Type the values of a case. Raises CaseError for those that the form has no place for."""
    problems = list[str]()
    for path, value, answer in _values(fill, answers):
        if value is None:
            continue
        if answer is None:
            problems.append(f"{path}：表样上没有填它的格")
        else:
            _type(value, answer, cells, sheets)
    if problems:
        raise CaseError(problems)


def _values(fill: Fill, answers: Sequence[AnswerCell]) -> Iterator[tuple[str, Typed, AnswerCell | None]]:
    """Each value with its path in the case, and its cell."""
    single = {one.key: one for one in answers if one.label.role.block in (BOXES, OTHER) and one.key}
    lines = {("funds", one.line, one.key): one for one in answers if one.line}
    if points := lines.get(("funds", fill.form.total_line, "execution_points")):
        single.setdefault("claimed_execution_points", points)
    yield from ((key, value, single.get(key)) for key, value in fill.boxes.items() if key not in STATED)
    for at, value in fill.lines.items():
        yield ".".join(at), value, lines.get(at)
    for block, rows in fill.rows.items():
        yield from _passages(rows, answers) if block == PASSAGES else _rows(block, rows, answers)


def _passages(
    rows: Sequence[object], answers: Sequence[AnswerCell]
) -> Iterator[tuple[str, Typed, AnswerCell | None]]:
    places = {one.key: one for one in answers if one.label.role.block == PASSAGES}
    for row in rows:
        assert isinstance(row, dict)
        yield f"passages.{row['title']}", row.get("text"), places.get(row["title"])


def _rows(
    block: str, rows: Sequence[object], answers: Sequence[AnswerCell]
) -> Iterator[tuple[str, Typed, AnswerCell | None]]:
    """The rows of a table, one after another into those that have a cell for a name."""
    places = {(one.at[1], one.key): one for one in answers if one.label.role.block == block}
    free = sorted(row for row, key in places if key == "name")
    for number, row in enumerate(rows):
        assert isinstance(row, dict)
        at = free[number] if number < len(free) else 0
        yield from ((f"{block}[{number + 1}].{key}", value, places.get((at, key))) for key, value in row.items())


def _type(value: Typed, answer: AnswerCell, cells: TypedCells, sheets: Sheets) -> None:
    spot = answer.at[1:]
    match value:
        case FormattedNumber():
            cells.text(spot, f"{plain(value.value * 100)}%")
        case Decimal() if not answer.inside:
            cells.number(spot, str(value))
        case datetime.date():
            cells.text(spot, left_over(answer, sheets) + f"{value.year}年{value.month}月{value.day}日")
        case _:
            cells.text(spot, left_over(answer, sheets) + str(value))
