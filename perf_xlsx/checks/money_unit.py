"""F10: amounts typed in 元 in a form of 万元, or the reverse.

A guess moves one amount, one line, one column, … by a factor of ten thousand. It holds where sums add up that did
not, and none breaks that did. Only a sum with an amount that stays can support a guess; and what moves must be
large enough, because any difference becomes small once it is divided by ten thousand. Suspected amounts are then
treated as unreadable: no sum, rate or points are computed from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import chain, combinations
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.checks.accounts import (
    PROJECT,
    TEN_THOUSAND,
    Accounts,
    AmountKey,
    AmountRatio,
    accounts_of,
    amount_entries,
)
from perf_xlsx.domain.model import AMOUNTS, Entry, FundLine, Project, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.rounding import plain
from perf_xlsx.domain.sums import with_sums
from perf_xlsx.domain.units import IMPLAUSIBLE_RATE
from perf_xlsx.findings.catalogue import Observation, to_number
from perf_xlsx.rulebook import Rulebook

HALF_A_CENT_OF_WAN = Decimal(50)  # half of 0.01 万元, in 元
SURE = 50_000  # 元; from here on that rounding does not matter
LEAST_MOVED = 50  # times the tolerance: what moves must come to more
MOST_ERRORS = 8  # one after the other
MOST_NAMED = 6  # amounts that a message lists
Guess = tuple[AmountKey, ...]


class UnitError(Struct, frozen=True):
    """Amounts that are in the wrong unit together, and the factor that puts them right."""

    keys: Guess
    factor: Decimal


class UnitErrors(Struct, frozen=True, dict=True):
    """A form and its amounts in the wrong money unit."""

    evaluation: SelfEvaluation
    errors: tuple[UnitError, ...]

    @cached_property
    def entries(self) -> Mapping[AmountKey, Entry[Decimal]]:
        """Every amount of the form."""
        return amount_entries(self.evaluation)

    @cached_property
    def factors(self) -> Mapping[AmountKey, Decimal]:
        """The factor of each suspected amount."""
        return {key: error.factor for error in self.errors for key in error.keys}

    @property
    def places(self) -> frozenset[Place]:
        """The cells of the suspected amounts."""
        return frozenset(self.entries[key].place for key in self.factors)

    @property
    def form_without(self) -> SelfEvaluation:
        """The form with the suspected amounts unreadable."""
        if not self.errors:
            return self.evaluation
        funds = {key: self._without(line, (key, 0)) for key, line in self.evaluation.funds.items()}
        projects = [self._without(project, (PROJECT, n)) for n, project in enumerate(self.evaluation.projects)]
        return with_sums(replace(self.evaluation, funds=funds, projects=tuple(projects)))

    @property
    def converted(self) -> Mapping[Place, Decimal]:
        """The suspected amounts in the unit of the others, by place."""
        pairs = ((self.entries[key], factor) for key, factor in self.factors.items())
        return {entry.place: entry.value * factor for entry, factor in pairs if entry.value is not None}

    def observations(self) -> Iterator[Observation]:
        """F10 元 and 万元 mixed."""
        for error in self.errors:
            yield _observation(self.evaluation, error, self.entries)

    def _without(self, line: FundLine | Project, line_key: tuple[str, int]) -> Any:
        columns = [key[2] for key in self.factors if key[:2] == line_key]
        return replace(line, **{column: replace(line.entry(column), value=None) for column in columns})


def unit_errors(evaluation: SelfEvaluation, rulebook: Rulebook) -> UnitErrors:
    """Find the likeliest error, correct it, and search again."""
    accounts, found = accounts_of(evaluation, rulebook), list[UnitError]()
    guesses: Sequence[Guess] | None = None
    for _ in range(MOST_ERRORS):
        evidence = Evidence(accounts)
        if not evidence.suspected:
            break
        guesses = _guesses(accounts, evaluation) if guesses is None else guesses
        best = max(evidence.weighed(guesses), key=lambda weighed: weighed[0], default=None)
        if best is None:
            break
        error = best[1]
        found.append(error)
        guesses = [guess for guess in guesses if set(guess).isdisjoint(error.keys)]  # no amount is moved twice
        moved = {key: accounts.amounts[key] * error.factor for key in error.keys}
        accounts = replace(accounts, amounts={**accounts.amounts, **moved})
    return UnitErrors(evaluation, tuple(found))


class Evidence(Struct, frozen=True, dict=True):
    """Weighs guesses. Each sum's gap is computed once; a guess changes it by its own amounts only."""

    accounts: Accounts

    @cached_property
    def suspected(self) -> frozenset[AmountKey]:
        """The amounts of sums that do not add up and of impossible rates: one of them must be wrong."""
        broken = {key for number in self.accounts.broken for key in self.accounts.sums[number].keys}
        return frozenset(broken.union(*filter(self._is_odd, self.accounts.rates)))

    def weighed(self, guesses: Sequence[Guess]) -> Iterator[tuple[tuple[int, bool, int], UnitError]]:
        """The guesses that mend something and break nothing, each with its weight; the best has the largest."""
        for keys in guesses:
            if self.suspected.isdisjoint(keys):
                continue
            for factor in (1 / TEN_THOUSAND, TEN_THOUSAND):
                error = UnitError(keys, factor)
                if gain := self._gain(error):
                    yield (gain, factor == self.accounts.likely_factor, -len(keys)), error

    def _gain(self, error: UnitError) -> int:
        """How much the guess mends; 0 where it breaks something. Rates count where no sum contradicts it."""
        gains = self._gains_of_sums(error)
        rates = dict.fromkeys(rate for key in error.keys for rate in self.accounts.rates_of.get(key, ()))
        if gains is None or any(self._breaks_rate(rate, error) for rate in rates):
            return 0
        return sum(gains) + (sum(self._mends_rate(rate, error) for rate in rates) if all(gains) else 0)

    def _gains_of_sums(self, error: UnitError) -> list[int] | None:
        """How much each broken sum gains; None where a sum that adds up would break."""
        moved: dict[int, list[AmountKey]] = {}
        for key in error.keys:
            for number in self.accounts.sums_of.get(key, ()):
                moved.setdefault(number, []).append(key)
        gains = []
        for number, keys in moved.items():
            if self._moves_wholly(number, keys):
                continue
            if number in self.accounts.broken:
                gains.append(self._mends(number, keys, error.factor))
            elif self._breaks(number, keys, error.factor):
                return None
        return gains

    def _moves_wholly(self, number: int, moved: Sequence[AmountKey]) -> bool:
        """Whether no amount of a sum stays, to compare with; 0 is the same in any unit."""
        return all(key in moved or not self.accounts.amounts[key] for key in self.accounts.sums[number].keys)

    def _net(self, number: int, moved: Sequence[AmountKey]) -> Decimal:
        """What the moved amounts of a sum come to together: the total minus the parts."""
        total = self.accounts.sums[number].total
        return sum((self.accounts.amounts[key] * (1 if key == total else -1) for key in moved), Decimal(0))

    def _mends(self, number: int, moved: Sequence[AmountKey], factor: Decimal) -> int:
        """How surely the guess mends a sum: 2 to the cent, 1 but for another mistake, 0 not at all."""
        gap = self.accounts.gaps[number]
        sizes = [abs(self.accounts.amounts[key]) * factor for key in moved]
        large = factor > 1 and self.accounts.likely_factor > 1 and all(size >= SURE for size in sizes)
        slack = self.accounts.tolerance + (HALF_A_CENT_OF_WAN * len(moved) if large else Decimal(0))
        net = self._net(number, moved)
        if abs(net) * factor < LEAST_MOVED * slack:
            return 0
        if abs(gap + net * (factor - 1)) <= slack:
            return 2
        if list(moved) != [self.accounts.sums[number].total]:
            return 0
        parts = net - gap  # within a factor of two of the total: there is another mistake besides the unit
        return int(parts * net > 0 and Decimal("0.5") < net * factor / parts < 2)

    def _breaks(self, number: int, moved: Sequence[AmountKey], factor: Decimal) -> bool:
        """Whether a sum that added up no longer does."""
        one = self.accounts.sums[number]
        total = abs(self.accounts.amounts[one.total]) * (factor if one.total in moved else 1)
        large = self.accounts.likely_factor > 1 and total >= SURE
        slack = HALF_A_CENT_OF_WAN * len(one.keys) if large else Decimal(0)
        after = self.accounts.gaps[number] + self._net(number, moved) * (factor - 1)
        return abs(after) > self.accounts.tolerance + slack

    def _ratio(self, rate: AmountRatio, error: UnitError | None = None) -> Decimal:
        """The rate as the amounts are, or as they are once the error is corrected."""
        amounts = self.accounts.amounts
        executed, budget = (amounts[key] * (error.factor if error and key in error.keys else 1) for key in rate)
        return executed / budget

    def _breaks_rate(self, rate: AmountRatio, error: UnitError) -> bool:
        plausible = Decimal("0.001") <= self._ratio(rate, error) <= IMPLAUSIBLE_RATE
        return 0 < self._ratio(rate) <= 2 and not plausible

    def _mends_rate(self, rate: AmountRatio, error: UnitError) -> bool:
        return self._is_odd(rate) and 0 < self._ratio(rate, error) <= 2

    def _is_odd(self, rate: AmountRatio) -> bool:
        """Whether a rate is impossible, or ten thousand times smaller than the one that the unit states."""
        ratio, claim = self._ratio(rate), self.accounts.claimed_rates.get(rate)
        claimed = claim is not None and claim > 0 and abs(ratio * TEN_THOUSAND - claim) <= Decimal("0.005")
        return ratio >= IMPLAUSIBLE_RATE or claimed


def _guesses(accounts: Accounts, evaluation: SelfEvaluation) -> list[Guess]:
    """What may be wrong together: an amount; those of a line or project; columns; lines of one column; parts.

    Never all amounts at once: nothing would be left to compare with.
    """
    known = list(chain.from_iterable(accounts.lines))
    funds = [key for key in known if key[0] != PROJECT]
    projects = [key for key in known if key[0] == PROJECT]
    guesses: Iterator[Guess] = chain(
        zip(known),
        chain.from_iterable(combinations(line, many) for line in accounts.lines for many in (4, 3, 2)),
        (tuple(projects), tuple(funds)),
        _whole_columns((funds, projects, known)),
        _lines_of_one_column(funds),
        _parts_of_lines(funds, evaluation),
        _sums_in_one_column(known, evaluation),
    )
    return [guess for guess in dict.fromkeys(guesses) if 0 < len(guess) < len(known)]


def _whole_columns(blocks: Sequence[Sequence[AmountKey]]) -> Iterator[Guess]:
    """One to three columns of the fund lines, of the projects, of both."""
    for columns in chain.from_iterable(combinations(AMOUNTS, many) for many in (1, 2, 3)):
        for keys in blocks:
            yield tuple(key for key in keys if key[2] in columns)


def _parts_of_lines(funds: Sequence[AmountKey], evaluation: SelfEvaluation) -> Iterator[Guess]:
    """The parts of each fund line."""
    for line in evaluation.funds.values():
        yield tuple(key for key in funds if key[0] in line.parts)


def _sums_in_one_column(known: Sequence[AmountKey], evaluation: SelfEvaluation) -> Iterator[Guess]:
    """Each line that is a sum with all that it adds up, in one column: the line of projects with all projects."""
    for key, line in evaluation.funds.items():
        inside = {key, *line.parts, *([PROJECT] if key == evaluation.project_line else [])}
        for column in AMOUNTS:
            yield tuple(one for one in known if one[0] in inside and one[2] == column)


def _lines_of_one_column(funds: Sequence[AmountKey]) -> Iterator[Guess]:
    """Two or three fund lines in one column."""
    for column in AMOUNTS:
        lines = [key for key in funds if key[2] == column]
        for many in (2, 3):
            yield from combinations(lines, many)


def _observation(
    evaluation: SelfEvaluation, error: UnitError, entries: Mapping[AmountKey, Entry[Decimal]]
) -> Observation:
    first, single, larger = entries[error.keys[0]], len(error.keys) == 1, error.factor < 1
    value = first.value or Decimal(0)
    right = value * error.factor
    typed = {("万元", True): "疑似按元填写", ("元", False): "疑似按万元填写"}
    unit = evaluation.boxes["money_unit"].value or ""
    guess = f"，{typed.get((unit, larger), '疑似元与万元混填')}。"
    names = [f"{_owner(evaluation, key)}{entries[key].field}" for key in error.keys]
    if single:
        message = f"{names[0]}填{plain(value)}，与表内其他数相差约一万倍，换算后为{plain(right)}{guess}"
        advice = f"请核对金额单位，确为混填的改为{plain(right)}；更正前，与它有关的勾稽、执行率和得分暂不计算。"
    else:
        listed = "、".join(names[:MOST_NAMED]) + ("等" if len(names) > MOST_NAMED else "")
        message = (
            f"{listed}{len(names)}个数比表内其他数都{'大' if larger else '小'}约一万倍"
            f"（如{plain(value)}换算后为{plain(right)}）{guess}"
        )
        advice = f"请核对金额单位，这{len(names)}个数统一换算后更正；更正前，有关的勾稽、执行率和得分暂不计算。"
    return Observation(
        first.place, first.field, first.given or None, message, advice, plain(right), plain(value - right),
        correction=to_number(first, right) if single else None,
        others=tuple(entries[key].place for key in error.keys[1:]),
    )  # fmt: skip


def _owner(evaluation: SelfEvaluation, key: AmountKey) -> str:
    return f"项目{evaluation.projects[key[1]].display_name}" if key[0] == PROJECT else ""
