"""An indicator's row on an official layout, where sign, unit and kind may be in the target itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.judgement import judged
from perf_xlsx.domain.model import Entry, Indicator, Severity, made_of
from perf_xlsx.domain.quantity import (
    DIRECTIONS,
    OPPOSITE,
    Quantity,
    is_blank,
    is_time,
    marked_number,
    normalise,
    parse_quantity,
    parse_sign,
    parse_target,
    same_label,
    unit_name,
)
from perf_xlsx.domain.rounding import plain
from perf_xlsx.domain.units import Manner, hundredfold, row_unit
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.cells import (
    WORDED,
    CellReader,
    RowUnit,
    around,
    numbers_in_lines,
    small_by_nature,
    unit_shown,
)
from perf_xlsx.reading.judged_in_words import dated_target, needs_no_target
from perf_xlsx.reading.layout import OfficialParts
from perf_xlsx.reading.official.labels import core
from perf_xlsx.reading.official.prompts import behind_prompt
from perf_xlsx.reading.official.rows import bare_name, marks_behind
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scoring.indicator import score_indicator
from perf_xlsx.system.pattern import pattern

_DENIES, _LONGEST_NAME = tuple("不未无非"), 12
_MARKS = pattern(r"[（(]\s*\d+(?:\.\d+)?\s*分\s*[）)]|\s")
HUNDRED = Decimal(100)
IN_WORDS = "请只填数字和单位，说明写在“偏差原因”一栏；不能用数字衡量的，指标值请用文字写明。"
CONFIRM = "请核对；如不对，请改填完整的数字和单位。"

OfficialRow = Mapping[str, Entry[Any]]


def official_indicator(cells: CellReader, official: OfficialParts, row: OfficialRow) -> Indicator:
    """The indicator of a row; everything doubtful about it is reported."""
    return _OfficialRow(cells, official.kind, official.indicators.columns, row).indicator()


class _OfficialRow:
    """Makes an indicator of a row's entries. `columns` are those that the layout has."""

    def __init__(
        self, cells: CellReader, kind: OfficialForm, columns: Mapping[str, int], entries: OfficialRow
    ) -> None:
        self.texts, self.numbers, self.rates, self.findings = (
            cells.texts,
            cells.numbers,
            cells.rates,
            cells.findings,
        )
        self.kind, self.columns = kind, columns
        self.worded = WORDED if "sign" in columns else IN_WORDS
        self.row: dict[str, Entry[Any]] = dict(entries)

    def indicator(self) -> Indicator:
        """The indicator; everything doubtful about it is reported."""
        row = self.row
        self._clear()
        if (count := self._indicators_in_row()) > 1:
            return self._several(count)
        row["target"] = dated_target(row["name"].given, row["target"], row["unit"])
        target = self._quantity("target")
        if "sign" not in self.columns:
            row["sign"] = self._unknown_sign()
        elif row["sign"].value in self.kind.quantities:  # a number, but not which way
            row["sign"] = replace(row["sign"], value=None, given="")
        if isinstance(row["target"].value, str) and marked_number(row["target"].value):
            row["target"], _ = self.numbers.quantity(row["target"])
        elif needs_no_target((row["level1"], row["level2"]), row["sign"], row["target"], row["actual"]):
            row["sign"] = replace(row["sign"], value="定性")
            row["actual"] = self.texts.judged(row["actual"], row["target"], printed=True)
        elif row["sign"].value == "定性" or (target is None and isinstance(row["target"].value, str)):
            self._judged()
        elif target is not None:
            self._measured(target)
        return made_of(Indicator, row)

    def _indicators_in_row(self) -> int:
        """How many indicators share the row, each with a line in its cells; one or none otherwise."""
        counts = {numbers_in_lines(self.row[key].given) for key in ("weight", "claimed_points") if key in self.row}
        own = {numbers_in_lines(self.row[key].given) for key in ("target", "actual") if key in self.row}
        return max(counts & own, default=0)

    def _several(self, count: int) -> Indicator:
        """A row with several indicators in its cells, none of which can be told from the others."""
        row = self.row
        self.findings.several(row["target"], count)
        for key in ("target", "actual", "midyear"):
            row[key] = replace(row[key], value=None)
        return made_of(Indicator, row)

    def _clear(self) -> None:
        """Clear the entries of what the form prints, and take one target and one sign of two."""
        row = self.row
        row["name"] = _renamed(row["name"], bare_name(row["name"].given))
        for key in ("level1", "level2"):
            row[key] = _renamed(row[key], _MARKS.sub("", row[key].given))
        if "improvement" not in self.columns:  # reason and improvement share one column
            row["improvement"] = replace(row["reason"], field="改进措施")
        for key in ("reason", "improvement"):
            row[key] = _renamed(row[key], behind_prompt(row[key].given, self.kind.prompts))
        self._adjusted_target()
        unit = normalise(row["unit"].given)
        if "(" in unit and "(" not in unit_name(unit):  # %（百分比）
            row["unit"] = _renamed(row["unit"], unit_name(unit))
        for key in ("target", "actual"):
            row[key] = self._without_name(row[key])
        self._second_sign()
        self._parts_of_actual()
        for key in ("target", "actual", "midyear", "unit"):
            if isinstance(row[key].value, str) and is_blank(row[key].given):
                row[key] = replace(row[key], value=None, given="")

    def _without_name(self, entry: Entry[Any]) -> Entry[Any]:
        """A number without the indicator's name that was typed before it once more: 满意度达到90% (R12)."""
        if not isinstance(entry.value, str) or parse_target(entry.value) is not None:
            return entry
        rest = _after_name(normalise(entry.value), same_label(self.row["name"].given))
        if parse_target(rest) is None:
            return entry
        message = f"{entry.field}填“{entry.given}”，重复了指标名称，按“{rest}”读取。"
        self.findings.about("R12", entry, message, "可以不改；建议只填数字和单位。", rest, "notice")
        return replace(entry, value=rest)

    def _unknown_sign(self) -> Entry[Any]:
        """The sign on a layout without signs; it may be in a target that cannot be read."""
        target = self.row["target"]
        return Entry(None, target.place, target.given if target.unreadable else "", "指标性质")

    def _adjusted_target(self) -> None:
        """A target that was changed in the year takes the place of the first one, where it was filled in."""
        changed = self.row.pop("adjusted_target", None)
        if changed is not None and changed.unreadable:
            self.row["target"] = changed
        elif changed is not None and not is_blank(changed.given):
            message = f"“{self.row['name'].given}”有调整后的指标值{changed.given}，按它评分。"
            self._doubt(changed, message, "可以不改；请核对调整是否经过批准。", changed.given)
            self.row["target"] = changed

    def _second_sign(self) -> None:
        """Of two columns of signs take the one with a sign; a direction (正向) in the other confirms it."""
        second = self.row.pop("second_sign", None)
        if second is None or second.empty:
            return
        first = self.row["sign"]
        plain_first, plain_second = map(self._is_direction, (first, second))
        if plain_first and not plain_second:
            first, second = second, first
        self.row["sign"] = first
        opposed = str(second.value) in OPPOSITE.get(str(first.value), ())
        if opposed or (not plain_first and not plain_second and first.value != second.value):
            self.row["sign"] = replace(first, value=None)
            message = (
                f"“{self.row['name'].given}”的{first.field}填“{first.given}”，{second.field}填“{second.given}”，"
                "两者矛盾，该指标暂不评分。"
            )
            self._doubt(first, message, "请核对指标性质，两栏填写一致。", "")

    def _parts_of_actual(self) -> None:
        """The actual value with the sign and unit of its own columns, where they are not the row's: 1.2 | 万人."""
        row = self.row
        sign, unit = (row.pop(f"actual_{part}", None) for part in ("sign", "unit"))
        actual = row["actual"]
        if actual.empty or actual.unreadable:
            return
        target = self._quantity("target") or Quantity(Decimal(0))
        before, behind = self._own_sign(sign, target), self._own_unit(unit, target)
        bare = parse_quantity(actual.given)
        if (before or behind) and bare and not bare.unit and not bare.sign:
            row["actual"] = replace(actual, value=f"{before}{actual.given}{behind}")

    def _own_sign(self, sign: Entry[Any] | None, target: Quantity) -> str:
        """The sign of the actual value where it says more than the target's; 92 and = 92 are the same."""
        found = parse_sign(_text(sign)) or ""
        return "" if found in ("=", "定性", self.row["sign"].value or target.sign) else found

    def _own_unit(self, unit: Entry[Any] | None, target: Quantity) -> str:
        """The unit of the actual value where it is another than the row's; it is the row's where that has none."""
        own, stated = unit_name(_text(unit)), unit_name(self.row["unit"].value or "") or target.unit
        if unit and own and not stated:
            self.row["unit"], stated = replace(unit, field=self.row["unit"].field), own
        return "" if own in (stated, target.unit) else own

    def _is_direction(self, sign: Entry[Any]) -> bool:
        """Whether it is no sign: empty, a direction, or only that it is a number."""
        return sign.empty or core(sign.given) in {*DIRECTIONS, *self.kind.quantities}

    # ---- in words --------------------------------------------------------------------------------------------

    def _judged(self) -> None:
        """A target in words is judged, never measured: its actual is one of the bands' words, however put."""
        target, actual, sign = self.row["target"], self.row["actual"], self.row["sign"]
        found = judged(target.given, actual.given, self.texts.year)
        what = f"“{self.row['name'].given}”的指标值“{target.given}”"
        if sign.value not in (None, "定性"):
            message = f"{what}不是数字，不能按“{sign.value}”计算，按定性指标读取。"
            self._doubt(target, message, "请在指标值中填数字，或把指标性质改为“定性”。", "定性")
        elif is_time(str(target.value)) and not (found.judgement and found.by_target):
            message = f"{what}是时间，不能按比例计分，按定性指标（是否达成）读取。"
            severity: Severity = "warning" if found.judgement else "notice"  # what nothing judges is asked by R13
            self._doubt(target, message, "可以不改；请核对。", "定性", severity)
        self.row["sign"] = Entry("定性", sign.place, sign.given, sign.field)
        self.row["actual"] = self.texts.judged(actual, target, printed=True)

    # ---- in numbers ------------------------------------------------------------------------------------------

    def _quantity(self, key: str) -> Quantity | None:
        """A value as a number with the sign and unit around it, even if only the cell's format shows them."""
        entry = self.row[key]
        if isinstance(entry.value, Decimal):
            return Quantity(entry.value, "", unit_shown(entry))
        return parse_target(entry.value) if isinstance(entry.value, str) else None

    def _measured(self, target: Quantity) -> None:
        row = self.row
        if row["sign"].empty and target.sign:
            row["sign"] = Entry(target.sign, row["target"].place, "", "指标性质")
        read: dict[str, Quantity | None] = {}
        target_entry = row["target"]
        for key in ("target", "midyear", "actual"):
            row[key], read[key] = self.numbers.quantity(row[key], target_entry, self.worded)
        units = self._units(read["target"], read["actual"])
        for key, other in (("target", "actual"), ("midyear", "target"), ("actual", "target")):
            if (quantity := read[key]) is not None:
                read[key] = self._whole_percent(key, quantity, units, read[other])
                row[key] = self.numbers.quantified(row[key], read[key], units, read[other], self._tell)
        if units.unit == "%" and units.stated:
            shares = {key: row[key] for key in ("target", "midyear", "actual")}
            small = small_by_nature(row["name"].given, units.sign, row["target"].value)
            row.update(self.rates.shares(shares, row["claimed_completion"], True, small))

    def _units(self, target: Quantity | None, actual: Quantity | None) -> RowUnit:
        """The row's unit: that of its column, else the one behind its numbers, which is then noted."""
        row = self.row
        stated = unit_name(row["unit"].value or "")
        unit = row_unit(stated, target, actual)
        if not row["unit"].given:
            row["unit"] = Entry(unit or None, row["target"].place, unit, "计量单位")
        return RowUnit(unit, unit == stated != "", row["sign"].value or "")

    def _whole_percent(self, key: str, read: Quantity, units: RowUnit, other: Quantity | None) -> Quantity:
        """0.98 beside 95%, and 1.2 beside 100%, are read as 98% and 120%, and reported."""
        entry = self.row[key]
        bare = not read.unit and units.unit == "%" and not units.stated
        if not bare or other is None or other.number <= 1:
            return read
        if not (0 < read.number <= 1 or hundredfold(read.number, other.number)):
            return read
        number = read.number * HUNDRED
        message = f"{entry.field}填{entry.given}，而指标以%计，按{plain(number)}%读取。"
        self._doubt(entry, message, CONFIRM, f"{plain(number)}%")
        return Quantity(number, read.sign, "%")

    def _tell(self, entry: Entry[Any], read: Quantity, quantity: Quantity, units: RowUnit, manner: Manner) -> None:
        """Report what a number's text holds besides, where the layout has a column for it, or it does not fit."""
        extra = self._is_extra(entry, read, units, manner)
        if extra or read.mark:
            self.findings.trimmed(entry, quantity, "extra" if extra else "", around(read, units))
        elif read.cleaned or quantity.number != read.number or self._has_own_column(entry, read):
            self.findings.cleaned(entry, quantity.number)

    def _is_extra(self, entry: Entry[Any], read: Quantity, units: RowUnit, manner: Manner) -> bool:
        """Whether its unit or sign is another than that of its row."""
        midyear = entry.field == self.row["midyear"].field
        other_unit = bool(read.unit) and not units.stated and self.row["unit"].given not in ("", units.unit)
        return other_unit or manner != "same" or (read.sign not in ("", units.sign) and not midyear)

    def _has_own_column(self, entry: Entry[Any], read: Quantity) -> bool:
        """Whether its sign or unit belongs in a column of its own."""
        own_sign = entry.field == self.row["target"].field and "sign" not in self.columns
        return bool(read.sign and not own_sign) or bool(read.unit and "unit" in self.columns)

    def _doubt(
        self, entry: Entry[Any], message: str, advice: str, expected: str, severity: Severity = "warning"
    ) -> None:
        self.findings.about("R19", entry, message, advice, expected, severity)


def _after_name(text: str, name: str) -> str:
    """What follows the part of the name that a text begins with; "" where that is none, or is denied there."""
    sizes = range(min(len(text) - 1, _LONGEST_NAME), 1, -1)
    size = next((size for size in sizes if text[:size] in name), 0)
    denied = not size or name.partition(text[:size])[0].endswith(_DENIES)
    return "" if denied else text[size:].lstrip(":为是")


def _text(entry: Entry[Any] | None) -> str:
    """What stands in a cell, but for a dash."""
    return "" if entry is None or is_blank(entry.given) else entry.given


def _renamed(entry: Entry[Any], text: str) -> Entry[Any]:
    """The entry with a text cleared of what the form itself printed around it."""
    return replace(entry, value=text or None, given=text) if entry.value is not None else entry


def weights_in_names(
    indicators: Sequence[Indicator], execution: Decimal, rulebook: Rulebook
) -> Sequence[Indicator] | None:
    """Indicators with the weights behind their names, of a form without a column for them: 相关性（5分）.

    None unless every name has one and they make the full score.
    """
    marks = [marks_behind(row.name.given) for row in indicators]
    weights = [weight for _, weight in marks if weight is not None]
    full = rulebook.number("total.points")
    if not weights or len(weights) < len(marks) or sum(weights) not in (full, full - execution):
        return None
    return [
        replace(
            row,
            name=_renamed(row.name, text),
            weight=replace(row.weight, value=weight, place=row.name.place, given=plain(weight)),
        )
        for row, (text, _), weight in zip(indicators, marks, weights, strict=True)
    ]


def weights_from_claims(
    indicators: Sequence[Indicator], execution: Decimal, rulebook: Rulebook
) -> Iterable[Entry[Decimal]] | None:
    """Weights where a form has no column for them, as far as the claims prove them; else None.

    They do where every target is met and the points with those of execution make the full score: points cannot
    exceed their weights, and the weights cannot exceed the full score.
    """
    zero = Decimal(0)
    points = [row.claimed_points.value or zero for row in indicators]
    full = min(points, default=zero) > 0 and sum(points, execution) == rulebook.number("total.points")
    if not full or not all(score_indicator(row, None, rulebook).met for row in indicators):
        return None
    return [replace(row.claimed_points, field="分值") for row in indicators]
