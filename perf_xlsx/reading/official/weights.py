"""Weights that an official form states for several indicators: of a level, and their sum in the total's row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from perf_xlsx.domain.model import Indicator, SelfEvaluation
from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.cells import points_in
from perf_xlsx.reading.form_reader import FormReader
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import OfficialParts
from perf_xlsx.reading.official.labels import core

_LEVELS = {"level1": "一级指标", "level2": "二级指标"}


def check_weights(evaluation: SelfEvaluation, official: OfficialParts, reader: FormReader) -> None:
    """W01, W02, T01: sums of weights and points that the form states, where all that they sum up is known."""
    rows = evaluation.indicators
    _check_subtotals(evaluation, official, reader)
    if not rows or any(row.weight.value is None for row in rows):
        return
    for level, column in official.indicators.level_weights.items():
        for at, group in _groups(rows, official, column, reader.sheets):
            _check_level(at, _LEVELS[level], group, reader)
    if total := _total(official, reader.sheets):
        _check_total(total, rows, official, reader)


def _check_subtotals(evaluation: SelfEvaluation, official: OfficialParts, reader: FormReader) -> None:
    """Rows of sums among the indicators: 小计 below those that it sums up, a level's row above them."""
    header, execution = official.indicators, evaluation.claimed.execution_points.value or Decimal(0)
    weight = official.stated_weight[1] if official.stated_weight else reader.cells.rules.number("execution.weight")
    for key, code, more in (("weight", "W02", weight), ("claimed_points", "T01", execution)):
        known = {one.name.place.row or 0: one.entry(key).value for one in evaluation.indicators}
        if key not in header.columns or None in known.values():
            continue
        values, column = {row: value for row, value in known.items() if value is not None}, header.columns[key]
        cells = {row: (header.sheet, row, column) for row in (*official.level_rows.values(), *official.subtotals)}
        stated = {
            row: points for row, at in cells.items() if (points := points_in(reader.sheets.cell(at))) is not None
        }
        wrong = (*_wrong_levels(values, stated, official), *_wrong_below(values, stated, official, more))
        for row, right in wrong:
            _tell_sum(code, cells[row], "分值" if key == "weight" else "自评得分", stated[row], right, reader)


NumbersByRow = Mapping[int, Decimal]  # by row


def _wrong_levels(
    values: NumbersByRow, stated: NumbersByRow, official: OfficialParts
) -> Iterator[tuple[int, Decimal]]:
    """The rows of levels that do not sum up the rows below them, with the right sum."""
    sums: dict[int, Decimal] = {}
    for row, value in values.items():
        if (head := official.level_rows.get(row)) is not None:
            sums[head] = sums.get(head, Decimal(0)) + value
    yield from ((head, total) for head, total in sums.items() if stated.get(head, total) != total)


def _wrong_below(
    values: NumbersByRow, stated: NumbersByRow, official: OfficialParts, execution: Decimal
) -> Iterator[tuple[int, Decimal]]:
    """The rows of sums that are no sum of the rows right above, however many, with that of their own level.

    Below all rows it may be that of all and of budget execution.
    """
    total = level = Decimal(0)
    before, last = {total}, max(values, default=0)  # the sums of all rows above each row
    for row in sorted({*values, *(row for row in official.subtotals if row in stated)}):
        if row in values:
            before.add(total)
            total, level = total + values[row], level + values[row]
            continue
        whole = row > last and stated[row] == total + execution
        if total - stated[row] not in before and not whole:
            yield row, level
        level = Decimal(0)


def _tell_sum(code: str, at: Address, what: str, stated: Decimal, right: Decimal, reader: FormReader) -> None:
    message = f"第{at[1]}行合计的{what}填{plain(stated)}，与各指标{what}之和{plain(right)}不符。"
    _tell(code, at, f"{what}小计", message, stated, right, reader)


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
        _tell("W02", at, f"{level}分值", message, stated, total, reader)


def _check_total(at: Address, rows: Sequence[Indicator], official: OfficialParts, reader: FormReader) -> None:
    """The sum may count budget execution or not."""
    stated, total = points_in(reader.sheets.cell(at)), _sum(rows)
    usual = reader.cells.rules.number("execution.weight")
    own = official.stated_weight[1] if official.stated_weight else usual
    if stated is not None and stated not in (total, total + own, total + usual):
        sums = f"各指标分值之和是{plain(total)}，加预算执行率{plain(own)}分是{plain(total + own)}"
        message = f"合计行的分值填{plain(stated)}，而{sums}。"
        _tell("W02", at, "分值合计", message, stated, total + own, reader)


def _tell(
    code: str, at: Address, field: str, message: str, stated: Decimal, expected: Decimal, reader: FormReader
) -> None:
    advice = f"请核对各指标的分值；如无误，这里应填{plain(expected)}。"
    reader.cells.collector.tell(
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
