"""T: total and grade."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from perf_xlsx.checks.diagnoses import Diagnoses
from perf_xlsx.domain.model import Scores, SelfEvaluation
from perf_xlsx.domain.rounding import half_up, percent, percent_unlike, plain, points
from perf_xlsx.findings.catalogue import Observation, check, observed, to_number, to_word
from perf_xlsx.rulebook import BY_SHARE, NO_GRADE, Rulebook


def _sum_without_execution(evaluation: SelfEvaluation) -> Decimal | None:
    """All claimed points of a layout without a box for those of budget execution; None for other layouts."""
    claims = [row.claimed_points.value or Decimal(0) for row in evaluation.indicators]
    return sum(claims, Decimal(0)) if "claimed_execution_points" in evaluation.absent else None


def _is_capped(claimed: Decimal, total: Decimal, scores: Scores, rulebook: Rulebook) -> bool:
    """Whether the claimed total is the sum of the claimed points as the rulebook caps it (T04)."""
    cap = rulebook.cap(scores.execution.completion)
    return cap is not None and claimed == cap.total < total


def _is_rounded(claimed: Decimal, total: Decimal, rulebook: Rulebook) -> bool:
    """Whether a claim is the total as the unit rounds it, and not rounded into another grade."""
    return claimed in (half_up(total, 1), half_up(total, 0)) and rulebook.grade(claimed) == rulebook.grade(total)


def _is_total_claimed(diagnoses: Diagnoses) -> bool:
    """Whether the unit typed a total that can be judged; one that the sheet made is only as wrong as its parts."""
    return diagnoses.evaluation.claims_total and diagnoses.is_total_settled


@check("T01")
def claimed_total_is_sum(diagnoses: Diagnoses, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """自评总分＝预算执行率得分＋各指标自评得分. A total that only the unit's own rounding changes is a notice."""
    entry, total = diagnoses.evaluation.claimed.total, diagnoses.claimed_sum
    if entry.value is None or total is None or not _is_total_claimed(diagnoses):
        return
    difference = entry.value - total
    if abs(difference) <= diagnoses.tolerance or _is_capped(entry.value, total, scores, rulebook):
        return
    rounded, converted = _is_rounded(entry.value, total, rulebook), _conversion(scores, rulebook)
    beyond = total > diagnoses.full + diagnoses.tolerance  # then a point is wrong, and no total can be right
    advice = (
        f"各项自评得分之和超过满分{plain(diagnoses.full)}，请核对各项自评得分，自评总分随之更正。"
        if beyond
        else f"请核对各项自评得分；如各项无误，自评总分应填{plain(total)}。"
    )
    yield observed(
        entry,
        f"自评总分填{plain(entry.value)}，各项自评得分之和{converted}为{plain(total)}，相差{plain(difference)}"
        + ("，是四舍五入造成的。" if rounded else "。"),
        "可以不改；建议保留两位小数。" if rounded else advice,
        expected=None if beyond else plain(total),
        difference=plain(difference),
        severity="notice" if rounded else "error",
        correction=None if rounded or beyond else to_number(entry, total),
    )


def _conversion(scores: Scores, rulebook: Rulebook) -> str:
    """That the sum of the points is not the total by itself, in words, or ""."""
    if rulebook.word("total.conversion") == BY_SHARE:
        return "按权重占比折算后"
    return "" if all(score.applies for score in scores.indicators) else "按适用的分值折算后"


@check("T02")
def claimed_total_is_computed_total(
    diagnoses: Diagnoses, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """自评总分＝计算总分. A provisional total is not compared: what is missing is reported already.

    Nor is that of a layout without a box for the points of execution, if it is the sum of those that it has.
    """
    entry, beyond = diagnoses.evaluation.claimed.total, diagnoses.claimed_beyond
    computed = diagnoses.total + beyond  # by the signs that the claims were made for, where none were chosen
    if entry.value is None or not (scores.complete and _is_total_claimed(diagnoses)):
        return
    right = [computed, diagnoses.total, _sum_without_execution(diagnoses.evaluation)]
    if any(known is not None and abs(entry.value - known) <= diagnoses.tolerance for known in right):
        return
    difference = entry.value - computed
    rounded = diagnoses.is_total_rounded and rulebook.grade(entry.value) == rulebook.grade(computed)
    tail, advice, severity, correction = (
        ("，是四舍五入造成的。", "建议各项得分保留两位小数。", "notice", None)
        if rounded
        else ("。", f"请把自评总分改为{points(computed)}。", "error", to_number(entry, computed))
    )
    signs = f"，没有填指标性质的按填报的得分计，应为{points(computed)}" if beyond else ""
    yield observed(
        entry,
        f"自评总分填{plain(entry.value)}，按评分办法计算为{points(diagnoses.total)}{signs}，相差{plain(difference)}{tail}",
        advice,
        expected=points(computed),
        difference=plain(difference),
        severity=severity,
        correction=correction,
    )


@check("T04")
def total_is_capped(diagnoses: Diagnoses, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """总分按执行率封顶, where the rulebook caps it."""
    evaluation, rate, summed = diagnoses.evaluation, scores.execution.completion, diagnoses.computed_sum
    cap = rulebook.cap(rate)
    if cap is not None and rate is not None and summed > cap.total:
        yield observed(
            evaluation.total_funds.executed,
            f"各项得分合计{points(summed)}，预算执行率{percent_unlike(rate, cap.below)}，"
            f"低于{percent(cap.below)}，总分按{plain(cap.total)}分封顶。",
            "请核对执行数；确实如此的，自评总分不得超过封顶分。",
            expected=f"不超过{plain(cap.total)}",
            difference=plain(summed - cap.total),
        )


@check("T05")
def total_is_near_a_grades_edge(diagnoses: Diagnoses, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """总分接近等级界限: a small correction would change the grade."""
    for grade in rulebook.grades if scores.complete else ():
        gap = diagnoses.total - grade.low
        if grade.low and abs(gap) <= rulebook.number("thresholds.grade_edge"):
            edge = f"“{grade.name}”的界限{plain(grade.low)}"
            far = f"比{edge}{'高' if gap > 0 else '低'}{plain(abs(gap))}分" if gap else f"恰好是{edge}"
            advice = "可以不改；请核对各项数字，小的更正就会改变等级。"
            message = f"计算总分{points(diagnoses.total)}，{far}。"
            yield observed(diagnoses.evaluation.claimed.grade, message, advice, difference=plain(gap))


def _claimed_total(diagnoses: Diagnoses) -> Decimal | None:
    """The total that the unit claims: as typed, or its claims as the rulebook adds and caps them.

    One that is no number (R08) is its claims too, so that the grade is held against them at once.
    """
    typed = diagnoses.evaluation.claimed.total
    if diagnoses.evaluation.claims_total and not typed.unreadable:
        return typed.value
    summed, cap = diagnoses.claimed_sum, diagnoses.rulebook.cap(diagnoses.scores.execution.completion)
    return summed if summed is None or cap is None else min(summed, cap.total)


@check("T03")
def claimed_grade_is_earned(diagnoses: Diagnoses, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """自评等级 is the grade of the claimed total, and of the computed one."""
    entry, total = diagnoses.evaluation.claimed.grade, _claimed_total(diagnoses)
    if entry.value is None or not diagnoses.is_total_settled:
        return
    computed = (scores.grade, rulebook.grade(diagnoses.total + diagnoses.claimed_beyond))
    if total is not None and rulebook.grade(total) != entry.value:
        summed = diagnoses.evaluation.claimed.total.unreadable
        grade = rulebook.grade(total)
        number = f"{'各项自评得分之和' if summed else '自评总分'}{plain(total)}"
    elif scores.grade is not None and entry.value not in computed:
        grade, number = scores.grade, f"计算总分{points(diagnoses.total)}"
    else:
        return
    if grade == NO_GRADE:
        message = f"自评等级填“{entry.value}”，而{number}超过满分{plain(diagnoses.full)}，没有对应的等级。"
        yield observed(entry, message, "请核对各项分值和总分。")
        return
    message = f"自评等级填“{entry.value}”，而{number}对应的等级是“{grade}”{_lower_bound(grade, rulebook)}。"
    yield observed(
        entry, message, f"请改为“{grade}”，或核对总分。", expected=grade, correction=to_word(entry, grade)
    )


def _lower_bound(grade: str, rulebook: Rulebook) -> str:
    """In brackets, the least points of a grade; "" for the lowest."""
    found = next(one for one in rulebook.grades if one.name == grade)
    return f"（{plain(found.low)}分{'以上，不含' if found.open else '及以上'}）" if found.low else ""
