"""Figures that are those of the form but for their unit or decimal point: 1264万元 for 126.4万元."""

from __future__ import annotations

from decimal import Decimal

from perf_xlsx.figures import Figure, Figures
from perf_xlsx.narrative.bound import NOT_CHECKED, Bound, digits_of
from perf_xlsx.narrative.comparing import converted, is_off_by_its_unit
from perf_xlsx.narrative.mentions import Mention

TELLING_ALONE = 5  # digits of an amount that is known by them alone
TELLING_IN_PLACE = 4  # and of a figure whose role, or indicator, is said


def with_the_point_moved(bound: Bound, figures: Figures) -> Figure | None:
    """The figure that one which is not sure to be it has all digits of, so many that it is no chance."""
    mention = bound.mention
    if mention.about or mention.bound or bound.other_year:
        return None
    likely = bound.figures if _is_in_place(bound) else ()
    if moved := next((one for one in likely if has_its_point_moved(mention, one)), None):
        return moved
    if mention.unit_class != "money" or len(digits_of(mention.number)) < TELLING_ALONE:
        return None
    amounts = (one for one in figures.everything if one.of.type in ("line", "project"))
    same = (one for one in amounts if one.unit == figures.unit and _has_the_digits(mention, one))
    return next((one for one in same if is_off_by_its_unit(bound, one)), None)


def has_its_point_moved(mention: Mention, figure: Figure) -> bool:
    """Whether a number has the digits of a figure and a unit of its kind, and so another size only by a slip."""
    if mention.unit_class not in ("money", "count") or len(digits_of(mention.number)) < TELLING_IN_PLACE:
        return False
    return _has_the_digits(mention, figure) and converted(mention, figure.unit) is not None


def _has_the_digits(mention: Mention, figure: Figure) -> bool:
    return isinstance(figure.value, Decimal) and digits_of(figure.value) == digits_of(mention.number)


def _is_in_place(bound: Bound) -> bool:
    """Whether the words say that it is likely one of its figures; an investment may be ten times one."""
    told = bound.word is not None and bound.word.role not in NOT_CHECKED
    return told or bound.mention.unit_class == "count"
