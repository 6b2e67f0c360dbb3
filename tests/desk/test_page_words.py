"""The words of commands that pages replace are still those of the program."""

from __future__ import annotations

from pathlib import Path

import perf_xlsx
from perf_xlsx.desk.page_words import PAGE_WORDS, on_page

SOURCES = [
    path.read_text("utf-8")
    for kind in ("*.py", "*.toml")
    for path in Path(perf_xlsx.__file__).parent.rglob(kind)
    if path.name != "page_words.py"
]


def test_every_replaced_text_is_one_of_the_program() -> None:
    lost = [words for words, _ in PAGE_WORDS if not any(words in text for text in SOURCES)]
    assert lost == []


def test_what_a_page_says_names_no_command() -> None:
    for words, _ in PAGE_WORDS:
        assert not any(word in on_page(words) for word in ("--", "perf-xlsx", "命令"))
