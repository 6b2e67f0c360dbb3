"""One fund line over many returns: what its amounts come to, and the rates of those sums.

A rate of sums is made of the amounts that the engine makes each return's own rate of, so that a sum of one return
has the rate of that return. Sums of different returns make no rate: `basis` says what a rate is made of where that
is not what stands beside it.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct, field

from perf_xlsx.consolidated.returns import POWERS, recorded_amount, recorded_decimal
from perf_xlsx.domain.model import AMOUNTS
from perf_xlsx.domain.rounding import quotient
from perf_xlsx.results.record import FundRecord

BALANCE = ("initial", "adjustment", "adjusted")  # the first two make the third
EXECUTION, ADJUSTMENT = ("executed", "adjusted"), ("adjustment", "initial")  # a rate: part and whole
NAMED = 3  # returns that a rate leaves out are named, up to so many
CLOSE = Fraction(1, 10**12)  # a rate of a record has 28 digits
WORDS = {EXECUTION: ("执行率", "预算", "执行"), ADJUSTMENT: ("调整率", "年初", "调整")}

RateHeads = tuple[str, str]


class RatePair(Struct, frozen=True):
    """Part and whole of a return's rate, in its own money unit. `usual`: they are what was filled in under the
    heads of the rate, not another budget or a difference."""

    part: Decimal
    whole: Decimal
    usual: bool = True


def pairs(fund: FundRecord) -> dict[RateHeads, RatePair]:
    """What the rates of a return's line are made of; without those that it has not got."""
    found = {EXECUTION: _execution(fund), ADJUSTMENT: _adjustment(fund)}
    return {rate: pair for rate, pair in found.items() if pair is not None}


def _execution(fund: FundRecord) -> RatePair | None:
    """Executed and the budget that the engine took as its whole: by the rulebook, or the only one of the form."""
    executed, adjusted, initial = map(recorded_decimal, (fund.executed, fund.adjusted, fund.initial))
    if executed is None:
        return None
    of_adjusted = adjusted is not None and _makes(fund.execution_rate, executed, adjusted)
    if not of_adjusted and initial is not None and _makes(fund.execution_rate, executed, initial):
        return RatePair(executed, initial, usual=False)
    if adjusted is None or (fund.execution_rate is None and adjusted > 0):
        return None
    return RatePair(executed, adjusted)


def _adjustment(fund: FundRecord) -> RatePair | None:
    """The adjustment, or where none was typed what the budget changed by, and the initial budget."""
    adjustment, initial, adjusted = map(recorded_decimal, (fund.adjustment, fund.initial, fund.adjusted))
    if initial is None or (adjustment is None and adjusted is None):
        return None
    if adjustment is not None:
        return RatePair(adjustment, initial)
    change = (adjusted or Decimal(0)) - initial
    known = initial == 0 or _makes(fund.adjustment_rate, change, initial)  # not where what was typed is unreadable
    return RatePair(change, initial, usual=False) if known else None


def _makes(rate: str | None, part: Decimal, whole: Decimal) -> bool:
    """Whether the record's rate is that of these amounts."""
    found = quotient(part, whole)
    return rate is not None and found is not None and abs(found - Fraction(rate)) < CLOSE


class RateSum(Struct):
    """Part and whole of a rate, summed over the returns that have both, in 万元; `left` names those that have one
    of its amounts alone, up to some."""

    part: Decimal = Decimal(0)
    whole: Decimal = Decimal(0)
    count: int = 0
    unusual: int = 0
    left_out: int = 0
    left: list[str] = field(default_factory=list)

    @property
    def value(self) -> Fraction | None:
        """The rate of the sums."""
        return quotient(self.part, self.whole)


class LineSum(Struct):
    """One fund line over all returns of a form and year, in 万元.

    `given` counts the returns that filled an amount in. `gap` sums initial + adjustment - adjusted of the `whole`
    returns that filled in all three.
    """

    name: str
    total: bool
    sums: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(AMOUNTS, Decimal(0)))
    given: Counter[str] = field(default_factory=Counter)
    rates: dict[RateHeads, RateSum] = field(default_factory=lambda: {EXECUTION: RateSum(), ADJUSTMENT: RateSum()})
    gap: Decimal = Decimal(0)
    whole: int = 0
    partial: int = 0
    returns: int = 0
    repeated: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(AMOUNTS, Decimal(0)))

    def add(self, fund: FundRecord, unit: str | None, who: str, repeat: bool) -> None:
        """Take in one return's line, in a known money unit."""
        amounts = {amount: recorded_amount(getattr(fund, amount), unit) for amount in AMOUNTS}
        self.returns += any(value is not None for value in amounts.values())
        for amount, value in amounts.items():
            if value is not None:
                self.given[amount] += 1
                self.sums[amount] += value
                if repeat:
                    self.repeated[amount] += value
        initial, adjustment, adjusted = (amounts[amount] for amount in BALANCE)
        if initial is not None and adjustment is not None and adjusted is not None:
            self.gap += initial + adjustment - adjusted
            self.whole += 1
        self._add_rates(fund, POWERS[unit or ""], who)

    def _add_rates(self, fund: FundRecord, power: int, who: str) -> None:
        own = pairs(fund)
        for rate, total in self.rates.items():
            if pair := own.get(rate):
                total.part += pair.part.scaleb(power)
                total.whole += pair.whole.scaleb(power)
                total.count += 1
                total.unusual += not pair.usual
            elif any(getattr(fund, amount) is not None for amount in rate):
                total.left_out += 1
                if len(total.left) < NAMED:
                    total.left.append(who)
        self.partial += any(rate not in own and _half(fund, rate) for rate in self.rates)

    def sum_of(self, amount: str) -> Decimal | None:
        """What it comes to; None where nobody filled it in."""
        return self.sums[amount] if self.given[amount] else None

    @property
    def execution_rate(self) -> Fraction | None:
        """Executed over the budget, of the sums."""
        return self.rates[EXECUTION].value

    @property
    def adjustment_rate(self) -> Fraction | None:
        """Adjustment over initial, of the sums."""
        return self.rates[ADJUSTMENT].value

    def differs(self, rate: RateHeads) -> bool:
        """Whether a rate is made of other amounts, or of fewer returns, than stand beside it."""
        found = self.rates[rate]
        shown = (*map(self.sum_of, rate), self.returns)
        return found.value is not None and shown != (found.part, found.whole, found.count)

    def basis(self, rate: RateHeads) -> str:
        """In words, what a rate is made of where it is not the sums beside it; else ""."""
        if not self.differs(rate):
            return ""
        found, (name, whole, part) = self.rates[rate], WORDS[rate]
        words = f"{name}{_how(found, rate)}：{whole}{found.whole:,.2f}、{part}{found.part:,.2f}"
        if not found.left_out:
            return words
        more = f"等{found.left_out:,}份" if found.left_out > len(found.left) else ""
        return f"{words}；未计入：{'、'.join(found.left)}{more}"


def _how(found: RateSum, rate: RateHeads) -> str:
    """Of how many returns, and of what where it is not what the heads say."""
    other = "全年减年初" if rate == ADJUSTMENT else "年初预算数"
    if found.unusual == found.count and not found.left_out:
        return f"按{other}计算"
    some = f"（其中{found.unusual:,}份按{other}）" if found.unusual else ""
    return f"按两数都有的{found.count:,}份计算{some}" if found.left_out else f"按{found.count:,}份计算{some}"


def _half(fund: FundRecord, rate: RateHeads) -> bool:
    """Whether one amount of a rate was filled in and not the other."""
    part, whole = (getattr(fund, amount) for amount in rate)
    return (part is None) != (whole is None)
