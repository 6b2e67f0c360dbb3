"""Units of measure of one kind but different size: a number in 天 is another one in 小时."""

from __future__ import annotations

from decimal import Decimal

from perf_xlsx.target import MONEY_UNITS

TENFOLDS = {"万": Decimal(10**4), "亿": Decimal(10**8)}
SAME = {"日": "天", "个月": "月", "公斤": "千克", "千米": "公里", "平方千米": "平方公里", "m": "米", "kg": "千克"}
KINDS = (
    frozenset(MONEY_UNITS),
    frozenset({"秒", "分钟", "小时", "天", "周", "月", "季度", "年"}),
    frozenset({"毫米", "厘米", "米", "公里"}),
    frozenset({"平方米", "亩", "公顷", "平方公里"}),
    frozenset({"克", "千克", "吨"}),
    frozenset({"毫升", "升"}),
)


def tenfold(unit: str) -> tuple[Decimal, str]:
    """How many of it a unit counts at a time, and that: 万人 is ten thousand 人. Money units are left whole."""
    if unit not in MONEY_UNITS and unit[:1] in TENFOLDS:
        return TENFOLDS[unit[0]], unit[1:]
    return Decimal(1), unit


def resized(number: Decimal, unit: str, own: str) -> Decimal:
    """A number of one unit in the other, where they differ only in 万, 亿, % and ‰; else as it is.

    Where the other is none, a mere 万 is a part of the number, and 万人 the unit.
    """
    if {unit, own} == {"%", "‰"}:
        return number / 10 if unit == "‰" else number * 10
    (size, base), (own_size, _) = tenfold(unit), tenfold(own)
    if not unit or (base and not own) or unit in MONEY_UNITS or own in MONEY_UNITS:
        return number
    return number * size / own_size


def clash(one: str, other: str) -> bool:
    """Whether two units, "per" what they may be, measure the same in different sizes."""
    first, second = (_base(unit) for unit in (one, other))
    return first != second and any(first in kind and second in kind for kind in KINDS)


def _base(unit: str) -> str:
    head = unit.partition("/")[0]
    bare = tenfold(head)[1]
    return SAME.get(bare, bare)
