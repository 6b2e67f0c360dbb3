"""The template's live formulas: what the unit would score, shown while it types.

They follow the rulebook, use no function newer than Excel 2010, and are never read back. What they cannot read as
the reader does they ask for: a number that they show is the one that scoring gives.
"""

from __future__ import annotations

from collections.abc import Mapping

from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms import Form
from perf_xlsx.rulebook import NO_GRADE, Rulebook
from perf_xlsx.sheets.fixed_texts import (
    CLAIM_WANTED,
    FILL_FIRST,
    LEVEL_WANTED,
    METHOD_WANTED,
    NO_PERCENT,
    NOT_SCORED,
    NUMBER_WANTED,
    PERCENT_WANTED,
    SIGN_WANTED,
    THESE_FIRST,
    UNIT_WANTED,
    at_box,
)
from perf_xlsx.template import fixed_words
from perf_xlsx.template.missing import POINTS, WEIGHTS, counter_name, entries_name, rate_amounts
from perf_xlsx.template.prompts import (
    begins,
    blank,
    in_percents,
    is_one_of,
    misplaced,
    other_money,
    percent,
    unlike,
)

ASKING = "请"  # what every hint begins with
RATE = "px_rate"  # the execution rate that points are given for, on the hidden sheet

Boxes = Mapping[str, str]  # the cell of each column of a row, by its key


def rate(c: Boxes, labels: Boxes, rulebook: Rulebook) -> str:
    """Executed over the rulebook's base, where both are numbers and give a rate."""
    part, whole = (c[amount] for amount in rate_amounts(rulebook))
    result = f'IF(AND(ISNUMBER({part}),ISNUMBER({whole})),IF(AND({part}>=0,{whole}>0),{part}/{whole},""),"")'
    for amount in reversed(rate_amounts(rulebook)):
        result = _plain_number(c[amount], labels[amount], result)
    return result


def line_rate(c: Boxes, labels: Boxes, rulebook: Rulebook) -> str:
    """Execution rate of one line of money, or of one project; a row that adds up others has none."""
    found = rate(c, labels, rulebook)
    return f'=IF({begins(c["name"], fixed_words.TOTALS)},"",{found})' if "name" in c else f"={found}"


def execution_points(rulebook: Rulebook) -> str:
    """Points of budget execution."""
    weight = plain(rulebook.number("execution.weight"))
    return f"=IF(ISNUMBER({RATE}),ROUND({weight}*MIN(1,{RATE}),2),{RATE})"


def total(rulebook: Rulebook, form: Form) -> str:
    """The sum, capped where the rulebook caps it, once it is whole.

    It waits for what the boxes ask for, for every required box, and for the points of budget execution and of
    every indicator.
    """
    execution, points, entries = "px_reference_execution_points", POINTS, entries_name("indicators")
    summed = f"ROUND(SUM({execution},{points}),2)"
    capped = summed
    for step in reversed(rulebook.caps):
        capped = f"IF({RATE}<{plain(step.below)},MIN({summed},{plain(step.total)}),{capped})"
    asked = "+".join(f'COUNTIF({part},"{ASKING}*")' for part in (execution, points))
    owed = ",".join(f'LEFT({counter_name(at)})="还"' for at in range(len(form.sheets)))
    whole = f"AND(COUNT({execution})=1,{entries}>0,COUNT({points})={entries})"
    scored = f'IF({whole},{capped},"{NOT_SCORED}")'
    return f'=IF({asked}>0,"{THESE_FIRST}",IF(OR({owed}),"{FILL_FIRST}",{scored}))'


def grade(rulebook: Rulebook) -> str:
    """Grade of the reference total; there is none where the weights do not make the full score."""
    graded = f'"{rulebook.grades[-1].name}"'
    for step in reversed(rulebook.grades[:-1]):
        graded = f'IF(px_reference_total>={plain(step.low)},"{step.name}",{graded})'
    full, edge = rulebook.number("total.points"), rulebook.number("thresholds.tolerance")
    off = f"ROUND(ABS({WEIGHTS}+{plain(rulebook.number('execution.weight'))}-{plain(full)}),2)>{plain(edge)}"
    graded = f'IF({off},"{NO_GRADE}",{graded})'
    return f'=IF(ISNUMBER(px_reference_total),{graded},"")'


def indicator_completion(c: Boxes, labels: Boxes, rulebook: Rulebook) -> str:
    """Completion of one indicator, uncapped; or what its row has to be asked for."""
    target, actual = c["target"], c["actual"]
    empty = f"OR({blank(target)},{blank(actual)})"
    a, b = in_percents(target), in_percents(actual)
    strict = rulebook.flag("quantitative.strict_signs")
    below = f"IF({_signed(c, '<')},{b}<{a},{b}<={a})" if strict else f"{b}<={a}"
    at_most = f'IF({below},1,IF(AND({target}>=0,{actual}>0),{a}/{b},""))'
    result = f'IF({_at_most(c)},{at_most},IF({target}>0,{b}/{a},""))'
    result = f'IF({unlike(target, actual, c["midyear"], c["unit"])},"{PERCENT_WANTED}",{result})'
    result = f'IF({other_money(target, actual, c["unit"])},"{UNIT_WANTED}",{result})'
    result = f'IF({empty},"",{result})'
    for key in ("actual", "target"):
        result = f'IF({misplaced(c[key])},"{at_box(NUMBER_WANTED, labels[key])}",{result})'
    judged = f'IF({is_one_of(actual, fixed_words.LEVELS)},"",IF({blank(actual)},"","{LEVEL_WANTED}"))'
    judged = f'IF({_by(c, "按比例")},"{METHOD_WANTED}",{judged})'
    result = f"IF({_qualitative(c)},{judged},{result})"
    result = f'IF({is_one_of(c["sign"], fixed_words.SIGNS)},{result},"{SIGN_WANTED}")'
    result = f'IF({blank(c["sign"])},IF({empty},"","{SIGN_WANTED}"),{result})'
    result = f'IF({_by(c, "按执行率")},IF(ISNUMBER({RATE}),{RATE},""),{result})'
    unknown = f"NOT(OR({blank(c['method'])},{is_one_of(c['method'], fixed_words.METHODS)}))"
    return f'=IF({unknown},"{METHOD_WANTED}",{result})'


def indicator_points(c: Boxes, labels: Boxes, rulebook: Rulebook) -> str:
    """Points of one indicator, from its completion; what that asks for is asked for here too."""
    weight, asked = c["weight"], c["reference_completion"]
    measured = f"ROUND({weight}*{_share(c, rulebook)}-{_deduction(c, rulebook)},2)"
    measured = f'IF(OR({blank(c["target"])},{blank(c["actual"])}),"",{measured})'
    result = f"IF({_qualitative(c)},{_band(c, rulebook)},{measured})"
    by_rate = f'IF(ISNUMBER({RATE}),ROUND({weight}*MIN(1,{RATE}),2),"")'
    result = f"IF({_by(c, '按执行率')},{by_rate},{result})"
    result = f'IF({weight}<=0,"{at_box(NUMBER_WANTED, labels["weight"])}",{result})'
    result = f'IF({blank(weight)},"",{result})'
    result = f'IF(LEFT({asked})="{ASKING}",{asked},{result})'
    for key in ("claimed_points", "weight"):
        result = _plain_number(c[key], labels[key], result)
    return f"={result}"


def _plain_number(cell: str, label: str, result: str) -> str:
    """The result, where the cell holds a number that is no percentage, or nothing; else what is asked for."""
    off = f'IF(AND(ISNUMBER({cell}),{percent(cell)}),"{at_box(NO_PERCENT, label)}",{result})'
    return f'IF({misplaced(cell)},"{at_box(NUMBER_WANTED, label)}",{off})'


def _by(c: Boxes, method: str) -> str:
    return is_one_of(c["method"], fixed_words.method(method))


def _signed(c: Boxes, sign: str) -> str:
    return is_one_of(c["sign"], fixed_words.sign(sign))


def _qualitative(c: Boxes) -> str:
    return f"OR({_signed(c, '定性')},{_by(c, '定性')})"


def _share(c: Boxes, rulebook: Rulebook) -> str:
    """The share of the weight, by the completion; a target without one is met or earns nothing."""
    rate, a, b = c["reference_completion"], in_percents(c["target"]), in_percents(c["actual"])
    at_most = rate
    if rulebook.word("quantitative.at_most") == "straight_line":
        at_most = f"IF({rate}=1,1,IF({rate}=0,0,MAX(0,1-({b}-{a})/{a})))"
    at_least = f"MAX(0,MIN(1,{rate}))"
    if rulebook.word("quantitative.equal") == "both_directions":
        at_least = f"IF(AND({rate}>1,{_signed(c, '=')}),{a}/{b},{at_least})"
    counted = f"IF({_at_most(c)},{at_most},{at_least})"
    counted = f"IF({_by(c, '达标法')},IF({_met(c, rulebook)},1,0),{counted})"
    alone = f"IF({_signed(c, '=')},IF({a}=0,{b}<=0,{_equal(a, b, rulebook)}),{_above(c, a, b, rulebook)})"
    return f"IF(ISNUMBER({rate}),{counted},IF({_at_most(c)},0,IF({alone},1,0)))"


def _met(c: Boxes, rulebook: Rulebook) -> str:
    """Whether a target is met that has a completion."""
    rate, a, b = c["reference_completion"], in_percents(c["target"]), in_percents(c["actual"])
    above, at_most = f"{rate}>=1", f"{rate}=1"
    if rulebook.flag("quantitative.strict_signs"):
        above = f"IF({_signed(c, '>')},{rate}>1,{above})"
        at_most = f"IF({_signed(c, '<')},{b}<{a},{at_most})"
    if rulebook.word("quantitative.equal") == "both_directions":
        above = f"IF({_signed(c, '=')},{rate}=1,{above})"
    return f"IF({_at_most(c)},{at_most},{above})"


def _equal(a: str, b: str, rulebook: Rulebook) -> str:
    return f"{b}={a}" if rulebook.word("quantitative.equal") == "both_directions" else f"{b}>={a}"


def _above(c: Boxes, a: str, b: str, rulebook: Rulebook) -> str:
    return f"IF({_signed(c, '>')},{b}>{a},{b}>={a})" if rulebook.flag("quantitative.strict_signs") else f"{b}>={a}"


def _at_most(c: Boxes) -> str:
    return is_one_of(c["sign"], fixed_words.AT_MOST)


def _deduction(c: Boxes, rulebook: Rulebook) -> str:
    points, start = rulebook.number("overshoot.deduction"), rulebook.number("overshoot.deduct_from")
    if not points:
        return "0"
    rate = c["reference_completion"]
    far = f"IF(ISNUMBER({rate}),ROUND({rate},12)>={plain(start)},FALSE)"  # 1.43/1.1 is 1.2999… in binary
    surpassed = f"IF({far},IF({_at_most(c)},FALSE,{_met(c, rulebook)}),FALSE)"
    return f"IF({surpassed},MIN({plain(points)},{c['weight']}),0)"


def _band(c: Boxes, rulebook: Rulebook) -> str:
    """The claimed points within the judgement's band; where none are claimed, the rulebook's default or a hint."""
    weight, claimed = c["weight"], c["claimed_points"]
    formula = '""'
    for number, band in reversed(list(enumerate(rulebook.bands))):
        default = rulebook.unclaimed.get(band.judgement)
        unclaimed = f'"{CLAIM_WANTED}"' if default is None else f"ROUND({weight}*{plain(default)},2)"
        within = f"ROUND(MIN(MAX({claimed},{plain(band.low)}*{weight}),{plain(band.high)}*{weight}),2)"
        judged = is_one_of(c["actual"], fixed_words.level(number))
        formula = f"IF({judged},IF(ISNUMBER({claimed}),{within},{unclaimed}),{formula})"
    attained = f"IF({is_one_of(c['actual'], fixed_words.level(0))},ROUND({weight},2),0)"
    chosen = f"IF({_by(c, '达标法')},{attained},{formula})"
    return f'IF({blank(c["actual"])},"",{chosen})'
