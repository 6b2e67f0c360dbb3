"""What a figure is: a value in a role, of a subject, from a cell."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from msgspec import Struct

from perf_xlsx.domain.place import Place
from perf_xlsx.domain.rounding import half_up, plain

FigureRole = Literal[
    "initial", "adjustment", "adjusted", "executed", "execution_rate", "adjustment_rate", "balance",
    "project_initial", "project_budget", "project_executed", "project_rate",
    "indicator_target", "indicator_midyear", "indicator_actual", "indicator_completion", "indicator_weight",
    "indicator_points", "indicator_lost_points",
    "execution_weight", "execution_points", "weights", "total", "grade",
    "staff", "project_count", "indicator_count", "year", "filled_on",
]  # fmt: skip
ROLES: tuple[str, ...] = get_args(FigureRole)
FigureOrigin = Literal["entered", "claimed", "computed"]
SubjectType = Literal["form", "line", "project", "indicator", "level"]


class Subject(Struct, frozen=True):
    """What a figure is of: the form, a fund line, a project, an indicator, or a level of indicators.

    `key` is the key of a line, and the number of the row (from "0") of a project or indicator; of a level its
    names from above, of the form "", or what is counted: "authorised" and "actual" staff, a level, a source of
    money. `whole`: the line is the total.
    """

    type: SubjectType
    key: str
    name: str
    whole: bool = False


class Figure(Struct, frozen=True):
    """One figure of a form.

    `value` is exact and counts in `unit`: 86.80% is 86.8 with "%"; a grade and a judgement are words. `origin`:
    typed as a fact, `claimed` by the unit as its own result, or `computed` by us; a rate, a completion, points,
    total and grade may be there twice. `place` is its cell, or the nearest one to what it was computed from;
    `given` is the text of the cell.
    """

    role: FigureRole
    of: Subject
    value: Decimal | Fraction | str
    unit: str
    place: Place
    origin: FigureOrigin
    given: str = ""

    @property
    def text(self) -> str:
        """As a person writes it, with its unit: 86.80%, 2857.28万元, 良."""
        return shown(self.value, self.unit)


def shown(value: Decimal | Fraction | str, unit: str) -> str:
    """A value with its unit, as people write it: quotients with two decimals, 86.8 percent as 86.80%."""
    if isinstance(value, str):
        return value
    if isinstance(value, Fraction) and value.denominator != 1:
        return f"{half_up(value):f}{unit}"
    text = plain(value)
    return f"{half_up(value):f}{unit}" if unit == "%" and text[-2:-1] == "." else f"{text}{unit}"
