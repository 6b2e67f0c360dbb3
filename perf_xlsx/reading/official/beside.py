"""The money of a form without a table of money: its names stand beside its figures, 预算数 | 50 | 执行数 | 45."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from perf_xlsx.domain.quantity import is_blank, parse_quantity
from perf_xlsx.forms import Box
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Located
from perf_xlsx.reading.official.labels import Labels, Row, core
from perf_xlsx.vocabulary import vocabulary

_MOST_ROWS, _MOST_LABELS = 200, 60  # above the indicators, and in a row, that are looked at
_NEEDS = (("executed",), ("adjusted", "initial"))
_MONEY, _SHARE = ("", "元", "万元"), ("", "%")
_UNITS = {"initial": _MONEY, "adjusted": _MONEY, "executed": _MONEY, "claimed_rate": _SHARE}


class _Named(Struct, frozen=True):
    """A known label, and where the figures between it and the next text of its row are."""

    role: str
    label: Address
    figures: Sequence[Address]


def money_beside(
    sheets: Sheets, sheet: int, rows: Mapping[int, Row], boxes: Sequence[Box]
) -> Mapping[str, Located]:
    """The budget, what was executed, and the rate, each with its label; nothing unless both amounts are there.

    Only known labels count: without a table no other column speaks for a guess. `rows` are those that may hold
    them, `boxes` the columns that a table of money would have.
    """
    labels, found = Labels(boxes), list[tuple[str, Located]]()
    known = {row for row, texts in islice(rows.items(), _MOST_ROWS) if any(map(labels.of, texts.values()))}
    cells: dict[int, list[tuple[int, Cell]]] = {}
    for (row, column), cell in sorted(sheets.grids[sheet].cells.items()):
        if row in known:
            cells.setdefault(row, []).append((column, cell))
    for row in sorted(known):
        named = [*_named(sheets, (sheet, row), rows[row], labels, cells[row])]
        pairs = any(len(one.figures) == 1 for one in named)  # what is behind the last one is no part of it
        found += [(one.role, Located(one.label, one.figures[0])) for one in named if pairs or _is_sum(one, rows)]
    roles = [role for role, _ in found]
    sure = {role: located for role, located in found if roles.count(role) == 1}
    return sure if all(any(role in sure for role in group) for group in _NEEDS) else {}


def _named(
    sheets: Sheets, row: tuple[int, int], texts: Row, labels: Labels, cells: Sequence[tuple[int, Cell]]
) -> Iterator[_Named]:
    for column, text in islice(texts.items(), _MOST_LABELS):
        known = labels.of(text)
        if known and known[1] in _UNITS:
            behind = [one for one in cells if one[0] > column]
            figures = [(*row, at) for at in _figures(behind, _UNITS[known[1]])]
            if figures and figures[0] == sheets.right_of((*row, column)):
                yield _Named(known[1], (*row, column), figures)


def _is_sum(one: _Named, rows: Mapping[int, Row]) -> bool:
    """Whether the first of several figures stands below the word of a sum: 合计 | 财政拨款 | 其他资金."""
    _, row, column = one.figures[0]
    above = (
        rows.get(row - up, {}).get(column, "") for up in (1, 2)
    )  # below 合计 are the budget and what was spent
    return not {core(text) for text in above}.isdisjoint(vocabulary("roles")["level_names"]["sums"])


def _figures(cells: Sequence[tuple[int, Cell]], units: Sequence[str]) -> Iterator[int]:
    """The columns of the figures among the cells behind a label, up to the next text."""
    for column, cell in cells:
        shown = as_shown(cell)
        found = None if cell.crossed_out else parse_quantity(shown)
        if found is None and not is_blank(shown):
            return
        if found is not None and found.unit in units and not found.sign:
            yield column
