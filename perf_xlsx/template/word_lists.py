"""The words that live formulas know: each list is one cell of the hidden sheet, where a formula finds a text.

They come from the form, the rulebook and the vocabulary, so that a word added there is known to the next template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from perf_xlsx.domain.quantity import DASHES, PERCENT_WORDS
from perf_xlsx.domain.quantity import SIGNS as WORDS_OF_SIGNS
from perf_xlsx.forms import Form
from perf_xlsx.rulebook import RESCALED, Rulebook
from perf_xlsx.rulebook.shared_words import words_of_bands
from perf_xlsx.vocabulary import vocabulary

# Lists between bars, to find out whether a text is one of them.
BLANKS = "px_blanks"  # what counts as nothing typed; an empty text is the first
TOTALS, REMARKS, NOTES = "px_totals", "px_remarks", "px_notes"  # begin rows that are no entries
# Lists of "code〈word〉", to find out what a text means.
SIGNS, METHODS, LEVELS, UNITS = "px_signs", "px_methods", "px_levels", "px_percent_units"
NOT_APPLICABLE = "px_not_applicable"  # words for an actual that does not apply; only where the rulebook rescales
UNSEEN, HARD_SPACE = "px_unseen", "px_hard_space"  # characters that a formula cannot write
GENERAL = "px_general"  # a cell without a number format, which shows which program calculates

BLANK, UNKNOWN = "空", "?"  # the codes of nothing typed, and of a word that is not in the list
QUALITATIVE = "定"
SIGN_CODES = {"≥": "≥", "≤": "≤", "=": "=", ">": ">", "<": "<", "定性": QUALITATIVE}
RATIO, ATTAINMENT, EXECUTION = "比", "达", "执"
METHOD_CODES = {"按比例": RATIO, "达标法": ATTAINMENT, "按执行率": EXECUTION, "定性": QUALITATIVE}
PERCENT = "%"
_NUMBERED = "0123456789(.、"  # behind a note's word
_WIDE = 3  # characters of a word that may each be full-width or not


def level_code(number: int) -> str:
    """The code of the judgement of a rulebook's band, best first, from 0."""
    return chr(ord("A") + number)


def word_lists(form: Form, rulebook: Rulebook) -> Mapping[str, str]:
    """Every list by its name."""
    blanks = ["", *sorted(DASHES)]
    signs = {code: _sign_words(form, choice) for choice, code in SIGN_CODES.items()}
    methods = {code: _choice_words(form, "method", choice) for choice, code in METHOD_CODES.items()}
    levels = {level_code(number): known for number, known in enumerate(words_of_bands(rulebook).values())}
    return {
        BLANKS: _listed(blanks),
        TOTALS: _listed(word for block in form.tables for word in block.totals),
        REMARKS: _listed(form.asides),
        NOTES: _listed(note + mark for note in vocabulary("rows")["note"]["words"] for mark in _NUMBERED),
        SIGNS: _coded(signs | {BLANK: blanks}),
        METHODS: _coded(methods | {BLANK: blanks}),
        LEVELS: _coded(levels | {BLANK: blanks}),
        UNITS: _coded({PERCENT: (PERCENT, *PERCENT_WORDS), BLANK: blanks}),
        UNSEEN: "\u200b",
        HARD_SPACE: "\u00a0",
        GENERAL: "",
    } | _not_applicable(rulebook)


def _not_applicable(rulebook: Rulebook) -> dict[str, str]:
    rescaled = rulebook.word("total.not_applicable") == RESCALED
    return {NOT_APPLICABLE: _listed(vocabulary("judgements")["not_applicable"]["words"])} if rescaled else {}


def _listed(words: Iterable[str]) -> str:
    return f"|{'|'.join(_spellings(words))}|"


def _coded(words: Mapping[str, Iterable[str]]) -> str:
    return "".join(f"{code}〈{spelling}〉" for code, same in words.items() for spelling in _spellings(same))


def _spellings(words: Iterable[str]) -> Iterable[str]:
    """The words without spaces, each in every width that it may be written in, once."""
    return dict.fromkeys(way for word in words for way in _widths(re.sub(r"\s", "", word)))


def _widths(word: str) -> Iterator[str]:
    """A word with its ASCII characters full-width or not, each for itself."""
    if sum("!" <= character <= "~" for character in word) > _WIDE:
        return iter((word,))
    return map("".join, product(*map(_both, word)))


def _both(character: str) -> str:
    return character + chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character


def _choice_words(form: Form, key: str, choice: str) -> list[str]:
    columns = (box for block in form.tables for box in block.columns if box.key == key)
    return [choice, *(word for box in columns for one in box.choices if one.value == choice for word in one.same)]


def _sign_words(form: Form, choice: str) -> list[str]:
    return [*_choice_words(form, "sign", choice), *(word for word, sign in WORDS_OF_SIGNS if sign == choice)]
