"""Conditions on what a cell holds, as formulas: by them the live formulas decide what they can read.

An error value in a cell makes no condition an error.
"""

from __future__ import annotations

from perf_xlsx.domain.units import A_FEW, IMPLAUSIBLE_RATE, ONE_SIZE
from perf_xlsx.sheets.fixed_texts import Prompt
from perf_xlsx.template.steps import Case, Steps, formula_text
from perf_xlsx.template.word_lists import BLANK, BLANKS, GENERAL, HARD_SPACE, PERCENT, UNITS, UNKNOWN, UNSEEN
from perf_xlsx.vocabulary import vocabulary

LEAST, MOST = "1E-12", "1E+13"  # beyond these the reader takes no number either
FAR = 10  # a percent format that shows a thousand percent is doubted
DASHES = "-—–―－/／\\＼…一"  # say nothing by themselves


def bare(cell: str) -> str:
    """The text of a cell, or of each cell of a range, without spaces and invisible characters."""
    visible = f'SUBSTITUTE(SUBSTITUTE(CLEAN({cell}),{UNSEEN},""),{HARD_SPACE},"")'
    return f'SUBSTITUTE(SUBSTITUTE({visible}," ",""),"　","")'


def is_listed(text: str, words: str) -> str:
    """Whether a bare text is a word of a list."""
    return f'ISNUMBER(FIND("|"&{text}&"|",{words}))'


def cell_is_blank(cell: str) -> str:
    """Whether the cell, or each of a range, holds nothing, or only blanks or a dash."""
    return is_listed(bare(cell), BLANKS)


def begins(cell: str, words: str) -> str:
    """Whether the text before a colon, or all of it, is a word of a list."""
    text = f'SUBSTITUTE({bare(cell)},"：",":")'
    return is_listed(f'LEFT({text},FIND(":",{text}&":")-1)', words)


def nothing_in(cells: str, *nothing: str) -> str:
    """Whether cells that are joined with & hold nothing but blanks and dashes, and words for `nothing`."""
    text = bare(cells)
    for characters in (*DASHES, *nothing):
        text = f'SUBSTITUTE({text},"{characters}","")'
    return is_listed(text, '"||"')


def code(steps: Steps, key: str, words: str) -> str:
    """The step that says what a cell's text means: a character of the list, BLANK or UNKNOWN."""
    found = f'MID({words},FIND("〈"&{bare(steps.cells[key])}&"〉",{words})-1,1)'
    return steps.step(f"{key}_code", f"IFERROR({found},{formula_text(UNKNOWN)})")


def shows_percent(steps: Steps, key: str) -> str:
    """Whether a cell's format shows percents, so that 95% has the value 0.95."""
    return f'{_format(steps, key)}="P"'


def number_step(steps: Steps, key: str) -> str:
    """The step that gives the number that a cell shows: 95 for 95%.

    It is "" where the cell is blank, and UNKNOWN for a text, a date, or a number that no form holds.
    """
    cell, shown = steps.cells[key], _format(steps, key)
    dated = is_dated(steps, key)
    size = f"AND({cell}<>0,OR(ABS({cell})<{LEAST},ABS({cell})>={MOST}))"
    read = f'IF(OR(ISLOGICAL({cell}),{dated},{size}),"{UNKNOWN}",IF({shown}="P",ROUND({cell}*100,12),{cell}))'
    return steps.step(f"{key}_number", f'IF(ISNUMBER({cell}),{read},IF({cell_is_blank(cell)},"","{UNKNOWN}"))')


def is_dated(steps: Steps, key: str) -> str:
    """Whether a cell's format shows a date or a time."""
    shown = _format(steps, key)
    return f'OR({shown}="D",{shown}={_date_format(steps)})'


def is_implausible(spent: str, budget: str) -> str:
    """Whether so much was spent of a budget that one of the two amounts must be in another money unit."""
    return f"IF(COUNT({spent},{budget})=2,AND({budget}>0,{spent}>={IMPLAUSIBLE_RATE}*{budget}),FALSE)"


def plain_number(steps: Steps, key: str) -> tuple[Case, Case]:
    """What a box is asked for that must hold a number, and no percentage."""
    value, label = number_step(steps, key), steps.labels[key]
    return (
        (f"{value}={formula_text(UNKNOWN)}", formula_text(Prompt.NUMBER.of(label))),
        (f"AND(ISNUMBER({value}),{shows_percent(steps, key)})", formula_text(Prompt.PLAIN_NUMBER.of(label))),
    )


def _format(steps: Steps, key: str) -> str:
    return steps.step(f"{key}_format", f'LEFT(CELL("format",{steps.cells[key]}))')


def _date_format(steps: Steps) -> str:
    """LibreOffice says G of dates, and something else of plain numbers; Excel says D of dates."""
    return steps.step("date_format", f'IF(CELL("format",{GENERAL})="G","D","G")')


def may_be_fractions(steps: Steps) -> str:
    """Whether scoring does not take target or actual, because it may be a fraction of the other's percents.

    Beside a unit of percent two of one size are as they are. Without a unit 0.96 beside 95 is doubted; and where a
    number is formatted as a percentage, any fraction that is not, unless both are fractions: scoring may tell what
    it means, a formula asks. A percent format that shows a thousand percent is doubted too.
    """
    percents = {key: shows_percent(steps, key) for key in ("target", "actual", "midyear")}
    midyear = steps.cells["midyear"]
    fractions, apart, hundredfold = _fractions(steps), _apart(steps), _hundredfold(steps)
    small = steps.step("one_small", f"OR({','.join(fractions)},{hundredfold})")
    worded = f"AND(ISTEXT({midyear}),NOT({cell_is_blank(midyear)}))"
    unlike = (
        f"AND(OR({','.join(percents.values())},{worded}),{small},NOT(AND({','.join(fractions)},NOT({apart}))))"
    )
    bare = f"AND({hundredfold},MIN({_shown(steps, 'target')},{_shown(steps, 'actual')})<=1)"
    unitless = f"AND({_unit(steps)}={formula_text(BLANK)},OR({unlike},{bare}))"
    counted = f"AND({_unit(steps)}={formula_text(PERCENT)},{apart},{small})"
    far = ",".join(f"AND({percents[key]},ABS({steps.cells[key]})>={FAR})" for key in ("target", "actual"))
    return steps.step("may_be_fractions", f"OR({unitless},{counted},{far})")


def _shown(steps: Steps, key: str) -> str:
    """The number that a cell shows, which holds one: 95 for 95%."""
    cell = steps.cells[key]
    return steps.step(f"{key}_shown", f"IF({shows_percent(steps, key)},ROUND({cell}*100,12),{cell})")


def _fractions(steps: Steps) -> list[str]:
    """Whether target and actual are fractions without a percent sign, each for itself."""
    cells = {key: steps.cells[key] for key in ("target", "actual")}
    return [
        steps.step(f"{key}_fraction", f"AND(NOT({shows_percent(steps, key)}),{cell}<>0,ABS({cell})<=1)")
        for key, cell in cells.items()
    ]


def _apart(steps: Steps) -> str:
    """Whether target and actual are of different sizes; zeros do not count."""
    sizes = f"ABS({_shown(steps, 'target')}),ABS({_shown(steps, 'actual')})"
    return steps.step("apart", f"AND(MIN({sizes})>0,ROUND({ONE_SIZE}*MIN({sizes})-MAX({sizes}),9)<0)")


def _hundredfold(steps: Steps) -> str:
    """Whether one of the two has no percent sign and may be a fraction whose percents are of the other's size."""
    a, b = _shown(steps, "target"), _shown(steps, "actual")
    least, most = f"MIN({a},{b})", f"MAX({a},{b})"
    near = f"{least}>0,{least}<={A_FEW},ROUND({least}*200-{most},9)>=0,ROUND({least}*50-{most},9)<=0"
    marked = f"IF({a}<{b},{shows_percent(steps, 'target')},{shows_percent(steps, 'actual')})"
    return steps.step("hundredfold", f"AND({near},NOT({marked}))")


def percents_of_a_unit(steps: Steps) -> str:
    """Whether target or actual is a percentage although the row counts in another unit: 95% 万元."""
    percents = f"{shows_percent(steps, 'target')},{shows_percent(steps, 'actual')}"
    return f"AND({_unit(steps)}={formula_text(UNKNOWN)},OR({percents}))"


def percent_of_a_unit(steps: Steps, key: str) -> str:
    """Whether a cell is a percentage although the row counts in another unit."""
    return f"AND({_unit(steps)}={formula_text(UNKNOWN)},{shows_percent(steps, key)})"


def _unit(steps: Steps) -> str:
    return code(steps, "unit", UNITS)


def may_be_other_money(steps: Steps) -> str:
    """Whether one of two numbers in a unit of money, or of 万, is ten thousand times as large as the other."""
    target, actual, unit = (steps.cells[key] for key in ("target", "actual", "unit"))
    large = ",".join(f'ISNUMBER(FIND("{word}",{unit}))' for word in vocabulary("units")["words"]["large"])
    least, most = f"MIN({target},{actual})", f"MAX({target},{actual})"
    formula = f"AND({least}>0,{least}*20000>={most},{least}*5000<={most},OR({large}))"
    return steps.step("may_be_other_money", formula)
