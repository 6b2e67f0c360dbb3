"""Amounts, weights, points and values with their units (R08, R09, R12)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from perf_xlsx.domain.judgement import happened_not
from perf_xlsx.domain.model import Entry
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import (
    MONEY_UNITS,
    OPPOSITE,
    Quantity,
    clean,
    is_blank,
    normalise,
    parse_quantity,
    parse_target,
    unit_name,
)
from perf_xlsx.domain.rounding import plain
from perf_xlsx.domain.units import CURRENCY, Manner, fit, hundredfold, meant_by, measure, other_money, unsure
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.cells.cell_findings import CellFindings
from perf_xlsx.reading.cells.display import HUNDRED, as_shown
from perf_xlsx.reading.cells.texts import TextReader, not_read
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import vocabulary

DATED = "单元格格式是日期或时间，不能确定是什么数字"
UNDATED = "请把单元格格式改成“常规”，再填数字。"
_BRACKETS = pattern(r"[(\[【〔]\s*(\d[\d.]*)\s*(分?)\s*[)\]】〕]")  # around points, which are never below zero
LETTERS = "数字里混有字母"
WORDED = "请只填数字，不带单位和符号；不能用数字衡量的，指标性质选“定性”。"
ACTUAL, TARGET = "实际完成值", "年度指标值"
EXACTLY = "请填写准确的数字。"
NOTHING = "请只填数字；没有发生的填0。"
_LETTER = pattern(r"\d[Il]*[Oo][OoIl]*(?![A-Za-z])|\d[OoIl]+\d")  # 1O for 10
HUGE, TINY = Decimal("1e13"), Decimal("1e-12")  # beyond these no form's numbers lie, nor sums in a workbook
MONEY = ("金额", "外币")  # only here do brackets mean less than nothing
AMOUNTS = (*vocabulary("units")["words"]["large"], "%", "‰")  # how units end that an amount may be mistaken in


NumberEntry = Entry[Decimal | str]
StoredNumber = Callable[[Decimal, Cell, Entry[Decimal]], Decimal | None]  # of a cell that stores a number
WrittenNumber = Callable[[Quantity, Entry[Decimal]], Decimal | None]  # of a cell that stores a text


class RowUnit(NamedTuple):
    """What a row's numbers are read in: its unit, whether the row itself states it, and its sign."""

    unit: str
    stated: bool
    sign: str


TellConversion = Callable[[NumberEntry, Quantity, Quantity, RowUnit, Manner], None]
"""An entry, as read, as converted."""


class NumberReader:
    """Reads numbers; text around them is reported or makes them unreadable.

    `money_unit` is the form's ("" where it is not known), which amounts are read in.
    """

    def __init__(self, findings: CellFindings, texts: TextReader, money_unit: str) -> None:
        self.findings, self.texts, self.money_unit = findings, texts, money_unit

    def number(self, cell: Cell | None, place: Place, field: str) -> Entry[Decimal]:
        """An amount or a count."""
        return self.parsed(cell, place, field, self._amount, self._typed_amount)

    def points(self, cell: Cell | None, place: Place, field: str) -> Entry[Decimal]:
        """A weight or points: "（50）" is 50 (R12), where an amount in brackets is below zero."""
        found = _BRACKETS.fullmatch(normalise(cell.value)) if cell and isinstance(cell.value, str) else None
        if cell is None or found is None:
            return self.parsed(cell, place, field, self._points_written, self._points_typed)
        entry = replace(self.points(replace(cell, value=found[1]), place, field), given=clean(as_shown(cell)))
        if entry.value is not None:
            self.findings.cleaned(entry, entry.value)
        return entry

    def _points_written(self, quantity: Quantity, entry: Entry[Decimal]) -> Decimal | None:
        """Points as text; 分 after them is their own unit (R12)."""
        if quantity.unit != "分" or quantity.sign:
            return self._amount(quantity, entry)
        self.findings.cleaned(entry, quantity.number)
        return quantity.number

    def _points_typed(self, number: Decimal, cell: Cell, entry: Entry[Decimal]) -> Decimal | None:
        """Points in a percent format: 10 typed there is 10%; 10 pasted is 1000%, and no points are so many."""
        if not cell.percent:
            return self._as_typed(number, cell, entry)
        if abs(number) <= 1:
            self.findings.cleaned(entry, number * HUNDRED)
            return number * HUNDRED
        self.findings.percent_added(entry, number)
        return number

    def parsed(
        self, cell: Cell | None, place: Place, field: str, written: WrittenNumber, typed: StoredNumber
    ) -> Entry[Decimal]:
        """A number: `typed` judges one that the cell stores, `written` one that its text holds."""
        given = self.texts.shown(cell, place, field)
        if cell is None or given is None:
            return not_read(cell, place, field)
        entry: Entry[Decimal] = Entry(None, place, clean(given), field)
        if isinstance(cell.value, Decimal):
            value = typed(cell.value, cell, entry)
            return Entry(self._possible(value, entry), place, given, field)
        if is_blank(entry.given):
            self.findings.dash(entry)
            return replace(entry, given="")
        if isinstance(cell.value, datetime.date):
            self.findings.not_a_number(entry, DATED, UNDATED)
            return entry
        quantity = parse_quantity(entry.given) if isinstance(cell.value, str) else None
        if quantity is None and (count := numbers_in_lines(entry.given)) > 1:
            self.findings.several(entry, count)
            return entry
        if quantity is None or mistyped(entry.given):
            self.findings.not_a_number(entry, *([LETTERS] if quantity else []))
            return entry
        return replace(entry, value=self._possible(written(quantity, entry), entry))

    def _possible(self, value: Decimal | None, entry: Entry[Any]) -> Decimal | None:
        """The number, or None (R08) where no form can hold it: a typing error would distort every sum."""
        if value and not TINY <= abs(value) < HUGE:
            self.findings.not_a_number(entry, "这个数大得或小得不合情理", "请核对后重新填写。")
            return None
        return value

    def _typed_amount(self, number: Decimal, cell: Cell, entry: Entry[Decimal]) -> Decimal | None:
        """An amount; unreadable (R08) in a percent format.

        Typed into such a cell 980 is stored as 9.8, pasted into it as 980: nothing tells which it was.
        """
        if cell.percent and number:
            why = f"单元格格式是百分比，格里存的是{plain(number)}，不能确定金额是多少"
            self.findings.not_a_number(entry, why, UNDATED)
            return None
        return self._as_typed(number, cell, entry)

    def _as_typed(self, number: Decimal, cell: Cell, entry: Entry[Decimal]) -> Decimal:
        self.findings.scaled(cell, entry)
        if in_full(cell.unit) != self.money_unit and cell.unit.endswith(AMOUNTS):
            self.findings.unit_added(entry, number, cell.unit)
        return number

    def _amount(self, quantity: Quantity, entry: Entry[Decimal]) -> Decimal | None:
        quantity = in_money_unit(quantity, self.money_unit)
        if is_money_unit(quantity.unit) and measure(quantity.unit) != measure(self.money_unit):
            self._other_unit(entry, quantity.unit)
            return None
        large = quantity.words and not quantity.unit and quantity.number >= MONEY_UNITS["万元"]
        if large and self.money_unit != "元":
            self.findings.not_a_number(entry, "没有写“元”，不能确定以元还是以万元为单位")
            return None
        self.findings.trimmed(entry, quantity, "" if quantity.words else quantity.sign or quantity.unit)
        return quantity.number

    def _other_unit(self, entry: Entry[Any], unit: str) -> None:
        why = f"单位“{unit}”与本表金额单位“{self.money_unit or '未填'}”不一致"
        self.findings.not_a_number(entry, why, f"请换算成{self.money_unit}，只填数字。" if self.money_unit else "")

    def measured(self, cell: Cell | None, place: Place, field: str) -> NumberEntry:
        """A target, midyear or actual value before its row is known: a number, or the text of the cell.

        A percentage is the number before its sign: 95% is 95.
        """
        given = self.texts.shown(cell, place, field)
        if cell is None or given is None:
            return not_read(cell, place, field)
        entry: NumberEntry = Entry(None, place, given, field)
        if isinstance(cell.value, Decimal):
            number = cell.value * HUNDRED if cell.percent else cell.value
            self.findings.scaled(cell, entry)
            return replace(entry, value=number, given=given + ("" if cell.scaled else cell.unit))
        entry = replace(entry, given=clean(given))
        if isinstance(cell.value, datetime.date) and (not cell.dated or parse_quantity(entry.given)):
            self.findings.not_a_number(entry, DATED, UNDATED)
            return entry
        return replace(entry, value=entry.given or None)

    def quantity(
        self, entry: NumberEntry, target: NumberEntry | None = None, worded: str = WORDED
    ) -> tuple[NumberEntry, Quantity | None]:
        """A quantitative row's value and the quantity in it; R08 where there is none, with the advice `worded`.

        Next to a `target` of 0, words for "nothing happened" are 0 (R12).
        """
        if not isinstance(entry.value, str):
            return entry, None if entry.value is None else Quantity(entry.value, "", unit_shown(entry))
        if is_blank(entry.value):
            self.findings.dash(entry)
            return replace(entry, value=None, given=""), None
        quantity = parse_target(entry.value) or parse_quantity(entry.value)
        if quantity is not None and not mistyped(entry.value):
            return entry, quantity
        if quantity is None:
            return self._in_words(entry, entry.value, target, worded)
        self.findings.not_a_number(entry, LETTERS)
        return replace(entry, value=None), None

    def _in_words(
        self, entry: NumberEntry, text: str, target: NumberEntry | None, worded: str
    ) -> tuple[NumberEntry, Quantity | None]:
        """A text without a number: 0 where nothing happened and nothing should have (R12), else R08."""
        nothing = happened_not(text)
        if nothing and target is not None and _is_zero(target):
            self.findings.cleaned(entry, Decimal(0))
            return entry, Quantity(Decimal(0))
        self.findings.not_a_number(entry, advice=NOTHING if nothing else worded)
        return replace(entry, value=None), None

    def fitted(
        self, entry: NumberEntry, quantity: Quantity, row: RowUnit, other: Quantity | None
    ) -> tuple[Quantity | None, Manner]:
        """The quantity in the row's unit and how it was converted; None (R08) where that is not sure.

        `other` is the row's other number, which a number without unit is compared with.
        """
        found = fit(quantity.number, quantity.unit, row.unit)
        if doubt := _doubt(entry.field, quantity, found.number, row, other):
            self.findings.not_a_number(entry, *doubt)
            return None, "same"
        formatted = isinstance(entry.value, Decimal) and row.stated
        if found.number is None or (formatted and found.manner == "resized"):
            why = f"单位“{quantity.unit}”与计量单位“{row.unit}”不一致"
            self.findings.not_a_number(entry, why, f"请换算成{row.unit}，只填数字。")
            return None, "same"
        number = self._possible(found.number, entry)
        return (None if number is None else replace(quantity, number=number)), found.manner

    def quantified(
        self,
        entry: NumberEntry,
        read: Quantity | None,
        row: RowUnit,
        other: Quantity | None,
        tell: TellConversion | None = None,
    ) -> NumberEntry:
        """A quantitative row's value as a number in the row's unit.

        What does not compare, or points the other way, is unreadable (R08); another size of the unit is converted
        (R09). `tell` tells what else the cell's text holds; by default the row's own unit is mere form (R12),
        another name of it or any sign does not belong there (R09).
        """
        if read is None:
            return entry
        quantity, manner = self.fitted(entry, read, row, other)
        if quantity is None or self.only_a_bound(entry, quantity, row, other):
            return replace(entry, value=None)
        if manner == "resized":
            self.resized(entry, quantity, row)
        elif isinstance(entry.value, str):
            (tell or self._trimmed)(entry, read, quantity, row, manner)
        elif manner == "renamed":
            self.findings.unit_added(entry, quantity.number, read.unit)
        return replace(entry, value=quantity.number)

    def _trimmed(
        self, entry: NumberEntry, read: Quantity, quantity: Quantity, row: RowUnit, manner: Manner
    ) -> None:
        own = manner == "same" and not read.sign and (row.stated or not read.unit)
        to = f"，“{read.unit}”填在“计量单位”一栏" if read.unit and not row.stated else ""
        to += f"，“{read.sign}”填在“指标性质”一栏" if read.sign and not row.sign else ""
        self.findings.trimmed(entry, quantity, "" if own else "extra", around(read, row), to)

    def resized(self, entry: Entry[Any], quantity: Quantity, row: RowUnit) -> None:
        """R09: it was converted into the row's unit."""
        why = f"单位“{quantity.unit}”已换算成“{row.unit}”"
        if row.sign and quantity.sign not in ("", row.sign):
            why += f"，{around(quantity, row)}"
        self.findings.trimmed(entry, quantity, "extra", why, advice=f"请核对，并以{row.unit}为单位填写。")

    def only_a_bound(self, entry: NumberEntry, quantity: Quantity, row: RowUnit, target: Quantity | None) -> bool:
        """R08: an actual of which only a bound is known ("≥90%"), where that does not prove the target met."""
        if entry.field != ACTUAL or quantity.sign in ("", "="):
            return False
        why = f"“{quantity.sign}”与指标性质“{row.sign}”方向相反，不能确定实际是多少"
        if row.sign not in tuple(OPPOSITE.get(quantity.sign, "")):
            known = fit(target.number, target.unit or row.unit, row.unit).number if target else None
            if known is None or not row.sign or _is_proven(quantity, row.sign, known):
                return False
            why = "只是一个界限，不能确定是否达到指标值"
        self.findings.not_a_number(entry, why, EXACTLY)
        return True


def _is_proven(bound: Quantity, sign: str, target: Decimal) -> bool:
    """Whether whatever lies within the bound meets the target: ≥90 proves ≥90 and ≥85, not ≥95, >90 or =90."""
    beyond = bound.number > target if sign in "≥>" else bound.number < target
    touches = bound.number == target and (sign in "≥≤" or bound.sign == sign)
    return sign != "=" and (beyond or touches)


def _doubt(
    field: str, quantity: Quantity, number: Decimal | None, row: RowUnit, other: Quantity | None
) -> tuple[str, str] | None:
    """Why nobody can be sure what a number is (`number` in the row's unit), and what to do."""
    if quantity.bracketed and measure(row.unit).dimension not in MONEY:
        return "加了括号，不能确定是正数还是负数", "请只填数字，不带单位和符号。"
    known = fit(other.number, other.unit or row.unit, row.unit).number if other else None
    if other is None or known is None:
        return None
    if number is not None and _rough(quantity, number, known):
        return "只是约数，不能确定是否达到", EXACTLY
    return None if quantity.unit else _unit_doubt(field, quantity.number, row, other, known)


def _unit_doubt(
    field: str, number: Decimal, row: RowUnit, other: Quantity, known: Decimal
) -> tuple[str, str] | None:
    """The same of a number without unit; `known` is the row's other number in the row's unit."""
    if row.stated:
        far = field == ACTUAL and other_money(number, known, row.unit)
        why = f"与指标值相差约一万倍，不能确定是不是以{row.unit}为单位"
        return (why, f"请核对，换算成{row.unit}后填写。") if far else None
    if other.unit and known and unsure(number, known, row.unit):
        return f"没有写单位，不能确定是不是“{row.unit}”", f"请写明单位，或换算成{row.unit}。"
    counts = field in (TARGET, ACTUAL)  # no points depend on another value
    if counts and not row.unit and hundredfold(number, other.number) and number <= 1:
        shown, same = plain(number * HUNDRED), {ACTUAL: TARGET}.get(field, ACTUAL)
        return f"没有写单位，不能确定是不是{shown}%", f"请与{same}写成一致，如 {shown}% 。"
    return None


def _rough(quantity: Quantity, number: Decimal, other: Decimal) -> bool:
    """Whether the row's other number lies within the range that an approximate number may mean."""
    span = meant_by(quantity.number, quantity.unit)
    if span is None or not quantity.number:
        return False
    low, high = (end / quantity.number * number for end in span)
    return low <= other < high and (low == number or other != number)


def around(read: Quantity, row: RowUnit) -> str:
    """Why the text around a number does not belong there."""
    if row.sign and read.sign and read.sign != row.sign:
        return f"“{read.sign}”与指标性质“{row.sign}”不一致，按指标性质计分"
    return "带有不该有的符号或单位"


def numbers_in_lines(text: str) -> int:
    """How many numbers a text has, one a line; 0 where a line is none."""
    lines = [line for line in text.splitlines() if line.strip()]
    return len(lines) if all(parse_target(line) for line in lines) else 0


def points_in(cell: Cell | None) -> Decimal | None:
    """The points in a cell, without reports."""
    if cell is None:
        return None
    text = normalise(as_shown(cell)) if cell.value is not None else ""
    found = _BRACKETS.fullmatch(text)
    quantity = parse_quantity(found[1] if found else text)
    return quantity.number if quantity else None


def number_in(cell: Cell | None) -> Decimal | None:
    """The number that a person typed into a cell, without reports; formulas have none."""
    if cell is None or cell.formula is not None or cell.value is None:
        return None
    quantity = parse_quantity(as_shown(cell))
    return quantity.number if quantity else None


def _is_zero(target: NumberEntry) -> bool:
    """Whether a target is the number 0, be it with a sign and a unit."""
    found = parse_target(target.value) if isinstance(target.value, str) else None
    return target.value == 0 or (found is not None and found.number == 0)


def mistyped(text: str) -> bool:
    """Whether a letter was typed for a digit."""
    return _LETTER.search(normalise(text)) is not None


def is_money_unit(unit: str) -> bool:
    """Whether it is a money unit, or a mere multiplier: 5千 is no number in 万元. ¥ alone gives no size."""
    return unit not in CURRENCY and (measure(unit).dimension in MONEY or measure(unit).mere)


def unit_shown(entry: NumberEntry) -> str:
    """What a cell's format writes behind the number: a percent sign or a unit."""
    return unit_name(entry.given.lstrip("-0123456789.")) if isinstance(entry.value, Decimal) else ""


def in_full(unit: str) -> str:
    """A money unit as it is called in full: 万 is 万元 and 亿 is 亿元."""
    return {"万": "万元", "w": "万元", "W": "万元", "亿": "亿元"}.get(unit, unit)


def in_money_unit(quantity: Quantity, unit: str) -> Quantity:
    """An amount in the form's own money unit, where it was written out in yuan; 万 is 万元 and 亿 is 亿元."""
    quantity = replace(quantity, unit=in_full(quantity.unit))
    if quantity.words and quantity.unit == "元" and unit in MONEY_UNITS:
        return replace(quantity, number=quantity.number / MONEY_UNITS[unit], unit=unit)
    return quantity
