"""F10: amounts typed in 元 in a form of 万元, or the other way round.

Which amount is off is weighed: a guess is one cell, one line, one column, … ten thousand times smaller or larger.
It holds where it makes sums come out that did not, and breaks none that did. What is suspected is then as good as
unreadable: sums, rates and points that follow from it say nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import Any

from perf_xlsx.catalogue import Noticed
from perf_xlsx.checks.funds import COLUMNS, amount
from perf_xlsx.model import Entry, FundLine, Project, SelfEvaluation
from perf_xlsx.numerals import plain
from perf_xlsx.rulebook import Rulebook

SUMS = ("F01", "F02", "F05")  # what a slip breaks
TIMES = Decimal(10_000)
Cell = tuple[str, int, str]  # a fund line by its key, or a project by its number; and the column
Amounts = Mapping[Cell, Decimal]
PROJECT = ""  # the key of what is no fund line
HALF_A_CENT_OF_WAN = Decimal(50)  # 万元 with two decimals, in 元
SURE = 50_000  # an amount in 元 from which that rounding does not matter
HIGH = 2_000  # times the budget: nobody spends that
MOST_GUESSES = 8  # one after the other


@dataclass(frozen=True)
class Slip:
    """Cells that are off together, and what each of them would have to be multiplied with."""

    cells: tuple[Cell, ...]
    factor: Decimal


@dataclass(frozen=True)
class Sum:
    """A whole and its parts: initial and adjustment are parts of adjusted."""

    whole: Cell
    parts: tuple[Cell, ...]

    def __contains__(self, cell: Cell) -> bool:
        return cell == self.whole or cell in self.parts


@dataclass(frozen=True)
class Book:
    """The amounts of a form that are known, and what ties them together."""

    amounts: Amounts
    sums: tuple[Sum, ...]
    rates: tuple[tuple[Cell, Cell], ...]
    claimed: Mapping[tuple[Cell, Cell], Decimal]
    tolerance: Decimal
    usual: Decimal
    lines: tuple[tuple[Cell, ...], ...]

    def mended(self, slip: Slip) -> Book:
        """The book as it would be without the slip."""
        return replace(
            self, amounts={c: v * slip.factor if c in slip.cells else v for c, v in self.amounts.items()}
        )

    def comes_out(self, sum_: Sum, slack: Decimal = Decimal(0)) -> bool:
        """Whether the parts make the whole."""
        parts = sum((self.amounts[part] for part in sum_.parts), Decimal(0))
        return abs(self.amounts[sum_.whole] - parts) <= self.tolerance + slack

    def about(self, sum_: Sum) -> bool:
        """Whether the parts make the whole but for half of it: there is another mistake beside the unit."""
        parts, whole = sum((self.amounts[part] for part in sum_.parts), Decimal(0)), self.amounts[sum_.whole]
        return parts * whole > 0 and Decimal("0.5") < whole / parts < 2


def book_of(form: SelfEvaluation, rulebook: Rulebook) -> Book:
    """What the form's funds and projects say of each other."""
    entries = dict(_entries(form))
    amounts = {cell: entry.value for cell, entry in entries.items() if entry.value is not None}
    groups: dict[tuple[str, int], list[Cell]] = {}
    for cell, value in amounts.items():
        if value:
            groups.setdefault(cell[:2], []).append(cell)
    rates = {who: ((*who, "executed"), (*who, "adjusted")) for who in groups if _spent(amounts, who)}
    claims = {key: line.claimed_rate.value for key, line in form.funds.items()}
    return Book(
        amounts,
        tuple(_sums(form, amounts, entries)),
        tuple(rates.values()),
        {rate: claim for (key, _), rate in rates.items() if (claim := claims.get(key)) is not None},
        rulebook.number("thresholds.tolerance"),
        TIMES if form.boxes["money_unit"].value == "元" else 1 / TIMES,
        tuple(map(tuple, groups.values())),
    )


def _entries(form: SelfEvaluation) -> Iterator[tuple[Cell, Entry[Decimal]]]:
    for key, line in form.funds.items():
        yield from (((key, 0, column), amount(line, column)) for column in COLUMNS)
    for number, project in enumerate(form.projects):
        columns = (column for column in COLUMNS if column != "adjustment")
        yield from (((PROJECT, number, column), amount(project, column)) for column in columns)


def _spent(amounts: Amounts, who: tuple[str, int]) -> bool:
    return bool(amounts.get((*who, "executed"))) and bool(amounts.get((*who, "adjusted")))


def _sums(form: SelfEvaluation, amounts: Amounts, entries: Mapping[Cell, Entry[Decimal]]) -> Iterator[Sum]:
    for key, line in form.funds.items():
        across = [(key, 0, column) for column in ("adjusted", "initial", "adjustment")]
        if all(cell in amounts for cell in across):
            yield Sum(across[0], tuple(across[1:]))
        for column in COLUMNS:
            parts = [(part, 0, column) for part in line.parts]
            if any(entries[part].unreadable for part in parts):
                continue
            known = tuple(part for part in parts if part in amounts)
            whole = (len(known) == len(parts) or line.blank_part_is_zero) and (key, 0, column) in amounts
            if known and whole:
                yield Sum((key, 0, column), known)
    for column in ("initial", "adjusted", "executed"):
        projects = tuple((PROJECT, number, column) for number in range(len(form.projects)))
        whole_line = (form.project_line or PROJECT, 0, column)
        if projects and form.project_line and all(cell in amounts for cell in (whole_line, *projects)):
            yield Sum(whole_line, projects)


def slips_of(form: SelfEvaluation, rulebook: Rulebook) -> list[Slip]:
    """The likeliest slips, one after the other."""
    book, found = book_of(form, rulebook), []
    for _ in range(MOST_GUESSES):
        best = max(_weighed(book, form), key=lambda weighed: weighed[0], default=None)
        if best is None:
            break
        found.append(best[1])
        book = book.mended(best[1])
    return found


def _weighed(book: Book, form: SelfEvaluation) -> Iterator[tuple[tuple[int, bool, int], Slip]]:
    """Guesses that mend something and break nothing: what speaks for each, best the largest."""
    broken = [sum_ for sum_ in book.sums if not book.comes_out(sum_)]
    odd = [rate for rate in book.rates if _ratio(book, rate) >= HIGH or _claimed_otherwise(book, rate)]
    if not broken and not odd:
        return
    for cells in _guesses(book, form):
        together = frozenset(cells)
        for factor in (1 / TIMES, TIMES):
            slip = Slip(cells, factor)
            after = book.mended(slip)
            gain = sum(_mends(book, after, slip, sum_) for sum_ in broken)
            gain += sum(not together.isdisjoint(rate) and 0 < _ratio(after, rate) <= 2 for rate in odd)
            if gain and not _breaks(book, after, together):
                yield (gain, factor == book.usual, -len(cells)), slip


def _guesses(book: Book, form: SelfEvaluation) -> Iterator[tuple[Cell, ...]]:
    """What may be off together: a cell; those of a line or project; all; columns; lines of one column; parts."""
    known = [cell for cell in book.amounts if book.amounts[cell]]
    funds = [cell for cell in known if cell[0] != PROJECT]
    projects = [cell for cell in known if cell[0] == PROJECT]
    guesses: list[tuple[Cell, ...]] = [(cell,) for cell in known]
    guesses += [some for line in book.lines for many in (4, 3, 2) for some in combinations(line, many)]
    guesses += [tuple(projects), tuple(funds)]
    for many in (1, 2, 3):
        for columns in combinations(COLUMNS, many):
            for cells in (funds, projects, known):
                guesses.append(tuple(cell for cell in cells if cell[2] in columns))
    for column in COLUMNS:
        lines = [cell for cell in funds if cell[2] == column]
        guesses += [some for many in (2, 3) for some in combinations(lines, many)]
    guesses += [tuple(cell for cell in funds if cell[0] in line.parts) for line in form.funds.values()]
    yield from (guess for guess in dict.fromkeys(guesses) if guess)


def _ratio(book: Book, rate: tuple[Cell, Cell]) -> Decimal:
    return book.amounts[rate[0]] / book.amounts[rate[1]]


def _claimed_otherwise(book: Book, rate: tuple[Cell, Cell]) -> bool:
    """Whether the rate that the unit states is ten thousand times the one that its amounts make."""
    claim = book.claimed.get(rate)
    return claim is not None and claim > 0 and abs(_ratio(book, rate) * TIMES - claim) <= Decimal("0.005")


def _mends(book: Book, after: Book, slip: Slip, sum_: Sum) -> int:
    """How surely the guess mends a sum: 2 to the cent, 1 but for another mistake, 0 not at all."""
    moved = [cell for cell in (sum_.whole, *sum_.parts) if cell in slip.cells]
    if not moved or len(moved) == len(sum_.parts) + 1:
        return 0
    rounding = HALF_A_CENT_OF_WAN * len(moved) if slip.factor > 1 and _large(after, moved) else Decimal(0)
    least = min(abs(after.amounts[cell]) for cell in moved)
    if after.comes_out(sum_, rounding):
        return 2 if least >= 5 * book.tolerance else 0  # of less than that nothing can be told
    return int(moved == [sum_.whole] and after.about(sum_))


def _large(book: Book, cells: Iterable[Cell]) -> bool:
    return book.usual > 1 and all(abs(book.amounts[cell]) >= SURE for cell in cells)


def _breaks(book: Book, after: Book, cells: frozenset[Cell]) -> bool:
    """Whether a sum that came out no longer does, or a rate that could be no longer can."""
    for sum_ in book.sums:
        if any(cell in sum_ for cell in cells) and book.comes_out(sum_):
            slack = HALF_A_CENT_OF_WAN * (len(sum_.parts) + 1) if _large(after, (sum_.whole,)) else Decimal(0)
            if not after.comes_out(sum_, slack):
                return True
    could_be = (rate for rate in book.rates if not cells.isdisjoint(rate) and 0 < _ratio(book, rate) <= 2)
    return any(_ratio(after, rate) > HIGH or _ratio(after, rate) < Decimal("0.001") for rate in could_be)


def without_slips(form: SelfEvaluation, rulebook: Rulebook) -> tuple[SelfEvaluation, list[Noticed]]:
    """F10 元 and 万元 mixed: the form with suspected amounts unreadable, and what was noticed, once a slip.

    Good: 1000 = 620 + 380.  Bad: 10000000 beside 620 + 380.
    """
    slips = slips_of(form, rulebook)
    if not slips:
        return form, []
    entries = dict(_entries(form))
    told = [_told(form, slip, entries) for slip in slips]
    doubted = {cell for slip in slips for cell in slip.cells}
    funds = {key: replace(line, **_unreadable(line, doubted, (key, 0))) for key, line in form.funds.items()}
    projects = tuple(
        replace(project, **_unreadable(project, doubted, (PROJECT, number)))
        for number, project in enumerate(form.projects)
    )
    return replace(form, funds=funds, projects=projects), told


def _unreadable(line: FundLine | Project, doubted: set[Cell], who: tuple[str, int]) -> dict[str, Any]:
    columns = (cell[2] for cell in doubted if cell[:2] == who)
    return {column: replace(amount(line, column), value=None) for column in columns}


def _told(form: SelfEvaluation, slip: Slip, entries: Mapping[Cell, Entry[Decimal]]) -> Noticed:
    first = entries[slip.cells[0]]
    unit = form.boxes["money_unit"].value
    value = first.value or Decimal(0)
    meant = plain(value * slip.factor)
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
    return Noticed(
        first.place, first.field, first.given or None, message, advice, meant, plain(value - value * slip.factor)
    )


def _owner(form: SelfEvaluation, cell: Cell) -> str:
    return f"项目{form.projects[cell[1]].called}" if cell[0] == PROJECT else ""
