"""read(fill(x)) = x, and the order of rows does not matter: through the real template and reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.domain.quantity import is_blank
from tests.kit.filled import filled
from tests.kit.outcome import scored

WORDS = (
    st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=40)
    .map(str.strip)
    .filter(lambda word: word and not is_blank(word))  # a dash is no name
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


def read(case: dict[str, Any], folder: Path) -> Result:
    path = folder / "t.xlsx"
    pipeline.write_template(path, case=json.dumps(case))
    return pipeline.score(path)


@given(CASE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_typed_is_read(tmp_path: Path, case: dict[str, Any]) -> None:
    first = read(case, tmp_path)
    evaluation, scores, told = first.evaluation, first.scores, {(f.code, f.place) for f in first.findings}
    assert evaluation is not None
    assert scores is not None
    assert (evaluation.form, evaluation.year, evaluation.unit) == (case["form"], case["year"], case["unit"])
    for row, typed in zip(evaluation.indicators, case["indicators"], strict=True):
        for key, value in typed.items():
            seen = getattr(row, key)
            if seen.value is None:  # 0.16 without a unit, beside 10.71: perhaps 16%
                assert ("R08", seen.place) in told
                assert not typed.get("unit")
            else:
                assert (seen.value if isinstance(seen.value, str) else float(seen.value)) == value
    shuffled = case | {"indicators": case["indicators"][::-1]}
    again = scored(filled(shuffled), tmp_path).scores
    assert again is not None
    assert [s.points for s in again.indicators[::-1]] == [s.points for s in scores.indicators]
    assert again.total == scores.total


ODD = [
    "24.46%万元", "≥266米", "1,234.50", "９５％", "完成", "/", "——", "无", "-5", "=1+1", "达成", "定性", "≥", "约",
    "按执行率", "10分", "3-5", "2023年12月底前", "壹佰元", "１００", "9700000元", "Ａ", "优", "0",
]  # fmt: skip
ANYTHING = st.one_of(st.none(), NUMBER, st.integers(-5, 105), st.text(max_size=12), st.sampled_from(ODD))
FUNDS = ("initial", "adjustment", "adjusted", "executed", "claimed_rate")
COLUMNS = (
    "level1", "level2", "name", "sign", "target", "unit", "midyear", "actual", "weight", "method",
    "claimed_completion", "claimed_points", "reason", "improvement",
)  # fmt: skip
WILD = st.fixed_dictionaries(
    {
        "form": st.just("department"),
        "year": st.just(2023),
        "unit": ANYTHING,
        "filled_on": ANYTHING,
        "money_unit": ANYTHING,
        "funds": st.tuples(
            *(
                st.fixed_dictionaries({"line": st.just(line)}, optional=dict.fromkeys(FUNDS, ANYTHING))
                for line in ("基本支出", "人员经费", "公用经费", "项目支出", "合计")
            )
        ).map(list),
        "projects": st.lists(
            st.fixed_dictionaries(
                {}, optional=dict.fromkeys(("name", "source", *FUNDS[:1], *FUNDS[2:4]), ANYTHING)
            ),
            max_size=3,
        ),
        "indicators": st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, ANYTHING)), max_size=5),
        "claimed": st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("execution_points", "total", "grade"), ANYTHING)
        ),
        "passages": st.dictionaries(WORDS, st.text(max_size=50), max_size=3),
    }
)


@given(WILD)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_scored_or_found_and_never_raises(tmp_path: Path, case: dict[str, Any]) -> None:
    paths = [tmp_path / folder / "w.xlsx" for folder in "abc"]
    paths[0].parent.mkdir(exist_ok=True)
    paths[0].write_bytes(filled(case))
    result = pipeline.score(paths[0], paths[1])
    assert result.evaluation is not None, [found.message for found in result.findings]
    assert result.scores is not None
    pipeline.score(paths[1], paths[2])
    assert paths[1].read_bytes() == paths[2].read_bytes()
    for row, score in zip(result.evaluation.indicators, result.scores.indicators, strict=True):
        places = {found.place for found in result.findings}
        if score.points is None:
            open_ = (row.weight, row.target, row.actual, row.sign, row.method, row.claimed_points)
            funds = result.evaluation.total_funds
            assert places & {entry.place for entry in (*open_, funds.adjusted, funds.executed)}, score.why
