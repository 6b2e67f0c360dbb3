"""I: each indicator's own row."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.checks.claims import claim_agrees, claims_prove, has_opposite_points, opposite_claims
from perf_xlsx.checks.diagnoses import Diagnoses, is_missing_or_filler, judged_without_target
from perf_xlsx.domain.model import CROSSED_OUT, PICTURE, Entry, Indicator, Score, Scores, Severity
from perf_xlsx.domain.rounding import half_up, plain, points
from perf_xlsx.findings.catalogue import Observation, check, observed, to_number, to_word
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.rulebook.direction import BY_NAME, USUAL, ZERO, direction_of

UNREADABLE_TEXTS = {PICTURE: "放的是图片，读不出内容", CROSSED_OUT: "被划去了（删除线），没有读取"}
BY_RATE, IN_WORDS = "按执行率", "定性"  # methods


@check("I01")
def sign_is_stated(diagnoses: Diagnoses, rulebook: Rulebook) -> Iterator[Observation]:
    """指标性质须填写; where it is missing, say how the row was read and which sign the claims prove.

    A layout without a column for it is not asked where the target is met either way.
    """
    absent, unscored = "sign" in diagnoses.evaluation.absent, diagnoses.evaluation.unscored
    without_targets = "target" in diagnoses.evaluation.absent
    for row, score in diagnoses.rows:
        if not _needs_sign(row, absent) or (unscored and row.actual.value is None):
            continue
        if without_targets and row.target.empty:
            continue
        found = _MissingSign() if row.qualitative else _missing_sign(row, score, rulebook)
        yield observed(
            row.sign,
            f"{row.display_name}没有填指标性质，{_reading(row, score, rulebook, unscored)}{found.agreement}。",
            "请在指标值前写明 ≥、≤、=、>、< 之一。" if absent else found.advice,
            expected=found.right or (found.named and found.other) or None,
            basis=found.basis,
            correction=to_word(row.sign, found.right) if found.right else None,
        )


def _needs_sign(row: Indicator, absent: bool) -> bool:
    """Whether a sign is missing; where the layout has no column for it, not if the target is met either way."""
    if not row.sign.empty or row.method.value == IN_WORDS:
        return False
    return not absent or row.actual.value != row.target.value


class _MissingSign(Struct, frozen=True):
    """What name and claims say of a missing sign: the sign by the name, and another that the claims fit."""

    claims: tuple[str, ...] = ()
    other: str = ""
    named: str = ""
    is_proven: bool = False
    basis: str | None = None

    @property
    def right(self) -> str:
        """The sign that is right for sure; "" where the claims contradict the name."""
        if self.named:
            return "" if self.other else self.named
        return self.other if self.is_proven else ""

    @property
    def advice(self) -> str:
        """What to choose from the list."""
        if self.right:
            return f"请在指标性质中填“{self.right}”。"
        return "请从下拉列表中选择 ≥、≤、=、>、< 或 定性。"

    @property
    def agreement(self) -> str:
        """Which claims fit the opposite sign, in words."""
        return f"；填报的{'、'.join(self.claims)}与按“{self.other}”计算的一致" if self.other else ""


def _missing_sign(row: Indicator, score: Score, rulebook: Rulebook) -> _MissingSign:
    direction, claims = direction_of(row, rulebook), opposite_claims(row, score, rulebook)
    other = direction.other if claims else ""
    named = direction.sign if direction.rule != USUAL and not direction.doubtful else ""
    proven = bool(other) and claims_prove(row, other)
    return _MissingSign(claims, other, named, proven, str(rulebook.cite(direction.rule)))


def _reading(row: Indicator, score: Score, rulebook: Rulebook, unscored: str) -> str:
    """How an indicator without a sign was read, and why."""
    if unscored and score.met is None:
        return score.why.removeprefix("指标性质未填，").removesuffix("。")
    read = "读取" if unscored else "计分"
    if row.qualitative:
        return f"暂按定性{read}"
    direction = direction_of(row, rulebook)
    sign = f"“{direction.sign}”"
    if direction.doubtful and score.points is None and row.actual.value is not None:
        named = f"“{direction.word}”" if direction.word in row.name.given else f"{direction.word}指标"
        return f"{named}越高越好还是越低越好不能确定，按{sign}和“{direction.other}”得分不同，暂不评分"
    better = "越高越好" if direction.rising else "越低越好"
    by = {ZERO: "指标值为0，", BY_NAME: f"按名称（“{direction.word}”{better}），"}.get(direction.rule, "")
    return f"{by}暂按{sign}{read}"


@check("I02")
def target_is_stated(diagnoses: Diagnoses) -> Iterator[Observation]:
    """年度指标值须填写；≥、> 的指标值不应为0, since nothing could then be missed."""
    for row, score in diagnoses.measured:
        if "target" in diagnoses.evaluation.absent:
            continue
        if row.target.empty and score.applies and not judged_without_target(row):
            yield observed(row.target, f"{row.display_name}没有填年度指标值。", "请填写年初批复的指标值。")
        elif row.target.value == 0 and row.sign.value in ("≥", ">") and score.method not in (BY_RATE, IN_WORDS):
            yield observed(
                row.target,
                f"{row.display_name}的指标值为0，性质为{row.sign.value}，无法衡量完成程度。",
                "请核对指标值；如要求不得发生，指标性质请选“=”或“≤”。",
                expected="大于0的数字",
            )


@check("I03")
def actual_is_stated(diagnoses: Diagnoses) -> Iterator[Observation]:
    """实际完成值须填写; 0 is a value, an empty cell is not."""
    evaluation = diagnoses.evaluation
    for row, score in diagnoses.measured if "actual" not in evaluation.absent else ():
        if row.actual.empty and not judged_without_target(row):  # R13 asks for its judgement
            tail = "" if score.method == BY_RATE or evaluation.unscored else "，该指标暂不能评分"
            message = f"{row.display_name}没有填实际完成值{tail}。"
            yield observed(row.actual, message, "请填写全年实际完成值；确实没有完成的填0。")


WEIGHTS_FIRST = "也可能是分值多了：请先改正分值合计，再核对这里的自评得分；达到指标值的得满分。"


@check("I04")
def met_means_full_points(diagnoses: Diagnoses, scores: Scores) -> Iterator[Observation]:
    """已达标的得满分, unless a reason says why not. Silent where the weight is wrong (W01).

    Points below zero, and those by execution rate instead, are I06.
    """
    settled = diagnoses.weights_are_settled
    for row, score in diagnoses.rows:
        claimed, weight = row.claimed_points.value, row.weight.value
        if claimed is None or weight is None or not _is_met_in_full(row, score) or row is diagnoses.misweighed:
            continue
        by_rate = _points_by_rate(scores, weight)
        if (
            0 <= claimed < weight
            and claimed != by_rate
            and not claim_agrees(claimed, score, diagnoses.tolerance, (1,))
        ):
            right = f"达到指标值的得满分，请把自评得分改为{plain(weight)}，或核对实际完成值。"
            yield observed(
                row.claimed_points,
                f"{row.display_name}已达到指标值，自评得分{plain(claimed)}却少于分值{plain(weight)}，也没有说明原因。",
                right if settled else WEIGHTS_FIRST,
                expected=plain(weight) if settled else None,
                difference=plain(claimed - weight),
                basis=score.rules,
                correction=to_number(row.claimed_points, weight) if settled else None,
            )


def _is_met_in_full(row: Indicator, score: Score) -> bool:
    """Whether full points are due: the target is met, no reason is given, no other sign explains the claim."""
    met = bool(score.met) and score.share == 1
    return met and is_missing_or_filler(row.reason) and not has_opposite_points(row, score)


def _points_by_rate(scores: Scores, weight: Decimal) -> Decimal:
    """The points for a weight by the execution rate, which counts as 1 at most."""
    share = min(scores.execution.completion or Fraction(0), Fraction(1))
    return half_up(share * Fraction(weight))


@check("I05")
def missed_means_less_than_full(diagnoses: Diagnoses) -> Iterator[Observation]:
    """未达标的不得满分. Silent where the weight (W01, W04) or the sign (I01, I16) is in doubt."""
    settled = diagnoses.weights_are_settled
    for row, score in diagnoses.rows:
        claimed, weight = row.claimed_points.value, row.weight.value
        if claimed is None or not weight or score.points is None or not score.points < weight <= claimed:
            continue
        if not _is_missed(score) or _may_be_full(row, score, claimed, diagnoses):
            continue
        full = "却给了满分" if claimed == weight else f"超过了分值{plain(weight)}"
        message, source = MISSED[score.method == BY_RATE]
        yield observed(
            row.claimed_points,
            f"{row.display_name}{message}，自评得分{plain(claimed)}{full}。",
            f"{score.why}请把自评得分改为{points(score.points)}，或核对{source}。{_later(settled)}",
            expected=points(score.points),
            difference=plain(claimed - score.points),
            basis=score.rules,
            correction=to_number(row.claimed_points, score.points) if settled else None,
        )


MISSED = {  # by execution rate or not: what was missed, and the numbers to check
    True: ("按执行率计分，预算没有全部执行", "预算数、执行数"),
    False: ("没有全部完成", "实际完成值"),
}


def _may_be_full(row: Indicator, score: Score, claimed: Decimal, diagnoses: Diagnoses) -> bool:
    """Whether weight (W01, W04) or sign (I01, I16) is in doubt, or the claim is the unit's own rounding.

    A form with 得分系数 scores by rules of its own: the claim then differs from ours (I06), and need not be wrong.
    """
    if _is_by_coefficient(row, claimed):
        return True
    if diagnoses.is_sign_in_doubt(row) or claim_agrees(claimed, score, diagnoses.tolerance, (1,)):
        return True
    doubted = (diagnoses.misweighed, *(other for other, _ in diagnoses.scores_as_weights))
    return any(row is other for other in doubted)


def _is_by_coefficient(row: Indicator, claimed: Decimal) -> bool:
    """Whether the claim is the weight times the 得分系数 that the form states."""
    coefficient = row.extras.get("score_coefficient")
    if coefficient is None or coefficient.value is None or row.weight.value is None:
        return False
    return half_up(Fraction(coefficient.value) * Fraction(row.weight.value)) == half_up(Fraction(claimed))


def _is_missed(score: Score) -> bool:
    """Whether points are lost by number: in words it is I12, beyond the target I06."""
    return score.method != IN_WORDS and not score.met and score.share is not None and score.share != 1


def _later(settled: bool) -> str:
    """What is added to advice on points while the weights themselves are wrong."""
    return "" if settled else "分值合计改正后，再按新的分值计算。"


@check("I06")
def claimed_points_are_computed_points(diagnoses: Diagnoses, scores: Scores) -> Iterator[Observation]:
    """自评得分＝按评分办法计算的得分, of every indicator and of budget execution.

    The unit's own rounding is a notice, unless all roundings together reach another grade. A mistyped weight is
    W01, points outside a band are I12.
    """
    claimed = diagnoses.evaluation.claimed.execution_points
    yield from _wrong_points(diagnoses, "预算执行率", claimed, scores.execution)
    for row, score in diagnoses.rows:
        if row is diagnoses.misweighed or score.method == IN_WORDS or has_opposite_points(row, score):
            continue
        sign = "指标性质、" if diagnoses.is_sign_in_doubt(row) else ""
        yield from _wrong_points(diagnoses, row.display_name, row.claimed_points, score, sign)


def _wrong_points(
    diagnoses: Diagnoses, name: str, entry: Entry[Decimal], score: Score, sign: str = ""
) -> Iterator[Observation]:
    claimed, tolerance = entry.value, diagnoses.tolerance
    if claimed is None or score.points is None or abs(claimed - score.points) <= tolerance:
        return
    difference = plain(claimed - score.points)
    message = f"{name}自评得分{plain(claimed)}，计算得分{points(score.points)}，相差{difference}"
    found = observed(
        entry, f"{message}。", "", expected=points(score.points), difference=difference, basis=score.rules
    )
    if claim_agrees(claimed, score, tolerance) and not diagnoses.rounding_lifts_grade:
        advice = f"{score.why}建议保留两位小数。"
        yield replace(found, message=f"{message}，四舍五入后一致。", advice=advice, severity="notice")
        return
    sure = diagnoses.weights_are_settled or score is diagnoses.scores.execution
    advice = f"{score.why}请按此更正，或核对该行的{sign}数字和计分方法。{_later(sure)}"
    right = to_number(entry, score.points) if sure else None
    yield replace(found, advice=advice, severity="error", correction=right)


@check("I07")
def missed_targets_are_explained(diagnoses: Diagnoses) -> Iterator[Observation]:
    """未得满分的须填写偏差原因和改进措施; a filler is no reason."""
    for missing in diagnoses.missing_explanations:
        row, score = missing.row, missing.score
        lost = f"未得满分（{points(score.points or 0)}/{plain(score.weight or 0)}）"
        what = "没有完成指标值" if score.points is None or row.together else lost
        message = f"{row.display_name}{what}，{missing.word}{what_is_there(missing.entry)}。"
        otherwise = score.points is None or score.otherwise == score.weight
        assumed = otherwise and row.sign.empty and row.claimed_points.value is None  # by a missing sign only
        severity: Severity | None = "warning" if assumed else None
        yield observed(missing.entry, message, f"请填写{missing.word}。", expected="文字说明", severity=severity)


def what_is_there(entry: Entry[str]) -> str:
    """What a cell holds instead of the required text, in words."""
    if entry.unreadable and entry.given in UNREADABLE_TEXTS:
        return UNREADABLE_TEXTS[entry.given]
    return f"只填了“{entry.given}”" if entry.given else "没有填写"


@check("I20")
def not_applicable_is_told(diagnoses: Diagnoses, rulebook: Rulebook) -> Iterator[Observation]:
    """不适用的指标不计分, where the rulebook rescales the rest; whoever says so says why, and claims none."""
    full = rulebook.number("total.points")
    for row, score in diagnoses.rows:
        if score.applies:
            continue
        claimed = row.claimed_points.value
        more = f"，自评得分却填了{plain(claimed)}" if claimed else ""
        why = "" if is_missing_or_filler(row.reason) else "可以不改；"
        yield observed(
            row.actual,
            f"{row.display_name}填“{row.actual.given}”{more}，{plain(score.weight or 0)}分不计，"
            f"总分按其余分值折算为{plain(full)}分。",
            f"{why}请核对是否确实不适用，在“{row.reason.field}”中写明原因，自评得分填0。",
        )
