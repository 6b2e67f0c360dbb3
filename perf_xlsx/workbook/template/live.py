"""The template's live formulas: what the unit would score, shown while it types.

They follow the rulebook, use no function newer than Excel 2010, and are never read back.
"""

from __future__ import annotations

from collections.abc import Mapping

from perf_xlsx.forms import Form
from perf_xlsx.forms.case import Fill
from perf_xlsx.model import Scores, SelfEvaluation
from perf_xlsx.numerals import plain
from perf_xlsx.rulebook import NO_GRADE, Rulebook
from perf_xlsx.workbook.printed import (
    CLAIM_WANTED,
    FILL_FIRST,
    LEVEL_WANTED,
    NOT_SCORED,
    NUMBER_WANTED,
    PERCENT_WANTED,
    SIGN_WANTED,
    THESE_FIRST,
)
from perf_xlsx.workbook.template.hints import (
    blank,
    is_blank,
    judged,
    misplaced,
    mixed,
    rate_amounts,
    sign_matters,
    unknown_sign,
)
from perf_xlsx.workbook.template.missing import counter_name

ASKING = "请"  # what every hint begins with
RATE = "px_rate"  # the execution rate that points are given for, on the hidden sheet

Stored = Mapping[tuple[str, str, str], float | str]  # (block, box, row or line key) -> a formula's stored result


def rate_formula(rulebook: Rulebook) -> str:
    """Executed over the rulebook's base, or nothing."""
    return _quotient(*(f"px_funds_total_{amount}" for amount in rate_amounts(rulebook)))


def _quotient(part: str, whole: str) -> str:
    """part over whole, where both are numbers, the whole above nothing and the part not below."""
    rate = f'IF(AND(ISNUMBER({part}),ISNUMBER({whole})),IF(AND({part}>=0,{whole}>0),{part}/{whole},""),"")'
    return f'=IF(OR({misplaced(part)},{misplaced(whole)}),"{NUMBER_WANTED}",{rate})'


def line_rate(c: Mapping[str, str], rulebook: Rulebook) -> str:
    """Execution rate of one line; `c` gives the address of each column in its row."""
    return _quotient(*(c[amount] for amount in rate_amounts(rulebook)))


def execution_points(rulebook: Rulebook) -> str:
    """Points of budget execution."""
    weight = plain(rulebook.number("execution.weight"))
    return f"=IF(ISNUMBER({RATE}),ROUND({weight}*MAX(0,MIN(1,{RATE})),2),{RATE})"


def total(rulebook: Rulebook, form: Form) -> str:
    """The sum, capped where the rulebook caps it, once it is whole.

    It waits for what the boxes ask for, and for the points of budget execution and of every indicator that has a
    name: without them it would be called provisional.
    """
    execution, indicators = "px_reference_execution_points", "px_indicators_reference_points"
    parts = f"{execution},{indicators}"
    summed = f"ROUND(SUM({parts}),2)"
    capped = summed
    for step in reversed(rulebook.caps):
        capped = f"IF({RATE}<{plain(step.below)},MIN({summed},{plain(step.total)}),{capped})"
    asked = "+".join(f'COUNTIF({part},"{ASKING}*")' for part in (execution, indicators))
    owed = ",".join(f'LEFT({counter_name(at)})="还"' for at in range(len(form.sheets)))
    named = f"SUMPRODUCT(1-{blank('px_indicators_name')})"
    whole = f"AND(COUNT({execution})=1,COUNT({indicators})>0,COUNT({indicators})={named})"
    result = f'IF({whole},{capped},IF(OR({owed}),"{FILL_FIRST}","{NOT_SCORED}"))'
    return f'=IF({asked}>0,"{THESE_FIRST}",{result})'


def grade(rulebook: Rulebook) -> str:
    """Grade of the reference total."""
    words = f'"{rulebook.grades[-1].name}"'
    for step in reversed(rulebook.grades[:-1]):
        words = f'IF(px_reference_total>={plain(step.low)},"{step.name}",{words})'
    graded = f'IF(px_reference_total>{plain(rulebook.highest)},"{NO_GRADE}",{words})'
    return f'=IF(ISNUMBER(px_reference_total),{graded},"")'


def _qualitative(c: Mapping[str, str]) -> str:
    worded = f'AND({c["sign"]}="",ISTEXT({c["target"]}),{judged(c["actual"])})'
    return f'OR({c["sign"]}="定性",{c["method"]}="定性",{worded})'


def _graded(c: Mapping[str, str], result: str) -> str:
    """A qualitative row's result, once there is a judgement; what stands in its place is asked for."""
    actual = c["actual"]
    return f'IF({judged(actual)},{result},IF({blank(actual)},"","{LEVEL_WANTED}"))'


def _at_most(c: Mapping[str, str]) -> str:
    return f'OR({c["sign"]}="≤",{c["sign"]}="<")'


def _signed(c: Mapping[str, str], rulebook: Rulebook) -> Mapping[str, str]:
    """The addresses, with what a missing sign is taken for in place of an empty one."""
    missing = rulebook.word("quantitative.missing_sign")
    return c if missing == "≥" else {**c, "sign": f'IF({c["sign"]}="","{missing}",{c["sign"]})'}


def _met(c: Mapping[str, str], rulebook: Rulebook) -> str:
    sign, target, actual = c["sign"], c["target"], c["actual"]
    at_least = f"{actual}>={target}"
    if rulebook.word("quantitative.equal") == "both_directions":
        at_least = f'IF({sign}="=",{actual}={target},{at_least})'
    if rulebook.flag("quantitative.strict_signs"):
        at_least = f'IF({sign}=">",{actual}>{target},{at_least})'
    return f'IF({_at_most(c)},{_below(c, rulebook)},IF(AND({sign}="=",{target}=0),{actual}<=0,{at_least}))'


def _below(c: Mapping[str, str], rulebook: Rulebook) -> str:
    sign, target, actual = c["sign"], c["target"], c["actual"]
    if rulebook.flag("quantitative.strict_signs"):
        return f'IF({sign}="<",{actual}<{target},{actual}<={target})'
    return f"{actual}<={target}"


def _share(c: Mapping[str, str], rulebook: Rulebook) -> str:
    target, actual = c["target"], c["actual"]
    over = f"{target}/{actual}"
    if rulebook.word("quantitative.at_most") == "straight_line":
        over = f"MAX(0,1-({actual}-{target})/{target})"
    partial = f"IF({_at_most(c)},{over},IF({actual}>{target},{target}/{actual},{actual}/{target}))"
    missed = f'IF({c["method"]}="达标法",0,IF(OR({target}<=0,{actual}<=0),0,{partial}))'
    return f"IF({_met(c, rulebook)},1,{missed})"


def _band(c: Mapping[str, str], rulebook: Rulebook) -> str:
    weight, claimed, formula = c["weight"], c["claimed_points"], '""'
    for band in reversed(rulebook.bands):
        default = rulebook.unclaimed.get(band.judgement)
        unclaimed = f'"{CLAIM_WANTED}"' if default is None else f"ROUND({weight}*{plain(default)},2)"
        within = f"ROUND(MIN(MAX({claimed},{plain(band.low)}*{weight}),{plain(band.high)}*{weight}),2)"
        formula = (
            f'IF(TRIM({c["actual"]})="{band.judgement}",IF(ISNUMBER({claimed}),{within},{unclaimed}),{formula})'
        )
    best = rulebook.bands[0].judgement
    attained = f'IF(TRIM({c["actual"]})="{best}",{weight},0)'
    chosen = f'IF({misplaced(claimed)},"{NUMBER_WANTED}",{_weighted(c, formula)})'
    method = f'IF({c["method"]}="达标法",{_weighted(c, attained)},IF({c["method"]}="按比例","",{chosen}))'
    return _graded(c, method)


def _deduction(c: Mapping[str, str], rulebook: Rulebook) -> str:
    points, start = rulebook.number("overshoot.deduction"), rulebook.number("overshoot.deduct_from")
    if not points:
        return "0"
    target, actual = c["target"], c["actual"]
    far = f"IF({target}>0,ROUND({actual}/{target},12)>={plain(start)},FALSE)"  # 1.43/1.1 is 1.2999… in binary
    surpassed = f"AND(NOT({_at_most(c)}),{far},{_met(c, rulebook)})"
    return f"IF({surpassed},MIN({plain(points)},{c['weight']}),0)"


def _weighted(c: Mapping[str, str], points: str) -> str:
    """The points, once there is a weight."""
    return f'IF(ISNUMBER({c["weight"]}),IF({c["weight"]}<0,"",{points}),"")'


def _measured(c: Mapping[str, str], result: str, rulebook: Rulebook) -> str:
    """A quantitative row's result; what stands in the place of a number is asked for, once the sign is settled.

    A sign that was pasted and is none of the choices is asked for too: nothing here tells "<=" from "≥"; and one
    that is missing where name, level or a target of zero may mean another direction: the engine tells which.
    And so is one way of writing where 95% (stored as 0.95) stands beside 96.
    """
    target, actual = c["target"], c["actual"]
    settled = f'OR({c["sign"]}<>"",NOT(OR(ISBLANK({target}),ISBLANK({actual}))))'
    asked = f"AND({settled},OR({misplaced(target)},{misplaced(actual)}))"
    numbers = f"AND(ISNUMBER({target}),ISNUMBER({actual}))"
    alike = f'IF({mixed(target, actual)},"{PERCENT_WANTED}",{result})'
    unsettled = f"OR({unknown_sign(c['sign'])},{sign_matters(c, rulebook)})"
    signed = f'IF({unsettled},"{SIGN_WANTED}",{alike})'
    return f'IF({asked},"{NUMBER_WANTED}",IF({numbers},{signed},""))'


def indicator_points(c: Mapping[str, str], rulebook: Rulebook) -> str:
    """Points of one indicator; `c` gives the address of each column in its row."""
    weight, signed = c["weight"], _signed(c, rulebook)
    by_rate = _weighted(c, f'IF(ISNUMBER({RATE}),ROUND({weight}*MAX(0,MIN(1,{RATE})),2),"")')
    points = f"ROUND({weight}*{_share(signed, rulebook)}-{_deduction(signed, rulebook)},2)"
    scored = f"IF({_qualitative(c)},{_band(c, rulebook)},{_measured(c, _weighted(c, points), rulebook)})"
    return f'=IF({misplaced(weight)},"{NUMBER_WANTED}",IF({c["method"]}="按执行率",{by_rate},{scored}))'


def indicator_completion(c: Mapping[str, str], rulebook: Rulebook) -> str:
    """Completion of one indicator, uncapped."""
    target, actual, signed = c["target"], c["actual"], _signed(c, rulebook)
    below = f'IF({_below(signed, rulebook)},1,IF(AND({target}>=0,{actual}>0),{target}/{actual},""))'
    completion = f'IF({_at_most(signed)},{below},IF({target}>0,{actual}/{target},""))'
    graded = _graded(c, '""')
    scored = f"IF({_qualitative(c)},{graded},{_measured(c, completion, rulebook)})"
    return f'=IF({c["method"]}="按执行率",IF(ISNUMBER({RATE}),{RATE},""),{scored})'


def stored_results(evaluation: SelfEvaluation, scores: Scores) -> dict[tuple[str, str, str], float | str]:
    """What the live formulas of a filled template show where they ask for nothing, from the engine itself."""
    found: dict[tuple[str, str, str], float | str] = {}

    def put(block: str, box: str, row: str, value: object) -> None:
        if value is not None:
            found[block, box, row] = float(value)  # type: ignore[arg-type]  # Decimal or Fraction

    put("hidden", RATE, "", scores.execution.completion)
    for key, rates in scores.line_rates.items():
        put("funds", "reference_rate", key, rates.execution)
    for project, rates in zip(evaluation.projects, scores.project_rates, strict=True):
        put("projects", "reference_rate", str(project.name.place.row), rates.execution)
    for row, score in zip(evaluation.indicators, scores.indicators, strict=True):
        put("indicators", "reference_completion", str(row.name.place.row), score.completion)
        put("indicators", "reference_points", str(row.name.place.row), score.points)
    put("claimed", "reference_execution_points", "", scores.execution.points)
    if scores.complete:
        found["claimed", "reference_total", ""] = float(scores.total)
        found["claimed", "reference_grade", ""] = scores.grade
    return found


def is_whole(stored: Stored, fill: Fill | None) -> bool:
    """Whether the total shows: there are points for everything that has a name."""
    scored = sum(1 for block, box, _ in stored if (block, box) == ("indicators", "reference_points"))
    named = sum(not is_blank(row.get("name")) for row in fill.rows.get("indicators", ())) if fill else 0
    return ("claimed", "reference_total", "") in stored and 0 < scored == named
