"""N: the passages (文字说明), held against the table. Deterministic, and silent in doubt (see clauses.py)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import partial

from msgspec import Struct

from perf_xlsx.checks.clauses import NUMERAL, Clause, Speaker, Subject, clauses, speaker
from perf_xlsx.checks.funds import ADJUSTED_WORDS, UNSPENT_WORDS, amount, explains, unusable
from perf_xlsx.checks.indicators import owed
from perf_xlsx.domain.model import Entry, FundLine, Scores, SelfEvaluation
from perf_xlsx.domain.quantity import normalise, same_label
from perf_xlsx.domain.rounding import half_up, percent, plain
from perf_xlsx.findings.catalogue import Observation, check, observed
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.system.pattern import pattern

PLANS = pattern("措施|建议|计划|打算|下一步")  # titles of passages about the years to come
BUDGET = pattern("预算|调整|资金|拨款|经费|支出|年中")
EXCEPT = pattern("除|其余|其他|其它|剩余|多数|大部|部分|基本")
BOUND = pattern("[及的]?以[上下内]|之内|的?[年初内部控制绩效预期考核]{0,6}(?:目标|要求|标准|序时)|用于")
BUT = pattern("但|除|仅|只有|另有|未")

MISUSED = "虚列支出|截留|挤占|挪用|滞留|套取"
NO = f"(?:不存在|没有|未出现|[未没]有?发生|无)(?:[、和或]|任何|财政|资金|预算|经费|{MISUSED})*"
ALL_SPENT = "(?<!结转)(?<!结余)(?:资金|预算|经费)(?:已|均|都)*全部(?:支出|执行|使用)(?:完毕|完成)?(?=$|[,、])"
NOTHING_LEFT = pattern(f"{NO}(?:结转)?结余|{ALL_SPENT}")
NOTHING_IDLE = pattern(f"{NO}(?:闲置|沉淀)(?!的?(?:资产|设备|设施|房|场地|土地|车))")
UNCHANGED = pattern("(?:没有|未|无)(?:作|做|进行|发生)?(?:任何)?(?:预算)?(?:调整|变动)")
MATCHES = pattern("[与和同].{1,20}(?<![不未够尽])(?:相匹配|相适应)|预算编制(?:科学|精准|准确)(?!性)")
ALL_DONE = pattern(
    r"(?:(?:各项|全部|所有|(?P<count>\d+|[一二三四五六七八九十])[项个])(?:绩效)?(?:指标|目标)(?:任务|值)?"
    "(?:均|都|全部|已|圆满|顺利|如期|按期|按时)+|绩效(?:指标|目标)(?:均|都|已?全部)已?)(?:完成|达到|达标|实现)"
    "(?=$|[,、()]|了|年初|年度|预期|预定|既定|设定|绩效|目标|指标|要求)"
    "|全部完成了?(?:年初|年度|设定|各项|所有|的)*(?:绩效)?指标(?!的)"
)

STATED = (
    r"(?:\([^()]*\)|为|是|达到?了?|仅|只有?|实际|已|共计?|合计|总计|完成|高达|数|[:=])*"
    rf"(?P<about>约为?|大约|接?近|将近)?(?P<number>{NUMERAL})(?P<more>[余多])?"
)
EXECUTION_RATE = pattern(rf"(?P<label>(?:预算)?执行率){STATED}(?P<unit>%)(?P<or_so>左右)?")
ADJUSTMENT_RATE = pattern(rf"(?P<label>(?:预算)?调整率)(?:为|是|达到?)*-?{STATED}(?P<unit>%)(?P<or_so>左右)?")
INITIAL = pattern(
    rf"(?P<label>年初(?:部门|财政|批复)?预算)(?:安排|批复|下达)?{STATED}(?P<unit>[万亿]?元)(?P<or_so>左右)?"
)
ADJUSTED = pattern(
    rf"(?P<label>全年预算|调整后的?(?:全年)?预算)(?:安排)?{STATED}(?P<unit>[万亿]?元)(?P<or_so>左右)?"
)
EXECUTED = pattern(
    r"(?P<label>(?:全年|(?<!\d)年度)(?:共|总|完成|实际|累计)*(?:支出|执行)|预算执行"
    r"|(?P<weak>(?:实际|累计)+(?:支出|执行)|总支出|^(?:共|已)?支出|执行))"
    rf"{STATED}(?P<unit>[万亿]?元)(?P<or_so>左右)?"
)
LEFT = pattern(
    rf"(?P<label>(?<!结转)(?:年末|期末|资金|预算)*结余(?:资金|金额|数额)?){STATED}(?P<unit>[万亿]?元)(?P<or_so>左右)?"
)
ADDED, TAKEN = pattern("追加|增[加拨]|调增|新增"), pattern("调减|[核压削缩]减|减少|压缩|收回|上缴")
ALTERED = pattern(
    rf"(?P<label>(?:年中|全年)*净?(?:追加|调[增减])(?:预算|资金|金额)*){STATED}(?P<unit>[万亿]?元)(?P<or_so>左右)?"
)
TOTAL = pattern(rf"(?P<label>自评总分|自评总得分|综合得分){STATED}(?P<unit>分)(?P<or_so>左右)?")
UNITS = {
    "%": Fraction(1, 100),
    "分": Fraction(1),
    "元": Fraction(1),
    "万元": Fraction(10_000),
    "亿元": Fraction(100_000_000),
}
COLUMN_NAMES = {"initial": "年初预算数", "adjusted": "全年预算数", "executed": "全年执行数"}
COLUMNS = ((INITIAL, "initial"), (ADJUSTED, "adjusted"), (EXECUTED, "executed"))


def told(form: SelfEvaluation) -> Iterator[tuple[Entry[str], Clause]]:
    """The clauses of every text that says how the year went."""
    texts = [(passage.title.given, passage.text) for passage in form.passages]
    if achieved := form.boxes.get("goal_achieved"):
        texts.append((achieved.field, achieved))
    for title, entry in texts:
        if not PLANS.search(title):
            yield from ((entry, clause) for clause in clauses(entry.given))


@check("N01")
def required_passages_are_written(form: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """规定的文字说明不可缺少，也不能只有几个字: passages, and a project's goals, which may be short.

    Good: 细化年初预算编制，加强执行监控.  Bad: empty, “加强管理”.
    """
    key = f"passages.{form.form}"
    if not rulebook.words(key):
        return
    shortest, basis = rulebook.number("passages.shortest"), str(rulebook.cite(key))
    boxes = {box.field: box for box in form.boxes.values()}
    lacking = {box.field for name, box in form.boxes.items() if name in form.absent} | form.absent
    titled = (*form.unwritten, *form.passages)
    texts = {same_label(passage.title.value or ""): passage.text for passage in titled} | boxes
    for title in rulebook.words(key):
        entry = texts.get(title, texts.get(same_label(title)))
        if title in lacking:
            continue
        if entry is None:
            where, advice = form.claimed.total, f"请在“文字说明”中填写“{title}”。"
            yield observed(where, f"没有填写“{title}”。", advice, expected="文字说明", basis=basis)
        elif entry.empty and entry.place.cell:
            yield observed(entry, f"没有填写“{title}”。", f"请填写“{title}”。", expected="文字说明", basis=basis)
        elif title not in boxes and entry.value and len(normalise(entry.given)) < shortest and not owed(entry):
            message, wanted = f"“{title}”只有“{entry.given}”，过于简单。", f"不少于{plain(shortest)}个字"
            yield observed(entry, message, "请写明具体情况。", expected=wanted, basis=basis)


class Claim(Struct, frozen=True):
    """Words that claim something, and what a subject's numbers have to say to it ("" where they agree).

    `topic` is what the clause must be about; `excuse` is what, once explained (F08, F09), leaves the words in
    order: what was left and taken back is not idle, what was adjusted may match.
    """

    words: re.Pattern[str]
    contradicted: Callable[[Subject, Rulebook], str]
    advice: str
    topic: re.Pattern[str] | None = None
    excuse: tuple[str, re.Pattern[str]] | None = None


def _unspent(subject: Subject, rulebook: Rulebook) -> str:
    rate = subject.rates.execution
    if rate is None or 1 - rate <= rulebook.number("thresholds.unspent"):
        return ""
    return f"{subject.name}预算执行率{percent(rate)}，结余{percent(1 - rate)}"


def _changed(subject: Subject, rulebook: Rulebook) -> str:
    rate = subject.rates.adjustment
    if rate is None or abs(rate) < rulebook.number("thresholds.adjustment"):
        return ""
    return f"{subject.name}预算调整率{percent(rate)}"


CLAIMS = (
    Claim(NOTHING_LEFT, _unspent, "请写明结余的数额和原因。"),
    Claim(NOTHING_IDLE, _unspent, "请写明结余的数额和原因。", excuse=("执行", UNSPENT_WORDS)),
    Claim(UNCHANGED, _changed, "请写明调整的数额和原因。", BUDGET),
    Claim(MATCHES, _changed, "请写明调整的数额和原因。", pattern("预算|调整"), ("调整", ADJUSTED_WORDS)),
)


@check("N02")
def passages_agree_with_the_numbers(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """文字说明与数字不矛盾; what is said of another time, a part, an aim or a supposition is left alone.

    Good: 结余434.70万元.  Bad: “不存在闲置” beside 13% unspent; “相匹配” beside -46.07%; “全部完成” beside a miss.
    """
    who, seen = speaker(form, scores), set()
    missed = [row.name.given for row, s in zip(form.indicators, scores.indicators, strict=True) if s.met is False]
    claims = [claim for claim in CLAIMS if claim.excuse is None or not explains(form, *claim.excuse)]
    for entry, clause in told(form):
        for claim in claims:
            said = _claimed(claim, clause, who)
            answers = [claim.contradicted(subject, rulebook) for subject in said[1]] if said else []
            answer = next(filter(None, answers), "")
            if said and answer and (entry.place, answer) not in seen:
                seen.add((entry.place, answer))
                yield observed(entry, f"说明中写“{said[0]}”，而{answer}。", claim.advice)
        if missed and (words := _all_done(clause, who, len(form.indicators))) and (entry.place, "") not in seen:
            seen.add((entry.place, ""))
            message = f"说明中写“{words}”，而“{missed[0]}”等{len(missed)}个指标没有完成。"
            yield observed(entry, message, "请按指标的实际完成情况改写。")


def _claimed(claim: Claim, clause: Clause, who: Speaker) -> tuple[str, tuple[Subject, ...]] | None:
    """The words of the claim in this clause, and what they are about; None where it is not claimed."""
    said = claim.words.search(clause.text)
    if said is None or not who.states_a_fact(clause, said.start()):
        return None
    before = clause.text[: said.start()]
    topic = before or next(iter(clause.before), "")
    if claim.topic and topic and not claim.topic.search(topic) and "预算" not in said[0]:
        return None
    return said[0], who.subjects(clause, before)


def _all_done(clause: Clause, who: Speaker, indicators: int) -> str:
    """The words that claim all indicators done; "" where an exception is made, or a lesser number named."""
    said = ALL_DONE.search(clause.text)
    if said is None or not who.states_a_fact(clause, said.start()):
        return ""
    before = clause.text[: said.start()]
    if EXCEPT.search("".join((*clause.before, before))) or BUT.search(clause.text[said.end() :] + clause.after):
        return ""
    if said["count"] and _number(said["count"]) != indicators:
        return ""
    return said[0] if who.subjects(clause, before) == (who.whole,) else ""


def _number(count: str) -> int:
    return int(count) if count.isdigit() else "一二三四五六七八九十".index(count) + 1


class StatedNumber(Struct, frozen=True):
    """A number of the table that people repeat in words: how they write it, and which it is for a subject.

    Rates are fractions, amounts are in yuan. `slack` is what the table's own rounding may make, `also` are further
    values that are no error in a passage.
    """

    words: re.Pattern[str]
    name: str
    value: Callable[[Subject], Fraction | None]
    slack: Fraction
    shown: Callable[[Fraction], str]
    also: tuple[Fraction, ...] = ()

    def agrees(self, said: re.Match[str], meant: Fraction, everyone: Iterable[Subject]) -> bool:
        """Whether the number said is about the one meant, or at the decimals written that of anyone."""
        stated, unit = Decimal(said["number"].replace(",", "")), UNITS[said["unit"]]
        if said["about"] or said["more"] or said["or_so"]:
            return abs(Fraction(stated) * unit - abs(meant)) <= abs(meant) / 20
        values = (value for value in (*map(self.value, everyone), *self.also) if value is not None)
        return any(_equal(stated, abs(value) / unit, self.slack / unit) for value in values)

    def off_by_its_unit(self, said: re.Match[str], meant: Fraction) -> bool:
        """Whether the number said is the one meant in 元 for 万元, or the other way round."""
        stated, unit = Decimal(said["number"].replace(",", "")), UNITS[said["unit"]]
        tenfolds = (Fraction(10_000), Fraction(1, 10_000))
        return said["unit"] not in "%分" and any(
            _equal(stated, abs(meant) / unit * times, self.slack / unit * times) for times in tenfolds
        )


OTHER_UNIT = "，恰好相差一万倍，请先核对“金额单位”和全表的数字"


def _equal(stated: Decimal, exact: Fraction, slack: Fraction) -> bool:
    """Equal once rounded, or cut off, to the decimals written."""
    places = max(0, -int(stated.as_tuple().exponent))
    cut_off = Fraction(int(exact * 10**places), 10**places)
    return stated in (half_up(exact, places), cut_off) or abs(Fraction(stated) - exact) <= slack


def stated_numbers(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[StatedNumber]:
    """What passages are held against; amounts only where the form says its money unit."""
    tolerance, unit = Fraction(rulebook.number("thresholds.tolerance")), form.boxes["money_unit"].value or ""
    claimed = (line.claimed_rate.value for line in form.funds.values())  # a wrong one is said by F03
    rates = [Fraction(rate) for rate in claimed if rate is not None]
    rates += [rate for rate in (scores.execution.completion,) if rate is not None]
    yield StatedNumber(
        EXECUTION_RATE, "预算执行率", lambda s: s.rates.execution, tolerance / 100, percent, tuple(rates)
    )
    yield StatedNumber(ADJUSTMENT_RATE, "预算调整率", lambda s: s.rates.adjustment, tolerance / 100, percent)
    total = form.claimed.total.value
    also = (Fraction(scores.total),) if scores.complete else ()
    given = None if total is None else Fraction(total)
    yield StatedNumber(
        TOTAL, "自评总分", lambda s: given if s.whole else None, tolerance, lambda n: f"{plain(n)}分", also
    )
    if unit in UNITS:
        amounts = [(words, COLUMN_NAMES[column], partial(_yuan, column, UNITS[unit])) for words, column in COLUMNS]
        amounts.append((LEFT, "结余", partial(_left, UNITS[unit])))
        if not _both_ways(form):
            amounts.append((ALTERED, "调整数", partial(_altered, UNITS[unit])))
        for words, name, value in amounts:
            yield StatedNumber(
                words, name, value, tolerance * UNITS[unit], lambda yuan: f"{plain(yuan / UNITS[unit])}{unit}"
            )


def _both_ways(form: SelfEvaluation) -> bool:
    """Whether money was added here and taken there: the table has the difference only."""
    texts = "".join(passage.text.given for passage in form.passages)
    return bool(ADDED.search(texts)) and bool(TAKEN.search(texts))


def _left(unit: Fraction, subject: Subject) -> Fraction | None:
    """What was not spent of the budget."""
    adjusted, executed = _yuan("adjusted", unit, subject), _yuan("executed", unit, subject)
    return None if adjusted is None or executed is None else adjusted - executed


def _altered(unit: Fraction, subject: Subject) -> Fraction | None:
    """What the budget changed by; a project has no column for it."""
    if isinstance(subject.line, FundLine) and not subject.line.adjustment.empty:
        return _yuan("adjustment", unit, subject)
    initial, adjusted = _yuan("initial", unit, subject), _yuan("adjusted", unit, subject)
    return None if initial is None or adjusted is None else adjusted - initial


def _yuan(column: str, unit: Fraction, subject: Subject) -> Fraction | None:
    entry = amount(subject.line, column)
    return None if entry.value is None or unusable(entry, column) else Fraction(entry.value) * unit


@check("N03")
def numbers_in_passages_are_those_of_the_table(
    form: SelfEvaluation, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """文字中的执行率、调整率和金额与表中一致, 元、万元、亿元 converted.

    Compared is only what a clause states of the whole this year, or of a line or project that it names; and a
    number that any of them has is let be.
    Good: 执行率86.80%; 全年支出2857.28万元.  Bad: 执行率96.80% where the table says 86.80%.
    """
    who, seen, compared = speaker(form, scores), set(), list(stated_numbers(form, scores, rulebook))
    for entry, clause in told(form):
        for number in compared:
            for said in number.words.finditer(clause.text):
                subject = _meant(said, clause, who)
                value = number.value(subject) if subject else None
                if subject is None or value is None or number.agrees(said, value, who.everyone):
                    continue
                other_unit = number.off_by_its_unit(said, value)
                key = "" if other_unit else (entry.place, said[0])  # the unit is told once, not for every amount
                if key not in seen:
                    seen.add(key)
                    shown, name = number.shown(value), f"{subject.name}{number.name}"
                    message = f"说明中写“{said[0]}”，表中{name}为{shown}{OTHER_UNIT if other_unit else ''}。"
                    yield observed(entry, message, "请核对，与表中一致。", expected=shown)


def _meant(said: re.Match[str], clause: Clause, who: Speaker) -> Subject | None:
    """The one subject whose number this is meant to be; None in doubt."""
    if BOUND.match(clause.text, said.end()) or not who.states_a_fact(clause, said.start()):
        return None
    before, across = clause.text[: said.start()], "预算" not in said["label"]
    about = who.subjects(clause, before, across, weak=bool(said.groupdict().get("weak")))
    return about[0] if len(about) == 1 else None
