"""The money of a form without a table of money: its names stand beside its figures, 预算数 | 50 | 执行数 | 45."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from perf_xlsx.domain.quantity import is_blank, parse_quantity
from perf_xlsx.forms import Box
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Located
from perf_xlsx.reading.official.labels import Labels, Row, core
from perf_xlsx.vocabulary import vocabulary

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
    for row, texts in rows.items():
        named = [*_named(sheets, (sheet, row), texts, labels)]
        pairs = any(len(one.figures) == 1 for one in named)  # what is behind the last one is no part of it
        found += [(one.role, Located(one.label, one.figures[0])) for one in named if pairs or _is_sum(one, rows)]
    roles = [role for role, _ in found]
    sure = {role: located for role, located in found if roles.count(role) == 1}
    return sure if all(any(role in sure for role in group) for group in _NEEDS) else {}


def _named(sheets: Sheets, row: tuple[int, int], texts: Row, labels: Labels) -> Iterator[_Named]:
    for column, text in texts.items():
        known = labels.of(text)
        if known and known[1] in _UNITS:
            figures = [*_figures(sheets, (*row, column), _UNITS[known[1]])]
            if figures and figures[0] == sheets.right_of((*row, column)):
                yield _Named(known[1], (*row, column), figures)


def _is_sum(one: _Named, rows: Mapping[int, Row]) -> bool:
    """Whether the first of several figures stands below the word of a sum: 合计 | 财政拨款 | 其他资金."""
    _, row, column = one.figures[0]
    above = (
        rows.get(row - up, {}).get(column, "") for up in (1, 2)
    )  # below 合计 are the budget and what was spent
    return not {core(text) for text in above}.isdisjoint(vocabulary("roles")["level_names"]["sums"])


def _figures(sheets: Sheets, label: Address, units: Sequence[str]) -> Iterator[Address]:
    """The cells with figures behind a label, up to the next text."""
    sheet, row, column = label
    cells = sheets.grids[sheet].cells
    for at in sorted(at for at in cells if at[0] == row and at[1] > column):
        shown = as_shown(cells[at])
        found = None if cells[at].crossed_out else parse_quantity(shown)
        if found is None and not is_blank(shown):
            return
        if found is not None and found.unit in units and not found.sign:
            yield sheet, *at
