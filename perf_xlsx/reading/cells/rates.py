"""Rates and shares: 0.868, 86.8 and 86.8% are told apart by what the form's own numbers give (R12)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.model import Entry
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import Quantity, normalise, parse_quantity
from perf_xlsx.domain.units import fit, hundredfold
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.cells.display import HUNDRED
from perf_xlsx.reading.cells.numbers import Numbers
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import any_of, vocabulary

FAR = 10  # a rate from which a percent format is doubted: 1000%
SMALL = pattern(any_of(vocabulary("directions")["small"]["words"]))
ONE_SIZE = 20  # times: percents and fractions of one row are further apart


class Intake(Numbers):
    """Reads every kind of cell; here rates, and shares in a row of values."""

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
            lambda number, cell, entry: self._typed_rate(number, cell, entry, witness),
        )

    def _typed_rate(
        self, number: Decimal, cell: Cell, entry: Entry[Decimal], witness: Sequence[Fraction]
    ) -> Decimal:
        """A rate that stands as a number; a percent sign that its format adds as text counts percents."""
        if cell.percent:
            return self._percent(number, entry, witness)
        if cell.unit == "%" and not near(number, witness):
            return number / HUNDRED
        if cell.unit not in ("", "%"):
            self.unit_added(entry, number, cell.unit)
        return self._bare_rate(number, entry, witness)

    def _rate(
        self, quantity: Quantity, entry: Entry[Decimal], bare: Callable[[Decimal, Entry[Decimal]], Decimal]
    ) -> Decimal | None:
        found = fit(quantity.number, quantity.unit, "%").number
        if found is None:
            self.not_a_number(entry, f"单位“{quantity.unit}”不是百分数", "请填百分数，如 95.00% 。")
            return None
        quantity = replace(quantity, number=found)
        if quantity.sign or quantity.unit not in ("", "%"):
            self.trimmed(entry, quantity, quantity.sign + quantity.unit)
        elif not quantity.unit:
            if quantity.mark:
                self.trimmed(entry, quantity, "")
            return bare(quantity.number, entry)
        elif quantity.mark:
            self.trimmed(entry, quantity, "")
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

    def shares(
        self,
        values: dict[str, Entry[Decimal | str]],
        completion: Entry[Decimal],
        stated: bool,
        small: bool = False,
    ) -> dict[str, Entry[Decimal | str]]:
        """target, midyear and actual of a row in percent, where a bare 0.868 may be 86.8 or 0.868 percent.

        The row's own completion tells which; else the values beside it do, where one reading is of their size and
        the other is not: the one as typed where a unit is `stated`, 86.8 where only a value beside it has a
        percent sign. Where that does not fit either the value stays open, and it is asked. Where rates are `small`
        by nature, and of one size, 0.5 beside 1 is half a percent, and nothing needs to be said.
        """
        known = [entry.value for entry in values.values() if isinstance(entry.value, Decimal)]
        apart = any(abs(number) > 1 for number in known)
        plain = stated and small and _alike(known)
        settled = dict(values)
        for key, entry in values.items():
            number = entry.value
            if not isinstance(number, Decimal):
                continue
            if "%" in normalise(entry.given):
                settled[key] = self._share(key, entry, number, values, completion)
                continue
            beside = _numbers(values, ("actual",) if key == "target" else ("target",))
            if not (0 < abs(number) <= 1 or any(hundredfold(number, other) for other in beside)):
                continue
            typed = self._confirmed(settled, completion)
            scaled = self._confirmed({**settled, key: replace(entry, value=number * HUNDRED)}, completion)
            fits, fits_scaled = _alike([number, *beside]), _alike([number * HUNDRED, *beside])
            bare: Entry[Decimal] = Entry(None, entry.place, entry.given, entry.field)
            counts = key != "midyear"
            if counts and typed and not scaled:
                continue
            both = bool(beside) and all(abs(other) <= 1 for other in beside) and fits  # one ratio, whichever it is
            sure = (scaled and (apart or not fits)) if stated else scaled or both or (fits_scaled and not fits)
            if sure if counts else not stated:
                self.cleaned(bare, number * HUNDRED, "%", "warning" if apart else None)
                settled[key] = replace(entry, value=number * HUNDRED)
            elif counts and not (stated and fits):
                if not any(one.unreadable for one in settled.values()):
                    self.undecided(bare, number, number * HUNDRED)
                settled[key] = replace(entry, value=None)
            elif not plain or scaled:
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


def _numbers(values: Mapping[str, Entry[Decimal | str]], keys: Iterable[str]) -> list[Decimal]:
    return [value for key in keys if isinstance(value := values[key].value, Decimal) and value]


def _alike(numbers: Iterable[Decimal]) -> bool:
    """Whether percents are of one size, as those of one row are; zeros do not count."""
    sizes = [abs(number) for number in numbers if number]
    return bool(sizes) and max(sizes) <= ONE_SIZE * min(sizes)


def near(rate: Decimal, witness: Sequence[Fraction]) -> bool:
    """Whether a stated rate is one of the computed ones, up to half a percentage point."""
    return any(abs(Fraction(rate) - known) <= Fraction(1, 200) for known in witness)


def ratios(part: Entry[Any] | None, whole: Entry[Any] | None) -> tuple[Fraction, ...]:
    """The rates that two numbers give, part of whole first; empty where they give none."""
    known = [quantity(entry) for entry in (part, whole)]
    if known[0] is None or known[1] is None:
        return ()
    one, other = fit(known[0].number, known[0].unit, known[1].unit).number, known[1].number
    if one is None:
        return ()
    found = [Fraction(one) / Fraction(other)] if other else []
    return (*found, Fraction(other) / Fraction(one), Fraction(1)) if one else tuple(found)


def quantity(entry: Entry[Any] | None) -> Quantity | None:
    """The number in an entry with its unit, also where it is not yet taken out of its text."""
    if entry is not None and isinstance(entry.value, Decimal):
        return Quantity(entry.value)
    return parse_quantity(entry.value) if entry is not None and isinstance(entry.value, str) else None


def small_by_nature(name: str, sign: str | None, target: Decimal | str | None) -> bool:
    """Whether a rate is a few percent by nature: of change, of failure, or limited to anything but 1."""
    return SMALL.search(name) is not None or (sign in ("≤", "<") and target != 1)
