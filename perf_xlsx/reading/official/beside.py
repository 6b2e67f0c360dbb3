"""Money without a table: labels with their values beside them, 预算数 | 6.84 | 执行数 | 6.84."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from perf_xlsx.domain.model import AMOUNTS
from perf_xlsx.domain.quantity import parse_quantity
from perf_xlsx.forms import typed
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.official.adopted import unread
from perf_xlsx.reading.official.draft import Draft
from perf_xlsx.reading.official.labels import Row, core
from perf_xlsx.reading.official.likeness import Roles, roles_of

_BASES = ("adjusted", "initial")
_SHARES = ("execution_weight", "execution_points")  # 分值 and 得分 say nothing unless they are next to the amounts


class _Pair(Struct, frozen=True):
    """A label of a column of money and the cell to its right, which holds a number; `sure`: a known label."""

    label: Address
    value: Address
    text: str
    role: str
    sure: bool


def money_beside_labels(sheets: Sheets, rows: Mapping[int, Row], layout: Draft) -> None:
    """Note the amounts above the indicators that stand right of their labels, as the total of all money.

    Only where no table of money was found, and both a budget and what was spent are there; for monitoring the
    budget is enough. A label that is there twice is not read.
    """
    sheet, last = layout.indicators.sheet, layout.indicators.top
    roles = roles_of("funds", (*typed(layout.form.block("funds").fields), *unread(layout.kind, "funds")))
    found = [pair for pair in _pairs(sheets, sheet, rows, roles) if pair.label[1] < last]
    once = {pair.role: pair for pair in found if sum(pair.role == other.role for other in found) == 1}
    spent = "executed" in once or layout.unscored == "monitoring"
    if not spent or not any(key in once for key in _BASES):
        return
    near = {once[key].label[1] for key in AMOUNTS if key in once}
    for key, pair in once.items():
        if key not in _SHARES or {pair.label[1], pair.label[1] - 1} & near:
            _note(layout, pair)


def _pairs(sheets: Sheets, sheet: int, rows: Mapping[int, Row], roles: Roles) -> Iterator[_Pair]:
    """Every label of a column of money with a number right of it."""
    for row, texts in rows.items():
        for column, text in texts.items():
            value = sheets.right_of((sheet, row, column))
            scores = roles.likely(text)
            role = max(scores, key=scores.__getitem__, default="")
            if role and _is_number(sheets, value):
                yield _Pair((sheet, row, column), value, core(text), role, roles.certain(text) is not None)


def _is_number(sheets: Sheets, at: Address) -> bool:
    cell = sheets.cell(at)
    return cell is not None and parse_quantity(as_shown(cell)) is not None


def _note(layout: Draft, pair: _Pair) -> None:
    total = layout.form.total_line
    layout.lines["funds", total, pair.role] = pair.value
    layout.labels.add(pair.label)
    if pair.role in AMOUNTS:
        layout.fund_rows[total] = pair.label[1]
    if not pair.sure:
        own = {box.key: box.label for box in typed(layout.form.block("funds").fields)}[pair.role]
        message = f"“{pair.text}”按“{own}”读取。"
        layout.doubt(pair.label, own, pair.text, message, "可以不改；如不对，请改用通用的名称。", "notice")
