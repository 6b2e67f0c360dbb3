"""Weights that an official form states for several indicators: of a level, and their sum in the total's row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from perf_xlsx.domain.model import Indicator, SelfEvaluation
from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.cells import points_in
from perf_xlsx.reading.form import FormReader
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import OfficialParts
from perf_xlsx.reading.official.labels import core

_LEVELS = {"level1": "一级指标", "level2": "二级指标"}


def check_weights(form: SelfEvaluation, official: OfficialParts, reader: FormReader) -> None:
    """W01, W02, T01: sums of weights and points that the form states, where all that they sum up is known."""
    rows = form.indicators
    _check_subtotals(form, official, reader)
    if not rows or any(row.weight.value is None for row in rows):
        return
    for level, column in official.indicators.level_weights.items():
        for at, group in _groups(rows, official, column, reader.sheets):
            _check_level(at, _LEVELS[level], group, reader)
    if total := _total(official, reader.sheets):
        _check_total(total, rows, official, reader)


class _Stated(Struct, frozen=True):
    """A row of sums: the cell of one of them, what it sums up in words, and what it may be (None: not known)."""

    code: str
    at: Address
    what: str
    sums: Sequence[Decimal | None]


def _check_subtotals(form: SelfEvaluation, official: OfficialParts, reader: FormReader) -> None:
    """Rows of sums among the indicators: 小计 below those that it sums up, a level's row above them."""
    header, execution = official.indicators, form.claimed.execution_points.value or Decimal(0)
    weight = official.stated_weight[1] if official.stated_weight else reader.cells.rules.number("execution.weight")
    for key, code, what, more in (
        ("weight", "W02", "分值", weight),
        ("claimed_points", "T01", "自评得分", execution),
    ):
        if key in header.columns:
            for row, sums in _subtotals(form.indicators, official, key, more):
                _check_sum(_Stated(code, (header.sheet, row, header.columns[key]), what, sums), reader)


def _subtotals(
    rows: Sequence[Indicator], official: OfficialParts, key: str, execution: Decimal
) -> Iterator[tuple[int, Sequence[Decimal | None]]]:
    """The row of each sum, with what it may be: of its level, of levels above, of all and execution."""
    values = {one.name.place.row or 0: one.entry(key).value for one in rows}
    for head in sorted({*official.level_rows.values()}):
        own = [value for row, value in values.items() if official.level_rows.get(row) == head]
        yield head, [_known_sum(own)]
    for row in official.subtotals:
        above = [value for at, value in values.items() if at < row][::-1]
        sums = [_known_sum(above[:count]) for count in range(1, len(above) + 1)]
        every = sums[-1:] if len(above) == len(values) else []
        yield row, [*sums, *(one + execution for one in every if one is not None)]


def _known_sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if len(known) == len(values) else None


def _check_sum(one: _Stated, reader: FormReader) -> None:
    stated, known = points_in(reader.sheets.cell(one.at)), [value for value in one.sums if value is not None]
    if stated is None or not known or len(known) < len(one.sums) or stated in known:
        return
    nearest = min(known, key=lambda value: abs(value - stated))
    told = f"与各指标{one.what}之和不符，最接近的是{plain(nearest)}"
    message = f"第{one.at[1]}行合计的{one.what}填{plain(stated)}，{told}。"
    _report(one.code, one.at, f"{one.what}小计", message, stated, nearest, reader)


def _groups(
    rows: Sequence[Indicator], official: OfficialParts, column: int, sheets: Sheets
) -> Iterator[tuple[Address, list[Indicator]]]:
    """The indicators below each weight of a level: down to the next one."""
    sheet = official.indicators.sheet
    found: dict[Address, list[Indicator]] = {}
    at: Address | None = None
    for row in rows:
        own = sheets.merged_from((sheet, row.name.place.row, column))
        at = own if points_in(sheets.cell(own)) is not None else at
        if at is not None:
            found.setdefault(at, []).append(row)
    yield from found.items()


def _check_level(at: Address, level: str, group: Sequence[Indicator], reader: FormReader) -> None:
    stated, total = points_in(reader.sheets.cell(at)), _sum(group)
    if stated is not None and stated != total:
        sum_ = f"其下{len(group)}个三级指标的分值之和是{plain(total)}"
        message = f"{level}的分值填{plain(stated)}，{sum_}，相差{plain(stated - total)}。"
        _report("W02", at, f"{level}分值", message, stated, total, reader)


def _check_total(at: Address, rows: Sequence[Indicator], official: OfficialParts, reader: FormReader) -> None:
    """The sum may count budget execution or not."""
    stated, total = points_in(reader.sheets.cell(at)), _sum(rows)
    usual = reader.cells.rules.number("execution.weight")
    own = official.stated_weight[1] if official.stated_weight else usual
    if stated is not None and stated not in (total, total + own, total + usual):
        sums = f"各指标分值之和是{plain(total)}，加预算执行率{plain(own)}分是{plain(total + own)}"
        message = f"合计行的分值填{plain(stated)}，而{sums}。"
        _report("W02", at, "分值合计", message, stated, total + own, reader)


def _report(
    code: str, at: Address, field: str, message: str, stated: Decimal, expected: Decimal, reader: FormReader
) -> None:
    advice = f"请核对各指标的分值；如无误，这里应填{plain(expected)}。"
    reader.cells.collector.report(
        code, reader.sheets.place(at), field, message, advice, given=plain(stated), expected=plain(expected),
        difference=plain(stated - expected),
    )  # fmt: skip


def _sum(rows: Sequence[Indicator]) -> Decimal:
    return sum((row.weight.value for row in rows if row.weight.value is not None), Decimal(0))


def _total(official: OfficialParts, sheets: Sheets) -> Address | None:
    """The cell of the weights in the first row of a total below the indicators; None where there is none."""
    header, column = official.indicators, official.indicators.columns.get("weight")
    row = next(iter(_rows_of_totals(official.kind, _labels(sheets, header.sheet, header.bottom))), None)
    if column is None or row is None:
        return None
    left = sheets.merge_at((header.sheet, row, column))[1]
    return (header.sheet, row, column) if left == column else None


def _labels(sheets: Sheets, sheet: int, bottom: int) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for (row, _), cell in sorted(sheets.grids[sheet].cells.items()):
        if row > bottom and cell.label:
            found.setdefault(row, []).append(core(cell.label))
    return found


def _rows_of_totals(kind: OfficialForm, labels: Mapping[int, list[str]]) -> Iterator[int]:
    return (row for row, words in labels.items() if any(word in kind.totals for word in words))
