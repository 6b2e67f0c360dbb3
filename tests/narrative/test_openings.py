"""Openings of reports in many styles, none of them wrong: silence, and the figures of the form are found in them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests import CASES
from tests.kit.reports import case_of, held, of_our_examples, scored
from tests.kit.written_reports import STYLES

PARTS = (CASES / "报告开头.md").read_text("utf-8").split("\n## ")[1:]


def _opening(part: str) -> Any:
    title, _, rest = part.partition("\n")
    form, agree = re.search("- 表 (..)", rest), re.search(r"- 一致 (\d+)", rest)
    assert form
    assert agree
    return pytest.param(f"完好的{form[1]}自评表", int(agree[1]), rest.split("\n\n", 1)[1], id=title)


@pytest.mark.parametrize(("form", "agree", "text"), list(map(_opening, PARTS)))
def test_an_opening_without_a_fault_is_silent(form: str, agree: int, text: str) -> None:
    one = held(text, scored(json.dumps(case_of(form), ensure_ascii=False)))
    assert [found.finding.message for found in one.found] == []
    assert sum(read.verdict == "agrees" for read in one.reads) == agree


@pytest.mark.parametrize("number", range(10))
def test_a_whole_report_that_is_right_is_silent_and_bound(number: int) -> None:
    text, result = of_our_examples()[number]
    one = held(text, result)
    assert [found.finding.message for found in one.found] == []
    assert sum(read.verdict == "unbound" for read in one.reads) <= len(one.reads) / 50


SLIPS = {"P01", "P02", "P05"}


@pytest.mark.parametrize("name", ["完好的部门自评表", "完好的项目自评表"])
def test_what_the_form_does_not_have_is_not_held_against_something_else(name: str) -> None:
    case = case_of(name)
    for key in ("indicators", "projects"):
        for number in range(len(case.get(key, ()))):
            less = {**case, key: [*case[key][:number], *case[key][number + 1 :]]}
            result = scored(json.dumps(less, ensure_ascii=False))
            found = [one.finding for style in STYLES[case["form"]] for one in held(style(case), result).found]
            assert [one.message for one in found if one.code in SLIPS] == []
