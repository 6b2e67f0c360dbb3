"""Single changes of the figures of a report, and exchanges of two: what a slip of the hand does to a right report."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

NUMBER = re.compile(r"[\d.,]+")
UNITS = {
    "万元": ("元", "亿元", "%"), "元": ("万元",), "%": ("‰", "万元"), "分": ("%", "万元"), "个": ("万元",), "人": ("%",),
    "名": ("万元",),
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A report with one change: the text, and where in it the changed figures are."""

    text: str
    places: tuple[tuple[int, int], ...]
    what: str

    def is_found(self, spots: Sequence[tuple[int, int]]) -> bool:
        """Whether one of the findings is at a changed figure."""
        return any(start < end2 and start2 < end for start, end in spots for start2, end2 in self.places)


def _digit(number: str, rng: random.Random) -> str:
    at = rng.choice([place for place, one in enumerate(number) if one.isdigit()])
    return number[:at] + rng.choice([one for one in "0123456789" if one != number[at]]) + number[at + 1 :]


def _exchanged(number: str, rng: random.Random) -> str:
    places = [place for place, one in enumerate(number) if one.isdigit()]
    pairs = [(one, two) for one, two in pairwise(places) if number[one] != number[two]]
    if not pairs:
        return number
    one, two = rng.choice(pairs)
    letters = list(number)
    letters[one], letters[two] = letters[two], letters[one]
    return "".join(letters)


def _point(number: str, rng: random.Random) -> str:
    digits, point = number.replace(".", ""), number.find(".")
    at = (point if point >= 0 else len(digits)) + rng.choice((-1, 1))
    if at <= 0:
        return f"0.{digits}"
    return digits + "0" * (at - len(digits)) if at >= len(digits) else f"{digits[:at]}.{digits[at:]}"


KINDS: dict[str, Callable[[str, random.Random], str]] = {"digit": _digit, "exchanged": _exchanged, "point": _point}


def same_value(one: str, other: str) -> bool:
    """Whether two numbers are equal."""
    return float(one.replace(",", "")) == float(other.replace(",", ""))


def changed(text: str, figure: tuple[int, int], rng: random.Random) -> Change | None:
    """The text with one figure changed; None where nothing came of it."""
    start, end = figure
    written = text[start:end]
    found = NUMBER.search(written)
    if found is None:
        return None
    kind = rng.choice((*KINDS, "unit"))
    if kind == "unit":
        unit = written[found.end() :].strip()
        if unit not in UNITS:
            return None
        new = written[: found.end()] + written[found.end() :].replace(unit, rng.choice(UNITS[unit]))
    else:
        number = KINDS[kind](found[0], rng)
        if same_value(number, found[0]):
            return None
        new = written.replace(found[0], number, 1)
    return Change(text[:start] + new + text[end:], ((start, start + len(new)),), f"{kind}: {written} -> {new}")


def exchanged(text: str, one: tuple[int, int], other: tuple[int, int]) -> Change | None:
    """The text with two figures in each other's place; None where they say the same."""
    (start, end), (start2, end2) = sorted((one, other))
    first, second = text[start:end], text[start2:end2]
    numbers = [NUMBER.search(first), NUMBER.search(second)]
    if None in numbers or end > start2 or re.sub(r"\s", "", first) == re.sub(r"\s", "", second):
        return None
    new = text[:start] + second + text[end:start2] + first + text[end2:]
    moved = start2 + len(second) - len(first)
    places = (start, start + len(second)), (moved, moved + len(first))
    return Change(new, places, f"exchange: {first} <-> {second}")
