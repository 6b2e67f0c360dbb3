"""The header row of a table: found by its labels, helped by the names of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec.structs import replace

from perf_xlsx.domain.quantity import normalise, same_label
from perf_xlsx.domain.text import written_out
from perf_xlsx.forms import Box, Lines, Rows, typed
from perf_xlsx.reading.grids import Address, Area, Sheets
from perf_xlsx.reading.layout import Header
from perf_xlsx.system.pattern import pattern

_NUMBERED = pattern(r"\(?(\d{1,2})\)?(?:\s*=.*)?")  # "3", "(3)", "③", "5=4/3"
LONGEST = 5  # characters of "(12)", "栏次"
_LETTER = pattern(r"[甲乙丙丁戊己庚辛壬癸A-Za-z]|栏次|行次|序号")


def denies(header: Header, named: Address) -> bool:
    """Whether a defined name no longer points at what it names."""
    return header.moved or named[2] in header.computed


def header_of(block: Lines | Rows, sheets: Sheets, home: int) -> Header | None:
    """The header of a table: by its text; a column whose label was retyped by its name, if other names agree.

    A column deleted leaves its name above the next one: where that shows a computed value, nothing was retyped.
    """
    columns = typed(block.columns)
    areas = {box.key: area for box in columns if (area := sheets.areas.get(f"px_{block.key}_{box.key}"))}
    by_text = _header_by_text(columns, sheets, areas, home)
    if not areas or (by_text is not None and by_text.sheet not in {area.sheet for area in areas.values()}):
        return by_text
    first = next(iter(areas.values()))
    named = {key: area.left for key, area in areas.items() if area.sheet == first.sheet}
    if by_text is None:
        return Header(first.sheet, first.top - 1, first.top - 1, named)
    labels = [label for box in block.columns if box not in columns for label in box.labels]
    computed = frozenset(at[2] for at in sheets.labelled(labels) if at[:2] == (by_text.sheet, by_text.bottom))
    taken = computed.union(by_text.columns.values())
    moved = any(by_text.columns.get(key, column) != column for key, column in named.items())
    extra = {key: c for key, c in named.items() if key not in by_text.columns and c not in taken and not moved}
    return replace(by_text, columns={**by_text.columns, **extra}, moved=moved, computed=computed)


def _header_by_text(columns: list[Box], sheets: Sheets, areas: Mapping[str, Area], home: int) -> Header | None:
    """The row that holds most of the column labels, on the sheet `home` if there is one.

    It must hold more than half of them, or be just above the columns (`areas`) that are known by name. Of two
    columns with the same label the one that is named is meant.
    """
    by_label = {same_label(label): box for box in columns for label in box.labels}
    named = {key: area.left for key, area in areas.items()}
    best: Header | None = None
    for sheet in sorted(sheets.searched, key=lambda sheet: sheet != home):
        rows: dict[int, dict[str, int]] = {}
        doubled: dict[int, list[tuple[str, Address]]] = {}
        near = {area.top for area in areas.values() if area.sheet == sheet}
        for row, column, text in sheets.texts[sheet]:
            box = by_label.get(text)
            if box is None:
                continue
            found = rows.setdefault(row, {})
            other = found.setdefault(box.key, column)
            if other != column:
                found[box.key], other = (column, other) if named.get(box.key) == column else (other, column)
                doubled.setdefault(row, []).append((box.label, (sheet, row, other)))
        for row, found in rows.items():
            least = 0 if any(0 < top - row <= 4 for top in near) else len(columns) // 2
            if len(found) > max(least, len(best.columns) if best else 0):
                best = Header(sheet, row, row, found, doubled=tuple(doubled.get(row, ())))
        if best is not None and sheet == home:
            break
    return best


def are_numbers_of_columns(texts: Sequence[str]) -> bool:
    """Whether a row only numbers the columns, as people do below a header: 甲 乙 1 2 3 4, or (1) (2) (3) (4)."""
    if any(len(text) > LONGEST and "=" not in text for text in texts):  # most rows: the rest takes time
        return False
    found = [_NUMBERED.fullmatch(written_out(text).strip()) for text in texts]
    numbers = [int(one[1]) for one in found if one]
    others = [normalise(text) for text, one in zip(texts, found, strict=True) if not one]
    in_order = all(after - before == 1 for before, after in pairwise(numbers))
    return len(numbers) > 3 and in_order and all(_LETTER.fullmatch(text) for text in others)
