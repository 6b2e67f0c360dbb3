"""A return compared with the one before it: findings mended, left and new, and changes that nobody asked for.

Only what both records hold is compared. A change counts as asked for where an earlier error or warning may have
led to it: at its row, at its column as a whole, or through a sum. Whoever only did as told is accused of nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import UNSET
from msgspec.structs import replace

from perf_xlsx.findings.asked import counted
from perf_xlsx.results.record import (
    ChangeRecord,
    FindingRecord,
    FundRecord,
    IndicatorRecord,
    Record,
    SinceRecord,
)
from perf_xlsx.system.pattern import pattern

MOST = 60  # changes that are named
LONGEST = 60  # characters of a text that is quoted
INDICATOR_LABELS = {
    "level1": "一级指标", "level2": "二级指标", "sign": "指标性质", "target": "年度指标值", "unit": "计量单位",
    "actual": "实际完成值", "weight": "分值", "claimed": "自评得分",
}  # fmt: skip
AMOUNT_LABELS = {
    "initial": "年初预算数", "adjustment": "调整数", "adjusted": "全年预算数", "executed": "全年执行数",
}  # fmt: skip
TEXT_WORDS = ("说明", "写明", "填写", "补充")  # advice that asks for a text
_ROW = pattern(r"[0-9]+\Z")

Asked = Callable[[str | None, str | None, str], bool]  # sheet, row, label


def since(record: Record, earlier: Record) -> SinceRecord:
    """What became of the earlier return's errors and warnings, and what else was changed."""
    now = _keys(record)
    left = Counter(now.values())
    fixed = []
    for found, key in zip(_own(earlier), _keys(earlier).values(), strict=True):
        if left[key]:
            left[key] -= 1
        else:
            fixed.append(found)
    before = Counter(_keys(earlier).values())
    kept = []
    for at, key in now.items():
        if before[key]:
            before[key] -= 1
            found = _own(record)[at]
            kept.append((found.code, found.cell_address))
    changed = tuple(_unasked(record, earlier))
    return SinceRecord(earlier.file or "", tuple(fixed), tuple(kept), changed[:MOST], len(changed))


def word(found: FindingRecord, compared: SinceRecord) -> str:
    """Whether a finding of a compared return was there before: 未改 or 新增."""
    return "未改" if (found.code, found.cell_address) in compared.kept else "新增"


def _own(record: Record) -> list[FindingRecord]:
    return [found for found in record.findings if counted(found)]


def _keys(record: Record) -> dict[int, tuple[str, str]]:
    """What tells findings apart though rows were moved: the code, and the indicator and column, or the cell."""
    rows = {(row.sheet, _row(row.cell)): row.name or "" for row in record.indicators or ()}
    return {
        at: (found.code, f"{rows[place]}·{found.field}")
        if (place := (found.sheet, _row(found.cell))) in rows
        else (found.code, found.cell_address)
        for at, found in enumerate(_own(record))
    }


def _row(cell: str | None) -> str | None:
    found = _ROW.search(cell or "")
    return found[0] if found else None


# ---- changes that nobody asked for ---------------------------------------------------------------------------


def _unasked(record: Record, earlier: Record) -> Iterator[ChangeRecord]:
    asked = _asked(earlier)
    yield from _indicators(record.indicators or (), earlier.indicators or (), asked)
    findings = _own(earlier)
    if not any(found.code[0] in "FR" for found in findings):
        yield from _funds(record.funds, earlier.funds)
    if not findings:
        yield from _claims(record, earlier)
    if not any(word in found.advice for found in findings for word in TEXT_WORDS):
        yield from _passages(record, earlier)
    yield from _extras(record, earlier, asked)


def _asked(earlier: Record) -> Asked:
    """Whether an earlier finding may have led to a change in that row and column."""
    named = {(row.sheet, _row(row.cell)) for row in earlier.indicators or ()}
    rows: set[tuple[str | None, str | None]] = set()
    columns: set[str] = set()
    for found in _own(earlier):
        place = found.sheet, _row(found.cell)
        rows.add(place)
        if found.correction:
            rows.add((found.correction.sheet, _row(found.correction.cell)))
        if place not in named or found.code.startswith("W"):
            columns.add(found.field or "")
    if "分值" in columns:
        columns.add("自评得分")
    return lambda sheet, row, label: (sheet, row) in rows or label in columns


def _indicators(
    now: Iterable[IndicatorRecord], then: Iterable[IndicatorRecord], asked: Asked
) -> Iterator[ChangeRecord]:
    before = _by_name(then)
    after = _by_name(now)
    for name, row in after.items():
        if name not in before:
            if not asked(row.sheet, _row(row.cell), "三级指标"):
                yield ChangeRecord(_place(row), None, f"新增指标“{_short(row.name)}”")
            continue
        old = before[name]
        for key, label in INDICATOR_LABELS.items():
            was, value = getattr(old, key), getattr(row, key)
            if was != value and not asked(old.sheet, _row(old.cell), label):
                yield ChangeRecord(f"{_place(row)}“{_short(row.name)}”{label}", _short(was), _short(value))
    for name, row in before.items():
        if name not in after and not asked(row.sheet, _row(row.cell), "三级指标"):
            yield ChangeRecord(_place(row), f"指标“{_short(row.name)}”", None)


def _by_name(rows: Iterable[IndicatorRecord]) -> Mapping[tuple[str | None, int], IndicatorRecord]:
    """Rows by name; of equal names the first, the second, and so on."""
    seen: Counter[str | None] = Counter()
    found = {}
    for row in rows:
        found[row.name, seen[row.name]] = row
        seen[row.name] += 1
    return found


def _place(row: IndicatorRecord) -> str:
    return f"{row.sheet or ''}第{_row(row.cell) or '?'}行"


def _funds(now: Iterable[FundRecord], then: Iterable[FundRecord]) -> Iterator[ChangeRecord]:
    before = {line.key: line for line in then}
    for line in now:
        old = before.get(line.key)
        for key, label in AMOUNT_LABELS.items() if old else ():
            was, value = getattr(old, key), getattr(line, key)
            if was != value:
                yield ChangeRecord(f"{line.name}·{label}", was, value)


def _claims(record: Record, earlier: Record) -> Iterator[ChangeRecord]:
    pairs = (
        ("金额单位", earlier.money_unit, record.money_unit),
        ("自评总分", earlier.claimed_total, record.claimed_total),
        ("自评等级", earlier.claimed_grade, record.claimed_grade),
    )
    return (ChangeRecord(label, was, value) for label, was, value in pairs if was != value)


def _passages(record: Record, earlier: Record) -> Iterator[ChangeRecord]:
    for number, (was, value) in enumerate(zip(earlier.passages, record.passages, strict=False), 1):
        if was != value:
            yield ChangeRecord(f"文字说明第{number}段", _short(was), _short(value))
    if len(earlier.passages) != len(record.passages):
        yield ChangeRecord("文字说明", f"{len(earlier.passages)}段", f"{len(record.passages)}段")


def _extras(record: Record, earlier: Record, asked: Asked) -> Iterator[ChangeRecord]:
    before = {(extra.table, extra.row, extra.key): extra for extra in earlier.extras}
    for extra in record.extras:
        old = before.get((extra.table, extra.row, extra.key))
        if old and old.given != extra.given and not asked(old.sheet, _row(old.cell), old.label):
            where = f"{extra.sheet or ''}!{extra.cell or ''}"
            yield ChangeRecord(f"{where}{extra.label}", _short(old.given), _short(extra.given))


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST else f"{text[:LONGEST]}…"


def first(record: Record) -> Record:
    """The record without what comparing with an earlier return says."""
    return replace(record, round=UNSET, since=UNSET)
