"""The values of a return that its findings let a unit change: what their advice touches, and what follows that.

The catalogue says of each code what its advice touches. A total follows its parts, claimed points follow a weight,
the grade follows the total: 随之更正, whether the advice says it or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from perf_xlsx.findings.catalogue import catalogue
from perf_xlsx.results.record import ExtraRecord, FindingRecord, Record
from perf_xlsx.system.pattern import pattern

INDICATOR_LABELS: Mapping[str, str] = {
    "name": "三级指标", "level1": "一级指标", "level2": "二级指标", "sign": "指标性质", "target": "年度指标值",
    "unit": "计量单位", "actual": "实际完成值", "weight": "分值", "claimed": "自评得分",
}  # fmt: skip
AMOUNT_LABELS: Mapping[str, str] = {
    "initial": "年初预算数", "adjustment": "调整数", "adjusted": "全年预算数", "executed": "全年执行数",
}  # fmt: skip
BOX_LABELS: Mapping[str, str] = {
    "money_unit": "金额单位",
    "claimed_total": "自评总分",
    "claimed_grade": "自评等级",
}
BUDGET = ("initial", "adjustment", "adjusted")  # 年初预算数＋调整数＝全年预算数
MEASURE = ("sign", "target", "unit", "actual")  # what points are computed from
BY_RATE = "按执行率"
DROPPED = "drop"  # a key of rows: that they are deleted
ROWS = ("", "rows")  # that rows are added and deleted
TEXT_WORDS = ("说明", "写明", "填写", "补充")  # advice that asks for a text
_ROW = pattern(r"[0-9]+\Z")

Value = tuple[int | str, str]  # the number of an indicator, the key of a fund line or "" for a box; its key
SheetRow = tuple[str, str]


class Touched(Struct, frozen=True, dict=True):
    """What the `findings` of an earlier return let its unit change; `converted`: the money unit was changed."""

    earlier: Record
    findings: tuple[FindingRecord, ...]
    converted: bool = False

    def holds(self, value: Value) -> bool:
        """Whether a change of this value was asked for."""
        return value in self.values

    def replaces(self, number: int) -> bool:
        """Whether another indicator may stand in the place of this one."""
        return ROWS in self.values or (number, DROPPED) in self.values

    @property
    def texts(self) -> bool:
        """Whether texts may change: they tell numbers, and reasons."""
        return bool(self.findings)

    def holds_extra(self, extra: ExtraRecord) -> bool:
        """Whether a change of what only its form knows was asked for: at its row, or as a text that explains."""
        address = f"{extra.sheet or ''}!{extra.cell or ''}"
        if address in self._addresses or (extra.sheet or "") in self._sheets or _row(address) in self._rows:
            return True
        asks = any(word in found.advice for found in self.findings for word in TEXT_WORDS)
        return extra.label in self._columns or (asks and extra.value == extra.given)

    @cached_property
    def values(self) -> frozenset[Value]:
        """All values that may change."""
        found = {value for one in self.findings for value in self._touched_by(one)}
        new = found
        while new:
            new = {value for one in new for value in self._following(one)} - found
            found |= new
        return frozenset(found)

    @cached_property
    def _places(self) -> Mapping[Value, str]:
        """The address of each value, "" where it is not known."""
        record, found = self.earlier, dict[Value, str]()
        for number, row in enumerate(record.indicators or ()):
            cells = {"name": row.cell or "", **(row.cells or {})}
            found.update(((number, key), f"{row.sheet or ''}!{cells.get(key, '')}") for key in INDICATOR_LABELS)
        for line in record.funds:
            cells = dict(line.cells or {})
            found.update(((line.key, key), f"{line.sheet or ''}!{cells.get(key, '')}") for key in AMOUNT_LABELS)
        found.update((("", key), (record.cells or {}).get(key, "")) for key in BOX_LABELS)
        return {value: "" if place.endswith("!") else place for value, place in found.items()}

    @cached_property
    def _labels(self) -> Mapping[Value, str]:
        """What findings call the values whose addresses are not known, in records of former versions."""
        names = {line.key: f"{line.name}·" for line in self.earlier.funds}
        labels = {**INDICATOR_LABELS, **AMOUNT_LABELS, **BOX_LABELS}
        return {
            (owner, key): f"{names.get(str(owner), '')}{labels[key]}"
            for (owner, key), place in self._places.items()
            if not place
        }

    @cached_property
    def _numbers(self) -> Mapping[SheetRow, list[int | str]]:
        """The indicators and fund lines that stand in a row."""
        found = defaultdict[SheetRow, list[int | str]](list)
        for (owner, _), place in self._places.items():
            if place and owner != "" and owner not in found[_row(place)]:
                found[_row(place)].append(owner)
        return found

    @cached_property
    def _addresses(self) -> frozenset[str]:
        return frozenset(place for found in self.findings for place in _addresses_of(found))

    @cached_property
    def _rows(self) -> frozenset[SheetRow]:
        return frozenset(map(_row, self._addresses))

    @cached_property
    def _sheets(self) -> frozenset[str]:
        """Sheets that a finding is about as a whole."""
        return frozenset(one.sheet or "" for one in self.findings if "sheet" in _tokens(one))

    @cached_property
    def _columns(self) -> frozenset[str]:
        """Fields of findings that are about no row of indicators."""
        return frozenset(
            one.field or "" for one in self.findings
            if one.code.startswith("W") or not any(_row(place) in self._numbers for place in _addresses_of(one))
        )  # fmt: skip

    def _touched_by(self, found: FindingRecord) -> Iterator[Value]:
        addresses = _addresses_of(found)
        own = [value for value, place in self._places.items() if place in addresses]
        owners = list(dict.fromkeys(owner for place in addresses for owner in self._numbers.get(_row(place), ())))
        own = own or [
            value for value, label in self._labels.items()
            if label == found.field and (isinstance(value[0], str) or value[0] in owners)
        ]  # fmt: skip
        for token in _tokens(found):
            yield from self._of_token(token, own, owners, found)

    def _of_token(
        self, token: str, own: list[Value], owners: list[int | str], found: FindingRecord
    ) -> Iterable[Value]:
        match token:
            case "own":
                return own
            case "sheet":
                return [value for value, place in self._places.items() if place.startswith(f"{found.sheet}!")]
            case "column":
                keys = {key for _, key in own} & AMOUNT_LABELS.keys()
                return [value for key in keys for value in self._all(key)]
            case "source":
                return [value for owner in owners or [""] for value in self._source(owner)]
            case "units":
                speaks = BOX_LABELS["money_unit"] in found.message + found.advice
                return [("", "money_unit"), *self._amounts()] if speaks else []
            case "rows":
                return [ROWS]
            case "money_unit" | "claimed_total":
                return [("", token)]
            case _ if token.endswith("*"):
                return self._all(token.removesuffix("*"))
            case _:
                return [(owner, token) for owner in owners]

    def _all(self, key: str) -> list[Value]:
        return [value for value in self._places if value[1] == key]

    def _source(self, owner: int | str) -> list[Value]:
        """What the points of an indicator, or of budget execution, are computed from."""
        if isinstance(owner, int) and not self._is_by_rate(owner):
            return [(owner, "actual")]
        return self._amounts()

    def _amounts(self) -> list[Value]:
        return [value for value in self._places if value[1] in AMOUNT_LABELS]

    def _is_by_rate(self, number: int) -> bool:
        return (self.earlier.indicators or ())[number].method == BY_RATE

    def _following(self, value: Value) -> Iterator[Value]:
        """What must change with a value."""
        owner, key = value
        if value == ROWS:
            yield from (*self._all("weight"), *self._all("claimed"), ("", "claimed_total"))
        elif key in AMOUNT_LABELS:
            yield from self._following_amount(owner, key)
        elif key == "name":  # another indicator
            yield from ((owner, other) for other in INDICATOR_LABELS)
        elif key == DROPPED:
            yield from (*self._all("weight"), ("", "claimed_total"))
        elif key in (*MEASURE, "weight"):
            yield (owner, "claimed")
        elif key == "claimed":
            yield ("", "claimed_total")
        elif key == "claimed_total":
            yield ("", "claimed_grade")
        elif key == "money_unit" and self.converted:
            yield from self._amounts()

    def _following_amount(self, owner: int | str, key: str) -> Iterator[Value]:
        """Sums of the amount, the other two of its line, points by the rate of execution."""
        for line in self.earlier.funds:
            if line.total or owner in (line.sums or {}).get(key, ()):
                yield (line.key, key)
        if key in BUDGET:
            yield from ((owner, other) for other in BUDGET)
        rows = range(len(self.earlier.indicators or ()))
        yield from ((number, "claimed") for number in rows if self._is_by_rate(number))
        yield ("", "claimed_total")


def _tokens(found: FindingRecord) -> tuple[str, ...]:
    entry = catalogue().get(found.code)
    return entry.touches if entry else ("own",)


def _addresses_of(found: FindingRecord) -> frozenset[str]:
    """The cells that a finding is about, and the one that it corrects."""
    right = found.correction
    corrected = f"{right.sheet}!{right.cell}" if right else ""
    return frozenset(filter(None, (found.cell_address if found.cell else "", corrected, *found.others)))


def _row(address: str) -> SheetRow:
    """Sheet and row of an address."""
    sheet, _, cell = address.rpartition("!")
    number = _ROW.search(cell)
    return sheet, number[0] if number else ""
