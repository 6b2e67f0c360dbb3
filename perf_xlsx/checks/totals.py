"""T: total and grade."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from perf_xlsx.checks.indicators import claimed_beyond, claims_round
from perf_xlsx.checks.plausibility import out_of_band
from perf_xlsx.checks.weights import weights_settled
from perf_xlsx.domain.model import Scores, SelfEvaluation, points_of
from perf_xlsx.domain.rounding import half_up, percent, percent_unlike, plain, points
from perf_xlsx.findings.catalogue import Observation, check, observed, to_number, to_word
from perf_xlsx.rulebook import NO_GRADE, Rulebook


def claimed_sum(form: SelfEvaluation) -> Decimal | None:
    """All claimed points with those of budget execution; None while one is missing or unreadable, or all are."""
    if not form.indicators:
        return None
    claims = [form.claimed.execution_points.value, *(row.claimed_points.value for row in form.indicators)]
    known = [claim for claim in claims if claim is not None]
    return sum(known, Decimal(0)) if len(known) == len(claims) else None


def _sum_without_execution(form: SelfEvaluation) -> Decimal | None:
    """All claimed points of a layout that has no box for those of budget execution; None where it has one."""
    claims = [row.claimed_points.value or Decimal(0) for row in form.indicators]
    return sum(claims, Decimal(0)) if "claimed_execution_points" in form.absent else None


def _capped(claimed: Decimal, total: Decimal, scores: Scores, rulebook: Rulebook) -> bool:
    """Whether the claimed total is the sum of the claimed points as the rulebook caps it."""
    cap = rulebook.cap(scores.execution.completion)
    return cap is not None and claimed == cap.total < total


def _settled(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> bool:
    """Whether weights and claims stand, so that something can be said of their total.

    While a person has still to choose some of them (W01, I12) the total will be another one.
    """
    return weights_settled(form, rulebook) and not any(out_of_band(form, scores, rulebook))


def _rounded(claimed: Decimal, total: Decimal, rulebook: Rulebook) -> bool:
    """Whether a claim is the total as the unit rounds it; not into another grade, which would be in vain."""
    return claimed in (half_up(total, 1), half_up(total, 0)) and rulebook.grade(claimed) == rulebook.grade(total)


@check("T01")
def claimed_total_is_sum(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """自评总分＝预算执行率得分＋各指标自评得分.

    A total that the unit capped itself, as the rulebook does (T04), is right.
    Good: 8.68 + 79.33 = 88.01.  Bad: the same beside 89.00.  88 is the unit's own rounding: a notice.
    """
    entry, total = form.claimed.total, claimed_sum(form)
    if entry.value is None or total is None or not _settled(form, scores, rulebook):
        return
    if _capped(entry.value, total, scores, rulebook):
        return
    difference = entry.value - total
    if abs(difference) > rulebook.number("thresholds.tolerance"):
        rounded = _rounded(entry.value, total, rulebook)
        yield observed(
            entry,
            f"自评总分填{plain(entry.value)}，各项自评得分之和为{plain(total)}，相差{plain(difference)}"
            + ("，是四舍五入造成的。" if rounded else "。"),
            "可以不改；建议保留两位小数。"
            if rounded
            else f"请核对各项自评得分；如各项无误，自评总分应填{plain(total)}。",
            expected=plain(total),
            difference=plain(difference),
            severity="notice" if rounded else "error",
            correction=None if rounded else to_number(entry, total),
        )


@check("T02")
def claimed_total_is_computed_total(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """自评总分＝计算总分. A provisional total is not compared: what is missing has been said.

    Nor is that of a layout without a box for the points of execution, where it is the sum of those that it has.

    Good: 88.01 beside 88.01.  Bad: 92.00 beside 88.01.  88 is the unit's own rounding: a notice.
    """
    entry = form.claimed.total
    if entry.value is None or not scores.complete or not _settled(form, scores, rulebook):
        return
    beyond, tolerance = claimed_beyond(form, scores), rulebook.number("thresholds.tolerance")
    ours = scores.total + beyond  # by the signs that the claims were made for, where none are stated
    own = _sum_without_execution(form)
    if own is not None and abs(entry.value - own) <= tolerance:
        return
    if min(abs(entry.value - known) for known in (ours, scores.total)) <= tolerance:
        return
    difference = entry.value - ours
    rounded = claims_round(form, scores, rulebook) and rulebook.grade(entry.value) == rulebook.grade(ours)
    signs = f"，没有填指标性质的按填报的得分计，应为{points(ours)}" if beyond else ""
    yield observed(
        entry,
        f"自评总分填{plain(entry.value)}，按评分办法计算为{points(scores.total)}{signs}，相差{plain(difference)}"
        + ("，是四舍五入造成的。" if rounded else "。"),
        "建议各项得分保留两位小数。" if rounded else f"请把自评总分改为{points(ours)}。",
        expected=points(ours),
        difference=plain(difference),
        severity="notice" if rounded else "error",
        correction=None if rounded else to_number(entry, ours),
    )


@check("T04")
def total_is_capped(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """总分按执行率封顶, where the rulebook caps it.

    Good: 执行率97%.  Bad: 执行率65% and 92 points, capped at 79.
    """
    rate, summed = scores.execution.completion, points_of((scores.execution, *scores.indicators))
    cap = rulebook.cap(rate)
    if cap is not None and rate is not None and summed > cap.total:
        yield observed(
            form.total_funds.executed,
            f"各项得分合计{points(summed)}，预算执行率{percent_unlike(rate, cap.below)}，"
            f"低于{percent(cap.below)}，总分按{plain(cap.total)}分封顶。",
            "请核对执行数；确实如此的，自评总分不得超过封顶分。",
            expected=f"不超过{plain(cap.total)}",
            difference=plain(summed - cap.total),
        )


@check("T05")
def total_is_near_a_grades_edge(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """总分接近等级界限: a small correction would change the grade.

    Good: 88.01.  Bad: 89.80, two tenths short of 优.
    """
    if not scores.complete:
        return
    for grade in rulebook.grades:
        gap = scores.total - grade.low
        if grade.low and abs(gap) <= rulebook.number("thresholds.grade_edge"):
            edge = f"“{grade.name}”的界限{plain(grade.low)}"
            far = f"比{edge}{'高' if gap > 0 else '低'}{plain(abs(gap))}分" if gap else f"恰好是{edge}"
            message = f"计算总分{points(scores.total)}，{far}。"
            entry = form.claimed.grade
            yield observed(
                entry, message, "可以不改；请核对各项数字，小的更正就会改变等级。", difference=plain(gap)
            )


@check("T03")
def claimed_grade_is_earned(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """自评等级 is the grade of the claimed total, and of the computed one.

    Good: 88.01 良.  Bad: 88.01 优.
    """
    entry, total = form.claimed.grade, form.claimed.total.value
    if entry.value is None or not _settled(form, scores, rulebook):
        return
    beyond = claimed_beyond(form, scores)
    if total is not None and rulebook.grade(total) != entry.value:
        grade, number = rulebook.grade(total), f"自评总分{plain(total)}"
    elif scores.grade is not None and entry.value not in (scores.grade, rulebook.grade(scores.total + beyond)):
        grade, number = scores.grade, f"计算总分{points(scores.total)}"
    else:
        return
    if grade == NO_GRADE:
        full = plain(rulebook.number("total.points"))
        message = f"自评等级填“{entry.value}”，而{number}超过满分{full}，没有对应的等级。"
        yield observed(entry, message, "请核对各项分值和总分。")
        return
    low = next(g.low for g in rulebook.grades if g.name == grade)
    bound = f"（{plain(low)}分及以上）" if low else ""
    yield observed(
        entry,
        f"自评等级填“{entry.value}”，而{number}对应的等级是“{grade}”{bound}。",
        f"请改为“{grade}”，或核对总分。",
        expected=grade,
        correction=to_word(entry, grade),
    )
