"""Characters for comparison: full-width forms become plain ones, and no mark ever becomes a digit.

A mark is a numbered, raised, enclosed or fraction character: ①, ⑴, ⒈, ㈠, ¹, ₂, ½. Unicode's compatibility form
would write it out, so that 17600① reads 176001. `fold` leaves marks alone, `written_out` does not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from perf_xlsx.system.pattern import pattern

LONGEST = 32_767  # characters: no cell holds more
SHORT = 64  # characters: longer texts are cached apart
MOST_COMBINED = 30  # combining characters in a row; sorting longer runs takes the square of their length

INVISIBLE = dict.fromkeys(
    map(ord, "\xad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\u2066\u2067\u2068\u2069\ufeff")
)
_UNSEEN = INVISIBLE | {0xFE0E: None, 0xFE0F: None}  # also variation selectors
_VOICED = "\uff9e\uff9f"  # half-width kana marks: letters that become combining characters
_RUN = pattern(rf"(?:[^\w\s\x00-\x7f]|[{_VOICED}]){{{MOST_COMBINED + 1},}}")


def fold(text: str) -> str:
    """The text with every character in its plain form, marks left alone."""
    if text.isascii():
        return text
    return _folded_before(text) if len(text) <= SHORT else _folded_long(text)


def _folded(text: str) -> str:
    text = _bounded(text.translate(_UNSEEN))
    characters = set(text)
    if digits := {ord(ch): str(unicodedata.decimal(ch)) for ch in characters if is_digit(ch) and not ch.isascii()}:
        text = text.translate(digits)
    marks = "".join(sorted(filter(is_mark, characters)))
    if not marks:
        return unicodedata.normalize("NFKC", text)[:LONGEST]  # one character may become eighteen
    parts = re.split(f"([{re.escape(marks)}])", text)
    folded = (part if part in marks else unicodedata.normalize("NFKC", part) for part in parts)
    return "".join(folded)[:LONGEST]


_folded_before = lru_cache(1 << 13)(_folded)  # labels and choices come again in every row and workbook
_folded_long = lru_cache(1 << 5)(_folded)


def written_out(text: str) -> str:
    """The text with its marks written out (③ as 3): for names and numbering, never for values."""
    return text if text.isascii() else unicodedata.normalize("NFKC", _bounded(text.translate(_UNSEEN)))[:LONGEST]


def is_digit(character: str) -> bool:
    """Whether it is a decimal digit of any script."""
    return character.isdecimal()


@lru_cache(1 << 14)
def is_mark(character: str) -> bool:
    """Whether the plain form would turn the character into a digit or letter that it is not."""
    if character.isascii() or is_digit(character):
        return False
    if unicodedata.category(character) == "No":
        return True
    plain = unicodedata.normalize("NFKC", character)
    return plain != character and (form_of(character) in _APART or re.search("[0-9]", plain) is not None)


_APART = ("super", "sub", "circle")


def is_footnote(character: str) -> bool:
    """Whether a mark may refer to a note or number an item, as ㎡ cannot."""
    return is_mark(character) and form_of(character) != "square"


def is_raised(character: str) -> bool:
    """Whether a mark is above or below the line: 10⁴ may be a power, or 10 with a footnote."""
    return is_mark(character) and form_of(character) in ("super", "sub")


def is_fraction(character: str) -> bool:
    """Whether a mark is a part of a number: ½."""
    return is_mark(character) and not unicodedata.numeric(character, 0.0).is_integer()


@lru_cache(1 << 10)
def form_of(character: str) -> str:
    """How a character differs from its plain form: "super", "circle", "square", …; "" where there is none."""
    found = re.match("<(.+?)>", unicodedata.decomposition(character))
    return found[1] if found else ""


def _bounded(text: str) -> str:
    """The text cut to what a cell holds, with at most so many combining characters in a row."""
    return _RUN.sub(lambda run: _few_combined(run[0]), text[:LONGEST])


def _few_combined(run: str) -> str:
    kept, count = [], 0
    for character in run:
        count = count + 1 if unicodedata.combining(character) or character in _VOICED else 0
        if count <= MOST_COMBINED:
            kept.append(character)
    return "".join(kept)
