"""F: the money adds up (资金勾稽). Amounts are in the form's own unit; unknown amounts are skipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from perf_xlsx.checks.explanations import ADJUSTMENT, EXECUTION
from perf_xlsx.domain.model import AMOUNTS, Entry, FundLine, Project, Rates, Scores, SelfEvaluation
from perf_xlsx.domain.rounding import half_up, percent, percent_unlike, plain, quotient
from perf_xlsx.domain.sums import is_unbudgeted, is_unstated
from perf_xlsx.findings.catalogue import Observation, check, observed, to_rate
from perf_xlsx.findings.office import ASK_RULES
from perf_xlsx.rulebook import Rulebook, load_rulebook
from perf_xlsx.rulebook.fitting import fitting_rulebooks

MOST_SOURCES = 12  # lines below a total; the sums to try double with each
PartsSum = tuple[Decimal, list[FundLine]]  # with the lines that it is of


def is_unusable(entry: Entry[Decimal], column: str) -> bool:
    """Whether an amount is unreadable, or below zero where it cannot be (F07)."""
    return entry.unreadable or (column != "adjustment" and entry.value is not None and entry.value < 0)


def _sum_of(lines: Sequence[FundLine], column: str) -> Decimal:
    return sum((line.entry(column).value or Decimal(0) for line in lines), Decimal(0))


def _filled(lines: Iterable[FundLine], column: str) -> list[FundLine]:
    """The lines with an amount in a column."""
    return [line for line in lines if line.entry(column).value is not None]


def parts_sum(evaluation: SelfEvaluation, line: FundLine, column: str) -> PartsSum | None:
    """The sum of the parts of a line that are filled in; None where an unknown part leaves it open."""
    parts = _counted_parts(evaluation, line, column)
    known = _filled(parts, column)
    if not known or any(_leaves_open(part, column, evaluation) for part in parts):
        return None
    return _sum_of(known, column), known


def _counted_parts(evaluation: SelfEvaluation, line: FundLine, column: str) -> list[FundLine]:
    """The parts of a line in a column; one that is empty counts by its own parts, where any is filled in."""
    found: list[FundLine] = []
    for part in (evaluation.funds[key] for key in line.parts):
        own = _counted_parts(evaluation, part, column) if part.entry(column).value is None else []
        found += own if _filled(own, column) else [part]
    return found


def _blank_parts(evaluation: SelfEvaluation, line: FundLine, column: str) -> list[FundLine]:
    """The parts of a line that are empty, where that does not say that there is nothing."""
    parts = [] if line.blank_part_is_zero else _counted_parts(evaluation, line, column)
    return [part for part in parts if part.entry(column).value is None]


def _leaves_open(part: FundLine, column: str, evaluation: SelfEvaluation) -> bool:
    """Whether no total can be compared with a sum of this part."""
    unbudgeted = column == "adjusted" and is_unbudgeted(part)
    return unbudgeted or part.name in evaluation.absent or is_unusable(part.entry(column), column)


def sources_sum(evaluation: SelfEvaluation, line: FundLine, column: str, tolerance: Decimal) -> PartsSum | None:
    """The sum of the lines below a total that may be its parts; None where some of them make up the total.

    A list of sources may name parts of parts (财政拨款, 其中中央). It is wrong only where no choice of its lines
    adds up; the sum is then that of all.
    """
    sources = [evaluation.funds[key] for key in line.sources]
    entries, filled = [source.entry(column) for source in sources], _filled(sources, column)
    total = line.entry(column).value
    if len(sources) > MOST_SOURCES or total is None or not filled:
        return None
    if any(is_unusable(entry, column) for entry in entries) or _some_make(total, entries, tolerance):
        return None
    return _sum_of(filled, column), filled


def _some_make(total: Decimal, entries: Sequence[Entry[Decimal]], tolerance: Decimal) -> bool:
    """Whether any choice of these amounts adds up to the total."""
    sums = {Decimal(0)}
    for entry in entries:
        sums |= {known + (entry.value or 0) for known in sums}
    return any(abs(known - total) <= tolerance for known in sums)


def compared_sum(evaluation: SelfEvaluation, line: FundLine, column: str, tolerance: Decimal) -> PartsSum | None:
    """The sum that the amount of a line is held against, here and in 汇总; None where there is none to compare."""
    entry = line.entry(column)
    if entry.value is None or is_unusable(entry, column):
        return None
    return parts_sum(evaluation, line, column) or sources_sum(evaluation, line, column, tolerance)


def compared_sums(evaluation: SelfEvaluation, rulebook: Rulebook) -> dict[str, dict[str, tuple[str, ...]]]:
    """By line and column, the lines whose sum an amount is held against."""
    tolerance, found = rulebook.number("thresholds.tolerance"), dict[str, dict[str, tuple[str, ...]]]()
    for key, line in evaluation.funds.items():
        for column in AMOUNTS:
            if summed := compared_sum(evaluation, line, column, tolerance):
                found.setdefault(key, {})[column] = tuple(part.key for part in summed[1])
    return found


@check("F01")
def totals_are_sums(evaluation: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """合计＝各部分之和: 基本＋项目＝合计, 人员＋公用＝基本, and the three sources of a project's money."""
    tolerance = rulebook.number("thresholds.tolerance")
    for line in evaluation.funds.values():
        for column in AMOUNTS:
            entry = line.entry(column)
            summed = compared_sum(evaluation, line, column, tolerance)
            if entry.value is None or summed is None or evaluation.is_computed(line, column):
                continue
            total, members = summed
            difference = entry.value - total
            if abs(difference) > tolerance:
                if blank := _blank_parts(evaluation, line, column):
                    if not any(part.key == evaluation.project_line and evaluation.projects for part in blank):
                        yield _incomplete(entry, summed, blank)  # else F05 asks for it
                    continue
                sum_ = "＋".join(f"{part.name}{plain(part.entry(column).value or 0)}" for part in members)
                yield observed(
                    entry,
                    f"{entry.field}填{plain(entry.value)}，而{sum_}＝{plain(total)}，相差{plain(difference)}。",
                    f"请核对各部分；如各部分无误，{line.name}应填{plain(total)}。",
                    expected=plain(total),
                    difference=plain(difference),
                )


def _incomplete(entry: Entry[Decimal], summed: PartsSum, blank: Sequence[FundLine]) -> Observation:
    """That a line is not the sum of the parts that are filled in, and others are empty."""
    total, members = summed
    filled, lacking = ("、".join(part.name for part in parts) for parts in (members, blank))
    return observed(
        entry,
        f"{entry.field}填{plain(entry.value or 0)}，{filled}填了{plain(total)}，{lacking}没有填，合计对不上。",
        f"请补填{lacking}，没有的填0；或核对{filled}。",
        difference=plain((entry.value or Decimal(0)) - total),
    )


@check("F02")
def initial_plus_adjustment_is_adjusted(evaluation: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """年初预算数＋调整数＝全年预算数."""
    for line in evaluation.funds.values():
        initial, change, adjusted = line.initial.value, line.adjustment.value, line.adjusted.value
        if initial is None or change is None or adjusted is None or min(initial, adjusted) < 0:
            continue
        if evaluation.is_computed(line, "adjusted"):
            continue  # as right as its parts
        expected = initial + change
        difference = adjusted - expected
        if abs(difference) > rulebook.number("thresholds.tolerance"):
            sum_ = f"年初预算数{plain(initial)}＋调整数{plain(change)}＝{plain(expected)}"
            yield observed(
                line.adjusted,
                f"{sum_}，与全年预算数{plain(adjusted)}相差{plain(difference)}。",
                f"请核对这三个数；如前两个无误，全年预算数应填{plain(expected)}，"
                f"如预算数无误，调整数应填{plain(adjusted - initial)}。",
                expected=plain(expected),
                difference=plain(difference),
            )


def _usable_rate(line: FundLine) -> Decimal | None:
    """The claimed rate; None where the executed amount is unusable."""
    return None if is_unusable(line.executed, "executed") else line.claimed_rate.value


@check("F03")
def claimed_rate_is_computed_rate(
    evaluation: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """填报的执行率＝全年执行数÷全年预算数 (or the rulebook's base), at two decimals of a percent.

    A form may show one of the two and score by the other. The unit's own rounding, and a difference within the
    tolerance, are a notice: 自评表 shows the computed rate.
    """
    for key, line in evaluation.funds.items():
        ruled, usual = scores.line_rates[key].execution, quotient(line.executed.value, line.adjusted.value)
        rate = usual if ruled is None else ruled
        claimed = _usable_rate(line)
        if claimed is None or rate is None:
            continue
        stated, rights = half_up(claimed * 100), {rate, rate if usual is None else usual}
        if stated not in {half_up(right * 100) for right in rights}:
            yield _wrong_rate(line, claimed, rate, _budget_of(line, rate), rulebook.number("thresholds.tolerance"))


def _budget_of(line: FundLine, rate: Fraction) -> Decimal:
    """The budget by which a rate was computed: some forms have only the initial one."""
    budgets = (line.entry(key).value for key in ("adjusted", "initial"))
    return next((one for one in budgets if one and quotient(line.executed.value, one) == rate), Decimal(0))


def _wrong_rate(
    line: FundLine, claimed: Decimal, rate: Fraction, budget: Decimal, tolerance: Decimal
) -> Observation:
    stated = half_up(claimed * 100)
    rounded = stated in (half_up(rate * 100, 1), half_up(rate * 100, 0))
    close = abs(stated - half_up(rate * 100)) <= tolerance
    difference = f"{plain(stated - half_up(rate * 100))}个百分点"
    tail = "四舍五入后一致" if rounded else f"相差{difference}，在允许误差内" if close else "两者不符"
    sum_ = f"{plain(line.executed.value or 0)}÷{plain(budget)}＝{percent(rate)}"
    return observed(
        line.claimed_rate,
        f"{line.name}执行率填{plain(claimed * 100)}%，计算为{sum_}，{tail}。",
        _advice(rate, rounded, close),
        expected=percent(rate),
        difference=difference,
        severity="notice" if rounded or close else "error",
        correction=None if rounded or close else to_rate(line.claimed_rate, rate),
    )


def _advice(rate: Fraction, rounded: bool, close: bool) -> str:
    if rounded:
        return "可以不改；建议保留两位小数。"
    if close:
        return f"可以不改，评分和自评表按{percent(rate)}；建议改为{percent(rate)}。"
    return f"请改为{percent(rate)}，或核对执行数、预算数。"


def _spendings(evaluation: SelfEvaluation, scores: Scores) -> Iterator[tuple[str, FundLine | Project, Rates]]:
    """Every fund line and project, with its name in messages and its rates."""
    for key, line in evaluation.funds.items():
        yield line.name, line, scores.line_rates[key]
    for project, rates in zip(evaluation.projects, scores.project_rates, strict=True):
        yield f"项目{project.display_name}", project, rates


@check("F04")
def not_more_than_budgeted(
    evaluation: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """全年执行数不超过全年预算数, for every line and project."""
    for name, line, rates in _spendings(evaluation, scores):
        executed, adjusted = line.executed.value or Decimal(0), line.adjusted.value or Decimal(0)
        if rates.execution is None or rates.execution <= 1 or adjusted < 0:
            continue
        if executed - adjusted > rulebook.number("thresholds.tolerance"):
            yield observed(
                line.executed,
                f"{name}全年执行数{plain(executed)}，超过全年预算数{plain(adjusted)}，"
                f"执行率{percent_unlike(rates.execution, 1)}。",
                "请核对执行数和预算数；确有年中追加的，请补入全年预算数。",
                expected=f"不超过{plain(adjusted)}",
                difference=plain(executed - adjusted),
            )


@check("F05")
def projects_add_up(evaluation: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """项目明细的全年预算数、全年执行数合计＝项目支出; an official layout may have no such line."""
    line, tolerance = evaluation.funds.get(evaluation.project_line or ""), rulebook.number("thresholds.tolerance")
    if line is None:
        return
    if not evaluation.projects:
        yield from _unlisted(evaluation, line, tolerance)
        return
    for column in ("adjusted", "executed"):
        values, entry = _usable_amounts(evaluation.projects, column), line.entry(column)
        if not values or is_unusable(entry, column) or not (entry.place.cell or entry.value is not None):
            continue
        total = sum(values, Decimal(0))
        if entry.value is None:
            if total > tolerance:
                yield _without_projects(line, entry, total)
            continue
        difference = entry.value - total
        if abs(difference) > tolerance:
            word = evaluation.projects[0].entry(column).field
            yield observed(
                entry,
                f"{line.name}{word}填{plain(entry.value)}，"
                f"而项目明细{len(values)}个项目的{word}合计{plain(total)}，相差{plain(difference)}。",
                "请核对项目明细是否漏列、多列，或更正项目支出的数字；执行率、自评得分和文字说明中的数字随之更正。",
                expected=plain(total),
                difference=plain(difference),
            )


def _without_projects(line: FundLine, entry: Entry[Decimal], total: Decimal) -> Observation:
    """That the line of projects is empty although projects are listed: no sum would hold them."""
    return observed(
        entry,
        f"{line.name}{_column(entry)}没有填，而项目明细的{_column(entry)}合计{plain(total)}。",
        "请填写；执行率、自评得分和文字说明中的数字随之更正。",
        expected=plain(total),
    )


def _unlisted(evaluation: SelfEvaluation, line: FundLine, tolerance: Decimal) -> Iterator[Observation]:
    """Money for projects where the list of projects is empty; a form without such a list is skipped."""
    entries = () if "projects" in evaluation.absent else (line.adjusted, line.executed)
    if entry := next((entry for entry in entries if entry.value is not None and entry.value > tolerance), None):
        yield observed(
            entry,
            f"{line.name}{_column(entry)}填{plain(entry.value or 0)}，而项目明细一个项目也没有读到。",
            "请在项目明细中逐个填写项目；没有项目的，请核对项目支出的数字。",
        )


@check("F06")
def no_spending_without_budget(
    evaluation: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """有支出须有预算; the total budget is never zero, nor is the amount that the rulebook divides by."""
    base = rulebook.word("execution.base")
    budget = evaluation.total_funds.entry(base)
    if budget.empty and not budget.place.cell:
        yield from _no_such_column(evaluation, rulebook, budget)
    elif base != "adjusted" and (budget.empty or budget.value == 0):
        message = f"{budget.field}{'没有填写' if budget.empty else '为0'}，执行率无法计算，预算执行率不能评分。"
        yield observed(budget, message, f"请填写{budget.field}。", expected="大于0的数字")
    for name, line, _ in _spendings(evaluation, scores):
        yield from _spent_without_budget(evaluation, name, line)


def _usable_amounts(lines: Iterable[FundLine | Project], column: str) -> list[Decimal]:
    """The amounts of all lines in a column; [] where one of them is missing or unusable."""
    entries = [line.entry(column) for line in lines]
    amounts = [e.value for e in entries if e.value is not None and not is_unusable(e, column)]
    return amounts if len(amounts) == len(entries) else []


def _spent_without_budget(
    evaluation: SelfEvaluation, name: str, line: FundLine | Project
) -> Iterator[Observation]:
    """A budget of 0 with spending, or of the total line; an empty one, unless the cell is required (R07)."""
    total = line is evaluation.total_funds
    blank = not total and _is_unbudgeted_line(line)
    spent = max(line.executed.value or Decimal(0), Decimal(0))
    if not blank and (line.adjusted.value != 0 or not (spent or total)):
        return
    none = "没有填全年预算数" if blank else "全年预算数为0"
    if spent:
        message = f"{name}{none}，却有全年执行数{plain(spent)}，执行率无法计算。"
    else:
        message = f"{name}{none}，执行率无法计算，预算执行率不能评分。"
    hint = _parts_hint(evaluation, line) if blank else ""
    yield observed(line.adjusted, message, f"请填写调整后的全年预算数{hint}。", expected="大于0的数字")


def _is_unbudgeted_line(line: FundLine | Project) -> bool:
    return isinstance(line, FundLine) and is_unbudgeted(line)


def _parts_hint(evaluation: SelfEvaluation, line: FundLine | Project) -> str:
    """In brackets, the sum of a line's parts, or "" where it is not known."""
    summed = parts_sum(evaluation, line, "adjusted") if isinstance(line, FundLine) else None
    return f"（各部分合计{plain(summed[0])}）" if summed else ""


def _no_such_column(
    evaluation: SelfEvaluation, rulebook: Rulebook, budget: Entry[Decimal]
) -> Iterator[Observation]:
    """The table of money has no column for the rulebook's base: name the rulebooks that fit the others."""
    line, base = evaluation.total_funds, rulebook.word("execution.base")
    if not line.executed.place.cell:
        return  # there is no table at all, or no such line: R06
    others = [column for column in ("initial", "adjusted") if line.entry(column).value is not None]
    known = fitting_rulebooks(evaluation, rulebook.number("execution.weight"))
    books = map(load_rulebook, known)
    fits = "、".join(book.called for book in books if book.word("execution.base") in others)
    there = "、".join(_column(line.entry(column)) + plain(line.entry(column).value or 0) for column in others)
    only = f"，只有{there}" if there else "，或名称没有认出"
    word = _column(budget)
    message = f"资金表没有“{word}”一栏{only}；评分办法{rulebook.called}按{word}计算执行率，预算执行率不能评分。"
    advice = f"请补上“{word}”一栏；已有的请把栏名改为“{word}”。"
    if fits:
        other = "年初预算数" if base == "adjusted" else "全年预算数"
        advice += f"规定以{other}为基数的，{ASK_RULES}（如{fits}）。"
    yield observed(line.executed, message, advice, expected=f"有“{word}”一栏")


def _column(entry: Entry[Decimal]) -> str:
    """The name of an amount's column."""
    return entry.field.split("·")[-1]


@check("F07")
def no_negative_amounts(evaluation: SelfEvaluation, scores: Scores) -> Iterator[Observation]:
    """预算数、执行数不为负 (an adjustment may be)."""
    for name, line, _ in _spendings(evaluation, scores):
        for column in ("initial", "adjusted", "executed"):
            entry = line.entry(column)
            made = isinstance(line, FundLine) and evaluation.is_computed(line, column)
            if entry.value is not None and entry.value < 0 and not made:
                message = f"{name}的{_column(entry)}填{plain(entry.value)}，预算数和执行数不应为负数。"
                yield observed(entry, message, "请核对正负号；调减的数填在“调整数”中。", expected="不小于0的数字")


@check("F08")
def large_adjustments_are_explained(
    evaluation: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """预算调整率较大的须说明, for the total and every line: which way, how much or why."""
    if ADJUSTMENT.is_explained(evaluation):
        return
    limit = rulebook.number("thresholds.adjustment")
    total = (evaluation.total_funds.initial.value, scores.line_rates[evaluation.total_line].adjustment)
    for key, line in evaluation.funds.items():
        rate = scores.line_rates[key].adjustment
        if not rate or abs(rate) < limit:
            continue
        if line is not evaluation.total_funds and (line.initial.value, rate) == total:
            continue  # the one source of all money: reported at the total
        entry = line.adjusted if line.adjustment.value is None else line.adjustment
        yield observed(
            entry,
            f"{line.name}年初预算数{plain(line.initial.value or 0)}，"
            f"{_column(entry)}{plain(entry.value or 0)}，"
            f"调整率{percent(rate)}，没有说明调整的数额和原因。",
            f"请{ADJUSTMENT.where(evaluation)}写明调增或调减的数额和原因。",
            expected=f"±{percent(limit)}以内，或有说明",
        )


@check("F09")
def low_execution_is_explained(
    evaluation: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """预算执行率偏低的须说明结余在哪里、为什么."""
    rate, limit = scores.execution.completion, rulebook.number("thresholds.execution_rate")
    if evaluation.unscored == "monitoring":
        return  # the year is not over
    if rate is not None and rate < limit and not EXECUTION.is_explained(evaluation):
        yield observed(
            evaluation.total_funds.executed,
            f"预算执行率{percent_unlike(rate, limit)}，低于{percent(limit)}，没有说明结余的数额和原因。",
            f"请{EXECUTION.where(evaluation)}写明结余的数额和原因。",
            expected=f"不低于{percent(limit)}，或有说明",
        )


@check("F12")
def spending_is_stated(evaluation: SelfEvaluation) -> Iterator[Observation]:
    """A part with a budget says what was spent of it: in a sum that the sheet makes, an empty cell is no zero."""
    for whole in evaluation.funds.values():
        parts = whole.parts if evaluation.is_computed(whole, "executed") else ()
        for part in (evaluation.funds[key] for key in parts):
            own = any(evaluation.funds[key].executed.value is not None for key in part.parts)
            listed = part.key == evaluation.project_line and evaluation.projects  # F05
            if is_unstated(part, "executed") and not own and not listed:
                budget, spent = plain(part.adjusted.value or 0), part.executed
                message = f"{part.name}有全年预算数{budget}，没有填全年执行数，执行率无法计算。"
                yield observed(spent, message, "请填写；没有支出的填0。", expected="数字，没有支出的填0")
