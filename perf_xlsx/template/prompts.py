"""What stands in a cell, as formulas: the tests by which live formulas ask for what they cannot read.

Each cell is reached by its column and row (`here`, `beside`), so that cutting and pasting it cannot lead a formula
away. An error value in a cell makes no test an error.
"""

from __future__ import annotations

from perf_xlsx.template.fixed_words import BLANKS, GENERAL, HARD_SPACE, PERCENT_UNITS, UNSEEN

LEAST, MOST = "1E-12", "1E+13"  # beyond these the reader takes no number either
ONE_SIZE = 20  # times: percents and fractions of one row are further apart
FAR = 10  # a percent format that shows a thousand percent is doubted
DASHES = tuple("-—–―－/／\\＼…一")  # say nothing by themselves
NONE = "无"


def here(column: str) -> str:
    """The cell of a column in the formula's own row."""
    return f"INDEX(${column}:${column},ROW())"


def beside(column: str, label: str, sheet: str = "") -> str:
    """The cell of a column in the row of a locked label."""
    of = f"'{sheet}'!" if sheet else ""
    return f"INDEX({of}${column}:${column},ROW({of}{label}))"


def bare(cell: str) -> str:
    """The text of a cell, or of each of a range, without blanks and what cannot be seen."""
    seen = f'SUBSTITUTE(SUBSTITUTE(CLEAN({cell}),{UNSEEN},""),{HARD_SPACE},"")'
    return f'SUBSTITUTE(SUBSTITUTE({seen}," ",""),"　","")'


def is_one_of(cell: str, words: str) -> str:
    """Whether the cell, or each of a range, holds a word of a list."""
    return listed(bare(cell), words)


def begins(cell: str, words: str) -> str:
    """Whether what stands before a colon, or all there is, is a word of a list."""
    text = f'SUBSTITUTE({bare(cell)},"：",":")'
    return listed(f'LEFT({text},FIND(":",{text}&":")-1)', words)


def listed(text: str, words: str) -> str:
    """Whether a text that is ready to be looked up is a word of a list."""
    return f'ISNUMBER(FIND("|"&{text}&"|",{words}))'


def blank(cell: str) -> str:
    """Whether the cell, or each of a range, holds nothing, or only blanks or a dash."""
    return is_one_of(cell, BLANKS)


def idle(cells: str, nothing: tuple[str, ...] = ()) -> str:
    """Whether cells that are joined with & hold nothing but blanks and dashes, and words for `nothing`."""
    text = bare(cells)
    for character in (*DASHES, *nothing):
        text = f'SUBSTITUTE({text},"{character}","")'
    return listed(text, '"||"')


def percent(cell: str) -> str:
    """Whether a cell's format shows percents, so that 95% stands there as 0.95."""
    return f'(LEFT(CELL("format",{cell}))="P")'


def misplaced(cell: str) -> str:
    """Whether the cell holds something that is no number, a date, or a number that no form holds."""
    kind = f'CELL("format",{cell})'
    # LibreOffice says G of dates, and of a plain number something else
    dated = f'LEFT({kind})="D",AND({kind}="G",CELL("format",{GENERAL})<>"G")'
    size = f"AND({cell}<>0,OR(ABS({cell})<{LEAST},ABS({cell})>={MOST}))"
    return f"IF(ISNUMBER({cell}),IF(ISLOGICAL({cell}),TRUE,OR({dated},{size})),NOT({blank(cell)}))"


def in_percents(cell: str) -> str:
    """The number that a cell with a number shows: 95 where 95% stands."""
    return f"IF({percent(cell)},ROUND({cell}*100,12),{cell})"


def unlike(target: str, actual: str, midyear: str, unit: str) -> str:
    """Whether two numbers may be percents and fractions: 95% beside 1, 95 beside 0.96 where percents count.

    A percent format that shows a thousand percent is doubted too.
    """
    small = [f"AND(NOT({percent(cell)}),{cell}<>0,ABS({cell})<=1)" for cell in (target, actual)]
    signs = ",".join(percent(cell) for cell in (target, actual, midyear))
    worded = f"AND(ISTEXT({midyear}),NOT({blank(midyear)}))"
    midway = f"IF(ISNUMBER({midyear}),ABS({midyear}),0)"
    sizes = f"ABS({target}),ABS({actual})"
    apart = f"AND({target}*{actual}<>0,MAX({sizes})>{ONE_SIZE}*MIN({sizes}))"
    counted = f"AND({is_one_of(unit, PERCENT_UNITS)},OR(MAX({sizes},{midway})>1,{apart}))"
    far = ",".join(f"AND({percent(cell)},ABS({cell})>={FAR})" for cell in (target, actual))
    return (
        f"OR(AND(OR({','.join(small)}),OR({signs},{worded},{counted})),{far},{_hundredfold(target, actual, unit)})"
    )


def _hundredfold(target: str, actual: str, unit: str) -> str:
    """Whether one of two bare numbers may be a fraction whose percents are of the other's size: 0.96 beside 95."""
    a, b = in_percents(target), in_percents(actual)
    # Twice or half at most; 49.99, so that two zeros are no such pair without a test of their own: each is long.
    near = f"MIN({a},{b})*200>=MAX({a},{b}),MIN({a},{b})*49.99<MAX({a},{b})"
    signs = f"{percent(target)},{percent(actual)}"
    none = f"{blank(unit)},NOT(OR({signs})),MIN({target},{actual})<=1"
    smaller = f"IF({a}<{b},{percent(target)},{percent(actual)})"
    counted = f"OR({signs},{is_one_of(unit, PERCENT_UNITS)}),NOT({smaller})"
    return f"AND({near},OR(AND({none}),AND({counted})))"


def other_money(target: str, actual: str, unit: str) -> str:
    """Whether one of two numbers in a unit of money, or of 万, is ten thousand times as large as the other."""
    large = ",".join(f'ISNUMBER(FIND("{word}",{unit}))' for word in ("元", "万", "亿"))
    least, most = f"MIN({target},{actual})", f"MAX({target},{actual})"
    return f"AND({least}>0,{least}*20000>={most},{least}*5000<={most},OR({large}))"
