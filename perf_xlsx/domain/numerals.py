"""Numbers in Chinese numerals; the words are in vocabulary/numerals.toml."""

from __future__ import annotations

from perf_xlsx.vocabulary import vocabulary

_KNOWN = vocabulary("numerals")
WORDS = _KNOWN["words"]
DIGITS: dict[str, int] = {character: int(n) for n, same in _KNOWN["digits"].items() for character in same}
PLACES: dict[str, int] = _KNOWN["places"]
GROUPS: dict[str, int] = _KNOWN["groups"]
CHARACTERS = "".join((*DIGITS, *PLACES, *reversed(GROUPS)))
ZEROS: str = _KNOWN["digits"]["0"]
ONE_TO_TEN = "".join(_KNOWN["digits"][str(n)][0] for n in range(1, 10)) + next(iter(PLACES))
ITEM = f"[{ONE_TO_TEN}]{{1,3}}"  # a regular expression for the number of an item: 三, 十二


def numeral_value(text: str) -> int | None:
    """ "壹佰贰拾叁万" -> 1230000; None for what is no number ("三四") or two ("三百二" is 302 or 320)."""
    for unit, size in GROUPS.items():
        if unit in text:
            above, below = text.split(unit, 1)
            high, low = numeral_value(above), numeral_value(below) if below else 0
            if high is None or low is None or low >= size or _lacks_zero(low, size, below):
                return None
            return high * size + low
    return _below_ten_thousand(text) if text else None


def _lacks_zero(low: int, size: int, below: str) -> bool:
    """Whether 零 is missing before the lower part, so that it may be meant ten times as large: 一万五."""
    return 0 < low < size // 10 and below[0] not in ZEROS


def _below_ten_thousand(text: str) -> int | None:
    total, least, after_zero = 0, 10_000, False
    digit: int | None = None
    for word in text:
        place = PLACES.get(word)
        if place is None and digit in (None, 0):
            digit, after_zero = DIGITS[word], digit == 0
        elif place is not None and _may_follow(place, digit, total, least):
            total, digit, least = total + (digit or 1) * place, None, place
        else:
            return None
    last = digit or 0
    return None if last and _leaves_out_place(least, after_zero) else total + last


def _leaves_out_place(least: int, after_zero: bool) -> bool:
    """Whether a last digit may have lost its place: 三百五 is 350 or 305."""
    return least in (100, 1000) and not after_zero


def _may_follow(place: int, digit: int | None, total: int, least: int) -> bool:
    """Whether a place may follow this digit and the `least` place before; only a leading 十 needs no digit."""
    if place >= least:
        return False
    return digit != 0 if digit is not None else not total and place == 10
