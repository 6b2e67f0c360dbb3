"""Amounts, weights, points and values with their units (R08, R09, R12)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from perf_xlsx.measures import clash, resized
from perf_xlsx.model import Entry
from perf_xlsx.numerals import plain
from perf_xlsx.ooxml import Cell
from perf_xlsx.place import Place
from perf_xlsx.target import MONEY_UNITS, Quantity, is_blank, parse_quantity, squeeze, tidy, unit_name
from perf_xlsx.workbook.intake.shown import HUNDRED, as_shown
from perf_xlsx.workbook.intake.texts import Texts

YUAN = {"元": 1, "万元": 10**4, "亿元": 10**8}
DATED = "单元格格式是日期或时间，不能确定是什么数字"
UNDATED = "请把单元格格式改成“常规”，再填数字。"
_BRACKETS = re.compile(r"[(\[【〔]\s*(\d[\d.]*)\s*(分?)\s*[)\]】〕]")  # around points, which are never below zero
LETTERS = "数字里混有字母"
WORDED = "请只填数字，不带单位和符号；不能用数字衡量的，指标性质选“定性”。"
NONE_AT_ALL = ("无", "没有", "未发生", "没有发生", "无发生")
NOTHING = "请只填数字；没有发生的填0。"
_LETTER = re.compile(r"\d[Il]*[Oo][OoIl]*(?![A-Za-z])|\d[OoIl]+\d")  # 1O for 10
_WAN = re.compile("[wW](?=$|[+一-鿿])")  # 3W is how people write 3万
HUGE, TINY = Decimal("1e13"), Decimal("1e-12")  # beyond these no form's numbers lie, nor sums in a workbook
AMOUNTS = ("元", "万", "亿", "%", "‰")  # how units end that an amount may be mistaken in


class Numbers(Texts):
    """Reads numbers: what stands around them is told, or makes them none."""

    def number(self, cell: Cell | None, place: Place, field: str) -> Entry[Decimal]:
        """An amount, a weight or points: only a number belongs here."""
        return self._number(cell, place, field, self._amount)

    def points(self, cell: Cell | None, place: Place, field: str) -> Entry[Decimal]:
        """A weight or points: "（50）" is 50 (R12), where an amount in brackets is below zero."""
        found = _BRACKETS.fullmatch(squeeze(cell.value)) if cell and isinstance(cell.value, str) else None
        if cell is None or found is None:
            return self._number(cell, place, field, self._amount, self._points_typed)
        entry = self.points(cell._replace(value=found[1]), place, field)
        stood: Entry[Decimal] = replace(entry, given=tidy(as_shown(cell)))
        if entry.value is not None:
            self.cleaned(stood, entry.value)
        return stood

    def _points_typed(self, number: Decimal, cell: Cell, entry: Entry[Decimal]) -> Decimal | None:
        """Points in a percent format: 10 typed there is 10%; 10 pasted is 1000%, and no points are so many."""
        if not cell.percent:
            return self._as_typed(cell, entry)
        if abs(number) <= 1:
            self.cleaned(entry, number * HUNDRED)
            return number * HUNDRED
        self.percent_added(entry, number)
        return number

    def _number(
        self,
        cell: Cell | None,
        place: Place,
        field: str,
        parse: Callable[[Quantity, Entry[Decimal]], Decimal | None],
        plain_number: Callable[[Decimal, Cell, Entry[Decimal]], Decimal | None] | None = None,
    ) -> Entry[Decimal]:
        given = self.shown(cell, place, field)
        if cell is None or given is None:
            return Entry(None, place, as_shown(cell) if cell else "", field)
        entry: Entry[Decimal] = Entry(None, place, tidy(given), field)
        if isinstance(cell.value, Decimal):
            value = (plain_number or self._typed_amount)(cell.value, cell, entry)
            return Entry(self._possible(value, entry), place, given, field)
        if is_blank(entry.given):
            self.dash(entry)
            return Entry(None, place, "", field)
        if isinstance(cell.value, datetime.date):
            self.not_a_number(entry, DATED, UNDATED)
            return entry
        quantity = parse_quantity(entry.given) if isinstance(cell.value, str) else None
        if quantity is None or mistyped(entry.given):
            self.not_a_number(entry, *([LETTERS] if quantity else []))
            return entry
        return Entry(self._possible(parse(quantity, entry), entry), place, entry.given, field)

    def _possible(self, value: Decimal | None, entry: Entry[Decimal]) -> Decimal | None:
        """A number that a form can hold; a slip of the keyboard makes others, which no sum could take in."""
        if value and not TINY <= abs(value) < HUGE:
            self.not_a_number(entry, "这个数大得或小得不合情理", "请核对后重新填写。")
            return None
        return value

    def _typed_amount(self, number: Decimal, cell: Cell, entry: Entry[Decimal]) -> Decimal | None:
        """An amount; in a percent format it stays open (R08).

        Typed into such a cell 980 is stored as 9.8, pasted into it as 980: nothing tells which of them it was.
        """
        if cell.percent and number:
            why = f"单元格格式是百分比，格里存的是{plain(number)}，不能确定金额是多少"
            self.not_a_number(entry, why, UNDATED)
            return None
        return self._as_typed(cell, entry)

    def _as_typed(self, cell: Cell, entry: Entry[Decimal]) -> Decimal:
        assert isinstance(cell.value, Decimal)
        self.scaled(cell, entry)
        if in_full(cell.unit) != self.money_unit and cell.unit.endswith(AMOUNTS):
            self.unit_added(entry, cell.value, cell.unit)
        return cell.value

    def _amount(self, quantity: Quantity, entry: Entry[Decimal]) -> Decimal | None:
        quantity = in_money_unit(quantity, self.money_unit)
        if quantity.unit in MONEY_UNITS and quantity.unit != self.money_unit:
            own = self.money_unit or "未填"
            why = f"单位“{quantity.unit}”与本表金额单位“{own}”不一致"
            self.not_a_number(entry, why, f"请换算成{own}，只填数字。" if self.money_unit else "")
            return None
        if quantity.words and not quantity.unit and quantity.number >= YUAN["万元"] and self.money_unit != "元":
            self.not_a_number(entry, "没有写“元”，不能确定以元还是以万元为单位")
            return None
        self.trimmed(entry, quantity, "" if quantity.words else quantity.sign or quantity.unit)
        return quantity.number

    def measured(self, cell: Cell | None, place: Place, field: str) -> Entry[Decimal | str]:
        """A target, midyear or actual value before its row is known: a number, or the text that stands there.

        A percentage is given back as the number before its sign: 95% is 95.
        """
        given = self.shown(cell, place, field)
        if cell is None or given is None:
            return Entry(None, place, as_shown(cell) if cell else "", field)
        if isinstance(cell.value, Decimal):
            number = cell.value * HUNDRED if cell.percent else cell.value
            self.scaled(cell, Entry(None, place, given, field))
            return Entry(number, place, given + cell.unit, field)
        text = tidy(given)
        if isinstance(cell.value, datetime.date) and (not cell.dated or parse_quantity(text)):
            entry: Entry[Decimal] = Entry(None, place, text, field)
            self.not_a_number(entry, DATED, UNDATED)
            return Entry(None, place, text, field)
        return Entry(text or None, place, text, field)

    def quantified(
        self, entry: Entry[Decimal | str], unit: str, sign: str | None, beside: str = ""
    ) -> tuple[Entry[Decimal | str], Quantity | None]:
        """A quantitative row's value as a number, and what stood around it.

        A unit that is the row's own is mere form (R12); another one, or any sign, does not belong there (R09);
        元 for 万元, or 天 for 小时, is no longer the same number (R08). `beside` is the unit that the target
        brings where the row has none.
        """
        bare: Entry[Decimal] = Entry(None, entry.place, entry.given, entry.field)
        if not isinstance(entry.value, str):
            shown = unit_shown(entry)
            foreign = bool(unit and shown) and unit_name(unit) not in (shown, in_full(shown))
            if isinstance(entry.value, Decimal) and foreign:
                self.unit_added(bare, entry.value, shown)
            if isinstance(entry.value, Decimal) and self._possible(entry.value, bare) is None:
                return Entry(None, entry.place, entry.given, entry.field), None
            return entry, None
        if is_blank(entry.value):
            self.dash(bare)
            return Entry(None, entry.place, "", entry.field), None
        quantity = parse_quantity(entry.value)
        if quantity is None or mistyped(entry.value):
            if quantity:
                self.not_a_number(bare, LETTERS)
            else:
                self.not_a_number(bare, advice=NOTHING if squeeze(entry.value) in NONE_AT_ALL else WORDED)
            return Entry(None, entry.place, entry.given, entry.field), None
        own_unit = unit_name(unit or beside)
        quantity = in_unit(quantity, own_unit)
        if clash(quantity.unit, own_unit):
            why = f"单位“{quantity.unit}”与计量单位“{own_unit}”不一致"
            self.not_a_number(bare, why, f"请换算成{own_unit}，只填数字。")
            return Entry(None, entry.place, entry.given, entry.field), None
        own = quantity.unit in ("", unit_name(unit)) and not quantity.sign
        other = bool(sign and quantity.sign and quantity.sign != sign)
        why = f"“{quantity.sign}”与指标性质“{sign}”不一致，按指标性质计分" if other else "带有不该有的符号或单位"
        to = f"，“{quantity.unit}”填在“计量单位”一栏" if quantity.unit and not unit else ""
        to += f"，“{quantity.sign}”填在“指标性质”一栏" if quantity.sign and not sign else ""
        self.trimmed(bare, quantity, "" if own else "extra", why, to)
        return Entry(self._possible(quantity.number, bare), entry.place, entry.given, entry.field), quantity


def points_in(cell: Cell | None) -> Decimal | None:
    """The points that stand in a cell, where nothing needs to be said of how they were understood."""
    if cell is None:
        return None
    text = squeeze(as_shown(cell)) if cell.value is not None else ""
    found = _BRACKETS.fullmatch(text)
    quantity = parse_quantity(found[1] if found else text)
    return quantity.number if quantity else None


def mistyped(text: str) -> bool:
    """Whether a letter was typed for a digit."""
    return _LETTER.search(squeeze(text)) is not None


def unit_shown(entry: Entry[Decimal | str]) -> str:
    """What a cell's format writes behind the number: a percent sign or a unit."""
    return unit_name(entry.given.lstrip("-0123456789.")) if isinstance(entry.value, Decimal) else ""


def in_full(unit: str) -> str:
    """A money unit as it is called in full: 万 is 万元 and 亿 is 亿元."""
    return {"万": "万元", "w": "万元", "W": "万元", "亿": "亿元"}.get(unit, unit)


def in_money_unit(quantity: Quantity, unit: str) -> Quantity:
    """An amount in the form's own money unit, where it was written out in yuan; 万 is 万元 and 亿 is 亿元."""
    quantity = replace(quantity, unit=in_full(quantity.unit))
    if quantity.words and quantity.unit == "元" and unit in YUAN:
        return replace(quantity, number=quantity.number / YUAN[unit], unit=unit)
    return quantity


def in_unit(quantity: Quantity, unit: str) -> Quantity:
    """A quantity in its row's own unit, where it was written in ten thousands of it: "1.76万人" is 17600 人."""
    if unit in MONEY_UNITS:
        return in_money_unit(quantity, unit)
    if not _WAN.match(unit):  # watts
        quantity = replace(quantity, unit=_WAN.sub("万", quantity.unit, count=1))
    return replace(quantity, number=resized(quantity.number, quantity.unit, unit))
