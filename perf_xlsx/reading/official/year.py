"""The budget year of an official form: in a line of its title, beside a label, else in any text above."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from perf_xlsx.domain import numerals
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.official.labels import core, without_spaces
from perf_xlsx.system.pattern import pattern

_YEAR = pattern(r"(20\d\d)年(?!\d{1,2}月)")  # of 2024年3月5日 it is a day, and no year of the budget
_TITLE = pattern(r"\W*20\d\d年(?:度|\W*$)")
_LABEL = r"(?:预算|评价|所属|自评|绩效|财政|考核|填报)?年[度份]"
_ALONE, _LABELLED = pattern(_LABEL), pattern(rf"\W*{_LABEL}:?(20\d\d)(?:年度?)?\W*")
_NUMBER = pattern(r"(20\d\d)(?:年度?)?")
_IN_WORDS = pattern(r"二[零〇○OＯ0][一二三四五六七八九零〇○OＯ0]{2}(?=年)")
_ZEROS = str.maketrans("○OＯ0", "〇〇〇〇")


class StatedYear(Struct, frozen=True):
    """A year that a text states, where, the cell of its label, and whether the text is there to state it."""

    at: Address
    label: Address
    text: str
    year: int
    sure: bool


def stated_years(texts: Iterable[tuple[Address, str]], sheets: Sheets) -> Iterator[StatedYear]:
    """Every year in these texts, which have no spaces, and in the cells beside labels of a year."""
    for at, text in texts:
        folded = _IN_WORDS.sub(_digits, text)
        if found := _LABELLED.fullmatch(folded):
            yield StatedYear(at, at, text, int(found[1]), True)
        elif found := _YEAR.search(folded):
            yield StatedYear(at, at, text, int(found[1]), "自评" in folded or _TITLE.match(folded) is not None)
        elif _ALONE.fullmatch(core(text)) and (year := _beside(at, sheets)):
            yield year


def _beside(at: Address, sheets: Sheets) -> StatedYear | None:
    """The year in the cell right of a label."""
    right = sheets.right_of(at)
    cell = sheets.cell(right)
    text = without_spaces(as_shown(cell)) if cell is not None and cell.value is not None else ""
    found = _NUMBER.fullmatch(_IN_WORDS.sub(_digits, text))
    return StatedYear(right, at, text, int(found[1]), True) if found else None


def _digits(found: re.Match[str]) -> str:
    """二〇二三 as 2023."""
    return "".join(str(numerals.DIGITS.get(word, word)) for word in found[0].translate(_ZEROS))
