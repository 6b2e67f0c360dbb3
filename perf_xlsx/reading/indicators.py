"""An indicator's row in our template: what it is measured by, and in which unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.model import Entry, Indicator, made_of
from perf_xlsx.domain.quantity import NOTHING, is_blank, normalise, unit_name
from perf_xlsx.domain.units import row_unit
from perf_xlsx.reading.cells import CellReader, RowUnit, small_by_nature
from perf_xlsx.reading.judged_in_words import (
    dated_target,
    is_empty_or_dash,
    is_judged_in_words,
    needs_no_target,
    numbers_as_text,
)

SHARES = ("target", "midyear", "actual")


def template_indicator(cells: CellReader, row: Mapping[str, Entry[Any]]) -> Indicator:
    """The indicator of a row: judged in words, or in numbers of its unit."""
    indicator = _judged(cells, made_of(Indicator, row))
    if indicator.qualitative and not numbers_as_text(indicator.sign, indicator.target, indicator.method):
        return indicator
    return _measured(cells, indicator, row)


def _measured(cells: CellReader, indicator: Indicator, row: Mapping[str, Entry[Any]]) -> Indicator:
    unit, changed = _stated_unit(indicator), dict[str, Entry[Any]]()
    read = {key: cells.numbers.quantity(row[key], row["target"]) for key in SHARES}
    target, actual = read["target"][1], read["actual"][1]
    sign = own_sign = indicator.sign.value or ""
    if target and target.sign and indicator.sign.empty:
        sign = target.sign
        changed["sign"] = replace(indicator.sign, value=sign, given="")
    own = row_unit(unit_name(unit), target, actual)
    units = RowUnit(own, own == unit_name(unit) != "", sign)
    of_target = units._replace(sign=own_sign)
    for key, other in (("target", actual), ("midyear", target), ("actual", target)):
        row_of = of_target if key == "target" else units
        changed[key] = cells.numbers.quantified(*read[key], row_of, other)
    shares = {key: changed[key] for key in SHARES}
    if _in_percent(unit, shares.values()):
        small = small_by_nature(indicator.name.given, sign, changed["target"].value)
        changed |= cells.rates.shares(shares, indicator.claimed_completion, bool(unit), small)
    return made_of(Indicator, {**row, **changed})


def _stated_unit(indicator: Indicator) -> str:
    unit = indicator.unit.value or ""
    return "" if is_blank(unit) or normalise(unit) in NOTHING else unit


def _in_percent(unit: str, values: Iterable[Entry[Any]]) -> bool:
    return unit_name(unit) == "%" or (not unit and any("%" in normalise(one.given) for one in values))


def _judged(cells: CellReader, row: Indicator) -> Indicator:
    """The indicator; its actual is a judgement where sign, target or level mean that it is judged in words."""
    sign, actual, texts = row.sign, row.actual, cells.texts
    target = dated_target(row.name.given, row.target, row.unit)
    row = replace(row, target=target)
    if needs_no_target((row.level1, row.level2), sign, target, actual):
        target, actual = (replace(e, value=None, given="") if is_empty_or_dash(e) else e for e in (target, actual))
        judged = texts.judged(actual, target)
        return replace(row, sign=replace(sign, value="定性"), target=target, actual=judged)
    if "定性" in (sign.value, row.method.value):
        return replace(row, actual=texts.judged(actual, target))
    sure = texts.band(actual, target) is not None
    if row.method.value == "按比例" or not is_judged_in_words(sign, target, actual, sure):
        return row
    if not sign.empty:
        message = f"指标性质填“{sign.given}”，而指标值“{target.given}”不是数字，已按定性指标读取。"
        cells.findings.about("R12", sign, message, "请把指标性质改为“定性”。", "定性", "warning")
        row = replace(row, sign=replace(sign, value="定性"))
    shown = replace(actual, value=actual.given) if isinstance(actual.value, Decimal) else actual
    return replace(row, actual=texts.judged(shown, target))
