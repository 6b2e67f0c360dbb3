"""What a run comes to, counted in one pass: grades, scores, rates, money, findings. Sums are exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from msgspec import Struct, field

from perf_xlsx.consolidated.returns import (
    DEFAULT_NAME,
    POWERS,
    Identity,
    Record,
    identity,
    is_return,
    is_scored,
    line_name,
    money,
    standing,
)
from perf_xlsx.consolidated.roster_status import Received
from perf_xlsx.consolidated.scores import GradeCount, Scores, Spread
from perf_xlsx.consolidated.seen_store import SeenStore
from perf_xlsx.domain.model import AMOUNTS, STANDINGS, Standing

BANDS = (
    (Decimal(1), "100%及以上"), (Decimal("0.9"), "90%—100%"), (Decimal("0.8"), "80%—90%"),
    (Decimal("0.6"), "60%—80%"), (None, "60%以下"),
)  # fmt: skip
NO_RATE = "不能计算"
WRONG_UNIT = "F10"
BALANCE = ("initial", "adjustment", "adjusted")  # the first two make the third
EXECUTION, ADJUSTMENT = ("executed", "adjusted"), ("adjustment", "initial")  # a rate: part and whole


class LineSum(Struct):
    """One fund line over all returns of a form and year, in 万元.

    `given` counts the returns that filled an amount in; `pairs` sums, for each rate, part and whole of those
    returns that filled in both, for a rate of sums from different returns would be none. `gap` sums initial +
    adjustment - adjusted of the `whole` ones, which filled in all three.
    """

    name: str
    total: bool
    sums: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(AMOUNTS, Decimal(0)))
    given: Counter[str] = field(default_factory=Counter)
    pairs: dict[tuple[str, str], tuple[Decimal, Decimal]] = field(
        default_factory=lambda: dict.fromkeys((EXECUTION, ADJUSTMENT), (Decimal(0), Decimal(0)))
    )
    gap: Decimal = Decimal(0)
    whole: int = 0
    partial: int = 0
    returns: int = 0
    repeated: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(AMOUNTS, Decimal(0)))

    def add(self, amounts: Mapping[str, Decimal | None], repeat: bool) -> None:
        """Take in one return's amounts."""
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
        for pair, (part_sum, whole_sum) in self.pairs.items():
            part, whole = (amounts[amount] for amount in pair)
            if part is not None and whole is not None:
                self.pairs[pair] = part_sum + part, whole_sum + whole
        self.partial += any((amounts[part] is None) != (amounts[whole] is None) for part, whole in self.pairs)

    def sum_of(self, amount: str) -> Decimal | None:
        """What it comes to; None where nobody filled it in."""
        return self.sums[amount] if self.given[amount] else None

    @property
    def execution_rate(self) -> Fraction | None:
        """Executed over adjusted, of the sums."""
        return _ratio(*self.pairs[EXECUTION])

    @property
    def adjustment_rate(self) -> Fraction | None:
        """Adjustment over initial, of the sums."""
        return _ratio(*self.pairs[ADJUSTMENT])


def _ratio(part: Decimal, whole: Decimal) -> Fraction | None:
    return Fraction(part) / Fraction(whole) if whole > 0 else None


class CodeCount(Struct, frozen=True):
    """One kind of finding, at one standing (a severity, or waived): how many, and in how many workbooks."""

    code: str
    standing: Standing
    items: int
    workbooks: int


class Statistics(Struct):
    """Counts are workbooks (份). `funds` by form and year, then by line; `rows` are lines of the long tables."""

    received: int = 0
    scored: int = 0
    erroneous: int = 0
    provisional: int = 0
    repeats: bytearray = field(default_factory=bytearray)  # for each return, whether its unit's form came before
    years: Counter[str] = field(default_factory=Counter)
    rulebooks: Counter[str] = field(default_factory=Counter)
    bands: Counter[str] = field(default_factory=Counter)
    funds: dict[tuple[str, int | str], dict[str, LineSum]] = field(default_factory=dict)
    converted: int = 0
    without_unit: int = 0
    without_money: int = 0
    doubted: int = 0  # returns with amounts that seem to be in another money unit (F10)
    kinds: list[CodeCount] = field(default_factory=list)
    troubled: int = 0
    standings: Counter[str] = field(default_factory=Counter)
    spreads: list[Spread] = field(default_factory=list)
    overall: Spread | None = None
    grades: list[GradeCount] = field(default_factory=list)
    came: Received = field(default_factory=Received)
    alike: list[str] = field(default_factory=list)  # copies that are called like the consolidated workbook
    rows: Counter[str] = field(default_factory=Counter)

    @property
    def unreadable(self) -> int:
        """Workbooks that could not be read."""
        return self.received - self.scored

    @property
    def findings(self) -> int:
        """All findings."""
        return sum(kind.items for kind in self.kinds)

    @property
    def partial(self) -> bool:
        """Whether somebody filled in one amount of a rate and not the other."""
        return any(line.partial for lines in self.funds.values() for line in lines.values())

    @property
    def fine_money(self) -> bool:
        """Whether some amount has more than two decimals of 万元."""
        return any(
            int(value.as_tuple().exponent) < -2
            for lines in self.funds.values()
            for line in lines.values()
            for value in line.sums.values()
        )


def gather(records: Iterable[Record], kept: SeenStore, names: bool = True) -> Statistics:
    """Count all records; `kept` remembers what is to be told of each.

    `names`: whether to keep which units returned something.
    """
    found = Statistics(came=Received(names))
    items: Counter[tuple[str, Standing]] = Counter()
    workbooks: Counter[tuple[str, Standing]] = Counter()
    scores = Scores()
    for record in records:
        found.came.add(record)
        if not is_return(record):
            continue
        who = identity(record)
        repeat = kept.seen_before(record)
        found.received += 1
        if (copy := record.get("output") or "").startswith(Path(DEFAULT_NAME).stem):
            found.alike.append(copy)
        found.repeats.append(repeat)
        found.rows["units"] += 1
        found.rows["indicators"] += len(record.get("indicators") or ())
        found.rows["extras"] += len(record.get("extras") or ())
        _findings(found, kept, record, who, items, workbooks)
        if is_scored(record):
            _scored(found, record, who)
            _money(found, record, who, repeat)
            scores.add(record, who.form)
    found.kinds = [CodeCount(code, how, items[code, how], workbooks[code, how]) for code, how in items]
    found.kinds.sort(key=lambda kind: (STANDINGS.index(kind.standing), -kind.items, kind.code))
    found.funds = dict(sorted(found.funds.items(), key=lambda item: (item[0][0], str(item[0][1]))))
    if scores.forms:
        found.spreads, found.overall, found.grades = scores.spreads()
    return found


def _findings(
    found: Statistics, kept: SeenStore, record: Record, who: Identity, items: Counter[tuple[str, Standing]],
    workbooks: Counter[tuple[str, Standing]],
) -> None:  # fmt: skip
    here = Counter((one["code"], standing(one)) for one in record["findings"])
    if not here:
        return
    items.update(here)
    workbooks.update(here.keys())
    counts = Counter[str]()
    for (_, how), count in here.items():
        counts[how] += count
    found.standings.update(counts)
    found.rows["findings"] += sum(here.values())
    found.troubled += 1
    kept.note(who, tuple(counts[how] for how in STANDINGS))
    if counts["error"] and is_scored(record):
        found.erroneous += 1


def _scored(found: Statistics, record: Record, who: Identity) -> None:
    found.scored += 1
    found.provisional += not record["complete"]
    found.years[str(who.year)] += 1
    found.rulebooks[record.get("rulebook") or MISSING_RULEBOOK] += 1
    rate = (record.get("execution") or {}).get("rate")
    if rate is None:
        found.bands[NO_RATE] += 1
    else:
        value = Decimal(rate)
        found.bands[next(name for low, name in BANDS if low is None or value >= low)] += 1


MISSING_RULEBOOK = "未注明"


def _money(found: Statistics, record: Record, who: Identity, repeat: bool) -> None:
    funds = record.get("funds") or ()
    found.rows["funds"] += len(funds)
    unit = record.get("money_unit")
    if not funds:
        found.without_money += 1
        return
    if unit not in POWERS:
        found.without_unit += 1
        return
    found.converted += unit != "万元"
    found.doubted += any(one["code"] == WRONG_UNIT for one in record["findings"])
    lines = found.funds.setdefault((who.form, who.year), {})
    for fund in funds:
        line = lines.setdefault(fund["key"], LineSum(line_name(record.get("form"), fund), fund["total"]))
        line.add({amount: money(fund[amount], unit) for amount in AMOUNTS}, repeat)
