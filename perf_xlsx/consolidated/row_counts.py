"""What the rows of the long tables come to: counted from the rows as they were written, not from the records."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

from perf_xlsx.consolidated.long_tables import (
    CHECKED,
    FUNDS,
    TROUBLED,
    UNITS,
    UNREAD,
    WHOLE,
    LongTable,
    LongTableRow,
    TableValue,
)


class RowCounts:
    """Counts rows as formulas over their cells do."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()  # by the key of the table
        self.states: Counter[str] = Counter()  # rows of 单位得分
        self.troubles = 0  # 合计 of 问题按单位
        self._whole = Decimal(0)  # points of 完整
        self._sums: dict[tuple[TableValue, TableValue, str], Decimal] = defaultdict(Decimal)
        self._more: Mapping[str, Callable[[LongTableRow], None]] = {
            UNITS.key: self._unit, FUNDS.key: self._amounts, TROUBLED.key: self._troubled,
        }  # fmt: skip

    def add(self, table: LongTable, row: LongTableRow) -> None:
        """Take in a row."""
        self.rows[table.key] += 1
        if more := self._more.get(table.key):
            more(row)

    def _unit(self, row: LongTableRow) -> None:
        state, points = str(row[_STATE]), row[_POINTS]
        self.states.update(word for word in (UNREAD, CHECKED, WHOLE) if word in state)
        if WHOLE in state and isinstance(points, Decimal):
            self._whole += points

    def _amounts(self, row: LongTableRow) -> None:
        form, year, name = (row[at] for at in _LINE)
        amounts = (row[at] for at in _AMOUNTS)
        self._sums[form, year, str(name).casefold()] += sum(one for one in amounts if isinstance(one, Decimal))

    def _troubled(self, row: LongTableRow) -> None:
        count = row[_TROUBLES]
        self.troubles += count if isinstance(count, int) else 0

    @property
    def mean(self) -> Fraction:
        """Of the points of 完整. There must be some."""
        return Fraction(self._whole) / self.states[WHOLE]

    def of(self, form: str, year: int | str, name: str) -> Decimal:
        """All amounts of a line of 资金明细; a formula does not tell capitals apart."""
        return self._sums[form, year, name.casefold()]


_STATE, _POINTS = UNITS.position("状态"), UNITS.position("计算总分")
_TROUBLES = TROUBLED.position("合计")
_LINE = [FUNDS.position(head) for head in ("表种", "年度", "资金类别")]
_AMOUNTS = [at for at, column in enumerate(FUNDS.columns) if column.type == "money"]
