"""F: the money adds up (资金勾稽). Amounts are in the form's own unit; unknown amounts are left alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from perf_xlsx.checks.clauses import ASIDE, PAST, sentences
from perf_xlsx.domain.model import AMOUNTS, Entry, FundLine, Project, Rates, Scores, SelfEvaluation
from perf_xlsx.domain.rounding import half_up, percent, percent_unlike, plain, quotient
from perf_xlsx.findings.catalogue import Observation, check, observed, to_rate
from perf_xlsx.rulebook import Rulebook, load_rulebook, rulebook_names
from perf_xlsx.system.pattern import pattern


def amount(line: FundLine | Project, column: str) -> Entry[Decimal]:
    """The entry of a line in one of the money columns."""
    entry: Entry[Decimal] = getattr(line, column)
    return entry


def unusable(entry: Entry[Decimal], column: str) -> bool:
    """Whether an amount says nothing of others: unreadable, or below zero where that cannot be (F07)."""
    return entry.unreadable or (column != "adjustment" and entry.value is not None and entry.value < 0)


def unbudgeted(line: FundLine | Project) -> bool:
    """Whether money was spent of a budget that was left empty."""
    return line.adjusted.empty and bool(line.adjusted.place.cell) and (line.executed.value or 0) > 0


def parts_sum(form: SelfEvaluation, line: FundLine, column: str) -> tuple[Decimal, list[FundLine]] | None:
    """Sum and members of a line's parts in a column; None where a part is unknown, so that no sum can be told."""
    parts = [form.funds[key] for key in line.parts]
    known = [part for part in parts if amount(part, column).value is not None]
    if not known or any(unusable(amount(part, column), column) or part.name in form.absent for part in parts):
        return None
    if len(known) < len(parts) and not line.blank_part_is_zero:
        return None
    if any(unbudgeted(part) for part in parts if column == "adjusted"):
        return None  # F06 asks for it
    return sum((amount(part, column).value or Decimal(0) for part in known), Decimal(0)), known


MOST_SOURCES = 12  # more lines below a total have too many sums to try


def sources_sum(
    form: SelfEvaluation, line: FundLine, column: str, tolerance: Decimal
) -> tuple[Decimal, list[FundLine]] | None:
    """Sum and members of the lines below a total that are not known to be its parts; None where some make it up.

    A list of sources may name parts of parts (财政拨款, 其中中央). It is wrong only where no choice of its lines
    adds up; what is told then is the sum of all.
    """
    sources = [form.funds[key] for key in line.sources]
    entries = [amount(source, column) for source in sources]
    whole = amount(line, column).value
    if not sources or len(sources) > MOST_SOURCES or whole is None:
        return None
    if any(unusable(entry, column) for entry in entries) or all(entry.value is None for entry in entries):
        return None
    sums = {Decimal(0)}
    for entry in entries:
        sums |= {known + (entry.value or 0) for known in sums}
    if any(abs(known - whole) <= tolerance for known in sums):
        return None
    filled = [source for source, entry in zip(sources, entries, strict=True) if entry.value is not None]
    return sum((amount(source, column).value or Decimal(0) for source in filled), Decimal(0)), filled


@check("F01")
def totals_are_sums(form: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """合计＝各部分之和: 基本＋项目＝合计, 人员＋公用＝基本, and the three sources of a project's money.

    Good: 3103.71＋3000.00＝6103.71.  Bad: 3103.71＋3000.00 beside a total of 6130.71.
    """
    for line in form.funds.values():
        for column in AMOUNTS:
            entry, summed = amount(line, column), parts_sum(form, line, column)
            summed = summed or sources_sum(form, line, column, rulebook.number("thresholds.tolerance"))
            if entry.value is None or summed is None or unusable(entry, column):
                continue
            total, members = summed
            difference = entry.value - total
            if abs(difference) > rulebook.number("thresholds.tolerance"):
                sum_ = "＋".join(f"{part.name}{plain(amount(part, column).value or 0)}" for part in members)
                yield observed(
                    entry,
                    f"{entry.field}填{plain(entry.value)}，而{sum_}＝{plain(total)}，相差{plain(difference)}。",
                    f"请核对各部分；如各部分无误，{line.name}应填{plain(total)}。",
                    expected=plain(total),
                    difference=plain(difference),
                )


@check("F02")
def initial_plus_adjustment_is_adjusted(form: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """年初预算数＋调整数＝全年预算数.

    Good: 6103.71－2811.73＝3291.98.  Bad: 6103.71＋2811.73 beside 3291.98.
    """
    for line in form.funds.values():
        initial, change, adjusted = line.initial.value, line.adjustment.value, line.adjusted.value
        if initial is None or change is None or adjusted is None or min(initial, adjusted) < 0:
            continue
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


@check("F03")
def claimed_rate_is_computed_rate(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """填报的执行率＝全年执行数÷全年预算数 (or what the rulebook divides by), at two decimals of a percent.

    Good: 2857.28÷3291.98 as 86.80%.  Bad: the same as 90%.  87% is the unit's own rounding: a notice.
    """
    for key, line in form.funds.items():
        claimed, ruled = line.claimed_rate.value, scores.line_rates[key].execution
        usual = quotient(line.executed.value, line.adjusted.value)  # a form may show this and score by the other
        rate = usual if ruled is None else ruled
        if claimed is None or rate is None or unusable(line.executed, "executed"):
            continue
        stated = half_up(claimed * 100)
        gaps = [abs(stated - half_up(known * 100)) for known in (usual, rate) if known is not None]
        if min(gaps) <= rulebook.number("thresholds.tolerance"):
            continue
        rounded = stated in (half_up(rate * 100, 1), half_up(rate * 100, 0))
        whole = line.adjusted if ruled is None else amount(line, rulebook.word("execution.base"))
        sum_ = f"{plain(line.executed.value or 0)}÷{plain(whole.value or 0)}＝{percent(rate)}"
        yield observed(
            line.claimed_rate,
            f"{line.name}执行率填{plain(claimed * 100)}%，计算为{sum_}"
            + ("，四舍五入后一致。" if rounded else "，两者不符。"),
            "可以不改；建议保留两位小数。" if rounded else f"请改为{percent(rate)}，或核对执行数、预算数。",
            expected=percent(rate),
            difference=f"{plain(stated - half_up(rate * 100))}个百分点",
            severity="notice" if rounded else "error",
            correction=None if rounded else to_rate(line.claimed_rate, rate),
        )


def _spendings(form: SelfEvaluation, scores: Scores) -> Iterator[tuple[str, FundLine | Project, Rates]]:
    for key, line in form.funds.items():
        yield line.name, line, scores.line_rates[key]
    for project, rates in zip(form.projects, scores.project_rates, strict=True):
        yield f"项目{project.called}", project, rates


@check("F04")
def not_more_than_budgeted(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """全年执行数不超过全年预算数, for every line and project.

    Good: 95.45 of 107.18.  Bad: 110.00 of 107.18.
    """
    for name, line, rates in _spendings(form, scores):
        if rates.execution is None or rates.execution <= 1 or (line.adjusted.value or 0) < 0:
            continue
        executed, adjusted = line.executed.value or Decimal(0), line.adjusted.value or Decimal(0)
        if executed - adjusted <= rulebook.number("thresholds.tolerance"):
            continue
        yield observed(
            line.executed,
            f"{name}全年执行数{plain(executed)}，超过全年预算数{plain(adjusted)}，"
            f"执行率{percent_unlike(rates.execution, 1)}。",
            "请核对执行数和预算数；确有年中追加的，请补入全年预算数。",
            expected=f"不超过{plain(adjusted)}",
            difference=plain(executed - adjusted),
        )


@check("F05")
def projects_add_up(form: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """项目明细的全年预算数、全年执行数合计＝项目支出.

    Good: 85.04＋11.34＋10.80＝107.18.  Bad: one project left out.
    """
    line = form.funds.get(form.project_line or "")  # an official layout may have no such line
    if line is None:
        return
    if not form.projects:
        yield from _unlisted(form, line, rulebook)
        return
    for column in ("adjusted", "executed"):
        entry = amount(line, column)
        values = [amount(project, column).value for project in form.projects]
        if entry.value is None or None in values or unusable(entry, column):
            continue
        if any(unusable(amount(project, column), column) for project in form.projects):
            continue
        total = sum((value for value in values if value is not None), Decimal(0))
        difference = entry.value - total
        if abs(difference) > rulebook.number("thresholds.tolerance"):
            word = amount(form.projects[0], column).field
            yield observed(
                entry,
                f"{line.name}{word}填{plain(entry.value)}，"
                f"而项目明细{len(values)}个项目的{word}合计{plain(total)}，相差{plain(difference)}。",
                "请核对项目明细是否漏列、多列，或更正项目支出的数字。",
                expected=plain(total),
                difference=plain(difference),
            )


def _unlisted(form: SelfEvaluation, line: FundLine, rulebook: Rulebook) -> Iterator[Observation]:
    """Money for projects beside a list that names none; a form without such a list is left alone."""
    if "projects" in form.absent:
        return
    for column in ("adjusted", "executed"):
        entry = amount(line, column)
        if entry.value is not None and entry.value > rulebook.number("thresholds.tolerance"):
            word = entry.field.split("·")[-1]
            yield observed(
                entry,
                f"{line.name}{word}填{plain(entry.value)}，而项目明细一个项目也没有读到。",
                "请在项目明细中逐个填写项目；没有项目的，请核对项目支出的数字。",
            )
            return


@check("F06")
def no_spending_without_budget(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """有支出须有预算; the total budget is never zero, nor is what the rulebook divides by.

    Good: 0 of 0 for 上年结转资金.  Bad: 12.00 spent of a budget of 0 or of none; a total
    budget of 0.
    """
    base = rulebook.word("execution.base")
    budget = amount(form.total_funds, base)
    if budget.empty and not budget.place.cell:
        yield from _no_such_column(form, rulebook, budget)
    elif base != "adjusted" and (budget.empty or budget.value == 0):
        message = f"{budget.field}{'没有填写' if budget.empty else '为0'}，执行率无法计算，预算执行率不能评分。"
        yield observed(budget, message, f"请填写{budget.field}。", expected="大于0的数字")
    for name, line, _ in _spendings(form, scores):
        required = line is form.total_funds or isinstance(line, Project)  # else R07
        blank = unbudgeted(line) and not required
        if line.adjusted.value != 0 and not blank:
            continue
        if (line.executed.value or 0) > 0:
            spent = plain(line.executed.value or 0)
            none = "没有填全年预算数" if blank else "全年预算数为0"
            message = f"{name}{none}，却有全年执行数{spent}，执行率无法计算。"
        elif line is form.total_funds:
            message = f"{name}全年预算数为0，执行率无法计算，预算执行率不能评分。"
        else:
            continue
        summed = parts_sum(form, line, "adjusted") if blank and isinstance(line, FundLine) else None
        fits = f"（各部分合计{plain(summed[0])}）" if summed else ""
        yield observed(line.adjusted, message, f"请填写调整后的全年预算数{fits}。", expected="大于0的数字")


def _no_such_column(form: SelfEvaluation, rulebook: Rulebook, budget: Entry[Decimal]) -> Iterator[Observation]:
    """The table of money has no column for what the rulebook divides by: told with the rulebooks that fit."""
    line, base = form.total_funds, rulebook.word("execution.base")
    if not line.executed.place.cell:
        return  # there is no table at all, or no such line: R06
    others = [column for column in ("initial", "adjusted") if amount(line, column).value is not None]
    books = [load_rulebook(name) for name in rulebook_names()]
    weight = rulebook.number("execution.weight")
    fits = [
        book.name
        for book in books
        if book.word("execution.base") in others
        and form.form in book.forms
        and book.number("execution.weight") == weight
    ]
    there = "、".join(_column(amount(line, column)) + plain(amount(line, column).value or 0) for column in others)
    only = f"，只有{there}" if there else "，或名称没有认出"
    word = _column(budget)
    message = f"资金表没有“{word}”一栏{only}；评分办法“{rulebook.name}”按{word}计算执行率，预算执行率不能评分。"
    advice = f"请补上“{word}”一栏；已有的请把栏名改为“{word}”。"
    if fits and base == "adjusted":
        advice += f"规定以年初预算数为基数的，请用 --rulebook {fits[0]} 重新评分。"
    elif fits:
        advice += f"规定以全年预算数为基数的，请用 --rulebook {'、'.join(fits)} 之一重新评分。"
    yield observed(line.executed, message, advice, expected=f"有“{word}”一栏")


def _column(entry: Entry[Decimal]) -> str:
    """What the column of an amount is called."""
    return entry.field.split("·")[-1]


@check("F07")
def no_negative_amounts(form: SelfEvaluation, scores: Scores) -> Iterator[Observation]:
    """预算数、执行数不为负 (an adjustment may be).

    Good: 调整数 -2811.73.  Bad: 全年执行数 -95.45.
    """
    for name, line, _ in _spendings(form, scores):
        for column in ("initial", "adjusted", "executed"):
            entry = amount(line, column)
            if entry.value is not None and entry.value < 0:
                message = f"{name}的{entry.field.split('·')[-1]}填{plain(entry.value)}，预算数和执行数不应为负数。"
                yield observed(entry, message, "请核对正负号；调减的数填在“调整数”中。", expected="不小于0的数字")


@check("F08")
def large_adjustments_are_explained(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """预算调整率较大的须说明, for the total and every line: which way, how much or why.

    Good: 年中调减2811.73万元.  Bad: 调整与履职需要相匹配, beside -46.07%.
    """
    if explains(form, "调整", ADJUSTED_WORDS):
        return
    limit = rulebook.number("thresholds.adjustment")
    total = (form.total_funds.initial.value, scores.line_rates[form.total_line].adjustment)
    for key, line in form.funds.items():
        rate = scores.line_rates[key].adjustment
        if rate is None or abs(rate) < limit:
            continue
        if line is not form.total_funds and (line.initial.value, rate) == total:
            continue  # the one source of all money: told at the total
        entry = line.adjusted if line.adjustment.value is None else line.adjustment
        yield observed(
            entry,
            f"{line.name}年初预算数{plain(line.initial.value or 0)}，"
            f"{entry.field.split('·')[-1]}{plain(entry.value or 0)}，"
            f"调整率{percent(rate)}，没有说明调整的数额和原因。",
            f"请在“{_where(form, '年中调整说明')}”中写明调增或调减的数额和原因。",
            expected=f"±{percent(limit)}以内，或有说明",
        )


@check("F09")
def low_execution_is_explained(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
    """预算执行率偏低的须说明结余在哪里、为什么.

    Good: 执行率86.80%，结余434.70万元主要为公用经费.  Bad: 资金按计划使用, beside 86.80%.
    """
    rate, limit = scores.execution.completion, rulebook.number("thresholds.execution_rate")
    if rate is None or rate >= limit or explains(form, "执行", UNSPENT_WORDS):
        return
    yield observed(
        form.total_funds.executed,
        f"预算执行率{percent_unlike(rate, limit)}，低于{percent(limit)}，没有说明结余的数额和原因。",
        f"请在“{_where(form, '执行情况说明')}”中写明结余的数额和原因。",
        expected=f"不低于{percent(limit)}，或有说明",
    )


ADJUSTED_WORDS = pattern("调减|调增|追加|核减|压减|调入|调出|调剂|收回|新增|增加|减少|下达|划入|划出")
UNSPENT_WORDS = pattern(
    "结余|结转|剩余|未支付|未支出|未执行|未形成支出|滞后|延期|延后|推迟|跨年|节约|尾款|尚未|收回|待(?:支付|付款|结算)|"
    "未(?:完成|开工|完工|竣工|验收|到货|结算|实施|启动)|没有(?:支出|支付|执行)(?:的|完毕?|出去)?$|"
    "(?:未|没有?)(?:达到|到|满足|具备).{0,8}(?:支付|付款)(?:条件|节点|期|时间)"
)
WHY = pattern("因(?!素|地制宜|公)|由于|受.{1,20}影响|导致|致使|所致|根据")
OF_WHAT = pattern(rf"\d|{WHY.pattern}|主要是|(?<![体关派联])系(?![统列])|按照?.{{1,12}}要求")
MONEY = pattern("预算|经费|资金|支出|拨款|元|(?<![贷罚条])款")
SHARE = pattern(r"\d%")
DENIED = pattern("(?:不存在|没有|无|未)[^、]{0,6}$")


def explains(form: SelfEvaluation, title: str, words: re.Pattern[str]) -> bool:
    """Whether it is explained: under its own title with a reason, or anywhere in these words with a sum or reason.

    What is denied (“没有结余”) or said of an earlier year explains nothing.
    """
    passages = [(title in passage.title.given, passage.text.given) for passage in form.passages]
    beside = [(False, entry.given) for entry in _other_texts(form)] if _has_no_place(form, title) else []
    for own, given in (*passages, *beside):
        for sentence in sentences(given):
            text = "，".join(sentence)
            if own and WHY.search(text):
                return True
            money = MONEY.search(text) or (own and SHARE.search(text))
            if money and OF_WHAT.search(text) and _spoken_of(words, sentence):
                return True
    return False


def _has_no_place(form: SelfEvaluation, title: str) -> bool:
    return any(title in absent for absent in form.absent)


def _where(form: SelfEvaluation, title: str) -> str:
    """Where it is to be explained: under its own title, or where a form without one has room for texts."""
    room = form.boxes.get("goal_achieved")
    return title if not _has_no_place(form, title) or room is None or not room.place.cell else room.field


def _other_texts(form: SelfEvaluation) -> Iterator[Entry[str]]:
    """What a form without passages has room for texts in: what was achieved, and the reasons of indicators."""
    if room := form.boxes.get("goal_achieved"):
        yield room
    yield from (row.reason for row in form.indicators)


def _spoken_of(words: re.Pattern[str], sentence: Iterable[str]) -> bool:
    spoken = (ASIDE.sub("", clause) for clause in sentence)
    found = ((clause, said.start()) for clause in spoken for said in words.finditer(clause))
    return any(not PAST.search(clause[:at]) and not DENIED.search(clause[:at]) for clause, at in found)
