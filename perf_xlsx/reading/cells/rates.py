"""Reads rates and shares: the form's own numbers tell 0.868, 86.8 and 86.8% apart (R12)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.model import Entry, Severity
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import Quantity, normalise, parse_quantity
from perf_xlsx.domain.units import ONE_SIZE, fit, hundredfold
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.cells.cell_findings import CellFindings
from perf_xlsx.reading.cells.display import HUNDRED
from perf_xlsx.reading.cells.numbers import NumberReader
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import any_of, vocabulary

FAR = 10  # a rate from which a percent format is doubted: 1000%
Values = Entry[Decimal | str]
SMALL = pattern(any_of(vocabulary("directions")["small"]["words"]))


class RateReader:
    """Reads rates, and the shares in a row of percents."""

    def __init__(self, findings: CellFindings, numbers: NumberReader) -> None:
        self.findings, self.numbers = findings, numbers

    def rate(
        self, cell: Cell | None, place: Place, field: str, reference: Sequence[Fraction] = ()
    ) -> Entry[Decimal]:
        """A rate as a fraction: 86.8%, "86.80%" and 86.8 are 0.868; so is 0.868 without a percent format.

        `reference` are the rates computed from the form's own numbers: they decide whether a bare number is a
        fraction or counts percents.
        """

        def bare(number: Decimal, entry: Entry[Decimal]) -> Decimal:
            return self._bare_rate(number, entry, reference)

        return self.numbers.parsed(
            cell,
            place,
            field,
            lambda quantity, entry: self._rate(quantity, entry, bare),
            lambda number, cell, entry: self._typed_rate(number, cell, entry, reference),
        )

    def _typed_rate(
        self, number: Decimal, cell: Cell, entry: Entry[Decimal], reference: Sequence[Fraction]
    ) -> Decimal:
        """A rate stored as a number; a percent sign that its format adds as text counts percents."""
        if cell.percent:
            return self._percent(number, entry, reference)
        if cell.unit == "%" and not rate_agrees(number, reference):
            return number / HUNDRED
        if cell.unit not in ("", "%"):
            self.findings.unit_added(entry, number, cell.unit)
        return self._bare_rate(number, entry, reference)

    def _rate(
        self, quantity: Quantity, entry: Entry[Decimal], bare: Callable[[Decimal, Entry[Decimal]], Decimal]
    ) -> Decimal | None:
        found = fit(quantity.number, quantity.unit, "%").number
        if found is None:
            why = f"单位“{quantity.unit}”不是百分数"
            self.findings.not_a_number(entry, why, "请填百分数，如 95.00% 。")
            return None
        quantity = replace(quantity, number=found)
        if quantity.sign or quantity.mark or quantity.unit not in ("", "%"):
            return self._trimmed(quantity, entry, bare)
        if not quantity.unit:
            return bare(found, entry)
        if quantity.cleaned:
            self.findings.cleaned(entry, found, "%")
        return found / HUNDRED

    def _trimmed(
        self, quantity: Quantity, entry: Entry[Decimal], bare: Callable[[Decimal, Entry[Decimal]], Decimal]
    ) -> Decimal:
        """A rate with a sign, a mark or another unit, which are reported."""
        sole = quantity.mark and not quantity.sign and quantity.unit in ("", "%")
        self.findings.trimmed(entry, quantity, "" if sole else quantity.sign + quantity.unit)
        return bare(quantity.number, entry) if sole and not quantity.unit else quantity.number / HUNDRED

    def _percent(self, rate: Decimal, entry: Entry[Decimal], reference: Sequence[Fraction]) -> Decimal:
        """A rate in a percent format: 94.04 pasted into such a cell is stored as 9404%."""
        if abs(rate) < FAR or rate_agrees(rate, reference):
            return rate
        if rate_agrees(rate / HUNDRED, reference):
            self.findings.cleaned(entry, rate, "%")
            return rate / HUNDRED
        self.findings.far(entry, rate * HUNDRED)
        return rate

    def _bare_rate(self, number: Decimal, entry: Entry[Decimal], reference: Sequence[Fraction]) -> Decimal:
        """A rate without a percent sign: a fraction or percents, whichever the form's own numbers confirm."""
        fraction, percents = number, number / HUNDRED
        match rate_agrees(fraction, reference), rate_agrees(percents, reference):
            case (True, False) if number:
                self.findings.cleaned(entry, number * HUNDRED, "%")
                return fraction
            case (False, True) if 0 < abs(number) <= 1:
                self.findings.cleaned(entry, number, "%")
                return percents
            case agreeing if not number or abs(number) >= FAR or agreeing == (False, True):
                return percents
        value, other = (fraction, percents) if abs(number) <= 1 else (percents, fraction)
        self.findings.ambiguous(entry, value * HUNDRED, other * HUNDRED)
        return value

    def shares(
        self, values: dict[str, Values], completion: Entry[Decimal], stated: bool, small: bool = False
    ) -> dict[str, Values]:
        """target, midyear and actual of a row in percent, where a bare 0.868 may be 86.8 or 0.868 percent.

        The row's own completion decides; else the other values do, where one reading is of their size and the
        other is not: the one as typed where a unit is `stated`, 86.8 where only another value has a percent sign.
        Where neither fits, the value stays open and is reported. Where rates are `small` by nature and of one
        size, 0.5 next to 1 is half a percent, which needs no report.
        """
        known = [entry.value for entry in values.values() if isinstance(entry.value, Decimal)]
        apart, plain = any(abs(number) > 1 for number in known), stated and small and _alike(known)
        settled = dict(values)
        for key, entry in values.items():
            number = entry.value
            if not isinstance(number, Decimal):
                continue
            if "%" in normalise(entry.given):
                settled[key] = self._share(key, entry, number, values, completion)
            else:
                share = BareShare(key, number, values, settled, completion, stated, apart)
                settled[key] = self._bare_share(share, entry, plain)
        return settled

    def _bare_share(self, share: BareShare, entry: Values, plain: bool) -> Values:
        """A value without a percent sign; `plain`: that it is read as typed needs no report."""
        number, scaled = share.number, share.number * HUNDRED
        severity: Severity = "warning" if share.apart else "notice"
        match share.reading():
            case "scaled":
                self.findings.cleaned(entry, scaled, "%", severity)
                return replace(entry, value=scaled)
            case "open":
                if not any(one.unreadable for one in share.settled.values()):
                    self.findings.undecided(entry, number, scaled)
                return replace(entry, value=None)
            case "ambiguous" if not plain or share.scaled_confirmed:
                self.findings.ambiguous(entry, number, scaled, severity)
        return entry

    def _share(
        self, key: str, entry: Values, number: Decimal, values: dict[str, Values], completion: Entry[Decimal]
    ) -> Values:
        """A value with a percent sign: 97 pasted into a percent format is stored as 9700%."""
        if abs(number) < FAR * HUNDRED or _confirmed(values, completion):
            return entry
        fewer = replace(entry, value=number / HUNDRED)
        if _confirmed({**values, key: fewer}, completion):
            self.findings.cleaned(entry, number / HUNDRED, "%")
            return fewer
        self.findings.far(entry, number)
        return entry


class BareShare(Struct, frozen=True):
    """One value of a row in percent that has no percent sign: as typed, or a hundred times as much.

    `values` are the row's as typed, `settled` as they are read so far. `apart`: the row has values above 1.
    """

    key: str
    number: Decimal
    values: dict[str, Values]
    settled: dict[str, Values]
    completion: Entry[Decimal]
    stated: bool
    apart: bool

    @property
    def scaled_confirmed(self) -> bool:
        """Whether the claimed completion confirms a hundred times as much."""
        scaled = replace(self.settled[self.key], value=self.number * HUNDRED)
        return _confirmed({**self.settled, self.key: scaled}, self.completion)

    def reading(self) -> Literal["typed", "scaled", "open", "ambiguous"]:
        """How the number is read; "ambiguous" is as typed, with a report."""
        others = _numbers(self.values, ("actual",) if self.key == "target" else ("target",))
        if not (0 < abs(self.number) <= 1 or any(hundredfold(self.number, other) for other in others)):
            return "typed"
        if self.key == "midyear":  # not scored
            return "ambiguous" if self.stated else "scaled"
        scaled = self.scaled_confirmed
        if not scaled and _confirmed(self.settled, self.completion):
            return "typed"
        return self._with_unit(scaled, others) if self.stated else self._without_unit(scaled, others)

    def _with_unit(self, scaled: bool, others: Sequence[Decimal]) -> Literal["scaled", "open", "ambiguous"]:
        fits = _alike([self.number, *others])
        if scaled and (self.apart or not fits):
            return "scaled"
        return "ambiguous" if fits else "open"

    def _without_unit(self, scaled: bool, others: Sequence[Decimal]) -> Literal["scaled", "open"]:
        if _alike([self.number, *others]):
            scaled = scaled or (bool(others) and all(abs(other) <= 1 for other in others))
        else:
            scaled = scaled or _alike([self.number * HUNDRED, *others])
        return "scaled" if scaled else "open"


def _confirmed(values: Mapping[str, Values], completion: Entry[Decimal]) -> bool:
    """Whether the claimed completion is actual over target, or target over actual."""
    target, actual = values["target"].value, values["actual"].value
    if completion.value is None or not isinstance(target, Decimal) or not isinstance(actual, Decimal):
        return False
    return bool(target and actual) and rate_agrees(
        completion.value, [Fraction(actual) / Fraction(target), Fraction(target) / Fraction(actual)]
    )


def _numbers(values: Mapping[str, Values], keys: Iterable[str]) -> list[Decimal]:
    return [value for key in keys if isinstance(value := values[key].value, Decimal) and value]


def _alike(numbers: Iterable[Decimal]) -> bool:
    """Whether percents are of one size, as those of one row are; zeros do not count."""
    sizes = [abs(number) for number in numbers if number]
    return bool(sizes) and max(sizes) <= ONE_SIZE * min(sizes)


def rate_agrees(rate: Decimal, reference: Sequence[Fraction]) -> bool:
    """Whether a stated rate is one of the computed ones, up to half a percentage point."""
    return any(abs(Fraction(rate) - known) <= Fraction(1, 200) for known in reference)


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
