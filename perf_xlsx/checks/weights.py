"""W: the weights (分值)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from perf_xlsx.checks.diagnoses import Diagnoses
from perf_xlsx.domain.model import Correction, Indicator, SelfEvaluation
from perf_xlsx.domain.rounding import plain
from perf_xlsx.findings.catalogue import Observation, check, observed, to_number
from perf_xlsx.findings.office import ASK_RULES
from perf_xlsx.rulebook import Rulebook, load_rulebook
from perf_xlsx.rulebook.fitting import are_as_ruled, fitting_rulebooks, level_sums, levels_as_ruled
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import alternatives

EXECUTION = pattern(alternatives("indicators", "names", "execution"))


@check("W01")
def weights_sum_to_total(diagnoses: Diagnoses) -> Iterator[Observation]:
    """分值合计应为100: the execution weight and the indicators' weights add up to 100.

    Reported at the weight that is suspected, else at the head of the column. A weight that is missing is W03.
    """
    evaluation, gap, full = diagnoses.evaluation, diagnoses.weights_gap, diagnoses.full
    if gap is None or (gap > 0 and any((row.weight.value or 0) <= 0 for row in evaluation.indicators)):
        return
    total, execution = full - gap, diagnoses.rulebook.number("execution.weight")
    off = f"{'少' if gap > 0 else '多'}{plain(abs(gap))}"
    suspect = _suspect(diagnoses, gap)
    apart = "，负数不计" if any((row.weight.value or 0) < 0 for row in evaluation.indicators) else ""
    place = (
        suspect.row.weight.place
        if suspect.row
        else evaluation.weight_head or evaluation.indicators[-1].weight.place
    )
    yield Observation(
        place,
        f"{evaluation.indicators[-1].weight.field}合计",  # the cell itself holds one weight, or none
        plain(total),
        f"分值合计{plain(total)}（预算执行率{plain(execution)}＋各指标{plain(total - execution)}{apart}），"
        f"应为{plain(full)}{suspect.words}。",
        suspect.advice
        or f"请调整各指标的分值，使其合计为{plain(full - execution)}（现在{off}），自评得分和自评总分随之更正。",
        expected=plain(full),
        difference=plain(-gap),
        correction=suspect.right,
    )


class _WrongWeight(Struct, frozen=True):
    """The row that explains a wrong total of weights, in words, and its right weight where that is sure."""

    words: str = ""
    row: Indicator | None = None
    right: Correction | None = None
    advice: str = ""


def _suspect(diagnoses: Diagnoses, gap: Decimal) -> _WrongWeight:
    """The one weight, or the place of budget execution, that explains what is missing."""
    full = plain(diagnoses.full)
    if fits := diagnoses.scores_as_weights:
        words = "、".join(f"{row.display_name}若为{plain(fit)}" for row, fit in fits)
        first, fit = fits[0]
        return _WrongWeight(f"；{words}则合计正好{full}", first, to_number(first.weight, fit), _to_fit(fits))
    if row := diagnoses.misweighed:
        weight, claimed = row.weight.value or Decimal(0), row.claimed_points.value or Decimal(0)
        words = (
            f"；{row.display_name}分值{plain(weight)}、自评得分{plain(claimed)}，"
            f"分值若为{plain(weight + gap)}则得分相符，合计正好{full}"
        )
        return _WrongWeight(words, row, to_number(row.weight, weight + gap), _to_fit([(row, weight + gap)]))
    execution = diagnoses.rulebook.number("execution.weight")
    return _execution_as_indicator(diagnoses.evaluation, execution, full) if -gap == execution else _WrongWeight()


def _execution_as_indicator(evaluation: SelfEvaluation, execution: Decimal, full: str) -> _WrongWeight:
    """The weights exceed the total by that of budget execution: it is also an indicator, or was left no room."""
    twice = [
        row for row in evaluation.indicators if row.weight.value == execution and EXECUTION.search(row.name.given)
    ]
    if len(twice) == 1:
        name = twice[0].display_name
        words = f"；预算执行率已按预算执行情况计{plain(execution)}分，{name}一行请删去"
        return _WrongWeight(words, twice[0], None, f"请删去{name}一行，自评总分随之更正。")
    words = f"；各指标分值合计已是{full}，没有留出预算执行率的{plain(execution)}分"
    known = fitting_rulebooks(evaluation, Decimal(0))
    fits = "、".join(book.called for book in map(load_rulebook, known) if are_as_ruled(evaluation, book))
    if not fits:
        return _WrongWeight(words)
    advice = f"规定不单独给预算执行率计分的，{ASK_RULES}（如{fits}）；否则请调整各指标的分值，"
    return _WrongWeight(words, None, None, f"{advice}留出预算执行率的{plain(execution)}分。")


def _to_fit(fits: Sequence[tuple[Indicator, Decimal]]) -> str:
    changes = "、".join(f"{row.display_name}的分值改为{plain(fit)}" for row, fit in fits)
    return f"请把{changes}，或核对各指标的分值。"


@check("W02")
def levels_carry_their_weights(diagnoses: Diagnoses, rulebook: Rulebook) -> Iterator[Observation]:
    """一级指标的分值按规定: 产出50, 效益30, 满意度10 for a project. Silent where the total is wrong (W01)."""
    evaluation, tolerance = diagnoses.evaluation, diagnoses.tolerance
    if diagnoses.weights_total is None or not diagnoses.weights_are_settled:
        return
    groups, sums = levels_as_ruled(evaluation, rulebook), level_sums(evaluation, rulebook)
    if are_as_ruled(evaluation, rulebook):
        return
    ruled = rulebook.level_weights(evaluation.form, sums)
    more = _unruled_levels(sums, ruled)
    for level, points in ruled.items():
        total, inside = sums[level], level == rulebook.execution_level
        if abs(total - points) > tolerance and level in groups:
            with_it = f"（含预算执行率{plain(rulebook.number('execution.weight'))}）" if inside else ""
            first = groups[level][0].weight
            yield Observation(
                first.place,
                first.field,
                plain(total),
                f"{level}分值合计{plain(total)}{with_it}，规定为{plain(points)}{more}。",
                f"请调整{level}各指标的分值，使其合计为{plain(points)}；确需调整的请说明依据。",
                expected=plain(points),
                difference=plain(total - points),
                basis=str(rulebook.cite(f"weights.{evaluation.form}")),
            )


@check("W05")
def no_indicator_outweighs_the_rest(diagnoses: Diagnoses, rulebook: Rulebook) -> Iterator[Observation]:
    """单个指标的分值不宜过高."""
    limit = rulebook.number("weights.largest_share") * diagnoses.full
    for row in diagnoses.evaluation.indicators:
        alone = row is not diagnoses.misweighed and not row.together
        if alone and row.weight.value is not None and row.weight.value > limit:
            message = f"{row.display_name}分值{plain(row.weight.value)}，超过{plain(limit)}，对总分的影响偏大。"
            advice = "可以不改；建议把分值分给更多的指标。"
            yield observed(row.weight, message, advice, expected=f"不超过{plain(limit)}")


def _unruled_levels(sums: Mapping[str, Decimal], ruled: Mapping[str, Decimal]) -> str:
    """In brackets, the levels that the rulebook gives no weight, or ""."""
    others = "、".join(f"{level}{plain(total)}分" for level, total in sums.items() if level and level not in ruled)
    return f"（另有{others}，不在规定的一级指标之中）" if others else ""


@check("W03")
def every_weight_is_positive(evaluation: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """每个指标都有大于零的分值. A form without the column is not asked again."""
    lacking = sum(row.weight.value is None or row.weight.value <= 0 for row in evaluation.indicators)
    for row in evaluation.indicators:
        if row.weight.empty:
            message = f"{row.display_name}没有填分值，该指标暂不能评分。"
        elif row.weight.value is not None and row.weight.value <= 0:
            message = f"{row.display_name}的分值填{plain(row.weight.value)}，应大于0。"
        else:
            continue
        if row.weight.place.cell:
            right = _the_rest(evaluation, row, rulebook) if lacking == 1 else None
            rest = f"其余分值合计后还差{right.text}，请在此填写；" if right else "请填写该指标的满分，"
            advice = f"{rest}不计分的指标请删去。"
            yield observed(row.weight, message, advice, expected="大于0的数字", correction=right)


def _the_rest(evaluation: SelfEvaluation, row: Indicator, rulebook: Rulebook) -> Correction | None:
    """The weight that is left for the only row without one; None where nothing is left."""
    known = [weight for other in evaluation.indicators if other is not row and (weight := other.weight.value)]
    rest = rulebook.number("total.points") - rulebook.number("execution.weight") - sum(known, Decimal(0))
    return to_number(row.weight, rest) if rest > 0 else None


@check("W04")
def weight_is_not_the_score(diagnoses: Diagnoses) -> Iterator[Observation]:
    """疑似把得分填入了分值: the weight equals the claimed points of a missed target, and another makes 100."""
    suspects, full = diagnoses.scores_as_weights, plain(diagnoses.full)
    together = "" if len(suspects) < 2 else f"、连同另外{len(suspects) - 1}处一并改正"
    for row, fit in suspects:
        weight = row.weight.value or Decimal(0)
        yield observed(
            row.weight,
            f"{row.display_name}分值填{plain(weight)}，与自评得分相同，而该指标没有全部完成；"
            f"分值合计{plain(diagnoses.weights_total or 0)}，若此处为{plain(fit)}{together}则合计正好{full}，"
            "疑似把得分填入了分值。",
            f"请核对该指标的分值，如确为{plain(fit)}请更正。",
            expected=plain(fit),
            difference=plain(weight - fit),
            correction=to_number(row.weight, fit),
        )
