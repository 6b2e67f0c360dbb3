"""The published forms as another bureau would print them: columns elsewhere, headers in words that are in no list,
header rows merged or split, units in a column of their own.

At least four fifths of the values are read the same; of the rest each is told, none is silently another.
"""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from tests.kit import synonyms
from tests.kit.listed import is_listed
from tests.kit.published_tables import FORMS, PUBLISHED, Sheet
from tests.kit.retyped import Change, other_header_rows, other_order, own_unit_column, synonyms_in
from tests.kit.same_reading import Comparison, compared, share

LEAST = 0.8  # share of values that are read the same
other_words = synonyms_in(lambda text: not is_listed(text))
WAYS: dict[str, tuple[Change, ...]] = {
    "order": (other_order,),
    "words": (other_words,),
    "header rows": (other_header_rows,),
    "unit column": (own_unit_column,),
    "order and words": (other_order, other_words),
    "all at once": (own_unit_column, other_order, other_header_rows, other_words),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("retyped")


@cache
def _original(name: str, folder: Path) -> Result:
    return pipeline.score(Sheet.of(PUBLISHED / f"{name}.xlsx", FORMS[name]).save(folder / f"{name}.xlsx"))


def _retyped(name: str, way: str, seed: int, folder: Path) -> Comparison:
    sheet, chance = Sheet.of(PUBLISHED / f"{name}.xlsx", FORMS[name]), random.Random(f"{name} {way} {seed}")
    for change in WAYS[way]:
        change(sheet, chance)
    result = pipeline.score(sheet.save(folder / f"{name}-{way}-{seed}.xlsx"))
    return compared(_original(name, folder), result, sheet)


@pytest.mark.parametrize("way", WAYS)
def test_another_bureaus_print_is_read_the_same_or_told(way: str, folder: Path) -> None:
    seeds = range(2 if "words" in way or way == "all at once" else 1)
    found = {f"{name} {seed}": _retyped(name, way, seed, folder) for name in FORMS for seed in seeds}
    print(f"{way}: {share(found):.1%} of {sum(one.count for one in found.values())} values read the same")
    assert {name: one.silent for name, one in found.items() if one.silent} == {}
    assert share(found) >= LEAST


def test_no_word_of_another_bureau_is_in_a_list_of_ours() -> None:
    """Of each meaning at least two words are in no list; they take the place of the usual one."""
    tables = (synonyms.INDICATORS, synonyms.MONEY, synonyms.LINES, synonyms.HEAD, {"total": synonyms.TOTAL_ROW})
    free = {
        f"{number} {key}": [word for word in words if not is_listed(word)]
        for number, table in enumerate(tables)
        for key, (_, words) in table.items()
    }
    assert [key for key, words in free.items() if len(words) < 2] == []
