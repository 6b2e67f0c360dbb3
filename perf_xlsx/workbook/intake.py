"""One cell in, one value out, with everything worth saying about how it was understood (R08 to R13)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from perf_xlsx.catalogue import Noticed, finding
from perf_xlsx.forms import Box
from perf_xlsx.model import Entry, Finding
from perf_xlsx.numerals import plain
from perf_xlsx.ooxml import Cell
from perf_xlsx.place import Place
from perf_xlsx.target import DASHES, MONEY_UNITS, Quantity, parse_quantity, parse_sign, squeeze, unit_name

HUNDRED = Decimal(100)


@dataclass
class Intake:
    """Reads cells and collects what it has to say. `money_unit` decides which amount texts are unambiguous."""

    findings: list[Finding]
    money_unit: str = ""

    def say(
        self, code: str, place: Place, field: str, given: str, message: str, advice: str, expected: str = ""
    ) -> None:
        """Add a finding about one cell."""
        seen = Noticed(place, field, given or None, message, advice, expected or None)
        self.findings.append(finding(code, seen, None))

    def text(self, cell: Cell | None, place: Place, field: str) -> Entry[str]:
        """Any text; numbers and dates as a person sees them."""
        shown = self.shown(cell, place, field)
        if shown is None:
            return Entry(None, place, as_shown(cell) if cell else "", field)
        kept = shown.strip()
        return Entry(kept or None, place, kept, field)

    def shown(self, cell: Cell | None, place: Place, field: str) -> str | None:
        """What a person sees in the cell; None for an error value or a formula without result, after saying so."""
        if cell is None:
            return ""
        if cell.error is not None or (cell.formula is not None and cell.value is None):
            what = f"公式结果是错误值 {cell.error}" if cell.error else "公式没有保存结果"
            self.say("R10", place, field, as_shown(cell), f"{field}的{what}，读不出内容。", "请改填数值或文字。")
            return None
        if cell.formula is not None:
            text = as_shown(cell)
            self.say("R11", place, field, text, f"{field}是公式，按保存的结果{text}读取。", "请改填数值。")
        return as_shown(cell)

    def choice(self, cell: Cell | None, place: Place, field: str, box: Box) -> Entry[str]:
        """One of the box's choices, however it is written; another word is R13 where the choices are strict."""
        entry = self.text(cell, place, field)
        if entry.value is None:
            return self.blank_or_bad(cell, entry)
        folded = squeeze(entry.value)
        for choice in box.choices:
            if folded in (squeeze(word) for word in (choice.value, *choice.same)):
                return Entry(choice.value, place, entry.given, field)
        if box.key == "sign" and (sign := parse_sign(entry.value)):
            return Entry(sign, place, entry.given, field)
        if not box.strict:
            return entry
        if folded in DASHES:
            return Entry(None, place, "", field)
        words = "、".join(choice.value for choice in box.choices)
        message = f"{field}填“{entry.given}”，不在可选范围内。"
        self.say("R13", place, field, entry.given, message, f"请从下拉列表中选择：{words}。", words)
        return Entry(None, place, entry.given, field)

    def blank_or_bad(self, cell: Cell | None, entry: Entry[str]) -> Entry[str]:
        """An entry without value: unreadable when something stands in the cell."""
        bad = cell is not None and (cell.error is not None or cell.formula is not None)
        return Entry(None, entry.place, as_shown(cell) if bad and cell else "", entry.field)

    def date(self, cell: Cell | None, place: Place, field: str) -> Entry[str]:
        """A date as ISO text where the cell holds one, else the text that stands there."""
        return self.text(cell, place, field)

    def number(self, cell: Cell | None, place: Place, field: str) -> Entry[Decimal]:
        """An amount, a weight or points: only a number belongs here."""
        return self._number(cell, place, field, self._amount)

    def rate(self, cell: Cell | None, place: Place, field: str) -> Entry[Decimal]:
        """A rate as a fraction: 86.8%, "86.80%" and 86.8 are 0.868; so is 0.868 without a percent format."""
        return self._number(cell, place, field, self._rate, self._rate_number)

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
        entry: Entry[Decimal] = Entry(None, place, given.strip(), field)
        if isinstance(cell.value, Decimal):
            value = plain_number(cell.value, cell, entry) if plain_number else self._as_typed(cell, entry)
            return Entry(value, place, given, field)
        if not entry.given or squeeze(entry.given) in DASHES:
            return Entry(None, place, "", field)
        quantity = parse_quantity(entry.given) if isinstance(cell.value, str) else None
        if quantity is None:
            self.not_a_number(entry)
            return entry
        return Entry(parse(quantity, entry), place, entry.given, field)

    def _as_typed(self, cell: Cell, entry: Entry[Decimal]) -> Decimal:
        assert isinstance(cell.value, Decimal)
        if "%" not in cell.number_format:
            return cell.value
        number = cell.value * HUNDRED
        self.cleaned(entry, number)
        return number

    def _amount(self, quantity: Quantity, entry: Entry[Decimal]) -> Decimal | None:
        if quantity.unit in MONEY_UNITS and quantity.unit != self.money_unit:
            own = self.money_unit or "未填"
            self.not_a_number(entry, f"单位“{quantity.unit}”与本表金额单位“{own}”不一致")
            return None
        self.trimmed(entry, quantity, quantity.sign or quantity.unit)
        return quantity.number

    def _rate(self, quantity: Quantity, entry: Entry[Decimal]) -> Decimal | None:
        if quantity.sign or quantity.unit not in ("", "%"):
            self.trimmed(entry, quantity, quantity.sign + quantity.unit)
        elif quantity.cleaned:
            self.cleaned(entry, quantity.number, "%")
        return quantity.number / HUNDRED

    def _rate_number(self, number: Decimal, cell: Cell, entry: Entry[Decimal]) -> Decimal:
        if "%" in cell.number_format:
            return number
        if 0 < abs(number) <= 1:  # 0.868 and 1: nobody states a rate below one percent in this way
            self.cleaned(entry, number * HUNDRED, "%")
            return number
        return number / HUNDRED

    def trimmed(self, entry: Entry[Decimal], quantity: Quantity, extra: str) -> None:
        """Say what was taken away around a number: R09 for signs and units, R12 for mere form."""
        if extra:
            message = f"{entry.field}填“{entry.given}”，带有不该有的符号或单位，已按{plain(quantity.number)}读取。"
            self.say("R09", entry.place, entry.field, entry.given, message, "请只填数字。", plain(quantity.number))
        else:
            self.cleaned(entry, quantity.number)

    def cleaned(self, entry: Entry[Decimal], number: Decimal, sign: str = "") -> None:
        """R12: read after cleaning."""
        message = f"{entry.field}填“{entry.given}”，已按{plain(number)}{sign}读取。"
        self.say(
            "R12", entry.place, entry.field, entry.given, message, "可以不改；建议直接填数字。", plain(number)
        )

    def not_a_number(self, entry: Entry[Decimal], why: str = "不是一个数字") -> None:
        """R08: nothing that could be taken as a number stands there."""
        message = f"{entry.field}填“{entry.given}”，{why}。"
        self.say("R08", entry.place, entry.field, entry.given, message, "请只填数字，不带单位和符号。", "数字")

    def measured(self, cell: Cell | None, place: Place, field: str) -> Entry[Decimal | str]:
        """A target, midyear or actual value before its row is known: a number, or the text that stands there.

        A percentage is given back as the number before its sign: 95% is 95.
        """
        given = self.shown(cell, place, field)
        if cell is None or given is None:
            return Entry(None, place, as_shown(cell) if cell else "", field)
        if isinstance(cell.value, Decimal):
            number = cell.value * HUNDRED if "%" in cell.number_format else cell.value
            return Entry(number, place, given, field)
        text = given.strip()
        return Entry(text or None, place, text, field)

    def quantified(
        self, entry: Entry[Decimal | str], unit: str, sign: str | None
    ) -> tuple[Entry[Decimal | str], Quantity | None]:
        """A quantitative row's value as a number, and what stood around it.

        A unit that is the row's own is mere form (R12); another one, or a sign, does not belong there (R09);
        元 for 万元 is no longer the same number (R08).
        """
        if not isinstance(entry.value, str):
            return entry, None
        if squeeze(entry.value) in DASHES:
            return Entry(None, entry.place, "", entry.field), None
        bare: Entry[Decimal] = Entry(None, entry.place, entry.given, entry.field)
        quantity = parse_quantity(entry.value)
        if quantity is None:
            self.not_a_number(bare)
            return Entry(None, entry.place, entry.given, entry.field), None
        if quantity.unit in MONEY_UNITS and unit in MONEY_UNITS and quantity.unit != unit:
            self.not_a_number(bare, f"单位“{quantity.unit}”与计量单位“{unit}”不一致")
            return Entry(None, entry.place, entry.given, entry.field), None
        own = quantity.unit in ("", unit_name(unit))
        self.trimmed(bare, quantity, "" if own and quantity.sign in ("", sign or "") else "extra")
        return Entry(quantity.number, entry.place, entry.given, entry.field), quantity


def as_shown(cell: Cell) -> str:
    """The cell's content as a person sees it."""
    match cell.value:
        case _ if cell.error is not None:
            return cell.error
        case None:
            return f"={cell.formula}" if cell.formula is not None else ""
        case bool(truth):
            return "TRUE" if truth else "FALSE"
        case Decimal() as number:
            return f"{plain(number * HUNDRED)}%" if "%" in cell.number_format else plain(number)
        case datetime.datetime() as moment if moment.time() != datetime.time():
            return moment.isoformat(" ")
        case datetime.datetime() as moment:
            return moment.date().isoformat()
        case datetime.date() as day:
            return day.isoformat()
        case text:
            return text
