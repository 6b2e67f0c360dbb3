"""The laws of the rules, on thousands of made-up indicators and forms."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from perf_xlsx.domain.model import Indicator
from perf_xlsx.domain.quantity import parse_quantity
from perf_xlsx.domain.rounding import half_up
from perf_xlsx.rulebook import Rulebook, load_rulebook, rulebook_names
from perf_xlsx.scoring.indicator import score_indicator
from tests import FIXTURES
from tests.kit.model_rows import entry, indicator

RULES = load_rulebook("mof-2020")
OTHER_CHOICES = FIXTURES / "另一种选择.toml"
RULEBOOKS = st.sampled_from([load_rulebook(name) for name in (*rulebook_names(), str(OTHER_CHOICES))])
NUMBERS = st.decimals(min_value=-10_000, max_value=1_000_000, places=2, allow_nan=False)
WEIGHTS = st.decimals(min_value=0, max_value=100, places=1)
SIGNS = st.sampled_from(["≥", "≤", "=", ">", "<", None])
METHODS = st.sampled_from([None, "按比例", "达标法", "按执行率"])
RATES = st.fractions(min_value=0, max_value=2)


ROWS = st.builds(indicator, sign=SIGNS, target=NUMBERS, actual=NUMBERS, weight=WEIGHTS, method=METHODS)


@given(ROWS, RATES, RULEBOOKS)
@settings(max_examples=3000)
def test_points_lie_between_zero_and_the_weight(row: Indicator, rate: Fraction, rules: Rulebook) -> None:
    score = score_indicator(row, rate, rules)
    assert score.points is not None
    assert score.weight is not None
    assert 0 <= score.points <= half_up(score.weight)
    assert 0 <= (score.share or 0) <= 1
    assert score.points == half_up(Fraction(score.weight) * (score.share or 0))
    assert score.why.endswith("。")
    assert score.basis


@given(ROWS, RATES)
@settings(max_examples=500)
def test_met_means_full_and_full_by_the_numbers_means_met(row: Indicator, rate: Fraction) -> None:
    score = score_indicator(row, rate, RULES)
    assert (score.share == 1) == bool(score.met)


@given(ROWS, NUMBERS, RATES)
@settings(max_examples=1000)
def test_a_better_actual_never_earns_less(row: Indicator, other: Decimal, rate: Fraction) -> None:
    low, high = sorted((row.actual.value, other))
    shares = [score_indicator(replace(row, actual=entry(actual)), rate, RULES).share for actual in (low, high)]
    worse, better = shares if row.sign.value not in ("≤", "<") else reversed(shares)
    if row.sign.value in ("=", None) and row.target.value == 0:
        worse, better = better, worse  # zero is a ceiling
    assert worse is not None
    assert better is not None
    assert worse <= better


@given(ROWS, RATES, st.decimals(min_value=1, max_value=1000, places=1))
def test_the_unit_of_measure_does_not_matter(row: Indicator, rate: Fraction, factor: Decimal) -> None:
    scaled = replace(row, target=entry(row.target.value * factor), actual=entry(row.actual.value * factor))
    assert score_indicator(row, rate, RULES).share == score_indicator(scaled, rate, RULES).share


@given(st.decimals(min_value=-10_000, max_value=10_000, places=6))
def test_rounding_is_half_away_from_zero(value: Decimal) -> None:
    from decimal import ROUND_HALF_UP

    assert half_up(value) == value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert half_up(-value) == -half_up(value)


@given(
    NUMBERS,
    st.sampled_from(["", "≥", "＞=", "不低于", "≤", "="]),
    st.sampled_from(["", "%", "％", "万元", " 个", "人次"]),
)
def test_a_number_is_found_between_its_sign_and_unit(number: Decimal, sign: str, unit: str) -> None:
    found = parse_quantity(f"{sign}{number:,}{unit}")
    assert found is not None
    assert found.number == number


@given(st.text(max_size=30))
@settings(max_examples=1000)
def test_any_text_can_be_asked_for_a_number(text: str) -> None:
    parse_quantity(text)
