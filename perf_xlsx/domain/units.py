"""Units of measure: what they count, in which size, and how a number converts from one to another.

Units that measure the same and are exact multiples convert. Where units do not compare, or not for sure, a number
has no value in the row's unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

from msgspec import Struct

from perf_xlsx.domain.quantity import Quantity, unit_name
from perf_xlsx.domain.rounding import exact
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import vocabulary

_UNITS = vocabulary("units")
MULTIPLIERS: dict[str, int] = _UNITS["multipliers"]
SHARE = "比率"
MOST_PARTS = 6  # multipliers and words around one unit: 万千瓦, 万余人
_LETTERS: dict[str, str] = _UNITS["letters"]
CURRENCY = frozenset(_UNITS["words"]["currency"])
_CANONICAL = {other: name for name, others in _UNITS["synonyms"].items() for other in others}
_ABOUT, _AROUND, _ROUGHLY = (tuple(_UNITS["words"][key]) for key in ("about", "around", "roughly"))
_MORE = pattern(rf"[{''.join(MULTIPLIERS)}]*(?:{'|'.join(_ABOUT)})")  # 余人, 万多人
TIME, YEAR = "时间", "年"
A_TENTH = Decimal("0.1")  # how far off 左右 may be

# A letter multiplies 人, not another letter: 3k人, but km.
_MULTIPLIED = pattern("|".join(rf"{word}{'(?=$|[+一-鿿])' if word.isascii() else ''}" for word in MULTIPLIERS))

_SYMBOL = pattern(r"[^一-鿿]*")  # letters that a unit begins with: the G of G带宽

_VAGUE = (*_ABOUT, *_AROUND)  # 100余人 is reported
TEN_THOUSAND = 10_000  # what people also count in: 万人
ALIKE = Fraction(5)  # times: closer numbers of one row are taken as in one unit
NEAR = Fraction(5, 4)  # times: the same where units differ less than a hundredfold
FAR = 20  # times: a larger overshoot without a unit is doubted
TWICE = Fraction(2)  # times: and those of one size in another unit than stated
A_FEW = 5  # times the whole: no fraction is more
ONE_SIZE = 20  # times: percents and fractions of one row are further apart
IMPLAUSIBLE_RATE = 2_000  # executed ÷ budget; nobody spends that, so one of them is in another money unit
DISTINCT = 10  # times: 7天 are a 周, but nobody means weeks by a bare number


class Scale(NamedTuple):
    """Units that are exact multiples of one another: each with how many of the smallest it is."""

    dimension: str
    sizes: dict[str, int]


_KNOWN = [Scale(kind["name"], sizes) for kind in _UNITS["kinds"] for sizes in kind["sizes"]]
_SCALES = {name: scale for scale in _KNOWN for name in scale.sizes}


class Measure(Struct, frozen=True):
    """A unit taken apart: 万元/公里 is ten thousand ("times") 元 ("name") per 公里.

    `name` is "" for a mere multiplier, and a word like 人 where `scale` is None.
    """

    times: int
    name: str
    per: str

    @property
    def scale(self) -> Scale | None:
        """The units that it converts to."""
        return _SCALES.get(self.name)

    @property
    def dimension(self) -> str:
        """What it measures: "" for things that are counted."""
        return self.scale.dimension if self.scale else ""

    @property
    def size(self) -> int:
        """How many of the smallest unit it is."""
        return self.times * (self.scale.sizes[self.name] if self.scale else 1)

    @property
    def mere(self) -> bool:
        """Whether it only multiplies: 万."""
        return not self.name and not self.per and self.times > 1


Manner = Literal["same", "resized", "renamed"]


class Fit(NamedTuple):
    """A number in its row's unit: as it was, converted, or as it was under another word; None where it is none."""

    number: Decimal | None
    manner: Manner = "same"


@lru_cache(1 << 12)
def measure(unit: str) -> Measure:
    """Take apart a unit as it is typed."""
    head, _, per = unit_name(unit).partition("/")
    times, name = _taken_apart(head)
    below, under = _taken_apart(per.removeprefix(_UNITS["words"]["per"]))
    return Measure(times, name, f"{'' if below == 1 else below}{under}")


def _taken_apart(text: str) -> tuple[int, str]:
    """The multiplier of a unit, and its name without words for how exact the number is."""
    times, name = 1, text
    for _ in range(MOST_PARTS):
        name = _CANONICAL.get(name, name)
        if name in _SCALES:
            break
        if (found := _MULTIPLIED.match(name)) is not None:
            times, name = times * MULTIPLIERS[found[0]], name[1:]
        elif name == (bare := _without(name)):
            break
        else:
            name = bare
    return times, name


def _without(name: str) -> str:
    """The name without a word before it, or behind."""
    if name[:1] in _ABOUT and name[1:]:
        return name[1:]
    return _exactly(name)


def _exactly(unit: str) -> str:
    """The unit without a word that says how exact the number is: 人左右."""
    return next((unit.removesuffix(word) for word in _AROUND if unit.endswith(word) and unit != word), unit)


def fit(number: Decimal, unit: str, own: str) -> Fit:
    """Convert a number with a unit to a row's own unit; either unit may be ""."""
    if not unit or unit == own:
        return Fit(number)
    one, other = _measure_next_to(unit, own), measure(own)
    if one == other:
        return Fit(number, "renamed" if _is_vaguer(unit, own) else "same")
    if one.mere:
        found = _fit_multiplier(number, one, other)
        return found if own else Fit(found.number)
    if not own:
        return Fit(number)
    if other.mere and not one.dimension:
        return _resized(number, Fraction(one.times, other.times))
    return _fit_units(number, one, other)


def _is_vaguer(unit: str, own: str) -> bool:
    return any(word in unit and word not in own for word in _VAGUE)


def _fit_multiplier(number: Decimal, one: Measure, other: Measure) -> Fit:
    """Convert from a mere multiplier (万)."""
    return Fit(None) if other.dimension == SHARE else _resized(number, Fraction(one.times, other.times))


def _fit_units(number: Decimal, one: Measure, other: Measure) -> Fit:
    """Convert between two units that are more than multipliers."""
    manner, alike = _compared(one, other), one.scale is other.scale
    factor = Fraction(one.size, other.size) if alike else Fraction(one.times, other.times)
    if manner is None or (manner == "renamed" and factor != 1 and not set(one.name) & set(other.name)):
        return Fit(None)
    return _resized(number, factor) if factor != 1 or manner == "same" else Fit(number, manner)


def _resized(number: Decimal, factor: Fraction) -> Fit:
    return Fit(number) if factor == 1 else Fit(exact(Fraction(number) * factor), "resized")


def _measure_next_to(unit: str, own: str) -> Measure:
    """Take a unit apart; a letter means what the other unit suggests: W is 万 with people, watts with kW."""
    named = _LETTERS.get(unit)
    return measure(named if named and _SCALES[named].dimension == measure(own).dimension else unit)


def _compared(one: Measure, other: Measure) -> Manner | None:
    """Whether two units compare: they measure the same, or count things under other words."""
    if _per_other_things(one, other):
        return None
    if one.scale is other.scale and (one.scale or one.name == other.name):
        return "same" if one.per == other.per else "renamed"
    alike = _extends(one, other) if one.dimension or other.dimension else not _have_other_symbols(one, other)
    return "renamed" if alike else None


def _have_other_symbols(one: Measure, other: Measure) -> bool:
    """Whether two unknown units have different symbols: G and M are not two words for one thing."""
    return len({_symbol(one), _symbol(other)} - {""}) > 1


def _extends(one: Measure, other: Measure) -> bool:
    """Whether only one of two units is known, and the other is its name with more words behind."""
    known, word = (one, other) if one.dimension else (other, one)
    return not word.dimension and word.name.startswith(known.name) and one.times == other.times


def _per_other_things(one: Measure, other: Measure) -> bool:
    """Whether they are per different things; one may leave it out, but not a time (次/季度)."""
    if one.per == other.per:
        return False
    return bool(one.per and other.per) or one.size != other.size or _is_a_time(one.per) or _is_a_time(other.per)


def _is_a_time(per: str) -> bool:
    """Whether it is a span of time, but for the year, which is what a form is about."""
    return per != YEAR and per in _SCALES and _SCALES[per].dimension == TIME


def _symbol(unit: Measure) -> str:
    found = _SYMBOL.match(unit.name)
    return found[0] if found else ""


def row_unit(stated: str, target: Quantity | None, actual: Quantity | None) -> str:
    """The unit in which a row's numbers are compared: its own, else the first that converts each exactly.

    A mere 万 is a part of the number: "≥2万" and "19000人" are in 人. Where the row says 项 and its target 公里,
    they are in 公里.
    """
    if stated and not _is_overruled(stated, target):
        return stated
    known = list(filter(None, (target, actual)))
    units = _stated_units(known)
    exact_for_all = (unit for unit in units if all(_finite(value, unit) for value in known))
    if units:
        return next(exact_for_all, units[0])
    mere = {value.unit for value in known}  # 5万 and 4.8万 stay what they are
    return mere.pop() if len(mere) == 1 else ""


def _stated_units(values: Iterable[Quantity]) -> list[str]:
    """The units of these values that are more than multipliers."""
    return [_exactly(value.unit) for value in values if value.unit and not measure(value.unit).mere]


def _is_overruled(stated: str, target: Quantity | None) -> bool:
    """Whether a row's unit only counts things, and its target measures something."""
    own = measure(stated)
    return not own.dimension and not own.mere and target is not None and bool(measure(target.unit).dimension)


def _finite(value: Quantity, unit: str) -> bool:
    """Whether the number has an end in the other unit: 50小时 have none in 天."""
    found, one, other = fit(value.number, value.unit, unit), measure(value.unit), measure(unit)
    if found.number is None or found.manner != "resized" or one.mere:
        return True
    return Fraction(found.number) * other.size == Fraction(value.number) * one.size


def unsure(bare: Decimal, beside: Decimal, unit: str) -> bool:
    """Whether a number without a unit may be in another size than its neighbour with one: 19000 and 2万人.

    Numbers of one magnitude are in one unit. Others are doubted where another size would bring them together; a
    huge overshoot is also doubted where the unit is a multiple.
    """
    here = measure(unit)
    if not bare or not beside or here.dimension == SHARE:
        return False
    ratio = abs(Fraction(bare) / Fraction(beside))
    if 1 / ALIKE <= ratio <= ALIKE:
        return False
    sizes = _other_sizes(here)
    near = any(_near(ratio * size, NEAR if Fraction(1, 100) < size < 100 else ALIKE) for size in sizes)
    return near or (ratio > FAR and (here.times > 1 or _is_far_in_smaller(ratio, sizes)))


def _is_far_in_smaller(ratio: Fraction, sizes: list[Fraction]) -> bool:
    return any(size < 1 and ratio * size > Fraction(1, FAR) for size in sizes)


def meant_by(number: Decimal, unit: str) -> tuple[Decimal, Decimal] | None:
    """Between which two a number lies that is only about so much: 80余 is 80 to 90; None where it is exact."""
    name = unit_name(unit).partition("/")[0]
    if _MORE.match(name):
        return number, number + Decimal(1).scaleb(max(0, int(number.normalize().as_tuple().exponent)))
    if name.endswith(_ROUGHLY):
        return number * (1 - A_TENTH), number * (1 + A_TENTH)
    return None


def hundredfold(number: Decimal, beside: Decimal) -> bool:
    """Whether a bare number may be a fraction of the percentage that its neighbour is: 0.96 and 95."""
    return 0 < number <= A_FEW and beside > number and _near(Fraction(number) * 100 / Fraction(beside), TWICE)


def other_money(number: Decimal, beside: Decimal, unit: str) -> bool:
    """Whether a number may be in a unit ten thousand times larger or smaller than the one that its row states."""
    here = measure(unit)
    if not number or not beside or not (here.dimension == "金额" or here.times >= TEN_THOUSAND):
        return False
    ratio = abs(Fraction(number) / Fraction(beside))
    return any(_near(ratio * times, TWICE) for times in (TEN_THOUSAND, Fraction(1, TEN_THOUSAND)))


def _near(ratio: Fraction, limit: Fraction) -> bool:
    return 1 / limit <= ratio <= limit


def _other_sizes(here: Measure) -> list[Fraction]:
    """The sizes that people also count in, of the unit's own; none so near that nobody would leave it out."""
    sizes = {*here.scale.sizes.values()} if here.scale else {1}
    found = (Fraction(size, here.size) for size in (*sizes, here.size // here.times * TEN_THOUSAND))
    return [size for size in found if size >= DISTINCT or size <= Fraction(1, DISTINCT)]
