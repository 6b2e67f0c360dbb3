"""N: the passages (文字说明), compared with the table. A clause that is in doubt is skipped (see clauses)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.checks.clauses import NUMERAL, Clause, ClauseSubject, Speaker
from perf_xlsx.checks.diagnoses import Diagnoses, is_missing_or_filler
from perf_xlsx.checks.explanations import ADJUSTMENT, EXECUTION, Topic
from perf_xlsx.checks.funds import is_unusable
from perf_xlsx.domain.model import Entry, FundLine, Scores, SelfEvaluation
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import MONEY_UNITS, normalise, parse_quantity, same_label
from perf_xlsx.domain.rounding import half_up, percent, plain
from perf_xlsx.findings.catalogue import Observation, check, observed
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import alternatives, vocabulary

BUDGET, BUDGET_OR_CHANGE, EXCEPT, BOUND, BUT, UNCHANGED, MATCHES, ALL_DONE, ADDED, TAKEN = (
    pattern(alternatives("narrative", "claims", key))
    for key in (
        "budget", "budget_or_change", "except", "bound", "but", "unchanged", "matches", "all_done", "added",
        "taken",
    )
)  # fmt: skip
_MISUSED, _NONE, _NONE_OF, _LEFT, _ALL_SPENT, _IDLE, _NOT_IDLE = (
    alternatives("narrative", "claims", key)
    for key in ("misused", "none", "none_of", "left", "all_spent", "idle", "not_idle")
)
NO = f"(?:{_NONE})(?:{_NONE_OF}|{_MISUSED})*"
NOTHING_LEFT = pattern(f"{NO}(?:{_LEFT})|{_ALL_SPENT}")
NOTHING_IDLE = pattern(f"{NO}(?:{_IDLE})(?!{_NOT_IDLE})")
_BETWEEN, _ABOUT, _MORE, _OR_SO = (
    alternatives("narrative", "stated", key) for key in ("between", "about", "more", "or_so")
)


def _stated(key: str, unit: str = "[万亿]?元") -> re.Pattern[str]:
    """How a number of the table is written in a passage: "年初预算安排约1,200.50万元"."""
    known = vocabulary("narrative")["numbers"][key]
    return pattern(
        rf"(?P<label>{'|'.join(known['names'])}){known.get('behind', '')}(?:{_BETWEEN})*(?P<about>{_ABOUT})?"
        rf"(?P<number>{NUMERAL})(?P<more>{_MORE})?(?P<unit>{unit})(?P<or_so>{_OR_SO})?"
    )


EXECUTION_RATE, ADJUSTMENT_RATE = (_stated(key, "%") for key in ("execution_rate", "adjustment_rate"))
LEFT, ALTERED, TOTAL = _stated("left"), _stated("altered"), _stated("total", "分")
COLUMNS = {  # name in messages, and how it is written
    "initial": ("年初预算数", _stated("initial")),
    "adjusted": ("全年预算数", _stated("adjusted")),
    "executed": ("全年执行数", _stated("executed")),
}
EVERYWHERE = (0, 1)  # nothing left, 100%: some line of most forms has them, which says nothing of another
UNITS = {"%": Fraction(1, 100), "分": Fraction(1)} | {unit: Fraction(size) for unit, size in MONEY_UNITS.items()}


@check("N01")
def required_passages_are_written(evaluation: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """规定的文字说明不可缺少，也不能只有几个字: passages, and a project's goals, which may be short."""
    key = f"passages.{evaluation.form}"
    boxes = {box.field: box for box in evaluation.boxes.values()}
    absent = {box.field for name, box in evaluation.boxes.items() if name in evaluation.absent} | evaluation.absent
    titled = (*evaluation.unwritten, *evaluation.passages)
    texts = {same_label(passage.title.value or ""): passage.text for passage in titled} | boxes
    for title in rulebook.words(key):
        entry = texts.get(title, texts.get(same_label(title)))
        if title in absent:
            continue
        found: Observation | None
        if entry is None:
            advice = f"请在“文字说明”中填写“{title}”。"
            found = observed(evaluation.claimed.total, f"没有填写“{title}”。", advice, expected="文字说明")
        else:
            found = _too_short(title, entry, rulebook, is_box=title in boxes)
        if found:
            yield replace(found, basis=str(rulebook.cite(key)))


def _too_short(title: str, entry: Entry[str], rulebook: Rulebook, is_box: bool) -> Observation | None:
    """That a text is empty, or has a few characters only; a box, unlike a passage, may be short."""
    shortest = rulebook.number("passages.shortest")
    if entry.empty and entry.place.cell:
        return observed(entry, f"没有填写“{title}”。", f"请填写“{title}”。", expected="文字说明")
    if is_box or not entry.value or len(normalise(entry.given)) >= shortest or is_missing_or_filler(entry):
        return None
    message = f"“{title}”只有“{entry.given}”，过于简单。"
    return observed(entry, message, "请写明具体情况。", expected=f"不少于{plain(shortest)}个字")


@check("N04")
def texts_keep_to_their_length(evaluation: SelfEvaluation, rulebook: Rulebook) -> Iterator[Observation]:
    """文字说明、偏差原因不超过规定的字数, where the rulebook sets a limit."""
    texts = {
        "passages.longest": [(f"“{one.title.given}”", one.text) for one in evaluation.passages],
        "passages.longest_reason": [
            (f"{row.display_name}的偏差原因", row.reason) for row in evaluation.indicators
        ],
    }
    for key, written in texts.items():
        most = rulebook.number(key)
        for name, entry in written:
            count = len(re.sub(r"\s", "", entry.given))
            if most and count > most:
                message = f"{name}有{count}个字，超过{plain(most)}个字。"
                advice = f"请压缩到{plain(most)}个字以内，写主要的。"
                over = plain(count - most)
                basis = str(rulebook.cite(key))
                yield observed(
                    entry, message, advice, expected=f"不超过{plain(most)}个字", difference=over, basis=basis
                )


class Claim(Struct, frozen=True):
    """Words that claim something, and how a subject's numbers contradict them ("" where they agree).

    `topic` must occur in the clause. `excuse`: once that is explained (F08, F09) the claim is in order, for what
    was left and taken back is not idle, and what was adjusted may match.
    """

    words: re.Pattern[str]
    contradiction: Callable[[ClauseSubject, Rulebook], str]
    advice: str
    topic: re.Pattern[str] | None = None
    excuse: Topic | None = None


def _unspent(subject: ClauseSubject, rulebook: Rulebook) -> str:
    rate = subject.rates.execution
    if rate is None or 1 - rate <= rulebook.number("thresholds.unspent"):
        return ""
    return f"{subject.name}预算执行率{percent(rate)}，结余{percent(1 - rate)}"


def _changed(subject: ClauseSubject, rulebook: Rulebook) -> str:
    rate = subject.rates.adjustment
    if not rate or abs(rate) < rulebook.number("thresholds.adjustment"):
        return ""
    return f"{subject.name}预算调整率{percent(rate)}"


CLAIMS = (
    Claim(NOTHING_LEFT, _unspent, "请写明结余的数额和原因。"),
    Claim(NOTHING_IDLE, _unspent, "请写明结余的数额和原因。", excuse=EXECUTION),
    Claim(UNCHANGED, _changed, "请写明调整的数额和原因。", BUDGET),
    Claim(MATCHES, _changed, "请写明调整的数额和原因。", BUDGET_OR_CHANGE, ADJUSTMENT),
)


@check("N02")
def passages_agree_with_the_numbers(diagnoses: Diagnoses) -> Iterator[Observation]:
    """文字说明与数字不矛盾; what is said of another time, a part, an aim or a supposition is skipped."""
    reported, claims = set[tuple[Place, str]](), unexcused(diagnoses.evaluation)
    for entry, clause in diagnoses.narrative:
        for said, answer, advice in contradictions(clause, diagnoses, claims):
            if (entry.place, answer) not in reported:
                reported.add((entry.place, answer))
                yield observed(entry, f"说明中写“{said}”，而{answer}。", advice)


def unexcused(evaluation: SelfEvaluation) -> tuple[Claim, ...]:
    """The claims that no explanation of the form excuses."""
    return tuple(claim for claim in CLAIMS if claim.excuse is None or not claim.excuse.is_explained(evaluation))


def contradictions(
    clause: Clause, diagnoses: Diagnoses, claims: Iterable[Claim]
) -> Iterator[tuple[str, str, str]]:
    """What a clause claims against the numbers: its words, what contradicts them, and advice."""
    found = [(*_contradicted(claim, clause, diagnoses), claim.advice) for claim in claims]
    found.append((*_contradicted_all_done(clause, diagnoses), "请按指标的实际完成情况改写。"))
    yield from (one for one in found if one[0] and one[1])


def _contradicted(claim: Claim, clause: Clause, diagnoses: Diagnoses) -> tuple[str, str]:
    """The words of the claim in this clause, and what contradicts them; "" where they are not claimed or agree."""
    speaker, said = diagnoses.speaker, claim.words.search(clause.text)
    if said is None or not speaker.states_a_fact(clause, said.start()):
        return "", ""
    before = clause.text[: said.start()]
    topic = before or next(iter(clause.before), "")
    if claim.topic and topic and not claim.topic.search(topic) and "预算" not in said[0]:
        return "", ""
    answers = (claim.contradiction(subject, diagnoses.rulebook) for subject in speaker.subjects(clause, before))
    return said[0], next(filter(None, answers), "")


def _contradicted_all_done(clause: Clause, diagnoses: Diagnoses) -> tuple[str, str]:
    """The words that claim all indicators done, and how many are not; "" where they are not claimed or true."""
    missed = [row.name.given for row, score in diagnoses.rows if score.met is False]
    if not missed:
        return "", ""
    said = _all_done(clause, diagnoses.speaker, len(diagnoses.rows))
    return said, f"“{missed[0]}”等{len(missed)}个指标没有完成"


def _all_done(clause: Clause, speaker: Speaker, indicators: int) -> str:
    """The words that claim all indicators done; "" where the clause makes an exception or names another number."""
    said = ALL_DONE.search(clause.text)
    if said is None or not speaker.states_a_fact(clause, said.start()):
        return ""
    before = clause.text[: said.start()]
    if EXCEPT.search("".join((*clause.before, before))) or BUT.search(clause.text[said.end() :] + clause.after):
        return ""
    count = parse_quantity(said["count"] or str(indicators))
    all_of_them = count is not None and count.number == indicators
    return said[0] if all_of_them and speaker.subjects(clause, before) == (speaker.whole,) else ""


class StatedNumber(Struct, frozen=True):
    """A number of the table that people repeat in words: how it is written, and its value for a subject.

    Rates are fractions, amounts are in 元. `slack` allows for the table's own rounding; `also` are further values
    that are no error in a passage.
    """

    words: re.Pattern[str]
    name: str
    value: Callable[[ClauseSubject], Fraction | None]
    slack: Fraction
    shown: Callable[[Fraction], str]
    also: tuple[Fraction, ...] = ()

    def agrees(self, said: re.Match[str], meant: Fraction, everyone: Iterable[ClauseSubject]) -> bool:
        """Whether the number said is roughly the one meant, or at the decimals written that of any subject."""
        stated, unit = Decimal(said["number"].replace(",", "")), UNITS[said["unit"]]
        if said["about"] or said["more"] or said["or_so"]:
            return abs(Fraction(stated) * unit - abs(meant)) <= abs(meant) / 20
        others = [] if Fraction(stated) * unit in EVERYWHERE else [*map(self.value, everyone), *self.also]
        values = (value for value in (meant, *others) if value is not None)
        return any(_equal(stated, abs(value) / unit, self.slack / unit) for value in values)

    def off_by_its_unit(self, said: re.Match[str], meant: Fraction) -> bool:
        """Whether the number said is the one meant in 元 for 万元, or the reverse."""
        stated, unit = Decimal(said["number"].replace(",", "")), UNITS[said["unit"]]
        factors = (Fraction(10_000), Fraction(1, 10_000))
        return (
            bool(stated)
            and said["unit"] not in "%分"
            and any(_equal(stated, abs(meant) / unit * times, self.slack / unit * times) for times in factors)
        )


OTHER_UNIT = "，恰好相差一万倍，请先核对“金额单位”和全表的数字"


def _equal(stated: Decimal, exact: Fraction, slack: Fraction) -> bool:
    """Whether they are equal once rounded, or cut off, to the decimals written."""
    places = max(0, -int(stated.as_tuple().exponent))
    cut_off = Fraction(int(exact * 10**places), 10**places)
    return stated in (half_up(exact, places), cut_off) or abs(Fraction(stated) - exact) <= slack


def stated_numbers(evaluation: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[StatedNumber]:
    """The numbers that passages are compared with."""
    tolerance = Fraction(rulebook.number("thresholds.tolerance"))
    claimed = [line.claimed_rate.value for line in evaluation.funds.values()]  # a wrong one is F03
    rates = tuple(Fraction(rate) for rate in (*claimed, scores.execution.completion) if rate is not None)
    total = None if evaluation.claimed.total.value is None else Fraction(evaluation.claimed.total.value)
    totals = (Fraction(scores.total),) if scores.total is not None and scores.complete else ()
    yield StatedNumber(EXECUTION_RATE, "预算执行率", lambda s: s.rates.execution, tolerance / 100, percent, rates)
    yield StatedNumber(ADJUSTMENT_RATE, "预算调整率", lambda s: s.rates.adjustment, tolerance / 100, percent)
    yield StatedNumber(
        TOTAL, "自评总分", lambda s: total if s.whole else None, tolerance, lambda n: f"{plain(n)}分", totals
    )
    unit = evaluation.boxes["money_unit"].value
    if unit in UNITS:
        yield from _stated_amounts(evaluation, unit, tolerance)


def _stated_amounts(evaluation: SelfEvaluation, name: str, tolerance: Fraction) -> Iterator[StatedNumber]:
    """The amounts of a form that says its money unit."""
    unit = UNITS[name]
    amounts = [(words, title, partial(_yuan, column, unit)) for column, (title, words) in COLUMNS.items()]
    amounts.append((LEFT, "结余", partial(_left, unit)))
    if not _both_ways(evaluation):
        amounts.append((ALTERED, "调整数", partial(_altered, unit)))
    for words, title, value in amounts:
        yield StatedNumber(words, title, value, tolerance * unit, lambda yuan: f"{plain(yuan / unit)}{name}")


def _both_ways(evaluation: SelfEvaluation) -> bool:
    """Whether money was both added and taken: the table has only the difference."""
    texts = "".join(passage.text.given for passage in evaluation.passages)
    return bool(ADDED.search(texts)) and bool(TAKEN.search(texts))


def _left(unit: Fraction, subject: ClauseSubject) -> Fraction | None:
    """What was not spent of the budget."""
    adjusted, executed = _yuan("adjusted", unit, subject), _yuan("executed", unit, subject)
    return None if adjusted is None or executed is None else adjusted - executed


def _altered(unit: Fraction, subject: ClauseSubject) -> Fraction | None:
    """What the budget changed by; a project has no column for it."""
    if isinstance(subject.line, FundLine) and not subject.line.adjustment.empty:
        return _yuan("adjustment", unit, subject)
    initial, adjusted = _yuan("initial", unit, subject), _yuan("adjusted", unit, subject)
    return None if initial is None or adjusted is None else adjusted - initial


def _yuan(column: str, unit: Fraction, subject: ClauseSubject) -> Fraction | None:
    entry = subject.line.entry(column)
    return None if entry.value is None or is_unusable(entry, column) else Fraction(entry.value) * unit


@check("N03")
def numbers_in_passages_are_those_of_the_table(
    diagnoses: Diagnoses, scores: Scores, rulebook: Rulebook
) -> Iterator[Observation]:
    """文字中的执行率、调整率和金额与表中一致, 元、万元、亿元 converted.

    Only what a clause states of the whole this year, or of a line or project that it names, is compared; a number
    that any of them has is accepted. A wrong unit is reported once, not for every amount.
    """
    numbers = list(stated_numbers(diagnoses.evaluation, scores, rulebook))
    reported = set[tuple[Place, str] | None]()
    for entry, clause in diagnoses.narrative:
        for number, said, subject, value in _wrong_numbers(numbers, clause, diagnoses.speaker):
            other_unit = number.off_by_its_unit(said, value)
            key = None if other_unit else (entry.place, said[0])
            if key not in reported:
                reported.add(key)
                shown, name = number.shown(value), f"{subject.name}{number.name}"
                message = f"说明中写“{said[0]}”，表中{name}为{shown}{OTHER_UNIT if other_unit else ''}。"
                yield observed(entry, message, "请核对，与表中一致。", expected=shown)


def tells_of_another_unit(diagnoses: Diagnoses, scores: Scores, rulebook: Rulebook) -> bool:
    """Whether the passages state an amount that is the table's ten thousand times, or the reverse."""
    numbers = list(stated_numbers(diagnoses.evaluation, scores, rulebook))
    wrong = (
        found for _, clause in diagnoses.narrative for found in _wrong_numbers(numbers, clause, diagnoses.speaker)
    )
    return any(number.off_by_its_unit(said, value) for number, said, _, value in wrong)


def _wrong_numbers(
    numbers: Iterable[StatedNumber], clause: Clause, speaker: Speaker
) -> Iterator[tuple[StatedNumber, re.Match[str], ClauseSubject, Fraction]]:
    """The numbers of a clause that are not those of the table: which, the words, of what, and the right value."""
    for number in numbers:
        for said in number.words.finditer(clause.text):
            subject = _subject_of(said, clause, speaker)
            value = number.value(subject) if subject else None
            if subject is not None and value is not None and not number.agrees(said, value, speaker.everyone):
                yield number, said, subject, value


def _subject_of(said: re.Match[str], clause: Clause, speaker: Speaker) -> ClauseSubject | None:
    """The one subject that the number is of; None where that is in doubt, or the number is a limit."""
    if BOUND.match(clause.text, said.end()) or not speaker.states_a_fact(clause, said.start()):
        return None
    before, across = clause.text[: said.start()], "预算" not in said["label"]
    subjects = speaker.subjects(clause, before, across, weak=bool(said.groupdict().get("weak")))
    return subjects[0] if len(subjects) == 1 else None
