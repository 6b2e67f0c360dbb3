"""The sums of money that the template makes of the parts of a line, as formulas of the hidden sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from perf_xlsx.forms import Box, Line
from perf_xlsx.sheets.fixed_texts import Prompt
from perf_xlsx.template.conditions import number_step, plain_number
from perf_xlsx.template.steps import PREFIX, Case, Steps, cases, formula_text

UNSTATED = {"adjusted": "executed", "executed": "adjusted"}  # amounts that one owes where it has the other


def made_name(line: Line, box: Box) -> str:
    """The name of the hidden cell with the sum of a line in a column."""
    return f"{PREFIX}sum_{line.key}_{box.key}"


def sum_of_parts(steps: Steps, lines: Mapping[str, Line], line: Line, column: str) -> str:
    """The sum of a line's parts as a formula: "" where none is filled in; it asks for what is no number."""
    inside = list(_parts_of(lines, line))
    asked = [case for part in inside for case in plain_number(steps, f"{part.key}_{column}")]
    if column in UNSTATED:
        asked += [_unstated(steps, part, column) for part in inside]
    numbers = [number_step(steps, f"{part.key}_{column}") for part in inside]
    terms = "+".join(_term(steps, lines, lines[key], column) for key in line.parts)
    return cases(*asked, (f"COUNT({','.join(numbers)})=0", '""'), otherwise=f"ROUND({terms},9)")


def _unstated(steps: Steps, part: Line, column: str) -> Case:
    """What a part is asked for that has a budget or spending, and of the other nothing, nor parts that have it."""
    asked = [number_step(steps, f"{key}_{column}") for key in (part.key, *part.parts)]
    other = number_step(steps, f"{part.key}_{UNSTATED[column]}")
    none = f"AND(COUNT({','.join(asked)})=0,IF(ISNUMBER({other}),{other}>0,FALSE))"
    return none, formula_text(Prompt.NUMBER.of(steps.labels[f"{part.key}_{column}"]))


def _parts_of(lines: Mapping[str, Line], line: Line) -> Iterator[Line]:
    """The parts of a line, and theirs."""
    for key in line.parts:
        yield lines[key]
        yield from _parts_of(lines, lines[key])


def _term(steps: Steps, lines: Mapping[str, Line], part: Line, column: str) -> str:
    """A part as a summand: where it is empty, the sum of its own parts."""
    own = number_step(steps, f"{part.key}_{column}")
    inner = "+".join(_term(steps, lines, lines[key], column) for key in part.parts)
    return f"IF(ISNUMBER({own}),{own},{inner})" if inner else f"SUM({own})"
