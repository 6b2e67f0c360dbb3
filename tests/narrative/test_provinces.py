"""The role of each figure in openings of reports as the provinces write them; nothing is wrong in any of them."""

from __future__ import annotations

import json

import pytest

from perf_xlsx.narrative.held import Held
from tests import CASES
from tests.kit.labelled import Label, Opening, openings
from tests.kit.reports import held, scored

OPENINGS = openings(CASES / "报告各地写法.toml")
TOTALS = ("合计", "年度资金总额")
IN_NO_FORM = {"outside", "plan", "share", "other"}
TO_HALF = str.maketrans("，：（）；", ",:();")
ROLES = {
    "initial", "adjustment", "adjusted", "executed", "execution_rate", "project_budget", "project_executed",
    "project_rate", "indicator_target", "indicator_actual", "indicator_weight", "indicator_points",
    "execution_points", "total", "grade", "staff", "project_count",
}  # fmt: skip  # that a form has a cell for


def _is_right(one: Held, label: Label) -> bool:
    found = next((read for read in one.reads if read.start < label.end and read.end > label.start), None)
    role = found.bound.role if found else ""
    outside = label.role in IN_NO_FORM or not label.in_form
    return role == label.role or (outside and role in IN_NO_FORM)


def test_the_roles_of_nearly_all_figures() -> None:
    right = [_is_right(held(one.text, scored(one.case)), label) for one in OPENINGS for label in one.labels]
    assert sum(right) / len(right) >= 0.98


@pytest.mark.parametrize("one", OPENINGS, ids=[one.title for one in OPENINGS])
@pytest.mark.parametrize("marks", ["full", "half"])
def test_nothing_is_found_and_most_roles_are_right(one: Opening, marks: str) -> None:
    text = one.text.translate(TO_HALF) if marks == "half" else one.text
    found = held(text, scored(one.case))
    assert [remark.finding.message for remark in found.found] == []
    wrong = [one.text[label.start : label.end] for label in one.labels if not _is_right(found, label)]
    assert len(wrong) <= len(one.labels) / 10, wrong


def test_what_a_form_has_is_found_in_it() -> None:
    found = [
        next((read.verdict for read in held(one.text, scored(one.case)).reads if read.start == label.start), "")
        for one in OPENINGS
        for label in one.labels
        if label.in_form and label.role in ROLES
    ]
    assert found.count("agrees") / len(found) >= 0.97


def _without(one: Opening) -> list[str]:
    """The form of an opening without one of its indicators, projects or lines, each in turn."""
    case = json.loads(one.case)
    parts = [
        (key, number) for key in ("indicators", "projects", "funds") for number in range(len(case.get(key, ())))
    ]
    kept = [(key, number) for key, number in parts if case[key][number].get("line") not in TOTALS]
    return [
        json.dumps({**case, key: [*case[key][:number], *case[key][number + 1 :]]}, ensure_ascii=False)
        for key, number in kept
    ]


@pytest.mark.parametrize("one", OPENINGS, ids=[one.title for one in OPENINGS])
def test_what_a_form_does_not_have_is_not_held_against_something_else(one: Opening) -> None:
    """A form whose sums lack a line is wrong by itself (F01); the report is told so where it has the same numbers."""
    found = [remark.finding.message for case in _without(one) for remark in held(one.text, scored(case)).found]
    assert [message for message in found if "没有填，合计对不上" not in message] == []
