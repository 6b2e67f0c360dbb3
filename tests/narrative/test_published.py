"""Published reports with labels of each figure, where they are at hand: they are not ours to ship."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx.narrative.held import Held
from tests.kit.reports import held, scored

HERE = Path(
    os.environ.get("PUBLISHED_REPORTS", "published-reports")
)  # texts with their labels, and `cases` beside
FORMS = HERE.parent / "cases"
TEXTS = sorted(path for path in HERE.glob("*.txt") if path.with_suffix(".json").exists())
pytestmark = pytest.mark.skipif(
    not TEXTS, reason="PUBLISHED_REPORTS names no folder of published reports, which are not ours to ship"
)
ALIKE = {"outside", "plan", "share", "other"}  # in no form
VERDICTS = {"agrees": "agrees", "no figure": "outside", "not in the form": "outside"}


def _form_of(path: Path) -> str:
    own = path.with_suffix(".case.json")
    if path.stem == "reference":
        own = FORMS / "urumqi-2023-as-filed.json"
    return own.read_text("utf-8") if own.exists() else (FORMS / "urumqi-2023.json").read_text("utf-8")


def _held(path: Path) -> tuple[Held, list[Any]]:
    labels = json.loads(path.with_suffix(".json").read_text("utf-8"))["figures"]
    return held(path.read_text("utf-8"), scored(_form_of(path))), labels


def _right(one: Held, label: Any) -> bool:
    found = next((r for r in one.reads if r.start < label["end"] and r.end > label["start"]), None)
    role = found.bound.role if found else ""
    return role == label["role"] or (label["role"] in ALIKE and role in ALIKE)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_the_roles_of_at_least_95_percent_of_the_figures(path: Path) -> None:
    one, labels = _held(path)
    right = [_right(one, label) for label in labels]
    assert sum(right) / len(right) >= 0.95


def test_the_reference_has_the_verdicts_that_a_reader_gave() -> None:
    one, labels = _held(HERE / "reference.txt")
    for label in labels:
        found = next(r for r in one.reads if r.start < label["end"] and r.end > label["start"])
        assert found.verdict == VERDICTS[label["verdict"]], label["text"]


@pytest.mark.parametrize(
    "path", [path for path in TEXTS if path.with_suffix(".case.json").exists()], ids=lambda p: p.stem
)
def test_an_opening_is_silent(path: Path) -> None:
    assert [found.finding.message for found in _held(path)[0].found] == []


def test_the_reference_against_the_workbook_as_filed() -> None:
    one, _ = _held(HERE / "reference.txt")
    text = (HERE / "reference.txt").read_text("utf-8")
    found = [(f.finding.code, text[f.spot.start : f.spot.end].replace(" ", "")) for f in one.found]
    assert found == [
        ("P10", "与单位运转情况和履职情况相匹配"),
        ("P10", "不存在闲置"),
        ("P04", "10.42分"),
        ("P05", "24.46%万元"),
        ("P04", "8.91分"),
        ("P04", "100%"),
    ]


def test_the_reference_against_the_corrected_workbook_differs_in_three_figures() -> None:
    text = (HERE / "reference.txt").read_text("utf-8")
    one = held(text, scored((FORMS / "urumqi-2023.json").read_text("utf-8")))
    found = [(f.finding.code, f.finding.given, f.finding.expected) for f in one.found]
    assert found == [
        ("P05", "24.46%万元", "24.46%"),
        ("P02", "8.91 分", "10分"),
        ("P01", "100%", "140.50%"),
    ]
