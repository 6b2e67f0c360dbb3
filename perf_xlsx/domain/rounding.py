"""Numbers: rounded once, half away from zero, and shown as people write them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

Exact = Decimal | Fraction | int
_CONTEXT = Context(prec=28, rounding=ROUND_HALF_UP)
_HOLDS = 10**28  # the least whole number with more digits


def half_up(value: Exact, places: int = 2) -> Decimal:
    """The value rounded half away from zero, as a spreadsheet's ROUND does, from its exact quotient."""
    above, below = value.as_integer_ratio()
    whole, rest = divmod(abs(above) * 10**places, below)
    units = whole + (2 * rest >= below)
    context = _CONTEXT if units < _HOLDS else Context(prec=len(str(units)))
    return Decimal(units if above >= 0 else -units).scaleb(-places, context)


def quotient(part: Decimal | None, whole: Decimal | None) -> Fraction | None:
    """part ÷ whole, exactly; None where either is unknown or the whole is not above zero."""
    return None if part is None or whole is None or whole <= 0 else Fraction(part) / Fraction(whole)


def percent(rate: Exact) -> str:
    """A fraction as percent with two decimals: 0.867952 -> "86.80%"."""
    return f"{half_up(Fraction(rate) * 100):f}%"


def percent_unlike(rate: Exact, limit: Exact) -> str:
    """A fraction as percent, with enough decimals to differ from the limit: 89.998% and not 90.00%."""
    places, exact_rate, exact_limit = 2, Fraction(rate) * 100, Fraction(limit) * 100
    while exact_rate != exact_limit and half_up(exact_rate, places) == half_up(exact_limit, places):
        places += 1
    return f"{half_up(exact_rate, places):f}%"


def plain(value: Exact) -> str:
    """A number without needless zeros or exponents: Decimal("1E+2") -> "100", 2857.280 -> "2857.28"."""
    text = f"{value if isinstance(value, Decimal) else exact(Fraction(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def points(value: Exact) -> str:
    """Points with two decimals: "8.68"."""
    return f"{half_up(value):f}"


def exact(value: Fraction) -> Decimal:
    """A fraction as a decimal of 28 significant digits."""
    return _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))
