"""Every kind of finding: a case that has it, and near misses that do not (tests/cases/问题.md)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from perf_xlsx.catalogue import CHECKS, catalogue
from perf_xlsx.model import Result
from tests.conftest import CASES
from tests.finding_cases import FindingCase, changed, read_cases

ALL = read_cases(CASES / "问题.md")
# tests/test_reading.py, tests/test_hostile.py, tests/test_damage.py
ELSEWHERE = {f"R{n:02}" for n in (1, 2, 3, 4, 5, 6, 10, 11, 16, 17, 21, 22)}
FORMS = {"部门": "完好的部门自评表.json", "项目": "完好的项目自评表.json"}


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.title)
def test_case(case: FindingCase, score_case: Callable[..., Result]) -> None:
    form = json.loads((CASES / FORMS[case.form]).read_text("utf-8"))
    for path, new in case.changes:
        changed(form, path, new)
    found = score_case(form, rulebook=case.rulebook).findings
    for wanted in case.expected:
        assert any(wanted.matches(f) for f in found), (
            f"{wanted} is not among {[(f.code, f.severity, f.field, f.expected, f.difference) for f in found]}"
        )
    if "任何问题" in case.absent:
        assert found == ()
    assert not {f.code for f in found} & set(case.absent)


def test_every_code_has_a_case() -> None:
    assert {wanted.code for case in ALL for wanted in case.expected} | ELSEWHERE == set(catalogue())


def test_every_check_belongs_to_a_code_and_explains_itself() -> None:
    for code, function in CHECKS:
        assert code in catalogue()
        assert "Good:" in (function.__doc__ or "")
        assert "Bad:" in (function.__doc__ or "")


def test_every_finding_says_what_to_do(well_made: dict[str, Any], score_case: Callable[..., Result]) -> None:
    for case in ALL:
        for path, new in case.changes[:1] if case.form == "部门" else ():
            changed(well_made, path, new)
    for found in score_case(well_made).findings:
        assert found.message.endswith("。")
        assert found.advice.endswith("。")
        assert found.basis
