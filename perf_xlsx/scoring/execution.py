"""Budget execution (预算执行): rates of every line, points of the whole."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from perf_xlsx.model import Entry, FundLine, Project, Rates, Score, SelfEvaluation
from perf_xlsx.numerals import half_up, percent, plain, points, quotient
from perf_xlsx.rulebook import Rulebook


def line_rates(line: FundLine, rulebook: Rulebook) -> Rates:
    """Execution rate (executed ÷ the rulebook's base) and adjustment rate (adjustment ÷ initial) of one line.

    Where no adjustment was typed it is adjusted − initial.
    """
    adjustment = line.adjustment.value
    if adjustment is None and line.adjustment.empty and None not in (line.adjusted.value, line.initial.value):
        adjustment = line.adjusted.value - line.initial.value  # type: ignore[operator]  # both known here
    return Rates(quotient(line.executed.value, _base(line, rulebook)), quotient(adjustment, line.initial.value))


def project_rates(project: Project, rulebook: Rulebook) -> Rates:
    """Execution rate of one project, and what its budget changed by."""
    initial, adjusted = project.initial.value, project.adjusted.value
    change = None if initial is None or adjusted is None else adjusted - initial
    return Rates(quotient(project.executed.value, _base(project, rulebook)), quotient(change, initial))


def _base(spending: FundLine | Project, rulebook: Rulebook) -> Decimal | None:
    entry: Entry[Decimal] = getattr(spending, rulebook.word("execution.base"))
    return entry.value


def score_execution(form: SelfEvaluation, rulebook: Rulebook) -> Score:
    """Points of budget execution: weight × min(1, executed ÷ budget)."""
    weight = rulebook.number("execution.weight")
    base = rulebook.word("execution.base")
    basis = (rulebook.cite("execution.weight"), rulebook.cite("execution.base"))
    line = form.total_funds
    budget, executed = getattr(line, base), line.executed
    rate = quotient(executed.value, budget.value)
    if rate is None or executed.value is None or budget.value is None:
        lacking = "；".join(filter(None, (_unusable(budget, floor=True), _unusable(executed))))
        why = f"{lacking}，执行率无法计算，预算执行率暂不能评分。"
        return Score(weight, None, None, None, None, None, why, basis)
    share = min(max(rate, Fraction(0)), Fraction(1))
    earned = half_up(share * Fraction(weight))
    sum_ = f"{plain(executed.value)}÷{plain(budget.value)}={percent(rate)}"
    if rate > 1:
        why = f"执行率{sum_}，超过100%，按100%计，得满分{plain(weight)}分。"
    else:
        why = f"执行率{sum_}，{plain(weight)}分按执行率得{points(earned)}分。"
    return Score(weight, share, earned, rate, rate >= 1, None, why, basis)


def _unusable(entry: Entry[Decimal], floor: bool = False) -> str:
    """Why a rate cannot be made of this amount; "" where it can. A budget has to be above zero."""
    if entry.empty:
        return f"{entry.field}没有填写"
    if entry.value is None:
        return f"{entry.field}填“{entry.given}”，不能用来计算"
    return f"{entry.field}填{plain(entry.value)}，不大于零" if floor and entry.value <= 0 else ""
