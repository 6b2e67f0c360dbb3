"""Required boxes left empty (R07): what is said of them, and the sum that would fit a total."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from perf_xlsx.forms import Box, Line, Lines, typed
from perf_xlsx.model import Entry, FundLine
from perf_xlsx.numerals import plain


@dataclass(frozen=True)
class Owed:
    """One thing to fill in: the box that it is told at, what is missing, what to do."""

    entry: Entry[Any]
    field: str
    message: str
    advice: str


def box_owed(box: Box, entry: Entry[Any], row: str = "") -> Owed:
    """A required box that is empty; `row` names its row, where it has no name that anybody could know it by."""
    message = f"{row}没有填写{entry.field}。" if row else f"{entry.field}没有填写。"
    return Owed(entry, entry.field, message, to_fill(box))


def to_fill(box: Box) -> str:
    """What to do about an empty box, in the words that the form prints; not those with a number to put in."""
    known = f"：{box.help}" if box.help and "{" not in box.help else "。"
    return f"请填写{box.label}{known}"


def lines_owed(block: Lines, lines: Mapping[str, FundLine]) -> Iterator[Owed]:
    """Required amounts that are empty; of a line that was left out altogether as one."""
    for line in block.lines:
        if line.key not in lines:
            continue
        boxes = [box for box in typed(block.columns) if box.key in line.required]
        entries = {box: getattr(lines[line.key], box.key) for box in boxes}
        empty = [box for box, entry in entries.items() if entry.empty and entry.place.cell]
        if len(empty) > 1 and len(empty) == len(boxes):
            sums = [
                f"{box.label}{plain(fit)}"
                for box in empty
                if (fit := _sum(line, box.key, block, lines)) is not None
            ]
            fits = f"；按各部分合计，应填{'、'.join(sums)}" if sums else ""
            names = "、".join(box.label for box in empty)
            message = f"{line.label}没有填写{names}。"
            yield Owed(
                entries[empty[0]],
                f"{line.label}·{empty[0].label}",
                message,
                f"请填写{line.label}的{names}{fits}。",
            )
            continue
        for box in empty:
            fit = _sum(line, box.key, block, lines)
            advice = (
                to_fill(box)
                if fit is None
                else f"请填写{line.label}的{box.label}；按各部分合计，应填{plain(fit)}。"
            )
            yield Owed(entries[box], f"{line.label}·{box.label}", f"{line.label}·{box.label}没有填写。", advice)


def _sum(line: Line, column: str, block: Lines, lines: Mapping[str, FundLine]) -> Decimal | None:
    """The sum of a line's parts; None where one of them is not known."""
    known = {one.key: one for one in block.lines}
    found = [_part(known[part], line, column, block, lines) for part in line.parts if part in known]
    values = [value for value in found if value is not None]
    return sum(values, Decimal(0)) if values and any(values) and len(values) == len(found) else None


def _part(part: Line, whole: Line, column: str, block: Lines, lines: Mapping[str, FundLine]) -> Decimal | None:
    entry: Entry[Decimal] | None = getattr(lines[part.key], column) if part.key in lines else None
    if entry is not None and not entry.empty:
        return entry.value
    inner = _sum(part, column, block, lines) if part.parts else None
    return Decimal(0) if inner is None and whole.blank_part_is_zero else inner
