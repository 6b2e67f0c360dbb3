"""One cell in, one value out, with everything worth saying about how it was understood (R08 to R13)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from perf_xlsx.catalogue import Noticed, finding
from perf_xlsx.forms import Box
from perf_xlsx.model import Entry, Finding, Severity
from perf_xlsx.numerals import plain
from perf_xlsx.ooxml import Cell
from perf_xlsx.place import Place
from perf_xlsx.target import DASHES, MONEY_UNITS, Quantity, parse_quantity, parse_sign, squeeze, tidy, unit_name

HUNDRED = Decimal(100)
YUAN = {"元": 1, "万元": 10**4, "亿元": 10**8}
FAR = 10  # a rate from which a percent format is doubted: 1000%
TENFOLDS = {"万": 10**4, "亿": 10**8}
EARLIEST = datetime.date(2000, 1, 1)
EPOCH = datetime.date(1899, 12, 30)

_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?(?:[ T].*)?")
_FORMULA_AS_TEXT = re.compile(r"=[A-Za-z$('\[+\-\d]")
_COMPACT = re.compile(r"(20\d\d)(\d\d)(\d\d)")
_DAY_IN_WORDS = re.compile(
    r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]+)月([一二三四五六七八九十]+)日?"
)


@dataclass
class Intake:
    """Reads cells and collects what it has to say. `money_unit` decides which amount texts are unambiguous."""

    findings: list[Finding]
    money_unit: str = ""

    def say(
        self,
        code: str,
        place: Place,
        field: str,
        given: str,
        message: str,
        advice: str,
        expected: str = "",
        severity: Severity | None = None,
    ) -> None:
        """Add a finding about one cell."""
        seen = Noticed(place, field, given or None, message, advice, expected or None, severity=severity)
        self.findings.append(finding(code, seen, None))

    def text(self, cell: Cell | None, place: Place, field: str) -> Entry[str]:
        """Any text; numbers and dates as a person sees them."""
        shown = self.shown(cell, place, field)
        if shown is None:
            return Entry(None, place, as_shown(cell) if cell else "", field)
        kept = tidy(shown)
        if cell is not None and cell.formula is None and _FORMULA_AS_TEXT.match(kept):
            message = f"{field}填的是公式的文字“{kept}”，不是结果，已按文字读取。"
            self.say("R11", place, field, kept, message, "请改填内容本身。")
        return Entry(kept or None, place, kept, field)

    def shown(self, cell: Cell | None, place: Place, field: str) -> str | None:
        """What a person sees in the cell; None for an error value or a formula without result, after saying so."""
        if cell is None:
            return ""
        if cell.error is not None or (cell.formula is not None and cell.value is None):
            what = f"公式结果是错误值 {cell.error}" if cell.error else "公式没有保存结果"
            self.say("R10", place, field, as_shown(cell), f"{field}的{what}，读不出内容。", "请改填数值或文字。")
            return None
        if "DISPIMG(" in as_shown(cell):  # how WPS keeps a picture in a cell
            self.say("R10", place, field, "", f"{field}这一格里放的是图片，读不出内容。", "请改填数值或文字。")
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
        folded = re.sub(r"\s", "", squeeze(entry.value))
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
        bad = cell is not None and bool(cell.error or cell.formula is not None or "DISPIMG(" in as_shown(cell))
        return Entry(None, entry.place, as_shown(cell) if bad and cell else "", entry.field)

    def date(self, cell: Cell | None, place: Place, field: str) -> Entry[str]:
        """A date as ISO text, however it is written; what is no date stays the text that stands there (R15)."""
        entry = self.text(cell, place, field)
        if entry.value is None or cell is None:
            return entry
        if isinstance(cell.value, datetime.date):
            day = cell.value.date() if isinstance(cell.value, datetime.datetime) else cell.value
            return replace(entry, value=day.isoformat())
        found, usual = _day(squeeze(entry.value))
        if found is None:
            return entry
        if not usual:
            message = f"{field}填“{entry.given}”，已按{found.isoformat()}读取。"
            advice = f"可以不改；建议写成 {found.isoformat()}。"
            self.say("R12", place, field, entry.given, message, advice, found.isoformat())
        return replace(entry, value=found.isoformat())

    def number(self, cell: Cell | None, place: Place, field: str) -> Entry[Decimal]:
        """An amount, a weight or points: only a number belongs here."""
        return self._number(cell, place, field, self._amount)

    def rate(
        self, cell: Cell | None, place: Place, field: str, witness: Sequence[Fraction] = ()
    ) -> Entry[Decimal]:
        """A rate as a fraction: 86.8%, "86.80%" and 86.8 are 0.868; so is 0.868 without a percent format.

        `witness` are the rates that the form's own numbers give: they decide whether a bare number is a fraction
        or counts percents.
        """

        def bare(number: Decimal, entry: Entry[Decimal]) -> Decimal:
            return self._bare_rate(number, entry, witness)

        return self._number(
            cell,
            place,
            field,
            lambda quantity, entry: self._rate(quantity, entry, bare),
            lambda number, cell, entry: (
                self._percent(number, entry, witness) if cell.percent else bare(number, entry)
            ),
        )

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
            value = plain_number(cell.value, cell, entry) if plain_number else self._as_typed(cell, entry)
            return Entry(value, place, given, field)
        if not entry.given or squeeze(entry.given) in DASHES:
            self.dash(entry)
            return Entry(None, place, "", field)
        quantity = parse_quantity(entry.given) if isinstance(cell.value, str) else None
        if quantity is None:
            self.not_a_number(entry)
            return entry
        return Entry(parse(quantity, entry), place, entry.given, field)

    def _as_typed(self, cell: Cell, entry: Entry[Decimal]) -> Decimal:
        assert isinstance(cell.value, Decimal)
        if not cell.percent:
            self.scaled(cell, entry)
            return cell.value
        number = cell.value * HUNDRED
        self.cleaned(entry, number)
        return number

    def scaled(self, cell: Cell, entry: Entry[Decimal]) -> None:
        """R12: a format that shows 2857.28 for 28572800 is no witness of what was meant."""
        if cell.scaled and isinstance(cell.value, Decimal) and cell.value:
            message = (
                f"{entry.field}的单元格格式把数字缩小了显示，已按格里存的{plain(cell.value)}读取；"
                "如果应是看到的数，请改正。"
            )
            advice = "请把单元格格式改成“常规”，核对数字后保存。"
            self.say("R12", entry.place, entry.field, entry.given, message, advice, "", "warning")

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

    def _rate(
        self, quantity: Quantity, entry: Entry[Decimal], bare: Callable[[Decimal, Entry[Decimal]], Decimal]
    ) -> Decimal | None:
        if quantity.sign or quantity.unit not in ("", "%"):
            self.trimmed(entry, quantity, quantity.sign + quantity.unit)
        elif not quantity.unit:
            return bare(quantity.number, entry)
        elif quantity.cleaned:
            self.cleaned(entry, quantity.number, "%")
        return quantity.number / HUNDRED

    def _percent(self, rate: Decimal, entry: Entry[Decimal], witness: Sequence[Fraction]) -> Decimal:
        """A rate in a percent format: 94.04 pasted into such a cell stands there as 9404%."""
        if abs(rate) < FAR or near(rate, witness):
            return rate
        if near(rate / HUNDRED, witness):
            self.cleaned(entry, rate, "%")
            return rate / HUNDRED
        self.far(entry, rate * HUNDRED)
        return rate

    def far(self, entry: Entry[Decimal], number: Decimal) -> None:
        """R12: a thousand percent and more, which nothing in the form confirms."""
        message = (
            f"{entry.field}填“{entry.given}”，已按{plain(number)}%读取；如果是{plain(number / HUNDRED)}%，请改正。"
        )
        advice = "请核对，按实际的百分数填写。"
        self.say("R12", entry.place, entry.field, entry.given, message, advice, f"{plain(number)}%", "warning")

    def _bare_rate(self, number: Decimal, entry: Entry[Decimal], witness: Sequence[Fraction]) -> Decimal:
        """A rate without a percent sign: a fraction or percents, whichever the form's own numbers confirm."""
        fraction, percents = number, number / HUNDRED
        agree = [near(fraction, witness), near(percents, witness)]
        if (
            not number
            or (abs(number) >= 10 and agree != [True, False])
            or (agree == [False, True] and abs(number) > 1)
        ):
            return percents
        if agree == [False, True]:
            self.cleaned(entry, number, "%")
            return percents
        if agree == [True, False]:
            self.cleaned(entry, number * HUNDRED, "%")
            return fraction
        value, other = (fraction, percents) if abs(number) <= 1 else (percents, fraction)
        self.ambiguous(entry, value * HUNDRED, other * HUNDRED)
        return value

    def ambiguous(
        self,
        entry: Entry[Decimal],
        number: Decimal,
        other: Decimal,
        severity: Severity = "warning",
    ) -> None:
        """R12: a bare number that may be a fraction or percents, and nothing in the form tells which."""
        message = (
            f"{entry.field}填“{entry.given}”，没有百分号，已按{plain(number)}%读取；"
            f"如果是{plain(other)}%，请改正。"
        )
        self.say(
            "R12", entry.place, entry.field, entry.given, message, f"请写明百分号，如 {plain(number)}% 。",
            f"{plain(number)}%", severity,
        )  # fmt: skip

    def dash(self, entry: Entry[Decimal]) -> None:
        """R12: “一” may be a dash or the number one."""
        if squeeze(entry.given) == "一":
            message = f"{entry.field}填“一”，当作横线，按没有填写读取；如果是数字1，请改正。"
            self.say("R12", entry.place, entry.field, "一", message, "没有的请空着，有的请填数字。", "", "warning")

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
        advice = f"可以不改；建议写成 {plain(number)}% 。" if sign else "可以不改；建议直接填数字。"
        self.say("R12", entry.place, entry.field, entry.given, message, advice, plain(number))

    def not_a_number(self, entry: Entry[Decimal], why: str = "不是一个数字", advice: str = "") -> None:
        """R08: nothing that could be taken as a number stands there."""
        message = f"{entry.field}填“{entry.given}”，{why}。"
        advice = advice or "请只填数字，不带单位和符号。"
        self.say("R08", entry.place, entry.field, entry.given, message, advice, "数字")

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
            return Entry(number, place, given, field)
        text = tidy(given)
        return Entry(text or None, place, text, field)

    def quantified(
        self, entry: Entry[Decimal | str], unit: str, sign: str | None
    ) -> tuple[Entry[Decimal | str], Quantity | None]:
        """A quantitative row's value as a number, and what stood around it.

        A unit that is the row's own is mere form (R12); another one, or a sign, does not belong there (R09);
        元 for 万元 is no longer the same number (R08).
        """
        if not isinstance(entry.value, str):
            if isinstance(entry.value, Decimal) and entry.given.endswith("%") and unit_name(unit) not in ("", "%"):
                shown = Entry[Decimal](None, entry.place, entry.given, entry.field)
                self.trimmed(shown, Quantity(entry.value, "", "%"), "%")
            return entry, None
        bare: Entry[Decimal] = Entry(None, entry.place, entry.given, entry.field)
        if squeeze(entry.value) in DASHES:
            self.dash(bare)
            return Entry(None, entry.place, "", entry.field), None
        quantity = parse_quantity(entry.value)
        if quantity is None:
            self.not_a_number(bare)
            return Entry(None, entry.place, entry.given, entry.field), None
        quantity = in_unit(quantity, unit_name(unit))
        if quantity.unit in MONEY_UNITS and unit in MONEY_UNITS and quantity.unit != unit:
            why = f"单位“{quantity.unit}”与计量单位“{unit}”不一致"
            self.not_a_number(bare, why, f"请换算成{unit}，只填数字。")
            return Entry(None, entry.place, entry.given, entry.field), None
        own = quantity.unit in ("", unit_name(unit))
        self.trimmed(bare, quantity, "" if own and quantity.sign in ("", sign or "") else "extra")
        return Entry(quantity.number, entry.place, entry.given, entry.field), quantity

    def shares(
        self, values: dict[str, Entry[Decimal | str]], completion: Entry[Decimal]
    ) -> dict[str, Entry[Decimal | str]]:
        """target, midyear and actual of a row in percent, where a bare 0.868 may be 86.8 or 0.868 percent.

        The row's own completion tells which; without it the number is read as typed, and that is said.
        """
        known = [entry.value for entry in values.values() if isinstance(entry.value, Decimal)]
        apart = any(abs(number) > 1 for number in known)
        settled = dict(values)
        for key, entry in values.items():
            number = entry.value
            if not isinstance(number, Decimal):
                continue
            if "%" in squeeze(entry.given):
                settled[key] = self._share(key, entry, number, values, completion)
                continue
            if not 0 < abs(number) <= 1:
                continue
            typed = self._confirmed(values, completion)
            scaled = self._confirmed({**values, key: replace(entry, value=number * HUNDRED)}, completion)
            bare: Entry[Decimal] = Entry(None, entry.place, entry.given, entry.field)
            if key != "midyear" and scaled and not typed:
                self.cleaned(bare, number * HUNDRED, "%")
                settled[key] = replace(entry, value=number * HUNDRED)
            elif key == "midyear" or not typed or scaled:
                self.ambiguous(bare, number, number * HUNDRED, "warning" if apart else "notice")
        return settled

    def _share(
        self,
        key: str,
        entry: Entry[Decimal | str],
        number: Decimal,
        values: dict[str, Entry[Decimal | str]],
        completion: Entry[Decimal],
    ) -> Entry[Decimal | str]:
        """A value with a percent sign: 97 pasted into a percent format stands there as 9700%."""
        if abs(number) < FAR * HUNDRED or self._confirmed(values, completion):
            return entry
        bare: Entry[Decimal] = Entry(None, entry.place, entry.given, entry.field)
        fewer = replace(entry, value=number / HUNDRED)
        if self._confirmed({**values, key: fewer}, completion):
            self.cleaned(bare, number / HUNDRED, "%")
            return fewer
        self.far(bare, number)
        return entry

    def _confirmed(self, values: dict[str, Entry[Decimal | str]], completion: Entry[Decimal]) -> bool:
        """Whether the claimed completion is actual over target, or target over actual."""
        target, actual = values["target"].value, values["actual"].value
        if completion.value is None or not isinstance(target, Decimal) or not isinstance(actual, Decimal):
            return False
        return bool(target and actual) and near(
            completion.value, [Fraction(actual) / Fraction(target), Fraction(target) / Fraction(actual)]
        )


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
            return f"{plain(number * HUNDRED)}%" if cell.percent else plain(number)
        case datetime.datetime() as moment if moment.time() != datetime.time():
            return moment.isoformat(" ")
        case datetime.datetime() as moment:
            return moment.date().isoformat()
        case datetime.date() as day:
            return day.isoformat()
        case text:
            return text


def in_money_unit(quantity: Quantity, unit: str) -> Quantity:
    """An amount in the form's own money unit, where it was written out in yuan; 万 is 万元 and 亿 is 亿元."""
    quantity = replace(quantity, unit={"万": "万元", "亿": "亿元"}.get(quantity.unit, quantity.unit))
    if quantity.words and quantity.unit == "元" and unit in YUAN:
        return replace(quantity, number=quantity.number / YUAN[unit], unit=unit)
    return quantity


def in_unit(quantity: Quantity, unit: str) -> Quantity:
    """A quantity in its row's own unit, where it was written in ten thousands of it: "1.76万人" is 17600 人."""
    if unit in MONEY_UNITS:
        return in_money_unit(quantity, unit)
    for word, size in TENFOLDS.items():
        if quantity.unit in (word, word + unit):
            return replace(quantity, number=quantity.number * size, unit=f"{word}{unit}" if unit else word)
    return quantity


def near(rate: Decimal, witness: Sequence[Fraction]) -> bool:
    """Whether a stated rate is one of the computed ones, up to half a percentage point."""
    return any(abs(Fraction(rate) - known) <= Fraction(1, 200) for known in witness)


def day_of(text: str) -> datetime.date | None:
    """The day that a text stands for, however it is written."""
    return _day(squeeze(text))[0]


def _day(text: str) -> tuple[datetime.date | None, bool]:
    """The day that a text or a bare number stands for, and whether it is written as people usually do."""
    if found := _DAY.fullmatch(text):
        return _date(*map(int, found.groups())), True
    if found := _COMPACT.fullmatch(text):
        return _date(*map(int, found.groups())), False
    if re.fullmatch(r"\d{5}", text):  # a date's number that lost its format
        day = EPOCH + datetime.timedelta(days=int(text))
        return (day if EARLIEST <= day < datetime.date(2100, 1, 1) else None), False
    if found := _DAY_IN_WORDS.fullmatch(text):
        year = int("".join(str("〇一二三四五六七八九".index(word)) for word in re.sub("[零○]", "〇", found[1])))
        month, day_of_month = (parse_quantity(words) for words in found.groups()[1:])
        if month and day_of_month:
            return _date(year, int(month.number), int(day_of_month.number)), False
    return None, False


def _date(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
