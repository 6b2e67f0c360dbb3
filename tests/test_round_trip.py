"""read(fill(x)) = x, and the order of rows does not matter: through the real template and reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perf_xlsx import pipeline
from perf_xlsx.model import SelfEvaluation

WORDS = (
    st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=40)
    .map(str.strip)
    .filter(bool)
)
NUMBER = st.decimals(min_value=-(10**6), max_value=10**9, places=2).map(float)
SIGN = st.sampled_from(["≥", "≤", "=", ">", "<"])
INDICATOR = st.fixed_dictionaries(
    {"name": WORDS, "sign": SIGN, "target": NUMBER, "actual": NUMBER, "weight": st.integers(1, 20)},
    optional={
        "reason": WORDS,
        "improvement": WORDS,
        "midyear": NUMBER,
        "unit": st.sampled_from(["个", "人", "天"]),
    },
)
CASE = st.fixed_dictionaries(
    {
        "form": st.sampled_from(["department", "project"]),
        "year": st.integers(2015, 2035),
        "unit": WORDS,
        "indicators": st.lists(INDICATOR, min_size=1, max_size=6),
    }
)


def read(case: dict[str, Any], folder: Path) -> tuple[SelfEvaluation, Any]:
    path = folder / "t.xlsx"
    pipeline.write_template(path, case=json.dumps(case))
    result = pipeline.score(path)
    assert result.evaluation is not None
    return result.evaluation, result.scores


@given(CASE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_typed_is_read(tmp_path: Path, case: dict[str, Any]) -> None:
    form, scores = read(case, tmp_path)
    assert (form.form, form.year, form.unit) == (case["form"], case["year"], case["unit"])
    for row, typed in zip(form.indicators, case["indicators"], strict=True):
        for key, value in typed.items():
            seen = getattr(row, key).value
            assert (seen if isinstance(seen, str) else float(seen)) == value
    shuffled = case | {"indicators": case["indicators"][::-1]}
    _, again = read(shuffled, tmp_path)
    assert [s.points for s in again.indicators[::-1]] == [s.points for s in scores.indicators]
    assert again.total == scores.total
