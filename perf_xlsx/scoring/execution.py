"""Budget execution (预算执行): the rates of every line, the points of the total."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from perf_xlsx.domain.model import Entry, FundLine, Project, Rates, Score, SelfEvaluation
from perf_xlsx.domain.quantity import is_blank
from perf_xlsx.domain.rounding import half_up, percent, plain, points, quotient
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.scoring.scale import scaled, told

NO_POINTS = Decimal("0.00")


def line_rates(line: FundLine, rulebook: Rulebook) -> Rates:
    """Execution rate (executed ÷ the rulebook's base) and adjustment rate (adjustment ÷ initial) of one line.

    Where no adjustment was typed it is adjusted − initial. A form without a column for the rulebook's base shows
    the rate by the one that it has (F06).
    """
    adjustment = line.adjustment.value
    if adjustment is None and line.adjustment.empty and None not in (line.adjusted.value, line.initial.value):
        adjustment = line.adjusted.value - line.initial.value  # type: ignore[operator]  # both known here
    rate = _rate(line, rulebook)
    rate = _rate_of_the_form(line, _base(line, rulebook)) if rate is None else rate
    return Rates(rate, quotient(adjustment, line.initial.value))


def project_rates(project: Project, rulebook: Rulebook) -> Rates:
    """Execution rate of one project, and what its budget changed by."""
    initial, adjusted = project.initial.value, project.adjusted.value
    change = None if initial is None or adjusted is None else adjusted - initial
    return Rates(_rate(project, rulebook), quotient(change, initial))


def _rate(spending: FundLine | Project, rulebook: Rulebook) -> Fraction | None:
    """Executed ÷ the rulebook's base; spending below zero (F07) makes no rate."""
    executed, budget = spending.executed.value, _base(spending, rulebook).value
    return None if executed is not None and executed < 0 else quotient(executed, budget)


def _base(spending: FundLine | Project, rulebook: Rulebook) -> Entry[Decimal]:
    return spending.entry(rulebook.word("execution.base"))


def score_execution(evaluation: SelfEvaluation, rulebook: Rulebook) -> Score:
    """Points of budget execution: weight × min(1, executed ÷ budget), or by the rulebook's tiers of that rate.

    Where it has no weight its points are 0, whatever the rate; where the rate is unknown, too.
    """
    weight = rulebook.number("execution.weight")
    tiers = rulebook.tiers("execution.scale")
    keys = ("execution.weight", "execution.base", *(["execution.scale"] if tiers else []))
    basis = tuple(map(rulebook.cite, keys))
    line = evaluation.total_funds
    budget, executed, rate = _base(line, rulebook), line.executed, _rate(line, rulebook)
    if not weight:
        return Score(weight, Fraction(0), NO_POINTS, rate, None, None, _unweighted(rate), basis)
    if rate is None or executed.value is None or budget.value is None:
        lacking = "；".join(filter(None, (_unusable(budget, budget=True), _unusable(executed))))
        why = f"{lacking}，执行率无法计算，预算执行率暂不能评分。"
        return Score(weight, None, None, None, None, None, why, basis)
    share, tier = scaled(min(rate, Fraction(1)), rate, weight, tiers)
    earned = half_up(share * Fraction(weight))
    sum_ = f"{plain(executed.value)}÷{plain(budget.value)}={percent(rate)}"
    if tier is not None:
        why = f"执行率{sum_}，{told(tier, '执行率')}，{plain(weight)}分得{points(earned)}分。"
    elif rate > 1:
        why = f"执行率{sum_}，超过100%，按100%计，得满分{plain(weight)}分。"
    else:
        why = f"执行率{sum_}，{plain(weight)}分按执行率得{points(earned)}分。"
    return Score(weight, share, earned, rate, rate >= 1, None, why, basis)


def rate_in_words(evaluation: SelfEvaluation, rulebook: Rulebook) -> str:
    """The rate of a form that gives no points for it."""
    line = evaluation.total_funds
    budget, executed, rate = _base(line, rulebook), line.executed, _rate(line, rulebook)
    if rate is None or executed.value is None or budget.value is None:
        return (
            f"{'；'.join(filter(None, (_unusable(budget, budget=True), _unusable(executed))))}，执行率无法计算。"
        )
    return f"执行率{plain(executed.value)}÷{plain(budget.value)}={percent(rate)}。"


def _rate_of_the_form(line: FundLine, budget: Entry[Decimal]) -> Fraction | None:
    """The rate by the only budget that a form has a column for: it is shown, and earns no points."""
    others = [entry for entry in (line.initial, line.adjusted) if entry is not budget]
    if budget.place.cell or not budget.empty or (line.executed.value or 0) < 0:
        return None
    return quotient(line.executed.value, others[0].value)


def _unweighted(rate: Fraction | None) -> str:
    """That budget execution is shown and not scored."""
    return f"{f'执行率{percent(rate)}，' if rate is not None else ''}本评分办法不单独给预算执行率计分。"


def _unusable(entry: Entry[Decimal], budget: bool = False) -> str:
    """Why no rate can be computed from this amount; "" where it can. A budget has to be above zero."""
    if entry.empty:
        return f"{entry.field}没有填写"
    if entry.value is None:  # a dash stands for what was lost, too
        given = entry.given
        return f"{entry.field}没有读到" if is_blank(given) else f"{entry.field}填“{given}”，不能用来计算"
    low = "不大于零" if budget and entry.value <= 0 else "小于零" if entry.value < 0 else ""
    return low and f"{entry.field}填{plain(entry.value)}，{low}"
