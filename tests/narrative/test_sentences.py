"""Sentences as people write them, each against the form of a whole report: right ones are silent, slips are told."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from tests import CASES, FIXTURES
from tests.kit.reports import held, scored

KINDS: list[dict[str, Any]] = tomllib.loads((CASES / "报告句子.toml").read_text("utf-8"))["kind"]
FEWEST = 10  # sentences of a kind


def _told(kind: dict[str, Any], text: str) -> list[str]:
    """The findings of a sentence: code and quote."""
    form = scored((FIXTURES / "reports" / kind["form"] / "case.json").read_text("utf-8"))
    return [f"{one.finding.code} {text[one.spot.start : one.spot.end]}" for one in held(text, form).found]


@pytest.mark.parametrize("kind", KINDS, ids=[kind["title"] for kind in KINDS])
def test_right_sentences_are_silent(kind: dict[str, Any]) -> None:
    assert {text: told for text in kind["right"] if (told := _told(kind, text))} == {}


@pytest.mark.parametrize("kind", KINDS, ids=[kind["title"] for kind in KINDS])
def test_slips_are_told_where_they_are(kind: dict[str, Any]) -> None:
    expected = {text: told for text, *told in kind["wrong"]}
    assert {text: _told(kind, text) for text in expected} == expected


def test_there_are_enough_sentences_of_each_kind() -> None:
    counts = {kind["title"]: len(kind["right"]) + len(kind["wrong"]) for kind in KINDS}
    assert {title for title, count in counts.items() if count < FEWEST} == set()
