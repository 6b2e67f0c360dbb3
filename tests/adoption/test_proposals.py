"""`adopt` proposes what each label of an official form means; a person corrects it; nothing is left out."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.kit.command import command
from tests.kit.published import MEANINGS, SHEET, adopted, blanked, checking, proposed, published

RIGHT = 0.95  # of the meanings


def _workbook(name: str, kind: str, folder: Path) -> Path:
    if kind == "blank":
        return blanked(name, folder / "空白.xlsx")
    (folder / "填好.xlsx").write_bytes(published(name).read_bytes())
    return folder / "填好.xlsx"


@pytest.mark.parametrize("kind", ["filled", "blank"])
def test_what_is_proposed_is_right(kind: str, tmp_path: Path) -> None:
    wrong, count = list[tuple[str, str, str, str]](), 0
    for name, meanings in MEANINGS.items():
        (tmp_path / name).mkdir()
        found = proposed(adopted(_workbook(name, kind, tmp_path / name)))
        wrong += [
            (name, cell, words, found.get(cell, "not listed"))
            for cell, words in meanings.items()
            if found.get(cell) != words
        ]
        count += len(meanings)
    assert len(wrong) <= (1 - RIGHT) * count, wrong
    assert {name for name, *_ in wrong} <= {"cq-liangping", "sd-licheng", "hb-shangwu"}, wrong
