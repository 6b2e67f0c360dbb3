"""What a rule gives an indicator, before its weight is applied."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct

from perf_xlsx.domain.model import Citation


class Outcome(Struct, frozen=True):
    """The share of the weight earned (None: open), the uncapped completion, whether the target was met, and why.

    `formula` is the factor of the weight in words ("×89.06÷100"); "" where the share itself is shown.
    `chosen`: the unit chose the points itself, so that the share is only what they come to.
    """

    share: Fraction | None
    completion: Fraction | None
    met: bool | None
    why: str
    basis: tuple[Citation, ...]
    formula: str = ""
    chosen: bool = False
