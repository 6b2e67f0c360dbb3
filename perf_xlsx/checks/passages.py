"""N: the passages (文字说明), held against the table. Deterministic, and silent in doubt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from perf_xlsx.catalogue import Noticed, check, noticed
from perf_xlsx.checks.indicators import owed
from perf_xlsx.model import FundLine, Scores, SelfEvaluation
from perf_xlsx.numerals import half_up, percent, plain
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.target import same_label, squeeze

NOTHING_LEFT = re.compile("(不存在|没有|无)(资金|预算|经费)?(闲置|沉淀|结余|结转)")
MATCHES = re.compile("相匹配|相适应|没有调整|未(作|做|进行)?调整|预算编制(科学|精准|准确)")
ALL_DONE = re.compile("(各项|全部|所有)(绩效)?(指标|目标|任务)[^。；，]{0,6}(完成|达到|达标|实现)")
RATE = re.compile(r"执行率(?:为|达到|达|是)?\s*(\d+(?:\.\d+)?)\s*%")
MONEY = re.compile(
    r"(年初预算|全年预算|调整后预算|全年支出|全年执行|实际支出|预算执行)数?(?:为|共计|共|合计|是)?\s*"
    r"(\d[\d,]*(?:\.\d+)?)\s*(亿元|万元|元)"
)
COLUMN = {
    "年初预算": "initial", "全年预算": "adjusted", "调整后预算": "adjusted", "全年支出": "executed",
    "全年执行": "executed", "实际支出": "executed", "预算执行": "executed",
}  # fmt: skip
YUAN = {"元": Decimal(1), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}


@check("N01")
def required_passages_are_written(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Noticed]:
    """规定的文字说明不可缺少，也不能只有几个字.

    Good: 细化年初预算编制，加强执行监控.  Bad: empty, “加强管理”.
    """
    written = {same_label(passage.title.value or ""): passage for passage in form.passages}
    shortest = rulebook.number("passages.shortest")
    for title in rulebook.words(f"passages.{form.form}"):
        passage = written.get(same_label(title))
        if title in form.absent:
            continue
        if passage is None:
            message = f"没有填写“{title}”。"
            yield noticed(form.claimed.total, message, f"请在“文字说明”中填写“{title}”。", expected="文字说明")
        elif len(squeeze(passage.text.given)) < shortest and not owed(passage.text):
            message = f"“{title}”只有“{passage.text.given}”，过于简单。"
            yield noticed(passage.text, message, "请写明具体情况。", expected=f"不少于{plain(shortest)}个字")


@check("N02")
def passages_agree_with_the_numbers(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Noticed]:
    """文字说明与数字不矛盾.

    Good: 结余434.70万元.  Bad: “不存在闲置” beside 13% unspent; “相匹配” beside -46.07%; “全部完成” beside a miss.
    """
    rate, change = scores.execution.completion, scores.line_rates[form.total_line].adjustment
    missed = [row.name.given for row, s in zip(form.indicators, scores.indicators, strict=True) if s.met is False]
    for passage in form.passages:
        text = passage.text.given
        said = NOTHING_LEFT.search(text)
        if said and rate is not None and 1 - rate > rulebook.number("thresholds.unspent"):
            message = f"说明中写“{said[0]}”，而预算执行率{percent(rate)}，结余{percent(1 - rate)}。"
            yield noticed(passage.text, message, "请写明结余的数额和原因。")
        said = MATCHES.search(text)
        if said and change is not None and abs(change) >= rulebook.number("thresholds.adjustment"):
            message = f"说明中写“{said[0]}”，而预算调整率{percent(change)}。"
            yield noticed(passage.text, message, "请写明调整的数额和原因。")
        said = ALL_DONE.search(text)
        if said and missed:
            message = f"说明中写“{said[0]}”，而“{missed[0]}”等{len(missed)}个指标没有完成。"
            yield noticed(passage.text, message, "请按指标的实际完成情况改写。")


@check("N03")
def numbers_in_passages_are_those_of_the_table(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Noticed]:
    """文字中的执行率和金额与表中一致, 元、万元、亿元 converted; only numbers whose meaning is stated are compared.

    Good: 执行率86.80%; 全年支出2857.28万元.  Bad: 执行率96.80% where the table says 86.80%.
    """
    lines = list(form.funds.values())
    rates = [r.execution for r in (*scores.line_rates.values(), *scores.project_rates) if r.execution is not None]
    for passage in form.passages:
        text = squeeze(passage.text.given)
        for found in RATE.finditer(text):
            if rates and not any(_same(Decimal(found[1]), rate * 100) for rate in rates):
                rate = scores.execution.completion
                table = f"，表中预算执行率为{percent(rate)}" if rate is not None else "，与表中各项执行率都不同"
                message = f"说明中写执行率{found[1]}%{table}。"
                yield noticed(
                    passage.text, message, "请核对，与表中一致。", expected=percent(rate) if rate else None
                )
        yield from (
            noticed(passage.text, f"说明中写“{found[0]}”，{table}。", "请核对，与表中一致。")
            for found in MONEY.finditer(text)
            if (table := _differs(found, lines, form))
        )


def _differs(found: re.Match[str], lines: list[FundLine], form: SelfEvaluation) -> str:
    """What the table says, where no amount of that column equals the one in the text; "" where one does."""
    column, unit = COLUMN[found[1]], YUAN.get(form.boxes["money_unit"].value or "")
    entries = [getattr(line, column) for line in (*lines, *form.projects)]
    known = [entry.value for entry in entries if entry.value is not None]
    if unit is None or not known:
        return ""
    stated = Decimal(found[2].replace(",", ""))
    if any(_same(stated, Fraction(value * unit) / Fraction(YUAN[found[3]])) for value in known):
        return ""
    total = getattr(form.total_funds, column)
    return (
        f"表中{total.field}为{plain(total.value)}{form.boxes['money_unit'].value}"
        if total.value is not None
        else ""
    )


def _same(stated: Decimal, exact: Fraction) -> bool:
    """Equal at the decimals that were written."""
    places = max(0, -int(stated.as_tuple().exponent))
    return abs(Fraction(stated) - Fraction(half_up(exact, places))) <= Fraction(1, 100)
