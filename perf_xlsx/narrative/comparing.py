"""Whether a number that was written is the figure of a form."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from perf_xlsx.domain.rounding import exact, half_up
from perf_xlsx.domain.units import fit, meant_by
from perf_xlsx.figures import Figure
from perf_xlsx.narrative.bound import Bound
from perf_xlsx.narrative.characters import characters
from perf_xlsx.narrative.mentions import Mention, unit_class, unit_in_reports

SIGNED = frozenset(("adjustment", "adjustment_rate"))
WEIGHTS = frozenset(("indicator_weight", "execution_weight"))  # 10% is 10 of 100 points
ROUGHLY = Fraction(1, 20)
SLIP = Fraction(10_000)  # 元 for 万元, 万元 for 亿元


def figure_agrees(bound: Bound, figure: Figure) -> bool:
    """Whether the figure is what was written, at the decimals that were written and in its unit."""
    mention, value = bound.mention, figure.value
    if mention.type == "grade":
        return isinstance(value, str) and mention.unit[:1] == value[:1]
    if mention.extra and characters(figure.given).text == mention.text:
        return True  # the form itself has both units
    if isinstance(value, str) or mention.number is None:
        return False
    stated = converted(mention, figure.unit, figure.role in WEIGHTS)
    if stated is None:
        return False
    size = Fraction(stated) / Fraction(mention.number) if mention.number else Fraction(1)
    exact = Fraction(value) / size if size else Fraction(value)
    finer = figure.of.type == "indicator" and mention.unit != figure.unit and _is_finer(stated, value)
    return finer or any(_equal(mention, one) for one in _with_signs(bound, figure, exact))


def _is_finer(stated: Decimal, value: Decimal | Fraction) -> bool:
    """Whether a number that is written in a smaller unit is rounded in the form: 11434元, in the form 1.14万元."""
    places = -int(value.as_tuple().exponent) if isinstance(value, Decimal) else 0
    return places > 0 and half_up(Fraction(stated), places) == value


def _with_signs(bound: Bound, figure: Figure, exact: Fraction) -> tuple[Fraction, ...]:
    """The values that may be written for one: 调减2811.73万元 is -2811.73."""
    if figure.role not in SIGNED:
        return (exact,)
    number = bound.mention.number or Decimal(0)
    if bound.sign == "-":
        return (-exact,) if number >= 0 else (exact,)
    if bound.sign == "+":
        return (exact,)
    return (exact, abs(exact))


def converted(mention: Mention, unit: str, weight: bool = False) -> Decimal | None:
    """The number in a figure's unit; None where the two do not compare. A `weight` may be a percentage."""
    if mention.number is None or mention.extra:
        return None
    unit = unit_in_reports(unit)
    unit = unit if "/" in mention.unit else unit.partition("/")[0]  # 2303元, of an indicator in 元/亩
    own = "人" if mention.unit == "名" and unit == "人" else mention.unit
    if unit_class(own) != unit_class(unit) and not (unit == "分" and own == "%" and weight):
        return None
    if own == unit or weight or not unit or (own in ("个", "项") and unit in ("个", "项")):
        return mention.number
    return fit(mention.number, own, unit).number


def _equal(mention: Mention, exact: Fraction) -> bool:
    stated = mention.number or Decimal(0)
    if mention.about:
        between = meant_by(stated, mention.unit)
        near = abs(Fraction(stated) - exact) <= abs(exact) * ROUGHLY
        return near or (between is not None and between[0] <= exact <= between[1])
    return stated == half_up(exact, mention.places)


def is_off_by_its_unit(bound: Bound, figure: Figure) -> bool:
    """Whether an amount is the figure's, but for ten thousand times more or less."""
    if bound.mention.unit_class != "money" or not bound.mention.number:
        return False
    return any(figure_agrees(_scaled(bound, factor), figure) for factor in (SLIP, 1 / SLIP))


def _scaled(bound: Bound, factor: Fraction) -> Bound:
    """The same, its number as many times larger, with the decimals that are left."""
    number = exact(Fraction(bound.mention.number or 0) * factor)
    places = max(0, -int(number.normalize().as_tuple().exponent))
    return replace(bound, mention=replace(bound.mention, number=number, places=places))
