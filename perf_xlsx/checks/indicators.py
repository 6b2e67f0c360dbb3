"""I: each indicator's own row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from perf_xlsx.checks.directions import (
    claims_of_other,
    claims_otherwise,
    claims_prove,
    read_otherwise,
)
from perf_xlsx.checks.weights import misweighed, slipped_weights, weights_settled
from perf_xlsx.domain.judgement import judged_level
from perf_xlsx.domain.model import (
    CROSSED_OUT,
    PICTURE,
    Entry,
    Indicator,
    Score,
    Scores,
    SelfEvaluation,
    Severity,
    points_of,
)
from perf_xlsx.domain.quantity import is_blank, normalise
from perf_xlsx.domain.rounding import half_up, plain, points
from perf_xlsx.findings.catalogue import Observation, check, observed, to_number, to_word
from perf_xlsx.rulebook import Band, Rulebook
from perf_xlsx.rulebook.direction import BY_NAME, USUAL, ZERO, direction_of

NO_DEVIATION = frozenset({"无偏差", "没有偏差", "不存在偏差", "未发生偏差", "无差异"})
FILLERS = (
    frozenset({"0", "无", "没有", "暂无", "见附件", "详见附件", "不适用", PICTURE, CROSSED_OUT}) | NO_DEVIATION
)
_LONGEST_FILLER = max(map(len, FILLERS))
_OPENING = 200  # characters of a long text, which tell that it is none of the fillers

UNREAD = {PICTURE: "放的是图片，读不出内容", CROSSED_OUT: "被划去了（删除线），没有读取"}


def rows(form: SelfEvaluation, scores: Scores) -> Iterator[tuple[Indicator, Score]]:
    """Indicators with their scores."""
    return zip(form.indicators, scores.indicators, strict=True)


def span_of(band: Band, weight: Decimal) -> str:
    """The points of a band, in words: "6—8"."""
    return f"{plain(half_up(band.low * weight))}—{plain(half_up(band.high * weight))}"


def owed(entry: Entry[str]) -> bool:
    """Whether a text is still owed: nothing stands there, or only a filler."""
    given = entry.given
    if len(given) > _OPENING and len(normalise(given[:_OPENING]).strip("。.；;")) > _LONGEST_FILLER:
        return is_blank(given)
    return normalise(given).strip("。.；;") in FILLERS or is_blank(given)


def judged_without_target(row: Indicator) -> bool:
    """Whether the row has no target and owes none: a judged one of 决策, 过程, 管理."""
    return row.qualitative and row.target.empty and judged_level(row.level1.given, row.level2.given)


def rounded_by_unit(
    claimed: Decimal, computed: Decimal, exact: Fraction, places: tuple[int, ...] = (1, 0)
) -> bool:
    """Whether a claim equals ours after the unit's own rounding, to 0.1 or to whole points."""
    return any(claimed in (half_up(computed, n), half_up(exact, n)) for n in places)


@check("I01")
def sign_is_stated(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """指标性质须填写.

    Good: ≥ 95%.  Bad: 95% alone, which the rulebook must read as one of them.
    """
    for row, score in rows(form, scores):
        if not row.sign.empty or row.method.value == "定性":
            continue
        if "sign" in form.absent and row.actual.value == row.target.value:
            continue  # no column for it, and met whichever way it is read
        claims: tuple[str, ...] = ()
        other, known, proven, basis = "", "", "", None
        if not row.qualitative:
            direction = direction_of(row, rulebook)
            claims = claims_of_other(row, score, rulebook)
            other, basis = direction.other if claims else "", str(rulebook.cite(direction.rule))
            known = direction.sign if direction.rule != USUAL and not direction.doubtful else ""
            proven = other if other and claims_prove(row, other) else ""
        right = "" if known and other else known or proven  # where claims deny the name, nobody knows but the unit
        yield observed(
            row.sign,
            f"{row.called}没有填指标性质，{_reading(row, score, rulebook)}"
            + (f"；填报的{'、'.join(claims)}与按“{other}”计算的一致。" if other else "。"),
            f"请在指标性质中填“{right}”。"
            if right and "sign" not in form.absent
            else "请在指标值前写明 ≥、≤、=、>、< 之一。"
            if "sign" in form.absent
            else "请从下拉列表中选择 ≥、≤、=、>、< 或 定性。",
            expected=right or (known and other) or None,
            basis=basis,
            correction=to_word(row.sign, right) if right else None,
        )


def _reading(row: Indicator, score: Score, rulebook: Rulebook) -> str:
    """How an indicator without a sign was read, and by what."""
    if row.qualitative:
        return "暂按定性计分"
    direction = direction_of(row, rulebook)
    sign = f"“{direction.sign}”"
    if direction.doubtful and score.points is None and row.actual.value is not None:
        named = f"“{direction.word}”" if direction.word in row.name.given else f"{direction.word}指标"
        return f"{named}越高越好还是越低越好不能确定，按{sign}和“{direction.other}”得分不同，暂不评分"
    better = "越高越好" if direction.rising else "越低越好"
    by = {ZERO: "指标值为0，", BY_NAME: f"按名称（“{direction.word}”{better}），"}.get(direction.rule, "")
    return f"{by}暂按{sign}计分"


@check("I02")
def target_is_stated(form: SelfEvaluation, scores: Scores) -> Iterator[Observation]:
    """年度指标值须填写；≥、> 的指标值不应为0, since nothing can then be missed.

    Good: ≥ 95; = 0 for accidents.  Bad: empty; ≥ 0.
    """
    for row, score in rows(form, scores):
        if row.target.empty and not judged_without_target(row):
            yield observed(row.target, f"{row.called}没有填年度指标值。", "请填写年初批复的指标值。")
        elif row.target.value == 0 and row.sign.value in ("≥", ">") and not row.qualitative:
            if score.method == "按执行率":
                continue
            yield observed(
                row.target,
                f"{row.called}的指标值为0，性质为{row.sign.value}，无法衡量完成程度。",
                "请核对指标值；如要求不得发生，指标性质请选“=”或“≤”。",
                expected="大于0的数字",
            )


@check("I03")
def actual_is_stated(form: SelfEvaluation, scores: Scores) -> Iterator[Observation]:
    """实际完成值须填写; 0 is a value, an empty cell is not.

    Good: 0.  Bad: empty.
    """
    for row, score in rows(form, scores):
        if row.actual.empty and not judged_without_target(row):  # R13 asks for its judgement
            tail = "" if score.method == "按执行率" else "，该指标暂不能评分"
            message = f"{row.called}没有填实际完成值{tail}。"
            yield observed(row.actual, message, "请填写全年实际完成值；确实没有完成的填0。")


@check("I04")
def met_means_full_points(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """已达标的得满分; less, with no word why. Silent where the weight is wrong (W01).

    Good: 达标, 12 of 12.  Bad: 达标, 10 of 12, no word why.
    What was scored by execution rate instead is a question of the method: I06.
    """
    doubted, settled = misweighed(form, scores, rulebook), weights_settled(form, rulebook)
    for row, score in rows(form, scores):
        claimed, weight = row.claimed_points.value, row.weight.value
        if (
            row is doubted
            or not score.met
            or score.share != 1
            or claimed is None
            or weight is None
            or claimed < 0  # no modesty, but a mistake: I06
            or not owed(row.reason)
            or claims_otherwise(row, score)
        ):
            continue
        by_rate = half_up(min(scores.execution.completion or Fraction(0), Fraction(1)) * Fraction(weight))
        if claimed < weight and claimed != by_rate and not _equal(claimed, score, rulebook, (1,)):
            yield observed(
                row.claimed_points,
                f"{row.called}已达到指标值，自评得分{plain(claimed)}却少于分值{plain(weight)}，也没有说明原因。",
                f"达到指标值的得满分，请把自评得分改为{plain(weight)}，或核对实际完成值。{_later(settled)}",
                expected=plain(weight),
                difference=plain(claimed - weight),
                basis=score.rules,
                correction=to_number(row.claimed_points, weight) if settled else None,
            )


@check("I05")
def missed_means_less_than_full(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """未达标的不得满分.

    Good: 完成率89.06%, 8.91 of 10.  Bad: 完成率89.06%, 10 of 10.
    Where the weight itself is in doubt (W01, W04), only that is said.
    """
    doubted = misweighed(form, scores, rulebook)
    slipped, settled = [row for row, _ in slipped_weights(form, scores, rulebook)], weights_settled(form, rulebook)
    for row, score in rows(form, scores):
        claimed, weight = row.claimed_points.value, row.weight.value
        if (
            row in slipped or row is doubted or score.method == "定性" or read_otherwise(row, score)
        ):  # I12, I16, I01
            continue
        if score.met:  # points off for a target far surpassed: I06
            continue
        if claimed is None or not weight or score.points is None or score.share is None or score.share == 1:
            continue
        if claimed < weight or score.points >= weight or _equal(claimed, score, rulebook, (1,)):
            continue
        full = "却给了满分" if claimed == weight else f"超过了分值{plain(weight)}"
        by_rate = score.method == "按执行率"
        message = "按执行率计分，预算没有全部执行" if by_rate else "没有全部完成"
        source = "预算数、执行数" if by_rate else "实际完成值"
        yield observed(
            row.claimed_points,
            f"{row.called}{message}，自评得分{plain(claimed)}{full}。",
            f"{score.why}请把自评得分改为{points(score.points)}，或核对{source}。{_later(settled)}",
            expected=points(score.points),
            difference=plain(claimed - score.points),
            basis=score.rules,
            correction=to_number(row.claimed_points, score.points) if settled else None,
        )


def _later(settled: bool) -> str:
    """What is added to advice on points while the weights themselves are not right."""
    return "" if settled else "分值合计改正后，再按新的分值计算。"


def _equal(claimed: Decimal, score: Score, rulebook: Rulebook, places: tuple[int, ...]) -> bool:
    if score.points is None or score.share is None or score.weight is None:
        return False
    near = abs(claimed - score.points) <= rulebook.number("thresholds.tolerance")
    return near or rounded_by_unit(claimed, score.points, score.share * Fraction(score.weight), places)


def _roundings(claimed: Decimal, score: Score) -> tuple[int, ...]:
    """How a unit may round its points: to 0.1, to whole ones; but a missed target not up to the full (I05)."""
    indicator = score.method is not None
    full = score.weight is not None and claimed >= score.weight
    return (1,) if indicator and full and score.met is False else (1, 0)


def claimed_beyond(form: SelfEvaluation, scores: Scores) -> Decimal:
    """Points claimed beyond ours (or below) that are told where they stand, and no error of the total.

    They come of another reading of missing signs (I01).
    """
    more = [
        row.claimed_points.value - score.points
        for row, score in rows(form, scores)
        if claims_otherwise(row, score) and row.claimed_points.value is not None and score.points is not None
    ]
    return sum(more, Decimal(0))


def _claims(form: SelfEvaluation, scores: Scores) -> list[tuple[Decimal | None, Score]]:
    """The unit's own points, of budget execution first, each with ours."""
    claims = [(form.claimed.execution_points.value, scores.execution)]
    return claims + [(row.claimed_points.value, score) for row, score in rows(form, scores)]


def _are_ours(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> bool:
    """Whether the claims that there are differ from ours by nothing but rounding, or another reading of a sign."""
    others = {id(score) for row, score in rows(form, scores) if claims_otherwise(row, score)}
    return all(
        claim is None or id(score) in others or _equal(claim, score, rulebook, _roundings(claim, score))
        for claim, score in _claims(form, scores)
    )


def claims_round(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> bool:
    """Whether the claimed total differs from ours by nothing but the unit's own rounding.

    Either the total itself was rounded, or every claim was and the total is their sum, uncapped.
    """
    total, claims = form.claimed.total.value, [claim for claim, _ in _claims(form, scores)]
    if total is None or not _are_ours(form, scores, rulebook):
        return False
    ours = scores.total + claimed_beyond(form, scores)
    uncapped = points_of((scores.execution, *scores.indicators)) == scores.total
    each = uncapped and None not in claims and total == _sum(claims)
    return each or rounded_by_unit(total, ours, Fraction(ours))


def _sum(claims: Iterable[Decimal | None]) -> Decimal:
    return sum((claim for claim in claims if claim is not None), Decimal(0))


def _roundings_lift(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> bool:
    """Whether claims that are ours but for the unit's own rounding add up to a total of another grade."""
    claims = [claim for claim, _ in _claims(form, scores)]
    if not scores.complete or None in claims or not _are_ours(form, scores, rulebook):
        return False
    return rulebook.grade(_sum(claims)) != rulebook.grade(scores.total + claimed_beyond(form, scores))


@check("I06")
def claimed_points_are_computed_points(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """自评得分＝按评分办法计算的得分, of every indicator and of budget execution.

    Good: 8.91 beside 8.91.  Bad: 9.50 beside 8.91.  8.9 or 9 is the unit's own rounding: a notice, but for where
    roundings together make another grade.
    """
    scored = [("预算执行率", form.claimed.execution_points, scores.execution)]
    doubted = misweighed(form, scores, rulebook)  # W01 says which weight the claim fits
    own = [
        (row, score)
        for row, score in rows(form, scores)
        if row is not doubted and not claims_otherwise(row, score)
    ]
    scored += [(f"{row.called}", row.claimed_points, score) for row, score in own]
    doubtful = [row.claimed_points for row, score in own if read_otherwise(row, score)]
    settled, lifted = weights_settled(form, rulebook), _roundings_lift(form, scores, rulebook)
    for name, entry, score in scored:
        claimed = entry.value
        if claimed is None or score.points is None:
            continue
        if abs(claimed - score.points) <= rulebook.number("thresholds.tolerance"):
            continue
        if score.method == "定性":  # out of its band: I12
            continue
        rounded = not lifted and _equal(claimed, score, rulebook, _roundings(claimed, score))
        tail = "，四舍五入后一致。" if rounded else "。"
        sign = "指标性质、" if entry in doubtful else ""
        sure = not rounded and (settled or score is scores.execution)
        yield observed(
            entry,
            f"{name}自评得分{plain(claimed)}，计算得分{points(score.points)}，"
            f"相差{plain(claimed - score.points)}{tail}",
            score.why
            + ("建议保留两位小数。" if rounded else f"请按此更正，或核对该行的{sign}数字和计分方法。")
            + _later(sure or rounded),
            expected=points(score.points),
            difference=plain(claimed - score.points),
            severity="notice" if rounded else "error",
            basis=score.rules,
            correction=to_number(entry, score.points) if sure else None,
        )


@check("I07")
def missed_targets_are_explained(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """未得满分的须填写偏差原因和改进措施; a filler is no reason.

    Good: 公务用车运行维护费增加 / 减少公车出行次数.  Bad: 无 / empty.
    """
    for row, score, entry, word in owing(form, scores, rulebook):
        lost = points(score.points or 0), plain(score.weight or 0)
        message = f"{row.called}未得满分（{'/'.join(lost)}），{word}{stands(entry)}。"
        assumed = score.otherwise == score.weight and row.claimed_points.value is None  # nobody says it was missed
        severity: Severity | None = "warning" if assumed else None
        yield observed(entry, message, f"请填写{word}。", expected="文字说明", severity=severity)


def owing(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[tuple[Indicator, Score, Entry[str], str]]:
    """The reasons and improvements that missed targets owe."""
    most = rulebook.number("overshoot.reason_from")
    for row, score in rows(form, scores):
        if score.points is None or score.weight is None or score.points >= score.weight:
            continue
        if read_otherwise(row, score):  # I16, I01
            continue
        overshot = score.met and (score.completion or 0) >= most  # I08 asks for the reason
        texts = [(row.reason, "偏差原因"), (row.improvement, "改进措施")]
        if "improvement" in form.absent:  # one column for both
            texts = [(row.reason, "偏差原因和改进措施")]
        for entry, word in texts:
            if entry.place.cell and owed(entry) and not (entry is row.reason and overshot):
                yield row, score, entry, word


def stands(entry: Entry[str]) -> str:
    """What stands where a text is owed, in words."""
    if entry.unreadable and entry.given in UNREAD:
        return UNREAD[entry.given]
    return f"只填了“{entry.given}”" if entry.given else "没有填写"
