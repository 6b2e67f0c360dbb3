"""A target with two bounds: "80%-90%", "≥80%，≤100%". Within them it is met; beyond them no rule gives points."""

from __future__ import annotations

import re
from decimal import Decimal

from msgspec import Struct

from perf_xlsx.domain.quantity import Quantity, parse_target, unit_name
from perf_xlsx.system.pattern import pattern

LONGEST = 40  # characters of a text that is looked at
_TO = pattern(r"[-—–~～至到]+")
_AND = pattern(r"[,，;；、]|并且|且|和")
_LOW, _HIGH = {"≥": False, ">": True}, {"≤": False, "<": True}  # signs, and whether the bound itself is left out
_DAY = 31  # up to which two bare numbers may be a day: 10-12


class Bounds(Struct, frozen=True):
    """The lowest and the highest number that meet a target, in `unit`; `open_*`: the bound itself does not."""

    low: Decimal
    high: Decimal
    unit: str
    open_low: bool = False
    open_high: bool = False

    def hold(self, actual: Quantity) -> bool | None:
        """Whether a number lies within the bounds; None where it is in another unit."""
        if self.unit and actual.unit and unit_name(actual.unit) != self.unit:
            return None
        above = actual.number > self.low if self.open_low else actual.number >= self.low
        below = actual.number < self.high if self.open_high else actual.number <= self.high
        return above and below


def parse_bounds(text: str) -> Bounds | None:
    """The bounds of a target; None where the text is not two numbers of one unit, the lower one first."""
    if len(text) > LONGEST:
        return None
    return _from_to(text) or _from_signs(text)


def _from_to(text: str) -> Bounds | None:
    """80%-90%, 3至5次. Two bare numbers with a hyphen may as well be a day or two things."""
    parts = _TO.split(re.sub(r"\s", "", text))
    both = _numbers(parts)
    if both is None or any(one.sign for one in both):
        return None
    low, high = both
    bare = not low.unit and not high.unit
    if low.number >= high.number or low.number < 0 or (bare and high.number <= _DAY):
        return None
    return Bounds(low.number, high.number, unit_name(high.unit or low.unit))


def _from_signs(text: str) -> Bounds | None:
    """≥80%，≤100%: one sign of each kind."""
    both = _numbers([part for part in _AND.split(text) if part.strip()])
    if both is None:
        return None
    low = next((one for one in both if one.sign in _LOW), None)
    high = next((one for one in both if one.sign in _HIGH), None)
    if low is None or high is None or low.number > high.number:
        return None
    return Bounds(low.number, high.number, unit_name(high.unit or low.unit), _LOW[low.sign], _HIGH[high.sign])


def _numbers(parts: list[str]) -> tuple[Quantity, Quantity] | None:
    """Two numbers whose units do not differ."""
    found = [one for part in parts if (one := parse_target(part)) is not None]
    if len(parts) != 2 or len(found) != 2:
        return None
    units = {unit_name(one.unit) for one in found if one.unit}
    return (found[0], found[1]) if len(units) <= 1 else None
