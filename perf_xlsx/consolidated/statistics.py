"""The statistics of a run, counted in one pass: grades, scores, rates, money, findings. Sums are exact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from msgspec import Struct, field

from perf_xlsx.batch.repeated import Outcomes, Undecided, is_repeat
from perf_xlsx.batch.roster import Roster
from perf_xlsx.consolidated.line_sums import LineSum
from perf_xlsx.consolidated.long_tables import changes_listed, mending_in_words
from perf_xlsx.consolidated.returns import (
    DEFAULT_NAME,
    MONEY_UNIT,
    POWERS,
    ReturnIdentity,
    counts_years_money,
    is_read,
    is_return,
    is_scored,
    line_name,
    recorded_amount,
    return_identity,
    return_place,
    returned_file_name,
)
from perf_xlsx.consolidated.roster_status import RosterComparison, RosterStatus
from perf_xlsx.consolidated.scores import GradeCount, ScoreStatistics, Spread
from perf_xlsx.consolidated.troubled_store import Troubled, TroubledStore
from perf_xlsx.domain.model import STANDINGS, Standing
from perf_xlsx.findings.asked import UNUSUAL_SIZE, WRONG_UNIT
from perf_xlsx.receipts.receipt import receipt_of
from perf_xlsx.results.comparison import ComparedReturns
from perf_xlsx.results.record import Record
from perf_xlsx.results.result_in_words import TO_MEND, UNDECIDED
from perf_xlsx.sheets import style as s

OPTIONAL = frozenset(("单位编码", "主管部门", "项目", "已豁免", "与上次比", "报送次数"))
BANDS = (
    (Decimal(1), "100%及以上"), (Decimal("0.9"), "90%—100%"), (Decimal("0.8"), "80%—90%"),
    (Decimal("0.6"), "60%—80%"), (None, "60%以下"),
)  # fmt: skip
NO_RATE = "不能计算"
NAMED = 3  # files of a year that few returns have
NO_RULEBOOK = "未注明"

Compared = tuple[str, str, tuple[str, ...]]  # a line, the column, and the lines that the engine compares it with


class ComparedSum(Struct):
    """A line of some returns and the lines that its amount was compared with the sum of, in 万元."""

    returns: int = 0
    whole: Decimal = Decimal(0)
    parts: Decimal = Decimal(0)


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
    checked: int = 0  # read, and not scored because they hold no points
    provisional: int = 0
    with_claims: int = 0  # whose total holds points that only the unit gave
    repeats: int = 0  # returns of a form that their unit had returned before
    outcomes: Outcomes = field(default_factory=Outcomes)
    compared: ComparedReturns = field(default_factory=ComparedReturns)
    years: Counter[str] = field(default_factory=Counter)
    files: dict[str, list[str]] = field(default_factory=dict)  # of each year, the first
    rulebooks: Counter[str] = field(default_factory=Counter)
    bands: Counter[str] = field(default_factory=Counter)
    funds: dict[tuple[str, int | str], dict[str, LineSum]] = field(default_factory=dict)
    parts: dict[tuple[str, int | str], dict[Compared, ComparedSum]] = field(default_factory=dict)
    converted: int = 0
    without_unit: int = 0
    without_money: int = 0
    doubted: int = 0  # returns with amounts that seem to be in another money unit (F10)
    of_unusual_size: int = 0  # returns with amounts of a size that few forms have (F11), which count
    codes: list[CodeCount] = field(default_factory=list)
    troubled: int = 0
    standings: Counter[str] = field(default_factory=Counter)
    spreads: list[Spread] = field(default_factory=list)
    overall: Spread | None = None
    grades: list[GradeCount] = field(default_factory=list)
    roster: RosterStatus = field(default_factory=RosterStatus)
    alike: list[str] = field(default_factory=list)  # copies that are called like the consolidated workbook
    rows: Counter[str] = field(default_factory=Counter)
    sender: str = ""  # who has it made
    filled: set[str] = field(default_factory=set)  # the columns among OPTIONAL that some return has a value for

    @property
    def idle(self) -> frozenset[str]:
        """The columns that are empty on every row: they are hidden."""
        return OPTIONAL - self.filled

    @property
    def to_mend(self) -> int:
        """Forms that go back because of their errors, or of points or money that are open."""
        return self.outcomes.counts[TO_MEND]

    @property
    def to_decide(self) -> int:
        """Forms that the officer decides on before anything goes back."""
        return self.outcomes.counts[UNDECIDED]

    @property
    def undecided(self) -> Undecided:
        """The forms that came more than once."""
        return self.outcomes.undecided

    @property
    def unreadable(self) -> int:
        """Workbooks that could not be read."""
        return self.received - self.scored - self.checked

    @property
    def findings(self) -> int:
        """All findings."""
        return sum(kind.items for kind in self.codes)

    @property
    def partial(self) -> bool:
        """Whether somebody filled in one amount of a rate and not the other."""
        return any(line.partial for lines in self.funds.values() for line in lines.values())

    @property
    def of_years(self) -> list[tuple[int, int]]:
        """The years that returns name, each with how many do: that of most first, else the latest."""
        known = ((int(year), count) for year, count in self.years.items() if year.isdecimal())
        return sorted(known, key=lambda one: (-one[1], -one[0]))

    @property
    def head(self) -> str:
        """What each printed page begins with: of what it is, for which years, by whom."""
        years = [year for year, _ in self.of_years]
        return "　".join(filter(None, (s.of_years("绩效自评汇总", years), self.sender)))


def gather(records: Iterable[Record], roster: Roster | None, troubled: TroubledStore) -> Statistics:
    """Count all records, compare them with the list, and store the returns with findings."""
    found = Statistics()
    comparison, kinds, scores = RosterComparison(roster), _CodeCounts(), ScoreStatistics()
    for record in records:
        comparison.add(record)
        if not is_return(record):
            continue
        who = return_identity(record)
        _count_return(found, record)
        found.filled |= {head for head, text in _optional(record, who) if text}
        counts = kinds.add(record)
        if any(counts):
            found.troubled += 1
            rank, file = record.listed_row or None, returned_file_name(record.file or "")
            troubled.add(
                Troubled(who, counts, mending_in_words(record), file, record.output, rank, return_place(record))
            )
        if is_read(record):
            _count_read(found, record, who)
        if counts_years_money(record):
            _add_money(found, record, who)
        if is_scored(record):
            found.scored += 1
            found.provisional += not record.complete
            found.with_claims += bool(record.claimed_rows)
            found.bands[_band(record)] += 1
            scores.add(record, who.form)
    found.roster, found.codes, found.standings = comparison.status, kinds.sorted(), kinds.standings
    found.rows["findings"], found.rows["troubled"] = found.findings, found.troubled
    found.rows["outstanding"] = found.roster.named
    found.funds = dict(sorted(found.funds.items(), key=lambda item: (item[0][0], str(item[0][1]))))
    if scores.forms:
        found.spreads, found.overall, found.grades = scores.spreads()
    return found


def _optional(record: Record, who: ReturnIdentity) -> tuple[tuple[str, object], ...]:
    """The columns that whole batches leave empty, with what a record has for them."""
    waived = any(found.waived for found in record.findings)
    return (
        ("单位编码", who.code), ("主管部门", who.supervisor), ("项目", who.project), ("已豁免", waived),
        ("与上次比", record.since), ("报送次数", record.round),
    )  # fmt: skip


class _CodeCounts:
    """Findings by code and standing."""

    def __init__(self) -> None:
        self.items: Counter[tuple[str, Standing]] = Counter()
        self.workbooks: Counter[tuple[str, Standing]] = Counter()
        self.standings: Counter[str] = Counter()

    def add(self, record: Record) -> tuple[int, ...]:
        """Count a record's findings; gives their numbers in the order of STANDINGS."""
        own = Counter((found.code, found.standing) for found in record.findings)
        self.items.update(own)
        self.workbooks.update(own.keys())
        standings = Counter(found.standing for found in record.findings)
        self.standings.update(standings)
        return tuple(standings[standing] for standing in STANDINGS)

    def sorted(self) -> list[CodeCount]:
        """The gravest first, then the most frequent."""
        kinds = [CodeCount(*kind, count, self.workbooks[kind]) for kind, count in self.items.items()]
        return sorted(kinds, key=lambda kind: (STANDINGS.index(kind.standing), -kind.items, kind.code))


def _count_return(found: Statistics, record: Record) -> None:
    found.received += 1
    found.repeats += is_repeat(record)
    found.outcomes.add(record)
    if (copy := record.output or "").startswith(Path(DEFAULT_NAME).stem):
        found.alike.append(copy)
    found.rows["units"] += 1
    found.rows["indicators"] += len(record.indicators or ())
    found.rows["extras"] += len(record.extras)
    found.rows["changes"] += changes_listed(record)
    found.compared.add(record)
    found.rows["receipts"] += receipt_of(record) is not None


def _count_read(found: Statistics, record: Record, who: ReturnIdentity) -> None:
    found.checked += not is_scored(record)
    found.years[str(who.year)] += 1
    named = found.files.setdefault(str(who.year), [])
    if len(named) < NAMED and (file := f"{returned_file_name(record.file or '')}{record.which}") not in named:
        named.append(file)
    found.rulebooks[record.rulebook or NO_RULEBOOK] += 1


def _band(record: Record) -> str:
    if record.execution is None or record.execution.rate is None:
        return NO_RATE
    rate = Decimal(record.execution.rate)
    return next(name for low, name in BANDS if low is None or rate >= low)


def _add_money(found: Statistics, record: Record, who: ReturnIdentity) -> None:
    unit = record.money_unit
    found.rows["funds"] += len(record.funds)
    if not record.funds:
        found.without_money += 1
        return
    if unit not in POWERS:
        found.without_unit += 1
        return
    found.converted += unit != MONEY_UNIT
    found.doubted += any(one.code == WRONG_UNIT for one in record.findings)
    found.of_unusual_size += any(one.code == UNUSUAL_SIZE and one.standing == "warning" for one in record.findings)
    lines = found.funds.setdefault((who.form, who.year), {})
    for fund in record.funds:
        line = lines.setdefault(fund.key, LineSum(line_name(record.form, fund), fund.total))
        line.add(fund, unit, who.unit, is_repeat(record))
    _add_parts(found.parts.setdefault((who.form, who.year), {}), record)


def _add_parts(found: dict[Compared, ComparedSum], record: Record) -> None:
    """Add the sums that the engine compared on one form."""
    amounts = {fund.key: fund for fund in record.funds}
    for fund in (fund for fund in record.funds if fund.sums):
        for column, keys in (fund.sums or {}).items():
            known = [amounts[key] for key in (fund.key, *keys) if key in amounts]
            values = [recorded_amount(getattr(one, column), record.money_unit) for one in known]
            if len(known) == len(keys) + 1 and None not in values:
                own = found.setdefault((fund.key, column, keys), ComparedSum())
                own.returns += 1
                own.whole += values[0] or 0
                own.parts += sum((value or Decimal(0) for value in values[1:]), Decimal(0))
