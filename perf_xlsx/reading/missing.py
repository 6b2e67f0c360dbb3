"""Required boxes left empty (R07): message, advice, and the sum that would fit a total."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from perf_xlsx.domain.entries import Path
from perf_xlsx.domain.model import Entry, FundLine
from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms import Box, Line, Lines, typed


class MissingValue(Struct, frozen=True):
    """One thing to fill in: the entry that it is reported at, what is missing, what to do."""

    entry: Entry[Any]
    field: str
    message: str
    advice: str


def missing_box(box: Box, entry: Entry[Any], row: str = "") -> MissingValue:
    """A required box that is empty; `row` names its row, where it has no name that anybody could know it by."""
    message = f"{row}没有填写{entry.field}。" if row else f"{entry.field}没有填写。"
    return MissingValue(entry, entry.field, message, to_fill(box))


def to_fill(box: Box) -> str:
    """What to do about an empty box, in the words that the form prints; not those with a number to put in."""
    known = f"：{box.help}" if box.help and "{" not in box.help else "。"
    return f"请填写{box.label}{known}"


def missing_amounts(
    block: Lines, lines: Mapping[str, FundLine], computed: Container[Path] = ()
) -> Iterator[MissingValue]:
    """Required amounts that are empty; of a line that was left out altogether as one.

    Where the sheet makes a sum, it is the parts that are missing.
    """
    for line in block.lines:
        if line.key in lines:
            boxes = [box for box in typed(block.columns) if box.key in line.required]
            made = [box for box in boxes if (block.key, line.key, box.key) in computed]
            empty = [box for box in made if lines[line.key].entry(box.key).empty]
            yield from [_without_parts(line, empty, block, lines)] if empty else []
            yield from _missing_in(line, block, lines) if not made else ()


def _without_parts(line: Line, empty: Sequence[Box], block: Lines, lines: Mapping[str, FundLine]) -> MissingValue:
    """A sum of which no part was filled in: reported at the first of them."""
    labels = {one.key: one.label for one in block.lines}
    names, first = "、".join(box.label for box in empty), line.parts[0]
    parts = "、".join(labels[part] for part in line.parts)
    message = f"{parts}都没有填写{names}，{line.label}没有可加的数。"
    field = f"{labels[first]}·{empty[0].label}"
    return MissingValue(lines[first].entry(empty[0].key), field, message, f"请填写{parts}的{names}。")


def _missing_in(line: Line, block: Lines, lines: Mapping[str, FundLine]) -> Iterator[MissingValue]:
    entries = {box: lines[line.key].entry(box.key) for box in typed(block.columns) if box.key in line.required}
    empty = [box for box, entry in entries.items() if entry.empty and entry.place.cell]
    fits = {box: fit for box in empty if (fit := _sum(line, box.key, block, lines)) is not None}
    if 1 < len(empty) == len(entries):
        yield _whole_line(line, entries[empty[0]], empty, fits)
        return
    for box in empty:
        yield _missing_amount(line, box, entries[box], fits.get(box))


def _missing_amount(line: Line, box: Box, entry: Entry[Any], fit: Decimal | None) -> MissingValue:
    field, what = f"{line.label}·{box.label}", f"{line.label}的{box.label}"
    advice = to_fill(box) if fit is None else f"请填写{what}；按各部分合计，应填{plain(fit)}。"
    return MissingValue(entry, field, f"{field}没有填写。", advice)


def _whole_line(line: Line, first: Entry[Any], empty: Sequence[Box], fits: Mapping[Box, Decimal]) -> MissingValue:
    """A line that was left out altogether."""
    names = "、".join(box.label for box in empty)
    sums = "、".join(f"{box.label}{plain(fit)}" for box, fit in fits.items())
    advice = f"请填写{line.label}的{names}{f'；按各部分合计，应填{sums}' if sums else ''}。"
    return MissingValue(first, f"{line.label}·{empty[0].label}", f"{line.label}没有填写{names}。", advice)


def _sum(line: Line, column: str, block: Lines, lines: Mapping[str, FundLine]) -> Decimal | None:
    """The sum of a line's parts; None where one of them is not known."""
    known = {one.key: one for one in block.lines}
    found = [_part(known[part], line, column, block, lines) for part in line.parts if part in known]
    values = [value for value in found if value is not None]
    return sum(values, Decimal(0)) if values and any(values) and len(values) == len(found) else None


def _part(part: Line, whole: Line, column: str, block: Lines, lines: Mapping[str, FundLine]) -> Decimal | None:
    entry = lines[part.key].entry(column) if part.key in lines else None
    if entry is not None and not entry.empty:
        return entry.value if isinstance(entry.value, Decimal) else None
    inner = _sum(part, column, block, lines) if part.parts else None
    return Decimal(0) if inner is None and whole.blank_part_is_zero else inner
