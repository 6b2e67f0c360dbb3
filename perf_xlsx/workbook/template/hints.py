"""Where a number, a sign or a judgement is owed and something else was typed: asked for in place of a result.

`blank`, `misplaced`, `unknown_sign`, `mixed` and `judged` are the tests as formulas, the other functions say what
they come to in a template that is filled in.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from perf_xlsx.direction import WORDS, telling_words
from perf_xlsx.forms.case import Fill, Shown, Typed
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.target import DASHES, JUDGEMENTS
from perf_xlsx.target import SIGNS as WORDS_OF_SIGNS
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

BLANKS = "px_blanks"  # the cell of the hidden sheet that lists what counts as nothing typed
# Each between bars, an empty cell the first: one look-up tells whether a cell holds any of them.
BLANK_WORDS = f"||{'|'.join(['　', *sorted(DASHES), '－', '－－', '／', '＼'])}|"

SIGNS = (*dict.fromkeys(sign for _, sign in WORDS_OF_SIGNS), "定性")  # the choices, as the formulas know them
SIGNS_LISTED = "px_signs"  # the cell of the hidden sheet that lists them
SIGN_WORDS = f"|{'|'.join(SIGNS)}|"
LEVELS = "px_levels"  # the cell of the hidden sheet that lists the judgements, in the same way
LEVEL_WORDS = f"|{'|'.join(JUDGEMENTS)}|"
LEANINGS = "px_leanings"  # the cells of the hidden sheet with words by which a name may tell its direction
LEVELS_ABOVE, LEVELS_TELLING = ("level1", "level2"), tuple(WORDS["hints"]["levels"])
HIDDEN_LISTS = {BLANKS: BLANK_WORDS, SIGNS_LISTED: SIGN_WORDS, LEVELS: LEVEL_WORDS}

Row = Mapping[str, Typed]


def misplaced(cell: str) -> str:
    """Whether the cell holds something that is no number, as a formula; dashes stand for nothing."""
    return f'AND(NOT(ISNUMBER({cell})),ISERROR(FIND("|"&TRIM({cell})&"|",{BLANKS})))'


def blank(cell: str) -> str:
    """Whether the cell, or each of a range, holds nothing, or only blanks or a dash, as a formula."""
    return f'ISNUMBER(FIND("|"&TRIM({cell})&"|",{BLANKS}))'


def judged(cell: str) -> str:
    """Whether the cell holds a judgement, as a formula."""
    return f'ISNUMBER(FIND("|"&TRIM({cell})&"|",{LEVELS}))'


def unknown_sign(cell: str) -> str:
    """Whether the cell holds something that is none of the choices, as a formula."""
    return f'AND({cell}<>"",ISERROR(FIND("|"&{cell}&"|",{SIGNS_LISTED})))'


def sign_matters(c: Mapping[str, str], rulebook: Rulebook) -> str:
    """Whether no sign is there, and it is not just what a missing one is taken for, as a formula.

    So it is where the target is met whichever way it is read, and where neither it is zero nor name or level tell
    a direction. `c` gives the address of each column in its row.
    """
    name = f'SUBSTITUTE({c["name"]}," ","")'
    named = f"SUMPRODUCT(--ISNUMBER(FIND({LEANINGS},{name})))>0," if telling_words(rulebook) else ""
    level = [
        f'ISNUMBER(FIND("{word}",{c[key]})),AND({c[key]}="",COUNTIF(px_indicators_{key},"*{word}*")>0)'
        for key in LEVELS_ABOVE
        for word in LEVELS_TELLING
    ]
    told = f"OR({c['target']}=0,{named}{','.join(level)})" if named else f"{c['target']}=0"
    return f'AND({c["sign"]}="",{c["target"]}<>{c["actual"]},{told})'


def _sign_matters(row: Row, rulebook: Rulebook, levels: frozenset[str]) -> bool:
    target, actual = (_bare(row.get(key)) for key in ("target", "actual"))
    words, name = telling_words(rulebook), str(row.get("name") or "").replace(" ", "")
    above = any(_tells(row, key) or (not row.get(key) and key in levels) for key in LEVELS_ABOVE)
    told = target == 0 or (bool(words) and (above or any(word in name for word in words)))
    return not row.get("sign") and target != actual and told


def _tells(row: Row, key: str) -> bool:
    return any(word in str(row.get(key) or "") for word in LEVELS_TELLING)


def mixed(one: str, other: str) -> str:
    """Whether of two numbers one is shown as percent, and so stored as a hundredth, and the other is not."""
    percents = [f'(LEFT(CELL("format",{cell}),1)="P")' for cell in (one, other)]
    return f"AND({one}*{other}<>0,{'<>'.join(percents)})"


def rate_amounts(rulebook: Rulebook) -> tuple[str, str]:
    """The columns of a line that its execution rate is made of."""
    return "executed", rulebook.word("execution.base")


@dataclass(frozen=True)
class Hints:
    """What computed boxes show in place of their results.

    `rate` cannot be told; `asked`: a box that the total is made of asks for something; `owed`: a required box is
    empty; `whole`: there are points for everything; `levels` hold words that tell a direction, somewhere.
    """

    rulebook: Rulebook
    rate: bool
    asked: bool
    owed: bool
    whole: bool
    levels: frozenset[str] = frozenset()

    def shown(self, formula: str, row: Row) -> str | None:
        """What stands in a box with this formula, in the row with these contents; None: its result."""
        match formula:
            case "line_rate" if _any(row, rate_amounts(self.rulebook)):
                return NUMBER_WANTED
            case "indicator_points" if _points_open(row):
                return NUMBER_WANTED
            case "indicator_points" | "indicator_completion" if _level_open(row):
                return LEVEL_WANTED
            case "indicator_points" if _claim_open(row, self.rulebook):
                return CLAIM_WANTED
            case "indicator_completion" if _values_open(row):
                return NUMBER_WANTED
            case "indicator_points" | "indicator_completion" if _sign_open(row, self.rulebook, self.levels):
                return SIGN_WANTED
            case "indicator_points" | "indicator_completion" if _mixed(row):
                return PERCENT_WANTED
            case "indicator_points" | "indicator_completion" if self.rate and _by_rate(row):
                return ""
            case "execution_points" if self.rate:
                return NUMBER_WANTED
            case "total" if self.asked:
                return THESE_FIRST
            case "total" if not self.whole:
                return FILL_FIRST if self.owed else NOT_SCORED
            case "grade" if self.asked or not self.whole:
                return ""
        return None


def hints_of(fill: Fill | None, rulebook: Rulebook, owed: bool, whole: bool) -> Hints:
    """The hints of a template, filled in or blank."""
    if fill is None:
        return Hints(rulebook, False, False, owed, whole)
    line = {key: fill.lines.get(("funds", fill.form.total_line, key)) for key in rate_amounts(rulebook)}
    rate = _any(line, rate_amounts(rulebook))
    asks = (_points_open, _mixed, _level_open)
    rows = fill.rows.get("indicators", ())
    levels = frozenset(key for key in LEVELS_ABOVE if any(_tells(row, key) for row in rows))
    open_ = any(
        any(ask(row) for ask in asks) or _claim_open(row, rulebook) or _sign_open(row, rulebook, levels)
        for row in rows
    )
    return Hints(rulebook, rate, rate or open_, owed, whole, levels)


def _points_open(row: Row) -> bool:
    claim = _banded(row) and _any(row, ("claimed_points",))
    return _is_misplaced(row.get("weight")) or _values_open(row) or claim


def _level_open(row: Row) -> bool:
    level = row.get("actual")
    return _qualitative(row) and not _by_rate(row) and not is_blank(level) and not _is_judgement(level)


def _claim_open(row: Row, rulebook: Rulebook) -> bool:
    """Whether the points are the unit's to say: nobody else may choose within the band."""
    if not _banded(row) or _is_number(row.get("claimed_points")) or not _is_number(row.get("weight")):
        return False
    weight, level = row["weight"], str(row["actual"]).strip(" ")
    negative = (weight.value if isinstance(weight, Shown) else weight) < 0  # type: ignore[operator]  # a number
    return not negative and level not in rulebook.unclaimed


def _banded(row: Row) -> bool:
    """Whether the points lie within the band of a judgement."""
    by_band = not _by_rate(row) and row.get("method") not in ("达标法", "按比例")
    return by_band and _qualitative(row) and _is_judgement(row.get("actual"))


def _values_open(row: Row) -> bool:
    begun = row.get("sign") or all(row.get(key) is not None for key in ("target", "actual"))
    measured = begun and not _by_rate(row) and not _qualitative(row)
    return bool(measured and _any(row, ("target", "actual")))


def _sign_open(row: Row, rulebook: Rulebook, levels: frozenset[str]) -> bool:
    unknown = row.get("sign") not in (None, "", *SIGNS)
    return _measured(row) and (unknown or _sign_matters(row, rulebook, levels))


def _mixed(row: Row) -> bool:
    pair = [row.get(key) for key in ("target", "actual")]
    percents = {isinstance(value, Shown) and value.number_format.endswith("%") for value in pair}
    nothing = any((value.value if isinstance(value, Shown) else value) == 0 for value in pair)
    return _measured(row) and len(percents) == 2 and not nothing


def _measured(row: Row) -> bool:
    numbers = all(_is_number(row.get(key)) for key in ("target", "actual"))
    return numbers and not _by_rate(row) and not _qualitative(row)


def _by_rate(row: Row) -> bool:
    return row.get("method") == "按执行率"


def _qualitative(row: Row) -> bool:
    worded = not row.get("sign") and isinstance(row.get("target"), str) and _is_judgement(row.get("actual"))
    return "定性" in (row.get("sign"), row.get("method")) or worded


def _any(row: Row, keys: Iterable[str]) -> bool:
    return any(_is_misplaced(row.get(key)) for key in keys)


def _is_misplaced(value: Typed) -> bool:
    """What `misplaced` comes to for a cell in which this was typed; a date is a number."""
    return not _is_number(value) and not is_blank(value)


def is_blank(value: Typed) -> bool:
    """What `blank` comes to for a cell in which this was typed."""
    return value is None or (isinstance(value, str) and f"|{value.strip(' ')}|" in BLANK_WORDS)


def _is_judgement(value: Typed) -> bool:
    return isinstance(value, str) and value.strip(" ") in JUDGEMENTS


def _bare(value: Typed) -> object:
    return value.value if isinstance(value, Shown) else value


def _is_number(value: Typed) -> bool:
    return isinstance(value, Decimal | Shown | datetime.date)
