"""F10: amounts typed in 元 in a form of 万元, or the other way round.

Which amount is off is weighed: a guess is one cell, one line, one column, … ten thousand times smaller or larger.
It holds where it makes sums come out that did not, and breaks none that did. Only what stays as it was can bear
witness: a sum whose amounts are all moved says nothing, nor does one where what is moved comes to next to nothing,
because any difference is small enough once it is divided by ten thousand. What is suspected is then as good as
unreadable: sums, rates and points that follow from it say nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import combinations
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.checks.accounts import PROJECT, TIMES, Accounts, Cell, Sum, accounts_of, entries_of
from perf_xlsx.checks.funds import amount
from perf_xlsx.domain.model import AMOUNTS, Entry, FundLine, Project, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.rounding import plain
from perf_xlsx.findings.catalogue import Observation, to_number
from perf_xlsx.rulebook import Rulebook

SUMS = ("F01", "F02", "F05")  # what a slip breaks
HALF_A_CENT_OF_WAN = Decimal(50)  # 万元 with two decimals, in 元
SURE = 50_000  # an amount in 元 from which that rounding does not matter
HIGH = 2_000  # times the budget: nobody spends that
TELLING = 50  # times the slack: what is moved must come to more, or an ordinary difference could pass for it
MOST_GUESSES = 8  # one after the other
Guess = tuple[Cell, ...]


class UnitError(Struct, frozen=True):
    """Cells that are off together, and what each of them would have to be multiplied with."""

    cells: Guess
    factor: Decimal


def unit_errors(form: SelfEvaluation, rulebook: Rulebook) -> list[UnitError]:
    """The likeliest slips, one after the other."""
    accounts, found = accounts_of(form, rulebook), []
    guesses: Sequence[Guess] | None = None
    for _ in range(MOST_GUESSES):
        scales = Scales(accounts)
        if not scales.suspected:
            break
        guesses = _guesses(accounts, form) if guesses is None else guesses
        best = max(scales.weighed(guesses), key=lambda weighed: weighed[0], default=None)
        if best is None:
            break
        slip = best[1]
        found.append(slip)
        guesses = [guess for guess in guesses if set(guess).isdisjoint(slip.cells)]  # no amount is moved twice
        moved = {cell: accounts.amounts[cell] * slip.factor for cell in slip.cells}
        accounts = replace(accounts, amounts={**accounts.amounts, **moved})
    return found


class Scales(Struct, frozen=True, dict=True):
    """Weighs guesses: what each sum lacks is added up once, a guess changes it by its own cells alone."""

    accounts: Accounts

    @cached_property
    def gaps(self) -> tuple[Decimal, ...]:
        """What each sum's whole has more than its parts."""
        amounts = self.accounts.amounts
        return tuple(
            amounts[sum_.whole] - sum((amounts[part] for part in sum_.parts), Decimal(0))
            for sum_ in self.accounts.sums
        )

    @cached_property
    def suspected(self) -> frozenset[Cell]:
        """The cells of sums that do not come out and of rates that cannot be: one of them must be off."""
        broken = (self.accounts.sums[n] for n, gap in enumerate(self.gaps) if abs(gap) > self.accounts.tolerance)
        cells = {cell for sum_ in broken for cell in (sum_.whole, *sum_.parts)}
        return frozenset(cells.union(*(rate for rate in self.accounts.rates if self._odd(rate))))

    @cached_property
    def sums_of(self) -> Mapping[Cell, Sequence[int]]:
        """The sums that a cell is in."""
        found: dict[Cell, list[int]] = {}
        for number, sum_ in enumerate(self.accounts.sums):
            for cell in (sum_.whole, *sum_.parts):
                found.setdefault(cell, []).append(number)
        return found

    @cached_property
    def rates_of(self) -> Mapping[Cell, Sequence[tuple[Cell, Cell]]]:
        """The rates that a cell is in."""
        found: dict[Cell, list[tuple[Cell, Cell]]] = {}
        for rate in self.accounts.rates:
            for cell in rate:
                found.setdefault(cell, []).append(rate)
        return found

    def weighed(self, guesses: Sequence[Guess]) -> Iterator[tuple[tuple[int, bool, int], UnitError]]:
        """Guesses that mend something and break nothing: what speaks for each, best the largest."""
        for cells in guesses:
            if self.suspected.isdisjoint(cells):
                continue
            for factor in (1 / TIMES, TIMES):
                slip = UnitError(cells, factor)
                gain = self._gain(slip)
                if gain:
                    yield (gain, factor == self.accounts.usual, -len(cells)), slip

    def _gain(self, slip: UnitError) -> int:
        """How much the guess mends; 0 where it breaks something. A rate counts where no sum speaks against it."""
        moved: dict[int, list[Cell]] = {}
        for cell in slip.cells:
            for number in self.sums_of.get(cell, ()):
                moved.setdefault(number, []).append(cell)
        mended, against = 0, False
        for number, cells in moved.items():
            if self._all_moved(number, cells):
                continue
            if abs(self.gaps[number]) <= self.accounts.tolerance:
                if self._breaks(number, cells, slip.factor):
                    return 0
                continue
            gain = self._mends(number, cells, slip.factor)
            mended, against = mended + gain, against or not gain
        together = frozenset(slip.cells)
        for rate in dict.fromkeys(rate for cell in slip.cells for rate in self.rates_of.get(cell, ())):
            before, after = self._ratio(rate), self._ratio(rate, together, slip.factor)
            if 0 < before <= 2 and not Decimal("0.001") <= after <= HIGH:
                return 0
            mended += not against and self._odd(rate) and 0 < after <= 2
        return mended

    def _all_moved(self, number: int, moved: Sequence[Cell]) -> bool:
        """Whether nothing of a sum stays as it was, to compare with; zeros are the same in any unit."""
        sum_ = self.accounts.sums[number]
        return all(cell in moved or not self.accounts.amounts[cell] for cell in (sum_.whole, *sum_.parts))

    def _net(self, sum_: Sum, moved: Sequence[Cell]) -> Decimal:
        """What the moved cells of a sum come to together, the whole against its parts."""
        signed = (self.accounts.amounts[cell] * (1 if cell == sum_.whole else -1) for cell in moved)
        return sum(signed, Decimal(0))

    def _mends(self, number: int, moved: Sequence[Cell], factor: Decimal) -> int:
        """How surely the guess mends a sum: 2 to the cent, 1 but for another mistake, 0 not at all."""
        sum_, gap = self.accounts.sums[number], self.gaps[number]
        sizes = [abs(self.accounts.amounts[cell]) * factor for cell in moved]
        large = factor > 1 and self.accounts.usual > 1 and all(size >= SURE for size in sizes)
        slack = self.accounts.tolerance + (HALF_A_CENT_OF_WAN * len(moved) if large else Decimal(0))
        net = self._net(sum_, moved)
        if abs(net) * factor < TELLING * slack:
            return 0
        if abs(gap + net * (factor - 1)) <= slack:
            return 2
        if list(moved) != [sum_.whole]:
            return 0
        parts = net - gap  # where they make the whole but for half, another mistake stands beside the unit's
        return int(parts * net > 0 and Decimal("0.5") < net * factor / parts < 2)

    def _breaks(self, number: int, moved: Sequence[Cell], factor: Decimal) -> bool:
        """Whether a sum that came out no longer does."""
        sum_ = self.accounts.sums[number]
        whole = abs(self.accounts.amounts[sum_.whole]) * (factor if sum_.whole in moved else 1)
        large = self.accounts.usual > 1 and whole >= SURE
        slack = HALF_A_CENT_OF_WAN * (len(sum_.parts) + 1) if large else Decimal(0)
        after = self.gaps[number] + self._net(sum_, moved) * (factor - 1)
        return abs(after) > self.accounts.tolerance + slack

    def _ratio(
        self, rate: tuple[Cell, Cell], moved: frozenset[Cell] = frozenset(), factor: Decimal = Decimal(1)
    ) -> Decimal:
        executed, budget = (self.accounts.amounts[cell] * (factor if cell in moved else 1) for cell in rate)
        return executed / budget

    def _odd(self, rate: tuple[Cell, Cell]) -> bool:
        """Whether a rate cannot be, or the one that the unit states is ten thousand times it."""
        ratio, claim = self._ratio(rate), self.accounts.claimed.get(rate)
        claimed = claim is not None and claim > 0 and abs(ratio * TIMES - claim) <= Decimal("0.005")
        return ratio >= HIGH or claimed


def _guesses(accounts: Accounts, form: SelfEvaluation) -> list[Guess]:
    """What may be off together: a cell; those of a line or project; columns; lines of one column; parts.

    Never all at once: nothing would be left to tell it by.
    """
    known = [cell for cell in accounts.amounts if accounts.amounts[cell]]
    funds = [cell for cell in known if cell[0] != PROJECT]
    projects = [cell for cell in known if cell[0] == PROJECT]
    guesses: list[Guess] = [(cell,) for cell in known]
    guesses += [some for line in accounts.lines for many in (4, 3, 2) for some in combinations(line, many)]
    guesses += [tuple(projects), tuple(funds)]
    for many in (1, 2, 3):
        for columns in combinations(AMOUNTS, many):
            for cells in (funds, projects, known):
                guesses.append(tuple(cell for cell in cells if cell[2] in columns))
    for column in AMOUNTS:
        lines = [cell for cell in funds if cell[2] == column]
        guesses += [some for many in (2, 3) for some in combinations(lines, many)]
    guesses += [tuple(cell for cell in funds if cell[0] in line.parts) for line in form.funds.values()]
    return [guess for guess in dict.fromkeys(guesses) if 0 < len(guess) < len(known)]


def without_unit_errors(
    form: SelfEvaluation, rulebook: Rulebook
) -> tuple[SelfEvaluation, frozenset[Place], list[Observation]]:
    """F10 元 and 万元 mixed: the form with suspected amounts unreadable, their places, and what is told.

    Good: 1000 = 620 + 380.  Bad: 10000000 beside 620 + 380.
    """
    slips = unit_errors(form, rulebook)
    if not slips:
        return form, frozenset(), []
    entries = dict(entries_of(form))
    told = [_told(form, slip, entries) for slip in slips]
    doubted = {cell for slip in slips for cell in slip.cells}
    funds = {key: replace(line, **_unreadable(line, doubted, (key, 0))) for key, line in form.funds.items()}
    projects = tuple(
        replace(project, **_unreadable(project, doubted, (PROJECT, number)))
        for number, project in enumerate(form.projects)
    )
    places = frozenset(entries[cell].place for cell in doubted)
    return replace(form, funds=funds, projects=projects), places, told


def converted(form: SelfEvaluation, rulebook: Rulebook) -> Mapping[Place, Decimal]:
    """What the suspected amounts are in the unit of the others, by place."""
    entries = dict(entries_of(form))
    pairs = ((entries[cell], slip.factor) for slip in unit_errors(form, rulebook) for cell in slip.cells)
    return {entry.place: entry.value * factor for entry, factor in pairs if entry.value is not None}


def _unreadable(line: FundLine | Project, doubted: set[Cell], who: tuple[str, int]) -> dict[str, Any]:
    columns = (cell[2] for cell in doubted if cell[:2] == who)
    return {column: replace(amount(line, column), value=None) for column in columns}


def _told(form: SelfEvaluation, slip: UnitError, entries: Mapping[Cell, Entry[Decimal]]) -> Observation:
    first = entries[slip.cells[0]]
    unit = form.boxes["money_unit"].value
    value = first.value or Decimal(0)
    meant = plain(value * slip.factor)
    right = to_number(first, value * slip.factor) if len(slip.cells) == 1 else None
    larger = slip.factor < 1
    typed = {("万元", True): "疑似按元填写", ("元", False): "疑似按万元填写"}.get((unit or "", larger), "")
    guess = f"，{typed or '疑似元与万元混填'}。"
    if len(slip.cells) == 1:
        where = f"{_owner(form, slip.cells[0])}{first.field}"
        message = f"{where}填{plain(value)}，与表内其他数相差约一万倍，换算后为{meant}{guess}"
        advice = f"请核对金额单位，确为混填的改为{meant}；更正前，与它有关的勾稽、执行率和得分暂不计算。"
    else:
        names = "、".join(f"{_owner(form, cell)}{entries[cell].field}" for cell in slip.cells[:6])
        more = "等" if len(slip.cells) > 6 else ""
        message = (
            f"{names}{more}{len(slip.cells)}个数比表内其他数都{'大' if larger else '小'}约一万倍"
            f"（如{plain(value)}换算后为{meant}）{guess}"
        )
        advice = (
            f"请核对金额单位，这{len(slip.cells)}个数统一换算后更正；更正前，有关的勾稽、执行率和得分暂不计算。"
        )
    difference = plain(value - value * slip.factor)
    return Observation(
        first.place, first.field, first.given or None, message, advice, meant, difference, correction=right
    )


def _owner(form: SelfEvaluation, cell: Cell) -> str:
    return f"项目{form.projects[cell[1]].called}" if cell[0] == PROJECT else ""
