"""W: the weights (分值)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from perf_xlsx.domain.model import Correction, Indicator, Score, Scores, SelfEvaluation
from perf_xlsx.domain.quantity import same_label
from perf_xlsx.domain.rounding import half_up, plain
from perf_xlsx.findings.catalogue import Observation, check, observed, to_number
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.system.pattern import pattern


def weights_total(form: SelfEvaluation, rulebook: Rulebook) -> Decimal | None:
    """Execution weight and all indicators' weights; None while one of them is missing or unreadable."""
    weights = [row.weight.value for row in form.indicators]
    if not weights or None in weights:
        return None
    return sum((weight for weight in weights if weight is not None), rulebook.number("execution.weight"))


def weights_settled(form: SelfEvaluation, rulebook: Rulebook) -> bool:
    """Whether no weight is in doubt for the total's sake; where one is missing, the others stand."""
    total = weights_total(form, rulebook)
    wanted = rulebook.number("total.points")
    return total is None or abs(total - wanted) <= rulebook.number("thresholds.tolerance")


@check("W01")
def weights_sum_to_total(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """分值合计应为100: the execution weight and the indicators' weights add up to 100.

    Told at the weight that is suspected, else at the head of their column.
    Good: 10 + 50 + 30 + 10.  Bad: 10 + 50 + 30 + 15.
    """
    total, full = weights_total(form, rulebook), rulebook.number("total.points")
    if total is None or abs(total - full) <= rulebook.number("thresholds.tolerance"):
        return
    if total < full and any((row.weight.value or 0) <= 0 for row in form.indicators):
        return  # what is missing is missing there: W03
    execution = rulebook.number("execution.weight")
    gap = full - total
    off = f"{'少' if gap > 0 else '多'}{plain(abs(gap))}"
    suspect = _suspect(form, scores, rulebook, gap)
    place = suspect.row.weight.place if suspect.row else form.weight_head or form.indicators[-1].weight.place
    yield Observation(
        place,
        form.indicators[-1].weight.field,
        plain(total),
        f"分值合计{plain(total)}（预算执行率{plain(execution)}＋各指标{plain(total - execution)}），"
        f"应为{plain(full)}{suspect.words}。",
        suspect.advice
        or f"请调整各指标的分值，使其合计为{plain(full - execution)}（现在{off}），自评得分和自评总分随之更正。",
        expected=plain(full),
        difference=plain(-gap),
        correction=suspect.right,
    )


class _Suspect(Struct, frozen=True):
    """Which row explains a wrong total of weights, in which words, and what is right there where that is sure."""

    words: str = ""
    row: Indicator | None = None
    right: Correction | None = None
    advice: str = ""


def _suspect(form: SelfEvaluation, scores: Scores, rulebook: Rulebook, gap: Decimal) -> _Suspect:
    """Where one weight, or the place of budget execution, explains what is missing."""
    full = plain(rulebook.number("total.points"))
    if fits := list(slipped_weights(form, scores, rulebook)):
        words = "、".join(f"{row.called}若为{plain(fit)}" for row, fit in fits)
        first, fit = fits[0]
        right = to_number(first.weight, fit)
        return _Suspect(f"；{words}则合计正好{full}", first, right, _to_fit(fits))
    if row := misweighed(form, scores, rulebook):
        weight, claimed = row.weight.value or Decimal(0), row.claimed_points.value or Decimal(0)
        words = (
            f"；{row.called}分值{plain(weight)}、自评得分{plain(claimed)}，"
            f"分值若为{plain(weight + gap)}则得分相符，合计正好{full}"
        )
        right = to_number(row.weight, weight + gap)
        return _Suspect(words, row, right, _to_fit([(row, weight + gap)]))
    execution = rulebook.number("execution.weight")
    if -gap != execution:
        return _Suspect()
    twice = [row for row in form.indicators if row.weight.value == execution and EXECUTION.search(row.name.given)]
    if len(twice) == 1:
        words = f"；预算执行率已按预算执行情况计{plain(execution)}分，{twice[0].called}一行请删去"
        return _Suspect(words, twice[0], None, f"请删去{twice[0].called}一行，自评总分随之更正。")
    return _Suspect(f"；各指标分值合计已是{full}，没有留出预算执行率的{plain(-gap)}分")


def _to_fit(fits: Sequence[tuple[Indicator, Decimal]]) -> str:
    changes = "、".join(f"{row.called}的分值改为{plain(fit)}" for row, fit in fits)
    return f"请把{changes}，或核对各指标的分值。"


def misweighed(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Indicator | None:
    """The one indicator whose claimed points fit the weight that makes 100, and not the weight typed (W01)."""
    total, full = weights_total(form, rulebook), rulebook.number("total.points")
    if total is None or abs(total - full) <= rulebook.number("thresholds.tolerance"):
        return None
    if any(slipped_weights(form, scores, rulebook)):
        return None  # the score was typed for it: W04
    scored = zip(form.indicators, scores.indicators, strict=True)
    fitting = [row for row, score in scored if _claims(row, score, full - total)]
    return fitting[0] if len(fitting) == 1 else None


def _claims(row: Indicator, score: Score, gap: Decimal) -> bool:
    """Whether the claimed points are those of the weight that would fit, and not those of the one typed."""
    weight, claimed, share = row.weight.value, row.claimed_points.value, score.share
    if not weight or claimed is None or not share or score.method == "定性" or weight + gap <= 0:
        return False
    return claimed == half_up(share * Fraction(weight + gap)) != half_up(share * Fraction(weight))


EXECUTION = pattern("^(?:部门|项目)?预算执行率?$")
SATISFACTION, SATISFIED = "满意度指标", pattern("满意")
LEVELS = (
    (SATISFACTION, SATISFIED),
    ("成本指标", pattern("成本")),
    ("效益指标", pattern("效益|效果|可持续|影响")),
    ("产出指标", pattern("产[出岀]|数量|质量|时效")),
)


def level_of(row: Indicator) -> str:
    """Level 1 as it compares; "" where none is given."""
    return level_named(row.level1.given)


def level_named(given: str) -> str:
    """A level as it compares: "产出", "产出类指标" and "数量指标" are 产出指标; "" for nothing."""
    text = same_label(given)
    known = next((level for level, words in LEVELS if words.search(text)), None)
    return known or (text if not text or text.endswith("指标") else f"{text}指标")


def by_level(form: SelfEvaluation) -> dict[str, list[Indicator]]:
    """The indicators by level 1; one without is of the level above it, as where the level is written once."""
    groups: dict[str, list[Indicator]] = {}
    level = ""
    for row in form.indicators:
        level = level_of(row) or level
        groups.setdefault(level, []).append(row)
    return groups


@check("W02")
def levels_carry_their_weights(form: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """一级指标的分值按规定: 产出50, 效益30, 满意度10 for a project. Silent while the total itself is wrong (W01).

    Good: 50 + 30 + 10.  Bad: 40 + 40 + 10.
    """
    whole, tolerance = weights_total(form, rulebook), rulebook.number("thresholds.tolerance")
    if whole is None or abs(whole - rulebook.number("total.points")) > tolerance:
        return
    groups = by_level(form)
    sums = {
        level: sum((row.weight.value or Decimal(0) for row in group), Decimal(0))
        for level, group in groups.items()
    }
    if _as_ruled(form, sums, rulebook):
        return
    ruled, key = rulebook.level_weights(form.form, groups), f"weights.{form.form}"
    others = "、".join(f"{level}{plain(total)}分" for level, total in sums.items() if level and level not in ruled)
    beside = f"（另有{others}，不在规定的一级指标之中）" if others else ""
    for level, points in ruled.items():
        total = sums[level]
        if abs(total - points) > tolerance:
            yield observed(
                groups[level][0].weight,
                f"{level}分值合计{plain(total)}，规定为{plain(points)}{beside}。",
                f"请调整{level}各指标的分值，使其合计为{plain(points)}；确需调整的请说明依据。",
                expected=plain(points),
                difference=plain(total - points),
                basis=str(rulebook.cite(key)),
            )


def _as_ruled(form: SelfEvaluation, sums: dict[str, Decimal], rulebook: Rulebook) -> bool:
    """Whether one of the ways to share out the points fits; cost may stand by itself and be counted as output."""
    output, cost = LEVELS[-1][0], LEVELS[1][0]
    counted = {**sums, output: sums.get(output, Decimal(0)) + sums.get(cost, Decimal(0))}
    tolerance = rulebook.number("thresholds.tolerance")
    return any(
        all(abs(known.get(level, Decimal(0)) - points) <= tolerance for level, points in weights.items())
        for weights in rulebook.weight_sets(form.form)
        for known in (sums, *([] if cost in weights else [counted]))
    )


@check("W05")
def no_indicator_outweighs_the_rest(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """单个指标的分值不宜过高.

    Good: 15 of 100.  Bad: 45 of 100.
    """
    limit = rulebook.number("weights.largest_share") * rulebook.number("total.points")
    doubted = misweighed(form, scores, rulebook)
    for row in form.indicators:
        if row is not doubted and row.weight.value is not None and row.weight.value > limit:
            message = f"{row.called}分值{plain(row.weight.value)}，超过{plain(limit)}，对总分的影响偏大。"
            yield observed(
                row.weight, message, "可以不改；建议把分值分给更多的指标。", expected=f"不超过{plain(limit)}"
            )


@check("W03")
def every_weight_is_positive(form: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """每个指标都有大于零的分值.

    Good: 12.  Bad: empty, 0, -5.
    """
    lacking = sum(row.weight.value is None or row.weight.value <= 0 for row in form.indicators)
    for row in form.indicators:
        if not row.weight.place.cell:
            continue  # no such column: that has been said
        if row.weight.empty:
            message = f"{row.called}没有填分值，该指标暂不能评分。"
        elif row.weight.value is not None and row.weight.value <= 0:
            message = f"{row.called}的分值填{plain(row.weight.value)}，应大于0。"
        else:
            continue
        right = _the_rest(form, row, rulebook) if lacking == 1 else None
        advice = (
            f"其余分值合计后还差{right.text}，请在此填写；不计分的指标请删去。"
            if right
            else "请填写该指标的满分，不计分的指标请删去。"
        )
        yield observed(row.weight, message, advice, expected="大于0的数字", correction=right)


def _the_rest(form: SelfEvaluation, row: Indicator, rulebook: Rulebook) -> Correction | None:
    """The weight that is left for the one row without any; None where nothing is left."""
    known = [weight for other in form.indicators if other is not row and (weight := other.weight.value)]
    rest = rulebook.number("total.points") - rulebook.number("execution.weight") - sum(known, Decimal(0))
    return to_number(row.weight, rest) if rest > 0 else None


@check("W04")
def weight_is_not_the_score(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """疑似把得分填入了分值: the weight equals the claimed points of a missed target, and another would make 100.

    Good: 分值 10, 得分 8.91.  Bad: 分值 8.91, 得分 8.91, where only 10 makes 100.
    """
    total, full = weights_total(form, rulebook), rulebook.number("total.points")
    slipped = list(slipped_weights(form, scores, rulebook))
    together = "" if len(slipped) < 2 else f"、连同另外{len(slipped) - 1}处一并改正"
    for row, fit in slipped:
        weight = row.weight.value or Decimal(0)
        yield observed(
            row.weight,
            f"{row.called}分值填{plain(weight)}，与自评得分相同，而该指标没有全部完成；"
            f"分值合计{plain(total or 0)}，若此处为{plain(fit)}{together}则合计正好{plain(full)}，"
            "疑似把得分填入了分值。",
            f"请核对该指标的分值，如确为{plain(fit)}请更正。",
            expected=plain(fit),
            difference=plain(weight - fit),
            correction=to_number(row.weight, fit),
        )


def slipped_weights(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[tuple[Indicator, Decimal]]:
    """Indicators whose weight looks like their score, each with the weight that would fit.

    What is yielded makes the total come out: one indicator by itself, or all suspects together.
    """
    total, full = weights_total(form, rulebook), rulebook.number("total.points")
    if total is None or abs(total - full) <= rulebook.number("thresholds.tolerance"):
        return
    gap = full - total
    alone, together = [], []
    for row, score in zip(form.indicators, scores.indicators, strict=True):
        weight, share = row.weight.value, score.completion or score.share
        if not weight or weight != row.claimed_points.value or share is None or not 0 < share < 1:
            continue
        if _earns(weight + gap, share, weight):
            alone.append((row, weight + gap))
        nearest = half_up(Fraction(weight) / share * 2, 0) / 2
        if _earns(nearest, share, weight):
            together.append((row, nearest))
    if len(alone) == 1:
        yield alone[0]
    elif not alone and sum((fit - (row.weight.value or 0) for row, fit in together), Decimal(0)) == gap:
        yield from together


def _earns(fit: Decimal, share: Fraction, points: Decimal) -> bool:
    """Whether the larger weight, scored by that share, gives these points (the unit may round to 0.1)."""
    return fit > points and abs(Fraction(fit) * share - Fraction(points)) <= Fraction(1, 20)
