"""The national layout with one thing changed: each kind with its points, its claimed total and all that is told.

The workbooks are in fixtures/kinds.
"""

from __future__ import annotations

import pytest

from perf_xlsx import pipeline
from perf_xlsx.results.recording import as_json
from tests import FIXTURES
from tests.kit.outcome import findings_of

KINDS = FIXTURES / "kinds"
FULL = ["50.00", "30.00", "10.00"]

# file: points of the indicators, total, grade, claimed total, everything told but the layout (R19) and W05
KNOWN: dict[str, tuple[list[str | None], str, str | None, str | None, list[tuple[str, str, str | None]]]] = {
    "01-total-weight-only": (FULL, "100.00", None, None, [("R07", "error", "G14")]),
    "02-range-80-90": (FULL, "100.00", "优", "100", [("R12", "notice", "E11")]),
    "05-two-targets-signs": (FULL, "100.00", "优", "100", [("R12", "notice", "E11")]),
    "06-date-done": (FULL, "100.00", "优", "100", [("R12", "notice", "E11")]),
    "08-worded-same": (FULL, "100.00", "优", "100", [("R12", "notice", "E11")]),
    "09-worded-basic": (
        ["40.00", "30.00", "10.00"], "90.00", "优", "100",
        [("R12", "notice", "E11"), ("I12", "warning", "G11"), ("T01", "error", "G14"), ("T05", "notice", None)],
    ),
    "11-score-brackets": (
        FULL, "100.00", "优", "100", [("R12", "notice", "G11")],
    ),
    "14-three-weights": (FULL, "100.00", "优", "100", []),
    "25-subrow-qizhong": (
        ["50.00", None, None, "30.00", "10.00"], "100.00", "优", "100", [("R16", "notice", "C12")],
    ),
    "28-reverse-no-sign": (
        ["25.00", "25.00", "30.00", "10.00"], "100.00", "优", "100",
        [("I01", "warning", "D11"), ("I01", "warning", "D12")],
    ),
    "30-sources-sum-wrong": (FULL, "99.00", "优", "90", [("F01", "error", "C6"), ("F01", "error", "D6")]),
    "35-total-in-head": (FULL, "100.00", "优", "99", [("R12", "notice", "F3"), ("T01", "error", "F3")]),
    "37-sign-two-columns": (FULL, "100.00", "优", "100", []),
    "40-only-initial": (FULL, "90.00", None, "95", [("F03", "notice", "F6"), ("F06", "error", "D6")]),
    "44-name-holds-target": (
        [None, "30.00", "10.00"], "50.00", None, "100", [("I02", "error", "D11"), ("I03", "error", "E11")],
    ),
    "45-satisfaction-under-benefit": (FULL, "100.00", "优", "100", []),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_a_kind_is_read_as_a_careful_person_reads_it(name: str) -> None:
    points, total, grade, claimed, told = KNOWN[name]
    result = pipeline.score(KINDS / f"{name}.xlsx")
    found = as_json(result)
    assert [row["points"] for row in found["indicators"]] == points
    assert (found["total"], found["grade"], found["claimed_total"]) == (total, grade, claimed)
    said = [(f.code, f.severity, f.place.cell or None) for f in result.findings if f.code not in ("R19", "W05")]
    assert sorted(said, key=str) == sorted(told, key=str)


def test_the_sign_of_two_columns_is_the_one_that_is_a_sign() -> None:
    rows = as_json(pipeline.score(KINDS / "37-sign-two-columns.xlsx"))["indicators"]
    assert {row["sign"] for row in rows} == {"="}


def test_execution_that_is_not_scored_names_the_rulebook_that_would() -> None:
    (told,) = findings_of(pipeline.score(KINDS / "40-only-initial.xlsx"), "F06")
    assert "initial-base" in told.message + told.advice
    scored = pipeline.score(KINDS / "40-only-initial.xlsx", rulebook="initial-base")
    assert scored.scores is not None
    assert scored.scores.execution.points is not None


def test_a_second_form_below_the_first_is_scored_too() -> None:
    first, second = pipeline.score(KINDS / "24-stacked-two-forms.xlsx").forms
    assert [(one.part, as_json(one)["total"]) for one in (first, second)] == [
        ("培训", "100.00"),
        ("第二个项目", "82.50"),
    ]
    assert [f.code for f in first.findings if f.severity != "notice"] == []
    told = [(f.code, f.place.cell) for f in second.findings if f.severity != "notice"]
    assert told == [("F01", "C21"), ("F01", "D21"), ("F01", "E21"), ("F09", "E21")]
