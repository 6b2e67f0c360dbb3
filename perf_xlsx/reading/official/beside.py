"""The money of a form without a table of money: names beside their figures, 预算数 | 50 | 执行数 | 45."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from perf_xlsx.domain.model import AMOUNTS
from perf_xlsx.domain.quantity import is_blank, parse_quantity
from perf_xlsx.forms import typed
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.official.adopted import unread
from perf_xlsx.reading.official.labels import TextRow, core
from perf_xlsx.reading.official.layout_draft import LayoutDraft
from perf_xlsx.reading.official.likeness import WORDED, Roles, roles_of
from perf_xlsx.vocabulary import vocabulary

_MOST_ROWS, _MOST_LABELS = 200, 60  # above the indicators, and in a row, that are looked at
_BASES = ("adjusted", "initial")
_POINTS = ("execution_weight", "execution_points")  # 分值 and 得分 say nothing unless they are next to the amounts
_MONEY, _SHARE = ("", "元", "万元"), ("", "%")
_UNITS = dict.fromkeys(AMOUNTS, _MONEY) | {"claimed_rate": _SHARE} | dict.fromkeys(_POINTS, ("", "分"))


class _MoneyLabel(Struct, frozen=True):
    """A label of a column of money, and the figures between it and the next text of its row."""

    label: Address
    text: str
    role: str
    figures: Sequence[Address]


def money_beside(sheets: Sheets, rows: Mapping[int, TextRow], layout: LayoutDraft) -> None:
    """Note the amounts above the indicators that stand right of their labels, as the total of all money (R19).

    Only where both a budget and what was spent are there; for monitoring the budget is enough. A label that is
    there twice is not read.
    """
    sheet, last = layout.indicators.sheet, layout.indicators.top
    above = dict(islice(((row, texts) for row, texts in rows.items() if row < last), _MOST_ROWS))
    roles = roles_of("funds", (*typed(layout.form.block("funds").fields), *unread(layout.kind, "funds")))
    found = [one for row in _rows(sheets, sheet, above, roles) for one in row]
    times = Counter(one.role for one in found)
    once = {one.role: one for one in found if times[one.role] == 1}
    spent = "executed" in once or layout.unscored == "monitoring"
    if spent and not once.keys().isdisjoint(_BASES):
        near = {one.label[1] + down for one in once.values() if one.role in AMOUNTS for down in (0, 1)}
        _take(layout, [one for one in once.values() if one.role not in _POINTS or one.label[1] in near])


def _take(layout: LayoutDraft, read: Sequence[_MoneyLabel]) -> None:
    """Note what was read as the line of the total, and say it at the first label."""
    for one in read:
        _note(layout, one)
    own = {box.key: box.label for box in typed(layout.form.block("funds").fields)}
    words = "、".join(f"“{one.text}”按“{own[one.role]}”" for one in read)
    message = f"没有找到资金表，{words}读取年度资金总额。"
    first = min(one.label for one in read)
    layout.doubt(first, "年度资金总额", "", message, "可以不改；如不对，请改用通用的名称。", "notice")


def _rows(sheets: Sheets, sheet: int, rows: Mapping[int, TextRow], roles: Roles) -> Iterator[list[_MoneyLabel]]:
    """The labels of each row with the figure of each; of several behind one only that below a sum's word."""
    known = {
        row: {column: role for column, text in islice(texts.items(), _MOST_LABELS) if (role := _role(text, roles))}
        for row, texts in rows.items()
    }
    cells: dict[int, list[tuple[int, Cell]]] = {}
    for (row, column), cell in sorted(sheets.grids[sheet].cells.items()):
        if known.get(row):
            cells.setdefault(row, []).append((column, cell))
    for row, behind in cells.items():
        named = [*_named(sheets, (sheet, row), rows[row], known[row], behind)]
        pairs = any(len(one.figures) == 1 for one in named)  # what is behind the last one is no part of it
        yield [one for one in named if pairs or _is_sum(one, rows)]


def _role(text: str, roles: Roles) -> str:
    """The role of a label that is an amount, a share or points by its words; "" where it is none of these.

    One that is only similar is none, because no other column speaks for the guess.
    """
    scores = roles.likely(text)
    role = max(scores, key=scores.__getitem__, default="")
    return role if role in _UNITS and scores[role] >= WORDED else ""


def _named(
    sheets: Sheets,
    row: tuple[int, int],
    texts: TextRow,
    known: Mapping[int, str],
    cells: Sequence[tuple[int, Cell]],
) -> Iterator[_MoneyLabel]:
    for column, role in known.items():
        label = *row, column
        behind = [one for one in cells if one[0] > column]
        figures = [(*row, at) for at in _figures(behind, _UNITS[role])]
        if figures and figures[0] == sheets.right_of(label):
            yield _MoneyLabel(label, core(texts[column]), role, figures)


def _is_sum(one: _MoneyLabel, rows: Mapping[int, TextRow]) -> bool:
    """Whether the first of several figures stands below the word of a sum: 合计 | 财政拨款 | 其他资金.

    The word may be two rows above, over the budget and what was spent.
    """
    _, row, column = one.figures[0]
    above = (rows.get(row - up, {}).get(column, "") for up in (1, 2))
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


def _note(layout: LayoutDraft, one: _MoneyLabel) -> None:
    total = layout.form.total_line
    layout.lines["funds", total, one.role] = one.figures[0]
    layout.labels.add(one.label)
    if one.role in AMOUNTS:
        layout.fund_rows[total] = one.label[1]
