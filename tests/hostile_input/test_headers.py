"""Looking for headers costs what the sheet is long; what is too much to look through is refused, and says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import hostile
from tests.kit import squares
from tests.kit.outcome import with_copy
from tests.kit.parts import unzipped

ROWS = (250, 500, 1_000)
MADE: dict[str, Callable[[int], bytes]] = {
    "重复的表头": squares.repeated_headers,
    "像表头的文字": squares.unknown_headers,
    "不相干的文字": squares.unknown_words,
}


@pytest.mark.parametrize("name", MADE)
def test_time_grows_with_the_rows_of_a_sheet(name: str) -> None:
    took = [hostile.seconds(unzipped(MADE[name](rows)), 2) for rows in ROWS]
    assert took[-1] < hostile.GROWTH ** (len(ROWS) - 1) * took[0], took


def test_more_headers_than_can_be_looked_through_are_refused_by_name(tmp_path: Path) -> None:
    result = with_copy(squares.unknown_headers(6_000), tmp_path)
    assert [(found.code, found.message) for found in result.findings] == [
        ("R03", "工作表“自评表（定稿）”中像表头的行过多，没有查找完。")
    ]
    assert not (tmp_path / "out.xlsx").exists()


def test_a_list_beside_the_form_is_no_header(tmp_path: Path) -> None:
    """Texts that are like nothing cost little, so that a long list does not use up what a form may cost."""
    result = with_copy(squares.listed_beside(5_000), tmp_path)
    assert result.scores is not None
    assert str(result.scores.total) == "94.97"
