"""The header row of a table: found by its labels, helped by the names of its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec.structs import replace

from perf_xlsx.domain.numerals import WORDS
from perf_xlsx.domain.quantity import normalise, same_label
from perf_xlsx.domain.text import written_out
from perf_xlsx.forms import Block, Box, Lines, Rows, typed
from perf_xlsx.reading.grids import Address, NamedRange, Sheets
from perf_xlsx.reading.layout import Header
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import any_of, vocabulary

_NUMBERED = pattern(r"\(?(\d{1,2})\)?(?:\s*=.*)?")  # "3", "(3)", "③", "5=4/3"
LONGEST = 5  # characters of "(12)", "栏次"
_LETTER = pattern(rf"[{''.join(WORDS['columns'])}A-Za-z]|{any_of(vocabulary('rows')['numbering']['words'])}")


def denies(header: Header, named: Address) -> bool:
    """Whether a defined name no longer points at what it names."""
    return header.moved or named[2] in header.computed


def header_of(block: Lines | Rows, sheets: Sheets, home: int) -> Header | None:
    """The header of a table: by its text; a column whose label was retyped by its name, if other names agree."""
    columns = typed(block.columns)
    areas = {box.key: area for box in columns if (area := sheets.areas.get(f"px_{block.key}_{box.key}"))}
    by_text = _header_by_text(columns, sheets, areas, home)
    if not areas or (by_text is not None and by_text.sheet not in {area.sheet for area in areas.values()}):
        return by_text
    first = next(iter(areas.values()))
    named = {key: area.left for key, area in areas.items() if area.sheet == first.sheet}
    if by_text is None:
        return Header(first.sheet, first.top - 1, first.top - 1, named)
    return _with_named(by_text, named, computed_labels(block), sheets)


def _with_named(header: Header, named: Mapping[str, int], computed: Iterable[str], sheets: Sheets) -> Header:
    """The header with the columns that only a name leads to, unless names and labels disagree.

    A column deleted leaves its name above the next one: where that shows a computed value, nothing was retyped.
    """
    calculated = frozenset(at[2] for at in sheets.labelled(computed) if at[:2] == (header.sheet, header.bottom))
    moved = any(header.columns.get(key, column) != column for key, column in named.items())
    taken = calculated.union(header.columns.values())
    extra = {key: column for key, column in named.items() if not moved and column not in taken}
    return replace(header, columns={**header.columns, **extra}, moved=moved, computed=calculated)


def computed_labels(block: Block) -> list[str]:
    """The labels of what the template computes in a block."""
    return [label for box in block.fields if box.kind == "computed" for label in box.labels]


def _header_by_text(
    columns: list[Box], sheets: Sheets, areas: Mapping[str, NamedRange], home: int
) -> Header | None:
    """The row that holds most of the column labels, on the sheet `home` if there is one."""
    boxes = {same_label(label): box for box in columns for label in box.labels}
    order = sorted(sheets.searched, key=lambda sheet: sheet != home)
    found = [
        header for sheet in order for header in _rows_of_labels(sheets, sheet, boxes, areas, len(columns) // 2)
    ]
    at_home = [header for header in found if header.sheet == home]
    return max(at_home or found, key=lambda header: len(header.columns), default=None)


def _rows_of_labels(
    sheets: Sheets, sheet: int, boxes: Mapping[str, Box], areas: Mapping[str, NamedRange], least: int
) -> Iterator[Header]:
    """The rows with more than the `least` labels of `boxes`, or just above the columns (`areas`) known by name.

    Of two columns with the same label the one that is named is meant.
    """
    named = {key: area.left for key, area in areas.items()}
    rows: dict[int, dict[str, int]] = {}
    doubled: dict[int, list[tuple[str, Address]]] = {}
    for row, column, text in sheets.texts[sheet]:
        box = boxes.get(text)
        if box is None:
            continue
        found = rows.setdefault(row, {})
        other = found.setdefault(box.key, column)
        if other != column:
            found[box.key], other = (column, other) if named.get(box.key) == column else (other, column)
            doubled.setdefault(row, []).append((box.label, (sheet, row, other)))
    for row, found in rows.items():
        if len(found) > (0 if _is_just_above(areas.values(), sheet, row) else least):
            yield Header(sheet, row, row, found, doubled=tuple(doubled.get(row, ())))


def _is_just_above(areas: Iterable[NamedRange], sheet: int, row: int) -> bool:
    return any(area.sheet == sheet and 0 < area.top - row <= 4 for area in areas)


def are_numbers_of_columns(texts: Sequence[str]) -> bool:
    """Whether a row only numbers the columns, as people do below a header: 甲 乙 1 2 3 4, or (1) (2) (3) (4)."""
    if any(map(_is_too_long, texts)):  # most rows: the rest takes time
        return False
    found = {text: _NUMBERED.fullmatch(written_out(text).strip()) for text in texts}
    numbers = [int(one[1]) for text in texts if (one := found[text])]
    in_order = all(after - before == 1 for before, after in pairwise(numbers))
    return (
        len(numbers) > 3 and in_order and all(one or _LETTER.fullmatch(normalise(t)) for t, one in found.items())
    )


def _is_too_long(text: str) -> bool:
    return len(text) > LONGEST and "=" not in text
