"""A second, plain implementation of the published formulas against the engine: thousands of forms, all rulebooks.

The oracle knows nothing of the product's data or code: its numbers stand here, its arithmetic is Fraction.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

import pytest

from perf_xlsx.domain.model import Result
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from perf_xlsx.scoring import score_evaluation
from tests.kit.oracle import ORACLES, as_case, evaluation, made_up, oracle


def test_every_rulebook_has_its_oracle() -> None:
    assert set(ORACLES) == set(rulebook_names())


@pytest.mark.parametrize("name", ORACLES)
def test_engine_and_oracle_agree_on_two_thousand_forms(name: str) -> None:
    chance, rulebook, graded = random.Random(name), load_rulebook(name), 0
    for _ in range(2000):
        form = made_up(chance, chance.randint(1, 8), ORACLES[name])
        others = sum(Decimal(str(row["weight"])) for row in form["rows"][1:])
        if (rest := 100 - ORACLES[name]["execution"] - others) > 0:
            form["rows"][0]["weight"] = float(rest)
        scores = score_evaluation(evaluation(form), rulebook)
        ours = [scores.execution.points, *(s.points for s in scores.indicators)]
        assert (ours, scores.total, scores.grade) == oracle(form, name), form
        graded += scores.grade is not None
    assert graded > 400


@pytest.mark.parametrize("name", ORACLES)
def test_they_agree_through_template_and_reader_too(name: str, score_case: Callable[..., Result]) -> None:
    form = made_up(random.Random(f"{name} 2"), 60, ORACLES[name])
    scores = score_case(as_case(form, load_rulebook(name).forms[0]), rulebook=name).scores
    assert scores is not None
    ours = [scores.execution.points, *(s.points for s in scores.indicators)]
    assert (ours, scores.total, scores.grade) == oracle(form, name)
