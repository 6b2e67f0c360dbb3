"""A return compared with the one before it: findings mended, waived, left and new, and what the unit changed.

Only what both records hold is compared, less what a sheet computes by itself. A change counts as asked for where
an earlier error or warning lets the unit make it (`touched`): whoever only did as told is accused of nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest

from msgspec import UNSET, Struct
from msgspec.structs import replace

from perf_xlsx.findings.asked import counted, is_for_unit
from perf_xlsx.results.record import ChangeRecord, FindingRecord, FundRecord, IndicatorRecord, Record, SinceRecord
from perf_xlsx.results.touched import AMOUNT_LABELS, BOX_LABELS, INDICATOR_LABELS, ROWS, Touched
from perf_xlsx.system.pattern import pattern

MOST = 60  # changes of each kind that are named
LONGEST = 60  # characters of a text that is quoted
TOLD, BRIEF = 3, 20  # changes in a line of words, characters of what they held
KEPT, WAIVED, NEW = "未改", "豁免", "新增"
_ROW = pattern(r"[0-9]+\Z")

FindingKey = tuple[str, str]
JudgedChange = tuple[ChangeRecord, bool]  # with whether it was asked for


# ---- findings ------------------------------------------------------------------------------------------------


class Tally(Struct, frozen=True):
    """How many findings of the return before were mended, waived since or left, and how many are new; how many
    changes nobody asked for."""

    fixed: int
    waived: int
    kept: int
    new: int
    changes: int

    def named(self) -> tuple[tuple[str, int], ...]:
        """The counts of findings by their names, those that are not 0."""
        counts = (("已改", self.fixed), (WAIVED, self.waived), (KEPT, self.kept), (NEW, self.new))
        return tuple((name, count) for name, count in counts if count)

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, key) + getattr(other, key) for key in self.__struct_fields__))


NOTHING = Tally(0, 0, 0, 0, 0)


class ComparedReturns(Struct):
    """The returns of a run that were compared with earlier ones; `changed`: where something changed unasked."""

    count: int = 0
    changed: int = 0
    tally: Tally = NOTHING

    def add(self, record: Record) -> None:
        """One more, if it was compared."""
        if record.since:
            self.count += 1
            self.changed += bool(record.since.changes)
            self.tally += tally(record)

    @property
    def findings_in_words(self) -> str:
        """How many there are, and what became of the findings of those before."""
        counts = (f"，{name}{count:,}项" for name, count in self.tally.named())
        return f"重报{self.count:,}份，与上次报送相比{''.join(counts) or '，问题没有变化'}"

    @property
    def changes_in_words(self) -> str:
        """How many changes nobody asked for; "" for none."""
        return f"{self.changed:,}份另有{self.tally.changes:,}处上次没有要求的改动" if self.changed else ""


def tally(record: Record) -> Tally:
    """What comparing a return with the one before came to."""
    if not (compared := record.since):
        return NOTHING
    words = Counter(word(found, compared) for found in record.findings)
    return Tally(len(compared.fixed), words[WAIVED], words[KEPT], words[NEW], compared.changes)


def word(found: FindingRecord, compared: SinceRecord) -> str:
    """Whether a finding was there before: 未改, 豁免 or 新增; "" where its unit owes nothing and never did."""
    known = (found.code, found.cell_address) in compared.kept
    if counted(found):
        return KEPT if known else NEW
    return WAIVED if known and found.waived else ""


def since(record: Record, earlier: Record) -> SinceRecord:
    """What became of the earlier return's errors and warnings, and what was changed."""
    fixed, kept = _compared_findings(_keyed(record), _keyed(earlier))
    changes = list(_changes(record, earlier))
    unasked = [change for change, asked in changes if not asked]
    others = [change for change, asked in changes if asked]
    return SinceRecord(
        earlier.file or "", tuple(fixed), tuple(kept), tuple(unasked[:MOST]), len(unasked), tuple(others[:MOST]),
        len(others),
    )  # fmt: skip


def _keyed(record: Record) -> list[tuple[FindingRecord, FindingKey]]:
    """What the unit is asked to act on, then what was waived of it, with what tells them apart though rows were
    moved: the code, and the indicator and column, or the cell."""
    rows = {(row.sheet, _row(row.cell)): row.name or "" for row in record.indicators or ()}
    found = sorted(filter(is_for_unit, record.findings), key=lambda one: bool(one.waived))
    keys = (
        (one.code, f"{rows[place]}·{one.field}")
        if (place := (one.sheet, _row(one.cell))) in rows
        else (one.code, one.cell_address)
        for one in found
    )
    return list(zip(found, keys, strict=True))


def _compared_findings(
    now: Sequence[tuple[FindingRecord, FindingKey]], then: Sequence[tuple[FindingRecord, FindingKey]]
) -> tuple[list[FindingRecord], list[FindingKey]]:
    """Those that are gone; and code and address of those that are left, or waived since."""
    left = Counter(key for _, key in now)
    fixed = [one for one, key in then if not _taken(left, key) and counted(one)]
    asked = Counter(key for one, key in then if counted(one))
    waived = Counter(key for one, key in then if not counted(one))
    kept = [
        (one.code, one.cell_address) for one, key in now
        if _taken(asked, key) or (counted(one) and _taken(waived, key))
    ]  # fmt: skip
    return fixed, kept


def _taken(left: Counter[FindingKey], key: FindingKey) -> bool:
    """Take one away; gives whether there was one."""
    left[key] -= 1
    return left[key] >= 0


def _row(cell: str | None) -> str | None:
    found = _ROW.search(cell or "")
    return found[0] if found else None


# ---- changes -------------------------------------------------------------------------------------------------


def _changes(record: Record, earlier: Record) -> Iterator[JudgedChange]:
    findings = tuple(filter(counted, earlier.findings))
    touched = Touched(earlier, findings, record.money_unit != earlier.money_unit)
    yield from _indicators(record.indicators or (), earlier.indicators or (), touched)
    yield from _funds(record.funds, earlier.funds, touched)
    yield from _boxes(record, earlier, touched)
    yield from _passages(record, earlier, touched)
    yield from _extras(record, earlier, touched)


def _indicators(
    now: Sequence[IndicatorRecord], then: Sequence[IndicatorRecord], touched: Touched
) -> Iterator[JudgedChange]:
    pairs = list(_paired(now, then))
    number = {id(row): at for at, row in enumerate(then)}
    for row, old in pairs:
        if row and old:
            yield from _indicator(row, old, number[id(old)], touched)
        elif row:
            name = f"新增指标“{_short(row.name)}”"
            yield (
                ChangeRecord(_place(row), None, name, _address(row.sheet, row.cell), "三级指标"),
                touched.holds(ROWS),
            )
        elif old:
            name = f"指标“{_short(old.name)}”"
            change = ChangeRecord(_place(old), name, None, _address(old.sheet, old.cell), "三级指标")
            yield change, touched.replaces(number[id(old)])


def _paired(
    now: Iterable[IndicatorRecord], then: Iterable[IndicatorRecord]
) -> Iterator[tuple[IndicatorRecord | None, IndicatorRecord | None]]:
    """Each row with the earlier one of its name; where there is none, with one at its place that lost its name."""
    before, after = _by_name(then), _by_name(now)
    left = {(row.sheet, row.cell): row for name, row in before.items() if name not in after}
    for name, row in after.items():
        yield row, before.get(name) or left.pop((row.sheet, row.cell), None)
    for row in left.values():
        yield None, row


def _by_name(rows: Iterable[IndicatorRecord]) -> Mapping[tuple[str | None, int], IndicatorRecord]:
    """Rows by name; of equal names the first, the second, and so on."""
    seen: Counter[str | None] = Counter()
    found = {}
    for row in rows:
        found[row.name, seen[row.name]] = row
        seen[row.name] += 1
    return found


def _indicator(
    row: IndicatorRecord, old: IndicatorRecord, number: int, touched: Touched
) -> Iterator[JudgedChange]:
    cells = {"name": row.cell, **(row.cells or {})}
    replaced = row.name != old.name and touched.replaces(number)
    for key, label in INDICATOR_LABELS.items():
        was, value = getattr(old, key), getattr(row, key)
        if was != value:
            box = label if key == "name" else f"“{_short(row.name)}”{label}"
            place = f"{_place(row)}{box}"
            change = ChangeRecord(place, *_quoted(was, value), _address(row.sheet, cells.get(key)), box)
            yield change, replaced or touched.holds((number, key))


def _place(row: IndicatorRecord) -> str:
    return f"{row.sheet or ''}第{_row(row.cell) or '?'}行"


def _address(sheet: str | None, cell: str | None) -> str:
    return f"{sheet or ''}!{cell}" if cell else ""


def _funds(now: Iterable[FundRecord], then: Iterable[FundRecord], touched: Touched) -> Iterator[JudgedChange]:
    """Amounts that somebody typed; of computed sums the parts have changed."""
    before = {line.key: line for line in then}
    for line in now:
        old = before.get(line.key)
        for key, label in AMOUNT_LABELS.items() if old else ():
            was, value = getattr(old, key), getattr(line, key)
            if was != value and key not in (line.computed or ()):
                box, cell = f"{line.name}·{label}", (line.cells or {}).get(key)
                yield (
                    ChangeRecord(box, was, value, _address(line.sheet or "", cell), box),
                    touched.holds((line.key, key)),
                )


def _boxes(record: Record, earlier: Record, touched: Touched) -> Iterator[JudgedChange]:
    for key, label in BOX_LABELS.items():
        was, value = getattr(earlier, key), getattr(record, key)
        if was != value and key not in (record.computed or ()):
            yield (
                ChangeRecord(label, was, value, (record.cells or {}).get(key, ""), label),
                touched.holds(("", key)),
            )


def _passages(record: Record, earlier: Record, touched: Touched) -> Iterator[JudgedChange]:
    for number, (was, value) in enumerate(zip_longest(earlier.passages, record.passages)):
        if was != value:
            box = f"文字说明第{number + 1}段"
            cell = (record.cells or {}).get(f"passages.{number}", "")
            yield ChangeRecord(box, *_quoted(was, value), cell, box), touched.texts


def _extras(record: Record, earlier: Record, touched: Touched) -> Iterator[JudgedChange]:
    before = {(extra.table, extra.row, extra.key): extra for extra in earlier.extras}
    for extra in record.extras:
        old = before.get((extra.table, extra.row, extra.key))
        if old and old.given != extra.given:
            cell = f"{extra.sheet or ''}!{extra.cell or ''}"
            change = ChangeRecord(f"{cell}{extra.label}", *_quoted(old.given, extra.given), cell, extra.label)
            yield change, touched.holds_extra(old)


def _quoted(was: str | None, now: str | None) -> tuple[str | None, str | None]:
    """Both texts, shortened; of long ones that begin alike from where they differ."""
    if was and now and max(len(was), len(now)) > LONGEST:
        same = next(
            (at for at, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), min(len(was), len(now))
        )
        if (cut := same - LONGEST // 4) > 0:
            was, now = f"…{was[cut:]}", f"…{now[cut:]}"
    return _short(was), _short(now)


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST else f"{text[:LONGEST]}…"


def unasked_in_words(compared: SinceRecord) -> str:
    """The first changes that nobody asked for, from what to what; "" where there are none."""
    told = (f"{one.place}{_brief(one.was)}→{_brief(one.now)}" for one in compared.changed[:TOLD])
    return "；".join(told) + ("等" if compared.changes > TOLD else "")


def _brief(text: str | None) -> str:
    if not text:
        return "（空）"
    return text if len(text) <= BRIEF else f"{text[: BRIEF - 1]}…"


def first(record: Record) -> Record:
    """The record without what comparing with an earlier return says."""
    return replace(record, round=UNSET, since=UNSET)
