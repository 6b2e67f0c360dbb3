"""The words that live formulas know, each list in one cell of the hidden sheet, where a look-up finds them.

They come from the forms and the vocabulary, so that a word added there is known to the next template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from perf_xlsx.domain.quantity import DASHES, unit_name
from perf_xlsx.domain.quantity import SIGNS as WORDS_OF_SIGNS
from perf_xlsx.forms import Box, Form, Rows
from perf_xlsx.rulebook import Rulebook

BLANKS = "px_blanks"  # what counts as nothing typed; an empty text is the first
SIGNS, METHODS, LEVELS = "px_signs", "px_methods", "px_levels"  # every word of each; below, those of one meaning
TOTALS, REMARKS, NOTES = "px_totals", "px_remarks", "px_notes"  # begin rows that are no entries
AT_MOST = "px_at_most"  # the words of both signs that bound from above
PERCENT_UNITS = "px_percent_units"
UNSEEN, HARD_SPACE = "px_unseen", "px_hard_space"  # characters that a formula cannot write
GENERAL = "px_general"  # a cell without a number format, to tell which program calculates

SIGN_CHOICES = ("≥", "≤", "=", ">", "<", "定性")
METHOD_CHOICES = ("按比例", "达标法", "按执行率", "定性")
_NUMBERED = "0123456789(.、"  # behind 注
_WIDE = 3  # characters of a word that may each be full-width or not
_PERCENT = ("%", "百分比", "百分之", "百分点")


def sign(choice: str) -> str:
    """The name of the list of words for a sign."""
    return f"px_sign_{SIGN_CHOICES.index(choice) + 1}"


def method(choice: str) -> str:
    """The name of the list of words for a method."""
    return f"px_method_{METHOD_CHOICES.index(choice) + 1}"


def level(number: int) -> str:
    """The name of the list of words for the judgement of a rulebook's band, best first, from 0."""
    return f"px_level_{number + 1}"


def word_lists(form: Form, rulebook: Rulebook) -> Mapping[str, str]:
    """Every list by its name, its words between bars."""
    signs = {choice: _sign_words(form, choice) for choice in SIGN_CHOICES}
    methods = {choice: _choice_words(form, "method", choice) for choice in METHOD_CHOICES}
    levels = [[band.judgement, *rulebook.official_words(band)] for band in rulebook.bands]
    totals = [word for block in _rows(form) for word in block.totals]
    found: dict[str, Iterable[str]] = {
        BLANKS: ["", *sorted(DASHES)],
        **{sign(choice): words for choice, words in signs.items()},
        SIGNS: [word for words in signs.values() for word in words],
        AT_MOST: [*signs["≤"], *signs["<"]],
        **{method(choice): words for choice, words in methods.items()},
        METHODS: [word for words in methods.values() for word in words],
        **{level(number): words for number, words in enumerate(levels)},
        LEVELS: [word for words in levels for word in words],
        TOTALS: totals,
        REMARKS: form.asides,
        NOTES: [f"注{mark}" for mark in _NUMBERED],
        PERCENT_UNITS: [word for word in _PERCENT if unit_name(word) == "%"],
    }
    return {name: listed(words) for name, words in found.items()}


def listed(words: Iterable[str]) -> str:
    """Words between bars, in each width that they may be written in."""
    ways = (way for word in words for way in widths(re.sub(r"\s", "", word)))
    return f"|{'|'.join(dict.fromkeys(ways))}|"


def widths(word: str) -> Iterator[str]:
    """A word with its ASCII characters full-width or not, each for itself."""
    narrow = [at for at, ch in enumerate(word) if "!" <= ch <= "~"]
    if len(narrow) > _WIDE:
        yield word
        return
    for wide in product((False, True), repeat=len(narrow)):
        changed = {at for at, one in zip(narrow, wide, strict=True) if one}
        yield "".join(chr(ord(ch) + 0xFEE0) if at in changed else ch for at, ch in enumerate(word))


def _rows(form: Form) -> Iterator[Rows]:
    yield from (block for sheet in form.sheets for block in sheet.blocks if isinstance(block, Rows))


def _columns(form: Form, key: str) -> Iterator[Box]:
    yield from (box for block in _rows(form) for box in block.columns if box.key == key)


def _choice_words(form: Form, key: str, choice: str) -> list[str]:
    same = [word for box in _columns(form, key) for one in box.choices if one.value == choice for word in one.same]
    return [choice, *same]


def _sign_words(form: Form, choice: str) -> list[str]:
    known = [word for word, meaning in WORDS_OF_SIGNS if meaning == choice]
    return list(dict.fromkeys([*_choice_words(form, "sign", choice), *known]))
