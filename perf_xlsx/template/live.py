"""The template's live formulas: what the unit would score, shown while it types.

They follow the rulebook, use no function newer than Excel 2010, and are never read back. What they cannot read as
the reader does they ask for: a number that they show is the one that scoring gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms import Form
from perf_xlsx.rulebook import BY_SHARE, NO_GRADE, RESCALED, Rulebook, Tier
from perf_xlsx.sheets.fixed_texts import DONE, OWED, Hint, Prompt
from perf_xlsx.template import word_lists as words
from perf_xlsx.template.conditions import (
    bare,
    begins,
    cell_is_blank,
    code,
    is_dated,
    is_implausible,
    is_listed,
    may_be_fractions,
    may_be_other_money,
    number_step,
    percent_of_a_unit,
    percents_of_a_unit,
    plain_number,
)
from perf_xlsx.template.missing import (
    POINTS,
    WEIGHTS,
    TableRange,
    counter_name,
    entries_name,
    first_row,
    rate_amounts,
)
from perf_xlsx.template.steps import Case, Steps, cases, formula_text

ASKING = "请"  # what every prompt begins with
ASKED, FIRST_ASKED = "px_asked", "px_first_asked"  # what is asked for before there is a total, and in which row
CLAIMED_SUM = "px_claimed_sum"  # the total of the unit's own points, on the hidden sheet
CLAIMED_POINTS = "px_claimed_execution_points"
RATE = "px_rate"  # the execution rate that points are given for, on the hidden sheet
NOTHING = '""'


def rate(steps: Steps, rulebook: Rulebook) -> str:
    """Executed over the rulebook's base, where both are numbers and give a rate."""
    amounts = rate_amounts(rulebook)
    part, base = (number_step(steps, amount) for amount in amounts)
    asked = (prompt for amount in amounts for prompt in plain_number(steps, amount))
    found = f'IF(AND(ISNUMBER({part}),ISNUMBER({base})),IF(AND({part}>=0,{base}>0),{part}/{base},""),"")'
    return steps.step("rate", cases(*asked, otherwise=found))


def unless(other_unit: str, rate_: str) -> str:
    """A rate of sums; it asks for the unit where amounts are not in one."""
    return cases((other_unit, formula_text(Prompt.UNIT)), otherwise=rate_)


def line_rate(steps: Steps, redirected: str, rulebook: Rulebook) -> str:
    """Execution rate of one line of money, or of one project; a row that adds up others has none."""
    found = rate(steps, rulebook)
    totals = [(begins(steps.cells["name"], words.TOTALS), NOTHING)] if "name" in steps.cells else []
    implausible = is_implausible(*(steps.cells[amount] for amount in rate_amounts(rulebook)))
    asked = (implausible, formula_text(Prompt.UNIT))
    return steps.step("line_rate", cases((redirected, NOTHING), *totals, asked, otherwise=found))


def execution_points(rulebook: Rulebook) -> str:
    """Points of budget execution; 0 where it has no weight, once its amounts can be read."""
    weight = rulebook.number("execution.weight")
    if not weight:
        return f'IF(LEFT({RATE})="{ASKING}",{RATE},0)'
    return f"IF(ISNUMBER({RATE}),{points_by_rate(plain(weight), rulebook)},{RATE})"


def points_by_rate(weight: str, rulebook: Rulebook) -> str:
    """Points by the execution rate."""
    share = in_tiers(rulebook.tiers("execution.scale"), RATE, f"MIN(1,{RATE})", weight)
    return f"ROUND({weight}*{share},2)"


def total(rulebook: Rulebook, form: Form) -> str:
    """The sum, capped where the rulebook caps it, once it is complete.

    It waits for what the boxes ask for, for every required box, and for the points of budget execution and of
    every indicator.
    """
    execution, entries = "px_reference_execution_points", entries_name("indicators")
    summed = f"ROUND(SUM({execution},{POINTS}),2)"
    capped = cases(
        *((f"{RATE}<{plain(cap.below)}", f"MIN({summed},{plain(cap.total)})") for cap in rulebook.caps),
        otherwise=summed,
    )
    missing = ",".join(f'LEFT({counter_name(at)})="还"' for at in range(len(form.sheets)))
    scored = f"AND(COUNT({execution})=1,{entries}>0,COUNT({POINTS})={entries})"
    return cases(
        (f'{ASKED}<>""', f"{formula_text(Prompt.CORRECT_FIRST.of(''))}&{ASKED}"),
        (f"OR({missing})", formula_text(Prompt.FILL_FIRST)),
        *_afterwards(rulebook),
        (scored, capped),
        otherwise=formula_text(Prompt.NOT_SCORED),
    )


def claimed_total(rulebook: Rulebook, table: TableRange) -> str:
    """The sum of the claims, capped as the total is; it waits until all are typed as plain numbers."""
    if rulebook.word("total.conversion") == BY_SHARE:
        return formula_text(Prompt.AFTERWARDS)
    execution = f"IF(ISNUMBER({CLAIMED_POINTS}),{CLAIMED_POINTS},0)"
    summed = f"ROUND({table.summed('claimed_points')}+{execution},2)"
    capped = cases(
        *((f"{RATE}<{plain(cap.below)}", f"MIN({summed},{plain(cap.total)})") for cap in rulebook.caps),
        otherwise=summed,
    )
    owed = f"SUMPRODUCT({table.entry}*(1-ISNUMBER({table.span('claimed_points')})))"
    asked = f'COUNTIF({POINTS},"{ASKING}*")'
    waiting = [f"{table.entries}=0", f"{owed}>0", f"{asked}>0"]
    if rulebook.number("execution.weight"):
        waiting.append(f"NOT(ISNUMBER({CLAIMED_POINTS}))")
    return cases((f"OR({','.join(waiting)})", NOTHING), *_afterwards(rulebook), otherwise=capped)


def first_asked(table: TableRange) -> str:
    """The row of the first indicator whose points ask for something; 0 where none does."""
    return first_row(table.begins("reference_points", ASKING), table.rows)


def asked(table: TableRange) -> str:
    """Where the first box is that asks for something else, and what it asks for; "" where none does."""
    execution, letter = "px_reference_execution_points", table.letters["reference_points"]
    first = f"INDEX('{table.sheet}'!${letter}:${letter},{FIRST_ASKED})"
    return cases(
        (f'LEFT({execution})="{ASKING}"', execution),
        (f"{FIRST_ASKED}=0", NOTHING),
        otherwise=f'"{table.sheet}第"&{FIRST_ASKED}&"行 "&{first}',
    )


def _afterwards(rulebook: Rulebook) -> Iterator[Case]:
    """Totals that only scoring works out: of converted points, and of rows that do not apply."""
    if rulebook.word("total.conversion") == BY_SHARE:
        yield "TRUE", formula_text(Prompt.AFTERWARDS)
    elif rulebook.word("total.not_applicable") == RESCALED:
        yield f'COUNTIF({POINTS},"{Prompt.NOT_APPLICABLE}*")>0', formula_text(Prompt.AFTERWARDS)


def grade(rulebook: Rulebook) -> str:
    """Grade of the reference total; there is none where the weights do not make the full score."""
    full, edge = rulebook.number("total.points"), rulebook.number("thresholds.tolerance")
    off = f"ROUND(ABS({WEIGHTS}+{plain(rulebook.number('execution.weight'))}-{plain(full)}),2)>{plain(edge)}"
    return grade_of("px_reference_total", rulebook, (off, formula_text(NO_GRADE)))


def grade_of(total: str, rulebook: Rulebook, *before: Case) -> str:
    """The grade of a total; `before` are cases that come first."""
    *higher, lowest = rulebook.grades
    return cases(
        (f"NOT(ISNUMBER({total}))", NOTHING),
        *before,
        *((f"{total}{'>' if step.open else '>='}{plain(step.low)}", formula_text(step.name)) for step in higher),
        otherwise=formula_text(lowest.name),
    )


REQUIRED = ("name", "sign", "target", "actual", "weight", "claimed_points")  # of a row of indicators
TOLD = {  # prompts in more words, where a row has room for them
    Prompt.PERCENT: Hint.PERCENT,
    Prompt.UNIT: Hint.UNIT,
    Prompt.LEVEL: Hint.LEVEL,
    Prompt.CLAIM: Hint.CLAIM,
}


class IndicatorSteps:
    """The steps of one row of indicators: its completion, and its points.

    The points take the completion from its cell, `shown`: LibreOffice expands every step, and a formula then must
    not have more than 8,191 operands and operators.
    """

    def __init__(self, steps: Steps, redirected: str, rulebook: Rulebook) -> None:
        self.steps, self.redirected, self.rulebook = steps, redirected, rulebook
        self.sign, self.method = code(steps, "sign", words.SIGNS), code(steps, "method", words.METHODS)
        self.level = code(steps, "actual", words.LEVELS)
        self.target, self.actual = number_step(steps, "target"), number_step(steps, "actual")
        self.weight, self.claimed = steps.cells["weight"], steps.cells["claimed_points"]
        self.qualitative = f"OR({_is(self.sign, words.QUALITATIVE)},{_is(self.method, words.QUALITATIVE)})"
        self.at_most = f"OR({_is(self.sign, '≤')},{_is(self.sign, '<')})"
        self.empty = f'OR({self.target}="",{self.actual}="")'
        self.shown = steps.cells["reference_completion"]
        self.unused = self._unused()
        self.completion = steps.step("completion", self._completion())
        self.met = steps.step("met", self._met())
        self.points = steps.step("points", self._points())

    def _completion(self) -> str:
        """Completion, uncapped; or what the row has to be asked for."""
        empty, by_rate = self.empty, _is(self.method, words.EXECUTION)
        rate = f'IF(ISNUMBER({RATE}),{RATE},"")'
        unsigned = f"OR({_is(self.sign, words.BLANK)},{_is(self.sign, words.UNKNOWN)})"
        blank_values = f"AND({_is(self.sign, words.BLANK)},{empty})"
        return cases(
            (self.redirected, NOTHING),
            *((unused, formula_text(Prompt.NOT_APPLICABLE)) for unused in self.unused),
            (_is(self.method, words.UNKNOWN), formula_text(Prompt.METHOD)),
            (f"AND({by_rate},OR({self.qualitative},{empty}))", rate),
            (f"AND({unsigned},NOT({by_rate}))", f"IF({blank_values},{NOTHING},{formula_text(Prompt.SIGN)})"),
            (self.qualitative, self._judged()),
            *self._not_numbers(),
            (empty, NOTHING),
            *self._doubts(),
            otherwise=f"IF({by_rate},{rate},{self.steps.step('quotient', self._quotient())})",
        )

    def _unused(self) -> list[str]:
        """The condition that the row does not apply, where the rulebook knows such rows."""
        if self.rulebook.word("total.not_applicable") != RESCALED:
            return []
        return [self.steps.step("unused", is_listed(bare(self.steps.cells["actual"]), words.NOT_APPLICABLE))]

    def _quotient(self) -> str:
        target, actual = self.target, self.actual
        below = f"{actual}<={target}"
        if self.rulebook.flag("quantitative.strict_signs"):
            below = f"IF({_is(self.sign, '<')},{actual}<{target},{below})"
        at_most = f'IF({below},1,IF(AND({target}>=0,{actual}>0),{target}/{actual},""))'
        return f'IF({self.at_most},{at_most},IF({target}>0,{actual}/{target},""))'

    def _judged(self) -> str:
        return cases(
            (_is(self.method, words.RATIO), formula_text(Prompt.METHOD)),
            (_is(self.level, words.UNKNOWN), formula_text(Prompt.LEVEL)),
            otherwise=NOTHING,
        )

    def _not_numbers(self) -> Iterator[Case]:
        for value, key in ((self.target, "target"), (self.actual, "actual")):
            yield _is(value, words.UNKNOWN), formula_text(Prompt.NUMBER.of(self.steps.labels[key]))

    def _doubts(self) -> Iterator[Case]:
        """What two numbers are asked for that may be of different units."""
        yield may_be_other_money(self.steps), formula_text(Prompt.UNIT)
        yield percents_of_a_unit(self.steps), formula_text(Prompt.PERCENT)
        yield may_be_fractions(self.steps), formula_text(Prompt.PERCENT)

    def _points(self) -> str:
        """Points, from the completion; what that asks for is asked for here too."""
        weight, steps = self.weight, self.steps
        return cases(
            (self.redirected, NOTHING),
            *plain_number(steps, "weight"),
            *plain_number(steps, "claimed_points"),
            (f'LEFT({self.shown})="{ASKING}"', self.shown),
            (f'{number_step(steps, "weight")}=""', NOTHING),
            (f"{weight}<=0", formula_text(Prompt.POSITIVE.of(steps.labels["weight"]))),
            *((unused, formula_text(Prompt.NOT_APPLICABLE)) for unused in self.unused),
            (
                _is(self.method, words.EXECUTION),
                f"IF(ISNUMBER({RATE}),{points_by_rate(weight, self.rulebook)},{NOTHING})",
            ),
            (self.qualitative, self._band()),
            (self.empty, NOTHING),
            *self._without_level(),
            otherwise=self._earned(),
        )

    @cached_property
    def hint(self) -> str:
        """What to do about a row, in words: ✔ where nothing is left to do, "" where it is no entry.

        Made when it is asked for: a form without a column for it needs none of its steps.
        """
        return self.steps.step("hint", self._hint())

    def _hint(self) -> str:
        steps, points = self.steps, self.steps.cells["reference_points"]
        owed = {key: steps.step(f"{key}_owed", cell_is_blank(steps.cells[key])) for key in self.required}
        texts = "&".join(f'IF({is_owed},"{steps.labels[key]} ","")' for key, is_owed in owed.items())
        lacking, joined = steps.step("lacking", texts), ",".join(owed.values())
        unused = steps.step("no_entry", f"OR(AND({joined}),{','.join(self._other_rows())})")
        edge = plain(self.rulebook.number("thresholds.tolerance"))
        return cases(
            (self.redirected, NOTHING),
            (unused, NOTHING),
            (f'{lacking}<>""', f'"{OWED}："&{lacking}'),
            *((f'{points}="{prompt}"', formula_text(told)) for prompt, told in TOLD.items()),
            (self._dated_target(), formula_text(Hint.DATED)),
            (f'LEFT({points})="{ASKING}"', points),
            (f'{points}="{Prompt.NOT_APPLICABLE}"', formula_text(DONE)),
            (f"NOT(ISNUMBER({points}))", formula_text(Hint.NOT_SCORED)),
            (self._without_measure(), formula_text(Hint.NO_MEASURE)),
            *self._midyear(),
            (f"ROUND(ABS({self.claimed}-{points}),6)>{edge}", formula_text(Hint.UNLIKE)),
            (f"AND({points}<ROUND({self.weight},2),{self._unexplained()})", formula_text(Hint.UNEXPLAINED)),
            otherwise=formula_text(DONE),
        )

    def _dated_target(self) -> str:
        """Whether the target is asked for because it is a date: such a row is judged in words."""
        dated = f"AND(ISNUMBER({self.steps.cells['target']}),{is_dated(self.steps, 'target')})"
        asked = formula_text(Prompt.NUMBER.of(self.steps.labels["target"]))
        return self.steps.step("dated_target", f"AND({self.steps.cells['reference_points']}={asked},{dated})")

    def _other_rows(self) -> Iterator[str]:
        """Whether the row sums up others or is a remark."""
        for key in (key for key in ("level1", "name") if key in self.steps.cells):
            for kind, known in (("total", words.TOTALS), ("remark", words.REMARKS)):
                yield self.steps.step(f"{key}_{kind}", begins(self.steps.cells[key], known))

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a row must have."""
        return tuple(key for key in REQUIRED if key in self.steps.cells)

    def _midyear(self) -> Iterator[Case]:
        """What a midyear value is asked for that is no number, or a percentage of another unit."""
        if "midyear" not in self.steps.cells:
            return
        label = self.steps.labels["midyear"]
        unread = f"AND({_is(number_step(self.steps, 'midyear'), words.UNKNOWN)},NOT({self.qualitative}))"
        yield unread, formula_text(Prompt.NUMBER.of(label))
        yield percent_of_a_unit(self.steps, "midyear"), formula_text(Prompt.PLAIN_NUMBER.of(label))

    def _without_measure(self) -> str:
        """Whether a target of 0 can be missed by nothing."""
        rising = f"OR({_is(self.sign, '≥')},{_is(self.sign, '>')})"
        by_number = f"NOT(OR({self.qualitative},{_is(self.method, words.EXECUTION)}))"
        return f"AND(ISNUMBER({self.target}),{self.target}=0,{rising},{by_number})"

    def _unexplained(self) -> str:
        texts = {key: self.steps.cells[key] for key in ("reason", "improvement") if key in self.steps.cells}
        fillers = [
            self.steps.step(f"{key}_filler", is_listed(_without_stops(bare(cell)), words.FILLERS))
            for key, cell in texts.items()
        ]
        return f"OR({','.join(fillers)})" if fillers else "FALSE"

    def _earned(self) -> str:
        """The share of the weight less what is deducted; tiers may leave less than that."""
        exact = f"{self.weight}*{self._tiered()}-{self._deduction()}"
        if not self.rulebook.tiers("quantitative.scale"):
            return f"ROUND({exact},2)"
        return self.steps.step("earned", f"ROUND(MAX(0,{exact}),2)")

    def _without_level(self) -> Iterator[Case]:
        """A row is asked for its level where that decides how it is scored; the reader may find it above."""
        if self.rulebook.tiers("quantitative.scale") and self._level_words and "level1" in self.steps.cells:
            missing = self.steps.step("without_level", cell_is_blank(self.steps.cells["level1"]))
            yield missing, formula_text(Prompt.LEVEL1)

    @property
    def _level_words(self) -> tuple[str, ...]:
        return self.rulebook.words("quantitative.scale_levels")

    def _tiered(self) -> str:
        """The share, by the rulebook's tiers where they are for this row: in proportion, with a completion."""
        share, tiers = self._share(), self.rulebook.tiers("quantitative.scale")
        if not tiers or (self._level_words and "level1" not in self.steps.cells):
            return share
        within = [f"ISNUMBER({self.shown})", f"NOT({_is(self.method, words.ATTAINMENT)})"]
        if self._level_words:
            text = bare(self.steps.cells["level1"])
            found = ",".join(f"ISNUMBER(FIND({formula_text(word)},{text}))" for word in self._level_words)
            within.append(f"OR({found})")
        tiered = self.steps.step("tiered", in_tiers(tiers, self.shown, share, self.weight))
        return f"IF(AND({','.join(within)}),{tiered},{share})"

    def _share(self) -> str:
        """The share of the weight, by the completion; a target without one is met or earns nothing."""
        target, actual, completion = self.target, self.actual, self.shown
        at_most = completion
        if self.rulebook.word("quantitative.at_most") == "straight_line":
            at_most = f"IF({completion}=1,1,IF({completion}=0,0,MAX(0,1-({actual}-{target})/{target})))"
        at_least = f"MAX(0,MIN(1,{completion}))"
        if self._both_directions:
            at_least = f"IF(AND({completion}>1,{_is(self.sign, '=')}),{target}/{actual},{at_least})"
        counted = (
            f"IF({_is(self.method, words.ATTAINMENT)},IF({self.met},1,0),IF({self.at_most},{at_most},{at_least}))"
        )
        alone = f"IF({self.at_most},0,IF({self._met_without_completion()},1,0))"
        return self.steps.step("share", f"IF(ISNUMBER({completion}),{counted},{alone})")

    @property
    def _both_directions(self) -> bool:
        return self.rulebook.word("quantitative.equal") == "both_directions"

    def _met(self) -> str:
        """Whether a target is met that has a completion."""
        above, at_most = f"{self.shown}>=1", f"{self.shown}=1"
        if self.rulebook.flag("quantitative.strict_signs"):
            above = f"IF({_is(self.sign, '>')},{self.shown}>1,{above})"
            at_most = f"IF({_is(self.sign, '<')},{self.actual}<{self.target},{at_most})"
        if self._both_directions:
            above = f"IF({_is(self.sign, '=')},{self.shown}=1,{above})"
        return f"IF({self.at_most},{at_most},{above})"

    def _met_without_completion(self) -> str:
        target, actual = self.target, self.actual
        equal = f"{actual}={target}" if self._both_directions else f"{actual}>={target}"
        equal = f"IF({target}=0,{actual}<=0,{equal})"
        above = f"{actual}>={target}"
        if self.rulebook.flag("quantitative.strict_signs"):
            above = f"IF({_is(self.sign, '>')},{actual}>{target},{above})"
        return f"IF({_is(self.sign, '=')},{equal},{above})"

    def _deduction(self) -> str:
        points, start = self.rulebook.number("overshoot.deduction"), self.rulebook.number("overshoot.deduct_from")
        if not points:
            return "0"
        rounded = f"ROUND({self.shown},12)"  # 1.43/1.1 is 1.2999… in binary
        far = f"IF(ISNUMBER({self.shown}),{rounded}>={plain(start)},FALSE)"
        surpassed = f"IF({far},IF({self.at_most},FALSE,{self.met}),FALSE)"
        return self.steps.step("deduction", f"IF({surpassed},MIN({plain(points)},{self.weight}),0)")

    def _band(self) -> str:
        """The claimed points within the judgement's band; without a claim the rulebook's default, or a prompt."""
        bands = cases(
            *(
                (
                    _is(self.level, words.level_code(at)),
                    self._in_band(band.judgement, plain(band.low), plain(band.high)),
                )
                for at, band in enumerate(self.rulebook.bands)
            ),
            otherwise=NOTHING,
        )
        attained = f"IF({_is(self.level, words.level_code(0))},ROUND({self.weight},2),0)"
        chosen = f"IF({_is(self.method, words.ATTAINMENT)},{attained},{bands})"
        return self.steps.step("band_points", f"IF({_is(self.level, words.BLANK)},{NOTHING},{chosen})")

    def _in_band(self, judgement: str, low: str, high: str) -> str:
        weight, claimed = self.weight, self.claimed
        default = self.rulebook.unclaimed.get(judgement)
        unclaimed = formula_text(Prompt.CLAIM) if default is None else f"ROUND({weight}*{plain(default)},2)"
        within = f"ROUND(MIN(MAX({claimed},{low}*{weight}),{high}*{weight}),2)"
        return f"IF(ISNUMBER({claimed}),{within},{unclaimed})"


def in_tiers(tiers: Sequence[Tier], rate: str, share: str, weight: str) -> str:
    """The share of a weight that a rate earns by tiers; `share` is what it earns without them."""
    if not tiers:
        return share
    exact = f"ROUND({rate},12)"  # 0.63/0.7 is 0.9000…01 in binary
    *higher, lowest = tiers
    return cases(
        *(
            (f"{exact}{'>' if tier.open else '>='}{plain(tier.bound)}", _of_tier(tier, rate, share, weight))
            for tier in higher
        ),
        otherwise=_of_tier(lowest, rate, share, weight),
    )


def _of_tier(tier: Tier, rate: str, share: str, weight: str) -> str:
    kept = share if tier.share is None else plain(tier.share)
    if not tier.step:
        return kept
    # ROUND alone counts whole steps; nine decimals are exact enough for a quotient of two rates
    below = f"ROUND(({plain(tier.start)}-{rate})/{plain(tier.step)},9)"
    steps = f"ROUND({below}{'+0.4999999995' if tier.begun else '-0.5'},0)"
    return f"MAX(0,{kept}-MAX(0,{steps})*{plain(tier.off)}/{weight})"


def _without_stops(text: str) -> str:
    for stop in "。.；;":
        text = f'SUBSTITUTE({text},"{stop}","")'
    return text


def _is(step: str, value: str) -> str:
    return f"{step}={formula_text(value)}"
